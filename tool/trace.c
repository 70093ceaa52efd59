/* SPDX-License-Identifier: BSD-3-Clause */
/* Opens a trace: which format is it? */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
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
	switch (format) {
	case TRACE_AUTO:
		return false;
	case TRACE_TSV:
		return read_tsv_open(trace);
	case TRACE_PCAP:
		return read_pcap_open(trace);
	case TRACE_DNSTAP:
		return read_dnstap_open(trace);
	case TRACE_UNBOUND:
		return read_unbound_open(trace);
	}
	return false;
}

enum trace_status trace_next(struct trace *trace, struct trace_event *event)
{
	enum trace_status status = trace->next(trace, event);

	/* Bytes that could not be read look like an early end to a reader. */
	if (status == TRACE_END && trace->input.error[0])
		return trace_fail(trace, "%s", trace->input.error);
	return status;
}

void trace_close(struct trace *trace)
{
	if (trace->close)
		trace->close(trace);
	trace_input_close(&trace->input);
	trace->close = NULL;
	trace->next = NULL;
}
