/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists from their files, or from the copies of what was good. */
#include "conf/lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "conf/conf_lines.h"
#include "base/list_copy.h"
#include "base/unpack.h"
#include "conf/lists_read.h"

#define CONSEQUENCE_SIZE (SEEP_LIST_COPY_NAME_SIZE + 160)

struct opening {
	struct seep_lists *lists;
	const struct seep_lists_setup *setup;
	struct seep_suffix_reader *suffixes; /* for the common-list */
};

/* A list that seep.conf names. */
struct list {
	const char *option;
	const char *path;
	unsigned long line; /* of seep.conf; 0: elsewhere */
	enum seep_conf_status (*read)(struct opening *opening, const struct seep_conf_reader *text);
	const char *without; /* what is done where there is no copy either */
};

static enum seep_conf_status read_suffixes(struct opening *opening,
					   const struct seep_conf_reader *text)
{
	return seep_lists_read_suffixes(text, &opening->lists->suffixes);
}

static enum seep_conf_status read_common(struct opening *opening,
					 const struct seep_conf_reader *text)
{
	return seep_lists_read_common(text, opening->setup->key, opening->suffixes,
				      &opening->lists->common);
}

static enum seep_conf_status read_allow(struct opening *opening,
					const struct seep_conf_reader *text)
{
	return seep_lists_read_allow(text, &opening->setup->conf->allow_domain);
}

/* Says that the file cannot be read at all, of the line that names it, where there is one. */
static void fail_file(const struct opening *opening, const struct list *list,
		      struct seep_conf_error *error, int problem)
{
	struct seep_conf_reader reader = { .name = opening->setup->conf_name,
					   .line = list->line,
					   .error = error };
	char shown[SEEP_CONF_SHOWN_SIZE];

	if (!list->line) {
		reader.name = list->path;
		seep_conf_lines_fail(&reader, "a readable file", "%s",
				     seep_conf_lines_problem(problem));
		return;
	}
	seep_conf_lines_show(shown, sizeof(shown), list->path, strlen(list->path));
	seep_conf_lines_fail(&reader, "a readable file", "%s: \"%s\" %s", list->option, shown,
			     seep_conf_lines_problem(problem));
}

/* Keeps a copy of what was good. */
static void keep(const struct opening *opening, const struct list *list, const char *text,
		 size_t size)
{
	char name[SEEP_LIST_COPY_NAME_SIZE], problem[CONSEQUENCE_SIZE];

	if (!opening->setup->beside[0])
		return;
	seep_list_copy_name(name, opening->setup->beside, list->option, list->path);
	if (seep_list_copy_keep(name, text, size))
		return;
	snprintf(problem, sizeof(problem), "%s: %s", name, strerror(errno));
	opening->setup->say(opening->setup->context, problem,
			    "the list is used, but no copy of it is kept; if its file is damaged "
			    "at a later start, Seep runs without it");
}

/* Takes the list from SIZE bytes of TEXT, as it is or packed. */
static bool take_text(struct opening *opening, const struct list *list,
		      struct seep_conf_reader *reader, const char *text, size_t size)
{
	struct seep_unpacked unpacked;
	bool good = false;

	switch (seep_unpack(&unpacked, text, size, SEEP_CONF_FILE_MAX)) {
	case SEEP_UNPACK_BAD:
		seep_conf_lines_fail(reader, unpacked.expected, "%s", unpacked.problem);
		break;
	case SEEP_UNPACK_DONE:
		text = unpacked.text;
		size = unpacked.size;
		/* fall through */
	case SEEP_UNPACK_PLAIN:
		seep_conf_lines_open(reader, text, size);
		good = list->read(opening, reader) == SEEP_CONF_OK;
	}
	free(unpacked.text);
	return good;
}

/* Takes the list from a file, its own or a copy. */
static bool take(struct opening *opening, const struct list *list, const char *path,
		 struct seep_conf_error *error)
{
	struct seep_conf_reader reader = { .name = path, .error = error };
	size_t size;
	char *text = seep_conf_lines_read(path, &size);
	bool good;

	if (!text) {
		fail_file(opening, list, error, errno);
		return false;
	}
	good = take_text(opening, list, &reader, text, size);
	if (good && path == list->path)
		keep(opening, list, text, size);
	free(text);
	return good;
}

