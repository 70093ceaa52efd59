/* SPDX-License-Identifier: BSD-3-Clause */
/* Masks of addresses. */
#include "base/address.h"

struct seep_address_mask seep_address_mask(unsigned bits)
{
	struct seep_address_mask mask;
	uint8_t bytes[16] = { 0 };

	for (unsigned i = 0; i < sizeof(bytes) && 8 * i < bits; i++)
		bytes[i] = bits >= 8 * (i + 1) ? 0xff : (uint8_t)(0xff00 >> (bits - 8 * i));
	memcpy(mask.words, bytes, sizeof(bytes));
	return mask;
}

struct seep_address_masks seep_address_masks(uint64_t v4_bits, uint64_t v6_bits)
{
	return (struct seep_address_masks){
		.v4 = seep_address_mask((unsigned)v4_bits),
		.v6 = seep_address_mask((unsigned)v6_bits),
	};
}
