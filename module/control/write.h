/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes an answer of the control socket: text by lines, which are whole or not there.
 *
 * What Seep's own commands answer is JSON, one value a line, so that a reader needs no parser:
 *
 *     {               an object begins
 *     mode="Guarding"
 *     users=12
 *     tables=[        so does a list, which is called "tables"
 *     {
 *     ...
 *     }
 *     ]
 *     }
 *
 * A value is a number, true, false, null, or a string in quotes, in which a backslash stands before
 * quotes and backslashes. All is printable ASCII.
 *
 * Threads: one at a time for an answer.
 */
#ifndef SEEP_CONTROL_WRITE_H
#define SEEP_CONTROL_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An answer's most bytes; all statistics take less than an eighth of it. */
#define SEEP_CONTROL_ANSWER_MAX  65536
/* An element of a list takes less: one may begin while so much is free. */
#define SEEP_CONTROL_ELEMENT_MAX 4096

struct seep_control_answer {
	size_t size;
	bool is_full; /* the last line did not fit, and is not there */
	char bytes[SEEP_CONTROL_ANSWER_MAX];
};

/* Appends a whole line, or nothing; false if it does not fit. */
__attribute__((format(printf, 2, 3))) bool seep_control_line(struct seep_control_answer *answer,
							     const char *format, ...);

/* Is there room for one more element of a list, and for what has to close behind it? */
bool seep_control_has_room(const struct seep_control_answer *answer);

/* KEY is NULL in a list, and for the outermost value. BRACKET is '{' or '['. */
void seep_control_open(struct seep_control_answer *answer, const char *key, char bracket);
/* BRACKET is '}' or ']'. */
void seep_control_close(struct seep_control_answer *answer, char bracket);

/* Other bytes than printable ASCII become '?'; more than 1,100 are cut. */
void seep_control_text(struct seep_control_answer *answer, const char *key, const char *text);
void seep_control_number(struct seep_control_answer *answer, const char *key, uint64_t value);
void seep_control_bool(struct seep_control_answer *answer, const char *key, bool value);
void seep_control_null(struct seep_control_answer *answer, const char *key);
/* Thousandths of a bit, as bits or as bytes, to three digits. */
void seep_control_bits(struct seep_control_answer *answer, const char *key, int64_t mbit);
void seep_control_bytes(struct seep_control_answer *answer, const char *key, uint64_t mbit);
/* "2009-11-18T09:00:00Z" of seconds since 1970. */
void seep_control_time(struct seep_control_answer *answer, const char *key, int64_t wall_s);

#endif
