/* SPDX-License-Identifier: BSD-3-Clause */
/* Netblocks: what parses, what a list contains, which addresses are private. */
#include "names/netblock.h"
#include "tap.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Text to address; 4 or 16, the bytes in use. */
static size_t address(const char *text, uint8_t *addr)
{
	if (inet_pton(AF_INET, text, addr) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, addr) == 1)
		return 16;
	fprintf(stderr, "a test's address is none: %s\n", text);
	exit(1);
}

static void test_parse(void)
{
	static const struct {
		const char *text;
		enum seep_netblock_status status;
		const char *block; /* NULL: not looked at */
	} cases[] = {
		{ "10.0.0.0/8", SEEP_NETBLOCK_OK, "10.0.0.0/8" },
		{ "10.0.0.1/8", SEEP_NETBLOCK_HOST_BITS, "10.0.0.0/8" },
		{ "10.128.0.0/9", SEEP_NETBLOCK_OK, "10.128.0.0/9" },
		{ "10.128.0.0/8", SEEP_NETBLOCK_HOST_BITS, "10.0.0.0/8" },
		{ "192.0.2.7", SEEP_NETBLOCK_OK, "192.0.2.7/32" },
		{ "192.0.2.7/32", SEEP_NETBLOCK_OK, "192.0.2.7/32" },
		{ "192.0.2.7/31", SEEP_NETBLOCK_HOST_BITS, "192.0.2.6/31" },
		{ "192.0.2.7/33", SEEP_NETBLOCK_LONG_PREFIX, NULL },
		{ "0.0.0.0/0", SEEP_NETBLOCK_OK, "0.0.0.0/0" },
		{ "128.0.0.0/0", SEEP_NETBLOCK_HOST_BITS, "0.0.0.0/0" },
		{ "fd00::/8", SEEP_NETBLOCK_OK, "fd00::/8" },
		{ "fd00::1/8", SEEP_NETBLOCK_HOST_BITS, "fd00::/8" },
		{ "2001:DB8::1", SEEP_NETBLOCK_OK, "2001:db8::1/128" },
		{ "2001:db8::/128", SEEP_NETBLOCK_OK, "2001:db8::/128" },
		{ "2001:db8::/129", SEEP_NETBLOCK_LONG_PREFIX, NULL },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", SEEP_NETBLOCK_OK,
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" },
		{ "::/0", SEEP_NETBLOCK_OK, "::/0" },
		{ "::ffff:10.0.0.0/104", SEEP_NETBLOCK_OK, "10.0.0.0/8" },
		{ "::ffff:10.0.0.1/104", SEEP_NETBLOCK_HOST_BITS, "10.0.0.0/8" },
		{ "::ffff:10.0.0.1", SEEP_NETBLOCK_OK, "10.0.0.1/32" },
		{ "::ffff:0:0/96", SEEP_NETBLOCK_OK, "0.0.0.0/0" },
		{ "::ffff:0:0/95", SEEP_NETBLOCK_HOST_BITS, "::fffe:0:0/95" },
		{ "", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "/8", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "10/8", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "10.0.0/8", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "10.0.0.256", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "10.0.0.0 /8", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "fe80::1%eth0", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "example.com", SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "0000000000000000000000000000000000000000000000000000000000000",
		  SEEP_NETBLOCK_BAD_ADDRESS, NULL },
		{ "10.0.0.0/", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/-8", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/+8", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/08", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/8x", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/8/8", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/255.0.0.0", SEEP_NETBLOCK_BAD_PREFIX, NULL },
		{ "10.0.0.0/4294967304", SEEP_NETBLOCK_BAD_PREFIX, NULL },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		struct seep_netblock block;
		char text[SEEP_NETBLOCK_TEXT_SIZE];
		enum seep_netblock_status status = seep_netblock_parse(&block, cases[at].text);

		is_str(seep_netblock_status_text(status),
		       seep_netblock_status_text(cases[at].status), "parse %s", cases[at].text);
		if (!cases[at].block)
			continue;
		seep_netblock_format(&block, text);
		is_str(text, cases[at].block, "parse %s gives %s", cases[at].text, cases[at].block);
	}
}

