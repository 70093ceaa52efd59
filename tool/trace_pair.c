/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of queries in their order, and chains through it by which an answer finds its query. */
#include "trace_pair.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct waiting {
	struct trace_event event; /* with the client that the answer goes to */
	struct seep_address user;
	uint64_t key;
	uint32_t next; /* older one of the same bucket, or NONE */
	bool answered;
};

struct trace_pair {
	uint64_t newest_ms;
	uint64_t head, tail; /* count on; the place is modulo the capacity */
	bool queries_seen;
	uint32_t bucket[TRACE_PAIR_CAPACITY]; /* the newest of its chain, or NONE */
	struct waiting ring[TRACE_PAIR_CAPACITY];
};

struct trace_pair *trace_pair_create(void)
{
	struct trace_pair *pair = malloc(sizeof(*pair));

	if (!pair)
		return NULL;
	pair->newest_ms = pair->head = pair->tail = 0;
	pair->queries_seen = false;
	memset(pair->bucket, 0xff, sizeof(pair->bucket));
	return pair;
}

void trace_pair_destroy(struct trace_pair *pair)
{
	free(pair);
}

/* FNV-1a; what collides is compared. */
static uint64_t hash(uint64_t state, const void *bytes, size_t size)
{
	const uint8_t *from = bytes;

	for (size_t at = 0; at < size; at++)
		state = (state ^ from[at]) * UINT64_C(0x100000001b3);
	return state;
}

static uint64_t key_of(const struct trace_event *event, uint32_t tag)
{
	uint64_t key = hash(UINT64_C(0xcbf29ce484222325), event->name, event->name_size);

	key = hash(key, &event->type, sizeof(event->type));
	key = hash(key, event->client.bytes, event->client.size_bytes);
	key = hash(key, &tag, sizeof(tag));
	return key ^ key >> 32;
}

static struct waiting *at_place(struct trace_pair *pair, uint64_t place)
{
	return &pair->ring[place % TRACE_PAIR_CAPACITY];
}

static struct waiting *put(struct trace_pair *pair, const struct trace_event *event)
{
	struct waiting *waiting = at_place(pair, pair->tail++);

	waiting->event = *event;
	waiting->user = event->client;
	waiting->next = NONE;
	waiting->answered = true;
	waiting->key = 0;
	if (event->when_ms > pair->newest_ms)
		pair->newest_ms = event->when_ms;
	return waiting;
}

void trace_pair_query(struct trace_pair *pair, const struct trace_event *query,
		      const struct seep_address *user, uint32_t tag)
{
	struct waiting *waiting = put(pair, query);
	uint32_t *bucket;

	waiting->user = *user;
	waiting->key = key_of(query, tag);
	waiting->answered = false;
	bucket = &pair->bucket[waiting->key % TRACE_PAIR_CAPACITY];
	waiting->next = *bucket;
	*bucket = (uint32_t)(waiting - pair->ring);
	pair->queries_seen = true;
}

/* Whether an answer is that of a query; its key told that it may be. */
static bool belongs(const struct trace_event *query, const struct trace_event *answer)
{
	return query->type == answer->type && query->name_size == answer->name_size &&
	       memcmp(query->name, answer->name, query->name_size) == 0 &&
	       memcmp(&query->client, &answer->client, sizeof(query->client)) == 0;
}

/* Takes the waiting query that LINK leads to off its chain: it waits no more. */
static struct waiting *unlink_one(struct trace_pair *pair, uint32_t *link)
{
	struct waiting *waiting = &pair->ring[*link];

	*link = waiting->next;
	waiting->answered = true;
	return waiting;
}

bool trace_pair_answer(struct trace_pair *pair, const struct trace_event *event, uint32_t tag)
{
	uint64_t key = key_of(event, tag);
	uint32_t *link = &pair->bucket[key % TRACE_PAIR_CAPACITY];

	if (!pair->queries_seen) {
		put(pair, event);
		return true;
	}
	for (; *link != NONE; link = &pair->ring[*link].next) {
		const struct waiting *waiting = &pair->ring[*link];

		if (waiting->key == key && belongs(&waiting->event, event)) {
			struct waiting *found = unlink_one(pair, link);

			found->event.rcode = event->rcode;
			found->event.ttl_s = event->ttl_s;
			return false;
		}
	}
	return false;
}

bool trace_pair_take(struct trace_pair *pair, struct trace_event *event, bool ending)
{
	struct waiting *waiting = at_place(pair, pair->head);
	uint32_t place = (uint32_t)(waiting - pair->ring);

	if (pair->head == pair->tail)
		return false;
	if (!waiting->answered) {
		uint32_t *link = &pair->bucket[waiting->key % TRACE_PAIR_CAPACITY];
		bool full = pair->tail - pair->head == TRACE_PAIR_CAPACITY;

		if (!ending && !full &&
		    waiting->event.when_ms + TRACE_PAIR_WAIT_MS > pair->newest_ms)
			return false;
		while (*link != place)
			link = &pair->ring[*link].next;
		unlink_one(pair, link);
	}
	*event = waiting->event;
	event->client = waiting->user;
	pair->head++;
	return true;
}
