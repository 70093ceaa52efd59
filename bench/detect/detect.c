/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures detection: what leaks before the block and over the days, and who is
 * disturbed, for Seep and its rivals side by side, on the same generated
 * traffic through the same simulated cache. What was measured is one JSON
 * document; report.py makes tables and plots of it.
 */
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "options.h"

#define NOT_GIVEN UINT64_MAX

/* Reads numbers with commas between, each as OPTION is. */
static void read_list(struct lab_list *list, const struct seep_option *option, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word, expected[SEEP_CONF_EXPECTED_SIZE];

	if (!copy)
		util_die("out of memory");
	seep_option_expected(option, expected);
	list->count = 0;
	while ((word = strsep(&rest, ",")) != NULL) {
		if (list->count == LAB_LIST_MOST)
			util_die("%s: expected at most %d", text, LAB_LIST_MOST);
		if (seep_option_number(option, word, &list->numbers[list->count++]))
			util_die("%s: expected each to be %s", text, expected);
	}
	free(copy);
}

static bool take_budgets(void *context, const char *value)
{
	struct lab_options *options = context;

	read_list(&options->budgets, &seep_options[SEEP_OPTION_AT_user_budget_bytes], value);
	return true;
}

static bool take_refills(void *context, const char *value)
{
	struct lab_options *options = context;

	read_list(&options->refills, &seep_options[SEEP_OPTION_AT_user_refill_bytes_per_day],
		  value);
	return true;
}

#define USERS_MOST 10000000

static bool take_sweep_users(void *context, const char *value)
{
	static const struct seep_option users = { .type = &seep_option_type_number,
						  .min = 1,
						  .max = USERS_MOST };
	struct lab_options *options = context;

	read_list(&options->sweep_users, &users, value);
	return true;
}

static bool take_offices(void *context, const char *value)
{
	static const struct seep_option users = { .type = &seep_option_type_number,
						  .max = USERS_MOST };
	struct lab_options *options = context;

	read_list(&options->offices, &users, value);
	if (options->offices.count == 1 && !options->offices.numbers[0])
		options->offices.count = 0;
	options->has_offices = true;
	return true;
}

static double read_decimal(const char *value)
{
	char *end;
	double number = strtod(value, &end);

	if (end == value || *end || !(number >= 0) || number > 1e9)
		util_die("%s: expected a number from 0", value);
	return number;
}

static bool take_dga_cover(void *context, const char *value)
{
	struct lab_options *options = context;

	options->dga_cover = read_decimal(value);
	return true;
}

static bool take_rate(void *context, const char *value)
{
	struct lab_options *options = context;

	options->rate = read_decimal(value);
	return true;
}

#define FIELD(field) .offset = offsetof(struct lab_options, field)
#define NUMBER(field, least, most) \
	FIELD(field), .type = &seep_option_type_number, .min = (least), .max = (most)

static const struct option_row option_rows[] = {
	{ .name = "users",
	  .argument = "N",
	  .text = "people in the organisation (1000; 50 with --quick)",
	  NUMBER(users, 1, USERS_MOST) },
	{ .name = "days",
	  .argument = "D",
	  .text = "days measured (30; 7 with --quick)",
	  NUMBER(days, 1, 3650) },
	{ .name = "warm",
	  .argument = "D",
	  .text = "days before: learning, and tuning of the others (7)",
	  NUMBER(warm_days, 0, 365) },
	{ .name = "seed",
	  .argument = "S",
	  .text = "everything random comes from it (1)",
	  NUMBER(seed, 0, INT64_MAX) },
	{ .name = "quick", .text = "a small organisation, few cases", FIELD(quick) },
	{ .name = "home",
	  .text = "people at home, evenings and weekends (up to 10 users are anyway)",
	  FIELD(home) },
	{ .name = "names",
	  .argument = "FILE",
	  .text = "a name a line, or rank and name, gzip or not: the popular names",
	  FIELD(names_file) },
	{ .name = "common-list",
	  .argument = "FILE",
	  .text = "rank and domain a line, for Seep's option of that name",
	  FIELD(common_list) },
	{ .name = "write-common",
	  .argument = "FILE",
	  .text = "writes the generated world's own popularity so, and ends",
	  FIELD(write_common) },
	{ .name = "cases",
	  .argument = "LIST",
	  .text = "quick, standard, all, none, or names: base32/,iodine/file",
	  FIELD(cases) },
	{ .name = "dga",
	  .argument = "FILE",
	  .text = "families: name and domain a line, gzip or not",
	  FIELD(dga_file) },
	{ .name = "dga-cover",
	  .argument = "N",
	  .text = "existing domains that bots ask for with each of theirs (0)",
	  .take = take_dga_cover },
	{ .name = "budgets",
	  .argument = "LIST",
	  .text = "of Seep, bytes; the first is the tables' (auto,512,1k,2k,4k)",
	  .take = take_budgets },
	{ .name = "refills",
	  .argument = "LIST",
	  .text = "bytes a day (128); more than one with --sweep",
	  .take = take_refills },
	{ .name = "rate",
	  .argument = "R",
	  .text = "false blocks in 1000 user-days to tune rivals for (0.1)",
	  .take = take_rate },
	{ .name = "min-ttl",
	  .argument = "S",
	  .text = "the resolver's cache-min-ttl (0)",
	  NUMBER(min_ttl_s, 0, INT32_MAX) },
	{ .name = "settings",
	  .argument = "LINES",
	  .text = "of seep.conf, for Seep, separated by semicolons",
	  FIELD(settings) },
	{ .name = "offices",
	  .argument = "LIST",
	  .text = "people in offices of all shapes; 0: none (5,12,50,1000,20000; 5,50)",
	  .take = take_offices },
	{ .name = "json",
	  .argument = "FILE",
	  .text = "write the results there, not to standard output",
	  FIELD(json_file) },
	{ .name = "sweep",
	  .text = "Seep alone: budgets, refills, users; cold and warm; common-list or not",
	  FIELD(sweep) },
	{ .name = "sweep-users",
	  .argument = "LIST",
	  .text = "(5,50,1000)",
	  .take = take_sweep_users },
};

