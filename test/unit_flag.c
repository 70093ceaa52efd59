/* SPDX-License-Identifier: BSD-3-Clause */
/* Flags: in every state a code over both ways, cheap for a habit, a bit for payload. */
#include "sketch/flag.h"
#include "fixture.h"

#include <math.h>

static double share_of(uint64_t mbit)
{
	return exp2(-(double)mbit / 1000);
}

/* The cost of sending it so, and does so. */
static uint64_t send(struct seep_flag *flag, bool is_set)
{
	uint64_t mbit = seep_flag_mbit(flag, is_set);

	seep_flag_learn(flag, is_set);
	return mbit;
}

/* Kraft, in each state that there is. */
static void test_kraft(void)
{
	double most = 0, least = 2;

	for (unsigned n = 0; n < 2 * 256 * 256; n++) {
		struct seep_flag flag = { .last = n / 65536 };

		flag.counts[flag.last][0] = (uint8_t)n;
		flag.counts[flag.last][1] = (uint8_t)(n / 256);
		double sum = share_of(seep_flag_mbit(&flag, false)) +
			     share_of(seep_flag_mbit(&flag, true));
		most = fmax(most, sum);
		least = fmin(least, sum);
	}
	ok(most <= 1, "in no state do both take more than a code: %.6f", most);
	ok(least > 0.99, "and in none much less: %.6f", least);
}

/* Who always does the same pays next to nothing, and for a change at last some bits. */
static void test_habit(void)
{
	for (int is_set = 0; is_set <= 1; is_set++) {
		struct seep_flag flag = { 0 };
		uint64_t sum = 0, late = 0;

		is_int(seep_flag_mbit(&flag, is_set), is_set ? 8000 : 6, "the first costs %s",
		       is_set ? "eight bits" : "next to nothing");
		for (int i = 0; i < 10000; i++) {
			uint64_t mbit = send(&flag, is_set);

			sum += mbit;
			if (i >= 300 && late < mbit)
				late = mbit;
		}
		ok(late <= 6, "always %d: %d thousandths of a bit at most after 300", is_set,
		   (int)late);
		ok(sum < 60000, "and 10,000 of them %d", (int)sum);
		ok(seep_flag_mbit(&flag, !is_set) > 7000 && seep_flag_mbit(&flag, !is_set) < 10000,
		   "a change is %d", (int)seep_flag_mbit(&flag, !is_set));
	}
}

/* In turns is a habit, too. */
static void test_turns(void)
{
	struct seep_flag flag = { 0 };
	uint64_t late = 0;

	for (int i = 0; i < 1000; i++) {
		uint64_t mbit = send(&flag, i % 2);

		if (i >= 600 && late < mbit)
			late = mbit;
	}
	ok(late <= 6, "set every second time: %d thousandths of a bit", (int)late);
}

/* Payload, of any share of ones: never charged less than it tells, and not much more. */
static void test_payload(void)
{
	static const unsigned shares[] = { 500, 400, 250, 100, 20, 5, 1 };
	enum { SENDINGS = 200000 };

	for (size_t s = 0; s < COUNT(shares); s++) {
		const double share = shares[s] / 1000.0;
		const double bits = -share * log2(share) - (1 - share) * log2(1 - share);
		struct seep_flag flag = { 0 };
		uint64_t seed = 60 + s;
		double charged = 0, told = 0;

		for (int i = 0; i < SENDINGS; i++) {
			bool is_set = random_next(&seed) % 1000 < shares[s];

			told -= log2(is_set ? share : 1 - share);
			charged += (double)send(&flag, is_set) / 1000;
		}
		ok(charged >= told * 0.999, "%u in 1000 set: told %.4f bits each, charged %.4f",
		   shares[s], told / SENDINGS, charged / SENDINGS);
		ok(charged <= told + 0.02 * SENDINGS, "of %.4f", bits);
	}
}

/* The dearest that there is, always what is least expected: more than a bit, and of no use. */
static void test_worst(void)
{
	struct seep_flag flag = { 0 };
	uint64_t most = 0, sum = 0;

	for (int i = 0; i < 10000; i++) {
		bool is_set = seep_flag_mbit(&flag, true) > seep_flag_mbit(&flag, false);
		uint64_t mbit = send(&flag, is_set);

		sum += mbit;
		most = mbit > most ? mbit : most;
	}
	ok(sum >= 10000 * 1000 && sum < 10000 * 1100, "always the less likely: %.3f bits each",
	   (double)sum / 10000 / 1000);
	flag = (struct seep_flag){ .counts = { { 254, 0 } } };
	is_int(seep_flag_mbit(&flag, true), 9578, "no state asks for more than ten bits");
	ok(most < 9578, "nor was more asked here");
}

/* A saved one: as it was if it can have been, else fresh, and sound whatever it is. */
static void test_mend(void)
{
	uint64_t seed = 11;
	struct seep_flag flag = { 0 };
	int changed = 0, unsound = 0;

	for (int i = 0; i < 100000; i++) {
		struct seep_flag before;

		seep_flag_learn(&flag, random_next(&seed) % 64 < (unsigned)i / 2000);
		before = flag;
		seep_flag_mend(&flag);
		changed += memcmp(&flag, &before, sizeof(flag)) != 0;
	}
	is_int(changed, 0, "what learning made stays");
	for (int i = 0; i < 100000; i++) {
		uint64_t random = random_next(&seed);

		memcpy(&flag, &random, sizeof(flag));
		if (i % 2)
			flag.last %= 2;
		seep_flag_mend(&flag);
		unsound += flag.last > 1;
		for (int j = 0; j < 600; j++)
			send(&flag, j % 3);
		unsound += flag.last > 1 || seep_flag_mbit(&flag, true) > 9000 ||
			   seep_flag_mbit(&flag, false) > 9000;
	}
	is_int(unsound, 0, "any bytes are sound then");
	flag = (struct seep_flag){ .counts = { { 1, 255 }, { 2, 3 } }, .last = 1 };
	seep_flag_mend(&flag);
	is_int(flag.counts[1][1] + flag.last, 0, "a count that is too high: fresh");
	flag = (struct seep_flag){ .counts = { { 1, 2 }, { 2, 3 } }, .last = 2 };
	seep_flag_mend(&flag);
	is_int(flag.counts[1][1] + flag.last, 0, "a last one that is none: fresh");
	is_int(sizeof(struct seep_flag), 5, "five bytes are kept");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_kraft);
	tap_run(test_habit);
	tap_run(test_turns);
	tap_run(test_payload);
	tap_run(test_worst);
	tap_run(test_mend);
	return done();
}
