/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lists that seep.conf names: public-suffix-list, common-list, allow-list.
 *
 * A list is taken whole or not at all. What was good is copied to beside the state file, for a file
 * may be damaged at the next start (a download that went wrong, a disk that was full), and the
 * module keeps nothing in memory over a reload. A list that cannot be used is taken from its copy;
 * without one, Seep runs without the list, or with the system's public suffixes.
 *
 *     open -> is_due? -> renew -> the users of the lists go over to NEXT -> replace -> ... -> close
 *                                 or they cannot                         -> discard
 *
 * Between renew and replace both are whole: NEXT shares with LISTS what did not change.
 *
 * Threads: opened and renewed by one at a time; what it points to is read-only, for any number.
 */
#ifndef SEEP_LISTS_H
#define SEEP_LISTS_H

#include "names/common.h"
#include "conf/conf.h"
#include "names/suffix.h"

struct seep_lists {
	const struct seep_suffixes *suffixes;
	const struct seep_common *common;    /* NULL: none */
	const struct seep_subtrees *allowed; /* seep.conf's allow_domain, and all allow-lists */
	unsigned kept;                       /* in use as of an earlier day */
	unsigned missing;                    /* named, and not in use */
	/* What the above are made of, for lists.c. */
	struct seep_list *each; /* of list.h, one for each file */
	size_t count;
	struct seep_suffixes *system;  /* where no file has suffixes */
	struct seep_subtrees *domains; /* what is allowed */
};

struct seep_lists_setup {
	const struct seep_conf *conf;    /* borrowed for the lists' life */
	const char *conf_name;           /* where the lines of conf stand, for messages */
	const struct seep_hash_key *key; /* that domains are hashed by */
	const char *beside; /* the file that copies are kept beside; "": none is kept or used */
	/* Takes what is wrong, "FILE:LINE: TEXT: expected EXPECTED", and what is done about it. */
	void (*say)(void *context, const char *problem, const char *consequence);
	/*
	 * Takes what is taken and perhaps not meant, a public suffix that is allowed: "FILE:LINE",
	 * and a text. NULL: not told.
	 */
	void (*warn)(void *context, const char *place, const char *text);
	/* Takes that a list has changed and is in force. NULL: not told. */
	void (*note)(void *context, const char *text);
	void *context;
};

/*
 * Reads all of them, and warns of what conf and they open. What cannot be used is said, and
 * counted. Returns false if there are no public suffixes at all, not even the system's, or no
 * memory. seep_lists_close belongs after either.
 */
bool seep_lists_open(struct seep_lists *lists, const struct seep_lists_setup *setup);
void seep_lists_close(struct seep_lists *lists);

/*
 * Looks at every file, and returns whether one has changed since it was read, and not since the
 * last call: a file that is being written is not read.
 */
bool seep_lists_are_due(struct seep_lists *lists);

/*
 * Makes NEXT of LISTS, and reads the files into it that are due. A file that cannot be used is
 * said, and what was in use of it stays. Returns false without memory: LISTS then stays, and the
 * files count as read.
 */
bool seep_lists_renew(struct seep_lists *lists, const struct seep_lists_setup *setup,
		      struct seep_lists *next);

/*
 * Ends the renewal: LISTS becomes NEXT, what NEXT has not is freed, and what was read is noted. Or
 * LISTS stays, its files count as read, and NEXT goes.
 */
void seep_lists_replace(struct seep_lists *lists, struct seep_lists *next,
			const struct seep_lists_setup *setup);
void seep_lists_discard(struct seep_lists *lists, struct seep_lists *next);

#endif
