/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keeper persists what the engine meters in the state file: it reads the file at the
 * start, appends to it every second, and writes it anew at each checkpoint.
 *
 *     open -> restore -> start -> ... -> stop        open -> stop, without an engine
 *
 * One thread appends to the file. A second thread lives while a checkpoint is written,
 * so that a slow disk holds up neither queries nor the journal. Both have all signals
 * blocked; nothing else writes.
 *
 * One process owns a file, without a lock: it writes its process id and a random
 * number into it, and appends something every second. A process that starts and finds
 * the owner alive waits 2.3 s to see whether the file grows. If it does, the file
 * has another owner, and this process writes nothing. An owner that finds another
 * number in its file stops writing.
 */
#ifndef SEEP_KEEPER_H
#define SEEP_KEEPER_H

#include "state/save.h"

struct seep_keeper;

struct seep_keeper_setup {
	const char *path; /* "": nothing is persisted; copied in */
	uint64_t checkpoint_s;
	uint64_t nonce; /* random */
	uint64_t wall_ms;
	/* The time, from any thread. */
	struct seep_state_tick (*now)(void *context);
	/* Takes one line for the log, from any thread. */
	void (*say)(void *context, bool problem, const char *text);
	void *context;
};

/* What was found of an earlier run. */
struct seep_keeper_found {
	bool found;
	struct seep_hash_key key;
	uint64_t first_ms;
	uint64_t saved_ms; /* the last time that was saved */
};

/* Looks for the file, and whether it is another's; NULL without memory. */
struct seep_keeper *seep_keeper_open(const struct seep_keeper_setup *setup,
				     struct seep_keeper_found *found);

/* Puts what was found into an engine that has its key, as of WHEN_MS. */
void seep_keeper_restore(struct seep_keeper *keeper, struct seep_engine *engine, uint64_t when_ms);

/* From now on the engine is persisted. */
void seep_keeper_start(struct seep_keeper *keeper, struct seep_engine *engine);

/*
 * Fills in the gauges of the state file as of WHEN_MS, from any thread. A KEEPER of NULL leaves
 * them as they are.
 */
void seep_keeper_read(const struct seep_keeper *keeper, uint64_t when_ms,
		      struct seep_gauges *gauges);

/*
 * Appends at once what has changed, and makes it safe against loss of power; waits for that, some
 * seconds at most. Returns false if it is in memory alone. From any thread but the host's, which
 * stops the keeper. NULL is none.
 */
bool seep_keeper_sync(struct seep_keeper *keeper);

/* Saves what has changed since, and ends; the engine is no longer used. NULL is none. */
void seep_keeper_stop(struct seep_keeper *keeper);

#endif
