/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of lines, for seep.conf and lists: reading them, taking lines apart, and what an error
 * says.
 */
#include "conf/conf_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void seep_conf_lines_show(char *shown, size_t size, const char *bytes, size_t length)
{
	size_t used = 0;

	for (size_t at = 0; at < length; at++) {
		unsigned char c = (unsigned char)bytes[at];

		if (used + sizeof("\\DDD...") > size) {
			memcpy(shown + used, "...", sizeof("..."));
			return;
		}
		if (c >= 0x20 && c < 0x7f)
			shown[used++] = (char)c;
		else
			used += (size_t)snprintf(shown + used, size - used, "\\%03u", c);
	}
	shown[used] = '\0';
}

enum seep_conf_status seep_conf_lines_fail(const struct seep_conf_reader *reader,
					   const char *expected, const char *format, ...)
{
	struct seep_conf_error *error = reader->error;
	va_list arguments;

	seep_conf_lines_show(error->file, sizeof(error->file), reader->name, strlen(reader->name));
	error->line = reader->line;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	return SEEP_CONF_BAD;
}

void seep_conf_lines_where(char *text, const struct seep_conf_reader *reader, const char *file,
			   unsigned long line)
{
	char shown[SEEP_CONF_SHOWN_SIZE];
	int used = snprintf(text, SEEP_CONF_WHERE_SIZE, "line %lu", line);

	if (file == reader->included)
		return;
	file = file ? file : "seep.conf";
	seep_conf_lines_show(shown, sizeof(shown), file, strlen(file));
	snprintf(text + used, SEEP_CONF_WHERE_SIZE - (size_t)used, " of %s", shown);
}

/* Returns the bytes of a regular FILE, allocated, or NULL with errno set. */
static char *read_regular(int file, size_t *size)
{
	struct stat status;
	char *text;
	size_t room;
	ssize_t got = 1;

	if (fstat(file, &status) != 0)
		return NULL;
	if (!S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	if ((uintmax_t)status.st_size > SEEP_CONF_FILE_MAX) {
		errno = EFBIG;
		return NULL;
	}
	/* One byte to allocate when the file is empty. What is appended meanwhile is not read. */
	room = (size_t)status.st_size;
	text = malloc(room + 1);
	*size = 0;
	while (text && *size < room && got != 0) {
		got = read(file, text + *size, room - *size);
		if (got > 0) {
			*size += (size_t)got;
		} else if (got < 0 && errno != EINTR) {
			free(text); /* errno stays: POSIX.1-2024, glibc since 2.33 */
			return NULL;
		}
	}
	return text;
}

char *seep_conf_lines_read(const char *path, size_t *size)
{
	/* Not blocking, so that a FIFO is an error instead of a resolver that never starts. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text;
	int why;

	if (file < 0)
		return NULL;
	text = read_regular(file, size);
	why = errno;
	close(file);
	errno = why;
	return text;
}

const char *seep_conf_lines_problem(int error)
{
	return error == EINVAL ? "Not a regular file" : strerror(error);
}

void seep_conf_lines_open(struct seep_conf_reader *reader, const char *text, size_t size)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";

	if (size >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
		text += 3;
		size -= 3;
	}
	reader->next = text;
	reader->end = text + size;
	reader->line = 0;
}

enum seep_conf_status seep_conf_lines_next(struct seep_conf_reader *reader,
					   struct seep_conf_line *line, bool *more)
{
	size_t left = (size_t)(reader->end - reader->next);
	const char *newline;

	*more = left > 0;
	if (left == 0)
		return SEEP_CONF_OK;
	reader->line++;
	line->text = reader->next;
	newline = memchr(line->text, '\n', left);
	line->length = newline ? (size_t)(newline - line->text) : left;
	reader->next = newline ? newline + 1 : reader->end;
	if (line->length > 0 && line->text[line->length - 1] == '\r')
		line->length--;
	if (line->length > SEEP_CONF_LINE_MAX)
		return seep_conf_lines_fail(reader, "a shorter line", "line of more than %d bytes",
					    SEEP_CONF_LINE_MAX);
	if (memchr(line->text, '\0', line->length))
		return seep_conf_lines_fail(reader, "text", "a NUL byte");
	return SEEP_CONF_OK;
}

bool seep_conf_lines_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

void seep_conf_lines_skip_blanks(struct seep_conf_line *line)
{
	while (line->length > 0 && seep_conf_lines_is_blank(line->text[0])) {
		line->text++;
		line->length--;
	}
}

struct seep_conf_line seep_conf_lines_take(struct seep_conf_line *line, size_t length)
{
	struct seep_conf_line taken = { line->text, length };

	line->text += length;
	line->length -= length;
	return taken;
}

size_t seep_conf_lines_word_length(const struct seep_conf_line *line)
{
	size_t at = 0;

	while (at < line->length && !seep_conf_lines_is_blank(line->text[at]) &&
	       line->text[at] != '"' && line->text[at] != '\'')
		at += line->text[at] == '\\' && at + 1 < line->length ? 2 : 1;
	return at;
}

bool seep_conf_lines_at_end(const struct seep_conf_line *line)
{
	return line->length == 0 || line->text[0] == '#';
}
