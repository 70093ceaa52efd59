/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Charges: no set of prefixes can be told apart for less than they are charged, however they are
 * built.
 */
#include "meter/charge.h"
#include "meter/letters.h"
#include "fixture.h"

#include <math.h>

/* Labels that are shared here; NULL for none, so that all is spelled out. */
static struct seep_labels *shared;
static const struct seep_hash_key key = { .bytes = { 1, 2, 3 }, .rounds = SEEP_HASH_1_3 };

/* Of a reverse name's numbers; 0 for other names. */
static uint8_t number_bits;

/* What its user sent before; nothing to begin with. */
static struct seep_shapes shapes;

static uint64_t charge_of_name(const struct seep_name *name, struct seep_shape *shape)
{
	struct seep_label_keys keys = { .count = 0 };

	if (shared)
		keys = seep_charge_label_keys(name, &key);
	return seep_charge_prefix(name, &keys, shared, &shapes, shape);
}

/*
 * The charge of the prefix in WIRE, label after label without a root; a domain of one label
 * follows.
 */
static uint64_t shaped_charge_of(const uint8_t *wire, size_t size, struct seep_shape *shape)
{
	uint8_t bytes[SEEP_NAME_MAX_BYTES + 8];
	struct seep_name name = { .bytes = bytes,
				  .size = (uint8_t)(size + 5),
				  .domain_at = (uint8_t)size,
				  .number_bits = number_bits };

	memcpy(bytes, wire, size);
	memcpy(bytes + size, "\3com", 5);
	for (size_t at = 0; at < size; at += 1u + wire[at])
		name.prefix_labels++;
	return charge_of_name(&name, shape);
}

static uint64_t charge_of(const uint8_t *wire, size_t size)
{
	struct seep_shape shape;

	return shaped_charge_of(wire, size, &shape);
}

/* What the labels in WIRE cost as the given ones of a new domain, beside the 16 bits. */
static uint64_t given_charge_of(const uint8_t *wire, size_t size)
{
	uint8_t bytes[SEEP_NAME_MAX_BYTES + 8];
	struct seep_name name = { .bytes = bytes,
				  .size = (uint8_t)(size + 5),
				  .number_bits = number_bits };

	memcpy(bytes, wire, size);
	memcpy(bytes + size, "\3com", 5);
	for (size_t at = 0; at < size; at += 1u + wire[at])
		name.given_labels++;
	return seep_charge_new_domain(&name) - SEEP_CHARGE_NEW_DOMAIN_MBIT;
}

static uint64_t given_charge_of_text(const char *text)
{
	struct wire wire = wire_of(text);

	return given_charge_of(wire.bytes, wire.size - 1);
}

/* Of a text as wire_of takes it; "" is no prefix. */
static uint64_t charge_of_text(const char *text)
{
	struct wire wire = wire_of(*text ? text : ".");

	return charge_of(wire.bytes, wire.size - 1);
}

static double share_of(uint64_t mbit)
{
	return exp2(-(double)mbit / 1000);
}

/*
 * How a label may be written where nothing says it beside, of 64, and whether that tells its
 * length: written here once more, from the text in charge.c.
 */
static const struct form {
	enum seep_code code;
	unsigned share;
	bool has_length;
} forms[] = {
	{ SEEP_CODE_SHARED, 28, false }, { SEEP_CODE_MODEL, 28, false },
	{ SEEP_CODE_FLAT, 3, true },     { SEEP_CODE_HEX, 2, true },
	{ SEEP_CODE_DECIMAL, 2, true },  { SEEP_CODE_BYTES, 1, true },
};

static double form_bits(const struct form *form)
{
	return log2(64.0 / form->share) + (form->has_length ? log2(63) : 0);
}

/* The bits of a label that is fresh, without the shared code. */
static double spelled_bits(const uint8_t *label)
{
	uint64_t mbit[SEEP_CODES];
	double least = INFINITY;

	seep_letters_mbit(label, mbit);
	for (size_t i = 0; i < COUNT(forms); i++)
		if (forms[i].code != SEEP_CODE_SHARED)
			least = fmin(least,
				     form_bits(&forms[i]) + (double)mbit[forms[i].code] / 1000);
	return least;
}

