/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl help: how a command is used. */
#include "seepctl.h"

int cmd_help(int argc, char **argv)
{
	const struct seepctl_command *command = NULL;

	if (argc > 2) {
		seepctl_usage(stderr, seepctl_find("help"));
		return SEEPCTL_USAGE;
	}
	if (argc == 2) {
		command = seepctl_find(argv[1]);
		if (!command) {
			fprintf(stderr, "seepctl: no command \"%s\"\n", argv[1]);
			return seepctl_try_help(NULL);
		}
	}
	seepctl_usage(stdout, command);
	return SEEPCTL_OK;
}
