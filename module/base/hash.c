/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-c-d, as in J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF",
 * INDOCRYPT 2012, https://cr.yp.to/siphash/siphash-20120918.pdf, section 2.
 *
 * All words are of 64 bits and little-endian; additions are modulo 2^64.
 *
 *  1. The key's two words k0, k1 start four words of state:
 *         v0 = k0 ^ "somepseu"    v1 = k1 ^ "dorandom"
 *         v2 = k0 ^ "lygenera"    v3 = k1 ^ "tedbytes"    (each text read as a big-endian number)
 *  2. The input is cut into words. Behind its last whole word stands one more: the 0 to 7 bytes
 *     that are left, zeros, and in the highest byte the input's length modulo 256.
 *  3. For each word m:  v3 ^= m;  c rounds;  v0 ^= m.
 *  4. v2 ^= 0xff;  d rounds;  the hash is v0 ^ v1 ^ v2 ^ v3.
 *
 * A round is the two halves of sip_round below: additions, rotations and exclusive ors only, so
 * that neither time nor memory accesses depend on key or input, but on the input's length.
 *
 * Example (the paper, appendix A): key 00 01 ... 0f, input 00 01 ... 0e, SipHash-2-4:
 *     v0 = 7469686173716475  v1 = 6b617f6d656e6665  v2 = 6b7f62616d677361  v3 = 7b6b696e727e6c7b,
 *     the words 0706050403020100 and 0f0e0d0c0b0a0908, and the hash a129ca6149be45e5.
 *
 * test/unit_hash.c has the authors' vectors for 2-4, and compares both variants with OpenSSL's.
 */
#include "base/hash.h"

#include <endian.h>
#include <openssl/rand.h>
#include <string.h>

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t word, int left)
{
	return word << left | word >> (64 - left);
}

static inline uint64_t load(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

static inline void sip_round(struct state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32);

	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 = rotate(s->v2, 32);
}

static inline void compress(struct state *s, uint64_t word, int rounds)
{
	s->v3 ^= word;
	for (int i = 0; i < rounds; i++)
		sip_round(s);
	s->v0 ^= word;
}

/* The last word: what is left behind the whole words, and the length. */
static inline uint64_t last_word(const uint8_t *left, size_t size)
{
	uint64_t word = (uint64_t)size << 56;
	size_t count = size % 8;

	/* At once, with some bytes before them, which are shifted out. */
	if (size > 8 && count)
		return word | load(left + count - 8) >> 8 * (8 - count);
	for (size_t i = 0; i < count; i++)
		word |= (uint64_t)left[i] << 8 * i;
	return word;
}

/* Inlined below with both numbers constant: each variant is code without loops of rounds. */
static inline __attribute__((always_inline)) uint64_t siphash(const uint8_t *key,
							      const uint8_t *bytes, size_t size,
							      int c, int d)
{
	const uint64_t k0 = load(key), k1 = load(key + 8);
	struct state s = {
		.v0 = k0 ^ UINT64_C(0x736f6d6570736575),
		.v1 = k1 ^ UINT64_C(0x646f72616e646f6d),
		.v2 = k0 ^ UINT64_C(0x6c7967656e657261),
		.v3 = k1 ^ UINT64_C(0x7465646279746573),
	};
	const uint8_t *end = bytes + size - size % 8;

	for (; bytes < end; bytes += 8)
		compress(&s, load(bytes), c);
	compress(&s, last_word(bytes, size), c);
	s.v2 ^= 0xff;
	for (int i = 0; i < d; i++)
		sip_round(&s);
	return htole64(s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
}

uint64_t seep_hash_bytes(const struct seep_hash_key *key, const void *bytes, size_t size)
{
	uint64_t hash = key->rounds == SEEP_HASH_1_3 ? siphash(key->bytes, bytes, size, 1, 3)
						     : siphash(key->bytes, bytes, size, 2, 4);

	return hash ? hash : 1;
}

bool seep_hash_draw_key(struct seep_hash_key *key)
{
	key->rounds = SEEP_HASH_1_3;
	return RAND_priv_bytes(key->bytes, SEEP_HASH_KEY_BYTES) == 1;
}

bool seep_hash_draw_nonce(uint64_t *nonce)
{
	return RAND_priv_bytes((unsigned char *)nonce, sizeof(*nonce)) == 1;
}
