/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds names in wire form, label by label. */
#ifndef DETECT_WIRE_H
#define DETECT_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "dice.h"

/* A name under construction; complete after wire_end or wire_zone. */
struct wire {
	uint8_t bytes[256];
	unsigned size;
};

#define WIRE_BASE32 "abcdefghijklmnopqrstuvwxyz234567"
#define WIRE_HEX    "0123456789abcdef"
#define WIRE_BASE36 "0123456789abcdefghijklmnopqrstuvwxyz"
#define WIRE_LOWER  "abcdefghijklmnopqrstuvwxyz"

/* Appends a label; what does not fit in a name is left out. */
void wire_label(struct wire *wire, const void *bytes, size_t size);
void wire_text(struct wire *wire, const char *label);
__attribute__((format(printf, 2, 3))) void wire_format(struct wire *wire, const char *format, ...);

/* Appends a label of COUNT characters drawn from ALPHABET. */
void wire_random(struct wire *wire, struct dice *dice, const char *alphabet, unsigned count);

/* Appends the labels of a dotted text, e.g. a zone. */
void wire_dotted(struct wire *wire, const char *labels);

/* Appends the labels of a wire-form name, without its root. */
void wire_append(struct wire *wire, const uint8_t *name);

/* Appends the root label. */
void wire_end(struct wire *wire);

/* An address, most significant byte first, as the labels of a reverse name. */
void wire_reversed(struct wire *wire, uint32_t address);

/* Bytes of CHARS payload characters that fit before a zone of ZONE_SIZE wire
 * bytes, with a length byte for every LABEL_MAX of them. */
unsigned wire_room(unsigned zone_size, unsigned label_max, unsigned chars);

/* 64 bits of SIZE bytes; not keyed, only for the benchmark's own tables. */
uint64_t wire_hash(const uint8_t *bytes, size_t size);

#endif
