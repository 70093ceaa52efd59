/* SPDX-License-Identifier: BSD-3-Clause */
/* A sorted ring of places; events themselves do not move. */
#include "trace_order.h"

#include <stdlib.h>

/* One place more, for the event that is being filled in. */
#define PLACES (TRACE_ORDER_CAPACITY + 1)

struct held {
	uint64_t when_ms;
	uint32_t place;
};

struct trace_order {
	uint32_t first, count;
	struct held ring[TRACE_ORDER_CAPACITY]; /* sorted by time, from first on */
	uint32_t free_count;
	uint32_t free_place
		[PLACES]; /* used from its end: what was used last is in the CPU's cache */
	struct trace_event event[PLACES];
};

struct trace_order *trace_order_create(void)
{
	struct trace_order *order = malloc(sizeof(*order));

	if (!order)
		return NULL;
	order->first = order->count = 0;
	order->free_count = PLACES;
	for (uint32_t place = 0; place < PLACES; place++)
		order->free_place[place] = place;
	return order;
}

void trace_order_destroy(struct trace_order *order)
{
	free(order);
}

static struct held *held_at(struct trace_order *order, uint32_t at)
{
	return &order->ring[(order->first + at) % TRACE_ORDER_CAPACITY];
}

struct trace_event *trace_order_place(struct trace_order *order)
{
	return &order->event[order->free_place[order->free_count - 1]];
}

void trace_order_put(struct trace_order *order)
{
	uint32_t place = order->free_place[--order->free_count];
	uint64_t when_ms = order->event[place].when_ms;
	uint32_t at = order->count++;

	for (; at > 0 && held_at(order, at - 1)->when_ms > when_ms; at--)
		*held_at(order, at) = *held_at(order, at - 1);
	*held_at(order, at) = (struct held){ when_ms, place };
}

/* The start of an event, with an ordinary name. */
static void prefetch(const struct trace_event *event)
{
	__builtin_prefetch(event);
	__builtin_prefetch((const char *)event + 64);
}

const struct trace_event *trace_order_take(struct trace_order *order, bool ending)
{
	const struct held *earliest = held_at(order, 0);

	if (order->count == 0)
		return NULL;
	if (!ending && order->count < TRACE_ORDER_CAPACITY &&
	    held_at(order, order->count - 1)->when_ms < earliest->when_ms + TRACE_ORDER_WINDOW_MS)
		return NULL;
	order->free_place[order->free_count++] = earliest->place;
	order->first = (order->first + 1) % TRACE_ORDER_CAPACITY;
	order->count--;
	/* The one after the next was written thousands of rows ago. */
	if (order->count > 2)
		prefetch(&order->event[held_at(order, 2)->place]);
	return &order->event[earliest->place];
}
