/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures detection: what leaks before the block and over the days, and who is
 * disturbed, for Seep and its rivals side by side, on the same generated
 * traffic through the same simulated cache. What was measured is one JSON
 * document; report.py makes tables and plots of it.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

static const char usage[] =
	"usage: detect [options]\n"
	"  --users N          people in the organisation (1000; 50 with --quick)\n"
	"  --days D           days measured (30; 7 with --quick)\n"
	"  --warm D           days before: learning, and tuning of the others (7; 3)\n"
	"  --seed S           everything random comes from it (1)\n"
	"  --quick            a small organisation, few cases\n"
	"  --home             people at home, in the evenings and at weekends\n"
	"                     (what up to 10 users are anyway)\n"
	"  --names FILE       rank and name a line, gzip or not: the popular names\n"
	"  --common-list FILE rank and domain a line, for Seep's option of that name\n"
	"  --write-common FILE  writes the generated world's own popularity so, and ends\n"
	"  --cases LIST       quick, standard, all, none, or names: base32/,iodine/file\n"
	"  --dga FILE         families: name and domain a line, gzip or not\n"
	"  --dga-cover N      existing domains that bots ask for with each of theirs (0)\n"
	"  --budgets LIST     of Seep, bytes or `auto`; the first is the tables'\n"
	"                     (auto,512,1k,2k,4k)\n"
	"  --refills LIST     bytes a day (128); more than one with --sweep\n"
	"  --rate R           false blocks in 1000 user-days to tune rivals for (0.1)\n"
	"  --min-ttl S        the resolver's cache-min-ttl (0)\n"
	"  --settings LINES   of seep.conf, for Seep, separated by semicolons\n"
	"  --json FILE        write the results there, not to standard output\n"
	"  --sweep            Seep alone: budgets, refills, users, cold and warm,\n"
	"                     with and without common-list\n"
	"  --sweep-users LIST (5,50,1000)\n";

static unsigned read_sizes(const char *text, uint64_t *sizes)
{
	unsigned count = 0;

	while (*text && count < LAB_BUDGETS) {
		char *end;

		if (strncmp(text, "auto", 4) == 0) {
			sizes[count++] = METHOD_AUTO;
			text += 4 + (text[4] == ',');
			continue;
		}
		sizes[count] = strtoull(text, &end, 10);
		if (*end == 'k') {
			sizes[count] *= 1024;
			end++;
		}
		if (end == text || (*end && *end != ','))
			util_die("%s: expected sizes such as 512,1k", text);
		count++;
		text = end + (*end == ',');
	}
	return count;
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

enum {
	OPTION_USERS = 256,
	OPTION_DAYS,
	OPTION_WARM,
	OPTION_SEED,
	OPTION_QUICK,
	OPTION_HOME,
	OPTION_NAMES,
	OPTION_COMMON,
	OPTION_WRITE_COMMON,
	OPTION_CASES,
	OPTION_DGA,
	OPTION_DGA_COVER,
	OPTION_BUDGETS,
	OPTION_REFILLS,
	OPTION_RATE,
	OPTION_SETTINGS,
	OPTION_JSON,
	OPTION_SWEEP,
	OPTION_SWEEP_USERS,
	OPTION_MIN_TTL,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "users", required_argument, NULL, OPTION_USERS },
	{ "days", required_argument, NULL, OPTION_DAYS },
	{ "warm", required_argument, NULL, OPTION_WARM },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "home", no_argument, NULL, OPTION_HOME },
	{ "names", required_argument, NULL, OPTION_NAMES },
	{ "common-list", required_argument, NULL, OPTION_COMMON },
	{ "write-common", required_argument, NULL, OPTION_WRITE_COMMON },
	{ "cases", required_argument, NULL, OPTION_CASES },
	{ "dga", required_argument, NULL, OPTION_DGA },
	{ "dga-cover", required_argument, NULL, OPTION_DGA_COVER },
	{ "budgets", required_argument, NULL, OPTION_BUDGETS },
	{ "refills", required_argument, NULL, OPTION_REFILLS },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "settings", required_argument, NULL, OPTION_SETTINGS },
	{ "json", required_argument, NULL, OPTION_JSON },
	{ "sweep", no_argument, NULL, OPTION_SWEEP },
	{ "sweep-users", required_argument, NULL, OPTION_SWEEP_USERS },
	{ "min-ttl", required_argument, NULL, OPTION_MIN_TTL },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct lab_options *options, int option)
{
	switch (option) {
	case OPTION_USERS:
		options->users = (uint32_t)strtoul(optarg, NULL, 10);
		break;
	case OPTION_DAYS:
		options->days = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case OPTION_WARM:
		options->warm_days = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case OPTION_SEED:
		options->seed = strtoull(optarg, NULL, 10);
		break;
	case OPTION_QUICK:
		options->quick = true;
		break;
	case OPTION_HOME:
		options->home = true;
		break;
	case OPTION_NAMES:
		options->names_file = optarg;
		break;
	case OPTION_COMMON:
		options->common_list = optarg;
		break;
	case OPTION_WRITE_COMMON:
		options->write_common = optarg;
		break;
	case OPTION_CASES:
		options->cases = optarg;
		break;
	case OPTION_DGA:
		options->dga_file = optarg;
		break;
	case OPTION_DGA_COVER:
		options->dga_cover = strtod(optarg, NULL);
		break;
	case OPTION_BUDGETS:
		options->budget_count = read_sizes(optarg, options->budgets);
		break;
	case OPTION_REFILLS:
		options->refill_count = read_sizes(optarg, options->refills);
		break;
	case OPTION_RATE:
		options->rate = strtod(optarg, NULL);
		break;
	case OPTION_SETTINGS:
		options->settings = lines_of(optarg);
		break;
	case OPTION_JSON:
		options->json_file = optarg;
		break;
	case OPTION_SWEEP:
		options->sweep = true;
		break;
	case OPTION_SWEEP_USERS:
		options->users_list = optarg;
		break;
	case OPTION_MIN_TTL:
		options->min_ttl_s = (uint32_t)strtoul(optarg, NULL, 10);
		break;
	default:
		fputs(usage, option == OPTION_HELP ? stdout : stderr);
		exit(option == OPTION_HELP ? 0 : 2);
	}
}

static void fill_defaults(struct lab_options *options)
{
	if (!options->users)
		options->users = options->quick ? 50 : 1000;
	if (!options->days)
		options->days = options->quick ? 7 : 30;
	if (options->warm_days == UINT32_MAX)
		options->warm_days = options->quick ? 3 : 7;
	if (!options->cases)
		options->cases = options->quick ? "quick" : "standard";
	if (!options->budget_count)
		options->budget_count = read_sizes("auto,512,1k,2k,4k", options->budgets);
	if (!options->refill_count)
		options->refill_count =
			read_sizes(options->sweep ? "64,128,256,512" : "128", options->refills);
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
		.warm_days = UINT32_MAX,
		.rate = 0.1,
		.users_list = "5,50,1000",
	};
	struct lab lab;
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(&options, option);
	if (optind < argc)
		take_option(&options, '?');
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
