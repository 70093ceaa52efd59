/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a run takes place: a clock, the actors waiting for their turn, the
 * resolver's cache, and the one who watches what leaves it.
 */
#ifndef DETECT_STAGE_H
#define DETECT_STAGE_H

#include <stddef.h>

#include "cache.h"
#include "event.h"
#include "network.h"
#include "world.h"

struct stage;

/* Somebody who asks names; woken at NEXT_MS, sets the next one itself. */
struct actor {
	uint64_t next_ms; /* UINT64_MAX: never again */
	struct dice dice;
	void (*fire)(struct actor *actor, struct stage *stage);
	void *owner;
};

struct stage {
	struct world *world;
	struct cache cache;
	uint64_t now_ms;
	uint64_t end_ms;
	struct actor **waiting; /* heap, the earliest first */
	size_t waiting_count, waiting_room;
	struct network network;
	uint32_t *hits; /* a client: queries answered from cache so far */
	uint64_t queries;
	uint64_t misses;
	void (*sent)(void *context, struct event *event);
	void *context;
};

void stage_open(struct stage *stage, struct world *world, const struct network *network);
void stage_close(struct stage *stage);

void stage_add(struct stage *stage, struct actor *actor);
/* Lets time pass until the end. */
void stage_run(struct stage *stage);

/* USER asks a name of the pool. */
void stage_ask(struct stage *stage, uint32_t user, uint32_t id, uint16_t type);
/* The same, as a program on a desktop does: A and AAAA; a browser HTTPS too. */
void stage_ask_both(struct stage *stage, uint32_t user, uint32_t id);
void stage_ask_browser(struct stage *stage, uint32_t user, uint32_t id);

/* Any other name: user, name, size, type, ttl_s, rcode and what is a tunnel's
 * are given. */
void stage_ask_event(struct stage *stage, struct event *event);
/* A complete name that is in no pool, benign. */
void stage_ask_wire(struct stage *stage, uint32_t user, const struct wire *wire, uint16_t type,
		    uint32_t ttl_s);
/* The same, and it does not exist; GONE: nor does its domain. */
void stage_ask_missing(struct stage *stage, uint32_t user, const struct wire *wire, uint16_t type,
		       bool gone);

#endif
