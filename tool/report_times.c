/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures of days and hours. */
#include "report.h"

#include "base/bits.h"
#include "base/plural.h"

#include <inttypes.h>

/* Bars of one picture. */
#define BARS_MOST 100
#define HOURS_DAY 24

/* Into so many hours, or days, each bar goes, so that there are not too many. */
static uint64_t bin_width(uint64_t span, bool hours)
{
	static const uint64_t widths[] = {
		1, 2, 3, 6, 12, 24, 48, 168, 336, 672, 2184, 8760, 87600
	};
	uint64_t unit = hours ? 1 : HOURS_DAY;

	for (size_t at = 0; at < sizeof(widths) / sizeof(widths[0]); at++)
		if (widths[at] >= unit && span * unit / widths[at] < BARS_MOST)
			return widths[at] / unit;
	while (span / unit >= BARS_MOST)
		unit *= 2;
	return unit;
}

struct bins {
	uint64_t first, width; /* in days or hours */
	size_t count;
	double all[BARS_MOST + 2], most[BARS_MOST + 2], third[BARS_MOST + 2];
};

static void begin_bins(struct bins *bins, uint64_t first, uint64_t last, bool hours)
{
	*bins = (struct bins){ .width = bin_width(last - first, hours) };
	bins->first = first / bins->width * bins->width;
	bins->count = (last - bins->first) / bins->width + 1;
}

static void bin_days(struct bins *bins, const struct report_trace *trace)
{
	begin_bins(bins, trace->days[0].day, trace->days[trace->day_count - 1].day, false);
	for (size_t at = 0; at < trace->day_count; at++) {
		const struct report_day *day = &trace->days[at];
		size_t bin = (day->day - bins->first) / bins->width;
		double most = seep_bits_to_bytes(day->most_mbit);

		bins->all[bin] += seep_bits_to_bytes(day->metered_mbit) / (double)bins->width;
		if (most > bins->most[bin])
			bins->most[bin] = most;
	}
}

static bool draw_bars(struct report_figure *figure, const struct bins *bins, const double *values,
		      const char *name, double unit_s)
{
	if (!report_series(figure, name, SVG_BARS, bins->count))
		return false;
	figure->x.unit = SVG_TIME;
	figure->x.least = (double)bins->first * unit_s;
	figure->x.most = (double)(bins->first + bins->count * bins->width) * unit_s;
	figure->bar_width = (double)bins->width * unit_s;
	for (size_t at = 0; at < bins->count; at++)
		report_point(figure, figure->x.least + (double)at * figure->bar_width, values[at],
			     NULL);
	return true;
}

static void summarise_bins(struct report_figure *figure, const struct bins *bins,
			   const double *values)
{
	char text[SVG_VALUE_SIZE], when[SVG_VALUE_SIZE];
	size_t most = 0;

	for (size_t at = 0; at < bins->count; at++)
		if (values[at] > values[most])
			most = at;
	svg_value_text(SVG_BYTES, values[most], text);
	svg_value_text(SVG_TIME, (double)(bins->first + most * bins->width) * 86400, when);
	when[10] = '\0';
	snprintf(figure->summary, sizeof(figure->summary),
		 "The most was %s, on %s. Days are those of UTC.", text, when);
	if (bins->width > 1)
		snprintf(figure->summary, sizeof(figure->summary),
			 "Each bar is %" PRIu64 " days. The most was %s a day, from %s on.",
			 bins->width, text, when);
}

bool report_draw_leak(struct report_figure *figure, const struct report *report)
{
	struct bins bins;

	*figure = (struct report_figure){
		.id = "leak",
		.title = "New information that left, a day",
		.caption =
			"What was put on all users' meters: the most that the names which left "
			"can have told anybody outside. On the first days of a trace more is new "
			"than later.",
		.x = { .label = "Day" },
		.y = { .label = "Bytes a day, of all users", .unit = SVG_BYTES, .most = 1 },
	};
	bin_days(&bins, report->trace);
	summarise_bins(figure, &bins, bins.all);
	if (!draw_bars(figure, &bins, bins.all, "all users", 86400))
		return false;
	report_fit(figure);
	return true;
}

