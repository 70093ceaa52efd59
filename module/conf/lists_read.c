/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lists' texts: lines to names, ranks and rules, and whether that is the list that was meant.
 */
#include "conf/lists_read.h"

#include <stdio.h>
#include <string.h>

#include "base/plural.h"

static void show(char shown[SEEP_CONF_SHOWN_SIZE], const struct seep_conf_line *bytes)
{
	seep_conf_lines_show(shown, SEEP_CONF_SHOWN_SIZE, bytes->text, bytes->length);
}

/* ---- allow-list ---- */

/* Where the names of an allow-list go. */
struct allowed {
	struct seep_subtrees *set;
	seep_lists_take *take; /* NULL: to the set alone */
	void *context;
};

static enum seep_subtree_status add_allowed(const struct allowed *allowed,
					    const struct seep_conf_reader *reader,
					    const struct seep_conf_line *name)
{
	enum seep_subtree_status status = seep_subtrees_add(allowed->set, name->text, name->length);
	uint8_t wire[SEEP_NAME_MAX_BYTES];
	size_t size;

	if (status == SEEP_SUBTREE_OK && allowed->take &&
	    seep_subtree_parse(name->text, name->length, wire, &size) == SEEP_SUBTREE_OK)
		allowed->take(allowed->context, reader, wire, size);
	return status;
}

static enum seep_conf_status read_allow(struct seep_conf_reader reader,
					const struct allowed *allowed)
{
	enum seep_subtree_status status;
	enum seep_conf_status read;
	char shown[SEEP_CONF_SHOWN_SIZE];
	struct seep_conf_line line, name;
	bool more;

	for (;;) {
		read = seep_conf_lines_next(&reader, &line, &more);
		if (read != SEEP_CONF_OK || !more)
			return read;
		seep_conf_lines_skip_blanks(&line);
		if (seep_conf_lines_at_end(&line))
			continue;
		name = seep_conf_lines_take(&line, seep_conf_lines_word_length(&line));
		seep_conf_lines_skip_blanks(&line);
		show(shown, &line);
		if (!seep_conf_lines_at_end(&line))
			return seep_conf_lines_fail(&reader, "one domain name a line",
						    "\"%s\" after the name", shown);
		status = add_allowed(allowed, &reader, &name);
		show(shown, &name);
		if (status != SEEP_SUBTREE_OK)
			return seep_conf_lines_fail(&reader, "a domain name such as example.com",
						    "\"%s\" %s", shown,
						    seep_subtree_status_text(status));
	}
}

enum seep_conf_status seep_lists_read_allow(const struct seep_conf_reader *text,
					    struct seep_subtrees **set, seep_lists_take *take,
					    void *context)
{
	const struct allowed alone = { .set = seep_subtrees_create() };
	struct allowed all = { .take = take, .context = context };
	enum seep_conf_status status;

	if (!*set)
		*set = seep_subtrees_create();
	all.set = *set;
	if (!alone.set || !*set)
		status = seep_conf_lines_fail(text, "more memory", "out of memory");
	else if (text->next == text->end)
		/* More likely a download that failed than what somebody wrote. */
		status = seep_conf_lines_fail(text, "a domain name, or a comment if there is none",
					      "the file is empty");
	else
		/* Alone first, for no name is taken from a list that has a mistake further on. */
		status = read_allow(*text, &alone);
	seep_subtrees_destroy(alone.set);
	return status == SEEP_CONF_OK ? read_allow(*text, &all) : status;
}

/* ---- common-list ---- */

static enum seep_conf_status add_common(const struct seep_conf_reader *reader,
					const struct seep_conf_line *line,
					const struct seep_hash_key *key,
					struct seep_suffix_reader *suffixes,
					struct seep_common *common)
{
	char text[SEEP_CONF_LINE_MAX + 1];
	char shown[SEEP_CONF_SHOWN_SIZE];
	const char *expected;

	memcpy(text, line->text, line->length);
	text[line->length] = '\0';
	expected = seep_common_add(common, text, key, suffixes);
	if (!expected)
		return SEEP_CONF_OK;
	show(shown, line);
	return seep_conf_lines_fail(reader, expected, "\"%s\"", shown);
}

