/* SPDX-License-Identifier: BSD-3-Clause */
/* Pictures between two axes. */
#include "svg.h"

#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH        420
#define PLOT_HEIGHT  200
#define LEFT         64
#define RIGHT        22
#define LABEL_Y      14
#define LEGEND_Y     33
#define LEGEND_LINE  17
#define LETTER_WIDTH 6.9 /* of the legend, about */
#define TICK_WIDTH   7.2 /* of a number's character, about */
#define TICK_GAP     8
#define SWATCH       30
#define BELOW        46 /* numbers and label of the x axis */
#define TICKS_MOST   40
#define HITS_MOST    60 /* marks of a curve that have a title */
#define MINUTE_MS    60e3
#define HOUR_MS      3600e3
#define DAY_MS       86400e3
#define HOUR_S       3600.0
#define DAY_S        86400.0

/* Where on the paper the plot is. */
struct plot {
	FILE *file;
	const struct svg_figure *figure;
	double left, right, top, bottom;
};

/* ---- numbers ---- */

static void trim_zeros(char *text)
{
	char *end = text + strlen(text);

	if (!strchr(text, '.'))
		return;
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
}

/* A comma between thousands. */
static void count_text(double value, char text[SVG_VALUE_SIZE])
{
	char plain[SVG_VALUE_SIZE];
	size_t digits, used = 0;

	if (value != floor(value)) {
		snprintf(text, SVG_VALUE_SIZE, "%.3g", value);
		return;
	}
	snprintf(plain, sizeof(plain), "%.0f", value < 1e15 ? value : 1e15);
	digits = strlen(plain);
	for (size_t at = 0; at < digits; at++) {
		if (at && (digits - at) % 3 == 0)
			text[used++] = ',';
		text[used++] = plain[at];
	}
	text[used] = '\0';
}

static void bytes_text(double value, char text[SVG_VALUE_SIZE])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	char number[SVG_VALUE_SIZE / 2];
	size_t unit = 0;

	/* What would be rounded to 1,024 is one of the next unit. */
	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	snprintf(number, sizeof(number), value < 10 && unit ? "%.2f" : "%.1f", value);
	trim_zeros(number);
	snprintf(text, SVG_VALUE_SIZE, "%s %s", number, units[unit]);
}

static void duration_text(double ms, char text[SVG_VALUE_SIZE])
{
	static const struct {
		double ms;
		const char *unit;
	} units[] = {
		{ DAY_MS, "d" }, { HOUR_MS, "h" }, { MINUTE_MS, "min" }, { 1e3, "s" }, { 1, "ms" }
	};
	char number[SVG_VALUE_SIZE / 2];
	size_t at = 0;

	while (at + 1 < sizeof(units) / sizeof(units[0]) && ms < units[at].ms)
		at++;
	snprintf(number, sizeof(number), "%.1f", ms / units[at].ms);
	trim_zeros(number);
	snprintf(text, SVG_VALUE_SIZE, "%s %s", number, units[at].unit);
}

static void time_text(double when_s, const char *format, char text[SVG_VALUE_SIZE])
{
	time_t seconds = (time_t)when_s;
	struct tm fields;

	gmtime_r(&seconds, &fields);
	strftime(text, SVG_VALUE_SIZE, format, &fields);
}

void svg_value_text(enum svg_unit unit, double value, char text[SVG_VALUE_SIZE])
{
	switch (unit) {
	case SVG_COUNT:
		count_text(value, text);
		break;
	case SVG_BYTES:
		bytes_text(value, text);
		break;
	case SVG_SHARE:
		snprintf(text, SVG_VALUE_SIZE, "%.1f %%", 100 * value);
		break;
	case SVG_DURATION:
		duration_text(value, text);
		break;
	case SVG_TIME:
		time_text(value, "%Y-%m-%d %H:%M", text);
		break;
	}
}

/* ---- ticks ---- */

struct ticks {
	double at[TICKS_MOST];
	size_t count;
};

