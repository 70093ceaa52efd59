/* SPDX-License-Identifier: BSD-3-Clause */
/* What a replay found out, as one JSON object. */
#include "cmd_replay.h"

#include "base/bits.h"
#include "engine/engine.h"
#include "json.h"

#include <stdlib.h>

/* Thousandths of a bit as bytes; one of them is 0.000125. */
static void write_bytes(struct json *json, const char *key, uint64_t mbit)
{
	json_decimal(json, key, seep_bits_to_bytes(mbit), 6);
}

/* Writes null if it never was. */
static void write_time(struct json *json, const char *key, uint64_t when_ms, bool was)
{
	char text[REPLAY_TIME_TEXT_SIZE];

	replay_time_text(when_ms, text);
	if (was)
		json_text(json, key, text);
	else
		json_null(json, key);
}

static void write_row(struct json *json, const char *key, const struct tally_row *row)
{
	json_open(json, key, '{');
	json_number(json, "queries", row->queries);
	json_number(json, "hits", row->hits);
	json_number(json, "sent", row->sent);
	write_bytes(json, "metered_bytes", row->metered_mbit);
	json_number(json, "flagged", row->flagged);
	json_number(json, "refused", row->refused);
	json_number(json, "stale", row->stale);
	json_number(json, "would_refuse", row->would_refuse);
	json_number(json, "would_stale", row->would_stale);
	json_number(json, "own_flagged", row->own_flagged);
	json_number(json, "own_refused", row->own_refused);
	write_time(json, "first_flagged", row->first_flagged_ms, row->flagged > 0);
	write_time(json, "first_refused", row->first_refused_ms, row->refused > 0);
	write_bytes(json, "bytes_at_first_flagged", row->flagged_at_mbit);
	write_bytes(json, "bytes_at_first_refused", row->refused_at_mbit);
	json_close(json);
}

typedef void key_text(const struct replay *replay, const struct tally_row *row, char *text);

static void write_tally(struct json *json, const char *key, const struct replay *replay,
			struct tally *tally, key_text *text_of)
{
	uint32_t *numbers = tally_sorted(tally);
	char text[REPLAY_KEY_TEXT_SIZE];

	json_open(json, key, '{');
	for (uint32_t at = 0; numbers && at < tally_count(tally); at++) {
		const struct tally_row *row = tally_row(tally, numbers[at]);

		text_of(replay, row, text);
		write_row(json, text, row);
	}
	json_close(json);
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

static void write_totals(struct json *json, const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;
	struct noted users = count_noted(replay->users);
	struct noted domains = count_noted(replay->domains);

	json_number(json, "rows", totals->traces.rows);
	json_number(json, "answers", totals->traces.answers);
	json_number(json, "malformed", totals->traces.malformed);
	json_number(json, "ignored", totals->traces.ignored);
	json_number(json, "late", totals->late);
	json_number(json, "broken_traces", replay->broken);
	json_number(json, "queries", totals->queries);
	json_number(json, "hits", totals->hits);
	json_number(json, "misses", totals->queries - totals->hits);
	json_number(json, "sent", totals->sent);
	json_number(json, "known", totals->class[SEEP_CLASS_KNOWN]);
	json_number(json, "charged", totals->class[SEEP_CLASS_CHARGED]);
	json_number(json, "allowed", totals->class[SEEP_CLASS_ALLOWED]);
	json_number(json, "exempt", totals->class[SEEP_CLASS_EXEMPT]);
	json_number(json, "untracked", totals->class[SEEP_CLASS_UNTRACKED]);
	write_bytes(json, "metered_bytes", totals->metered_mbit);
	json_number(json, "flagged", totals->flagged);
	json_number(json, "would_refuse", totals->would_refuse);
	json_number(json, "would_stale", totals->would_stale);
	json_number(json, "refused", totals->refused);
	json_number(json, "stale", totals->stale);
	json_number(json, "users", tally_count(replay->users));
	json_number(json, "users_flagged", users.flagged);
	json_number(json, "users_refused", users.refused);
	json_number(json, "domains", tally_count(replay->domains));
	json_number(json, "domains_flagged", domains.flagged);
	json_number(json, "domains_refused", domains.refused);
	write_time(json, "first", totals->first_ms, totals->queries > 0);
	write_time(json, "last", totals->last_ms, totals->queries > 0);
	json_decimal(json, "first_s", (double)totals->first_ms / 1000, 3);
	json_decimal(json, "last_s", (double)totals->last_ms / 1000, 3);
}

static int write_statistic(void *context, const char *key, unsigned long long value)
{
	json_number(context, key, value);
	return 1;
}

/* What learning taught; empty if it did not end, or there was none. */
static void write_review(struct json *json, const struct replay *replay)
{
	const struct seep_review *review = &replay->review;
	char text[REPLAY_KEY_TEXT_SIZE];

	json_open(json, "review", '{');
	if (replay->is_reviewed) {
		json_number(json, "users", review->users);
		json_number(json, "most_bytes", review->most_bytes);
		json_number(json, "network_bytes", review->network_bytes);
		json_number(json, "new_bytes", review->new_bytes);
		json_number(json, "misfits", review->misfits);
		json_number(json, "crowds", review->crowds);
		json_number(json, "networks_too_large", review->vast);
		json_open(json, "named", '{');
		for (unsigned at = 0; at < review->named_count; at++) {
			replay_crowd_text(replay, &review->named[at], text);
			json_open(json, text, '{');
			json_number(json, "names", review->named[at].names);
			json_number(json, "domains", review->named[at].domains);
			json_close(json);
		}
		json_close(json);
	}
	json_close(json);
}

void replay_print_json(const struct replay *replay)
{
	const struct seep_counters none = { .queries = 0 };
	struct json json = { .file = stdout, .lines = 2 };
	struct seep_statistics statistics;

	json_open(&json, NULL, '{');
	json_open(&json, "totals", '{');
	write_totals(&json, replay);
	json_close(&json);
	write_review(&json, replay);
	write_tally(&json, "users", replay, replay->users, replay_user_text);
	write_tally(&json, "domains", replay, replay->domains, replay_domain_text);
	json_open(&json, "engine", '{');
	if (replay->engine) {
		seep_engine_read(replay->engine, replay->totals.last_ms, &statistics);
		(void)seep_statistics_print(&statistics, &none, write_statistic, &json);
	}
	json_close(&json);
	json_close(&json);
}
