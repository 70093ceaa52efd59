/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which user and which network an address belongs to: its leading bits. A user behind a forwarder,
 * by its MAC address, belongs to the forwarder's network.
 *
 * Example: with 24 bits of IPv4 and 64 of IPv6, 192.0.2.17 is in 192.0.2.0, and 2001:db8::1 in
 * 2001:db8::. The MAC 02:00:5e:00:53:01 behind 192.0.2.17 is in 192.0.2.0, too.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_ADDRESS_H
#define SEEP_ADDRESS_H

#include <stdbool.h>
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

/* Is it a MAC address behind a forwarder? */
static inline bool seep_address_is_mac(const struct seep_address *address)
{
	return address->size_bytes == SEEP_ADDRESS_MAC_V4_BYTES ||
	       address->size_bytes == SEEP_ADDRESS_MAC_V6_BYTES;
}

/* Is it of one of the four sizes? */
static inline bool seep_address_is_sound(const struct seep_address *address)
{
	return address->size_bytes == 4 || address->size_bytes == 16 ||
	       seep_address_is_mac(address);
}

/* Returns the user that CLIENT belongs to, by the masks of users: a MAC address is one whole. */
static inline struct seep_address seep_address_user(const struct seep_address_masks *masks,
						    const struct seep_address *client)
{
	const struct seep_address_mask *mask = client->size_bytes == 4 ? &masks->v4 : &masks->v6;
	struct seep_address block = *client;
	uint64_t words[2];

	if (seep_address_is_mac(client))
		return block;
	memcpy(words, block.bytes, sizeof(words));
	words[0] &= mask->words[0];
	words[1] &= mask->words[1];
	memcpy(block.bytes, words, sizeof(words));
	return block;
}

/* Returns the network that CLIENT belongs to, by the masks of networks. */
struct seep_address seep_address_network(const struct seep_address_masks *masks,
					 const struct seep_address *client);

/*
 * Returns the user with this MAC behind FORWARDER, or in the network of FORWARDER, by the masks of
 * networks: behind all forwarders of a network it is the same one. Of an IPv6 network only the
 * first 64 bits count.
 */
struct seep_address seep_address_of_mac(const struct seep_address_masks *masks,
					const struct seep_address *forwarder,
					const uint8_t mac[SEEP_MAC_BYTES]);

/* Holds any address as text, with the NUL: 17 of a MAC, "@", 45 of an IPv6 address. */
#define SEEP_ADDRESS_TEXT_SIZE 64

/*
 * Writes ADDRESS to TEXT of SEEP_ADDRESS_TEXT_SIZE bytes: "192.0.2.17", "2001:db8::1", and of a MAC
 * also its network, "02:00:5e:00:53:01@192.0.2.0". "" for one that is not sound.
 */
void seep_address_print(char *text, const struct seep_address *address);

/* Returns a hash for a place in a table that is none of a client's business: it has no key. */
static inline uint64_t seep_address_hash(const struct seep_address *address)
{
	uint64_t words[2];

	memcpy(words, address->bytes, sizeof(words));
	return (words[0] ^ words[1] * 31) * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
