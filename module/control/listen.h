/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket's file: where it is, how it comes to be, how it goes.
 *
 * What is there already is replaced only if it is a socket on which nobody answers: what a process
 * that was killed has left.
 */
#ifndef SEEP_CONTROL_LISTEN_H
#define SEEP_CONTROL_LISTEN_H

#include "conf/conf.h"

#include <sys/types.h>

/* The most bytes that the system takes for the path of a socket, with the NUL. */
#define SEEP_CONTROL_PATH_SIZE 108

struct seep_control_file {
	int fd; /* listens, and does not block; -1: there is none */
	char path[SEEP_CONTROL_PATH_SIZE];
	dev_t device; /* of the file that is ours */
	ino_t inode;
};

/*
 * Writes the path that CONF wants to PATH: "" for none. With auto it is the state file's, with
 * .control for .state at its end; without a state file seep.control in Unbound's directory.
 */
void seep_control_path(const struct seep_conf *conf, char path[SEEP_PATH_SIZE]);

/*
 * Finds the number of the group NAME, which may be written as a number. Asks the system, which may
 * take its time. Returns false if there is none.
 */
bool seep_control_find_group(const char *name, gid_t *gid);

/* Takes one line for the log, in which it stands behind the option's name. */
typedef void seep_control_say(void *context, bool problem, const char *text);

/*
 * Makes the socket at PATH and listens on it. GROUP, by name or number, may connect, too; "" is
 * none. Returns false if that cannot be, and has said why.
 */
bool seep_control_listen(struct seep_control_file *file, const char *path, const char *group,
			 seep_control_say *say, void *context);

/* Closes the socket, and removes its file if it is still ours. */
void seep_control_unlisten(struct seep_control_file *file);

#endif
