/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures of what other budgets would do. */
#include "report.h"

#include "base/plural.h"

#include <inttypes.h>
#include <stdio.h>

#define MONTH_DAYS 30

/* Of a thousand days that somebody used the network, on how many something was refused. */
static double blocks_of(const struct report_whatif *row)
{
	return row->user_days ? 1000.0 * (double)row->user_days_refused / (double)row->user_days
			      : 0;
}

static struct svg_axis budget_axis(const struct report_whatifs *whatifs)
{
	struct svg_axis axis = { .label = "Budget of each user",
				 .unit = SVG_BYTES,
				 .is_log = true,
				 .least = (double)whatifs->rows[0].budget_bytes,
				 .most = 1 };

	for (size_t at = 0; at < whatifs->count; at++)
		if (whatifs->rows[at].budget_bytes &&
		    (double)whatifs->rows[at].budget_bytes < axis.least)
			axis.least = (double)whatifs->rows[at].budget_bytes;
	return axis;
}

/* A curve through the rows that are not as configured, or the point that is. */
static bool draw_rows(struct report_figure *figure, const struct report_whatifs *whatifs,
		      const char *name, double (*value)(const struct report_whatif *row),
		      bool configured)
{
	if (!report_series(figure, name, configured ? SVG_DOTS : SVG_LINE, whatifs->count))
		return false;
	for (size_t at = 0; at < whatifs->count; at++) {
		const struct report_whatif *row = &whatifs->rows[at];

		if (row->is_configured == configured)
			report_point(figure, (double)row->budget_bytes, value(row), NULL);
	}
	return true;
}

bool report_draw_blocks(struct report_figure *figure, const struct report *report)
{
	const struct report_whatifs *whatifs = report->whatifs;
	const struct report_whatif *is = &whatifs->rows[whatifs->count - 1];

	*figure = (struct report_figure){
		.id = "blocks",
		.title = "Whom a smaller budget would disturb",
		.caption = "On how many of 1,000 days that somebody asked anything at least one "
			   "query would have been refused. If nobody in the trace sends data out "
			   "through names, all of these are false blocks. None is drawn at 0.1.",
		.x = budget_axis(whatifs),
		.y = { .label = "User-days refused, of 1,000",
		       .is_log = true,
		       .least = 0.1,
		       .most = 100 },
	};
	snprintf(figure->summary, sizeof(figure->summary),
		 "As configured: %" PRIu64 " of %" PRIu64 " user-days.", is->user_days_refused,
		 is->user_days);
	if (!draw_rows(figure, whatifs, "at each budget", blocks_of, false) ||
	    !draw_rows(figure, whatifs, "as configured", blocks_of, true))
		return false;
	report_fit(figure);
	return true;
}

static double day_of(const struct report_whatif *row)
{
	return (double)(row->budget_bytes + row->refill_bytes_day);
}

static double month_of(const struct report_whatif *row)
{
	return (double)(row->budget_bytes + MONTH_DAYS * row->refill_bytes_day);
}

bool report_draw_bounds(struct report_figure *figure, const struct report *report)
{
	const struct report_whatifs *whatifs = report->whatifs;

	*figure = (struct report_figure){
		.id = "bounds",
		.title = "What a budget promises",
		.caption = "The most that one user can send out through names, to places that few "
			   "others use: the budget, and what drains in a day or in thirty.",
		.x = budget_axis(whatifs),
		.y = { .label = "Bytes of one user, at most",
		       .unit = SVG_BYTES,
		       .is_log = true,
		       .least = 256,
		       .most = 512 },
	};
	if (!draw_rows(figure, whatifs, "in 30 days", month_of, false) ||
	    !draw_rows(figure, whatifs, "in one day", day_of, false) ||
	    !draw_rows(figure, whatifs, "as configured, 30 days", month_of, true))
		return false;
	report_fit(figure);
	return true;
}
