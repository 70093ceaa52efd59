/* SPDX-License-Identifier: BSD-3-Clause */
/* The keyed hash: the paper's vectors, and OpenSSL's for other keys and sizes. */
#include "base/hash.h"
#include "fixture.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

/* Of the first bytes of 00 01 02 ..., under the key 00 01 .. 0f. */
static void test_vectors(void)
{
	static const struct {
		size_t size;
		uint64_t hash;
	} cases[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },  { 1, UINT64_C(0x74f839c593dc67fd) },
		{ 2, UINT64_C(0x0d6c8009d9a94f5a) },  { 3, UINT64_C(0x85676696d7fb7e2d) },
		{ 7, UINT64_C(0xab0200f58b01d137) },  { 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) },
	};
	uint8_t key[SEEP_HASH_KEY_BYTES], message[16];

	for (size_t i = 0; i < sizeof(message); i++)
		key[i] = message[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(cases); i++)
		ok(seep_hash_bytes(key, message, cases[i].size) == cases[i].hash, "%zu bytes",
		   cases[i].size);
}

static uint64_t openssl_hash(EVP_MAC_CTX *context, const uint8_t *key, const uint8_t *bytes,
			     size_t size)
{
	size_t hash_size = sizeof(uint64_t);
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &hash_size),
				OSSL_PARAM_construct_end() };
	uint8_t hash[8] = { 0 };
	uint64_t word = 0;

	if (!EVP_MAC_init(context, key, SEEP_HASH_KEY_BYTES, params) ||
	    !EVP_MAC_update(context, bytes, size) ||
	    !EVP_MAC_final(context, hash, &hash_size, sizeof(hash)))
		return 0;
	for (size_t i = 0; i < sizeof(hash); i++)
		word |= (uint64_t)hash[i] << 8 * i;
	return word;
}

static void test_openssl(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
	uint8_t key[SEEP_HASH_KEY_BYTES], message[300];
	uint64_t seed = 24;
	unsigned wrong = 0;

	ok(context, "OpenSSL has SipHash");
	for (unsigned n = 0; context && n < 3000; n++) {
		for (size_t i = 0; i < sizeof(key); i++)
			key[i] = (uint8_t)random_next(&seed);
		for (size_t i = 0; i < sizeof(message); i++)
			message[i] = (uint8_t)random_next(&seed);
		wrong += seep_hash_bytes(key, message, n % 300) !=
			 openssl_hash(context, key, message, n % 300);
	}
	is_int(wrong, 0, "as OpenSSL's, of up to 300 bytes (seed 24)");
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(mac);
}

static void test_draw(void)
{
	uint8_t one[SEEP_HASH_KEY_BYTES] = { 0 }, other[SEEP_HASH_KEY_BYTES] = { 0 };

	ok(seep_hash_draw_key(one) && seep_hash_draw_key(other), "keys are drawn");
	ok(memcmp(one, other, sizeof(one)) != 0, "no two alike");
	ok(seep_hash_bytes(one, "a", 1) != seep_hash_bytes(other, "a", 1), "nor their hashes");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_vectors);
	tap_run(test_openssl);
	tap_run(test_draw);
	return done();
}
