/* SPDX-License-Identifier: BSD-3-Clause */
/* The page: what it says first, its sections, and what it needs to be read by. */
#include "report.h"

#include "base/bits.h"
#include "base/plural.h"
#include "html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct report_section report_sections[] = {
	{ .id = "users",
	  .title = "Who sends new information, and how much",
	  .text = "Each query costs what its name tells that was not known here before. The "
		  "user's meter takes it before anything leaves. A query that would go above the "
		  "budget is refused, or answered from what the cache still holds.",
	  .draws = { report_draw_users, report_draw_most },
	  .tables = report_tables_users },
	{ .id = "times",
	  .title = "When it leaves, and when something is refused",
	  .text = "Cached answers, names that are known and domains that many use go on working "
		  "for a user whose budget is spent.",
	  .draws = { report_draw_leak, report_draw_refusals } },
	{ .id = "places",
	  .title = "Where it goes",
	  .text = "What goes to a domain that many use costs each of them little.",
	  .tables = report_tables_domains },
	{ .id = "what-if",
	  .title = "What if the budget were another",
	  .text = "A smaller budget lets less out, and disturbs more people. Each row is a replay "
		  "of the whole trace with that user-budget; user-refill is an eighth of it, "
		  "unless it was given.",
	  .draws = { report_draw_blocks, report_draw_bounds },
	  .tables = report_tables_whatif },
	{ .id = "names",
	  .title = "What the names look like",
	  .text = "Seep does not judge by any of these. They show how far a tunnel in this traffic "
		  "would stand out, or could hide.",
	  .draws = { report_draw_prefixes, report_draw_labels, report_draw_intervals,
		     report_draw_domains } },
	{ .id = "state-users",
	  .title = "Users and networks in the state file",
	  .is_state = true,
	  .draws = { report_draw_state_users, report_draw_state_domains },
	  .tables = report_tables_state_users },
	{ .id = "state-domains",
	  .title = "Domains in the state file",
	  .is_state = true,
	  .tables = report_tables_state_domains },
};
const size_t report_section_count = sizeof(report_sections) / sizeof(report_sections[0]);

static bool is_whatif(const struct report_section *section)
{
	return section->tables == report_tables_whatif;
}

bool report_has(const struct report *report, const struct report_section *section)
{
	if (section->is_state)
		return report->state != NULL;
	return report->replay && (!is_whatif(section) || report->whatifs->count > 1);
}

/* ---- words ---- */

__attribute__((format(printf, 2, 3))) static void say(FILE *file, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	html_text(file, text);
}

static size_t count_refused(const struct report_trace *trace)
{
	size_t count = 0;

	for (size_t at = 0; at < trace->user_count; at++)
		count += trace->users[at].refused_days > 0;
	return count;
}

static uint64_t most_metered(const struct report *report)
{
	uint64_t most_mbit = 0;

	for (uint32_t at = 0; at < tally_count(report->replay->users); at++) {
		const struct tally_row *row = tally_row(report->replay->users, at);

		if (row->metered_mbit > most_mbit)
			most_mbit = row->metered_mbit;
	}
	return most_mbit;
}

/* Who would have been refused, and when. */
static void say_refused(FILE *file, const struct report *report)
{
	const struct report_trace *trace = report->trace;
	const struct report_whatif *is = &report->whatifs->rows[report->whatifs->count - 1];
	size_t refused = count_refused(trace);
	char queries[SVG_VALUE_SIZE];

	if (trace->learned_ms > report->replay->totals.last_ms) {
		say(file, "The trace is no longer than the learning, in which nothing is refused.");
		return;
	}
	if (!refused) {
		say(file, "With the budgets as they are set, nobody would have been refused "
			  "anything.");
		return;
	}
	svg_value_text(SVG_COUNT, (double)trace->refused, queries);
	say(file,
	    "With the budgets as they are set, %zu %s would have been refused something: %s %s in "
	    "all, on %" PRIu64 " of %" PRIu64
	    " user-days. (A user-day is a day on which a user asked anything.)",
	    refused, seep_plural(refused, "user", "users"), queries,
	    seep_plural(trace->refused, "query", "queries"), is->user_days_refused, is->user_days);
}

