/* SPDX-License-Identifier: BSD-3-Clause */
/* Events in Unbound's log: a meter crossed a line, a user looks for generated domains. */
#include "base/plural.h"
#include "unbound/ub.h"

#include <stdio.h>

#include "util/log.h"

#define EVENTS_A_SECOND 20

/* No more than a few lines a second, whatever clients do. */
static bool may_tell(uint64_t now_s)
{
	if (atomic_exchange(&ub_module.events_s, now_s) != now_s)
		atomic_store(&ub_module.events_told, 0);
	return atomic_fetch_add(&ub_module.events_told, 1) < EVENTS_A_SECOND;
}

static void print_client(char *text, size_t size, const struct seep_address *client)
{
	if (!inet_ntop(client->size_bytes == 4 ? AF_INET : AF_INET6, client->bytes, text,
		       (socklen_t)size))
		text[0] = '\0';
}

static const char *edge_text(const struct seep_event *event)
{
	switch (event->edge) {
	case SEEP_EDGE_FLAGGED:
		return "is above flag-at";
	case SEEP_EDGE_SPENT:
		if (event->mode != SEEP_MODE_GUARD)
			return "is spent; would refuse new names";
		return ub_module.conf.stale_s
			       ? "is spent; refusing new names that the cache has not"
			       : "is spent; refusing new names";
	case SEEP_EDGE_RELEASED:
	case SEEP_EDGE_NONE:
		break;
	}
	return "has drained below flag-at";
}

/* Whole bytes, for a format. */
static unsigned long long bytes_of(uint64_t mbit)
{
	return (unsigned long long)seep_bits_to_bytes(mbit);
}

void ub_log_event(void *context, const struct seep_event *event)
{
	const struct seep_name *name = event->name;
	char client[INET6_ADDRSTRLEN];
	char domain[SEEP_NAME_MAX_BYTES + 1];
	char whole[SEEP_NAME_MAX_BYTES + 1];

	(void)context;
	if (!may_tell(event->observation->when_ms / 1000))
		return;
	print_client(client, sizeof(client), &event->observation->client);
	if (event->meter == SEEP_METER_DGA) {
		seep_name_print(whole, sizeof(whole), event->observation->name,
				event->observation->name_size);
		log_info("seep: user %s looks for generated domains: about %llu that it asked for "
			 "do not exist, names sent to about %llu domains in all; last name %s",
			 client, (unsigned long long)event->names,
			 (unsigned long long)event->domains, whole);
		return;
	}
	seep_name_print(domain, sizeof(domain), name->bytes + name->domain_at,
			(size_t)name->size - name->domain_at);
	seep_name_print(whole, sizeof(whole), name->bytes, name->size);
	if (event->meter == SEEP_METER_USER)
		log_info("seep: user %s %s: %llu of %llu bytes, about %llu %s sent to about "
			 "%llu %s; last name %s",
			 client, edge_text(event), bytes_of(event->level_mbit),
			 bytes_of(event->budget_mbit), (unsigned long long)event->names,
			 seep_plural(event->names, "name", "names"),
			 (unsigned long long)event->domains,
			 seep_plural(event->domains, "domain", "domains"), whole);
	else
		log_info("seep: domain %s %s: %llu of %llu bytes, about %llu %s sent by about "
			 "%llu %s; last name %s, of user %s",
			 domain, edge_text(event), bytes_of(event->level_mbit),
			 bytes_of(event->budget_mbit), (unsigned long long)event->names,
			 seep_plural(event->names, "name", "names"),
			 (unsigned long long)event->users,
			 seep_plural(event->users, "user", "users"), whole, client);
}
