/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The code length of a name.
 *
 * A fresh prefix is written label by label: one bit says that a label follows, a
 * form says in which of six codes and how long it is (form_mbit below), and after the
 * last one bit says that none follows. One that is like a shape used before (shape.h)
 * says that alone, and then its letters. The shared code takes -log2 of the label's
 * share of all uses of labels here; the other five are letters.h's.
 *
 * A reverse name that is a whole address is written as numbers, each with as many bits as
 * there are in it; so is an address that another prefix begins with, and its other labels follow.
 *
 * A new domain's given labels are written so, too, without the shared code: for
 * what somebody made for a tunnel is in no other domain. How many there are is
 * part of which domain it is: a rule of the list gives at most two, and a
 * reverse zone four.
 *
 * Names are lower-cased before they get here, and before they leave.
 */
#include "meter/charge.h"

#include "meter/letters.h"
#include "seep_rr.h"

#define MORE_LABELS_MBIT SEEP_BIT_MBIT

/* Of ten reverse names nine are whole addresses: so many numbers below the /24 or the /48. */
#define NUMBERS_MBIT    153u
#define NO_NUMBERS_MBIT 3322u
#define V4_DIGITS       1u
#define V6_DIGITS       20u

/* Of 32 other prefixes one begins with an address as reverse names have it: so block lists and
 * networks' numbers are looked up. */
#define ADDRESS_MBIT    (5 * SEEP_BIT_MBIT)
#define NO_ADDRESS_MBIT 46u

/*
 * What says how a label is written, where nothing else does: the code, by shares of 28, 28, 3, 2, 2
 * and 1 in 64, and one of 63 lengths.
 */
#define LENGTH_MBIT 5978u
static const uint64_t form_mbit[SEEP_CODES] = {
	[SEEP_CODE_NONE] = SEEP_LETTERS_NEVER,
	[SEEP_CODE_SHARED] = 1193,
	[SEEP_CODE_MODEL] = 1193,
	[SEEP_CODE_FLAT] = 4416 + LENGTH_MBIT,
	[SEEP_CODE_HEX] = 5000 + LENGTH_MBIT,
	[SEEP_CODE_DECIMAL] = 5000 + LENGTH_MBIT,
	[SEEP_CODE_BYTES] = 6000 + LENGTH_MBIT,
};

/* An eighth of all are few, up to so many: more machines in one hand are no
 * longer a leak but the organisation. */
#define FEW_OF    8
#define FEW_LEAST 8
#define FEW_MOST  64

/* Of a hundred questions of reverse names 95 are for PTR. */
#define PTR_MBIT    75u
#define NO_PTR_MBIT 4322u

/* Shares of RR types in what a resolver sends, in 1/2048; of the rest, 3 are left
 * for all 65,536 of them alike, and 1 for those of all other classes (rounded so that
 * the sum stays below one). */
#define ALL_SHARES    2048
#define OTHER_TYPES   3
#define OTHER_CLASSES 1
static const struct type_share {
	uint16_t type;
	uint16_t share;
} type_shares[] = {
	{ SEEP_TYPE_A, 1000 },  { SEEP_TYPE_AAAA, 550 }, { SEEP_TYPE_HTTPS, 250 },
	{ SEEP_TYPE_PTR, 100 }, { SEEP_TYPE_TXT, 40 },   { SEEP_TYPE_MX, 30 },
	{ SEEP_TYPE_SRV, 30 },  { SEEP_TYPE_NS, 16 },    { SEEP_TYPE_SOA, 10 },
	{ SEEP_TYPE_CNAME, 6 }, { SEEP_TYPE_DS, 4 },     { SEEP_TYPE_DNSKEY, 3 },
	{ SEEP_TYPE_SVCB, 2 },  { SEEP_TYPE_NAPTR, 2 },  { SEEP_TYPE_CAA, 1 },
};

/* Where the COUNT numbers end that the prefix begins with; 0 if it does not. */
static size_t numbers_end(const struct seep_name *name, unsigned bits, unsigned count)
{
	size_t at = 0;

	for (; count; count--) {
		if (at >= name->domain_at || !seep_name_is_number(name->bytes + at, bits))
			return 0;
		at += 1u + name->bytes[at];
	}
	return at;
}

