/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl report: a page with pictures of recorded traffic, or of a state file. */
#include "seepctl.h"

#include "report.h"
#include "state/format.h"
#include "trace_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TITLE "What left through DNS names"

#define PAGE      "index.html"
#define PATH_SIZE 4096

/* Why there are no other budgets. */
#define NOT_ASKED "it was left out (--no-what-if)"
#define NO_REREAD "standard input, or a pipe, can be read only once; give a file"
#define IS_BROKEN "a trace could not be read to its end"

struct options {
	struct replay_options replay; /* first: its options are taken as well */
	const char *output;           /* the folder */
	const char *title;
	bool force;
	bool no_whatif;
	bool is_made; /* the folder, by this call */
};

static bool take_time(uint64_t *when_ms, const char *name, const char *value)
{
	char day[sizeof("2009-11-18T00:00:00")];

	if (trace_text_time(value, strlen(value), when_ms) && *when_ms)
		return true;
	snprintf(day, sizeof(day), "%sT00:00:00", value);
	if (strlen(value) == 10 && trace_text_time(day, strlen(day), when_ms) && *when_ms)
		return true;
	fprintf(stderr,
		"seepctl: --%s: \"%s\": expected a time such as 2009-11-18 or "
		"2009-11-18T09:00:00 (UTC), or seconds since 1970\n",
		name, value);
	return false;
}

static bool take_since(void *options, const char *value)
{
	return take_time(&((struct options *)options)->replay.since_ms, "since", value);
}

static bool take_until(void *options, const char *value)
{
	return take_time(&((struct options *)options)->replay.until_ms, "until", value);
}

static const struct option_row option_rows[] = {
	{ .letter = 'o',
	  .argument = "DIR",
	  .text = "the folder for " PAGE ", made if need be",
	  .offset = offsetof(struct options, output) },
	{ .name = "force",
	  .text = "also where DIR has an " PAGE ", which is written over",
	  .offset = offsetof(struct options, force) },
	{ .name = "json",
	  .text = "the data behind the pictures, to standard output; -o may be left out",
	  .offset = offsetof(struct options, replay.json) },
	{ .name = "title",
	  .argument = "TEXT",
	  .text = "what the page is called",
	  .offset = offsetof(struct options, title) },
	{ .name = "since",
	  .argument = "TIME",
	  .text = "leave out what a trace has before",
	  .take = take_since },
	{ .name = "until",
	  .argument = "TIME",
	  .text = "leave out what a trace has from then on",
	  .take = take_until },
	{ .name = "no-what-if",
	  .text = "do not replay the trace at other budgets",
	  .offset = offsetof(struct options, no_whatif) },
};
const struct option_set cmd_report_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &replay_base_options,
	.take_conf = replay_take_override,
};

const char cmd_report_more[] =
	"\nSTATE is a state file, TRACE what \"seepctl replay\" reads; without either, the state file\n"
	"is the default one. Of a state file alone there are fewer pictures.\n"
	"Unless --learning is given, it is 0 and the action refuse.\n";

/* ---- what is given ---- */

static bool is_state(const char *path)
{
	char magic[sizeof(SEEP_STATE_MAGIC)] = "";
	struct stat status;
	FILE *file;

	/* What is read here of a pipe is gone. */
	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	file = fopen(path, "rb");
	if (!file)
		return false;
	(void)fread(magic, 1, sizeof(magic), file);
	fclose(file);
	return memcmp(magic, SEEP_STATE_MAGIC, sizeof(magic)) == 0;
}

/* Takes the state file out of the paths. False, having said why, if there are two. */
static bool split_paths(struct options *options, const char **state)
{
	struct trace_merge_setup *traces = &options->replay.traces;
	size_t kept = 0;

	for (size_t at = 0; at < traces->count; at++) {
		if (!is_state(traces->paths[at])) {
			traces->paths[kept++] = traces->paths[at];
			continue;
		}
		if (*state) {
			fprintf(stderr,
				"seepctl: report: %s and %s are both state files: expected one at "
				"most\n",
				*state, traces->paths[at]);
			return false;
		}
		*state = traces->paths[at];
	}
	traces->count = kept;
	if (!kept && !*state)
		*state = state_view_default;
	return true;
}

/* Can all traces be read several times? */
static bool is_rereadable(const struct trace_merge_setup *traces)
{
	struct stat status;

	for (size_t at = 0; at < traces->count; at++)
		if (stat(traces->paths[at], &status) != 0 || !S_ISREG(status.st_mode))
			return false;
	return true;
}

/* The key that replay has, too: the same trace gives the same report. */
static void set_key(struct replay_options *options)
{
	options->key = (struct seep_hash_key){ .bytes = "seepctl", .rounds = SEEP_HASH_1_3 };
}

/* ---- the page's file ---- */

static bool fail(const char *path)
{
	fprintf(stderr, "seepctl: %s: %s\n", path, strerror(errno));
	return false;
}

/* May the page be written? To be asked before anything is read. Makes the folder. */
static bool may_write(struct options *options, char path[PATH_SIZE])
{
	struct stat status;

	if (snprintf(path, PATH_SIZE - 8, "%s/" PAGE, options->output) >= PATH_SIZE - 8) {
		errno = ENAMETOOLONG;
		return fail(options->output);
	}
	options->is_made = mkdir(options->output, 0777) == 0;
	if (!options->is_made && errno != EEXIST)
		return fail(options->output);
	if (stat(options->output, &status) != 0)
		return fail(options->output);
	if (!S_ISDIR(status.st_mode)) {
		errno = ENOTDIR;
		return fail(options->output);
	}
	if (!options->force && lstat(path, &status) == 0) {
		fprintf(stderr,
			"seepctl: %s: there already, and left alone: --force writes over it, or "
			"give another folder\n",
			path);
		return false;
	}
	return access(options->output, W_OK) == 0 || fail(options->output);
}

