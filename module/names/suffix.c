/* SPDX-License-Identifier: BSD-3-Clause */
/* Public suffixes of wire-form names, by a set of rules or by libpsl. */
#include "names/suffix.h"

#include <libpsl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "names/parse.h"
#include "names/suffix_set.h"

/*
 * libpsl is asked of no longer suffix than this. No rule of the list has more labels (six, in 2026;
 * a test counts them).
 */
#define RULE_LABELS 8

struct seep_suffixes {
	struct seep_suffix_set *set; /* NULL: the list inside libpsl */
};

/* What is said of one suffix. */
struct answer {
	bool is_public;   /* a top-level domain: by a rule of its own */
	bool is_icann;    /* also without the private section */
	bool is_wildcard; /* by a rule *.x of the private section */
	bool is_last;     /* no longer one is public */
};

/*
 * What libpsl said of one suffix; compared whole, so a collision of places costs time and never an
 * answer.
 */
struct memo {
	char text[60]; /* "" if unused */
	struct answer answer;
};

#define MEMO_BITS 12

struct seep_suffix_reader {
	const struct seep_suffix_set *set;
	struct memo memos[]; /* 1 << MEMO_BITS without a set, else none */
};

/* ---- opening ---- */

static struct seep_suffix_set *read_file(const char *path, const struct stat *file)
{
	size_t size = (size_t)file->st_size;
	FILE *in = S_ISREG(file->st_mode) && size ? fopen(path, "re") : NULL;
	char *text = in ? malloc(size) : NULL;
	struct seep_suffix_set *set = NULL;

	if (text && fread(text, 1, size, in) == size)
		set = seep_suffix_set_read(text, size);
	free(text);
	if (in)
		fclose(in);
	return set;
}

/* As psl_latest does it: the newest file that can be read, if it is newer than what is inside. */
static struct seep_suffix_set *read_latest(void)
{
	const char *paths[] = { psl_dist_filename(), psl_builtin_filename() };
	struct seep_suffix_set *set = NULL;
	struct stat files[2];
	bool is_newer[2];
	size_t first;

	for (size_t i = 0; i < 2; i++)
		is_newer[i] = paths[i] && *paths[i] && stat(paths[i], &files[i]) == 0 &&
			      files[i].st_mtime > psl_builtin_file_time();
	first = is_newer[1] && (!is_newer[0] || files[1].st_mtime > files[0].st_mtime);
	if (is_newer[first])
		set = read_file(paths[first], &files[first]);
	if (!set && is_newer[!first])
		set = read_file(paths[!first], &files[!first]);
	return set;
}

struct seep_suffixes *seep_suffix_open(const char *text, size_t size)
{
	struct seep_suffixes *suffixes = calloc(1, sizeof(*suffixes));

	if (!suffixes)
		return NULL;
	suffixes->set = text ? seep_suffix_set_read(text, size) : read_latest();
	if (suffixes->set)
		return suffixes;
	free(suffixes);
	return text ? NULL : seep_suffix_open_inside();
}

struct seep_suffixes *seep_suffix_open_inside(void)
{
	return psl_builtin() ? calloc(1, sizeof(struct seep_suffixes)) : NULL;
}

void seep_suffix_close(struct seep_suffixes *suffixes)
{
	if (!suffixes)
		return;
	seep_suffix_set_free(suffixes->set);
	free(suffixes);
}

size_t seep_suffix_reader_bytes(const struct seep_suffixes *suffixes)
{
	return sizeof(struct seep_suffix_reader) +
	       (suffixes->set ? 0 : sizeof(struct memo) << MEMO_BITS);
}

struct seep_suffix_reader *seep_suffix_reader_open(const struct seep_suffixes *suffixes)
{
	struct seep_suffix_reader *reader = calloc(1, seep_suffix_reader_bytes(suffixes));

	if (reader)
		reader->set = suffixes->set;
	return reader;
}

void seep_suffix_reader_close(struct seep_suffix_reader *reader)
{
	free(reader);
}

/* ---- one suffix ---- */

/* A name from its last label to the left. */
struct walk {
	uint32_t node;                   /* of the set */
	unsigned rule;                   /* there: enum seep_suffix_rule */
	char text[RULE_LABELS * 64 + 1]; /* for libpsl, from START on, with a NUL */
	size_t start;
	unsigned labels;
};

/*
 * A suffix is public by its own rule, or by a wildcard where it has none; libpsl takes the section
 * from the same one. Any label does as well if there is a wildcard, even beside a rule.
 */
static struct answer ask_set(const struct seep_suffix_set *set, struct walk *walk,
			     const uint8_t *label)
{
	unsigned above = walk->rule;
	unsigned rule = seep_suffix_set_step(set, &walk->node, label);
	bool is_own = rule & SEEP_RULE_THERE;
	bool is_public = is_own ? !(rule & SEEP_RULE_EXCEPTION) : above & SEEP_RULE_WILDCARD;
	bool is_icann = is_public && (is_own ? rule : above) & SEEP_RULE_ICANN;

	walk->rule = rule;
	return (struct answer){
		.is_public = is_public,
		.is_icann = is_icann,
		.is_wildcard = is_public && !is_icann && above & SEEP_RULE_WILDCARD,
		.is_last = !(rule & (SEEP_RULE_BELOW | SEEP_RULE_WILDCARD)),
	};
}

/*
 * One byte of a label as text. Labels may hold any byte, dots and NULs too; no rule of the list
 * does, and '_' is in none, so it stands for all of them.
 */
static char text_byte(uint8_t byte)
{
	if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-')
		return (char)byte;
	return '_';
}

