/* SPDX-License-Identifier: BSD-3-Clause */
/* seep.conf: lines to options, by the table of include/seep_options.h. */
#include "conf/conf.h"
#include "conf/conf_lines.h"
#include "conf/conf_option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	OPTION_NAME_MAX = 40, /* names beyond this are unknown, and resemble none */
};

struct parser {
	struct seep_conf_reader reader;
	struct seep_conf *conf;
	unsigned long lines[SEEP_OPTION_COUNT]; /* where each option was met last; 0: not yet */
};

/* ---- values ---- */

/* A value that does not suit its option. */
static enum seep_conf_status fail_value(const struct parser *parser,
					const struct seep_option *option, const char *value,
					const char *why)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];
	char shown[SEEP_CONF_SHOWN_SIZE];

	seep_option_expected(option, expected);
	seep_conf_lines_show(shown, sizeof(shown), value, strlen(value));
	return seep_conf_lines_fail(&parser->reader, expected, "%s: \"%s\" %s", option->name, shown,
				    why);
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
		return seep_conf_lines_fail(&parser->reader, alternatives, "%s: \"%s\" %s",
					    option->name, value, seep_netblock_status_text(status));
	}
	if (status != SEEP_NETBLOCK_OK)
		return fail_value(parser, option, value, seep_netblock_status_text(status));
	if (!*list)
		*list = seep_netblocks_create();
	if (!*list || seep_netblocks_add(*list, &block) != SEEP_NETBLOCK_OK)
		return seep_conf_lines_fail(&parser->reader, "", "%s: out of memory", option->name);
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

/* Note a file to be read later. */
static enum seep_conf_status add_file(const struct parser *parser, const struct seep_option *option,
				      const char *path, struct seep_conf_files **list)
{
	size_t count = *list ? (*list)->count : 0;
	struct seep_conf_files *longer;

	if (strlen(path) > option->max)
		return fail_value(parser, option, path, "is too long");
	longer = realloc(*list, sizeof(*longer) + (count + 1) * sizeof(longer->files[0]));
	if (!longer)
		return seep_conf_lines_fail(&parser->reader, "more memory", "%s: out of memory",
					    option->name);
	*list = longer;
	longer->count = count + 1;
	longer->files[count].line = parser->reader.line;
	memcpy(longer->files[count].path, path, strlen(path) + 1);
	return SEEP_CONF_OK;
}

static enum seep_conf_status set_value(const struct parser *parser,
				       const struct seep_option *option, const char *value)
{
	void *field = (char *)parser->conf + option->offset;
	enum seep_subtree_status subtree;
	const char *problem;
	unsigned word;

	if (seep_option_is_list(option) && value[0] == '\0')
		return SEEP_CONF_OK;
	switch (option->type) {
	case SEEP_OPTION_SIZE:
	case SEEP_OPTION_AUTO_SIZE:
	case SEEP_OPTION_DURATION:
	case SEEP_OPTION_NUMBER:
	case SEEP_OPTION_PERCENT:
		problem = seep_option_number(option, value, field);
		return problem ? fail_value(parser, option, value, problem) : SEEP_CONF_OK;
	case SEEP_OPTION_YESNO:
		*(bool *)field = strcmp(value, "yes") == 0;
		if (!*(bool *)field && strcmp(value, "no") != 0)
			return fail_value(parser, option, value, "is neither");
		return SEEP_CONF_OK;
	case SEEP_OPTION_ACTION:
	case SEEP_OPTION_SPOOFABLE:
		if (!seep_option_word(option, value, &word))
			return fail_value(parser, option, value,
					  option->type == SEEP_OPTION_ACTION ? "is no action"
									     : "is neither");
		if (option->type == SEEP_OPTION_ACTION)
			*(enum seep_action *)field = word;
		else
			*(enum seep_spoofable *)field = word;
		return SEEP_CONF_OK;
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
		return add_file(parser, option, value, field);
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

static enum seep_conf_status fail_unknown(const struct parser *parser, struct seep_conf_line name)
{
	const struct seep_option *nearest = NULL;
	char word[OPTION_NAME_MAX + 1];
	char expected[OPTION_NAME_MAX + 8];
	char shown[SEEP_CONF_SHOWN_SIZE];
	size_t least = 1 + name.length / 4;

	seep_conf_lines_show(shown, sizeof(shown), name.text, name.length);
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
		return seep_conf_lines_fail(&parser->reader, "an option of seep.conf(5)",
					    "unknown option \"%s\"", shown);
	snprintf(expected, sizeof(expected), "\"%.*s:\"", OPTION_NAME_MAX, nearest->name);
	return seep_conf_lines_fail(&parser->reader, expected, "unknown option \"%s\"", shown);
}

/* The value on the rest of a line, in quotes or bare, with nothing behind it, as a string in value. */
static enum seep_conf_status take_value(const struct parser *parser,
					const struct seep_option *option,
					struct seep_conf_line *line, char *value)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];
	char shown[SEEP_CONF_SHOWN_SIZE];
	struct seep_conf_line taken;
	size_t at;

	seep_option_expected(option, expected);
	seep_conf_lines_skip_blanks(line);
	if (seep_conf_lines_at_end(line))
		return seep_conf_lines_fail(&parser->reader, expected, "%s: no value",
					    option->name);
	if (line->text[0] == '"' || line->text[0] == '\'') {
		char quote = seep_conf_lines_take(line, 1).text[0];

		for (at = 0; at < line->length && line->text[at] != quote; at++)
			at += line->text[at] == '\\' && at + 1 < line->length;
		taken = seep_conf_lines_take(line, at);
		if (line->length == 0)
			return seep_conf_lines_fail(
				&parser->reader, "a quote at the end of the value",
				"%s: no closing %c on this line", option->name, quote);
		seep_conf_lines_take(line, 1);
	} else {
		taken = seep_conf_lines_take(line, seep_conf_lines_word_length(line));
	}
	seep_conf_lines_skip_blanks(line);
	if (!seep_conf_lines_at_end(line)) {
		seep_conf_lines_show(shown, sizeof(shown), line->text, line->length);
		return seep_conf_lines_fail(&parser->reader, "one value, then the end of the line",
					    "%s: \"%s\" after the value", option->name, shown);
	}
	memcpy(value, taken.text, taken.length);
	value[taken.length] = '\0';
	return SEEP_CONF_OK;
}

