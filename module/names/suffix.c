/* SPDX-License-Identifier: BSD-3-Clause */
/* Public suffixes of wire-form names, by libpsl. */
#include "names/suffix.h"

#include <libpsl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seep_observation.h"

/*
 * No rule of the list has more labels than this (six, in 2026; a test counts them), so no longer
 * suffix can be a public one.
 */
#define RULE_LABELS 8

struct seep_suffixes {
	psl_ctx_t *list;
};

/*
 * What libpsl said of one suffix; compared whole, so a collision of places costs time and never an
 * answer.
 */
struct memo {
	char text[61];    /* "" if unused */
	bool is_public;   /* a top-level domain: by a rule of its own */
	bool is_icann;    /* also without the private section */
	bool is_wildcard; /* by a rule *.x of the private section */
};

#define MEMO_BITS 12

struct seep_suffix_reader {
	const psl_ctx_t *list;
	struct memo memos[1 << MEMO_BITS];
};

static psl_ctx_t *load(const char *text, size_t size)
{
	FILE *file = size ? fmemopen((void *)(uintptr_t)text, size, "r") : NULL; /* only read */
	psl_ctx_t *list = file ? psl_load_fp(file) : NULL;

	if (file)
		fclose(file);
	return list;
}

struct seep_suffixes *seep_suffix_open(const char *text, size_t size)
{
	struct seep_suffixes *suffixes = calloc(1, sizeof(*suffixes));

	if (!suffixes)
		return NULL;
	suffixes->list = text ? load(text, size) : psl_latest(NULL);
	if (!suffixes->list || !psl_suffix_count(suffixes->list)) {
		seep_suffix_close(suffixes);
		return NULL;
	}
	return suffixes;
}

void seep_suffix_close(struct seep_suffixes *suffixes)
{
	if (!suffixes)
		return;
	psl_free(suffixes->list); /* leaves the built-in list alone */
	free(suffixes);
}

enum seep_suffix_kind seep_suffix_kind_of(const struct seep_suffixes *suffixes, const char *name)
{
	if (psl_is_public_suffix2(suffixes->list, name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
		return SEEP_SUFFIX_ICANN;
	if (psl_is_public_suffix2(suffixes->list, name, PSL_TYPE_PRIVATE | PSL_TYPE_NO_STAR_RULE))
		return SEEP_SUFFIX_PRIVATE;
	return SEEP_SUFFIX_NONE;
}

struct seep_suffix_reader *seep_suffix_reader_open(const struct seep_suffixes *suffixes)
{
	struct seep_suffix_reader *reader = calloc(1, sizeof(*reader));

	if (reader)
		reader->list = suffixes->list;
	return reader;
}

void seep_suffix_reader_close(struct seep_suffix_reader *reader)
{
	free(reader);
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

static void ask_list(struct memo *memo, const psl_ctx_t *list, const char *text)
{
	char sibling[RULE_LABELS * 64 + 1] = "_";

	/* The star rule, which makes a suffix of any top-level domain, is seep_suffix_of's. */
	memo->is_public = psl_is_public_suffix2(list, text, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
	memo->is_icann = memo->is_public && psl_is_public_suffix2(list, text, PSL_TYPE_ICANN);
	memo->is_wildcard = false;
	if (!memo->is_public || memo->is_icann)
		return;
	/* A label that no rule has is as good as this one only by a wildcard. */
	if (!strchr(text, '.'))
		return;
	strcpy(sibling + 1, strchr(text, '.'));
	memo->is_wildcard = psl_is_public_suffix(list, sibling);
}

/*
 * What is known of the suffix TEXT, of SIZE bytes with its NUL; in OWN if it is too long to be
 * remembered.
 */
static struct memo *look_up(struct seep_suffix_reader *reader, struct memo *own, const char *text,
			    size_t size)
{
	uint32_t place = 0;
	struct memo *memo = own;

	if (size > sizeof(memo->text)) {
		ask_list(memo, reader->list, text);
		return memo;
	}
	for (const char *c = text; *c; c++)
		place = (place ^ (uint8_t)*c) * 0x9e3779b1u;
	memo = &reader->memos[place >> (32 - MEMO_BITS)];
	if (memcmp(memo->text, text, size) != 0) {
		memcpy(memo->text, text, size);
		ask_list(memo, reader->list, text);
	}
	return memo;
}

struct seep_suffix seep_suffix_of(struct seep_suffix_reader *reader, const uint8_t *name,
				  const uint8_t *offsets, unsigned labels)
{
	struct seep_suffix suffix = { .labels = 0 };
	char text[RULE_LABELS * 64];
	size_t starts[RULE_LABELS];
	size_t size = 0;
	unsigned count = labels < RULE_LABELS ? labels : RULE_LABELS;

	/* A top-level domain always is one; gcc 12 has to be told that there is text below. */
	if (count < 2)
		return (struct seep_suffix){ .labels = 1, .icann_labels = 1 };
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *label = name + offsets[labels - count + i];

		starts[i] = size;
		for (unsigned j = 1; j <= label[0]; j++)
			text[size++] = text_byte(label[j]);
		text[size++] = '.';
	}
	text[size - 1] = '\0';
	/* The longest rule that matches prevails; of the ICANN section, too. */
	for (unsigned i = 0; i + 1 < count; i++) {
		struct memo own;
		const struct memo *memo = look_up(reader, &own, text + starts[i], size - starts[i]);

		if (memo->is_public && !suffix.labels)
			suffix = (struct seep_suffix){ .labels = count - i,
						       .is_listed = true,
						       .is_private = !memo->is_icann,
						       .is_wildcard = memo->is_wildcard };
		if (memo->is_icann) {
			suffix.icann_labels = count - i;
			return suffix;
		}
	}
	suffix.icann_labels = 1;
	if (!suffix.labels) {
		struct memo own;
		size_t last = starts[count - 1];

		suffix.labels = 1;
		suffix.is_listed = look_up(reader, &own, text + last, size - last)->is_public;
	}
	return suffix;
}
