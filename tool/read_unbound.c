/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the lines that Unbound logs with log-queries and log-replies, from its own log file or by way of syslog.
 *
 * "[1258569170] unbound[812:0] info: 192.0.2.1 www.example.com. A IN NOERROR 0.000123 1 49". The time is in brackets,
 * in ISO 8601, or as "Nov 22 20:58:25", which is local time of a year that is guessed: the last in which the first such
 * line of the file is not in the future; where the month falls back, the next. Unbound writes a "?" for bytes that it
 * cannot print; nothing brings them back.
 */
#include "trace.h"

#include "trace_pair.h"
#include "trace_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A year passed when the month falls back by more than this. */
#define MONTHS_BACK 6

struct logged {
	struct trace_pair *pair;
	bool ended;
	int year, month; /* of the last line without a year; 0: none yet */
	int day, hour;   /* for which hour_ms was found out */
	uint64_t hour_ms;
};

struct words {
	const char *at;
	const char *end;
};

struct word {
	const char *text;
	size_t length;
};

static struct word take_word(struct words *words)
{
	struct word word;

	while (words->at < words->end && *words->at == ' ')
		words->at++;
	word.text = words->at;
	while (words->at < words->end && *words->at != ' ')
		words->at++;
	word.length = (size_t)(words->at - word.text);
	return word;
}

static bool is(struct word word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* ---- times ---- */

static int month_of(const char *text)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int month = 0; month < 12; month++) {
		if (strncasecmp(names + 3 * month, text, 3) == 0)
			return month + 1;
	}
	return 0;
}

/* The hour that starts in local time, in milliseconds since 1970. */
static uint64_t local_ms(int year, int month, int day, int hour)
{
	struct tm fields = { .tm_year = year - 1900,
			     .tm_mon = month - 1,
			     .tm_mday = day,
			     .tm_hour = hour,
			     .tm_isdst = -1 };
	time_t seconds = mktime(&fields);

	return seconds > 0 ? (uint64_t)seconds * 1000 : 0;
}

/* The year of the first line: its time is not more than a day ahead. */
static int guess_year(int month, int day)
{
	time_t now = time(NULL);
	struct tm fields;
	int year;

	localtime_r(&now, &fields);
	year = fields.tm_year + 1900;
	return local_ms(year, month, day, 0) > ((uint64_t)now + 86400) * 1000 ? year - 1 : year;
}

static int number_of(const char *text, size_t length)
{
	uint64_t number;

	while (length > 0 && *text == ' ') {
		text++;
		length--;
	}
	return trace_text_number(text, length, 99, &number) ? (int)number : -1;
}

/* "Nov 22 20:58:25" at the start of text. */
static bool ascii_time(struct logged *logged, const char *text, size_t length, uint64_t *when_ms)
{
	enum { SHORTEST = sizeof("Nov 22 20:58:25") - 1 };
	int month, day, hour, minute, second;

	if (length < SHORTEST || text[3] != ' ' || text[6] != ' ' || text[9] != ':' ||
	    text[12] != ':')
		return false;
	month = month_of(text);
	day = number_of(text + 4, 2);
	hour = number_of(text + 7, 2);
	minute = number_of(text + 10, 2);
	second = number_of(text + 13, 2);
	if (!month || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
	    second < 0 || second > 60)
		return false;
	if (!logged->year)
		logged->year = guess_year(month, day);
	else if (month + MONTHS_BACK < logged->month)
		logged->year++;
	if (month != logged->month || day != logged->day || hour != logged->hour)
		logged->hour_ms = local_ms(logged->year, month, day, hour);
	logged->month = month;
	logged->day = day;
	logged->hour = hour;
	*when_ms = logged->hour_ms + (uint64_t)(60 * minute + second) * 1000;
	return true;
}

/* "[1258569170]" at the start of text. */
static bool bracket_time(const char *text, size_t length, uint64_t *when_ms)
{
	const char *close = length && text[0] == '[' ? memchr(text, ']', length) : NULL;

	return close && trace_text_time(text + 1, (size_t)(close - text) - 1, when_ms);
}

/* The time that the line starts with. */
static bool line_time(struct logged *logged, const char *text, size_t length, uint64_t *when_ms)
{
	return bracket_time(text, length, when_ms) ||
	       trace_text_iso_time(text, length, when_ms) > 0 ||
	       ascii_time(logged, text, length, when_ms);
}

/* ---- lines ---- */