static void add_tick(struct ticks *ticks, const struct svg_axis *axis, double at)
{
	double slack = (axis->most - axis->least) * 1e-9;

	if (at >= axis->least - slack && at <= axis->most + slack && ticks->count < TICKS_MOST)
		ticks->at[ticks->count++] = at;
}

/* The least of STEPS by which SPAN makes MOST parts at most; else multiples of the last one. */
static double pick_step(const double *steps, size_t count, double span, double most)
{
	double step = steps[count - 1];

	for (size_t at = 0; at < count; at++)
		if (span / steps[at] <= most)
			return steps[at];
	while (span / step > most)
		step *= 2;
	return step;
}

/* 1, 2 or 5 times a power of ten; of bytes, a power of two. */
static double nice_step(enum svg_unit unit, double span)
{
	double rough = span / 5, ten;

	if (unit == SVG_BYTES)
		return exp2(ceil(log2(rough)));
	ten = pow(10, floor(log10(rough)));
	if (unit == SVG_COUNT && rough <= 1)
		return 1;
	return rough <= ten       ? ten
	       : rough <= 2 * ten ? 2 * ten
	       : rough <= 5 * ten ? 5 * ten
				  : 10 * ten;
}

static double linear_step(const struct svg_axis *axis)
{
	static const double times_s[] = { 60,         300,        900,         HOUR_S,
					  3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S,
					  2 * DAY_S,  7 * DAY_S,  14 * DAY_S,  28 * DAY_S,
					  91 * DAY_S, 365 * DAY_S };
	double span = axis->most - axis->least;

	if (axis->unit == SVG_TIME)
		return pick_step(times_s, sizeof(times_s) / sizeof(times_s[0]), span, 6);
	return nice_step(axis->unit, span);
}

static void linear_ticks(struct ticks *ticks, const struct svg_axis *axis)
{
	double step = linear_step(axis);
	double first = ceil(axis->least / step - 1e-9);

	for (size_t at = 0; at < TICKS_MOST; at++)
		add_tick(ticks, axis, (first + (double)at) * step);
}

static void duration_ticks(struct ticks *ticks, const struct svg_axis *axis)
{
	static const double at_ms[] = { 1,
					10,
					100,
					1e3,
					10e3,
					MINUTE_MS,
					10 * MINUTE_MS,
					HOUR_MS,
					10 * HOUR_MS,
					2 * DAY_MS,
					14 * DAY_MS,
					100 * DAY_MS,
					1000 * DAY_MS };

	for (size_t at = 0; at < sizeof(at_ms) / sizeof(at_ms[0]); at++)
		add_tick(ticks, axis, at_ms[at]);
}

/* Where there are few powers of ten: twice and five times these. */
static void between_ticks(struct ticks *ticks, const struct svg_axis *axis)
{
	for (double ten = pow(10, floor(log10(axis->least))); ten <= axis->most; ten *= 10) {
		add_tick(ticks, axis, 2 * ten);
		add_tick(ticks, axis, 5 * ten);
	}
}

