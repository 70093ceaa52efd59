/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Verdicts: what one meter says to the last thousandth of a bit, and what two say together in every
 * mode.
 */
#include "meter/verdict.h"
#include "meter/charge.h"
#include "fixture.h"

static const char *const outcomes[] = { "pass", "flag", "would refuse", "refuse" };

static void test_reading(void)
{
	static const struct {
		struct seep_reading reading; /* level, charge, budget, flag-at */
		enum seep_outcome outcome;
	} cases[] = {
		{ { 0, 0, 8000, 50 }, SEEP_PASS },
		{ { 0, 4000, 8000, 50 }, SEEP_PASS },
		{ { 0, 4001, 8000, 50 }, SEEP_FLAG },
		{ { 3999, 1, 8000, 50 }, SEEP_PASS },
		{ { 4000, 1, 8000, 50 }, SEEP_FLAG },
		{ { 4000, 4000, 8000, 50 }, SEEP_FLAG },
		{ { 4000, 4001, 8000, 50 }, SEEP_REFUSE },
		{ { 0, 8000, 8000, 50 }, SEEP_FLAG },
		{ { 0, 8001, 8000, 50 }, SEEP_REFUSE },
		{ { 8000, 0, 8000, 50 }, SEEP_FLAG },
		{ { 8000, 1, 8000, 50 }, SEEP_REFUSE },
		{ { 9000, 1, 8000, 50 }, SEEP_REFUSE },
		/* the share */
		{ { 0, 80, 8000, 1 }, SEEP_PASS },
		{ { 0, 81, 8000, 1 }, SEEP_FLAG },
		{ { 0, 7920, 8000, 99 }, SEEP_PASS },
		{ { 0, 7921, 8000, 99 }, SEEP_FLAG },
		{ { 0, 8000, 8000, 100 }, SEEP_PASS },
		{ { 0, 8001, 8000, 100 }, SEEP_REFUSE },
		/* the smallest and the largest budget that seep.conf takes */
		{ { 127999, 1, 128000, 100 }, SEEP_PASS },
		{ { 128000, 1, 128000, 100 }, SEEP_REFUSE },
		{ { SEEP_BUCKET_MAX_MBIT - 5, 5, SEEP_BUCKET_MAX_MBIT, 100 }, SEEP_PASS },
		{ { SEEP_BUCKET_MAX_MBIT - 5, 6, SEEP_BUCKET_MAX_MBIT, 100 }, SEEP_REFUSE },
		{ { SEEP_BUCKET_MAX_MBIT / 2, 1, SEEP_BUCKET_MAX_MBIT, 50 }, SEEP_FLAG },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct seep_reading *r = &cases[i].reading;
		is_int(seep_verdict_reading(r), cases[i].outcome,
		       "%" PRIu64 " + %" PRIu64 " of %" PRIu64 ", flag at %" PRIu64 ": %s",
		       r->level_mbit, r->charge_mbit, r->budget_mbit, r->flag_at_percent,
		       outcomes[cases[i].outcome]);
	}
}

