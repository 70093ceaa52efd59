/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the text of a list has to be: an allow-list, a common-list, a Public Suffix List. Each is
 * read by its lines, and taken whole or not at all.
 *
 * The reader is opened on the text (conf_lines.h). Unless OK is returned its error says the file,
 * the line where there is one, what is wrong and what was expected.
 * Threads: nothing is shared.
 */
#ifndef SEEP_LISTS_READ_H
#define SEEP_LISTS_READ_H

#include "names/common.h"
#include "conf/conf_lines.h"
#include "names/subtree.h"
#include "names/suffix.h"

/*
 * A list of public suffixes with fewer rules than this is not the whole one: there were 7,800 in
 * 2015, 10,200 in 2026.
 */
#define SEEP_LISTS_RULES_LEAST 5000

/*
 * Takes a domain of an allow-list that has no mistake, in wire form, from where READER is.
 */
typedef void seep_lists_take(void *context, const struct seep_conf_reader *reader,
			     const uint8_t *wire, size_t size);

/*
 * Reads lines of a domain name each and "#" comments, at least one of either. The names join SET,
 * which is made if there is none, and go to TAKE with CONTEXT, unless that is NULL.
 */
enum seep_conf_status seep_lists_read_allow(const struct seep_conf_reader *text,
					    struct seep_subtrees **set, seep_lists_take *take,
					    void *context);

/* Reads lines of a rank and a name each, at least one, and "#" comments, into a new list. */
enum seep_conf_status seep_lists_read_common(const struct seep_conf_reader *text,
					     const struct seep_hash_key *key,
					     struct seep_suffix_reader *suffixes,
					     struct seep_common **common);

/*
 * Reads the Public Suffix List, as text or compiled (DAFSA), if it plausibly is all of it. In text,
 * every line is a rule or a comment, both sections begin and end, and there are enough rules. In
 * either form the rules are there that have been for many years.
 */
enum seep_conf_status seep_lists_read_suffixes(const struct seep_conf_reader *text,
					       struct seep_suffixes **suffixes);

#endif
