/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts the distinct names that do not exist, a client and hour: the rule of
 * common intrusion detectors (Slips alerts at ten), for the comparison of DGA
 * detection. Local and reverse names are left out, as there.
 */
#include "method.h"

#include <string.h>

#define WINDOW_MS HOUR_MS
#define NAMES     256

struct client {
	uint64_t window;
	uint32_t count;
	uint64_t names[NAMES];
};

static bool is_reverse(const struct event *event)
{
	return event->size > 6 && memcmp(event->name + event->size - 6, "\4arpa", 6) == 0;
}

static enum act observe(struct method *method, const struct event *event)
{
	struct client *client = &((struct client *)method->state)[event->client];
	uint64_t window = event->when_ms / WINDOW_MS;

	method->dga = false;
	method->score = 0;
	if (event->rcode != SEEP_RCODE_NXDOMAIN || is_reverse(event))
		return ACT_PASS;
	if (client->window != window) {
		client->window = window;
		client->count = 0;
	}
	for (uint32_t i = 0; i < client->count; i++) {
		if (client->names[i] == event->key)
			return ACT_PASS;
	}
	if (client->count < NAMES)
		client->names[client->count++] = event->key;
	method->score = client->count;
	method->dga = method->armed && method->score > method->threshold;
	return method->dga ? ACT_FLAG : ACT_PASS;
}

struct method *rival_nxd_open(const struct method_plan *plan)
{
	struct method *method =
		method_new_per_client("missing names an hour", plan, sizeof(struct client));

	method->observe = observe;
	method->only_dga = true;
	method->user_bytes = 16 + 8 * 10; /* ten names are enough to tell */
	return method;
}