enum seep_conf_status seep_lists_read_common(const struct seep_conf_reader *text,
					     const struct seep_hash_key *key,
					     struct seep_suffix_reader *suffixes,
					     struct seep_common **common)
{
	struct seep_conf_reader reader = *text;
	enum seep_conf_status status = SEEP_CONF_OK;
	struct seep_conf_line line;
	bool more = true;

	*common = seep_common_create();
	if (!*common)
		return seep_conf_lines_fail(text, "more memory", "out of memory");
	while (status == SEEP_CONF_OK && more) {
		status = seep_conf_lines_next(&reader, &line, &more);
		if (status == SEEP_CONF_OK && more && line.length && line.text[0] != '#')
			status = add_common(&reader, &line, key, suffixes, *common);
	}
	if (status == SEEP_CONF_OK && !seep_common_domains(*common))
		status = seep_conf_lines_fail(text, "at least one line of a rank and a name",
					      "no domain in it");
	if (status != SEEP_CONF_OK) {
		seep_common_close(*common);
		*common = NULL;
	}
	return status;
}

/* ---- public-suffix-list ---- */

/* What a compiled list begins with. */
#define DAFSA_MAGIC ".DAFSA@PSL_"

/* The marks of the sections, in their order; rules stand where the next mark is an END. */
static const char *const marks[] = { "===BEGIN ICANN DOMAINS===", "===END ICANN DOMAINS===",
				     "===BEGIN PRIVATE DOMAINS===", "===END PRIVATE DOMAINS===" };
enum { MARK_COUNT = sizeof(marks) / sizeof(marks[0]) };

/*
 * Rules of each kind from all over the list that no version of the last ten years has lacked, and
 * names that no rule is for.
 */
static const struct {
	const char *name;
	enum seep_suffix_kind kind;
} known[] = {
	{ "com", SEEP_SUFFIX_ICANN },
	{ "org", SEEP_SUFFIX_ICANN },
	{ "co.uk", SEEP_SUFFIX_ICANN },
	{ "com.au", SEEP_SUFFIX_ICANN },
	{ "co.jp", SEEP_SUFFIX_ICANN },
	{ "com.br", SEEP_SUFFIX_ICANN },
	{ "any.ck", SEEP_SUFFIX_ICANN },
	{ "any.kawasaki.jp", SEEP_SUFFIX_ICANN },
	{ "github.io", SEEP_SUFFIX_PRIVATE },
	{ "herokuapp.com", SEEP_SUFFIX_PRIVATE },
	{ "azurewebsites.net", SEEP_SUFFIX_PRIVATE },
	{ "www.ck", SEEP_SUFFIX_NONE },
	{ "example.com", SEEP_SUFFIX_NONE },
	{ "city.kawasaki.jp", SEEP_SUFFIX_NONE },
};

static const char *kind_text(enum seep_suffix_kind kind)
{
	switch (kind) {
	case SEEP_SUFFIX_ICANN:
		return "a rule of the ICANN section";
	case SEEP_SUFFIX_PRIVATE:
		return "a rule of the private section";
	case SEEP_SUFFIX_NONE:
		break;
	}
	return "no rule";
}

static enum seep_conf_status check_known(const struct seep_conf_reader *text,
					 const struct seep_suffixes *suffixes)
{
	for (size_t at = 0; at < sizeof(known) / sizeof(known[0]); at++) {
		char expected[112];

		if (seep_suffix_kind_of(suffixes, known[at].name) == known[at].kind)
			continue;
		snprintf(expected, sizeof(expected),
			 "the whole Public Suffix List, by which it has %s",
			 kind_text(known[at].kind));
		return seep_conf_lines_fail(
			text, expected, "%s has %s", known[at].name,
			kind_text(seep_suffix_kind_of(suffixes, known[at].name)));
	}
	return SEEP_CONF_OK;
}

/*
 * Whether the first word of a line is a rule: labels, the first one of which may be "*", perhaps
 * after a "!".
 */
