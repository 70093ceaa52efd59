/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keyed hash that names, domains and users are looked up by: SipHash-c-d with
 * 64-bit output (Aumasson, Bernstein 2012), c rounds for each word and d at the end.
 *
 * The key is 16 secret bytes: without it a client cannot choose names that
 * collide or that never raise a sketch. A key goes with its rounds: the same
 * bytes with other rounds hash everything differently. doc/THREATS.md says why
 * SipHash-1-3 is enough here.
 *
 * A page of our own: a call of OpenSSL's takes several times as long (doc/DESIGN.md). The key
 * comes from OpenSSL. Threads: any.
 */
#ifndef SEEP_HASH_H
#define SEEP_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEP_HASH_KEY_BYTES 16

/* The variants of SipHash. */
enum seep_hash_rounds {
	SEEP_HASH_2_4, /* of installations that began with it; what a state file means by 0 */
	SEEP_HASH_1_3, /* of all others */
};

struct seep_hash_key {
	uint8_t bytes[SEEP_HASH_KEY_BYTES];
	enum seep_hash_rounds rounds;
};

/* Draws a new key, of SipHash-1-3; false if the system has no randomness. */
bool seep_hash_draw_key(struct seep_hash_key *key);

/* Draws a number that no other start has; false as above. */
bool seep_hash_draw_nonce(uint64_t *nonce);

/*
 * The hash of SIZE bytes, never 0: 0 marks an empty slot everywhere. It is the eight bytes of
 * the paper's output, lowest first, as this machine reads them.
 */
uint64_t seep_hash_bytes(const struct seep_hash_key *key, const void *bytes, size_t size);

#endif
