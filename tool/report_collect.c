/* SPDX-License-Identifier: BSD-3-Clause */
/* What a report notes of each query of a replay. */
#include "report.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS UINT64_C(3600000)

bool report_grow(void **rows, size_t *room, size_t count, size_t size)
{
	size_t larger = *room ? *room : 64;
	char *longer;

	if (count <= *room)
		return true;
	while (larger < count)
		larger *= 2;
	longer = realloc(*rows, larger * size);
	if (!longer)
		return false;
	memset(longer + *room * size, 0, (larger - *room) * size);
	*rows = longer;
	*room = larger;
	return true;
}

uint64_t report_interval_edge(size_t number)
{
	return (uint64_t)floor(pow(10, (double)(number - 1) / 20) + 1e-6);
}

/* Where among the edges an interval belongs. */
static size_t interval_place(uint64_t ms)
{
	static uint64_t edges[REPORT_INTERVALS];
	size_t low = 0, high = REPORT_INTERVALS - 1;

	if (!edges[1])
		for (size_t at = 1; at < REPORT_INTERVALS; at++)
			edges[at] = report_interval_edge(at);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (ms <= edges[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool report_is_refused(const struct replay_query *query, uint64_t learned_ms)
{
	const struct seep_reservation *judged = query->reservation;

	if (!judged || query->is_stale)
		return false;
	if (judged->verdict.outcome == SEEP_REFUSE)
		return true;
	return judged->verdict.outcome == SEEP_WOULD_REFUSE && query->when_ms >= learned_ms &&
	       !judged->is_relented;
}

/* ---- names ---- */

static void add_length(struct report_lengths *lengths, size_t length)
{
	lengths->count[length]++;
	lengths->all++;
	lengths->sum += length;
}

/* The lengths of the first SIZE bytes of the wire-form NAME, which are its prefix. */
static void add_prefix(struct report_trace *trace, enum report_of of, const uint8_t *name,
		       size_t size)
{
	add_length(&trace->prefixes[of], size ? size - 1 : 0);
	for (size_t at = 0; at < size; at += 1u + name[at])
		add_length(&trace->labels[of], name[at]);
}

/* Is this the first query for the name? Sets *IS_NEW; false without memory. */
static bool note_name(struct report_trace *trace, const struct trace_event *event, bool *is_new)
{
	uint64_t hash = seep_hash_bytes(&trace->options->key, event->name, event->name_size);
	uint64_t *seen = map_at(&trace->names, hash);

	if (!seen)
		return false;
	*is_new = !*seen;
	*seen = 1;
	return true;
}

static void note_interval(struct report_trace *trace, const struct report_domain *domain,
			  uint64_t when_ms, bool is_refused)
{
	size_t place;

	if (!domain->queries)
		return;
	place = interval_place(when_ms - domain->last_ms);
	trace->intervals[REPORT_QUERIES][place]++;
	trace->interval_count[REPORT_QUERIES]++;
	if (is_refused) {
		trace->intervals[REPORT_REFUSED][place]++;
		trace->interval_count[REPORT_REFUSED]++;
	}
}

/* ---- days and hours ---- */

/* The row of a day, or an hour, which is the last one or a new one behind it. */
static struct report_day *day_of(struct report_trace *trace, uint64_t when_ms)
{
	uint64_t day = when_ms / REPORT_DAY_MS;

	if (trace->day_count && trace->days[trace->day_count - 1].day == day)
		return &trace->days[trace->day_count - 1];
	if (!report_grow((void **)&trace->days, &trace->day_room, trace->day_count + 1,
			 sizeof(*trace->days)))
		return NULL;
	trace->days[trace->day_count].day = day;
	return &trace->days[trace->day_count++];
}

static struct report_hour *hour_of(struct report_trace *trace, uint64_t when_ms)
{
	uint64_t hour = when_ms / HOUR_MS;

	if (trace->hour_count && trace->hours[trace->hour_count - 1].hour == hour)
		return &trace->hours[trace->hour_count - 1];
	if (!report_grow((void **)&trace->hours, &trace->hour_room, trace->hour_count + 1,
			 sizeof(*trace->hours)))
		return NULL;
	trace->hours[trace->hour_count].hour = hour;
	return &trace->hours[trace->hour_count++];
}

/* ---- users ---- */

static void begin_day(struct report_user *user, struct report_day *day)
{
	if (user->days && user->day == day->day)
		return;
	user->day = day->day;
	user->day_mbit = 0;
	user->days++;
	day->users++;
}

static void note_refusal(struct report_trace *trace, struct report_user *user,
			 struct report_domain *domain, struct report_day *day,
			 enum seep_meter meter)
{
	trace->refused++;
	user->refused_by[meter]++;
	domain->refused_by[meter]++;
	domain->refused++;
	if (user->refused_day == day->day + 1)
		return;
	user->refused_day = day->day + 1;
	user->refused_days++;
	day->refused_users++;
}

/* Puts a charge on the user's meter, as the engine did. */
static void note_level(struct report_trace *trace, struct report_user *user,
		       const struct replay_query *query)
{
	bool learning = query->when_ms < trace->learned_ms;
	struct seep_limits limits =
		seep_budgets_user(&trace->budgets, query->reservation->units, learning);

	seep_bucket_drain(&user->level, limits.refill_mbit_day, query->when_ms / 1000);
	(void)seep_bucket_raise(&user->level, query->reservation->user_mbit, SEEP_BUCKET_MAX_MBIT);
	user->budget_mbit = limits.budget_mbit;
	user->refill_mbit_day = limits.refill_mbit_day;
	if (!learning && user->level.level_mbit > user->peak_mbit)
		user->peak_mbit = user->level.level_mbit;
}

/* What left goes on the user's meter. False without memory. */
static bool note_charge(struct report_trace *trace, const struct replay_query *query,
			struct report_day *day)
{
	struct report_user *user = &trace->users[query->user];
	struct report_domain *domain = &trace->domains[query->domain];
	uint64_t mbit = query->reservation->user_mbit, *pair;

	note_level(trace, user, query);
	pair = map_at(&trace->pairs, (uint64_t)(query->user + 1) << 32 | (query->domain + 1));
	if (!pair)
		return false;
	*pair += mbit;
	domain->metered_mbit += mbit;
	day->metered_mbit += mbit;
	user->day_mbit += mbit;
	if (user->day_mbit > user->most_day_mbit)
		user->most_day_mbit = user->day_mbit;
	if (user->day_mbit > day->most_mbit)
		day->most_mbit = user->day_mbit;
	return true;
}

static void note_verdict(struct report_trace *trace, const struct replay_query *query,
			 struct report_day *day, struct report_hour *hour)
{
	const struct seep_verdict *verdict = &query->reservation->verdict;

	if (report_is_refused(query, trace->learned_ms)) {
		hour->refused++;
		note_refusal(trace, &trace->users[query->user], &trace->domains[query->domain], day,
			     verdict->meter);
	} else if (query->is_stale) {
		hour->stale++;
	} else {
		hour->flagged += verdict->outcome != SEEP_PASS;
	}
}

/* ---- queries ---- */

static bool make_room(struct report_trace *trace, const struct replay *replay)
{
	trace->user_count = tally_count(replay->users);
	trace->domain_count = tally_count(replay->domains);
	return report_grow((void **)&trace->users, &trace->user_room, trace->user_count,
			   sizeof(*trace->users)) &&
	       report_grow((void **)&trace->domains, &trace->domain_room, trace->domain_count,
			   sizeof(*trace->domains));
}

static void start(struct report_trace *trace, const struct replay *replay)
{
	trace->budgets = seep_budgets_of(&trace->options->conf);
	trace->learned_ms = replay_learned_ms(replay);
	trace->started = true;
}

/* How its name looks, and when its domain was asked last. False without memory. */
static bool note_query(struct report_trace *trace, const struct replay *replay,
		       const struct replay_query *query)
{
	const struct trace_event *event = query->event;
	struct report_domain *domain = &trace->domains[query->domain];
	bool is_refused = report_is_refused(query, trace->learned_ms), is_new;
	size_t size = event->name_size - tally_row(replay->domains, query->domain)->key_size;

	if (!note_name(trace, event, &is_new))
		return false;
	add_prefix(trace, REPORT_QUERIES, event->name, size);
	if (is_new)
		add_prefix(trace, REPORT_NAMES, event->name, size);
	if (is_refused)
		add_prefix(trace, REPORT_REFUSED, event->name, size);
	note_interval(trace, domain, query->when_ms, is_refused);
	domain->last_ms = query->when_ms;
	domain->queries++;
	domain->names += is_new;
	return true;
}

/* One more of the domain's users? False without memory. */
static bool note_pair(struct report_trace *trace, const struct replay_query *query)
{
	size_t used = trace->pairs.used;

	if (!map_at(&trace->pairs, (uint64_t)(query->user + 1) << 32 | (query->domain + 1)))
		return false;
	trace->domains[query->domain].users += trace->pairs.used > used;
	return true;
}

bool report_collect(void *context, const struct replay *replay, const struct replay_query *query)
{
	struct report_trace *trace = context;
	struct report_day *day;
	struct report_hour *hour;

	if (!trace->started)
		start(trace, replay);
	if (!make_room(trace, replay) || !note_pair(trace, query) ||
	    !note_query(trace, replay, query))
		return false;
	day = day_of(trace, query->when_ms);
	hour = hour_of(trace, query->when_ms);
	if (!day || !hour)
		return false;
	begin_day(&trace->users[query->user], day);
	if (!query->reservation)
		return true;
	note_verdict(trace, query, day, hour);
	return query->reservation->verdict.outcome == SEEP_REFUSE || note_charge(trace, query, day);
}

void report_collect_end(struct report_trace *trace)
{
	for (size_t at = 0; at < trace->pairs.room; at++) {
		const struct map_slot *pair = &trace->pairs.slots[at];
		struct report_user *user;
		uint32_t domain = (uint32_t)pair->key - 1;

		if (!pair->key || !pair->value)
			continue;
		user = &trace->users[(pair->key >> 32) - 1];
		/* Of equals the first one, whatever the order of the slots. */
		if (pair->value > user->domain_mbit ||
		    (pair->value == user->domain_mbit && domain < user->domain)) {
			user->domain = domain;
			user->domain_mbit = pair->value;
		}
	}
}

void report_collect_release(struct report_trace *trace)
{
	free(trace->users);
	free(trace->domains);
	free(trace->days);
	free(trace->hours);
	map_release(&trace->names);
	map_release(&trace->pairs);
}
