/* SPDX-License-Identifier: BSD-3-Clause */
/* Code lengths in thousandths of a bit. */
#include "base/bits.h"

#include <math.h>

uint64_t seep_bits_of_odds(double all, double part)
{
	return all > part ? (uint64_t)ceil(log2(all / part) * SEEP_BIT_MBIT) : 0;
}
