/* SPDX-License-Identifier: BSD-3-Clause */
/* All lists of seep.conf: opened at a start, renewed one file at a time, and replaced whole. */
#include "conf/lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/list_copy.h"
#include "conf/list.h"
#include "conf/openings.h"

/* ---- what they are together ---- */

static void *contents_of(const struct seep_lists *lists, enum seep_list_kind kind)
{
	for (size_t at = 0; at < lists->count; at++) {
		if (lists->each[at].kind == kind)
			return lists->each[at].contents;
	}
	return NULL;
}

/* Joins what is allowed by all lists and by seep.conf. */
static bool join_allowed(struct seep_lists *lists, const struct seep_conf *conf)
{
	bool joined;

	lists->domains = seep_subtrees_create();
	joined = lists->domains && seep_subtrees_join(lists->domains, conf->allow_domain);
	for (size_t at = 0; joined && at < lists->count; at++) {
		if (lists->each[at].kind == SEEP_LIST_ALLOW)
			joined = seep_subtrees_join(lists->domains, lists->each[at].contents);
	}
	return joined;
}

static void count_bad(struct seep_lists *lists)
{
	lists->kept = lists->missing = 0;
	for (size_t at = 0; at < lists->count; at++) {
		if (lists->each[at].is_good)
			continue;
		if (lists->each[at].contents)
			lists->kept++;
		else
			lists->missing++;
	}
}

/* Finds the suffixes, in a file or the system's. */
static bool settle_suffixes(struct seep_lists *lists)
{
	lists->suffixes = contents_of(lists, SEEP_LIST_SUFFIXES);
	if (lists->suffixes)
		return true;
	if (!lists->system)
		lists->system = seep_suffix_open(NULL, 0);
	lists->suffixes = lists->system;
	return lists->system != NULL;
}

/* Makes the rest of what is read from the lists. */
static bool settle(struct seep_lists *lists, const struct seep_conf *conf, bool join)
{
	lists->common = contents_of(lists, SEEP_LIST_COMMON);
	if (join && !join_allowed(lists, conf))
		return false;
	lists->allowed = lists->domains;
	count_bad(lists);
	return true;
}

/* ---- a start ---- */

static void name_list(struct seep_lists *lists, const struct seep_lists_setup *setup,
		      enum seep_list_kind kind, const char *path)
{
	const struct seep_option *option = seep_option_find(seep_list_option(kind));

	if (path[0])
		lists->each[lists->count++] =
			(struct seep_list){ .kind = kind,
					    .path = path,
					    .file = setup->conf->files[option - seep_options],
					    .line = setup->conf->lines[option - seep_options] };
}

/* Notes which files there are; the suffixes come first, for a common-list is read by them. */
static bool name_lists(struct seep_lists *lists, const struct seep_lists_setup *setup)
{
	const struct seep_conf_files *allow = setup->conf->allow_lists;
	size_t most = 2 + (allow ? allow->count : 0);

	lists->each = calloc(most, sizeof(*lists->each));
	if (!lists->each)
		return false;
	name_list(lists, setup, SEEP_LIST_SUFFIXES, setup->conf->public_suffix_list);
	name_list(lists, setup, SEEP_LIST_COMMON, setup->conf->common_list);
	for (size_t at = 0; allow && at < allow->count; at++) {
		name_list(lists, setup, SEEP_LIST_ALLOW, allow->files[at].path);
		if (!allow->files[at].path[0])
			continue;
		lists->each[lists->count - 1].file = allow->files[at].file;
		lists->each[lists->count - 1].line = allow->files[at].line;
	}
	return true;
}

/* The copies that are kept, for the sweep. */
struct wanted {
	const struct seep_lists *lists;
	const char *beside;
};

/* Whether NAME is the copy of a list that seep.conf names. */
static bool is_wanted(const void *context, const char *name)
{
	const struct wanted *wanted = context;
	char copy[SEEP_LIST_COPY_NAME_SIZE];

	for (size_t at = 0; at < wanted->lists->count; at++) {
		const struct seep_list *list = &wanted->lists->each[at];

		seep_list_copy_name(copy, wanted->beside, seep_list_option(list->kind), list->path);
		if (strcmp(copy, name) == 0)
			return true;
	}
	return false;
}

static void sweep_copies(const struct seep_lists *lists, const char *beside)
{
	const struct wanted wanted = { lists, beside };

	for (unsigned kind = 0; beside[0] && kind < SEEP_LIST_KINDS; kind++)
		seep_list_copy_sweep(beside, seep_list_option(kind), is_wanted, &wanted);
}