/* What follows "unbound[1:0] info: ", also with "query:" or "reply:" for "info:"; false for other lines. */
static bool find_message(const char *line, size_t length, struct words *words)
{
	const char *unbound = memmem(line, length, "unbound", sizeof("unbound") - 1);
	struct word word;

	if (!unbound)
		return false;
	words->at = unbound;
	words->end = line + length;
	/* "unbound[812:0]", or "unbound[812]: [812:0]" from syslog, then the level. */
	for (int count = 0; count < 3; count++) {
		word = take_word(words);
		if (is(word, "info:") || is(word, "query:") || is(word, "reply:"))
			return true;
	}
	return false;
}

bool read_unbound_recognises(const char *line, size_t length)
{
	struct logged logged = { 0 };
	const char *unbound = memmem(line, length, "unbound", sizeof("unbound") - 1);
	uint64_t when_ms;

	return unbound && line_time(&logged, line, length, &when_ms) &&
	       memmem(unbound, (size_t)(line + length - unbound), ": ", 2) != NULL;
}

/* Takes the rest of a line after the client; NULL, or what is wrong with it. */
static const char *take_query(struct trace *trace, struct words *words, struct trace_event *event)
{
	struct logged *logged = trace->state;
	struct word name = take_word(words);
	struct word type = take_word(words);
	struct word class = take_word(words);
	struct word rcode = take_word(words);
	const char *problem;

	if (class.length == 0)
		return "it has a client, but not a name, type and class after it";
	problem = trace_text_name(name.text, name.length, event->name, &event->name_size);
	if (problem)
		return problem;
	if (!trace_text_type(type.text, type.length, &event->type))
		return "the query type is not known";
	if (!is(class, "IN")) {
		trace->counts.ignored++;
		return NULL;
	}
	event->ttl_s = TRACE_TTL_NONE;
	event->rcode = TRACE_RCODE_NONE;
	if (rcode.length == 0) {
		trace_pair_query(logged->pair, event, 0);
		return NULL;
	}
	if (!trace_text_rcode(rcode.text, rcode.length, &event->rcode))
		return "the response code is not known";
	trace->counts.answers += !trace_pair_answer(logged->pair, event, 0);
	return NULL;
}

static void take_line(struct trace *trace, const char *line, size_t length)
{
	struct logged *logged = trace->state;
	struct trace_event event;
	struct words words;
	struct word client;
	const char *problem;

	if (!find_message(line, length, &words)) {
		/* Other lines of Unbound's, and of other programs in syslog. */
		if (read_unbound_recognises(line, length) ||
		    line_time(logged, line, length, &event.when_ms))
			trace->counts.ignored++;
		else
			trace_malformed(trace, "it is no line of Unbound's log");
		return;
	}
	client = take_word(&words);
	if (!trace_text_address(client.text, client.length, &event.client)) {
		trace->counts.ignored++;
		return;
	}
	if (!line_time(logged, line, length, &event.when_ms))
		problem = "it does not start with a time";
	else
		problem = take_query(trace, &words, &event);
	if (problem)
		trace_malformed(trace, problem);
}

static enum trace_status next(struct trace *trace, struct trace_event *event)
{
	struct logged *logged = trace->state;
	const char *line;
	size_t length;

	for (;;) {
		if (trace_pair_take(logged->pair, event, logged->ended))
			return TRACE_EVENT;
		if (logged->ended)
			return TRACE_END;
		switch (trace_input_line(&trace->input, &line, &length)) {
		case TRACE_LINE_NONE:
			logged->ended = true;
			continue;
		case TRACE_LINE_TOO_LONG:
			trace->record++;
			trace->counts.rows++;
			trace_malformed(trace, "the line has more than 65536 bytes");
			continue;
		case TRACE_LINE:
			break;
		}
		trace->record++;
		if (length == 0 || line[0] == '#')
			continue;
		trace->counts.rows++;
		take_line(trace, line, length);
	}
}

static void close_unbound(struct trace *trace)
{
	struct logged *logged = trace->state;

	trace_pair_destroy(logged->pair);
	free(logged);
}

bool read_unbound_open(struct trace *trace)
{
	struct logged *logged = calloc(1, sizeof(*logged));

	if (!logged)
		return trace_fail(trace, "out of memory"), false;
	trace->state = logged;
	trace->close = close_unbound;
	trace->next = next;
	logged->pair = trace_pair_create();
	if (!logged->pair)
		return trace_fail(trace, "out of memory"), false;
	return true;
}
