/* SPDX-License-Identifier: BSD-3-Clause */
/* Who asked, by EDNS options: what is believed, and all that is not. */
#include "names/identity.h"
#include "base/address.h"
#include "fixture.h"

struct option {
	uint16_t code;
	uint8_t size;
	const char *data;
};

struct stated {
	const char *title;
	struct option options[3];
	const char *who; /* as it is printed, behind 192.0.2.17; NULL: refused, "": nobody */
};

#define SUBNET(data)                                                \
	{                                                           \
		SEEP_IDENTITY_OPTION_SUBNET, sizeof(data) - 1, data \
	}
#define MAC(data)                                                \
	{                                                        \
		SEEP_IDENTITY_OPTION_MAC, sizeof(data) - 1, data \
	}
#define DEVICE(data)                                                \
	{                                                           \
		SEEP_IDENTITY_OPTION_DEVICE, sizeof(data) - 1, data \
	}
#define ANOTHER(code, data)                  \
	{                                    \
		code, sizeof(data) - 1, data \
	}
#define V4_HEAD(bits, scope) "\0\1" bits scope
#define V6_HEAD(bits, scope) "\0\2" bits scope
#define V6_OF(first, last)   first "\0\0\0\0\0\0\0\0\0\0\0" last
#define USER                 SUBNET(V4_HEAD("\x20", "\0") "\xc0\0\2\x63")

/* What identity_of says, as text. */
static const char *who_of(const struct option *options, size_t count)
{
	static char text[SEEP_ADDRESS_TEXT_SIZE];
	const struct seep_address_masks masks = seep_address_masks(24, 64);
	const struct seep_address forwarder = { { 192, 0, 2, 17 }, 4 };
	struct seep_identity identity = { .is_bad = false };
	struct seep_address user;
	enum seep_identity_kind kind;

	for (size_t i = 0; i < count && options[i].code; i++) {
		/* At the end of memory of its own, so that a read past it is seen. */
		uint8_t *copy = malloc(options[i].size + 1u);

		memcpy(copy + 1, options[i].data, options[i].size);
		seep_identity_read(&identity, options[i].code, options[i].size ? copy + 1 : NULL,
				   options[i].size);
		free(copy);
	}
	user = seep_identity_user(&identity, &masks, &forwarder);
	kind = seep_identity_of(&identity);
	if (kind == SEEP_IDENTITY_NONE || kind == SEEP_IDENTITY_REFUSED) {
		ok(memcmp(&user, &forwarder, sizeof(user)) == 0, "nobody: the forwarder itself");
		return kind == SEEP_IDENTITY_NONE ? "" : NULL;
	}
	seep_address_print(text, &user);
	return text;
}

static void check(const struct stated *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *who = who_of(cases[i].options, COUNT(cases[i].options));

		is_str(who ? who : "refused", cases[i].who ? cases[i].who : "refused", "%s",
		       cases[i].title);
	}
}

static void test_subnet(void)
{
	static const struct stated cases[] = {
		{ "an IPv4 address", { USER }, "192.0.2.99" },
		{ "an IPv6 address",
		  { SUBNET(V6_HEAD("\x80", "\0") V6_OF("\x20\1\xd\xb8", "\x11")) },
		  "2001:db8::11" },
		{ "no address", { SUBNET(V4_HEAD("\0", "\0")) }, "" },
		{ "no address, of no family", { SUBNET("\0\0\0\0") }, "" },
		{ "the forwarder's loopback", { SUBNET(V4_HEAD("\x20", "\0") "\x7f\0\0\1") }, "" },
		{ "the forwarder's loopback, IPv6",
		  { SUBNET(V6_HEAD("\x80", "\0") V6_OF("\0\0\0\0", "\1")) },
		  "" },
		{ "a /24", { SUBNET(V4_HEAD("\x18", "\0") "\xc0\0\2") }, NULL },
		{ "a /31", { SUBNET(V4_HEAD("\x1f", "\0") "\xc0\0\2\x62") }, NULL },
		{ "a /56", { SUBNET(V6_HEAD("\x38", "\0") "\x20\1\xd\xb8\0\0\0") }, NULL },
	};

	check(cases, COUNT(cases));
}

