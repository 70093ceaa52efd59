/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keeper's own data; shared by keeper.c, which appends the journal, state/keeper_open.c,
 * which begins and ends the keeper and restores what an earlier run left, and
 * state/keeper_checkpoint.c, which writes new files.
 *
 * FILE is ours as long as its fd is open, the path still leads to it, and it has the size
 * that we left it with. When that fails, whatever the reason, nothing is repaired: a
 * checkpoint makes a new file.
 */
#ifndef SEEP_KEEPER_OWN_H
#define SEEP_KEEPER_OWN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "state/keeper.h"
#include "state/file.h"

#define KEEPER_RETRY_MS 10000 /* after a checkpoint that failed */

/* A checkpoint under way. */
struct checkpoint {
	pthread_t thread;
	bool running;
	atomic_bool done;
	bool made;
	int error;
	const char *doing; /* what failed */
	uint64_t began_ms;
	unsigned new_units; /* what its header says of newcomers */
	/* What the old file's journal gets from here on goes into the new one too. */
	uint64_t journal_from;
};

struct seep_keeper {
	char path[SEEP_PATH_SIZE];
	struct seep_keeper_setup setup;
	struct seep_engine *engine;
	pid_t pid;
	struct seep_state_reader found;
	bool found_whole;   /* nothing behind the last frame: it can be added to */
	bool found_differs; /* its header does not say what the engine's would */
	enum seep_state_status status;
	atomic_bool stopping;
	bool started;
	pthread_t thread;
	pthread_mutex_t lock; /* of the two conditions */
	pthread_cond_t wake;
	pthread_cond_t ready;
	bool is_ready;
	/* The file: the keeping thread's, and the checkpoint's while it puts a new one in place. */
	pthread_mutex_t file_lock;
	struct seep_state_file file;
	struct seep_state_out out;
	struct seep_state_file next;
	struct seep_state_out next_out;
	struct checkpoint checkpoint;
	uint64_t checkpoint_bytes;
	uint64_t checkpoint_ms; /* when the last one was begun */
	unsigned told_units;    /* of a newcomer, by the file's header */
	uint64_t saved_ms;
	uint64_t retry_ms;      /* no checkpoint before this */
	uint64_t retry_wait_ms; /* after the next one that fails */
	bool failure_said;
	bool is_blind;   /* the directory cannot be opened; the checkpoint's */
	unsigned silent; /* ticks for which another's file did not change */
	struct {
		_Atomic uint64_t status; /* enum seep_state_status */
		_Atomic uint64_t saved_ms;
		_Atomic uint64_t checkpoint_ms;
		_Atomic uint64_t bytes;
	} shown; /* to other threads */
	struct seep_state_file others;
};

/* keeper_base.c */
__attribute__((format(printf, 3, 4))) void seep_keeper_say(const struct seep_keeper *keeper,
							   bool problem, const char *format, ...);
struct seep_state_tick seep_keeper_now(const struct seep_keeper *keeper);
/* Writing came to an end, for now: said once. */
void seep_keeper_fail(struct seep_keeper *keeper, const char *what, int error);
struct seep_state_owner seep_keeper_owner(const struct seep_keeper *keeper, bool ends);

/* keeper.c: takes the engine that is to be persisted. */
void seep_keeper_attach(struct seep_keeper *keeper, struct seep_engine *engine);

/* keeper_open.c: looks for a file to go on with; frees all that a keeper has. */
void seep_keeper_look(struct seep_keeper *keeper);
void seep_keeper_destroy(struct seep_keeper *keeper);

/* keeper_checkpoint.c: begins a checkpoint in a thread of its own; waits for it and takes
 * the new file over, if it was made. */
void seep_keeper_begin_checkpoint(struct seep_keeper *keeper, uint64_t when_ms);
bool seep_keeper_end_checkpoint(struct seep_keeper *keeper);
/* Adds to a checkpoint's file; the `put` of NEXT_OUT. */
bool seep_keeper_append_next(void *context, const void *bytes, size_t size);

#endif
