/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl allow: domains that pass unmetered in a running Seep, for a time. */
#include "seepctl.h"

#include "control_change.h"
#include "json.h"
#include "near.h"

#include <string.h>

struct options {
	struct change_options change;
	char *duration;
	char *user;
	bool is_forced;
};

static const struct option_row option_rows[] = {
	{ .name = "for",
	  .argument = "DURATION",
	  .text = "how long, such as 30d, 12h or 15m (default: until it is removed)",
	  .offset = offsetof(struct options, duration) },
	{ .name = "user",
	  .argument = "NETBLOCK|MAC",
	  .text = "for an address, a netblock or a MAC alone (default: for everybody)",
	  .offset = offsetof(struct options, user) },
	{ .name = "force",
	  .text = "also a public suffix, such as com or co.uk, with all domains below it",
	  .offset = offsetof(struct options, is_forced) },
};
const struct option_set cmd_allow_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &change_base_options,
};

const char cmd_allow_more[] =
	"\nDOMAIN is allowed with all names below it, at once. \"list\" shows what is allowed so, and\n"
	"\"remove\" ends it; --user is the one that it was allowed for. What seep.conf allows is not\n"
	"listed. A domain that is called remove, list or nearly so is written with a dot behind it.\n";

/* ---- list ---- */

static const char *or_else(const char *word, const char *other)
{
	return *word ? word : other;
}

static void print_row(const struct control_answer *answer, size_t at)
{
	const char *maker = control_word(answer, at, "operator");

	printf("%-32s %-18s %-20s ", control_word(answer, at, "domain"),
	       or_else(control_word(answer, at, "user"), "everybody"),
	       or_else(control_word(answer, at, "until"), "for ever"));
	printf("%-10s %s\n", or_else(maker, control_word(answer, at, "operator_uid")),
	       control_word(answer, at, "reason"));
}

static void write_word(struct json *json, const struct control_answer *answer, size_t at,
		       const char *key)
{
	const char *word = control_word(answer, at, key);

	if (*word)
		json_text(json, key, word);
	else
		json_null(json, key);
}

static void write_row(struct json *json, const struct control_answer *answer, size_t at)
{
	json_open(json, NULL, '{');
	write_word(json, answer, at, "domain");
	write_word(json, answer, at, "user");
	write_word(json, answer, at, "since");
	write_word(json, answer, at, "until");
	write_word(json, answer, at, "operator");
	json_literal(json, "operator_uid",
		     or_else(control_word(answer, at, "operator_uid"), "null"));
	write_word(json, answer, at, "reason");
	json_close(json);
}

/* The rows of one answer; returns how many. */
static size_t show_rows(struct json *json, bool is_json, const struct control_answer *answer,
			size_t shown)
{
	size_t count = 0;

	for (size_t at = control_first(answer, 0, "exceptions"); at;
	     at = control_next(answer, at), count++) {
		if (!is_json && !shown && !count)
			printf("%-32s %-18s %-20s %-10s %s\n", "DOMAIN", "USER", "UNTIL",
			       "OPERATOR", "REASON");
		if (is_json)
			write_row(json, answer, at);
		else
			print_row(answer, at);
	}
	return count;
}

/* An answer has room for some; the next one goes on from there. */
static int list(const struct options *options)
{
	const bool is_json = options->change.control.json;
	struct json json = { .file = stdout, .lines = 2 };
	char next[24] = "0";
	size_t shown = 0;

	while (*next) {
		struct control_answer answer;

		if (!control_ask(&options->change.control, &answer, "allow list %s", next))
			return SEEPCTL_WRONG;
		/* Where nobody answers, nothing is begun. */
		if (is_json && strcmp(next, "0") == 0) {
			json_open(&json, NULL, '{');
			json_open(&json, "exceptions", '[');
		}
		shown += show_rows(&json, is_json, &answer, shown);
		snprintf(next, sizeof(next), "%s", control_word(&answer, 0, "next"));
		control_release(&answer);
	}
	if (is_json) {
		json_close(&json);
		json_close(&json);
	} else if (!shown) {
		puts("nothing is allowed by command");
	}
	return SEEPCTL_OK;
}

/* ---- allow, remove ---- */

static void print_allowed(const struct control_answer *answer)
{
	printf("allowed   %s, with all names below it\n", control_word(answer, 0, "domain"));
	printf("user      %s\n", or_else(control_word(answer, 0, "user"), "everybody"));
	printf("until     %s\n", or_else(control_word(answer, 0, "until"), "it is removed"));
	if (control_bool(answer, 0, "replaced"))
		puts("          in place of what was allowed before");
	change_print_note(answer);
}

static void print_removed(const struct control_answer *answer)
{
	printf("removed   %s\n", control_word(answer, 0, "removed"));
	change_print_note(answer);
}

static int change(const struct options *options, const char *verb, char *domain)
{
	char *words[] = { domain, options->duration, options->user };
	struct control_answer answer;

	if (!change_may_send(&options->change, words, sizeof(words) / sizeof(words[0])))
		return SEEPCTL_WRONG;
	if (!change_ask(&options->change, &answer, "%s %s%s%s%s%s%s", verb, domain,
			options->duration ? " for " : "",
			options->duration ? options->duration : "", options->user ? " user " : "",
			options->user ? options->user : "", options->is_forced ? " force" : ""))
		return SEEPCTL_WRONG;
	control_show(&options->change.control, &answer, 1,
		     control_find(&answer, 0, "removed") ? print_removed : print_allowed);
	return SEEPCTL_OK;
}

/* Says which of allow's own words was probably meant by WORD, in place of a domain. */
static bool fail_slip(int argc, const char *word)
{
	bool is_removal = argc == 2 && near_is_slip(word, "remove");

	if (!is_removal && (argc != 1 || near_distance(word, "list") != 1))
		return false;
	fprintf(stderr, "seepctl: allow: did you mean \"seepctl allow %s\"?%s\n",
		is_removal ? "remove" : "list",
		is_removal ? "" : " A domain that is called so is written with a dot behind it");
	return true;
}

int cmd_allow(int argc, char **argv)
{
	struct options options = { .duration = NULL };
	int first;
	int status = options_parse(&cmd_allow_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	argc -= first;
	argv += first;
	if (argc == 1 && strcmp(argv[0], "list") == 0)
		return options.duration || options.user || options.is_forced ||
				       options.change.reason
			       ? SEEPCTL_USAGE
			       : list(&options);
	if (argc == 2 && strcmp(argv[0], "remove") == 0)
		return options.duration || options.is_forced
			       ? SEEPCTL_USAGE
			       : change(&options, "allow remove", argv[1]);
	if (argc > 0 && fail_slip(argc, argv[0]))
		return SEEPCTL_USAGE;
	if (argc != 1 || strcmp(argv[0], "remove") == 0)
		return SEEPCTL_USAGE;
	return change(&options, "allow", argv[0]);
}
