/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON, written as it goes. */
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static void write_text(FILE *file, const char *text)
{
	putc('"', file);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(file, "\\u%04x", c);
		else
			putc(c, file);
	}
	putc('"', file);
}

static void begin_line(const struct json *json)
{
	if (json->depth <= json->lines)
		fprintf(json->file, "\n%*s", (int)json->depth, "");
}

/* The comma behind what stands before, and the key. */
static void begin(struct json *json, const char *key)
{
	if (json->depth) {
		bool *has_members = &json->has_members[json->depth - 1];

		if (*has_members)
			fputs(json->depth <= json->lines ? "," : ", ", json->file);
		*has_members = true;
		begin_line(json);
	}
	if (key) {
		write_text(json->file, key);
		fputs(": ", json->file);
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	if (json->depth == JSON_DEPTH_MOST)
		abort();
	putc(bracket, json->file);
	json->closers[json->depth] = bracket == '{' ? '}' : ']';
	json->has_members[json->depth++] = false;
}

void json_close(struct json *json)
{
	bool has_members = json->has_members[--json->depth];

	if (has_members && json->depth < json->lines)
		fprintf(json->file, "\n%*s", (int)json->depth, "");
	putc(json->closers[json->depth], json->file);
	if (!json->depth)
		putc('\n', json->file);
}

void json_text(struct json *json, const char *key, const char *text)
{
	begin(json, key);
	write_text(json->file, text);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(json->file, "%" PRIu64, value);
}

void json_decimal(struct json *json, const char *key, double value, int digits)
{
	begin(json, key);
	if (isfinite(value))
		fprintf(json->file, "%.*f", digits, value);
	else
		fputs("null", json->file);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->file);
}

void json_literal(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	fputs(value, json->file);
}

void json_null(struct json *json, const char *key)
{
	begin(json, key);
	fputs("null", json->file);
}