static void test_subnet_malformed(void)
{
	static const struct stated cases[] = {
		{ "empty", { SUBNET("") }, NULL },
		{ "short of its head", { SUBNET("\0\1\x20") }, NULL },
		{ "a byte of the address is missing",
		  { SUBNET(V4_HEAD("\x20", "\0") "\xc0\0\2") },
		  NULL },
		{ "a byte too long", { SUBNET(V4_HEAD("\x20", "\0") "\xc0\0\2\x63\0") }, NULL },
		{ "no address, and a byte of it", { SUBNET(V4_HEAD("\0", "\0") "\xc0") }, NULL },
		{ "an IPv4 address of 33 bits",
		  { SUBNET(V4_HEAD("\x21", "\0") "\xc0\0\2\x63\0") },
		  NULL },
		{ "an IPv6 address, of the family IPv4",
		  { SUBNET(V4_HEAD("\x80", "\0") V6_OF("\x20\1\xd\xb8", "\x11")) },
		  NULL },
		{ "an IPv4 address, of the family IPv6",
		  { SUBNET(V6_HEAD("\x20", "\0") "\xc0\0\2\x63") },
		  NULL },
		{ "of 129 bits",
		  { SUBNET(V6_HEAD("\x81", "\0") V6_OF("\x20\1\xd\xb8", "\x11") "\0") },
		  NULL },
		{ "of another family", { SUBNET("\0\3\x20\0\xc0\0\2\x63") }, NULL },
		{ "of family 257", { SUBNET("\1\1\x20\0\xc0\0\2\x63") }, NULL },
		{ "of no family, with an address", { SUBNET("\0\0\x20\0\xc0\0\2\x63") }, NULL },
		{ "with a scope", { SUBNET(V4_HEAD("\x20", "\x20") "\xc0\0\2\x63") }, NULL },
		{ "with bits beyond its prefix",
		  { SUBNET(V4_HEAD("\x1f", "\0") "\xc0\0\2\x63") },
		  NULL },
		{ "IPv4 in IPv6",
		  { SUBNET(V6_HEAD("\x80", "\0") "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\x63") },
		  NULL },
		{ "0.0.0.0", { SUBNET(V4_HEAD("\x20", "\0") "\0\0\0\0") }, NULL },
		{ "::", { SUBNET(V6_HEAD("\x80", "\0") V6_OF("\0\0\0\0", "\0")) }, NULL },
		{ "a group, IPv4", { SUBNET(V4_HEAD("\x20", "\0") "\xe0\0\0\1") }, NULL },
		{ "everybody", { SUBNET(V4_HEAD("\x20", "\0") "\xff\xff\xff\xff") }, NULL },
		{ "a group, IPv6",
		  { SUBNET(V6_HEAD("\x80", "\0") V6_OF("\xff\2\0\0", "\1")) },
		  NULL },
	};

	check(cases, COUNT(cases));
}

static void test_mac(void)
{
	static const char who[] = "02:00:5e:00:53:01@192.0.2.0";
	static const struct stated cases[] = {
		{ "65001, six bytes", { MAC("\2\0\x5e\0\x53\1") }, who },
		{ "65001, text", { MAC("02:00:5e:00:53:01") }, who },
		{ "65001, base64", { MAC("AgBeAFMB") }, who },
		{ "65073, six bytes", { DEVICE("\2\0\x5e\0\x53\1") }, who },
		{ "65073, text", { DEVICE("02:00:5E:00:53:01") }, who },
		{ "65073, base64", { DEVICE("AgBeAFMB") }, who },
		{ "all digits of base64", { DEVICE("Zg09+/aA") }, "66:0d:3d:fb:f6:80@192.0.2.0" },
		{ "empty", { MAC("") }, NULL },
		{ "five bytes", { MAC("\2\0\x5e\0\x53") }, NULL },
		{ "seven bytes", { MAC("\2\0\x5e\0\x53\1\1") }, NULL },
		{ "eight bytes that are no base64", { MAC("\2\0\x5e\xff\xfe\0\x53\1") }, NULL },
		{ "base64 with padding", { DEVICE("AgBeAFM=") }, NULL },
		{ "base64 for names", { DEVICE("AgBeAF-_") }, NULL },
		{ "text, a character short", { DEVICE("02:00:5e:00:53:0") }, NULL },
		{ "text, a character long", { DEVICE("02:00:5e:00:53:01\0") }, NULL },
		{ "text with a letter", { DEVICE("02:00:5g:00:53:01") }, NULL },
		{ "text with dashes", { DEVICE("02-00-5e-00-53-01") }, NULL },
		{ "text that ends in a colon", { DEVICE("02:00:5e:00:53:1:") }, NULL },
		{ "zero", { MAC("\0\0\0\0\0\0") }, NULL },
		{ "zero in text", { DEVICE("00:00:00:00:00:00") }, NULL },
		{ "a group's", { MAC("\1\0\x5e\0\x53\1") }, NULL },
		{ "everybody's", { MAC("\xff\xff\xff\xff\xff\xff") }, NULL },
	};

	check(cases, COUNT(cases));
}

