/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl top: whose meters are fullest, in a running Seep or by a state file. */
#include "seepctl.h"

#include "base/bits.h"
#include "state_view.h"
#include "top_live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	struct control_options control; /* first: its options are taken as well */
	uint64_t rows;                  /* 0: all */
	bool has_rows;
	bool only[STATE_KINDS]; /* none: all */
	bool once;
	const char *sort;
};

static const char *const sorts[] = { "share", "level", "last" };

static bool take_rows(void *options, const char *value)
{
	static const struct seep_option rows = { .type = &seep_option_type_number,
						 .max = UINT32_MAX };
	struct options *taken = options;
	const char *problem = seep_option_number(&rows, value, &taken->rows);

	if (problem)
		fprintf(stderr, "seepctl: -n: \"%s\" %s: expected a number of rows\n", value,
			problem);
	taken->has_rows = true;
	return !problem;
}

static bool take_sort(void *options, const char *value)
{
	struct options *taken = options;

	for (size_t at = 0; at < sizeof(sorts) / sizeof(sorts[0]); at++)
		if (strcmp(value, sorts[at]) == 0) {
			taken->sort = sorts[at];
			return true;
		}
	fprintf(stderr, "seepctl: --sort: \"%s\": expected share, level or last\n", value);
	return false;
}

static const struct option_row option_rows[] = {
	{ .name = "users",
	  .text = "only users",
	  .offset = offsetof(struct options, only[STATE_USERS]) },
	{ .name = "networks",
	  .text = "only networks",
	  .offset = offsetof(struct options, only[STATE_NETWORKS]) },
	{ .name = "domains",
	  .text = "only domains",
	  .offset = offsetof(struct options, only[STATE_DOMAINS]) },
	{ .letter = 'n',
	  .argument = "N",
	  .text = "so many rows of each (default 10; 0: all)",
	  .take = take_rows },
	{ .name = "sort",
	  .argument = "KEY",
	  .text = "by share of the budget (default), level or last (seen)",
	  .take = take_sort },
	{ .name = "once",
	  .text = "also on a terminal, show it once",
	  .offset = offsetof(struct options, once) },
};
const struct option_set cmd_top_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &control_base_options,
};

/* How full the fuller one of its meters is; only networks have a second one. */
static uint64_t share_of(const struct seep_view_row *row)
{
	uint64_t share = state_view_share(&row->meter);
	uint64_t newcomers = row->newcomers.budget_mbit ? state_view_share(&row->newcomers) : 0;

	return share > newcomers ? share : newcomers;
}

static uint64_t level_of(const struct seep_view_row *row)
{
	return row->meter.level_mbit > row->newcomers.level_mbit ? row->meter.level_mbit
								 : row->newcomers.level_mbit;
}

/* The highest first. */
static int order(uint64_t x, uint64_t y)
{
	return (x < y) - (x > y);
}

static int compare_share(const void *a, const void *b)
{
	return order(share_of(*(const struct seep_view_row *const *)a),
		     share_of(*(const struct seep_view_row *const *)b));
}

static int compare_level(const void *a, const void *b)
{
	return order(level_of(*(const struct seep_view_row *const *)a),
		     level_of(*(const struct seep_view_row *const *)b));
}

static int compare_last(const void *a, const void *b)
{
	return order((*(const struct seep_view_row *const *)a)->last_s,
		     (*(const struct seep_view_row *const *)b)->last_s);
}

static const struct seep_view_row **sorted(const struct state_rows *rows, const char *sort)
{
	const struct seep_view_row **sorted = calloc(rows->count + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < rows->count; i++)
		sorted[i] = &rows->rows[i];
	if (sorted)
		qsort(sorted, rows->count, sizeof(*sorted),
		      strcmp(sort, "level") == 0  ? compare_level
		      : strcmp(sort, "last") == 0 ? compare_last
						  : compare_share);
	return sorted;
}

static void print_meter(const struct seep_view_meter *meter)
{
	printf("%7.1f%% %10.1f %10.1f  %-7s ", (double)state_view_share(meter) / 100,
	       seep_bits_to_bytes(meter->level_mbit), seep_bits_to_bytes(meter->budget_mbit),
	       state_view_standing(meter));
}

static const char *crowd_text(const struct seep_view_meter *meter)
{
	return meter->is_crowd ? " (no budget fits)" : "";
}

/* What the two columns of numbers are of. */
static const char *const column_words[STATE_KINDS][2] = {
	[STATE_USERS] = { "names", "domains" },
	[STATE_NETWORKS] = { "users", "today" },
	[STATE_DOMAINS] = { "names", "users" },
};

