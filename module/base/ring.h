/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of numbers from any threads to one. What is put while it is full is lost, and counted:
 * nobody waits.
 *
 * Memory: 8 bytes a place.
 * Threads: any put, one takes.
 */
#ifndef SEEP_RING_H
#define SEEP_RING_H

#include <stddef.h>
#include <stdint.h>

struct seep_ring;

/* Returns a ring of PLACES, a power of two, or NULL without memory. */
struct seep_ring *seep_ring_create(size_t places);

/* Frees RING. NULL is ignored. */
void seep_ring_destroy(struct seep_ring *ring);

/* Puts NUMBER, which is not 0. */
void seep_ring_put(struct seep_ring *ring, uint64_t number);

/* Takes up to ROOM NUMBERS, in order. Returns how many there were. */
size_t seep_ring_take(struct seep_ring *ring, uint64_t *numbers, size_t room);

/* Returns how many were lost so far. */
uint64_t seep_ring_lost(const struct seep_ring *ring);

#endif
