/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a replay counts for each user and each domain: a table that grows with them, unlike the
 * engine's own. One thread.
 */
#ifndef SEEP_CMD_REPLAY_TALLY_H
#define SEEP_CMD_REPLAY_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_NONE UINT32_MAX

struct tally_row {
	size_t key_at; /* see tally_key */
	size_t key_size;
	uint64_t queries;
	uint64_t hits;
	uint64_t sent;
	uint64_t flagged;     /* by whichever meter */
	uint64_t refused;     /* by whichever meter */
	uint64_t stale;       /* in place of a refusal, from the cache */
	uint64_t own_flagged; /* by its own meter */
	uint64_t own_refused;
	uint64_t would_refuse; /* of flagged */
	uint64_t would_stale;  /* of flagged */
	uint64_t metered_mbit; /* put on its meter */
	/* Milliseconds since 1970, if there was one; and metered_mbit by then. */
	uint64_t first_flagged_ms, flagged_at_mbit;
	uint64_t first_refused_ms, refused_at_mbit;
};

struct tally;

/* NULL without memory. */
struct tally *tally_create(void);
/* Also of NULL. */
void tally_destroy(struct tally *tally);

/*
 * The number of the row of a key whose hash is given, made if need be; TALLY_NONE without memory.
 */
uint32_t tally_find(struct tally *tally, const void *key, size_t size, uint64_t hash);

/* A row, until the next tally_find. */
struct tally_row *tally_row(struct tally *tally, uint32_t number);
uint32_t tally_count(const struct tally *tally);
const uint8_t *tally_key(const struct tally *tally, const struct tally_row *row);

/* Whether a row has something to report. */
bool tally_row_is_notable(const struct tally_row *row);

/*
 * All rows' numbers, most refusals first, then most flags, then most metered; the caller frees.
 * NULL without memory.
 */
uint32_t *tally_sorted(const struct tally *tally);

#endif
