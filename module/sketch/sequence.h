/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each user sends after what: whoever polls names in a fixed order tells nothing by it.
 *
 * A user's sending (a name and a type; of those that repeat.h is about) is guessed twice from those
 * before it: from the last three, and from the last one alone. A guess is what came after them the
 * time before. An adaptive code says of each guess whether it is right, by how often the guesses of
 * this user that were as well tried were (Krichevsky and Trofimov 1981); what both guesses miss is
 * told otherwise (repeat.h, charge.h). So a cycle of any length costs next to nothing from its
 * third round on; a user's first one some 13 bits a round until the sixth, for guesses are trusted
 * by how often in a row they were right, and each trust is learned by itself. What says first
 * whether guesses are used costs the less, the more they saved of late: names in no order cost
 * hardly more than without them.
 *
 * The method is prediction by partial matching (Cleary and Witten 1984), with contexts of lengths
 * three and one and one symbol a context.
 *
 * Example: A B C A B C A. When the second A comes, C is new as a context: no guess, no cost. When
 * the second B comes, A was followed by B once: an untried guess, right, log2(1 / 0.5) = 1 bit.
 * The second C is the user's second untried guess: (1 + 0.5) / (1 + 1) of those were right, so it
 * costs log2(1 / 0.75) = 0.415 bit; the third A 0.263, and from then on the guesses are tried.
 *
 * Memory: guesses are in a table of the caller's, shared by all users, keyed by a secret; 44 bytes
 * a user. Threads: the table any, without locks, where a race may lose a guess; a user's part is
 * under the user's lock.
 */
#ifndef SEEP_SEQUENCE_H
#define SEEP_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lines.h"
#include "sketch/repeat.h"

#define SEEP_SEQUENCE_BEFORE 3 /* sendings of the longer context */
#define SEEP_SEQUENCE_TRUSTS 4 /* how often in a row a guess was right, three at most */

enum seep_sequence_order { SEEP_SEQUENCE_LONG, SEEP_SEQUENCE_SHORT, SEEP_SEQUENCE_ORDERS };

/* One user's part; all zero to begin with. */
struct seep_sequence {
	uint32_t before[SEEP_SEQUENCE_BEFORE]; /* symbols, the latest first; 0: none */
	uint32_t domain;                       /* of the last sending: its keyed hash's low half */
	/* What guessing cost more than not guessing, of late, by the trust in the first guess. */
	int16_t loss_mbit[SEEP_SEQUENCE_TRUSTS];
	uint8_t in_domain[2]; /* sendings to another domain, and to the last one */
	/* How many guesses were wrong and right. */
	uint8_t outcomes[SEEP_SEQUENCE_ORDERS][SEEP_SEQUENCE_TRUSTS][2];
};

/* The table of all users' guesses. */
struct seep_sequences;

/*
 * A table in BYTES of zeroed, cache-line aligned MEMORY that the caller owns and keeps. NULL if
 * there is no room for one line, or no memory.
 */
struct seep_sequences *seep_sequences_create(void *memory, size_t bytes);
void seep_sequences_destroy(struct seep_sequences *sequences);

/* Begins to fetch what the user's next sending is guessed by. */
void seep_sequence_prefetch(const struct seep_sequences *sequences,
			    const struct seep_sequence *sequence, uint64_t user);

/*
 * The cost of a sending, in thousandths of a bit: with guesses or without, whichever is less, and
 * which of the two it is. OTHERWISE_MBIT is what it costs without guesses, *LOSS_MBIT becomes what
 * guessing costs more. USER is the user's keyed hash.
 */
uint64_t seep_sequence_mbit(const struct seep_sequences *sequences,
			    const struct seep_sequence *sequence, uint64_t user,
			    const struct seep_sending *sending, uint64_t otherwise_mbit,
			    int32_t *loss_mbit);

/* Is this the domain of the user's last sending, by its keyed hash? */
static inline bool seep_sequence_is_in_domain(const struct seep_sequence *sequence, uint64_t domain)
{
	return sequence->domain == (uint32_t)domain;
}

/* The cost of saying that it is, or that it is not. */
uint64_t seep_sequence_domain_mbit(const struct seep_sequence *sequence, uint64_t domain);

/* Learns what was sent. */
void seep_sequence_learn(struct seep_sequences *sequences, struct seep_sequence *sequence,
			 uint64_t user, uint64_t domain, const struct seep_sending *sending,
			 int32_t loss_mbit);

/* For the state file: the table's lines, and putting one back that was line LINE of FROM. */
struct seep_lines seep_sequences_lines(const struct seep_sequences *sequences);
void seep_sequences_restore_line(struct seep_sequences *sequences, uint64_t from, uint64_t line,
				 const uint64_t *words);

/* What was saved, whatever bytes it was: emptied if learning cannot have come to it. */
void seep_sequence_mend(struct seep_sequence *sequence);

#endif
