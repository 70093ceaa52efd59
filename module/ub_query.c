/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One query's life in Unbound, told to the engine:
 *
 *   operate(new)       a miss: ask the engine; refuse, or let it go on
 *   query callback     a packet leaves: if it carries the name, commit
 *   operate(moddone)   nothing left: release
 *   clear              the state is dropped half-way: release
 *   cache and local callbacks    answered without work: count
 *
 * A query state without a client (prefetch, DNSSEC and server look-ups) is
 * the resolver's own.  Clients that join a state already under way cost
 * nothing: its name leaves once.
 */
#include "ub.h"

#include <string.h>

#include "name.h"
#include "services/cache/dns.h"
#include "services/mesh.h"
#include "sldns/rrdef.h"
#include "util/data/msgreply.h"
#include "util/net_help.h"
#include "util/netevent.h"
#include "util/regional.h"

/* What is kept of a client's query while it is under way; in its region. */
struct ub_query {
	struct seep_reservation reservation;
	struct seep_observation observation; /* of BYTES, lower-cased */
	struct seep_name name;
	enum ub_zone zone;
	bool waiting; /* neither committed nor released */
	uint8_t bytes[];
};

static struct seep_address address_of(const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;
	struct seep_address address = { .size_bytes = 4 };

	if (from->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		memcpy(address.bytes, &v6->sin6_addr, 16);
		address.size_bytes = 16;
	} else if (from->ss_family == AF_INET6) {
		memcpy(address.bytes, v6->sin6_addr.s6_addr + 12, 4);
	} else if (from->ss_family == AF_INET) {
		memcpy(address.bytes, &v4->sin_addr, 4);
	}
	return address;
}

/*
 * Can the client's address not be forged?  A connection has seen packets come back,
 * and so has who sends the cookie that the resolver gave it.
 */
static bool is_proven(const struct mesh_reply *reply)
{
#ifdef SEEP_UNBOUND_COOKIES
	if (reply->edns.cookie_valid)
		return true;
#endif
	return reply->query_reply.c->type != comm_udp;
}

static uint64_t count_clients(const struct module_qstate *qstate)
{
	uint64_t clients = 0;

	for (const struct mesh_reply *reply = qstate->mesh_info->reply_list; reply;
	     reply = reply->next)
		clients++;
	return clients;
}

/* Counts those who joined the query beside its first client. */
static void count_joined(struct seep_counters *counters, uint64_t joined)
{
	seep_counters_add(&counters->queries, joined);
	seep_counters_add(&counters->joined, joined);
}

static void refuse(struct module_qstate *qstate, int id, enum seep_meter meter)
{
	static const char *const texts[] = {
		[SEEP_METER_NONE] = "Seep",
		[SEEP_METER_USER] =
			"Seep: this client's budget for new names (user meter) is spent",
		[SEEP_METER_DOMAIN] =
			"Seep: this domain's budget for new names (domain meter) is spent",
		[SEEP_METER_DGA] =
			"Seep: this client looked for too many domains that do not exist (DGA meter)",
	};

	edns_opt_list_append_ede(&qstate->edns_opts_front_out, qstate->region, LDNS_EDE_BLOCKED,
				 texts[meter]);
	qstate->return_rcode = LDNS_RCODE_REFUSED;
	qstate->ext_state[id] = module_finished;
}

static struct ub_query *query_create(struct module_qstate *qstate)
{
	const struct query_info *qinfo = &qstate->qinfo;
	struct ub_query *query = regional_alloc(qstate->region, sizeof(*query) + qinfo->qname_len);

	if (!query)
		return NULL;
	memset(query, 0, sizeof(*query));
	seep_name_lower(query->bytes, qinfo->qname, qinfo->qname_len);
	/* Letter case would carry a bit a letter past the charge: when guarding,
	 * the name leaves in lower case.  Each client gets its own spelling
	 * back, for Unbound keeps that with the reply; and names that differ in
	 * case only are one to it, so the state stays what it was. */
	if (seep_engine_mode(ub_module.engine, ub_now_ms()) == SEEP_MODE_GUARD)
		memcpy(qinfo->qname, query->bytes, qinfo->qname_len);
	query->zone = ub_zone_of(qstate->env, &qstate->qinfo);
	return query;
}