static void write_lead(FILE *file, const struct report *report)
{
	const struct replay_totals *totals = &report->replay->totals;
	uint32_t users = tally_count(report->replay->users);
	uint32_t domains = tally_count(report->replay->domains);
	char first[SVG_VALUE_SIZE], last[SVG_VALUE_SIZE];
	char metered[SVG_VALUE_SIZE], most[SVG_VALUE_SIZE];
	char asked[SVG_VALUE_SIZE], places[SVG_VALUE_SIZE];
	char span[REPLAY_TIME_TEXT_SIZE];

	replay_span_text(totals->last_ms - totals->first_ms, span);
	svg_value_text(SVG_COUNT, (double)totals->queries, asked);
	svg_value_text(SVG_COUNT, domains, places);
	svg_value_text(SVG_TIME, (double)(totals->first_ms / 1000), first);
	svg_value_text(SVG_TIME, (double)(totals->last_ms / 1000), last);
	svg_value_text(SVG_BYTES, seep_bits_to_bytes(totals->metered_mbit), metered);
	svg_value_text(SVG_BYTES, seep_bits_to_bytes(most_metered(report)), most);
	fputs("<p class=\"lead\">", file);
	say(file,
	    "From %s to %s (UTC, %s) %" PRIu32
	    " %s asked %s %s in %s %s. Seep metered %s of new information that left through names, at most %s of one "
	    "user. ",
	    first, last, span, users, seep_plural(users, "user", "users"), asked,
	    seep_plural(totals->queries, "query", "queries"), places,
	    seep_plural(domains, "domain", "domains"), metered, most);
	say_refused(file, report);
	fputs("</p>\n", file);
}

/* Whom no budget fits, by name. */
static void write_crowds(FILE *file, const struct report *report)
{
	const struct seep_review *review = &report->replay->review;
	char text[REPLAY_KEY_TEXT_SIZE];

	if (!report->replay->is_reviewed || !review->named_count)
		return;
	fputs("<p class=\"note\">", file);
	say(file,
	    "No budget fits %" PRIu64 " %s and %" PRIu64
	    " %s, which needed too much while learning. "
	    "They are flagged, and never refused, nor counted as that here: ",
	    review->crowds, seep_plural(review->crowds, "user", "users"), review->vast,
	    seep_plural(review->vast, "network", "networks"));
	for (unsigned at = 0; at < review->named_count; at++) {
		replay_crowd_text(report->replay, &review->named[at], text);
		say(file, "%s%s %s", at ? ", " : "",
		    review->named[at].is_network ? "network" : "user", text);
	}
	fputs(".</p>\n", file);
}

static void write_state_lead(FILE *file, const struct report *report)
{
	const struct state_view *view = report->state;
	const struct state_rows *users = &view->rows[STATE_USERS];
	size_t spent = 0, crowds = 0;
	char when[STATE_VIEW_TEXT_SIZE];

	for (size_t at = 0; at < users->count; at++) {
		spent += users->rows[at].meter.spent;
		crowds += users->rows[at].meter.is_crowd;
	}
	state_view_time_text(view, view->now_s, when);
	fputs("<p class=\"lead\">", file);
	say(file, "The state file %s, as of %s, knows %zu %s, %zu %s and %zu %s. ",
	    report->state_path, when, users->count, seep_plural(users->count, "user", "users"),
	    view->rows[STATE_NETWORKS].count,
	    seep_plural(view->rows[STATE_NETWORKS].count, "network", "networks"),
	    view->rows[STATE_DOMAINS].count,
	    seep_plural(view->rows[STATE_DOMAINS].count, "domain", "domains"));
	if (spent)
		say(file,
		    "%zu %s a spent budget now: what they ask anew is refused, unless Seep is "
		    "learning or only flags.",
		    spent, seep_plural(spent, "user has", "users have"));
	else
		say(file, "No user has a spent budget now.");
	if (crowds)
		say(file, " No budget fits %zu %s, who %s flagged and never refused.", crowds,
		    seep_plural(crowds, "user", "users"), seep_plural(crowds, "is", "are"));
	fputs("</p>\n", file);
}

