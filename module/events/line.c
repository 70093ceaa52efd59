/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes a note's line, by the names of ECS where it has them, and below seep. where not. */
#include "events/line.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include "events/json.h"
#include "seep_rr.h"

#define ECS_VERSION "8.11.0"

static const struct {
	const char *action, *kind, *category, *type;
} kinds[SEEP_NOTE_KINDS] = {
#define ROW(constant, action, kind, category, type) [constant] = { action, kind, category, type },
	SEEP_NOTES(ROW)
#undef ROW
};

static const char *const modes[] = {
	[SEEP_MODE_PASSTHROUGH] = "passthrough",
	[SEEP_MODE_LEARNING] = "learning",
	[SEEP_MODE_FLAG] = "flag",
	[SEEP_MODE_GUARD] = "guard",
};

static const char *const meters[] = {
	[SEEP_METER_USER] = "user",
	[SEEP_METER_NETWORK] = "network",
	[SEEP_METER_DOMAIN] = "domain",
	[SEEP_METER_DGA] = "dga",
};

static const char *const actions[] = {
	[SEEP_NOTE_PASSES] = "pass",
	[SEEP_NOTE_REFUSES] = "refuse",
	[SEEP_NOTE_ANSWERS] = "answer-stale",
};

struct type {
	const char *text;
	unsigned number;
};

static const struct type types[] = {
#define SEEP_RR_TYPE(name, text, number) { text, number },
#include "seep_rr.def"
};

const char *seep_line_action(enum seep_note_kind kind)
{
	return kinds[kind].action;
}

void seep_line_time(char text[SEEP_LINE_TIME_MAX], uint64_t wall_ms)
{
	/* The last moment of the year 9999: RFC 3339 has four digits. */
	const uint64_t last_ms = UINT64_C(253402300799999);
	uint64_t shown_ms = wall_ms < last_ms ? wall_ms : last_ms;
	time_t wall_s = (time_t)(shown_ms / 1000);
	struct tm date;

	if (!gmtime_r(&wall_s, &date))
		date = (struct tm){ .tm_year = 70, .tm_mday = 1 };
	(void)snprintf(text, SEEP_LINE_TIME_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
		       date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour,
		       date.tm_min, date.tm_sec, (unsigned)(shown_ms % 1000));
}

static void put_time(struct seep_json *json, const char *key, uint64_t wall_ms)
{
	char text[SEEP_LINE_TIME_MAX];

	seep_line_time(text, wall_ms);
	seep_json_text(json, key, text);
}

/* An array of one word. */
static void put_list(struct seep_json *json, const char *key, const char *word)
{
	seep_json_open(json, key, '[');
	seep_json_text(json, NULL, word);
	seep_json_close(json, ']');
}

static void put_event(struct seep_json *json, const struct seep_note *note, uint64_t sequence)
{
	seep_json_open(json, "event", '{');
	seep_json_text(json, "kind", kinds[note->kind].kind);
	put_list(json, "category", kinds[note->kind].category);
	put_list(json, "type", kinds[note->kind].type);
	seep_json_text(json, "action", kinds[note->kind].action);
	seep_json_number(json, "sequence", sequence);
	seep_json_text(json, "module", "seep");
	seep_json_text(json, "dataset", "seep.events");
	if (note->reason[0])
		seep_json_text(json, "reason", note->reason);
	seep_json_close(json, '}');
}

static void put_host(struct seep_json *json)
{
	seep_json_open(json, "ecs", '{');
	seep_json_text(json, "version", ECS_VERSION);
	seep_json_close(json, '}');
	seep_json_open(json, "observer", '{');
	seep_json_text(json, "product", "Seep");
	seep_json_text(json, "version", SEEP_VERSION);
	seep_json_close(json, '}');
}

/* Who asked, and which operator it was. */
static void put_who(struct seep_json *json, const struct seep_note *note,
		    const struct seep_people *people)
{
	char text[SEEP_PEOPLE_TEXT_SIZE];
	bool has_hash = note->client.size_bytes && people->has_pseudonyms;

	if (note->client.size_bytes && !has_hash) {
		seep_people_client(people, &note->client, text);
		seep_json_open(json, "source", '{');
		if (seep_address_is_mac(&note->client))
			seep_json_text(json, "address", text);
		else
			seep_json_text(json, "ip", text);
		seep_json_close(json, '}');
	}
	if (!has_hash && !note->operator_name[0])
		return;
	seep_json_open(json, "user", '{');
	if (has_hash) {
		seep_people_user(people, &note->client, text);
		seep_json_text(json, "hash", text);
	}
	if (note->operator_name[0])
		seep_json_text(json, "name", note->operator_name);
	seep_json_close(json, '}');
}

static void put_type(struct seep_json *json, unsigned type)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "TYPE%u", type);
	for (size_t at = 0; at < sizeof(types) / sizeof(types[0]); at++) {
		if (types[at].number == type)
			(void)snprintf(text, sizeof(text), "%s", types[at].text);
	}
	seep_json_text(json, "type", text);
}

