/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps what the engine meters in the state file: read at the start, added to every
 * second, written anew at each checkpoint.
 *
 *     open -> restore -> start -> ... -> stop        open -> stop, without an engine
 *
 * A thread of its own adds to the file; another one, while there is something for it to
 * do, writes checkpoints, so that a slow disk holds up neither queries nor the
 * journal.  Both have all signals blocked; nothing else writes.
 *
 * One process keeps a file, without a lock: it puts its process id and a random
 * number into it, and adds something every second.  Who starts and finds the
 * process alive waits two seconds to see whether the file grows; if it does, it
 * is another's, and this process keeps nothing.  Who finds somebody else's number in
 * the file that it was writing stops.
 */
#ifndef SEEP_KEEPER_H
#define SEEP_KEEPER_H

#include "engine_save.h"

struct seep_keeper;

struct seep_keeper_setup {
	const char *path; /* "": nothing is kept; copied in */
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
	uint8_t key[SEEP_HASH_KEY_BYTES];
	uint64_t first_ms;
	uint64_t saved_ms; /* the last time that was saved */
};

/* Looks for the file, and whether it is another's; NULL without memory. */
struct seep_keeper *seep_keeper_open(const struct seep_keeper_setup *setup,
				     struct seep_keeper_found *found);

/* Puts what was found into an engine that has its key, as of WHEN_MS. */
void seep_keeper_restore(struct seep_keeper *keeper, struct seep_engine *engine, uint64_t when_ms);

/* From now on the engine is kept. */
void seep_keeper_start(struct seep_keeper *keeper, struct seep_engine *engine);

/* Saves what has changed since, and ends; the engine is no longer used.  NULL is none. */
void seep_keeper_stop(struct seep_keeper *keeper);

#endif
