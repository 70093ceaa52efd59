/* SPDX-License-Identifier: BSD-3-Clause */
/* seep.conf: lines to options, by the table of include/seep_options.h. */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SHOWN_SIZE = 96,      /* a piece of the file, quoted in an error; the rest is cut */
	OPTION_NAME_MAX = 40, /* names beyond this are unknown, and resemble none */
};

const struct seep_option seep_options[SEEP_OPTION_COUNT] = {
#define X(field, name, type, default_text, min, max, unit, text) \
	{                                                        \
		name,                                            \
		SEEP_OPTION_##type,                              \
		offsetof(struct seep_conf, field),               \
		default_text,                                    \
		min,                                             \
		max,                                             \
		unit,                                            \
		text                                             \
	},
	SEEP_OPTIONS(X)
#undef X
};

static const char *const action_words[] = {
#define X(constant, word) [constant] = word,
	SEEP_ACTIONS(X)
#undef X
};

struct unit {
	char letter;
	uint64_t factor;
};

/* Ascending; the first is what a bare number counts. */
static const struct unit size_units[] = {
	{ 0, 1 }, { 'k', SEEP_KIB }, { 'm', SEEP_MIB }, { 'g', SEEP_GIB }, { 0, 0 }
};
static const struct unit duration_units[] = {
	{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', SEEP_DAY_S }, { 0, 0 }
};
static const struct unit percent_units[] = { { '%', 1 }, { 0, 0 } };
static const struct unit number_units[] = { { 0, 1 }, { 0, 0 } };

/* One file while it is read: seep.conf, or an allow-list. */
struct reader {
	const char *name;
	const char *next;
	const char *end;
	unsigned long line; /* of what next_line gave last */
	struct seep_conf_error *error;
};

struct line {
	const char *text;
	size_t length;
};

struct parser {
	struct reader reader;
	struct seep_conf *conf;
	unsigned long first_line[SEEP_OPTION_COUNT]; /* 0 if the option was not met yet */
};

/* ---- errors ---- */

/* Copy bytes so that they can stand in a log: others than printable ASCII as \DDD, "..." where there is no room. */
static void show(char *shown, size_t size, const char *bytes, size_t length)
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

/* Fill in the error; SEEP_CONF_BAD, so that callers can return it. */
__attribute__((format(printf, 3, 4))) static enum seep_conf_status fail(const struct reader *reader,
									const char *expected,
									const char *format, ...)
{
	struct seep_conf_error *error = reader->error;
	va_list arguments;

	show(error->file, sizeof(error->file), reader->name, strlen(reader->name));
	error->line = reader->line;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	return SEEP_CONF_BAD;
}

void seep_conf_error_format(const struct seep_conf_error *error, char *text)
{
	char line[32] = "";

	if (error->line)
		snprintf(line, sizeof(line), ":%lu", error->line);
	snprintf(text, SEEP_CONF_ERROR_SIZE, "%s%s: %s: expected %s", error->file, line,
		 error->text, error->expected);
}

/* ---- what options expect ---- */

bool seep_option_is_list(const struct seep_option *option)
{
	return option->type == SEEP_OPTION_NETBLOCKS || option->type == SEEP_OPTION_DOMAINS ||
	       option->type == SEEP_OPTION_DOMAIN_FILES;
}

const char *seep_conf_action_text(enum seep_action action)
{
	return action_words[action];
}

/* A number in the largest unit that leaves no remainder, as it would be written in the file. */
static void format_number(char *text, size_t size, uint64_t value, const struct unit *units)
{
	const struct unit *best = units;

	for (const struct unit *unit = units; value && unit->factor; unit++) {
		if (value % unit->factor == 0)
			best = unit;
	}
	if (value && best->letter)
		snprintf(text, size, "%" PRIu64 "%c", value / best->factor, best->letter);
	else
		snprintf(text, size, "%" PRIu64, value);
}

static const struct unit *units_of(enum seep_option_type type)
{
	switch (type) {
	case SEEP_OPTION_SIZE:
		return size_units;
	case SEEP_OPTION_DURATION:
		return duration_units;
	case SEEP_OPTION_PERCENT:
		return percent_units;
	default:
		return number_units;
	}
}

void seep_option_expected(const struct seep_option *option, char *text)
{
	size_t size = SEEP_CONF_EXPECTED_SIZE;
	char min[32], max[32];
	size_t used = 0;

	format_number(min, sizeof(min), option->min, units_of(option->type));
	format_number(max, sizeof(max), option->max, units_of(option->type));
	switch (option->type) {
	case SEEP_OPTION_SIZE:
		snprintf(text, size, "a size from %s to %s", min, max);
		break;
	case SEEP_OPTION_DURATION:
		snprintf(text, size, "a duration from %s to %s", min, max);
		break;
	case SEEP_OPTION_NUMBER:
		snprintf(text, size, "a number from %s to %s", min, max);
		break;
	case SEEP_OPTION_PERCENT:
		snprintf(text, size, "a percentage from %s to %s", min, max);
		break;
	case SEEP_OPTION_YESNO:
		snprintf(text, size, "yes or no");
		break;
	case SEEP_OPTION_ACTION:
		text[0] = '\0';
		for (size_t at = 0;
		     at < sizeof(action_words) / sizeof(action_words[0]) && used < size; at++)
			used += (size_t)snprintf(text + used, size - used, "%s%s", at ? " or " : "",
						 action_words[at]);
		break;
	case SEEP_OPTION_PATH:
		snprintf(text, size, "a path of at most %s bytes", max);
		break;
	case SEEP_OPTION_NETBLOCKS:
		snprintf(text, size, "a netblock such as 192.0.2.0/24 or 2001:db8::/32");
		break;
	case SEEP_OPTION_DOMAINS:
		snprintf(text, size, "a domain name such as example.com");
		break;
	case SEEP_OPTION_DOMAIN_FILES:
		snprintf(text, size, "the path of a file of domain names");
		break;
	}
}

/* ---- files and lines ---- */

/* Read a regular file whole into memory that the caller frees; NULL with errno set otherwise. */
static char *read_file(const char *path, size_t *size)
{
	struct stat status;
	char *text = NULL;
	size_t room;
	ssize_t got = 1;
	int saved, file;

	/* Not blocking, so that a FIFO is an error instead of a resolver that never starts. */
	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return NULL;
	*size = 0;
	errno = 0;
	if (fstat(file, &status) != 0)
		goto cleanup;
	if (!S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
		goto cleanup;
	}
	if ((uintmax_t)status.st_size > SEEP_CONF_FILE_MAX) {
		errno = EFBIG;
		goto cleanup;
	}
	/* One byte to allocate when the file is empty. What is appended meanwhile is not read. */
	room = (size_t)status.st_size;
	text = malloc(room + 1);
	while (text && *size < room && got != 0) {
		got = read(file, text + *size, room - *size);
		if (got < 0 && errno != EINTR) {
			saved = errno;
			free(text);
			text = NULL;
			errno = saved;
		} else if (got > 0) {
			*size += (size_t)got;
		}
	}
cleanup:
	saved = errno;
	close(file);
	errno = saved;
	return text;
}

/* Why read_file failed, for an operator. */
static const char *read_problem(int error)
{
	return error == EINVAL ? "Not a regular file" : strerror(error);
}

static void open_reader(struct reader *reader, const char *text, size_t size)
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

/* The next line without its end and its outer blanks; *more is false after the last. */
static enum seep_conf_status next_line(struct reader *reader, struct line *line, bool *more)
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
		return fail(reader, "a shorter line", "line of more than %d bytes",
			    SEEP_CONF_LINE_MAX);
	if (memchr(line->text, '\0', line->length))
		return fail(reader, "text", "a NUL byte");
	return SEEP_CONF_OK;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct line *line)
{
	while (line->length > 0 && is_blank(line->text[0])) {
		line->text++;
		line->length--;
	}
}

