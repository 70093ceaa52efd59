/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands that read traces share: their options, and what is said of a trace. */
#include "cmd_replay.h"

#include "seepctl.h"

#include "base/plural.h"
#include "cache_sim.h"
#include "trace_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMPLAINTS_SHOWN 5
#define CACHE_ENTRIES    1000000
#define TTL_S            300

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
	struct replay_options *options = context;

	if (options->complaints >= COMPLAINTS_SHOWN)
		return;
	options->complaints++;
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

void replay_say(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;
	uint64_t more = totals->traces.malformed - replay->options->complaints;

	if (more)
		fprintf(stderr, "seepctl: %" PRIu64 " more %s malformed\n", more,
			seep_plural(more, "row was", "rows were"));
	if (!replay->problem && totals->late)
		fprintf(stderr,
			"seepctl: %" PRIu64 " %s too late to be put in order, and taken as of the "
			"time then reached\n",
			totals->late, seep_plural(totals->late, "query came", "queries came"));
}

const char *replay_emptiness(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;

	if (totals->queries)
		return NULL;
	return totals->traces.rows || replay->broken ? "no query could be read"
						     : "the trace is empty";
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

bool replay_take_override(void *context, const struct seep_option *option, const char *value)
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
};
const struct option_set replay_base_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
};

int replay_parse(const struct option_set *set, int argc, char **argv,
		 struct replay_options *options, int *first)
{
	int status;

	options->ttl_s = options->negative_ttl_s = TTL_S;
	options->cache_entries = CACHE_ENTRIES;
	options->overrides = replay_overrides_create();
	if (!options->overrides) {
		perror("seepctl");
		return SEEPCTL_WRONG;
	}
	status = options_parse(set, argc, argv, options, first);
	if (status == SEEPCTL_OK && *first == argc && !options->may_lack_traces) {
		fprintf(stderr, "seepctl: %s: no trace given (\"-\" is standard input)\n", argv[0]);
		status = SEEPCTL_USAGE;
	}
	if (status == SEEPCTL_OK && !replay_overrides_apply(options->overrides, options))
		status = SEEPCTL_WRONG;
	replay_overrides_destroy(options->overrides);
	options->traces.trace.complain = complain;
	options->traces.trace.context = options;
	options->traces.trace.port = (uint16_t)options->port;
	options->traces.trace.trusted_forwarder = options->conf.trusted_forwarder;
	options->traces.trace.networks = seep_address_masks(options->conf.network_prefix_v4_bits,
							    options->conf.network_prefix_v6_bits);
	options->traces.broken = broken;
	options->traces.paths = argv + *first;
	options->traces.count = (size_t)(argc - *first);
	return status;
}

bool replay_do(struct replay *replay, const struct replay_options *options)
{
	struct trace_merge *merge = trace_merge_open(&options->traces);

	if (!merge) {
		perror("seepctl");
		return false;
	}
	replay_run(replay, options, merge);
	trace_merge_close(merge);
	return true;
}

void replay_options_release(struct replay_options *options)
{
	seep_lists_close(&options->lists);
	seep_conf_release(&options->conf);
	explicit_bzero(&options->key, sizeof(options->key));
}
