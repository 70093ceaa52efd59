/* SPDX-License-Identifier: BSD-3-Clause */
/* Code lengths: logarithms in thousandths of a bit, never too low. */
#ifndef SEEP_BITS_H
#define SEEP_BITS_H

#include <stdint.h>

/* One bit, in the unit of every charge and level. */
#define SEEP_BIT_MBIT 1000u

/* Returns how many thousandths of a bit BYTES bytes have, which are below 2^51. */
static inline uint64_t seep_bits_of_bytes(uint64_t bytes)
{
	return bytes * 8 * SEEP_BIT_MBIT;
}

/* Returns how many bytes so many thousandths of a bit are. */
static inline double seep_bits_to_bytes(uint64_t mbit)
{
	return (double)mbit / (8 * SEEP_BIT_MBIT);
}

/*
 * Returns log2(ALL / PART), rounded up to a thousandth of a bit, or, in one of some hundred cases,
 * to the next: the length of a code word for something that has PART of ALL equal chances. It is
 * exact where ALL / PART is a power of two, and 0 where PART is more than ALL. PART is from 1 to
 * below 2^31.
 */
uint64_t seep_bits_of_odds(uint64_t all, uint64_t part);

#endif