/* ---- tiles ---- */

static void write_tile(FILE *file, const char *name, enum svg_unit unit, double value)
{
	char text[SVG_VALUE_SIZE];

	svg_value_text(unit, value, text);
	fprintf(file, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, text);
}

static void write_tiles(FILE *file, const struct report *report)
{
	const struct replay_totals *totals = &report->replay->totals;
	const struct report_whatif *is = &report->whatifs->rows[report->whatifs->count - 1];
	uint64_t most_mbit = most_metered(report);

	fputs("<dl class=\"tiles\">\n", file);
	write_tile(file, "Users", SVG_COUNT, (double)tally_count(report->replay->users));
	write_tile(file, "Queries", SVG_COUNT, (double)totals->queries);
	write_tile(file, "Of them, from the cache", SVG_SHARE,
		   (double)totals->hits / (double)totals->queries);
	write_tile(file, "Metered", SVG_BYTES, seep_bits_to_bytes(totals->metered_mbit));
	write_tile(file, "Most of one user", SVG_BYTES, seep_bits_to_bytes(most_mbit));
	write_tile(file, "Users refused", SVG_COUNT, (double)is->users_refused);
	write_tile(file, "User-days refused", SVG_COUNT, (double)is->user_days_refused);
	fputs("</dl>\n", file);
}

/* ---- sections ---- */

/* The points of a figure as rows, for who cannot see it. */
static void write_points(FILE *file, const struct report_figure *figure)
{
	static const size_t shown = 12;
	const struct html_column columns[] = { { "Curve", HTML_WORDS },
					       { figure->x.label, HTML_NUMBER },
					       { figure->y.label, HTML_NUMBER } };
	char x[SVG_VALUE_SIZE], y[SVG_VALUE_SIZE];

	fputs("<details><summary>Some of the numbers</summary>\n", file);
	html_table_begin(file, figure->title, columns, 3);
	for (size_t at = 0; at < figure->count; at++) {
		const struct svg_series *series = &figure->series[at];
		size_t apart = (series->count + shown - 1) / shown;

		for (size_t i = 0; i < series->count; i += apart) {
			svg_value_text(figure->x.unit, series->points[i].x, x);
			svg_value_text(figure->y.unit, series->points[i].y, y);
			html_table_row(file, columns, 3,
				       (const char *const[]){ series->name, x, y });
		}
	}
	html_table_end(file);
	fputs("</details>\n", file);
}

static void write_figure(FILE *file, const struct report_figure *figure)
{
	const struct svg_figure svg = {
		.id = figure->id,
		.title = figure->title,
		.description = figure->summary[0] ? figure->summary : figure->caption,
		.x = figure->x,
		.y = figure->y,
		.bar_width = figure->bar_width,
		.series = figure->series,
		.count = figure->count,
	};

	fprintf(file, "<figure id=\"figure-%s\">\n<h3>", figure->id);
	html_text(file, figure->title);
	fputs("</h3>\n", file);
	svg_write(file, &svg);
	fputs("<figcaption>", file);
	html_text(file, figure->caption);
	if (figure->summary[0]) {
		fputs(" <span class=\"summary\">", file);
		html_text(file, figure->summary);
		fputs("</span>", file);
	}
	fputs("</figcaption>\n", file);
	write_points(file, figure);
	fputs("</figure>\n", file);
}

