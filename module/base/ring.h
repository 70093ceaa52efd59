/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of numbers from any threads to one: what is put when it is full is lost,
 * and counted; nobody waits.
 *
 * Memory: 8 bytes a place.  Threads: any put, one takes.
 */
#ifndef SEEP_RING_H
#define SEEP_RING_H

#include <stddef.h>
#include <stdint.h>

struct seep_ring;

/* A ring of PLACES, a power of two; NULL without memory. */
struct seep_ring *seep_ring_create(size_t places);
void seep_ring_destroy(struct seep_ring *ring);

/* Puts a number other than 0. */
void seep_ring_put(struct seep_ring *ring, uint64_t number);

/* Takes up to ROOM numbers, in order; how many there were. */
size_t seep_ring_take(struct seep_ring *ring, uint64_t *numbers, size_t room);

/* How many were lost so far. */
uint64_t seep_ring_lost(const struct seep_ring *ring);

#endif
