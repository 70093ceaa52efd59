/* SPDX-License-Identifier: BSD-3-Clause */
/* Masks of addresses, MAC addresses behind forwarders, and both as text. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>

struct seep_address_mask seep_address_mask(unsigned bits)
{
	struct seep_address_mask mask;
	uint8_t bytes[16] = { 0 };

	for (unsigned i = 0; i < sizeof(bytes) && 8 * i < bits; i++)
		bytes[i] = bits >= 8 * (i + 1) ? 0xff : (uint8_t)(0xff00 >> (bits - 8 * i));
	memcpy(mask.words, bytes, sizeof(bytes));
	return mask;
}

struct seep_address_masks seep_address_masks(uint64_t v4_bits, uint64_t v6_bits)
{
	return (struct seep_address_masks){
		.v4 = seep_address_mask((unsigned)v4_bits),
		.v6 = seep_address_mask((unsigned)v6_bits),
	};
}

/* The address before a MAC, padded to its family's size; any other address as it is. */
static struct seep_address before_mac(const struct seep_address *address)
{
	struct seep_address before = *address;

	if (!seep_address_is_mac(address))
		return before;
	before.size_bytes = address->size_bytes == SEEP_ADDRESS_MAC_V4_BYTES ? 4 : 16;
	memset(before.bytes + address->size_bytes - SEEP_MAC_BYTES, 0, SEEP_MAC_BYTES);
	return before;
}

struct seep_address seep_address_network(const struct seep_address_masks *masks,
					 const struct seep_address *client)
{
	const struct seep_address address = before_mac(client);

	return seep_address_user(masks, &address);
}

struct seep_address seep_address_of_mac(const struct seep_address_masks *masks,
					const struct seep_address *forwarder,
					const uint8_t mac[SEEP_MAC_BYTES])
{
	struct seep_address user = seep_address_network(masks, forwarder);
	size_t mac_at = user.size_bytes == 4 ? 4 : 8;

	memset(user.bytes + mac_at, 0, sizeof(user.bytes) - mac_at);
	memcpy(user.bytes + mac_at, mac, SEEP_MAC_BYTES);
	user.size_bytes = (uint8_t)(mac_at + SEEP_MAC_BYTES);
	return user;
}

void seep_address_print(char *text, const struct seep_address *address)
{
	const struct seep_address before = before_mac(address);
	size_t used = 0;

	text[0] = '\0';
	if (!seep_address_is_sound(address))
		return;
	if (seep_address_is_mac(address)) {
		const uint8_t *mac = address->bytes + address->size_bytes - SEEP_MAC_BYTES;

		used = (size_t)snprintf(text, SEEP_ADDRESS_TEXT_SIZE,
					"%02x:%02x:%02x:%02x:%02x:%02x@", mac[0], mac[1], mac[2],
					mac[3], mac[4], mac[5]);
	}
	inet_ntop(before.size_bytes == 4 ? AF_INET : AF_INET6, before.bytes, text + used,
		  (socklen_t)(SEEP_ADDRESS_TEXT_SIZE - used));
}
