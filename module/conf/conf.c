/* SPDX-License-Identifier: BSD-3-Clause */
/* seep.conf: lines to options, by the table of include/seep_options.def. */
#include "conf/conf.h"
#include "conf/conf_include.h"
#include "conf/conf_lines.h"
#include "conf/conf_option.h"

#include <errno.h>
#include <inttypes.h>
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
	struct seep_conf_including including;
};

/* Not one of the table, for it holds no value. */
static const struct seep_option include_line = { .type = &seep_option_type_path,
						 .name = "include" };

/* ---- lines ---- */

/*
 * Counts the edits (insert, delete, replace) from one name to the other, letter case aside. Both
 * are at most OPTION_NAME_MAX long.
 */
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

/* Takes one word of a value, in quotes or bare, from a line that is not at its end. */
static enum seep_conf_status take_word(const struct parser *parser,
				       const struct seep_option *option,
				       struct seep_conf_line *line, struct seep_conf_line *word)
{
	size_t at;
	char quote;

	if (line->text[0] != '"' && line->text[0] != '\'') {
		*word = seep_conf_lines_take(line, seep_conf_lines_word_length(line));
		return SEEP_CONF_OK;
	}
	quote = seep_conf_lines_take(line, 1).text[0];
	for (at = 0; at < line->length && line->text[at] != quote; at++)
		at += line->text[at] == '\\' && at + 1 < line->length;
	*word = seep_conf_lines_take(line, at);
	if (line->length == 0)
		return seep_conf_lines_fail(&parser->reader, "a quote at the end of the value",
					    "%s: no closing %c on this line", option->name, quote);
	seep_conf_lines_take(line, 1);
	return SEEP_CONF_OK;
}

/*
 * Takes the value from the rest of a line, one word or several, with nothing behind it, as a
 * string.
 */
static enum seep_conf_status take_value(const struct parser *parser,
					const struct seep_option *option,
					struct seep_conf_line *line, char *value)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];
	char shown[SEEP_CONF_SHOWN_SIZE];
	enum seep_conf_status status;
	struct seep_conf_line taken;
	size_t used = 0;

	seep_option_expected(option, expected);
	seep_conf_lines_skip_blanks(line);
	if (seep_conf_lines_at_end(line))
		return seep_conf_lines_fail(&parser->reader, expected, "%s: no value",
					    option->name);
	do {
		status = take_word(parser, option, line, &taken);
		if (status != SEEP_CONF_OK)
			return status;
		/* There was a blank or a quote behind the word before: the value is no longer. */
		if (used)
			value[used++] = ' ';
		memcpy(value + used, taken.text, taken.length);
		used += taken.length;
		seep_conf_lines_skip_blanks(line);
	} while (seep_option_takes_words(option) && !seep_conf_lines_at_end(line));
	value[used] = '\0';
	if (!seep_conf_lines_at_end(line)) {
		seep_conf_lines_show(shown, sizeof(shown), line->text, line->length);
		return seep_conf_lines_fail(&parser->reader, "one value, then the end of the line",
					    "%s: \"%s\" after the value", option->name, shown);
	}
	return SEEP_CONF_OK;
}

