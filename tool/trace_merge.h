/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several traces as one: the earliest event of those that each comes to next. So the parts of a
 * rotated log may be given in any order.
 */
#ifndef SEEP_TRACE_MERGE_H
#define SEEP_TRACE_MERGE_H

#include "trace.h"

struct trace_merge;

/* Told of a trace that cannot be opened or read on; the others go on. */
typedef void trace_broken(void *context, const char *file, const char *error);

struct trace_merge_setup {
	struct trace_setup trace; /* for each */
	trace_broken *broken;
	char **paths; /* borrowed */
	size_t count;
};

/* Opens all of them; NULL without memory. SETUP is borrowed. */
struct trace_merge *trace_merge_open(const struct trace_merge_setup *setup);
/* Also of NULL. */
void trace_merge_close(struct trace_merge *merge);

/* The next event; false after the last. */
bool trace_merge_next(struct trace_merge *merge, struct trace_event *event);

/* Over all traces, so far. */
struct trace_counts trace_merge_counts(const struct trace_merge *merge);
/* How many traces could not be read, or not to their end. */
size_t trace_merge_broken(const struct trace_merge *merge);

/* How much was read of how much; TOTAL is 0 if that is not known. */
void trace_merge_progress(struct trace_merge *merge, uint64_t *read_bytes, uint64_t *total_bytes);

#endif
