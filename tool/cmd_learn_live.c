/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl learn status, end and extend: how learning stands, and its end. */
#include "cmd_learn.h"

#include "base/plural.h"
#include "control_change.h"
#include "control_text.h"
#include "near.h"

#include <string.h>
#include <unistd.h>

static const struct option_set option_set = { .base = &change_base_options };

/* How many arguments WORD takes up as an option of those; 0: it is none. */
static int option_width(const char *word)
{
	static const char *const with_values[] = { "-s", "-c", "--reason" };

	if (strcmp(word, "--json") == 0)
		return 1;
	for (size_t at = 0; at < sizeof(with_values) / sizeof(with_values[0]); at++) {
		size_t length = strlen(with_values[at]);

		if (strncmp(word, with_values[at], length) == 0)
			return word[length] ? 1 : 2;
	}
	return 0;
}

static const char *const stands[] = { "status", "end", "extend" };

/* The first argument that is no option of theirs, or NULL. */
static const char *first_word(int argc, char **argv)
{
	int at = 1;

	while (at < argc && option_width(argv[at]))
		at += option_width(argv[at]);
	return at < argc ? argv[at] : NULL;
}

bool learn_is_stand(int argc, char **argv)
{
	const char *word = first_word(argc, argv);

	for (size_t at = 0; word && at < sizeof(stands) / sizeof(stands[0]); at++) {
		if (strcmp(word, stands[at]) == 0)
			return true;
	}
	return false;
}

bool learn_fail_slip(int argc, char **argv)
{
	const char *word = first_word(argc, argv);

	/* A trace may be called as it likes. */
	if (!word || word[0] == '-' || access(word, F_OK) == 0)
		return false;
	for (size_t at = 0; at < sizeof(stands) / sizeof(stands[0]); at++) {
		if (!near_is_slip(word, stands[at]))
			continue;
		fprintf(stderr,
			"seepctl: learn: \"%s\" is no file: did you mean \"seepctl learn %s\"?\n",
			word, stands[at]);
		return true;
	}
	return false;
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

/* A running Seep is asked. */
static int ask(const struct change_options *options, int argc, char **argv)
{
	struct control_answer answer;

	if (!is_use(argc, argv, options))
		return SEEPCTL_USAGE;
	if (!change_may_send(options, argv, argc) ||
	    !change_ask(options, &answer, "learn %s%s%s", argv[0], argc > 1 ? " " : "",
			argc > 1 ? argv[1] : ""))
		return SEEPCTL_WRONG;
	control_show(&options->control, &answer, 2, print_text);
	return SEEPCTL_OK;
}

int learn_stand(int argc, char **argv)
{
	struct change_options options = { .reason = NULL };
	bool connects;
	int first;
	int status = options_parse(&option_set, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	argc -= first;
	argv += first;
	/* Of a file nobody is asked. */
	connects = options.control.socket || options.control.conf || options.reason;
	if (argc == 2 && strcmp(argv[0], "status") == 0)
		return connects ? SEEPCTL_USAGE : learn_status_file(argv[1], options.control.json);
	return argc ? ask(&options, argc, argv) : SEEPCTL_USAGE;
}
