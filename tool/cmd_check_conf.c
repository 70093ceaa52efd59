/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seepctl check-conf: are a seep.conf, and the lists that it names, such that the module would take
 * them?
 */
#include "seepctl.h"

#include "conf/conf.h"
#include "conf/lists.h"

static void say(void *context, const char *problem, const char *consequence)
{
	(void)context;
	(void)consequence;
	fprintf(stderr, "%s\n", problem);
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
	};
	struct seep_lists lists;
	bool good = seep_lists_open(&lists, &setup);

	if (!good) {
		fputs("seepctl: no public suffix list, no memory or no randomness\n", stderr);
		return false;
	}
	good = lists.missing == 0;
	seep_lists_close(&lists);
	return good;
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
	good = check_lists(&conf, path);
	seep_conf_release(&conf);
	if (good)
		puts("ok");
	return good ? SEEPCTL_OK : SEEPCTL_WRONG;
}
