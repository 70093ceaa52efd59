/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client of the control socket: connects, sends a command, and has the answer, which is read as
 * control/write.h says that it is written.
 *
 * A command of seepctl that uses it has control_options as the base of its options, and its struct
 * begins with struct control_options; then
 *
 *     struct control_answer answer;
 *
 *     if (!control_ask(&options.control, &answer, "show user %s", address))
 *             return SEEPCTL_WRONG;
 *     if (options.json)
 *             control_print_json(&answer, 1);
 *     else
 *             printf("%s\n", control_word(&answer, 0, "user"));
 *     control_release(&answer);
 */
#ifndef SEEPCTL_CONTROL_H
#define SEEPCTL_CONTROL_H

#include "json.h"
#include "options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct control_options {
	const char *socket; /* -s, a path or address@port; NULL: see -c */
	const char *conf;   /* -c, which says where, and names files; NULL: the defaults */
	bool json;
	/*
	 * For who asks again and again: set, and nothing is said, where nobody listens or answers
	 * for now, as while Unbound reloads. NULL: that is said.
	 */
	bool *gone;
};

/* -s, -c and --json. */
extern const struct option_set control_base_options;

/* One line of an answer: a value, or where an object or a list begins or ends. */
struct control_line {
	const char *key; /* "" in a list, of the outermost value, and where one ends */
	/* '"' a string, '0' a number, 't' true, false or null, '{' '[' '}' ']' */
	char kind;
	unsigned depth;    /* of what it stands in; 0: the outermost */
	const char *value; /* a string as it is meant, without quotes; a scalar as it is written */
};

struct control_answer {
	char *text; /* all of it, cut into lines */
	struct control_line *lines;
	size_t count;
};

/*
 * Is WORD, which may be NULL for none, one word of printable ASCII and no URL? Else that has been
 * said on standard error, with what to write.
 */
bool control_may_send(const char *word);

/*
 * Sends the command of FORMAT and fills in the ANSWER, for control_release; false, having said why
 * in one line on standard error: nobody listens, no permission, or what Seep says is wrong.
 */
__attribute__((format(printf, 3, 4))) bool control_ask(const struct control_options *options,
						       struct control_answer *answer,
						       const char *format, ...);
void control_release(struct control_answer *answer);

/*
 * The same, but returns what comes as it is, SIZE bytes that the caller frees; or NULL, having said
 * why.
 */
__attribute__((format(printf, 3, 4))) char *control_ask_text(const struct control_options *options,
							     size_t *size, const char *format, ...);

/* Fills in the lines of the SIZE bytes of TEXT, which becomes the answer's; false if it is none. */
bool control_read(struct control_answer *answer, char *text, size_t size);

/* The place of KEY's line in the object that begins at the line AT; 0 if it is not there. */
size_t control_find(const struct control_answer *answer, size_t at, const char *key);
/* Its value: a string, or as it is written; "" if it is not there, or null. */
const char *control_word(const struct control_answer *answer, size_t at, const char *key);
/* 0 if it is not there. */
double control_number(const struct control_answer *answer, size_t at, const char *key);
bool control_bool(const struct control_answer *answer, size_t at, const char *key);

/*
 * The elements of the list KEY in the object that begins at the line AT, each the place of a line:
 * the first one, and the one after ELEMENT; 0 if there is none.
 */
size_t control_first(const struct control_answer *answer, size_t at, const char *key);
size_t control_next(const struct control_answer *answer, size_t element);

/* Writes the value that begins at the line AT, with its key. */
void control_write_json(struct json *json, const struct control_answer *answer, size_t at);
/* All of it as JSON to standard output; json.h has LINES. */
void control_print_json(const struct control_answer *answer, unsigned lines);
/* Prints it so, or by PRINT_TEXT, as OPTIONS want it, and releases it. */
void control_show(const struct control_options *options, struct control_answer *answer,
		  unsigned lines, void (*print_text)(const struct control_answer *answer));

#endif
