/* SPDX-License-Identifier: BSD-3-Clause */
/* What a replay found out, for people. */
#include "cmd_replay.h"

#include "base/address.h"
#include "base/bits.h"
#include "names/name.h"
#include "base/plural.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void replay_time_text(uint64_t when_ms, char *text)
{
	time_t seconds = (time_t)(when_ms / 1000);
	struct tm fields;

	gmtime_r(&seconds, &fields);
	strftime(text, REPLAY_TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &fields);
}

void replay_span_text(uint64_t span_ms, char *text)
{
	uint64_t seconds = (span_ms + 500) / 1000;

	if (seconds >= SEEP_DAY_S)
		snprintf(text, REPLAY_TIME_TEXT_SIZE, "%.2f days", (double)seconds / SEEP_DAY_S);
	else if (seconds >= 3600)
		snprintf(text, REPLAY_TIME_TEXT_SIZE, "%.1f hours", (double)seconds / 3600);
	else if (seconds >= 60)
		snprintf(text, REPLAY_TIME_TEXT_SIZE, "%.1f minutes", (double)seconds / 60);
	else
		snprintf(text, REPLAY_TIME_TEXT_SIZE, "%" PRIu64 " %s", seconds,
			 seep_plural(seconds, "second", "seconds"));
}

/* "192.0.2.0/24", or without the bits if these are all. */
static void block_text(const struct seep_address *address, uint64_t v4_bits, uint64_t v6_bits,
		       char *text)
{
	bool v4 = address->size_bytes == 4;
	uint64_t bits = v4 ? v4_bits : v6_bits;

	seep_address_print(text, address);
	if (bits < 8u * address->size_bytes)
		snprintf(text + strlen(text), REPLAY_KEY_TEXT_SIZE - strlen(text), "/%" PRIu64,
			 bits);
}

void replay_user_text(const struct replay *replay, const struct tally_row *row, char *text)
{
	const struct seep_conf *conf = &replay->options->conf;
	struct seep_address user;

	memcpy(&user, tally_key(replay->users, row), sizeof(user));
	block_text(&user, conf->user_prefix_v4_bits, conf->user_prefix_v6_bits, text);
}

void replay_crowd_text(const struct replay *replay, const struct seep_review_crowd *crowd,
		       char *text)
{
	const struct seep_conf *conf = &replay->options->conf;

	if (crowd->is_network)
		block_text(&crowd->address, conf->network_prefix_v4_bits,
			   conf->network_prefix_v6_bits, text);
	else
		block_text(&crowd->address, conf->user_prefix_v4_bits, conf->user_prefix_v6_bits,
			   text);
}

void replay_domain_text(const struct replay *replay, const struct tally_row *row, char *text)
{
	/* 255 bytes are at most 1,011 characters, all of them escaped. */
	seep_name_print(text, REPLAY_KEY_TEXT_SIZE, tally_key(replay->domains, row), row->key_size);
}

/* How many rows have something to report, and how many have refusals. */
static uint32_t count_notable(struct tally *tally, uint32_t *refused)
{
	uint32_t notable = 0;

	*refused = 0;
	for (uint32_t number = 0; number < tally_count(tally); number++) {
		notable += tally_row_is_notable(tally_row(tally, number));
		*refused += tally_row(tally, number)->refused > 0;
	}
	return notable;
}

/* "2009-11-18T09:00:00Z  1024.3", or dashes. */
static void print_first(uint64_t count, uint64_t when_ms, uint64_t at_mbit)
{
	char text[REPLAY_TIME_TEXT_SIZE] = "-";

	if (count)
		replay_time_text(when_ms, text);
	printf("  %-20s", text);
	if (count)
		printf(" %9.1f", seep_bits_to_bytes(at_mbit));
	else
		printf(" %9s", "-");
}

struct table {
	const char *title; /* "users" */
	struct tally *tally;
	void (*text)(const struct replay *replay, const struct tally_row *row, char *text);
};

static void print_table(const struct replay *replay, const struct table *table)
{
	uint32_t *numbers = tally_sorted(table->tally);
	uint32_t refused, notable = count_notable(table->tally, &refused);
	uint32_t shown = notable;
	char key[REPLAY_KEY_TEXT_SIZE];

	if (!numbers)
		return;
	if (replay->options->top && shown > replay->options->top)
		shown = (uint32_t)replay->options->top;
	if (shown == 0)
		goto cleanup;
	printf("\n%s with queries flagged (%" PRIu32 ") or refused (%" PRIu32 ")\n", table->title,
	       notable, refused);
	printf("%8s %8s  %-20s %9s %8s  %-20s %9s %8s %8s %9s  %s\n", "refused", "by own",
	       "first refused", "at bytes", "flagged", "first flagged", "at bytes", "queries",
	       "sent", "metered B", "");
	for (uint32_t at = 0; at < tally_count(table->tally) && shown > 0; at++) {
		const struct tally_row *row = tally_row(table->tally, numbers[at]);

		if (!tally_row_is_notable(row))
			continue;
		table->text(replay, row, key);
		printf("%8" PRIu64 " %8" PRIu64, row->refused, row->own_refused);
		print_first(row->refused, row->first_refused_ms, row->refused_at_mbit);
		printf(" %8" PRIu64, row->flagged);
		print_first(row->flagged, row->first_flagged_ms, row->flagged_at_mbit);
		printf(" %8" PRIu64 " %8" PRIu64 " %9.1f  %s\n", row->queries, row->sent,
		       seep_bits_to_bytes(row->metered_mbit), key);
		shown--;
		notable--;
	}
	if (notable)
		printf("%8s and %" PRIu32 " more (--top 0 shows all)\n", "...", notable);
cleanup:
	free(numbers);
}

