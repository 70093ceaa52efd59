/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the public suffix of a name ends, by the Public Suffix List, ICANN
 * and private sections (publicsuffix.org), through libpsl.
 *
 * Read-only once opened; any number of threads.
 */
#ifndef SEEP_SUFFIX_H
#define SEEP_SUFFIX_H

#include <stddef.h>
#include <stdint.h>

struct seep_suffixes;

/*
 * The list in the file PATH, or with an empty PATH the newer of the system's
 * and libpsl's own; NULL if there is none.
 */
struct seep_suffixes *seep_suffix_open(const char *path);
void seep_suffix_close(struct seep_suffixes *suffixes);

/*
 * How many of the LABELS labels of a name are its public suffix, counted from
 * the right: 1 for example.com, 2 for example.co.jp, all of them for co.jp.
 * OFFSETS holds where each label starts in the wire-form NAME, leftmost first.
 */
unsigned seep_suffix_labels(const struct seep_suffixes *suffixes, const uint8_t *name,
			    const uint8_t *offsets, unsigned labels);

#endif
