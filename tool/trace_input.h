/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of a trace: a file or standard input, unpacked if it is gzip, in big blocks.
 */
#ifndef SEEP_TRACE_INPUT_H
#define SEEP_TRACE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest line that is read, without its end; longer ones are skipped. */
#define TRACE_LINE_MAX 65536

struct trace_input {
	const char *path;
	struct gzFile_s *gz;
	char *buffer;
	size_t at, end;      /* the unread part of buffer */
	bool ended;          /* nothing comes after end */
	uint64_t size_bytes; /* of the file as it is stored; 0 if that is not known */
	char error[256];     /* not empty: it ended before its time, and why */
};

enum trace_line {
	TRACE_LINE,
	TRACE_LINE_TOO_LONG, /* skipped */
	TRACE_LINE_NONE,     /* the input has ended, or failed: see error */
};

/* PATH is borrowed; "-" is standard input. False with error set. */
bool trace_input_open(struct trace_input *input, const char *path);
void trace_input_close(struct trace_input *input);

/*
 * The next bytes, without taking them: at least WANT (at most TRACE_LINE_MAX) of them unless the
 * input ends before.
 */
size_t trace_input_peek(struct trace_input *input, size_t want, const char **bytes);

/* Takes up to SIZE bytes; fewer only at the end. */
size_t trace_input_read(struct trace_input *input, void *to, size_t size);

/* Takes a line; it stands, without LF or CRLF, until the next call. */
enum trace_line trace_input_line(struct trace_input *input, const char **line, size_t *length);

/* How much of size_bytes was read. */
uint64_t trace_input_offset_bytes(struct trace_input *input);

#endif
