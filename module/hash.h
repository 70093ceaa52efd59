/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keyed hash that names, domains and users are looked up by: SipHash-2-4
 * with 64-bit output (Aumasson, Bernstein 2012), from OpenSSL's libcrypto.
 *
 * A hasher belongs to one thread.  The key is 16 secret bytes: without it a
 * client cannot choose names that collide or that never raise a sketch.
 */
#ifndef SEEP_HASH_H
#define SEEP_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SEEP_HASH_KEY_BYTES 16

struct seep_hasher;

/* NULL when libcrypto has no SipHash or no memory. */
struct seep_hasher *seep_hash_open(const uint8_t key[SEEP_HASH_KEY_BYTES]);
void seep_hash_close(struct seep_hasher *hasher);

/*
 * The hash of SIZE bytes, never 0 (0 marks an empty slot everywhere); 1 when
 * libcrypto fails, which it does not do once opened.
 */
uint64_t seep_hash_bytes(struct seep_hasher *hasher, const void *bytes, size_t size);

#endif
