/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads an answer of the control socket. */
#include "control.h"

#include "json.h"

#include <stdlib.h>
#include <string.h>

/* As deep as json.h goes. */
#define DEPTH_MOST JSON_DEPTH_MOST

static bool is_scalar(const char *value)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t at = 0; at < sizeof(words) / sizeof(words[0]); at++)
		if (strcmp(value, words[at]) == 0)
			return true;
	return false;
}

static bool is_number(const char *value)
{
	const char *digits = value + (*value == '-');

	return *digits >= '0' && *digits <= '9' && !digits[strspn(digits, "0123456789.")];
}

/* Takes the quotes off, and the backslashes; false if it is no string. */
static bool take_string(char *value)
{
	char *to = value, *from = value + 1;

	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && !*++from)
			return false;
		*to++ = *from;
	}
	if (from[0] != '"' || from[1])
		return false;
	*to = '\0';
	return true;
}

/* A line of TEXT, which is changed; false if it is none. */
static bool read_line(struct control_line *line, char *text)
{
	char *value = text;
	char *equals = *text >= 'a' && *text <= 'z' ? strchr(text, '=') : NULL;

	*line = (struct control_line){ .key = "" };
	if (equals) {
		*equals = '\0';
		value = equals + 1;
		line->key = text;
	}
	line->value = value;
	if (strchr("{}[]", *value) && *value && !value[1])
		line->kind = *value;
	else if (*value == '"' && take_string(value))
		line->kind = '"';
	else if (is_number(value))
		line->kind = '0';
	else if (is_scalar(value))
		line->kind = 't';
	return line->kind != 0;
}

static size_t count_lines(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t at = 0; at < size; at++)
		count += text[at] == '\n';
	return count;
}

/* Sets the depth of a line; false if it closes what is not open. */
static bool place(struct control_line *line, char open[DEPTH_MOST], unsigned *depth)
{
	bool is_end = line->kind == '}' || line->kind == ']';

	if (is_end && (!*depth || open[--*depth] != (line->kind == '}' ? '{' : '[')))
		return false;
	line->depth = *depth;
	if (line->kind != '{' && line->kind != '[')
		return true;
	if (*depth == DEPTH_MOST)
		return false;
	open[(*depth)++] = line->kind;
	return true;
}

bool control_read(struct control_answer *answer, char *text, size_t size)
{
	char open[DEPTH_MOST], *next = text;
	unsigned depth = 0;
	bool good = size && text[size - 1] == '\n' && !memchr(text, '\0', size);

	*answer = (struct control_answer){ .text = text };
	if (good)
		answer->lines = calloc(count_lines(text, size), sizeof(*answer->lines));
	good = answer->lines != NULL;
	while (good && next < text + size) {
		char *end = memchr(next, '\n', (size_t)(text + size - next));
		struct control_line *line = &answer->lines[answer->count];

		*end = '\0';
		/* There is one outermost value, and it is an object. */
		good = read_line(line, next) && place(line, open, &depth) &&
		       (answer->count ? line->depth || line->kind == '}' : line->kind == '{');
		answer->count++;
		next = end + 1;
		good = good && (depth || next == text + size);
	}
	if (good && !depth)
		return true;
	control_release(answer);
	return false;
}

void control_release(struct control_answer *answer)
{
	free(answer->lines);
	free(answer->text);
	*answer = (struct control_answer){ .count = 0 };
}

size_t control_find(const struct control_answer *answer, size_t at, const char *key)
{
	unsigned depth = answer->lines[at].depth;

	for (size_t line = at + 1; answer->lines[line].depth > depth; line++)
		if (answer->lines[line].depth == depth + 1 &&
		    strcmp(answer->lines[line].key, key) == 0)
			return line;
	return 0;
}

const char *control_word(const struct control_answer *answer, size_t at, const char *key)
{
	const struct control_line *line = &answer->lines[control_find(answer, at, key)];

	return line == answer->lines || strcmp(line->value, "null") == 0 ? "" : line->value;
}

double control_number(const struct control_answer *answer, size_t at, const char *key)
{
	return strtod(control_word(answer, at, key), NULL);
}

bool control_bool(const struct control_answer *answer, size_t at, const char *key)
{
	return strcmp(control_word(answer, at, key), "true") == 0;
}

/* The line, if an element begins there. */
static size_t element_at(const struct control_answer *answer, size_t line)
{
	return strchr("]}", answer->lines[line].kind) ? 0 : line;
}

size_t control_first(const struct control_answer *answer, size_t at, const char *key)
{
	size_t list = control_find(answer, at, key);

	return list && answer->lines[list].kind == '[' ? element_at(answer, list + 1) : 0;
}

size_t control_next(const struct control_answer *answer, size_t element)
{
	unsigned depth = answer->lines[element].depth;
	bool is_object = strchr("{[", answer->lines[element].kind) != NULL;
	size_t line = element + 1;

	while (answer->lines[line].depth > depth)
		line++;
	/* What ends the element has its depth, too. */
	return element_at(answer, line + is_object);
}

static void print_line(struct json *json, const struct control_line *line)
{
	const char *key = *line->key ? line->key : NULL;

	if (line->kind == '{' || line->kind == '[')
		json_open(json, key, line->kind);
	else if (line->kind == '}' || line->kind == ']')
		json_close(json);
	else if (line->kind == '"')
		json_text(json, key, line->value);
	else
		json_literal(json, key, line->value);
}

void control_write_json(struct json *json, const struct control_answer *answer, size_t at)
{
	unsigned depth = answer->lines[at].depth;
	bool is_scalar = !strchr("{[", answer->lines[at].kind);

	print_line(json, &answer->lines[at++]);
	if (is_scalar)
		return;
	while (answer->lines[at].depth > depth)
		print_line(json, &answer->lines[at++]);
	/* What closes it has its depth. */
	print_line(json, &answer->lines[at]);
}

void control_print_json(const struct control_answer *answer, unsigned lines)
{
	struct json json = { .file = stdout, .lines = lines };

	control_write_json(&json, answer, 0);
}

void control_show(const struct control_options *options, struct control_answer *answer,
		  unsigned lines, void (*print_text)(const struct control_answer *answer))
{
	if (options->json)
		control_print_json(answer, lines);
	else
		print_text(answer);
	control_release(answer);
}