/*
 * Where the address ends that the prefix begins with, and its BITS; 0 if there is none. The longer
 * one first: an IPv6 address may begin with four digits that are numbers of IPv4, too.
 */
static size_t address_end(const struct seep_name *name, unsigned *bits)
{
	size_t end = name->number_bits ? 0 : numbers_end(name, 4, 32);

	*bits = 128;
	if (end || name->number_bits)
		return end;
	*bits = 32;
	return numbers_end(name, 8, 4);
}

struct seep_label_keys seep_charge_label_keys(const struct seep_name *name,
					      const struct seep_hash_key *key)
{
	struct seep_label_keys keys = { .count = 0 };
	size_t at = address_end(name, &(unsigned){ 0 });

	while (at < name->domain_at && keys.count < SEEP_CHARGE_SHARED_LABELS) {
		keys.keys[keys.count++] =
			seep_hash_bytes(key, name->bytes + at + 1, name->bytes[at]);
		at += 1u + name->bytes[at];
	}
	return keys;
}

/* What a label costs in each code, beside what says which code and length that is. */
static void label_mbit(const uint8_t *label, uint64_t shared_mbit, uint64_t mbit[SEEP_CODES])
{
	mbit[SEEP_CODE_NONE] = SEEP_LETTERS_NEVER;
	mbit[SEEP_CODE_SHARED] =
		shared_mbit < SEEP_LETTERS_NEVER ? shared_mbit : SEEP_LETTERS_NEVER;
	seep_letters_mbit(label, mbit);
}

/* Are the labels from AT to END numbers, and if COUNT is not 0 so many? */
static bool are_numbers(const struct seep_name *name, size_t at, size_t end, unsigned count)
{
	unsigned labels = 0;

	for (; at < end; at += 1u + name->bytes[at], labels++)
		if (!seep_name_is_number(name->bytes + at, name->number_bits))
			return false;
	return labels > 0 && (!count || labels == count);
}

/* The cheapest code of a label for which nothing says yet how it is written. */
static enum seep_code cheapest(const uint64_t mbit[SEEP_CODES])
{
	enum seep_code best = SEEP_CODE_BYTES;

	for (enum seep_code code = SEEP_CODE_SHARED; code < SEEP_CODE_BYTES; code++)
		if (mbit[code] + form_mbit[code] < mbit[best] + form_mbit[best])
			best = code;
	return best;
}

/* The costs of a prefix in all the ways to write it. */
struct ways {
	uint64_t fresh_mbit;
	uint64_t again_mbit[SEEP_SHAPE_LAST];
};

static void add_label(struct ways *ways, const struct seep_shapes *shapes, unsigned at,
		      unsigned length, const uint64_t mbit[SEEP_CODES], struct seep_shape *fresh)
{
	enum seep_code code = cheapest(mbit);

	ways->fresh_mbit += MORE_LABELS_MBIT + mbit[code] + form_mbit[code];
	if (at < SEEP_SHAPE_LABELS)
		fresh->forms[at] = seep_shape_form(code, length);
	for (unsigned rank = 0; rank < SEEP_SHAPE_LAST; rank++) {
		uint16_t form = at < SEEP_SHAPE_LABELS ? shapes->last[rank].forms[at] : 0;

		code = seep_shape_code(form);
		ways->again_mbit[rank] +=
			form == seep_shape_form(code, length) ? mbit[code] : SEEP_LETTERS_NEVER;
	}
}

/* A label's cost in each code, where it is the COUNTth of the prefix. */
static void cost_of(const struct seep_name *name, size_t at, unsigned count,
		    const struct seep_label_keys *keys, const struct seep_labels *labels,
		    uint64_t mbit[SEEP_CODES])
{
	label_mbit(name->bytes + at,
		   count < keys->count ? seep_labels_cost(labels, keys->keys[count])
				       : SEEP_LABELS_UNKNOWN,
		   mbit);
}

/* The cheapest way of those after FRESH_MBIT; SEEP_SHAPE_LAST is fresh. It has to end where a
 * prefix of COUNT labels does. */
