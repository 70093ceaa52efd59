/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl explain: what a name costs and why, and what would become of a query for it now. */
#include "seepctl.h"

#include "control_text.h"

#include <string.h>

struct options {
	struct control_options control; /* first: its options are taken as well */
	const char *type;
	const char *client;
};

static const struct option_row option_rows[] = {
	{ .name = "type",
	  .argument = "TYPE",
	  .text = "the type that is asked for (default: A)",
	  .offset = offsetof(struct options, type) },
	{ .name = "for",
	  .argument = "ADDRESS",
	  .text = "the client that asks (default: one of whom nothing is known)",
	  .offset = offsetof(struct options, client) },
};
const struct option_set cmd_explain_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &control_base_options,
};

static void print_pieces(const struct control_answer *answer)
{
	size_t at = control_first(answer, 0, "pieces");

	for (; at; at = control_next(answer, at))
		printf("%9.3f bits  %s\n", control_number(answer, at, "bits"),
		       control_word(answer, at, "text"));
	printf("%9.3f bits  the price, %.1f bytes\n", control_number(answer, 0, "price_bits"),
	       control_number(answer, 0, "price_bits") / 8);
}

static void print_meter(const struct control_answer *answer, const char *kind)
{
	size_t meters = control_find(answer, 0, "meters");
	size_t at = meters ? control_find(answer, meters, kind) : 0;
	const char *outcome;

	if (!at)
		return;
	outcome = control_word(answer, at, "outcome");
	printf("%-9s %.1f of %.1f bytes, and %.1f more: %s%s\n", kind,
	       control_number(answer, at, "level_bytes"),
	       control_number(answer, at, "budget_bytes"),
	       control_number(answer, at, "charge_bytes"),
	       strcmp(outcome, "pass") == 0   ? "fits"
	       : strcmp(outcome, "flag") == 0 ? "flagged"
					      : "too much",
	       control_bool(answer, at, "is_there") ? "" : " (it has none yet)");
}

static void print_charged(const struct control_answer *answer)
{
	printf("class     %s\n", strcmp(control_word(answer, 0, "class"), "known") == 0
					 ? "known: somebody here sent it"
				 : control_bool(answer, 0, "doubted")
					 ? "novel, for the client may be guessing known names"
					 : "novel: nobody here sent it");
	print_pieces(answer);
	printf("share     %s\n", control_word(answer, 0, "share_text"));
	if (control_find(answer, 0, "may_send_there_bytes"))
		printf("habit     %.1f of %.1f bytes sent there of late\n",
		       control_number(answer, 0, "sent_there_bytes"),
		       control_number(answer, 0, "may_send_there_bytes"));
	printf("charge    %.3f bits, %.1f bytes\n", control_number(answer, 0, "charge_bits"),
	       control_number(answer, 0, "charge_bits") / 8);
	print_meter(answer, "user");
	print_meter(answer, "network");
	print_meter(answer, "domain");
}

static void print_text(const struct control_answer *answer)
{
	const char *client = control_word(answer, 0, "client");
	const char *outcome = control_word(answer, 0, "outcome");
	enum terminal_colour colour = strcmp(outcome, "pass") == 0     ? TERMINAL_GREEN
				      : strcmp(outcome, "refuse") == 0 ? TERMINAL_RED
								       : TERMINAL_YELLOW;

	printf("name      %s %s\n", control_word(answer, 0, "name"),
	       control_word(answer, 0, "type"));
	printf("client    %s\n", *client ? client : "one of whom nothing is known");
	if (*control_word(answer, 0, "domain"))
		printf("domain    %s\n", control_word(answer, 0, "domain"));
	if (control_find(answer, 0, "pieces"))
		print_charged(answer);
	printf("now       %s%s%s\n", terminal_colour(colour),
	       control_word(answer, 0, "outcome_text"), terminal_colour(TERMINAL_PLAIN));
}

int cmd_explain(int argc, char **argv)
{
	struct options options = { .type = "A" };
	struct control_answer answer;
	int first;
	int status = options_parse(&cmd_explain_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	if (first + 1 != argc)
		return SEEPCTL_USAGE;
	if (!control_may_send(argv[first]) || !control_may_send(options.type) ||
	    !control_may_send(options.client))
		return SEEPCTL_WRONG;
	if (!control_ask(&options.control, &answer, "explain %s %s %s", argv[first], options.type,
			 options.client ? options.client : ""))
		return SEEPCTL_WRONG;
	control_show(&options.control, &answer, 2, print_text);
	return SEEPCTL_OK;
}
