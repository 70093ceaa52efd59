/* SPDX-License-Identifier: BSD-3-Clause */
/* What a state file says, for people. */
#include "state_view.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "names/name.h"
#include "sketch/table.h"
#include "state/record.h"

const char *const state_view_default = "/var/lib/unbound/seep.state";

const struct seep_view_row *state_view_find(const struct state_rows *rows, uint64_t key)
{
	const uint64_t *number = map_find(&rows->numbers, key);

	return number ? &rows->rows[*number - 1] : NULL;
}

/* Adds a row, or puts it in place of the one of its key. False without memory. */
static bool add(struct state_rows *rows, const struct seep_view_row *row)
{
	/* No key is 0: such a record was made up. */
	uint64_t *number = row->key ? map_at(&rows->numbers, row->key) : NULL;

	if (!row->key)
		return true;
	if (!number)
		return false;
	if (!*number && rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 512;
		struct seep_view_row *longer = realloc(rows->rows, room * sizeof(*longer));

		if (!longer)
			return false;
		rows->rows = longer;
		rows->room = room;
	}
	if (!*number)
		*number = ++rows->count;
	rows->rows[*number - 1] = *row;
	return true;
}

typedef bool read_record(struct seep_view_row *saved, const struct seep_state_header *header,
			 const void *from, uint64_t now_s);

static bool add_records(struct state_view *view, struct state_rows *rows,
			const struct seep_state_frame *frame, read_record *record_of)
{
	const unsigned char *payload = (const unsigned char *)(frame + 1);
	size_t bytes = rows == &view->users ? view->header.user_bytes : view->header.domain_bytes;
	struct seep_view_row row;

	for (size_t at = 0; at < frame->bytes; at += bytes)
		if (record_of(&row, &view->header, payload + at, view->now_s) && !add(rows, &row))
			return false;
	return true;
}

/* When it is now, by the meters' clock. */
static void set_clock(struct state_view *view, const struct seep_state_progress *progress)
{
	uint64_t wall_s = (uint64_t)time(NULL);
	uint64_t then_s = progress->wall_ms / 1000;

	view->now_s = progress->when_ms / 1000 + (wall_s > then_s ? wall_s - then_s : 0);
	view->to_wall_s = (int64_t)then_s - (int64_t)(progress->when_ms / 1000);
}

/* Reads up to END; false without memory. */
static bool read_rows(struct state_view *view, struct seep_state_reader *reader, uint64_t end)
{
	bool enough = true;

	seep_state_rewind(reader);
	while (enough && reader->offset < end && seep_state_next(reader)) {
		if (reader->frame->type == SEEP_STATE_USERS)
			enough = add_records(view, &view->users, reader->frame, seep_view_user);
		if (reader->frame->type == SEEP_STATE_DOMAINS)
			enough = add_records(view, &view->domains, reader->frame, seep_view_domain);
	}
	return enough;
}

bool state_view_read(struct state_view *view, const char *path)
{
	struct seep_state_reader reader;
	char fault[SEEP_FAULT_TEXT_SIZE];
	bool opened;

	memset(view, 0, sizeof(*view));
	opened = seep_record_verify(&reader, path) == SEEP_STATE_OPENED;
	if (!opened) {
		fprintf(stderr, "seepctl: %s: %s%s%s\n", path,
			seep_state_fault_text(reader.fault, reader.header.version, fault),
			reader.error ? ": " : "", reader.error ? strerror(reader.error) : "");
	} else {
		view->header = reader.header;
		view->progress = reader.progress;
		set_clock(view, &reader.progress);
		opened = read_rows(view, &reader, reader.offset);
		if (!opened)
			fprintf(stderr, "seepctl: %s: out of memory\n", path);
	}
	seep_state_close(&reader);
	return opened;
}

void state_view_release(struct state_view *view)
{
	free(view->users.rows);
	map_release(&view->users.numbers);
	free(view->domains.rows);
	map_release(&view->domains.numbers);
	explicit_bzero(view, sizeof(*view));
}

uint64_t state_view_share(const struct seep_view_row *row)
{
	return row->budget_mbit ? row->level_mbit * 10000 / row->budget_mbit : 10000;
}

void state_view_user_text(const struct state_view *view, const struct seep_view_row *row,
			  char *text)
{
	bool v4 = row->address.size_bytes == 4;
	uint32_t bits = v4 ? view->header.user_prefix_v4_bits : view->header.user_prefix_v6_bits;
	size_t used;

	if (row->key == SEEP_TABLE_SHARED) {
		snprintf(text, STATE_VIEW_TEXT_SIZE, "(others)");
		return;
	}
	inet_ntop(v4 ? AF_INET : AF_INET6, row->address.bytes, text, STATE_VIEW_TEXT_SIZE);
	used = strlen(text);
	if (bits < 8u * row->address.size_bytes)
		snprintf(text + used, STATE_VIEW_TEXT_SIZE - used, "/%" PRIu32, bits);
}

void state_view_domain_text(const struct state_view *view, const struct seep_view_row *row,
			    char *text)
{
	const struct seep_hash_key key = seep_state_key(&view->header);
	size_t size = 0;

	while (row->text[size])
		size += 1u + row->text[size];
	if (row->key == SEEP_TABLE_SHARED) {
		snprintf(text, STATE_VIEW_TEXT_SIZE, "(others)");
		return;
	}
	seep_name_print(text, STATE_VIEW_TEXT_SIZE - 3, row->text, size + 1);
	if (row->key != seep_hash_bytes(&key, row->text, size + 1))
		strcat(text, "...");
}

void state_view_time_text(const struct state_view *view, uint64_t when_s, char *text)
{
	time_t seconds = (time_t)((int64_t)when_s + view->to_wall_s);
	struct tm fields;

	gmtime_r(&seconds, &fields);
	strftime(text, STATE_VIEW_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &fields);
}

static void write_time(struct json *json, const char *key, const struct state_view *view,
		       uint64_t when_s)
{
	char text[STATE_VIEW_TEXT_SIZE];

	state_view_time_text(view, when_s, text);
	json_text(json, key, text);
}

void state_view_write_json(struct json *json, const struct state_view *view,
			   const struct seep_view_row *row, bool is_user)
{
	char text[STATE_VIEW_TEXT_SIZE];

	(is_user ? state_view_user_text : state_view_domain_text)(view, row, text);
	json_open(json, NULL, '{');
	json_text(json, is_user ? "user" : "domain", text);
	json_decimal(json, "level_bytes", seep_bits_to_bytes(row->level_mbit), 3);
	json_decimal(json, "budget_bytes", seep_bits_to_bytes(row->budget_mbit), 3);
	json_decimal(json, "percent", (double)state_view_share(row) / 100, 2);
	json_bool(json, "flagged", row->flagged);
	json_bool(json, "spent", row->spent);
	write_time(json, "first_seen", view, row->first_s);
	write_time(json, "last_seen", view, row->last_s);
	json_number(json, "names", row->names);
	if (is_user) {
		json_number(json, "domains", row->domains);
		json_number(json, "missing", row->missing);
		json_number(json, "hits", row->hits);
		json_number(json, "sent", row->sent);
		json_decimal(json, "dga_bits", (double)row->dga_mbit / 1000, 3);
	} else {
		json_number(json, "users", row->users);
	}
	json_close(json);
}
