/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one observation costs: each method alone sees the same recorded names,
 * the first part of them only to get warm.
 */
#ifndef DETECT_COST_H
#define DETECT_COST_H

#include <stddef.h>

#include "method.h"

struct cost {
	double ns_mean;
	double ns_p50, ns_p99; /* of batches of COST_BATCH */
};

#define COST_BATCH 16

struct cost_tape {
	struct event *events;
	uint8_t *bytes;
	size_t count, room;
	size_t bytes_used, bytes_room;
};

/* Keeps a copy, until so many are there. */
void cost_record(struct cost_tape *tape, const struct event *event);
struct cost cost_measure(const struct cost_tape *tape, struct method *method);
void cost_tape_release(struct cost_tape *tape);

#endif
