/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sorts events that come slightly out of order: each is held until one TRACE_ORDER_WINDOW_MS
 * younger has come, or TRACE_ORDER_CAPACITY are held. Events of the same time keep their order.
 *
 * An event in its right place costs O(1); one that is late moves those that it overtakes, at most
 * the capacity.
 */
#ifndef SEEP_TRACE_ORDER_H
#define SEEP_TRACE_ORDER_H

#include "trace.h"

#define TRACE_ORDER_CAPACITY  4096
#define TRACE_ORDER_WINDOW_MS 5000

struct trace_order;

/* NULL without memory. */
struct trace_order *trace_order_create(void);
/* Also of NULL. */
void trace_order_destroy(struct trace_order *order);

/*
 * A place for an event, to be filled in and then put, or asked for again. There is one after each
 * take of NULL.
 */
struct trace_event *trace_order_place(struct trace_order *order);
void trace_order_put(struct trace_order *order);

/*
 * The earliest event, if it need not wait any longer (ENDING: any); it stands until the next put.
 * Or NULL.
 */
const struct trace_event *trace_order_take(struct trace_order *order, bool ending);

#endif
