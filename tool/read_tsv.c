/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads tab-separated rows: time, client, type, name, and perhaps rcode and ttl.
 *
 * A first line that names the columns, with or without "#", sets their order; other lines that
 * start with "#" are comments. Columns that are not known are skipped.
 */
#include "trace.h"

#include "trace_text.h"

#include <string.h>
#include <strings.h>

#define COLUMNS_MAX 32 /* what comes after is not looked at */

enum column {
	COLUMN_TIME,
	COLUMN_CLIENT,
	COLUMN_TYPE,
	COLUMN_NAME,
	COLUMN_RCODE,
	COLUMN_TTL,
	COLUMN_COUNT,
};

#define COLUMNS_NEEDED (COLUMN_NAME + 1)

/* Where each column stands, from 0; COLUMNS_MAX: nowhere. */
struct tsv {
	size_t place[COLUMN_COUNT];
	size_t needed;  /* columns that a row has to have */
	bool seen_line; /* a line that may have been the header */
};

struct field {
	const char *text;
	size_t length;
};

static const struct {
	const char *word;
	enum column column;
} titles[] = {
	{ "time", COLUMN_TIME },     { "ts", COLUMN_TIME },    { "timestamp", COLUMN_TIME },
	{ "client", COLUMN_CLIENT }, { "src", COLUMN_CLIENT }, { "source", COLUMN_CLIENT },
	{ "user", COLUMN_CLIENT },   { "type", COLUMN_TYPE },  { "qtype", COLUMN_TYPE },
	{ "name", COLUMN_NAME },     { "qname", COLUMN_NAME }, { "query", COLUMN_NAME },
	{ "rcode", COLUMN_RCODE },   { "ttl", COLUMN_TTL },
};

/* Splits a line at its tabs; how many fields there are, at most COLUMNS_MAX. */
static size_t split(const char *line, size_t length, struct field *fields, size_t want)
{
	const char *end = line + length;
	size_t count = 0;

	for (;;) {
		const char *tab = memchr(line, '\t', (size_t)(end - line));

		fields[count].text = line;
		fields[count++].length = (size_t)((tab ? tab : end) - line);
		if (!tab || count == want)
			return count;
		line = tab + 1;
	}
}

/* Takes a line that names at least the columns that are needed; false if it is none. */
static bool take_header(struct tsv *tsv, const char *line, size_t length)
{
	struct tsv found = { .seen_line = true };
	struct field fields[COLUMNS_MAX];
	size_t count;

	for (size_t column = 0; column < COLUMN_COUNT; column++)
		found.place[column] = COLUMNS_MAX;
	while (length > 0 && (line[0] == '#' || line[0] == ' ')) {
		line++;
		length--;
	}
	count = split(line, length, fields, COLUMNS_MAX);
	for (size_t at = 0; at < count; at++) {
		for (size_t title = 0; title < sizeof(titles) / sizeof(titles[0]); title++) {
			size_t *place = &found.place[titles[title].column];

			if (*place == COLUMNS_MAX &&
			    strlen(titles[title].word) == fields[at].length &&
			    strncasecmp(titles[title].word, fields[at].text, fields[at].length) ==
				    0)
				*place = at;
		}
	}
	for (size_t column = 0; column < COLUMNS_NEEDED; column++) {
		if (found.place[column] == COLUMNS_MAX)
			return false;
		if (found.needed <= found.place[column])
			found.needed = found.place[column] + 1;
	}
	*tsv = found;
	return true;
}

bool read_tsv_recognises(const char *line, size_t length)
{
	struct field fields[COLUMNS_NEEDED];
	struct seep_address client;
	struct tsv tsv;
	uint64_t when_ms;

	if (take_header(&tsv, line, length))
		return true;
	return split(line, length, fields, COLUMNS_NEEDED) == COLUMNS_NEEDED &&
	       (trace_text_time(fields[COLUMN_TIME].text, fields[COLUMN_TIME].length, &when_ms) ||
		trace_text_address(fields[COLUMN_CLIENT].text, fields[COLUMN_CLIENT].length,
				   &client));
}

/* NULL, or what is wrong with the row. */
static const char *parse_row(const struct tsv *tsv, const char *line, size_t length,
			     struct trace_event *event)
{
	struct field fields[COLUMNS_MAX + 1];
	size_t count = split(line, length, fields, COLUMNS_MAX);
	const struct field *field;
	const char *problem;
	uint64_t ttl;

	if (count < tsv->needed)
		return "it has fewer columns than time, client, type and name need";
	field = &fields[tsv->place[COLUMN_TIME]];
	if (!trace_text_time(field->text, field->length, &event->when_ms))
		return "the time is neither seconds since 1970 nor ISO 8601";
	field = &fields[tsv->place[COLUMN_CLIENT]];
	if (!trace_text_address(field->text, field->length, &event->client))
		return "the client is not an IPv4 or IPv6 address";
	field = &fields[tsv->place[COLUMN_TYPE]];
	if (!trace_text_type(field->text, field->length, &event->type))
		return "the query type is not known";
	field = &fields[tsv->place[COLUMN_NAME]];
	problem = trace_text_name(field->text, field->length, event->name, &event->name_size);
	if (problem)
		return problem;
	event->rcode = TRACE_RCODE_NONE;
	if (tsv->place[COLUMN_RCODE] < count) {
		field = &fields[tsv->place[COLUMN_RCODE]];
		if (!trace_text_rcode(field->text, field->length, &event->rcode))
			return "the response code is not known";
	}
	event->ttl_s = TRACE_TTL_NONE;
	/* Without a header, another column may stand there. */
	if (tsv->place[COLUMN_TTL] < count) {
		field = &fields[tsv->place[COLUMN_TTL]];
		if (trace_text_number(field->text, field->length, INT32_MAX, &ttl))
			event->ttl_s = (uint32_t)ttl;
	}
	return NULL;
}

static bool read_row(struct trace *trace, struct trace_event *event)
{
	struct tsv *tsv = trace->state;
	const char *line, *problem;
	size_t length;

	if (!trace_read_line(trace, &line, &length))
		return false;
	if (!tsv->seen_line) {
		tsv->seen_line = line[0] != '#';
		if (take_header(tsv, line, length))
			return false;
	}
	if (line[0] == '#')
		return false;
	trace->counts.rows++;
	problem = parse_row(tsv, line, length, event);
	if (problem)
		trace_malformed(trace, problem);
	return !problem;
}

static bool open_tsv(struct trace *trace)
{
	struct tsv *tsv = trace->state;

	for (size_t column = 0; column < COLUMN_COUNT; column++)
		tsv->place[column] = column;
	tsv->needed = COLUMNS_NEEDED;
	return true;
}

const struct trace_reader read_tsv = {
	.state_bytes = sizeof(struct tsv),
	.open = open_tsv,
	.read = read_row,
};
