/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watch over the lists of seep.conf: a thread looks at their files every two seconds, reads one
 * that has changed, and gives the engine what it says. No query waits for it.
 *
 * A file is read once it has been the same for two seconds, so a change is in force after two to
 * four, and what takes longest to read, a million domains, about a second more. One that cannot be
 * used is said by its file and line, and what was in force stays.
 *
 * Threads: one of its own, with all signals blocked. It alone renews the lists while it runs.
 */
#ifndef SEEP_WATCH_H
#define SEEP_WATCH_H

#include "conf/lists.h"
#include "engine/engine.h"

#define SEEP_WATCH_S 2

struct seep_watch;

struct seep_watch_setup {
	struct seep_engine *engine;
	struct seep_lists *lists;       /* that the engine goes by; borrowed till the stop */
	struct seep_lists_setup source; /* that they were opened with; its key is the engine's */
};

/* What LISTS say, as the engine takes it. */
struct seep_engine_lists seep_watch_lists(const struct seep_lists *lists);

/*
 * Starts the thread. Returns NULL without memory or a thread. Where seep.conf names no list there
 * is nothing to watch, and no thread.
 */
struct seep_watch *seep_watch_start(const struct seep_watch_setup *setup);

/* Ends the thread, and waits for it: at most as long as a list takes to read. NULL is ignored. */
void seep_watch_stop(struct seep_watch *watch);

/* One look at all files, as the thread does it. Returns whether the engine got other lists. */
bool seep_watch_look(const struct seep_watch_setup *setup);

#endif
