/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads and writes the file of what operators changed. */
#include "state/changes_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "conf/conf_lines.h"
#include "names/name.h"
#include "names/parse.h"
#include "state/file.h"

#define HEAD      "seep changes 1"
#define HEAD_MAC  "seep changes 2" /* there is an exception for a MAC address */
#define EVERYBODY "everybody"
#define FOR_EVER  "never"
#define NOBODY    "-"
#define WORD_SIZE 1100 /* of a name with all its bytes escaped, and the NUL */

/* ---- writing ---- */

/* Finds damage; whoever can write the file can make it right, too. So the key is no secret. */
static uint64_t checksum(const char *text, size_t size)
{
	const struct seep_hash_key key = { .rounds = SEEP_HASH_1_3 };

	return seep_hash_bytes(&key, text, size);
}

static void print_time(FILE *to, uint64_t time_s)
{
	if (time_s == SEEP_EXCEPTION_FOR_EVER)
		fputs(" " FOR_EVER, to);
	else
		fprintf(to, " %" PRIu64, time_s);
}

static void print_exception(FILE *to, const struct seep_exception *exception)
{
	char name[WORD_SIZE], user[SEEP_NETBLOCK_TEXT_SIZE] = EVERYBODY;

	seep_name_print(name, sizeof(name), exception->name, exception->name_size);
	if (exception->user.addr_len)
		seep_netblock_format(&exception->user, user);
	fprintf(to, "allow %s %s %" PRIu64, name, user, exception->made_s);
	print_time(to, exception->until_s);
	fprintf(to, " %" PRIu32 " %s %s\n", exception->uid,
		exception->maker[0] ? exception->maker : NOBODY, exception->reason);
}

/* Is there an exception that no reader of version 1 knows? */
static bool has_mac(const struct seep_changes_content *content)
{
	for (size_t at = 0; at < content->count; at++)
		if (content->exceptions[at].user.addr_len == SEEP_MAC_BYTES)
			return true;
	return false;
}

/* The whole text, allocated; NULL without memory. */
static char *print_content(const struct seep_changes_content *content, size_t *size)
{
	const struct seep_changes_learning *learning = &content->learning;
	char *text = NULL;
	FILE *to = open_memstream(&text, size);
	bool is_whole;

	if (!to)
		return NULL;
	fputs(has_mac(content) ? HEAD_MAC "\n" : HEAD "\n", to);
	if (learning->is_moved)
		fprintf(to, "learning %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", learning->from_ms,
			learning->learning_s, learning->until_ms);
	for (size_t at = 0; at < content->count; at++)
		print_exception(to, &content->exceptions[at]);
	is_whole = fflush(to) == 0;
	if (is_whole)
		fprintf(to, "end %zu %016" PRIx64 "\n", content->count, checksum(text, *size));
	is_whole = fclose(to) == 0 && is_whole;
	if (is_whole)
		return text;
	free(text);
	errno = ENOMEM;
	return NULL;
}

/* The names of the directory, too: where it cannot be opened, the file's fsync has to do. */
static void sync_names(const char *path, int fd)
{
	if (!seep_state_sync_directory(path))
		(void)fsync(fd);
}

bool seep_changes_file_write(const char *path, const struct seep_changes_content *content)
{
	struct seep_state_file file = { .fd = -1 };
	char name[SEEP_STATE_NAME_SIZE];
	size_t size;
	char *text = print_content(content, &size);
	bool is_written = text && seep_state_create(&file, path) &&
			  seep_state_append(&file, text, size) && fsync(file.fd) == 0 &&
			  seep_state_install(path);
	int error = errno;

	if (is_written) {
		sync_names(path, file.fd);
	} else {
		seep_state_name(name, path, ".new");
		(void)unlink(name);
	}
	seep_state_end(&file);
	free(text);
	errno = error;
	return is_written;
}

/* ---- reading ---- */

static enum seep_conf_status fail(const struct seep_conf_reader *reader, const char *expected,
				  const char *word)
{
	char shown[SEEP_CONF_SHOWN_SIZE];

	seep_conf_lines_show(shown, sizeof(shown), word, strlen(word));
	return seep_conf_lines_fail(reader, expected, "\"%s\"", shown);
}

