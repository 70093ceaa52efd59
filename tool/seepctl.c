/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl: the operator's tool, a table of commands. */
#include "seepctl.h"

#include "near.h"

#include <string.h>

#ifndef SEEP_VERSION
#define SEEP_VERSION "unknown"
#endif

const struct seepctl_command seepctl_commands[] = {
	{ "replay", "[options] TRACE...",
	  "show whom Seep would have flagged or refused in recorded traffic", cmd_replay,
	  &cmd_replay_options, cmd_replay_more },
	{ "check-conf", "[FILE]", "check a seep.conf (default: seep.conf)", cmd_check_conf, NULL,
	  NULL },
	{ "check-state", "[FILE]", "check a state file", cmd_check_state, NULL, NULL },
	{ "top", "[users|networks|domains] [-n N] [--sort KEY] [options] [FILE]",
	  "show whose meters are fullest", cmd_top, &cmd_top_options, NULL },
	{ "show", "user ADDRESS | network ADDRESS | domain NAME [options] [FILE]",
	  "show what is metered of one user, network or domain", cmd_show, &cmd_show_options,
	  NULL },
	{ "status", "[options]", "show what a running Seep is doing", cmd_status,
	  &cmd_status_options, NULL },
	{ "stats", "[options]", "print all statistics of a running Seep", cmd_stats,
	  &cmd_stats_options, NULL },
	{ "explain", "NAME [--type TYPE] [--for ADDRESS] [options]",
	  "show what a name costs, and what would become of it", cmd_explain, &cmd_explain_options,
	  NULL },
	{ "refused", "[--since TIME] [options]", "show the last refusals of a running Seep",
	  cmd_refused, &cmd_refused_options, NULL },
	{ "allow", "DOMAIN [options] | list | remove DOMAIN [options]",
	  "let a domain pass unmetered for a time, show and end that", cmd_allow,
	  &cmd_allow_options, cmd_allow_more },
	{ "clear", "user ADDRESS | network ADDRESS | domain NAME [options]",
	  "set the level of a meter to 0", cmd_clear, &cmd_clear_options, NULL },
	{ "learn", "status [--json] [FILE] | end | extend DURATION | [options] -o FILE TRACE...",
	  "show what learning found, end or extend it, or learn from recorded traffic", cmd_learn,
	  &cmd_learn_options, cmd_learn_more },
	{ "report", "[options] -o DIR [STATE|TRACE...]",
	  "write a page with pictures of recorded traffic, or of a state file", cmd_report,
	  &cmd_report_options, cmd_report_more },
	{ "completion", "[bash]", "print a script by which bash completes what is typed",
	  cmd_completion, NULL, NULL },
	{ "help", "[COMMAND]", "show how a command is used", cmd_help, NULL, NULL },
};

const size_t seepctl_command_count = sizeof(seepctl_commands) / sizeof(seepctl_commands[0]);

const struct seepctl_command *seepctl_find(const char *name)
{
	for (size_t at = 0; at < seepctl_command_count; at++) {
		if (strcmp(seepctl_commands[at].name, name) == 0)
			return &seepctl_commands[at];
	}
	return NULL;
}

void seepctl_fail_command(const char *name)
{
	const char *nearest = NULL;
	unsigned least = NEAR_WRONG_LETTERS + 1;

	for (size_t at = 0; at < seepctl_command_count; at++) {
		unsigned distance = near_distance(name, seepctl_commands[at].name);

		if (distance < least && distance < strlen(name)) {
			least = distance;
			nearest = seepctl_commands[at].name;
		}
	}
	fprintf(stderr, "seepctl: no command \"%s\"%s%s%s\n", name,
		nearest ? ": did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

void seepctl_usage(FILE *to, const struct seepctl_command *command)
{
	if (command) {
		fprintf(to, "usage: seepctl %s %s\n%s\n", command->name, command->arguments,
			command->text);
		if (command->more)
			fputs(command->more, to);
		if (command->options)
			options_usage(command->options, to);
		return;
	}
	fputs("usage: seepctl COMMAND [arguments]\n\ncommands:\n", to);
	for (size_t at = 0; at < seepctl_command_count; at++)
		fprintf(to, "  %-12s %s\n", seepctl_commands[at].name, seepctl_commands[at].text);
	fputs("\n\"seepctl help COMMAND\" tells more, seepctl(8) all.\n", to);
}

int seepctl_take_path(int argc, char **argv, const char **path)
{
	static const struct option_set none = { .count = 0 };
	int first;
	int status = options_parse(&none, argc, argv, NULL, &first);

	if (status != SEEPCTL_OK)
		return status;
	if (first < argc)
		*path = argv[first++];
	return first == argc ? SEEPCTL_OK : SEEPCTL_USAGE;
}

/* Runs the command; the help that it is asked for, or needs, is printed here. */
static int run(const struct seepctl_command *command, int argc, char **argv)
{
	int status = command->run(argc, argv);

	if (status == SEEPCTL_HELP) {
		seepctl_usage(stdout, command);
		return SEEPCTL_OK;
	}
	if (status == SEEPCTL_USAGE)
		fprintf(stderr, "usage: seepctl %s %s\nTry \"seepctl help %s\".\n", command->name,
			command->arguments, command->name);
	return status;
}

int main(int argc, char **argv)
{
	const struct seepctl_command *command;
	int status;

	if (argc < 2) {
		seepctl_usage(stderr, NULL);
		return SEEPCTL_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("seepctl " SEEP_VERSION);
		return SEEPCTL_OK;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		command = seepctl_find("help");
	else
		command = seepctl_find(argv[1]);
	if (!command) {
		seepctl_fail_command(argv[1]);
		fputs("Try \"seepctl help\".\n", stderr);
		return SEEPCTL_USAGE;
	}
	status = run(command, argc - 1, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("seepctl: standard output");
		return SEEPCTL_WRONG;
	}
	return status;
}
