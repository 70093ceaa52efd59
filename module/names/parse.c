/* SPDX-License-Identifier: BSD-3-Clause */
/* Names in text, byte by byte. */
#include "names/parse.h"

#include <stdbool.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static uint8_t lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

/* What is wrong with a byte that no backslash stands before. */
static enum seep_parse_status check_bare(uint8_t byte, enum seep_parse_rule rule)
{
	if ((byte >= 'a' && byte <= 'z') || is_digit((char)byte) || byte == '-' || byte == '_')
		return SEEP_PARSE_OK;
	if (rule == SEEP_PARSE_PRINTABLE)
		return byte < 0x20 || byte == 0x7f ? SEEP_PARSE_CONTROL : SEEP_PARSE_OK;
	return byte >= 0x80 ? SEEP_PARSE_NOT_ASCII : SEEP_PARSE_BAD_BYTE;
}

/* Takes what follows a backslash; how many bytes of TEXT that is, 0 if it is no escape. */
static size_t take_escape(const char *text, size_t left, uint8_t *byte)
{
	unsigned value;

	if (left == 0)
		return 0;
	if (!is_digit(text[0])) {
		*byte = lower((uint8_t)text[0]);
		return 1;
	}
	if (left < 3 || !is_digit(text[1]) || !is_digit(text[2]))
		return 0;
	value = 100u * (unsigned)(text[0] - '0') + 10u * (unsigned)(text[1] - '0') +
		(unsigned)(text[2] - '0');
	*byte = lower((uint8_t)value);
	return value <= 255 ? 3 : 0;
}

enum seep_parse_status seep_parse_name(uint8_t wire[SEEP_NAME_MAX_BYTES], size_t *size,
				       const char *text, size_t length, enum seep_parse_rule rule)
{
	size_t label = 0; /* where the length of the label under way will stand */
	size_t used = 1;

	if (length == 0)
		return SEEP_PARSE_EMPTY;
	if (length == 1 && text[0] == '.')
		length = 0;
	for (size_t at = 0; at < length;) {
		uint8_t byte = lower((uint8_t)text[at++]);

		if (byte == '.') {
			if (used == label + 1)
				return SEEP_PARSE_EMPTY_LABEL;
			wire[label] = (uint8_t)(used - label - 1);
			label = used++;
			continue;
		}
		if (byte == '\\') {
			size_t taken = take_escape(text + at, length - at, &byte);

			if (taken == 0)
				return SEEP_PARSE_BAD_ESCAPE;
			at += taken;
		} else if (check_bare(byte, rule) != SEEP_PARSE_OK) {
			return check_bare(byte, rule);
		}
		if (used - label > 63)
			return SEEP_PARSE_LONG_LABEL;
		/* The root label has to fit as well. */
		if (used + 1 >= SEEP_NAME_MAX_BYTES)
			return SEEP_PARSE_LONG_NAME;
		wire[used++] = byte;
	}
	/* After a final dot the label under way is the root. */
	wire[label] = (uint8_t)(used - label - 1);
	if (wire[label])
		wire[used++] = 0;
	*size = used;
	return SEEP_PARSE_OK;
}
