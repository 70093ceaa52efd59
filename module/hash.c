/* SPDX-License-Identifier: BSD-3-Clause */
/* Keyed hashing by OpenSSL's SipHash. */
#include "hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

struct seep_hasher {
	EVP_MAC_CTX *context;
	uint8_t key[SEEP_HASH_KEY_BYTES];
};

static EVP_MAC_CTX *context_open(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
	unsigned int size = sizeof(uint64_t);
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_SIZE, &size),
		OSSL_PARAM_construct_end(),
	};

	EVP_MAC_free(mac); /* the context keeps its own reference */
	if (context && !EVP_MAC_CTX_set_params(context, params)) {
		EVP_MAC_CTX_free(context);
		return NULL;
	}
	return context;
}

struct seep_hasher *seep_hash_open(const uint8_t key[SEEP_HASH_KEY_BYTES])
{
	struct seep_hasher *hasher = calloc(1, sizeof(*hasher));

	if (!hasher)
		return NULL;
	memcpy(hasher->key, key, sizeof(hasher->key));
	hasher->context = context_open();
	if (!hasher->context) {
		free(hasher);
		return NULL;
	}
	return hasher;
}

void seep_hash_close(struct seep_hasher *hasher)
{
	if (!hasher)
		return;
	EVP_MAC_CTX_free(hasher->context);
	OPENSSL_cleanse(hasher->key, sizeof(hasher->key));
	free(hasher);
}

uint64_t seep_hash_bytes(struct seep_hasher *hasher, const void *bytes, size_t size)
{
	uint64_t hash = 0;
	size_t written = 0;

	/* The key goes in every time: OpenSSL 3.0 restarts a SipHash only
	 * when it is given one. */
	if (!EVP_MAC_init(hasher->context, hasher->key, sizeof(hasher->key), NULL) ||
	    !EVP_MAC_update(hasher->context, bytes, size) ||
	    !EVP_MAC_final(hasher->context, (unsigned char *)&hash, &written, sizeof(hash)))
		return 1;
	return hash ? hash : 1;
}
