/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seepctl replay: whom would Seep have flagged or refused in recorded traffic? Its options, and its
 * messages.
 */
#include "seepctl.h"

#include "cache_sim.h"
#include "cmd_replay.h"
#include "base/plural.h"
#include "trace_text.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMPLAINTS_SHOWN 5
#define CACHE_ENTRIES    1000000
#define TTL_S            300
#define TOP              20

enum { TTL_MOST_S = 365 * 86400 };

/* Codes of the long options: ours, then those of seep.conf by their place in its table. */
enum {
	OPTION_FORMAT = 1000,
	OPTION_CONF,
	OPTION_TTL,
	OPTION_NEGATIVE_TTL,
	OPTION_CACHE_ENTRIES,
	OPTION_NO_CACHE,
	OPTION_RESOLVER,
	OPTION_PORT,
	OPTION_SEED,
	OPTION_TOP,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_SEEP_CONF = 2000,
};

static const struct option own_options[] = {
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "conf", required_argument, NULL, OPTION_CONF },
	{ "ttl", required_argument, NULL, OPTION_TTL },
	{ "negative-ttl", required_argument, NULL, OPTION_NEGATIVE_TTL },
	{ "cache-entries", required_argument, NULL, OPTION_CACHE_ENTRIES },
	{ "no-cache", no_argument, NULL, OPTION_NO_CACHE },
	{ "resolver", required_argument, NULL, OPTION_RESOLVER },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "top", required_argument, NULL, OPTION_TOP },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, OPTION_HELP },
};

#define OWN_OPTIONS (sizeof(own_options) / sizeof(own_options[0]))

void cmd_replay_usage(FILE *to)
{
	char expected[SEEP_CONF_EXPECTED_SIZE];

	fputs("\nTRACE is a file, gzip or not, or \"-\": rows of time, client, type, name [, rcode [, ttl]] with tabs\n"
	      "between, a pcap or dnstap file, or Unbound's log with log-queries or log-replies.\n"
	      "\n"
	      "  --format FORMAT         auto (default), tsv, pcap, dnstap, unbound\n"
	      "  --resolver ADDRESS      of a capture, only what clients ask this resolver\n"
	      "  --port NUMBER           of a capture, where DNS is (default 53)\n"
	      "  --no-cache              the trace holds misses only: simulate no cache\n"
	      "  --cache-entries NUMBER  size of the simulated cache (default 1000000)\n"
	      "  --ttl SECONDS           where the trace does not tell it (default 300)\n"
	      "  --negative-ttl SECONDS  the same, of names that do not exist (default 300)\n"
	      "  --conf FILE             a seep.conf (default: Seep's defaults)\n"
	      "  --json                  one JSON object, instead of text\n"
	      "  --top NUMBER            rows of each table of the text, 0 for all (default 20)\n"
	      "  --seed NUMBER           draws other hash keys (default 0)\n"
	      "\n"
	      "Options of seep.conf override FILE. Unless --learning is given, it is 0 and the action refuse.\n"
	      "\n",
	      to);
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		seep_option_expected(&seep_options[at], expected);
		fprintf(to, "  --%-20s  %s%s\n", seep_options[at].name, expected,
			seep_option_is_list(&seep_options[at]) ? "; may be repeated" : "");
	}
}

/* ---- messages ---- */

/* What is said before the bar of progress is drawn again. */
static void clear_line(void)
{
	if (isatty(STDERR_FILENO) == 1)
		fputs("\r\033[K", stderr);
}

