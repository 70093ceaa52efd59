/* SPDX-License-Identifier: BSD-3-Clause */
/* Shows the engine's state as statistics. */
#include <string.h>

#include "engine/internal.h"

/* Counts the entries of a table that are spent. */
struct spent {
	const struct seep_engine *engine;
	uint64_t now_s;
	uint64_t count;
	uint64_t dga;
	uint64_t raised; /* users with more budget than newcomers have at first */
};

static void count_spent_user(void *context, uint64_t key, struct seep_entry *entry)
{
	struct spent *spent = context;
	struct seep_limits limits;

	(void)key;
	limits = limits_of_user(spent->engine, user_of_entry(entry), spent->now_s);
	spent->count += seep_meter_is_spent(entry, &limits, spent->now_s);
	spent->raised +=
		units_of_user(spent->engine, user_of_entry(entry), spent->now_s) > SEEP_BUDGET_NEW;
	spent->dga += seep_dga_is_spent(&user_of_entry(entry)->dga, spent->now_s);
}

static void count_spent_domain(void *context, uint64_t key, struct seep_entry *entry)
{
	struct spent *spent = context;
	const struct domain *domain = domain_of_entry(entry);
	struct seep_limits limits;

	(void)key;
	if (!entry->spent)
		return;
	limits = limits_of_domain(spent->engine, domain, 0, users_of_domain(domain));
	spent->count += seep_meter_is_spent(entry, &limits, spent->now_s);
}

static uint64_t value_of(_Atomic int64_t *count)
{
	return (uint64_t)atomic_load_explicit(count, memory_order_relaxed);
}

/* Seconds from THEN to now; 0 if it never was. */
static uint64_t age_s(_Atomic uint64_t *then, uint64_t when_ms)
{
	uint64_t then_ms = atomic_load_explicit(then, memory_order_relaxed);

	return then_ms && when_ms > then_ms ? (when_ms - then_ms) / 1000 : 0;
}

static void fill_gauges(struct seep_engine *engine, uint64_t when_ms, struct seep_gauges *gauges)
{
	struct spent users = { .engine = engine, .now_s = when_ms / 1000 };
	struct spent domains = users;

	settle_budgets(engine, when_ms / 1000);
	seep_table_walk(engine->users, count_spent_user, &users);
	seep_table_walk(engine->domains, count_spent_domain, &domains);
	*gauges = (struct seep_gauges){
		.mode = seep_engine_mode(engine, when_ms),
		.passthrough = SEEP_PASSTHROUGH_NO,
		.users = seep_table_used(engine->users),
		.users_spent = users.count,
		.users_dga = users.dga,
		.users_raised = users.raised,
		.domains = seep_table_used(engine->domains),
		.domains_spent = domains.count,
		.inflight = value_of(&engine->inflight),
		.novelty_names = seep_novelty_names(engine->novelty),
		.memory_bytes = seep_engine_memory_bytes(engine),
		.lists_kept = engine->lists_kept,
		.lists_missing = engine->lists_missing,
		.state = atomic_load(&engine->kept_status),
		.state_age = age_s(&engine->kept_saved_ms, when_ms),
		.state_checkpoint_age = age_s(&engine->kept_checkpoint_ms, when_ms),
		.state_bytes = atomic_load(&engine->kept_bytes),
	};
}

void seep_engine_print(struct seep_engine *engine, uint64_t when_ms, bool reset, seep_print *print,
		       void *context)
{
	struct seep_counters sum = { 0 };
	struct seep_gauges gauges;

	pthread_mutex_lock(&engine->base_lock);
	for (unsigned i = 0; i < engine->thread_count; i++)
		seep_counters_sum(&sum, &engine->threads[i].counters);
	seep_counters_sum(&sum, &engine->keeper);
	if (seep_counters_print(&sum, &engine->base, print, context)) {
		fill_gauges(engine, when_ms, &gauges);
		(void)seep_gauges_print(&gauges, print, context);
	}
	if (reset) {
		memset(&engine->base, 0, sizeof(engine->base));
		seep_counters_sum(&engine->base, &sum);
	}
	pthread_mutex_unlock(&engine->base_lock);
}

void seep_engine_print_none(enum seep_passthrough why, seep_print *print, void *context)
{
	const struct seep_counters none = { 0 };
	const struct seep_gauges gauges = {
		.mode = SEEP_MODE_PASSTHROUGH,
		.passthrough = why,
	};

	if (seep_counters_print(&none, &none, print, context))
		(void)seep_gauges_print(&gauges, print, context);
}
