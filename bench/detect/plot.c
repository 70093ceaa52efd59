/* SPDX-License-Identifier: BSD-3-Clause */
/* Line plots as SVG. */
#include "plot.h"

#include <math.h>
#include <stdio.h>

#define WIDTH  860
#define HEIGHT 500
#define LEFT   90
#define RIGHT  235 /* with the legend */
#define TOP    64
#define BOTTOM 62

/* Told apart by readers who see few colours as well (Okabe, Ito). */
static const char *const colours[PLOT_SERIES] = {
	"#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
	"#000000", "#7f7f7f", "#8c564b", "#bcbd22", "#17becf", "#9467bd",
};

struct axis {
	double low, high;
	bool is_log;
};

struct plot_series *plot_add(struct plot *plot, const char *title)
{
	struct plot_series *series;

	if (plot->series_count == PLOT_SERIES)
		return NULL;
	series = &plot->series[plot->series_count++];
	snprintf(series->title, sizeof(series->title), "%s", title);
	return series;
}

void plot_point(struct plot_series *series, double x, double y)
{
	if (!series || series->count == PLOT_POINTS)
		return;
	series->x[series->count] = x;
	series->y[series->count++] = y;
}

static double above_floor(const struct plot *plot, double y)
{
	return plot->y_log && y < plot->y_floor ? plot->y_floor : y;
}

static void widen(struct axis *axis, double value)
{
	if (value < axis->low)
		axis->low = value;
	if (value > axis->high)
		axis->high = value;
}

/* The next 1, 2 or 5 times a power of ten, above or below. */
static double round_log(double value, bool up)
{
	double power = pow(10, floor(log10(value) + 1e-9));
	double digit = value / power;

	if (up)
		return power * (digit <= 1.001 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
	return power * (digit >= 4.999 ? 5 : digit >= 1.999 ? 2 : 1);
}

/* To 1, 2 or 5 times a power of ten, or a little above the data. */
static void round_axis(struct axis *axis)
{
	if (axis->is_log) {
		axis->low = round_log(axis->low, false);
		axis->high = round_log(axis->high, true);
		if (axis->high <= axis->low)
			axis->high = axis->low * 10;
		return;
	}
	axis->low = 0;
	axis->high = axis->high > 0 ? axis->high * 1.08 : 1;
}

static void set_axes(const struct plot *plot, struct axis *x, struct axis *y)
{
	*x = (struct axis){ INFINITY, -INFINITY, plot->x_log };
	*y = (struct axis){ INFINITY, -INFINITY, plot->y_log };
	for (unsigned i = 0; i < plot->series_count; i++) {
		for (unsigned j = 0; j < plot->series[i].count; j++) {
			widen(x, plot->series[i].x[j]);
			widen(y, above_floor(plot, plot->series[i].y[j]));
		}
	}
	round_axis(x);
	round_axis(y);
}

static double share_of(const struct axis *axis, double value)
{
	if (axis->is_log)
		return log(value / axis->low) / log(axis->high / axis->low);
	return (value - axis->low) / (axis->high - axis->low);
}

static double place_x(const struct axis *axis, double value)
{
	return LEFT + share_of(axis, value) * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct axis *axis, double value)
{
	return HEIGHT - BOTTOM - share_of(axis, value) * (HEIGHT - TOP - BOTTOM);
}

/* 1500 as 1.5k. */
static void print_number(char *text, size_t size, double value)
{
	static const char *const units[] = { "", "k", "M", "G", "T" };
	unsigned unit = 0;

	while (fabs(value) >= 1000 && unit < 4) {
		value /= 1000;
		unit++;
	}
	snprintf(text, size, "%.4g%s", value, units[unit]);
}

static void write_text(FILE *file, double x, double y, const char *anchor, const char *text)
{
	fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor,
		text);
}

static void write_tick(FILE *file, bool is_x, double at, double value)
{
	char text[32];

	print_number(text, sizeof(text), value);
	if (is_x) {
		fprintf(file, "<path class=\"g\" d=\"M%.1f %dV%d\"/>\n", at, HEIGHT - BOTTOM, TOP);
		write_text(file, at, HEIGHT - BOTTOM + 20, "middle", text);
	} else {
		fprintf(file, "<path class=\"g\" d=\"M%d %.1fH%d\"/>\n", LEFT, at, WIDTH - RIGHT);
		write_text(file, LEFT - 8, at + 5, "end", text);
	}
}