/* What libpsl says of TEXT; ABOVE is what follows its first label, "" or from the dot on. */
static struct answer ask_libpsl(const char *text, const char *above)
{
	const psl_ctx_t *list = psl_builtin();
	struct answer answer = { .is_public = psl_is_public_suffix2(
					 list, text, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) };
	char sibling[RULE_LABELS * 64 + 2];

	if (!answer.is_public)
		return answer;
	answer.is_icann = psl_is_public_suffix2(list, text, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
	if (answer.is_icann || !*above)
		return answer;
	/* A label that no rule has is as good as this one only by a wildcard. */
	snprintf(sibling, sizeof(sibling), "_%s", above);
	answer.is_wildcard = psl_is_public_suffix(list, sibling);
	return answer;
}

/* The same, remembered unless it is too long. */
static struct answer recall(struct memo *memos, const char *text, size_t size, const char *above)
{
	uint32_t place = 0;
	struct memo *memo;

	if (size > sizeof(memo->text))
		return ask_libpsl(text, above);
	for (const char *c = text; *c; c++)
		place = (place ^ (uint8_t)*c) * 0x9e3779b1u;
	memo = &memos[place >> (32 - MEMO_BITS)];
	if (memcmp(memo->text, text, size) != 0) {
		memcpy(memo->text, text, size);
		memo->answer = ask_libpsl(text, above);
	}
	return memo->answer;
}

static struct answer ask_inside(struct memo *memos, struct walk *walk, const uint8_t *label)
{
	struct answer answer;
	size_t above;

	if (walk->labels++)
		walk->text[--walk->start] = '.';
	above = walk->start;
	for (size_t i = label[0]; i > 0; i--)
		walk->text[--walk->start] = text_byte(label[i]);
	answer = recall(memos, walk->text + walk->start, sizeof(walk->text) - walk->start,
			walk->text + above);
	answer.is_last = walk->labels == RULE_LABELS;
	return answer;
}

/* ---- names ---- */

/* As seep_suffix_of, for single labels too, and with the section of a top-level domain's rule. */
static struct seep_suffix look_up(struct seep_suffix_reader *reader, const uint8_t *name,
				  const uint8_t *offsets, unsigned labels)
{
	struct seep_suffix suffix = { .labels = 1, .icann_labels = 1 };
	struct answer answer = { .is_last = false };
	struct walk walk;

	walk.node = walk.rule = walk.labels = 0;
	walk.start = sizeof(walk.text) - 1;
	walk.text[walk.start] = '\0';
	/* The longest rule that matches prevails; of the ICANN section, too. */
	for (unsigned count = 1; count <= labels && !answer.is_last; count++) {
		const uint8_t *label = name + offsets[labels - count];

		answer = reader->set ? ask_set(reader->set, &walk, label)
				     : ask_inside(reader->memos, &walk, label);
		if (answer.is_icann)
			suffix.icann_labels = count;
		if (answer.is_public)
			suffix = (struct seep_suffix){ .labels = count,
						       .icann_labels = suffix.icann_labels,
						       .is_private = !answer.is_icann,
						       .is_wildcard = answer.is_wildcard,
						       .is_listed = true };
	}
	return suffix;
}

struct seep_suffix seep_suffix_of(struct seep_suffix_reader *reader, const uint8_t *name,
				  const uint8_t *offsets, unsigned labels)
{
	struct seep_suffix suffix = { .labels = 1, .icann_labels = 1 };

	if (labels > 1)
		suffix = look_up(reader, name, offsets, labels);
	if (suffix.labels == 1)
		suffix.is_private = false;
	return suffix;
}

bool seep_suffix_is_open(struct seep_suffix_reader *reader, const uint8_t *name, size_t size)
{
	/* A name below it, of a label that no list has. */
	static const uint8_t below[] = { 8, 's', 'e', 'e', 'p', '-', 'x', '-', 'x' };
	uint8_t wire[sizeof(below) + SEEP_NAME_MAX_BYTES];
	uint8_t offsets[SEEP_NAME_MAX_LABELS + 1];
	struct seep_suffix suffix;
	unsigned labels = 0;

	/* A longer one is no suffix. */
	if (sizeof(below) + size > SEEP_NAME_MAX_BYTES)
		return false;
	memcpy(wire, below, sizeof(below));
	memcpy(wire + sizeof(below), name, size);
	for (size_t at = 0; wire[at]; at += 1u + wire[at])
		offsets[labels++] = (uint8_t)at;
	suffix = seep_suffix_of(reader, wire, offsets, labels);
	return suffix.is_listed && suffix.labels + 1 >= labels;
}

enum seep_suffix_kind seep_suffix_kind_of(const struct seep_suffixes *suffixes, const char *name)
{
	struct seep_suffix_reader *reader = seep_suffix_reader_open(suffixes);
	uint8_t wire[SEEP_NAME_MAX_BYTES], offsets[SEEP_NAME_MAX_LABELS];
	struct seep_suffix suffix = { .is_listed = false };
	unsigned labels = 0;
	size_t size;

	if (reader &&
	    seep_parse_name(wire, &size, name, strlen(name), SEEP_PARSE_HOST) == SEEP_PARSE_OK) {
		for (size_t at = 0; wire[at]; at += 1u + wire[at])
			offsets[labels++] = (uint8_t)at;
		suffix = look_up(reader, wire, offsets, labels);
	}
	seep_suffix_reader_close(reader);
	if (!suffix.is_listed || suffix.labels != labels)
		return SEEP_SUFFIX_NONE;
	return suffix.is_private ? SEEP_SUFFIX_PRIVATE : SEEP_SUFFIX_ICANN;
}