/* What learning taught, and whom no budget fits. */
static void print_review(const struct replay *replay)
{
	const struct seep_review *review = &replay->review;
	char text[REPLAY_KEY_TEXT_SIZE];

	if (!replay->is_reviewed)
		return;
	printf("learned   %" PRIu64 " %s, %" PRIu64 " bytes at most, networks %" PRIu64
	       "; a newcomer gets %" PRIu64 "; no budget fits %" PRIu64 " %s and %" PRIu64 " %s\n",
	       review->users, seep_plural(review->users, "user", "users"), review->most_bytes,
	       review->network_bytes, review->new_bytes, review->crowds,
	       seep_plural(review->crowds, "user", "users"), review->vast,
	       seep_plural(review->vast, "network", "networks"));
	for (unsigned at = 0; at < review->named_count; at++) {
		replay_crowd_text(replay, &review->named[at], text);
		printf("          no budget fits %s %s: it is flagged, never refused\n",
		       review->named[at].is_network ? "network" : "user", text);
	}
}

void replay_print_text(const struct replay *replay)
{
	const struct replay_totals *totals = &replay->totals;
	const struct table tables[] = {
		{ "users", replay->users, replay_user_text },
		{ "domains", replay->domains, replay_domain_text },
	};
	char first[REPLAY_TIME_TEXT_SIZE], last[REPLAY_TIME_TEXT_SIZE];
	char span[REPLAY_TIME_TEXT_SIZE];
	uint32_t users = tally_count(replay->users), domains = tally_count(replay->domains);
	uint32_t users_refused, domains_refused;
	uint64_t misses;

	replay_time_text(totals->first_ms, first);
	replay_time_text(totals->last_ms, last);
	printf("rows      %" PRIu64 ": %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64
	       " malformed, %" PRIu64 " ignored; %" PRIu64 " out of order\n",
	       totals->traces.rows, totals->queries,
	       seep_plural(totals->queries, "query", "queries"), totals->traces.answers,
	       seep_plural(totals->traces.answers, "answer", "answers"), totals->traces.malformed,
	       totals->traces.ignored, totals->late);
	if (totals->queries == 0)
		return;
	replay_span_text(totals->last_ms - totals->first_ms, span);
	printf("time      %s to %s, %s\n", first, last, span);
	misses = totals->queries - totals->hits;
	printf("queries   %" PRIu64 ": %" PRIu64 " %s, %" PRIu64 " %s; %" PRIu64 " sent, %" PRIu64
	       " refused, %" PRIu64 " stale\n",
	       totals->queries, totals->hits, seep_plural(totals->hits, "hit", "hits"), misses,
	       seep_plural(misses, "miss", "misses"), totals->sent, totals->refused, totals->stale);
	printf("sent      %" PRIu64 ": %" PRIu64 " known, %" PRIu64 " charged, %" PRIu64
	       " allowed, %" PRIu64 " exempt, %" PRIu64 " untracked\n",
	       totals->sent, totals->class[SEEP_CLASS_KNOWN], totals -> class[SEEP_CLASS_CHARGED],
	       totals -> class[SEEP_CLASS_ALLOWED], totals -> class[SEEP_CLASS_EXEMPT],
	       totals -> class[SEEP_CLASS_UNTRACKED]);
	printf("metered   %.1f bytes, of %" PRIu32 " %s in %" PRIu32 " %s\n",
	       seep_bits_to_bytes(totals->metered_mbit), users, seep_plural(users, "user", "users"),
	       domains, seep_plural(domains, "domain", "domains"));
	count_notable(replay->users, &users_refused);
	count_notable(replay->domains, &domains_refused);
	printf("flagged   %" PRIu64 " %s", totals->flagged,
	       seep_plural(totals->flagged, "query", "queries"));
	if (totals->would_refuse)
		printf(", %" PRIu64 " of which guarding would refuse", totals->would_refuse);
	if (totals->would_stale)
		printf(", %" PRIu64 " of which it would answer stale", totals->would_stale);
	printf("\nrefused   %" PRIu64 " %s, of %" PRIu32 " %s in %" PRIu32 " %s\n", totals->refused,
	       seep_plural(totals->refused, "query", "queries"), users_refused,
	       seep_plural(users_refused, "user", "users"), domains_refused,
	       seep_plural(domains_refused, "domain", "domains"));
	print_review(replay);
	for (size_t at = 0; at < sizeof(tables) / sizeof(tables[0]); at++)
		print_table(replay, &tables[at]);
}
