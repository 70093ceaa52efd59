/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: a thread of its own that serves what answer.h answers.
 *
 * Clients can hurt nobody: at most SEEP_CONTROL_CLIENTS are served at once, in memory that is
 * claimed at the start, each for SEEP_CONTROL_CLIENT_MS at most. When another one waits, who has
 * been here longest goes, but not before SEEP_CONTROL_GRACE_MS: so somebody who asks at once is
 * answered, however many say nothing.
 *
 * The thread has all signals blocked. It takes none of the locks that queries wait for, but those
 * of tables, a set at a time.
 */
#ifndef SEEP_CONTROL_H
#define SEEP_CONTROL_H

#include "control/answer.h"
#include "control/listen.h"

#define SEEP_CONTROL_CLIENTS   8
#define SEEP_CONTROL_CLIENT_MS 5000
#define SEEP_CONTROL_GRACE_MS  100

struct seep_control;

struct seep_control_setup {
	const char *path;  /* not "" */
	const char *group; /* that may connect, too; "" for none */
	struct seep_control_source source;
	seep_control_say *say; /* called in start alone, with the source's context */
};

/* Listens from now on; NULL if that cannot be, and the reason was said. */
struct seep_control *seep_control_start(const struct seep_control_setup *setup);

/*
 * Ends all connections, removes the file and frees all; from then on the source is no longer used.
 * It waits for one answer at most. NULL is none.
 */
void seep_control_stop(struct seep_control *control);

#endif