/* A client's query that needs work. */
static void begin(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	struct seep_counters *counters = seep_thread_counters(thread);
	/* Of several who ask at once, the first counts. */
	const struct mesh_reply *reply = qstate->mesh_info->reply_list;
	struct ub_query *query = query_create(qstate);
	struct seep_verdict verdict;

	seep_counters_add(&counters->queries, 1);
	seep_counters_add(&counters->misses, 1);
	qstate->ext_state[id] = module_wait_module;
	if (!query)
		return;
	query->observation = (struct seep_observation){
		.client = address_of(&reply->query_reply.client_addr),
		.name = query->bytes,
		.name_size = qstate->qinfo.qname_len,
		.type = qstate->qinfo.qtype,
		.internal = query->zone == UB_ZONE_INTERNAL,
		.is_proven = is_proven(reply),
		.when_ms = ub_now_ms(),
	};
	verdict = seep_engine_ask(thread, &query->observation, &query->reservation, &query->name);
	query->waiting = verdict.outcome != SEEP_REFUSE;
	qstate->minfo[id] = query;
	if (verdict.outcome == SEEP_REFUSE)
		refuse(qstate, id, verdict.meter);
}

/*
 * Does the query's registrable domain exist?  NXDOMAIN says no only if the zone
 * whose SOA record comes with it lies above the domain.
 */
static enum seep_existence existence_of(const struct ub_query *query,
					const struct module_qstate *qstate)
{
	const struct reply_info *reply = qstate->return_msg ? qstate->return_msg->rep : NULL;
	size_t domain_size = (size_t)query->name.size - query->name.domain_at;

	if (qstate->return_rcode != LDNS_RCODE_NOERROR || !reply)
		return SEEP_EXISTENCE_UNKNOWN;
	if (FLAGS_GET_RCODE(reply->flags) == LDNS_RCODE_NOERROR || reply->an_numrrsets)
		return SEEP_EXISTENCE_YES;
	if (FLAGS_GET_RCODE(reply->flags) != LDNS_RCODE_NXDOMAIN)
		return SEEP_EXISTENCE_UNKNOWN;
	for (size_t i = 0; i < reply->an_numrrsets + reply->ns_numrrsets; i++) {
		const struct packed_rrset_key *key = &reply->rrsets[i]->rk;

		if (ntohs(key->type) == LDNS_RR_TYPE_SOA)
			return key->dname_len < domain_size ? SEEP_EXISTENCE_NO
							    : SEEP_EXISTENCE_YES;
	}
	return query->name.prefix_labels ? SEEP_EXISTENCE_UNKNOWN : SEEP_EXISTENCE_NO;
}

static void end(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	struct ub_query *query = qstate->minfo[id];
	uint64_t clients = count_clients(qstate);

	if (query && query->waiting) {
		query->waiting = false;
		seep_engine_release(thread, &query->reservation);
	} else if (query) {
		seep_engine_answered(thread, &query->observation, &query->reservation,
				     existence_of(query, qstate));
	}
	if (clients > (query ? 1u : 0u))
		count_joined(seep_thread_counters(thread), clients - (query ? 1 : 0));
}

void ub_query_operate(struct module_qstate *qstate, enum module_ev event, int id)
{
	struct seep_thread *thread = ub_thread();

	switch (event) {
	case module_event_new:
	case module_event_pass:
		if (thread && qstate->mesh_info->reply_list) {
			begin(qstate, id, thread);
			return;
		}
		if (thread)
			seep_counters_add(&seep_thread_counters(thread)->background, 1);
		qstate->ext_state[id] = module_wait_module;
		return;
	case module_event_moddone:
		if (thread)
			end(qstate, id, thread);
		qstate->ext_state[id] = module_finished;
		return;
	default:
		/* No event of an outgoing query is ever ours. */
		qstate->ext_state[id] = module_error;
	}
}

void ub_query_clear(struct module_qstate *qstate, int id)
{
	struct ub_query *query = qstate->minfo[id];
	struct seep_thread *thread = ub_thread();

	if (query && query->waiting && thread)
		seep_engine_release(thread, &query->reservation);
	qstate->minfo[id] = NULL;
}