/* Takes the next word of LINE, up to one space, to WORD; what does not fit is no word. */
static void take_word(struct seep_conf_line *line, char word[WORD_SIZE])
{
	size_t length = 0;

	while (length < line->length && line->text[length] != ' ')
		length++;
	word[0] = '\0';
	if (length < WORD_SIZE) {
		memcpy(word, line->text, length);
		word[length] = '\0';
	}
	(void)seep_conf_lines_take(line, length + (length < line->length));
}

/* Takes a number up to MOST. */
static enum seep_conf_status take_number(const struct seep_conf_reader *reader,
					 struct seep_conf_line *line, uint64_t most,
					 uint64_t *number)
{
	char word[WORD_SIZE], *end;

	take_word(line, word);
	errno = 0;
	*number = strtoull(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || *number > most)
		return fail(reader, "a number in range", word);
	return SEEP_CONF_OK;
}

static enum seep_conf_status take_end(const struct seep_conf_reader *reader,
				      struct seep_conf_line *line, uint64_t *until_s)
{
	if (line->length > sizeof(FOR_EVER) - 1 &&
	    memcmp(line->text, FOR_EVER " ", sizeof(FOR_EVER)) == 0) {
		(void)seep_conf_lines_take(line, sizeof(FOR_EVER));
		*until_s = SEEP_EXCEPTION_FOR_EVER;
		return SEEP_CONF_OK;
	}
	return take_number(reader, line, SEEP_EXCEPTION_FOR_EVER - 1, until_s);
}

static enum seep_conf_status take_name(const struct seep_conf_reader *reader,
				       struct seep_conf_line *line,
				       struct seep_exception *exception)
{
	char word[WORD_SIZE];
	size_t size;

	take_word(line, word);
	if (seep_parse_name(exception->name, &size, word, strlen(word), SEEP_PARSE_PRINTABLE) !=
		    SEEP_PARSE_OK ||
	    size < 2)
		return fail(reader, "a domain name", word);
	exception->name_size = (uint8_t)size;
	return SEEP_CONF_OK;
}

static enum seep_conf_status take_user(const struct seep_conf_reader *reader,
				       struct seep_conf_line *line, struct seep_netblock *user)
{
	char word[WORD_SIZE];

	take_word(line, word);
	*user = (struct seep_netblock){ .addr_len = 0 };
	if (strcmp(word, EVERYBODY) == 0)
		return SEEP_CONF_OK;
	if (seep_netblock_parse_user(user, word) != SEEP_NETBLOCK_OK)
		return fail(reader, "a netblock, a MAC address or everybody", word);
	return SEEP_CONF_OK;
}

static bool is_printable(const char *text, size_t size)
{
	for (size_t at = 0; at < size; at++) {
		if (text[at] < ' ' || text[at] > '~')
			return false;
	}
	return true;
}

/* Who made it, and the rest of the line, why. */
static enum seep_conf_status take_texts(const struct seep_conf_reader *reader,
					struct seep_conf_line *line,
					struct seep_exception *exception)
{
	char word[WORD_SIZE];

	take_word(line, word);
	if (!word[0] || strlen(word) >= sizeof(exception->maker) ||
	    !is_printable(word, strlen(word)))
		return fail(reader, "a user's name", word);
	if (strcmp(word, NOBODY) != 0)
		memcpy(exception->maker, word, strlen(word) + 1);
	if (line->length >= sizeof(exception->reason) || !is_printable(line->text, line->length))
		return seep_conf_lines_fail(reader, "at most 127 printable bytes", "the reason");
	memcpy(exception->reason, line->text, line->length);
	return SEEP_CONF_OK;
}

static enum seep_conf_status read_exception(const struct seep_conf_reader *reader,
					    struct seep_conf_line *line,
					    struct seep_changes_content *content)
{
	struct seep_exception exception = { .name_size = 0 };
	uint64_t uid;

	if (content->count == SEEP_EXCEPTIONS_MOST)
		return seep_conf_lines_fail(reader, "the end", "exception number %d",
					    SEEP_EXCEPTIONS_MOST + 1);
	if (take_name(reader, line, &exception) != SEEP_CONF_OK ||
	    take_user(reader, line, &exception.user) != SEEP_CONF_OK ||
	    take_number(reader, line, SEEP_EXCEPTION_FOR_EVER - 1, &exception.made_s) !=
		    SEEP_CONF_OK ||
	    take_end(reader, line, &exception.until_s) != SEEP_CONF_OK ||
	    take_number(reader, line, UINT32_MAX, &uid) != SEEP_CONF_OK ||
	    take_texts(reader, line, &exception) != SEEP_CONF_OK)
		return SEEP_CONF_BAD;
	exception.uid = (uint32_t)uid;
	content->exceptions[content->count++] = exception;
	return SEEP_CONF_OK;
}

