/* SPDX-License-Identifier: BSD-3-Clause */
/* Notes of events as lines of Unbound's log, for people. */
#include "base/plural.h"
#include "unbound/ub.h"

#include <stdio.h>

#include "util/log.h"

/* What a line names. */
struct named {
	char user[SEEP_PEOPLE_TEXT_SIZE];
	char network[SEEP_PEOPLE_TEXT_SIZE];
	char domain[SEEP_PEOPLE_NAME_SIZE];
	char name[SEEP_PEOPLE_NAME_SIZE];
};

static const char *edge_text(const struct seep_note *note)
{
	switch (note->kind) {
	case SEEP_NOTE_FLAGGED:
		return "is above flag-at";
	case SEEP_NOTE_SPENT:
		if (note->action != SEEP_NOTE_REFUSES)
			return "is spent; would refuse new names";
		return ub_module.conf.stale_s
			       ? "is spent; refusing new names that the cache has not"
			       : "is spent; refusing new names";
	default:
		return "has drained below flag-at";
	}
}

/* Whole bytes, for a format. */
static unsigned long long bytes_of(uint64_t mbit)
{
	return (unsigned long long)seep_bits_to_bytes(mbit);
}

static const char *plural_of(const struct seep_note_estimate *estimate, const char *one,
			     const char *many)
{
	return seep_plural(estimate->count, one, many);
}

static unsigned long long count_of(const struct seep_note_estimate *estimate)
{
	return (unsigned long long)estimate->count;
}

static void log_user(const struct seep_note *note, const struct named *named)
{
	log_info("seep: user %s %s: %llu of %llu bytes, about %llu %s sent to about %llu %s; last "
		 "name %s",
		 named->user, edge_text(note), bytes_of(note->level_mbit),
		 bytes_of(note->budget_mbit), count_of(&note->names),
		 plural_of(&note->names, "name", "names"), count_of(&note->domains),
		 plural_of(&note->domains, "domain", "domains"), named->name);
}

static void log_network(const struct seep_note *note, const struct named *named)
{
	log_info("seep: network %s %s: %llu of %llu bytes, about %llu %s a day; last name %s, of "
		 "user %s",
		 named->network, edge_text(note), bytes_of(note->level_mbit),
		 bytes_of(note->budget_mbit), count_of(&note->users),
		 plural_of(&note->users, "user", "users"), named->name, named->user);
}

static void log_domain(const struct seep_note *note, const struct named *named)
{
	log_info("seep: domain %s %s: %llu of %llu bytes, about %llu %s sent by about %llu %s; "
		 "last name %s, of user %s",
		 named->domain, edge_text(note), bytes_of(note->level_mbit),
		 bytes_of(note->budget_mbit), count_of(&note->names),
		 plural_of(&note->names, "name", "names"), count_of(&note->users),
		 plural_of(&note->users, "user", "users"), named->name, named->user);
}

static void log_dga(const struct seep_note *note, const struct named *named)
{
	log_info("seep: user %s looks for generated domains: about %llu that it asked for %s not "
		 "exist, names sent to about %llu %s in all; last name %s",
		 named->user, count_of(&note->missing), plural_of(&note->missing, "does", "do"),
		 count_of(&note->domains), plural_of(&note->domains, "domain", "domains"),
		 named->name);
}

/* Whom no budget fits: who, what it did, and what to do. */
static void log_misfit(const struct seep_note *note, const struct named *named)
{
	if (note->meter == SEEP_METER_NETWORK)
		log_info("seep: no budget fits network %s: it is flagged and never refused; "
			 "give network-budget a number to have it refused",
			 named->network);
	else
		log_info("seep: no budget fits user %s, about %llu %s sent to about %llu %s: many "
			 "people behind one address, or a tunnel; it is flagged and never refused; "
			 "exempt-user ends the flags, a number in user-budget has it refused",
			 named->user, count_of(&note->names),
			 plural_of(&note->names, "name", "names"), count_of(&note->domains),
			 plural_of(&note->domains, "domain", "domains"));
}

static void log_learned(const struct seep_note_review *review)
{
	uint64_t unfit = review->crowds + review->vast;

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
	if (unfit > review->named)
		log_info("seep: the next lines name %llu of them: seepctl learn status has all",
			 (unsigned long long)review->named);
}

void ub_log_change(const struct seep_control_change *change, const char *what)
{
	char from[24] = "";

	snprintf(from, sizeof(from), "uid %lu", (unsigned long)change->uid);
	log_info("seep: operator%s%s (%s) %s%s%s%s", change->maker[0] ? " " : "", change->maker,
		 change->from ? change->from : from, what, change->reason[0] ? "; reason: " : "",
		 change->reason, change->is_kept ? "" : "; in memory alone");
}

static void name_all(struct named *named, const struct seep_note *note,
		     const struct seep_people *people)
{
	const struct seep_address *network =
		note->network.size_bytes ? &note->network : &note->client;

	named->user[0] = named->network[0] = '\0';
	if (note->client.size_bytes)
		seep_people_client(people, &note->client, named->user);
	if (network->size_bytes)
		seep_people_network(people, network, named->network);
	seep_people_domain(note, named->domain);
	seep_people_name(people, note, named->name);
}

static void log_edge(const struct seep_note *note, const struct named *named)
{
	switch (note->meter) {
	case SEEP_METER_USER:
		log_user(note, named);
		break;
	case SEEP_METER_NETWORK:
		log_network(note, named);
		break;
	case SEEP_METER_DOMAIN:
		log_domain(note, named);
		break;
	case SEEP_METER_DGA:
		log_dga(note, named);
		break;
	case SEEP_METER_NONE:
		break;
	}
}

void ub_log_note(void *context, const struct seep_note *note, const struct seep_people *people)
{
	struct named named;

	(void)context;
	name_all(&named, note, people);
	if (note->kind == SEEP_NOTE_LEARNED)
		log_learned(&note->review);
	else if (note->kind == SEEP_NOTE_MISFIT)
		log_misfit(note, &named);
	else
		log_edge(note, &named);
}
