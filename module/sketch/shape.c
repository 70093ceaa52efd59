/* SPDX-License-Identifier: BSD-3-Clause */
/* The shapes of a user's last prefixes. */
#include "sketch/shape.h"

#include <string.h>

#include "base/bits.h"

/* The counts are halved when they get here, as repeat.c's. */
#define COUNT_MOST 4096

uint64_t seep_shape_mbit(const struct seep_shapes *shapes, unsigned rank)
{
	uint64_t halves = SEEP_SHAPE_LAST + 1; /* a prior of a half each (KT) */

	for (unsigned i = 0; i <= SEEP_SHAPE_LAST; i++)
		halves += 2u * shapes->ranks[i];
	return seep_bits_of_odds(halves, 2u * shapes->ranks[rank] + 1);
}

void seep_shape_learn(struct seep_shapes *shapes, const struct seep_shape *shape)
{
	unsigned rank = 0;

	if (!shape->forms[0])
		return;
	while (rank < SEEP_SHAPE_LAST && memcmp(&shapes->last[rank], shape, sizeof(*shape)) != 0)
		rank++;
	if (++shapes->ranks[rank] == COUNT_MOST)
		for (unsigned i = 0; i <= SEEP_SHAPE_LAST; i++)
			shapes->ranks[i] /= 2;
	if (rank == SEEP_SHAPE_LAST)
		rank--;
	memmove(shapes->last + 1, shapes->last, rank * sizeof(*shape));
	shapes->last[0] = *shape;
}

void seep_shape_mend(struct seep_shapes *shapes)
{
	for (unsigned i = 0; i <= SEEP_SHAPE_LAST; i++)
		if (shapes->ranks[i] >= COUNT_MOST)
			*shapes = (struct seep_shapes){ 0 };
}
