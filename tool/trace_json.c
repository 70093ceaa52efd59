/* SPDX-License-Identifier: BSD-3-Clause */
/* Log lines out of docker's JSON. */
#include "trace_json.h"

#include <stdint.h>
#include <string.h>

struct cursor {
	const char *at;
	const char *end;
};

static char peek(struct cursor *cursor)
{
	while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
		cursor->at++;
	return cursor->at < cursor->end ? *cursor->at : '\0';
}

static bool take(struct cursor *cursor, char wanted)
{
	if (peek(cursor) != wanted)
		return false;
	cursor->at++;
	return true;
}

/* Four hexadecimal digits, as a character of ASCII. */
static bool take_code(struct cursor *cursor, char *c)
{
	unsigned code = 0;

	if (cursor->end - cursor->at < 4)
		return false;
	for (int count = 0; count < 4; count++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = memchr(digits, *cursor->at++, sizeof(digits) - 1);

		if (!digit)
			return false;
		code = code * 16 + (unsigned)(digit - digits) % 16;
	}
	*c = code < 0x80 ? (char)code : '?';
	return true;
}

/* What follows a backslash. */
static bool take_escape(struct cursor *cursor, char *c)
{
	if (cursor->at == cursor->end)
		return false;
	switch (*c = *cursor->at++) {
	case 'n':
		*c = '\n';
		return true;
	case 't':
		*c = '\t';
		return true;
	case 'r':
		*c = '\r';
		return true;
	case 'b':
		*c = '\b';
		return true;
	case 'f':
		*c = '\f';
		return true;
	case 'u':
		return take_code(cursor, c);
	default:
		return true;
	}
}

/* A string, of which the first ROOM bytes are put into TO; all are counted. */
static bool take_string(struct cursor *cursor, char *to, size_t room, size_t *length)
{
	*length = 0;
	if (!take(cursor, '"'))
		return false;
	while (cursor->at < cursor->end) {
		char c = *cursor->at++;

		if (c == '"')
			return true;
		if (c == '\\' && !take_escape(cursor, &c))
			return false;
		if (*length < room)
			to[*length] = c;
		++*length;
	}
	return false;
}

/* Any value, up to what ends it in an object. */
static bool skip_value(struct cursor *cursor)
{
	size_t depth = 0, ignored;

	for (;;) {
		switch (peek(cursor)) {
		case '\0':
			return false;
		case '"':
			if (!take_string(cursor, NULL, 0, &ignored))
				return false;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (depth == 0)
				return true;
			depth--;
			break;
		case ',':
			if (depth == 0)
				return true;
			break;
		default:
			break;
		}
		cursor->at++;
	}
}

/* A name and its value. */
static bool take_member(struct cursor *cursor, struct trace_json *json, size_t room, bool *has_log)
{
	char name[8];
	size_t length;

	if (!take_string(cursor, name, sizeof(name), &length) || !take(cursor, ':'))
		return false;
	if (peek(cursor) == '"' && length == 3 && memcmp(name, "log", 3) == 0) {
		*has_log = true;
		return take_string(cursor, json->log, room, &json->log_length);
	}
	if (peek(cursor) == '"' && length == 4 && memcmp(name, "time", 4) == 0) {
		if (!take_string(cursor, json->time, sizeof(json->time), &json->time_length))
			return false;
		if (json->time_length > sizeof(json->time))
			json->time_length = 0;
		return true;
	}
	return skip_value(cursor);
}

bool trace_json_take(struct trace_json *json, const char *text, size_t length)
{
	struct cursor cursor = { text, text + length };
	bool has_log = false;

	json->log_length = json->time_length = 0;
	if (!take(&cursor, '{'))
		return false;
	do {
		if (!take_member(&cursor, json, length, &has_log))
			return false;
	} while (take(&cursor, ','));
	if (!take(&cursor, '}') || peek(&cursor) || cursor.at < cursor.end || !has_log)
		return false;
	while (json->log_length > 0 &&
	       (json->log[json->log_length - 1] == '\n' || json->log[json->log_length - 1] == '\r'))
		json->log_length--;
	return true;
}
