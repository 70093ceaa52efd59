/* SPDX-License-Identifier: BSD-3-Clause */
/* Code lengths: logarithms in thousandths of a bit, never too low. */
#ifndef SEEP_BITS_H
#define SEEP_BITS_H

#include <stdint.h>

/* One bit, in the unit of every charge and level. */
#define SEEP_BIT_MBIT 1000u

/*
 * Returns log2(ALL / PART), rounded up to a thousandth of a bit: the length of a code word for
 * something that has PART of ALL equal chances. 0 < PART <= ALL.
 */
uint64_t seep_bits_of_odds(double all, double part);

#endif