/*
 * Does this packet tell what the client said?  Where a CNAME leads is the
 * answer's choice; where a DNAME leads still spells the client's labels, and
 * a novel name that is seen again behind another domain is taken for that.
 */
static bool carries(const struct ub_query *query, const uint8_t *packet, size_t size)
{
	return seep_name_carried(&query->name, packet, size) ||
	       (query->reservation.labels.count && seep_name_echoed(&query->name, packet));
}

/* A packet is about to leave for a server. */
static int on_query(struct query_info *qinfo, uint16_t flags, struct module_qstate *qstate,
		    struct sockaddr_storage *address, socklen_t address_size, uint8_t *zone,
		    size_t zone_size, struct regional *region, int id, void *callback)
{
	struct ub_query *query = qstate->minfo[id];
	uint8_t packet[SEEP_NAME_MAX_BYTES];
	struct seep_thread *thread;

	(void)flags, (void)address_size, (void)zone, (void)zone_size;
	(void)region, (void)callback;
	if (!query || !query->waiting || qinfo->qname_len > sizeof(packet))
		return 1;
	seep_name_lower(packet, qinfo->qname, qinfo->qname_len);
	if (!carries(query, packet, qinfo->qname_len))
		return 1;
	thread = ub_thread();
	if (!thread)
		return 1;
	query->waiting = false;
	if (query->zone == UB_ZONE_UNKNOWN && ub_zone_is_private(address))
		seep_engine_commit_internal(thread, &query->reservation);
	else
		seep_engine_commit(thread, &query->reservation, ub_now_ms());
	return 1;
}

static int on_cache_hit(struct query_info *qinfo, struct module_qstate *qstate,
			struct reply_info *rep, int rcode, struct edns_data *edns,
			struct edns_option **opt_list_out, struct comm_reply *repinfo,
			struct regional *region, struct timeval *start_time, int id, void *callback)
{
	struct seep_thread *thread = ub_thread();
	struct seep_address client;

	(void)qinfo, (void)qstate, (void)rep, (void)rcode, (void)edns;
	(void)opt_list_out, (void)region, (void)start_time, (void)id;
	(void)callback;
	if (!thread || !repinfo)
		return 1;
	client = address_of(&repinfo->client_addr);
	seep_engine_hit(thread, &client);
	seep_counters_add(&seep_thread_counters(thread)->queries, 1);
	seep_counters_add(&seep_thread_counters(thread)->hits, 1);
	return 1;
}

static int on_local(struct query_info *qinfo, struct module_qstate *qstate, struct reply_info *rep,
		    int rcode, struct edns_data *edns, struct edns_option **opt_list_out,
		    struct comm_reply *repinfo, struct regional *region, struct timeval *start_time,
		    int id, void *callback)
{
	struct seep_thread *thread = ub_thread();

	(void)qinfo, (void)qstate, (void)rep, (void)rcode, (void)edns;
	(void)opt_list_out, (void)repinfo, (void)region, (void)start_time;
	(void)id, (void)callback;
	if (thread) {
		seep_counters_add(&seep_thread_counters(thread)->queries, 1);
		seep_counters_add(&seep_thread_counters(thread)->local, 1);
	}
	return 1;
}

/*
 * inplace_cb_reply is not used: to register it switches off Unbound's reuse
 * of one encoded answer for several clients.
 */
bool ub_query_register(struct module_env *env, int id)
{
	const struct dynlibmod_env *loader = env->modinfo[id];

	return loader->inplace_cb_register_wrapped((void *)&on_query, inplace_cb_query, NULL, env,
						   id) &&
	       loader->inplace_cb_register_wrapped((void *)&on_cache_hit, inplace_cb_reply_cache,
						   NULL, env, id) &&
	       loader->inplace_cb_register_wrapped((void *)&on_local, inplace_cb_reply_local, NULL,
						   env, id);
}

void ub_query_unregister(struct module_env *env, int id)
{
	const struct dynlibmod_env *loader = env->modinfo[id];

	loader->inplace_cb_delete_wrapped(env, inplace_cb_query, id);
	loader->inplace_cb_delete_wrapped(env, inplace_cb_reply_cache, id);
	loader->inplace_cb_delete_wrapped(env, inplace_cb_reply_local, id);
}
