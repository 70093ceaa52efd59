/* SPDX-License-Identifier: BSD-3-Clause */
/* Keyed hashing by libsodium's SipHash. */
#include "hash.h"

#include <assert.h>
#include <sodium.h>

static_assert(SEEP_HASH_KEY_BYTES == crypto_shorthash_KEYBYTES, "key size");
static_assert(sizeof(uint64_t) == crypto_shorthash_BYTES, "hash size");

bool seep_hash_start(void)
{
	return sodium_init() >= 0;
}

void seep_hash_draw_key(uint8_t key[SEEP_HASH_KEY_BYTES])
{
	crypto_shorthash_keygen(key);
}

uint64_t seep_hash_bytes(const uint8_t key[SEEP_HASH_KEY_BYTES], const void *bytes, size_t size)
{
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, bytes, size, key);
	return hash ? hash : 1;
}
