/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pieces of a price, for who asks what a name costs and why. Their sum is the price (price.h).
 * Queries are not charged by these: they are made for people alone.
 */
#ifndef SEEP_PIECE_H
#define SEEP_PIECE_H

#include <stdint.h>

#include "names/name.h"
#include "sketch/shape.h"

enum seep_piece_kind {
	SEEP_PIECE_TYPE,    /* the type, and the class */
	SEEP_PIECE_FLAG,    /* with the CD flag or without */
	SEEP_PIECE_ADDRESS, /* that there is an address in the prefix, and which; or that none is */
	SEEP_PIECE_SHAPE,   /* which of the user's last prefixes it is written like, or fresh */
	SEEP_PIECE_LABEL,   /* a label of the prefix */
	SEEP_PIECE_DOMAIN,  /* whether it is the domain of the last sending */
	SEEP_PIECE_NEW,     /* which of the domains that nobody here used */
	SEEP_PIECE_USED,    /* which of the user's domains */
	SEEP_PIECE_NOVEL,   /* that the name is novel */
	SEEP_PIECE_KNOWN,   /* which of the known names, and its type */
	SEEP_PIECE_LAST,    /* the last name of a common domain again, in turn */
	SEEP_PIECE_CHOICE,  /* which of the known names of a common domain */
	SEEP_PIECE_ORDER,   /* guesses by what was sent before: below zero, they are right */
};

struct seep_piece {
	enum seep_piece_kind kind;
	int64_t mbit;
	uint8_t label_at;    /* of a label: where it begins in the name */
	enum seep_code code; /* of a label; of a shape NONE if it is fresh */
};

/* A piece for each label, and one of every other kind at most. */
#define SEEP_PIECES_MAX (SEEP_NAME_MAX_LABELS + SEEP_PIECE_ORDER + 1)

struct seep_pieces {
	unsigned count;
	struct seep_piece list[SEEP_PIECES_MAX];
};

static inline void seep_pieces_add(struct seep_pieces *pieces, struct seep_piece piece)
{
	if (pieces->count < SEEP_PIECES_MAX)
		pieces->list[pieces->count++] = piece;
}

#endif
