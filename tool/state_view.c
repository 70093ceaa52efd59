/* SPDX-License-Identifier: BSD-3-Clause */
/* What a state file says, for people. */
#include "state_view.h"

#include "near.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/address.h"
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

/* A frame's records, of one kind. */
struct records {
	enum state_kind kind;
	const struct seep_state_networks *head; /* of networks */
	size_t bytes;                           /* of each */
};

static bool read_row(struct seep_view_row *row, const struct state_view *view,
		     const struct records *records, const void *from)
{
	switch (records->kind) {
	case STATE_USERS:
		return seep_view_user(row, &view->header, from, view->now_s);
	case STATE_NETWORKS:
		return seep_view_network(row, &view->header, records->head, from, view->now_s);
	case STATE_DOMAINS:
		return seep_view_domain(row, &view->header, from, view->now_s);
	case STATE_KINDS:
		break;
	}
	return false;
}

static bool add_records(struct state_view *view, const struct records *records,
			const unsigned char *payload, size_t size)
{
	struct seep_view_row row;

	for (size_t at = 0; at < size; at += records->bytes)
		if (read_row(&row, view, records, payload + at) &&
		    !add(&view->rows[records->kind], &row))
			return false;
	return true;
}

/* Networks that another build wrote are left out, as the module leaves them. */
static bool add_networks(struct state_view *view, const unsigned char *payload, size_t size)
{
	struct seep_state_networks head;
	const struct records networks = { STATE_NETWORKS, &head, SEEP_RECORD_NETWORK_BYTES };

	memcpy(&head, payload, sizeof(head));
	if (!seep_view_has_networks(&head))
		return true;
	view->networks = head;
	return add_records(view, &networks, payload + sizeof(head), size - sizeof(head));
}

static bool add_frame(struct state_view *view, const struct seep_state_frame *frame)
{
	const unsigned char *payload = (const unsigned char *)(frame + 1);
	const struct records users = { STATE_USERS, NULL, view->header.user_bytes };
	const struct records domains = { STATE_DOMAINS, NULL, view->header.domain_bytes };

	if (frame->type == SEEP_STATE_USERS)
		return add_records(view, &users, payload, frame->bytes);
	if (frame->type == SEEP_STATE_NETWORKS)
		return add_networks(view, payload, frame->bytes);
	if (frame->type == SEEP_STATE_DOMAINS)
		return add_records(view, &domains, payload, frame->bytes);
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
	while (enough && reader->offset < end && seep_state_next(reader))
		enough = add_frame(view, reader->frame);
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
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++) {
		free(view->rows[kind].rows);
		map_release(&view->rows[kind].numbers);
	}
	explicit_bzero(view, sizeof(*view));
}

const struct state_kind_words state_kind_words[STATE_KINDS] = {
	[STATE_USERS] = { "user", "users" },
	[STATE_NETWORKS] = { "network", "networks" },
	[STATE_DOMAINS] = { "domain", "domains" },
};

enum state_kind state_view_slip(const char *word)
{
	enum state_kind kind = 0;

	while (kind < STATE_KINDS && !near_is_slip(word, state_kind_words[kind].one) &&
	       !near_is_slip(word, state_kind_words[kind].many))
		kind++;
	return kind;
}

uint32_t state_view_prefix_bits(const struct state_view *view, enum state_kind kind, bool is_v4)
{
	if (kind == STATE_NETWORKS)
		return is_v4 ? view->networks.prefix_v4_bits : view->networks.prefix_v6_bits;
	return is_v4 ? view->header.user_prefix_v4_bits : view->header.user_prefix_v6_bits;
}

static struct seep_address_masks masks_of(const struct state_view *view, enum state_kind kind)
{
	return seep_address_masks(state_view_prefix_bits(view, kind, true),
				  state_view_prefix_bits(view, kind, false));
}

/* The user or network that is written so. Behind a MAC stands any address of its network. */
static struct seep_address block_of(const struct state_view *view, enum state_kind kind,
				    const struct seep_address *address)
{
	const struct seep_address_masks masks = masks_of(view, kind);
	const struct seep_address_masks networks = masks_of(view, STATE_NETWORKS);

	if (kind == STATE_NETWORKS)
		return seep_address_network(&networks, address);
	if (seep_address_is_mac(address))
		return seep_address_of_mac(&networks, address,
					   address->bytes + address->size_bytes - SEEP_MAC_BYTES);
	return seep_address_user(&masks, address);
}

const struct seep_view_row *state_view_find_address(const struct state_view *view,
						    enum state_kind kind,
						    const struct seep_address *address)
{
	const struct seep_hash_key key = seep_state_key(&view->header);
	const struct seep_address block = block_of(view, kind, address);

	return state_view_find(&view->rows[kind], seep_hash_bytes(&key, &block, sizeof(block)));
}

