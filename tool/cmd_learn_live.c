/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl learn status, end and extend: how the learning of a running Seep stands, and its end. */
#include "cmd_learn.h"

#include "base/plural.h"
#include "control_change.h"
#include "control_text.h"

#include <string.h>

static const struct option_set option_set = { .base = &change_base_options };

/* Is the word the value of an option before it? */
static bool is_value(const char *before)
{
	return strcmp(before, "-s") == 0 || strcmp(before, "-c") == 0 ||
	       strcmp(before, "--reason") == 0;
}

bool learn_is_live(int argc, char **argv)
{
	const char *words[2] = { NULL, NULL };
	unsigned count = 0;

	for (int at = 1; at < argc; at++) {
		if (argv[at][0] == '-' || is_value(argv[at - 1]))
			continue;
		if (count < 2)
			words[count] = argv[at];
		count++;
	}
	/* A state file's status has its name. */
	return count && (strcmp(words[0], "end") == 0 || strcmp(words[0], "extend") == 0 ||
			 (strcmp(words[0], "status") == 0 && count == 1));
}

static void print_unfit(const struct control_answer *answer)
{
	double more = control_number(answer, 0, "users_unfit") +
		      control_number(answer, 0, "networks_unfit");

	for (size_t at = control_first(answer, 0, "no_budget_fits"); at;
	     at = control_next(answer, at), more--) {
		const char *user = control_word(answer, at, "user");

		if (*user)
			printf("\nno budget fits user %s, about %s %s sent to about %s %s: "
			       "it is flagged and never refused;\n    find out who is behind it: "
			       "many people, or a tunnel; exempt-user ends the flags, a number in "
			       "user-budget has it refused\n",
			       user, control_word(answer, at, "names"),
			       seep_plural((uint64_t)control_number(answer, at, "names"), "name",
					   "names"),
			       control_word(answer, at, "domains"),
			       seep_plural((uint64_t)control_number(answer, at, "domains"),
					   "domain", "domains"));
		else
			printf("\nno budget fits network %s: it is flagged and never refused;\n"
			       "    a number in network-budget has it refused\n",
			       control_word(answer, at, "network"));
	}
	if (more > 0)
		printf("\nand %.0f more that no budget fits: learn status with the path of the state file "
		       "has them\n",
		       more);
}

static void print_text(const struct control_answer *answer)
{
	printf("learning  %s %s\n",
	       control_bool(answer, 0, "learning") ? "goes on until" : "over since",
	       control_word(answer, 0, "until"));
	if (control_find(answer, 0, "users"))
		printf("seen      %s %s, %s %s\n", control_word(answer, 0, "users"),
		       control_text_plural(answer, "users", "user", "users"),
		       control_word(answer, 0, "networks"),
		       control_text_plural(answer, "networks", "network", "networks"));
	if (control_find(answer, 0, "users_learned")) {
		printf("users     %s learned a budget, %s bytes at most; no budget fits %s\n",
		       control_word(answer, 0, "users_learned"),
		       control_word(answer, 0, "most_bytes"),
		       control_word(answer, 0, "users_unfit"));
		printf("networks  %s bytes at most; no budget fits %s\n",
		       control_word(answer, 0, "network_bytes"),
		       control_word(answer, 0, "networks_unfit"));
		printf("newcomer  gets %s bytes\n", control_word(answer, 0, "new_bytes"));
		print_unfit(answer);
	}
	change_print_note(answer);
}

/* Are there as many words as the first one wants? */
static bool is_use(int count, char **words, const struct change_options *options)
{
	if (strcmp(words[0], "extend") == 0)
		return count == 2;
	return count == 1 && (!options->reason || strcmp(words[0], "end") == 0);
}

int learn_live(int argc, char **argv)
{
	struct change_options options = { .reason = NULL };
	struct control_answer answer;
	int first;
	int status = options_parse(&option_set, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	argc -= first;
	argv += first;
	if (!argc || !is_use(argc, argv, &options))
		return SEEPCTL_USAGE;
	if (!change_may_send(&options, argv, argc) ||
	    !change_ask(&options, &answer, "learn %s%s%s", argv[0], argc > 1 ? " " : "",
			argc > 1 ? argv[1] : ""))
		return SEEPCTL_WRONG;
	control_show(&options.control, &answer, 2, print_text);
	return SEEPCTL_OK;
}