/* What the meters answer, and what is said of it where refusals are carried out. */
static void test_decide(void)
{
	static const struct {
		struct seep_outcomes outcomes; /* user, network, domain */
		struct seep_verdict verdict;
	} cases[] = {
		{ { SEEP_PASS, SEEP_PASS, SEEP_PASS }, { SEEP_PASS, SEEP_METER_NONE } },
		{ { SEEP_FLAG, SEEP_PASS, SEEP_PASS }, { SEEP_FLAG, SEEP_METER_USER } },
		{ { SEEP_PASS, SEEP_FLAG, SEEP_PASS }, { SEEP_FLAG, SEEP_METER_NETWORK } },
		{ { SEEP_PASS, SEEP_PASS, SEEP_FLAG }, { SEEP_FLAG, SEEP_METER_DOMAIN } },
		{ { SEEP_FLAG, SEEP_FLAG, SEEP_FLAG }, { SEEP_FLAG, SEEP_METER_USER } },
		{ { SEEP_PASS, SEEP_FLAG, SEEP_FLAG }, { SEEP_FLAG, SEEP_METER_NETWORK } },
		{ { SEEP_REFUSE, SEEP_PASS, SEEP_PASS }, { SEEP_REFUSE, SEEP_METER_USER } },
		{ { SEEP_REFUSE, SEEP_FLAG, SEEP_FLAG }, { SEEP_REFUSE, SEEP_METER_USER } },
		{ { SEEP_PASS, SEEP_REFUSE, SEEP_PASS }, { SEEP_REFUSE, SEEP_METER_NETWORK } },
		{ { SEEP_FLAG, SEEP_REFUSE, SEEP_FLAG }, { SEEP_REFUSE, SEEP_METER_NETWORK } },
		{ { SEEP_PASS, SEEP_REFUSE, SEEP_REFUSE }, { SEEP_REFUSE, SEEP_METER_NETWORK } },
		{ { SEEP_PASS, SEEP_PASS, SEEP_REFUSE }, { SEEP_REFUSE, SEEP_METER_DOMAIN } },
		{ { SEEP_FLAG, SEEP_FLAG, SEEP_REFUSE }, { SEEP_REFUSE, SEEP_METER_DOMAIN } },
		{ { SEEP_REFUSE, SEEP_REFUSE, SEEP_REFUSE }, { SEEP_REFUSE, SEEP_METER_USER } },
		/* Where no budget fits, refusals are only told. */
		{ { SEEP_WOULD_REFUSE, SEEP_PASS, SEEP_FLAG },
		  { SEEP_WOULD_REFUSE, SEEP_METER_USER } },
		{ { SEEP_WOULD_REFUSE, SEEP_REFUSE, SEEP_PASS },
		  { SEEP_REFUSE, SEEP_METER_NETWORK } },
	};
	static const struct {
		enum seep_mode mode;
		const char *text;
	} modes[] = {
		{ SEEP_MODE_LEARNING, "learning" },
		{ SEEP_MODE_FLAG, "flag" },
		{ SEEP_MODE_GUARD, "guard" },
	};
	static const uint64_t charges[] = { SEEP_BIT_MBIT, SEEP_BIT_MBIT + 1, UINT64_MAX };
	static const uint64_t small[] = { 0, 1, SEEP_BIT_MBIT - 1 };

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t m = 0; m < COUNT(modes); m++) {
			struct seep_outcomes without_domain = cases[i].outcomes;
			enum seep_outcome want = cases[i].verdict.outcome;

			without_domain.domain = SEEP_PASS;
			if (want == SEEP_REFUSE && modes[m].mode != SEEP_MODE_GUARD)
				want = SEEP_WOULD_REFUSE;
			for (size_t c = 0; c < COUNT(charges); c++) {
				struct seep_verdict got = seep_verdict_decide(
					cases[i].outcomes, charges[c], modes[m].mode);
				is_int(got.outcome, want, "row %zu, %s: %s", i, modes[m].text,
				       outcomes[want]);
				is_int(got.meter, cases[i].verdict.meter, "  and the meter");
			}
			for (size_t c = 0; c < COUNT(small); c++) {
				struct seep_verdict got = seep_verdict_decide(
					cases[i].outcomes, small[c], modes[m].mode);
				struct seep_verdict alone = seep_verdict_decide(
					without_domain, SEEP_BIT_MBIT, modes[m].mode);
				ok(got.outcome == alone.outcome && got.meter == alone.meter,
				   "row %zu, %s, %" PRIu64 " mbit: without the domain's", i,
				   modes[m].text, small[c]);
			}
		}
}

/* The DGA meter's word counts where it is the stronger; it, too, refuses only when guarding. */
static void test_dga(void)
{
	static const struct {
		struct seep_verdict before;
		enum seep_outcome dga;
		enum seep_mode mode;
		struct seep_verdict after;
	} cases[] = {
		{ { SEEP_PASS, SEEP_METER_NONE },
		  SEEP_PASS,
		  SEEP_MODE_GUARD,
		  { SEEP_PASS, SEEP_METER_NONE } },
		{ { SEEP_PASS, SEEP_METER_NONE },
		  SEEP_FLAG,
		  SEEP_MODE_GUARD,
		  { SEEP_FLAG, SEEP_METER_DGA } },
		{ { SEEP_PASS, SEEP_METER_NONE },
		  SEEP_REFUSE,
		  SEEP_MODE_GUARD,
		  { SEEP_REFUSE, SEEP_METER_DGA } },
		{ { SEEP_PASS, SEEP_METER_NONE },
		  SEEP_REFUSE,
		  SEEP_MODE_LEARNING,
		  { SEEP_WOULD_REFUSE, SEEP_METER_DGA } },
		{ { SEEP_PASS, SEEP_METER_NONE },
		  SEEP_REFUSE,
		  SEEP_MODE_FLAG,
		  { SEEP_WOULD_REFUSE, SEEP_METER_DGA } },
		{ { SEEP_FLAG, SEEP_METER_USER },
		  SEEP_FLAG,
		  SEEP_MODE_GUARD,
		  { SEEP_FLAG, SEEP_METER_USER } },
		{ { SEEP_FLAG, SEEP_METER_DOMAIN },
		  SEEP_REFUSE,
		  SEEP_MODE_GUARD,
		  { SEEP_REFUSE, SEEP_METER_DGA } },
		{ { SEEP_REFUSE, SEEP_METER_DOMAIN },
		  SEEP_REFUSE,
		  SEEP_MODE_GUARD,
		  { SEEP_REFUSE, SEEP_METER_DOMAIN } },
		{ { SEEP_REFUSE, SEEP_METER_USER },
		  SEEP_FLAG,
		  SEEP_MODE_GUARD,
		  { SEEP_REFUSE, SEEP_METER_USER } },
		{ { SEEP_WOULD_REFUSE, SEEP_METER_USER },
		  SEEP_REFUSE,
		  SEEP_MODE_LEARNING,
		  { SEEP_WOULD_REFUSE, SEEP_METER_USER } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_verdict got =
			seep_verdict_with_dga(cases[i].before, cases[i].dga, cases[i].mode);

		is_int(got.outcome, cases[i].after.outcome, "DGA case %zu: the outcome", i);
		is_int(got.meter, cases[i].after.meter, "DGA case %zu: the meter", i);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_dga);
	tap_run(test_reading);
	tap_run(test_decide);
	return done();
}
