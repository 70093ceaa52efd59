/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl top, of a running Seep. */
#ifndef SEEPCTL_TOP_LIVE_H
#define SEEPCTL_TOP_LIVE_H

#include "control.h"
#include "state_view.h"

struct top_live {
	const struct control_options *control;
	bool kinds[STATE_KINDS]; /* that are shown */
	const char *sort;        /* "share", "level" or "last" */
	uint64_t rows;           /* of each; 0: as many as there is room for */
	bool has_rows;           /* else on a terminal as many as fit */
	bool once;               /* it does not go on, which it does on a terminal alone */
};

/*
 * Shows it, on a terminal again and again, until nobody has listened for half a minute. Returns
 * what to exit with.
 */
int top_live(const struct top_live *top);

#endif
