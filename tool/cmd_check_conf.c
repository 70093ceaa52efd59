/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seepctl check-conf: are a seep.conf, and the lists that it names, such that the module would take
 * them? Can what it has Seep write be there? And what do its policies do? Who can reach its
 * control-interface?
 */
#include "seepctl.h"

#include "check_files.h"
#include "check_policies.h"
#include "check_remote.h"

#include <inttypes.h>

#include "base/plural.h"
#include "conf/conf.h"
#include "conf/lists.h"
#include "engine/engine.h"

static void say(void *context, const char *problem, const char *consequence)
{
	(void)context;
	(void)consequence;
	fprintf(stderr, "%s\n", problem);
}

static void warn(void *context, const char *place, const char *text)
{
	(void)context;
	fprintf(stderr, "%s: warning: %s\n", place, text);
}

/* Reads every list, as a start does, and says what is wrong with any. */
static bool check_lists(struct seep_conf *conf, const char *path)
{
	static const struct seep_hash_key key;
	const struct seep_lists_setup setup = {
		.conf = conf,
		.conf_name = path,
		.key = &key,
		.beside = "",
		.say = say,
		.warn = warn,
	};
	struct seep_lists lists;
	bool good = seep_lists_open(&lists, &setup);

	if (!good) {
		fputs("seepctl: there is no Public Suffix List, not even libpsl's own, or no memory: set "
		      "public-suffix-list, or install Debian's publicsuffix\n",
		      stderr);
		return false;
	}
	good = check_policies(conf, &lists, path);
	good = lists.missing == 0 && good;
	seep_lists_close(&lists);
	return good;
}

/* A generation of the novelty memory is a third of `memory`. */
#define THIRD_DAYS (UINT64_C(3) * 86400)

static void print_capacity(const struct seep_conf *conf)
{
	struct seep_capacity capacity = seep_engine_capacity(conf->memory_size_bytes);
	uint64_t days = (conf->memory_s + THIRD_DAYS - 1) / THIRD_DAYS;

	printf("ok: memory-size holds %" PRIu64 " users, %" PRIu64 " domains, %" PRIu64
	       " networks, and %" PRIu64 " new names in %" PRIu64 " %s\n",
	       capacity.users, capacity.domains, capacity.networks, capacity.names, days,
	       seep_plural(days, "day", "days"));
}

/* Warns of a duration that was perhaps meant in days: a number alone is seconds. */
static void warn_short(const char *path, const char *option, uint64_t seconds)
{
	if (seconds > 0 && seconds < 60)
		fprintf(stderr,
			"%s: warning: %s: that is %" PRIu64 " %s: if days are meant, write %" PRIu64
			"d\n",
			path, option, seconds, seep_plural(seconds, "second", "seconds"), seconds);
}

int cmd_check_conf(int argc, char **argv)
{
	const char *path = "seep.conf";
	char text[SEEP_CONF_ERROR_SIZE];
	struct seep_conf_error error;
	struct seep_conf conf;
	bool good;
	int status;

	status = seepctl_take_path(argc, argv, &path);
	if (status != SEEPCTL_OK)
		return status;
	if (seep_conf_load(&conf, path, &error) != SEEP_CONF_OK) {
		seep_conf_release(&conf);
		seep_conf_error_format(&error, text);
		fprintf(stderr, "%s\n", text);
		return SEEPCTL_WRONG;
	}
	warn_short(path, "learning", conf.learning_s);
	warn_short(path, "stale", conf.stale_s);
	good = check_lists(&conf, path);
	good = check_files(&conf, path) && good;
	good = check_remote(&conf, path) && good;
	if (good)
		print_capacity(&conf);
	seep_conf_release(&conf);
	return good ? SEEPCTL_OK : SEEPCTL_WRONG;
}