/* Powers of ten, or of bytes of two, so many apart that not more than seven are there. */
static void log_ticks(struct ticks *ticks, const struct svg_axis *axis)
{
	double base = axis->unit == SVG_BYTES ? 2 : 10;
	double first = ceil(log(axis->least) / log(base) - 1e-9);
	double last = floor(log(axis->most) / log(base) + 1e-9);
	double apart = ceil((last - first + 1) / 7);

	if (axis->unit == SVG_DURATION) {
		duration_ticks(ticks, axis);
		return;
	}
	if (axis->unit == SVG_COUNT && axis->most / axis->least < 100)
		between_ticks(ticks, axis);
	for (double at = first; at <= last; at += apart)
		add_tick(ticks, axis, pow(base, at));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* In their order. */
static struct ticks ticks_of(const struct svg_axis *axis)
{
	struct ticks ticks = { .count = 0 };

	(axis->is_log ? log_ticks : linear_ticks)(&ticks, axis);
	qsort(ticks.at, ticks.count, sizeof(ticks.at[0]), compare);
	return ticks;
}

/* On an axis of time, days if whole days are apart, else hours. */
static void tick_text(const struct svg_axis *axis, double at, char text[SVG_VALUE_SIZE])
{
	double step = axis->unit == SVG_TIME ? linear_step(axis) : 0;

	if (axis->unit == SVG_SHARE)
		snprintf(text, SVG_VALUE_SIZE, "%g %%", 100 * at);
	else if (axis->unit != SVG_TIME)
		svg_value_text(axis->unit, at, text);
	else if (step >= 91 * DAY_S)
		time_text(at, "%b %Y", text);
	else if (step >= DAY_S || fmod(at, DAY_S) == 0)
		time_text(at, "%d %b", text);
	else
		time_text(at, "%H:%M", text);
}

/* ---- places ---- */

/* Where a value is on its axis, 0 to 1. */
static double place_of(const struct svg_axis *axis, double value)
{
	double from = axis->least, to = axis->most;

	if (axis->is_log) {
		value = log(value > from ? value : from);
		from = log(from);
		to = log(to);
	}
	value = to > from ? (value - from) / (to - from) : 0;
	return value < 0 ? 0 : value > 1 ? 1 : value;
}

static double x_of(const struct plot *plot, double x)
{
	return plot->left + place_of(&plot->figure->x, x) * (plot->right - plot->left);
}

static double y_of(const struct plot *plot, double y)
{
	return plot->bottom - place_of(&plot->figure->y, y) * (plot->bottom - plot->top);
}

/* ---- frame ---- */

static void write_label(FILE *file, double x, double y, const char *more, const char *text)
{
	fprintf(file, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more);
	html_text(file, text);
	fputs("</text>\n", file);
}

static void write_line(FILE *file, const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(file, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		class, x1, y1, x2, y2);
}

static void write_y_axis(const struct plot *plot)
{
	const struct svg_axis *axis = &plot->figure->y;
	struct ticks ticks = ticks_of(axis);
	char text[SVG_VALUE_SIZE];

	for (size_t i = 0; i < ticks.count; i++) {
		double y = y_of(plot, ticks.at[i]);

		tick_text(axis, ticks.at[i], text);
		write_line(plot->file, "grid", plot->left, y, plot->right, y);
		write_label(plot->file, plot->left - 7, y + 4,
			    " class=\"tick\" text-anchor=\"end\"", text);
	}
	write_label(plot->file, 2, LABEL_Y, "", axis->label);
}

/* Writes the number of a tick at X, unless it would touch the one that ends at *USED. */
static void write_x_number(const struct plot *plot, double x, const char *text, double *used)
{
	double half = TICK_WIDTH * (double)strlen(text) / 2;

	/* At the edge it does not reach over it. */
	if (x + half > plot->right + RIGHT)
		x = plot->right + RIGHT - half;
	if (x - half < *used)
		return;
	write_label(plot->file, x, plot->bottom + 18, " class=\"tick\" text-anchor=\"middle\"",
		    text);
	*used = x + half + TICK_GAP;
}

static void write_x_axis(const struct plot *plot)
{
	const struct svg_axis *axis = &plot->figure->x;
	struct ticks ticks = ticks_of(axis);
	char text[SVG_VALUE_SIZE];
	double used = 0;

	for (size_t i = 0; i < ticks.count; i++) {
		double x = x_of(plot, ticks.at[i]);

		tick_text(axis, ticks.at[i], text);
		write_line(plot->file, "frame", x, plot->bottom, x, plot->bottom + 4);
		write_x_number(plot, x, text, &used);
	}
	write_line(plot->file, "frame", plot->left, plot->bottom, plot->right, plot->bottom);
	write_label(plot->file, (plot->left + plot->right) / 2, plot->bottom + 38,
		    " text-anchor=\"middle\"", axis->label);
}

/* A mark at a place: each series has a form of its own, and not only a colour. */
static void begin_dot(FILE *file, size_t number, double x, double y)
{
	if (number == 1)
		fprintf(file, "<circle class=\"f1\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\">", x, y);
	else
		fprintf(file, "<path class=\"f%zu\" d=\"M%.1f %.1f%s\">", number, x,
			y - (number == 3 ? 3 : 4.5),
			number == 2   ? "l4.5 4.5l-4.5 4.5l-4.5-4.5z"
			: number == 3 ? "h3v6h-6v-6z"
				      : "l4.5 8h-9z");
}

static void end_dot(FILE *file, size_t number)
{
	fputs(number == 1 ? "</circle>\n" : "</path>\n", file);
}

/* ---- legend ---- */

static double legend_width(const struct svg_series *series)
{
	return SWATCH + LETTER_WIDTH * (double)strlen(series->name) + 12;
}

static void write_swatch(FILE *file, enum svg_mark mark, size_t number, double x, double y)
{
	if (mark == SVG_BARS)
		fprintf(file,
			"<rect class=\"f%zu\" x=\"%.1f\" y=\"%.1f\" width=\"20\" height=\"10\"/>\n",
			number, x + 2, y - 9);
	else if (mark == SVG_DOTS) {
		begin_dot(file, number, x + 12, y - 4);
		end_dot(file, number);
	} else
		fprintf(file, "<path class=\"curve s%zu\" d=\"M%.1f %.1fh24\"/>\n", number, x,
			y - 4);
}

/* Writes the legend, if FILE is not NULL. Returns how many lines it has. */
static int write_legend(FILE *file, const struct svg_figure *figure)
{
	double x = 2, y = LEGEND_Y;
	int lines = 1;

	if (figure->count < 2)
		return 0;
	for (size_t i = 0; i < figure->count; i++) {
		double width = legend_width(&figure->series[i]);

		if (!figure->series[i].count)
			continue;
		if (x > 2 && x + width > WIDTH) {
			x = 2;
			y += LEGEND_LINE;
			lines++;
		}
		if (file) {
			write_swatch(file, figure->series[i].mark, i + 1, x, y);
			write_label(file, x + SWATCH, y, "", figure->series[i].name);
		}
		x += width;
	}
	return lines;
}

/* ---- marks ---- */

static void write_title(const struct plot *plot, const struct svg_series *series,
			const struct svg_point *point)
{
	char x[SVG_VALUE_SIZE], y[SVG_VALUE_SIZE];

	svg_value_text(plot->figure->x.unit, point->x, x);
	svg_value_text(plot->figure->y.unit, point->y, y);
	fputs("<title>", plot->file);
	if (point->text) {
		html_text(plot->file, point->text);
		fputs(", ", plot->file);
	}
	html_text(plot->file, series->name);
	fprintf(plot->file, ": %s at %s</title>", y, x);
}

static void write_hit(const struct plot *plot, const struct svg_series *series,
		      const struct svg_point *point)
{
	fprintf(plot->file, "<circle class=\"hit\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\">",
		x_of(plot, point->x), y_of(plot, point->y));
	write_title(plot, series, point);
	fputs("</circle>\n", plot->file);
}

/* What one can point at, here and there on the curve. */
static void write_hits(const struct plot *plot, const struct svg_series *series)
{
	size_t apart = (series->count + HITS_MOST - 1) / HITS_MOST;

	for (size_t i = 0; i < series->count; i += apart)
		write_hit(plot, series, &series->points[i]);
}

static void write_curve(const struct plot *plot, size_t number, const struct svg_series *series)
{
	bool steps = series->mark == SVG_STEPS;

	if (!series->count)
		return;
	fprintf(plot->file, "<path class=\"curve s%zu\" d=\"", number);
	if (steps)
		fprintf(plot->file, "M%.1f %.1f", x_of(plot, series->points[0].x), plot->bottom);
	for (size_t i = 0; i < series->count; i++) {
		double x = x_of(plot, series->points[i].x), y = y_of(plot, series->points[i].y);

		if (steps)
			fprintf(plot->file, "H%.1fV%.1f", x, y);
		else
			fprintf(plot->file, "%c%.1f %.1f", i ? 'L' : 'M', x, y);
	}
	if (steps)
		fprintf(plot->file, "H%.1f", plot->right);
	fputs("\"/>\n", plot->file);
	write_hits(plot, series);
}

static void write_dots(const struct plot *plot, size_t number, const struct svg_series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		const struct svg_point *point = &series->points[i];

		begin_dot(plot->file, number, x_of(plot, point->x), y_of(plot, point->y));
		write_title(plot, series, point);
		end_dot(plot->file, number);
	}
}

