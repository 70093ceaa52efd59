/* SPDX-License-Identifier: BSD-3-Clause */
/* A list from its file, or from the copy of what was good. */
#include "conf/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/plural.h"
#include "base/remedy.h"
#include "base/unpack.h"
#include "conf/conf_lines.h"
#include "conf/lists_read.h"
#include "conf/openings.h"

/* What a list is read with. */
struct reading {
	const struct seep_lists_setup *setup;
	struct seep_suffix_reader *suffixes; /* for a common-list, and an allow-list */
	struct seep_conf_error *error;
};

/* ---- kinds ---- */

static void *read_suffixes(const struct reading *reading, const struct seep_conf_reader *text)
{
	struct seep_suffixes *suffixes;

	(void)reading;
	(void)seep_lists_read_suffixes(text, &suffixes);
	return suffixes;
}

static void *read_common(const struct reading *reading, const struct seep_conf_reader *text)
{
	struct seep_common *common;

	(void)seep_lists_read_common(text, reading->setup->key, reading->suffixes, &common);
	return common;
}

/* An allow-list's public suffixes, while it is read. */
struct found {
	const struct reading *reading;
	size_t openings;
};

static void find_opening(void *context, const struct seep_conf_reader *reader, const uint8_t *wire,
			 size_t size)
{
	struct found *found = context;
	struct seep_lists_setup setup = *found->reading->setup;
	const struct seep_opening opening = { .file = reader->name,
					      .line = reader->line,
					      .option = seep_list_option(SEEP_LIST_ALLOW),
					      .wire = wire,
					      .size = size,
					      .effect = "not metered" };

	if (found->openings >= SEEP_OPENINGS_TOLD)
		setup.warn = NULL;
	found->openings += seep_openings_tell(&setup, &opening, found->reading->suffixes);
}

static void *read_allow(const struct reading *reading, const struct seep_conf_reader *text)
{
	struct found found = { .reading = reading };
	struct seep_subtrees *set = NULL;

	if (seep_lists_read_allow(text, &set, reading->setup->warn ? find_opening : NULL, &found) ==
	    SEEP_CONF_OK) {
		if (found.openings > SEEP_OPENINGS_TOLD)
			seep_openings_tell_more(reading->setup, text->name,
						seep_list_option(SEEP_LIST_ALLOW),
						found.openings - SEEP_OPENINGS_TOLD);
		return set;
	}
	seep_subtrees_destroy(set);
	return NULL;
}

static void close_suffixes(void *contents)
{
	seep_suffix_close(contents);
}

static void close_common(void *contents)
{
	seep_common_close(contents);
}

static void close_allow(void *contents)
{
	seep_subtrees_destroy(contents);
}

static const struct {
	const char *option;
	/* Returns new contents, or NULL with the error filled in. */
	void *(*read)(const struct reading *reading, const struct seep_conf_reader *text);
	void (*close)(void *contents);
	const char *without; /* what is done where there is no copy either */
} kinds[SEEP_LIST_KINDS] = {
	[SEEP_LIST_SUFFIXES] = { "public-suffix-list", read_suffixes, close_suffixes,
				 "the system's public suffixes are used instead" },
	[SEEP_LIST_COMMON] = { "common-list", read_common, close_common,
			       "running without this common-list" },
	[SEEP_LIST_ALLOW] = { "allow-list", read_allow, close_allow,
			      "running without this allow-list" },
};

const char *seep_list_option(enum seep_list_kind kind)
{
	return kinds[kind].option;
}

void seep_list_close(enum seep_list_kind kind, void *contents)
{
	if (contents)
		kinds[kind].close(contents);
}

/* ---- files ---- */

