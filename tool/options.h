/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of a program, or of a command of seepctl, as rows: the command line is read by them,
 * and the usage is printed from them.
 */
#ifndef SEEP_TOOL_OPTIONS_H
#define SEEP_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"

/* What a program exits with. */
enum {
	SEEPCTL_OK = 0,
	SEEPCTL_WRONG = 1, /* what was to be read is wrong, or could not be read whole */
	SEEPCTL_USAGE = 2, /* it was called wrongly */
	SEEPCTL_HELP = 3,  /* of options_parse: its usage is asked for; the program exits with 0 */
};

struct option_row {
	const char *name;     /* of the long option, or NULL */
	char letter;          /* of the short one, or 0 */
	const char *argument; /* its value, for the usage; NULL: it has none, and sets a bool */
	const char *text;     /* for the usage */
	size_t offset;        /* of its field in the command's struct of options */
	/* A number: the field is a uint64_t. */
	const struct seep_option_type *type;
	uint64_t min, max;
	/* All else but text: returns false, having said on standard error why not. */
	bool (*take)(void *options, const char *value);
	/* Neither: text, the field is a const char *, which borrows from the command line. */
};

struct option_set {
	const struct option_row *rows;
	size_t count;
	/* Its rows are taken as well, of a struct of options that begins with its own; or NULL. */
	const struct option_set *base;
	/* If not NULL, all options of seep.conf are taken as well, by this. */
	bool (*take_conf)(void *options, const struct seep_option *option, const char *value);
	const char *program; /* what messages begin with; NULL: "seepctl" */
};

/*
 * Reads the options of ARGV into OPTIONS, the command's struct. Returns SEEPCTL_OK, and in *FIRST
 * the place of the first argument that is no option; SEEPCTL_HELP if that was asked for; or
 * SEEPCTL_USAGE, having said on standard error what is wrong.
 */
int options_parse(const struct option_set *set, int argc, char **argv, void *options, int *first);

void options_usage(const struct option_set *set, FILE *to);

#endif
