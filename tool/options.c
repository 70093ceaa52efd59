/* SPDX-License-Identifier: BSD-3-Clause */
/* Options, by their rows. */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Codes that getopt_long gives for long options. */
enum { CODE_ROW = 1000, CODE_CONF = 2000, CODE_HELP = 3000 };

/* What getopt_long reads by. */
struct reading {
	struct option *longs;
	char shorts[64];
};

/* The rows of SET, of its base, and so on. */
static size_t count_rows(const struct option_set *set)
{
	return set->count + (set->base ? count_rows(set->base) : 0);
}

static const struct option_row *row_at(const struct option_set *set, size_t at)
{
	return at < set->count ? &set->rows[at] : row_at(set->base, at - set->count);
}

static bool start(struct reading *reading, const struct option_set *set)
{
	size_t count = count_rows(set) + (set->take_conf ? SEEP_OPTION_COUNT : 0);
	struct option *next = calloc(count + 2, sizeof(*next));
	char *letter = reading->shorts;

	reading->longs = next;
	if (!next)
		return false;
	*letter++ = 'h';
	*next++ = (struct option){ "help", no_argument, NULL, CODE_HELP };
	for (size_t at = 0; at < count_rows(set); at++) {
		const struct option_row *row = row_at(set, at);

		if (row->name)
			*next++ = (struct option){ row->name,
						   row->argument ? required_argument : no_argument,
						   NULL, CODE_ROW + (int)at };
		if (row->letter)
			*letter++ = row->letter;
		if (row->letter && row->argument)
			*letter++ = ':';
	}
	*letter = '\0';
	for (size_t at = 0; set->take_conf && at < SEEP_OPTION_COUNT; at++)
		*next++ = (struct option){ seep_options[at].name, required_argument, NULL,
					   CODE_CONF + (int)at };
	return true;
}

static const char *program_of(const struct option_set *set)
{
	return set->program ? set->program : "seepctl";
}

static bool take_number(const struct option_set *set, const struct option_row *row, uint64_t *field,
			const char *value)
{
	const struct seep_option number = {
		.type = row->type, .name = row->name, .min = row->min, .max = row->max
	};
	const char *problem = seep_option_number(&number, value, field);
	char expected[SEEP_CONF_EXPECTED_SIZE];

	if (!problem)
		return true;
	seep_option_expected(&number, expected);
	if (row->name)
		fprintf(stderr, "%s: --%s: \"%s\" %s: expected %s\n", program_of(set), row->name,
			value, problem, expected);
	else
		fprintf(stderr, "%s: -%c: \"%s\" %s: expected %s\n", program_of(set), row->letter,
			value, problem, expected);
	return false;
}

static bool take_row(const struct option_set *set, const struct option_row *row, void *options,
		     const char *value)
{
	void *field = (char *)options + row->offset;

	if (row->take)
		return row->take(options, value);
	if (row->type)
		return take_number(set, row, field, value);
	if (row->argument)
		*(const char **)field = value;
	else
		*(bool *)field = true;
	return true;
}

static const struct option_row *row_of_letter(const struct option_set *set, int letter)
{
	for (size_t at = 0; at < count_rows(set); at++)
		if (row_at(set, at)->letter == letter)
			return row_at(set, at);
	return NULL;
}

static bool take(const struct option_set *set, int code, void *options, const char *value)
{
	const struct option_row *row;

	if (code >= CODE_CONF)
		return set->take_conf(options, &seep_options[code - CODE_CONF], value);
	row = code >= CODE_ROW ? row_at(set, (size_t)(code - CODE_ROW)) : row_of_letter(set, code);
	return row && take_row(set, row, options, value);
}

int options_parse(const struct option_set *set, int argc, char **argv, void *options, int *first)
{
	struct reading reading;
	int status = SEEPCTL_OK, code;
	char name[16], *called = argv[0];

	if (!start(&reading, set)) {
		perror(program_of(set));
		return SEEPCTL_USAGE;
	}
	snprintf(name, sizeof(name), "%s", program_of(set));
	argv[0] = name; /* what getopt begins its messages with */
	optind = 1;
	while (status == SEEPCTL_OK &&
	       (code = getopt_long(argc, argv, reading.shorts, reading.longs, NULL)) != -1) {
		if (code == CODE_HELP || code == 'h')
			status = SEEPCTL_HELP;
		else if (code == '?' || !take(set, code, options, optarg))
			status = SEEPCTL_USAGE;
	}
	argv[0] = called;
	free(reading.longs);
	*first = optind;
	return status;
}

/* The option and its argument, as they are written. */
static void print_option(const struct option_row *row, char *text, size_t size)
{
	const char *space = row->argument ? " " : "", *word = row->argument ? row->argument : "";

	if (row->name)
		snprintf(text, size, "--%s%s%s", row->name, space, word);
	else
		snprintf(text, size, "-%c%s%s", row->letter, space, word);
}

void options_usage(const struct option_set *set, FILE *to)
{
	char text[64], expected[SEEP_CONF_EXPECTED_SIZE];

	putc('\n', to);
	for (size_t at = 0; at < count_rows(set); at++) {
		print_option(row_at(set, at), text, sizeof(text));
		fprintf(to, "  %-22s  %s\n", text, row_at(set, at)->text);
	}
	if (!set->take_conf)
		return;
	fputs("\nOptions of seep.conf, which override FILE:\n\n", to);
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		seep_option_expected(&seep_options[at], expected);
		fprintf(to, "  --%-20s  %s%s\n", seep_options[at].name, expected,
			seep_option_is_list(&seep_options[at]) ? "; may be repeated" : "");
	}
}