static bool is_word(struct seep_conf_line word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

static enum seep_conf_status parse_include(struct parser *parser, struct seep_conf_line *line);

/* Takes the rest of OPTION's line. */
static enum seep_conf_status parse_option(struct parser *parser, const struct seep_option *option,
					  struct seep_conf_line *line)
{
	char value[SEEP_CONF_LINE_MAX + 1];
	char where[SEEP_CONF_WHERE_SIZE];
	enum seep_conf_status status;
	size_t at = (size_t)(option - seep_options);

	if (parser->conf->lines[at] && !seep_option_is_list(option)) {
		seep_conf_lines_where(where, &parser->reader, parser->conf->files[at],
				      parser->conf->lines[at]);
		return seep_conf_lines_fail(&parser->reader, "it at most once",
					    "%s: already given on %s", option->name, where);
	}
	parser->conf->lines[at] = parser->reader.line;
	parser->conf->files[at] = parser->reader.included;
	status = take_value(parser, option, line, value);
	if (status != SEEP_CONF_OK)
		return status;
	status = seep_option_set(parser->conf, option, value, &parser->reader);
	if (status != SEEP_CONF_OK)
		return status;
	return seep_option_note(parser->conf, option, value, &parser->reader);
}

/* Takes a line that is not empty, from its first byte that is no blank. */
static enum seep_conf_status parse_line(struct parser *parser, struct seep_conf_line *line)
{
	char shown[SEEP_CONF_SHOWN_SIZE];
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
	if (is_word(name, include_line.name))
		return parse_include(parser, line);
	for (at = 0; at < SEEP_OPTION_COUNT && !is_word(name, seep_options[at].name); at++)
		continue;
	if (at == SEEP_OPTION_COUNT)
		return fail_unknown(parser, name);
	return parse_option(parser, &seep_options[at], line);
}

/* Takes SIZE bytes of TEXT, which READER of PARSER names. */
static enum seep_conf_status parse_text(struct parser *parser, const char *text, size_t size)
{
	enum seep_conf_status status;
	struct seep_conf_line line;
	bool more;

	seep_conf_lines_open(&parser->reader, text, size);
	do {
		status = seep_conf_lines_next(&parser->reader, &line, &more);
		if (status == SEEP_CONF_OK && more) {
			seep_conf_lines_skip_blanks(&line);
			if (!seep_conf_lines_at_end(&line))
				status = parse_line(parser, &line);
		}
	} while (status == SEEP_CONF_OK && more);
	return status;
}

/* ---- included files ---- */

/* Takes the lines of the file at PATH, which a line of READER's includes. */
static enum seep_conf_status parse_file(struct parser *parser, const char *path)
{
	const struct seep_conf_reader outer = parser->reader;
	enum seep_conf_status status;
	const char *name;
	size_t size;
	char *text;

	name = seep_conf_include_enter(&parser->including, &outer, path);
	if (!name)
		return SEEP_CONF_BAD;
	text = seep_conf_lines_read(name, &size);
	if (!text)
		return seep_conf_include_fail(&outer, path, errno);
	parser->reader.name = parser->reader.included = name;
	status = parse_text(parser, text, size);
	free(text);
	parser->reader = outer;
	seep_conf_include_leave(&parser->including);
	return status;
}

static enum seep_conf_status parse_include(struct parser *parser, struct seep_conf_line *line)
{
	char pattern[SEEP_CONF_LINE_MAX + 1], path[SEEP_CONF_INCLUDE_SIZE];
	enum seep_conf_status status;
	glob_t found;

	status = take_value(parser, &include_line, line, pattern);
	if (status == SEEP_CONF_OK)
		status = seep_conf_include_path(&parser->including, &parser->reader, pattern, path);
	if (status != SEEP_CONF_OK)
		return status;
	if (!seep_conf_include_is_pattern(pattern))
		return parse_file(parser, path);
	status = seep_conf_include_find(&parser->reader, path, &found);
	if (status != SEEP_CONF_OK)
		return status;
	for (size_t at = 0; at < found.gl_pathc && status == SEEP_CONF_OK; at++)
		status = parse_file(parser, found.gl_pathv[at]);
	globfree(&found);
	return status;
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

enum seep_conf_status seep_conf_set(struct seep_conf *conf, const struct seep_option *option,
				    const char *value, struct seep_conf_error *error)
{
	const struct seep_conf_reader reader = { .name = "", .error = error };

	conf->lines[option - seep_options] = 0;
	conf->files[option - seep_options] = NULL;
	return seep_option_set(conf, option, value, &reader);
}

void seep_conf_defaults(struct seep_conf *conf)
{
	struct seep_conf_error error;

	memset(conf, 0, sizeof(*conf));
	/* None of these can fail: unit_conf puts every default to the parser. */
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++)
		seep_conf_set(conf, &seep_options[at], seep_options[at].default_text, &error);
}

void seep_conf_release(struct seep_conf *conf)
{
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++)
		seep_option_release(conf, &seep_options[at]);
	seep_conf_include_release(conf->included);
	free(conf->domains);
	seep_conf_defaults(conf);
}

/*
 * A network holds whole users. One whose prefix is not given is as wide as a user at least; one
 * that is narrower is a mistake.
 */
static enum seep_conf_status fit_network(struct parser *parser, enum seep_option_at user,
					 enum seep_option_at network, uint64_t user_bits,
					 uint64_t *network_bits)
{
	const unsigned long *lines = parser->conf->lines;
	char expected[64];

	if (*network_bits <= user_bits)
		return SEEP_CONF_OK;
	if (!lines[network]) {
		*network_bits = user_bits;
		return SEEP_CONF_OK;
	}
	snprintf(expected, sizeof(expected), "%" PRIu64 " bits at most, as %s has", user_bits,
		 seep_options[user].name);
	if (parser->conf->files[network])
		parser->reader.name = parser->conf->files[network];
	parser->reader.line = lines[network];
	return seep_conf_lines_fail(&parser->reader, expected,
				    "%s: %" PRIu64 " bits are a part of a user",
				    seep_options[network].name, *network_bits);
}

static enum seep_conf_status fit_networks(struct parser *parser)
{
	struct seep_conf *conf = parser->conf;
	enum seep_conf_status status;

	status = fit_network(parser, SEEP_OPTION_AT_user_prefix_v4_bits,
			     SEEP_OPTION_AT_network_prefix_v4_bits, conf->user_prefix_v4_bits,
			     &conf->network_prefix_v4_bits);
	if (status != SEEP_CONF_OK)
		return status;
	return fit_network(parser, SEEP_OPTION_AT_user_prefix_v6_bits,
			   SEEP_OPTION_AT_network_prefix_v6_bits, conf->user_prefix_v6_bits,
			   &conf->network_prefix_v6_bits);
}

enum seep_conf_status seep_conf_parse(struct seep_conf *conf, const char *text, size_t size,
				      const char *name, struct seep_conf_error *error)
{
	struct parser parser = { .conf = conf, .reader = { .name = name, .error = error } };
	enum seep_conf_status status;

	seep_conf_defaults(conf);
	seep_conf_include_start(&parser.including, conf, name);
	status = parse_text(&parser, text, size);
	if (status == SEEP_CONF_OK)
		status = fit_networks(&parser);
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
