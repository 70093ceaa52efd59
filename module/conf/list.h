/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One list that seep.conf names: its file, what was read of it last, and the copy beside the state
 * file. lists.h has all of them together.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_LIST_H
#define SEEP_LIST_H

#include "base/list_copy.h"
#include "conf/lists.h"
#include "names/subtree.h"

#include <sys/stat.h>

enum seep_list_kind {
	SEEP_LIST_SUFFIXES, /* its contents are a struct seep_suffixes */
	SEEP_LIST_COMMON,   /* a struct seep_common */
	SEEP_LIST_ALLOW,    /* a struct seep_subtrees */
	SEEP_LIST_KINDS
};

/* By what it is seen that a file has changed. */
struct seep_list_sign {
	bool is_there;
	dev_t device;
	ino_t inode;
	off_t size_bytes;
	struct timespec modified;
};

struct seep_list {
	enum seep_list_kind kind;
	const char *path;             /* of seep.conf's options, borrowed */
	const char *file;             /* that has the line, if seep.conf includes it; or NULL */
	unsigned long line;           /* of seep.conf or of FILE; 0: of neither */
	bool is_due;                  /* it is to be read in this renewal */
	bool is_good;                 /* its file is, as it was read last */
	void *contents;               /* in use; NULL: none */
	time_t of;                    /* when what they were read from was written */
	struct seep_list_sign read;   /* the file when it was read last */
	struct seep_list_sign polled; /* and when it was looked at last */
};

/* Holds what is done about a file, for seep_lists_setup's say. */
#define SEEP_LIST_CONSEQUENCE_SIZE (SEEP_LIST_COPY_NAME_SIZE + 160)

/* The option that names lists of KIND. */
const char *seep_list_option(enum seep_list_kind kind);

/*
 * Reads the file into new contents, and notes its sign. What was in use before is left to the
 * caller. What is not good is said, and leaves the contents as they are, or, without any, those of
 * the copy. SUFFIXES is for all but public suffixes.
 */
void seep_list_read(struct seep_list *list, const struct seep_lists_setup *setup,
		    struct seep_suffix_reader *suffixes);

/* The same of a list that has been read, under other suffixes: nothing is said or noted. */
void seep_list_read_again(struct seep_list *list, const struct seep_lists_setup *setup,
			  struct seep_suffix_reader *suffixes);

/*
 * Whether the file has changed since it was read, and not between the last two calls: what is being
 * written is left alone.
 */
bool seep_list_is_due(struct seep_list *list);

/* Says that the file is in force as it was read now. */
void seep_list_note(const struct seep_list *list, const struct seep_lists_setup *setup);

/* Frees CONTENTS of a list of KIND. NULL is ignored. */
void seep_list_close(enum seep_list_kind kind, void *contents);

#endif
