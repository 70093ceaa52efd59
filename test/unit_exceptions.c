/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of exceptions: whom and what they cover, until when, and how many there may be. */
#include "fixture.h"
#include "names/exceptions.h"

static struct seep_exception exception_of(const char *name, const char *user, uint64_t until_s)
{
	const struct wire wire = wire_of(name);
	struct seep_exception exception = { .name_size = (uint8_t)wire.size, .until_s = until_s };

	memcpy(exception.name, wire.bytes, wire.size);
	if (user)
		(void)seep_netblock_parse_user(&exception.user, user);
	return exception;
}

static struct seep_exceptions *set_of(const struct seep_exception *all, size_t count)
{
	struct seep_exceptions *set;

	if (seep_exceptions_create(&set, all, count) != SEEP_EXCEPTIONS_OK) {
		printf("Bail out! no set\n");
		exit(1);
	}
	return set;
}

static bool covers(const struct seep_exceptions *set, const char *name, uint32_t user)
{
	const struct wire wire = wire_of(name);
	const struct seep_address client = address_v4(user);

	return seep_exceptions_cover(set, wire.bytes, wire.size, &client, NOW_S);
}

static void test_cover(void)
{
	static const struct {
		const char *name;
		uint32_t user;
		bool is_covered;
	} cases[] = {
		{ "all.example", 1, true },
		{ "a.b.all.example", 1, true },
		{ "xall.example", 1, false }, /* no label boundary */
		{ "example", 1, false },
		{ "all.example.com", 1, false },
		{ "one.example", 1, true },
		{ "x.one.example", 2, false }, /* another user */
		{ "net.example", 5 << 8 | 7, true },
		{ "net.example", 6 << 8 | 7, false },
		{ "deep.a.b.c.d.e.example", 1, true },
		{ "a.b.c.d.e.example", 1, false },
		{ "both.example", 1, true },
		{ "both.example", 2, true },
		{ "both.example", 3, false },
		{ "ended.example", 1, false },
		{ "last.example", 1, true },
		{ "above.ended.example", 1, true }, /* one that holds, below one that does not */
		{ "dot\\.dot.example", 1, true },
		{ "dot.dot.example", 1, false },
		{ ".", 1, false },
	};
	const struct seep_exception all[] = {
		exception_of("all.example", NULL, SEEP_EXCEPTION_FOR_EVER),
		exception_of("one.example", "10.0.0.1", NOW_S + 1),
		exception_of("net.example", "10.0.5.0/24", NOW_S + 1),
		exception_of("deep.a.b.c.d.e.example", NULL, NOW_S + 1),
		exception_of("both.example", "10.0.0.2", NOW_S + 1),
		exception_of("ended.example", NULL, NOW_S),
		exception_of("both.example", "10.0.0.1", NOW_S + 1),
		exception_of("last.example", NULL, NOW_S + 1),
		exception_of("above.ended.example", NULL, NOW_S + 1),
		exception_of("dot\\.dot.example", NULL, NOW_S + 1),
		exception_of("v6.example", "2001:db8::/32", NOW_S + 1),
	};
	struct seep_exceptions *set = set_of(all, COUNT(all));
	const struct wire v6 = wire_of("v6.example"), net = wire_of("net.example");
	struct seep_address client = { .bytes = { 0x20, 1, 0xd, 0xb8, 9 }, .size_bytes = 16 };

	for (size_t at = 0; at < COUNT(cases); at++)
		is_bool(covers(set, cases[at].name, cases[at].user), cases[at].is_covered,
			"%s, user %u", cases[at].name, (unsigned)cases[at].user);
	ok(seep_exceptions_cover(set, v6.bytes, v6.size, &client, NOW_S), "an IPv6 netblock");
	client.bytes[3] = 0xb9;
	ok(!seep_exceptions_cover(set, v6.bytes, v6.size, &client, NOW_S), "another one");
	ok(!covers(set, "v6.example", 1), "no IPv4 address is in it");
	client = (struct seep_address){ .bytes = { [10] = 0xff, 0xff, 10, 0, 5, 9 },
					.size_bytes = 16 };
	ok(seep_exceptions_cover(set, net.bytes, net.size, &client, NOW_S),
	   "an IPv4 address in an IPv6 one");
	is_int(seep_exceptions_count(set), COUNT(all), "all are there");
	for (size_t at = 0; at < COUNT(all); at++)
		ok(seep_exception_is_same(seep_exceptions_at(set, at), &all[at]),
		   "number %zu is where it was given", at);
	seep_exceptions_destroy(set);
}