/* Take the first length bytes off line. */
static struct line take(struct line *line, size_t length)
{
	struct line taken = { line->text, length };

	line->text += length;
	line->length -= length;
	return taken;
}

/* Bytes up to a blank or a quote; a backslash takes the next byte along, as in Unbound. */
static size_t word_length(const struct line *line)
{
	size_t at = 0;

	while (at < line->length && !is_blank(line->text[at]) && line->text[at] != '"' &&
	       line->text[at] != '\'')
		at += line->text[at] == '\\' && at + 1 < line->length ? 2 : 1;
	return at;
}

static bool at_comment_or_end(const struct line *line)
{
	return line->length == 0 || line->text[0] == '#';
}

/* ---- values ---- */

/* A value that does not suit its option. */
static enum seep_conf_status fail_value(const struct parser *parser,
					const struct seep_option *option, const char *value,
					const char *why)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];
	char shown[SHOWN_SIZE];

	seep_option_expected(option, expected);
	show(shown, sizeof(shown), value, strlen(value));
	return fail(&parser->reader, expected, "%s: \"%s\" %s", option->name, shown, why);
}

/* Digits and perhaps a unit; NULL, or why it is no such number. */
static const char *parse_number(const char *value, const struct seep_option *option,
				uint64_t *number)
{
	const char *const out_of_range = "is out of range";
	const struct unit *unit = units_of(option->type);
	uint64_t digits = 0;
	size_t at;
	char letter;

	if (value[0] == '-')
		return "is negative";
	for (at = 0; value[at] >= '0' && value[at] <= '9'; at++) {
		uint64_t digit = (uint64_t)(value[at] - '0');

		if (digits > (UINT64_MAX - digit) / 10)
			digits = UINT64_MAX;
		else
			digits = 10 * digits + digit;
	}
	if (at == 0)
		return "is not a number";
	letter = value[at];
	if (letter >= 'A' && letter <= 'Z')
		letter = (char)(letter + ('a' - 'A'));
	if (letter != '\0') {
		while (unit->factor && unit->letter != letter)
			unit++;
		if (unit->factor == 0 || value[at + 1] != '\0')
			return "has no such unit";
	}
	/* A number that overflowed stays the largest there is, and no range reaches that far. */
	if (digits > UINT64_MAX / unit->factor)
		return out_of_range;
	*number = digits * unit->factor;
	return *number < option->min || *number > option->max ? out_of_range : NULL;
}

