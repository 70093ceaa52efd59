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

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMPLAINTS_SHOWN 5
#define CACHE_ENTRIES    1000000
#define TTL_S            300
#define TOP              20

enum { TTL_MOST_S = 365 * 86400 };

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

static bool take_format(void *context, const char *value)
{
	struct replay_options *options = context;

	if (trace_format_parse(&options->traces.trace.format, value))
		return true;
	fprintf(stderr, "seepctl: --format: \"%s\": expected auto, tsv, pcap, dnstap or unbound\n",
		value);
	return false;
}

static bool take_resolver(void *context, const char *value)
{
	struct replay_options *options = context;

	if (trace_text_address(value, strlen(value), &options->traces.trace.resolver))
		return true;
	fprintf(stderr, "seepctl: --resolver: \"%s\": expected an IPv4 or IPv6 address\n", value);
	return false;
}

static bool take_override(void *context, const struct seep_option *option, const char *value)
{
	struct replay_options *options = context;

	return replay_overrides_add(options->overrides, option, value);
}

#define NUMBER(field, least, most)                                                          \
	.offset = offsetof(struct replay_options, field), .type = &seep_option_type_number, \
	.min = (least), .max = (most)
#define DURATION(field, most)                                                                 \
	.offset = offsetof(struct replay_options, field), .type = &seep_option_type_duration, \
	.max = (most)

static const struct option_row option_rows[] = {
	{ .name = "format",
	  .argument = "FORMAT",
	  .text = "auto (default), tsv, pcap, dnstap, unbound",
	  .take = take_format },
	{ .name = "resolver",
	  .argument = "ADDRESS",
	  .text = "of a capture, only what clients ask this resolver",
	  .take = take_resolver },
	{ .name = "port",
	  .argument = "NUMBER",
	  .text = "of a capture, where DNS is (default 53)",
	  NUMBER(port, 1, UINT16_MAX) },
	{ .name = "no-cache",
	  .text = "the trace holds misses only: simulate no cache",
	  .offset = offsetof(struct replay_options, no_cache) },
	{ .name = "cache-entries",
	  .argument = "NUMBER",
	  .text = "size of the simulated cache (default 1000000)",
	  NUMBER(cache_entries, CACHE_SIM_ENTRIES_MIN, CACHE_SIM_ENTRIES_MAX) },
	{ .name = "ttl",
	  .argument = "SECONDS",
	  .text = "where the trace does not tell it (default 300)",
	  DURATION(ttl_s, TTL_MOST_S) },
	{ .name = "negative-ttl",
	  .argument = "SECONDS",
	  .text = "the same, of names that do not exist (default 300)",
	  DURATION(negative_ttl_s, TTL_MOST_S) },
	{ .name = "conf",
	  .argument = "FILE",
	  .text = "a seep.conf (default: Seep's defaults)",
	  .offset = offsetof(struct replay_options, conf_path) },
	{ .name = "json",
	  .text = "one JSON object, instead of text",
	  .offset = offsetof(struct replay_options, json) },
	{ .name = "top",
	  .argument = "NUMBER",
	  .text = "rows of each table of the text, 0 for all (default 20)",
	  NUMBER(top, 0, UINT32_MAX) },
	{ .name = "seed",
	  .argument = "NUMBER",
	  .text = "draws other hash keys (default 0)",
	  NUMBER(seed, 0, INT64_MAX) },
};
const struct option_set cmd_replay_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.take_conf = take_override,
};

const char cmd_replay_more[] =
	"\nTRACE is a file, gzip or not, or \"-\": rows of time, client, type, name [, rcode [, ttl]]\n"
	"with tabs between, a pcap or dnstap file, or Unbound's log with log-queries or log-replies.\n"
	"Unless --learning is given, it is 0 and the action refuse.\n";

/* Reads the command line; *FIRST is where the traces' paths begin. Else what to exit with. */
static int parse(int argc, char **argv, struct replay_options *options, int *first)
{
	int status;

	options->overrides = replay_overrides_create();
	if (!options->overrides) {
		perror("seepctl");
		return SEEPCTL_WRONG;
	}
	status = options_parse(&cmd_replay_options, argc, argv, options, first);
	if (status == SEEPCTL_OK && *first == argc) {
		fputs("seepctl: replay: no trace given (\"-\" is standard input)\n", stderr);
		status = SEEPCTL_USAGE;
	}
	if (status == SEEPCTL_OK &&
	    (!replay_overrides_apply(options->overrides, options->conf_path, &options->conf) ||
	     !replay_lists_open(options, options->conf_path)))
		status = SEEPCTL_WRONG;
	replay_overrides_destroy(options->overrides);
	return status;
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
	};
	unsigned shown = 0;
	struct trace_merge *merge = NULL;
	struct replay replay;
	int first;
	int status = parse(argc, argv, &options, &first);

	if (status == SEEPCTL_OK) {
		options.traces.trace.complain = complain;
		options.traces.trace.context = &shown;
		options.traces.trace.port = (uint16_t)options.port;
		options.traces.broken = broken;
		options.traces.paths = argv + first;
		options.traces.count = (size_t)(argc - first);
		merge = trace_merge_open(&options.traces);
		if (!merge) {
			perror("seepctl");
			status = SEEPCTL_WRONG;
		}
	}
	if (merge) {
		replay_run(&replay, &options, merge);
		status = report(&replay, shown);
		trace_merge_close(merge);
		replay_release(&replay);
	}
	release(&options);
	return status;
}
