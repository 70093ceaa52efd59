/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the message cache still holds for a query that a budget forbids to send, however old
 * (RFC 8767). Unbound forgets nothing when a TTL passes, but gives such answers only where
 * serve-expired is on; here they are looked for without it, and held to all that its own look-up
 * asks for: the CNAME chain, the validation, response-ip and RPZ.
 */
#include "unbound/ub.h"

#include <stddef.h>
#include <string.h>

#include "respip/respip.h"
#include "sldns/rrdef.h"
#include "util/config_file.h"
#include "util/data/msgreply.h"
#include "util/net_help.h"
#include "util/regional.h"
#include "util/storage/slabhash.h"

/* Later versions take the views and the response-ip set where earlier ones look them up. */
#ifdef SEEP_UNBOUND_RESPIP_SET
#define RESPIP_SET(env) , (env)->views, (env)->respip_set
#else
#define RESPIP_SET(env)
#endif

static bool is_expired(const struct reply_info *reply, time_t now)
{
#ifdef TTL_IS_EXPIRED
	return TTL_IS_EXPIRED(reply->ttl, now);
#else
	return reply->ttl < now;
#endif
}

/* What did not validate, or was not validated yet, is for those alone who want it unchecked. */
static bool is_valid_for(const struct module_qstate *qstate, const struct reply_info *reply)
{
	if (!qstate->env->need_to_validate ||
	    ((qstate->query_flags & BIT_CD) && !qstate->env->cfg->ignore_cd))
		return true;
	return reply->security > sec_status_bogus &&
	       reply->security != sec_status_secure_sentinel_fail;
}

/*
 * The cached REPLY as a message of the state's own, its chain and its records' validation checked;
 * or NULL, also of an old failure. How old it may be, Unbound noted with the reply when it was
 * stored, by its own serve-expired-ttl: so the message is made of a copy with another note.
 */
static struct dns_msg *copy_message(struct module_qstate *qstate, struct query_info *qinfo,
				    const struct reply_info *reply)
{
	size_t size = offsetof(struct reply_info, ref) + reply->rrset_count * sizeof(reply->ref[0]);
	struct reply_info *noted =
		regional_alloc(qstate->region, size < sizeof(*noted) ? sizeof(*noted) : size);

	if (!noted)
		return NULL;
	memcpy(noted, reply, size);
	noted->serve_expired_ttl = *qstate->env->now + 1;
	return tomsg(qstate->env, qinfo, noted, qstate->region, *qstate->env->now, 1,
		     qstate->env->scratch);
}

/* Earlier versions copy a TTL that has passed as 0 where serve-expired is off. */
static void set_ttls(struct module_qstate *qstate, struct reply_info *reply)
{
#ifdef EXPIRED_REPLY_TTL_CALC
	(void)qstate, (void)reply;
#else
	time_t ttl_s = qstate->env->cfg->serve_expired_reply_ttl;

	reply->ttl = ttl_s;
	for (size_t at = 0; at < reply->rrset_count; at++) {
		struct packed_rrset_data *data = reply->rrsets[at]->entry.data;

		if (!data->ttl)
			data->ttl = ttl_s;
		for (size_t rr = 0; rr < data->count + data->rrsig_count; rr++)
			if (!data->rr_ttl[rr])
				data->rr_ttl[rr] = ttl_s;
	}
#endif
}

/* What is found in the cache, and whether its TTL has passed. */
struct found {
	struct dns_msg *message; /* in the state's region; NULL: nothing */
	bool is_expired;
};

/* ENTRY is locked. */
static void take_entry(struct module_qstate *qstate, const struct lruhash_entry *entry,
		       struct found *found)
{
	struct msgreply_entry *key = entry->key;
	const struct reply_info *reply = entry->data;
	time_t now = *qstate->env->now;

