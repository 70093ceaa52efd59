/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The DGA meter: a sequential test whether a user's machine looks for its
 * master by names that an algorithm generates.
 *
 * Each domain that is new to a user and that few others ask for says a little:
 * of those that a bot tries nearly all do not exist, of those that people
 * visit nearly all do.  The score is the logarithm of the likelihood ratio,
 * never below zero (Page's CUSUM test, 1954; Krishnan et al., DSN 2013, tested
 * bots so), and drains slowly, for a machine that is idle proves nothing.
 *
 *     does not exist   log2(0.8 / 0.1) = +3.0 bits
 *     exists           log2(0.2 / 0.9) = -2.17 bits
 *     spent            17.5 bits: six in a row that do not exist
 *
 * Threads: the user's lock.
 */
#ifndef SEEP_DGA_H
#define SEEP_DGA_H

#include <stdbool.h>
#include <stdint.h>

#include "bucket.h"

/* What the answer said of the registrable domain. */
enum seep_existence {
	SEEP_EXISTENCE_UNKNOWN, /* no answer, or one that does not tell */
	SEEP_EXISTENCE_YES,
	SEEP_EXISTENCE_NO, /* NXDOMAIN, by a zone above the domain */
};

/* A domain asked by more users than this is no algorithm's secret. */
#define SEEP_DGA_USERS 4

/* Scores one domain at NOW_S; true if the test has just been decided. */
bool seep_dga_score(struct seep_bucket *score, enum seep_existence existence, uint64_t now_s);

/* Is the test decided, as of NOW_S? */
bool seep_dga_is_spent(const struct seep_bucket *score, uint64_t now_s);

/* What was saved, whatever bytes it was, as a score; see seep_bucket_mend. */
void seep_dga_mend(struct seep_bucket *score, int64_t shift_s, uint64_t now_s);

#endif