static void write_dashes(const struct plot *plot, size_t number, const struct svg_series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		const struct svg_point *point = &series->points[i];

		fprintf(plot->file,
			"<rect class=\"f%zu\" x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"2\">",
			number, x_of(plot, point->x) - 4, y_of(plot, point->y) - 1);
		write_title(plot, series, point);
		fputs("</rect>\n", plot->file);
	}
}

/* How high the bars of the series below are at X. */
static double below(const struct plot *plot, size_t series, double x)
{
	double height = 0;

	for (size_t at = 0; at < series; at++) {
		const struct svg_series *lower = &plot->figure->series[at];

		for (size_t i = 0; lower->mark == SVG_BARS && i < lower->count; i++)
			if (lower->points[i].x == x)
				height += lower->points[i].y;
	}
	return height;
}

static void write_bar(const struct plot *plot, size_t number, const struct svg_point *point)
{
	const struct svg_series *series = &plot->figure->series[number - 1];
	double from = below(plot, number - 1, point->x);
	double x = x_of(plot, point->x), y = y_of(plot, from + point->y);
	double width = x_of(plot, point->x + plot->figure->bar_width) - x;

	if (point->y <= 0)
		return;
	fprintf(plot->file,
		"<rect class=\"f%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
		number, x, y,
		width > 3   ? width - 1
		: width > 1 ? width
			    : 1,
		y_of(plot, from) - y);
	write_title(plot, series, point);
	fputs("</rect>\n", plot->file);
}

