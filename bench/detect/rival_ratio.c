/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Short-window miss ratio, after dnsdist's setCacheMissRatio: a client of whose
 * answers in the last seconds too many were misses is blocked for a while,
 * from a least number of answers on. The ratio is fixed here, and the least
 * number of answers is what is tuned.
 */
#include "method.h"

#include <stdlib.h>

#include "util.h"

#define WINDOW_MS 10000u
#define BLOCK_MS  60000u
#define RATIO     0.8

struct client {
	uint64_t window;
	uint64_t blocked_until_ms;
	uint32_t misses;
	uint32_t hits_before; /* of the window */
};

struct ratio {
	const uint32_t *hits;
	struct client *clients;
};

static enum act observe(struct method *method, const struct event *event)
{
	struct ratio *ratio = method->state;
	struct client *client = &ratio->clients[event->client];
	uint64_t window = event->when_ms / WINDOW_MS;
	uint32_t answers;

	if (client->window != window) {
		client->window = window;
		client->misses = 0;
		client->hits_before = ratio->hits[event->client];
	}
	answers = ++client->misses + ratio->hits[event->client] - client->hits_before;
	method->score = client->misses >= RATIO * answers ? answers : 0;
	if (method->armed && method->score > method->threshold)
		client->blocked_until_ms = event->when_ms + BLOCK_MS;
	return client->blocked_until_ms > event->when_ms ? ACT_REFUSE : ACT_PASS;
}

static void close_ratio(struct method *method)
{
	struct ratio *ratio = method->state;

	free(ratio->clients);
	free(ratio);
}

struct method *rival_ratio_open(const struct method_plan *plan)
{
	struct method *method = method_new("miss ratio");
	struct ratio *ratio = util_zeroed(1, sizeof(*ratio));

	ratio->hits = plan->hits;
	ratio->clients = util_zeroed(plan->clients, sizeof(*ratio->clients));
	method->state = ratio;
	method->observe = observe;
	method->close = close_ratio;
	method->tune_share = 1;
	method->per_user = true;
	method->user_bytes = sizeof(struct client);
	method->from_day = plan->warm_days;
	return method;
}
