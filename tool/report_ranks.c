/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures of domains and users by rank. */
#include "report.h"

#include "base/bits.h"
#include "base/plural.h"

#include <stdlib.h>

static double names_at(const void *context, size_t at)
{
	const struct report_trace *trace = context;

	return (double)trace->domains[at].names;
}

static double peak_at(const void *context, size_t at)
{
	const struct report_trace *trace = context;

	return (double)trace->users[at].peak_mbit;
}

static void summarise_domains(struct report_figure *figure, const struct report_trace *trace)
{
	size_t single = 0;

	for (size_t at = 0; at < trace->domain_count; at++)
		single += trace->domains[at].names == 1;
	snprintf(figure->summary, sizeof(figure->summary),
		 "%zu %s, of which %zu (%.0f %%) have one name.", trace->domain_count,
		 seep_plural(trace->domain_count, "domain", "domains"), single,
		 trace->domain_count ? 100.0 * (double)single / (double)trace->domain_count : 0.0);
}

bool report_draw_domains(struct report_figure *figure, const struct report *report)
{
	const struct report_trace *trace = report->trace;
	size_t ranks[REPORT_RANKS], count = report_ranks(trace->domain_count, ranks);
	size_t *order = report_ranking(trace->domain_count, names_at, trace);
	char text[REPLAY_KEY_TEXT_SIZE];
	bool done;

	*figure = (struct report_figure){
		.id = "domains",
		.title = "Domains by their distinct names",
		.caption =
			"A few domains have many names, nearly all have one: by Zipf's law it "
			"falls as a line. A tunnel's domain stands out on the left; many domains "
			"with a name each hide on the right, and users' budgets hold those.",
		.x = { .label = "Rank of the domain", .is_log = true, .least = 1, .most = 10 },
		.y = { .label = "Distinct names", .is_log = true, .least = 1, .most = 10 },
	};
	done = order && report_series(figure, "distinct names", SVG_DOTS, count);
	for (size_t at = 0; done && at < count; at++) {
		size_t place = order[ranks[at] - 1];

		replay_domain_text(report->replay,
				   tally_row(report->replay->domains, (uint32_t)place), text);
		done = report_point(figure, (double)ranks[at], (double)trace->domains[place].names,
				    text);
	}
	free(order);
	summarise_domains(figure, trace);
	report_fit(figure);
	return done;
}

static void summarise_users(struct report_figure *figure, const struct report_trace *trace)
{
	size_t above_half = 0, refused = 0;

	for (size_t at = 0; at < trace->user_count; at++) {
		above_half += report_user_share(&trace->users[at]) >= 0.5;
		refused += trace->users[at].refused_days > 0;
	}
	snprintf(figure->summary, sizeof(figure->summary),
		 "Of %zu %s, %zu came to half of the budget or more, and %zu would have been "
		 "refused something.",
		 trace->user_count, seep_plural(trace->user_count, "user", "users"), above_half,
		 refused);
}

/* The levels of the ranked users, or their budgets. */
static bool draw_users(struct report_figure *figure, const struct report *report,
		       const size_t *order, bool budgets)
{
	size_t ranks[REPORT_RANKS], count = report_ranks(report->trace->user_count, ranks);
	char text[REPLAY_KEY_TEXT_SIZE];

	if (!report_series(figure, budgets ? "budget" : "highest level",
			   budgets ? SVG_DASHES : SVG_DOTS, count))
		return false;
	for (size_t at = 0; at < count; at++) {
		size_t place = order[ranks[at] - 1];
		const struct report_user *user = &report->trace->users[place];
		uint64_t mbit = budgets ? user->budget_mbit : user->peak_mbit;

		replay_user_text(report->replay, tally_row(report->replay->users, (uint32_t)place),
				 text);
		if (!report_point(figure, (double)ranks[at], seep_bits_to_bytes(mbit), text))
			return false;
	}
	return true;
}

#define LEVELS                                                                                     \
	"It rises by what is sent, drains by the refill, and is held at the budget, or an eighth " \
	"above for what is known."

bool report_draw_users(struct report_figure *figure, const struct report *report)
{
	const struct report_trace *trace = report->trace;
	size_t *order = report_ranking(trace->user_count, peak_at, trace);
	bool done;

	*figure = (struct report_figure){
		.id = "users",
		.title = "Users against their budgets",
		.caption = report_learns(trace) ? "The highest level that each user's meter came "
						  "to after learning, highest first. " LEVELS
						: "The highest level that each user's meter came "
						  "to, highest first. " LEVELS,
		.x = report_rank_axis("Rank of the user", trace->user_count),
		.y = { .label = "Bytes on the meter", .unit = SVG_BYTES },
	};
	done = order && draw_users(figure, report, order, false) &&
	       draw_users(figure, report, order, true);
	free(order);
	summarise_users(figure, trace);
	if (!done)
		return false;
	report_spread(figure);
	report_fit(figure);
	return true;
}
