/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl status: what a running Seep is doing, on one screen. */
#include "seepctl.h"

#include "control.h"
#include "control_text.h"
#include "terminal.h"

#include <string.h>

const struct option_set cmd_status_options = { .base = &control_base_options };

static bool is_learning(const struct control_answer *answer)
{
	return strcmp(control_word(answer, 0, "mode"), "learning") == 0;
}

/* What users, networks or domains are held to, and how many there are. */
static void print_kind(const struct control_answer *answer, const char *kind)
{
	size_t at = control_find(answer, 0, kind);
	double entries, room;

	if (!at)
		return;
	entries = control_number(answer, at, "entries");
	room = control_number(answer, at, "room");
	printf("%-9s %.0f of %.0f places, %.1f %%; %s%s spent%s; %s %.0f bytes, and %.0f a day%s\n",
	       kind, entries, room, room > 0 ? 100 * entries / room : 0,
	       terminal_colour(control_number(answer, at, "spent") > 0 ? TERMINAL_RED
								       : TERMINAL_PLAIN),
	       control_word(answer, at, "spent"), terminal_colour(TERMINAL_PLAIN),
	       is_learning(answer) ? "after learning a new one has" : "a new one has",
	       control_number(answer, at, "budget_bytes"),
	       control_number(answer, at, "refill_bytes_day"),
	       control_bool(answer, at, "budget_is_learned") ? ", others what learning gives" : "");
}

static void print_lists(const struct control_answer *answer)
{
	double kept = control_number(answer, 0, "lists_kept");
	double missing = control_number(answer, 0, "lists_missing");

	if (kept + missing > 0)
		printf("lists     %.0f in use as an earlier copy, %.0f missing: the log names "
		       "them\n",
		       kept, missing);
}

static void print_text(const struct control_answer *answer)
{
	const char *mode = control_word(answer, 0, "mode");
	const char *until = control_word(answer, 0, "learning_until");
	const char *why = control_word(answer, 0, "why");
	enum terminal_colour colour = strcmp(mode, "guard") == 0         ? TERMINAL_GREEN
				      : strcmp(mode, "passthrough") == 0 ? TERMINAL_RED
									 : TERMINAL_YELLOW;

	printf("seep      %s\n", control_word(answer, 0, "version"));
	printf("mode      %s%s%s\n", terminal_colour(colour), control_word(answer, 0, "mode_text"),
	       terminal_colour(TERMINAL_PLAIN));
	if (*why)
		printf("why       %s\n", why);
	if (*until)
		printf("learning  until %s\n", until);
	printf("state     %s\n", control_word(answer, 0, "state_text"));
	printf("memory    %.1f MiB; about %s %s known\n",
	       control_number(answer, 0, "memory_bytes") / (1 << 20),
	       control_word(answer, 0, "names"),
	       control_text_plural(answer, "names", "name is", "names are"));
	print_lists(answer);
	print_kind(answer, "users");
	print_kind(answer, "networks");
	print_kind(answer, "domains");
	if (control_number(answer, 0, "users_crowds") > 0)
		printf("crowds    %s %s that no budget fits: seepctl learn status has more\n",
		       control_word(answer, 0, "users_crowds"),
		       control_text_plural(answer, "users_crowds", "user", "users"));
	if (control_number(answer, 0, "users_dga") > 0)
		printf("dga       %s %s for generated domains\n",
		       control_word(answer, 0, "users_dga"),
		       control_text_plural(answer, "users_dga", "user looks", "users look"));
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
	control_show(&options, &answer, 2, print_text);
	return SEEPCTL_OK;
}