/* Takes the list from its copy. CONSEQUENCE is what is done then, for the log. */
static bool take_copy(struct opening *opening, const struct list *list, char *consequence)
{
	char name[SEEP_LIST_COPY_NAME_SIZE], date[32] = "";
	struct seep_conf_error ignored;
	struct stat status;
	struct tm fields;

	if (!opening->setup->beside[0])
		return false;
	seep_list_copy_name(name, opening->setup->beside, list->option, list->path);
	if (stat(name, &status) != 0 || !take(opening, list, name, &ignored))
		return false;
	if (gmtime_r(&status.st_mtime, &fields))
		strftime(date, sizeof(date), "%Y-%m-%d", &fields);
	snprintf(consequence, CONSEQUENCE_SIZE,
		 "its last good contents, of %s, are used (%s): mend the file, then reload Unbound",
		 date, name);
	return true;
}

static void open_list(struct opening *opening, const struct list *list)
{
	char problem[SEEP_CONF_ERROR_SIZE], consequence[CONSEQUENCE_SIZE];
	struct seep_conf_error error;

	if (!list->path[0] || take(opening, list, list->path, &error))
		return;
	seep_conf_error_format(&error, problem);
	if (take_copy(opening, list, consequence)) {
		opening->lists->kept++;
	} else {
		opening->lists->missing++;
		snprintf(consequence, sizeof(consequence), "%s: mend the file, then reload Unbound",
			 list->without);
	}
	opening->setup->say(opening->setup->context, problem, consequence);
}

/* ---- all lists of seep.conf ---- */

static struct list list_of(const struct seep_conf *conf, const char *option, const char *path)
{
	return (struct list){ .option = option,
			      .path = path,
			      .line = conf->lines[seep_option_find(option) - seep_options] };
}

static struct list suffix_list(const struct seep_conf *conf)
{
	struct list list = list_of(conf, "public-suffix-list", conf->public_suffix_list);

	list.read = read_suffixes;
	list.without = "the system's public suffixes are used instead";
	return list;
}

static struct list common_list(const struct seep_conf *conf)
{
	struct list list = list_of(conf, "common-list", conf->common_list);

	list.read = read_common;
	list.without = "running without this common-list";
	return list;
}

static struct list allow_list(const struct seep_conf *conf, size_t at)
{
	const struct seep_conf_file *file = &conf->allow_lists->files[at];
	struct list list = list_of(conf, "allow-list", file->path);

	list.line = file->line;
	list.read = read_allow;
	list.without = "running without this allow-list";
	return list;
}

static size_t allow_list_count(const struct seep_conf *conf)
{
	return conf->allow_lists ? conf->allow_lists->count : 0;
}

static bool is_copy_of(const struct seep_lists_setup *setup, const struct list *list,
		       const char *name)
{
	char copy[SEEP_LIST_COPY_NAME_SIZE];

	seep_list_copy_name(copy, setup->beside, list->option, list->path);
	return list->path[0] && strcmp(copy, name) == 0;
}

/* Whether NAME is the copy of a list that seep.conf names. */
static bool is_wanted(const void *context, const char *name)
{
	const struct seep_lists_setup *setup = context;
	struct list suffixes = suffix_list(setup->conf), common = common_list(setup->conf);

	if (is_copy_of(setup, &suffixes, name) || is_copy_of(setup, &common, name))
		return true;
	for (size_t at = 0; at < allow_list_count(setup->conf); at++) {
		struct list allow = allow_list(setup->conf, at);

		if (is_copy_of(setup, &allow, name))
			return true;
	}
	return false;
}

bool seep_lists_open(struct seep_lists *lists, const struct seep_lists_setup *setup)
{
	struct opening opening = { .lists = lists, .setup = setup };
	struct list suffixes = suffix_list(setup->conf), common = common_list(setup->conf);

	*lists = (struct seep_lists){ .suffixes = NULL };
	open_list(&opening, &suffixes);
	if (!lists->suffixes)
		lists->suffixes = seep_suffix_open(NULL, 0);
	opening.suffixes = lists->suffixes ? seep_suffix_reader_open(lists->suffixes) : NULL;
	if (!opening.suffixes)
		return false;
	open_list(&opening, &common);
	seep_suffix_reader_close(opening.suffixes);
	for (size_t at = 0; at < allow_list_count(setup->conf); at++) {
		struct list allow = allow_list(setup->conf, at);

		open_list(&opening, &allow);
	}
	if (setup->beside[0]) {
		seep_list_copy_sweep(setup->beside, suffixes.option, is_wanted, setup);
		seep_list_copy_sweep(setup->beside, common.option, is_wanted, setup);
		seep_list_copy_sweep(setup->beside, "allow-list", is_wanted, setup);
	}
	return true;
}

void seep_lists_close(struct seep_lists *lists)
{
	seep_common_close(lists->common);
	seep_suffix_close(lists->suffixes);
	*lists = (struct seep_lists){ .suffixes = NULL };
}