static enum seep_conf_status set_action(const struct parser *parser,
					const struct seep_option *option, const char *value,
					enum seep_action *action)
{
	for (size_t at = 0; at < sizeof(action_words) / sizeof(action_words[0]); at++) {
		if (strcmp(value, action_words[at]) == 0) {
			*action = (enum seep_action)at;
			return SEEP_CONF_OK;
		}
	}
	return fail_value(parser, option, value, "is no action");
}

static enum seep_conf_status add_netblock(const struct parser *parser,
					  const struct seep_option *option, const char *value,
					  struct seep_netblocks **list)
{
	char meant[SEEP_NETBLOCK_TEXT_SIZE];
	char alternatives[2 * SEEP_NETBLOCK_TEXT_SIZE + sizeof(" or ")];
	struct seep_netblock block;
	enum seep_netblock_status status = seep_netblock_parse(&block, value);

	if (status == SEEP_NETBLOCK_HOST_BITS) {
		seep_netblock_format(&block, meant);
		snprintf(alternatives, sizeof(alternatives), "%s or %.*s", meant,
			 (int)strcspn(value, "/"), value);
		return fail(&parser->reader, alternatives, "%s: \"%s\" %s", option->name, value,
			    seep_netblock_status_text(status));
	}
	if (status != SEEP_NETBLOCK_OK)
		return fail_value(parser, option, value, seep_netblock_status_text(status));
	if (!*list)
		*list = seep_netblocks_create();
	if (!*list || seep_netblocks_add(*list, &block) != SEEP_NETBLOCK_OK)
		return fail(&parser->reader, "more memory", "%s: out of memory", option->name);
	return SEEP_CONF_OK;
}

/* Add a name to a set that may not be there yet. */
static enum seep_subtree_status add_name(struct seep_subtrees **set, const char *name,
					 size_t length)
{
	if (!*set)
		*set = seep_subtrees_create();
	return *set ? seep_subtrees_add(*set, name, length) : SEEP_SUBTREE_NO_MEMORY;
}

/* Every name of an allow-list; errors are about the list's own lines. */
static enum seep_conf_status add_names(struct reader *reader, struct seep_subtrees **set)
{
	enum seep_subtree_status status;
	enum seep_conf_status read;
	char shown[SHOWN_SIZE];
	struct line line, name;
	bool more;

	for (;;) {
		read = next_line(reader, &line, &more);
		if (read != SEEP_CONF_OK || !more)
			return read;
		skip_blanks(&line);
		if (at_comment_or_end(&line))
			continue;
		name = take(&line, word_length(&line));
		skip_blanks(&line);
		show(shown, sizeof(shown), line.text, line.length);
		if (!at_comment_or_end(&line))
			return fail(reader, "one domain name a line", "\"%s\" after the name",
				    shown);
		status = add_name(set, name.text, name.length);
		show(shown, sizeof(shown), name.text, name.length);
		if (status != SEEP_SUBTREE_OK)
			return fail(reader, "a domain name such as example.com", "\"%s\" %s", shown,
				    seep_subtree_status_text(status));
	}
}

