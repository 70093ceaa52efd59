/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue of notes from any threads to one. What is put while it is full is lost, and counted:
 * nobody waits. base/ring.h is the same for numbers; a note is larger than what can be written at
 * once, so each place has a turn that says whose it is.
 *
 * Memory: a note and 8 bytes a place.
 * Threads: any put, one takes. A thread that stops in the middle of putting holds up who takes, and
 * nobody else.
 */
#ifndef SEEP_EVENTS_QUEUE_H
#define SEEP_EVENTS_QUEUE_H

#include "events/note.h"

struct seep_note_queue;

/* Returns a queue of PLACES, a power of two, or NULL without memory. */
struct seep_note_queue *seep_note_queue_create(size_t places);

/* Frees QUEUE. NULL is ignored. */
void seep_note_queue_destroy(struct seep_note_queue *queue);

/* Puts a copy of NOTE; false if there is no room: it is counted as lost. */
bool seep_note_queue_put(struct seep_note_queue *queue, const struct seep_note *note);

/* Takes the next NOTE; false if there is none. */
bool seep_note_queue_take(struct seep_note_queue *queue, struct seep_note *note);

/* Returns how many were lost so far. */
uint64_t seep_note_queue_lost(const struct seep_note_queue *queue);

#endif
