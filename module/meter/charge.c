/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The code length of a name.
 *
 * A prefix is written label by label: one bit says that a label follows, one
 * by which of two codes, and after the last one bit says that none follows.
 *
 * The spelled code has 40 equally likely symbols, log2(40) < 5.322 bits each:
 * the 38 characters of host and service names, "another byte", whose value
 * takes 8 bits more, and "end of label". The shared code takes -log2 of the
 * label's share of all uses of labels here.
 *
 * In a reverse name the one bit says whether the label is written as a number,
 * which takes as many bits as there are in it; if it is not, one more bit says by
 * which of the two codes.
 *
 * A new domain's given labels are written so, too, without the shared code: for
 * what somebody made for a tunnel is in no other domain. How many there are is
 * part of which domain it is: a rule of the list gives at most two, and a
 * reverse zone four.
 *
 * Names are lower-cased before they get here, and before they leave.
 */
#include "meter/charge.h"

#include "seep_rr.h"

#define SYMBOL_MBIT      5322u
#define OTHER_BYTE_MBIT  (SYMBOL_MBIT + 8 * SEEP_BIT_MBIT)
#define MORE_LABELS_MBIT SEEP_BIT_MBIT
#define WHICH_CODE_MBIT  SEEP_BIT_MBIT

/* An eighth of all are few, up to so many: more machines in one hand are no
 * longer a leak but the organisation. */
#define FEW_OF    8
#define FEW_LEAST 8
#define FEW_MOST  64

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
					      const struct seep_hash_key *key)
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

/* A label of the name, by the cheapest of its codes, and by which. */
static uint64_t label_mbit(const struct seep_name *name, const uint8_t *label, uint64_t shared_mbit)
{
	uint64_t mbit = spelled_mbit(label);

	if (shared_mbit < mbit)
		mbit = shared_mbit;
	mbit += WHICH_CODE_MBIT;
	if (!name->number_bits)
		return mbit;
	if (seep_name_is_number(label, name->number_bits) &&
	    name->number_bits * SEEP_BIT_MBIT < mbit)
		mbit = name->number_bits * SEEP_BIT_MBIT;
	return mbit + WHICH_CODE_MBIT;
}

uint64_t seep_charge_prefix(const struct seep_name *name, const struct seep_label_keys *keys,
			    const struct seep_labels *labels)
{
	uint64_t mbit = MORE_LABELS_MBIT; /* that no more follow */
	size_t at = 0;

	for (unsigned i = 0; at < name->domain_at; i++) {
		uint64_t shared_mbit = i < keys->count ? seep_labels_cost(labels, keys->keys[i])
						       : SEEP_LABELS_UNKNOWN;

		mbit += MORE_LABELS_MBIT + label_mbit(name, name->bytes + at, shared_mbit);
		at += 1u + name->bytes[at];
	}
	return mbit;
}

/* A given label: there is no shared code, so no bit says that it is not that. */
static uint64_t given_mbit(const struct seep_name *name, const uint8_t *label)
{
	if (!name->number_bits)
		return spelled_mbit(label);
	return WHICH_CODE_MBIT + (seep_name_is_number(label, name->number_bits)
					  ? name->number_bits * SEEP_BIT_MBIT
					  : spelled_mbit(label));
}

uint64_t seep_charge_new_domain(const struct seep_name *name)
{
	uint64_t mbit = SEEP_CHARGE_NEW_DOMAIN_MBIT;
	size_t at = name->domain_at;

	for (unsigned i = 0; i < name->given_labels; i++) {
		mbit += given_mbit(name, name->bytes + at);
		at += 1u + name->bytes[at];
	}
	return mbit;
}

uint64_t seep_charge_question(uint16_t type, uint16_t qclass)
{
	if (qclass != SEEP_QCLASS_IN)
		return seep_bits_of_odds(ALL_SHARES * 65536.0 * 65536, OTHER_CLASSES);
	for (size_t i = 0; i < sizeof(type_shares) / sizeof(type_shares[0]); i++)
		if (type_shares[i].type == type)
			return seep_bits_of_odds(ALL_SHARES, type_shares[i].share);
	return seep_bits_of_odds(ALL_SHARES * 65536.0, OTHER_TYPES);
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
