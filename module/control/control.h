/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket and the control interface: a thread of its own that serves what answer.h
 * answers.
 *
 * Clients can hurt nobody. Of each of the two, at most SEEP_CONTROL_CLIENTS are served at once, in
 * memory that is claimed at the start, each for SEEP_CONTROL_CLIENT_MS at most. When another one
 * waits, who has been here longest goes, but not before its grace is over: so somebody who asks at
 * once is answered, however many say nothing. Over TLS who has not shown a certificate yet goes
 * first, and sooner whoever has not said a word. For each handshake that begins nobody is let in
 * for SEEP_CONTROL_TLS_GAP_MS, so that they take a part of one core only. Whoever comes over TLS
 * takes nobody's place on the unix socket.
 *
 * The thread has all signals blocked. It takes none of the locks that queries wait for, but those
 * of tables, a set at a time.
 */
#ifndef SEEP_CONTROL_H
#define SEEP_CONTROL_H

#include "control/answer.h"
#include "control/remote.h"

#define SEEP_CONTROL_CLIENTS       8
#define SEEP_CONTROL_CLIENT_MS     5000
#define SEEP_CONTROL_GRACE_MS      100
/* A handshake is two round trips. */
#define SEEP_CONTROL_TLS_GRACE_MS  250
/* A client's first word comes right behind its connection, however far it is. */
#define SEEP_CONTROL_TLS_SILENT_MS 20
#define SEEP_CONTROL_TLS_GAP_MS    10

struct seep_control;

struct seep_control_setup {
	const char *path;  /* of the control socket; "" for none */
	const char *group; /* that may connect there, too; "" for none */
	/* Of the control interface; conf is NULL for none. */
	struct seep_control_remote_setup remote;
	struct seep_control_source source;
	seep_control_say *say; /* of the socket; called in start alone, with the source's context */
};

/*
 * Listens from now on; NULL if it does nowhere. For each of the two that was wanted and cannot be,
 * the reason was said; it does without.
 */
struct seep_control *seep_control_start(const struct seep_control_setup *setup);

/*
 * Ends all connections, removes the file and frees all; from then on the source is no longer used.
 * It waits for one answer at most. NULL is none.
 */
void seep_control_stop(struct seep_control *control);

#endif