/* Writes the page beside its place, and puts it there when it is whole. */
static bool write_page(const char *path, const struct report *report)
{
	char beside[PATH_SIZE];
	FILE *file;
	bool done;

	snprintf(beside, sizeof(beside), "%s.new", path);
	file = fopen(beside, "wxe");
	if (!file && errno == EEXIST && unlink(beside) == 0)
		file = fopen(beside, "wxe");
	if (!file)
		return fail(beside);
	errno = ENOMEM;
	done = report_write_page(file, report) && !ferror(file);
	done = fclose(file) == 0 && done;
	if (done && rename(beside, path) == 0)
		return true;
	fail(path);
	unlink(beside);
	return false;
}

/* ---- the report ---- */

static int write_all(const struct options *options, const char *path, const struct report *report)
{
	if (options->output && !write_page(path, report))
		return SEEPCTL_WRONG;
	if (options->replay.json && !report_write_json(stdout, report)) {
		fputs("seepctl: report: out of memory\n", stderr);
		return SEEPCTL_WRONG;
	}
	if (options->output)
		fprintf(options->replay.json ? stderr : stdout, "%s is written\n", path);
	return SEEPCTL_OK;
}

/* The traces at other budgets, or why not. False, having said why. */
static bool add_whatifs(struct options *options, struct report *report,
			struct report_whatifs *whatifs)
{
	if (options->no_whatif)
		whatifs->missing = NOT_ASKED;
	else if (report->replay->broken)
		whatifs->missing = IS_BROKEN;
	else if (!is_rereadable(&options->replay.traces))
		whatifs->missing = NO_REREAD;
	else if (!report_whatif(whatifs, &options->replay))
		return false;
	report_whatif_add(whatifs, report->trace, report->replay);
	return true;
}

/* Why no report can be made of the replay, or NULL. */
static const char *find_problem(const struct replay *replay)
{
	if (replay->problem)
		return replay->problem;
	if (!replay->totals.queries && replay->totals.traces.rows && !replay->broken &&
	    (replay->options->since_ms || replay->options->until_ms))
		return "no query could be read, or none is of the time asked for";
	return replay_emptiness(replay);
}

static int report_traces(struct options *options, const char *path, struct report *report)
{
	struct report_trace trace = { .options = &options->replay };
	struct report_whatifs whatifs = { .count = 0 };
	struct replay replay;
	const char *problem;
	int status = SEEPCTL_WRONG;

	options->replay.watch = report_collect;
	options->replay.watch_context = &trace;
	options->replay.doing = options->no_whatif ? NULL : "first run";
	if (!replay_do(&replay, &options->replay))
		return SEEPCTL_WRONG;
	replay_say(&replay);
	report->replay = &replay;
	report->trace = &trace;
	report->whatifs = &whatifs;
	problem = find_problem(&replay);
	if (problem) {
		fprintf(stderr, "seepctl: report: %s; nothing is written\n", problem);
	} else {
		report_collect_end(&trace);
		if (add_whatifs(options, report, &whatifs))
			status = write_all(options, path, report);
	}
	if (replay.broken)
		status = SEEPCTL_WRONG;
	report_collect_release(&trace);
	replay_release(&replay);
	return status;
}

static int report_all(struct options *options, const char *state_path, const char *path)
{
	struct report report = { .title = options->title, .state_path = state_path };
	struct state_view view;
	int status;

	if (state_path && !state_view_read(&view, state_path))
		return SEEPCTL_WRONG;
	if (state_path)
		report.state = &view;
	if (options->replay.traces.count)
		status = report_traces(options, path, &report);
	else
		status = write_all(options, path, &report);
	if (state_path)
		state_view_release(&view);
	return status;
}

/* Reads the command line. Else what to exit with. */
static int parse(int argc, char **argv, struct options *options, const char **state)
{
	int first;
	int status = replay_parse(&cmd_report_options, argc, argv, &options->replay, &first);
	const struct replay_options *replay = &options->replay;

	if (status != SEEPCTL_OK)
		return status;
	if (!options->replay.json && (!options->output || !options->output[0])) {
		fputs("seepctl: report: no folder given: expected -o DIR\n", stderr);
		return SEEPCTL_USAGE;
	}
	if (replay->until_ms && replay->until_ms <= replay->since_ms) {
		fputs("seepctl: report: --until is not after --since: nothing is between\n",
		      stderr);
		return SEEPCTL_USAGE;
	}
	return split_paths(options, state) ? SEEPCTL_OK : SEEPCTL_USAGE;
}

int cmd_report(int argc, char **argv)
{
	struct options options = { .title = TITLE, .replay.may_lack_traces = true };
	char path[PATH_SIZE] = "";
	const char *state = NULL;
	int status = parse(argc, argv, &options, &state);

	set_key(&options.replay);
	if (status == SEEPCTL_OK && options.output && !may_write(&options, path))
		status = SEEPCTL_WRONG;
	if (status == SEEPCTL_OK && !replay_lists_open(&options.replay))
		status = SEEPCTL_WRONG;
	if (status == SEEPCTL_OK)
		status = report_all(&options, state, path);
	/* It stays if there is a page in it. */
	if (status != SEEPCTL_OK && options.is_made)
		(void)rmdir(options.output);
	replay_options_release(&options.replay);
	return status;
}
