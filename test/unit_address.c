/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses: a user is the leading bits, whatever follows, or a MAC address behind a forwarder. */
#include "base/address.h"
#include "tap.h"

static struct seep_address user_of(uint64_t v4_bits, uint64_t v6_bits, uint8_t size)
{
	const struct seep_address_masks masks = seep_address_masks(v4_bits, v6_bits);
	struct seep_address client = { .size_bytes = size };

	memset(client.bytes, 0xff, size);
	return seep_address_user(&masks, &client);
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
	struct seep_address user = seep_address_user(&masks, &client);
	struct seep_address user6 = seep_address_user(&masks, &client6);

	ok(memcmp(&user, &wanted, sizeof(user)) == 0, "192.0.2.17 is the user 192.0.2.0");
	ok(memcmp(&user6, &wanted6, sizeof(user6)) == 0, "2001:db8::1 is the user 2001:db8::");
}

static const uint8_t mac[SEEP_MAC_BYTES] = { 2, 0, 0x5e, 0, 0x53, 1 };

static bool is_same(struct seep_address a, struct seep_address b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* A MAC address is a user of the forwarder's network, whichever forwarder of it states it. */
static void test_mac(void)
{
	const struct seep_address_masks users = seep_address_masks(8, 16);
	const struct seep_address_masks networks = seep_address_masks(24, 64);
	const struct seep_address forwarders[] = {
		{ { 192, 0, 2, 17 }, 4 },
		{ { 192, 0, 2, 18 }, 4 },
		{ { 192, 0, 3, 17 }, 4 },
		{ { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 16 },
		{ { 0x20, 1, 0xd, 0xb8, [8] = 9, [15] = 2 }, 16 },
		{ { 0x20, 1, 0xd, 0xb8, [7] = 1, [15] = 1 }, 16 },
	};
	struct seep_address made[6];

	for (unsigned i = 0; i < 6; i++) {
		made[i] = seep_address_of_mac(&networks, &forwarders[i], mac);
		ok(is_same(seep_address_user(&users, &made[i]), made[i]),
		   "%u: a user whole, whatever user-prefix", i);
		ok(is_same(seep_address_network(&networks, &made[i]),
			   seep_address_network(&networks, &forwarders[i])),
		   "%u: in the forwarder's network", i);
		ok(seep_address_is_mac(&made[i]) && seep_address_is_sound(&made[i]) &&
			   !seep_address_is_mac(&forwarders[i]) &&
			   seep_address_is_sound(&forwarders[i]),
		   "%u: a MAC, and the forwarder is none", i);
	}
	ok(is_same(made[0], made[1]) && is_same(made[3], made[4]),
	   "behind two forwarders of a network it is one user");
	ok(!is_same(made[0], made[2]) && !is_same(made[3], made[5]), "of another network another");
}

/* Bits beyond the 64th of an IPv6 network are not kept. */
static void test_long_network(void)
{
	const struct seep_address_masks networks = seep_address_masks(32, 96);
	const struct seep_address forwarder = { { 0x20, 1, 0xd, 0xb8, [8] = 9, [15] = 1 }, 16 };
	const struct seep_address wanted = { { 0x20, 1, 0xd, 0xb8 }, 16 };
	struct seep_address user = seep_address_of_mac(&networks, &forwarder, mac);

	ok(is_same(seep_address_network(&networks, &user), wanted),
	   "network-prefix-v6: 96: the network is the /64");
}

static void test_text(void)
{
	static const struct {
		struct seep_address address;
		const char *text;
	} cases[] = {
		{ { { 192, 0, 2, 17 }, 4 }, "192.0.2.17" },
		{ { { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 16 }, "2001:db8::1" },
		{ { { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 0xff }, 10 },
		  "02:00:5e:00:53:ff@192.0.2.0" },
		{ { { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 2, 0, 0x5e, 0, 0x53, 1 }, 14 },
		  "02:00:5e:00:53:01@2001:db8:0:1::" },
		{ { { 192, 0, 2, 17 }, 0 }, "" },
		{ { { 192, 0, 2, 17 }, 6 }, "" },
		{ { { 192, 0, 2, 17 }, 255 }, "" },
	};
	char text[SEEP_ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		seep_address_print(text, &cases[i].address);
		is_str(text, cases[i].text, "printed: \"%s\"", cases[i].text);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_each);
	tap_run(test_worked);
	tap_run(test_mac);
	tap_run(test_long_network);
	tap_run(test_text);
	return done();
}
