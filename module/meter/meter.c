/* SPDX-License-Identifier: BSD-3-Clause */
/* A meter at work: level, reservation, edges. */
#include "meter/meter.h"

#include "base/bits.h"
#include "meter/verdict.h"

#define RELEASE_AFTER_S 3600
#define FORGET_AFTER_S  86400
#define DAY_S           86400

#define REFUSALS_GUESSED 64

static uint64_t times_capped(uint64_t mbit, uint64_t times)
{
	uint64_t product;

	if (__builtin_mul_overflow(mbit, times, &product) || product > SEEP_BUCKET_MAX_MBIT)
		return SEEP_BUCKET_MAX_MBIT;
	return product;
}

struct seep_limits seep_meter_times(struct seep_limits limits, uint64_t times)
{
	limits.budget_mbit = times_capped(limits.budget_mbit, times);
	limits.refill_mbit_day = times_capped(limits.refill_mbit_day, times);
	limits.cap_mbit = times_capped(limits.cap_mbit, times);
	return limits;
}

static uint64_t flag_mbit(const struct seep_limits *limits)
{
	return seep_verdict_flag_mbit(limits->budget_mbit, limits->flag_at_percent);
}

/* The budget with what known names have more, by this share. */
static uint64_t known_budget(const struct seep_limits *limits, uint64_t share)
{
	return limits->budget_mbit + limits->budget_mbit / share;
}

/* Does the charge fit into what known names have? */
static bool is_known_room(const struct seep_metering *metering, uint64_t share)
{
	return (metering->is_known || metering->charge_mbit < SEEP_BIT_MBIT) &&
	       metering->level_mbit + metering->charge_mbit <=
		       known_budget(&metering->limits, share);
}

void seep_meter_judge(struct seep_metering *metering, struct seep_entry *entry)
{
	struct seep_reading reading = {
		.charge_mbit = metering->charge_mbit,
		.budget_mbit = metering->limits.budget_mbit,
		.flag_at_percent = metering->limits.flag_at_percent,
	};

	seep_bucket_drain(&entry->meter, metering->limits.refill_mbit_day, metering->now_s);
	reading.level_mbit = entry->meter.level_mbit;
	metering->level_mbit = entry->meter.level_mbit;
	metering->outcome = metering->charge_mbit ? seep_verdict_reading(&reading) : SEEP_PASS;
	if (metering->outcome == SEEP_PASS || !is_known_room(metering, SEEP_METER_KNOWN_SHARE))
		return;
	metering->is_waiting = metering->may_wait && metering->outcome == SEEP_REFUSE &&
			       !is_known_room(metering, SEEP_METER_WAITING_SHARE);
	if (!metering->is_waiting)
		metering->outcome = metering->charge_mbit < SEEP_BIT_MBIT ? SEEP_PASS : SEEP_FLAG;
}

/* Is it below flag-at, and long enough after it was above? Without the hour a
 * client could have a line logged with every other query. */
static bool is_released(const struct seep_entry *entry, const struct seep_limits *limits,
			uint64_t now_s)
{
	return seep_bucket_level(&entry->meter, limits->refill_mbit_day, now_s) <=
		       flag_mbit(limits) &&
	       now_s > entry->crossed_s + RELEASE_AFTER_S;
}

static bool are_refusals_old(const struct seep_entry *entry, uint64_t now_s)
{
	return now_s > (uint64_t)entry->crossed_s + FORGET_AFTER_S;
}

bool seep_meter_is_guessed(const struct seep_entry *entry, uint64_t now_s)
{
	return entry->refusals >= REFUSALS_GUESSED && !are_refusals_old(entry, now_s);
}

static void count_refusal(struct seep_entry *entry, uint64_t now_s)
{
	if (are_refusals_old(entry, now_s))
		entry->refusals = 0;
	if (entry->refusals < REFUSALS_GUESSED)
		entry->refusals++;
}

void seep_meter_mark(struct seep_metering *metering, struct seep_entry *entry,
		     enum seep_outcome applied)
{
	metering->edge = SEEP_EDGE_NONE;
	/* What waits goes on in the end, or does so for another meter. */
	if (metering->is_waiting && applied >= SEEP_WOULD_REFUSE)
		applied = SEEP_FLAG;
	/* Whatever comes next is a crossing of its own: what was refused first after the
	 * release is told as spent again. */
	if (entry->flagged && is_released(entry, &metering->limits, metering->now_s)) {
		metering->edge = SEEP_EDGE_RELEASED;
		entry->spent = 0;
		entry->flagged = 0;
		entry->refusals = 0;
	}
	if (applied == SEEP_REFUSE)
		count_refusal(entry, metering->now_s);
	if (applied >= SEEP_WOULD_REFUSE) {
		if (!entry->spent)
			metering->edge = SEEP_EDGE_SPENT;
		entry->spent = 1;
	} else if (applied == SEEP_FLAG) {
		if (!entry->flagged)
			metering->edge = SEEP_EDGE_FLAGGED;
	} else {
		return;
	}
	entry->flagged = 1;
	entry->crossed_s = (uint32_t)metering->now_s;
}

/* How far the charge may raise the level. */
static uint64_t cap_of(const struct seep_metering *metering)
{
	uint64_t known_mbit = known_budget(&metering->limits, SEEP_METER_KNOWN_SHARE);

	return is_known_room(metering, SEEP_METER_KNOWN_SHARE) &&
			       known_mbit > metering->limits.cap_mbit
		       ? known_mbit
		       : metering->limits.cap_mbit;
}

void seep_meter_reserve(struct seep_metering *metering, struct seep_entry *entry)
{
	entry->inflight++;
	metering->added_mbit =
		seep_bucket_raise(&entry->meter, metering->charge_mbit, cap_of(metering));
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

bool seep_meter_is_spent(const struct seep_entry *entry, const struct seep_limits *limits,
			 uint64_t now_s)
{
	return entry->spent && !is_released(entry, limits, now_s);
}

uint64_t seep_meter_free_s(const struct seep_entry *entry, const struct seep_limits *limits,
			   uint64_t now_s)
{
	const struct seep_bucket *bucket = &entry->meter;
	uint64_t line_mbit = flag_mbit(limits), refill_mbit = limits->refill_mbit_day;
	uint64_t hour_s = (uint64_t)entry->crossed_s + RELEASE_AFTER_S + 1, free_s = now_s;

	if (seep_bucket_level(bucket, refill_mbit, now_s) > line_mbit) {
		if (!refill_mbit)
			return UINT64_MAX;
		/* In parts of 1/86400, as the bucket counts what drains in a second. */
		free_s = bucket->drained_s +
			 ((bucket->level_mbit - line_mbit) * DAY_S - bucket->carry + refill_mbit -
			  1) / refill_mbit;
	}
	return entry->flagged && hour_s > free_s ? hour_s : free_s;
}
