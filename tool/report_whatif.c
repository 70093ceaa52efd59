/* SPDX-License-Identifier: BSD-3-Clause */
/* What if users had another budget? The traces replayed at each of a range. */
#include "report.h"

#include "base/bits.h"

#include <stdlib.h>

static const uint64_t budgets_bytes[REPORT_BUDGETS] = { 256, 512, 1024, 2048, 4096, 8192, 16384 };

/* What one replay counts. */
struct count {
	struct report_whatif *row;
	uint64_t learned_ms;
	uint64_t *days; /* of each user: the latest with a query, and one more... */
	size_t day_room;
	uint64_t *refused_days; /* ...and with a refusal */
	size_t refused_room;
};

/* Is it the user's first on this day? */
static bool is_first(uint64_t *days, const struct replay_query *query)
{
	uint64_t day = query->when_ms / REPORT_DAY_MS + 1;
	bool first = days[query->user] != day;

	days[query->user] = day;
	return first;
}

static bool watch(void *context, const struct replay *replay, const struct replay_query *query)
{
	struct count *count = context;
	size_t users = tally_count(replay->users);

	if (!count->learned_ms)
		count->learned_ms = replay_learned_ms(replay);
	if (!report_grow((void **)&count->days, &count->day_room, users, sizeof(uint64_t)) ||
	    !report_grow((void **)&count->refused_days, &count->refused_room, users,
			 sizeof(uint64_t)))
		return false;
	count->row->user_days += is_first(count->days, query);
	if (!report_is_refused(query, count->learned_ms))
		return true;
	count->row->queries_refused++;
	count->row->users_refused += !count->refused_days[query->user];
	count->row->user_days_refused += is_first(count->refused_days, query);
	return true;
}

static uint64_t refill_of(const struct seep_conf *conf, uint64_t budget_bytes)
{
	return conf->user_refill_bytes_per_day == SEEP_AUTO ? budget_bytes / SEEP_BUDGET_DAYS
							    : conf->user_refill_bytes_per_day;
}

/* Replays at one budget. False, having said why. */
static bool replay_at(struct report_whatif *row, struct replay_options *options)
{
	struct count count = { .row = row };
	struct replay replay;
	bool done;

	row->budget_bytes = options->conf.user_budget_bytes;
	row->refill_bytes_day = refill_of(&options->conf, row->budget_bytes);
	options->watch = watch;
	options->watch_context = &count;
	done = replay_do(&replay, options);
	if (done) {
		row->metered_mbit = replay.totals.metered_mbit;
		row->stale = replay.totals.stale;
		if (replay.problem)
			fprintf(stderr, "seepctl: report: %s\n", replay.problem);
		done = !replay.problem;
		replay_release(&replay);
	}
	free(count.days);
	free(count.refused_days);
	return done;
}

bool report_whatif(struct report_whatifs *whatifs, struct replay_options *options)
{
	const struct replay_options kept = *options;
	char doing[32];
	bool done = true;

	/* All has been said of the traces. */
	options->traces.trace.complain = NULL;
	options->doing = doing;
	for (size_t at = 0; done && at < REPORT_BUDGETS; at++) {
		snprintf(doing, sizeof(doing), "run %zu of %d", at + 2, REPORT_BUDGETS + 1);
		options->conf.user_budget_bytes = budgets_bytes[at];
		done = replay_at(&whatifs->rows[whatifs->count], options);
		whatifs->count += done;
	}
	*options = kept;
	return done;
}

void report_whatif_add(struct report_whatifs *whatifs, const struct report_trace *trace,
		       const struct replay *replay)
{
	struct report_whatif *row = &whatifs->rows[whatifs->count++];
	uint64_t budget_mbit = 0, refill_mbit = 0;

	*row = (struct report_whatif){
		.is_configured = true,
		.queries_refused = trace->refused,
		.stale = replay->totals.stale,
		.metered_mbit = replay->totals.metered_mbit,
	};
	for (size_t at = 0; at < trace->user_count; at++) {
		const struct report_user *user = &trace->users[at];

		row->user_days += user->days;
		row->user_days_refused += user->refused_days;
		row->users_refused += user->refused_days > 0;
		if (user->budget_mbit > budget_mbit) {
			budget_mbit = user->budget_mbit;
			refill_mbit = user->refill_mbit_day;
		}
	}
	row->budget_bytes = (uint64_t)seep_bits_to_bytes(budget_mbit);
	row->refill_bytes_day = (uint64_t)seep_bits_to_bytes(refill_mbit);
}
