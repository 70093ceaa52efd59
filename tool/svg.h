/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pictures of curves, dots and bars between two axes, as SVG inside a page whose style has the
 * classes (html.c). Nothing here knows what is drawn.
 *
 * A picture is 420 units wide and some 300 high, so that its text can be read on a telephone. It
 * has a title and a description for those who do not see it, and a title on each mark for those who
 * point at it. Texts may hold any bytes.
 */
#ifndef SEEP_SVG_H
#define SEEP_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What numbers on an axis are. */
enum svg_unit {
	SVG_COUNT,
	SVG_BYTES,
	SVG_SHARE,    /* 0 to 1, shown in per cent */
	SVG_DURATION, /* milliseconds */
	SVG_TIME,     /* seconds since 1970, UTC */
};

/* "1,024", "1 KiB", "50 %", "10 s", "2009-11-18 09:00". */
#define SVG_VALUE_SIZE 48
void svg_value_text(enum svg_unit unit, double value, char text[SVG_VALUE_SIZE]);

struct svg_axis {
	const char *label;
	enum svg_unit unit;
	bool is_log; /* values below LEAST are drawn at it */
	double least, most;
};

enum svg_mark {
	SVG_STEPS, /* a value holds up to the next point: an ECDF */
	SVG_LINE,
	SVG_DOTS,
	SVG_DASHES, /* a short level line at each point */
	SVG_BARS,   /* from x on, of the figure's width; series stand on each other */
};

struct svg_point {
	double x, y;
	const char *text; /* whose point it is, for its title; or NULL */
};

/* Points are in the order of x. */
struct svg_series {
	const char *name;
	enum svg_mark mark;
	const struct svg_point *points;
	size_t count;
};

#define SVG_SERIES_MOST 4

struct svg_figure {
	const char *id; /* of the page's own making, and its only one */
	const char *title;
	const char *description;
	struct svg_axis x, y;
	double bar_width; /* in units of x */
	const struct svg_series *series;
	size_t count; /* SVG_SERIES_MOST at most */
};

void svg_write(FILE *file, const struct svg_figure *figure);

#endif
