/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packed lists. The first byte says what the rest is: 0 a file as it is; otherwise contents, which
 * are packed here: with bit 0 as gzip of two members, else as a zip, with bit 1 stored, with bit 2
 * with a descriptor; with bit 3 cut short, with bit 4 a byte of it wrong.
 */
#include "fuzz.h"

#include "base/unpack.h"
#include "packing.h"

const char fuzz_target[] = "unpack";

#define GZIP       0x01
#define STORED     0x02
#define DESCRIPTOR 0x04
#define CUT        0x08
#define WRONG      0x10

#define MOST (1u << 22)

static enum seep_unpack_status unpack(struct seep_unpacked *unpacked, const void *data, size_t size)
{
	char *bytes = (char *)fuzz_copy(data, size);
	enum seep_unpack_status status = seep_unpack(unpacked, bytes, size, MOST);

	free(bytes);
	fuzz_check((unpacked->text != NULL) == (status == SEEP_UNPACK_DONE));
	fuzz_check((unpacked->problem != NULL) == (status == SEEP_UNPACK_BAD));
	fuzz_check(unpacked->size <= MOST);
	fuzz_check(unpacked->size <= SEEP_UNPACK_FREE_BYTES + (size + 1) * SEEP_UNPACK_RATIO_MOST);
	return status;
}

static struct packing pack(uint8_t how, const uint8_t *data, size_t size)
{
	const struct packing_entry entry = { .name = "list",
					     .flags = how & DESCRIPTOR ? 8 : 0,
					     .method = how & STORED ? 0 : 8 };
	struct packing packed = { .size = 0 };

	if (how & GZIP) {
		packing_add_gzip(&packed, data, size / 2);
		packing_add_gzip(&packed, data + size / 2, size - size / 2);
	} else {
		packing_add_entry(&packed, &entry, data, size);
	}
	if (how & CUT)
		packed.size -= packed.size * (how / 64u + 1) / 8;
	if (how & WRONG)
		packed.bytes[packed.size * (how / 64u + 1) / 5] ^= (char)(1 + how);
	return packed;
}

/* What was packed comes out; of what was spoiled nothing else does, but the first member alone. */
static void fuzz_packed(uint8_t how, const uint8_t *data, size_t size)
{
	struct packing packed = pack(how, data, size);
	struct seep_unpacked unpacked;
	enum seep_unpack_status status = unpack(&unpacked, packed.bytes, packed.size);
	bool spoiled = how & (CUT | WRONG);
	bool unsized = (how & (GZIP | STORED | DESCRIPTOR)) == (STORED | DESCRIPTOR);

	if (status == SEEP_UNPACK_DONE)
		fuzz_check(unpacked.size <= size &&
			   memcmp(unpacked.text, data, unpacked.size) == 0);
	if (!spoiled && !unsized && size < SEEP_UNPACK_FREE_BYTES)
		fuzz_check(status == SEEP_UNPACK_DONE && unpacked.size == size);
	free(unpacked.text);
	free(packed.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seep_unpacked unpacked;

	if (!size)
		return 0;
	if (data[0]) {
		fuzz_packed(data[0], data + 1, size - 1);
	} else {
		unpack(&unpacked, data + 1, size - 1);
		free(unpacked.text);
	}
	return 0;
}
