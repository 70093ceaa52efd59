/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of seepctl report: what is collected of traces, what is drawn of it and of a state
 * file, and the page and the JSON that show it.
 *
 * Memory: 32 to 64 bytes for each distinct name and each pair of a user and a domain, some 200 for
 * each user and domain. What is drawn is bounded whatever the trace: a few hundred points a curve,
 * twenty rows a table. One thread.
 */
#ifndef SEEP_REPORT_H
#define SEEP_REPORT_H

#include "cmd_replay.h"
#include "json.h"
#include "map.h"
#include "meter/budget.h"
#include "base/bucket.h"
#include "state_view.h"
#include "svg.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define REPORT_DAY_MS UINT64_C(86400000)

/* Rows of each table. */
#define REPORT_ROWS 20

#define REPORT_METERS (SEEP_METER_DGA + 1)

/* ---- what is collected of traces (report_collect.c) ---- */

/* Of what a distribution is. */
enum report_of {
	REPORT_QUERIES,
	REPORT_NAMES,   /* each distinct name once, with its first query */
	REPORT_REFUSED, /* queries that guarding refuses */
	REPORT_OF_COUNT,
};

/* Characters of a prefix, dots included, and of its labels; 0: there is no prefix. */
#define REPORT_LENGTHS 256

/*
 * Times between a query and the one before it in its domain, whoever asked: place 0 has those of 0
 * ms, place N those that are at most edge N and more than edge N - 1; the edges are 10^((N - 1) /
 * 20) ms, rounded down, and the last place has all the rest.
 */
#define REPORT_INTERVALS 222

struct report_lengths {
	uint64_t count[REPORT_LENGTHS];
	uint64_t all;
	uint64_t sum;
};

/* By numbers of the replay's rows. */
struct report_user {
	struct seep_bucket level; /* its meter's, as the engine has it */
	uint64_t peak_mbit;       /* its highest level, after learning */
	uint64_t budget_mbit;     /* the latest */
	uint64_t refill_mbit_day;
	uint64_t day; /* since 1970, of its latest query */
	uint64_t day_mbit;
	uint64_t most_day_mbit; /* the most of any day */
	uint64_t days;          /* with a query */
	uint64_t refused_day;   /* the latest, and one more: 0: none */
	uint64_t refused_days;
	uint64_t refused_by[REPORT_METERS]; /* enum seep_meter */
	uint32_t domain;                    /* to which most was metered; set at the end */
	uint64_t domain_mbit;               /* so much; 0: nothing */
};

struct report_domain {
	uint64_t last_ms; /* of its latest query */
	uint64_t queries;
	uint64_t names; /* distinct */
	uint64_t users; /* distinct */
	uint64_t refused;
	uint64_t refused_by[REPORT_METERS];
	uint64_t metered_mbit; /* put on users' meters for it */
};

struct report_day {
	uint64_t day; /* since 1970 */
	uint64_t metered_mbit;
	uint64_t most_mbit; /* of one user */
	uint64_t users;     /* who asked */
	uint64_t refused_users;
};

struct report_hour {
	uint64_t hour; /* since 1970 */
	uint64_t refused;
	uint64_t stale;
	uint64_t flagged;
};

struct report_trace {
	const struct replay_options *options;
	struct seep_budgets budgets;
	uint64_t learned_ms; /* nothing counts as refused before */
	bool started;
	struct report_lengths prefixes[REPORT_OF_COUNT];
	struct report_lengths labels[REPORT_OF_COUNT];
	uint64_t intervals[REPORT_OF_COUNT][REPORT_INTERVALS]; /* none of names */
	uint64_t interval_count[REPORT_OF_COUNT];
	struct report_user *users;
	size_t user_count, user_room;
	struct report_domain *domains;
	size_t domain_count, domain_room;
	struct report_day *days; /* those with a query, in order */
	size_t day_count, day_room;
	struct report_hour *hours; /* the same */
	size_t hour_count, hour_room;
	struct map names; /* hashes of those seen */
	struct map pairs; /* user and domain, each from 1: mbit metered */
	uint64_t refused;
};

/* Edge N of the intervals, in ms; N is from 1. */
uint64_t report_interval_edge(size_t number);

/* The watch of the replay whose context is a struct report_trace with its options set. */
bool report_collect(void *context, const struct replay *replay, const struct replay_query *query);
/* After the run: what can be told only then. */
void report_collect_end(struct report_trace *trace);
void report_collect_release(struct report_trace *trace);

/* Does guarding refuse this query? LEARNED_MS is when learning ends. */
bool report_is_refused(const struct replay_query *query, uint64_t learned_ms);

/* Are the first days only watched? */
static inline bool report_learns(const struct report_trace *trace)
{
	return trace->options->conf.learning_s > 0;
}

/* Makes room for COUNT rows of SIZE bytes in *ROWS, the new ones zero. False without memory. */
bool report_grow(void **rows, size_t *room, size_t count, size_t size);

/* ---- what if (report_whatif.c) ---- */

