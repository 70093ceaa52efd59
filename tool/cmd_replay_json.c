/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a replay found out, as one JSON object.
 *
 * Written out as it goes: users and domains may be many, and all that has to be quoted is the text
 * of names, which is printable ASCII.
 */
#include "cmd_replay.h"

#include "engine/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_number(const char *key, uint64_t value)
{
	printf("\"%s\": %" PRIu64 ", ", key, value);
}

/* Thousandths of a bit as bytes; one of them is 0.000125. */
static void print_bytes(const char *key, uint64_t mbit)
{
	printf("\"%s\": %.6f, ", key, (double)mbit / 8000);
}

/* null if it never was */
static void print_time(const char *key, uint64_t when_ms, bool was)
{
	char text[REPLAY_TIME_TEXT_SIZE];

	replay_time_text(when_ms, text);
	if (was)
		printf("\"%s\": \"%s\", ", key, text);
	else
		printf("\"%s\": null, ", key);
}

static void print_row(const struct tally_row *row)
{
	putchar('{');
	print_number("queries", row->queries);
	print_number("hits", row->hits);
	print_number("sent", row->sent);
	print_bytes("metered_bytes", row->metered_mbit);
	print_number("flagged", row->flagged);
	print_number("refused", row->refused);
	print_number("would_refuse", row->would_refuse);
	print_number("own_flagged", row->own_flagged);
	print_number("own_refused", row->own_refused);
	print_time("first_flagged", row->first_flagged_ms, row->flagged > 0);
	print_time("first_refused", row->first_refused_ms, row->refused > 0);
	print_bytes("bytes_at_first_flagged", row->flagged_at_mbit);
	printf("\"bytes_at_first_refused\": %.6f}", (double)row->refused_at_mbit / 8000);
}

typedef void print_key(const struct replay *replay, const struct tally_row *row, char *text);

static void print_tally(const struct replay *replay, struct tally *tally, print_key *key_text)
{
	uint32_t *numbers = tally_sorted(tally);
	char text[REPLAY_KEY_TEXT_SIZE];

	putchar('{');
	for (uint32_t at = 0; numbers && at < tally_count(tally); at++) {
		const struct tally_row *row = tally_row(tally, numbers[at]);

		fputs(at ? ",\n    " : "\n    ", stdout);
		key_text(replay, row, text);
		print_string(text);
		fputs(": ", stdout);
		print_row(row);
	}
	putchar('}');
	free(numbers);
}

struct noted {
	uint32_t flagged, refused;
};

static struct noted count_noted(struct tally *tally)
{
	struct noted noted = { 0, 0 };

	for (uint32_t number = 0; number < tally_count(tally); number++) {
		noted.flagged += tally_row(tally, number)->flagged > 0;
		noted.refused += tally_row(tally, number)->refused > 0;
	}
	return noted;
}

static void print_totals(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;
	struct noted users = count_noted(replay->users);
	struct noted domains = count_noted(replay->domains);

	print_number("rows", totals->traces.rows);
	print_number("answers", totals->traces.answers);
	print_number("malformed", totals->traces.malformed);
	print_number("ignored", totals->traces.ignored);
	print_number("late", totals->late);
	print_number("broken_traces", replay->broken);
	print_number("queries", totals->queries);
	print_number("hits", totals->hits);
	print_number("misses", totals->queries - totals->hits);
	print_number("sent", totals->sent);
	print_number("known", totals->class[SEEP_CLASS_KNOWN]);
	print_number("charged", totals->class[SEEP_CLASS_CHARGED]);
	print_number("allowed", totals->class[SEEP_CLASS_ALLOWED]);
	print_number("exempt", totals->class[SEEP_CLASS_EXEMPT]);
	print_number("untracked", totals->class[SEEP_CLASS_UNTRACKED]);
	print_bytes("metered_bytes", totals->metered_mbit);
	print_number("flagged", totals->flagged);
	print_number("would_refuse", totals->would_refuse);
	print_number("refused", totals->refused);
	print_number("users", tally_count(replay->users));
	print_number("users_flagged", users.flagged);
	print_number("users_refused", users.refused);
	print_number("domains", tally_count(replay->domains));
	print_number("domains_flagged", domains.flagged);
	print_number("domains_refused", domains.refused);
	print_time("first", totals->first_ms, totals->queries > 0);
	print_time("last", totals->last_ms, totals->queries > 0);
	printf("\"first_s\": %.3f, \"last_s\": %.3f", (double)totals->first_ms / 1000,
	       (double)totals->last_ms / 1000);
}

/* One statistic of the engine's. */
static int print_statistic(void *context, const char *key, unsigned long long value)
{
	bool *first = context;

	printf("%s\n    \"%s\": %llu", *first ? "" : ",", key, value);
	*first = false;
	return 1;
}

void replay_print_json(const struct replay *replay)
{
	const struct seep_counters none = { .queries = 0 };
	struct seep_statistics statistics;
	bool first = true;

	fputs("{\"totals\": {", stdout);
	print_totals(replay);
	fputs("},\n  \"users\": ", stdout);
	print_tally(replay, replay->users, replay_user_text);
	fputs(",\n  \"domains\": ", stdout);
	print_tally(replay, replay->domains, replay_domain_text);
	fputs(",\n  \"engine\": {", stdout);
	if (replay->engine) {
		seep_engine_read(replay->engine, replay->totals.last_ms, &statistics);
		(void)seep_statistics_print(&statistics, &none, print_statistic, &first);
	}
	fputs("}}\n", stdout);
}
