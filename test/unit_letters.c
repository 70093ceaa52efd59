/* SPDX-License-Identifier: BSD-3-Clause */
/* Letters: each code writes no more labels than its bits can tell apart. */
#include "meter/letters.h"
#include "fixture.h"

#include <math.h>

#include "base/bits.h"

static double share_of_units(unsigned units)
{
	return exp2(-(double)units / SEEP_LETTERS_UNITS_A_BIT);
}

static uint64_t mbit_of(const char *text, enum seep_code code)
{
	uint8_t label[64] = { (uint8_t)strlen(text) };
	uint64_t mbit[SEEP_CODES];

	memcpy(label + 1, text, label[0]);
	seep_letters_mbit(label, mbit);
	return mbit[code];
}

/* The example in the header, entry by entry. */
static void test_worked(void)
{
	const unsigned a = 0, p = 'p' - 'a', i = 'i' - 'a', start = SEEP_LETTERS_START;
	unsigned units = seep_letters_table[start][start][a] + seep_letters_table[start][a][p] +
			 seep_letters_table[a][p][i] + seep_letters_table[p][i][SEEP_LETTERS_END];

	is_int(mbit_of("api", SEEP_CODE_MODEL), ceil(units * 1000.0 / 16), "api");
	ok(mbit_of("api", SEEP_CODE_MODEL) < 4 * 4000, "costs less than 4 bits a letter");
	ok(mbit_of("api", SEEP_CODE_MODEL) < mbit_of("qxz", SEEP_CODE_MODEL), "and less than qxz");
}

static void test_table(void)
{
	double most = 0, least = 1;
	int free = 0;

	for (unsigned before = 0; before < SEEP_LETTERS_CONTEXTS; before++)
		for (unsigned last = 0; last < SEEP_LETTERS_CONTEXTS; last++) {
			double sum = 0;

			for (unsigned symbol = 0; symbol < SEEP_LETTERS_SYMBOLS; symbol++) {
				unsigned units = seep_letters_table[before][last][symbol];

				free += !units;
				sum += share_of_units(units);
			}
			most = sum > most ? sum : most;
			least = sum < least ? sum : least;
		}
	ok(most <= 1, "after any two symbols, all that can follow take at most %.6f of a code",
	   most);
	ok(least > 0.95, "and at least %.6f: no more than rounding is wasted", least);
	is_int(free, 0, "no symbol is free");
}

/* What each byte costs in each code that writes labels of one length. */
static void test_bytes(void)
{
	static const struct {
		const char *text;
		uint64_t flat, hex, decimal;
	} cases[] = {
		{ "a", 5248, 4000, 0 },      { "f9", 10496, 8000, 0 },
		{ "g", 5248, 0, 0 },         { "0123456789", 52480, 40000, 33220 },
		{ "-_z", 15744, 0, 0 },      { "A", 0, 0, 0 },
		{ "a.b", 0, 0, 0 },          { "9 ", 0, 0, 0 },
		{ "12ab", 20992, 16000, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		is_int(mbit_of(text, SEEP_CODE_FLAT),
		       cases[i].flat ? cases[i].flat : SEEP_LETTERS_NEVER, "\"%s\" flat", text);
		is_int(mbit_of(text, SEEP_CODE_HEX),
		       cases[i].hex ? cases[i].hex : SEEP_LETTERS_NEVER, "\"%s\" in hex", text);
		is_int(mbit_of(text, SEEP_CODE_DECIMAL),
		       cases[i].decimal ? cases[i].decimal : SEEP_LETTERS_NEVER,
		       "\"%s\" in decimal", text);
		is_int(mbit_of(text, SEEP_CODE_BYTES), 8000 * strlen(text), "\"%s\" in bytes",
		       text);
	}
	ok(exp2(-5.248) * 38 <= 1 && exp2(-3.322) * 10 <= 1, "38 letters and 10 digits are codes");
}

/* Which bytes are what, told from the outside: by the codes that can write them. */
static void test_alphabets(void)
{
	const unsigned start = SEEP_LETTERS_START, other = SEEP_LETTERS_OTHER;
	int flat = 0, hex = 0, decimal = 0;

	for (int byte = 1; byte < 256; byte++) {
		const char text[] = { (char)byte, 0 };

		flat += mbit_of(text, SEEP_CODE_FLAT) != SEEP_LETTERS_NEVER;
		hex += mbit_of(text, SEEP_CODE_HEX) != SEEP_LETTERS_NEVER;
		decimal += mbit_of(text, SEEP_CODE_DECIMAL) != SEEP_LETTERS_NEVER;
	}
	is_int(flat, 38, "letters");
	is_int(hex, 16, "digits of hex");
	is_int(decimal, 10, "digits");
	is_int(mbit_of("\377", SEEP_CODE_MODEL),
	       8000 + ceil((seep_letters_table[start][start][other] +
			    seep_letters_table[start][28][SEEP_LETTERS_END]) *
			   1000.0 / 16),
	       "another byte says by 8 bits more which it is");
}

/* By the model: every label of one and two bytes, and those of three by their letters. */
static void test_kraft(void)
{
	double sum = 0, two_sum = 0;
	uint64_t mbit[SEEP_CODES];

	for (unsigned a = 0; a < 256; a++) {
		uint8_t one[] = { 1, (uint8_t)a };

		seep_letters_mbit(one, mbit);
		sum += exp2(-(double)mbit[SEEP_CODE_MODEL] / 1000);
		for (unsigned b = 0; b < 256; b++) {
			uint8_t two[] = { 2, (uint8_t)a, (uint8_t)b };

			seep_letters_mbit(two, mbit);
			two_sum += exp2(-(double)mbit[SEEP_CODE_MODEL] / 1000);
		}
	}
	ok(sum < 0.1 && two_sum < 0.1, "labels of one byte take %.4f of the model, of two %.4f",
	   sum, two_sum);
}

/*
 * By the model, all labels of up to 63 bytes: what is left of the code after so many symbols, for
 * each context, walked over the table.
 */
static void test_kraft_all(void)
{
	static double left[SEEP_LETTERS_CONTEXTS][SEEP_LETTERS_CONTEXTS];
	static double next[SEEP_LETTERS_CONTEXTS][SEEP_LETTERS_CONTEXTS];
	static const unsigned contexts[SEEP_LETTERS_SYMBOLS] = {
		0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
		20, 21, 22, 23, 24, 25, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 27, 27, 28, 29,
	};
	double sum = 0;

	left[SEEP_LETTERS_START][SEEP_LETTERS_START] = 1;
	for (unsigned length = 0; length <= 63; length++) {
		memset(next, 0, sizeof(next));
		for (unsigned before = 0; before < SEEP_LETTERS_CONTEXTS; before++)
			for (unsigned last = 0; last < SEEP_LETTERS_CONTEXTS; last++)
				for (unsigned s = 0; s < SEEP_LETTERS_SYMBOLS; s++) {
					double share =
						left[before][last] *
						share_of_units(seep_letters_table[before][last][s]);

					if (s == SEEP_LETTERS_END)
						sum += length ? share : 0;
					else /* 218 of the 256 values of another byte are such */
						next[last][contexts[s]] +=
							s == SEEP_LETTERS_OTHER ? share * 218 / 256
										: share;
				}
		memcpy(left, next, sizeof(left));
	}
	ok(sum <= 1 && sum > 0.7, "all labels take %.4f of the model", sum);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_worked);
	tap_run(test_table);
	tap_run(test_bytes);
	tap_run(test_alphabets);
	tap_run(test_kraft);
	tap_run(test_kraft_all);
	return done();
}
