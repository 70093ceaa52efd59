/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs the actors in order of time, through the resolver's cache. */
#include "stage.h"

#include <stdlib.h>

#include "util.h"

/* How long "does not exist" is kept. */
#define NEGATIVE_TTL_S 900

void stage_open(struct stage *stage, struct world *world, const struct network *network)
{
	*stage = (struct stage){
		.world = world,
		.now_ms = START_MS,
		.end_ms = START_MS + network->days * DAY_MS,
		.network = *network,
		.hits = util_zeroed(network_clients(network), sizeof(*stage->hits)),
	};
	cache_open(&stage->cache, world->names.count);
}

void stage_close(struct stage *stage)
{
	cache_close(&stage->cache);
	free(stage->waiting);
	free(stage->hits);
}

static void sift_up(struct stage *stage, size_t at)
{
	struct actor **waiting = stage->waiting;
	struct actor *actor = waiting[at];

	while (at && waiting[(at - 1) / 2]->next_ms > actor->next_ms) {
		waiting[at] = waiting[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	waiting[at] = actor;
}

static void sift_down(struct stage *stage, size_t at)
{
	struct actor **waiting = stage->waiting;
	struct actor *actor = waiting[at];
	size_t child;

	while ((child = 2 * at + 1) < stage->waiting_count) {
		if (child + 1 < stage->waiting_count &&
		    waiting[child + 1]->next_ms < waiting[child]->next_ms)
			child++;
		if (waiting[child]->next_ms >= actor->next_ms)
			break;
		waiting[at] = waiting[child];
		at = child;
	}
	waiting[at] = actor;
}

void stage_add(struct stage *stage, struct actor *actor)
{
	if (stage->waiting_count == stage->waiting_room) {
		stage->waiting_room = stage->waiting_room ? 2 * stage->waiting_room : 1024;
		stage->waiting =
			util_resize(stage->waiting, stage->waiting_room * sizeof(struct actor *));
	}
	stage->waiting[stage->waiting_count++] = actor;
	sift_up(stage, stage->waiting_count - 1);
}

void stage_run(struct stage *stage)
{
	while (stage->waiting_count) {
		struct actor *actor = stage->waiting[0];

		if (actor->next_ms >= stage->end_ms)
			break;
		stage->now_ms = actor->next_ms;
		actor->fire(actor, stage);
		if (actor->next_ms == UINT64_MAX) {
			stage->waiting[0] = stage->waiting[--stage->waiting_count];
			if (!stage->waiting_count)
				break;
		}
		sift_down(stage, 0);
	}
	stage->now_ms = stage->end_ms;
}

static uint32_t run_s(const struct stage *stage)
{
	return (uint32_t)((stage->now_ms - START_MS) / 1000);
}

void stage_ask(struct stage *stage, uint32_t user, uint32_t id, uint16_t type)
{
	const struct name_entry *entry = &stage->world->names.entries[id];
	struct event event = {
		.when_ms = stage->now_ms,
		.name = names_bytes(&stage->world->names, id),
		.key = entry->key,
		.domain = entry->domain,
		.user = user,
		.id = id,
		.ttl_s = entry->ttl_s,
		.type = type,
		.size = entry->size,
		.domain_at = entry->domain_at,
		.rcode = entry->rcode,
		.gone = entry->gone,
	};

	stage->queries++;
	network_place(&stage->network, &event);
	if (cache_pool_hit(&stage->cache, id, type, run_s(stage), entry->ttl_s)) {
		stage->hits[event.client]++;
		return;
	}
	stage->misses++;
	stage->sent(stage->context, &event);
}

void stage_ask_both(struct stage *stage, uint32_t user, uint32_t id)
{
	stage_ask(stage, user, id, SEEP_TYPE_A);
	stage_ask(stage, user, id, SEEP_TYPE_AAAA);
}

void stage_ask_browser(struct stage *stage, uint32_t user, uint32_t id)
{
	stage_ask_both(stage, user, id);
	stage_ask(stage, user, id, SEEP_TYPE_HTTPS);
}

void stage_ask_event(struct stage *stage, struct event *event)
{
	struct names *names = &stage->world->names;

	stage->queries++;
	event->when_ms = stage->now_ms;
	event->id = EVENT_DYNAMIC;
	event->key = wire_hash(event->name, event->size);
	network_place(&stage->network, event);
	if (cache_other_hit(&stage->cache, event->key, event->type, run_s(stage), event->ttl_s)) {
		stage->hits[event->client]++;
		return;
	}
	stage->misses++;
	if (!event->domain_at)
		event->domain_at = names_domain_at(names, event->name, event->size);
	event->domain =
		wire_hash(event->name + event->domain_at, (size_t)event->size - event->domain_at);
	stage->sent(stage->context, event);
}

/* ANSWER says what the resolver learns; the rest is the same for all made-up names. */
static void ask_wire(struct stage *stage, uint32_t user, const struct wire *wire, uint16_t type,
		     struct event answer)
{
	answer.name = wire->bytes;
	answer.size = (uint8_t)wire->size;
	answer.user = user;
	answer.type = type;
	stage_ask_event(stage, &answer);
}

void stage_ask_wire(struct stage *stage, uint32_t user, const struct wire *wire, uint16_t type,
		    uint32_t ttl_s)
{
	ask_wire(stage, user, wire, type, (struct event){ .ttl_s = ttl_s });
}

void stage_ask_missing(struct stage *stage, uint32_t user, const struct wire *wire, uint16_t type,
		       bool gone)
{
	ask_wire(stage, user, wire, type,
		 (struct event){
			 .ttl_s = NEGATIVE_TTL_S, .rcode = SEEP_RCODE_NXDOMAIN, .gone = gone });
}
