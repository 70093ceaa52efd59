/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes JSON (RFC 8259) on one line, in ASCII, to memory of the caller's.
 *
 * Each call writes one value; KEY is its name in an object, and NULL in an array and for the
 * outermost value. What does not fit is left away, and is_full says so.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_EVENTS_JSON_H
#define SEEP_EVENTS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seep_json {
	char *text; /* no NUL ends it */
	size_t room, size;
	bool is_full;
	bool has_more; /* the next value stands behind another */
};

/* Opens an object, BRACKET being '{', or an array, '['; closes it with '}' or ']'. */
void seep_json_open(struct seep_json *json, const char *key, char bracket);
void seep_json_close(struct seep_json *json, char bracket);

/* Writes TEXT as a string: printable ASCII as it is, all other bytes as characters of Latin-1. */
void seep_json_text(struct seep_json *json, const char *key, const char *text);
void seep_json_number(struct seep_json *json, const char *key, uint64_t value);
/* Writes PERMILLE in percent, with one digit behind the point. */
void seep_json_percent(struct seep_json *json, const char *key, unsigned permille);

#endif
