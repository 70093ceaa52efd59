/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes an answer of the control socket, line by line. */
#include "control/write.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/bits.h"

#define TEXT_MAX 1100

bool seep_control_line(struct seep_control_answer *answer, const char *format, ...)
{
	size_t room = sizeof(answer->bytes) - answer->size;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(answer->bytes + answer->size, room, format, arguments);
	va_end(arguments);
	if (answer->is_full || size < 0 || (size_t)size + 1 >= room) {
		answer->is_full = true;
		return false;
	}
	answer->size += (size_t)size;
	answer->bytes[answer->size++] = '\n';
	return true;
}

bool seep_control_has_room(const struct seep_control_answer *answer)
{
	return !answer->is_full && sizeof(answer->bytes) - answer->size >= SEEP_CONTROL_ELEMENT_MAX;
}

/* A value behind its key, if it has one. */
static void put(struct seep_control_answer *answer, const char *key, const char *value)
{
	(void)seep_control_line(answer, "%s%s%s", key ? key : "", key ? "=" : "", value);
}

void seep_control_open(struct seep_control_answer *answer, const char *key, char bracket)
{
	put(answer, key, (const char[]){ bracket, '\0' });
}

void seep_control_close(struct seep_control_answer *answer, char bracket)
{
	put(answer, NULL, (const char[]){ bracket, '\0' });
}

void seep_control_text(struct seep_control_answer *answer, const char *key, const char *text)
{
	char value[2 * TEXT_MAX + 3];
	size_t size = 0;

	value[size++] = '"';
	for (size_t at = 0; at < TEXT_MAX && text[at]; at++) {
		if (text[at] == '"' || text[at] == '\\')
			value[size++] = '\\';
		value[size++] = (char)(text[at] > 31 && text[at] < 127 ? text[at] : '?');
	}
	value[size++] = '"';
	value[size] = '\0';
	put(answer, key, value);
}

void seep_control_number(struct seep_control_answer *answer, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	put(answer, key, text);
}

void seep_control_bool(struct seep_control_answer *answer, const char *key, bool value)
{
	put(answer, key, value ? "true" : "false");
}

void seep_control_null(struct seep_control_answer *answer, const char *key)
{
	put(answer, key, "null");
}

static void put_decimal(struct seep_control_answer *answer, const char *key, double value)
{
	char text[48];

	snprintf(text, sizeof(text), "%.3f", value);
	put(answer, key, text);
}

void seep_control_bits(struct seep_control_answer *answer, const char *key, int64_t mbit)
{
	put_decimal(answer, key, (double)mbit / SEEP_BIT_MBIT);
}

void seep_control_bytes(struct seep_control_answer *answer, const char *key, uint64_t mbit)
{
	put_decimal(answer, key, seep_bits_to_bytes(mbit));
}

void seep_control_time(struct seep_control_answer *answer, const char *key, int64_t wall_s)
{
	time_t seconds = (time_t)wall_s;
	char text[32];
	struct tm date;

	if (gmtime_r(&seconds, &date) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &date))
		seep_control_text(answer, key, text);
	else
		seep_control_null(answer, key);
}
