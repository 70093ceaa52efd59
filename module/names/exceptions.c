/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of exceptions: an open-addressing hash table over their domains, each slot with a run of
 * the exceptions of that domain.
 */
#include "names/exceptions.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "names/label_hash.h"

#define SLOTS_LEAST 16

struct slot {
	uint32_t hash;
	uint16_t first; /* of the domain's exceptions, in the order by domain */
	uint16_t count; /* 0: the slot is empty */
};

/* Whom one is for, and until when: all that a query has to know, a cache line at most. */
struct rule {
	uint64_t until_s;
	struct seep_address_mask mask; /* of the leading bits that count */
	uint64_t words[2];             /* the address, and-ed with it */
	uint8_t size_bytes;            /* of the address; 0: everybody */
};

struct seep_exceptions {
	size_t count;
	size_t slot_count; /* a power of two, at least twice the count */
	unsigned deepest_labels;
	struct slot *slots;
	struct seep_exception *all; /* as they were given */
	uint16_t *by_domain;        /* places in ALL: those of one domain side by side */
	struct rule *rules;         /* in that order */
};

static int compare_domains(const struct seep_exception *a, const struct seep_exception *b)
{
	if (a->name_size != b->name_size)
		return a->name_size < b->name_size ? -1 : 1;
	return memcmp(a->name, b->name, a->name_size);
}

bool seep_exception_is_same(const struct seep_exception *a, const struct seep_exception *b)
{
	return compare_domains(a, b) == 0 && a->user.addr_len == b->user.addr_len &&
	       a->user.prefix_bits == b->user.prefix_bits &&
	       memcmp(a->user.addr, b->user.addr, sizeof(a->user.addr)) == 0;
}

/* Finds the labels of the LENGTH bytes at WIRE; returns how many, or 0 if that is no whole name. */
static unsigned split(const uint8_t *wire, size_t length, uint8_t labels[SEEP_NAME_MAX_LABELS])
{
	unsigned count = 0;
	size_t at = 0;

	if (length > SEEP_NAME_MAX_BYTES)
		return 0;
	for (; at < length && wire[at] != 0; at += 1 + (size_t)wire[at]) {
		if (wire[at] > 63)
			return 0;
		labels[count++] = (uint8_t)at;
	}
	return at + 1 == length ? count : 0;
}

static uint32_t hash_of(const struct seep_exception *exception, unsigned *label_count)
{
	uint8_t labels[SEEP_NAME_MAX_LABELS];
	uint64_t hash = 0;

	*label_count = split(exception->name, exception->name_size, labels);
	for (unsigned at = *label_count; at > 0; at--)
		hash = seep_label_hash_mix(hash, exception->name + labels[at - 1]);
	return seep_label_hash_finish(hash);
}

/* The slot of a domain, or the empty one where it belongs. */
static struct slot *find(const struct seep_exceptions *set, uint32_t hash, const uint8_t *wire,
			 size_t length)
{
	size_t at = hash & (set->slot_count - 1);

	for (;;) {
		struct slot *slot = &set->slots[at];
		const struct seep_exception *first = &set->all[set->by_domain[slot->first]];

		if (!slot->count || (slot->hash == hash && first->name_size == length &&
				     memcmp(first->name, wire, length) == 0))
			return slot;
		at = (at + 1) & (set->slot_count - 1);
	}
}

static struct rule rule_of(const struct seep_exception *exception)
{
	struct rule rule = { .until_s = exception->until_s,
			     .mask = seep_address_mask(exception->user.prefix_bits),
			     .size_bytes = exception->user.addr_len };

	memcpy(rule.words, exception->user.addr, sizeof(rule.words));
	return rule;
}

/* The client as rules have it: an IPv4-mapped address is an IPv4 one, a MAC is in no network. */
struct asker {
	uint64_t words[2];
	uint8_t size_bytes;
};

static struct asker asker_of(const struct seep_address *client)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct asker asker = { .size_bytes = client->size_bytes };

	if (seep_address_is_mac(client)) {
		asker.size_bytes = SEEP_MAC_BYTES;
		memcpy(asker.words, client->bytes + client->size_bytes - SEEP_MAC_BYTES,
		       SEEP_MAC_BYTES);
	} else if (client->size_bytes == 16 && memcmp(client->bytes, mapped, sizeof(mapped)) == 0) {
		asker.size_bytes = 4;
		memcpy(asker.words, client->bytes + sizeof(mapped), 4);
	} else {
		memcpy(asker.words, client->bytes, sizeof(asker.words));
	}
	return asker;
}

