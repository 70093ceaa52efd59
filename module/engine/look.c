/* SPDX-License-Identifier: BSD-3-Clause */
/* Shows what the engine knows of users, networks and domains. */
#include "engine/internal.h"
#include "meter/verdict.h"

#include <string.h>

/* Levels that learning notes only rise: what no budget fits already, none will. */
#define AFTER_LEARNING UINT64_MAX

static struct seep_view_meter meter_of(const struct seep_entry *entry,
				       const struct seep_limits *limits, uint64_t now_s)
{
	uint64_t level_mbit = seep_bucket_level(&entry->meter, limits->refill_mbit_day, now_s);

	return (struct seep_view_meter){
		.level_mbit = level_mbit,
		.budget_mbit = limits->budget_mbit,
		.refill_mbit_day = limits->refill_mbit_day,
		.free_s = seep_meter_free_s(entry, limits, now_s),
		.crossed_s = entry->crossed_s,
		.refusals = entry->refusals,
		.spent = seep_meter_is_spent(entry, limits, now_s),
		.flagged = entry->flagged &&
			   level_mbit > seep_verdict_flag_mbit(limits->budget_mbit,
							       limits->flag_at_percent),
	};
}

static void set_entry(struct seep_view_row *row, const struct seep_entry *entry,
		      const struct seep_limits *limits, uint64_t now_s)
{
	row->meter = meter_of(entry, limits, now_s);
	row->first_s = entry->first_s;
	row->last_s = entry->last_s;
}

void seep_look_at_user(struct seep_view_row *row, const struct seep_learned *learned,
		       const struct seep_policies *policies, uint64_t key, const struct user *user,
		       uint64_t now_s)
{
	const struct treating treating = seep_treat_of_user(policies, user);
	struct seep_limits limits = seep_learned_user(learned, user, now_s);

	seep_treat_user(&treating, &limits);
	*row = (struct seep_view_row){
		.key = key,
		.address = user->address,
		.is_established = user->is_established,
		.is_learned = learned->budgets.is_learned &&
			      atomic_load_explicit(&learned->new_units, memory_order_relaxed) &&
			      seep_learned_has_own(learned, &user->head, now_s),
		.dga_mbit = user->dga.level_mbit,
		.names = seep_sketch_count(&user->names_sum),
		.domains = seep_sketch_count(&user->domains_sum),
		.missing = seep_sketch_count(&user->missing_sum),
		.hits = user->hits,
		.sent = user->sent,
	};
	set_entry(row, &user->head, &limits, now_s);
	row->meter.is_crowd = !seep_treat_has_budget(&treating) &&
			      seep_learned_is_crowd(learned, user, AFTER_LEARNING);
}

void seep_look_at_network(struct seep_view_row *row, const struct seep_learned *learned,
			  uint64_t key, const struct network *network, uint64_t now_s)
{
	const struct seep_limits limits = seep_learned_network(learned, network, false, now_s);
	const struct seep_limits newcomers = seep_learned_network(learned, network, true, now_s);
	bool is_today = network->day == now_s / SEEP_DAY_S;

	*row = (struct seep_view_row){
		.key = key,
		.address = network->address,
		.users = network->size,
		.users_today = is_today ? seep_sketch_count(&network->today_sum) : 0,
		.established_today = is_today ? network->established : 0,
		.is_learned = learned->budgets.is_network_learned &&
			      seep_learned_has_own(learned, &network->head, now_s),
	};
	set_entry(row, &network->head, &limits, now_s);
	row->meter.is_crowd = seep_learned_is_vast(learned, network, false, AFTER_LEARNING);
	row->newcomers = meter_of(&network->newcomers, &newcomers, now_s);
	row->newcomers.is_crowd = seep_learned_is_vast(learned, network, true, AFTER_LEARNING);
}

void seep_look_at_domain(struct seep_view_row *row, const struct seep_learned *learned,
			 uint64_t key, const struct domain *domain, uint64_t now_s)
{
	uint64_t users = users_of_domain(domain);
	const struct seep_limits limits = seep_learned_domain(learned, domain, 0, users);

	*row = (struct seep_view_row){
		.key = key,
		.names = seep_sketch_count(&domain->names_sum),
		.users = users,
	};
	memcpy(row->text, domain->text, sizeof(domain->text));
	set_entry(row, &domain->head, &limits, now_s);
}

struct seep_address seep_look_block(const struct seep_engine *engine, enum seep_look_kind kind,
				    const struct seep_address *address)
{
	return kind == SEEP_LOOK_USERS ? seep_address_user(&engine->user_masks, address)
				       : seep_address_network(&engine->network_masks, address);
}

static uint64_t key_of(const struct seep_engine *engine, enum seep_look_kind kind,
		       const struct seep_address *address)
{
	const struct seep_address block = seep_look_block(engine, kind, address);

	return seep_hash_bytes(&engine->key, &block, sizeof(block));
}

