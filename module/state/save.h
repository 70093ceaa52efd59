/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine keeps, as frames of the state file, and back.
 *
 * Threads: saving goes on beside queries, an entry's lock being held while it is
 * copied. Restoring comes before the engine has any other thread.
 */
#ifndef SEEP_ENGINE_SAVE_H
#define SEEP_ENGINE_SAVE_H

#include "engine/engine.h"
#include "state/format.h"

/* Saving. */

/* Begins to note what changes; false without memory. */
bool seep_engine_note_changes(struct seep_engine *engine);

/* Fills in what the header says of the engine. */
void seep_engine_describe(const struct seep_engine *engine, struct seep_state_header *header);

/* The units of a newcomer's budget, which are counted once learning is over; 0 before. */
unsigned seep_engine_settle(struct seep_engine *engine, uint64_t when_ms);

/* Puts a checkpoint: all there is; false if OUT takes no more. */
bool seep_engine_save(struct seep_engine *engine, struct seep_state_out *out);

/* Puts what changed since the last call. What OUT does not take is left to the next checkpoint. */
bool seep_engine_save_changes(struct seep_engine *engine, struct seep_state_out *out,
			      const struct seep_state_tick *tick);

/* Lets go of the noted names, which the next checkpoint will have. */
void seep_engine_drop_changes(struct seep_engine *engine);

/* Restoring. */

struct seep_engine_restore {
	struct seep_engine *engine;
	const struct seep_state_header *header;
	uint64_t now_s;
	int64_t shift_s;       /* the saved times are moved by this */
	uint64_t novelty_next; /* lines below these have been put back: a file has each once */
	uint64_t labels_next;
	/* out */
	uint64_t users; /* records that were put back, journal included */
	uint64_t domains;
	uint64_t dropped;   /* for which there was no place, or that were none */
	unsigned forgotten; /* generations of names */
};

/* Why this Seep cannot use the records of such a file, or NULL. */
const char *seep_engine_restore_fault(const struct seep_state_header *header);

void seep_engine_restore_begin(struct seep_engine_restore *restore);
/* One frame that has been checked by seep_state_step; lines in the order of the file. */
void seep_engine_restore_frame(struct seep_engine_restore *restore,
			       const struct seep_state_frame *frame);
void seep_engine_restore_end(struct seep_engine_restore *restore);

/* A record, for people. */
struct seep_saved {
	uint64_t key;
	struct seep_address address; /* a user */
	uint8_t text[64];            /* a domain, in wire form, cut at a label */
	uint64_t level_mbit;         /* drained up to now */
	uint64_t budget_mbit;
	uint64_t dga_mbit;
	uint64_t first_s;
	uint64_t last_s;
	uint64_t names; /* estimates */
	uint64_t domains;
	uint64_t missing;
	uint64_t users; /* of a domain; exact up to 7 */
	uint64_t hits;
	uint64_t sent;
	bool flagged;
	bool spent;
};

/* The record of a user or a domain at FROM, as of NOW_S; false if it is none. */
bool seep_saved_user(struct seep_saved *saved, const struct seep_state_header *header,
		     const void *from, uint64_t now_s);
bool seep_saved_domain(struct seep_saved *saved, const struct seep_state_header *header,
		       const void *from, uint64_t now_s);

#endif
