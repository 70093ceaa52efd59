/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl check-conf: is a seep.conf one that the module would take? */
#include "seepctl.h"

#include "conf.h"

#include <string.h>

int cmd_check_conf(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "seep.conf";
	char text[SEEP_CONF_ERROR_SIZE];
	struct seep_conf_error error;
	enum seep_conf_status status;
	struct seep_conf conf;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		seepctl_usage(stdout, seepctl_find("check-conf"));
		return SEEPCTL_OK;
	}
	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		seepctl_usage(stderr, seepctl_find("check-conf"));
		return SEEPCTL_USAGE;
	}
	status = seep_conf_load(&conf, path, &error);
	seep_conf_release(&conf);
	if (status == SEEP_CONF_OK) {
		puts("ok");
		return SEEPCTL_OK;
	}
	seep_conf_error_format(&error, text);
	fprintf(stderr, "%s\n", text);
	return SEEPCTL_WRONG;
}
