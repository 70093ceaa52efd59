/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What operators change while the resolver runs: it comes into force, and outlasts restarts.
 *
 * A change is written to STATE-FILE.changes and made safe before it is in force; if that cannot be,
 * nothing changes. A meter that is cleared is a record of the state file, which the keeper writes
 * at once. Exceptions that have ended are told, and then go.
 *
 *     open -> allow, remove, learn_until, ... -> close
 *
 * Threads: one at a time. Opened before the engine is asked, and before the keeper restores.
 */
#ifndef SEEP_CHANGES_H
#define SEEP_CHANGES_H

#include "engine/change.h"
#include "state/keeper.h"

struct seep_changes;

struct seep_changes_setup {
	struct seep_engine *engine;
	const struct seep_keeper *keeper; /* of the state file; or NULL */
	const char *beside;               /* the state file; "": nothing is kept */
	uint64_t learning_s;              /* by seep.conf */
	uint64_t when_ms;
	uint64_t wall_ms;
	int64_t shift_s; /* the saved times are moved by this (clock.h) */
	/* Takes one line for the log; called in open alone. */
	void (*say)(void *context, bool problem, const char *text);
	void *context;
};

/* What became of a change. */
enum seep_changes_status {
	SEEP_CHANGES_KEPT,   /* it is in force, and outlasts a restart */
	SEEP_CHANGES_UNKEPT, /* it is in force until Unbound restarts or reloads */
	/* Nothing has changed: */
	SEEP_CHANGES_ABSENT,  /* there is no such exception */
	SEEP_CHANGES_OVER,    /* learning is over */
	SEEP_CHANGES_MANY,    /* there are SEEP_EXCEPTIONS_MOST already */
	SEEP_CHANGES_CROWDED, /* there are SEEP_EXCEPTIONS_A_DOMAIN of the domain already */
	SEEP_CHANGES_NO_MEMORY,
	SEEP_CHANGES_UNWRITTEN, /* the file cannot be written: seep_changes_problem */
};

/*
 * Puts into force what the file beside the state file has. One that is damaged is set aside, and
 * the one before it is used. Returns NULL without memory.
 */
struct seep_changes *seep_changes_open(const struct seep_changes_setup *setup);
/* NULL is none. */
void seep_changes_close(struct seep_changes *changes);

/*
 * Adds EXCEPTION, in place of the one of the same domain and user, if there is one; *REPLACED says
 * that. WHEN_MS is now.
 */
enum seep_changes_status seep_changes_allow(struct seep_changes *changes,
					    const struct seep_exception *exception,
					    uint64_t when_ms, bool *replaced);

/* Removes the exception of the same domain and user as LIKE. */
enum seep_changes_status seep_changes_remove(struct seep_changes *changes,
					     const struct seep_exception *like, uint64_t when_ms);

/*
 * Forgets the exceptions that have ended by WHEN_MS, also while Seep did not run, and gives each to
 * ENDED before. They are told once, but for a file that could not be written: a restart then tells
 * them again. Returns whether another is going to end. ENDED may be NULL.
 */
bool seep_changes_end(struct seep_changes *changes, uint64_t when_ms,
		      void (*ended)(void *context, const struct seep_exception *exception),
		      void *context);

/* Lets learning end at UNTIL_MS, or now if that is WHEN_MS. */
enum seep_changes_status seep_changes_learn_until(struct seep_changes *changes, uint64_t until_ms,
						  uint64_t when_ms);

/* Why the file could not be written, "FILE: TEXT"; borrowed until the next change. */
const char *seep_changes_problem(const struct seep_changes *changes);

#endif