static void write_series(const struct plot *plot, size_t number)
{
	const struct svg_series *series = &plot->figure->series[number - 1];

	switch (series->mark) {
	case SVG_STEPS:
	case SVG_LINE:
		write_curve(plot, number, series);
		break;
	case SVG_DOTS:
		write_dots(plot, number, series);
		break;
	case SVG_DASHES:
		write_dashes(plot, number, series);
		break;
	case SVG_BARS:
		for (size_t i = 0; i < series->count; i++)
			write_bar(plot, number, &series->points[i]);
		break;
	}
}

/* Where there is nothing to draw, that is said. */
static void write_emptiness(const struct plot *plot)
{
	for (size_t at = 0; at < plot->figure->count; at++)
		if (plot->figure->series[at].count)
			return;
	write_label(plot->file, (plot->left + plot->right) / 2, (plot->top + plot->bottom) / 2,
		    " text-anchor=\"middle\"", "none");
}

static void write_head(FILE *file, const struct svg_figure *figure, int height)
{
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
		WIDTH, height, figure->id, figure->id, figure->id);
	html_text(file, figure->title);
	fprintf(file, "</title>\n<desc id=\"%s-desc\">", figure->id);
	html_text(file, figure->description);
	fputs("</desc>\n", file);
}

void svg_write(FILE *file, const struct svg_figure *figure)
{
	int top = LABEL_Y + 12 + LEGEND_LINE * write_legend(NULL, figure);
	const struct plot plot = {
		.file = file,
		.figure = figure,
		.left = LEFT,
		.right = WIDTH - RIGHT,
		.top = top,
		.bottom = top + PLOT_HEIGHT,
	};

	write_head(file, figure, top + PLOT_HEIGHT + BELOW);
	write_y_axis(&plot);
	write_x_axis(&plot);
	(void)write_legend(file, figure);
	write_emptiness(&plot);
	/* The last one first: what counts most is on top. */
	for (size_t number = figure->count; number > 0; number--)
		write_series(&plot, number);
	fputs("</svg>\n", file);
}
