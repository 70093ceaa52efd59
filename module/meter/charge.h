/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a name costs: the length, in thousandths of a bit, of a code word that
 * tells it apart from all the names that could have been sent instead.
 *
 * Kraft: over all prefixes, and over all types and classes, the sum of 2^-bits is at most
 * one, so no way of putting data into names gets more out than is charged
 * (Shannon 1948; Paxson et al. 2013 bounded tunnels so, with a compressor,
 * off-line). doc/THEORY.md has the argument.
 */
#ifndef SEEP_CHARGE_H
#define SEEP_CHARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bits.h"
#include "meter/piece.h"
#include "sketch/labels.h"
#include "names/name.h"
#include "sketch/shape.h"

/*
 * The first name below a domain that nobody here used before: choosing among
 * the domains that one could own is an alphabet too, and 2^16 of them are
 * more than anybody pays for, the few thousand private suffixes included.
 */
#define SEEP_CHARGE_NEW_DOMAIN_MBIT (16 * SEEP_BIT_MBIT)

/* So many of a prefix's labels, from the left, may use the shared code; those
 * after them are spelled out. */
#define SEEP_CHARGE_SHARED_LABELS 8

/* The keyed hashes of a prefix's first labels. */
struct seep_label_keys {
	uint64_t keys[SEEP_CHARGE_SHARED_LABELS];
	uint32_t count;
};

struct seep_label_keys seep_charge_label_keys(const struct seep_name *name,
					      const struct seep_hash_key *key);

/*
 * The code of a novel prefix. It is like one of the user's last SHAPES, or fresh, and then says how
 * each label is written: by its share among LABELS, or in one of the codes of letters.h, whichever
 * is shortest in all. In a reverse name a whole address is written as numbers. *SHAPE becomes how
 * the prefix is written; all zero if it has no labels, too many, or is such an address. One pass,
 * linear in the prefix's bytes.
 */
uint64_t seep_charge_prefix(const struct seep_name *name, const struct seep_label_keys *keys,
			    const struct seep_labels *labels, const struct seep_shapes *shapes,
			    struct seep_shape *shape);

/* The same, piece by piece: what says that there is an address, the shape, and each label. */
void seep_charge_prefix_pieces(const struct seep_name *name, const struct seep_label_keys *keys,
			       const struct seep_labels *labels, const struct seep_shapes *shapes,
			       struct seep_pieces *pieces);

/*
 * The code of a domain that nobody here used before: which of those that
 * somebody pays for, and each of its given labels: spelled out or, in a reverse
 * name, as a number.
 */
uint64_t seep_charge_new_domain(const struct seep_name *name);

/* The code of what a question says beside its name: -log2 of the usual share of its
 * type, in a reverse name or not, or of its type and class if that is not IN. */
uint64_t seep_charge_question(uint16_t type, uint16_t qclass, bool is_reverse);

/*
 * The share of CHARGE_MBIT that falls on one of USERS distinct users of a
 * domain (0 counts as 1). Up to FEW users divide it by SEEP_CHARGE_FEW_SHARE at most,
 * so machines that share their tunnels' domains send at most that many times what one
 * machine could. More users divide it by their number: what everybody uses costs nobody
 * anything.
 */
#define SEEP_CHARGE_FEW_SHARE 4
uint64_t seep_charge_weigh(uint64_t charge_mbit, uint64_t users, uint64_t few);

/* The most users of a domain that count as few, among USERS users in all. */
uint64_t seep_charge_few(uint64_t users);

#endif
