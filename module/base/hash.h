/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keyed hash that names, domains and users are looked up by: SipHash-2-4 with 64-bit output
 * (Aumasson, Bernstein 2012). The key comes from OpenSSL. The hash is a page of our own, for a call
 * of OpenSSL's takes several times as long (doc/DESIGN.md).
 *
 * The key is 16 secret bytes: without it a client cannot choose names that collide or that never
 * raise a sketch.
 * Threads: any.
 */
#ifndef SEEP_HASH_H
#define SEEP_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEP_HASH_KEY_BYTES 16

/* Draws a new KEY at random. Returns false if the system has no randomness. */
bool seep_hash_draw_key(uint8_t key[SEEP_HASH_KEY_BYTES]);

/* Returns the hash of SIZE BYTES, never 0: 0 marks an empty slot everywhere. */
uint64_t seep_hash_bytes(const uint8_t key[SEEP_HASH_KEY_BYTES], const void *bytes, size_t size);

#endif
