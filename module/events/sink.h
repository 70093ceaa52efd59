/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where events go: a file, the system's log, or a datagram socket.
 *
 * A file is opened to append, and made with the mode 0640. Once a second it is looked at: if what
 * is at its path is another file, or none, that is opened. So a file that was moved away is left as
 * it is, and lines go on in a new one. A line that was written in part, on a full disk, is ended
 * before the next one: it alone is no JSON.
 *
 * A datagram goes by the socket's path each time, so that who listens may come and go. Who listens
 * may be behind a burst, for a socket holds ten datagrams by default (net.unix.max_dgram_qlen): it
 * is waited for, a tenth of a second between two looks at the sink. What it has not taken then has
 * failed, and nothing waits again until it takes something. To the system's log a datagram goes as
 * RFC 3164 has it.
 *
 * Threads: one at a time. A slow disk holds up who writes, and so not for a query's path.
 */
#ifndef SEEP_EVENTS_SINK_H
#define SEEP_EVENTS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seep_options.h"

/* Where syslog listens. */
#define SEEP_SINK_SYSLOG "/dev/log"

enum seep_sink_kind {
	SEEP_SINK_FILE,
	SEEP_SINK_SOCKET,
	SEEP_SINK_SYSTEM,
};

/* Takes one line for the log, in which it stands behind the option's name. */
typedef void seep_sink_say(void *context, bool problem, const char *text);

struct seep_sink {
	enum seep_sink_kind kind;
	char path[SEEP_PATH_SIZE];
	int fd;          /* -1: there is none */
	dev_t device;    /* of the file */
	ino_t inode;     /* */
	bool is_torn;    /* its last line has no end */
	int error;       /* what was said last; 0: all is well */
	uint64_t due_ms; /* when to look at the file next */
	unsigned waits;  /* how often to wait yet, until the next look, for who listens */
	seep_sink_say *say;
	void *context;
};

/* Sets SINK up for TARGET, a value of the option event-log that is not "". Opens nothing. */
void seep_sink_start(struct seep_sink *sink, const char *target, seep_sink_say *say, void *context);

/*
 * Called before a burst is written. Looks at the file, if it is time, and opens it if there is
 * none, or another one.
 */
void seep_sink_look(struct seep_sink *sink, uint64_t now_ms);

/*
 * Writes the LINE of SIZE bytes, which ends in a line feed, as of WALL_MS. False if it could not be
 * written, or not whole; the first time of several that is said.
 */
bool seep_sink_write(struct seep_sink *sink, const char *line, size_t size, uint64_t wall_ms);

/* Closes what is open. */
void seep_sink_stop(struct seep_sink *sink);

#endif
