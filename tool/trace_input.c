/* SPDX-License-Identifier: BSD-3-Clause */
/* Input by zlib, which reads plain files as they are, and gzip of several members as one. */
#include "trace_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define BUFFER_BYTES (4 * TRACE_LINE_MAX)
#define ZLIB_BYTES   (2 * TRACE_LINE_MAX)

static bool fail_errno(struct trace_input *input)
{
	snprintf(input->error, sizeof(input->error), "%s", strerror(errno));
	return false;
}

bool trace_input_open(struct trace_input *input, const char *path)
{
	struct stat status;
	int file;

	*input = (struct trace_input){ .path = path };
	file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return fail_errno(input);
	if (fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
		close(file);
		errno = EISDIR;
		return fail_errno(input);
	}
	if (S_ISREG(status.st_mode))
		input->size_bytes = (uint64_t)status.st_size;
	input->buffer = malloc(BUFFER_BYTES);
	input->gz = input->buffer ? gzdopen(file, "rb") : NULL;
	if (!input->gz) {
		close(file);
		errno = ENOMEM;
		return fail_errno(input);
	}
	gzbuffer(input->gz, ZLIB_BYTES);
	return true;
}

void trace_input_close(struct trace_input *input)
{
	if (input->gz)
		gzclose(input->gz);
	free(input->buffer);
	input->gz = NULL;
	input->buffer = NULL;
}

/* Notes why a read came short, if it was not the end. */
static void note_end(struct trace_input *input)
{
	int code = Z_OK;
	const char *text = gzerror(input->gz, &code);

	input->ended = true;
	if (code == Z_BUF_ERROR)
		snprintf(input->error, sizeof(input->error),
			 "the compressed file is cut short: its end is missing");
	else if (code == Z_ERRNO)
		fail_errno(input);
	else if (code != Z_OK && code != Z_STREAM_END)
		snprintf(input->error, sizeof(input->error), "the compressed file is damaged: %s",
			 text);
}

/* Reads once more into the buffer, moving what is unread to its front. */
static void fill(struct trace_input *input)
{
	int got;

	if (input->at > 0) {
		memmove(input->buffer, input->buffer + input->at, input->end - input->at);
		input->end -= input->at;
		input->at = 0;
	}
	got = gzread(input->gz, input->buffer + input->end, (unsigned)(BUFFER_BYTES - input->end));
	if (got > 0)
		input->end += (size_t)got;
	if (got <= 0)
		note_end(input);
}

size_t trace_input_peek(struct trace_input *input, size_t want, const char **bytes)
{
	while (input->end - input->at < want && !input->ended)
		fill(input);
	*bytes = input->buffer + input->at;
	return input->end - input->at;
}

size_t trace_input_read(struct trace_input *input, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t left = input->end - input->at;

		if (left == 0) {
			if (input->ended)
				break;
			fill(input);
			continue;
		}
		if (left > size - done)
			left = size - done;
		memcpy((char *)to + done, input->buffer + input->at, left);
		input->at += left;
		done += left;
	}
	return done;
}

/* Drops everything up to and with the next LF. */
static void skip_line(struct trace_input *input)
{
	for (;;) {
		char *from = input->buffer + input->at;
		char *newline = memchr(from, '\n', input->end - input->at);

		if (newline) {
			input->at += (size_t)(newline - from) + 1;
			return;
		}
		input->at = input->end;
		if (input->ended)
			return;
		fill(input);
	}
}

enum trace_line trace_input_line(struct trace_input *input, const char **line, size_t *length)
{
	size_t searched = 0;

	for (;;) {
		char *from = input->buffer + input->at;
		size_t left = input->end - input->at;
		char *newline = memchr(from + searched, '\n', left - searched);

		if (newline) {
			left = (size_t)(newline - from);
			input->at += left + 1;
		} else if (left > TRACE_LINE_MAX + 1) {
			skip_line(input);
			return TRACE_LINE_TOO_LONG;
		} else if (!input->ended) {
			searched = left;
			fill(input);
			continue;
		} else if (left == 0 || input->error[0]) {
			/* A line that damage cut short tells something else than it did. */
			return TRACE_LINE_NONE;
		} else {
			input->at = input->end;
		}
		left -= left > 0 && from[left - 1] == '\r';
		if (left > TRACE_LINE_MAX)
			return TRACE_LINE_TOO_LONG;
		*line = from;
		*length = left;
		return TRACE_LINE;
	}
}

uint64_t trace_input_offset_bytes(struct trace_input *input)
{
	z_off_t offset = gzoffset(input->gz);

	return offset > 0 ? (uint64_t)offset : 0;
}
