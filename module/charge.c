/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The code length of a name.
 *
 * A prefix is spelled label by label.  The alphabet has 40 equally likely
 * symbols, log2(40) < 5.322 bits each: the 38 characters of host and service
 * names, "another byte", whose value takes 8 bits more, and "end of label"; one
 * bit before each label, and one after the last, says whether a label follows.
 * It is a prefix code: a label of n ordinary characters takes 5.322 * (n + 1) +
 * 1 bits, and the empty prefix one.
 * Names are lower-cased before they get here, and before they leave.
 */
#include "charge.h"

#define SYMBOL_MBIT      5322u
#define OTHER_BYTE_MBIT  (SYMBOL_MBIT + 8 * SEEP_BIT_MBIT)
#define MORE_LABELS_MBIT SEEP_BIT_MBIT

static uint64_t byte_mbit(uint8_t byte)
{
	if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
	    byte == '_')
		return SYMBOL_MBIT;
	return OTHER_BYTE_MBIT;
}

static uint64_t label_mbit(const uint8_t *label)
{
	uint64_t mbit = SYMBOL_MBIT; /* its end */

	for (unsigned i = 1; i <= label[0]; i++)
		mbit += byte_mbit(label[i]);
	return mbit;
}

uint64_t seep_charge_prefix(const struct seep_name *name)
{
	uint64_t mbit = MORE_LABELS_MBIT; /* that no more follow */
	size_t at = 0;

	while (at < name->domain_at) {
		mbit += label_mbit(name->bytes + at) + MORE_LABELS_MBIT;
		at += 1u + name->bytes[at];
	}
	return mbit;
}

uint64_t seep_charge_weigh(uint64_t charge_mbit, uint64_t users)
{
	return users > 1 ? charge_mbit / users : charge_mbit;
}
