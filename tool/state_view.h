/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a state file says, for people: of each user and domain its latest record. The file may be
 * in use; what is read is as of its last whole second.
 */
#ifndef SEEPCTL_STATE_VIEW_H
#define SEEPCTL_STATE_VIEW_H

#include "json.h"
#include "map.h"
#include "state/reader.h"
#include "state/view.h"

/* The file, where none is given: as seep.conf has it by default. */
extern const char *const state_view_default;

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
	struct state_rows users;
	struct state_rows domains;
};

/* Reads the file; false, having said why on standard error, if it cannot be. */
bool state_view_read(struct state_view *view, const char *path);
void state_view_release(struct state_view *view);

/* The row of KEY, or NULL. */
const struct seep_view_row *state_view_find(const struct state_rows *rows, uint64_t key);

/* Of 10,000, how much of its budget a meter holds. */
uint64_t state_view_share(const struct seep_view_row *row);

#define STATE_VIEW_TEXT_SIZE 1024
void state_view_user_text(const struct state_view *view, const struct seep_view_row *row,
			  char *text);
/* A long name is cut, and ends in "...". */
void state_view_domain_text(const struct state_view *view, const struct seep_view_row *row,
			    char *text);
/* "2009-11-18T09:00:00Z", of the meters' time. */
void state_view_time_text(const struct state_view *view, uint64_t when_s, char *text);

/* Writes a row as an object. */
void state_view_write_json(struct json *json, const struct state_view *view,
			   const struct seep_view_row *row, bool is_user);

#endif
