/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs a user to set a flag of its queries, or to leave it: an adaptive code for one bit a
 * sending.
 *
 * The CD flag ("checking disabled") reaches the outside: forwarders are sent it, and it decides
 * whether keys are looked up. A client that always sets it, or never, tells nothing by it; one that
 * sets it now and then may tell a bit a query. A Krichevsky-Trofimov estimate of the flag, given
 * the one before, says how likely each was: a habit soon costs less than 0.01 bit, payload a bit.
 *
 * Memory: 5 bytes, all zero to begin with.
 * Threads: the user's lock.
 */
#ifndef SEEP_FLAG_H
#define SEEP_FLAG_H

#include <stdbool.h>
#include <stdint.h>

struct seep_flag {
	uint8_t counts[2][2]; /* by the one before: how often it was not set, and set */
	uint8_t last;
};

/* Returns the cost of sending the flag so, thousandths of a bit. */
uint64_t seep_flag_mbit(const struct seep_flag *flag, bool is_set);

/* Learns that the flag was sent so. */
void seep_flag_learn(struct seep_flag *flag, bool is_set);

/* Takes what was saved, whatever bytes it was: empties FLAG if learning cannot have made it. */
void seep_flag_mend(struct seep_flag *flag);

#endif
