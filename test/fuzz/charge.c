/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Charges: labels are learned and names are charged, in the order of the input.
 *
 * The input is a list of steps: a byte below 64 is the length of a label that follows and is put in
 * front of the name so far; others tell what to do with the name, see step. What is charged is held
 * against the code lengths that charge.h states.
 */
#include "fuzz.h"

#include "meter/charge.h"
#include "meter/letters.h"

#include <math.h>

const char fuzz_target[] = "charge";

#define DOMAIN      "\7example\3com"
#define LABELS_MOST 512 /* that are kept to sum up their shares */
#define STEPS_MOST  4096

static const struct seep_hash_key key = { .bytes = { 1, 2, 3 }, .rounds = SEEP_HASH_1_3 };

struct charging {
	struct seep_labels *labels;
	uint8_t bytes[SEEP_NAME_MAX_BYTES]; /* the name stands at the end */
	size_t prefix_size;
	unsigned prefix_labels;
	uint8_t number_bits;
	struct seep_shapes shapes; /* of the names sent */
	uint64_t learned[LABELS_MOST];
	unsigned learned_count;
};

static struct seep_name name_of(const struct charging *charging)
{
	size_t size = charging->prefix_size + sizeof(DOMAIN);

	return (struct seep_name){
		.bytes = charging->bytes + sizeof(charging->bytes) - size,
		.size = (uint8_t)size,
		.domain_at = (uint8_t)charging->prefix_size,
		.prefix_labels = (uint8_t)charging->prefix_labels,
		.registrable = true,
		.number_bits = charging->number_bits,
	};
}

/* What says how a label is written where nothing else does: shares of 64 (charge.c), 63 lengths. */
static const double form_bits[SEEP_CODES] = {
	[SEEP_CODE_NONE] = INFINITY,   [SEEP_CODE_SHARED] = 1.1926,
	[SEEP_CODE_MODEL] = 1.1926,    [SEEP_CODE_FLAT] = 4.4150 + 5.977,
	[SEEP_CODE_HEX] = 5 + 5.977,   [SEEP_CODE_DECIMAL] = 5 + 5.977,
	[SEEP_CODE_BYTES] = 6 + 5.977,
};

/* Bits of a label by its shortest code word, of which the shared one has SHARED_BITS. */
static double label_bits(const uint8_t *label, double shared_bits)
{
	double bits = form_bits[SEEP_CODE_SHARED] + shared_bits;
	uint64_t mbit[SEEP_CODES];

	seep_letters_mbit(label, mbit);
	for (enum seep_code code = SEEP_CODE_MODEL; code < SEEP_CODES; code++)
		bits = fmin(bits, form_bits[code] + (double)mbit[code] / 1000);
	return bits;
}

/* Are the labels from AT on, LABELS of them, all numbers? */
static bool are_numbers(const struct charging *charging, const uint8_t *at, unsigned labels)
{
	bool numbers = charging->number_bits && labels;

	for (unsigned i = 0; i < labels; i++, at += 1u + at[0])
		numbers = numbers && seep_name_is_number(at, charging->number_bits);
	return numbers;
}

/* Where the COUNT numbers end that the prefix begins with, an address; 0 if it does not. */
static size_t address_end(const struct seep_name *name, unsigned bits, unsigned count)
{
	size_t at = 0;

	for (unsigned i = 0; i < count; i++, at += 1u + name->bytes[at])
		if (at >= name->domain_at || !seep_name_is_number(name->bytes + at, bits))
			return 0;
	return at;
}

/* Bits that the prefix costs a user that sent none before; with shared labels or with none. */
static double prefix_bits(const struct charging *charging, const struct seep_name *name,
			  bool shared)
{
	double bits = 2 + 1; /* fresh, and none follows */
	size_t at = charging->number_bits ? 0 : address_end(name, 4, 32);
	unsigned address_bits = at ? 128 : 32;

	if (are_numbers(charging, name->bytes, name->prefix_labels) &&
	    name->prefix_labels == (charging->number_bits == 8 ? 1 : 20))
		return 0.152 + name->prefix_labels * charging->number_bits;
	if (!charging->number_bits && !at)
		at = address_end(name, 8, 4);
	if (charging->number_bits)
		bits += 3.3219;
	else
		bits += at ? 5 + address_bits : 0.0458;
	for (unsigned i = 0; at < name->domain_at; i++) {
		const uint8_t *label = name->bytes + at;
		uint64_t hash = seep_hash_bytes(&key, label + 1, label[0]);
		uint64_t shared_mbit = seep_labels_cost(charging->labels, hash);

		/* one follows, and it */
		bits += 1 + label_bits(label, shared && i < SEEP_CHARGE_SHARED_LABELS &&
							      shared_mbit != SEEP_LABELS_UNKNOWN
						      ? (double)shared_mbit / 1000
						      : INFINITY);
		at += 1u + label[0];
	}
	return bits;
}