static void print_row(const struct state_view *view, enum state_kind kind,
		      const struct seep_view_row *row)
{
	const uint64_t columns[STATE_KINDS][2] = {
		[STATE_USERS] = { row->names, row->domains },
		[STATE_NETWORKS] = { row->users, row->users_today },
		[STATE_DOMAINS] = { row->names, row->users },
	};
	char key[STATE_VIEW_TEXT_SIZE], last[STATE_VIEW_TEXT_SIZE];

	state_view_text(view, kind, row, key);
	state_view_time_text(view, row->last_s, last);
	print_meter(&row->meter);
	printf("%8" PRIu64 " %8" PRIu64 "  %-20s  %s%s\n", columns[kind][0], columns[kind][1], last,
	       key, crowd_text(&row->meter));
	if (kind != STATE_NETWORKS)
		return;
	print_meter(&row->newcomers);
	printf("%8s %8s  %-20s  %s, newcomers%s\n", "", "", "", key, crowd_text(&row->newcomers));
}

struct ranking {
	const struct seep_view_row **rows; /* the fullest first */
	size_t count;                      /* of those to be shown */
};

static struct ranking ranking_of(const struct state_rows *rows, const struct options *options)
{
	bool all = !options->rows || options->rows > rows->count;
	struct ranking ranking = { .rows = sorted(rows, options->sort) };

	if (ranking.rows)
		ranking.count = all ? rows->count : options->rows;
	return ranking;
}

static bool is_wanted(const struct options *options, enum state_kind kind)
{
	bool any = false;

	for (enum state_kind other = 0; other < STATE_KINDS; other++)
		any = any || options->only[other];
	return options->only[kind] || !any;
}

static void print_rows(const struct state_view *view, const struct options *options,
		       enum state_kind kind)
{
	struct ranking ranking = ranking_of(&view->rows[kind], options);

	printf("%8s %10s %10s  %-7s %8s %8s  %-20s  %s (%zu)\n", "level", "bytes", "of", "",
	       column_words[kind][0], column_words[kind][1], "last seen",
	       state_kind_words[kind].many, view->rows[kind].count);
	for (size_t i = 0; i < ranking.count; i++)
		print_row(view, kind, ranking.rows[i]);
	free(ranking.rows);
}

static void write_rows(struct json *json, const struct state_view *view,
		       const struct options *options, enum state_kind kind)
{
	struct ranking ranking = ranking_of(&view->rows[kind], options);

	json_open(json, state_kind_words[kind].many, '[');
	for (size_t i = 0; i < ranking.count; i++)
		state_view_write_json(json, view, kind, ranking.rows[i]);
	json_close(json);
	free(ranking.rows);
}

/* A file of before networks shows no empty table of them, unless that is asked for. */
static bool is_printed(const struct state_view *view, const struct options *options,
		       enum state_kind kind)
{
	return is_wanted(options, kind) &&
	       (kind != STATE_NETWORKS || view->rows[kind].count || options->only[STATE_NETWORKS]);
}

static void print_text(const struct state_view *view, const struct options *options)
{
	const char *between = "";

	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++) {
		if (!is_printed(view, options, kind))
			continue;
		fputs(between, stdout);
		print_rows(view, options, kind);
		between = "\n";
	}
}

static void print_json(const struct state_view *view, const struct options *options)
{
	struct json json = { .file = stdout, .lines = 2 };

	json_open(&json, NULL, '{');
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++)
		if (is_wanted(options, kind))
			write_rows(&json, view, options, kind);
	json_close(&json);
}

/* Takes a kind's word as its option; false if it is none. */
static bool take_kind(struct options *options, const char *word)
{
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++)
		if (strcmp(word, state_kind_words[kind].many) == 0)
			return options->only[kind] = true;
	return false;
}

/* Says what was meant by WORD, if it is no file, and near a kind. */
static bool fail_kind(const char *word)
{
	enum state_kind kind = access(word, F_OK) == 0 ? STATE_KINDS : state_view_slip(word);

	if (kind == STATE_KINDS)
		return false;
	fprintf(stderr,
		"seepctl: top: \"%s\" is no kind, and no state file: type \"seepctl top %s\"; one "
		"%s is shown by \"seepctl show %s\"\n",
		word, state_kind_words[kind].many, state_kind_words[kind].one,
		state_kind_words[kind].one);
	return true;
}

static int show_live(const struct options *options)
{
	struct top_live top = { .control = &options->control,
				.sort = options->sort,
				.rows = options->rows,
				.has_rows = options->has_rows,
				.once = options->once };

	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++)
		top.kinds[kind] = is_wanted(options, kind);
	return top_live(&top);
}

static int show_file(const struct options *options, const char *path)
{
	struct state_view view;

	if (!state_view_read(&view, path))
		return SEEPCTL_WRONG;
	(options->control.json ? print_json : print_text)(&view, options);
	state_view_release(&view);
	return SEEPCTL_OK;
}

int cmd_top(int argc, char **argv)
{
	struct options options = { .rows = 10, .sort = sorts[0] };
	int first;
	int status = options_parse(&cmd_top_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	while (first < argc && take_kind(&options, argv[first]))
		first++;
	if (first < argc && fail_kind(argv[first]))
		return SEEPCTL_USAGE;
	if (first + 1 < argc)
		return SEEPCTL_USAGE;
	return first < argc ? show_file(&options, argv[first]) : show_live(&options);
}
