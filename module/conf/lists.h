/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lists that seep.conf names: public-suffix-list, common-list, allow-list.
 *
 * A list is taken whole or not at all. What was good is copied to beside the state file, for a file
 * may be damaged at the next start (a download that went wrong, a disk that was full), and the
 * module keeps nothing in memory over a reload. A list that cannot be used is taken from its copy;
 * without one, Seep runs without the list, or with the system's public suffixes.
 *
 * Threads: opened by one, at the start; read-only from then on.
 */
#ifndef SEEP_LISTS_H
#define SEEP_LISTS_H

#include "names/common.h"
#include "conf/conf.h"
#include "names/suffix.h"

struct seep_lists {
	struct seep_suffixes *suffixes;
	struct seep_common *common; /* NULL: none */
	unsigned kept;              /* in use as a copy of an earlier day */
	unsigned missing;           /* named, and not in use */
};

struct seep_lists_setup {
	struct seep_conf *conf;          /* the names of its allow-lists join its allow_domain */
	const char *conf_name;           /* where the lines of conf stand, for messages */
	const struct seep_hash_key *key; /* that domains are hashed by */
	const char *beside; /* the file that copies are kept beside; "": none is kept or used */
	/* Takes what is wrong, "FILE:LINE: TEXT: expected EXPECTED", and what is done about it. */
	void (*say)(void *context, const char *problem, const char *consequence);
	void *context;
};

/*
 * Reads all of them. What cannot be used is said, and counted. Returns false if there are no public
 * suffixes at all, not even the system's, or no memory. seep_lists_close belongs after either.
 */
bool seep_lists_open(struct seep_lists *lists, const struct seep_lists_setup *setup);
void seep_lists_close(struct seep_lists *lists);

#endif
