/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses: a user is the leading bits, whatever follows. */
#include "base/address.h"
#include "tap.h"

static struct seep_address user_of(uint64_t v4_bits, uint64_t v6_bits, uint8_t size)
{
	const struct seep_address_masks masks = seep_address_masks(v4_bits, v6_bits);
	struct seep_address client = { .size_bytes = size };

	memset(client.bytes, 0xff, size);
	return seep_address_block(&masks, &client);
}

static int bits_of(const struct seep_address *address)
{
	int bits = 0;

	for (unsigned i = 0; i < 128; i++) {
		if (!(address->bytes[i / 8] & 0x80 >> i % 8))
			continue;
		if (bits++ != (int)i)
			return -1; /* behind a bit that is not set */
	}
	return bits;
}

static void test_each(void)
{
	int wrong = 0;

	for (unsigned bits = 0; bits <= 128; bits++) {
		struct seep_address v6 = user_of(0, bits, 16), v4 = user_of(bits, 0, 4);

		wrong += bits_of(&v6) != (int)bits || v6.size_bytes != 16;
		wrong += bits <= 32 && (bits_of(&v4) != (int)bits || v4.size_bytes != 4);
	}
	is_int(wrong, 0, "of each length the leading bits, and no others");
}

/* The example in the header. */
static void test_worked(void)
{
	const struct seep_address_masks masks = seep_address_masks(24, 64);
	const struct seep_address client = { .bytes = { 192, 0, 2, 17 }, .size_bytes = 4 };
	const struct seep_address wanted = { .bytes = { 192, 0, 2, 0 }, .size_bytes = 4 };
	const struct seep_address client6 = { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
					      .size_bytes = 16 };
	const struct seep_address wanted6 = { .bytes = { 0x20, 1, 0xd, 0xb8 }, .size_bytes = 16 };
	struct seep_address user = seep_address_block(&masks, &client);
	struct seep_address user6 = seep_address_block(&masks, &client6);

	ok(memcmp(&user, &wanted, sizeof(user)) == 0, "192.0.2.17 is the user 192.0.2.0");
	ok(memcmp(&user6, &wanted6, sizeof(user6)) == 0, "2001:db8::1 is the user 2001:db8::");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_each);
	tap_run(test_worked);
	return done();
}
