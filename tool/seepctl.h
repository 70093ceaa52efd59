/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of seepctl: each is one row of the table in seepctl.c, and one file cmd_NAME.c.
 */
#ifndef SEEPCTL_H
#define SEEPCTL_H

#include <stddef.h>
#include <stdio.h>

/* What the program exits with. */
enum {
	SEEPCTL_OK = 0,
	SEEPCTL_WRONG = 1, /* what was to be read is wrong, or could not be read whole */
	SEEPCTL_USAGE = 2, /* it was called wrongly */
};

struct seepctl_command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *text;      /* one line, for the list of commands */
	/* argv[0] is the command's name. Gives the exit status. */
	int (*run)(int argc, char **argv);
	void (*usage)(FILE *to); /* the options, or NULL */
};

extern const struct seepctl_command seepctl_commands[];
extern const size_t seepctl_command_count;

/* The command called NAME, or NULL. */
const struct seepctl_command *seepctl_find(const char *name);
/* Prints the usage of a command; of NULL, the list of commands. */
void seepctl_usage(FILE *to, const struct seepctl_command *command);
/* Says on standard error how to learn more; SEEPCTL_USAGE. */
int seepctl_try_help(const char *command);

int cmd_replay(int argc, char **argv);
void cmd_replay_usage(FILE *to);
int cmd_check_conf(int argc, char **argv);
int cmd_check_state(int argc, char **argv);
int cmd_top(int argc, char **argv);
void cmd_top_usage(FILE *to);
int cmd_show(int argc, char **argv);
void cmd_show_usage(FILE *to);
int cmd_help(int argc, char **argv);

#endif
