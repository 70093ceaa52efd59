/* SPDX-License-Identifier: BSD-3-Clause */
/* Included files: which ones a line stands for, and those that are being read. */
#include "conf/conf_include.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static_assert(SEEP_CONF_INCLUDE_DEPTH == 8 && SEEP_CONF_INCLUDE_FILES == 1000 &&
		      SEEP_PATH_SIZE == 1024,
	      "what is expected of an include says how many and how long");

/* A name, and the one that was noted before it. */
struct seep_conf_names {
	struct seep_conf_names *before;
	char name[];
};

/* Says what is wrong with a path that an include line leads to. */
static enum seep_conf_status fail(const struct seep_conf_reader *reader, const char *path,
				  const char *expected, const char *problem)
{
	char shown[SEEP_CONF_SHOWN_SIZE];

	seep_conf_lines_show(shown, sizeof(shown), path, strlen(path));
	return seep_conf_lines_fail(reader, expected, "include: \"%s\" %s", shown, problem);
}

enum seep_conf_status seep_conf_include_fail(const struct seep_conf_reader *reader,
					     const char *path, int error)
{
	char problem[160];

	snprintf(problem, sizeof(problem), "cannot be read: %s", seep_conf_lines_problem(error));
	return fail(reader, path, "a readable file", problem);
}

void seep_conf_include_start(struct seep_conf_including *including, struct seep_conf *conf,
			     const char *main_name)
{
	struct stat status;

	*including = (struct seep_conf_including){ .conf = conf, .main_name = main_name };
	if (stat(main_name, &status) == 0)
		including->open[0] = (struct seep_conf_file_id){ status.st_dev, status.st_ino };
}

bool seep_conf_include_is_pattern(const char *pattern)
{
	return strpbrk(pattern, "*?[{") != NULL;
}

enum seep_conf_status seep_conf_include_path(const struct seep_conf_including *including,
					     const struct seep_conf_reader *reader,
					     const char *pattern, char *path)
{
	const char *slash = strrchr(including->main_name, '/');
	bool is_pattern = seep_conf_include_is_pattern(pattern);
	const char *from = including->main_name;
	size_t used = 0;

	if (strlen(pattern) >= SEEP_PATH_SIZE)
		return fail(reader, pattern, "a path of at most 1023 bytes", "is too long");
	while (pattern[0] != '/' && slash && from <= slash) {
		/* What stands for itself in the directory's name does so in a pattern, too. */
		if (is_pattern && strchr("*?[]{},\\", *from))
			path[used++] = '\\';
		path[used++] = *from++;
		if (used + SEEP_PATH_SIZE >= SEEP_CONF_INCLUDE_SIZE)
			return fail(reader, pattern, "a path that begins with a slash",
				    "starts in a directory with too long a name");
	}
	memcpy(path + used, pattern, strlen(pattern) + 1);
	return SEEP_CONF_OK;
}

/*
 * How many patterns the braces of *PATTERN make of it, up to the end of the braces that it is in;
 * what is more than can be included counts as one more.
 */
static size_t count_expansions(const char **pattern)
{
	size_t before = 0, here = 1;

	for (; **pattern && **pattern != '}'; ++*pattern) {
		if (**pattern == ',') {
			before += here;
			here = 1;
		} else if (**pattern == '{') {
			++*pattern;
			here *= count_expansions(pattern);
		} else if (**pattern == '\\') {
			++*pattern;
		}
		if (before + here > SEEP_CONF_INCLUDE_FILES)
			here = SEEP_CONF_INCLUDE_FILES + 1 - before;
		if (!**pattern)
			break;
	}
	return before + here;
}

/* Does PATTERN stand for too many? Each of its expansions is looked for. */
static bool is_vast(const char *pattern)
{
	size_t count = 1;

	for (; *pattern && count <= SEEP_CONF_INCLUDE_FILES; pattern += *pattern == '}')
		count *= count_expansions(&pattern);
	return count > SEEP_CONF_INCLUDE_FILES;
}

enum seep_conf_status seep_conf_include_find(const struct seep_conf_reader *reader,
					     const char *path, glob_t *found)
{
	int error;

	*found = (glob_t){ .gl_pathc = 0 };
	if (is_vast(path))
		return fail(reader, path, "at most 1000 files in all", "has too many braces");
	error = glob(path, GLOB_ERR | GLOB_BRACE, NULL, found);
	if (error == 0 || error == GLOB_NOMATCH)
		return SEEP_CONF_OK;
	/* What was found before the error. */
	error = error == GLOB_NOSPACE ? ENOMEM : errno;
	globfree(found);
	return seep_conf_include_fail(reader, path, error);
}

/* Notes a name; NULL without memory. */
static const char *add_name(struct seep_conf *conf, const char *path)
{
	size_t size = strlen(path) + 1;
	struct seep_conf_names *added = malloc(sizeof(*added) + size);

	if (!added)
		return NULL;
	memcpy(added->name, path, size);
	added->before = conf->included;
	conf->included = added;
	return added->name;
}

const char *seep_conf_include_enter(struct seep_conf_including *including,
				    const struct seep_conf_reader *reader, const char *path)
{
	struct stat status;
	const char *name;

	if (stat(path, &status) != 0) {
		seep_conf_include_fail(reader, path, errno);
		return NULL;
	}
	for (unsigned at = 0; at <= including->depth; at++) {
		if (including->open[at].device == status.st_dev &&
		    including->open[at].inode == status.st_ino) {
			fail(reader, path, "a file that does not lead back here",
			     "is being read already: the files go in a circle");
			return NULL;
		}
	}
	if (including->depth == SEEP_CONF_INCLUDE_DEPTH) {
		fail(reader, path, "at most 8 files within one another", "lies too deep");
		return NULL;
	}
	if (including->count == SEEP_CONF_INCLUDE_FILES) {
		fail(reader, path, "at most 1000 files in all", "is one file too many");
		return NULL;
	}
	name = add_name(including->conf, path);
	if (!name) {
		seep_conf_include_fail(reader, path, ENOMEM);
		return NULL;
	}
	including->count++;
	including->open[++including->depth] =
		(struct seep_conf_file_id){ status.st_dev, status.st_ino };
	return name;
}

void seep_conf_include_leave(struct seep_conf_including *including)
{
	including->depth--;
}

void seep_conf_include_release(struct seep_conf_names *names)
{
	while (names) {
		struct seep_conf_names *before = names->before;

		free(names);
		names = before;
	}
}
