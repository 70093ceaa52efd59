/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines that open a public suffix: a domain below which whoever likes can have names, such as com,
 * co.uk or github.io, and that is not metered, or never refused. They are taken, for somebody wrote
 * them, and warned of, for few mean them.
 *
 * Threads: as setup and reader have it, one at a time.
 */
#ifndef SEEP_OPENINGS_H
#define SEEP_OPENINGS_H

#include "conf/lists.h"

/* So many are told of each file; the rest are counted. */
#define SEEP_OPENINGS_TOLD 10

/* A domain that a line opens. */
struct seep_opening {
	const char *file;
	unsigned long line;
	const char *option;
	const uint8_t *wire; /* its name, lower-cased, with the root's zero */
	size_t size;
	const char *effect; /* what is so of all below it, such as "not metered" */
};

/* Warns of OPENING, by the setup's warn, if it is of a public suffix. Returns whether it is. */
bool seep_openings_tell(const struct seep_lists_setup *setup, const struct seep_opening *opening,
			struct seep_suffix_reader *suffixes);

/* Says that MORE lines of FILE, for OPTION, are public suffixes, too. */
void seep_openings_tell_more(const struct seep_lists_setup *setup, const char *file,
			     const char *option, size_t more);

/* The same of all lines of the setup's conf: allow-domain, vital, and domain-policy with ignore. */
void seep_openings_tell_conf(const struct seep_lists_setup *setup,
			     struct seep_suffix_reader *suffixes);

#endif
