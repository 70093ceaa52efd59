/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers without a state: from the message cache, and local ones. They are counted, and
 * always given. One that is old sets off a refresh, whose packets tell the outside which
 * of the old names a client chose: the client is noted for it.
 */
#include "unbound/ub.h"
#include "unbound/timed.h"

#include <string.h>

#include "util/data/dname.h"
#include "util/data/msgreply.h"
#include "util/netevent.h"

/* A refresh that may begin in this thread, in the same moment. */
struct note {
	struct ub_client client;
	struct timeval now;
	uint16_t type;
	uint16_t class;
	uint8_t name_size; /* 0: none */
	uint8_t name[SEEP_NAME_MAX_BYTES];
};

static _Thread_local EARLY struct note noted;

void ub_hit_note(const struct query_info *qinfo, const struct ub_client *client,
		 const struct timeval *now)
{
	if (qinfo->qname_len > sizeof(noted.name))
		return;
	noted.client = *client;
	noted.now = *now;
	noted.type = qinfo->qtype;
	noted.class = qinfo->qclass;
	noted.name_size = (uint8_t)qinfo->qname_len;
	memcpy(noted.name, qinfo->qname, qinfo->qname_len);
}

bool ub_hit_is_same_moment(const struct timeval *a, const struct timeval *b)
{
	return a->tv_sec == b->tv_sec && a->tv_usec == b->tv_usec;
}

bool ub_hit_find_cause(const struct module_qstate *qstate, struct ub_client *client)
{
	const struct query_info *qinfo = &qstate->qinfo;
	uint8_t name_size = noted.name_size;

	noted.name_size = 0;
	if (!name_size || noted.type != qinfo->qtype || noted.class != qinfo->qclass ||
	    !ub_hit_is_same_moment(&noted.now, qstate->env->now_tv) ||
	    query_dname_compare(noted.name, qinfo->qname) != 0)
		return false;
	*client = noted.client;
	return true;
}

/* Is this answer so old that Unbound may ask anew? Times in the cache are absolute. */
static bool is_old(const struct reply_info *reply, const struct timeval *now)
{
	return reply->prefetch_ttl <= now->tv_sec || reply->ttl < now->tv_sec;
}

static int on_cache_hit(struct query_info *qinfo, struct module_qstate *qstate,
			struct reply_info *rep, int rcode, struct edns_data *edns,
			struct edns_option **opt_list_out, struct comm_reply *repinfo,
			struct regional *region, struct timeval *start_time, int id, void *callback)
{
	UB_TIMED(UB_TIMED_HIT);
	struct seep_thread *thread = ub_thread();
	struct ub_client client;

	(void)rcode, (void)opt_list_out, (void)region, (void)id, (void)callback;
	/* A failure of a state is no hit. */
	if (!thread || !repinfo || !rep || qstate)
		return 1;
	client = ub_client_of(thread, repinfo, edns);
	seep_engine_hit(thread, &client.address);
	seep_counters_add(&seep_thread_counters(thread)->queries, 1);
	seep_counters_add(&seep_thread_counters(thread)->hits, 1);
	if (start_time && is_old(rep, start_time))
		ub_hit_note(qinfo, &client, start_time);
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
bool ub_hit_register(struct module_env *env, int id)
{
	const struct dynlibmod_env *loader = env->modinfo[id];

	return loader->inplace_cb_register_wrapped((void *)&ub_packet_leaves, inplace_cb_query,
						   NULL, env, id) &&
	       loader->inplace_cb_register_wrapped((void *)&ub_packet_answered,
						   inplace_cb_query_response, NULL, env, id) &&
	       loader->inplace_cb_register_wrapped((void *)&on_cache_hit, inplace_cb_reply_cache,
						   NULL, env, id) &&
	       /* What did not validate is answered so, and refreshed like all else. */
	       loader->inplace_cb_register_wrapped((void *)&on_cache_hit, inplace_cb_reply_servfail,
						   NULL, env, id) &&
	       loader->inplace_cb_register_wrapped((void *)&on_local, inplace_cb_reply_local, NULL,
						   env, id);
}

void ub_hit_unregister(struct module_env *env, int id)
{
	const struct dynlibmod_env *loader = env->modinfo[id];

	loader->inplace_cb_delete_wrapped(env, inplace_cb_query, id);
	loader->inplace_cb_delete_wrapped(env, inplace_cb_query_response, id);
	loader->inplace_cb_delete_wrapped(env, inplace_cb_reply_cache, id);
	loader->inplace_cb_delete_wrapped(env, inplace_cb_reply_servfail, id);
	loader->inplace_cb_delete_wrapped(env, inplace_cb_reply_local, id);
}
