/* SPDX-License-Identifier: BSD-3-Clause */
/* What one observation costs. */
#include "cost.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

#define TAPE_EVENTS 600000u

void cost_record(struct cost_tape *tape, const struct event *event)
{
	struct event *copy;

	if (tape->count == TAPE_EVENTS)
		return;
	if (tape->count == tape->room) {
		tape->room = tape->room ? 2 * tape->room : 4096;
		tape->events = util_resize(tape->events, tape->room * sizeof(*tape->events));
	}
	if (tape->bytes_used + event->size > tape->bytes_room) {
		tape->bytes_room = tape->bytes_room ? 2 * tape->bytes_room : 1u << 16;
		tape->bytes = util_resize(tape->bytes, tape->bytes_room);
	}
	copy = &tape->events[tape->count++];
	*copy = *event;
	/* The bytes may move yet: an offset until they are measured. */
	copy->name = NULL;
	copy->ttl_s = (uint32_t)tape->bytes_used;
	memcpy(tape->bytes + tape->bytes_used, event->name, event->size);
	tape->bytes_used += event->size;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct cost cost_measure(const struct cost_tape *tape, struct method *method)
{
	size_t from = tape->count / 2;
	size_t batches = (tape->count - from) / COST_BATCH;
	double *ns = util_zeroed(batches, sizeof(*ns));
	struct cost cost = { 0 };

	for (size_t i = 0; i < tape->count; i++)
		tape->events[i].name = tape->bytes + tape->events[i].ttl_s;
	method->threshold = 1e18;
	method->armed = true;
	for (size_t i = 0; i < from; i++)
		method->observe(method, &tape->events[i]);
	for (size_t i = 0; i < batches; i++) {
		double began_s = util_clock_s();

		for (size_t j = 0; j < COST_BATCH; j++)
			method->observe(method, &tape->events[from + i * COST_BATCH + j]);
		ns[i] = (util_clock_s() - began_s) * 1e9 / COST_BATCH;
		cost.ns_mean += ns[i] / (double)batches;
	}
	if (batches) {
		qsort(ns, batches, sizeof(*ns), ascending);
		cost.ns_p50 = ns[batches / 2];
		cost.ns_p99 = ns[batches * 99 / 100];
	}
	free(ns);
	return cost;
}

void cost_tape_release(struct cost_tape *tape)
{
	free(tape->events);
	free(tape->bytes);
}