bool seep_lists_open(struct seep_lists *lists, const struct seep_lists_setup *setup)
{
	struct seep_suffix_reader *suffixes;
	size_t at = 0;

	*lists = (struct seep_lists){ .suffixes = NULL };
	if (!name_lists(lists, setup))
		return false;
	if (lists->count && lists->each[0].kind == SEEP_LIST_SUFFIXES)
		seep_list_read(&lists->each[at++], setup, NULL);
	suffixes = settle_suffixes(lists) ? seep_suffix_reader_open(lists->suffixes) : NULL;
	if (!suffixes)
		return false;
	seep_openings_tell_conf(setup, suffixes);
	for (; at < lists->count; at++)
		seep_list_read(&lists->each[at], setup, suffixes);
	seep_suffix_reader_close(suffixes);
	if (!settle(lists, setup->conf, true))
		return false;
	sweep_copies(lists, setup->beside);
	return true;
}

void seep_lists_close(struct seep_lists *lists)
{
	for (size_t at = 0; at < lists->count; at++)
		seep_list_close(lists->each[at].kind, lists->each[at].contents);
	free(lists->each);
	seep_suffix_close(lists->system);
	seep_subtrees_destroy(lists->domains);
	*lists = (struct seep_lists){ .suffixes = NULL };
}

/* ---- a change ---- */

bool seep_lists_are_due(struct seep_lists *lists)
{
	bool are_due = false;

	for (size_t at = 0; at < lists->count; at++) {
		struct seep_list *list = &lists->each[at];

		list->is_due = seep_list_is_due(list);
		are_due |= list->is_due;
	}
	return are_due;
}

/* Reads what is due of the lists of NEXT that are suffixes, or that are none. */
static void read_due(struct seep_lists *next, const struct seep_lists_setup *setup,
		     struct seep_suffix_reader *suffixes, bool are_suffixes)
{
	for (size_t at = 0; at < next->count; at++) {
		struct seep_list *list = &next->each[at];

		if (list->is_due && (list->kind == SEEP_LIST_SUFFIXES) == are_suffixes)
			seep_list_read(list, setup, suffixes);
	}
}

/* A common-list counts domains by the suffixes that there were when it was read. */
static void read_common_again(struct seep_lists *next, const struct seep_lists_setup *setup,
			      struct seep_suffix_reader *suffixes)
{
	for (size_t at = 0; at < next->count; at++) {
		if (next->each[at].kind == SEEP_LIST_COMMON && !next->each[at].is_due)
			seep_list_read_again(&next->each[at], setup, suffixes);
	}
}

static bool is_allow_due(const struct seep_lists *lists)
{
	for (size_t at = 0; at < lists->count; at++) {
		if (lists->each[at].is_due && lists->each[at].kind == SEEP_LIST_ALLOW)
			return true;
	}
	return false;
}

static bool read_next(struct seep_lists *lists, const struct seep_lists_setup *setup,
		      struct seep_lists *next)
{
	struct seep_suffix_reader *suffixes;

	next->each = malloc(lists->count * sizeof(*next->each));
	if (!next->each)
		return false;
	memcpy(next->each, lists->each, lists->count * sizeof(*next->each));
	read_due(next, setup, NULL, true);
	suffixes = settle_suffixes(next) ? seep_suffix_reader_open(next->suffixes) : NULL;
	if (!suffixes)
		return false;
	read_due(next, setup, suffixes, false);
	if (next->suffixes != lists->suffixes)
		read_common_again(next, setup, suffixes);
	seep_suffix_reader_close(suffixes);
	return settle(next, setup->conf, is_allow_due(next));
}

/* Frees what NEXT has, and LISTS has not. */
static void close_other(struct seep_lists *next, const struct seep_lists *lists)
{
	for (size_t at = 0; next->each && at < next->count; at++) {
		if (next->each[at].contents != lists->each[at].contents)
			seep_list_close(next->each[at].kind, next->each[at].contents);
	}
	if (next->system != lists->system)
		seep_suffix_close(next->system);
	if (next->domains != lists->domains)
		seep_subtrees_destroy(next->domains);
	free(next->each);
}

bool seep_lists_renew(struct seep_lists *lists, const struct seep_lists_setup *setup,
		      struct seep_lists *next)
{
	*next = *lists;
	next->each = NULL;
	if (!read_next(lists, setup, next)) {
		seep_lists_discard(lists, next);
		return false;
	}
	return true;
}

void seep_lists_replace(struct seep_lists *lists, struct seep_lists *next,
			const struct seep_lists_setup *setup)
{
	close_other(lists, next);
	*lists = *next;
	for (size_t at = 0; at < lists->count; at++) {
		if (lists->each[at].is_due && lists->each[at].is_good)
			seep_list_note(&lists->each[at], setup);
	}
}

void seep_lists_discard(struct seep_lists *lists, struct seep_lists *next)
{
	for (size_t at = 0; at < lists->count; at++) {
		if (lists->each[at].is_due)
			lists->each[at].read = lists->each[at].polled;
	}
	close_other(next, lists);
}