static void put_question(struct seep_json *json, const struct seep_note *note,
			 const struct seep_people *people)
{
	char text[SEEP_PEOPLE_NAME_SIZE];

	if (!note->name_size)
		return;
	seep_json_open(json, "dns", '{');
	seep_json_open(json, "question", '{');
	if (!people->has_pseudonyms) {
		seep_people_name(people, note, text);
		seep_json_text(json, "name", text);
	}
	if (note->type)
		put_type(json, note->type);
	seep_people_domain(note, text);
	seep_json_text(json, "registered_domain", text);
	seep_json_close(json, '}');
	seep_json_close(json, '}');
}

static void put_estimate(struct seep_json *json, const char *key,
			 const struct seep_note_estimate *estimate)
{
	if (!estimate->is_known)
		return;
	seep_json_open(json, key, '{');
	seep_json_number(json, "count", estimate->count);
	seep_json_percent(json, "error_percent", estimate->error_permille);
	seep_json_close(json, '}');
}

static void put_people(struct seep_json *json, const struct seep_note *note,
		       const struct seep_people *people)
{
	const struct seep_address *network =
		note->network.size_bytes ? &note->network : &note->client;
	char text[SEEP_PEOPLE_TEXT_SIZE];

	if (note->client.size_bytes) {
		seep_people_user(people, &note->client, text);
		seep_json_text(json, "user", text);
	}
	if (network->size_bytes) {
		seep_people_network(people, network, text);
		seep_json_text(json, "network", text);
	}
}

static bool is_refusal(const struct seep_note *note)
{
	return note->kind == SEEP_NOTE_REFUSED || note->kind == SEEP_NOTE_STALE;
}

static void put_meter(struct seep_json *json, const struct seep_note *note)
{
	if (note->meter == SEEP_METER_NONE)
		return;
	seep_json_text(json, "meter", meters[note->meter]);
	if (note->budget_mbit) {
		seep_json_number(json, "level_bits", note->level_mbit / 1000);
		seep_json_number(json, "budget_bits", note->budget_mbit / 1000);
	}
	put_estimate(json, "names", &note->names);
	put_estimate(json, "domains", &note->domains);
	put_estimate(json, "missing_domains", &note->missing);
	put_estimate(json, "users", &note->users);
	if (note->first_ms && !is_refusal(note)) {
		put_time(json, "first_seen", note->first_ms);
		put_time(json, "last_seen", note->wall_ms);
	}
}

static void put_review(struct seep_json *json, const struct seep_note_review *review)
{
	seep_json_open(json, "learned", '{');
	seep_json_number(json, "users", review->users);
	seep_json_number(json, "newcomer_bytes", review->new_bytes);
	seep_json_number(json, "most_bytes", review->most_bytes);
	seep_json_number(json, "network_bytes", review->network_bytes);
	seep_json_number(json, "misfit_queries", review->misfits);
	seep_json_number(json, "misfit_users", review->crowds);
	seep_json_number(json, "misfit_networks", review->vast);
	seep_json_number(json, "misfits_named", review->named);
	seep_json_close(json, '}');
}

static bool has_mode(const struct seep_note *note)
{
	return note->meter != SEEP_METER_NONE || note->kind == SEEP_NOTE_STARTED ||
	       note->kind == SEEP_NOTE_PASSTHROUGH;
}

static void put_own(struct seep_json *json, const struct seep_note *note,
		    const struct seep_people *people)
{
	seep_json_open(json, "seep", '{');
	seep_json_number(json, "schema", SEEP_LINE_SCHEMA);
	if (has_mode(note) && note->kind != SEEP_NOTE_MISFIT)
		seep_json_text(json, "mode", modes[note->mode]);
	put_people(json, note, people);
	put_meter(json, note);
	if (note->action != SEEP_NOTE_NO_ACTION)
		seep_json_text(json, "action", actions[note->action]);
	if (is_refusal(note))
		seep_json_number(json, "count", note->count);
	if (is_refusal(note) && note->first_ms)
		put_time(json, "since", note->first_ms);
	if (note->kind == SEEP_NOTE_LEFT_OUT) {
		seep_json_number(json, "left_out", note->count);
		seep_json_number(json, "failed", note->failed);
	}
	if (note->kind == SEEP_NOTE_LEARNED)
		put_review(json, &note->review);
	seep_json_close(json, '}');
}

size_t seep_line_write(char *line, const struct seep_note *note, const struct seep_people *people,
		       uint64_t sequence)
{
	struct seep_json json = { .text = line, .room = SEEP_LINE_MAX - 1 };

	seep_json_open(&json, NULL, '{');
	put_time(&json, "@timestamp", note->wall_ms);
	put_host(&json);
	put_event(&json, note, sequence);
	put_who(&json, note, people);
	put_question(&json, note, people);
	put_own(&json, note, people);
	seep_json_close(&json, '}');
	/* Its longest line is shorter (test/unit_events.c). */
	line[json.size] = '\n';
	return json.size + 1;
}
