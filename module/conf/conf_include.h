/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a line `include: PATTERN` of seep.conf stands for: the file of that path, or with `*`, `?`,
 * `[` or `{` in it those that match, in the order of their names; perhaps none.
 *
 * A path without a leading slash starts where seep.conf is, also in a file that is included: in
 * Unbound's directory. A file that includes itself, through others or not, is an error, and so is
 * more than SEEP_CONF_INCLUDE_DEPTH files within one another, or SEEP_CONF_INCLUDE_FILES in all.
 * Threads: nothing is shared.
 */
#ifndef SEEP_CONF_INCLUDE_H
#define SEEP_CONF_INCLUDE_H

#include "conf/conf.h"
#include "conf/conf_lines.h"

#include <glob.h>
#include <sys/types.h>

#define SEEP_CONF_INCLUDE_DEPTH 8
#define SEEP_CONF_INCLUDE_FILES 1000
/* Holds the path or pattern of any line, with seep.conf's directory before it. */
#define SEEP_CONF_INCLUDE_SIZE  (2 * SEEP_CONF_LINE_MAX)

/* The files that are being read, from seep.conf on inwards. */
struct seep_conf_including {
	struct seep_conf *conf; /* takes the names of files */
	const char *main_name;  /* of seep.conf */
	unsigned depth;         /* files within seep.conf */
	unsigned count;         /* included so far */
	struct seep_conf_file_id {
		dev_t device;
		ino_t inode;
	} open[SEEP_CONF_INCLUDE_DEPTH + 1]; /* seep.conf first; zeros if it is no file */
};

/* Starts INCLUDING with seep.conf, which is called MAIN_NAME, for CONF. */
void seep_conf_include_start(struct seep_conf_including *including, struct seep_conf *conf,
			     const char *main_name);

/* Whether PATTERN stands for the files that match it, and not for the one of that path. */
bool seep_conf_include_is_pattern(const char *pattern);

/*
 * Writes where PATTERN leads to PATH of SEEP_CONF_INCLUDE_SIZE bytes: a path, or a pattern for
 * seep_conf_include_find. Returns SEEP_CONF_OK, or SEEP_CONF_BAD with READER's error.
 */
enum seep_conf_status seep_conf_include_path(const struct seep_conf_including *including,
					     const struct seep_conf_reader *reader,
					     const char *pattern, char *path);

/*
 * Looks for the files that match PATH. FOUND, for globfree, is set with SEEP_CONF_OK alone; with
 * SEEP_CONF_BAD there is READER's error.
 */
enum seep_conf_status seep_conf_include_find(const struct seep_conf_reader *reader,
					     const char *path, glob_t *found);

/*
 * Notes that the file at PATH is being read now, as a line of READER's says. Returns its name,
 * which the conf owns, or NULL with READER's error.
 */
const char *seep_conf_include_enter(struct seep_conf_including *including,
				    const struct seep_conf_reader *reader, const char *path);

/* Notes that the last file that was entered has been read. */
void seep_conf_include_leave(struct seep_conf_including *including);

/* Says that PATH cannot be read, for the errno ERROR. Returns SEEP_CONF_BAD. */
enum seep_conf_status seep_conf_include_fail(const struct seep_conf_reader *reader,
					     const char *path, int error);

/* Frees NAMES. NULL is ignored. */
void seep_conf_include_release(struct seep_conf_names *names);

#endif
