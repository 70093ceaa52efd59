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

/*
 * How the file fares. All but NONE and UNKEPT change while the keeper runs; what the operator is
 * told on the way is in brackets.
 *
 *     NONE     there is no path, for ever
 *     NEW      nothing was written yet ──► KEPT, FAILING [why]
 *     KEPT     it is written every second ──► FAILING [why], OTHER [whose]
 *     FAILING  it cannot be written; checkpoints are tried ──► KEPT [again]
 *     OTHER    another process writes it ──► NEW, if it stops [it does]
 *     UNKEPT   it cannot be used, or there is no memory for the thread [why], for ever
 *
 * Opening begins with NEW, and ends there, in OTHER or in UNKEPT. Only a keeper that is NEW is
 * started; an OTHER of then stays.
 */
enum keeper_state {
	KEEPER_NONE,
	KEEPER_NEW,
	KEEPER_KEPT,
	KEEPER_FAILING,
	KEEPER_OTHER,
	KEEPER_UNKEPT,
};

/* The journal's thread: OPENED ──► STARTED ──► READY ──► STOPPING, or STARTED ──► STOPPING. */
enum keeper_phase {
	KEEPER_OPENED,   /* there is none */
	KEEPER_STARTED,  /* it takes the file */
	KEEPER_READY,    /* it has, or could not */
	KEEPER_STOPPING, /* it is to save and end; a checkpoint under way is given up */
};

/* The file that was read at the start. */
enum keeper_find {
	KEEPER_FOUND_NOTHING,
	KEEPER_FOUND_CUT,      /* restored, but not appended to: cut short, or of before */
	KEEPER_FOUND_WHOLE,    /* appended to */
	KEEPER_FOUND_OUTDATED, /* whole, but its header does not say what the engine's would */
};

/* The checkpoint's thread: NONE ──► WRITING ──► MADE or FAILED ──► NONE. */
enum checkpoint_state {
	CHECKPOINT_NONE,
	CHECKPOINT_WRITING,
	CHECKPOINT_MADE,   /* it is in place; the thread has ended or is about to */
	CHECKPOINT_FAILED, /* nothing is left of it; likewise */
};

struct checkpoint {
	/* WRITING and NONE are set by the journal's thread, the others by the checkpoint's. */
	_Atomic enum checkpoint_state state;
	/* The journal's thread's; the checkpoint's reads the last. */
	pthread_t thread;
	uint64_t began_ms;
	uint64_t journal_from; /* the old file's journal goes into the new one from here on */
	/* The checkpoint's thread's while it writes. */
	int error;
	const char *doing;  /* what failed */
	unsigned new_units; /* what its header says of newcomers */
	uint64_t until_ms;  /* and of the end of learning */
};

/*
 * Whose a field is: the host's until the start, from then on the journal's thread's, unless
 * something else is said.
 */
struct seep_keeper {
	/* Nobody writes these after opening, and all may read them. */
	char path[SEEP_PATH_SIZE];
	struct seep_keeper_setup setup;
	pid_t pid;

	struct seep_engine *engine; /* its own locks are enough */
	struct seep_state_reader found;
	enum keeper_find find;
	enum keeper_state state;

	/* Of host and journal: PHASE changes under LOCK. The checkpoint's thread reads it. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_cond_t ready;
	pthread_cond_t synced;
	_Atomic enum keeper_phase phase;
	pthread_t thread; /* the host's */
	/*
	 * Under LOCK: how often somebody wanted all that changed to be safe, and what came of
	 * it.
	 */
	uint64_t syncs_wanted;
	uint64_t syncs_done;
	bool is_synced; /* by the last of those that were done */

	/* Of both threads, under FILE_LOCK; there is no need of it without a checkpoint. */
	pthread_mutex_t file_lock;
	struct seep_state_file file;
	uint64_t checkpoint_bytes;

	/* The checkpoint's thread's while it writes. */
	struct seep_state_file next;
	struct seep_state_out next_out;
	bool is_blind; /* the directory cannot be opened */

	struct checkpoint checkpoint;
	struct seep_state_out out;
	uint64_t checkpoint_ms; /* when the last one was begun */
	unsigned told_units;    /* of a newcomer, by the file's header */
	uint64_t told_until_ms; /* the end of learning, by the file's header */
	uint64_t saved_ms;
	uint64_t retry_ms;             /* no checkpoint before this */
	uint64_t retry_wait_ms;        /* after the next one that fails */
	struct seep_state_file others; /* another's file, as it was at the last tick */
	unsigned silent;               /* ticks for which it did not change */

	/* To all threads. */
	struct {
		_Atomic uint64_t status; /* enum seep_state_status */
		_Atomic uint64_t saved_ms;
		_Atomic uint64_t checkpoint_ms;
		_Atomic uint64_t bytes;
	} shown;
};

static inline bool keeper_is_stopping(const struct seep_keeper *keeper)
{
	return atomic_load(&keeper->phase) == KEEPER_STOPPING;
}

/* keeper_base.c */
__attribute__((format(printf, 3, 4))) void seep_keeper_say(const struct seep_keeper *keeper,
							   bool problem, const char *format, ...);
struct seep_state_tick seep_keeper_now(const struct seep_keeper *keeper);
/* Closes the file, for it cannot be written: FAILING, and WHAT is said unless it was so before. */
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
