/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Refusals and old answers, of which one an hour is told for each user and domain, with how many
 * there were: a tunnel that goes on asking would else fill the log.
 *
 * The first one is told at once. Later ones are counted on the query's path; when an hour is over,
 * the note of the first one is told again with how many came since, if any did.
 *
 * Memory: some 800 bytes for each of SEEP_REPEATS_PLACES, beside memory-size.
 * Threads: any count; one keeps, sweeps and gives up. A place is an atomic word, in sets of eight.
 * Two threads that count the first of a user and domain in the very moment in which their place
 * becomes free may both tell it.
 */
#ifndef SEEP_EVENTS_REPEATS_H
#define SEEP_EVENTS_REPEATS_H

#include "events/note.h"

#define SEEP_REPEATS_PLACES 2048
#define SEEP_REPEATS_MS     (UINT64_C(3600) * 1000)
/* No place. */
#define SEEP_REPEATS_NONE   UINT32_MAX

struct seep_repeats;

struct seep_repeats *seep_repeats_create(void);
void seep_repeats_destroy(struct seep_repeats *repeats);

enum seep_repeat_count {
	SEEP_REPEAT_FIRST,   /* to be told: its note goes to keep, or its place back */
	SEEP_REPEAT_COUNTED, /* told within the hour; counted */
	SEEP_REPEAT_FULL,    /* its set has no place: neither told nor counted */
};

/* Counts one of KEY, a keyed hash of user, domain and kind. Of the first, PLACE is its place. */
enum seep_repeat_count seep_repeats_count(struct seep_repeats *repeats, uint64_t key,
					  uint32_t *place);

/* The first one cannot be told: the next one is a first one, too. */
void seep_repeats_drop(struct seep_repeats *repeats, uint32_t place);

/* Keeps the NOTE of a first one, which knows its place, at NOW_MS. */
void seep_repeats_keep(struct seep_repeats *repeats, const struct seep_note *note, uint64_t now_ms);

typedef void seep_repeats_tell(void *context, const struct seep_note *note);

/* Tells those whose hour is over at NOW_MS; with IS_END all of which some were counted. */
void seep_repeats_sweep(struct seep_repeats *repeats, uint64_t now_ms, bool is_end,
			seep_repeats_tell *tell, void *context);

#endif
