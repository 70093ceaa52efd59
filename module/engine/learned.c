/* SPDX-License-Identifier: BSD-3-Clause */
/* Which budget a user or a domain has, and what learning taught of it. */
#include "engine/internal.h"

/* Of those whose needs are known, so many in a hundred need no more than what a
 * newcomer gets. */
#define NEW_PERCENT 90

static bool is_learning(const struct seep_learned *learned, uint64_t now_s)
{
	return now_s < learned->until_ms / 1000;
}

/* Was it here for half of the learning at least? */
static bool is_learned(const struct seep_learned *learned, const struct user *user)
{
	uint64_t half_s = (learned->until_ms - learned->from_ms) / 2000;

	return half_s && user->head.first_s <= learned->from_ms / 1000 + half_s;
}

unsigned seep_learned_units(const struct seep_learned *learned, const struct user *user,
			    uint64_t now_s)
{
	unsigned least = atomic_load_explicit(&learned->new_units, memory_order_relaxed);
	unsigned units = seep_budget_units(user->peak_mbit);

	if (is_learning(learned, now_s) || !least)
		return SEEP_BUDGET_NEW;
	return units < least && !is_learned(learned, user) ? least : units;
}

struct seep_limits seep_learned_user(const struct seep_learned *learned, const struct user *user,
				     uint64_t now_s)
{
	return seep_budgets_user(&learned->budgets, seep_learned_units(learned, user, now_s),
				 is_learning(learned, now_s));
}

struct seep_limits seep_learned_domain(const struct seep_learned *learned,
				       const struct domain *domain, unsigned units, uint64_t users)
{
	if (units < domain->head.units)
		units = domain->head.units;
	return seep_budgets_domain(&learned->budgets, units, users);
}

/* How many users need so many units. */
struct needs {
	const struct seep_learned *learned;
	uint64_t users[SEEP_BUDGET_MOST + 1];
	uint64_t all;
};

static void count_need(void *context, uint64_t key, struct seep_entry *entry)
{
	struct needs *needs = context;
	const struct user *user = user_of_entry(entry);

	(void)key;
	if (!is_learned(needs->learned, user))
		return;
	needs->users[seep_budget_units(user->peak_mbit)]++;
	needs->all++;
}

void seep_learned_settle(struct seep_learned *learned, struct seep_table *users, uint64_t now_s)
{
	struct needs needs = { .learned = learned };
	uint64_t enough = 0;
	unsigned units = 0;

	if (!learned->budgets.is_learned || is_learning(learned, now_s) ||
	    atomic_load_explicit(&learned->new_units, memory_order_relaxed))
		return;
	seep_table_walk(users, count_need, &needs);
	while (units < SEEP_BUDGET_MOST && 100 * enough < NEW_PERCENT * needs.all)
		enough += needs.users[++units];
	if (units < SEEP_BUDGET_NEW)
		units = SEEP_BUDGET_NEW;
	atomic_store_explicit(&learned->new_units, units, memory_order_relaxed);
}
