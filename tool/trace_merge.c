/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces are few: the earliest is found by looking at each. */
#include "trace_merge.h"

#include <stdlib.h>

struct source {
	struct trace trace;
	struct trace_event head; /* with several sources: what comes next */
	bool open;
	uint64_t read_bytes; /* after it was closed */
};

struct trace_merge {
	const struct trace_merge_setup *setup;
	size_t broken;
	size_t live; /* sources that are open */
	struct source source[];
};

/* Closes a source, and tells if it did not end well. */
static void finish(struct trace_merge *merge, struct source *source, bool well)
{
	if (!well) {
		merge->broken++;
		merge->setup->broken(merge->setup->trace.context, source->trace.input.path,
				     source->trace.error);
	}
	if (source->open)
		merge->live--;
	source->open = false;
	source->read_bytes = source->trace.input.size_bytes;
	trace_close(&source->trace);
}

/* The source's next event; a source without one is closed. */
static bool advance(struct trace_merge *merge, struct source *source, struct trace_event *event)
{
	enum trace_status status = trace_next(&source->trace, event);

	if (status != TRACE_EVENT)
		finish(merge, source, status == TRACE_END);
	return status == TRACE_EVENT;
}

struct trace_merge *trace_merge_open(const struct trace_merge_setup *setup)
{
	struct trace_merge *merge =
		calloc(1, sizeof(*merge) + setup->count * sizeof(merge->source[0]));

	if (!merge)
		return NULL;
	merge->setup = setup;
	for (size_t at = 0; at < setup->count; at++) {
		struct source *source = &merge->source[at];

		if (!trace_open(&source->trace, setup->paths[at], &setup->trace)) {
			finish(merge, source, false);
			continue;
		}
		source->open = true;
		merge->live++;
		if (setup->count > 1)
			advance(merge, source, &source->head);
	}
	return merge;
}

void trace_merge_close(struct trace_merge *merge)
{
	if (!merge)
		return;
	for (size_t at = 0; at < merge->setup->count; at++) {
		if (merge->source[at].open)
			trace_close(&merge->source[at].trace);
	}
	free(merge);
}

bool trace_merge_next(struct trace_merge *merge, struct trace_event *event)
{
	struct source *earliest = NULL;

	if (merge->live == 0)
		return false;
	if (merge->setup->count == 1)
		return advance(merge, &merge->source[0], event);
	for (size_t at = 0; at < merge->setup->count; at++) {
		struct source *source = &merge->source[at];

		if (source->open && (!earliest || source->head.when_ms < earliest->head.when_ms))
			earliest = source;
	}
	*event = earliest->head;
	advance(merge, earliest, &earliest->head);
	return true;
}

struct trace_counts trace_merge_counts(const struct trace_merge *merge)
{
	struct trace_counts sum = { 0 };

	for (size_t at = 0; at < merge->setup->count; at++) {
		const struct trace_counts *counts = &merge->source[at].trace.counts;

		sum.rows += counts->rows;
		sum.answers += counts->answers;
		sum.malformed += counts->malformed;
		sum.ignored += counts->ignored;
	}
	return sum;
}

size_t trace_merge_broken(const struct trace_merge *merge)
{
	return merge->broken;
}

void trace_merge_progress(struct trace_merge *merge, uint64_t *read_bytes, uint64_t *total_bytes)
{
	bool known = true;

	*read_bytes = *total_bytes = 0;
	for (size_t at = 0; at < merge->setup->count; at++) {
		struct source *source = &merge->source[at];

		*read_bytes += source->open ? trace_input_offset_bytes(&source->trace.input)
					    : source->read_bytes;
		*total_bytes += source->trace.input.size_bytes;
		known = known && (!source->open || source->trace.input.size_bytes > 0);
	}
	if (!known)
		*total_bytes = 0;
}
