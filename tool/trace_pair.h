/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts queries and their answers together: a query waits, at most TRACE_PAIR_WAIT_MS of the trace's
 * time, for the answer to tell its response code and TTL. Queries come out in the order in which
 * they came in.
 *
 * If nothing but answers was recorded, each answer stands for its query; where queries were, an
 * answer that comes too late or has lost its query says nothing new.
 *
 * Memory: 2.8 MB. When it holds TRACE_PAIR_CAPACITY queries, the oldest goes without an answer.
 */
#ifndef SEEP_TRACE_PAIR_H
#define SEEP_TRACE_PAIR_H

#include "trace.h"

#define TRACE_PAIR_CAPACITY 8192 /* a power of two */
#define TRACE_PAIR_WAIT_MS  2000

struct trace_pair;

/* NULL without memory. */
struct trace_pair *trace_pair_create(void);
/* Also of NULL. */
void trace_pair_destroy(struct trace_pair *pair);

/*
 * A query, and what besides client, name and type tells it from others: its port and id. It comes
 * out as USER's, which may be another than the client that its answer goes to. There has to be
 * room: take until nothing comes before each.
 */
void trace_pair_query(struct trace_pair *pair, const struct trace_event *query,
		      const struct seep_address *user, uint32_t tag);

/*
 * An answer; EVENT's time is the query's, if the record tells it. As above. True if it stands for
 * its query.
 */
bool trace_pair_answer(struct trace_pair *pair, const struct trace_event *event, uint32_t tag);

/*
 * Takes the next query that is complete or waits for nothing any more; ENDING: all that are left.
 */
bool trace_pair_take(struct trace_pair *pair, struct trace_event *event, bool ending);

#endif
