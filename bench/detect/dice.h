/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Seeded random numbers: splitmix64 (Steele, Lea, Flood 2014), one word of
 * state, so that every actor can have a stream of its own and nobody's draws
 * move when somebody else is added.
 */
#ifndef DETECT_DICE_H
#define DETECT_DICE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice_mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint64_t dice_next(struct dice *dice)
{
	return dice_mix(dice->state += UINT64_C(0x9e3779b97f4a7c15));
}

/* The stream of (SEED, A, B), e.g. of one user's one habit. */
static inline struct dice dice_of(uint64_t seed, uint64_t a, uint64_t b)
{
	return (struct dice){ dice_mix(dice_mix(dice_mix(seed + UINT64_C(0x9e3779b97f4a7c15)) + a) +
				       b) };
}

/* 0 to N - 1. */
static inline uint32_t dice_below(struct dice *dice, uint32_t n)
{
	return (uint32_t)((dice_next(dice) >> 32) * n >> 32);
}

static inline uint32_t dice_between(struct dice *dice, uint32_t low, uint32_t high)
{
	return low + dice_below(dice, high - low + 1);
}

/* Above 0, below 1. */
static inline double dice_unit(struct dice *dice)
{
	return ((double)(dice_next(dice) >> 11) + 0.5) * 0x1p-53;
}

static inline bool dice_chance(struct dice *dice, double probability)
{
	return dice_unit(dice) < probability;
}

static inline double dice_exponential(struct dice *dice, double mean)
{
	return -mean * log(dice_unit(dice));
}

static inline double dice_normal(struct dice *dice, double mean, double deviation)
{
	double radius = sqrt(-2 * log(dice_unit(dice)));

	return mean + deviation * radius * cos(6.283185307179586 * dice_unit(dice));
}

/* A rank from 0 to N - 1 by Zipf's law with exponent one. */
static inline uint32_t dice_zipf(struct dice *dice, uint32_t n)
{
	double rank = exp(dice_unit(dice) * log((double)n + 1));
	uint32_t whole = (uint32_t)rank;

	return whole > n ? n - 1 : whole - 1;
}

#endif