/* Powers of ten; 2 and 5 between them where there are few. */
static void write_log_ticks(FILE *file, const struct axis *axis, bool is_x)
{
	static const double between[] = { 1, 2, 5 };
	bool fine = log10(axis->high / axis->low) < 2.5;

	for (double power = pow(10, floor(log10(axis->low) + 1e-9)); power <= axis->high * 1.001;
	     power *= 10) {
		for (int i = 0; i < (fine ? 3 : 1); i++) {
			double value = power * between[i];

			if (value > axis->low * 0.999 && value < axis->high * 1.001)
				write_tick(file, is_x,
					   is_x ? place_x(axis, value) : place_y(axis, value),
					   value);
		}
	}
}

static void write_ticks(FILE *file, const struct axis *axis, bool is_x)
{
	double step;

	if (axis->is_log) {
		write_log_ticks(file, axis, is_x);
		return;
	}
	step = pow(10, floor(log10(axis->high / 4)));
	while (axis->high / step > 6)
		step *= 2;
	for (double value = 0; value <= axis->high; value += step)
		write_tick(file, is_x, is_x ? place_x(axis, value) : place_y(axis, value), value);
}

static void write_head(FILE *file, const struct plot *plot)
{
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" "
		"font-size=\"14\">\n<style>.g{stroke:#ddd;fill:none}.a{stroke:#333;fill:none}</style>\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	fprintf(file, "<text x=\"%d\" y=\"26\" font-size=\"18\" font-weight=\"bold\">%s</text>\n",
		LEFT, plot->title);
	if (plot->note)
		fprintf(file, "<text x=\"%d\" y=\"47\" font-size=\"13\" fill=\"#555\">%s</text>\n",
			LEFT, plot->note);
	write_text(file, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16, "middle", plot->x_text);
	fprintf(file,
		"<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
		(TOP + HEIGHT - BOTTOM) / 2, plot->y_text);
}

static void write_mark(FILE *file, unsigned shape, double x, double y, const char *colour)
{
	switch (shape % 4) {
	case 0:
		fprintf(file, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" fill=\"%s\"/>\n", x, y,
			colour);
		break;
	case 1:
		fprintf(file,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" fill=\"%s\"/>\n",
			x - 4, y - 4, colour);
		break;
	case 2:
		fprintf(file, "<path d=\"M%.1f %.1fl5 9h-10z\" fill=\"%s\"/>\n", x, y - 5, colour);
		break;
	default:
		fprintf(file, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" fill=\"%s\"/>\n", x, y - 5,
			colour);
	}
}

static void write_series(FILE *file, const struct plot *plot, unsigned number, const struct axis *x,
			 const struct axis *y)
{
	const struct plot_series *series = &plot->series[number];
	const char *colour = colours[number];
	double legend_y = TOP + 12 + 26.0 * number;
	const char *dashes = series->dashed ? " stroke-dasharray=\"6 5\"" : "";
	/* The first are the widest: what lies under another line still shows. */
	double width = series->dashed ? 2 : 2 + 0.9 * (plot->series_count - 1 - number);

	fprintf(file, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"%s d=\"", colour,
		width, dashes);
	for (unsigned i = 0; i < series->count; i++)
		fprintf(file, "%c%.1f %.1f", i ? 'L' : 'M', place_x(x, series->x[i]),
			place_y(y, above_floor(plot, series->y[i])));
	fputs("\"/>\n", file);
	for (unsigned i = 0; i < series->count && !series->dashed; i++)
		write_mark(file, number, place_x(x, series->x[i]),
			   place_y(y, above_floor(plot, series->y[i])), colour);
	fprintf(file, "<path stroke=\"%s\" stroke-width=\"%.1f\"%s d=\"M%d %.1fh28\"/>\n", colour,
		width, dashes, WIDTH - RIGHT + 14, legend_y);
	if (!series->dashed)
		write_mark(file, number, WIDTH - RIGHT + 28, legend_y, colour);
	write_text(file, WIDTH - RIGHT + 50, legend_y + 5, "start", series->title);
}

bool plot_write(const struct plot *plot, const char *path)
{
	FILE *file = fopen(path, "w");
	struct axis x, y;

	if (!file)
		return false;
	set_axes(plot, &x, &y);
	write_head(file, plot);
	write_ticks(file, &x, true);
	write_ticks(file, &y, false);
	fprintf(file, "<path class=\"a\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, HEIGHT - BOTTOM,
		WIDTH - RIGHT);
	for (unsigned i = 0; i < plot->series_count; i++) {
		if (plot->series[i].count)
			write_series(file, plot, i, &x, &y);
	}
	fputs("</svg>\n", file);
	return fclose(file) == 0;
}