/* Says that the file cannot be read at all, of the line that names it, where there is one. */
static void fail_file(const struct reading *reading, const struct seep_list *list, int problem)
{
	struct seep_conf_reader reader = { .name = list->file ? list->file
							      : reading->setup->conf_name,
					   .line = list->line,
					   .error = reading->error };
	char shown[SEEP_CONF_SHOWN_SIZE];

	if (!list->line) {
		reader.name = list->path;
		seep_conf_lines_fail(&reader, "a readable file", "%s",
				     seep_conf_lines_problem(problem));
		return;
	}
	seep_conf_lines_show(shown, sizeof(shown), list->path, strlen(list->path));
	seep_conf_lines_fail(&reader, "a readable file", "%s: \"%s\" %s",
			     seep_list_option(list->kind), shown, seep_conf_lines_problem(problem));
}

/* Keeps a copy of what was good. */
static void keep(const struct reading *reading, const struct seep_list *list, const char *text,
		 size_t size)
{
	const struct seep_lists_setup *setup = reading->setup;
	char name[SEEP_LIST_COPY_NAME_SIZE], problem[SEEP_LIST_CONSEQUENCE_SIZE];
	char consequence[SEEP_LIST_CONSEQUENCE_SIZE];
	int error;

	if (!setup->beside[0])
		return;
	seep_list_copy_name(name, setup->beside, seep_list_option(list->kind), list->path);
	if (seep_list_copy_keep(name, text, size))
		return;
	error = errno;
	snprintf(problem, sizeof(problem), "%s: %s", name, strerror(error));
	snprintf(consequence, sizeof(consequence),
		 "the list is used, but no copy of it is kept; if its file is damaged at a later "
		 "start, Seep runs without it: %s",
		 seep_remedy_write(error));
	setup->say(setup->context, problem, consequence);
}

/* The contents in SIZE bytes of TEXT, as it is or packed. */
static void *take_text(const struct reading *reading, enum seep_list_kind kind, const char *path,
		       const char *text, size_t size)
{
	struct seep_conf_reader reader = { .name = path, .error = reading->error };
	struct seep_unpacked unpacked;
	void *contents = NULL;

	switch (seep_unpack(&unpacked, text, size, SEEP_CONF_FILE_MAX)) {
	case SEEP_UNPACK_BAD:
		seep_conf_lines_fail(&reader, unpacked.expected, "%s", unpacked.problem);
		break;
	case SEEP_UNPACK_DONE:
		text = unpacked.text;
		size = unpacked.size;
		/* fall through */
	case SEEP_UNPACK_PLAIN:
		seep_conf_lines_open(&reader, text, size);
		contents = kinds[kind].read(reading, &reader);
	}
	free(unpacked.text);
	return contents;
}

/* The contents of the file at PATH, the list's own or its copy; NULL with the error filled in. */
static void *take(const struct reading *reading, const struct seep_list *list, const char *path)
{
	size_t size;
	char *text = seep_conf_lines_read(path, &size);
	void *contents;

	if (!text) {
		fail_file(reading, list, errno);
		return NULL;
	}
	contents = take_text(reading, list->kind, path, text, size);
	if (contents && path == list->path)
		keep(reading, list, text, size);
	free(text);
	return contents;
}

/* Takes the contents of the copy, of which it writes the NAME. */
static bool take_copy(struct seep_list *list, const struct reading *reading, char *name)
{
	const char *beside = reading->setup->beside;
	struct seep_conf_error ignored;
	const struct reading again = { reading->setup, reading->suffixes, &ignored };
	struct stat status;

	if (!beside[0])
		return false;
	seep_list_copy_name(name, beside, seep_list_option(list->kind), list->path);
	if (stat(name, &status) != 0)
		return false;
	list->contents = take(&again, list, name);
	list->of = status.st_mtime;
	return list->contents != NULL;
}

/* ---- a list ---- */

static struct seep_list_sign sign_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return (struct seep_list_sign){ .is_there = false };
	return (struct seep_list_sign){ .is_there = true,
					.device = status.st_dev,
					.inode = status.st_ino,
					.size_bytes = status.st_size,
					.modified = status.st_mtim };
}

