/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a trace in text form: times, addresses, names, types and response codes.
 * Text is given by its length, and may hold any byte.
 */
#ifndef SEEP_TRACE_TEXT_H
#define SEEP_TRACE_TEXT_H

#include "seep_observation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Milliseconds since 1970, of "1258569170.915850" (seconds) or of ISO 8601: "2009-11-18T09:00:00",
 * with or without a fraction, a blank for the "T", and a zone ("Z", "+01", "+01:00", "+0100");
 * without a zone it is UTC.
 */
bool trace_text_time(const char *text, size_t length, uint64_t *when_ms);

/*
 * The length of the longest time that text starts with, up to the first blank that is not inside
 * it; 0 for none.
 */
size_t trace_text_iso_time(const char *text, size_t length, uint64_t *when_ms);

/* Milliseconds since 1970 of a day and time in UTC, which are in range. */
uint64_t trace_text_civil_ms(int year, int month, int day, uint64_t second_of_day);

/*
 * An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is the IPv4 one in it; a zone ("%eth0") is
 * dropped.
 */
bool trace_text_address(const char *text, size_t length, struct seep_address *address);

/* An address, or a user by its MAC address, as seep_address_print writes both. */
bool trace_text_user(const char *text, size_t length, struct seep_address *address);

/*
 * A name in presentation form, final dot optional, into lower-cased wire form of SIZE bytes,
 * SEEP_NAME_MAX_BYTES at most. NULL, or why it is no name.
 */
const char *trace_text_name(const char *text, size_t length, uint8_t *wire, uint8_t *size);

/* "A", "TYPE65", or "65". */
bool trace_text_type(const char *text, size_t length, uint16_t *type);

/* "NXDOMAIN" or "3"; TRACE_RCODE_NONE for "-" and for nothing. */
bool trace_text_rcode(const char *text, size_t length, uint16_t *rcode);

/* Digits, at most MAX. */
bool trace_text_number(const char *text, size_t length, uint64_t max, uint64_t *number);

#endif
