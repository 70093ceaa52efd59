/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The code length of a name.
 *
 * A prefix is written label by label: one bit says that a label follows, one
 * by which of two codes, and after the last one bit says that none follows.
 *
 * The spelled code has 40 equally likely symbols, log2(40) < 5.322 bits each:
 * the 38 characters of host and service names, "another byte", whose value
 * takes 8 bits more, and "end of label".  The shared code takes -log2 of the
 * label's share of all uses of labels here.
 *
 * Names are lower-cased before they get here, and before they leave.
 */
#include "charge.h"

#define SYMBOL_MBIT      5322u
#define OTHER_BYTE_MBIT  (SYMBOL_MBIT + 8 * SEEP_BIT_MBIT)
#define MORE_LABELS_MBIT SEEP_BIT_MBIT
#define WHICH_CODE_MBIT  SEEP_BIT_MBIT

/* An eighth of all are few, up to so many: more machines in one hand are no
 * longer a leak but the organisation. */
#define FEW_OF    8
#define FEW_LEAST 8
#define FEW_MOST  64

/* Shares of RR types in what a resolver sends, in 1/2048; the rest, 4, is left
 * for all 65,536 of them alike (rounded so that the sum stays below one). */
static const struct type_share {
	uint16_t type;
	uint16_t share;
} type_shares[] = {
	{ 1, 1000 }, /* A */
	{ 28, 550 }, /* AAAA */
	{ 65, 250 }, /* HTTPS */
	{ 12, 100 }, /* PTR */
	{ 16, 40 },  /* TXT */
	{ 15, 30 },  /* MX */
	{ 33, 30 },  /* SRV */
	{ 2, 16 },   /* NS */
	{ 6, 10 },   /* SOA */
	{ 5, 6 },    /* CNAME */
	{ 43, 4 },   /* DS */
	{ 48, 3 },   /* DNSKEY */
	{ 64, 2 },   /* SVCB */
	{ 35, 2 },   /* NAPTR */
	{ 257, 1 },  /* CAA */
};

static uint64_t byte_mbit(uint8_t byte)
{
	if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
	    byte == '_')
		return SYMBOL_MBIT;
	return OTHER_BYTE_MBIT;
}

static uint64_t spelled_mbit(const uint8_t *label)
{
	uint64_t mbit = SYMBOL_MBIT; /* its end */

	for (unsigned i = 1; i <= label[0]; i++)
		mbit += byte_mbit(label[i]);
	return mbit;
}

struct seep_label_keys seep_charge_label_keys(const struct seep_name *name,
					      const uint8_t key[SEEP_HASH_KEY_BYTES])
{
	struct seep_label_keys keys = { .count = 0 };
	size_t at = 0;

	while (at < name->domain_at && keys.count < SEEP_CHARGE_SHARED_LABELS) {
		keys.keys[keys.count++] =
			seep_hash_bytes(key, name->bytes + at + 1, name->bytes[at]);
		at += 1u + name->bytes[at];
	}
	return keys;
}

uint64_t seep_charge_prefix(const struct seep_name *name, const struct seep_label_keys *keys,
			    const struct seep_labels *labels)
{
	uint64_t mbit = MORE_LABELS_MBIT; /* that no more follow */
	size_t at = 0;

	for (unsigned i = 0; at < name->domain_at; i++) {
		uint64_t label_mbit = spelled_mbit(name->bytes + at);

		if (i < keys->count) {
			uint64_t shared_mbit = seep_labels_cost(labels, keys->keys[i]);

			if (shared_mbit < label_mbit)
				label_mbit = shared_mbit;
		}
		mbit += MORE_LABELS_MBIT + WHICH_CODE_MBIT + label_mbit;
		at += 1u + name->bytes[at];
	}
	return mbit;
}

uint64_t seep_charge_type(uint16_t type)
{
	for (size_t i = 0; i < sizeof(type_shares) / sizeof(type_shares[0]); i++)
		if (type_shares[i].type == type)
			return seep_bits_of_odds(2048, type_shares[i].share);
	return seep_bits_of_odds(2048.0 * 65536, 4);
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