static unsigned best_way(const struct ways *ways, const struct seep_shapes *shapes, unsigned count,
			 uint64_t *best_mbit)
{
	unsigned best = SEEP_SHAPE_LAST;

	*best_mbit = ways->fresh_mbit + seep_shape_mbit(shapes, SEEP_SHAPE_LAST);
	for (unsigned rank = 0; rank < SEEP_SHAPE_LAST; rank++) {
		uint64_t mbit = ways->again_mbit[rank] + seep_shape_mbit(shapes, rank);

		if (!count || count > SEEP_SHAPE_LABELS || mbit >= *best_mbit ||
		    (count < SEEP_SHAPE_LABELS && shapes->last[rank].forms[count]))
			continue;
		*best_mbit = mbit;
		best = rank;
	}
	return best;
}

/* A prefix label by label, after FROM bytes: how, and in *MBIT for how much. */
static unsigned spell(const struct seep_name *name, size_t from, const struct seep_label_keys *keys,
		      const struct seep_labels *labels, const struct seep_shapes *shapes,
		      struct seep_shape *shape, uint64_t *mbit)
{
	struct ways ways = { .fresh_mbit = MORE_LABELS_MBIT }; /* that no more follow */
	unsigned count = 0, way;

	for (size_t at = from; at < name->domain_at; at += 1u + name->bytes[at]) {
		uint64_t costs[SEEP_CODES];

		cost_of(name, at, count, keys, labels, costs);
		add_label(&ways, shapes, count++, name->bytes[at], costs, shape);
	}
	if (!count || count > SEEP_SHAPE_LABELS)
		*shape = (struct seep_shape){ 0 };
	way = best_way(&ways, shapes, count, mbit);
	if (way < SEEP_SHAPE_LAST)
		*shape = shapes->last[way];
	return way;
}

static uint64_t spelled_mbit(const struct seep_name *name, size_t from,
			     const struct seep_label_keys *keys, const struct seep_labels *labels,
			     const struct seep_shapes *shapes, struct seep_shape *shape)
{
	uint64_t mbit;

	(void)spell(name, from, keys, labels, shapes, shape, &mbit);
	return mbit;
}

/* A prefix that may begin with an address. */
static uint64_t forward_mbit(const struct seep_name *name, const struct seep_label_keys *keys,
			     const struct seep_labels *labels, const struct seep_shapes *shapes,
			     struct seep_shape *shape)
{
	unsigned bits;
	size_t from = address_end(name, &bits);

	return (from ? ADDRESS_MBIT + bits * SEEP_BIT_MBIT : NO_ADDRESS_MBIT) +
	       spelled_mbit(name, from, keys, labels, shapes, shape);
}

uint64_t seep_charge_prefix(const struct seep_name *name, const struct seep_label_keys *keys,
			    const struct seep_labels *labels, const struct seep_shapes *shapes,
			    struct seep_shape *shape)
{
	unsigned digits = name->number_bits == 8 ? V4_DIGITS : V6_DIGITS;

	*shape = (struct seep_shape){ 0 };
	if (!name->number_bits)
		return forward_mbit(name, keys, labels, shapes, shape);
	if (are_numbers(name, 0, name->domain_at, digits))
		return NUMBERS_MBIT + digits * name->number_bits * SEEP_BIT_MBIT;
	return NO_NUMBERS_MBIT + spelled_mbit(name, 0, keys, labels, shapes, shape);
}

/* The piece of a label: in the code that its form says, or in the cheapest, which is told. */
static struct seep_piece label_piece(size_t at, const uint64_t mbit[SEEP_CODES],
				     const uint16_t *form)
{
	enum seep_code code = form ? seep_shape_code(*form) : cheapest(mbit);

	return (struct seep_piece){
		.kind = SEEP_PIECE_LABEL,
		.mbit = (int64_t)(mbit[code] + (form ? 0 : MORE_LABELS_MBIT + form_mbit[code])),
		.label_at = (uint8_t)at,
		.code = code,
	};
}

/* What says where in the prefix labels begin that are spelled; *FROM becomes that. */
static uint64_t address_mbit(const struct seep_name *name, size_t *from)
{
	unsigned digits = name->number_bits == 8 ? V4_DIGITS : V6_DIGITS, bits;

	*from = 0;
	if (!name->number_bits) {
		*from = address_end(name, &bits);
		return *from ? ADDRESS_MBIT + bits * SEEP_BIT_MBIT : NO_ADDRESS_MBIT;
	}
	if (!are_numbers(name, 0, name->domain_at, digits))
		return NO_NUMBERS_MBIT;
	*from = name->domain_at;
	return NUMBERS_MBIT + digits * name->number_bits * SEEP_BIT_MBIT;
}

