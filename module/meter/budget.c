/* SPDX-License-Identifier: BSD-3-Clause */
/* What meters are held to. */
#include "meter/budget.h"

#include "base/bits.h"

static uint64_t refill_of(uint64_t refill_bytes_day, uint64_t budget_mbit)
{
	return refill_bytes_day == SEEP_AUTO ? budget_mbit / SEEP_BUDGET_DAYS
					     : seep_bits_of_bytes(refill_bytes_day);
}

static struct seep_limits limits_of(uint64_t budget_bytes, uint64_t refill_bytes_day,
				    uint64_t flag_at_percent)
{
	uint64_t budget_mbit = seep_bits_of_bytes(budget_bytes);

	return (struct seep_limits){
		.budget_mbit = budget_mbit,
		.refill_mbit_day = refill_of(refill_bytes_day, budget_mbit),
		.cap_mbit = budget_mbit,
		.flag_at_percent = flag_at_percent,
	};
}

/* What a budget of seep.conf counts in: itself, or if it is learned a unit. */
static uint64_t unit_bytes(uint64_t budget_bytes, uint64_t learned_unit_bytes)
{
	return budget_bytes == SEEP_AUTO ? learned_unit_bytes : budget_bytes;
}

/* A learned network's budget: where seep.conf gives users more, a network has it, too. */
static uint64_t network_unit_bytes(const struct seep_conf *conf)
{
	uint64_t user_bytes = conf->user_budget_bytes == SEEP_AUTO ? 0 : conf->user_budget_bytes;
	uint64_t bytes = user_bytes * SEEP_BUDGET_NETWORK_USERS / SEEP_BUDGET_NETWORK_NEW;

	return bytes > SEEP_BUDGET_NETWORK_UNIT_BYTES ? bytes : SEEP_BUDGET_NETWORK_UNIT_BYTES;
}

struct seep_budgets seep_budgets_of(const struct seep_conf *conf)
{
	uint64_t user_bytes = unit_bytes(conf->user_budget_bytes, SEEP_BUDGET_UNIT_BYTES);

	return (struct seep_budgets){
		.is_learned = conf->user_budget_bytes == SEEP_AUTO,
		.is_network_learned = conf->network_budget_bytes == SEEP_AUTO,
		.is_units = conf->user_budget_bytes == SEEP_AUTO &&
			    conf->domain_budget_bytes == SEEP_AUTO,
		.user_refill_is_auto = conf->user_refill_bytes_per_day == SEEP_AUTO,
		.network_refill_is_auto = conf->network_refill_bytes_per_day == SEEP_AUTO,
		.domain_refill_is_auto = conf->domain_refill_bytes_per_day == SEEP_AUTO,
		.user = limits_of(user_bytes, conf->user_refill_bytes_per_day,
				  conf->flag_at_percent),
		.network =
			limits_of(unit_bytes(conf->network_budget_bytes, network_unit_bytes(conf)),
				  conf->network_refill_bytes_per_day, conf->flag_at_percent),
		.domain = limits_of(unit_bytes(conf->domain_budget_bytes, user_bytes),
				    conf->domain_refill_bytes_per_day, conf->flag_at_percent),
	};
}

/* The limits of one unit, for so many. A refill that seep.conf gives is the same for all. */
static struct seep_limits units_of(struct seep_limits unit, unsigned units, bool refill_is_auto)
{
	uint64_t refill_mbit_day = unit.refill_mbit_day;

	unit = seep_meter_times(unit, units);
	if (!refill_is_auto)
		unit.refill_mbit_day = refill_mbit_day;
	return unit;
}

/* The highest levels that learning notes. */
static uint64_t cap_mbit(void)
{
	return seep_bits_of_bytes((uint64_t)SEEP_BUDGET_MOST * SEEP_BUDGET_UNIT_BYTES);
}

static uint64_t network_cap_mbit(const struct seep_budgets *budgets)
{
	return seep_meter_times(budgets->network, SEEP_BUDGET_NETWORK_NOTED).budget_mbit;
}

struct seep_limits seep_budgets_user(const struct seep_budgets *budgets, unsigned units,
				     bool learning)
{
	struct seep_limits limits = budgets->user;

	if (budgets->is_learned)
		limits = units_of(limits, units, budgets->user_refill_is_auto);
	if (learning && budgets->is_learned) {
		limits.cap_mbit = cap_mbit();
		if (budgets->user_refill_is_auto)
			limits.refill_mbit_day = SEEP_BUDGET_LEAST * budgets->user.refill_mbit_day;
	}
	return limits;
}

struct seep_limits seep_budgets_network(const struct seep_budgets *budgets, unsigned units,
					bool learning)
{
	struct seep_limits limits = budgets->network;

	if (budgets->is_network_learned)
		limits = units_of(limits, units, budgets->network_refill_is_auto);
	if (learning && budgets->is_network_learned) {
		limits.cap_mbit = network_cap_mbit(budgets);
		if (budgets->network_refill_is_auto)
			limits.refill_mbit_day =
				SEEP_BUDGET_NETWORK_LEAST * budgets->network.refill_mbit_day;
	}
	return limits;
}

struct seep_limits seep_budgets_domain(const struct seep_budgets *budgets, unsigned units,
				       uint64_t users)
{
	struct seep_limits limits = budgets->domain;

	if (budgets->is_units)
		limits = units_of(limits, units > SEEP_BUDGET_NEW ? units : SEEP_BUDGET_NEW,
				  budgets->domain_refill_is_auto);
	return seep_meter_times(limits, users ? users : 1);
}

/* PERCENT of the peak in units, from the least to the most. */
static unsigned units_of_peak(uint64_t peak_mbit, unsigned percent, uint64_t unit_mbit,
			      unsigned least, unsigned most)
{
	uint64_t units = (percent * peak_mbit / 100 + unit_mbit - 1) / unit_mbit;

	if (units < least)
		return least;
	return units > most ? most : (unsigned)units;
}

unsigned seep_budget_units(uint64_t peak_mbit)
{
	return units_of_peak(peak_mbit, SEEP_BUDGET_PERCENT,
			     seep_bits_of_bytes(SEEP_BUDGET_UNIT_BYTES), SEEP_BUDGET_LEAST,
			     SEEP_BUDGET_MOST);
}

unsigned seep_budget_network_units(const struct seep_budgets *budgets, uint64_t peak_mbit)
{
	return units_of_peak(peak_mbit, SEEP_BUDGET_NETWORK_PERCENT, budgets->network.budget_mbit,
			     SEEP_BUDGET_NETWORK_LEAST, SEEP_BUDGET_NETWORK_MOST);
}

bool seep_budget_is_too_small(uint64_t peak_mbit)
{
	return SEEP_BUDGET_CROWD_TIMES * peak_mbit >= cap_mbit();
}

bool seep_budget_is_too_small_for_network(const struct seep_budgets *budgets, uint64_t peak_mbit)
{
	return peak_mbit >= network_cap_mbit(budgets);
}