static bool is_rule(struct seep_conf_line rule)
{
	size_t label = 0;

	if (rule.length && rule.text[0] == '!')
		seep_conf_lines_take(&rule, 1);
	for (size_t at = 0; at < rule.length; at++) {
		unsigned char c = (unsigned char)rule.text[at];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				 (c >= '0' && c <= '9') || c == '-' || c >= 0x80;

		if (c == '.' && !label)
			return false;
		if (c == '.')
			label = 0;
		else if (is_letter || (c == '*' && !label &&
				       (at + 1 == rule.length || rule.text[at + 1] == '.')))
			label++;
		else
			return false;
	}
	return label > 0;
}

/* Takes the marks and rules of one line; *NEXT is the mark that comes next. */
static enum seep_conf_status take_rule(const struct seep_conf_reader *reader,
				       struct seep_conf_line line, size_t *next, size_t *rules)
{
	char shown[SEEP_CONF_SHOWN_SIZE];

	seep_conf_lines_skip_blanks(&line);
	show(shown, &line);
	if (line.length >= 2 && memcmp(line.text, "//", 2) == 0) {
		for (size_t at = 0; at < MARK_COUNT; at++) {
			if (!memmem(line.text, line.length, marks[at], strlen(marks[at])))
				continue;
			if (at != *next)
				return seep_conf_lines_fail(
					reader, *next < MARK_COUNT ? marks[*next] : "nothing more",
					"\"%s\"", shown);
			++*next;
			break;
		}
		return SEEP_CONF_OK;
	}
	if (!line.length)
		return SEEP_CONF_OK;
	for (size_t at = 0; at < line.length; at++) {
		if (seep_conf_lines_is_blank(line.text[at]))
			line.length = at; /* what follows a blank is a comment */
	}
	if (!is_rule(line))
		return seep_conf_lines_fail(reader,
					    "a rule of the Public Suffix List such as co.uk, or a "
					    "comment after \"//\"",
					    "\"%s\"", shown);
	if (*next % 2 == 0)
		return seep_conf_lines_fail(
			reader, *next < MARK_COUNT ? marks[*next] : "no rule behind both sections",
			"\"%s\" stands in no section", shown);
	++*rules;
	return SEEP_CONF_OK;
}

static enum seep_conf_status check_rules(const struct seep_conf_reader *text)
{
	struct seep_conf_reader reader = *text;
	enum seep_conf_status status = SEEP_CONF_OK;
	struct seep_conf_line line;
	size_t next = 0, rules = 0;
	bool more = true;

	while (status == SEEP_CONF_OK && more) {
		status = seep_conf_lines_next(&reader, &line, &more);
		if (status == SEEP_CONF_OK && more)
			status = take_rule(&reader, line, &next, &rules);
	}
	if (status != SEEP_CONF_OK)
		return status;
	if (next < MARK_COUNT)
		return seep_conf_lines_fail(&reader, marks[next], "the file ends here");
	if (rules < SEEP_LISTS_RULES_LEAST) {
		char expected[64];

		snprintf(expected, sizeof(expected), "the whole list, of at least %d rules",
			 SEEP_LISTS_RULES_LEAST);
		return seep_conf_lines_fail(text, expected, "only %zu %s in it", rules,
					    seep_plural(rules, "rule", "rules"));
	}
	return SEEP_CONF_OK;
}

enum seep_conf_status seep_lists_read_suffixes(const struct seep_conf_reader *text,
					       struct seep_suffixes **suffixes)
{
	size_t size = (size_t)(text->end - text->next);
	enum seep_conf_status status = SEEP_CONF_OK;

	*suffixes = NULL;
	if (size < strlen(DAFSA_MAGIC) || memcmp(text->next, DAFSA_MAGIC, strlen(DAFSA_MAGIC)) != 0)
		status = check_rules(text);
	if (status != SEEP_CONF_OK)
		return status;
	*suffixes = seep_suffix_open(text->next, size);
	if (!*suffixes)
		return seep_conf_lines_fail(text, "the Public Suffix List, as text or compiled",
					    "it cannot be read");
	status = check_known(text, *suffixes);
	if (status != SEEP_CONF_OK) {
		seep_suffix_close(*suffixes);
		*suffixes = NULL;
	}
	return status;
}
