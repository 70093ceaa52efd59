/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables of the page. */
#include "report.h"

#include "base/bits.h"
#include "html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MOST 10

/* A table and the row that is being made. */
struct table {
	FILE *file;
	const struct html_column *columns;
	size_t count;
	size_t used;
	char *cells[COLUMNS_MOST];
};

static void begin(struct table *table, const char *caption)
{
	html_table_begin(table->file, caption, table->columns, table->count);
}

/* Begins a table of the first REPORT_ROWS of COUNT, and says so where there are more. */
static void begin_first(struct table *table, const char *caption, size_t count)
{
	char text[128], rows[SVG_VALUE_SIZE];

	svg_value_text(SVG_COUNT, (double)count, rows);
	snprintf(text, sizeof(text), count > REPORT_ROWS ? "%s: %d of %s" : "%s", caption,
		 REPORT_ROWS, rows);
	begin(table, text);
}

/* The next cell; the row is written with the last one. Without memory a cell is empty. */
static void put(struct table *table, const char *text)
{
	const char *cells[COLUMNS_MOST];

	table->cells[table->used++] = strdup(text);
	if (table->used < table->count)
		return;
	for (size_t at = 0; at < table->count; at++)
		cells[at] = table->cells[at] ? table->cells[at] : "";
	html_table_row(table->file, table->columns, table->count, cells);
	for (size_t at = 0; at < table->count; at++)
		free(table->cells[at]);
	table->used = 0;
}

static void put_value(struct table *table, enum svg_unit unit, double value)
{
	char text[SVG_VALUE_SIZE];

	svg_value_text(unit, value, text);
	put(table, text);
}

static void put_mbit(struct table *table, uint64_t mbit)
{
	put_value(table, SVG_BYTES, seep_bits_to_bytes(mbit));
}

#define TABLE(to, rows)                                                                     \
	{                                                                                   \
		.file = (to), .columns = (rows), .count = sizeof(rows) / sizeof((rows)[0]), \
	}

/* ---- of traces ---- */

static const struct html_column user_columns[] = {
	{ "User", HTML_NAME },      { "Highest level", HTML_NUMBER },
	{ "Budget", HTML_NUMBER },  { "Of it", HTML_NUMBER },
	{ "Metered", HTML_NUMBER }, { "Most in a day", HTML_NUMBER },
	{ "Refused", HTML_NUMBER }, { "On days", HTML_NUMBER },
	{ "By the", HTML_WORDS },   { "Most went to", HTML_NAME },
};

/* The domain to which most of it went, and how much of all that is. */
static void domain_cell(const struct report *report, const struct report_user *user,
			const struct tally_row *row, char *text, size_t size)
{
	char domain[REPLAY_KEY_TEXT_SIZE];

	text[0] = '\0';
	if (!user->domain_mbit || !row->metered_mbit)
		return;
	replay_domain_text(report->replay, tally_row(report->replay->domains, user->domain),
			   domain);
	snprintf(text, size, "%s (%.0f %%)", domain,
		 100.0 * (double)user->domain_mbit / (double)row->metered_mbit);
}

static void user_row(struct table *table, const struct report *report, size_t place)
{
	const struct report_user *user = &report->trace->users[place];
	const struct tally_row *row = tally_row(report->replay->users, (uint32_t)place);
	char text[REPLAY_KEY_TEXT_SIZE + 16], reason[REPORT_REASON_SIZE];
	uint64_t refused = 0;

	for (size_t meter = 0; meter < REPORT_METERS; meter++)
		refused += user->refused_by[meter];
	report_reason(user->refused_by, reason);
	replay_user_text(report->replay, row, text);
	put(table, text);
	put_mbit(table, user->peak_mbit);
	put_mbit(table, user->budget_mbit);
	put_value(table, SVG_SHARE, report_user_share(user));
	put_mbit(table, row->metered_mbit);
	put_mbit(table, user->most_day_mbit);
	put_value(table, SVG_COUNT, (double)refused);
	put_value(table, SVG_COUNT, (double)user->refused_days);
	put(table, reason);
	domain_cell(report, user, row, text, sizeof(text));
	put(table, text);
}

void report_tables_users(FILE *file, const struct report *report)
{
	struct table table = TABLE(file, user_columns);
	size_t *order = report_top_users(report);

	begin_first(&table, "Users nearest to their budget", report->trace->user_count);
	for (size_t at = 0; order && at < report->trace->user_count && at < REPORT_ROWS; at++)
		user_row(&table, report, order[at]);
	html_table_end(file);
	free(order);
}

static const struct html_column domain_columns[] = {
	{ "Domain", HTML_NAME },  { "Queries", HTML_NUMBER }, { "Distinct names", HTML_NUMBER },
	{ "Users", HTML_NUMBER }, { "Metered", HTML_NUMBER }, { "Refused", HTML_NUMBER },
	{ "By the", HTML_WORDS },
};

static void domain_row(struct table *table, const struct report *report, size_t place)
{
	const struct report_domain *domain = &report->trace->domains[place];
	char text[REPLAY_KEY_TEXT_SIZE], reason[REPORT_REASON_SIZE];

	replay_domain_text(report->replay, tally_row(report->replay->domains, (uint32_t)place),
			   text);
	report_reason(domain->refused_by, reason);
	put(table, text);
	put_value(table, SVG_COUNT, (double)domain->queries);
	put_value(table, SVG_COUNT, (double)domain->names);
	put_value(table, SVG_COUNT, (double)domain->users);
	put_mbit(table, domain->metered_mbit);
	put_value(table, SVG_COUNT, (double)domain->refused);
	put(table, reason);
}