	found->is_expired = is_expired(reply, now);
	if (found->is_expired && (uint64_t)(now - reply->ttl) > ub_module.conf.stale_s)
		return;
	if (is_valid_for(qstate, reply))
		found->message = copy_message(qstate, &key->key, reply);
	if (found->message && found->is_expired)
		set_ttls(qstate, found->message->rep);
}

static void look_up(struct module_qstate *qstate, struct found *found)
{
	hashvalue_type hash = query_info_hash(&qstate->qinfo, qstate->query_flags);
	struct lruhash_entry *entry =
		slabhash_lookup(qstate->env->msg_cache, hash, &qstate->qinfo, 0);

	if (!entry)
		return;
	take_entry(qstate, entry, found);
	lock_rw_unlock(&entry->lock);
}

/* Is the respip module in front? Then it gets the answer as it gets all others. */
static bool is_respip_before(const struct module_qstate *qstate, int id)
{
	const struct module_stack *modules = &qstate->env->mesh->mods;

	for (int at = 0; at < id && at < modules->num; at++)
		if (strcmp(modules->mod[at]->name, "respip") == 0)
			return true;
	return false;
}

static bool is_drop(const struct respip_action_info *action, bool is_rewritten)
{
	return action->action == respip_always_deny ||
	       (!is_rewritten &&
		(action->action == respip_deny || action->action == respip_inform_deny));
}

/*
 * Applies response-ip and RPZ to the addresses in the answer, as the respip module behind this one
 * would have. False if they forbid it, or lead to another name, which would have to be asked for.
 */
static bool apply_respip(struct module_qstate *qstate, struct dns_msg *message)
{
	struct respip_action_info action = { .action = respip_none };
	struct ub_packed_rrset_key *alias = NULL;
	struct reply_info *reply = message->rep;

	if (qstate->qinfo.qtype != LDNS_RR_TYPE_A && qstate->qinfo.qtype != LDNS_RR_TYPE_AAAA &&
	    qstate->qinfo.qtype != LDNS_RR_TYPE_ANY)
		return true;
	if (!respip_rewrite_reply(&qstate->qinfo, qstate->client_info, message->rep, &reply,
				  &action, &alias, 0, qstate->region, qstate->env->auth_zones,
				  &qstate->rpz_passthru RESPIP_SET(qstate->env)))
		return false;
	if (!reply || alias || is_drop(&action, reply != message->rep))
		return false;
	message->rep = reply;
	if (action.action == respip_none)
		return true;
	/* For Unbound's log and statistics. */
	qstate->respip_action_info = regional_alloc_init(qstate->region, &action, sizeof(action));
	return qstate->respip_action_info != NULL;
}

static bool passes_respip(struct module_qstate *qstate, int id, struct dns_msg *message)
{
	const struct mesh_area *mesh = qstate->env->mesh;

	if ((!mesh->use_response_ip && !mesh->use_rpz) || is_respip_before(qstate, id))
		return true;
	return apply_respip(qstate, message);
}

static void note_stale(struct module_qstate *told, const struct reply_info *reply)
{
	bool is_nxdomain = FLAGS_GET_RCODE(reply->flags) == LDNS_RCODE_NXDOMAIN;

	edns_opt_list_append_ede(&told->edns_opts_front_out, told->region,
				 is_nxdomain ? LDNS_EDE_STALE_NXDOMAIN_ANSWER
					     : LDNS_EDE_STALE_ANSWER,
				 "Seep: a budget for new names is spent; this is from the cache");
}

bool ub_stale_answer(struct module_qstate *qstate, int id, struct module_qstate *told)
{
	struct found found = { NULL, false };

	if (!ub_module.conf.stale_s || qstate->no_cache_lookup)
		return false;
	look_up(qstate, &found);
	if (!found.message || !passes_respip(qstate, id, found.message))
		return false;
	qstate->return_msg = found.message;
	qstate->return_rcode = LDNS_RCODE_NOERROR;
	if (found.is_expired)
		note_stale(told, found.message->rep);
	return true;
}