static bool write_section(FILE *file, const struct report *report,
			  const struct report_section *section)
{
	fprintf(file, "<section id=\"%s\">\n<h2>", section->id);
	html_text(file, section->title);
	fputs("</h2>\n", file);
	if (section->text) {
		fputs("<p>", file);
		html_text(file, section->text);
		fputs("</p>\n", file);
	}
	if (section->draws[0])
		fputs("<div class=\"figures\">\n", file);
	for (size_t at = 0; section->draws[at]; at++) {
		struct report_figure figure = { .count = 0 };
		bool done = section->draws[at](&figure, report);

		if (done)
			write_figure(file, &figure);
		report_figure_release(&figure);
		if (!done)
			return false;
	}
	if (section->draws[0])
		fputs("</div>\n", file);
	if (section->tables)
		section->tables(file, report);
	fputs("</section>\n", file);
	return true;
}

/* ---- what else ---- */

/* What the page lacks, and what to do about it. */
static void write_missing(FILE *file, const struct report *report)
{
	if (!report->replay)
		fputs("<p class=\"note\">A state file holds what is on the meters now, and no "
		      "history. Pictures of lengths of names, of times between queries, of what "
		      "left each day, of refusals over time and of other budgets need recorded "
		      "queries: <code>seepctl report -o DIR TRACE...</code></p>\n",
		      file);
	if (report->replay && report->whatifs->missing) {
		fputs("<p class=\"note\">What other budgets would do is not shown: ", file);
		html_text(file, report->whatifs->missing);
		fputs(".</p>\n", file);
	}
	if (report->replay && report->replay->broken)
		fputs("<p class=\"note\">A trace could not be read to its end: what follows is of "
		      "what could be read.</p>\n",
		      file);
}

static void write_term(FILE *file, const char *term, const char *text)
{
	fprintf(file, "<dt><strong>%s</strong></dt><dd>%s</dd>\n", term, text);
}

static void write_words(FILE *file)
{
	fputs("<section id=\"words\">\n<h2>Words</h2>\n<dl>\n", file);
	write_term(file, "User",
		   "a client's address, or the block of addresses that user-prefix "
		   "makes of it.");
	write_term(file, "Domain, prefix",
		   "what somebody registers, and the labels that stand before it.");
	write_term(file, "Metered",
		   "the length of the shortest code in which the names that left could have told "
		   "what they told, in bytes, divided among the users of a domain.");
	write_term(file, "Budget, refill",
		   "what a meter may hold, and what drains from it in a day.");
	write_term(file, "Refused",
		   "answered with REFUSED, because the query would have told more "
		   "than a budget allows.");
	write_term(file, "Stale", "answered in place of that from what the cache still held.");
	write_term(file, "User-day", "a day (UTC) on which a user asked anything.");
	fputs("</dl>\n</section>\n", file);
}

static void write_contents(FILE *file, const struct report *report)
{
	fputs("<nav aria-label=\"Sections\"><ul>\n", file);
	for (size_t at = 0; at < report_section_count; at++) {
		if (!report_has(report, &report_sections[at]))
			continue;
		fprintf(file, "<li><a href=\"#%s\">", report_sections[at].id);
		html_text(file, report_sections[at].title);
		fputs("</a></li>\n", file);
	}
	fputs("</ul></nav>\n", file);
}

bool report_write_page(FILE *file, const struct report *report)
{
	bool done = true;

	html_begin(file, report->title);
	if (report->replay) {
		write_lead(file, report);
		write_crowds(file, report);
	}
	if (report->state)
		write_state_lead(file, report);
	write_missing(file, report);
	if (report->replay)
		write_tiles(file, report);
	write_contents(file, report);
	for (size_t at = 0; done && at < report_section_count; at++)
		if (report_has(report, &report_sections[at]))
			done = write_section(file, report, &report_sections[at]);
	write_words(file);
	html_end(file);
	return done;
}
