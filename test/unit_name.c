/* SPDX-License-Identifier: BSD-3-Clause */
/* Names: where the domain starts, what a packet tells of a name, and what is no name at all. */
#include "names/name.h"
#include "fixture.h"

#define TEN        "0123456789"
#define L63        TEN TEN TEN TEN TEN TEN "abc"
#define L61        TEN TEN TEN TEN TEN TEN "a"
#define NIBBLES_20 "0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3."
#define V6_28      "b.d.0.1.0.0.2.ip6.arpa"
#define V6_32      "8." V6_28
#define V6_36      "0." V6_32
#define V6_48      "0.0.0." V6_36
#define A_TEN      "a.a.a.a.a.a.a.a.a.a."

static struct seep_suffix_reader *suffixes;

/* The bytes at NAME in memory of their own, so that a read past them is seen by the sanitizer. */
static bool split_exactly(struct seep_name *split, const uint8_t *name, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	bool splits;

	memcpy(copy, name, size);
	splits = seep_name_split(split, copy, size, suffixes);
	if (splits && split->bytes != copy)
		splits = false;
	split->bytes = name;
	free(copy);
	return splits;
}

static void test_split(void)
{
	static const struct {
		const char *name;
		const char *domain; /* the whole name: no prefix */
		unsigned prefix_labels;
	} cases[] = {
		/* the ICANN section */
		{ "login.mail.example.co.jp", "example.co.jp", 2 },
		{ "mail.example.co.jp", "example.co.jp", 1 },
		{ "example.co.jp", "example.co.jp", 0 },
		{ "co.jp", "co.jp", 0 },
		{ "jp", "jp", 0 },
		{ "www.example.com", "example.com", 1 },
		{ "example.com", "example.com", 0 },
		{ "com", "com", 0 },
		{ ".", ".", 0 },
		/* the private section */
		{ "foo.github.io", "foo.github.io", 0 },
		{ "a.b.foo.github.io", "foo.github.io", 2 },
		{ "github.io", "github.io", 0 },
		{ "www.github.com", "github.com", 1 },
		/* a wildcard, and its exception */
		{ "ck", "ck", 0 },
		{ "foo.ck", "foo.ck", 0 },
		{ "bar.foo.ck", "bar.foo.ck", 0 },
		{ "baz.bar.foo.ck", "bar.foo.ck", 1 },
		{ "www.ck", "www.ck", 0 },
		{ "a.www.ck", "www.ck", 1 },
		{ "b.a.www.ck", "www.ck", 2 },
		{ "city.kawasaki.jp", "city.kawasaki.jp", 0 },
		{ "a.city.kawasaki.jp", "city.kawasaki.jp", 1 },
		{ "a.b.other.kawasaki.jp", "b.other.kawasaki.jp", 1 },
		/* no rule: the last label is the suffix */
		{ "localhost", "localhost", 0 },
		{ "printer.lan", "printer.lan", 0 },
		{ "a.printer.lan", "printer.lan", 1 },
		{ "www.example.nosuchsuffix", "example.nosuchsuffix", 1 },
		/* internationalised suffixes travel as xn-- */
		{ "a.b.xn--p1ai", "b.xn--p1ai", 1 },
		{ "a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn", 1 },
		/* deep */
		{ A_TEN A_TEN A_TEN "example.com", "example.com", 30 },
		{ A_TEN A_TEN A_TEN "foo.github.io", "foo.github.io", 30 },
		{ A_TEN A_TEN A_TEN "a.b.c.d.compute.amazonaws.com", "c.d.compute.amazonaws.com",
		  32 },
		/* reverse IPv4: the /24 */
		{ "in-addr.arpa", "in-addr.arpa", 0 },
		{ "192.in-addr.arpa", "192.in-addr.arpa", 0 },
		{ "0.192.in-addr.arpa", "0.192.in-addr.arpa", 0 },
		{ "2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 0 },
		{ "1.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 1 },
		{ "data.1.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 2 },
		{ "1.0/25.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 2 },
		/* reverse IPv6: the /48 */
		{ "ip6.arpa", "ip6.arpa", 0 },
		{ "2.ip6.arpa", "2.ip6.arpa", 0 },
		{ "0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 0 },
		{ V6_48, V6_48, 0 },
		{ "1." V6_48, V6_48, 1 },
		{ NIBBLES_20 V6_48, V6_48, 20 },
		{ "data." NIBBLES_20 V6_48, V6_48, 21 },
		/* near to reverse, but none */
		{ "a.b.c.d.e.xin-addr.arpa", "xin-addr.arpa", 5 },
		{ "a.in-addr.arpa.example.com", "example.com", 3 },
		{ "a.b.c.d.e.in-addr.arpa.com", "arpa.com", 6 },
		{ "a.b.c.d.e.f.g.h.i.j.k.l.m.ip6\\.arpa.com", "ip6\\.arpa.com", 13 },
		{ "1.2.3.4.5.6.in-addr\\.arpa", "6.in-addr\\.arpa", 5 },
		/* labels are bytes */
		{ "a\\.b.example.com", "example.com", 1 },
		{ "www.exa\\.mple.com", "exa\\.mple.com", 1 },
		{ "www.example\\.com", "www.example\\.com", 0 },
		{ "www.example.co\\.jp", "example.co\\.jp", 1 },
		{ "a\\000b.example.com", "example.com", 1 },
		{ "\\000.\\255.exa\\000mple.com", "exa\\000mple.com", 2 },
		{ "a.b.com\\000", "b.com\\000", 1 },
		{ "a.b.\\000", "b.\\000", 1 },
		{ "a.\\*.example.com", "example.com", 2 },
		{ "a.b.\\!www.ck", "b.\\!www.ck", 1 },
		{ "a.b.\\*.ck", "b.\\*.ck", 1 },
		{ "_dmarc.example.com", "example.com", 1 },
		/* the longest of everything */
		{ L63 ".example.com", "example.com", 1 },
		{ L63 "." L63 ".com", L63 ".com", 1 },
		{ L63 "." L63 "." L63 "." L61, L63 "." L61, 2 },
		{ A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN A_TEN
		  "a.a.a.a.a.a.b",
		  "a.b", 125 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire name = wire_of(cases[i].name);
		struct wire domain = wire_of(cases[i].domain);
		struct seep_name split;

		memset(&split, 0xff, sizeof(split));
		if (!ok(split_exactly(&split, name.bytes, name.size), "%s is a name",
			cases[i].name))
			continue;
		is_int(split.size, name.size, "  of its size");
		is_int(split.prefix_labels, cases[i].prefix_labels,
		       "  with so many labels before its domain");
		ok(name.size - split.domain_at == domain.size &&
			   memcmp(name.bytes + split.domain_at, domain.bytes, domain.size) == 0,
		   "  which is %s", cases[i].domain);
		is_bool(split.domain_at, cases[i].prefix_labels,
			"  and starts at 0 only without a prefix");
	}
	is_int(wire_of(L63 "." L63 "." L63 "." L61).size, 255, "a longest name was among them");
}

/* Which domains are of the kind that people register. */
static void test_registrable(void)
{
	static const struct {
		const char *name;
		bool registrable;
	} cases[] = {
		{ "example.com", true },
		{ "www.example.com", true },
		{ "example.co.jp", true },
		{ "a.b.example.co.jp", true },
		{ "nobody-has.this", false },
		{ "user.github.io", true },
		{ ".", false },
		{ "com", false },
		{ "qzkwvjxyp", false },
		{ "co.jp", false },
		{ "github.io", false },
		{ "1.2.0.192.in-addr.arpa", false },
		{ "192.in-addr.arpa", false },
		{ "1.0.0.2.ip6.arpa", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire name = wire_of(cases[i].name);
		struct seep_name split;

		memset(&split, 0xff, sizeof(split));
		split_exactly(&split, name.bytes, name.size);
		is_bool(split.registrable, cases[i].registrable, "%s: registrable or not",
			cases[i].name);
	}
}

static void test_no_name(void)
{
	static const struct {
		const char *text, *bytes;
		size_t size;
		bool splits;
	} cases[] = {
#define CASE(text, bytes, splits) { text, bytes, sizeof(bytes) - 1, splits }
		CASE("the root", "\0", true),
		CASE("no bytes", "", false),
		CASE("a name", "\1a\3com\0", true),
		CASE("a name and a byte", "\1a\3com\0x", false),
		CASE("a name and a root", "\1a\3com\0\0", false),
		CASE("two names", "\1a\0\1b\0", false),
		CASE("no root", "\1a\3com", false),
		CASE("no root, one label", "\1a", false),
		CASE("a length alone", "\1", false),
		CASE("cut inside a label", "\1a\3co", false),
		CASE("a length that reaches the end", "\3com", false),
		CASE("a length one past the end", "\4com", false),
		CASE("a length far past the end", "\77com\0", false),
		CASE("a compression pointer", "\300\14", false),
		CASE("a label, then a pointer", "\1a\300\14", false),
		CASE("a label, then a pointer and a root", "\1a\300\14\0", false),
		CASE("the reserved length 64",
		     "\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0",
		     false),
		CASE("the longest label, 63",
		     "\77aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0", true),
		CASE("the reserved length 128", "\200a\0", false),
		CASE("the length 255", "\377a\0", false),
#undef CASE
	};
	struct wire longest = wire_of(L63 "." L63 "." L63 "." L61);
	struct wire longer = wire_of(L63 "." L63 "." L63 "." L61 "b");
	struct wire much_longer = wire_of(L63 "." L63 "." L63 "." L63);
	struct seep_name split;
	uint8_t labels[257];

	for (size_t i = 0; i < COUNT(cases); i++)
		is_bool(split_exactly(&split, (const uint8_t *)cases[i].bytes, cases[i].size),
			cases[i].splits, "%s", cases[i].text);
	is_bool(split_exactly(&split, longest.bytes, longest.size), true, "255 bytes");
	is_bool(split_exactly(&split, longer.bytes, longer.size), false, "256 bytes");
	is_bool(split_exactly(&split, much_longer.bytes, much_longer.size), false, "257 bytes");
	for (size_t size = 0; size < longest.size; size++)
		if (split_exactly(&split, longest.bytes, size)) {
			ok(false, "a longest name, cut to %zu bytes", size);
			return;
		}
	ok(true, "a longest name, cut anywhere, is none");

	for (size_t i = 0; i < sizeof(labels); i += 2) {
		labels[i] = 1;
		labels[i + 1 < sizeof(labels) ? i + 1 : i] = 'a';
	}
	labels[254] = 0;
	is_bool(split_exactly(&split, labels, 255), true, "127 labels");
	labels[254] = 1;
	labels[256] = 0;
	is_bool(split_exactly(&split, labels, 257), false, "128 labels");
}

/* Bytes of any kind: never read past, and what splits is within its name. */
static void test_random(void)
{
	uint64_t seed = 2024;
	int splits = 0, wrong = 0;

	printf("# random: seed %" PRIu64 "\n", seed);
	for (int i = 0; i < 100000; i++) {
		uint8_t name[300];
		size_t size = random_next(&seed) % 24;
		struct seep_name split;

		for (size_t at = 0; at < size; at++) {
			uint64_t byte = random_next(&seed);
			name[at] = (uint8_t)(byte >> 8 & 1 ? byte & 3 : byte & 0xff);
		}
		if (!split_exactly(&split, name, size))
			continue;
		splits++;
		wrong += split.size != size || split.domain_at >= size ||
			 !split.domain_at != !split.prefix_labels;
	}
	ok(splits > 500, "random bytes: %d of 100000 are names", splits);
	is_int(wrong, 0, "random bytes: and split within their size");
}

/*
 * More suffixes than a reader remembers, public and not, short and long, in turns: no answer is
 * another's.
 */
static void test_many_suffixes(void)
{
	int wrong = 0;

	for (unsigned i = 0; i < 30000; i++) {
		static const char *const zones[] = { "com", "ck", "co.uk" };
		static const unsigned labels[] = {
			2, 3, 3
		}; /* n.com; b.n.ck, as n.ck is public; n.co.uk */
		unsigned kind = i % 3;
		char text[128];
		struct seep_name split;

		snprintf(text, sizeof(text), "a.b.%s%u.%s", i % 2 ? TEN TEN TEN TEN TEN "x" : "n",
			 i / 6, zones[kind]);
		struct wire name = wire_of(text);
		unsigned all = kind == 2 ? 5 : 4;
		if (!seep_name_split(&split, name.bytes, name.size, suffixes) ||
		    split.prefix_labels != all - labels[kind])
			wrong++;
	}
	is_int(wrong, 0, "30000 suffixes, each by its own answer");
}

/* libpsl is asked of the last eight labels of a name: no rule of the list may be longer. */
static void test_rules_are_short(void)
{
	FILE *list = fopen("/usr/share/publicsuffix/public_suffix_list.dat", "r");
	char line[1024], longest[1024] = "";
	unsigned most = 0, rules = 0, private_rules = 0;
	bool is_private = false;

	if (!list) {
		skip("no public suffix list as text");
		return;
	}
	while (fgets(line, sizeof(line), list)) {
		unsigned labels = 1;

		is_private |= strstr(line, "===BEGIN PRIVATE") != NULL;
		line[strcspn(line, " \t\r\n")] = '\0';
		if (!line[0] || strncmp(line, "//", 2) == 0)
			continue;
		for (const char *c = line; *c; c++)
			labels += *c == '.';
		rules++;
		private_rules += is_private;
		if (labels > most) {
			most = labels;
			strcpy(longest, line);
		}
	}
	fclose(list);
	ok(rules > 5000, "%u rules in the list", rules);
	ok(most > 3 && most <= 8, "the longest, %s, has %u labels", longest, most);
	ok(private_rules > 1000 && private_rules < (1 << 16) / 3 / 2,
	   "%u are private: each with up to two given labels is one of the 2^16 that a new domain "
	   "costs, and leaves half of them",
	   private_rules);
}

static void test_lower(void)
{
	uint8_t from[256], to[257], want;
	int wrong = 0;

	for (int i = 0; i < 256; i++)
		from[i] = (uint8_t)i;
	memset(to, 0xee, sizeof(to));
	seep_name_lower(to, from, 256);
	for (int i = 0; i < 256; i++) {
		want = (uint8_t)(i >= 'A' && i <= 'Z' ? i + 32 : i);
		wrong += to[i] != want;
	}
	is_int(wrong, 0, "lower: A to Z alone change");
	is_int(to[256], 0xee, "lower: and nothing is written past the size");
	seep_name_lower(from, from, 256);
	ok(memcmp(from, to, 256) == 0, "lower: also in place");
	for (size_t size = 0; size <= 24; size++) {
		uint8_t upper[25], lower[25];

		memset(upper, 'Z', sizeof(upper));
		memset(lower, '!', sizeof(lower));
		seep_name_lower(lower, upper, size);
		for (size_t at = 0; at < sizeof(lower); at++)
			wrong += lower[at] != (at < size ? 'z' : '!');
	}
	is_int(wrong, 0, "lower: so many bytes as are asked for");
	struct wire name = wire_of("WWW." L63 ".ExAmPlE.cOm"),
		    low = wire_of("www." L63 ".example.com");
	seep_name_lower(name.bytes, name.bytes, name.size);
	ok(memcmp(name.bytes, low.bytes, low.size) == 0, "lower: lengths stay, the longest too");
}

/* Where the domain starts that somebody pays for. */
static void test_paid(void)
{
	static const struct {
		const char *name;
		const char *paid;
	} cases[] = {
		{ "www.example.com", "example.com" },
		{ "example.com", "example.com" },
		{ "login.mail.example.co.jp", "example.co.jp" },
		{ ".", "." },
		{ "com", "com" },
		{ "co.jp", "co.jp" },
		{ "localhost", "localhost" },
		{ "a.printer.lan", "printer.lan" },
		/* a wildcard of the ICANN section, and its exception */
		{ "ck", "ck" },
		{ "foo.ck", "foo.ck" },
		{ "bar.foo.ck", "bar.foo.ck" },
		{ "baz.bar.foo.ck", "bar.foo.ck" },
		{ "www.ck", "www.ck" },
		{ "a.www.ck", "www.ck" },
		{ "a.city.kawasaki.jp", "city.kawasaki.jp" },
		/* the private section does not count: who runs it pays */
		{ "www.somebody.github.io", "github.io" },
		{ "somebody.github.io", "github.io" },
		{ "github.io", "github.io" },
		{ "www.github.com", "github.com" },
		{ "a.b.x.compute.amazonaws.com", "amazonaws.com" },
		{ "b.x.compute.amazonaws.com", "amazonaws.com" },
		{ "x.compute.amazonaws.com", "amazonaws.com" },
		{ "compute.amazonaws.com", "amazonaws.com" },
		{ "amazonaws.com", "amazonaws.com" },
		{ "a.b.blogspot.co.uk", "blogspot.co.uk" },
		/* reverse zones */
		{ "in-addr.arpa", "in-addr.arpa" },
		{ "0.192.in-addr.arpa", "0.192.in-addr.arpa" },
		{ "2.0.192.in-addr.arpa", "0.192.in-addr.arpa" },
		{ "data.1.2.0.192.in-addr.arpa", "0.192.in-addr.arpa" },
		{ "ip6.arpa", "ip6.arpa" },
		{ "b.d.0.1.0.0.2.ip6.arpa", "b.d.0.1.0.0.2.ip6.arpa" },
		{ V6_32, V6_32 },
		{ "0." V6_32, V6_32 },
		{ V6_48, V6_32 },
		{ "data." NIBBLES_20 V6_48, V6_32 },
		/* a label that is no number is not above what is paid for */
		{ "a.b.data.192.in-addr.arpa", "data.192.in-addr.arpa" },
		{ "a.b.c.256.in-addr.arpa", "256.in-addr.arpa" },
		{ "1.2.data.192.in-addr.arpa", "data.192.in-addr.arpa" },
		{ "a.b.c.d.e.f.0.1.data.2.ip6.arpa", "data.2.ip6.arpa" },
		{ "data." V6_28, "data." V6_28 },
		{ "0.data." V6_28, "data." V6_28 },
		/* labels are bytes */
		{ "www.github\\.io", "www.github\\.io" },
		{ "a.b.github\\.io.com", "github\\.io.com" },
		{ "a.x\\.compute.amazonaws.com", "amazonaws.com" },
		{ "a.\\000.github.io", "github.io" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire name = wire_of(cases[i].name);
		struct wire paid = wire_of(cases[i].paid);
		struct seep_name split;

		memset(&split, 0xff, sizeof(split));
		split_exactly(&split, name.bytes, name.size);
		ok(name.size - split.paid_at == paid.size &&
			   memcmp(name.bytes + split.paid_at, paid.bytes, paid.size) == 0,
		   "%s: %s is paid for", cases[i].name, cases[i].paid);
		ok(split.paid_at >= split.domain_at, "  within the domain");
	}
}

/* How many of a domain's labels are given, and of how many bits its numbers are. */
static void test_given(void)
{
	static const struct {
		const char *name;
		unsigned labels, bits;
	} cases[] = {
		{ ".", 0, 0 },
		{ "com", 0, 0 },
		{ "co.uk", 0, 0 },
		{ "example.com", 0, 0 },
		{ "a.b.example.co.uk", 0, 0 },
		{ "b.nosuchsuffix", 0, 0 },
		/* wildcards of the ICANN section are no gift */
		{ "foo.ck", 0, 0 },
		{ "a.bar.foo.ck", 0, 0 },
		{ "www.ck", 0, 0 },
		/* the label below a private suffix */
		{ "github.io", 0, 0 },
		{ "somebody.github.io", 1, 0 },
		{ "a.b.somebody.github.io", 1, 0 },
		{ "s3.amazonaws.com", 0, 0 },
		{ "bucket.s3.amazonaws.com", 1, 0 },
		{ "www.github.com", 0, 0 },
		/* and the one of a wildcard */
		{ "amazonaws.com", 0, 0 },
		{ "www.amazonaws.com", 0, 0 },
		{ "compute.amazonaws.com", 0, 0 },
		{ "x.compute.amazonaws.com", 1, 0 },
		{ "y.x.compute.amazonaws.com", 2, 0 },
		{ "www.y.x.compute.amazonaws.com", 2, 0 },
		{ "\\000.\\255\\..compute.amazonaws.com", 2, 0 },
		/* reverse IPv4: below the /16, or from what is no number on */
		{ "in-addr.arpa", 0, 8 },
		{ "192.in-addr.arpa", 0, 8 },
		{ "0.192.in-addr.arpa", 0, 8 },
		{ "2.0.192.in-addr.arpa", 1, 8 },
		{ "data.1.2.0.192.in-addr.arpa", 1, 8 },
		{ "data.0.192.in-addr.arpa", 1, 8 },
		{ "2.data.192.in-addr.arpa", 2, 8 },
		{ "9.1.2.data.192.in-addr.arpa", 2, 8 },
		{ "data.192.in-addr.arpa", 1, 8 },
		{ "1.2.0.data.in-addr.arpa", 3, 8 },
		{ "2.0.256.in-addr.arpa", 3, 8 },
		{ "2.0.01.in-addr.arpa", 3, 8 },
		/* reverse IPv6: below the /32, or from what is no number on */
		{ "ip6.arpa", 0, 4 },
		{ V6_28, 0, 4 },
		{ V6_32, 0, 4 },
		{ V6_36, 1, 4 },
		{ V6_48, 4, 4 },
		{ "data." NIBBLES_20 V6_48, 4, 4 },
		{ "data." V6_32, 1, 4 },
		{ "a.b.c.data." V6_32, 4, 4 },
		{ "data." V6_28, 1, 4 },
		{ "a.b.c.d.data." V6_28, 5, 4 },
		{ "a.b.c.d.e.f.0.1.2.3.4.g.ip6.arpa", 12, 4 },
		{ "data.ip6.arpa", 1, 4 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire name = wire_of(cases[i].name);
		struct seep_name split;

		memset(&split, 0xff, sizeof(split));
		split_exactly(&split, name.bytes, name.size);
		is_int(split.given_labels, cases[i].labels, "%s: labels that are given",
		       cases[i].name);
		is_int(split.number_bits, cases[i].bits, "  and bits of a number");
	}
}

static void test_numbers(void)
{
	static const struct {
		const char *label;
		bool is_nibble, is_byte;
	} cases[] = {
		{ "0", true, true },        { "9", true, true },       { "a", true, false },
		{ "f", true, false },       { "g", false, false },     { "A", false, false },
		{ "/", false, false },      { ":", false, false },     { "`", false, false },
		{ "00", false, false },     { "01", false, false },    { "10", false, true },
		{ "1a", false, false },     { "99", false, true },     { "100", false, true },
		{ "255", false, true },     { "256", false, false },   { "300", false, false },
		{ "000", false, false },    { "025", false, false },   { "1000", false, false },
		{ "1\\000", false, false }, { "\\000", false, false }, { "25x", false, false },
	};
	unsigned nibbles = 0, bytes = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of(cases[i].label);

		is_bool(seep_name_is_number(wire.bytes, 4), cases[i].is_nibble, "%s: a digit",
			cases[i].label);
		is_bool(seep_name_is_number(wire.bytes, 8), cases[i].is_byte, "%s: a byte",
			cases[i].label);
	}
	/* no more of them than their code words */
	for (unsigned size = 1; size <= 3; size++)
		for (unsigned n = 0; n < 1u << 8 * size; n++) {
			const uint8_t label[] = { (uint8_t)size, (uint8_t)n, (uint8_t)(n >> 8),
						  (uint8_t)(n >> 16) };

			nibbles += seep_name_is_number(label, 4);
			bytes += seep_name_is_number(label, 8);
		}
	is_int(nibbles, 16, "of all labels of three bytes at most, 16 are a digit");
	is_int(bytes, 256, "and 256 a byte");
}

/* What a packet tells: all but what stands above the domain that is paid for. */
static void test_told(void)
{
	static const struct {
		const char *name, *packet;
		bool told;
	} cases[] = {
		/* its own names, down to the domain that is paid for */
		{ "a.b.example.com", "a.b.example.com", true },
		{ "a.b.example.com", "b.example.com", true },
		{ "a.b.example.com", "example.com", true },
		{ "a.b.example.com", "com", false },
		{ "a.b.example.com", ".", false },
		{ "example.com", "example.com", true },
		{ "example.com", "com", false },
		{ "a.b.example.co.uk", "b.example.co.uk", true },
		{ "a.b.example.co.uk", "example.co.uk", true },
		{ "a.b.example.co.uk", "co.uk", false },
		{ "a.b.example.co.uk", "uk", false },
		{ "a.b.example.co.uk", ".", false },
		/* a suffix that the client asked for itself */
		{ "co.uk", "co.uk", true },
		{ "co.uk", "uk", false },
		{ "com", "com", true },
		{ "com", ".", false },
		{ ".", ".", true },
		{ ".", "com", true },
		{ "a.printer.lan", "printer.lan", true },
		{ "a.printer.lan", "lan", false },
		/* a wildcard of the ICANN section, and its exception */
		{ "baz.bar.foo.ck", "bar.foo.ck", true },
		{ "baz.bar.foo.ck", "foo.ck", false },
		{ "baz.bar.foo.ck", "ck", false },
		{ "foo.ck", "foo.ck", true },
		{ "foo.ck", "ck", false },
		{ "a.www.ck", "www.ck", true },
		{ "a.www.ck", "ck", false },
		{ "a.city.kawasaki.jp", "city.kawasaki.jp", true },
		{ "a.city.kawasaki.jp", "kawasaki.jp", false },
		{ "a.b.other.kawasaki.jp", "b.other.kawasaki.jp", true },
		{ "a.b.other.kawasaki.jp", "other.kawasaki.jp", false },
		/* whose suffix is given away pays for it */
		{ "www.somebody.github.io", "somebody.github.io", true },
		{ "www.somebody.github.io", "github.io", true },
		{ "www.somebody.github.io", "io", false },
		{ "github.io", "github.io", true },
		{ "github.io", "io", false },
		{ "a.b.x.compute.amazonaws.com", "b.x.compute.amazonaws.com", true },
		{ "a.b.x.compute.amazonaws.com", "x.compute.amazonaws.com", true },
		{ "a.b.x.compute.amazonaws.com", "compute.amazonaws.com", true },
		{ "a.b.x.compute.amazonaws.com", "amazonaws.com", true },
		{ "a.b.x.compute.amazonaws.com", "com", false },
		{ "x.compute.amazonaws.com", "x.compute.amazonaws.com", true },
		{ "x.compute.amazonaws.com", "amazonaws.com", true },
		{ "x.compute.amazonaws.com", "com", false },
		/* reverse IPv6: the /32 */
		{ NIBBLES_20 V6_48, "ip6.arpa", false },
		{ NIBBLES_20 V6_48, "2.ip6.arpa", false },
		{ NIBBLES_20 V6_48, V6_28, false },
		{ NIBBLES_20 V6_48, V6_32, true },
		{ NIBBLES_20 V6_48, V6_36, true },
		{ NIBBLES_20 V6_48, V6_48, true },
		{ NIBBLES_20 V6_48, NIBBLES_20 V6_48, true },
		{ NIBBLES_20 V6_48, "f." V6_28, true },
		{ V6_28, V6_28, true },
		{ V6_28, "d.0.1.0.0.2.ip6.arpa", false },
		{ "0.0.data.1.0.0.2.ip6.arpa", "data.1.0.0.2.ip6.arpa", true },
		{ "0.0.data.1.0.0.2.ip6.arpa", "1.0.0.2.ip6.arpa", false },
		/* reverse IPv4: the /24 */
		{ "1.2.0.192.in-addr.arpa", "arpa", false },
		{ "1.2.0.192.in-addr.arpa", "in-addr.arpa", false },
		{ "1.2.0.192.in-addr.arpa", "192.in-addr.arpa", false },
		{ "1.2.0.192.in-addr.arpa", "0.192.in-addr.arpa", true },
		{ "1.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", true },
		{ "1.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa", true },
		{ "1.2.0.192.in-addr.arpa", "1.192.in-addr.arpa", true },
		{ "0.192.in-addr.arpa", "0.192.in-addr.arpa", true },
		{ "0.192.in-addr.arpa", "192.in-addr.arpa", false },
		{ "2.data.192.in-addr.arpa", "data.192.in-addr.arpa", true },
		{ "2.data.192.in-addr.arpa", "192.in-addr.arpa", false },
		/* elsewhere: a CNAME's or a DNAME's target, a server's name */
		{ "www.example.com", "cdn.example.net", true },
		{ "www.example.com", "www.example.net", true },
		{ "www.example.com", "example.net", true },
		{ "www.example.com", "net", true },
		{ "www.example.com", "other.example.com", true },
		{ "www.example.com", "x.www.example.com", true },
		{ "www.example.com", "www.com", true },
		{ "www.example.com", "co.com", true },
		{ "a.example.co.uk", "ac.uk", true },
		{ "a.example.co.uk", "xo.uk", true },
		{ "a.example.co.uk", "o.uk", true },
		/* the suffix's bytes, but no label starts there */
		{ "a.xx\\002co\\002uk.net", "co.uk", true },
		{ "a.xx\\003net.net", "net", false },
		{ "a.b.xx\\003net", "net", true },
		{ "a.b.c\\003com", "com", true },
		{ "a.b.c\\003com", "c\\003com", false },
		{ "a.b.c\\000", "c\\000", false },
		{ "a.b.c\\000", "c", true },
		/* labels are bytes */
		{ "a.example.co\\.uk", "co\\.uk", false },
		{ "a.example.co\\.uk", "co.uk", true },
		{ "a.example.co\\.uk", "uk", true },
		{ "a.exa\\000mple.com", "exa\\000mple.com", true },
		{ "a.exa\\000mple.com", "com", false },
		{ "a.b.com\\000", "com\\000", false },
		{ "a.b.com\\000", "com", true },
		{ "a.b.com", "com\\000", true },
		{ "a.b.\\000", "\\000", false },
		{ "a.b.\\000", ".", false },
		{ "a.b.\\000", "\\001", true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire name = wire_of(cases[i].name);
		struct wire packet = wire_of(cases[i].packet);
		uint8_t *exact = malloc(packet.size);
		struct seep_name split;

		memcpy(exact, packet.bytes, packet.size);
		ok(seep_name_split(&split, name.bytes, name.size, suffixes), "%s is a name",
		   cases[i].name);
		is_bool(seep_name_told(&split, exact, packet.size), cases[i].told,
			"%s: a packet for %s tells %s", cases[i].name, cases[i].packet,
			cases[i].told ? "something" : "nothing");
		free(exact);
	}
}

/*
 * Packets of any bytes and any size, in memory of their own: nothing is told only by what the name
 * ends in, at a label.
 */
static void test_told_random(void)
{
	static const char *const names[] = { ".",
					     "com",
					     "a.b.example.co.uk",
					     "x.y.github.io",
					     NIBBLES_20 V6_48,
					     "\\000\\001.\\000.\\002\\001\\000" };
	uint64_t seed = 2026;
	int untold = 0, wrong = 0;

	printf("# told, random: seed %" PRIu64 "\n", seed);
	for (int i = 0; i < 100000; i++) {
		struct wire name = wire_of(names[random_next(&seed) % COUNT(names)]);
		size_t size = random_next(&seed) % 24;
		uint8_t *packet = malloc(size ? size : 1);
		struct seep_name split;
		bool is_above = false;

		seep_name_split(&split, name.bytes, name.size, suffixes);
		for (size_t at = 0; at < size; at++)
			packet[at] = (uint8_t)random_next(&seed);
		/* mostly the name's own end, at a label or not */
		if (size && size <= name.size && random_next(&seed) % 4)
			memcpy(packet, name.bytes + name.size - size, size);
		for (size_t at = split.paid_at; name.bytes[at];) {
			at += 1u + name.bytes[at];
			is_above |= name.size - at == size &&
				    memcmp(packet, name.bytes + at, size) == 0;
		}
		wrong += seep_name_told(&split, packet, size) == is_above;
		untold += is_above;
		free(packet);
	}
	ok(untold > 500, "random packets: %d of 100000 tell nothing", untold);
	is_int(wrong, 0, "random packets: all others do");
}

static void test_print(void)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{ ".", "." },
		{ "com", "com" },
		{ "www.example.com", "www.example.com" },
		{ "a\\.b.example.com", "a\\.b.example.com" },
		{ "a\\\\b.example.com", "a\\\\b.example.com" },
		{ "a\"b.example.com", "a\\\"b.example.com" },
		{ "\\000.\\255.\\032.\\010.\\127.com", "\\000.\\255.\\032.\\010.\\127.com" },
		{ "!~_-*/.com", "!~_-*/.com" },
		{ L63 "." L63 "." L63 "." L61, L63 "." L63 "." L63 "." L61 },
	};
	char text[1200];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire name = wire_of(cases[i].name);

		memset(text, 'x', sizeof(text));
		seep_name_print(text, sizeof(text), name.bytes, name.size);
		is_str(text, cases[i].text, "print %zu", i);
	}
	struct wire worst = { .size = 255 };
	memset(worst.bytes, 0xff, 254);
	for (size_t at = 0; at < 254; at += 64)
		worst.bytes[at] = at + 64 <= 254 ? 63 : 61;
	worst.bytes[254] = 0;
	seep_name_print(text, sizeof(text), worst.bytes, worst.size);
	is_int(strlen(text), 4 * 250 + 3, "print: the longest text there is");
}

/*
 * In every size of text: whole, or as much as fits, which ends in "..."; never written past, always
 * ended.
 */
static void test_print_cut(void)
{
	static const char *const names[] = { ".", "com", "www.example.com",
					     "\\000\\001\\002\\003\\004.\\255\\254.com",
					     "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct wire name = wire_of(names[i]);
		char whole[1200];
		int wrong_end = 0, wrong_text = 0, past = 0;

		seep_name_print(whole, sizeof(whole), name.bytes, name.size);
		for (size_t size = 0; size < strlen(whole) + 20; size++) {
			char text[1300];

			memset(text, 'x', sizeof(text));
			seep_name_print(text, size, name.bytes, name.size);
			for (size_t at = size; at < sizeof(text); at++)
				past += text[at] != 'x';
			if (!size)
				continue;
			if (!memchr(text, '\0', size)) {
				wrong_end++;
				continue;
			}
			if (strcmp(text, whole) == 0)
				continue;
			size_t kept = strlen(text) < 3 ? 0 : strlen(text) - 3;
			wrong_text += size > strlen(whole) || strncmp(text, whole, kept) != 0 ||
				      strncmp(text + kept, "...", size - 1 - kept) != 0;
		}
		is_int(past, 0, "print cut: \"%s\" never past the end", names[i]);
		is_int(wrong_end, 0, "print cut: \"%s\" always ended", names[i]);
		is_int(wrong_text, 0, "print cut: \"%s\" whole, or cut with dots", names[i]);
	}
}

int main(int argc, char **argv)
{
	struct seep_suffixes *list = seep_suffix_open(NULL, 0);

	tap_begin(argc, argv);
	suffixes = list ? seep_suffix_reader_open(list) : NULL;
	if (!suffixes) {
		printf("Bail out! no public suffix list\n");
		return 1;
	}
	tap_run(test_split);
	tap_run(test_split); /* once more, from what the reader remembers */
	tap_run(test_registrable);
	tap_run(test_no_name);
	tap_run(test_random);
	tap_run(test_many_suffixes);
	tap_run(test_rules_are_short);
	tap_run(test_lower);
	tap_run(test_paid);
	tap_run(test_paid); /* once more, from what the reader remembers */
	tap_run(test_given);
	tap_run(test_given);
	tap_run(test_numbers);
	tap_run(test_told);
	tap_run(test_told_random);
	tap_run(test_print);
	tap_run(test_print_cut);
	seep_suffix_reader_close(suffixes);
	seep_suffix_close(list);
	return done();
}
