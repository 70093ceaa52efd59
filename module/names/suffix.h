/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the public suffix of a name ends, by the Public Suffix List, ICANN
 * and private sections (publicsuffix.org), through libpsl.
 *
 * The list is read-only once opened, for any number of threads.  Each thread
 * reads it through a reader of its own, which remembers what libpsl said of
 * the suffixes that come again and again: libpsl takes a microsecond a name.
 */
#ifndef SEEP_SUFFIX_H
#define SEEP_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seep_suffixes;
struct seep_suffix_reader;

/*
 * The list in TEXT[0..SIZE), as text or compiled, whatever it says: lists_read.h
 * tells whether it is the whole one.  With TEXT NULL the newer of the system's and
 * libpsl's own.  NULL if there is none.
 */
struct seep_suffixes *seep_suffix_open(const char *text, size_t size);
void seep_suffix_close(struct seep_suffixes *suffixes);

/* By which section of the list a name in text form, lower case, is a public suffix. */
enum seep_suffix_kind {
	SEEP_SUFFIX_NONE, /* by neither: it has no rule */
	SEEP_SUFFIX_ICANN,
	SEEP_SUFFIX_PRIVATE,
};

enum seep_suffix_kind seep_suffix_kind_of(const struct seep_suffixes *suffixes, const char *name);

#define SEEP_SUFFIX_READER_BYTES (256 * 1024)

/* A reader of SUFFIXES for one thread, about so many bytes; NULL without memory. */
struct seep_suffix_reader *seep_suffix_reader_open(const struct seep_suffixes *suffixes);
void seep_suffix_reader_close(struct seep_suffix_reader *reader);

/* A name's public suffix. */
struct seep_suffix {
	unsigned labels;       /* it has so many */
	unsigned icann_labels; /* and so many by the ICANN section alone; no more than LABELS */
	bool is_private;       /* of the list's private section: who runs it gives the
	                          names below it to others */
	bool is_wildcard;      /* private, and any label may stand for its leftmost one */
};

/*
 * How many of the LABELS labels of a name are its public suffix, counted from
 * the right: 1 for example.com, 2 for example.co.jp, all of them for co.jp.
 * OFFSETS holds where each label starts in the wire-form NAME, leftmost first.
 * A top-level domain that the list does not have is a suffix of the ICANN
 * section.
 */
struct seep_suffix seep_suffix_of(struct seep_suffix_reader *reader, const uint8_t *name,
				  const uint8_t *offsets, unsigned labels);

#endif
