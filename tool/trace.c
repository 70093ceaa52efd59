/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens a trace, whatever its format is, and takes the events that its reader finds. */
#include "trace.h"

#include "trace_pair.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines that are looked at until one is recognised. */
#define LOOK_LINES 200

struct magic {
	const char *bytes;
	size_t size;
	enum trace_format format;
};

#define MAGIC(bytes, format)                     \
	{                                        \
		bytes, sizeof(bytes) - 1, format \
	}

static const struct magic magics[] = {
	MAGIC("\xa1\xb2\xc3\xd4", TRACE_PCAP),
	MAGIC("\xd4\xc3\xb2\xa1", TRACE_PCAP),
	MAGIC("\xa1\xb2\x3c\x4d", TRACE_PCAP),
	MAGIC("\x4d\x3c\xb2\xa1", TRACE_PCAP),
	MAGIC("\x0a\x0d\x0d\x0a", TRACE_PCAP),
	/* The escape before the first control frame of Frame Streams. */
	MAGIC("\0\0\0\0", TRACE_DNSTAP),
};

/* Formats that are told, to say how to go on with them. */
static const struct {
	const char *bytes;
	size_t size;
	const char *what;
} strangers[] = {
	{ "\xfd\x37zXZ", 5, "xz" },
	{ "\x28\xb5\x2f\xfd", 4, "zstd" },
	{ "BZh", 3, "bzip2" },
};

static const char *const format_words[] = {
#define X(constant, word) [constant] = word,
	TRACE_FORMATS(X)
#undef X
};

static const struct trace_reader *const readers[] = {
	[TRACE_TSV] = &read_tsv,
	[TRACE_PCAP] = &read_pcap,
	[TRACE_DNSTAP] = &read_dnstap,
	[TRACE_UNBOUND] = &read_unbound,
};

bool trace_format_parse(enum trace_format *format, const char *word)
{
	for (size_t at = 0; at < sizeof(format_words) / sizeof(format_words[0]); at++) {
		if (strcmp(format_words[at], word) == 0) {
			*format = (enum trace_format)at;
			return true;
		}
	}
	return false;
}

enum trace_status trace_fail(struct trace *trace, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(trace->error, sizeof(trace->error), format, arguments);
	va_end(arguments);
	return TRACE_FAILED;
}

void trace_malformed(struct trace *trace, const char *reason)
{
	trace->counts.malformed++;
	if (trace->setup->complain)
		trace->setup->complain(trace->setup->context, trace->input.path, trace->record,
				       reason);
}

/* Bytes that no line of text has. */
static size_t count_binary(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t at = 0; at < size; at++) {
		unsigned char byte = (unsigned char)text[at];

		count += byte == 0x7f || (byte < 0x20 && (byte < '\t' || byte > '\r'));
	}
	return count;
}

/*
 * The format of text by its first lines; TRACE_TSV for text that is none of them, so that its rows
 * are complained of.
 */
static enum trace_format recognise_text(const char *text, size_t size)
{
	const char *end = text + size;

	for (int lines = 0; text < end && lines < LOOK_LINES; lines++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		size_t length = (size_t)(stop - text);

		if (length > 0 && text[0] != '#') {
			if (read_tsv_recognises(text, length))
				return TRACE_TSV;
			if (read_unbound_recognises(text, length))
				return TRACE_UNBOUND;
		}
		text = stop + 1;
	}
	return TRACE_TSV;
}

/* TRACE_AUTO, with error set, if the format is not known. */
static enum trace_format recognise(struct trace *trace)
{
	const char *bytes;
	size_t size = trace_input_peek(&trace->input, TRACE_LINE_MAX, &bytes);

	for (size_t at = 0; at < sizeof(magics) / sizeof(magics[0]); at++) {
		if (size >= magics[at].size &&
		    memcmp(bytes, magics[at].bytes, magics[at].size) == 0)
			return magics[at].format;
	}
	for (size_t at = 0; at < sizeof(strangers) / sizeof(strangers[0]); at++) {
		if (size >= strangers[at].size &&
		    memcmp(bytes, strangers[at].bytes, strangers[at].size) == 0) {
			trace_fail(trace, "compressed with %s: unpack it, and give it as \"-\"",
				   strangers[at].what);
			return TRACE_AUTO;
		}
	}
	if (count_binary(bytes, size) > size / 20) {
		trace_fail(trace, "not in a format that Seep reads (tsv, pcap, dnstap, unbound, or "
				  "gzip of these)");
		return TRACE_AUTO;
	}
	return recognise_text(bytes, size);
}

bool trace_open(struct trace *trace, const char *path, const struct trace_setup *setup)
{
	enum trace_format format = setup->format;

	*trace = (struct trace){ .setup = setup };
	if (!trace_input_open(&trace->input, path)) {
		trace_fail(trace, "%s", trace->input.error);
		return false;
	}
	if (format == TRACE_AUTO)
		format = recognise(trace);
	if (format == TRACE_AUTO)
		return false;
	trace->reader = readers[format];
	trace->state = calloc(1, trace->reader->state_bytes);
	trace->pair = trace->reader->has_pair ? trace_pair_create() : NULL;
	if (!trace->state || (trace->reader->has_pair && !trace->pair)) {
		trace_fail(trace, "out of memory");
		return false;
	}
	return !trace->reader->open || trace->reader->open(trace);
}

bool trace_read_line(struct trace *trace, const char **line, size_t *length)
{
	switch (trace_input_line(&trace->input, line, length)) {
	case TRACE_LINE:
		trace->record++;
		return *length > 0;
	case TRACE_LINE_TOO_LONG:
		trace->record++;
		trace->counts.rows++;
		trace_malformed(trace, "the line has more than 65536 bytes");
		return false;
	case TRACE_LINE_NONE:
		trace->ended = true;
		break;
	}
	return false;
}

enum trace_status trace_next(struct trace *trace, struct trace_event *event)
{
	for (;;) {
		if (trace->pair && trace_pair_take(trace->pair, event, trace->ended))
			return TRACE_EVENT;
		if (trace->ended)
			break;
		if (trace->reader->read(trace, event))
			return TRACE_EVENT;
	}
	/* Bytes that could not be read look like an early end, or like damage, to a reader. */
	if (trace->input.error[0])
		return trace_fail(trace, "%s", trace->input.error);
	return trace->error[0] ? TRACE_FAILED : TRACE_END;
}

void trace_close(struct trace *trace)
{
	if (trace->state && trace->reader->close)
		trace->reader->close(trace);
	free(trace->state);
	trace_pair_destroy(trace->pair);
	trace_input_close(&trace->input);
	trace->state = NULL;
	trace->pair = NULL;
}
