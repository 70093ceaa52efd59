/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state file on disk: appended to, replaced as a whole, set aside; never changed
 * in place, never mapped, never locked.
 *
 *     FILE                             the latest checkpoint and its journal
 *     FILE.old                         the generation before
 *     FILE.new                         the next, while it is written
 *     FILE.damaged-20261122-233000     what could not be read
 *
 * Functions that can fail return false and leave errno.
 */
#ifndef SEEP_STATE_FILE_H
#define SEEP_STATE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "seep_options.h"
#include "state/reader.h"

#define SEEP_STATE_NAME_SIZE (SEEP_PATH_SIZE + 64)

/* A file that is being written. */
struct seep_state_file {
	int fd; /* -1: none */
	dev_t device;
	ino_t inode;
	uint64_t size; /* all of it was written by us, or found whole */
};

/* PATH with ENDING, as name[SEEP_STATE_NAME_SIZE]. */
void seep_state_name(char *name, const char *path, const char *ending);

/* Goes on writing at the end of the file that READER has read to its end. */
bool seep_state_continue(struct seep_state_file *file, const char *path,
			 const struct seep_state_reader *reader);
/* Makes FILE.new, in place of one that was left over. */
bool seep_state_create(struct seep_state_file *file, const char *path);
void seep_state_end(struct seep_state_file *file);

/* Writes all of it at the end; CONTEXT is a struct seep_state_file. As seep_state_out's put. */
bool seep_state_append(void *context, const void *bytes, size_t size);

/* Appends the bytes of FROM from OFFSET on. */
bool seep_state_copy(struct seep_state_file *file, const struct seep_state_file *from,
		     uint64_t offset);

/* FILE becomes FILE.old, and FILE.new becomes FILE. */
bool seep_state_install(const char *path);
/* Makes the names of its directory safe against loss of power. */
bool seep_state_sync_directory(const char *path);

/* What has become of a file that is being written; NULL if it is as it was left. */
enum seep_state_fault seep_state_file_fault(const struct seep_state_file *file, const char *path);

/*
 * Gives a damaged file a name with the date of WALL_S, which is put into ASIDE, of
 * SEEP_STATE_NAME_SIZE bytes. Where there are ten such files already, it is removed instead, and
 * ASIDE is "".
 */
bool seep_state_set_aside(const char *path, uint64_t wall_s, char *aside);

#endif
