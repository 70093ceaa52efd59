/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a label costs that is written letter by letter, in each of five codes:
 *
 *   model    each symbol by its share after the two before it, in public host names; ends with a
 *            symbol of its own. A byte that no host name has costs 8 bits more.
 *   flat     one of 38 characters each: a to z, 0 to 9, "-" and "_"
 *   hex      4 bits a character: 0 to 9, a to f
 *   decimal  log2(10) bits a digit
 *   bytes    8 bits a byte
 *
 * All but the model write labels of one length: that is told beside.
 *
 * The model is fixed: a context of two symbols (Shannon 1948), trained off-line by tool/letters.py
 * with Witten and Bell's blending (1991). What one network asks does not move it, so nobody can
 * make a letter cheap.
 *
 * Example: "api" costs by the model what its table has for "a" at the start, "p" after "a", "i"
 * after "ap", and the end after "pi".
 */
#ifndef SEEP_LETTERS_H
#define SEEP_LETTERS_H

#include <stdint.h>

#include "sketch/shape.h"

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
extern const uint8_t seep_letters_table[SEEP_LETTERS_CONTEXTS][SEEP_LETTERS_CONTEXTS]
				       [SEEP_LETTERS_SYMBOLS];

/* Of a code that cannot write the label. */
#define SEEP_LETTERS_NEVER (UINT64_MAX / 1024)

/*
 * Fills in what LABEL, a length byte of 1 to 63 and as many bytes, costs in each code from
 * SEEP_CODE_MODEL on, in thousandths of a bit. Over all labels that a code writes, of one length
 * or in the model of any, the sum of 2^-bits is at most one. Upper case is "another byte": names
 * are lower-cased before they get here.
 */
void seep_letters_mbit(const uint8_t *label, uint64_t mbit[SEEP_CODES]);

#endif
