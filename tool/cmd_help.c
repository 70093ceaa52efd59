/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl help: how a command is used. */
#include "seepctl.h"

int cmd_help(int argc, char **argv)
{
	const struct seepctl_command *command = NULL;
	const char *name = NULL;
	int status = seepctl_take_path(argc, argv, &name);

	if (status != SEEPCTL_OK)
		return status;
	if (name) {
		command = seepctl_find(name);
		if (!command) {
			seepctl_fail_command(name);
			return SEEPCTL_USAGE;
		}
	}
	seepctl_usage(stdout, command);
	return SEEPCTL_OK;
}