static const char *shown_path(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void complain(void *context, const char *file, uint64_t record, const char *reason)
{
	unsigned *shown = context;

	if (*shown >= COMPLAINTS_SHOWN)
		return;
	(*shown)++;
	clear_line();
	fprintf(stderr, "seepctl: %s:%" PRIu64 ": malformed: %s\n", shown_path(file), record,
		reason);
}

static void broken(void *context, const char *file, const char *error)
{
	(void)context;
	clear_line();
	fprintf(stderr, "seepctl: %s: %s\n", shown_path(file), error);
}

/* ---- options ---- */

/* A whole number, with a unit of seconds if UNITS. */
static bool take_number(const char *option, const char *text, uint64_t min, uint64_t max,
			bool units, uint64_t *number)
{
	uint64_t factor = 1;
	char *end;

	*number = strtoull(text, &end, 10);
	if (units && end != text && *end && !end[1]) {
		switch (*end++) {
		case 's':
			break;
		case 'm':
			factor = 60;
			break;
		case 'h':
			factor = 3600;
			break;
		case 'd':
			factor = 86400;
			break;
		default:
			end--;
		}
	}
	/* strtoull takes "-1" for a large number. */
	if (text[0] >= '0' && text[0] <= '9' && !*end && *number <= max / factor &&
	    *number * factor >= min) {
		*number *= factor;
		return true;
	}
	fprintf(stderr,
		"seepctl: --%s: \"%s\": expected a number from %" PRIu64 " to %" PRIu64 "%s\n",
		option, text, min, max, units ? " seconds" : "");
	return false;
}

static bool take_resolver(struct seep_address *address, const char *text)
{
	if (trace_text_address(text, strlen(text), address))
		return true;
	fprintf(stderr, "seepctl: --resolver: \"%s\": expected an IPv4 or IPv6 address\n", text);
	return false;
}

/* Takes one of our own options; false, having said why, if its value is none. */
static bool take_own(struct replay_options *options, int code, const char *value,
		     const char **conf_path)
{
	uint64_t number;

	switch (code) {
	case OPTION_FORMAT:
		if (trace_format_parse(&options->traces.trace.format, value))
			return true;
		fprintf(stderr,
			"seepctl: --format: \"%s\": expected auto, tsv, pcap, dnstap or "
			"unbound\n",
			value);
		return false;
	case OPTION_CONF:
		*conf_path = value;
		return true;
	case OPTION_TTL:
		return take_number("ttl", value, 0, TTL_MOST_S, true, &options->ttl_s);
	case OPTION_NEGATIVE_TTL:
		return take_number("negative-ttl", value, 0, TTL_MOST_S, true,
				   &options->negative_ttl_s);
	case OPTION_CACHE_ENTRIES:
		return take_number("cache-entries", value, CACHE_SIM_ENTRIES_MIN,
				   CACHE_SIM_ENTRIES_MAX, false, &options->cache_entries);
	case OPTION_NO_CACHE:
		options->cache = false;
		return true;
	case OPTION_RESOLVER:
		return take_resolver(&options->traces.trace.resolver, value);
	case OPTION_PORT:
		if (!take_number("port", value, 1, UINT16_MAX, false, &number))
			return false;
		options->traces.trace.port = (uint16_t)number;
		return true;
	case OPTION_SEED:
		return take_number("seed", value, 0, UINT64_MAX, false, &options->seed);
	case OPTION_TOP:
		return take_number("top", value, 0, UINT32_MAX, false, &options->top);
	case OPTION_JSON:
		options->json = true;
		return true;
	}
	return false;
}

/* All options, ours and those of seep.conf; the caller frees. */
static struct option *all_options(void)
{
	struct option *all = calloc(OWN_OPTIONS + SEEP_OPTION_COUNT + 1, sizeof(*all));

	if (!all)
		return NULL;
	memcpy(all, own_options, sizeof(own_options));
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++)
		all[OWN_OPTIONS + at] = (struct option){ seep_options[at].name, required_argument,
							 NULL, OPTION_SEEP_CONF + (int)at };
	return all;
}

enum parsed {
	PARSED,
	PARSED_HELP,
	PARSED_USAGE, /* called wrongly */
	PARSED_WRONG, /* the file of --conf, or a list, is no good */
};

/* Reads the command line; the traces' paths are left in argv, from optind on. */
static enum parsed parse(int argc, char **argv, struct replay_options *options)
{
	struct replay_overrides *overrides = replay_overrides_create();
	struct option *all = all_options();
	enum parsed parsed = PARSED_USAGE;
	const char *conf_path = NULL;
	char name[] = "seepctl";
	int code;

