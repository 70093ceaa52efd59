/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Observations, each by its number: number i is always the same name of the same user. Domains take
 * turns and users are drawn, none more often than others, so that all of the tables is in use.
 */
#ifndef GROWTH_LOAD_H
#define GROWTH_LOAD_H

#include "share.h"

#define LOAD_BATCH   16  /* observations between two looks at the clock */
#define LOAD_NETWORK 256 /* addresses in a network */

struct load {
	uint64_t names; /* distinct ones that are known when it is measured */
	uint64_t users;
	uint64_t domains;
	unsigned bytes; /* of a name as people write it; more if its number needs more */
	/* Where those of a thread begin. */
	uint64_t first_user;
	uint64_t first_domain;
	uint64_t first_name;
};

/* Makes observation NUMBER. It borrows NAME, which has SEEP_NAME_MAX_BYTES or what BYTES need. */
void load_observation(const struct load *load, uint64_t number, uint64_t when_ms,
		      struct seep_observation *observation, uint8_t *name);

/*
 * Observes COUNT of them from number FIRST on, a millisecond a batch, and begins at WHEN_MS.
 * Returns when it ended.
 */
uint64_t load_fill(struct seep_thread *thread, const struct load *load, uint64_t first,
		   uint64_t count, uint64_t when_ms);

/* A memory-size in which nearly all of COPIES such loads has a place. */
uint64_t load_memory_bytes(const struct load *load, uint64_t copies);

#endif
