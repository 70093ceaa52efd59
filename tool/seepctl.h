/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of seepctl: each is one row of the table in seepctl.c, and one file cmd_NAME.c.
 */
#ifndef SEEPCTL_H
#define SEEPCTL_H

#include <stddef.h>
#include <stdio.h>

#include "options.h"

struct seepctl_command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *text;      /* one line, for the list of commands */
	/* argv[0] is the command's name. Returns what options.h says that a program exits with. */
	int (*run)(int argc, char **argv);
	const struct option_set *options; /* NULL: it has none but --help */
	const char *more;                 /* for the usage, before the options; or NULL */
};

extern const struct seepctl_command seepctl_commands[];
extern const size_t seepctl_command_count;

/* The command called NAME, or NULL. */
const struct seepctl_command *seepctl_find(const char *name);
/* Says on standard error that no command has that NAME, and which it may be. */
void seepctl_fail_command(const char *name);
/* Prints the usage of a command; of NULL, the list of commands. */
void seepctl_usage(FILE *to, const struct seepctl_command *command);
/*
 * Reads the one argument, a path, of a command without options. Returns SEEPCTL_OK, and in *PATH
 * the argument if there is one; or what the command is to exit with.
 */
int seepctl_take_path(int argc, char **argv, const char **path);

int cmd_replay(int argc, char **argv);
extern const struct option_set cmd_replay_options;
extern const char cmd_replay_more[];
int cmd_check_conf(int argc, char **argv);
int cmd_check_state(int argc, char **argv);
int cmd_top(int argc, char **argv);
extern const struct option_set cmd_top_options;
int cmd_show(int argc, char **argv);
extern const struct option_set cmd_show_options;
int cmd_stats(int argc, char **argv);
extern const struct option_set cmd_stats_options;
int cmd_status(int argc, char **argv);
extern const struct option_set cmd_status_options;
int cmd_explain(int argc, char **argv);
extern const struct option_set cmd_explain_options;
int cmd_refused(int argc, char **argv);
extern const struct option_set cmd_refused_options;
int cmd_allow(int argc, char **argv);
extern const struct option_set cmd_allow_options;
extern const char cmd_allow_more[];
int cmd_clear(int argc, char **argv);
extern const struct option_set cmd_clear_options;
int cmd_learn(int argc, char **argv);
extern const struct option_set cmd_learn_options;
extern const char cmd_learn_more[];
int cmd_completion(int argc, char **argv);
int cmd_report(int argc, char **argv);
extern const struct option_set cmd_report_options;
extern const char cmd_report_more[];
int cmd_help(int argc, char **argv);

#endif
