/* SPDX-License-Identifier: BSD-3-Clause */
/* Events in Unbound's log: a meter crossed a line, a user looks for generated domains. */
#include "base/address.h"
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

static unsigned network_bits(const struct seep_address *network)
{
	const struct seep_conf *conf = &ub_module.conf;

	return (unsigned)(network->size_bytes == 4 ? conf->network_prefix_v4_bits
						   : conf->network_prefix_v6_bits);
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

static void log_network(const struct seep_event *event, const char *client, const char *name)
{
	char network[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_print(network, event->network);
	log_info("seep: network %s/%u %s: %llu of %llu bytes, about %llu %s a day; last name %s, "
		 "of user %s",
		 network, network_bits(event->network), edge_text(event),
		 bytes_of(event->level_mbit), bytes_of(event->budget_mbit),
		 (unsigned long long)event->users, seep_plural(event->users, "user", "users"), name,
		 client);
}

/* Whom no budget fits: who, what it did, and what to do. */
static void log_crowd(const struct seep_review_crowd *crowd)
{
	char address[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_print(address, &crowd->address);
	if (crowd->is_network)
		log_info("seep: no budget fits network %s/%u: it is flagged and never refused; "
			 "give network-budget a number to have it refused",
			 address, network_bits(&crowd->address));
	else
		log_info("seep: no budget fits user %s, about %llu %s sent to about %llu %s: many "
			 "people behind one address, or a tunnel; it is flagged and never refused; "
			 "exempt-user ends the flags, a number in user-budget has it refused",
			 address, (unsigned long long)crowd->names,
			 seep_plural(crowd->names, "name", "names"),
			 (unsigned long long)crowd->domains,
			 seep_plural(crowd->domains, "domain", "domains"));
}

void ub_log_review(void *context, const struct seep_review *review)
{
	uint64_t unfit = review->crowds + review->vast;

	(void)context;
	log_info(
		"seep: learning is over: %llu %s learned a budget, %llu bytes at most, networks "
		"%llu; a newcomer gets %llu bytes; in the last day %llu %s fitted no budget; no budget fits "
		"%llu %s and %llu %s",
		(unsigned long long)review->users, seep_plural(review->users, "user", "users"),
		(unsigned long long)review->most_bytes, (unsigned long long)review->network_bytes,
		(unsigned long long)review->new_bytes, (unsigned long long)review->misfits,
		seep_plural(review->misfits, "query", "queries"),
		(unsigned long long)review->crowds, seep_plural(review->crowds, "user", "users"),
		(unsigned long long)review->vast, seep_plural(review->vast, "network", "networks"));
	for (unsigned i = 0; i < review->named_count; i++)
		log_crowd(&review->named[i]);
	if (unfit > review->named_count)
		log_info(
			"seep: and %llu more that no budget fits: seepctl learn status, with the path of the state file, "
			"has them",
			(unsigned long long)(unfit - review->named_count));
}

void ub_log_change(void *context, const struct seep_control_change *change)
{
	char maker[SEEP_EXCEPTION_MAKER_SIZE + 2] = "";

	(void)context;
	if (change->maker[0])
		snprintf(maker, sizeof(maker), " %s", change->maker);
	log_info("seep: operator%s (uid %lu) %s%s%s%s", maker, (unsigned long)change->uid,
		 change->what, change->reason[0] ? "; reason: " : "", change->reason,
		 change->is_kept ? "" : "; in memory alone");
}

void ub_log_event(void *context, const struct seep_event *event)
{
	const struct seep_name *name = event->name;
	char client[SEEP_ADDRESS_TEXT_SIZE];
	char domain[SEEP_NAME_MAX_BYTES + 1];
	char whole[SEEP_NAME_MAX_BYTES + 1];

	(void)context;
	if (!may_tell(event->observation->when_ms / 1000))
		return;
	seep_address_print(client, &event->observation->client);
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
	else if (event->meter == SEEP_METER_NETWORK)
		log_network(event, client, whole);
	else
		log_info("seep: domain %s %s: %llu of %llu bytes, about %llu %s sent by about "
			 "%llu %s; last name %s, of user %s",
			 domain, edge_text(event), bytes_of(event->level_mbit),
			 bytes_of(event->budget_mbit), (unsigned long long)event->names,
			 seep_plural(event->names, "name", "names"),
			 (unsigned long long)event->users,
			 seep_plural(event->users, "user", "users"), whole, client);
}
