/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads names in text, as RFC 1035, 5.1, and RFC 4343 write them: labels with dots between, \DDD
 * for a byte by its decimal number, \X for a character.
 *
 * Example: "Www.a\.b.Example." is the labels "www", "a.b" and "example".
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_PARSE_H
#define SEEP_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "seep_observation.h"

/* X(name, text): what is wrong, to follow the name or "the name" in a message. */
#define SEEP_PARSE_STATUSES(X)                                                               \
	X(OK, "is a domain name")                                                            \
	X(EMPTY, "is empty")                                                                 \
	X(EMPTY_LABEL, "has an empty label")                                                 \
	X(LONG_LABEL, "has a label of more than 63 bytes")                                   \
	X(LONG_NAME, "has more than 255 bytes")                                              \
	X(BAD_ESCAPE, "has a \"\\\" without a character or three digits up to 255 after it") \
	X(BAD_BYTE, "has a character that needs a \"\\\" before it in a domain name")        \
	X(NOT_ASCII, "has letters outside ASCII: write its xn-- form")                       \
	X(CONTROL, "has a control character")

enum seep_parse_status {
#define X(name, text) SEEP_PARSE_##name,
	SEEP_PARSE_STATUSES(X)
#undef X
};

/* Which bytes may stand in text without a backslash, beside those of host names. */
enum seep_parse_rule {
	SEEP_PARSE_HOST,      /* none: letters, digits, "-" and "_" alone */
	SEEP_PARSE_PRINTABLE, /* all but control characters */
};

/*
 * Writes the name in the LENGTH bytes of TEXT to WIRE, lower-cased wire form with the root label,
 * and its size to *SIZE. A trailing dot changes nothing; "." is the root. Returns SEEP_PARSE_OK, or
 * the first thing that is wrong: then what is in WIRE and *SIZE means nothing.
 */
enum seep_parse_status seep_parse_name(uint8_t wire[SEEP_NAME_MAX_BYTES], size_t *size,
				       const char *text, size_t length, enum seep_parse_rule rule);

#endif
