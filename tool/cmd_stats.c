/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl stats: all statistics of a running Seep, as seep-stats(7) has them; counters go on. */
#include "seepctl.h"

#include "control.h"

#include <stdlib.h>
#include <string.h>

const struct option_set cmd_stats_options = { .base = &control_base_options };

/* Lines KEY=NUMBER as one object. */
static void print_json(char *text, size_t size)
{
	struct json json = { .file = stdout, .lines = 1 };
	char *end = text + size;

	json_open(&json, NULL, '{');
	for (char *line = text, *next; line < end; line = next) {
		char *equals = memchr(line, '=', (size_t)(end - line));

		next = memchr(line, '\n', (size_t)(end - line));
		if (!next || !equals || equals > next)
			break;
		*equals = *next++ = '\0';
		json_number(&json, line, strtoull(equals + 1, NULL, 10));
	}
	json_close(&json);
}

int cmd_stats(int argc, char **argv)
{
	struct control_options options = { .json = false };
	int first, status = options_parse(&cmd_stats_options, argc, argv, &options, &first);
	size_t size;
	char *text;

	if (status != SEEPCTL_OK)
		return status;
	if (first != argc)
		return SEEPCTL_USAGE;
	text = control_ask_text(&options, &size, "stats_noreset");
	if (!text)
		return SEEPCTL_WRONG;
	if (options.json)
		print_json(text, size);
	else
		fwrite(text, 1, size, stdout);
	free(text);
	return SEEPCTL_OK;
}
