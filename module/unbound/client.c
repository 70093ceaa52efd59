/* SPDX-License-Identifier: BSD-3-Clause */
/* Who asked: the address that a query came from, or whom a trusted forwarder names in it. */
#include "names/identity.h"
#include "names/netblock.h"
#include "unbound/ub.h"

#include <string.h>

#include "util/data/msgparse.h"
#include "util/netevent.h"

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

/* A connection proves that packets reach the address, and so does a cookie that the resolver gave
 * to it. */
static bool is_proven(const struct comm_reply *from, const struct edns_data *edns)
{
#ifdef SEEP_UNBOUND_COOKIES
	if (edns->cookie_valid)
		return true;
#else
	(void)edns;
#endif
	return from->c->type != comm_udp;
}

static bool is_trusted(const struct seep_address *address)
{
	return seep_netblocks_contain(ub_module.conf.trusted_forwarder, address->bytes,
				      address->size_bytes);
}

static void count(struct seep_counters *counters, enum seep_identity_kind kind)
{
	switch (kind) {
	case SEEP_IDENTITY_SUBNET:
		seep_counters_add(&counters->identity_subnet, 1);
		break;
	case SEEP_IDENTITY_MAC:
		seep_counters_add(&counters->identity_mac, 1);
		break;
	case SEEP_IDENTITY_REFUSED:
		seep_counters_add(&counters->identity_refused, 1);
		break;
	case SEEP_IDENTITY_NONE:
		seep_counters_add(&counters->identity_none, 1);
		break;
	}
}

/* Whom the FORWARDER names, and itself if it names nobody who is to be believed. */
static struct seep_address named_by(const struct seep_address *forwarder,
				    const struct edns_data *edns, struct seep_counters *counters)
{
	const struct edns_option *option = edns->opt_list_in;
	struct seep_identity identity = { .is_bad = false };

	while (option &&
	       seep_identity_read(&identity, option->opt_code, option->opt_data, option->opt_len))
		option = option->next;
	count(counters, seep_identity_of(&identity));
	return seep_identity_user(&identity, &ub_module.network_masks, forwarder);
}

struct ub_client ub_client_of(struct seep_thread *thread, const struct comm_reply *from,
			      const struct edns_data *edns)
{
	struct ub_client client = { .address = address_of(&from->client_addr),
				    .is_proven = is_proven(from, edns) };

	if (is_trusted(&client.address))
		client.address = named_by(&client.address, edns, seep_thread_counters(thread));
	return client;
}

bool ub_client_is_forwarded(const struct module_qstate *qstate)
{
	const struct mesh_reply *reply = qstate->mesh_info->reply_list;

	if (!ub_module.conf.trusted_forwarder || !qstate->edns_opts_front_in)
		return false;
	/* A refresh: whose options it has is not known. */
	if (!reply)
		return true;
	for (; reply; reply = reply->next) {
		const struct seep_address address = address_of(&reply->query_reply.client_addr);

		if (is_trusted(&address))
			return true;
	}
	return false;
}
