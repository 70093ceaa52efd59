/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs that measure the engine share: the clock, dice, and its state as a file. */
#ifndef BENCH_SHARE_H
#define BENCH_SHARE_H

#include "state/keeper.h"

uint64_t bench_clock_ns(void);

/* The next number of a sequence (xorshift); STATE is not 0. */
uint64_t bench_random(uint64_t *state);

/* Those that are measured. They keep their names for those who look at the programs. */

/* Asks, and commits what is not refused. */
void engine_observe(struct seep_thread *thread, const struct seep_observation *observations,
		    size_t count);
void engine_hit(struct seep_thread *thread, const struct seep_address *clients, size_t count);

/* The state file. */

/* A checkpoint, as it is written; nanoseconds from its beginning. */
struct bench_save {
	uint64_t bytes;
	uint64_t written_ns;
	uint64_t synced_ns;
};

/* Writes a checkpoint of ENGINE to PATH; false if that fails, with errno. */
bool bench_save(struct seep_engine *engine, const char *path, struct bench_save *save);

/* The journal of what was done since the last call: its bytes, and the time it took. */
uint64_t bench_journal(struct seep_engine *engine, uint64_t *ns);

/* A restart, step by step, in nanoseconds. */
struct bench_restart {
	uint64_t ended_ns;      /* the last changes saved */
	uint64_t given_back_ns; /* the memory */
	uint64_t checked_ns;    /* the file */
	uint64_t claimed_ns;    /* the memory */
	uint64_t restored_ns;
};

/*
 * Writes a state file to PATH, ends, and starts from it, as at a reload: *ENGINE is another one
 * then. Exits if there is no start.
 */
void bench_restart(struct seep_engine **engine, const struct seep_engine_setup *setup,
		   const char *path, struct bench_restart *restart);

#endif