/* A MAC address is that of a user behind whichever forwarder, and of nobody else. */
static void test_mac(void)
{
	static const struct {
		struct seep_address client;
		bool is_covered;
		const char *what;
	} cases[] = {
		{ { { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 1 }, 10 }, true, "behind a forwarder" },
		{ { { 10, 9, 8, 0, 2, 0, 0x5e, 0, 0x53, 1 }, 10 }, true, "behind another" },
		{ { { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 2, 0, 0x5e, 0, 0x53, 1 }, 14 },
		  true,
		  "by IPv6" },
		{ { { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 2 }, 10 }, false, "another machine" },
		{ { { 2, 0, 0x5e, 0, 0, 0, 0, 0, 0x53, 1 }, 10 }, false, "its bytes elsewhere" },
		{ { { 2, 0, 0x5e, 0 }, 4 }, false, "an address of its bytes" },
		{ { { 2, 0, 0x5e, 0, 0x53, 1 }, 16 }, false, "one of IPv6" },
	};
	const struct seep_exception all[] = {
		exception_of("mac.example", "02:00:5E:00:53:01", NOW_S + 1),
		exception_of("net.example", "0.0.0.0/0", NOW_S + 1),
		exception_of("net.example", "::/0", NOW_S + 1),
	};
	struct seep_exceptions *set = set_of(all, COUNT(all));
	const struct wire name = wire_of("www.mac.example"), net = wire_of("net.example");

	for (size_t at = 0; at < COUNT(cases); at++)
		is_bool(seep_exceptions_cover(set, name.bytes, name.size, &cases[at].client, NOW_S),
			cases[at].is_covered, "a MAC address: %s", cases[at].what);
	ok(!seep_exceptions_cover(set, net.bytes, net.size, &cases[0].client, NOW_S),
	   "no netblock has a user by MAC");
	seep_exceptions_destroy(set);
}

/* What is no whole name is in no set, and is not read past its end. */
static void test_bad_names(void)
{
	const struct seep_exception all = exception_of("a.example", NULL, NOW_S + 1);
	struct seep_exceptions *set = set_of(&all, 1);
	const struct wire wire = wire_of("a.example");
	const struct seep_address client = address_v4(1);

	for (size_t size = 0; size < wire.size; size++) {
		uint8_t *cut = malloc(size + !size);

		memcpy(cut, wire.bytes, size);
		ok(!seep_exceptions_cover(set, cut, size, &client, NOW_S), "%zu bytes of it", size);
		free(cut);
	}
	ok(seep_exceptions_cover(set, wire.bytes, wire.size, &client, NOW_S), "all of them");
	seep_exceptions_destroy(set);
	ok(!seep_exceptions_cover(NULL, wire.bytes, wire.size, &client, NOW_S), "no set");
	is_int(seep_exceptions_count(NULL), 0, "has none");
}

static void test_limits(void)
{
	static struct seep_exception all[SEEP_EXCEPTIONS_MOST + 1];
	struct seep_exceptions *set;
	char text[32];
	unsigned wrong = 0;

	for (unsigned at = 0; at < COUNT(all); at++) {
		snprintf(text, sizeof(text), "d%u.x%u.example", at, at % 7);
		all[at] = exception_of(text, NULL, NOW_S + 1);
	}
	is_int(seep_exceptions_create(&set, all, COUNT(all)), SEEP_EXCEPTIONS_MANY, "one too many");
	ok(!set, "no set");
	set = set_of(all, SEEP_EXCEPTIONS_MOST);
	for (unsigned at = 0; at < COUNT(all); at++) {
		snprintf(text, sizeof(text), "w.d%u.x%u.example", at, at % 7);
		wrong += covers(set, text, 1) != (at < SEEP_EXCEPTIONS_MOST);
		snprintf(text, sizeof(text), "w.e%u.x%u.example", at, at % 7);
		wrong += covers(set, text, 1);
	}
	is_int(wrong, 0, "as many as may be: each covers its own");
	seep_exceptions_destroy(set);
	for (unsigned at = 0; at <= SEEP_EXCEPTIONS_A_DOMAIN; at++) {
		snprintf(text, sizeof(text), "10.0.0.%u", at);
		all[at] = exception_of("one.example", text, NOW_S + 1);
	}
	is_int(seep_exceptions_create(&set, all, SEEP_EXCEPTIONS_A_DOMAIN + 1),
	       SEEP_EXCEPTIONS_CROWDED, "one too many of a domain");
	ok(!set, "no set");
	set = set_of(all, SEEP_EXCEPTIONS_A_DOMAIN);
	ok(covers(set, "one.example", SEEP_EXCEPTIONS_A_DOMAIN - 1) &&
		   !covers(set, "one.example", SEEP_EXCEPTIONS_A_DOMAIN),
	   "as many as may be");
	seep_exceptions_destroy(set);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_cover);
	tap_run(test_mac);
	tap_run(test_bad_names);
	tap_run(test_limits);
	return done();
}
