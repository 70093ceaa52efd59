/* SPDX-License-Identifier: BSD-3-Clause */
/* How alike two words are, for who mistyped one. */
#ifndef SEEPCTL_NEAR_H
#define SEEPCTL_NEAR_H

/*
 * Returns how many letters have to be put in, taken out, changed, or swapped with the next one
 * (Damerau 1964), to make one word of the other; more than 15 for longer words than that.
 */
unsigned near_distance(const char *a, const char *b);

#endif
