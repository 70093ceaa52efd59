/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl top: whose meters are fullest. */
#include "seepctl.h"

#include "state_view.h"
#include "trace_text.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct options {
	const char *path;
	uint64_t rows; /* 0: all */
	bool users;
	bool domains;
	bool json;
};

void cmd_top_usage(FILE *to)
{
	fputs("\n  --users      only users\n"
	      "  --domains    only domains\n"
	      "  -n N         so many rows of each (default 10; 0: all)\n"
	      "  --json       as one JSON object\n",
	      to);
}

/* The fullest first. */
static int compare(const void *a, const void *b)
{
	uint64_t x = state_view_share(*(const struct seep_saved *const *)a);
	uint64_t y = state_view_share(*(const struct seep_saved *const *)b);

	return (x < y) - (x > y);
}

static const struct seep_saved **sorted(const struct state_rows *rows)
{
	const struct seep_saved **order = calloc(rows->count + 1, sizeof(*order));

	for (size_t i = 0; order && i < rows->count; i++)
		order[i] = &rows->rows[i];
	if (order)
		qsort(order, rows->count, sizeof(*order), compare);
	return order;
}

static void print_row(const struct state_view *view, const struct seep_saved *row, bool is_user)
{
	char key[STATE_VIEW_TEXT_SIZE], last[STATE_VIEW_TEXT_SIZE];

	(is_user ? state_view_user_text : state_view_domain_text)(view, row, key);
	state_view_time_text(view, row->last_s, last);
	printf("%7.1f%% %10.1f %10.1f  %-7s %8" PRIu64 " %8" PRIu64 "  %-20s  %s\n",
	       (double)state_view_share(row) / 100, (double)row->level_mbit / 8000,
	       (double)row->budget_mbit / 8000,
	       row->spent     ? "spent"
	       : row->flagged ? "flagged"
			      : "",
	       row->names, is_user ? row->domains : row->users, last, key);
}

struct ranking {
	const struct seep_saved **rows; /* the fullest first */
	size_t count;                   /* of those to be shown */
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

static bool parse(struct options *options, int argc, char **argv)
{
	static const struct option words[] = { { "users", no_argument, NULL, 'u' },
					       { "domains", no_argument, NULL, 'd' },
					       { "json", no_argument, NULL, 'j' },
					       { NULL, 0, NULL, 0 } };
	int letter;

	optind = 1;
	while ((letter = getopt_long(argc, argv, "n:", words, NULL)) != -1) {
		if (letter == 'u')
			options->users = true;
		else if (letter == 'd')
			options->domains = true;
		else if (letter == 'j')
			options->json = true;
		else if (letter != 'n' ||
			 !trace_text_number(optarg, strlen(optarg), UINT32_MAX, &options->rows))
			return false;
	}
	if (optind < argc)
		options->path = argv[optind++];
	return optind == argc;
}

int cmd_top(int argc, char **argv)
{
	struct options options = { .path = state_view_default, .rows = 10 };
	struct state_view view;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		seepctl_usage(stdout, seepctl_find("top"));
		return SEEPCTL_OK;
	}
	if (!parse(&options, argc, argv)) {
		seepctl_usage(stderr, seepctl_find("top"));
		return SEEPCTL_USAGE;
	}
	if (!state_view_read(&view, options.path))
		return SEEPCTL_WRONG;
	(options.json ? print_json : print_text)(&view, &options);
	state_view_release(&view);
	return SEEPCTL_OK;
}
