/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-2-4, 64 bits (Aumasson, Bernstein: SipHash: a fast short-input PRF, 2012).
 *
 * Four words of state, from the key and four constants. Each eight bytes of the message, in
 * little-endian order, go into v3, two rounds follow, and they go into v0. The last word is what is
 * left of the message with the message's size, modulo 256, in its highest byte. Then 0xff goes into
 * v2, four rounds follow, and the hash is the xor of the four.
 *
 * Worked example, from the paper: the key 00 01 .. 0f and the message 00 01 .. 0e give
 * a129ca6149be45e5.
 */
#include "base/hash.h"

#include <endian.h>
#include <openssl/rand.h>
#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotated(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline uint64_t load(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

static inline void sip_round(struct sip *sip)
{
	sip->v0 += sip->v1;
	sip->v1 = rotated(sip->v1, 13) ^ sip->v0;
	sip->v0 = rotated(sip->v0, 32);
	sip->v2 += sip->v3;
	sip->v3 = rotated(sip->v3, 16) ^ sip->v2;
	sip->v0 += sip->v3;
	sip->v3 = rotated(sip->v3, 21) ^ sip->v0;
	sip->v2 += sip->v1;
	sip->v1 = rotated(sip->v1, 17) ^ sip->v2;
	sip->v2 = rotated(sip->v2, 32);
}

static inline void sip_take(struct sip *sip, uint64_t word)
{
	sip->v3 ^= word;
	sip_round(sip);
	sip_round(sip);
	sip->v0 ^= word;
}

/* The SIZE bytes, less than eight, that are left of a message of ALL. */
static inline uint64_t last_word(const uint8_t *bytes, size_t size, size_t all)
{
	uint64_t word = (uint64_t)all << 56;

	for (size_t i = 0; i < size; i++)
		word |= (uint64_t)bytes[i] << 8 * i;
	return word;
}

uint64_t seep_hash_bytes(const uint8_t key[SEEP_HASH_KEY_BYTES], const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t k0 = load(key), k1 = load(key + 8);
	struct sip sip = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
			   k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
	uint64_t hash;

	for (size_t left = size / 8; left; left--, at += 8)
		sip_take(&sip, load(at));
	sip_take(&sip, last_word(at, size % 8, size));
	sip.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&sip);
	hash = sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
	return hash ? hash : 1;
}

bool seep_hash_draw_key(uint8_t key[SEEP_HASH_KEY_BYTES])
{
	return RAND_priv_bytes(key, SEEP_HASH_KEY_BYTES) == 1;
}
