/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells the organisation's own zones from the world: a stub or forward zone
 * below the root whose servers all have private addresses is internal.
 *
 * Unbound is asked, not its options, so that zones added while it runs
 * (unbound-control forward_add, stub_add) count too.
 */
#include "unbound/ub.h"

#include "iterator/iter_delegpt.h"
#include "iterator/iter_fwd.h"
#include "iterator/iter_hints.h"
#include "names/netblock.h"
#include "sldns/rrdef.h"
#include "util/data/dname.h"
#include "util/locks.h"

bool ub_zone_is_private(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	if (address->ss_family == AF_INET)
		return seep_netblock_is_private((const void *)&v4->sin_addr, 4);
	if (address->ss_family == AF_INET6)
		return seep_netblock_is_private((const void *)&v6->sin6_addr, 16);
	return address->ss_family == AF_UNIX;
}

static enum ub_zone zone_of_servers(const struct delegpt *servers)
{
	if (servers->namelabs <= 1)
		return UB_ZONE_WORLD;
	for (const struct delegpt_addr *a = servers->target_list; a; a = a->next_target)
		if (!ub_zone_is_private(&a->addr))
			return UB_ZONE_WORLD;
	return servers->target_list && !servers->nslist ? UB_ZONE_INTERNAL : UB_ZONE_UNKNOWN;
}

static enum ub_zone forward_of(struct module_env *env, uint8_t *name, uint16_t class, bool *found,
			       size_t *apex_size)
{
	enum ub_zone zone;
	struct delegpt *servers;

#ifdef SEEP_UNBOUND_ZONES_LOCK
	servers = forwards_lookup(env->fwds, name, class, 0);
#else
	servers = forwards_lookup(env->fwds, name, class);
#endif
	*found = servers != NULL;
	if (!servers)
		return UB_ZONE_WORLD;
	zone = zone_of_servers(servers);
	*apex_size = servers->namelen;
#ifdef SEEP_UNBOUND_ZONES_LOCK
	lock_rw_unlock(&env->fwds->lock);
#endif
	return zone;
}

static enum ub_zone stub_of(struct module_env *env, uint8_t *name, uint16_t class,
			    size_t *apex_size)
{
	enum ub_zone zone;
	struct iter_hints_stub *stub;

#ifdef SEEP_UNBOUND_ZONES_LOCK
	stub = hints_lookup_stub(env->hints, name, class, NULL, 0);
#else
	stub = hints_lookup_stub(env->hints, name, class, NULL);
#endif
	if (!stub)
		return UB_ZONE_WORLD;
	zone = zone_of_servers(stub->dp);
	*apex_size = stub->dp->namelen;
#ifdef SEEP_UNBOUND_ZONES_LOCK
	lock_rw_unlock(&env->hints->lock);
#endif
	return zone;
}

enum ub_zone ub_zone_of(struct module_env *env, struct query_info *qinfo, size_t *apex_size)
{
	uint8_t *name = qinfo->qname;
	size_t size = qinfo->qname_len;
	enum ub_zone zone;
	bool found;

	/* A zone's DS record is asked of the zone above. */
	if (qinfo->qtype == LDNS_RR_TYPE_DS && !dname_is_root(name))
		dname_remove_label(&name, &size);
	zone = forward_of(env, name, qinfo->qclass, &found, apex_size);
	return found ? zone : stub_of(env, name, qinfo->qclass, apex_size);
}
