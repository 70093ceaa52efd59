/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl clear: sets the level of a meter of a running Seep to 0. */
#include "seepctl.h"

#include "control_change.h"
#include "state_view.h"

#include <string.h>

const struct option_set cmd_clear_options = { .base = &change_base_options };

static void print_text(const struct control_answer *answer)
{
	const char *kind = control_word(answer, 0, "cleared");

	printf("cleared   %s %s\n", kind, control_word(answer, 0, kind));
	printf("level     was %s bytes%s\n", control_word(answer, 0, "level_bytes"),
	       control_bool(answer, 0, "was_spent") ? "; spent" : "");
	if (control_find(answer, 0, "newcomers_bytes"))
		printf("newcomers were at %s bytes\n", control_word(answer, 0, "newcomers_bytes"));
	if (control_bool(answer, 0, "network_spent"))
		puts("network   is spent, too, and goes on refusing: clear network, with that "
		     "address");
	change_print_note(answer);
}

static bool is_kind(const char *word)
{
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++) {
		if (strcmp(word, state_kind_words[kind].one) == 0)
			return true;
	}
	return false;
}

/* Says which kind was meant by WORD, which is none. */
static int fail_kind(const char *word)
{
	enum state_kind kind = state_view_slip(word);

	if (kind < STATE_KINDS)
		fprintf(stderr,
			"seepctl: clear: \"%s\" is no kind: did you mean \"seepctl clear %s\"?\n",
			word, state_kind_words[kind].one);
	return SEEPCTL_USAGE;
}

int cmd_clear(int argc, char **argv)
{
	struct change_options options = { .reason = NULL };
	struct control_answer answer;
	int first;
	int status = options_parse(&cmd_clear_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	argc -= first;
	argv += first;
	if (argc > 0 && !is_kind(argv[0]))
		return fail_kind(argv[0]);
	if (argc != 2)
		return SEEPCTL_USAGE;
	if (!change_may_send(&options, argv, argc) ||
	    !change_ask(&options, &answer, "clear %s %s", argv[0], argv[1]))
		return SEEPCTL_WRONG;
	control_show(&options.control, &answer, 1, print_text);
	return SEEPCTL_OK;
}
