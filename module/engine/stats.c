/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the engine's state as statistics. */
#include "engine/internal.h"

/* Counts the entries of a table that are spent. */
struct spent {
	const struct seep_engine *engine;
	uint64_t now_s;
	uint64_t count;
	uint64_t dga;
	uint64_t raised; /* users with more budget than newcomers have at first */
	uint64_t crowds;
};

static void count_spent_user(void *context, uint64_t key, struct seep_entry *entry)
{
	struct spent *spent = context;
	const struct treating treating =
		seep_treat_of_user(spent->engine->conf.policies, user_of_entry(entry));
	struct seep_limits limits;

	(void)key;
	limits = seep_learned_user(&spent->engine->learned, user_of_entry(entry), spent->now_s);
	seep_treat_user(&treating, &limits);
	spent->count += seep_meter_is_spent(entry, &limits, spent->now_s);
	spent->raised += seep_learned_units(&spent->engine->learned, user_of_entry(entry),
					    spent->now_s) > SEEP_BUDGET_NEW;
	spent->crowds +=
		seep_learned_is_crowd(&spent->engine->learned, user_of_entry(entry), spent->now_s);
	spent->dga += seep_dga_is_spent(&user_of_entry(entry)->dga, spent->now_s);
}

static void count_spent_network(void *context, uint64_t key, struct seep_entry *entry)
{
	struct spent *spent = context;
	const struct seep_learned *learned = &spent->engine->learned;
	const struct network *network = network_of_entry(entry);
	const struct seep_limits limits =
		seep_learned_network(learned, network, false, spent->now_s);
	const struct seep_limits newcomers =
		seep_learned_network(learned, network, true, spent->now_s);

	(void)key;
	spent->count += seep_meter_is_spent(entry, &limits, spent->now_s) ||
			seep_meter_is_spent(&network->newcomers, &newcomers, spent->now_s);
}

static void count_spent_domain(void *context, uint64_t key, struct seep_entry *entry)
{
	struct spent *spent = context;
	const struct domain *domain = domain_of_entry(entry);
	struct seep_limits limits;

	(void)key;
	if (!entry->spent)
		return;
	limits = seep_learned_domain(&spent->engine->learned, domain, 0, users_of_domain(domain));
	spent->count += seep_meter_is_spent(entry, &limits, spent->now_s);
}

/* A query may end in another thread than it was asked in: only the sum is the number. */
static uint64_t count_inflight(struct seep_engine *engine)
{
	int64_t inflight = 0;

	for (unsigned i = 0; i < engine->thread_count; i++)
		inflight +=
			atomic_load_explicit(&engine->threads[i].inflight, memory_order_relaxed);
	return inflight > 0 ? (uint64_t)inflight : 0;
}

static void fill_gauges(struct seep_engine *engine, uint64_t when_ms, struct seep_gauges *gauges)
{
	struct spent users = { .engine = engine, .now_s = when_ms / 1000 };
	struct spent domains = users, networks = users;
	size_t listing_bytes;
	const struct seep_engine_lists lists = seep_listing_read(engine, &listing_bytes);

	seep_learned_settle(engine, when_ms / 1000);
	seep_table_walk(engine->users, count_spent_user, &users);
	seep_table_walk(engine->networks, count_spent_network, &networks);
	seep_table_walk(engine->domains, count_spent_domain, &domains);
	*gauges = (struct seep_gauges){
		.mode = seep_engine_mode(engine, when_ms),
		.passthrough = SEEP_PASSTHROUGH_NO,
		.users = seep_table_used(engine->users),
		.users_spent = users.count,
		.users_dga = users.dga,
		.users_crowds = users.crowds,
		.users_raised = users.raised,
		.networks = seep_table_used(engine->networks),
		.networks_spent = networks.count,
		.domains = seep_table_used(engine->domains),
		.domains_spent = domains.count,
		.inflight = count_inflight(engine),
		.novelty_names = seep_novelty_names(engine->novelty),
		.memory_bytes = seep_engine_memory_bytes(engine),
		.lists_kept = lists.kept,
		.lists_missing = lists.missing,
	};
}

void seep_engine_read(struct seep_engine *engine, uint64_t when_ms,
		      struct seep_statistics *statistics)
{
	*statistics = (struct seep_statistics){ .counters.queries = 0 };
	for (unsigned i = 0; i < engine->thread_count; i++)
		seep_counters_sum(&statistics->counters, &engine->threads[i].counters);
	seep_counters_add(&statistics->counters.state_lost, seep_novelty_lost(engine->novelty));
	fill_gauges(engine, when_ms, &statistics->gauges);
}
