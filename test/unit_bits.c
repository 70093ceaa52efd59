/* SPDX-License-Identifier: BSD-3-Clause */
/* Code lengths: exact for powers of two, and elsewhere those of libm, which Seep does without. */
#include "base/bits.h"
#include "fixture.h"

#include <math.h>

static void test_powers(void)
{
	unsigned wrong = 0;

	for (int power = 0; power < 1000; power++)
		wrong += seep_bits_of_odds(ldexp(1, power), 1) != (uint64_t)power * SEEP_BIT_MBIT;
	is_int(wrong, 0, "2 to the k has k bits, up to 1000");
	is_int(seep_bits_of_odds(1, 1), 0, "what is certain has none");
	is_int(seep_bits_of_odds(3, 4), 0, "nor has more than that");
	is_int(seep_bits_of_odds(nextafter(1, 2), 1), 1, "what is not certain has a thousandth");
	is_int(seep_bits_of_odds(nextafter(2, 3), 1), 1001,
	       "just more than two has more than a bit");
	is_int(seep_bits_of_odds(nextafter(2, 1), 1), 1000, "just less than two has a bit");
}

static void test_libm(void)
{
	unsigned wrong = 0, low = 0;

	for (unsigned all = 1; all < 2000; all++) {
		for (unsigned part = 1; part <= all; part += 1 + part / 16) {
			uint64_t mbit = seep_bits_of_odds(all, part);

			wrong += mbit != (uint64_t)ceil(log2((double)all / part) * SEEP_BIT_MBIT);
			/* A thousandth of a bit is 0.07 %, far more than a double's error. */
			low += exp2((double)mbit / SEEP_BIT_MBIT) * part < all * (1 - 1e-12);
		}
	}
	is_int(wrong, 0, "the logarithms are libm's");
	is_int(low, 0, "no code word is too short");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_powers);
	tap_run(test_libm);
	return done();
}
