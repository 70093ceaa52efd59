/* SPDX-License-Identifier: BSD-3-Clause */
/* What was learned from traces, as text and as JSON, and what to do with the file. */
#include "cmd_learn.h"

#include "base/plural.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 20

/* Where the resolver looks for it; "" if nowhere. */
static const char *place_of(const struct learn_report *report)
{
	return report->options->replay.conf.state_file;
}

/* How much of learning the traces do not have. */
static uint64_t missing_ms(const struct replay *replay)
{
	uint64_t learned_ms = replay_learned_ms(replay), last_ms = replay->totals.last_ms;

	return learned_ms > last_ms ? learned_ms - last_ms : 0;
}

/* How many rows would have had a query refused. */
static uint32_t count_refused(struct tally *tally)
{
	uint32_t count = 0;

	for (uint32_t number = 0; number < tally_count(tally); number++)
		count += tally_row(tally, number)->would_refuse > 0;
	return count;
}

typedef void key_text(const struct replay *replay, const struct tally_row *row, char *text);

/* A table of those: as text, or as members of an object. */
struct show {
	const struct replay *replay;
	struct tally *tally;
	key_text *text;
	const char *word;  /* "user" */
	const char *words; /* "users" */
	struct json *json; /* or NULL */
};

static void show_row(const struct show *show, const struct tally_row *row)
{
	char text[REPLAY_KEY_TEXT_SIZE];

	show->text(show->replay, row, text);
	if (show->json)
		json_number(show->json, text, row->would_refuse);
	else
		printf("%14" PRIu64 " %s %s\n", row->would_refuse, show->word, text);
}

static void show_refused(const struct show *show, uint32_t most)
{
	uint32_t *numbers = tally_sorted(show->tally);
	uint32_t left = count_refused(show->tally);
	uint32_t shown = 0;

	for (uint32_t at = 0; numbers && shown < most && at < tally_count(show->tally); at++) {
		const struct tally_row *row = tally_row(show->tally, numbers[at]);

		if (!row->would_refuse)
			continue;
		show_row(show, row);
		shown++;
	}
	if (numbers && shown < left)
		printf("%14s and %" PRIu32 " more %s (--json has all)\n", "...", left - shown,
		       seep_plural(left - shown, show->word, show->words));
	free(numbers);
}

static void print_trace(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;
	uint64_t names = totals->class[SEEP_CLASS_CHARGED];
	uint32_t users = tally_count(replay->users), domains = tally_count(replay->domains);
	char first[REPLAY_TIME_TEXT_SIZE], last[REPLAY_TIME_TEXT_SIZE];
	char span[REPLAY_TIME_TEXT_SIZE];

	replay_time_text(totals->first_ms, first);
	replay_time_text(totals->last_ms, last);
	replay_span_text(totals->last_ms - totals->first_ms, span);
	printf("trace     %s to %s, %s, as if it ended now\n", first, last, span);
	printf("queries   %" PRIu64 " of %" PRIu32 " %s, %" PRIu64 " sent: %" PRIu64
	       " new %s in %" PRIu32 " %s\n",
	       totals->queries, users, seep_plural(users, "user", "users"), totals->sent, names,
	       seep_plural(names, "name", "names"), domains,
	       seep_plural(domains, "domain", "domains"));
}

/* What guarding would have refused. */
static void print_refused(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;
	const struct show users = {
		replay, replay->users, replay_user_text, "user", "users", NULL
	};
	const struct show domains = { replay,   replay->domains, replay_domain_text,
				      "domain", "domains",       NULL };
	uint32_t refused_users = count_refused(replay->users);
	uint32_t refused_domains = count_refused(replay->domains);
	char span[REPLAY_TIME_TEXT_SIZE], learning[REPLAY_TIME_TEXT_SIZE];

	if (missing_ms(replay)) {
		replay_span_text(missing_ms(replay), span);
		replay_span_text(1000 * replay->options->conf.learning_s, learning);
		printf("refused   nothing yet: the trace lacks %s of the %s of learning, which the "
		       "resolver goes on with\n",
		       span, learning);
		return;
	}
	replay_span_text(totals->last_ms - replay_learned_ms(replay), span);
	printf("refused   after learning, in %s, it would have been %" PRIu64 " %s of %" PRIu32
	       " %s in %" PRIu32 " %s",
	       span, totals->would_refuse, seep_plural(totals->would_refuse, "query", "queries"),
	       refused_users, seep_plural(refused_users, "user", "users"), refused_domains,
	       seep_plural(refused_domains, "domain", "domains"));
	if (totals->would_stale)
		printf(", and %" PRIu64 " more would have had a stale answer", totals->would_stale);
	if (replay->is_reviewed)
		printf("; in the last day of learning %" PRIu64 " fitted no budget",
		       replay->review.misfits);
	putchar('\n');
	show_refused(&users, ROWS_SHOWN);
	show_refused(&domains, ROWS_SHOWN);
}

