/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl refused: the last refusals of a running Seep, and its last stale answers. */
#include "seepctl.h"

#include "control_text.h"

#include <inttypes.h>

struct options {
	struct control_options control; /* first: its options are taken as well */
	uint64_t since_s;               /* 0: all that are kept */
};

static const struct option_row option_rows[] = {
	{ .name = "since",
	  .argument = "TIME",
	  .text = "only of the last 5m, 1h, 2d... (default: all that are kept)",
	  .offset = offsetof(struct options, since_s),
	  .type = &seep_option_type_duration,
	  .max = 366 * 86400 },
};
const struct option_set cmd_refused_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &control_base_options,
};

static void print_row(const struct control_answer *answer, size_t at)
{
	bool is_stale = control_bool(answer, at, "stale");

	printf("%s  %s%-7s%s  %-15s  ", control_word(answer, at, "time"),
	       terminal_colour(is_stale ? TERMINAL_YELLOW : TERMINAL_RED),
	       is_stale ? "stale" : "refused", terminal_colour(TERMINAL_PLAIN),
	       control_word(answer, at, "client"));
	if (control_find(answer, at, "dga_bits"))
		printf("%-7s %7s   %7s       %7s  ", "dga", "", "", "");
	else
		printf("%-7s %7.1f of %-7.1f +%7.1f  ",
		       control_bool(answer, at, "newcomers") ? "newcomers"
							     : control_word(answer, at, "meter"),
		       control_number(answer, at, "level_bytes"),
		       control_number(answer, at, "budget_bytes"),
		       control_number(answer, at, "charge_bytes"));
	printf("%s %s\n", control_word(answer, at, "name"), control_word(answer, at, "type"));
}

static void print_text(const struct control_answer *answer)
{
	size_t at = control_first(answer, 0, "refused");
	double left_out = control_number(answer, 0, "left_out");

	if (!at)
		printf("none%s\n", control_number(answer, 0, "since_start") > 0
					   ? " in that time"
					   : " since Unbound started or reloaded");
	else
		printf("%-20s  %-7s  %-15s  %-7s %s\n", "time", "answer", "client", "meter",
		       "  bytes of budget    charge  name and type");
	for (; at; at = control_next(answer, at))
		print_row(answer, at);
	if (left_out > 0)
		printf("and %.0f before them, which one answer has no room for\n", left_out);
}

int cmd_refused(int argc, char **argv)
{
	struct options options = { .since_s = 0 };
	struct control_answer answer;
	int first;
	int status = options_parse(&cmd_refused_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	if (first != argc)
		return SEEPCTL_USAGE;
	if (!control_ask(&options.control, &answer, "refused %" PRIu64, options.since_s))
		return SEEPCTL_WRONG;
	control_show(&options.control, &answer, 2, print_text);
	return SEEPCTL_OK;
}
