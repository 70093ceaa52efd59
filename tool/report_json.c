/* SPDX-License-Identifier: BSD-3-Clause */
/* The numbers behind the page, as one JSON object. */
#include "report.h"

#include "base/bits.h"

#include <stdlib.h>

static void write_bytes(struct json *json, const char *key, uint64_t mbit)
{
	json_decimal(json, key, seep_bits_to_bytes(mbit), 6);
}

static void write_time(struct json *json, const char *key, uint64_t when_ms)
{
	char text[REPLAY_TIME_TEXT_SIZE];

	replay_time_text(when_ms, text);
	json_text(json, key, text);
}

static void write_totals(struct json *json, const struct report *report)
{
	const struct replay_totals *totals = &report->replay->totals;

	json_open(json, "totals", '{');
	json_number(json, "users", tally_count(report->replay->users));
	json_number(json, "domains", tally_count(report->replay->domains));
	json_number(json, "queries", totals->queries);
	json_number(json, "hits", totals->hits);
	json_number(json, "refused", report->trace->refused);
	json_number(json, "stale", totals->stale);
	json_number(json, "malformed", totals->traces.malformed);
	write_bytes(json, "metered_bytes", totals->metered_mbit);
	write_time(json, "first", totals->first_ms);
	write_time(json, "last", totals->last_ms);
	json_close(json);
}

/* [x, y], and whose it is. */
static void write_point(struct json *json, const struct svg_point *point)
{
	json_open(json, NULL, '[');
	json_decimal(json, NULL, point->x, 6);
	json_decimal(json, NULL, point->y, 6);
	if (point->text)
		json_text(json, NULL, point->text);
	json_close(json);
}

static void write_figure(struct json *json, const struct report_figure *figure)
{
	json_open(json, figure->id, '{');
	json_text(json, "title", figure->title);
	json_text(json, "x", figure->x.label);
	json_text(json, "y", figure->y.label);
	json_open(json, "series", '{');
	for (size_t at = 0; at < figure->count; at++) {
		json_open(json, figure->series[at].name, '[');
		for (size_t i = 0; i < figure->series[at].count; i++)
			write_point(json, &figure->series[at].points[i]);
		json_close(json);
	}
	json_close(json);
	json_close(json);
}

static bool write_figures(struct json *json, const struct report *report)
{
	bool done = true;

	json_open(json, "figures", '{');
	for (size_t at = 0; at < report_section_count; at++) {
		const struct report_section *section = &report_sections[at];

		for (size_t i = 0; done && report_has(report, section) && section->draws[i]; i++) {
			struct report_figure figure = { .count = 0 };

			done = section->draws[i](&figure, report);
			if (done)
				write_figure(json, &figure);
			report_figure_release(&figure);
		}
	}
	json_close(json);
	return done;
}

static void write_whatif(struct json *json, const struct report_whatif *row)
{
	json_open(json, NULL, '{');
	json_bool(json, "configured", row->is_configured);
	json_number(json, "budget_bytes", row->budget_bytes);
	json_number(json, "refill_bytes_day", row->refill_bytes_day);
	json_number(json, "bound_bytes_30_days", row->budget_bytes + 30 * row->refill_bytes_day);
	json_number(json, "users_refused", row->users_refused);
	json_number(json, "user_days_refused", row->user_days_refused);
	json_number(json, "user_days", row->user_days);
	json_number(json, "queries_refused", row->queries_refused);
	json_number(json, "stale", row->stale);
	write_bytes(json, "metered_bytes", row->metered_mbit);
	json_close(json);
}

static void write_user(struct json *json, const struct report *report, size_t place)
{
	const struct report_user *user = &report->trace->users[place];
	const struct tally_row *row = tally_row(report->replay->users, (uint32_t)place);
	char text[REPLAY_KEY_TEXT_SIZE], reason[REPORT_REASON_SIZE];

	replay_user_text(report->replay, row, text);
	report_reason(user->refused_by, reason);
	json_open(json, NULL, '{');
	json_text(json, "user", text);
	write_bytes(json, "highest_level_bytes", user->peak_mbit);
	write_bytes(json, "budget_bytes", user->budget_mbit);
	write_bytes(json, "metered_bytes", row->metered_mbit);
	write_bytes(json, "most_day_bytes", user->most_day_mbit);
	json_number(json, "days", user->days);
	json_number(json, "refused_days", user->refused_days);
	json_text(json, "refused_by", reason);
	if (user->domain_mbit) {
		replay_domain_text(report->replay, tally_row(report->replay->domains, user->domain),
				   text);
		json_text(json, "domain", text);
		write_bytes(json, "domain_bytes", user->domain_mbit);
	}
	json_close(json);
}

static void write_domain(struct json *json, const struct report *report, size_t place)
{
	const struct report_domain *domain = &report->trace->domains[place];
	char text[REPLAY_KEY_TEXT_SIZE], reason[REPORT_REASON_SIZE];

	replay_domain_text(report->replay, tally_row(report->replay->domains, (uint32_t)place),
			   text);
	report_reason(domain->refused_by, reason);
	json_open(json, NULL, '{');
	json_text(json, "domain", text);
	json_number(json, "queries", domain->queries);
	json_number(json, "names", domain->names);
	json_number(json, "users", domain->users);
	json_number(json, "refused", domain->refused);
	json_text(json, "refused_by", reason);
	write_bytes(json, "metered_bytes", domain->metered_mbit);
	json_close(json);
}

static bool write_tables(struct json *json, const struct report *report)
{
	size_t *users = report_top_users(report), *domains = report_top_domains(report);
	bool done = users && domains;

	json_open(json, "what_if", '[');
	for (size_t at = 0; at < report->whatifs->count; at++)
		write_whatif(json, &report->whatifs->rows[at]);
	json_close(json);
	json_open(json, "users", '[');
	for (size_t at = 0; done && at < report->trace->user_count && at < REPORT_ROWS; at++)
		write_user(json, report, users[at]);
	json_close(json);
	json_open(json, "domains", '[');
	for (size_t at = 0; done && at < report->trace->domain_count && at < REPORT_ROWS; at++)
		write_domain(json, report, domains[at]);
	json_close(json);
	free(users);
	free(domains);
	return done;
}

/* The rows that the page has, as "top --json" writes them. */
static void write_state(struct json *json, const struct state_view *view)
{
	json_open(json, "state", '{');
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++) {
		size_t *order = report_top_state(&view->rows[kind]);

		json_open(json, state_kind_words[kind].many, '[');
		for (size_t at = 0; order && at < view->rows[kind].count && at < REPORT_ROWS; at++)
			state_view_write_json(json, view, kind, &view->rows[kind].rows[order[at]]);
		json_close(json);
		free(order);
	}
	json_close(json);
}

bool report_write_json(FILE *file, const struct report *report)
{
	struct json json = { .file = file, .lines = 3 };
	bool done;

	json_open(&json, NULL, '{');
	json_text(&json, "title", report->title);
	if (report->replay)
		write_totals(&json, report);
	done = write_figures(&json, report);
	if (done && report->replay)
		done = write_tables(&json, report);
	if (report->state)
		write_state(&json, report->state);
	json_close(&json);
	return done;
}