static enum seep_conf_status read_learning(const struct seep_conf_reader *reader,
					   struct seep_conf_line *line,
					   struct seep_changes_learning *learning)
{
	learning->is_moved = true;
	if (take_number(reader, line, UINT64_MAX, &learning->from_ms) != SEEP_CONF_OK ||
	    take_number(reader, line, UINT64_MAX, &learning->learning_s) != SEEP_CONF_OK)
		return SEEP_CONF_BAD;
	return take_number(reader, line, UINT64_MAX, &learning->until_ms);
}

/* The last line: how many exceptions there are, and the hash of all before it. */
static enum seep_conf_status read_end(const struct seep_conf_reader *reader,
				      const struct seep_conf_line *line, const char *text,
				      const struct seep_changes_content *content)
{
	char expected[64];
	size_t before = (size_t)(line->text - text);

	snprintf(expected, sizeof(expected), "end %zu %016" PRIx64, content->count,
		 checksum(text, before));
	if (line->length == strlen(expected) && memcmp(line->text, expected, line->length) == 0 &&
	    reader->next == reader->end && reader->end[-1] == '\n')
		return SEEP_CONF_OK;
	return seep_conf_lines_fail(reader, "as many lines, and no others, as were written",
				    "the checksum is wrong");
}

static bool is_text(const struct seep_conf_line *line, const char *text)
{
	return line->length == strlen(text) && memcmp(line->text, text, line->length) == 0;
}

/* One line; *IS_LAST: it was the last, and right. */
static enum seep_conf_status read_line(const struct seep_conf_reader *reader,
				       struct seep_conf_line *line, const char *text,
				       struct seep_changes_content *content, bool *is_last)
{
	const struct seep_conf_line whole = *line;
	char word[WORD_SIZE];

	if (reader->line == 1)
		return is_text(line, HEAD) || is_text(line, HEAD_MAC)
			       ? SEEP_CONF_OK
			       : seep_conf_lines_fail(reader, "\"" HEAD "\" or \"" HEAD_MAC "\"",
						      "another kind of file, or version");
	take_word(line, word);
	if (strcmp(word, "allow") == 0)
		return read_exception(reader, line, content);
	if (strcmp(word, "learning") == 0)
		return read_learning(reader, line, &content->learning);
	if (strcmp(word, "end") != 0)
		return fail(reader, "allow, learning or end", word);
	*is_last = true;
	return read_end(reader, &whole, text, content);
}

static enum seep_conf_status read_text(struct seep_conf_reader *reader, const char *text,
				       struct seep_changes_content *content)
{
	bool is_last = false, more;
	struct seep_conf_line line;

	content->learning = (struct seep_changes_learning){ .is_moved = false };
	content->count = 0;
	while (!is_last) {
		if (seep_conf_lines_next(reader, &line, &more) != SEEP_CONF_OK)
			return SEEP_CONF_BAD;
		if (!more)
			return seep_conf_lines_fail(reader, "a last line that begins with end",
						    "the file is cut short");
		if (read_line(reader, &line, text, content, &is_last) != SEEP_CONF_OK)
			return SEEP_CONF_BAD;
	}
	return SEEP_CONF_OK;
}

enum seep_changes_read seep_changes_file_read(const char *path,
					      struct seep_changes_content *content,
					      char problem[SEEP_CHANGES_PROBLEM_SIZE])
{
	struct seep_conf_error error = { .line = 0 };
	struct seep_conf_reader reader = { .name = path, .error = &error };
	enum seep_conf_status status;
	size_t size;
	char *text = seep_conf_lines_read(path, &size);
	int why = errno;

	if (!text) {
		snprintf(problem, SEEP_CHANGES_PROBLEM_SIZE, "%s: %s", path,
			 seep_conf_lines_problem(why));
		errno = why;
		return why == ENOENT ? SEEP_CHANGES_MISSING : SEEP_CHANGES_UNREADABLE;
	}
	seep_conf_lines_open(&reader, text, size);
	status = read_text(&reader, text, content);
	free(text);
	if (status == SEEP_CONF_OK)
		return SEEP_CHANGES_READ;
	seep_conf_error_format(&error, problem);
	return SEEP_CHANGES_DAMAGED;
}
