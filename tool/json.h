/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes JSON (RFC 8259) as it goes: nothing is kept but how deep it is.
 *
 * Each call writes one value. KEY is its name in an object; it is NULL in an array, and for the
 * outermost value. Members of the outer LINES levels stand on lines of their own. What the FILE
 * does not take, its error flag tells.
 *
 * Example, with one line level: open(NULL, '{'), number("a", 1), open("b", '['), text(NULL, "x"),
 * close(), close() writes
 *
 *     {
 *      "a": 1,
 *      "b": ["x"]
 *     }
 */
#ifndef SEEP_JSON_H
#define SEEP_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MOST 8

struct json {
	FILE *file;
	unsigned lines;
	unsigned depth;                    /* 0: nothing is open */
	char closers[JSON_DEPTH_MOST];     /* of what is open */
	bool has_members[JSON_DEPTH_MOST]; /* does it hold anything yet? */
};

/* Opens an object, BRACKET being '{', or an array, '['. More than JSON_DEPTH_MOST abort. */
void json_open(struct json *json, const char *key, char bracket);
/* Closes what was opened last; after the outermost one the line ends. */
void json_close(struct json *json);

/* Writes TEXT as a string: ASCII as it is, all other bytes as characters of Latin-1. */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
/* Writes so many DIGITS behind the point; null if VALUE is no finite number. */
void json_decimal(struct json *json, const char *key, double value, int digits);
void json_bool(struct json *json, const char *key, bool value);
/* Writes VALUE as it is: a number, true, false or null. */
void json_literal(struct json *json, const char *key, const char *value);
void json_null(struct json *json, const char *key);

#endif
