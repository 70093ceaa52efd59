/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of seep.conf on replay's command line: each becomes a line of seep.conf's text, so
 * that its parser checks them all, and knows of new ones at once.
 */
#include "cmd_replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay_overrides {
	char *text; /* lines of seep.conf */
	size_t size;
	bool given[SEEP_OPTION_COUNT];
};

struct replay_overrides *replay_overrides_create(void)
{
	return calloc(1, sizeof(struct replay_overrides));
}

void replay_overrides_destroy(struct replay_overrides *overrides)
{
	if (overrides)
		free(overrides->text);
	free(overrides);
}

/* Adds bytes to text[0..size). */
static bool append(char **text, size_t *size, const char *bytes, size_t count)
{
	char *grown = realloc(*text, *size + count + 1);

	if (!grown)
		return false;
	memcpy(grown + *size, bytes, count);
	*text = grown;
	*size += count;
	grown[*size] = '\0';
	return true;
}

bool replay_overrides_add(struct replay_overrides *overrides, const struct seep_option *option,
			  const char *value)
{
	struct seep_conf_error error;
	struct seep_conf conf;
	enum seep_conf_status status;
	char *line = NULL;
	char quote = strchr(value, '"') ? '\'' : '"';
	int size;
	bool added;

	if (strchr(value, '\n') || strchr(value, quote)) {
		fprintf(stderr, "seepctl: --%s: a value with both quotes, or of several lines\n",
			option->name);
		return false;
	}
	if (overrides->given[option - seep_options] && !seep_option_is_list(option)) {
		fprintf(stderr, "seepctl: --%s: already given: expected it at most once\n",
			option->name);
		return false;
	}
	overrides->given[option - seep_options] = true;
	size = asprintf(&line, "%s: %c%s%c\n", option->name, quote, value, quote);
	if (size < 0) {
		perror("seepctl");
		return false;
	}
	/* Alone, so that what is said of it is about this value. */
	status = seep_conf_parse(&conf, line, (size_t)size, "command line", &error);
	seep_conf_release(&conf);
	if (status != SEEP_CONF_OK)
		fprintf(stderr, "seepctl: --%s: expected %s\n", error.text, error.expected);
	added = append(&overrides->text, &overrides->size, line, (size_t)size);
	free(line);
	return status == SEEP_CONF_OK && added;
}

/* Whether a line of seep.conf sets an option that stands once, and is overridden. */
static bool is_overridden(const bool *given, const char *line, size_t length)
{
	while (length > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		size_t name = strlen(seep_options[at].name);

		if (given[at] && !seep_option_is_list(&seep_options[at]) && length > name &&
		    memcmp(line, seep_options[at].name, name) == 0 && line[name] == ':')
			return true;
	}
	return false;
}

/*
 * Adds the lines of the file, less those that are overridden. The file has been read once, and was
 * right.
 */
static bool append_file(char **text, size_t *size, const bool *given, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool added = file != NULL;

	while (added && (length = getline(&line, &room, file)) > 0) {
		size_t count = (size_t)length;

		if (is_overridden(given, line, count))
			added = append(text, size, "\n", 1);
		else
			added = append(text, size, line, count);
	}
	if (added)
		added = append(text, size, "\n", 1) && !ferror(file);
	if (!added)
		fprintf(stderr, "seepctl: %s: %s\n", path, strerror(errno));
	free(line);
	if (file)
		fclose(file);
	return added;
}

/* What guarding would do is the question, unless others were asked. */
static bool append_forced(char **text, size_t *size, bool *given)
{
	static const char *const forced[][2] = { { "action", "action: refuse\n" },
						 { "learning", "learning: 0\n" } };
	const struct seep_option *learning = seep_option_find("learning");

	if (learning && given[learning - seep_options])
		return true;
	for (size_t at = 0; at < sizeof(forced) / sizeof(forced[0]); at++) {
		const struct seep_option *option = seep_option_find(forced[at][0]);

		if (!option || given[option - seep_options])
			continue;
		given[option - seep_options] = true;
		if (!append(text, size, forced[at][1], strlen(forced[at][1])))
			return false;
	}
	return true;
}

static size_t count_lines(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t at = 0; at < size; at++)
		count += text[at] == '\n';
	return count;
}

/*
 * A line of the whole text as one of the file, which starts behind ABOVE others; 0: it is of the
 * command line.
 */
static void shift_line(unsigned long *line, size_t above)
{
	*line = *line > above ? *line - above : 0;
}

static void shift_lines(struct seep_conf *conf, size_t above)
{
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++)
		shift_line(&conf->lines[at], above);
	for (size_t at = 0; conf->allow_lists && at < conf->allow_lists->count; at++)
		shift_line(&conf->allow_lists->files[at].line, above);
}

bool replay_overrides_apply(const struct replay_overrides *overrides, const char *path,
			    struct seep_conf *conf)
{
	char message[SEEP_CONF_ERROR_SIZE];
	bool given[SEEP_OPTION_COUNT];
	struct seep_conf_error error;
	char *text = NULL;
	size_t size = 0, above;
	bool good;

	seep_conf_defaults(conf);
	/* Alone first, for errors that tell the file's own lines. */
	if (path && seep_conf_load(conf, path, &error) != SEEP_CONF_OK) {
		seep_conf_error_format(&error, message);
		fprintf(stderr, "seepctl: %s\n", message);
		seep_conf_release(conf);
		return false;
	}
	seep_conf_release(conf);
	memcpy(given, overrides->given, sizeof(given));
	good = append_forced(&text, &size, given);
	if (good && overrides->size)
		good = append(&text, &size, overrides->text, overrides->size);
	above = count_lines(text, size);
	if (good && path)
		good = append_file(&text, &size, given, path);
	if (good &&
	    seep_conf_parse(conf, text ? text : "", size, "options", &error) != SEEP_CONF_OK) {
		fprintf(stderr, "seepctl: %s: expected %s\n", error.text, error.expected);
		good = false;
	}
	free(text);
	shift_lines(conf, above);
	return good;
}

static void say_list(void *context, const char *problem, const char *consequence)
{
	(void)context;
	(void)consequence;
	fprintf(stderr, "seepctl: %s\n", problem);
}

bool replay_lists_open(struct replay_options *options, const char *path)
{
	struct seep_hash_key key;
	const struct seep_lists_setup setup = {
		.conf = &options->conf,
		.conf_name = path,
		.key = &key,
		.beside = "", /* the module's copies are not what was asked for */
		.say = say_list,
	};

	replay_key(options, &key);
	if (!seep_lists_open(&options->lists, &setup)) {
		fputs("seepctl: no public suffix list, no memory or no randomness\n", stderr);
		return false;
	}
	return options->lists.missing == 0;
}