static enum seep_conf_status read_names(const struct parser *parser,
					const struct seep_option *option, const char *path,
					size_t *files)
{
	struct reader reader = { .name = path, .error = parser->reader.error };
	enum seep_conf_status status;
	size_t size;
	char *text = read_file(path, &size);

	if (!text)
		return fail_value(parser, option, path, read_problem(errno));
	open_reader(&reader, text, size);
	status = add_names(&reader, &parser->conf->allow_domain);
	free(text);
	*files += status == SEEP_CONF_OK;
	return status;
}

static enum seep_conf_status set_value(const struct parser *parser,
				       const struct seep_option *option, const char *value)
{
	void *field = (char *)parser->conf + option->offset;
	enum seep_subtree_status subtree;
	const char *problem;

	if (seep_option_is_list(option) && value[0] == '\0')
		return SEEP_CONF_OK;
	switch (option->type) {
	case SEEP_OPTION_SIZE:
	case SEEP_OPTION_DURATION:
	case SEEP_OPTION_NUMBER:
	case SEEP_OPTION_PERCENT:
		problem = parse_number(value, option, field);
		return problem ? fail_value(parser, option, value, problem) : SEEP_CONF_OK;
	case SEEP_OPTION_YESNO:
		*(bool *)field = strcmp(value, "yes") == 0;
		if (!*(bool *)field && strcmp(value, "no") != 0)
			return fail_value(parser, option, value, "is neither");
		return SEEP_CONF_OK;
	case SEEP_OPTION_ACTION:
		return set_action(parser, option, value, field);
	case SEEP_OPTION_PATH:
		if (strlen(value) > option->max)
			return fail_value(parser, option, value, "is too long");
		memcpy(field, value, strlen(value) + 1);
		return SEEP_CONF_OK;
	case SEEP_OPTION_NETBLOCKS:
		return add_netblock(parser, option, value, field);
	case SEEP_OPTION_DOMAINS:
		subtree = add_name(field, value, strlen(value));
		if (subtree != SEEP_SUBTREE_OK)
			return fail_value(parser, option, value, seep_subtree_status_text(subtree));
		return SEEP_CONF_OK;
	case SEEP_OPTION_DOMAIN_FILES:
		return read_names(parser, option, value, field);
	}
	return SEEP_CONF_OK;
}

/* ---- lines ---- */

/* Edits (insert, delete, replace) from one name to the other, letter case aside; both at most OPTION_NAME_MAX long. */
static size_t distance(const char *a, const char *b)
{
	size_t row[OPTION_NAME_MAX + 1];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t best = diagonal + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}

static enum seep_conf_status fail_unknown(const struct parser *parser, struct line name)
{
	const struct seep_option *nearest = NULL;
	char word[OPTION_NAME_MAX + 1];
	char expected[OPTION_NAME_MAX + 8];
	char shown[SHOWN_SIZE];
	size_t least = 1 + name.length / 4;

	show(shown, sizeof(shown), name.text, name.length);
	if (name.length <= OPTION_NAME_MAX) {
		memcpy(word, name.text, name.length);
		word[name.length] = '\0';
		for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
			size_t edits = distance(word, seep_options[at].name);

			if (edits < least || (edits == least && !nearest)) {
				least = edits;
				nearest = &seep_options[at];
			}
		}
	}
	if (!nearest)
		return fail(&parser->reader, "an option of seep.conf(5)", "unknown option \"%s\"",
			    shown);
	snprintf(expected, sizeof(expected), "\"%.*s:\"", OPTION_NAME_MAX, nearest->name);
	return fail(&parser->reader, expected, "unknown option \"%s\"", shown);
}

/* The value on the rest of a line, in quotes or bare, with nothing behind it, as a string in value. */
static enum seep_conf_status take_value(const struct parser *parser,
					const struct seep_option *option, struct line *line,
					char *value)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];
	char shown[SHOWN_SIZE];
	struct line taken;
	size_t at;

	seep_option_expected(option, expected);
	skip_blanks(line);
	if (at_comment_or_end(line))
		return fail(&parser->reader, expected, "%s: no value", option->name);
	if (line->text[0] == '"' || line->text[0] == '\'') {
		char quote = take(line, 1).text[0];

		for (at = 0; at < line->length && line->text[at] != quote; at++)
			at += line->text[at] == '\\' && at + 1 < line->length;
		taken = take(line, at);
		if (line->length == 0)
			return fail(&parser->reader, "a quote at the end of the value",
				    "%s: no closing %c on this line", option->name, quote);
		take(line, 1);
	} else {
		taken = take(line, word_length(line));
	}
	skip_blanks(line);
	if (!at_comment_or_end(line)) {
		show(shown, sizeof(shown), line->text, line->length);
		return fail(&parser->reader, "one value, then the end of the line",
			    "%s: \"%s\" after the value", option->name, shown);
	}
	memcpy(value, taken.text, taken.length);
	value[taken.length] = '\0';
	return SEEP_CONF_OK;
}