static const struct option_set option_set = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.program = "detect",
};

/* Reads the command line; ends the program if there is nothing to run. */
static void take_options(struct lab_options *options, int argc, char **argv)
{
	int first;
	int status = options_parse(&option_set, argc, argv, options, &first);

	if (status == SEEPCTL_OK && first == argc)
		return;
	if (status == SEEPCTL_HELP) {
		puts("usage: detect [options]");
		options_usage(&option_set, stdout);
		exit(SEEPCTL_OK);
	}
	fputs("usage: detect [options]\nTry \"detect --help\".\n", stderr);
	exit(SEEPCTL_USAGE);
}

static char *lines_of(const char *text)
{
	size_t length = strlen(text);
	char *lines = util_zeroed(length + 2, 1);

	memcpy(lines, text, length);
	for (size_t i = 0; i < length; i++) {
		if (lines[i] == ';')
			lines[i] = '\n';
	}
	lines[length] = '\n';
	return lines;
}

static void fill_defaults(struct lab_options *options)
{
	if (!options->users)
		options->users = options->quick ? 50 : 1000;
	if (!options->days)
		options->days = options->quick ? 7 : 30;
	if (options->warm_days == NOT_GIVEN)
		options->warm_days = 7;
	if (!options->cases)
		options->cases = options->quick ? "quick" : "standard";
	if (!options->budgets.count)
		take_budgets(options, "auto,512,1k,2k,4k");
	if (!options->refills.count)
		take_refills(options, options->sweep ? "64,128,256,512" : "128");
	if (!options->sweep_users.count)
		take_sweep_users(options, "5,50,1000");
	if (!options->has_offices)
		take_offices(options, options->quick ? "5,50" : "5,12,50,1000,20000");
	if (options->settings)
		options->settings = lines_of(options->settings);
	if (options->users <= 10)
		options->home = true;
}

static void write_report(const struct lab *lab)
{
	const char *path = lab->options->json_file;
	FILE *file = path ? fopen(path, "w") : stdout;

	if (!file)
		util_die("%s: cannot be written", path);
	report_json(lab, file);
	if (fflush(file) != 0 || ferror(file))
		util_die("%s: cannot be written", path ? path : "standard output");
	if (path)
		fclose(file);
}

int main(int argc, char **argv)
{
	struct lab_options options = {
		.seed = 1,
		.warm_days = NOT_GIVEN,
		.rate = 0.1,
	};
	struct lab lab;

	take_options(&options, argc, argv);
	fill_defaults(&options);
	lab_open(&lab, &options);
	if (options.write_common) {
		if (!world_write_common(&lab.world, options.write_common, 100000))
			util_die("%s: cannot be written", options.write_common);
	} else {
		if (options.sweep)
			sweep_run(&lab);
		else
			lab_run(&lab);
		write_report(&lab);
	}
	lab_close(&lab);
	return 0;
}
