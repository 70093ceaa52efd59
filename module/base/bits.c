/* SPDX-License-Identifier: BSD-3-Clause */
/* Code lengths in thousandths of a bit. */
#include "base/bits.h"

#include <math.h>

/*
 * The logarithm to base 2 as libm's, to the last place or two, and exact for powers of two. libm
 * itself is not to be had by a module that is loaded in a chroot; frexp() is in libc.
 *
 * 2 / ln(2) times the series of artanh((m - 1) / (m + 1)), where m is within sqrt(2) of 1: what its
 * first nine terms leave is below 2^-52.
 */
static double log2_of(double number)
{
	int exponent;
	double m = frexp(number, &exponent);
	double s, square, sum;

	if (m < M_SQRT1_2) {
		m *= 2;
		exponent--;
	}
	s = (m - 1) / (m + 1);
	square = s * s;
	sum = 1.0 / 17;
	sum = sum * square + 1.0 / 15;
	sum = sum * square + 1.0 / 13;
	sum = sum * square + 1.0 / 11;
	sum = sum * square + 1.0 / 9;
	sum = sum * square + 1.0 / 7;
	sum = sum * square + 1.0 / 5;
	sum = sum * square + 1.0 / 3;
	sum = sum * square + 1;
	return exponent + 2 * M_LOG2E * s * sum;
}

uint64_t seep_bits_of_odds(double all, double part)
{
	double mbit = all > part ? log2_of(all / part) * SEEP_BIT_MBIT : 0;
	uint64_t whole = (uint64_t)mbit;

	return whole + (mbit > (double)whole);
}