static void set_user_more(struct seep_engine *engine, const struct user *user,
			  const struct seep_address *address, uint64_t now_s,
			  struct seep_look_more *more)
{
	struct network network;

	more->counts = seep_network_counts(engine, user, now_s);
	more->is_late = seep_network_is_late(engine, user, now_s);
	more->is_dga = seep_dga_is_spent(&user->dga, now_s);
	more->rare_names = seep_sketch_count(&user->rare_sum);
	more->has_network = seep_table_peek(engine->networks,
					    key_of(engine, SEEP_LOOK_NETWORKS, address), &network);
	more->is_newcomer = more->has_network && seep_network_is_newcomer(&network, user, now_s);
}

bool seep_look_address(struct seep_engine *engine, enum seep_look_kind kind,
		       const struct seep_address *address, uint64_t now_s,
		       struct seep_view_row *row, struct seep_look_more *more)
{
	uint64_t key = key_of(engine, kind, address);
	struct network network;
	struct user user;

	*more = (struct seep_look_more){ .few = 0 };
	if (kind == SEEP_LOOK_USERS) {
		if (!seep_table_peek(engine->users, key, &user))
			return false;
		seep_look_at_user(row, &engine->learned, engine->conf.policies, key, &user, now_s);
		set_user_more(engine, &user, address, now_s, more);
		return true;
	}
	if (!seep_table_peek(engine->networks, key, &network))
		return false;
	seep_look_at_network(row, &engine->learned, key, &network, now_s);
	return true;
}

static size_t text_size(const uint8_t *text)
{
	size_t size = 0;

	while (text[size])
		size += 1u + text[size];
	return size + 1;
}

bool seep_look_is_cut(const struct seep_engine *engine, const struct seep_view_row *row)
{
	return row->key != SEEP_TABLE_SHARED &&
	       row->key != seep_hash_bytes(&engine->key, row->text, text_size(row->text));
}

static void set_domain_more(struct seep_engine *engine, const struct seep_view_row *row,
			    const struct domain *domain, struct seep_look_more *more)
{
	*more = (struct seep_look_more){
		.is_cut = seep_look_is_cut(engine, row),
		.few = seep_charge_few(seep_network_people(engine)),
		.habit_mbit = seep_habit_mbit(&domain->habit, row->users,
					      seep_charge_few(seep_network_people(engine))),
	};
	more->is_rare = row->users <= more->few;
}

bool seep_look_domain(struct seep_engine *engine, const uint8_t *name, size_t size, uint64_t now_s,
		      struct seep_view_row *row, struct seep_look_more *more)
{
	struct domain domain;

	for (size_t at = 0; at < size; at += 1u + name[at]) {
		uint64_t key = seep_hash_bytes(&engine->key, name + at, size - at);

		if (!seep_table_peek(engine->domains, key, &domain))
			continue;
		seep_look_at_domain(row, &engine->learned, key, &domain, now_s);
		set_domain_more(engine, row, &domain, more);
		return true;
	}
	return false;
}

unsigned seep_look_prefix_bits(const struct seep_engine *engine, enum seep_look_kind kind,
			       bool is_v4)
{
	const struct seep_conf *conf = &engine->conf;

	if (kind == SEEP_LOOK_NETWORKS)
		return (unsigned)(is_v4 ? conf->network_prefix_v4_bits
					: conf->network_prefix_v6_bits);
	return (unsigned)(is_v4 ? conf->user_prefix_v4_bits : conf->user_prefix_v6_bits);
}

bool seep_look_has_stale(const struct seep_engine *engine)
{
	return engine->conf.stale_s > 0;
}

struct seep_look_table seep_look_table(const struct seep_engine *engine, enum seep_look_kind kind)
{
	const struct seep_table *const tables[SEEP_LOOK_KINDS] = { engine->users, engine->networks,
								   engine->domains };

	return (struct seep_look_table){ .used = seep_table_used(tables[kind]),
					 .capacity = seep_table_capacity(tables[kind]) };
}

struct seep_look_budget seep_look_budget(const struct seep_engine *engine, enum seep_look_kind kind)
{
	const struct seep_budgets *budgets = &engine->learned.budgets;
	unsigned new = atomic_load_explicit(&engine->learned.new_units, memory_order_relaxed);
	unsigned units = new ? new : SEEP_BUDGET_NEW;

	switch (kind) {
	case SEEP_LOOK_USERS:
		return (struct seep_look_budget){ budgets->is_learned,
						  seep_budgets_user(budgets, units, false) };
	case SEEP_LOOK_NETWORKS:
		return (struct seep_look_budget){
			budgets->is_network_learned,
			seep_budgets_network(budgets, SEEP_BUDGET_NETWORK_NEW, false)
		};
	case SEEP_LOOK_DOMAINS:
	case SEEP_LOOK_KINDS:
		break;
	}
	return (struct seep_look_budget){ budgets->is_units,
					  seep_budgets_domain(budgets, SEEP_BUDGET_NEW, 1) };
}
