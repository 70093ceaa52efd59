/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl learn: a state file from recorded traffic, so that guarding starts warm. */
#include "cmd_learn.h"

#include "base/clock.h"
#include "state/file.h"
#include "state/save.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const struct option_row option_rows[] = {
	{ .letter = 'o',
	  .argument = "FILE",
	  .text = "the state file to write",
	  .offset = offsetof(struct learn_options, output) },
	{ .name = "force",
	  .text = "also where FILE is there, which becomes FILE.old",
	  .offset = offsetof(struct learn_options, force) },
	{ .name = "json",
	  .text = "one JSON object, instead of text",
	  .offset = offsetof(struct learn_options, replay.json) },
};
const struct option_set cmd_learn_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &replay_base_options,
	.take_conf = replay_take_override,
};

const char cmd_learn_more[] =
	"\n\"status\" shows what learning found: of the running Seep, or of FILE. \"end\" ends learning now,\n"
	"\"extend\" lets it go on for longer, such as 3d. These three ask the running Seep, and take\n"
	"-s PATH, -c seep.conf, --reason TEXT and --json. With TRACE, as replay reads them, a state\n"
	"file is written of what is learned from them, for a resolver to begin with:\n";

/* Reads the command line. Else what to exit with. */
static int parse(int argc, char **argv, struct learn_options *options)
{
	int first;
	int status = replay_parse(&cmd_learn_options, argc, argv, &options->replay, &first);

	if (status != SEEPCTL_OK)
		return status;
	if (!options->output || !options->output[0] || strcmp(options->output, "-") == 0) {
		fputs("seepctl: learn: no state file given: expected -o FILE\n", stderr);
		return SEEPCTL_USAGE;
	}
	/* What the traces show did leave: it is known, and nothing of it was refused. */
	options->replay.conf.action = SEEP_ACTION_FLAG;
	if (!learn_may_write(options->output, options->force))
		return SEEPCTL_WRONG;
	if (!seep_hash_draw_key(&options->replay.key)) {
		fputs("seepctl: OpenSSL gives no random bytes for the hash key: try again once the system "
		      "has randomness\n",
		      stderr);
		return SEEPCTL_WRONG;
	}
	return replay_lists_open(&options->replay) ? SEEPCTL_OK : SEEPCTL_WRONG;
}

/* Why nothing can be learned from what was read, or NULL. */
static const char *find_problem(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;

	if (replay->problem)
		return replay->problem;
	if (replay->broken)
		return "a trace could not be read to its end";
	if (!totals->queries)
		return replay_emptiness(replay);
	if (totals->traces.malformed > totals->queries)
		return "more rows are malformed than are queries: is it a trace?";
	if (totals->last_ms / 1000 > UINT32_MAX)
		return "times after the year 2106";
	return NULL;
}

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The file as it will be, for people; false, having said why. */
static bool read_written(struct state_view *view, const char *path)
{
	char name[SEEP_STATE_NAME_SIZE];

	seep_state_name(name, path, ".new");
	return state_view_read(view, name);
}

/* Writes what was learned, looks at it and puts it in its place. */
static int write_state(const struct learn_options *options, struct replay *replay)
{
	struct learn_written written = { .now_ms = wall_ms() };
	struct state_view view;
	const struct learn_report report = { options, replay, &written, &view };

	if (written.now_ms < SEEP_CLOCK_SET_MS) {
		fputs("seepctl: learn: this machine's clock is not set: set it, for the state file says when it "
		      "was written\n",
		      stderr);
		return SEEPCTL_WRONG;
	}
	/* Where nobody asked after it was over, the end of learning is now. */
	(void)seep_engine_settle(replay->engine, replay->totals.last_ms);
	if (!learn_write(options, replay, &written))
		return SEEPCTL_WRONG;
	if (!read_written(&view, options->output)) {
		learn_give_up(options->output);
		return SEEPCTL_WRONG;
	}
	if (!learn_install(options->output, options->force)) {
		state_view_release(&view);
		return SEEPCTL_WRONG;
	}
	(options->replay.json ? learn_print_json : learn_print_text)(&report);
	state_view_release(&view);
	return SEEPCTL_OK;
}

static int learn(const struct learn_options *options)
{
	struct replay replay;
	const char *problem;
	int status = SEEPCTL_WRONG;

	if (!replay_do(&replay, &options->replay))
		return SEEPCTL_WRONG;
	replay_say(&replay);
	problem = find_problem(&replay);
	if (problem)
		fprintf(stderr, "seepctl: learn: %s; nothing is written\n", problem);
	else
		status = write_state(options, &replay);
	replay_release(&replay);
	return status;
}

int cmd_learn(int argc, char **argv)
{
	struct learn_options options = { .replay.learns = true };
	int status;

	if (learn_is_stand(argc, argv))
		return learn_stand(argc, argv);
	if (learn_fail_slip(argc, argv))
		return SEEPCTL_USAGE;
	status = parse(argc, argv, &options);
	if (status == SEEPCTL_OK)
		status = learn(&options);
	replay_options_release(&options.replay);
	return status;
}
