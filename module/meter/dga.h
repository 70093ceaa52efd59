/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The DGA meter: a sequential test whether a user's machine looks for its
 * master by names that an algorithm generates.
 *
 * Each domain that is new to a user and that few others ask for says a little:
 * of those that a bot tries many do not exist, of those that people visit nearly
 * all do. The score is the logarithm of the likelihood ratio, never below zero
 * (Page's CUSUM test, 1954; Krishnan et al., DSN 2013, tested bots so), and
 * drains slowly, for a machine that is idle proves nothing.
 *
 * A bot can mix in domains that exist: any list of small sites has them. So what
 * exists always counts as much as it tells of one that hides, with 21 missing in
 * 100 against people's 2.6; as much as it tells of one that does not, with 80
 * against 10, only on credit, which time alone restores.
 *
 *     does not exist      log2(0.209 / 0.026) = log2(0.8 / 0.1) = +3.0 bits
 *     exists              log2(0.791 / 0.974) = -0.3 bits
 *     exists, on credit   log2(0.2 / 0.9) = -2.17 bits, 1.87 of them of the credit
 *     drain               3 bits a day: one that does not exist
 *     credit              12 bits; 6 a day come back
 *     spent               17.5 bits: six in a row that do not exist
 *
 * With 1, 2 or 5 existing domains to each that does not, it is spent after 11, 13
 * or 16 of the latter. With ten or more it never is; but these are charged to the
 * user's meter, as all new names are.
 *
 * Threads: the user's lock.
 */
#ifndef SEEP_DGA_H
#define SEEP_DGA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"

/* What the answer said of the registrable domain. */
enum seep_existence {
	SEEP_EXISTENCE_UNKNOWN, /* no answer, or one that does not tell */
	SEEP_EXISTENCE_YES,
	SEEP_EXISTENCE_NO, /* NXDOMAIN, by a zone above the domain */
};

/* A domain asked by more users than this is no algorithm's secret. */
#define SEEP_DGA_USERS 4

/* Scores one domain at NOW_S; true if the test has just been decided. All zero bytes are the score
 * and the credit of a user of whom nothing is known. */
bool seep_dga_score(struct seep_bucket *score, enum seep_existence existence, uint64_t now_s);

/* Is the test decided, as of NOW_S? */
bool seep_dga_is_spent(const struct seep_bucket *score, uint64_t now_s);

/* What was saved, whatever bytes it was, as a score; see seep_bucket_mend. */
void seep_dga_mend(struct seep_bucket *score, int64_t shift_s, uint64_t now_s);

#endif