static bool is_word(struct seep_conf_line word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* A line that is not empty, from its first byte that is no blank. */
static enum seep_conf_status parse_line(struct parser *parser, struct seep_conf_line *line)
{
	char value[SEEP_CONF_LINE_MAX + 1];
	char shown[SEEP_CONF_SHOWN_SIZE];
	enum seep_conf_status status;
	struct seep_conf_line name;
	size_t at = 0;

	while (at < line->length && !seep_conf_lines_is_blank(line->text[at]) &&
	       line->text[at] != ':')
		at++;
	name = seep_conf_lines_take(line, at);
	if (name.length == 0 || line->length == 0 || line->text[0] != ':') {
		seep_conf_lines_show(shown, sizeof(shown), name.text, name.length);
		return seep_conf_lines_fail(&parser->reader, "\"name: value\"",
					    "no \":\" right after \"%s\"", shown);
	}
	seep_conf_lines_take(line, 1);
	if (is_word(name, "seep")) {
		seep_conf_lines_skip_blanks(line);
		if (seep_conf_lines_at_end(line))
			return SEEP_CONF_OK;
		seep_conf_lines_show(shown, sizeof(shown), line->text, line->length);
		return seep_conf_lines_fail(&parser->reader, "\"seep:\" alone on its line",
					    "\"%s\" after \"seep:\"", shown);
	}
	for (at = 0; at < SEEP_OPTION_COUNT && !is_word(name, seep_options[at].name); at++)
		continue;
	if (at == SEEP_OPTION_COUNT)
		return fail_unknown(parser, name);
	if (parser->lines[at] && !seep_option_is_list(&seep_options[at]))
		return seep_conf_lines_fail(&parser->reader, "it at most once",
					    "%s: already given on line %lu", seep_options[at].name,
					    parser->lines[at]);
	parser->lines[at] = parser->reader.line;
	status = take_value(parser, &seep_options[at], line, value);
	return status == SEEP_CONF_OK ? set_value(parser, &seep_options[at], value) : status;
}

/* ---- whole files ---- */

void seep_conf_error_format(const struct seep_conf_error *error, char *text)
{
	char line[32] = "";

	if (error->line)
		snprintf(line, sizeof(line), ":%lu", error->line);
	snprintf(text, SEEP_CONF_ERROR_SIZE, "%s%s: %s%s%s", error->file, line, error->text,
		 error->expected[0] ? ": expected " : "", error->expected);
}

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
		else if (seep_options[at].type == SEEP_OPTION_DOMAIN_FILES)
			free(*(struct seep_conf_files **)field);
	}
	seep_conf_defaults(conf);
}

enum seep_conf_status seep_conf_parse(struct seep_conf *conf, const char *text, size_t size,
				      const char *name, struct seep_conf_error *error)
{
	struct parser parser = { .conf = conf, .reader = { .name = name, .error = error } };
	enum seep_conf_status status;
	struct seep_conf_line line;
	bool more;

	seep_conf_defaults(conf);
	seep_conf_lines_open(&parser.reader, text, size);
	do {
		status = seep_conf_lines_next(&parser.reader, &line, &more);
		if (status == SEEP_CONF_OK && more) {
			seep_conf_lines_skip_blanks(&line);
			if (!seep_conf_lines_at_end(&line))
				status = parse_line(&parser, &line);
		}
	} while (status == SEEP_CONF_OK && more);
	memcpy(conf->lines, parser.lines, sizeof(conf->lines));
	if (status != SEEP_CONF_OK)
		seep_conf_release(conf);
	return status;
}

enum seep_conf_status seep_conf_load(struct seep_conf *conf, const char *path,
				     struct seep_conf_error *error)
{
	struct seep_conf_reader reader = { .name = path, .error = error };
	enum seep_conf_status status;
	size_t size;
	char *text = seep_conf_lines_read(path, &size);

	if (!text) {
		status = errno == ENOENT ? SEEP_CONF_MISSING : SEEP_CONF_BAD;
		seep_conf_defaults(conf);
		seep_conf_lines_fail(&reader, "", "cannot be read: %s",
				     seep_conf_lines_problem(errno));
		return status;
	}
	status = seep_conf_parse(conf, text, size, path, error);
	free(text);
	return status;
}
