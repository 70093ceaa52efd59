/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of seep.conf on replay's command line: kept until the file of --conf has been read,
 * and then set over what it says.
 */
#include "cmd_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct override {
	const struct seep_option *option;
	const char *value; /* of the command line */
};

struct replay_overrides {
	struct seep_conf scratch; /* where each value is tried when it is given */
	struct override *list;    /* in the order given */
	size_t count;
};

struct replay_overrides *replay_overrides_create(void)
{
	struct replay_overrides *overrides = calloc(1, sizeof(*overrides));

	if (overrides)
		seep_conf_defaults(&overrides->scratch);
	return overrides;
}

void replay_overrides_destroy(struct replay_overrides *overrides)
{
	if (!overrides)
		return;
	seep_conf_release(&overrides->scratch);
	free(overrides->list);
	free(overrides);
}

static bool is_given(const struct replay_overrides *overrides, const struct seep_option *option)
{
	for (size_t at = 0; at < overrides->count; at++)
		if (overrides->list[at].option == option)
			return true;
	return false;
}

static bool set(struct seep_conf *conf, const struct seep_option *option, const char *value)
{
	struct seep_conf_error error;

	if (seep_conf_set(conf, option, value, &error) == SEEP_CONF_OK)
		return true;
	fprintf(stderr, "seepctl: --%s: expected %s\n", error.text, error.expected);
	return false;
}

bool replay_overrides_add(struct replay_overrides *overrides, const struct seep_option *option,
			  const char *value)
{
	struct override *longer;

	if (is_given(overrides, option) && !seep_option_is_list(option)) {
		fprintf(stderr, "seepctl: --%s: already given: expected it at most once\n",
			option->name);
		return false;
	}
	if (!set(&overrides->scratch, option, value))
		return false;
	longer = realloc(overrides->list, (overrides->count + 1) * sizeof(*longer));
	if (!longer) {
		perror("seepctl");
		return false;
	}
	overrides->list = longer;
	longer[overrides->count++] = (struct override){ option, value };
	return true;
}

/* What guarding would do is the question, unless others were asked. */
static bool set_forced(const struct replay_overrides *overrides, struct seep_conf *conf)
{
	const struct seep_option *learning = &seep_options[SEEP_OPTION_AT_learning_s];
	const struct seep_option *action = &seep_options[SEEP_OPTION_AT_action];

	if (is_given(overrides, learning))
		return true;
	return set(conf, learning, "0") &&
	       (is_given(overrides, action) || set(conf, action, "refuse"));
}

bool replay_overrides_apply(const struct replay_overrides *overrides,
			    struct replay_options *options)
{
	struct seep_conf *conf = &options->conf;
	char message[SEEP_CONF_ERROR_SIZE];
	struct seep_conf_error error;

	seep_conf_defaults(conf);
	if (options->conf_path &&
	    seep_conf_load(conf, options->conf_path, &error) != SEEP_CONF_OK) {
		seep_conf_error_format(&error, message);
		fprintf(stderr, "seepctl: %s\n", message);
		return false;
	}
	if (!options->learns && !set_forced(overrides, conf))
		return false;
	for (size_t at = 0; at < overrides->count; at++)
		if (!set(conf, overrides->list[at].option, overrides->list[at].value))
			return false;
	return true;
}

static void say_list(void *context, const char *problem, const char *consequence)
{
	(void)context;
	(void)consequence;
	fprintf(stderr, "seepctl: %s\n", problem);
}

static void warn(void *context, const char *place, const char *text)
{
	(void)context;
	fprintf(stderr, "seepctl: %s: warning: %s\n", place, text);
}

bool replay_lists_open(struct replay_options *options)
{
	const struct seep_lists_setup setup = {
		.conf = &options->conf,
		.conf_name = options->conf_path,
		.key = &options->key,
		.beside = "", /* the module's copies are not what was asked for */
		.say = say_list,
		.warn = warn,
	};

	if (!seep_lists_open(&options->lists, &setup)) {
		fputs("seepctl: there is no Public Suffix List, not even libpsl's own, or no memory: set "
		      "public-suffix-list, or install Debian's publicsuffix\n",
		      stderr);
		return false;
	}
	return options->lists.missing == 0;
}
