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
	uint64_t sequences_next;
	uint64_t pairs_next;
	/* out */
	uint64_t users; /* records that were put back, journal included */
	uint64_t networks;
	uint64_t domains;
	uint64_t dropped;   /* for which there was no place, or that were none */
	unsigned forgotten; /* generations of names */
};

void seep_engine_restore_begin(struct seep_engine_restore *restore);
/* One frame that has been checked by seep_state_step; lines in the order of the file. */
void seep_engine_restore_frame(struct seep_engine_restore *restore,
			       const struct seep_state_frame *frame);
void seep_engine_restore_end(struct seep_engine_restore *restore);

#endif
