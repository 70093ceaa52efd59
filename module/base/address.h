/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which user and which network an address belongs to: its leading bits.
 *
 * Example: with 24 bits of IPv4 and 64 of IPv6, 192.0.2.17 is in 192.0.2.0, and 2001:db8::1 in
 * 2001:db8::.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_ADDRESS_H
#define SEEP_ADDRESS_H

#include <stdint.h>
#include <string.h>

#include "seep_observation.h"

/* The leading bits of an address: and-ed with its sixteen bytes. */
struct seep_address_mask {
	uint64_t words[2];
};

/* Returns the mask of BITS leading bits, 0 to 128. */
struct seep_address_mask seep_address_mask(unsigned bits);

/* What of a client's address makes a user, or a network. */
struct seep_address_masks {
	struct seep_address_mask v4, v6;
};

/* Returns the masks of so many leading bits. */
struct seep_address_masks seep_address_masks(uint64_t v4_bits, uint64_t v6_bits);

/* Returns the user or the network that CLIENT belongs to. */
static inline struct seep_address seep_address_block(const struct seep_address_masks *masks,
						     const struct seep_address *client)
{
	const struct seep_address_mask *mask = client->size_bytes == 4 ? &masks->v4 : &masks->v6;
	struct seep_address block = *client;
	uint64_t words[2];

	memcpy(words, block.bytes, sizeof(words));
	words[0] &= mask->words[0];
	words[1] &= mask->words[1];
	memcpy(block.bytes, words, sizeof(words));
	return block;
}

/* Returns a hash for a place in a table that is none of a client's business: it has no key. */
static inline uint64_t seep_address_hash(const struct seep_address *address)
{
	uint64_t words[2];

	memcpy(words, address->bytes, sizeof(words));
	return (words[0] ^ words[1] * 31) * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