static uint64_t charge_of(const struct charging *charging, const struct seep_name *name,
			  const struct seep_label_keys *keys, const struct seep_shapes *shapes)
{
	struct seep_shape shape;

	return seep_charge_prefix(name, keys, charging->labels, shapes, &shape);
}

/* The prefix's labels as those that a new domain was given. */
static void check_new_domain(const struct charging *charging)
{
	struct seep_name name = name_of(charging);
	double bits = 16, mbit;
	size_t at = 0;

	name.domain_at = name.prefix_labels = 0;
	name.given_labels = (uint8_t)charging->prefix_labels;
	if (are_numbers(charging, name.bytes, name.given_labels)) {
		bits += 0.152 + name.given_labels * charging->number_bits;
	} else {
		bits += charging->number_bits && name.given_labels ? 3.3219 : 0;
		for (unsigned i = 0; i < name.given_labels; i++, at += 1u + name.bytes[at])
			bits += label_bits(name.bytes + at, INFINITY);
	}
	mbit = (double)seep_charge_new_domain(&name);
	fuzz_check(mbit >= 1000 * bits - 0.001 && mbit <= 1000 * bits + SEEP_NAME_MAX_BYTES);
}

static void check_charge(struct charging *charging)
{
	static const struct seep_shapes nothing;
	struct seep_name name = name_of(charging);
	struct seep_label_keys keys = seep_charge_label_keys(&name, &key);
	struct seep_label_keys none = { .count = 0 };
	uint64_t mbit = charge_of(charging, &name, &keys, &nothing);
	uint64_t spelled_mbit = charge_of(charging, &name, &none, &nothing);

	fuzz_check(keys.count <= SEEP_CHARGE_SHARED_LABELS && keys.count <= name.prefix_labels);
	fuzz_check(mbit > 0 && mbit <= spelled_mbit);
	fuzz_check((double)mbit >= 1000 * prefix_bits(charging, &name, true) - 0.001);
	fuzz_check((double)spelled_mbit >= 1000 * prefix_bits(charging, &name, false) - 0.001);
	/* And no more than rounding makes of it: a few mbit a label. */
	fuzz_check((double)spelled_mbit <=
		   1000 * prefix_bits(charging, &name, false) + 2 * SEEP_NAME_MAX_BYTES);
	check_new_domain(charging);
}

/* The name is sent: again it costs at most to say that it is like the last one, and its letters. */
static void check_shape(struct charging *charging)
{
	struct seep_name name = name_of(charging);
	struct seep_label_keys none = { .count = 0 };
	struct seep_shape shape;
	uint64_t mbit =
		seep_charge_prefix(&name, &none, charging->labels, &charging->shapes, &shape);

	fuzz_check(mbit < (uint64_t)SEEP_NAME_MAX_BYTES * 32 * 1000);
	seep_shape_learn(&charging->shapes, &shape);
	if (name.prefix_labels)
		fuzz_check(charge_of(charging, &name, &none, &charging->shapes) <=
			   mbit + seep_shape_mbit(&charging->shapes, 0));
}

/* Puts a label in front. */
static void put_label(struct charging *charging, const uint8_t *text, size_t length)
{
	struct seep_name name = name_of(charging);
	uint8_t *label;

	if (name.size + length + 1 > SEEP_NAME_MAX_BYTES)
		return;
	charging->prefix_size += length + 1;
	charging->prefix_labels++;
	name = name_of(charging);
	label = charging->bytes + (name.bytes - charging->bytes);
	label[0] = (uint8_t)length;
	memcpy(label + 1, text, length);
}

