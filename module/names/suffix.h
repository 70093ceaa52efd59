/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the public suffix of a name ends, by the Public Suffix List, ICANN and private sections
 * (publicsuffix.org).
 *
 * libpsl says which list of the system's is the newest. A list in a file, as text or compiled, is
 * read into a set of its rules (suffix_set.h), once. The list inside libpsl cannot be read; libpsl
 * is asked on a name's path, which takes a microsecond a name, and each thread remembers what it
 * said of the suffixes that come again and again.
 *
 * The list is read-only once opened, for any number of threads. Each thread reads it through a
 * reader of its own.
 */
#ifndef SEEP_SUFFIX_H
#define SEEP_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seep_suffixes;
struct seep_suffix_reader;

/*
 * Opens the list in SIZE bytes of TEXT, as text or compiled, whatever it says: lists_read.h tells
 * whether it is the whole one. With TEXT NULL it is the newer of the system's and libpsl's own.
 * Returns NULL if there is none, or one that is damaged or without rules.
 */
struct seep_suffixes *seep_suffix_open(const char *text, size_t size);

/* Opens the list inside libpsl, however old; NULL if there is none. */
struct seep_suffixes *seep_suffix_open_inside(void);

/* Frees SUFFIXES. NULL is ignored. */
void seep_suffix_close(struct seep_suffixes *suffixes);

/* By which section of the list a name is a public suffix. */
enum seep_suffix_kind {
	SEEP_SUFFIX_NONE, /* by neither: it has no rule */
	SEEP_SUFFIX_ICANN,
	SEEP_SUFFIX_PRIVATE,
};

/* Returns what NAME is, in text form and lower case. */
enum seep_suffix_kind seep_suffix_kind_of(const struct seep_suffixes *suffixes, const char *name);

/* Returns a reader of SUFFIXES for one thread, or NULL without memory. */
struct seep_suffix_reader *seep_suffix_reader_open(const struct seep_suffixes *suffixes);

/* Frees READER. NULL is ignored. */
void seep_suffix_reader_close(struct seep_suffix_reader *reader);

/* How many bytes a reader of SUFFIXES takes: a few, or 256 KiB for the list inside libpsl. */
size_t seep_suffix_reader_bytes(const struct seep_suffixes *suffixes);

/* A name's public suffix. */
struct seep_suffix {
	unsigned labels;
	unsigned icann_labels; /* by the ICANN section alone; no more than LABELS */
	/* Of the list's private section: who runs it gives the names below it to others. */
	bool is_private;
	bool is_wildcard; /* private, and any label may stand for its leftmost one */
	/*
	 * A rule of the list says so. Without one the last label is the suffix, as in printer.lan.
	 * It is not looked for where a name has but one label.
	 */
	bool is_listed;
};

/*
 * Returns how many of the LABELS labels of NAME are its public suffix, counted from the right: 1
 * for example.com, 2 for example.co.jp, all of them for co.jp. OFFSETS holds where each label
 * starts in the wire-form NAME, the leftmost first. A top-level domain that the list does not have
 * is a suffix of the ICANN section.
 */
struct seep_suffix seep_suffix_of(struct seep_suffix_reader *reader, const uint8_t *name,
				  const uint8_t *offsets, unsigned labels);

/*
 * Returns whether whoever likes may get a name right below NAME, in wire form and lower case, with
 * the root's zero: a rule of the list says so, which NAME is (com, co.uk), or which is for all
 * below it (ck, for *.ck). False for a top-level domain that the list does not have.
 */
bool seep_suffix_is_open(struct seep_suffix_reader *reader, const uint8_t *name, size_t size);

#endif
