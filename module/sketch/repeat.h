/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs a user to send a name again: an adaptive code over those sendings of this user
 * that tell what comes next: all to rare domains, and some to common ones (set_own in
 * engine/ask.c).
 *
 * A tunnel whose names are known by now can go on talking by the order in which it repeats them (a
 * codebook, with TTL 0). Estimators of the Krichevsky-Trofimov kind say how likely each sending
 * was, from those before; repeat.c has the method, its sources and a worked example.
 *
 *   which kind   a novel name, a known one, or one of the user's last few again; given the kind and
 *                the type that came before
 *   known        which of 64 bins the name's hash falls into, which of the names in that bin, and
 *                of what type
 *   again        which of the last few, and of what type, given the type that it had last: clients
 *                ask for A and AAAA together
 *
 * A name that is polled for ever soon costs nearly nothing. A choice among N names in no order
 * costs log2(N) bits each time.
 *
 * Memory: 476 bytes, all zero to begin with; a saved user has them as they are.
 *
 *     0 any_kinds      6 kinds       78 first_types   94 types       158 ranks
 *   174 total        176 kind       177 reserved     178 bins       306 names
 *   434 zero (2)     436 last       468 last_types   476 end
 *
 * Units: counts of sendings, below 4096. Costs in thousandths of a bit, each step rounded up.
 * Errors: none.
 * Threads: the user's lock.
 */
#ifndef SEEP_REPEAT_H
#define SEEP_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#define SEEP_REPEAT_BINS   64
#define SEEP_REPEAT_LAST   8
/* Groups of types: A, AAAA, HTTPS, PTR, TXT, MX, SRV, each by itself, and all others. */
#define SEEP_REPEAT_TYPES  8
/* The same of what came before: A, AAAA, HTTPS, and all others. */
#define SEEP_REPEAT_BEFORE 4

/* What a sending is to its user. */
enum seep_repeat_kind {
	SEEP_REPEAT_NOVEL, /* a name that nobody here sent before */
	SEEP_REPEAT_KNOWN, /* a name that somebody did */
	SEEP_REPEAT_AGAIN, /* one of the user's last few, with whatever type */
	SEEP_REPEAT_KINDS
};

struct seep_repeat {
	/* How often each kind came: after anything, and after each kind and type before. */
	uint16_t any_kinds[SEEP_REPEAT_KINDS];
	uint16_t kinds[SEEP_REPEAT_KINDS][SEEP_REPEAT_BEFORE][SEEP_REPEAT_KINDS];
	/* Types of names that are novel or known. */
	uint16_t first_types[SEEP_REPEAT_TYPES];
	/* Of names sent again: types, after the type that the name had last; places in `last`. */
	uint16_t types[SEEP_REPEAT_BEFORE][SEEP_REPEAT_TYPES];
	uint16_t ranks[SEEP_REPEAT_LAST];
	uint16_t total; /* of the bins */
	uint8_t kind;   /* of the last sending */
	uint8_t reserved;
	uint16_t bins[SEEP_REPEAT_BINS];  /* sendings, by the name's hash modulo 64 */
	uint16_t names[SEEP_REPEAT_BINS]; /* novel names ever, the same; stays at 65535 */
	uint32_t last[SEEP_REPEAT_LAST];  /* low halves of the names' hashes; the latest first */
	uint8_t last_types[SEEP_REPEAT_LAST]; /* and the type that each had last, 0 to 3 */
};

/* One of these sendings. */
struct seep_sending {
	uint64_t name;     /* keyed hash */
	uint16_t type;     /* 0 in classes other than IN */
	uint32_t question; /* type and class, whole: what sequence.h tells apart */
	bool is_novel;
};

/* Returns what SENDING would be. */
enum seep_repeat_kind seep_repeat_kind_of(const struct seep_repeat *repeat,
					  const struct seep_sending *sending);

/* Returns the cost of saying that KIND comes next. */
uint64_t seep_repeat_kind_mbit(const struct seep_repeat *repeat, enum seep_repeat_kind kind);

/*
 * Returns the cost of SENDING, of a name that is not novel, its kind and type included. NAMES is
 * about how many the user could choose from. TYPE_MBIT is what the type would cost elsewhere.
 */
uint64_t seep_repeat_mbit(const struct seep_repeat *repeat, const struct seep_sending *sending,
			  uint64_t names, uint64_t type_mbit);

/* Learns that SENDING was sent. */
void seep_repeat_learn(struct seep_repeat *repeat, const struct seep_sending *sending);

/* Takes what was saved, whatever bytes it was: empties REPEAT if its counts do not agree. */
void seep_repeat_mend(struct seep_repeat *repeat);

#endif
