/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet is about to leave: every client's query that it leaves for is told, and may
 * forbid it.
 */
#include "unbound/ub.h"
#include "unbound/timed.h"

#include <string.h>

#include "services/cache/infra.h"
#include "sldns/rrdef.h"

/* All that one packet's walk works on. */
struct leaving {
	struct seep_thread *thread;
	struct seep_packet packet;
	uint64_t when_ms;
	int id;
	/* The state that sends did not come past this module: Unbound's iterator made it, and need
	 * not wait for it. */
	bool is_look_up;
	bool is_wanted;    /* by a query */
	bool is_forbidden; /* by another */
};

static void tell_query(struct leaving *leaving, struct ub_query *own)
{
	if (leaving->is_look_up)
		own->has_look_ups = true;
	if (seep_query_may_send(leaving->thread, &own->query, &leaving->packet, leaving->when_ms))
		leaving->is_wanted = true;
	else
		leaving->is_forbidden = true;
}

static bool tell(void *context, struct mesh_state *state)
{
	struct leaving *leaving = context;
	struct ub_query *own = ub_query_of(state, leaving->id);

	if (own)
		tell_query(leaving, own);
	return true;
}

/*
 * Nobody waits for the state: some look-ups go on when their query is done, and some are
 * never waited for. These begin while their query is at work.
 */
static void tell_unwaited(struct leaving *leaving, struct module_qstate *qstate)
{
	struct ub_query *current = ub_query_current(qstate->env->now_tv);

	if (ub_query_is_stopped(qstate, leaving->id))
		leaving->is_forbidden = true;
	else if (current)
		tell_query(leaving, current);
}

/* Is the zone whose servers are asked one of this organisation, or below one? */
static bool is_inside(struct module_env *env, uint8_t *zone, size_t zone_size)
{
	struct query_info apex = { .qname = zone,
				   .qname_len = zone_size,
				   .qtype = LDNS_RR_TYPE_NS,
				   .qclass = LDNS_RR_CLASS_IN };
	size_t apex_size;

	return ub_zone_of(env, &apex, &apex_size) != UB_ZONE_WORLD;
}

/*
 * Letter case carries nothing out (see unbound/query.c). Once a client was given an old answer
 * while its state goes on, Unbound has that client's spelling in the state again.
 */
static void close_letter_case(struct module_qstate *qstate)
{
	if (seep_engine_may_refuse(ub_module.engine, ub_now_ms()))
		ub_query_lower(qstate);
}

/* What is found for a state is nobody's answer: the next who asks may be another. */
static bool keep_from_cache(void *context, struct mesh_state *state)
{
	(void)context;
	state->s.no_cache_store = 1;
	return true;
}

/*
 * Unbound sends whatever this callback says; but no socket of its may send to all hosts at
 * once, so a packet addressed so is given up before it leaves.
 */
static void stop(struct sockaddr_storage *address, struct module_qstate *qstate, int id)
{
	struct sockaddr_in nowhere = { .sin_family = AF_INET,
				       .sin_port = htons(53),
				       .sin_addr.s_addr = INADDR_BROADCAST };

	memcpy(address, &nowhere, sizeof(nowhere));
	ub_waiting_walk(qstate->mesh_info, keep_from_cache, NULL);
	ub_query_mark_stopped(qstate, id);
}

int ub_packet_leaves(struct query_info *qinfo, uint16_t flags, struct module_qstate *qstate,
		     struct sockaddr_storage *address, socklen_t address_size, uint8_t *zone,
		     size_t zone_size, struct regional *region, int id, void *callback)
{
	UB_TIMED(UB_TIMED_LEAVES);
	uint8_t name[SEEP_NAME_MAX_BYTES];
	struct leaving leaving = {
		.thread = ub_thread(),
		.packet = { .name = name,
			    .name_size = qinfo->qname_len,
			    .is_internal = ub_zone_is_private(address) &&
					   is_inside(qstate->env, zone, zone_size),
			    /* Unbound's ratelimit acts after this, and ends the state. */
			    .is_unsure = infra_dp_ratelimit != 0 },
		.when_ms = ub_now_ms(),
		.id = id,
		.is_look_up = !qstate->minfo[id],
	};

	(void)flags, (void)address_size, (void)region, (void)callback;
	if (!leaving.thread || qinfo->qname_len > sizeof(name))
		return 1;
	seep_name_lower(name, qinfo->qname, qinfo->qname_len);
	ub_waiting_walk(qstate->mesh_info, tell, &leaving);
	if (!leaving.is_wanted && !leaving.is_forbidden)
		tell_unwaited(&leaving, qstate);
	close_letter_case(qstate);
	if (leaving.is_forbidden && !leaving.is_wanted)
		stop(address, qstate, id);
	return 1;
}

int ub_packet_answered(struct module_qstate *qstate, struct dns_msg *response, int id,
		       void *callback)
{
	struct ub_query *own = ub_query_of(qstate->mesh_info, id);
	struct seep_thread *thread = ub_thread();

	(void)response, (void)callback;
	close_letter_case(qstate);
	ub_query_set_current(own, qstate->env->now_tv);
	if (own && own->query.is_pending && thread)
		seep_query_assume_sent(thread, &own->query, ub_now_ms());
	return 1;
}
