/* SPDX-License-Identifier: BSD-3-Clause */
/* How alike two words are, for who mistyped one. */
#ifndef SEEPCTL_NEAR_H
#define SEEPCTL_NEAR_H

#include <stdbool.h>

/*
 * Returns how many letters have to be put in, taken out, changed, or swapped with the next one
 * (Damerau 1964), to make one word of the other; more than 15 for longer words than that.
 */
unsigned near_distance(const char *a, const char *b);

/* So many letters of a slip may be wrong. */
#define NEAR_WRONG_LETTERS 2

/* Returns whether WORD is probably a slip for MEANT: so many letters are wrong at most, not all. */
bool near_is_slip(const char *word, const char *meant);

#endif
