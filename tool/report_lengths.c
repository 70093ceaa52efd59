/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures of how long names are, and of the time between queries. */
#include "report.h"

#include <stdio.h>
#include <string.h>

/* Which queries a curve is of. */
static const char *const of_words[REPORT_OF_COUNT] = {
	[REPORT_QUERIES] = "all queries",
	[REPORT_NAMES] = "distinct names",
	[REPORT_REFUSED] = "refused queries",
};

/* The least length that a share of them is not longer than. */
static size_t length_at(const struct report_lengths *lengths, double share)
{
	uint64_t upto = 0;

	for (size_t at = 0; at < REPORT_LENGTHS; at++) {
		upto += lengths->count[at];
		if ((double)upto >= share * (double)lengths->all)
			return at;
	}
	return REPORT_LENGTHS - 1;
}

static void summarise_lengths(struct report_figure *figure, const struct report_lengths *lengths,
			      enum report_of of)
{
	size_t used = strlen(figure->summary);

	snprintf(figure->summary + used, sizeof(figure->summary) - used,
		 "%sOf %s half have at most %zu, nine in ten at most %zu, 99 of 100 at most %zu; "
		 "the mean is %.2f.",
		 used ? " " : "", of_words[of], length_at(lengths, 0.5), length_at(lengths, 0.9),
		 length_at(lengths, 0.99), (double)lengths->sum / (double)lengths->all);
}

static bool draw_lengths(struct report_figure *figure, const struct report_lengths *lengths,
			 enum report_of of)
{
	uint64_t upto = 0;

	if (!lengths->all)
		return true;
	if (!report_series(figure, of_words[of], SVG_STEPS, REPORT_LENGTHS))
		return false;
	for (size_t at = 0; at < REPORT_LENGTHS; at++) {
		upto += lengths->count[at];
		if (lengths->count[at])
			report_point(figure, (double)at, (double)upto / (double)lengths->all, NULL);
	}
	summarise_lengths(figure, lengths, of);
	return true;
}

static bool draw_all_lengths(struct report_figure *figure, const struct report_lengths *lengths)
{
	for (enum report_of of = 0; of < REPORT_OF_COUNT; of++)
		if (!draw_lengths(figure, &lengths[of], of))
			return false;
	figure->x.most = 20;
	report_fit(figure);
	return true;
}

bool report_draw_prefixes(struct report_figure *figure, const struct report *report)
{
	*figure = (struct report_figure){
		.id = "prefix-length",
		.title = "Length of what stands before the domain",
		.caption = "How many queries have a prefix of at most so many characters: what a "
			   "client may write before the registered domain, dots included. Tunnels "
			   "write long ones, unless they are slow.",
		.x = { .label = "Characters of the prefix" },
		.y = { .label = "Share with at most so many", .unit = SVG_SHARE, .most = 1 },
	};
	return draw_all_lengths(figure, report->trace->prefixes);
}

bool report_draw_labels(struct report_figure *figure, const struct report *report)
{
	*figure = (struct report_figure){
		.id = "label-length",
		.title = "Length of labels",
		.caption = "The same of each label of a prefix: what stands between two dots.",
		.x = { .label = "Characters of the label" },
		.y = { .label = "Share with at most so many", .unit = SVG_SHARE, .most = 1 },
	};
	return draw_all_lengths(figure, report->trace->labels);
}

static double interval_at(const struct report_trace *trace, enum report_of of, double share)
{
	uint64_t upto = 0;

	for (size_t at = 0; at < REPORT_INTERVALS; at++) {
		upto += trace->intervals[of][at];
		if ((double)upto >= share * (double)trace->interval_count[of])
			return at ? (double)report_interval_edge(at) : 0;
	}
	return 0;
}

static void summarise_intervals(struct report_figure *figure, const struct report_trace *trace,
				enum report_of of)
{
	static const double shares[] = { 0.5, 0.9, 0.99 };
	char texts[3][SVG_VALUE_SIZE];
	size_t used = strlen(figure->summary);

	for (size_t at = 0; at < 3; at++)
		svg_value_text(SVG_DURATION, interval_at(trace, of, shares[at]), texts[at]);
	snprintf(figure->summary + used, sizeof(figure->summary) - used,
		 "%sOf %s half come within about %s, nine in ten within %s, 99 of 100 within %s.",
		 used ? " " : "", of_words[of], texts[0], texts[1], texts[2]);
}

static bool draw_intervals(struct report_figure *figure, const struct report_trace *trace,
			   enum report_of of)
{
	uint64_t upto = 0;

	if (!trace->interval_count[of])
		return true;
	if (!report_series(figure, of_words[of], SVG_STEPS, REPORT_INTERVALS))
		return false;
	for (size_t at = 0; at < REPORT_INTERVALS; at++) {
		upto += trace->intervals[of][at];
		if (trace->intervals[of][at])
			report_point(figure, at ? (double)report_interval_edge(at) : 0,
				     (double)upto / (double)trace->interval_count[of], NULL);
	}
	summarise_intervals(figure, trace, of);
	return true;
}

bool report_draw_intervals(struct report_figure *figure, const struct report *report)
{
	*figure = (struct report_figure){
		.id = "interval",
		.title = "Time between two queries to a domain",
		.caption = "How many queries came at most so long after the one before in the same "
			   "domain, whoever asked. Below a millisecond is drawn at the left edge.",
		.x = { .label = "Time since the one before",
		       .unit = SVG_DURATION,
		       .is_log = true,
		       .least = 1,
		       .most = 1000 },
		.y = { .label = "Share within so long", .unit = SVG_SHARE, .most = 1 },
	};
	if (!draw_intervals(figure, report->trace, REPORT_QUERIES) ||
	    !draw_intervals(figure, report->trace, REPORT_REFUSED))
		return false;
	report_fit(figure);
	return true;
}