const struct seep_view_row *state_view_network_of(const struct state_view *view,
						  const struct seep_view_row *user)
{
	bool is_v4 = user->address.size_bytes == 4;

	if (user->key == SEEP_TABLE_SHARED)
		return NULL;
	/* A MAC address has its network with it. */
	if (!seep_address_is_mac(&user->address) &&
	    state_view_prefix_bits(view, STATE_NETWORKS, is_v4) >
		    state_view_prefix_bits(view, STATE_USERS, is_v4))
		return NULL;
	return state_view_find_address(view, STATE_NETWORKS, &user->address);
}

uint64_t state_view_share(const struct seep_view_meter *meter)
{
	return meter->budget_mbit ? meter->level_mbit * 10000 / meter->budget_mbit : 10000;
}

const char *state_view_standing(const struct seep_view_meter *meter)
{
	return meter->spent ? "spent" : meter->flagged ? "flagged" : "";
}

static void address_text(const struct state_view *view, enum state_kind kind,
			 const struct seep_view_row *row, char *text)
{
	bool is_v4 = row->address.size_bytes == 4;
	uint32_t bits = state_view_prefix_bits(view, kind, is_v4);
	size_t used;

	seep_address_print(text, &row->address);
	used = strlen(text);
	if (!seep_address_is_mac(&row->address) && bits < 8u * row->address.size_bytes)
		snprintf(text + used, STATE_VIEW_TEXT_SIZE - used, "/%" PRIu32, bits);
}

static void domain_text(const struct state_view *view, const struct seep_view_row *row, char *text)
{
	const struct seep_hash_key key = seep_state_key(&view->header);
	size_t size = 0;

	while (row->text[size])
		size += 1u + row->text[size];
	seep_name_print(text, STATE_VIEW_TEXT_SIZE - 3, row->text, size + 1);
	if (row->key != seep_hash_bytes(&key, row->text, size + 1))
		strcat(text, "...");
}

void state_view_text(const struct state_view *view, enum state_kind kind,
		     const struct seep_view_row *row, char *text)
{
	if (row->key == SEEP_TABLE_SHARED)
		snprintf(text, STATE_VIEW_TEXT_SIZE, "(others)");
	else if (kind == STATE_DOMAINS)
		domain_text(view, row, text);
	else
		address_text(view, kind, row, text);
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

static void write_meter(struct json *json, const struct seep_view_meter *meter)
{
	json_decimal(json, "level_bytes", seep_bits_to_bytes(meter->level_mbit), 3);
	json_decimal(json, "budget_bytes", seep_bits_to_bytes(meter->budget_mbit), 3);
	json_decimal(json, "percent", (double)state_view_share(meter) / 100, 2);
	json_bool(json, "flagged", meter->flagged);
	json_bool(json, "spent", meter->spent);
}

/* Where the user belongs, if the file knows. */
static void write_network_of(struct json *json, const struct state_view *view,
			     const struct seep_view_row *user)
{
	const struct seep_view_row *network = state_view_network_of(view, user);
	char text[STATE_VIEW_TEXT_SIZE];

	if (!network)
		return;
	state_view_text(view, STATE_NETWORKS, network, text);
	json_text(json, "network", text);
	json_bool(json, "established", user->is_established);
	json_bool(json, "newcomer", seep_view_is_newcomer(network, user, view->now_s));
}

static void write_user(struct json *json, const struct state_view *view,
		       const struct seep_view_row *row)
{
	json_number(json, "names", row->names);
	json_number(json, "domains", row->domains);
	json_number(json, "missing", row->missing);
	json_number(json, "hits", row->hits);
	json_number(json, "sent", row->sent);
	json_decimal(json, "dga_bits", (double)row->dga_mbit / 1000, 3);
	json_bool(json, "crowd", row->meter.is_crowd);
	write_network_of(json, view, row);
}

static void write_network(struct json *json, const struct seep_view_row *row)
{
	json_bool(json, "crowd", row->meter.is_crowd);
	json_number(json, "users", row->users);
	json_number(json, "users_today", row->users_today);
	json_number(json, "established_today", row->established_today);
	json_open(json, "newcomers", '{');
	write_meter(json, &row->newcomers);
	json_bool(json, "crowd", row->newcomers.is_crowd);
	json_close(json);
}

void state_view_write_json(struct json *json, const struct state_view *view, enum state_kind kind,
			   const struct seep_view_row *row)
{
	char text[STATE_VIEW_TEXT_SIZE];

	state_view_text(view, kind, row, text);
	json_open(json, NULL, '{');
	json_text(json, state_kind_words[kind].one, text);
	write_meter(json, &row->meter);
	write_time(json, "first_seen", view, row->first_s);
	write_time(json, "last_seen", view, row->last_s);
	if (kind == STATE_USERS) {
		write_user(json, view, row);
	} else if (kind == STATE_NETWORKS) {
		write_network(json, row);
	} else {
		json_number(json, "names", row->names);
		json_number(json, "users", row->users);
	}
	json_close(json);
}