static void add_all(struct seep_netblocks *list, const char *const *texts)
{
	for (; *texts; texts++) {
		struct seep_netblock block;

		if (seep_netblock_parse(&block, *texts) != SEEP_NETBLOCK_OK ||
		    seep_netblocks_add(list, &block) != SEEP_NETBLOCK_OK)
			ok(false, "add %s", *texts);
	}
}

/* A MAC address is a block where users are meant, and of no other. */
static void test_mac(void)
{
	static const struct {
		const char *text;
		enum seep_netblock_status status;
	} cases[] = {
		{ "02:00:5E:00:53:01", SEEP_NETBLOCK_OK },
		{ "192.0.2.0/24", SEEP_NETBLOCK_OK },
		{ "02:00:5e:00:53:01@192.0.2.0", SEEP_NETBLOCK_MAC_NETWORK },
		{ "02:00:5e:00:53:01/48", SEEP_NETBLOCK_MAC_NETWORK },
		{ "02:00:5e:00:53", SEEP_NETBLOCK_BAD_ADDRESS },
		{ "02:00:5e:00:53:0g", SEEP_NETBLOCK_BAD_ADDRESS },
		{ "03:00:5e:00:53:01", SEEP_NETBLOCK_BAD_ADDRESS }, /* a group's */
		{ "00:00:00:00:00:00", SEEP_NETBLOCK_BAD_ADDRESS },
		{ "02-00-5e-00-53-01", SEEP_NETBLOCK_BAD_ADDRESS },
		{ "", SEEP_NETBLOCK_BAD_ADDRESS },
	};
	static const uint8_t v4[10] = { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 1 };
	static const uint8_t v6[14] = { 0xfd, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x5e, 0, 0x53, 1 };
	static const uint8_t other[10] = { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 2 };
	struct seep_netblocks *list = seep_netblocks_create();
	char text[SEEP_NETBLOCK_TEXT_SIZE];
	struct seep_netblock block;

	for (unsigned i = 0; i < COUNT(cases); i++)
		is_int(seep_netblock_parse_user(&block, cases[i].text), cases[i].status,
		       "'%s': status", cases[i].text);
	is_int(seep_netblock_parse(&block, "02:00:5e:00:53:01"), SEEP_NETBLOCK_BAD_ADDRESS,
	       "where an address is meant it is none");
	(void)seep_netblock_parse_user(&block, "0.0.0.0/0");
	(void)seep_netblocks_add(list, &block);
	(void)seep_netblock_parse_user(&block, "::/0");
	(void)seep_netblocks_add(list, &block);
	ok(!seep_netblocks_contain(list, v4, 10) && !seep_netblocks_contain(list, v6, 14),
	   "it is in no netblock");
	(void)seep_netblock_parse_user(&block, "02:00:5E:00:53:01");
	seep_netblock_format(&block, text);
	is_str(text, "02:00:5e:00:53:01", "as it is shown");
	(void)seep_netblocks_add(list, &block);
	(void)seep_netblocks_add(list, &block);
	is_int(seep_netblocks_count(list), 3, "twice is once");
	ok(seep_netblocks_contain(list, v4, 10) && seep_netblocks_contain(list, v6, 14),
	   "it is who has it, in any network");
	ok(!seep_netblocks_contain(list, other, 10), "and nobody else");
	ok(!seep_netblocks_contain(list, v4, 9) && !seep_netblocks_contain(list, v4, 6),
	   "no client has other sizes");
	seep_netblocks_destroy(list);
}