static bool is_word(struct line word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* A line that is not empty, from its first byte that is no blank. */
static enum seep_conf_status parse_line(struct parser *parser, struct line *line)
{
	char value[SEEP_CONF_LINE_MAX + 1];
	char shown[SHOWN_SIZE];
	enum seep_conf_status status;
	struct line name;
	size_t at = 0;

	while (at < line->length && !is_blank(line->text[at]) && line->text[at] != ':')
		at++;
	name = take(line, at);
	if (name.length == 0 || line->length == 0 || line->text[0] != ':') {
		show(shown, sizeof(shown), name.text, name.length);
		return fail(&parser->reader, "\"name: value\"", "no \":\" right after \"%s\"",
			    shown);
	}
	take(line, 1);
	if (is_word(name, "seep")) {
		skip_blanks(line);
		if (at_comment_or_end(line))
			return SEEP_CONF_OK;
		show(shown, sizeof(shown), line->text, line->length);
		return fail(&parser->reader, "\"seep:\" alone on its line",
			    "\"%s\" after \"seep:\"", shown);
	}
	for (at = 0; at < SEEP_OPTION_COUNT && !is_word(name, seep_options[at].name); at++)
		continue;
	if (at == SEEP_OPTION_COUNT)
		return fail_unknown(parser, name);
	if (parser->first_line[at] && !seep_option_is_list(&seep_options[at]))
		return fail(&parser->reader, "it once", "%s: given twice, first on line %lu",
			    seep_options[at].name, parser->first_line[at]);
	parser->first_line[at] = parser->reader.line;
	status = take_value(parser, &seep_options[at], line, value);
	return status == SEEP_CONF_OK ? set_value(parser, &seep_options[at], value) : status;
}

/* ---- whole files ---- */

void seep_conf_defaults(struct seep_conf *conf)
{
	struct seep_conf_error error;
	struct parser parser = { .conf = conf, .reader = { .name = "defaults", .error = &error } };

	/* Nothing of this can fail: lists are empty by default, and unit_conf puts every default to the parser. */
	memset(conf, 0, sizeof(*conf));
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++)
		set_value(&parser, &seep_options[at], seep_options[at].default_text);
}

void seep_conf_release(struct seep_conf *conf)
{
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		void *field = (char *)conf + seep_options[at].offset;

		if (seep_options[at].type == SEEP_OPTION_NETBLOCKS)
			seep_netblocks_destroy(*(struct seep_netblocks **)field);
		else if (seep_options[at].type == SEEP_OPTION_DOMAINS)
			seep_subtrees_destroy(*(struct seep_subtrees **)field);
	}
	seep_conf_defaults(conf);
}

enum seep_conf_status seep_conf_parse(struct seep_conf *conf, const char *text, size_t size,
				      const char *name, struct seep_conf_error *error)
{
	struct parser parser = { .conf = conf, .reader = { .name = name, .error = error } };
	enum seep_conf_status status;
	struct line line;
	bool more;

	seep_conf_defaults(conf);
	open_reader(&parser.reader, text, size);
	do {
		status = next_line(&parser.reader, &line, &more);
		if (status == SEEP_CONF_OK && more) {
			skip_blanks(&line);
			if (!at_comment_or_end(&line))
				status = parse_line(&parser, &line);
		}
	} while (status == SEEP_CONF_OK && more);
	if (status != SEEP_CONF_OK)
		seep_conf_release(conf);
	return status;
}

enum seep_conf_status seep_conf_load(struct seep_conf *conf, const char *path,
				     struct seep_conf_error *error)
{
	struct reader reader = { .name = path, .error = error };
	enum seep_conf_status status;
	size_t size;
	char *text = read_file(path, &size);

	if (!text) {
		status = errno == ENOENT ? SEEP_CONF_MISSING : SEEP_CONF_BAD;
		seep_conf_defaults(conf);
		fail(&reader, "a readable file", "%s", read_problem(errno));
		return status;
	}
	status = seep_conf_parse(conf, text, size, path, error);
	free(text);
	return status;
}
