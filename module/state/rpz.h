/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps a response policy zone of the domains whose meter is spent in a file, for other resolvers:
 * what it holds is in rpz_text.h.
 *
 * A thread of its own looks every SEEP_RPZ_PERIOD_MS, and writes the file whole and at once where
 * the set has changed. It takes none of the locks that queries wait for, but those of tables, a set
 * at a time. It has all signals blocked.
 *
 * A file that is there already and is no zone of Seep's is left as it is.
 */
#ifndef SEEP_RPZ_H
#define SEEP_RPZ_H

#include "state/save.h"

#define SEEP_RPZ_PERIOD_MS 10000
/* More are left out. */
#define SEEP_RPZ_DOMAINS   10000

struct seep_rpz;

struct seep_rpz_setup {
	const char *path;           /* not "" */
	struct seep_engine *engine; /* borrowed, until stop */
	/* The time, from any thread. */
	struct seep_state_tick (*now)(void *context);
	/* Takes one line for the log, from any thread. */
	void (*say)(void *context, bool problem, const char *text);
	void *context;
};

/* Writes the file from now on; NULL if that cannot be, and the reason was said. */
struct seep_rpz *seep_rpz_start(const struct seep_rpz_setup *setup);

/* Fills in the gauges of the file, from any thread. An RPZ of NULL leaves them as they are. */
void seep_rpz_read(const struct seep_rpz *rpz, struct seep_gauges *gauges);

/* Ends the thread; the file stays, and the engine is no longer used. NULL is none. */
void seep_rpz_stop(struct seep_rpz *rpz);

#endif
