/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bounded queue, many writers, one reader, as in D. Vyukov's bounded MPMC queue.
 *
 * The place P has the turn P while it is empty and may be filled for the P-th note, P + 1 once that
 * is whole, and P + PLACES once it was taken. Who puts takes a place by moving HEAD.
 */
#include "events/queue.h"

#include <stdatomic.h>
#include <stdlib.h>

struct place {
	_Atomic uint64_t turn;
	struct seep_note note;
};

struct seep_note_queue {
	_Alignas(64) _Atomic uint64_t head; /* notes ever put */
	_Alignas(64) uint64_t tail;         /* notes ever taken; its reader's alone */
	_Atomic uint64_t lost;
	size_t places;
	struct place at[];
};

struct seep_note_queue *seep_note_queue_create(size_t places)
{
	size_t bytes = sizeof(struct seep_note_queue) + places * sizeof(struct place);
	struct seep_note_queue *queue = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

	if (!queue)
		return NULL;
	atomic_init(&queue->head, 0);
	queue->tail = 0;
	atomic_init(&queue->lost, 0);
	queue->places = places;
	for (size_t i = 0; i < places; i++)
		atomic_init(&queue->at[i].turn, i);
	return queue;
}

void seep_note_queue_destroy(struct seep_note_queue *queue)
{
	free(queue);
}

bool seep_note_queue_put(struct seep_note_queue *queue, const struct seep_note *note)
{
	uint64_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
	struct place *place;

	for (;;) {
		uint64_t turn;

		place = &queue->at[head & (queue->places - 1)];
		turn = atomic_load_explicit(&place->turn, memory_order_acquire);
		if (turn == head) {
			if (atomic_compare_exchange_weak_explicit(&queue->head, &head, head + 1,
								  memory_order_relaxed,
								  memory_order_relaxed))
				break;
		} else if ((int64_t)(turn - head) < 0) {
			atomic_fetch_add_explicit(&queue->lost, 1, memory_order_relaxed);
			return false;
		} else {
			head = atomic_load_explicit(&queue->head, memory_order_relaxed);
		}
	}
	place->note = *note;
	atomic_store_explicit(&place->turn, head + 1, memory_order_release);
	return true;
}

bool seep_note_queue_take(struct seep_note_queue *queue, struct seep_note *note)
{
	struct place *place = &queue->at[queue->tail & (queue->places - 1)];

	if (atomic_load_explicit(&place->turn, memory_order_acquire) != queue->tail + 1)
		return false;
	*note = place->note;
	atomic_store_explicit(&place->turn, queue->tail + queue->places, memory_order_release);
	queue->tail++;
	return true;
}

uint64_t seep_note_queue_lost(const struct seep_note_queue *queue)
{
	return atomic_load_explicit(&queue->lost, memory_order_relaxed);
}