static bool is_same(const struct seep_list_sign *a, const struct seep_list_sign *b)
{
	return a->is_there == b->is_there && a->device == b->device && a->inode == b->inode &&
	       a->size_bytes == b->size_bytes && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

bool seep_list_is_due(struct seep_list *list)
{
	const struct seep_list_sign now = sign_of(list->path);
	bool is_settled = is_same(&now, &list->polled);

	list->polled = now;
	return is_settled && !is_same(&now, &list->read);
}

static void format_time(char *text, size_t size, time_t when)
{
	struct tm fields;

	text[0] = '\0';
	if (gmtime_r(&when, &fields))
		strftime(text, size, "%Y-%m-%d %H:%M:%S UTC", &fields);
}

/* Says what is wrong with the file, and what is in force without it. */
static void say_bad(struct seep_list *list, const struct reading *reading)
{
	static const char mend[] = "mend the file, and it is read again within seconds";
	const struct seep_lists_setup *setup = reading->setup;
	char problem[SEEP_CONF_ERROR_SIZE], consequence[SEEP_LIST_CONSEQUENCE_SIZE];
	char name[SEEP_LIST_COPY_NAME_SIZE], of[40];

	seep_conf_error_format(reading->error, problem);
	if (list->contents) {
		format_time(of, sizeof(of), list->of);
		snprintf(consequence, sizeof(consequence),
			 "its last good contents, of %s, stay in force: %s", of, mend);
	} else if (take_copy(list, reading, name)) {
		format_time(of, sizeof(of), list->of);
		snprintf(consequence, sizeof(consequence),
			 "its last good contents, of %s, are used (%s): %s", of, name, mend);
	} else {
		snprintf(consequence, sizeof(consequence), "%s: %s", kinds[list->kind].without,
			 mend);
	}
	setup->say(setup->context, problem, consequence);
}

void seep_list_read(struct seep_list *list, const struct seep_lists_setup *setup,
		    struct seep_suffix_reader *suffixes)
{
	struct seep_conf_error error;
	const struct reading reading = { setup, suffixes, &error };
	void *contents;

	/* Before it is read: what is written meanwhile is seen as a change. */
	list->read = list->polled = sign_of(list->path);
	contents = take(&reading, list, list->path);
	list->is_good = contents != NULL;
	if (list->is_good) {
		list->contents = contents;
		list->of = list->read.modified.tv_sec;
	} else {
		say_bad(list, &reading);
	}
}

void seep_list_read_again(struct seep_list *list, const struct seep_lists_setup *setup,
			  struct seep_suffix_reader *suffixes)
{
	char name[SEEP_LIST_COPY_NAME_SIZE];
	struct seep_conf_error ignored;
	const struct reading reading = { setup, suffixes, &ignored };
	void *before = list->contents, *contents = take(&reading, list, list->path);

	if (contents)
		list->contents = contents;
	else if (!take_copy(list, &reading, name))
		list->contents = before;
}

void seep_list_note(const struct seep_list *list, const struct seep_lists_setup *setup)
{
	char text[SEEP_CONF_SHOWN_SIZE + 128], shown[SEEP_CONF_SHOWN_SIZE], count[64] = "";
	size_t domains = list->kind == SEEP_LIST_COMMON  ? seep_common_domains(list->contents)
			 : list->kind == SEEP_LIST_ALLOW ? seep_subtrees_count(list->contents)
							 : 0;

	if (!setup->note)
		return;
	seep_conf_lines_show(shown, sizeof(shown), list->path, strlen(list->path));
	if (list->kind != SEEP_LIST_SUFFIXES)
		snprintf(count, sizeof(count), ", with %zu %s", domains,
			 seep_plural(domains, "domain", "domains"));
	snprintf(text, sizeof(text), "%s: %s has changed, and is in force now%s",
		 seep_list_option(list->kind), shown, count);
	setup->note(setup->context, text);
}