/* All shares together, of what was learned here, are at most one. */
static void check_shares(const struct charging *charging)
{
	double sum = 0;

	for (unsigned i = 0; i < charging->learned_count; i++) {
		uint64_t mbit = seep_labels_cost(charging->labels, charging->learned[i]);

		if (mbit != SEEP_LABELS_UNKNOWN)
			sum += exp2(-(double)mbit / 1000);
	}
	fuzz_check(sum <= 1 + 1e-9);
}

static void learn(struct charging *charging, uint64_t hash)
{
	unsigned i = 0;

	while (i < charging->learned_count && charging->learned[i] != hash)
		i++;
	if (i == LABELS_MOST)
		return;
	if (i == charging->learned_count)
		charging->learned[charging->learned_count++] = hash;
	seep_labels_learn(charging->labels, hash);
}

static void learn_name(struct charging *charging, unsigned times)
{
	struct seep_name name = name_of(charging);
	struct seep_label_keys keys = seep_charge_label_keys(&name, &key);

	while (times--)
		for (unsigned i = 0; i < keys.count; i++)
			learn(charging, keys.keys[i]);
	check_shares(charging);
}

/* Few users are a quarter at most, others their number; more of them never pay more. */
static void check_weigh(uint64_t charge_mbit, uint64_t users, uint64_t all)
{
	uint64_t few = seep_charge_few(all);
	uint64_t part_mbit = seep_charge_weigh(charge_mbit, users, few);

	fuzz_check(few >= SEEP_CHARGE_FEW_SHARE);
	fuzz_check(all == UINT64_MAX || seep_charge_few(all + 1) >= few);
	if (users <= few)
		fuzz_check(part_mbit >= charge_mbit / SEEP_CHARGE_FEW_SHARE);
	else
		fuzz_check(part_mbit == charge_mbit / users);
	fuzz_check(part_mbit <= charge_mbit);
	fuzz_check(users == UINT64_MAX ||
		   seep_charge_weigh(charge_mbit, users + 1, few) <= part_mbit);
}

static void step(struct charging *charging, uint8_t what, struct fuzz_input *input)
{
	const uint8_t *text;
	uint8_t number;

	switch (what / 64) {
	case 0:
		if (what) {
			what = (uint8_t)fuzz_take_bytes(input, what, &text);
			put_label(charging, text, what);
		}
		break;
	case 1: /* the name ends, and so many domains use it */
		learn_name(charging, what % 64);
		check_shape(charging);
		charging->prefix_size = charging->prefix_labels = 0;
		break;
	case 2: /* a label that is not spelled: many are learned fast */
		number = fuzz_take8(input);
		learn(charging, seep_hash_bytes(&key, &number, sizeof(number)));
		check_shares(charging);
		break;
	default:
		check_weigh(fuzz_take(input, 6), fuzz_take(input, what % 8 + 1u),
			    fuzz_take(input, what / 8 % 8 + 1u));
	}
	check_charge(charging);
}

/* The code of types and classes, once. */
static void check_types(void)
{
	static bool checked;
	double sum = 0;

	if (checked)
		return;
	checked = true;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		uint64_t mbit = seep_charge_question((uint16_t)type, SEEP_QCLASS_IN, false);
		uint64_t odd_mbit = seep_charge_question((uint16_t)type, 3, false);

		fuzz_check(mbit > 0 && odd_mbit > 32000);
		sum += exp2(-(double)mbit / 1000) + 65535 * exp2(-(double)odd_mbit / 1000);
	}
	fuzz_check(sum <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct charging charging;
	static _Alignas(64) uint8_t memory[4096];
	struct fuzz_input input = { data, size };
	/* From one set on, so that labels are pushed out; and of which kind the names are. */
	uint8_t first = fuzz_take8(&input);
	size_t bytes = 64 * (1u + first % 64);

	check_types();
	memset(memory, 0, sizeof(memory));
	memset(&charging, 0, sizeof(charging));
	charging.number_bits = (uint8_t)(first / 128 * (1 + first / 64 % 2) * 4);
	memcpy(charging.bytes + sizeof(charging.bytes) - sizeof(DOMAIN), DOMAIN, sizeof(DOMAIN));
	charging.labels = seep_labels_create(memory, bytes, &key);
	fuzz_check(charging.labels);
	for (unsigned steps = 0; input.left && steps < STEPS_MOST; steps++)
		step(&charging, fuzz_take8(&input), &input);
	seep_labels_destroy(charging.labels);
	return 0;
}
