/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl status: what a running Seep is doing, on one screen. */
#include "seepctl.h"

#include "control.h"

const struct option_set cmd_status_options = { .base = &control_base_options };

static void print_text(const struct control_answer *answer)
{
	const char *until = control_word(answer, 0, "learning_until");
	const char *why = control_word(answer, 0, "why");

	printf("Seep %s\n", control_word(answer, 0, "version"));
	printf("mode      %s\n", control_word(answer, 0, "mode_text"));
	if (*why)
		printf("why       %s\n", why);
	if (*until)
		printf("learning  until %s\n", until);
	printf("state     %s\n", control_word(answer, 0, "state_file"));
}

int cmd_status(int argc, char **argv)
{
	struct control_options options = { .json = false };
	struct control_answer answer;
	int first;
	int status = options_parse(&cmd_status_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	if (first != argc)
		return SEEPCTL_USAGE;
	if (!control_ask(&options, &answer, "status"))
		return SEEPCTL_WRONG;
	if (options.json)
		control_print_json(&answer, 2);
	else
		print_text(&answer);
	control_release(&answer);
	return SEEPCTL_OK;
}
