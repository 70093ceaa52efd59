/* SPDX-License-Identifier: BSD-3-Clause */
/* What is common to all methods. */
#include "method.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util.h"

struct method *method_new(const char *title)
{
	struct method *method = util_zeroed(1, sizeof(*method));

	snprintf(method->title, sizeof(method->title), "%s", title);
	method->threshold = INFINITY;
	return method;
}

static void close_clients(struct method *method)
{
	free(method->state);
}

struct method *method_new_per_client(const char *title, const struct method_plan *plan,
				     size_t client_bytes)
{
	struct method *method = method_new(title);

	method->state = util_zeroed(plan->clients, client_bytes);
	method->close = close_clients;
	method->tune_share = 1;
	method->user_bytes = client_bytes;
	method->from_day = plan->warm_days;
	return method;
}

void method_close(struct method *method)
{
	method->close(method);
	free(method);
}
