/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hashes of labels for sets whose contents the operator supplies. They have no key: whoever asks
 * adds nothing to such a set, and a set compares what it finds.
 * Threads: any.
 */
#ifndef SEEP_LABEL_HASH_H
#define SEEP_LABEL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns HASH with one more LABEL, its length byte first, in it: eight bytes at a step. */
static inline uint64_t seep_label_hash_mix(uint64_t hash, const uint8_t *label)
{
	size_t left = 1 + (size_t)label[0];

	while (left > 0) {
		uint64_t word = 0;
		size_t step = left < sizeof(word) ? left : sizeof(word);

		memcpy(&word, label, step);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
		label += step;
		left -= step;
	}
	return hash;
}

/* Returns what is mixed as a slot number's worth of bits: murmur3's finalizer. */
static inline uint32_t seep_label_hash_finish(uint64_t hash)
{
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdULL;
	hash ^= hash >> 33;
	hash *= 0xc4ceb9fe1a85ec53ULL;
	return (uint32_t)(hash >> 32);
}

#endif