#define REPORT_BUDGETS 7

struct report_whatif {
	uint64_t budget_bytes; /* of a user; as configured, the largest of them */
	uint64_t refill_bytes_day;
	bool is_configured; /* by seep.conf and the command line */
	uint64_t users_refused;
	uint64_t user_days_refused;
	uint64_t user_days; /* with a query */
	uint64_t queries_refused;
	uint64_t stale;
	uint64_t metered_mbit;
};

struct report_whatifs {
	struct report_whatif rows[REPORT_BUDGETS + 1]; /* the last one as configured */
	size_t count;                                  /* 1: no other budget was tried */
	const char *missing;                           /* why */
};

/* Replays the traces of OPTIONS at each budget. False, having said why. */
bool report_whatif(struct report_whatifs *whatifs, struct replay_options *options);
/* The row of what TRACE and REPLAY found. */
void report_whatif_add(struct report_whatifs *whatifs, const struct report_trace *trace,
		       const struct replay *replay);

/* ---- all that a report is made of ---- */

struct report {
	const char *title;
	const struct replay *replay; /* of traces; NULL: there are none */
	const struct report_trace *trace;
	const struct report_whatifs *whatifs;
	const struct state_view *state; /* NULL: none was given */
	const char *state_path;
};

/* ---- pictures (report_figures.c, report_state.c) ---- */

/*
 * A picture with its points, which it owns, and what stands below it. The texts of points are its
 * own, too; all others are constant.
 */
struct report_figure {
	const char *id;
	const char *title;
	const char *caption;
	struct svg_axis x, y;
	double bar_width;
	struct svg_series series[SVG_SERIES_MOST];
	struct svg_point *points[SVG_SERIES_MOST];
	size_t count;
	char summary[512]; /* what it shows, in numbers */
};

/* A series of COUNT points at most, to be filled in and counted; NULL without memory. */
struct svg_point *report_series(struct report_figure *figure, const char *name, enum svg_mark mark,
				size_t count);
/* Adds a point to the latest series, with a copy of TEXT, or NULL. False without memory. */
bool report_point(struct report_figure *figure, double x, double y, const char *text);
/* The axes reach over all points. */
void report_fit(struct report_figure *figure);
/* If the latest series reaches far, y is drawn by its logarithm; before report_fit. */
void report_spread(struct report_figure *figure);
void report_figure_release(struct report_figure *figure);

/* Makes one picture of a report. False without memory. */
typedef bool report_draw(struct report_figure *figure, const struct report *report);

report_draw report_draw_prefixes, report_draw_labels, report_draw_intervals; /* of traces */
report_draw report_draw_domains, report_draw_users, report_draw_leak, report_draw_most,
	report_draw_refusals;
report_draw report_draw_blocks, report_draw_bounds;             /* what if */
report_draw report_draw_state_users, report_draw_state_domains; /* of a state file */

/* Where a curve of COUNT ranks has points: at all of the first ones, then ever further apart. */
#define REPORT_RANKS 160
size_t report_ranks(size_t count, size_t ranks[REPORT_RANKS]);

/* The places of ROWS greatest first, by VALUE; the caller frees. NULL without memory. */
typedef double report_value(const void *context, size_t at);
size_t *report_ranking(size_t count, report_value *value, const void *context);
/* An axis of COUNT ranks, by their logarithm where they are many. */
struct svg_axis report_rank_axis(const char *label, size_t count);

/* "user's budget (7), domain's budget (2)": which meters refused, most often first. */
#define REPORT_REASON_SIZE 160
void report_reason(const uint64_t refused_by[REPORT_METERS], char reason[REPORT_REASON_SIZE]);

/* How full a user's meter was at most, of its budget. */
double report_user_share(const struct report_user *user);

/* The rankings of the tables: users by the share of their budget, domains by what was metered. */
size_t *report_top_users(const struct report *report);
size_t *report_top_domains(const struct report *report);
/* The same of a state file, by the share of the budget. */
size_t *report_top_state(const struct state_rows *rows);

/* ---- what shows them ---- */

/* Each section has a heading, pictures, and tables. */
struct report_section {
	const char *id, *title;
	const char *text;
	bool is_state;         /* of a state file, not of traces */
	report_draw *draws[5]; /* to NULL */
	void (*tables)(FILE *file, const struct report *report); /* or NULL */
};
extern const struct report_section report_sections[];
extern const size_t report_section_count;

/* Can it be shown? */
bool report_has(const struct report *report, const struct report_section *section);

/* report_page.c: writes the page; false without memory. */
bool report_write_page(FILE *file, const struct report *report);
/* report_tables.c */
void report_tables_users(FILE *file, const struct report *report);
void report_tables_domains(FILE *file, const struct report *report);
void report_tables_whatif(FILE *file, const struct report *report);
void report_tables_state_users(FILE *file, const struct report *report);
void report_tables_state_domains(FILE *file, const struct report *report);
/* report_json.c: the same numbers as one object; false without memory. */
bool report_write_json(FILE *file, const struct report *report);

#endif
