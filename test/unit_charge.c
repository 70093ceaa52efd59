/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Charges: no set of prefixes can be told apart for less than they are charged, however they are
 * built.
 */
#include "meter/charge.h"
#include "fixture.h"

#include <math.h>

/* Labels that are shared here; NULL for none, so that all is spelled out. */
static struct seep_labels *shared;
static const struct seep_hash_key key = { .bytes = { 1, 2, 3 }, .rounds = SEEP_HASH_1_3 };

/* Of a reverse name's numbers; 0 for other names. */
static uint8_t number_bits;

static uint64_t charge_of_name(const struct seep_name *name)
{
	struct seep_label_keys keys = { .count = 0 };

	if (shared)
		keys = seep_charge_label_keys(name, &key);
	return seep_charge_prefix(name, &keys, shared);
}

/*
 * The charge of the prefix in WIRE, label after label without a root; a domain of one label
 * follows.
 */
static uint64_t charge_of(const uint8_t *wire, size_t size)
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
	return charge_of_name(&name);
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

static bool is_ordinary(int byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
	       byte == '_';
}

static double share_of(uint64_t mbit)
{
	return exp2(-(double)mbit / 1000);
}

/* The formula of charge.c, and the size of a few names by hand. */
static void test_worked(void)
{
	static const struct {
		const char *prefix;
		uint64_t mbit;
	} cases[] = {
		{ "", 1000 },
		{ "a", 1000 + 2 * 5322 + 2000 },
		{ "www", 1000 + 4 * 5322 + 2000 },
		{ "login.mail", 1000 + 6 * 5322 + 2000 + 5 * 5322 + 2000 },
		{ "_x-9", 1000 + 5 * 5322 + 2000 },
		{ "A", 1000 + 2 * 5322 + 8000 + 2000 },
		{ "a\\.b", 1000 + 4 * 5322 + 8000 + 2000 },
		{ "\\000\\255", 1000 + 3 * 5322 + 2 * 8000 + 2000 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(charge_of_text(cases[i].prefix), cases[i].mbit, "\"%s\"", cases[i].prefix);
	ok(share_of(5322) * 40 <= 1, "forty symbols of 5.322 bits are a code");
	is_int(SEEP_CHARGE_NEW_DOMAIN_MBIT, 16000, "a new domain is 16 bits");
}

/* All 256 bytes cost one of two prices, and in any place of a label the same. */
static void test_bytes(void)
{
	int wrong = 0, wrong_place = 0;
	uint64_t empty = charge_of_text("");

	for (int byte = 0; byte < 256; byte++) {
		const uint8_t one[] = { 1, (uint8_t)byte };
		const uint8_t first[] = { 3, (uint8_t)byte, 'a', 'a' },
			      last[] = { 3, 'a', 'a', (uint8_t)byte };
		uint64_t mbit = charge_of(one, 2) - charge_of_text("a") + 5322;

		wrong += mbit != (is_ordinary(byte) ? 5322 : 13322);
		wrong_place += charge_of(first, 4) != charge_of(last, 4);
		wrong_place += charge_of(first, 4) - charge_of_text("aaa") !=
			       charge_of(one, 2) - charge_of_text("a");
	}
	is_int(wrong, 0, "38 ordinary bytes cost 5.322 bits, the 218 others 8 more");
	is_int(wrong_place, 0, "wherever they stand");
	ok(empty > 0, "no prefix is not free");
}

/*
 * Kraft, by enumeration. One label: the sum of 2^-charge over every label of one and two bytes, one
 * by one, and of three by kind (ordinary or not), counted. All prefixes: charges add up label by
 * label (test_sums), so the sum over k labels is that over one to the power of k.
 */
static void test_kraft(void)
{
	double empty = share_of(charge_of_text(""));
	double labels = 0, by_kind = 0;

	for (int a = 0; a < 256; a++) {
		const uint8_t one[] = { 1, (uint8_t)a };
		labels += share_of(charge_of(one, 2));
		for (int b = 0; b < 256; b++) {
			const uint8_t two[] = { 2, (uint8_t)a, (uint8_t)b };
			labels += share_of(charge_of(two, 3));
		}
	}
	/* the same by kind, so that the counting is checked by the enumeration */
	for (unsigned size = 1; size <= 63; size++) {
		double ways = 1; /* to choose which are ordinary */

		for (unsigned ordinary = 0; ordinary <= size; ordinary++) {
			uint8_t label[64] = { (uint8_t)size };

			memset(label + 1, 0xff, size);
			memset(label + 1, 'a', ordinary);
			by_kind += ways * pow(38, ordinary) * pow(218, size - ordinary) *
				   share_of(charge_of(label, 1u + size));
			ways = ways * (size - ordinary) / (ordinary + 1);
		}
		if (size == 2)
			ok(fabs(by_kind - labels) < 1e-9,
			   "labels of one and two bytes, one by one and by kind: %.6f", labels);
	}
	labels = by_kind / empty; /* one label more, whatever stands before it */
	ok(labels < 1, "all labels of 1 to 63 bytes take %.4f of a code after one", labels);
	ok(empty / (1 - labels) <= 1, "all prefixes of any number of labels take %.4f of a code",
	   empty / (1 - labels));
	ok(empty / (1 - labels) > 0.5, "which is no more than a bit wasted");
	/* the other half is the shared code's, whose shares sum to one at most */
	ok(empty / (1 - labels - share_of(2000)) <= 1,
	   "and with all of the shared code beside it, %.4f",
	   empty / (1 - labels - share_of(2000)));
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

/*
 * Two letters that stand for the 38 and the 218: all prefixes of up to 12 bytes on the wire, label
 * cuts and all.
 */
static void test_kraft_small_world(void)
{
	static const uint8_t alphabet[] = { 'a', 0 };
	static const double weights[] = { 38, 218 };
	uint8_t wire[64];
	double before = 0;

	for (size_t most = 0; most <= 12; most += 2) {
		double sum = enumerate(wire, 0, most, alphabet, 2, weights);

		ok(sum <= 1 && sum > before, "all prefixes of up to %zu bytes take %.4f of a code",
		   most, sum);
		before = sum;
	}
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
 * The same in reverse names, whose numbers have a code of their own: all of them where a number is
 * one byte, and of other bytes each by itself.
 */
static void test_kraft_reverse(void)
{
	static const uint8_t kinds[] = { '1', 'a', 'g', 0xff };
	static const double weights[] = { 10, 6, 22, 218 };
	static const uint8_t alphabet[] = { '1', 'a', 0xff };
	static const double alone[] = { 1, 1, 1 };
	static const unsigned uses[] = { 0, 10, 100000 };
	static _Alignas(64) uint8_t memory[1 << 14];
	uint8_t wire[64];
	double sum;

	number_bits = 4;
	for (size_t most = 2; most <= 10; most += 2) {
		sum = enumerate(wire, 0, most, kinds, COUNT(kinds), weights);
		ok(sum <= 1, "below ip6.arpa all prefixes of up to %zu bytes take %.4f of a code",
		   most, sum);
	}
	for (size_t i = 0; i < COUNT(uses); i++)
		for (number_bits = 4; number_bits <= 8; number_bits += 4) {
			memset(memory, 0, sizeof(memory));
			shared = small_table(memory, sizeof(memory), uses[i]);
			sum = enumerate(wire, 0, 9, alphabet, COUNT(alphabet), alone);
			ok(sum <= 1,
			   "%u bits, %u uses of three labels: up to 9 bytes take %.4f of a code",
			   number_bits, uses[i], sum);
			seep_labels_destroy(shared);
		}
	shared = NULL;
	number_bits = 0;
}

/* What one more label of the prefix costs. */
static uint64_t more_charge_of(const uint8_t *wire, size_t size)
{
	return charge_of(wire, size) - charge_of_text("");
}

/*
 * Over every label, by what it costs so: of one and two bytes one by one, the longer ones by kind.
 */
static double label_sum(uint64_t (*cost)(const uint8_t *wire, size_t size))
{
	static const uint8_t kinds[] = {
		'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 0xff
	};
	double sum = 0;

	for (unsigned a = 0; a < 256; a++) {
		const uint8_t one[] = { 1, (uint8_t)a };

		sum += share_of(cost(one, 2));
		for (unsigned b = 0; b < 256; b++) {
			const uint8_t two[] = { 2, (uint8_t)a, (uint8_t)b };

			sum += share_of(cost(two, 3));
		}
	}
	for (unsigned n = 0; n < COUNT(kinds) * COUNT(kinds) * COUNT(kinds); n++) {
		const uint8_t three[] = { 3, kinds[n % COUNT(kinds)],
					  kinds[n / COUNT(kinds) % COUNT(kinds)],
					  kinds[n / COUNT(kinds) / COUNT(kinds)] };
		double ways = 1;

		for (unsigned i = 1; i <= 3; i++)
			ways *= three[i] == 'a' ? 28 : three[i] == 0xff ? 218 : 1;
		sum += ways * share_of(cost(three, 4));
	}
	for (unsigned size = 4; size <= 63; size++) {
		double ways = 1;

		for (unsigned ordinary = 0; ordinary <= size; ordinary++) {
			uint8_t label[64] = { (uint8_t)size };

			memset(label + 1, 0xff, size);
			memset(label + 1, 'a', ordinary);
			sum += ways * pow(38, ordinary) * pow(218, size - ordinary) *
			       share_of(cost(label, 1u + size));
			ways = ways * (size - ordinary) / (ordinary + 1);
		}
	}
	return sum;
}

/*
 * A new domain: below one suffix or reverse zone, all labels that it can be given are one code. And
 * so are several of them, for charges add up.
 */
static void test_kraft_given(void)
{
	uint64_t seed = 9;
	int wrong = 0;

	for (number_bits = 0; number_bits <= 8; number_bits += 4) {
		double sum = label_sum(given_charge_of), more = label_sum(more_charge_of);
		double shares = share_of(number_bits ? 3000 : 2000);

		ok(more + shares <= 0.5,
		   "numbers of %u bits: all labels of a prefix, spelled, shared or numbers, take %.4f",
		   number_bits, more + shares);
		ok(sum <= 1 && sum > 0.5,
		   "numbers of %u bits: all given labels take %.4f of a code", number_bits, sum);
		for (int i = 0; i < 5000; i++) {
			struct wire a, b, both;

			random_prefix(&seed, &a, 120);
			random_prefix(&seed, &b, 120);
			both = a;
			memcpy(both.bytes + a.size, b.bytes, b.size);
			both.size += b.size;
			wrong +=
				given_charge_of(both.bytes, both.size) !=
				given_charge_of(a.bytes, a.size) + given_charge_of(b.bytes, b.size);
		}
	}
	number_bits = 0;
	is_int(wrong, 0, "given labels cost their sum");
}

/* New domains by hand; the labels that are not given cost nothing. */
static void test_new_domain(void)
{
	static const struct {
		const char *name;
		uint64_t mbit;
	} cases[] = {
		{ "www.example.com", 0 },
		{ "co.uk", 0 },
		{ "com", 0 },
		{ ".", 0 },
		{ "payload.foo.ck", 0 },
		{ "github.io", 0 },
		{ "somebody.github.io", 9 * 5322 },
		{ "www.somebody.github.io", 9 * 5322 },
		{ "\\000.github.io", 2 * 5322 + 8000 },
		{ "compute.amazonaws.com", 0 },
		{ "ab.compute.amazonaws.com", 3 * 5322 },
		{ "cde.ab.compute.amazonaws.com", 7 * 5322 },
		{ "f.cde.ab.compute.amazonaws.com", 7 * 5322 },
		{ "0.192.in-addr.arpa", 0 },
		{ "2.0.192.in-addr.arpa", 9000 },
		{ "200.0.192.in-addr.arpa", 9000 },
		{ "1.200.0.192.in-addr.arpa", 9000 },
		{ "256.0.192.in-addr.arpa", 1000 + 4 * 5322 },
		{ "20.data.192.in-addr.arpa", 9000 + 1000 + 5 * 5322 },
		{ "8.b.d.0.1.0.0.2.ip6.arpa", 0 },
		{ "f.8.b.d.0.1.0.0.2.ip6.arpa", 5000 },
		{ "0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 20000 },
		{ "1.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 20000 },
		{ "0.0.data.0.8.b.d.0.1.0.0.2.ip6.arpa", 15000 + 1000 + 5 * 5322 },
		{ "data.2.ip6.arpa", 1000 + 5 * 5322 },
	};
	struct seep_suffixes *list = seep_suffix_open(NULL, 0);
	struct seep_suffix_reader *suffixes = list ? seep_suffix_reader_open(list) : NULL;

	for (size_t i = 0; i < COUNT(cases) && suffixes; i++) {
		struct wire wire = wire_of(cases[i].name);
		struct seep_name name;

		seep_name_split(&name, wire.bytes, wire.size, suffixes);
		is_int(seep_charge_new_domain(&name), SEEP_CHARGE_NEW_DOMAIN_MBIT + cases[i].mbit,
		       "%s: 16 bits and its given labels", cases[i].name);
	}
	ok(suffixes != NULL, "there is a public suffix list");
	seep_suffix_reader_close(suffixes);
	seep_suffix_close(list);
}

/* In a reverse name a number costs its bits; what is none, one bit more than elsewhere. */
static void test_numbers(void)
{
	static const struct {
		uint8_t bits;
		const char *prefix;
		uint64_t mbit;
	} cases[] = {
		{ 8, "1", 2000 + 8000 },
		{ 8, "255", 2000 + 8000 },
		{ 8, "256", 3000 + 4 * 5322 },
		{ 8, "01", 3000 + 3 * 5322 },
		{ 8, "a", 3000 + 2 * 5322 },
		{ 8, "12.34", 4000 + 16000 },
		{ 4, "1", 2000 + 4000 },
		{ 4, "f", 2000 + 4000 },
		{ 4, "g", 3000 + 2 * 5322 },
		{ 4, "12", 3000 + 3 * 5322 },
		{ 4, "1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3.4", 20 * 6000 },
		{ 4, "data.1", 3000 + 5 * 5322 + 6000 },
		{ 0, "1", 2000 + 2 * 5322 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		number_bits = cases[i].bits;
		is_int(charge_of_text(cases[i].prefix), 1000 + cases[i].mbit,
		       "numbers of %u bits: \"%s\"", number_bits, cases[i].prefix);
	}
	number_bits = 4;
	is_int(given_charge_of_text("a.bc"), 5000 + 1000 + 3 * 5322, "and given ones");
	number_bits = 0;
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
	ok(charge_of_text("www") < 1000 + 2000 + 2000, "www takes less than two bits of its own");
	is_int(charge_of_text("www"),
	       3000 + seep_labels_cost(shared, seep_hash_bytes(&key, "www", 3)), "by its share");
	for (unsigned n = 1; n <= SEEP_CHARGE_SHARED_LABELS + 2; n++) {
		strcat(many, n > 1 ? ".www" : "www");
		uint64_t mbit = charge_of_text(many);
		is_bool(mbit - before < 4000 + 2 * 5322, n <= SEEP_CHARGE_SHARED_LABELS,
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
	double sum = 0, odd_sum = 0;
	int free_types = 0, cheap = 0;

	for (unsigned type = 0; type < 65536; type++) {
		uint64_t mbit = seep_charge_question((uint16_t)type, SEEP_QCLASS_IN);
		uint64_t odd_mbit = seep_charge_question((uint16_t)type, 3);

		sum += share_of(mbit);
		odd_sum += 65535 * share_of(odd_mbit);
		free_types += mbit == 0;
		for (size_t i = 0; i < COUNT(classes); i++)
			cheap += seep_charge_question((uint16_t)type, classes[i]) != odd_mbit;
	}
	ok(sum <= 1 && sum > 0.95, "all types take %.6f of a code", sum);
	ok(sum + odd_sum <= 1, "and with those of all other classes %.6f", sum + odd_sum);
	is_int(cheap, 0, "which all cost the same, class 0 too");
	is_int(seep_charge_question(1, 3), 43000, "43 bits");
	is_int(free_types, 0, "none is free");
	ok(seep_charge_question(1, SEEP_QCLASS_IN) < 1100, "A costs a bit");
	ok(seep_charge_question(28, SEEP_QCLASS_IN) < 2000 &&
		   seep_charge_question(65, SEEP_QCLASS_IN) < 3100,
	   "AAAA and HTTPS few");
	ok(seep_charge_question(10, SEEP_QCLASS_IN) > 20000,
	   "NULL more than 16 bits, for it could be any");
	ok(seep_charge_question(16, SEEP_QCLASS_IN) > 5000, "TXT some");
}

/*
 * Linear: two prefixes together cost both, less the one bit that no more follow; and more is never
 * cheaper.
 */
static void test_sums(void)
{
	const uint64_t end = charge_of_text("");
	uint64_t seed = 8;
	int wrong = 0, cheaper = 0;

	printf("# sums: seed %" PRIu64 "\n", seed);
	for (int i = 0; i < 20000; i++) {
		struct wire a, b, both, longer;

		random_prefix(&seed, &a, 120);
		random_prefix(&seed, &b, 120);
		both = a;
		memcpy(both.bytes + a.size, b.bytes, b.size);
		both.size += b.size;
		wrong += charge_of(both.bytes, both.size) !=
			 charge_of(a.bytes, a.size) + charge_of(b.bytes, b.size) - end;
		if (!a.size || a.bytes[0] == 63)
			continue;
		/* a byte more in the first label */
		longer = a;
		memmove(longer.bytes + 2, a.bytes + 1, a.size - 1);
		longer.bytes[1] = (uint8_t)random_next(&seed);
		longer.bytes[0]++;
		longer.size++;
		cheaper += charge_of(longer.bytes, longer.size) < charge_of(a.bytes, a.size) + 5322;
	}
	is_int(wrong, 0, "prefixes cost the sum of their labels");
	is_int(cheaper, 0, "a byte more is never cheaper, nor less than a symbol dearer");
	ok(charge_of_text("ab.cd") > charge_of_text("abcd"), "a cut between labels costs as well");
	ok(charge_of_text("a.b.c.d") > charge_of_text("ab.cd"), "and each of them");
	is_int(charge_of_text("aaaaaaaa"), charge_of_text("q7z-x_9k"),
	       "letters that repeat are no cheaper than others");
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

	is_int(charge_of_name(&split), charge_of_text("ab"), "the prefix is charged");
	is_int(charge_of_name(&odd), charge_of_text("ab"), "whatever the domain's bytes");
	is_int(charge_of_name(&none), charge_of_text(""),
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
	is_int(charge_of(wire, 250), 1000 + 4 * (5322 + 2000) + 246 * 13322,
	       "250 bytes of the dearest");
}

/* A code word for one of ALL / PART: rounded up, so that all together they still fit. */
static void test_odds(void)
{
	static const struct {
		double all, part;
		uint64_t mbit;
	} cases[] = { { 1, 1, 0 },    { 2, 1, 1000 },  { 4, 1, 2000 }, { 1, 0.5, 1000 },
		      { 3, 1, 1585 }, { 40, 1, 5322 }, { 40, 39, 37 }, { 1 << 30, 1, 30000 } };
	int short_codes = 0;

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(seep_bits_of_odds(cases[i].all, cases[i].part), cases[i].mbit, "%g of %g",
		       cases[i].part, cases[i].all);
	for (int all = 1; all < 3000; all++)
		short_codes += all * share_of(seep_bits_of_odds(all, 1)) > 1 + 1e-9;
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
	tap_run(test_bytes);
	tap_run(test_kraft);
	tap_run(test_kraft_small_world);
	tap_run(test_kraft_shared);
	tap_run(test_kraft_reverse);
	tap_run(test_kraft_given);
	tap_run(test_new_domain);
	tap_run(test_numbers);
	tap_run(test_shared);
	tap_run(test_types);
	tap_run(test_sums);
	tap_run(test_domain_is_free);
	tap_run(test_longest);
	tap_run(test_odds);
	tap_run(test_weigh);
	return done();
}
