/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs a user to send a name again: an adaptive code over what this
 * user sends to places that few use.
 *
 * A tunnel that has made its names known can go on talking by the order in
 * which it repeats them (a codebook, with TTL 0).  Estimators of the
 * Krichevsky-Trofimov kind say how likely each of the user's sendings was, from
 * those before:
 *
 *   which kind   a novel name, a known one, or one of the user's last few
 *                again; given the kind and the type that came before
 *   known        which of 64 bins the name's hash falls into, which of the
 *                names in that bin, and of what type
 *   again        which of the last few, and of what type, given the type that
 *                it had last: clients ask for A and AAAA together
 *
 * A name that is polled for ever soon costs nearly nothing; a choice among N
 * names in no order costs log2(N) bits each time.
 *
 * Krichevsky, Trofimov: The performance of universal encoding (1981).
 * Memory: 476 bytes, all zero to begin with.  Threads: the user's lock.
 */
#ifndef SEEP_REPEAT_H
#define SEEP_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#define SEEP_REPEAT_BINS   64
#define SEEP_REPEAT_LAST   8
/* The commonest types, and all others; as what comes before, the first three and all
 * others. */
#define SEEP_REPEAT_TYPES  8
#define SEEP_REPEAT_BEFORE 4

/* What a sending is to its user. */
enum seep_repeat_kind {
	SEEP_REPEAT_NOVEL, /* a name that nobody here sent before */
	SEEP_REPEAT_KNOWN, /* a name that somebody did */
	SEEP_REPEAT_AGAIN, /* one of the user's last few, with whatever type */
	SEEP_REPEAT_KINDS
};

struct seep_repeat {
	uint16_t any_kinds[SEEP_REPEAT_KINDS];
	uint16_t kinds[SEEP_REPEAT_KINDS][SEEP_REPEAT_BEFORE][SEEP_REPEAT_KINDS];
	uint16_t first_types[SEEP_REPEAT_TYPES];               /* of all others */
	uint16_t types[SEEP_REPEAT_BEFORE][SEEP_REPEAT_TYPES]; /* of names sent again */
	uint16_t ranks[SEEP_REPEAT_LAST];                      /* of names sent again */
	uint16_t total;                                        /* in the bins */
	uint8_t kind;                                          /* of the last sending */
	uint8_t reserved;
	uint16_t bins[SEEP_REPEAT_BINS];
	uint16_t names[SEEP_REPEAT_BINS];     /* novel names ever, in each bin */
	uint32_t last[SEEP_REPEAT_LAST];      /* of the names' hashes; the latest first */
	uint8_t last_types[SEEP_REPEAT_LAST]; /* and how each was asked for last */
};

/* One sending to a rare domain. */
struct seep_sending {
	uint64_t name; /* keyed hash */
	uint16_t type;
	bool is_novel;
};

/* What this sending would be. */
enum seep_repeat_kind seep_repeat_kind_of(const struct seep_repeat *repeat,
					  const struct seep_sending *sending);

/* The cost of saying that this kind comes next, thousandths of a bit. */
uint64_t seep_repeat_kind_mbit(const struct seep_repeat *repeat, enum seep_repeat_kind kind);

/*
 * The cost of a name that is not novel, its kind and type included, of about
 * NAMES that the user could choose from.  TYPE_MBIT is what the type would cost
 * elsewhere.
 */
uint64_t seep_repeat_mbit(const struct seep_repeat *repeat, const struct seep_sending *sending,
			  uint64_t names, uint64_t type_mbit);

/* Learns what was sent. */
void seep_repeat_learn(struct seep_repeat *repeat, const struct seep_sending *sending);

/* What was saved, whatever bytes it was: emptied if its counts do not agree. */
void seep_repeat_mend(struct seep_repeat *repeat);

#endif
