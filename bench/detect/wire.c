/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds names in wire form, label by label. */
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 255

void wire_label(struct wire *wire, const void *bytes, size_t size)
{
	if (size > 63)
		size = 63;
	if (!size || wire->size + 1 + size + 1 > NAME_MAX_BYTES)
		return;
	wire->bytes[wire->size] = (uint8_t)size;
	memcpy(wire->bytes + wire->size + 1, bytes, size);
	wire->size += 1 + (unsigned)size;
}

void wire_text(struct wire *wire, const char *label)
{
	wire_label(wire, label, strlen(label));
}

void wire_format(struct wire *wire, const char *format, ...)
{
	char label[80];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(label, sizeof(label), format, arguments);
	va_end(arguments);
	wire_text(wire, label);
}

void wire_random(struct wire *wire, struct dice *dice, const char *alphabet, unsigned count)
{
	uint32_t letters = (uint32_t)strlen(alphabet);
	char label[64];

	if (count > 63)
		count = 63;
	for (unsigned i = 0; i < count; i++)
		label[i] = alphabet[dice_below(dice, letters)];
	wire_label(wire, label, count);
}

void wire_dotted(struct wire *wire, const char *labels)
{
	while (*labels) {
		size_t size = strcspn(labels, ".");

		wire_label(wire, labels, size);
		labels += size;
		labels += *labels == '.';
	}
}

void wire_append(struct wire *wire, const uint8_t *name)
{
	while (*name) {
		wire_label(wire, name + 1, *name);
		name += 1 + *name;
	}
}

void wire_end(struct wire *wire)
{
	wire->bytes[wire->size++] = 0;
}

void wire_reversed(struct wire *wire, uint32_t address)
{
	for (int i = 0; i < 4; i++)
		wire_format(wire, "%u", address >> 8 * i & 255);
}

unsigned wire_room(unsigned zone_size, unsigned label_max, unsigned chars)
{
	unsigned most = NAME_MAX_BYTES - zone_size;

	most -= (most + label_max) / (label_max + 1);
	return chars < most ? chars : most;
}

uint64_t wire_hash(const uint8_t *bytes, size_t size)
{
	uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ size;
	uint64_t word;

	while (size >= 8) {
		memcpy(&word, bytes, 8);
		hash = dice_mix(hash ^ word);
		bytes += 8;
		size -= 8;
	}
	word = 0;
	memcpy(&word, bytes, size);
	return dice_mix(hash ^ word) | 1;
}