/* Is the file where the resolver looks for it? */
static bool is_in_place(const struct learn_report *report)
{
	char *from = realpath(report->options->output, NULL);
	char *to = realpath(place_of(report), NULL);
	bool is = from && to && strcmp(from, to) == 0;

	free(from);
	free(to);
	return is;
}

/* What is to be done next, as TEXT. */
#define NEXT_SIZE (3 * SEEP_PATH_SIZE)
static void next_text(const struct learn_report *report, char text[NEXT_SIZE])
{
	const char *path = report->options->output;

	if (!place_of(report)[0])
		snprintf(text, NEXT_SIZE,
			 "seep.conf has no state-file: give it one, and put this file there");
	else if (is_in_place(report))
		snprintf(text, NEXT_SIZE, "chown unbound: %s; then start Unbound", path);
	else
		snprintf(text, NEXT_SIZE,
			 "stop Unbound; install -o unbound -g unbound -m 600 %s %s; start Unbound",
			 path, place_of(report));
}

void learn_print_text(const struct learn_report *report)
{
	char next[NEXT_SIZE];

	print_trace(report->replay);
	learn_status_print(report->view);
	print_refused(report->replay);
	learn_status_print_unfit(report->view);
	next_text(report, next);
	printf("\n%s is written\nnext: %s\n", report->options->output, next);
}

static void write_time(struct json *json, const char *key, uint64_t when_ms)
{
	char text[REPLAY_TIME_TEXT_SIZE];

	replay_time_text(when_ms, text);
	json_text(json, key, text);
}

static void write_trace(struct json *json, const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;

	json_open(json, "trace", '{');
	json_number(json, "rows", totals->traces.rows);
	json_number(json, "malformed", totals->traces.malformed);
	json_number(json, "ignored", totals->traces.ignored);
	json_number(json, "late", totals->late);
	json_number(json, "queries", totals->queries);
	json_number(json, "hits", totals->hits);
	json_number(json, "sent", totals->sent);
	json_number(json, "charged", totals->class[SEEP_CLASS_CHARGED]);
	json_number(json, "users", tally_count(replay->users));
	json_number(json, "domains", tally_count(replay->domains));
	write_time(json, "first", totals->first_ms);
	write_time(json, "last", totals->last_ms);
	json_close(json);
}

static void write_refused(struct json *json, const struct replay *replay)
{
	const struct show users = {
		replay, replay->users, replay_user_text, "user", "users", json
	};
	const struct show domains = { replay,   replay->domains, replay_domain_text,
				      "domain", "domains",       json };

	json_open(json, "would_refuse", '{');
	if (!missing_ms(replay)) {
		json_number(json, "queries", replay->totals.would_refuse);
		json_number(json, "stale", replay->totals.would_stale);
		json_number(json, "last_day_of_learning", replay->review.misfits);
		json_open(json, "users", '{');
		show_refused(&users, UINT32_MAX);
		json_close(json);
		json_open(json, "domains", '{');
		show_refused(&domains, UINT32_MAX);
		json_close(json);
	}
	json_close(json);
}

void learn_print_json(const struct learn_report *report)
{
	struct json json = { .file = stdout, .lines = 2 };
	char next[NEXT_SIZE];

	next_text(report, next);
	json_open(&json, NULL, '{');
	write_trace(&json, report->replay);
	json_decimal(&json, "learning_missing_s", (double)missing_ms(report->replay) / 1000, 3);
	write_refused(&json, report->replay);
	learn_status_write_json(&json, report->view);
	json_open(&json, "state", '{');
	json_text(&json, "file", report->options->output);
	json_number(&json, "bytes", report->written->bytes);
	json_text(&json, "next", next);
	json_close(&json);
	json_close(&json);
}