void seep_charge_prefix_pieces(const struct seep_name *name, const struct seep_label_keys *keys,
			       const struct seep_labels *labels, const struct seep_shapes *shapes,
			       struct seep_pieces *pieces)
{
	struct seep_shape shape = { 0 };
	uint64_t mbit;
	unsigned way, count = 0;
	size_t from;

	seep_pieces_add(pieces, (struct seep_piece){ .kind = SEEP_PIECE_ADDRESS,
						     .mbit = (int64_t)address_mbit(name, &from) });
	if (name->number_bits && from)
		return;
	way = spell(name, from, keys, labels, shapes, &shape, &mbit);
	mbit = seep_shape_mbit(shapes, way) + (way == SEEP_SHAPE_LAST ? MORE_LABELS_MBIT : 0);
	seep_pieces_add(pieces,
			(struct seep_piece){ .kind = SEEP_PIECE_SHAPE,
					     .mbit = (int64_t)mbit,
					     .code = way == SEEP_SHAPE_LAST ? SEEP_CODE_NONE
									    : SEEP_CODE_SHARED });
	for (size_t at = from; at < name->domain_at; at += 1u + name->bytes[at], count++) {
		uint64_t costs[SEEP_CODES];

		cost_of(name, at, count, keys, labels, costs);
		seep_pieces_add(pieces,
				label_piece(at, costs,
					    way == SEEP_SHAPE_LAST ? NULL : &shape.forms[count]));
	}
}

/* A given label: there is no shared code. */
static uint64_t given_mbit(const uint8_t *label)
{
	uint64_t mbit[SEEP_CODES];
	enum seep_code code;

	label_mbit(label, SEEP_LABELS_UNKNOWN, mbit);
	code = cheapest(mbit);
	return mbit[code] + form_mbit[code];
}

uint64_t seep_charge_new_domain(const struct seep_name *name)
{
	uint64_t mbit = SEEP_CHARGE_NEW_DOMAIN_MBIT;
	size_t from = name->domain_at, end = from;

	for (unsigned i = 0; i < name->given_labels; i++)
		end += 1u + name->bytes[end];
	if (name->number_bits && are_numbers(name, from, end, name->given_labels))
		return mbit + NUMBERS_MBIT + name->given_labels * name->number_bits * SEEP_BIT_MBIT;
	if (name->number_bits && name->given_labels)
		mbit += NO_NUMBERS_MBIT;
	for (size_t at = from; at < end; at += 1u + name->bytes[at])
		mbit += given_mbit(name->bytes + at);
	return mbit;
}

uint64_t seep_charge_question(uint16_t type, uint16_t qclass, bool is_reverse)
{
	if (is_reverse && type == SEEP_TYPE_PTR && qclass == SEEP_QCLASS_IN)
		return PTR_MBIT;
	if (is_reverse)
		return NO_PTR_MBIT + seep_charge_question(type, qclass, false);
	if (qclass != SEEP_QCLASS_IN)
		return seep_bits_of_odds((UINT64_C(65536) * 65536) * ALL_SHARES, OTHER_CLASSES);
	for (size_t i = 0; i < sizeof(type_shares) / sizeof(type_shares[0]); i++)
		if (type_shares[i].type == type)
			return seep_bits_of_odds(ALL_SHARES, type_shares[i].share);
	return seep_bits_of_odds(UINT64_C(65536) * ALL_SHARES, OTHER_TYPES);
}

uint64_t seep_charge_weigh(uint64_t charge_mbit, uint64_t users, uint64_t few)
{
	if (users <= few && users > SEEP_CHARGE_FEW_SHARE)
		users = SEEP_CHARGE_FEW_SHARE;
	return users > 1 ? charge_mbit / users : charge_mbit;
}

uint64_t seep_charge_few(uint64_t users)
{
	uint64_t few = users / FEW_OF;

	return few < FEW_LEAST ? FEW_LEAST : few > FEW_MOST ? FEW_MOST : few;
}
