/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One query's life in Unbound, told to the core:
 *
 *   operate(new)       a miss, or a refresh that an answer set off: charge it; let it go
 *                      on, or answer it from the cache (unbound/stale.c), or refuse it
 *   query callback     unbound/packet.c: a packet leaves for it
 *   operate(moddone)   it is answered, as far as this module goes
 *   clear              its state goes, answered or dropped half-way: the query ends
 *
 * Clients that join a state already under way cost nothing: its name leaves once. A
 * state without a client is the resolver's own (keys, servers' addresses, priming), and
 * works for the queries that wait for it: it ends at once if all of these are refused.
 * What Unbound's iterator looks up never comes here; unbound/packet.c sees its packets.
 */
#include "names/identity.h"
#include "unbound/ub.h"

#include <string.h>

#include "sldns/rrdef.h"
#include "util/config_file.h"
#include "util/data/msgreply.h"
#include "util/net_help.h"
#include "util/regional.h"

/* These mark states that have no client: they began without one; or a packet was stopped. */
static struct ub_query own_work;
static struct ub_query stopped_work;

/* What this thread was at work for last. */
struct at_work {
	struct ub_query *query;
	struct timeval now;
	/* The last query that was answered: an error report may follow. */
	struct ub_client client;
	bool was_sent;
	struct timeval answered;
};

static _Thread_local EARLY struct at_work at_work;

struct ub_query *ub_query_of(const struct mesh_state *state, int id)
{
	struct ub_query *own = state->s.minfo[id];

	return own == &own_work || own == &stopped_work ? NULL : own;
}

void ub_query_set_current(struct ub_query *own, const struct timeval *now)
{
	at_work.query = own;
	at_work.now = *now;
}

struct ub_query *ub_query_current(const struct timeval *now)
{
	return ub_hit_is_same_moment(&at_work.now, now) ? at_work.query : NULL;
}

void ub_query_mark_stopped(struct module_qstate *qstate, int id)
{
	if (!ub_query_of(qstate->mesh_info, id))
		qstate->minfo[id] = &stopped_work;
}

bool ub_query_is_stopped(const struct module_qstate *qstate, int id)
{
	return qstate->minfo[id] == &stopped_work;
}

