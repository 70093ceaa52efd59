/* SPDX-License-Identifier: BSD-3-Clause */
/* Line plots as SVG: axes, linear or logarithmic, and a legend. */
#ifndef DETECT_PLOT_H
#define DETECT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#define PLOT_SERIES 12
#define PLOT_POINTS 32

struct plot_series {
	char title[48];
	double x[PLOT_POINTS];
	double y[PLOT_POINTS];
	unsigned count;
	bool dashed;
};

struct plot {
	const char *title;
	const char *note; /* below the title; may be NULL */
	const char *x_text;
	const char *y_text;
	bool x_log, y_log;
	double y_floor; /* with y_log: what zero is drawn as */
	struct plot_series series[PLOT_SERIES];
	unsigned series_count;
};

/* A new series; NULL if there are too many. */
struct plot_series *plot_add(struct plot *plot, const char *title);
void plot_point(struct plot_series *series, double x, double y);
/* False if the file cannot be written. */
bool plot_write(const struct plot *plot, const char *path);

#endif
