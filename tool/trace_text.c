/* SPDX-License-Identifier: BSD-3-Clause */
/* Words of text traces; what most rows have (decimal times, IPv4, plain names) goes a short way. */
#include "trace_text.h"

#include "base/address.h"
#include "names/identity.h"
#include "names/parse.h"
#include "seep_rr.h"
#include "trace.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DAY_S 86400u

struct word {
	const char *text;
	uint8_t length;
	uint16_t value;
};

#define WORD(text, value)                       \
	{                                       \
		text, sizeof(text) - 1, (value) \
	}

static const struct word types[] = {
#define SEEP_RR_TYPE(name, text, number) WORD(text, number),
#include "seep_rr.def"
};

static const struct word rcodes[] = {
#define SEEP_RR_RCODE(name, text, number) WORD(text, number),
#include "seep_rr.def"
};

static bool find_word(const struct word *words, size_t count, const char *text, size_t length,
		      uint16_t *value)
{
	for (size_t at = 0; at < count; at++) {
		if (words[at].length == length &&
		    (memcmp(words[at].text, text, length) == 0 ||
		     strncasecmp(words[at].text, text, length) == 0)) {
			*value = words[at].value;
			return true;
		}
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool trace_text_number(const char *text, size_t length, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	/* 19 digits fit in 64 bits. */
	if (length == 0 || length > 19)
		return false;
	for (size_t at = 0; at < length; at++) {
		if (!is_digit(text[at]))
			return false;
		value = 10 * value + (uint64_t)(text[at] - '0');
	}
	*number = value;
	return value <= max;
}

/* ---- times ---- */

/*
 * Thousandths of ".915850" at the start of text; how many bytes it took, 0 if there is no such
 * thing.
 */
static size_t take_fraction(const char *text, size_t length, uint64_t *ms)
{
	static const unsigned scale[] = { 100, 10, 1 };
	size_t at = 1;

	*ms = 0;
	if (length < 2 || text[0] != '.' || !is_digit(text[1]))
		return 0;
	for (; at < length && is_digit(text[at]); at++) {
		if (at <= 3)
			*ms += scale[at - 1] * (unsigned)(text[at] - '0');
	}
	return at;
}

/* Two digits, or -1. */
static int two_digits(const char *text)
{
	return is_digit(text[0]) && is_digit(text[1]) ? 10 * (text[0] - '0') + text[1] - '0' : -1;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970 to the start of a year from 1970 on. */
static int days_to_year(int year)
{
	int past = year - 1;

	return 365 * (year - 1970) + (past / 4 - 492) - (past / 100 - 19) + (past / 400 - 4);
}

uint64_t trace_text_civil_ms(int year, int month, int day, uint64_t second_of_day)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int days = days_to_year(year) + before[month - 1] + (month > 2 && is_leap(year)) + day - 1;

	return ((uint64_t)days * DAY_S + second_of_day) * 1000;
}

static bool take_date(const char *text, int *year, int *month, int *day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int high = two_digits(text), low = two_digits(text + 2);

	*month = two_digits(text + 5);
	*day = two_digits(text + 8);
	*year = 100 * high + low;
	return high >= 0 && low >= 0 && *year >= 1970 && text[4] == '-' && text[7] == '-' &&
	       *month >= 1 && *month <= 12 && *day >= 1 &&
	       *day <= days[*month - 1] + (*month == 2 && is_leap(*year));
}

/*
 * "Z" or "+01:00" at the start of text, into minutes east of Greenwich; the bytes taken, 0 for no
 * zone.
 */
static size_t take_zone(const char *text, size_t length, int *minutes)
{
	int hour, minute = 0;
	size_t taken = 3;

	*minutes = 0;
	if (length >= 1 && (text[0] == 'Z' || text[0] == 'z'))
		return 1;
	if (length < 3 || (text[0] != '+' && text[0] != '-'))
		return 0;
	hour = two_digits(text + 1);
	if (length >= 6 && text[3] == ':' && two_digits(text + 4) >= 0) {
		minute = two_digits(text + 4);
		taken = 6;
	} else if (length >= 5 && two_digits(text + 3) >= 0) {
		minute = two_digits(text + 3);
		taken = 5;
	}
	if (hour < 0 || hour > 23 || minute > 59)
		return 0;
	*minutes = (text[0] == '-' ? -1 : 1) * (60 * hour + minute);
	return taken;
}

size_t trace_text_iso_time(const char *text, size_t length, uint64_t *when_ms)
{
	enum { SHORTEST = sizeof("2009-11-18T09:00:00") - 1 };
	int year, month, day, hour, minute, second, zone;
	size_t at = SHORTEST;
	uint64_t fraction_ms;
	int64_t ms;

	if (length < SHORTEST || !take_date(text, &year, &month, &day) ||
	    (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' ||
	    text[16] != ':')
		return 0;
	hour = two_digits(text + 11);
	minute = two_digits(text + 14);
	second = two_digits(text + 17);
	/* Second 60 is a leap second. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return 0;
	at += take_fraction(text + at, length - at, &fraction_ms);
	at += take_zone(text + at, length - at, &zone);
	ms = (int64_t)trace_text_civil_ms(year, month, day,
					  (uint64_t)(3600 * hour + 60 * minute + second)) +
	     (int64_t)fraction_ms - INT64_C(60000) * zone;
	if (ms < 0)
		return 0;
	*when_ms = (uint64_t)ms;
	return at;
}

bool trace_text_time(const char *text, size_t length, uint64_t *when_ms)
{
	uint64_t seconds = 0, fraction_ms = 0;
	size_t at = 0;

	while (at < length && at < 13 && is_digit(text[at]))
		seconds = 10 * seconds + (uint64_t)(text[at++] - '0');
	if (at == 4 && at < length && text[at] == '-')
		return trace_text_iso_time(text, length, when_ms) == length;
	if (at == 0 || seconds > TRACE_TIME_MAX_S)
		return false;
	if (at < length)
		at += take_fraction(text + at, length - at, &fraction_ms);
	*when_ms = seconds * 1000 + fraction_ms;
	return at == length;
}

/* ---- addresses ---- */

/* Dotted quads, the short way; false may also mean that it is something else. */
static bool take_v4(const char *text, size_t length, uint8_t *bytes)
{
	size_t at = 0;

	for (int byte = 0; byte < 4; byte++) {
		unsigned value = 0;
		size_t digits = 0;

		if (byte && (at == length || text[at++] != '.'))
			return false;
		for (; at < length && is_digit(text[at]) && digits < 4; digits++)
			value = 10 * value + (unsigned)(text[at++] - '0');
		if (digits == 0 || digits > 3 || value > 255)
			return false;
		bytes[byte] = (uint8_t)value;
	}
	return at == length;
}

bool trace_text_address(const char *text, size_t length, struct seep_address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char copy[INET6_ADDRSTRLEN];
	const char *zone;

	*address = (struct seep_address){ .size_bytes = 4 };
	if (take_v4(text, length, address->bytes))
		return true;
	*address = (struct seep_address){ .size_bytes = 16 };
	zone = length ? memchr(text, '%', length) : NULL;
	if (zone)
		length = (size_t)(zone - text);
	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET6, copy, address->bytes) != 1)
		return false;
	if (memcmp(address->bytes, mapped, sizeof(mapped)) == 0) {
		memmove(address->bytes, address->bytes + 12, 4);
		memset(address->bytes + 4, 0, 12);
		address->size_bytes = 4;
	}
	return true;
}

/* "02:00:5e:00:53:01@192.0.2.0": an address behind the MAC, of any length of network. */
static bool take_mac(const char *text, size_t length, struct seep_address *address)
{
	const struct seep_address_masks whole = seep_address_masks(32, 128);
	uint8_t mac[SEEP_MAC_BYTES];
	const char *behind = seep_identity_read_text(mac, text, length);
	struct seep_address forwarder;

	if (!behind || !trace_text_address(behind, length - (size_t)(behind - text), &forwarder))
		return false;
	*address = seep_address_of_mac(&whole, &forwarder, mac);
	return true;
}

bool trace_text_user(const char *text, size_t length, struct seep_address *address)
{
	return take_mac(text, length, address) || trace_text_address(text, length, address);
}

/* ---- names ---- */

const char *trace_text_name(const char *text, size_t length, uint8_t *wire, uint8_t *size)
{
	static const char *const texts[] = {
#define X(name, text) [SEEP_PARSE_##name] = "the name " text,
		SEEP_PARSE_STATUSES(X)
#undef X
	};
	size_t wire_size = 0;
	enum seep_parse_status status =
		seep_parse_name(wire, &wire_size, text, length, SEEP_PARSE_PRINTABLE);

	*size = (uint8_t)wire_size;
	return status == SEEP_PARSE_OK ? NULL : texts[status];
}

/* ---- types and response codes ---- */

bool trace_text_type(const char *text, size_t length, uint16_t *type)
{
	uint64_t number;

	if (length == 1 && text[0] == 'A') {
		*type = SEEP_TYPE_A;
		return true;
	}
	if (length == 0)
		return false;
	if (find_word(types, sizeof(types) / sizeof(types[0]), text, length, type))
		return true;
	if (length > 4 && strncasecmp(text, "TYPE", 4) == 0) {
		text += 4;
		length -= 4;
	}
	if (!trace_text_number(text, length, UINT16_MAX, &number))
		return false;
	*type = (uint16_t)number;
	return true;
}

bool trace_text_rcode(const char *text, size_t length, uint16_t *rcode)
{
	uint64_t number;

	*rcode = TRACE_RCODE_NONE;
	if (length == 0 || (length == 1 && text[0] == '-'))
		return true;
	if (find_word(rcodes, sizeof(rcodes) / sizeof(rcodes[0]), text, length, rcode))
		return true;
	if (length > 5 && strncasecmp(text, "RCODE", 5) == 0) {
		text += 5;
		length -= 5;
	}
	/* With EDNS a response code has twelve bits. */
	if (!trace_text_number(text, length, 4095, &number))
		return false;
	*rcode = (uint16_t)number;
	return true;
}
