/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a user's novel prefixes are written: the number of labels, and of each the code and, where
 * that has one, the length.
 *
 * Whoever sends names of one make tells nothing by their make: a prefix that is written like one
 * of the user's last three says which of these it is like, by an adaptive code (Krichevsky and
 * Trofimov 1981), and no more. Any other one says that it is fresh, and then all of its shape
 * (meter/charge.h).
 *
 * Example: a user sends q7x.example, then p2k.example, both spelled in three characters. The first
 * is fresh: with nothing counted, log2(4 / 1) = 2 bits. The second is like the last one, which
 * never was so far: half a count of (1 + 4 * 0.5), log2(3 / 0.5) = 2.585 bits. The tenth like it
 * costs log2(11 / 8.5) = 0.372 bit.
 *
 * Memory: 38 bytes, all zero to begin with. Threads: the user's lock.
 */
#ifndef SEEP_SHAPE_H
#define SEEP_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

/* A prefix of more labels is always fresh. */
#define SEEP_SHAPE_LABELS 5
#define SEEP_SHAPE_LAST   3

/* How a label is written; those from FLAT on say how long it is. */
enum seep_code {
	SEEP_CODE_NONE,
	SEEP_CODE_SHARED,
	SEEP_CODE_MODEL,
	SEEP_CODE_FLAT,
	SEEP_CODE_HEX,
	SEEP_CODE_DECIMAL,
	SEEP_CODE_BYTES,
	SEEP_CODES
};

/* A label's form: its code, and SEEP_CODES times its length or 0. 0: no more labels. */
struct seep_shape {
	uint16_t forms[SEEP_SHAPE_LABELS];
};

static inline uint16_t seep_shape_form(enum seep_code code, unsigned length)
{
	return (uint16_t)(code + (code >= SEEP_CODE_FLAT ? SEEP_CODES * length : 0));
}

static inline enum seep_code seep_shape_code(uint16_t form)
{
	return form % SEEP_CODES;
}

struct seep_shapes {
	struct seep_shape last[SEEP_SHAPE_LAST]; /* the latest first */
	uint16_t ranks[SEEP_SHAPE_LAST + 1]; /* how often each was used again; the last: fresh */
};

/* The cost of saying that the RANKth of the last shapes is used again, or with SEEP_SHAPE_LAST that
 * the prefix is fresh, thousandths of a bit. */
uint64_t seep_shape_mbit(const struct seep_shapes *shapes, unsigned rank);

/* Learns the shape of what was sent; one without labels is not learned. */
void seep_shape_learn(struct seep_shapes *shapes, const struct seep_shape *shape);

/* What was saved, whatever bytes it was: emptied if learning cannot have come to it. */
void seep_shape_mend(struct seep_shapes *shapes);

#endif
