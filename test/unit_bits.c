/* SPDX-License-Identifier: BSD-3-Clause */
/* Code lengths: exact for powers of two, and elsewhere those of libm, which Seep does without. */
#include "base/bits.h"
#include "fixture.h"

#include <math.h>

static void test_powers(void)
{
	unsigned wrong = 0;

	for (unsigned power = 0; power < 64; power++)
		for (uint64_t part = 1; part < UINT64_C(1) << 31 && part << power >> power == part;
		     part = part * 3 + 1)
			wrong += seep_bits_of_odds(part << power, part) != power * SEEP_BIT_MBIT;
	is_int(wrong, 0, "2 to the k has k bits, of any part, up to 63");
	is_int(seep_bits_of_odds(1, 1), 0, "what is certain has none");
	is_int(seep_bits_of_odds(3, 4), 0, "nor has more than that");
	is_int(seep_bits_of_odds((1 << 30) + 1, 1 << 30), 1, "not certain: a thousandth");
	is_int(seep_bits_of_odds((UINT64_C(1) << 32) + 1, UINT64_C(1) << 31), 1001,
	       "just more than two has more than a bit");
	ok(seep_bits_of_odds(UINT64_MAX, 1) - 64000 <= 1, "the most there is");
}

struct deviation {
	unsigned low, high, next, cases;
};

/* Against libm: the same thousandth, or now and then the next. */
static void compare(struct deviation *deviation, uint64_t all, uint64_t part)
{
	/* A double's own error is far below that. */
	double exact = (log2((double)all) - log2((double)part)) * SEEP_BIT_MBIT;
	double mbit = (double)seep_bits_of_odds(all, part);

	deviation->low += mbit < exact - 1e-9;
	deviation->high += mbit >= exact + 1.01;
	deviation->next += mbit >= exact + 1;
	deviation->cases++;
}

static void test_libm(void)
{
	struct deviation deviation = { 0 };

	for (unsigned all = 1; all < 2000; all++)
		for (unsigned part = 1; part <= all; part += 1 + part / 16)
			compare(&deviation, all, part);
	/* Everywhere between two powers, also where the table's last step is. */
	for (uint64_t all = UINT64_C(1) << 40; all < UINT64_C(1) << 41; all += UINT64_C(1) << 23)
		compare(&deviation, all + 12345, 1);
	for (uint64_t part = (UINT64_C(1) << 31) - 1; part; part = part * 7 / 9)
		compare(&deviation, UINT64_MAX - part * 99, part);
	is_int(deviation.low, 0, "no code word is too short");
	is_int(deviation.high, 0, "none is too long by more than a thousandth");
	ok(deviation.next * 100 < deviation.cases, "few are by that: %u of %u", deviation.next,
	   deviation.cases);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_powers);
	tap_run(test_libm);
	return done();
}
