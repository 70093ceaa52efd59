/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The price of a query: what it tells, among all that its user could have sent next, in
 * thousandths of a bit. A pure function of plain data; doc/THEORY.md has the argument.
 *
 *   name    domain   price
 *   known   common   type and class, and which of the domain's known names; less if it is the
 *                    last one again that the user sent there. Of a user that counted only
 *                    while learning: one of its own last few, in what order, or any of them
 *   known   rare     the CD flag, and which of the known names, in what order, of what type
 *                    (repeat.h)
 *   novel   common   type and class, and the prefix (charge.h)
 *   novel   rare     type and class, the prefix, which domain, the CD flag, and that it is
 *                    novel
 *
 * Which domain: one that nobody here used before is spelled (charge.h); one that is in use
 * is a choice among those that this user's names are in.
 *
 * Threads: the caller holds the locks of what is pointed to.
 */
#ifndef SEEP_PRICE_H
#define SEEP_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "meter/charge.h"
#include "sketch/flag.h"
#include "sketch/labels.h"
#include "names/name.h"
#include "sketch/repeat.h"
#include "sketch/sequence.h"

struct seep_price_input {
	/* the query */
	const struct seep_name *name;
	const struct seep_label_keys *label_keys; /* of a novel name */
	uint64_t name_key;                        /* keyed hash */
	uint16_t type;                            /* 0 outside class IN, as repeat.h has it */
	uint16_t qclass;
	uint16_t qtype;
	bool checking_disabled;
	bool is_known;
	/* its domain */
	bool is_rare;
	bool is_own;           /* where common: the user's own sendings tell which known name */
	bool is_used;          /* somebody here sent a name there */
	bool is_last;          /* the name is the last one that the user sent there */
	bool is_in_turn;       /* and the type the one before its last */
	uint64_t domain_key;   /* keyed hash */
	uint64_t domain_names; /* distinct ones sent there */
	/* its user */
	uint64_t user_names; /* distinct ones sent where its own sendings tell */
	const struct seep_shapes *shapes;
	const struct seep_repeat *repeat;
	const struct seep_sequences *sequences;
	const struct seep_sequence *sequence;
	uint64_t user_key; /* keyed hash */
	const struct seep_flag *flag;
	/* the organisation */
	const struct seep_labels *labels;
};

struct seep_price {
	uint64_t mbit;
	struct seep_shape shape; /* of a novel prefix */
	int32_t loss_mbit;       /* what guessing would cost more (sequence.h) */
};

struct seep_price seep_price_of(const struct seep_price_input *input);

/* The same, piece by piece; PIECES is empty before. */
void seep_price_pieces(const struct seep_price_input *input, struct seep_pieces *pieces);

#endif
