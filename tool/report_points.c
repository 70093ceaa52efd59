/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of pictures, and rankings. */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How far budgets are apart that are drawn by their logarithm. */
#define SPREAD 8

struct svg_point *report_series(struct report_figure *figure, const char *name, enum svg_mark mark,
				size_t count)
{
	struct svg_point *points = calloc(count + 1, sizeof(*points));

	if (!points)
		return NULL;
	figure->points[figure->count] = points;
	figure->series[figure->count++] =
		(struct svg_series){ .name = name, .mark = mark, .points = points };
	return points;
}

bool report_point(struct report_figure *figure, double x, double y, const char *text)
{
	struct svg_series *series = &figure->series[figure->count - 1];
	struct svg_point *point = &figure->points[figure->count - 1][series->count++];

	*point = (struct svg_point){ .x = x, .y = y, .text = text ? strdup(text) : NULL };
	return !text || point->text;
}

void report_figure_release(struct report_figure *figure)
{
	for (size_t at = 0; at < figure->count; at++) {
		for (size_t i = 0; i < figure->series[at].count; i++)
			free((char *)figure->points[at][i].text);
		free(figure->points[at]);
	}
}

static void reach(struct svg_axis *axis, double value)
{
	if (value > axis->most)
		axis->most = value;
}

/* How high the bars at X stand. */
static double stacked(const struct report_figure *figure, double x)
{
	double height = 0;

	for (size_t at = 0; at < figure->count; at++)
		for (size_t i = 0; i < figure->series[at].count; i++)
			if (figure->series[at].mark == SVG_BARS && figure->points[at][i].x == x)
				height += figure->points[at][i].y;
	return height;
}

void report_fit(struct report_figure *figure)
{
	for (size_t at = 0; at < figure->count; at++) {
		bool bars = figure->series[at].mark == SVG_BARS;

		for (size_t i = 0; i < figure->series[at].count; i++) {
			const struct svg_point *point = &figure->points[at][i];

			reach(&figure->x, point->x + (bars ? figure->bar_width : 0));
			reach(&figure->y, bars ? stacked(figure, point->x) : point->y);
		}
	}
	/* Nothing is at the very top. */
	if (figure->y.unit != SVG_SHARE)
		figure->y.most *= figure->y.is_log ? 1.3 : 1.04;
}

void report_spread(struct report_figure *figure)
{
	const struct svg_series *series = &figure->series[figure->count - 1];
	double least = 0, most = 0;

	for (size_t i = 0; i < series->count; i++) {
		double y = series->points[i].y;

		least = i && least < y ? least : y;
		most = most > y ? most : y;
	}
	if (most < SPREAD * least)
		return;
	figure->y.is_log = true;
	figure->y.least = 1;
}

struct ranking {
	report_value *value;
	const void *context;
};

/* The greatest first; of equals, the one that came first. */
static int compare(const void *a, const void *b, void *context)
{
	const struct ranking *ranking = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	double of_x = ranking->value(ranking->context, x);
	double of_y = ranking->value(ranking->context, y);

	return of_x != of_y ? (of_x < of_y) - (of_x > of_y) : (x > y) - (x < y);
}

size_t *report_ranking(size_t count, report_value *value, const void *context)
{
	size_t *places = malloc((count + 1) * sizeof(*places));
	struct ranking ranking = { value, context };

	for (size_t at = 0; places && at < count; at++)
		places[at] = at;
	if (places)
		qsort_r(places, count, sizeof(*places), compare, &ranking);
	return places;
}

size_t report_ranks(size_t count, size_t ranks[REPORT_RANKS])
{
	size_t used = 0, rank = 1;
	/* So that the last one is reached. */
	double apart = pow((double)(count > 40 ? count : 40) / 40, 1.0 / (REPORT_RANKS - 42));

	while (rank <= count && used < REPORT_RANKS - 1) {
		size_t next = (size_t)ceil((double)rank * apart);

		ranks[used++] = rank;
		rank = next > rank ? next : rank + 1;
	}
	if (used && ranks[used - 1] != count)
		ranks[used++] = count;
	return used;
}

struct svg_axis report_rank_axis(const char *label, size_t count)
{
	bool is_log = count > 30;

	return (struct svg_axis){ .label = label,
				  .is_log = is_log,
				  .least = is_log ? 1 : 0.5,
				  .most = is_log ? (double)count : (double)count + 0.5 };
}

double report_user_share(const struct report_user *user)
{
	return user->budget_mbit ? (double)user->peak_mbit / (double)user->budget_mbit : 0;
}

static double share_at(const void *context, size_t at)
{
	const struct report_trace *trace = context;

	return report_user_share(&trace->users[at]);
}

size_t *report_top_users(const struct report *report)
{
	return report_ranking(report->trace->user_count, share_at, report->trace);
}

static double metered_at(const void *context, size_t at)
{
	const struct report_trace *trace = context;

	return (double)trace->domains[at].metered_mbit + 1e12 * (double)trace->domains[at].refused;
}

size_t *report_top_domains(const struct report *report)
{
	return report_ranking(report->trace->domain_count, metered_at, report->trace);
}

static const char *const meter_words[REPORT_METERS] = {
	[SEEP_METER_USER] = "user's budget",
	[SEEP_METER_NETWORK] = "network's budget",
	[SEEP_METER_DOMAIN] = "domain's budget",
	[SEEP_METER_DGA] = "generated domains",
};

void report_reason(const uint64_t refused_by[REPORT_METERS], char reason[REPORT_REASON_SIZE])
{
	bool told[REPORT_METERS] = { false };
	size_t used = 0;

	reason[0] = '\0';
	for (size_t turn = SEEP_METER_USER; turn < REPORT_METERS; turn++) {
		size_t most = SEEP_METER_NONE;

		for (size_t meter = SEEP_METER_USER; meter < REPORT_METERS; meter++)
			if (!told[meter] && refused_by[meter] &&
			    (!most || refused_by[meter] > refused_by[most]))
				most = meter;
		if (!most)
			return;
		told[most] = true;
		used += (size_t)snprintf(reason + used, REPORT_REASON_SIZE - used,
					 "%s%s (%" PRIu64 ")", used ? ", " : "", meter_words[most],
					 refused_by[most]);
	}
}
