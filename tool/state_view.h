/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a state file says, for people: of each user, network and domain its latest record. The file
 * may be in use; what is read is as of its last whole second.
 */
#ifndef SEEPCTL_STATE_VIEW_H
#define SEEPCTL_STATE_VIEW_H

#include "json.h"
#include "map.h"
#include "state/reader.h"
#include "state/view.h"

/* The file, where none is given: as seep.conf has it by default. */
extern const char *const state_view_default;

enum state_kind { STATE_USERS, STATE_NETWORKS, STATE_DOMAINS, STATE_KINDS };

struct state_rows {
	struct seep_view_row *rows;
	size_t count;
	size_t room;
	struct map numbers; /* of rows, from 1, by their keys */
};

struct state_view {
	struct seep_state_header header;
	struct seep_state_progress progress;
	uint64_t now_s;    /* by the meters' clock */
	int64_t to_wall_s; /* from there to the wall clock */
	struct seep_state_networks
		networks; /* the last head; all zero in a file without networks */
	struct state_rows rows[STATE_KINDS];
};

/* Reads the file; false, having said why on standard error, if it cannot be. */
bool state_view_read(struct state_view *view, const char *path);
void state_view_release(struct state_view *view);

/* The row of KEY, or NULL. */
const struct seep_view_row *state_view_find(const struct state_rows *rows, uint64_t key);

/* How many leading bits of an address make a user, or a network. */
uint32_t state_view_prefix_bits(const struct state_view *view, enum state_kind kind, bool is_v4);

/* The user, or the network, that ADDRESS belongs to, or NULL. */
const struct seep_view_row *state_view_find_address(const struct state_view *view,
						    enum state_kind kind,
						    const struct seep_address *address);
/* The network that a user is in; NULL if that is not there, or the user is in several. */
const struct seep_view_row *state_view_network_of(const struct state_view *view,
						  const struct seep_view_row *user);

/* Of 10,000, how much of its budget a meter holds. */
uint64_t state_view_share(const struct seep_view_meter *meter);

/* What rows of a kind are called: "user", "users". */
extern const struct state_kind_words {
	const char *one, *many;
} state_kind_words[STATE_KINDS];
/* The kind that WORD is probably a slip for, in either number; STATE_KINDS: none. */
enum state_kind state_view_slip(const char *word);

#define STATE_VIEW_TEXT_SIZE 1024
/* An address, with its prefix unless that is all of it; a long domain is cut, and ends in "...". */
void state_view_text(const struct state_view *view, enum state_kind kind,
		     const struct seep_view_row *row, char *text);
/* "2009-11-18T09:00:00Z", of the meters' time. */
void state_view_time_text(const struct state_view *view, uint64_t when_s, char *text);
/* "spent", "flagged" or nothing. */
const char *state_view_standing(const struct seep_view_meter *meter);

/* Writes a row as an object. */
void state_view_write_json(struct json *json, const struct state_view *view, enum state_kind kind,
			   const struct seep_view_row *row);

#endif
