/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last refusals, and answers that came from the cache in place of one: who, which name, which
 * meter. A ring that queries write to, and whoever looks reads.
 *
 * Memory: SEEP_REFUSED_PLACES of 320 bytes, claimed at the start.
 * Threads: any number write and read, without locks. A writer that finds its place being written
 * by one that is a whole ring behind lets the row go; a reader leaves out what is being written.
 */
#ifndef SEEP_REFUSED_H
#define SEEP_REFUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seep_observation.h"
#include "seep_verdict.h"

#define SEEP_REFUSED_PLACES 512

struct seep_refused_row {
	uint64_t when_ms;
	uint64_t level_mbit;  /* of the meter; of the DGA meter its score */
	uint64_t budget_mbit; /* 0 of the DGA meter */
	uint64_t charge_mbit; /* what would have come on top; 0 of the DGA meter */
	uint8_t meter;        /* enum seep_meter */
	bool is_stale;        /* the cache answered */
	bool is_newcomer;     /* to its network, whose meter for those it is */
	uint16_t type;
	struct seep_address client;
	uint8_t name_size;
	uint8_t name[SEEP_NAME_MAX_BYTES]; /* wire form, lower-cased */
};

struct seep_refused;

/* Returns an empty ring; NULL without memory. */
struct seep_refused *seep_refused_create(void);
/* NULL is ignored. */
void seep_refused_destroy(struct seep_refused *refused);
size_t seep_refused_bytes(void);

void seep_refused_put(struct seep_refused *refused, const struct seep_refused_row *row);

/* Returns how many were put so far. */
uint64_t seep_refused_count(const struct seep_refused *refused);

/*
 * Copies the row that was put as number AT, from 0, to *ROW; false if it is there no more, or is
 * being written.
 */
bool seep_refused_get(const struct seep_refused *refused, uint64_t at,
		      struct seep_refused_row *row);

#endif
