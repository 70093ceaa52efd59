/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the lines that Unbound logs with log-queries and log-replies, from its own log file, by way
 * of syslog (RFC 3164 and RFC 5424), or out of docker's JSON.
 *
 * "[1258569170] unbound[812:0] info: 192.0.2.1 www.example.com. A IN NOERROR 0.000123 1 49". For
 * "unbound" stands what log-identity says, so a line is told by the ids behind it. The time is in
 * brackets, in ISO 8601, or as "Nov 22 20:58:25", which is local time of a year that is guessed:
 * the last in which the first such line of the file is not in the future; where the month falls
 * back, the next. Unbound writes a "?" for bytes that it cannot print; nothing brings them back.
 */
#include "trace.h"

#include "trace_json.h"
#include "trace_pair.h"
#include "trace_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A year passed when the month falls back by more than this. */
#define MONTHS_BACK 6

struct logged {
	int year, month; /* of the last line without a year; 0: none yet */
	int day, hour;   /* for which hour_ms was found out */
	uint64_t hour_ms;
	char unpacked[TRACE_LINE_MAX]; /* a line that was in JSON, which is longer than this */
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

/* ---- what is around a message ---- */

/* A line as it was logged, out of what carried it. */
struct entry {
	const char *text; /* behind the time, if there was one */
	const char *end;
	uint64_t when_ms;
	bool has_time;
	bool is_message; /* text is what Unbound gave to syslog: "[812:0] info: ..." */
};

/* "<30>", syslog's facility and severity. */
static void skip_priority(struct entry *entry)
{
	const char *at = entry->text;

	if (at == entry->end || *at++ != '<')
		return;
	while (at < entry->end && at - entry->text < 4 && *at >= '0' && *at <= '9')
		at++;
	if (at < entry->end && at - entry->text > 1 && *at == '>')
		entry->text = at + 1;
}

/* The time that a text starts with, and what follows it. */
static void take_time(struct logged *logged, struct entry *entry)
{
	size_t length = (size_t)(entry->end - entry->text), iso;

	if (bracket_time(entry->text, length, &entry->when_ms)) {
		entry->text = (const char *)memchr(entry->text, ']', length) + 1;
	} else if ((iso = trace_text_iso_time(entry->text, length, &entry->when_ms)) > 0) {
		entry->text += iso;
	} else if (ascii_time(logged, entry->text, length, &entry->when_ms)) {
		entry->text += sizeof("Nov 22 20:58:25") - 1;
	} else {
		return;
	}
	entry->has_time = true;
}

/*
 * Structured data of RFC 5424, "-" or "[id name=\"value\"]" and more of these; false if it has no
 * end.
 */
static bool skip_structured(struct words *words)
{
	bool quoted = false;

	while (words->at < words->end && *words->at == ' ')
		words->at++;
	if (words->at == words->end || *words->at != '[')
		return is(take_word(words), "-");
	for (; words->at < words->end; words->at++) {
		char c = *words->at;

		if (quoted && c == '\\' && words->at + 1 < words->end)
			words->at++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == ']' && !quoted &&
			 (words->at + 1 == words->end || words->at[1] != '['))
			return words->at++, true;
	}
	return false;
}

/*
 * Behind the priority and "1 " of RFC 5424: time, host, program, process, message id, structured
 * data, message.
 */
static bool take_rfc5424(struct logged *logged, struct entry *entry)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct words words;

	entry->text += 2;
	take_time(logged, entry);
	words = (struct words){ entry->text, entry->end };
	if (!entry->has_time)
		(void)take_word(&words); /* "-" */
	for (int count = 0; count < 4; count++)
		(void)take_word(&words);
	if (!skip_structured(&words))
		return false;
	while (words.at < words.end && *words.at == ' ')
		words.at++;
	if (words.end - words.at >= 3 && memcmp(words.at, byte_order_mark, 3) == 0)
		words.at += 3;
	entry->text = words.at;
	entry->is_message = true;
	return true;
}

/* A line of docker's: its own time is the more exact one, and has a year. */
static bool take_json(struct logged *logged, struct entry *entry)
{
	struct trace_json json = { .log = logged->unpacked };

	if (!trace_json_take(&json, entry->text, (size_t)(entry->end - entry->text)))
		return false;
	entry->text = json.log;
	entry->end = json.log + json.log_length;
	take_time(logged, entry);
	if (trace_text_time(json.time, json.time_length, &entry->when_ms))
		entry->has_time = true;
	return true;
}

/* ---- lines ---- */

/* What was logged on a line, and when; false if it is in a form that is not known. */
static bool take_entry(struct logged *logged, const char *line, size_t length, struct entry *entry)
{
	*entry = (struct entry){ .text = line, .end = line + length };
	if (length && line[0] == '{')
		return take_json(logged, entry);
	skip_priority(entry);
	if (entry->text > line && entry->end - entry->text > 2 && entry->text[0] == '1' &&
	    entry->text[1] == ' ')
		return take_rfc5424(logged, entry);
	take_time(logged, entry);
	return true;
}