static void test_contain(void)
{
	static const char *const blocks[] = { "192.0.2.0/24",     "10.0.0.0/8", "198.51.100.7",
					      "203.0.113.128/25", "fd00::/8",   "2001:db8::/33",
					      "2001:db9::1",      NULL };
	static const struct {
		const char *address;
		bool contained;
	} cases[] = {
		{ "192.0.2.0", true },
		{ "192.0.2.255", true },
		{ "192.0.1.255", false },
		{ "192.0.3.0", false },
		{ "10.0.0.0", true },
		{ "10.255.255.255", true },
		{ "9.255.255.255", false },
		{ "11.0.0.0", false },
		{ "198.51.100.7", true },
		{ "198.51.100.6", false },
		{ "198.51.100.8", false },
		{ "203.0.113.128", true },
		{ "203.0.113.127", false },
		{ "0.0.0.0", false },
		{ "255.255.255.255", false },
		{ "fd00::", true },
		{ "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
		{ "fcff::", false },
		{ "fe00::", false },
		{ "2001:db8:7fff::", true },
		{ "2001:db8:8000::", false },
		{ "2001:db9::1", true },
		{ "2001:db9::", false },
		{ "2001:db9::2", false },
		{ "::ffff:192.0.2.1", true },
		{ "::ffff:192.0.3.1", false },
		/*
		 * The bytes of 10.0.0.0 at the start of an IPv6 address are not that address, nor
		 * are they at its end.
		 */
		{ "a00::", false },
		{ "::10.0.0.0", false },
		{ "::", false },
	};
	struct seep_netblocks *list = seep_netblocks_create();
	uint8_t addr[17] = { 0 };

	add_all(list, blocks);
	is_int(seep_netblocks_count(list), COUNT(blocks) - 1, "as many blocks as were added");
	for (size_t at = 0; at < COUNT(cases); at++) {
		size_t length = address(cases[at].address, addr);

		is_bool(seep_netblocks_contain(list, addr, length), cases[at].contained,
			"%s is %s the list", cases[at].address,
			cases[at].contained ? "in" : "not in");
	}
	address("10.0.0.1", addr);
	for (size_t length = 0; length <= sizeof(addr); length++)
		is_bool(seep_netblocks_contain(list, addr, length), length == 4,
			"10.0.0.1 as %zu bytes", length);
	is_bool(seep_netblocks_contain(NULL, addr, 4), false, "no list contains nothing");
	is_int(seep_netblocks_count(NULL), 0, "no list has no blocks");
	seep_netblocks_destroy(list);
	seep_netblocks_destroy(NULL);
}

/* ::/0 and 0.0.0.0/0 are two halves: mapped addresses are IPv4. */
static void test_everything(void)
{
	static const struct {
		const char *block, *address;
		bool contained;
	} cases[] = {
		{ "::/0", "2001:db8::1", true },       { "::/0", "192.0.2.1", false },
		{ "::/0", "::ffff:192.0.2.1", false }, { "0.0.0.0/0", "2001:db8::1", false },
		{ "0.0.0.0/0", "192.0.2.1", true },    { "0.0.0.0/0", "::ffff:192.0.2.1", true },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		const char *const blocks[] = { cases[at].block, NULL };
		struct seep_netblocks *list = seep_netblocks_create();
		uint8_t addr[16];
		size_t length = address(cases[at].address, addr);

		add_all(list, blocks);
		is_bool(seep_netblocks_contain(list, addr, length), cases[at].contained, "%s %s %s",
			cases[at].block, cases[at].contained ? "contains" : "does not contain",
			cases[at].address);
		seep_netblocks_destroy(list);
	}
}

static void test_nested(void)
{
	static const struct {
		const char *blocks[8];
		size_t count;
	} cases[] = {
		{ { "10.0.0.0/8", "10.1.0.0/16" }, 1 },
		{ { "10.1.0.0/16", "10.0.0.0/8" }, 1 },
		{ { "10.0.0.0/16", "10.0.0.0/8", "10.0.0.0/8" }, 1 },
		{ { "10.0.0.0/16", "10.9.0.0/16", "11.0.0.0/8", "9.0.0.0/8", "10.0.0.0/8" }, 3 },
		{ { "10.0.0.0/8", "11.0.0.0/8" }, 2 },
		{ { "10.0.0.0/9", "10.128.0.0/9" }, 2 },
		{ { "1.0.0.0/8", "2.0.0.0/8", "::1", "0.0.0.0/0" }, 2 },
		{ { "::1", "::2", "1.0.0.0/8", "::/0" }, 2 },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		struct seep_netblocks *list = seep_netblocks_create();

		add_all(list, cases[at].blocks);
		is_int(seep_netblocks_count(list), cases[at].count,
		       "disjoint blocks of case %zu, %s first", at, cases[at].blocks[0]);
		seep_netblocks_destroy(list);
	}
}

/* Bounded random lists against a search through all blocks, bit by bit. */
static void test_against_model(void)
{
	enum { ROUNDS = 200, BLOCKS = 40, QUESTIONS = 200 };
	uint64_t state = 20240611;
	unsigned wrong = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct seep_netblocks *list = seep_netblocks_create();
		struct seep_netblock blocks[BLOCKS];
		uint8_t addr[4] = { 10, 0 };

		for (unsigned at = 0; at < BLOCKS + QUESTIONS; at++) {
			char text[32];
			bool contained = false;
			unsigned bits, value;

			/* 16 bits of address, so that blocks nest and questions hit. */
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			bits = at < BLOCKS ? 20 + (unsigned)(state >> 60) % 13 : 32;
			value = (unsigned)(state >> 33) & 0xffffU & (0xffffffffU << (32 - bits));
			if (at < BLOCKS) {
				snprintf(text, sizeof(text), "10.0.%u.%u/%u", value >> 8,
					 value & 255, bits);
				if (seep_netblock_parse(&blocks[at], text) != SEEP_NETBLOCK_OK)
					wrong++;
				seep_netblocks_add(list, &blocks[at]);
				continue;
			}
			addr[2] = (uint8_t)(value >> 8);
			addr[3] = (uint8_t)value;
			for (unsigned of = 0; of < BLOCKS; of++) {
				unsigned base = blocks[of].addr[2] * 256U + blocks[of].addr[3];

				contained |= (value ^ base) >> (32 - blocks[of].prefix_bits) == 0;
			}
			wrong += contained != seep_netblocks_contain(list, addr, 4);
		}
		seep_netblocks_destroy(list);
	}
	is_int(wrong, 0, "%d random lists answer as a search through all blocks (seed 20240611)",
	       ROUNDS);
}

