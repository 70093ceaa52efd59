/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of lines, for seep.conf and lists: reading them, taking lines apart, and what an error
 * says.
 *
 * Text is bytes with a length, and need not end in a NUL. A line points into its file's text and
 * lives as long.
 * Threads: nothing is shared.
 */
#ifndef SEEP_CONF_LINES_H
#define SEEP_CONF_LINES_H

#include "conf/conf.h"

#include <stdbool.h>
#include <stddef.h>

/* Holds a piece of the file, quoted in an error; the rest is cut. */
#define SEEP_CONF_SHOWN_SIZE 96
/* Holds a line's number, and a piece of its file's name. */
#define SEEP_CONF_WHERE_SIZE (SEEP_CONF_SHOWN_SIZE + 40)

/* One file while it is read: seep.conf, or a list. */
struct seep_conf_reader {
	const char *name;
	const char *next;
	const char *end;
	unsigned long line; /* of what seep_conf_lines_next gave last */
	/* NAME, as long-lived as the conf, where seep.conf includes that file; or NULL. */
	const char *included;
	struct seep_conf_error *error;
};

struct seep_conf_line {
	const char *text;
	size_t length;
};

/*
 * Copies LENGTH BYTES to SHOWN of SIZE bytes, so that they can stand in a log: others than
 * printable ASCII as \DDD, "..." where there is no room.
 */
void seep_conf_lines_show(char *shown, size_t size, const char *bytes, size_t length);

/* Fills in READER's error. Returns SEEP_CONF_BAD, so that callers can return it. */
__attribute__((format(printf, 3, 4))) enum seep_conf_status seep_conf_lines_fail(
	const struct seep_conf_reader *reader, const char *expected, const char *format, ...);

/*
 * Writes where something stands, "line 3", to TEXT of SEEP_CONF_WHERE_SIZE bytes; "line 3 of FILE"
 * if FILE, as in struct seep_conf_reader, is not the one that READER reads.
 */
void seep_conf_lines_where(char *text, const struct seep_conf_reader *reader, const char *file,
			   unsigned long line);

/*
 * Reads the regular file at PATH whole. Returns its SIZE bytes, which the caller frees, or NULL
 * with errno set.
 */
char *seep_conf_lines_read(const char *path, size_t *size);

/* Returns why seep_conf_lines_read failed with the errno ERROR, for an operator. */
const char *seep_conf_lines_problem(int error);

/*
 * Starts READER at the first line of SIZE bytes of TEXT, after any byte order mark. The caller sets
 * name and error.
 */
void seep_conf_lines_open(struct seep_conf_reader *reader, const char *text, size_t size);

/* Takes the next line, without its end. *MORE is false after the last. */
enum seep_conf_status seep_conf_lines_next(struct seep_conf_reader *reader,
					   struct seep_conf_line *line, bool *more);

/* A blank is a space or a tab. */
bool seep_conf_lines_is_blank(char c);
void seep_conf_lines_skip_blanks(struct seep_conf_line *line);

/* Takes the first LENGTH bytes off LINE, and returns them. */
struct seep_conf_line seep_conf_lines_take(struct seep_conf_line *line, size_t length);

/*
 * Returns the bytes up to a blank or a quote. A backslash takes the next one along, as in Unbound.
 */
size_t seep_conf_lines_word_length(const struct seep_conf_line *line);

/* Returns whether nothing is left of LINE but perhaps a comment. */
bool seep_conf_lines_at_end(const struct seep_conf_line *line);

#endif