void ub_query_lower(struct module_qstate *qstate)
{
	seep_name_lower(qstate->qinfo.qname, qstate->qinfo.qname, qstate->qinfo.qname_len);
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

/* Answers the state's clients with a refusal, whatever else was found. */
static void set_refused(struct module_qstate *qstate, enum seep_meter meter)
{
	static const char *const texts[] = {
		[SEEP_METER_NONE] = "Seep",
		[SEEP_METER_USER] =
			"Seep: this client's budget for new names (user meter) is spent",
		[SEEP_METER_NETWORK] =
			"Seep: this network's budget for new names (network meter) is spent",
		[SEEP_METER_DOMAIN] =
			"Seep: this domain's budget for new names (domain meter) is spent",
		[SEEP_METER_DGA] =
			"Seep: this client looked for too many domains that do not exist (DGA meter)",
	};

	edns_opt_list_append_ede(&qstate->edns_opts_front_out, qstate->region, LDNS_EDE_BLOCKED,
				 texts[meter]);
	qstate->return_rcode = LDNS_RCODE_REFUSED;
	qstate->return_msg = NULL;
}

static void refuse(struct module_qstate *qstate, int id, enum seep_meter meter)
{
	set_refused(qstate, meter);
	qstate->ext_state[id] = module_finished;
}

static void remove_option(struct module_qstate *qstate, uint16_t code)
{
	if (qstate->edns_opts_front_in)
		(void)edns_opt_list_remove(&qstate->edns_opts_front_in, code);
}

/* Without the option the client's address counts, if subnetcache passes on any. */
static void remove_subnet(struct module_qstate *qstate)
{
#ifdef CLIENT_SUBNET
	remove_option(qstate, qstate->env->cfg->client_subnet_opcode);
#else
	(void)qstate;
#endif
}

/*
 * Closes what would carry more than the charge counts. Letter case, a bit a letter: the
 * name leaves in lower case; each client gets its own spelling back, for Unbound keeps that
 * with the reply, and names that differ in case only are one to it, so the state stays what
 * it was. And the client's subnet, which it may choose and subnetcache would pass on.
 */
static void close_side_ways(struct module_qstate *qstate)
{
	ub_query_lower(qstate);
	remove_subnet(qstate);
}

/* Who asked is for the resolver to know, and for nobody behind it. */
static void remove_identity(struct module_qstate *qstate)
{
	remove_subnet(qstate);
	remove_option(qstate, SEEP_IDENTITY_OPTION_SUBNET);
	remove_option(qstate, SEEP_IDENTITY_OPTION_MAC);
	remove_option(qstate, SEEP_IDENTITY_OPTION_DEVICE);
}

static struct ub_query *query_create(struct module_qstate *qstate, const struct ub_client *client)
{
	const struct query_info *qinfo = &qstate->qinfo;
	struct ub_query *own = regional_alloc(qstate->region, sizeof(*own) + qinfo->qname_len);
	size_t apex_size = 0;
	enum ub_zone zone;

	if (!own)
		return NULL;
	memset(own, 0, sizeof(*own));
	seep_name_lower(own->name, qinfo->qname, qinfo->qname_len);
	zone = ub_zone_of(qstate->env, &qstate->qinfo, &apex_size);
	if (zone != UB_ZONE_WORLD)
		own->query.inside_size = (uint8_t)apex_size;
	own->query.observation = (struct seep_observation){
		.client = client->address,
		.name = own->name,
		.name_size = qinfo->qname_len,
		.type = qinfo->qtype,
		.qclass = qinfo->qclass,
		.checking_disabled = (qstate->query_flags & BIT_CD) != 0,
		.internal = zone == UB_ZONE_INTERNAL,
		.is_proven = client->is_proven,
		.may_wait = ub_module.conf.stale_s > 0,
		.when_ms = ub_now_ms(),
	};
	return own;
}

/* The budget forbids to send the query; TOLD is the state whose clients wait for it, NULL if none
 * do. They get what the cache still holds, or are refused; without an old answer a known name may
 * yet be sent. */
static void forbid(struct module_qstate *qstate, int id, struct seep_thread *thread,
		   struct ub_query *own, struct module_qstate *told)
{
	enum seep_meter meter;

	own->query.is_stale = told && ub_stale_answer(qstate, id, told);
	if (told && !own->query.is_stale && seep_query_insist(thread, &own->query))
		return;
	qstate->ext_state[id] = module_finished;
	if (own->query.is_stale)
		return;
	meter = own->query.reservation.verdict.meter;
	set_refused(qstate, meter);
	if (told && told != qstate)
		set_refused(told, meter);
}

/* Charges and judges the query of a CLIENT that QSTATE is going to work for; TOLD as above. */
static void begin(struct module_qstate *qstate, int id, struct seep_thread *thread,
		  const struct ub_client *client, struct module_qstate *told)
{
	struct ub_query *own = query_create(qstate, client);

	qstate->ext_state[id] = module_wait_module;
	ub_query_set_current(own, qstate->env->now_tv);
	if (!own)
		return;
	qstate->minfo[id] = own;
	if (seep_query_begin(thread, &own->query).outcome == SEEP_REFUSE)
		forbid(qstate, id, thread, own, told);
}

/* Of several who ask at once, the first counts. */
static struct ub_client first_client_of(struct seep_thread *thread, const struct mesh_state *state)
{
	return ub_client_of(thread, &state->reply_list->query_reply, &state->reply_list->edns);
}

/*
 * With serve-expired, what Unbound would give a client that waits for too long, a refused one gets
 * at once: its own rules may allow an older answer than option stale.
 */
static void serve_expired(struct module_qstate *qstate, struct ub_query *own)
{
	if (own->query.stage != SEEP_QUERY_REFUSED || own->query.is_stale ||
	    !qstate->serve_expired_data)
		return;
	mesh_serve_expired_callback(qstate->mesh_info);
	own->query.is_stale = !qstate->mesh_info->reply_list;
}

static void begin_miss(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	struct seep_counters *counters = seep_thread_counters(thread);
	struct ub_client client = first_client_of(thread, qstate->mesh_info);
	struct ub_query *own;

	seep_counters_add(&counters->queries, 1);
	seep_counters_add(&counters->misses, 1);
	begin(qstate, id, thread, &client, qstate);
	own = ub_query_of(qstate->mesh_info, id);
	if (!own)
		return;
	own->has_client = true;
	serve_expired(qstate, own);
}

/* Does a refresh begin? Unbound makes these, and no others, without anybody who waits, and
 * keep from the cache from the start. */
static bool is_refresh(const struct module_qstate *qstate)
{
	return qstate->blacklist && !qstate->mesh_info->super_set.count &&
	       !qstate->mesh_info->cb_list;
}

/* Whom a state without a client works for. */
struct cause {
	int id;
	struct mesh_state *unseen; /* a client's state, or a refresh, that did not get here yet */
	bool is_wanted;            /* by a query that goes on */
	bool is_refused;           /* and that one does not */
	bool is_stale;             /* by one that got an old answer */
};

static bool find_cause(void *context, struct mesh_state *state)
{
	struct cause *cause = context;
	struct ub_query *own = ub_query_of(state, cause->id);

	if (own && own->query.stage == SEEP_QUERY_REFUSED) {
		cause->is_refused = true;
		cause->is_stale |= own->query.is_stale;
	} else if (own) {
		cause->is_wanted = true;
	} else if ((state->reply_list || is_refresh(&state->s)) && state->s.curmod < cause->id &&
		   !cause->unseen) {
		cause->unseen = state;
	}
	return true;
}

/* Does a report to a zone's owner begin (RFC 9567)? Its name holds the one that was asked. */
static bool is_report(const struct module_qstate *qstate)
{
	return qstate->qinfo.qtype == LDNS_RR_TYPE_TXT && !qstate->mesh_info->super_set.count &&
	       !qstate->mesh_info->cb_list && qstate->qinfo.qname_len > 4 &&
	       memcmp(qstate->qinfo.qname, "\3_er", 4) == 0;
}

/* A query that no client waits for, but one set off. */
static void begin_set_off(struct module_qstate *qstate, int id, struct seep_thread *thread,
			  const struct ub_client *client)
{
	seep_counters_add(&seep_thread_counters(thread)->refreshes, 1);
	begin(qstate, id, thread, client, NULL);
}

/* What nobody is known to have set off, though somebody did, does not leave when guarding. */
static void begin_unknown(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	seep_counters_add(&seep_thread_counters(thread)->background, 1);
	qstate->minfo[id] = &own_work;
	if (seep_engine_may_refuse(ub_module.engine, ub_now_ms()))
		refuse(qstate, id, SEEP_METER_NONE);
}

/* The refresh REFRESHED begins; with dns64 in front, by a query of another name. */
static void begin_refresh(struct module_qstate *qstate, int id, struct seep_thread *thread,
			  const struct module_qstate *refreshed)
{
	struct ub_client client;

	if (ub_hit_find_cause(refreshed, &client))
		begin_set_off(qstate, id, thread, &client);
	else
		begin_unknown(qstate, id, thread);
}

/* The query that a report is on has paid for it, too, if it paid. */
static void begin_report(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	if (!ub_hit_is_same_moment(&at_work.answered, qstate->env->now_tv)) {
		begin_unknown(qstate, id, thread);
	} else if (at_work.was_sent) {
		seep_counters_add(&seep_thread_counters(thread)->background, 1);
		qstate->minfo[id] = &own_work;
	} else {
		begin_set_off(qstate, id, thread, &at_work.client);
	}
}

/*
 * A module in front made a query of its own out of a client's, and the client's never gets
 * here: dns64 does so for addresses in its prefix.
 */
static void begin_for(struct module_qstate *qstate, int id, struct seep_thread *thread,
		      struct mesh_state *asked)
{
	struct seep_counters *counters = seep_thread_counters(thread);
	struct ub_client client;

	if (!asked->reply_list) {
		begin_refresh(qstate, id, thread, &asked->s);
		return;
	}
	client = first_client_of(thread, asked);
	seep_counters_add(&counters->queries, 1);
	seep_counters_add(&counters->misses, 1);
	begin(qstate, id, thread, &client, &asked->s);
}

static void begin_own_work(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	struct cause cause = { .id = id };

	qstate->ext_state[id] = module_wait_module;
	if (is_refresh(qstate)) {
		begin_refresh(qstate, id, thread, qstate);
		return;
	}
	if (is_report(qstate)) {
		begin_report(qstate, id, thread);
		return;
	}
	qstate->minfo[id] = &own_work;
	ub_waiting_walk(qstate->mesh_info, find_cause, &cause);
	if (cause.unseen && !cause.is_wanted) {
		begin_for(qstate, id, thread, cause.unseen);
		return;
	}
	seep_counters_add(&seep_thread_counters(thread)->background, 1);
	if (!cause.is_refused || cause.is_wanted)
		return;
	/* A module in front makes another answer of the old one: dns64, or respip. */
	if (cause.is_stale && ub_stale_answer(qstate, id, qstate))
		qstate->ext_state[id] = module_finished;
	else
		refuse(qstate, id, SEEP_METER_NONE);
}

/*
 * Does the query's registrable domain exist? NXDOMAIN says no only if the zone
 * whose SOA record comes with it lies above the domain.
 */
static enum seep_existence existence_of(const struct seep_query *query,
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

/* What the cache answered was old, and is going to be asked for anew. */
static void note_refetch(const struct module_qstate *qstate, const struct ub_query *own)
{
	struct ub_client client = { .address = own->query.observation.client,
				    .is_proven = own->query.observation.is_proven };

	ub_hit_note(&qstate->qinfo, &client, qstate->env->now_tv);
}

/*
 * Could a packet leave, or have left, that was not seen? Look-ups go on that nobody waits
 * for any more; and a ratelimit that stopped the last packet has ended the state.
 */
static bool is_in_doubt(const struct ub_query *own, const struct module_qstate *qstate)
{
	return own->has_look_ups || (own->query.is_pending && !qstate->was_ratelimited);
}

static void note_answered(const struct ub_query *own, const struct timeval *now)
{
	at_work.client = (struct ub_client){ .address = own->query.observation.client,
					     .is_proven = own->query.observation.is_proven };
	at_work.was_sent = own->query.stage == SEEP_QUERY_SENT;
	at_work.answered = *now;
}

/*
 * The query was refused on its way out. Its clients get what the cache still holds. If it holds
 * nothing, those that joined may well have a budget: all are told to ask again.
 */
static void answer_refused(struct module_qstate *qstate, int id, struct ub_query *own,
			   uint64_t clients)
{
	own->query.is_stale = clients && ub_stale_answer(qstate, id, qstate);
	if (own->query.is_stale)
		return;
	if (clients <= 1) {
		set_refused(qstate, own->query.reservation.verdict.meter);
		return;
	}
	qstate->return_rcode = LDNS_RCODE_SERVFAIL;
	qstate->return_msg = NULL;
}

/*
 * A module in front may go on with the query (dns64 asks for its A record): it ends with its state.
 */
static void note_answer(struct module_qstate *qstate, int id, struct seep_thread *thread)
{
	struct ub_query *own = ub_query_of(qstate->mesh_info, id);
	uint64_t clients = count_clients(qstate);

	if (!own) {
		count_joined(seep_thread_counters(thread), clients);
		return;
	}
	if (is_in_doubt(own, qstate))
		seep_query_assume_sent(thread, &own->query, ub_now_ms());
	if (own->query.stage == SEEP_QUERY_REFUSED)
		answer_refused(qstate, id, own, clients);
	if (qstate->need_refetch)
		note_refetch(qstate, own);
	note_answered(own, qstate->env->now_tv);
	own->existence = existence_of(&own->query, qstate);
	if (own->has_client && clients)
		clients--;
	count_joined(seep_thread_counters(thread), clients);
}

void ub_query_operate(struct module_qstate *qstate, enum module_ev event, int id)
{
	struct seep_thread *thread = ub_thread();

	switch (event) {
	case module_event_new:
	case module_event_pass:
		qstate->ext_state[id] = module_wait_module;
		if (!thread)
			return;
		if (seep_engine_may_refuse(ub_module.engine, ub_now_ms()))
			close_side_ways(qstate);
		if (ub_client_is_forwarded(qstate))
			remove_identity(qstate);
		if (qstate->mesh_info->reply_list)
			begin_miss(qstate, id, thread);
		else
			begin_own_work(qstate, id, thread);
		return;
	case module_event_moddone:
		if (thread)
			note_answer(qstate, id, thread);
		qstate->ext_state[id] = module_finished;
		return;
	default:
		/* No event of an outgoing query is ever ours. */
		qstate->ext_state[id] = module_error;
	}
}

void ub_query_clear(struct module_qstate *qstate, int id)
{
	struct ub_query *own = ub_query_of(qstate->mesh_info, id);
	struct seep_thread *thread = ub_thread();

	qstate->minfo[id] = NULL;
	if (own && at_work.query == own)
		at_work.query = NULL;
	if (!own || !thread)
		return;
	/* Its look-ups are on their own by now. */
	if (is_in_doubt(own, qstate))
		seep_query_assume_sent(thread, &own->query, ub_now_ms());
	ub_event_ended(&own->query);
	seep_query_end(thread, &own->query, own->existence);
}
