/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl top: whose meters are fullest. */
#include "seepctl.h"

#include "base/bits.h"
#include "state_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct options {
	uint64_t rows; /* 0: all */
	bool users;
	bool domains;
	bool json;
};

static const struct option_row option_rows[] = {
	{ .name = "users", .text = "only users", .offset = offsetof(struct options, users) },
	{ .name = "domains", .text = "only domains", .offset = offsetof(struct options, domains) },
	{ .letter = 'n',
	  .argument = "N",
	  .text = "so many rows of each (default 10; 0: all)",
	  .offset = offsetof(struct options, rows),
	  .type = &seep_option_type_number,
	  .max = UINT32_MAX },
	{ .name = "json", .text = "as one JSON object", .offset = offsetof(struct options, json) },
};
const struct option_set cmd_top_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
};

/* The fullest first. */
static int compare(const void *a, const void *b)
{
	uint64_t x = state_view_share(*(const struct seep_view_row *const *)a);
	uint64_t y = state_view_share(*(const struct seep_view_row *const *)b);

	return (x < y) - (x > y);
}

static const struct seep_view_row **sorted(const struct state_rows *rows)
{
	const struct seep_view_row **order = calloc(rows->count + 1, sizeof(*order));

	for (size_t i = 0; order && i < rows->count; i++)
		order[i] = &rows->rows[i];
	if (order)
		qsort(order, rows->count, sizeof(*order), compare);
	return order;
}

static void print_row(const struct state_view *view, const struct seep_view_row *row, bool is_user)
{
	char key[STATE_VIEW_TEXT_SIZE], last[STATE_VIEW_TEXT_SIZE];

	(is_user ? state_view_user_text : state_view_domain_text)(view, row, key);
	state_view_time_text(view, row->last_s, last);
	printf("%7.1f%% %10.1f %10.1f  %-7s %8" PRIu64 " %8" PRIu64 "  %-20s  %s\n",
	       (double)state_view_share(row) / 100, seep_bits_to_bytes(row->level_mbit),
	       seep_bits_to_bytes(row->budget_mbit),
	       row->spent     ? "spent"
	       : row->flagged ? "flagged"
			      : "",
	       row->names, is_user ? row->domains : row->users, last, key);
}

struct ranking {
	const struct seep_view_row **rows; /* the fullest first */
	size_t count;                      /* of those to be shown */
};

static struct ranking ranking_of(const struct state_rows *rows, const struct options *options)
{
	bool all = !options->rows || options->rows > rows->count;
	struct ranking ranking = { .rows = sorted(rows) };

	if (ranking.rows)
		ranking.count = all ? rows->count : options->rows;
	return ranking;
}

static void print_rows(const struct state_view *view, const struct options *options, bool is_user)
{
	const struct state_rows *rows = is_user ? &view->users : &view->domains;
	struct ranking ranking = ranking_of(rows, options);

	printf("%8s %10s %10s  %-7s %8s %8s  %-20s  %s (%zu)\n", "level", "bytes", "of", "",
	       "names", is_user ? "domains" : "users", "last seen", is_user ? "users" : "domains",
	       rows->count);
	for (size_t i = 0; i < ranking.count; i++)
		print_row(view, ranking.rows[i], is_user);
	free(ranking.rows);
}

static void write_rows(struct json *json, const struct state_view *view,
		       const struct options *options, bool is_user)
{
	struct ranking ranking = ranking_of(is_user ? &view->users : &view->domains, options);

	json_open(json, is_user ? "users" : "domains", '[');
	for (size_t i = 0; i < ranking.count; i++)
		state_view_write_json(json, view, ranking.rows[i], is_user);
	json_close(json);
	free(ranking.rows);
}

static void print_text(const struct state_view *view, const struct options *options)
{
	if (!options->domains || options->users)
		print_rows(view, options, true);
	if (options->users == options->domains)
		putchar('\n');
	if (!options->users || options->domains)
		print_rows(view, options, false);
}

static void print_json(const struct state_view *view, const struct options *options)
{
	struct json json = { .file = stdout, .lines = 2 };

	json_open(&json, NULL, '{');
	if (!options->domains || options->users)
		write_rows(&json, view, options, true);
	if (!options->users || options->domains)
		write_rows(&json, view, options, false);
	json_close(&json);
}

int cmd_top(int argc, char **argv)
{
	struct options options = { .rows = 10 };
	const char *path = state_view_default;
	struct state_view view;
	int first;
	int status = options_parse(&cmd_top_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	if (first < argc)
		path = argv[first++];
	if (first != argc)
		return SEEPCTL_USAGE;
	if (!state_view_read(&view, path))
		return SEEPCTL_WRONG;
	(options.json ? print_json : print_text)(&view, &options);
	state_view_release(&view);
	return SEEPCTL_OK;
}