static void test_several(void)
{
	static const char who[] = "02:00:5e:00:53:01@192.0.2.0";
	static const struct stated cases[] = {
		{ "no option", { { 0, 0, NULL } }, "" },
		{ "other options", { ANOTHER(10, "12345678"), ANOTHER(65074, "cpe") }, "" },
		{ "a MAC among others", { ANOTHER(10, "12345678"), MAC("\2\0\x5e\0\x53\1") }, who },
		{ "a MAC before an address", { MAC("\2\0\x5e\0\x53\1"), USER }, who },
		{ "a MAC behind an address", { USER, MAC("\2\0\x5e\0\x53\1") }, who },
		{ "a MAC and a /24",
		  { MAC("\2\0\x5e\0\x53\1"), SUBNET(V4_HEAD("\x18", "\0") "\xc0\0\2") },
		  who },
		{ "two MACs", { MAC("\2\0\x5e\0\x53\1"), MAC("\2\0\x5e\0\x53\2") }, NULL },
		{ "the same MAC twice", { MAC("\2\0\x5e\0\x53\1"), DEVICE("AgBeAFMB") }, NULL },
		{ "two addresses", { USER, USER }, NULL },
		{ "an address, and none", { USER, SUBNET(V4_HEAD("\0", "\0")) }, NULL },
		{ "a bad MAC before an address", { MAC("\2\0\x5e\0\x53"), USER }, NULL },
		{ "a bad MAC behind an address", { USER, MAC("\2\0\x5e\0\x53") }, NULL },
		{ "a MAC before a bad address", { MAC("\2\0\x5e\0\x53\1"), SUBNET("\0") }, NULL },
		{ "a MAC behind a bad address", { SUBNET("\0"), MAC("\2\0\x5e\0\x53\1") }, NULL },
		{ "a MAC behind a bad one", { MAC("\2\0\x5e\0\x53"), DEVICE("AgBeAFMB") }, NULL },
	};

	check(cases, COUNT(cases));
}

/* The text of a user by MAC, which operators write. */
static void test_text(void)
{
	static const struct {
		const char *text, *behind; /* NULL: it is none */
	} cases[] = {
		{ "02:00:5e:00:53:01@192.0.2.0", "192.0.2.0" },
		{ "02:00:5E:00:53:01@", "" },
		{ "02:00:5e:00:53:01", NULL },
		{ "02-00-5e-00-53-01@192.0.2.0", NULL },
		{ "02:00:5e:00:53:1@192.0.2.0", NULL },
		{ "01:00:5e:00:53:01@192.0.2.0", NULL },
		{ "00:00:00:00:00:00@192.0.2.0", NULL },
		{ "192.0.2.17", NULL },
		{ "2001:db8::1:2:3:4:5", NULL },
		{ "", NULL },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		size_t size = strlen(cases[at].text);
		char *copy = malloc(size + 1);
		uint8_t mac[SEEP_MAC_BYTES];
		const char *behind;

		/* At the end of memory of its own, so that a read past it is seen. */
		memcpy(copy + 1, cases[at].text, size);
		behind = seep_identity_read_text(mac, copy + 1, size);
		ok(!behind == !cases[at].behind &&
			   (!behind || (mac[5] == 1 && behind == copy + 1 + 18)),
		   "\"%s\"", cases[at].text);
		free(copy);
	}
}

/* A query with 32 options is read, and one with more is refused. */
static void test_many(void)
{
	struct seep_identity identity = { .is_bad = false };
	bool more = true;

	for (unsigned count = 1; count < SEEP_IDENTITY_OPTIONS_MOST; count++)
		more = more && seep_identity_read(&identity, 10, NULL, 0);
	more = more && seep_identity_read(&identity, SEEP_IDENTITY_OPTION_MAC,
					  (const uint8_t *)"\2\0\x5e\0\x53\1", 6);
	ok(more && seep_identity_of(&identity) == SEEP_IDENTITY_MAC, "a MAC as the 32nd option");
	ok(!seep_identity_read(&identity, 10, NULL, 0) &&
		   seep_identity_of(&identity) == SEEP_IDENTITY_REFUSED,
	   "a 33rd option, whatever it is, and the query is refused");
	for (unsigned count = 0; count < 300; count++)
		seep_identity_read(&identity, 10, NULL, 0);
	is_int(seep_identity_of(&identity), SEEP_IDENTITY_REFUSED, "so it stays");
}

static void test_codes(void)
{
	unsigned codes = 0;

	for (unsigned code = 0; code <= UINT16_MAX; code++)
		codes += seep_identity_is_option((uint16_t)code);
	is_int(codes, 3, "three options state who asked");
	ok(seep_identity_is_option(8) && seep_identity_is_option(65001) &&
		   seep_identity_is_option(65073),
	   "8, 65001 and 65073");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_subnet);
	tap_run(test_subnet_malformed);
	tap_run(test_mac);
	tap_run(test_several);
	tap_run(test_text);
	tap_run(test_many);
	tap_run(test_codes);
	return done();
}