/*
 * The length of "[812:0] " at the start of text: process, and thread in hexadecimal; 0 if it is
 * none.
 */
static size_t ids_length(const char *text, const char *end)
{
	const char *at = text, *digits;

	if (at == end || *at++ != '[')
		return 0;
	for (digits = at; at < end && *at >= '0' && *at <= '9'; at++)
		continue;
	if (at == digits || at == end || *at++ != ':')
		return 0;
	for (digits = at; at < end && isxdigit((unsigned char)*at); at++)
		continue;
	if (at == digits || end - at < 2 || at[0] != ']' || at[1] != ' ')
		return 0;
	return (size_t)(at + 2 - text);
}

/*
 * Whether what stands before the ids, and behind the time, is what Unbound or syslog puts there:
 * "unbound" or what log-identity says, right before them; or the host and the program, up to ": ".
 * Other programs may log text that clients chose.
 */
static bool is_heading(const char *text, const char *end)
{
	const char *colon = memmem(text, (size_t)(end - text), ": ", 2);

	if (text == end)
		return false;
	if (colon && colon + 2 == end)
		return true;
	/* Unbound's own, through a journal: "host unbound[812]: [1258569170] unbound[812:0] " */
	return end[-1] != ' ' && (!colon || colon[2] == '[');
}

/* The level that says that it is a query or an answer. */
static bool take_level(struct words *words)
{
	struct word word = take_word(words);

	return is(word, "info:") || is(word, "query:") || is(word, "reply:");
}

/*
 * What follows "unbound[1:0] info: ", also with "query:" or "reply:" for "info:"; false for other
 * lines.
 */
static bool find_message(const struct entry *entry, struct words *words)
{
	const char *text = entry->text, *unbound;

	words->end = entry->end;
	for (const char *at = text; at < entry->end; at++) {
		size_t ids = *at == '[' ? ids_length(at, entry->end) : 0;

		if (!ids)
			continue;
		words->at = at + ids;
		if (entry->is_message ? at == text : is_heading(text, at))
			return take_level(words);
		break;
	}
	/* Without ids, or where they are not known: "unbound: info: ". */
	unbound = memmem(text, (size_t)(entry->end - text), "unbound", sizeof("unbound") - 1);
	if (!unbound || entry->is_message)
		return false;
	words->at = unbound;
	for (int count = 0; count < 4; count++) {
		if (take_level(words))
			return true;
	}
	return false;
}

/* Is it a line of Unbound's, whatever it says? */
static bool is_unbounds(const struct entry *entry)
{
	size_t length = (size_t)(entry->end - entry->text);
	const char *unbound = memmem(entry->text, length, "unbound", sizeof("unbound") - 1);
	struct words words;

	return find_message(entry, &words) ||
	       (entry->is_message && ids_length(entry->text, entry->end)) ||
	       (unbound && memmem(unbound, (size_t)(entry->end - unbound), ": ", 2));
}

bool read_unbound_recognises(const char *line, size_t length)
{
	struct logged *logged = calloc(1, sizeof(*logged));
	struct entry entry;
	bool is_one = logged && length <= TRACE_LINE_MAX &&
		      take_entry(logged, line, length, &entry) && entry.has_time &&
		      is_unbounds(&entry);

	free(logged);
	return is_one;
}

/* Takes the rest of a line after the client; NULL, or what is wrong with it. */
static const char *take_query(struct trace *trace, struct words *words, struct trace_event *event)
{
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
		trace_pair_query(trace->pair, event, &event->client, 0);
		return NULL;
	}
	if (!trace_text_rcode(rcode.text, rcode.length, &event->rcode))
		return "the response code is not known";
	trace->counts.answers += !trace_pair_answer(trace->pair, event, 0);
	return NULL;
}

static void take_line(struct trace *trace, const char *line, size_t length)
{
	struct logged *logged = trace->state;
	struct trace_event event;
	struct entry entry;
	struct words words;
	struct word client;
	const char *problem;

	if (!take_entry(logged, line, length, &entry)) {
		trace_malformed(trace, "it is no line of Unbound's log");
		return;
	}
	if (!find_message(&entry, &words)) {
		/* Other lines of Unbound's, and of other programs in syslog. */
		if (entry.has_time)
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
	event.when_ms = entry.when_ms;
	problem = entry.has_time ? take_query(trace, &words, &event) : "it has no time";
	if (problem)
		trace_malformed(trace, problem);
}

static bool read_line(struct trace *trace, struct trace_event *event)
{
	const char *line;
	size_t length;

	(void)event;
	if (trace_read_line(trace, &line, &length) && line[0] != '#') {
		trace->counts.rows++;
		take_line(trace, line, length);
	}
	return false;
}

const struct trace_reader read_unbound = {
	.state_bytes = sizeof(struct logged),
	.has_pair = true,
	.read = read_line,
};
