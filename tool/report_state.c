/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures of what a state file tells. */
#include "report.h"

#include "base/bits.h"
#include "base/plural.h"

#include <stdio.h>
#include <stdlib.h>

static double share_at(const void *context, size_t at)
{
	const struct state_rows *rows = context;

	return (double)state_view_share(&rows->rows[at].meter);
}

static double level_at(const void *context, size_t at)
{
	const struct state_rows *rows = context;

	return (double)rows->rows[at].meter.level_mbit;
}

static double names_at(const void *context, size_t at)
{
	const struct state_rows *rows = context;

	return (double)rows->rows[at].names;
}

size_t *report_top_state(const struct state_rows *rows)
{
	return report_ranking(rows->count, share_at, rows);
}

typedef double row_value(const struct seep_view_row *row);

static double level_of(const struct seep_view_row *row)
{
	return seep_bits_to_bytes(row->meter.level_mbit);
}

static double budget_of(const struct seep_view_row *row)
{
	return seep_bits_to_bytes(row->meter.budget_mbit);
}

static double names_of(const struct seep_view_row *row)
{
	return (double)row->names;
}

/* A series over the ranked rows of a kind. */
struct drawing {
	const struct state_view *view;
	enum state_kind kind;
	const size_t *order;
};

static bool draw(struct report_figure *figure, const struct drawing *drawing, const char *name,
		 enum svg_mark mark, row_value *value)
{
	const struct state_rows *rows = &drawing->view->rows[drawing->kind];
	size_t ranks[REPORT_RANKS], count = report_ranks(rows->count, ranks);
	char text[STATE_VIEW_TEXT_SIZE];

	if (!drawing->order || !report_series(figure, name, mark, count))
		return false;
	for (size_t at = 0; at < count; at++) {
		const struct seep_view_row *row = &rows->rows[drawing->order[ranks[at] - 1]];

		state_view_text(drawing->view, drawing->kind, row, text);
		if (!report_point(figure, (double)ranks[at], value(row), text))
			return false;
	}
	return true;
}

static void summarise_users(struct report_figure *figure, const struct state_rows *rows)
{
	size_t flagged = 0, spent = 0;

	for (size_t at = 0; at < rows->count; at++) {
		flagged += rows->rows[at].meter.flagged;
		spent += rows->rows[at].meter.spent;
	}
	snprintf(figure->summary, sizeof(figure->summary),
		 "%zu %s; flagged now: %zu; with a spent budget: %zu.", rows->count,
		 seep_plural(rows->count, "user", "users"), flagged, spent);
}

bool report_draw_state_users(struct report_figure *figure, const struct report *report)
{
	const struct state_rows *rows = &report->state->rows[STATE_USERS];
	const struct drawing drawing = { report->state, STATE_USERS,
					 report_ranking(rows->count, level_at, rows) };
	bool done;

	*figure = (struct report_figure){
		.id = "state-users",
		.title = "Users against their budgets, now",
		.caption = "What is on each user's meter as of the state file, fullest first, and "
			   "the budget that it is held to.",
		.x = report_rank_axis("Rank of the user", rows->count),
		.y = { .label = "Bytes on the meter", .unit = SVG_BYTES },
	};
	done = draw(figure, &drawing, "level", SVG_DOTS, level_of) &&
	       draw(figure, &drawing, "budget", SVG_DASHES, budget_of);
	free((size_t *)drawing.order);
	summarise_users(figure, rows);
	if (!done)
		return false;
	report_spread(figure);
	report_fit(figure);
	return true;
}

bool report_draw_state_domains(struct report_figure *figure, const struct report *report)
{
	const struct state_rows *rows = &report->state->rows[STATE_DOMAINS];
	const struct drawing drawing = { report->state, STATE_DOMAINS,
					 report_ranking(rows->count, names_at, rows) };
	bool done;

	*figure = (struct report_figure){
		.id = "state-domains",
		.title = "Domains by their distinct names",
		.caption =
			"Of those that the file has a place for, by an estimate of how many names "
			"of theirs were sent.",
		.x = { .label = "Rank of the domain", .is_log = true, .least = 1, .most = 10 },
		.y = { .label = "Distinct names, about", .is_log = true, .least = 1, .most = 10 },
	};
	done = draw(figure, &drawing, "distinct names", SVG_DOTS, names_of);
	free((size_t *)drawing.order);
	report_fit(figure);
	return done;
}
