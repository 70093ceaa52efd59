/* SPDX-License-Identifier: BSD-3-Clause */
/* A label, letter by letter. */
#include "meter/letters.h"

#include "base/bits.h"

#define LETTER_MBIT 5248u /* one of 38 */
#define NIBBLE_MBIT (4 * SEEP_BIT_MBIT)
#define DIGIT_MBIT  3322u /* one of 10 */
#define BYTE_MBIT   (8 * SEEP_BIT_MBIT)

/* What a byte may be written as. */
#define LETTER 1u /* one of the 38 */
#define NIBBLE 2u
#define DIGIT  4u

/* Contexts beside the letters' own. */
#define DIGITS 26
#define MARKS  27
#define OTHERS 28

#define AS_OTHER                              \
	{                                     \
		SEEP_LETTERS_OTHER, OTHERS, 0 \
	}
#define AS_DIGIT(n)                                       \
	{                                                 \
		26 + (n), DIGITS, LETTER | NIBBLE | DIGIT \
	}
#define AS_LETTER(n)                                         \
	{                                                    \
		(n), (n), (n) < 6 ? LETTER | NIBBLE : LETTER \
	}
#define AS_MARK(n)                      \
	{                               \
		36 + (n), MARKS, LETTER \
	}

static const struct symbol {
	uint8_t symbol;
	uint8_t context;
	uint8_t kinds;
} symbols[256] = {
	[0 ... '-' - 1] = AS_OTHER,
	['-'] = AS_MARK(0),
	['-' + 1 ... '0' - 1] = AS_OTHER,
	['0'] = AS_DIGIT(0),
	AS_DIGIT(1),
	AS_DIGIT(2),
	AS_DIGIT(3),
	AS_DIGIT(4),
	AS_DIGIT(5),
	AS_DIGIT(6),
	AS_DIGIT(7),
	AS_DIGIT(8),
	AS_DIGIT(9),
	['9' + 1 ... '_' - 1] = AS_OTHER,
	['_'] = AS_MARK(1),
	['_' + 1 ... 'a' - 1] = AS_OTHER,
	['a'] = AS_LETTER(0),
	AS_LETTER(1),
	AS_LETTER(2),
	AS_LETTER(3),
	AS_LETTER(4),
	AS_LETTER(5),
	AS_LETTER(6),
	AS_LETTER(7),
	AS_LETTER(8),
	AS_LETTER(9),
	AS_LETTER(10),
	AS_LETTER(11),
	AS_LETTER(12),
	AS_LETTER(13),
	AS_LETTER(14),
	AS_LETTER(15),
	AS_LETTER(16),
	AS_LETTER(17),
	AS_LETTER(18),
	AS_LETTER(19),
	AS_LETTER(20),
	AS_LETTER(21),
	AS_LETTER(22),
	AS_LETTER(23),
	AS_LETTER(24),
	AS_LETTER(25),
	['z' + 1 ... 255] = AS_OTHER,
};

void seep_letters_mbit(const uint8_t *label, uint64_t mbit[SEEP_CODES])
{
	uint64_t size = label[0];
	unsigned before = SEEP_LETTERS_START, last = SEEP_LETTERS_START;
	unsigned kinds = LETTER | NIBBLE | DIGIT;
	uint64_t units = 0;

	for (unsigned i = 1; i <= size; i++) {
		const struct symbol *symbol = &symbols[label[i]];

		units += seep_letters_table[before][last][symbol->symbol];
		if (symbol->symbol == SEEP_LETTERS_OTHER)
			units += 8 * SEEP_LETTERS_UNITS_A_BIT;
		kinds &= symbol->kinds;
		before = last;
		last = symbol->context;
	}
	units += seep_letters_table[before][last][SEEP_LETTERS_END];
	mbit[SEEP_CODE_MODEL] =
		(units * SEEP_BIT_MBIT + SEEP_LETTERS_UNITS_A_BIT - 1) / SEEP_LETTERS_UNITS_A_BIT;
	mbit[SEEP_CODE_FLAT] = kinds & LETTER ? size * LETTER_MBIT : SEEP_LETTERS_NEVER;
	mbit[SEEP_CODE_HEX] = kinds & NIBBLE ? size * NIBBLE_MBIT : SEEP_LETTERS_NEVER;
	mbit[SEEP_CODE_DECIMAL] = kinds & DIGIT ? size * DIGIT_MBIT : SEEP_LETTERS_NEVER;
	mbit[SEEP_CODE_BYTES] = size * BYTE_MBIT;
}
