/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Access-miss count: Ishikura, Kondo, Vassiliades, Iordanov, Tode, "DNS
 * Tunneling Detection by Cache-Property-Aware Features", IEEE TNSM 18(2), 2021.
 *
 * The rule-based filter: names that a client sends past the cache in 100
 * seconds, against one threshold. The paper detects; to block, a client over
 * the threshold is refused until a whole window passes below it.
 */
#include "method.h"

#define WINDOW_MS 100000u

struct client {
	uint32_t window; /* number of the present one */
	uint32_t misses; /* in it */
	uint32_t over;   /* the window after the last one that was over */
};

static enum act observe(struct method *method, const struct event *event)
{
	struct client *client = &((struct client *)method->state)[event->client];
	uint32_t window = (uint32_t)((event->when_ms - START_MS) / WINDOW_MS) + 1;

	if (client->window != window) {
		client->window = window;
		client->misses = 0;
	}
	method->score = ++client->misses;
	if (method->armed && method->score > method->threshold)
		client->over = window + 1;
	return client->over >= window ? ACT_REFUSE : ACT_PASS;
}

struct method *rival_amc_open(const struct method_plan *plan)
{
	struct method *method =
		method_new_per_client("access-miss count", plan, sizeof(struct client));

	method->observe = observe;
	method->per_user = true;
	return method;
}