	if (!overrides || !all) {
		perror("seepctl");
		goto cleanup;
	}
	argv[0] = name; /* what getopt begins its messages with */
	optind = 1;
	while ((code = getopt_long(argc, argv, "h", all, NULL)) != -1) {
		bool taken;

		if (code == OPTION_HELP || code == 'h') {
			parsed = PARSED_HELP;
			goto cleanup;
		}
		if (code >= OPTION_SEEP_CONF)
			taken = replay_overrides_add(
				overrides, &seep_options[code - OPTION_SEEP_CONF], optarg);
		else
			taken = code != '?' && take_own(options, code, optarg, &conf_path);
		if (!taken)
			goto cleanup;
	}
	if (optind == argc) {
		fputs("seepctl: replay: no trace given (\"-\" is standard input)\n", stderr);
		goto cleanup;
	}
	parsed = replay_overrides_apply(overrides, conf_path, &options->conf) &&
				 replay_lists_open(options, conf_path)
			 ? PARSED
			 : PARSED_WRONG;
cleanup:
	replay_overrides_destroy(overrides);
	free(all);
	return parsed;
}

/* ---- the command ---- */

static int report(const struct replay *replay, unsigned shown)
{
	const struct replay_totals *totals = &replay->totals;

	if (totals->traces.malformed > shown)
		fprintf(stderr, "seepctl: %" PRIu64 " more %s malformed\n",
			totals->traces.malformed - shown,
			seep_plural(totals->traces.malformed - shown, "row was", "rows were"));
	if (replay->problem) {
		fprintf(stderr, "seepctl: replay: %s\n", replay->problem);
		return SEEPCTL_WRONG;
	}
	if (totals->late)
		fprintf(stderr,
			"seepctl: %" PRIu64 " %s too late to be put in order, and taken as of the "
			"time then reached\n",
			totals->late, seep_plural(totals->late, "query came", "queries came"));
	if (replay->options->json)
		replay_print_json(replay);
	else
		replay_print_text(replay);
	if (totals->queries == 0 && totals->traces.rows == 0 && !replay->broken)
		fputs("seepctl: nothing to replay: the trace is empty\n", stderr);
	else if (totals->queries == 0)
		fputs("seepctl: nothing to replay: no query could be read\n", stderr);
	return replay->broken || totals->queries == 0 ? SEEPCTL_WRONG : SEEPCTL_OK;
}

static void release(struct replay_options *options)
{
	seep_lists_close(&options->lists);
	seep_conf_release(&options->conf);
}

int cmd_replay(int argc, char **argv)
{
	struct replay_options options = {
		.ttl_s = TTL_S,
		.negative_ttl_s = TTL_S,
		.cache_entries = CACHE_ENTRIES,
		.top = TOP,
		.cache = true,
	};
	unsigned shown = 0;
	struct trace_merge *merge;
	struct replay replay;
	int status;

	switch (parse(argc, argv, &options)) {
	case PARSED:
		break;
	case PARSED_HELP:
		seepctl_usage(stdout, seepctl_find("replay"));
		return SEEPCTL_OK;
	case PARSED_USAGE:
		return seepctl_try_help("replay");
	case PARSED_WRONG:
		release(&options);
		return SEEPCTL_WRONG;
	}
	options.traces.trace.complain = complain;
	options.traces.trace.context = &shown;
	options.traces.broken = broken;
	options.traces.paths = argv + optind;
	options.traces.count = (size_t)(argc - optind);
	merge = trace_merge_open(&options.traces);
	if (!merge) {
		perror("seepctl");
		release(&options);
		return SEEPCTL_WRONG;
	}
	replay_run(&replay, &options, merge);
	status = report(&replay, shown);
	trace_merge_close(merge);
	replay_release(&replay);
	release(&options);
	return status;
}
