/* SPDX-License-Identifier: BSD-3-Clause */
/* Which domains are refused for their own meter, for others than this resolver. */
#include "engine/internal.h"

#include <stdlib.h>
#include <string.h>

#include "meter/charge.h"
#include "names/subtree.h"

/* Labels of the reverse zones that a domain may be. */
#define V4_ZONE_LABELS 5  /* 2.0.192.in-addr.arpa */
#define V6_ZONE_LABELS 14 /* twelve digits, ip6.arpa */

/* What one walk works on. */
struct walk {
	const struct seep_engine *engine;
	const struct listing *listing;
	uint64_t when_ms;
	uint64_t few;
	struct seep_spent *spent;
};

static size_t size_of(const uint8_t *text)
{
	size_t size = 0;

	while (text[size])
		size += 1u + text[size];
	return size + 1;
}

/* Few use it, nobody in the world is known to, and its meter refuses. */
static bool is_refused(const struct walk *walk, uint64_t key, const struct domain *domain)
{
	const struct seep_engine *engine = walk->engine;
	uint64_t users = users_of_domain(domain);
	struct seep_limits limits;

	if (!domain->head.spent || users > walk->few ||
	    seep_common_users(walk->listing->lists.common, key))
		return false;
	limits = seep_learned_domain(&engine->learned, domain, 0, users);
	return seep_meter_is_spent(&domain->head, &limits, walk->when_ms / 1000);
}

static void list_domain(void *context, uint64_t key, struct seep_entry *entry)
{
	struct walk *walk = context;
	struct seep_spent *spent = walk->spent;
	const struct domain *domain = domain_of_entry(entry);
	size_t size = size_of(domain->text);

	if (key == SEEP_TABLE_SHARED || !is_refused(walk, key, domain) ||
	    seep_subtrees_cover(walk->listing->lists.allowed, domain->text, size) ||
	    !seep_treat_refuses_domain(walk->engine, domain->text, size, walk->when_ms))
		return;
	/* A text that was cut is another domain's, or a suffix. */
	if (spent->count == spent->room ||
	    seep_hash_bytes(&walk->engine->key, domain->text, size) != key) {
		spent->left++;
		return;
	}
	memset(spent->domains[spent->count], 0, sizeof(spent->domains[0]));
	memcpy(spent->domains[spent->count++], domain->text, size);
}

/* Is it a whole /24 or /48? */
static bool is_reverse_zone(const struct seep_name *name)
{
	unsigned labels = 0;

	for (size_t at = 0; name->bytes[at]; at += 1u + name->bytes[at]) {
		unsigned from_right = name->number_bits == 8 ? V4_ZONE_LABELS : V6_ZONE_LABELS;

		if (labels + 2 < from_right &&
		    !seep_name_is_number(name->bytes + at, name->number_bits))
			return false;
		labels++;
	}
	return (name->number_bits == 8 && labels == V4_ZONE_LABELS) ||
	       (name->number_bits == 4 && labels == V6_ZONE_LABELS);
}

/* Can it be named to others, with all below it? Of a suffix that would be everybody's names. */
static bool is_domain(const uint8_t *text, struct seep_suffix_reader *suffixes)
{
	struct seep_name name;

	return seep_name_split(&name, text, size_of(text), suffixes) && name.domain_at == 0 &&
	       (name.registrable || is_reverse_zone(&name));
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, SEEP_DOMAIN_TEXT_BYTES);
}

/* Leaves out those that cannot be named to others. */
static void keep_domains(struct seep_spent *spent, struct seep_suffix_reader *suffixes)
{
	size_t kept = 0;

	for (size_t at = 0; at < spent->count; at++)
		if (is_domain(spent->domains[at], suffixes))
			memmove(spent->domains[kept++], spent->domains[at],
				sizeof(spent->domains[0]));
	spent->left += spent->count - kept;
	spent->count = kept;
}

void seep_engine_list_spent(struct seep_engine *engine, uint64_t when_ms, struct seep_spent *spent)
{
	struct place *place = &engine->guests[GUEST_SPENT];
	struct walk walk = { .engine = engine,
			     .when_ms = when_ms,
			     .few = seep_charge_few(seep_network_people(engine)),
			     .spent = spent };

	spent->count = spent->left = 0;
	if (!seep_engine_may_refuse(engine, when_ms))
		return;
	walk.listing = seep_listing_begin(engine, place);
	seep_table_walk(engine->domains, list_domain, &walk);
	keep_domains(spent, walk.listing->readers[place->number]);
	seep_listing_end(place);
	qsort(spent->domains, spent->count, sizeof(spent->domains[0]), compare);
}
