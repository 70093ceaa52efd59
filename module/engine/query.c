/* SPDX-License-Identifier: BSD-3-Clause */
/* A client's query from its first miss to its end. */
#include "engine/query.h"

#include <string.h>

static void note_verdict(struct seep_query *query, struct seep_verdict verdict)
{
	query->stage = verdict.outcome == SEEP_REFUSE ? SEEP_QUERY_REFUSED : SEEP_QUERY_HELD;
}

struct seep_verdict seep_query_begin(struct seep_thread *thread, struct seep_query *query)
{
	struct seep_verdict verdict =
		seep_engine_judge(thread, &query->observation, &query->reservation, &query->name);

	note_verdict(query, verdict);
	return verdict;
}

bool seep_query_insist(struct seep_thread *thread, struct seep_query *query)
{
	note_verdict(query, seep_engine_insist(thread, &query->observation, &query->reservation,
					       &query->name));
	return query->stage == SEEP_QUERY_HELD;
}

/* A query for a place of this organisation heads for the outside: now it is judged. */
static void judge_outside(struct seep_thread *thread, struct seep_query *query, uint64_t when_ms)
{
	seep_engine_withdraw_internal(thread);
	query->observation.internal = false;
	query->observation.may_wait = false;
	query->observation.when_ms = when_ms;
	(void)seep_query_begin(thread, query);
}

static void commit(struct seep_thread *thread, struct seep_query *query, uint64_t when_ms)
{
	if (query->reservation.class == SEEP_CLASS_INTERNAL)
		judge_outside(thread, query, when_ms);
	if (query->stage == SEEP_QUERY_REFUSED)
		return;
	seep_engine_commit(thread, &query->reservation, when_ms);
	query->stage = SEEP_QUERY_SENT;
}

void seep_query_assume_sent(struct seep_thread *thread, struct seep_query *query, uint64_t when_ms)
{
	if (query->stage == SEEP_QUERY_HELD)
		commit(thread, query, when_ms);
}

/* Is it the name of the query's internal zone, or one above that? */
static bool is_above_inside(const struct seep_query *query, const struct seep_packet *packet)
{
	const struct seep_observation *observation = &query->observation;

	return packet->name_size <= query->inside_size &&
	       memcmp(observation->name + observation->name_size - packet->name_size, packet->name,
		      packet->name_size) == 0;
}

bool seep_query_may_send(struct seep_thread *thread, struct seep_query *query,
			 const struct seep_packet *packet, uint64_t when_ms)
{
	/* The host ends the query of which it stops a packet: that one left. */
	if (query->is_pending)
		seep_query_assume_sent(thread, query, when_ms);
	if (query->stage != SEEP_QUERY_HELD)
		return query->stage != SEEP_QUERY_REFUSED;
	if (packet->is_internal)
		query->went_inside = true;
	else if (is_above_inside(query, packet) ||
		 !seep_name_told(&query->name, packet->name, packet->name_size))
		return true;
	else if (packet->is_unsure)
		query->is_pending = true;
	else
		commit(thread, query, when_ms);
	return query->stage != SEEP_QUERY_REFUSED;
}

void seep_query_end(struct seep_thread *thread, struct seep_query *query,
		    enum seep_existence existence)
{
	enum seep_query_stage stage = query->stage;

	query->stage = SEEP_QUERY_ENDED;
	if (stage == SEEP_QUERY_HELD && query->went_inside) {
		seep_engine_commit_internal(thread, &query->reservation);
		return;
	}
	if (stage == SEEP_QUERY_HELD || stage == SEEP_QUERY_SENT)
		seep_engine_answered(thread, &query->observation, &query->reservation, existence);
	if (stage == SEEP_QUERY_HELD)
		seep_engine_release(thread, &query->reservation);
	if (stage == SEEP_QUERY_REFUSED)
		seep_engine_refuse(thread, &query->observation, &query->reservation,
				   query->is_stale);
}