static void test_private(void)
{
	static const struct {
		const char *address;
		bool is_private;
	} cases[] = {
		{ "10.0.0.0", true },
		{ "10.255.255.255", true },
		{ "9.255.255.255", false },
		{ "11.0.0.0", false },
		{ "172.16.0.0", true },
		{ "172.31.255.255", true },
		{ "172.15.255.255", false },
		{ "172.32.0.0", false },
		{ "192.168.0.0", true },
		{ "192.168.255.255", true },
		{ "192.167.255.255", false },
		{ "192.169.0.0", false },
		{ "127.0.0.1", true },
		{ "127.255.255.255", true },
		{ "126.255.255.255", false },
		{ "128.0.0.0", false },
		{ "169.254.0.0", true },
		{ "169.253.255.255", false },
		{ "169.255.0.0", false },
		{ "100.64.0.0", true },
		{ "100.127.255.255", true },
		{ "100.63.255.255", false },
		{ "100.128.0.0", false },
		{ "0.0.0.0", true },
		{ "0.0.0.1", false },
		{ "192.0.2.1", false },
		{ "8.8.8.8", false },
		{ "255.255.255.255", false },
		{ "::", true },
		{ "::1", true },
		{ "::2", false },
		{ "::1:0:0", false },
		{ "fc00::", true },
		{ "fdff::1", true },
		{ "fbff::", false },
		{ "fe00::", false },
		{ "fe80::1", true },
		{ "febf::1", true },
		{ "fe7f::", false },
		{ "fec0::", false },
		{ "2001:db8::1", false },
		{ "a00::1", false },
		{ "::ffff:10.0.0.1", true },
		{ "::ffff:127.0.0.1", true },
		{ "::ffff:100.64.0.1", true },
		{ "::ffff:0.0.0.0", true },
		{ "::ffff:8.8.8.8", false },
		{ "::10.0.0.1", false },
	};
	uint8_t addr[17] = { 127, 0, 0, 1 };

	for (size_t length = 0; length <= sizeof(addr); length++)
		is_bool(seep_netblock_is_private(addr, length), length == 4,
			"127.0.0.1 as %zu bytes", length);
	for (size_t at = 0; at < COUNT(cases); at++) {
		size_t length = address(cases[at].address, addr);

		is_bool(seep_netblock_is_private(addr, length), cases[at].is_private, "%s is %s",
			cases[at].address, cases[at].is_private ? "private" : "not private");
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_parse);
	tap_run(test_mac);
	tap_run(test_contain);
	tap_run(test_everything);
	tap_run(test_nested);
	tap_run(test_against_model);
	tap_run(test_private);
	return done();
}