/* The bits of fresh labels: 2, for they are one of four ways, and one for each and the end. */
static double labels_bits(const uint8_t *wire, size_t size)
{
	double bits = 2 + 1;

	for (size_t at = 0; at < size; at += 1u + wire[at])
		bits += 1 + spelled_bits(wire + at);
	return bits;
}

/* Of 32 prefixes one begins with an address. */
#define ADDRESS_BITS    5.0
#define NO_ADDRESS_BITS log2(32.0 / 31)
#define NO_ADDRESS_MBIT 46

/* The bits of a fresh prefix that does not. */
static double prefix_bits(const uint8_t *wire, size_t size)
{
	return NO_ADDRESS_BITS + labels_bits(wire, size);
}

static void test_worked(void)
{
	static const char *const cases[] = {
		"",           "a",     "www",        "login.mail",       "_x-9",
		"A",          "a\\.b", "\\000\\255", "deadbeef01234567", "20261126",
		"q7zx9k2w5v",
	};
	static const struct {
		const char *prefix;
		enum seep_code code;
	} codes[] = {
		{ "login", SEEP_CODE_MODEL },
		{ "deadbeef0123456789abcdef", SEEP_CODE_HEX },
		{ "202611260117001234", SEEP_CODE_DECIMAL },
		{ "q7zx9k2w5vj4q8z3x6k9", SEEP_CODE_FLAT },
		{ "\\000\\001\\002\\003\\200\\201\\202\\203", SEEP_CODE_BYTES },
	};
	unsigned shares = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of(*cases[i] ? cases[i] : ".");
		double bits = prefix_bits(wire.bytes, wire.size - 1);

		ok(fabs((double)charge_of_text(cases[i]) - 1000 * bits) < 10,
		   "\"%s\" costs %.3f bits", cases[i], bits);
	}
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct wire wire = wire_of(codes[i].prefix);
		struct seep_shape shape;

		shaped_charge_of(wire.bytes, wire.size - 1, &shape);
		is_int(seep_shape_code(shape.forms[0]), codes[i].code, "\"%s\" in code %d",
		       codes[i].prefix, codes[i].code);
	}
	for (size_t i = 0; i < COUNT(forms); i++)
		shares += forms[i].share;
	ok(shares <= 64, "the ways to write a label are one code");
	is_int(SEEP_CHARGE_NEW_DOMAIN_MBIT, 16000, "a new domain is 16 bits");
}

/*
 * Kraft. A label has a code word in each of the ways to write it, all of which together are one
 * code, if each of them is one: the shared labels' (unit_labels) and the letters' (unit_letters).
 * So it is enough that no label costs less than the cheapest of them, with its bits in front.
 */
static void test_no_cheaper(void)
{
	uint64_t seed = 21;
	int cheaper = 0, dearer = 0;

	printf("# no cheaper: seed %" PRIu64 "\n", seed);
	for (int i = 0; i < 20000; i++) {
		static const char *const alphabets[] = { "0123456789", "0123456789abcdef", "aeiou-",
							 "abcdefghijklmnopqrstuvwxyz234567" };
		const char *alphabet = alphabets[random_next(&seed) % COUNT(alphabets)];
		uint8_t wire[64] = { (uint8_t)(1 + random_next(&seed) % 63) };
		double bits;

		for (unsigned at = 1; at <= wire[0]; at++)
			wire[at] =
				random_next(&seed) % 64
					? (uint8_t)alphabet[random_next(&seed) % strlen(alphabet)]
					: (uint8_t)random_next(&seed);
		bits = 1000 * prefix_bits(wire, 1u + wire[0]);
		cheaper += (double)charge_of(wire, 1u + wire[0]) < bits - 0.001;
		dearer += (double)charge_of(wire, 1u + wire[0]) > bits + 10;
	}
	is_int(cheaper, 0, "no label costs less than its shortest code word");
	is_int(dearer, 0, "nor more");
}

