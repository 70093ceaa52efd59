/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who asked, by EDNS options: the input is options, each its code (2 bytes), its size (1) and as
 * many bytes of data.
 */
#include "fuzz.h"

#include "base/address.h"
#include "names/identity.h"

const char fuzz_target[] = "identity";

/* Only an address that a user can have comes out, and in its own network. */
static void check_address(const struct seep_address *address)
{
	static const uint8_t unused[16];
	char text[SEEP_ADDRESS_TEXT_SIZE];

	fuzz_check(address->size_bytes == 4 || address->size_bytes == 16);
	fuzz_check(!memcmp(address->bytes + address->size_bytes, unused,
			   sizeof(unused) - address->size_bytes));
	fuzz_check(memcmp(address->bytes, unused, address->size_bytes) != 0);
	seep_address_print(text, address);
	fuzz_check(text[0] && !strchr(text, '@'));
}

/* A MAC comes out as a user of the forwarder's network, and no address is printed like it. */
static void check_mac(const uint8_t *mac)
{
	const struct seep_address_masks masks = seep_address_masks(24, 64);
	static const struct seep_address forwarders[] = {
		{ { 192, 0, 2, 17 }, 4 },
		{ { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 16 },
	};

	fuzz_check(!(mac[0] & 1));
	for (unsigned i = 0; i < 2; i++) {
		struct seep_address user = seep_address_of_mac(&masks, &forwarders[i], mac);
		struct seep_address network = seep_address_network(&masks, &user);
		struct seep_address wanted = seep_address_network(&masks, &forwarders[i]);
		char text[SEEP_ADDRESS_TEXT_SIZE];

		fuzz_check(seep_address_is_mac(&user));
		fuzz_check(memcmp(&network, &wanted, sizeof(wanted)) == 0);
		seep_address_print(text, &user);
		fuzz_check(strlen(text) > 18 && text[17] == '@');
	}
}

static void check_known(const struct seep_identity *identity)
{
	switch (seep_identity_of(identity)) {
	case SEEP_IDENTITY_SUBNET:
		check_address(&identity->address);
		break;
	case SEEP_IDENTITY_MAC:
		check_mac(identity->mac);
		break;
	case SEEP_IDENTITY_NONE:
	case SEEP_IDENTITY_REFUSED:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct seep_identity identity = { .is_bad = false };

	while (input.left) {
		uint16_t code = (uint16_t)fuzz_take(&input, 2);
		const uint8_t *bytes;
		size_t count = fuzz_take_bytes(&input, fuzz_take8(&input), &bytes);
		uint8_t *copy = fuzz_copy(bytes, count);
		bool was_refused =
			seep_identity_of(&identity) == SEEP_IDENTITY_REFUSED && identity.is_bad;

		seep_identity_read(&identity, code, copy, count);
		free(copy);
		/* What is malformed is not mended by what follows. */
		fuzz_check(!was_refused || seep_identity_of(&identity) == SEEP_IDENTITY_REFUSED);
		check_known(&identity);
	}
	return 0;
}
