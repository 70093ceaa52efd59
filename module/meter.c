/* SPDX-License-Identifier: BSD-3-Clause */
/* A meter at work: level, reservation, edges. */
#include "meter.h"

#include "charge.h"
#include "verdict.h"

uint64_t seep_meter_mbit(uint64_t bytes)
{
	return bytes * 8 * SEEP_BIT_MBIT;
}

static uint64_t times_capped(uint64_t mbit, uint64_t times)
{
	return mbit && times > SEEP_BUCKET_MAX_MBIT / mbit ? SEEP_BUCKET_MAX_MBIT : mbit * times;
}

struct seep_limits seep_meter_times(struct seep_limits limits, uint64_t times)
{
	limits.budget_mbit = times_capped(limits.budget_mbit, times);
	limits.refill_mbit_day = times_capped(limits.refill_mbit_day, times);
	return limits;
}

static uint64_t flag_mbit(const struct seep_limits *limits)
{
	return limits->budget_mbit / 100 * limits->flag_at_percent;
}

/* Marks an entry spent or not, and keeps the count of those that are. */
static void set_spent(struct seep_entry *entry, bool spent, _Atomic int64_t *count)
{
	if (entry->spent == spent)
		return;
	entry->spent = spent;
	atomic_fetch_add_explicit(count, spent ? 1 : -1, memory_order_relaxed);
}

/* What may not be refused crosses no line either. */
static enum seep_edge find_edge(const struct seep_metering *metering, struct seep_entry *entry)
{
	if (metering->counts && metering->outcome == SEEP_REFUSE) {
		if (entry->spent)
			return SEEP_EDGE_NONE;
		set_spent(entry, true, metering->spent_count);
		entry->flagged = 1;
		return SEEP_EDGE_SPENT;
	}
	if (metering->counts && metering->outcome == SEEP_FLAG) {
		if (entry->flagged)
			return SEEP_EDGE_NONE;
		entry->flagged = 1;
		return SEEP_EDGE_FLAGGED;
	}
	if (entry->flagged && entry->meter.level_mbit <= flag_mbit(&metering->limits)) {
		set_spent(entry, false, metering->spent_count);
		entry->flagged = 0;
		return SEEP_EDGE_RELEASED;
	}
	return SEEP_EDGE_NONE;
}

void seep_meter_take(struct seep_metering *metering, struct seep_entry *entry)
{
	struct seep_reading reading = {
		.charge_mbit = metering->charge_mbit,
		.budget_mbit = metering->limits.budget_mbit,
		.flag_at_percent = metering->limits.flag_at_percent,
	};
	bool refused;

	seep_bucket_drain(&entry->meter, metering->limits.refill_mbit_day, metering->now_s);
	reading.level_mbit = entry->meter.level_mbit;
	metering->outcome = metering->charge_mbit ? seep_verdict_reading(&reading) : SEEP_PASS;
	metering->edge = find_edge(metering, entry);
	entry->inflight++;
	refused = metering->outcome == SEEP_REFUSE && metering->mode == SEEP_MODE_GUARD &&
		  metering->counts;
	/* Where a refusal is not carried out the meter stands at its budget
	 * and no higher: the end of learning must not find months of debt. */
	metering->added_mbit = refused ? 0
				       : seep_bucket_raise(&entry->meter, metering->charge_mbit,
							   metering->limits.budget_mbit);
	metering->level_mbit = entry->meter.level_mbit;
}

void seep_meter_keep(struct seep_entry *entry)
{
	if (entry->inflight)
		entry->inflight--;
}

void seep_meter_give_back(struct seep_entry *entry, uint64_t added_mbit)
{
	seep_meter_keep(entry);
	seep_bucket_lower(&entry->meter, added_mbit);
}

void seep_meter_refresh(struct seep_entry *entry, const struct seep_limits *limits, uint64_t now_s,
			_Atomic int64_t *spent_count)
{
	if (entry->spent &&
	    seep_bucket_level(&entry->meter, limits->refill_mbit_day, now_s) <= flag_mbit(limits))
		set_spent(entry, false, spent_count);
}