static bool holds_for(const struct rule *rule, const struct asker *asker, uint64_t now_s)
{
	return now_s < rule->until_s &&
	       (!rule->size_bytes || (rule->size_bytes == asker->size_bytes &&
				      (asker->words[0] & rule->mask.words[0]) == rule->words[0] &&
				      (asker->words[1] & rule->mask.words[1]) == rule->words[1]));
}

bool seep_exceptions_cover(const struct seep_exceptions *set, const uint8_t *wire, size_t length,
			   const struct seep_address *client, uint64_t now_s)
{
	uint8_t labels[SEEP_NAME_MAX_LABELS];
	unsigned label_count;
	struct asker asker;
	uint64_t hash = 0;

	if (!set || !set->count)
		return false;
	asker = asker_of(client);
	label_count = split(wire, length, labels);
	for (unsigned depth = 1; depth <= label_count && depth <= set->deepest_labels; depth++) {
		size_t start = labels[label_count - depth];
		const struct slot *slot;

		hash = seep_label_hash_mix(hash, wire + start);
		slot = find(set, seep_label_hash_finish(hash), wire + start, length - start);
		for (unsigned at = 0; at < slot->count; at++) {
			if (holds_for(&set->rules[slot->first + at], &asker, now_s))
				return true;
		}
	}
	return false;
}

size_t seep_exceptions_count(const struct seep_exceptions *set)
{
	return set ? set->count : 0;
}

const struct seep_exception *seep_exceptions_at(const struct seep_exceptions *set, size_t at)
{
	return &set->all[at];
}

/* An empty set with room for COUNT; NULL without memory. */
static struct seep_exceptions *make_room(size_t count)
{
	struct seep_exceptions *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->slot_count = SLOTS_LEAST;
	while (set->slot_count < 2 * count)
		set->slot_count *= 2;
	set->slots = calloc(set->slot_count, sizeof(*set->slots));
	/* One at least: an empty slot looks at the first. */
	set->all = calloc(count + 1, sizeof(*set->all));
	set->by_domain = calloc(count + 1, sizeof(*set->by_domain));
	set->rules = calloc(count + 1, sizeof(*set->rules));
	if (set->slots && set->all && set->by_domain && set->rules)
		return set;
	seep_exceptions_destroy(set);
	return NULL;
}

static int compare_places(const void *a, const void *b, void *all)
{
	const struct seep_exception *exceptions = all;
	uint16_t first = *(const uint16_t *)a, second = *(const uint16_t *)b;
	int order = compare_domains(&exceptions[first], &exceptions[second]);

	return order ? order : (int)first - (int)second;
}

/* Fills the slots from what is sorted; false if a domain has too many. */
static bool fill(struct seep_exceptions *set)
{
	for (uint16_t at = 0; at < set->count; at++) {
		const struct seep_exception *exception = &set->all[set->by_domain[at]];
		unsigned label_count;
		uint32_t hash = hash_of(exception, &label_count);
		struct slot *slot = find(set, hash, exception->name, exception->name_size);

		set->rules[at] = rule_of(exception);
		if (!slot->count)
			*slot = (struct slot){ .hash = hash, .first = at };
		if (++slot->count > SEEP_EXCEPTIONS_A_DOMAIN)
			return false;
		if (label_count > set->deepest_labels)
			set->deepest_labels = label_count;
	}
	return true;
}

enum seep_exceptions_status seep_exceptions_create(struct seep_exceptions **set,
						   const struct seep_exception *all, size_t count)
{
	struct seep_exceptions *made;

	*set = NULL;
	if (count > SEEP_EXCEPTIONS_MOST)
		return SEEP_EXCEPTIONS_MANY;
	made = make_room(count);
	if (!made)
		return SEEP_EXCEPTIONS_NO_MEMORY;
	made->count = count;
	for (size_t at = 0; at < count; at++) {
		made->all[at] = all[at];
		made->by_domain[at] = (uint16_t)at;
	}
	qsort_r(made->by_domain, count, sizeof(*made->by_domain), compare_places, made->all);
	if (!fill(made)) {
		seep_exceptions_destroy(made);
		return SEEP_EXCEPTIONS_CROWDED;
	}
	*set = made;
	return SEEP_EXCEPTIONS_OK;
}

void seep_exceptions_destroy(struct seep_exceptions *set)
{
	if (!set)
		return;
	free(set->slots);
	free(set->all);
	free(set->by_domain);
	free(set->rules);
	free(set);
}
