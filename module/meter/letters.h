/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a label costs that is written letter by letter: the shortest of five codes, each with the
 * bits that say which it is.
 *
 *   model    each symbol by its share after the two before it, in public host names; ends with a
 *            symbol of its own. A byte that no host name has costs 8 bits more.
 *   flat     6 bits of length, then one of 38 characters: a to z, 0 to 9, "-" and "_"
 *   hex      6 bits of length, then 4 bits a character: 0 to 9, a to f
 *   decimal  6 bits of length, then log2(10) bits a digit
 *   bytes    6 bits of length, then 8 bits a byte
 *
 * The model is fixed: a context of two symbols (Shannon 1948), trained off-line by tool/letters.py
 * with Witten and Bell's blending (1991). What one network asks does not move it, so nobody can
 * make a letter cheap.
 *
 * Example: "api" costs by the model 1 bit that says so, then its table's entries for "a" at the
 * start, "p" after "a", "i" after "ap", and the end after "pi".
 */
#ifndef SEEP_LETTERS_H
#define SEEP_LETTERS_H

#include <stdint.h>

/* Symbols: the 38 characters, another byte, the end. */
#define SEEP_LETTERS_OTHER   38
#define SEEP_LETTERS_END     39
#define SEEP_LETTERS_SYMBOLS 40

/* What a symbol is as a context: 26 letters, any digit, "-" or "_", another byte; the start. */
#define SEEP_LETTERS_START    29
#define SEEP_LETTERS_CONTEXTS 30

/* Costs are in sixteenths of a bit, rounded up. */
#define SEEP_LETTERS_UNITS_A_BIT 16

/* [before the last][last][symbol]; in each context the sum of 2^-bits is at most one. */
extern const uint8_t
	seep_letters_table[SEEP_LETTERS_CONTEXTS][SEEP_LETTERS_CONTEXTS][SEEP_LETTERS_SYMBOLS];

/*
 * The cost of LABEL, a length byte of 1 to 63 and as many bytes, in thousandths of a bit. Over all
 * labels the sum of 2^-bits is at most one. Upper case is "another byte": names are lower-cased
 * before they get here.
 */
uint64_t seep_letters_mbit(const uint8_t *label);

#endif