/* What the largest budget lets out in one day: all of it, and what drains. */
static double day_bound(const struct report_trace *trace)
{
	uint64_t most_mbit = 0;

	for (size_t at = 0; at < trace->user_count; at++) {
		const struct report_user *user = &trace->users[at];

		if (user->budget_mbit + user->refill_mbit_day > most_mbit)
			most_mbit = user->budget_mbit + user->refill_mbit_day;
	}
	return seep_bits_to_bytes(most_mbit);
}

#define MOST                                                                                    \
	"The same of the one user who sent most on that day, and what the largest budget here " \
	"lets out of a user in a day: the budget and what drains."
#define MORE " While learning, and of users that no budget fits, more may leave."

bool report_draw_most(struct report_figure *figure, const struct report *report)
{
	double bound = day_bound(report->trace);
	struct bins bins;

	*figure = (struct report_figure){
		.id = "leak-most",
		.title = "The user who sent most, a day",
		.caption = report_learns(report->trace) ? MOST MORE : MOST,
		.x = { .label = "Day" },
		.y = { .label = "Bytes a day, of one user", .unit = SVG_BYTES, .most = 1 },
	};
	bin_days(&bins, report->trace);
	summarise_bins(figure, &bins, bins.most);
	if (!draw_bars(figure, &bins, bins.most, "the user who sent most", 86400) ||
	    !report_series(figure, "bound of a day", SVG_LINE, 2))
		return false;
	report_point(figure, figure->x.least, bound, NULL);
	report_point(figure, figure->x.most, bound, NULL);
	report_fit(figure);
	return true;
}

static void bin_hours(struct bins *bins, const struct report_trace *trace)
{
	begin_bins(bins, trace->hours[0].hour, trace->hours[trace->hour_count - 1].hour, true);
	for (size_t at = 0; at < trace->hour_count; at++) {
		const struct report_hour *hour = &trace->hours[at];
		size_t bin = (hour->hour - bins->first) / bins->width;

		bins->all[bin] += (double)hour->refused;
		bins->most[bin] += (double)hour->stale;
		bins->third[bin] += (double)hour->flagged;
	}
}

/* A mark in the middle of each bin that has any. */
static bool draw_counts(struct report_figure *figure, const struct bins *bins, const double *values,
			const char *name)
{
	double width_s = (double)bins->width * 3600;

	if (!report_series(figure, name, SVG_DOTS, bins->count))
		return false;
	figure->x.unit = SVG_TIME;
	figure->x.least = (double)bins->first * 3600;
	figure->x.most = figure->x.least + (double)bins->count * width_s;
	for (size_t at = 0; at < bins->count; at++)
		if (values[at] > 0)
			report_point(figure, figure->x.least + ((double)at + 0.5) * width_s,
				     values[at], NULL);
	return true;
}

static void summarise_refusals(struct report_figure *figure, const struct bins *bins)
{
	char texts[3][SVG_VALUE_SIZE];
	double refused = 0, stale = 0, flagged = 0;

	for (size_t at = 0; at < bins->count; at++) {
		refused += bins->all[at];
		stale += bins->most[at];
		flagged += bins->third[at];
	}
	svg_value_text(SVG_COUNT, refused, texts[0]);
	svg_value_text(SVG_COUNT, stale, texts[1]);
	svg_value_text(SVG_COUNT, flagged, texts[2]);
	snprintf(figure->summary, sizeof(figure->summary),
		 "%s refused, %s answered from the cache in place of that, %s flagged; each mark "
		 "is %" PRIu64 " %s.",
		 texts[0], texts[1], texts[2], bins->width,
		 seep_plural(bins->width, "hour", "hours"));
}

bool report_draw_refusals(struct report_figure *figure, const struct report *report)
{
	struct bins bins;

	*figure = (struct report_figure){
		.id = "refusals",
		.title = "Refusals over time",
		.caption =
			"Queries that guarding refuses, those that it answers from what the cache "
			"still holds, and those that pass with a flag because a meter is near "
			"its budget.",
		.x = { .label = "Time (UTC)" },
		.y = { .label = "Queries", .is_log = true, .least = 1, .most = 10 },
	};
	bin_hours(&bins, report->trace);
	summarise_refusals(figure, &bins);
	if (!draw_counts(figure, &bins, bins.all, "refused") ||
	    !draw_counts(figure, &bins, bins.most, "stale") ||
	    !draw_counts(figure, &bins, bins.third, "flagged"))
		return false;
	report_fit(figure);
	return true;
}