/* Names of one make, and what is left to say of each. */
static void test_shapes(void)
{
	static const struct {
		const char *first, *then;
		double bits;
	} cases[] = {
		{ "q7zx9k2w5vj4q8z3x6k9", "m3n8b2v7c1x6z9l4k5j0", 20 * 5.248 },
		{ "deadbeef0123456789abcdef", "0123456789abcdefdeadbeef", 24 * 4.0 },
		{ "202611260117001234", "999999999999999999", 18 * 3.322 },
		{ "q7zx9k2w5vj4q8z3x6k9.deadbeef0123456789abcdef",
		  "m3n8b2v7c1x6z9l4k5j0.0123456789abcdefdeadbeef", 20 * 5.248 + 24 * 4 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of(cases[i].first);
		struct seep_shape shape;
		uint64_t fresh_mbit;

		shapes = (struct seep_shapes){ 0 };
		shaped_charge_of(wire.bytes, wire.size - 1, &shape);
		for (int n = 0; n < 1000; n++)
			seep_shape_learn(&shapes, &shape);
		ok(fabs((double)charge_of_text(cases[i].then) - NO_ADDRESS_MBIT -
			1000 * cases[i].bits) < 20,
		   "after a thousand of its make \"%s\" costs what it holds", cases[i].then);
		fresh_mbit = charge_of_text("mail");
		shapes = (struct seep_shapes){ 0 };
		ok(fresh_mbit > charge_of_text("mail") + 5000, "and another one is dearer");
	}
}

/*
 * Every prefix of up to MOST bytes over a small alphabet, in wire form: the sum so far, label cuts
 * and all.
 */
static double enumerate(uint8_t *wire, size_t size, size_t most, const uint8_t *alphabet,
			size_t letters, const double *weights)
{
	double sum = share_of(charge_of(wire, size));

	for (size_t length = 1; size + 1 + length <= most; length++) {
		size_t combinations = 1;

		for (size_t i = 0; i < length; i++)
			combinations *= letters;
		wire[size] = (uint8_t)length;
		for (size_t c = 0; c < combinations; c++) {
			double weight = 1;
			size_t rest = c;

			for (size_t i = 0; i < length; i++, rest /= letters) {
				wire[size + 1 + i] = alphabet[rest % letters];
				weight *= weights[rest % letters];
			}
			sum += weight *
			       enumerate(wire, size + 1 + length, most, alphabet, letters, weights);
		}
	}
	return sum;
}

/* All prefixes of up to 9 bytes over 4 of the 256 bytes, for users of several histories. */
static void test_kraft_small_world(void)
{
	static const uint8_t alphabet[] = { 'a', '7', 0, 0xff };
	static const double weights[] = { 1, 1, 1, 1 };
	static const char *const histories[] = { "", "7", "77", "a.a", "a7", "\\000", "7.7.7" };
	uint8_t wire[64];

	for (size_t i = 0; i < COUNT(histories); i++) {
		struct wire sent = wire_of(*histories[i] ? histories[i] : ".");
		struct seep_shape shape;
		double sum, before = 0;

		for (int n = 0; n < 50; n++) {
			shaped_charge_of(sent.bytes, sent.size - 1, &shape);
			seep_shape_learn(&shapes, &shape);
		}
		for (size_t most = 0; most <= 9; most += 3) {
			sum = enumerate(wire, 0, most, alphabet, COUNT(alphabet), weights);
			ok(sum <= 1 && sum >= before,
			   "after \"%s\" all prefixes of up to %zu bytes take %.4f of a code",
			   histories[i], most, sum);
			before = sum;
		}
	}
	shapes = (struct seep_shapes){ 0 };
}

/* A table in which the small world's labels have so many uses. */
static struct seep_labels *small_table(void *memory, size_t bytes, unsigned uses)
{
	struct seep_labels *labels = seep_labels_create(memory, bytes, &key);

	for (unsigned i = 0; i < uses; i++) {
		seep_labels_learn(labels, seep_hash_bytes(&key, "a", 1));
		if (i % 3 == 0)
			seep_labels_learn(labels, seep_hash_bytes(&key, "aa", 2));
		seep_labels_learn(labels, seep_hash_bytes(&key, "\377", 1));
	}
	return labels;
}

/*
 * With shared labels: every prefix of up to 9 bytes on the wire, over 4 of the 256 bytes, each by
 * itself, and so in a code that they have not even to themselves; for tables that know none of the
 * labels, some, and little else.
 */
static void test_kraft_shared(void)
{
	static const uint8_t alphabet[] = { 'a', 'b', 0, 0xff };
	static const double weights[] = { 1, 1, 1, 1 };
	static const unsigned uses[] = { 0, 1, 10, 1000, 100000 };
	static _Alignas(64) uint8_t memory[1 << 14];
	uint8_t wire[64];
	double before = 0;

	for (size_t i = 0; i < COUNT(uses); i++) {
		memset(memory, 0, sizeof(memory));
		shared = small_table(memory, sizeof(memory), uses[i]);
		double sum = enumerate(wire, 0, 9, alphabet, COUNT(alphabet), weights);
		ok(sum <= 1 && sum >= before,
		   "%u uses of three labels: prefixes of up to 9 bytes take %.4f of a code",
		   uses[i], sum);
		before = sum;
		seep_labels_destroy(shared);
	}
	shared = NULL;
}

static void random_prefix(uint64_t *seed, struct wire *wire, size_t most)
{
	wire->size = 0;
	while (wire->size + 2 < most && random_next(seed) % 8) {
		size_t length = 1 + random_next(seed) % 63;

		if (wire->size + 1 + length > most)
			length = most - wire->size - 1;
		wire->bytes[wire->size++] = (uint8_t)length;
		for (size_t i = 0; i < length; i++) {
			uint64_t byte = random_next(seed);
			wire->bytes[wire->size++] =
				(uint8_t)(byte >> 8 & 1 ? 'a' + byte % 26 : byte & 0xff);
		}
	}
}

/*
 * In reverse names: all 256 whole IPv4 addresses below a /24 and, of the others, the prefixes over
 * 3 of the 256 bytes, are one code.
 */
static void test_kraft_reverse(void)
{
	static const uint8_t alphabet[] = { '1', 'a', 0xff };
	static const double weights[] = { 1, 1, 1 };
	uint8_t wire[64];
	double sum = 0;

	number_bits = 8;
	for (unsigned byte = 0; byte < 256; byte++) {
		char text[4];

		snprintf(text, sizeof(text), "%u", byte);
		sum += share_of(charge_of_text(text));
	}
	ok(sum <= 0.9 && sum > 0.89, "whole addresses take %.4f of a code", sum);
	sum += enumerate(wire, 0, 9, alphabet, COUNT(alphabet), weights) -
	       share_of(charge_of_text("1")) - share_of(charge_of_text("11")) -
	       share_of(charge_of_text("111"));
	ok(sum <= 1, "and with others of up to 9 bytes %.4f", sum);
	number_bits = 4;
	sum = 0;
	for (unsigned nibble = 0; nibble < 16; nibble++) {
		char text[48];

		snprintf(text, sizeof(text), "%x.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3", nibble);
		sum += share_of(charge_of_text(text)) * exp2(19 * 4);
	}
	ok(sum <= 0.9 && sum > 0.89, "whole IPv6 addresses take %.4f of a code", sum);
	number_bits = 0;
}

/* The labels that a new domain was given, below one suffix: each costs as if it were fresh. */
static void test_given(void)
{
	uint64_t seed = 9;
	int wrong = 0;

	for (int i = 0; i < 5000; i++) {
		struct wire given;
		double bits = 0;

		random_prefix(&seed, &given, 120);
		for (size_t at = 0; at < given.size; at += 1u + given.bytes[at])
			bits += spelled_bits(given.bytes + at);
		wrong += fabs((double)given_charge_of(given.bytes, given.size) - 1000 * bits) > 10;
	}
	is_int(wrong, 0, "given labels cost the sum of what each is spelled for");
}

/* New domains by hand; the labels that are not given cost nothing. */
static void test_new_domain(void)
{
	static const struct {
		const char *name;
		const char *given; /* spelled */
		uint64_t mbit;     /* of numbers, and of saying whether they are */
	} cases[] = {
		{ "www.example.com", "", 0 },
		{ "co.uk", "", 0 },
		{ "com", "", 0 },
		{ ".", "", 0 },
		{ "payload.foo.ck", "", 0 },
		{ "github.io", "", 0 },
		{ "somebody.github.io", "somebody", 0 },
		{ "www.somebody.github.io", "somebody", 0 },
		{ "\\000.github.io", "\\000", 0 },
		{ "compute.amazonaws.com", "", 0 },
		{ "ab.compute.amazonaws.com", "ab", 0 },
		{ "cde.ab.compute.amazonaws.com", "cde.ab", 0 },
		{ "f.cde.ab.compute.amazonaws.com", "cde.ab", 0 },
		{ "0.192.in-addr.arpa", "", 0 },
		{ "2.0.192.in-addr.arpa", "", 8153 },
		{ "200.0.192.in-addr.arpa", "", 8153 },
		{ "1.200.0.192.in-addr.arpa", "", 8153 },
		{ "256.0.192.in-addr.arpa", "256", 3322 },
		{ "20.data.192.in-addr.arpa", "20.data", 3322 },
		{ "8.b.d.0.1.0.0.2.ip6.arpa", "", 0 },
		{ "f.8.b.d.0.1.0.0.2.ip6.arpa", "", 4153 },
		{ "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "", 16153 },
		{ "1.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "", 16153 },
		{ "0.0.data.0.8.b.d.0.1.0.0.2.ip6.arpa", "0.0.data.0", 3322 },
		{ "data.2.ip6.arpa", "data", 3322 },
	};
	struct seep_suffixes *list = seep_suffix_open(NULL, 0);
	struct seep_suffix_reader *suffixes = list ? seep_suffix_reader_open(list) : NULL;

	for (size_t i = 0; i < COUNT(cases) && suffixes; i++) {
		struct wire wire = wire_of(cases[i].name);
		struct wire given = wire_of(*cases[i].given ? cases[i].given : ".");
		double mbit = (double)(SEEP_CHARGE_NEW_DOMAIN_MBIT + cases[i].mbit);
		struct seep_name name;

		for (size_t at = 0; at + 1 < given.size; at += 1u + given.bytes[at])
			mbit += 1000 * spelled_bits(given.bytes + at);
		seep_name_split(&name, wire.bytes, wire.size, suffixes);
		ok(fabs((double)seep_charge_new_domain(&name) - mbit) < 10,
		   "%s: 16 bits and its given labels, %.3f in all", cases[i].name, mbit / 1000);
	}
	ok(suffixes != NULL, "there is a public suffix list");
	seep_suffix_reader_close(suffixes);
	seep_suffix_close(list);
}

/* In reverse names a whole address costs its bits; all else, 3.3 bits more than elsewhere. */
static void test_numbers(void)
{
	static const struct {
		uint8_t bits;
		const char *prefix;
		uint64_t mbit; /* 0: no whole address */
	} cases[] = {
		{ 8, "1", 8153 },
		{ 8, "255", 8153 },
		{ 8, "256", 0 },
		{ 8, "01", 0 },
		{ 8, "a", 0 },
		{ 8, "12.34", 0 },
		{ 4, "1", 0 },
		{ 4, "1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3.4", 80153 },
		{ 4, "1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3", 0 },
		{ 4, "1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3.g", 0 },
		{ 4, "data.1", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of(cases[i].prefix);
		double mbit = cases[i].mbit ? (double)cases[i].mbit
					    : 3322 + 1000 * labels_bits(wire.bytes, wire.size - 1);

		number_bits = cases[i].bits;
		ok(fabs((double)charge_of_text(cases[i].prefix) - mbit) < 60,
		   "numbers of %u bits: \"%s\" costs %.3f", number_bits, cases[i].prefix,
		   mbit / 1000);
	}
	number_bits = 4;
	is_int(given_charge_of_text("a.b"), 8153, "and given ones");
	number_bits = 0;
}

/* Elsewhere a prefix may begin with an address: it costs its bits, and what follows as ever. */
static void test_addresses(void)
{
	static const char v6[] = "1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0";
	static const struct {
		const char *prefix, *rest;
		unsigned bits; /* 0: no address */
	} cases[] = {
		{ "4.3.2.1", "", 32 },      { "4.3.2.1.zen", "zen", 32 }, { "0.0.0.255", "", 32 },
		{ "4.3.2", NULL, 0 },       { "4.3.2.256", NULL, 0 },     { "4.3.02.1", NULL, 0 },
		{ "zen.4.3.2.1", NULL, 0 },
	};
	char more[128];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire whole = wire_of(cases[i].prefix);
		struct wire rest = wire_of(cases[i].rest && *cases[i].rest ? cases[i].rest : ".");
		double bits = cases[i].bits ? ADDRESS_BITS + cases[i].bits +
						      labels_bits(rest.bytes, rest.size - 1)
					    : prefix_bits(whole.bytes, whole.size - 1);

		ok(fabs((double)charge_of_text(cases[i].prefix) - 1000 * bits) < 10,
		   "\"%s\" costs %.3f bits", cases[i].prefix, bits);
	}
	ok(fabs((double)charge_of_text(v6) - 1000 * (ADDRESS_BITS + 128 + labels_bits(NULL, 0))) <
		   10,
	   "an IPv6 address");
	snprintf(more, sizeof(more), "%s.mail", v6);
	ok(fabs((double)charge_of_text(more) -
		1000 * (ADDRESS_BITS + 128 + labels_bits(wire_of("mail").bytes, 5))) < 10,
	   "and a label behind it");
	ok(charge_of_text(v6 + 2) > 160000, "31 digits are no address");
	ok(exp2(-ADDRESS_BITS) + exp2(-(double)NO_ADDRESS_MBIT / 1000) <= 1,
	   "with an address in front or none: one code");
}

/* What is shared is cheaper, nothing is ever dearer than spelled out, and only for eight labels. */
static void test_shared(void)
{
	static const char *const names[] = { "www",         "a",    "mail.www", "no-such-label",
					     "www.www.www", "\255", "x.\255" };
	static _Alignas(64) uint8_t memory[1 << 14];
	char many[64] = "";
	uint64_t before = 0;

	for (size_t i = 0; i < COUNT(names); i++) {
		memset(memory, 0, sizeof(memory));
		shared = NULL;
		uint64_t spelled = charge_of_text(names[i]);
		shared = small_table(memory, sizeof(memory), 1);
		ok(charge_of_text(names[i]) <= spelled, "%s is no dearer than spelled out",
		   names[i]);
		seep_labels_destroy(shared);
	}
	memset(memory, 0, sizeof(memory));
	shared = small_table(memory, sizeof(memory), 0);
	is_int(charge_of_text("www"),
	       NO_ADDRESS_MBIT + 2000 + 1000 + 1000 + 1193 +
		       seep_labels_cost(shared, seep_hash_bytes(&key, "www", 3)),
	       "www by its share");
	for (unsigned n = 1; n <= SEEP_CHARGE_SHARED_LABELS + 2; n++) {
		strcat(many, n > 1 ? ".www" : "www");
		uint64_t mbit = charge_of_text(many);
		is_bool(mbit - before < 7000, n <= SEEP_CHARGE_SHARED_LABELS,
			"the %uth label is shared or not", n);
		before = mbit;
	}
	seep_labels_destroy(shared);
	shared = NULL;
}

/* All 65,536 types of all 65,536 classes: one code. */
static void test_types(void)
{
	static const uint16_t classes[] = { 0, 2, 3, 4, 254, 255, 256, 65535 };
	double sum = 0, odd_sum = 0, reverse_sum = 0;
	int free_types = 0, cheap = 0;

	for (unsigned type = 0; type < 65536; type++) {
		uint64_t mbit = seep_charge_question((uint16_t)type, SEEP_QCLASS_IN, false);
		uint64_t odd_mbit = seep_charge_question((uint16_t)type, 3, false);
		uint64_t reverse_mbit = seep_charge_question((uint16_t)type, SEEP_QCLASS_IN, true);

		sum += share_of(mbit);
		odd_sum += 65535 * share_of(odd_mbit);
		reverse_sum += share_of(reverse_mbit) +
			       65535 * share_of(seep_charge_question((uint16_t)type, 3, true));
		free_types += mbit == 0;
		for (size_t i = 0; i < COUNT(classes); i++)
			cheap +=
				seep_charge_question((uint16_t)type, classes[i], false) != odd_mbit;
	}
	ok(sum <= 1 && sum > 0.95, "all types take %.6f of a code", sum);
	ok(reverse_sum <= 1 && reverse_sum > 0.95, "of reverse names %.6f", reverse_sum);
	ok(seep_charge_question(12, SEEP_QCLASS_IN, true) < 100, "where PTR costs next to nothing");
	ok(sum + odd_sum <= 1, "and with those of all other classes %.6f", sum + odd_sum);
	is_int(cheap, 0, "which all cost the same, class 0 too");
	is_int(seep_charge_question(1, 3, false), 43000, "43 bits");
	is_int(free_types, 0, "none is free");
	ok(seep_charge_question(1, SEEP_QCLASS_IN, false) < 1100, "A costs a bit");
	ok(seep_charge_question(28, SEEP_QCLASS_IN, false) < 2000 &&
		   seep_charge_question(65, SEEP_QCLASS_IN, false) < 3100,
	   "AAAA and HTTPS few");
	ok(seep_charge_question(10, SEEP_QCLASS_IN, false) > 20000,
	   "NULL more than 16 bits, for it could be any");
	ok(seep_charge_question(16, SEEP_QCLASS_IN, false) > 5000, "TXT some");
}

/* Linear: two fresh prefixes together cost both, less what no prefix costs. */
static void test_sums(void)
{
	const uint64_t end = charge_of_text("");
	uint64_t seed = 8;
	int wrong = 0;

	printf("# sums: seed %" PRIu64 "\n", seed);
	for (int i = 0; i < 20000; i++) {
		struct wire a, b, both;

		random_prefix(&seed, &a, 120);
		random_prefix(&seed, &b, 120);
		both = a;
		memcpy(both.bytes + a.size, b.bytes, b.size);
		both.size += b.size;
		wrong += charge_of(both.bytes, both.size) !=
			 charge_of(a.bytes, a.size) + charge_of(b.bytes, b.size) - end;
	}
	is_int(wrong, 0, "prefixes cost the sum of their labels");
	ok(charge_of_text("ab.cd") > charge_of_text("abcd"), "a cut between labels costs as well");
	ok(charge_of_text("a.b.c.d") > charge_of_text("ab.cd"), "and each of them");
}

/* Only the prefix counts: what the domain is called does not. */
static void test_domain_is_free(void)
{
	struct wire name = wire_of("ab.example.com");
	struct wire other = wire_of("ab.\\000\\001\\002.com");
	struct seep_name split = {
		.bytes = name.bytes, .size = (uint8_t)name.size, .domain_at = 3, .prefix_labels = 1
	};
	struct seep_name odd = { .bytes = other.bytes,
				 .size = (uint8_t)other.size,
				 .domain_at = 3,
				 .prefix_labels = 1 };
	struct seep_name none = { .bytes = name.bytes, .size = (uint8_t)name.size };
	struct seep_shape shape;

	is_int(charge_of_name(&split, &shape), charge_of_text("ab"), "the prefix is charged");
	is_int(charge_of_name(&odd, &shape), charge_of_text("ab"), "whatever the domain's bytes");
	is_int(charge_of_name(&none, &shape), charge_of_text(""),
	       "a name that is its domain costs the one bit");
}

/* The longest prefix there is, of the dearest bytes, fits every number on the way. */
static void test_longest(void)
{
	uint8_t wire[256];
	size_t size = 0;

	memset(wire, 0xff, sizeof(wire));
	for (; size < 250; size += 64)
		wire[size] = size + 64 <= 250 ? 63 : (uint8_t)(250 - size - 1);
	ok(fabs((double)charge_of(wire, 250) - 1000 * prefix_bits(wire, 250)) < 10 &&
		   charge_of(wire, 250) > 246 * 8000,
	   "250 bytes of the dearest");
}

/* A code word for one of ALL / PART: rounded up, so that all together they still fit. */
static void test_odds(void)
{
	static const struct {
		uint64_t all, part, mbit;
	} cases[] = { { 1, 1, 0 },    { 2, 1, 1000 },  { 4, 1, 2000 }, { 10, 5, 1000 },
		      { 3, 1, 1585 }, { 40, 1, 5322 }, { 40, 39, 37 }, { 1 << 30, 1, 30000 } };
	int short_codes = 0;

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(seep_bits_of_odds(cases[i].all, cases[i].part), cases[i].mbit,
		       "%" PRIu64 " of %" PRIu64, cases[i].part, cases[i].all);
	for (int all = 1; all < 3000; all++)
		short_codes += all * share_of(seep_bits_of_odds((uint64_t)all, 1)) > 1 + 1e-9;
	is_int(short_codes, 0, "of any number of equal chances, the code words fit");
}

static void test_weigh(void)
{
	static const struct {
		uint64_t mbit, users, few, weighed;
	} cases[] = {
		{ 60000, 0, 4, 60000 },
		{ 60000, 1, 4, 60000 },
		{ 60000, 2, 4, 30000 },
		{ 60000, 3, 4, 20000 },
		{ 60000, 4, 64, 15000 },
		/* as long as they are few, they share as if they were four */
		{ 60000, 5, 64, 15000 },
		{ 60000, 64, 64, 15000 },
		{ 60000, 65, 64, 923 },
		{ 60000, 5, 4, 12000 },
		{ 60000, 100, 64, 600 },
		{ 60000, 7, 6, 8571 },
		{ 999, 1000, 64, 0 },
		{ 0, 0, 4, 0 },
		{ 0, 5, 4, 0 },
		{ UINT64_MAX, 1, 64, UINT64_MAX },
		{ 1000, UINT64_MAX, 64, 0 },
	};
	static const uint64_t few[][2] = { { 0, 8 },    { 1, 8 },    { 64, 8 },    { 80, 10 },
					   { 200, 25 }, { 512, 64 }, { 20000, 64 } };

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(seep_charge_weigh(cases[i].mbit, cases[i].users, cases[i].few),
		       cases[i].weighed, "%" PRIu64 " over %" PRIu64 " users, few being %" PRIu64,
		       cases[i].mbit, cases[i].users, cases[i].few);
	for (size_t i = 0; i < COUNT(few); i++)
		is_int(seep_charge_few(few[i][0]), few[i][1], "few of %" PRIu64, few[i][0]);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_worked);
	tap_run(test_no_cheaper);
	tap_run(test_shapes);
	tap_run(test_kraft_small_world);
	tap_run(test_kraft_shared);
	tap_run(test_kraft_reverse);
	tap_run(test_given);
	tap_run(test_new_domain);
	tap_run(test_numbers);
	tap_run(test_addresses);
	tap_run(test_shared);
	tap_run(test_types);
	tap_run(test_sums);
	tap_run(test_domain_is_free);
	tap_run(test_longest);
	tap_run(test_odds);
	tap_run(test_weigh);
	return done();
}
