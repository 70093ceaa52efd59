/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures: numbers with their units, marks where they belong, text that stays text. */
#include "svg.h"
#include "tap.h"

#include <math.h>

static char written[65536];

static const char *drawn(const struct svg_figure *figure)
{
	FILE *file = fmemopen(written, sizeof(written), "w");

	svg_write(file, figure);
	fclose(file);
	return written;
}

static void test_values(void)
{
	static const struct {
		enum svg_unit unit;
		double value;
		const char *text;
	} rows[] = {
		{ SVG_COUNT, 0, "0" },
		{ SVG_COUNT, 999, "999" },
		{ SVG_COUNT, 1000, "1,000" },
		{ SVG_COUNT, 1234567, "1,234,567" },
		{ SVG_COUNT, 0.25, "0.25" },
		{ SVG_BYTES, 0, "0 B" },
		{ SVG_BYTES, 512, "512 B" },
		{ SVG_BYTES, 1023.9, "1023.9 B" },
		{ SVG_BYTES, 1023.97, "1 KiB" },
		{ SVG_BYTES, 1536, "1.5 KiB" },
		{ SVG_BYTES, 10240, "10 KiB" },
		{ SVG_BYTES, 3 * 1048576.0, "3 MiB" },
		{ SVG_SHARE, 0.5, "50.0 %" },
		{ SVG_DURATION, 0, "0 ms" },
		{ SVG_DURATION, 999, "999 ms" },
		{ SVG_DURATION, 1500, "1.5 s" },
		{ SVG_DURATION, 60e3, "1 min" },
		{ SVG_DURATION, 36e5, "1 h" },
		{ SVG_DURATION, 2 * 864e5, "2 d" },
		{ SVG_TIME, 1258534800, "2009-11-18 09:00" },
	};
	char text[SVG_VALUE_SIZE];

	for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
		svg_value_text(rows[at].unit, rows[at].value, text);
		is_str(text, rows[at].text, "%s", rows[at].text);
	}
}

/* The whole plot is from the left edge at 64 to the right one at 398. */
static void test_places(void)
{
	const struct svg_point points[] = { { 1, 0, NULL }, { 10, 5, "<b>" }, { 100, 10, NULL } };
	const struct svg_series series = { "dots", SVG_DOTS, points, 3 };
	const struct svg_figure figure = {
		.id = "x",
		.title = "T",
		.description = "D",
		.x = { .label = "X", .is_log = true, .least = 1, .most = 100 },
		.y = { .label = "Y", .least = 0, .most = 10 },
		.series = &series,
		.count = 1,
	};
	const char *svg = drawn(&figure);

	ok(strstr(svg, "cx=\"64.0\"") && strstr(svg, "cx=\"231.0\"") && strstr(svg, "cx=\"398.0\""),
	   "by its logarithm ten is half way to a hundred");
	ok(strstr(svg, "<title>&lt;b&gt;, dots: 5 at 10</title>"), "whose point it is, as text");
	ok(strstr(svg, "<title id=\"x-title\">T</title>") &&
		   strstr(svg, "<desc id=\"x-desc\">D</desc>"),
	   "a title and a description");
	ok(!strstr(svg, "swatch") && !strstr(svg, ">dots</text>"), "one series needs no legend");
}

static void test_stacked(void)
{
	const struct svg_point low[] = { { 0, 2, NULL } }, high[] = { { 0, 3, NULL } };
	const struct svg_series series[] = { { "low", SVG_BARS, low, 1 },
					     { "high", SVG_BARS, high, 1 },
					     { "none", SVG_BARS, NULL, 0 } };
	const struct svg_figure figure = {
		.id = "x",
		.title = "T",
		.description = "D",
		.x = { .label = "X", .least = 0, .most = 1 },
		.y = { .label = "Y", .least = 0, .most = 5 },
		.bar_width = 1,
		.series = series,
		.count = 3,
	};
	const char *svg = drawn(&figure);

	/* The plot is 200 high, below a legend of one line. */
	ok(strstr(svg,
		  "<rect class=\"f2\" x=\"64.0\" y=\"43.0\" width=\"333.0\" height=\"120.0\">"),
	   "the second bar stands on the first");
	ok(strstr(svg,
		  "<rect class=\"f1\" x=\"64.0\" y=\"163.0\" width=\"333.0\" height=\"80.0\">"),
	   "which stands on the axis");
	ok(!strstr(svg, ">none</text>"), "a series without points is not in the legend");
}

static void test_empty(void)
{
	const struct svg_series series = { "dots", SVG_DOTS, NULL, 0 };
	const struct svg_figure figure = {
		.id = "x",
		.title = "T",
		.description = "D",
		.x = { .label = "X", .least = 0, .most = 1 },
		.y = { .label = "Y", .least = 0, .most = 0 },
		.series = &series,
		.count = 1,
	};
	const char *svg = drawn(&figure);

	ok(strstr(svg, ">none</text>"), "where there is nothing, that is said");
	ok(!strstr(svg, "nan") && !strstr(svg, "inf"), "an axis of no length has numbers");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_values);
	tap_run(test_places);
	tap_run(test_stacked);
	tap_run(test_empty);
	return done();
}