void report_tables_domains(FILE *file, const struct report *report)
{
	struct table table = TABLE(file, domain_columns);
	size_t *order = report_top_domains(report);

	begin_first(&table, "Domains with refusals, then those to which most was metered",
		    report->trace->domain_count);
	for (size_t at = 0; order && at < report->trace->domain_count && at < REPORT_ROWS; at++)
		domain_row(&table, report, order[at]);
	html_table_end(file);
	free(order);
}

static const struct html_column whatif_columns[] = {
	{ "Budget", HTML_WORDS },
	{ "Refill a day", HTML_NUMBER },
	{ "Bound, 30 days", HTML_NUMBER },
	{ "Users refused", HTML_NUMBER },
	{ "User-days refused", HTML_NUMBER },
	{ "Of 1,000", HTML_NUMBER },
	{ "Queries refused", HTML_NUMBER },
	{ "Stale answers", HTML_NUMBER },
	{ "Metered", HTML_NUMBER },
};

static void whatif_row(struct table *table, const struct report_whatif *row)
{
	double days = row->user_days ? (double)row->user_days : 1;
	char text[SVG_VALUE_SIZE], budget[SVG_VALUE_SIZE + 16];

	svg_value_text(SVG_BYTES, (double)row->budget_bytes, text);
	snprintf(budget, sizeof(budget), row->is_configured ? "as configured: %s" : "%s", text);
	put(table, budget);
	put_value(table, SVG_BYTES, (double)row->refill_bytes_day);
	put_value(table, SVG_BYTES, (double)(row->budget_bytes + 30 * row->refill_bytes_day));
	put_value(table, SVG_COUNT, (double)row->users_refused);
	put_value(table, SVG_COUNT, (double)row->user_days_refused);
	put_value(table, SVG_COUNT, 1000.0 * (double)row->user_days_refused / days);
	put_value(table, SVG_COUNT, (double)row->queries_refused);
	put_value(table, SVG_COUNT, (double)row->stale);
	put_mbit(table, row->metered_mbit);
}

void report_tables_whatif(FILE *file, const struct report *report)
{
	struct table table = TABLE(file, whatif_columns);

	begin(&table, "The same traces at other budgets");
	for (size_t at = 0; at < report->whatifs->count; at++)
		whatif_row(&table, &report->whatifs->rows[at]);
	html_table_end(file);
}

/* ---- of a state file ---- */

static const struct html_column state_columns[STATE_KINDS][8] = {
	[STATE_USERS] = { { "User", HTML_NAME },
			  { "Level", HTML_NUMBER },
			  { "Budget", HTML_NUMBER },
			  { "Of it", HTML_NUMBER },
			  { "Standing", HTML_WORDS },
			  { "Names, about", HTML_NUMBER },
			  { "Domains, about", HTML_NUMBER },
			  { "Last seen", HTML_WORDS } },
	[STATE_NETWORKS] = { { "Network", HTML_NAME },
			     { "Level", HTML_NUMBER },
			     { "Budget", HTML_NUMBER },
			     { "Of it", HTML_NUMBER },
			     { "Standing", HTML_WORDS },
			     { "Users, about", HTML_NUMBER },
			     { "Today", HTML_NUMBER },
			     { "Last seen", HTML_WORDS } },
	[STATE_DOMAINS] = { { "Domain", HTML_NAME },
			    { "Level", HTML_NUMBER },
			    { "Budget", HTML_NUMBER },
			    { "Of it", HTML_NUMBER },
			    { "Standing", HTML_WORDS },
			    { "Names, about", HTML_NUMBER },
			    { "Users, about", HTML_NUMBER },
			    { "Last seen", HTML_WORDS } },
};

static const char *standing_of(const struct seep_view_meter *meter)
{
	return meter->is_crowd ? "no budget fits" : state_view_standing(meter);
}

static void state_row(struct table *table, const struct state_view *view, enum state_kind kind,
		      const struct seep_view_row *row)
{
	const uint64_t counts[STATE_KINDS][2] = {
		[STATE_USERS] = { row->names, row->domains },
		[STATE_NETWORKS] = { row->users, row->users_today },
		[STATE_DOMAINS] = { row->names, row->users },
	};
	char text[STATE_VIEW_TEXT_SIZE];

	state_view_text(view, kind, row, text);
	put(table, text);
	put_mbit(table, row->meter.level_mbit);
	put_mbit(table, row->meter.budget_mbit);
	put_value(table, SVG_SHARE, (double)state_view_share(&row->meter) / 10000);
	put(table, standing_of(&row->meter));
	put_value(table, SVG_COUNT, (double)counts[kind][0]);
	put_value(table, SVG_COUNT, (double)counts[kind][1]);
	state_view_time_text(view, row->last_s, text);
	put(table, text);
}

static void state_table(FILE *file, const struct state_view *view, enum state_kind kind,
			const char *caption)
{
	const struct state_rows *rows = &view->rows[kind];
	struct table table = TABLE(file, state_columns[kind]);
	size_t *order = report_top_state(rows);

	begin_first(&table, caption, rows->count);
	for (size_t at = 0; order && at < rows->count && at < REPORT_ROWS; at++)
		state_row(&table, view, kind, &rows->rows[order[at]]);
	html_table_end(file);
	free(order);
}

void report_tables_state_users(FILE *file, const struct report *report)
{
	state_table(file, report->state, STATE_USERS, "Users whose meters are fullest");
	if (report->state->rows[STATE_NETWORKS].count)
		state_table(file, report->state, STATE_NETWORKS,
			    "Networks, by the meters of their established users");
}

void report_tables_state_domains(FILE *file, const struct report *report)
{
	state_table(file, report->state, STATE_DOMAINS, "Domains whose meters are fullest");
}
