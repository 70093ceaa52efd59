/* SPDX-License-Identifier: BSD-3-Clause */
/* Anything, at random, against a count of the test's own. */
#include "fixture_engine.h"

/* Anything, at random, against a count of the test's own. */
static void test_random(void)
{
	static const char *const domains[] = { "a.com", "b.com", "c.co.jp", "allowed.com",
					       "d.github.io" };
	enum { USERS = 8 };
	static struct {
		struct seep_reservation reservation;
		bool used;
	} held[64];
	uint64_t seed = 77, charge_mbit = 0, metered_mbit = 0;
	unsigned long long asked = 0, classes[SEEP_CLASS_COUNT] = { 0 },
			   outcomes[4][SEEP_METER_DGA + 1] = { { 0 } }, inflight = 0, unsent = 0;
	struct told told = { 0 };
	struct rig rig;
	unsigned over = 0;

	printf("# random: seed %" PRIu64 "\n", seed);
	rig_open_with(&rig,
		      "learning: 6d\nuser-budget: 100\nuser-refill: 60\nnetwork-budget: 250\n"
		      "network-refill: 120\ndomain-budget: 16\ndomain-refill: 8\n"
		      "allow-domain: allowed.com\nexempt-user: 10.0.0.7/32\n",
		      1, tell, &told);
	for (int step = 0; step < 200000; step++) {
		unsigned slot = random_next(&seed) % COUNT(held);
		uint32_t user = random_next(&seed) % USERS;
		struct seep_reservation *reservation = &held[slot].reservation;
		char text[64];

		rig.now_ms += random_next(&seed) % 20000;
		if (held[slot].used) {
			held[slot].used = false;
			inflight--;
			switch (random_next(&seed) % 4) {
			case 0:
				seep_engine_release(rig.thread, reservation);
				unsent++;
				break;
			case 1:
				seep_engine_commit_internal(rig.thread, reservation);
				classes[SEEP_CLASS_INTERNAL]++;
				break;
			default:
				seep_engine_commit(rig.thread, reservation, rig.now_ms);
				classes[reservation->class]++;
				charge_mbit += reservation->charge_mbit;
				metered_mbit += reservation->user_mbit;
			}
			continue;
		}
		snprintf(text, sizeof(text), "%" PRIx64 ".%s",
			 random_next(&seed) % (random_next(&seed) % 2 ? 200 : UINT32_MAX),
			 domains[random_next(&seed) % COUNT(domains)]);
		struct seep_verdict verdict = rig_ask(&rig, user, text, reservation);
		asked++;
		outcomes[verdict.outcome][verdict.meter]++;
		over += (verdict.outcome == SEEP_PASS) != (verdict.meter == SEEP_METER_NONE);
		over += reservation->class != SEEP_CLASS_CHARGED &&
			reservation->class != SEEP_CLASS_KNOWN && verdict.outcome != SEEP_PASS;
		over += reservation->user_mbit > reservation->user_charge_mbit;
		over += reservation->network_mbit > reservation->user_charge_mbit;
		over += reservation->domain_mbit > reservation->charge_mbit;
		over += verdict.outcome == SEEP_REFUSE && rig.now_ms < NOW_MS + 6 * DAY_MS;
		over += verdict.outcome == SEEP_WOULD_REFUSE && rig.now_ms >= NOW_MS + 6 * DAY_MS;
		held[slot].used = verdict.outcome != SEEP_REFUSE;
		inflight += held[slot].used;
	}
	struct stats s = rig_stats(&rig, false);
	is_int(over, 0, "random: each verdict and reservation is sound by itself");
	is_balanced(&rig, asked, "random");
	is_int(stats_get(&s, "seep.inflight"), inflight, "random: in flight");
	is_int(stats_get(&s, "num.seep.unsent"), unsent, "random: unsent");
	is_int(stats_get(&s, "num.seep.known"), classes[SEEP_CLASS_KNOWN], "random: known");
	is_int(stats_get(&s, "num.seep.charged"), classes[SEEP_CLASS_CHARGED], "random: charged");
	is_int(stats_get(&s, "num.seep.internal"), classes[SEEP_CLASS_INTERNAL],
	       "random: internal");
	is_int(stats_get(&s, "num.seep.allowed"), classes[SEEP_CLASS_ALLOWED], "random: allowed");
	is_int(stats_get(&s, "num.seep.exempt"), classes[SEEP_CLASS_EXEMPT], "random: exempt");
	is_int(stats_get(&s, "num.seep.bits"), charge_mbit / 1000, "random: bits");
	is_int(stats_get(&s, "num.seep.bits.metered"), metered_mbit / 1000, "random: bits metered");
	is_int(stats_get(&s, "num.seep.flagged.user"), outcomes[SEEP_FLAG][SEEP_METER_USER],
	       "random: flagged, user");
	is_int(stats_get(&s, "num.seep.flagged.network"), outcomes[SEEP_FLAG][SEEP_METER_NETWORK],
	       "random: flagged, network");
	is_int(stats_get(&s, "num.seep.flagged.domain"), outcomes[SEEP_FLAG][SEEP_METER_DOMAIN],
	       "random: flagged, domain");
	is_int(stats_get(&s, "num.seep.refused.user"), outcomes[SEEP_REFUSE][SEEP_METER_USER],
	       "random: refused, user");
	is_int(stats_get(&s, "num.seep.refused.network"), outcomes[SEEP_REFUSE][SEEP_METER_NETWORK],
	       "random: refused, network");
	is_int(stats_get(&s, "num.seep.refused.domain"), outcomes[SEEP_REFUSE][SEEP_METER_DOMAIN],
	       "random: refused, domain");
	is_int(stats_get(&s, "num.seep.would_refuse.user") +
		       stats_get(&s, "num.seep.would_refuse.network") +
		       stats_get(&s, "num.seep.would_refuse.domain"),
	       outcomes[SEEP_WOULD_REFUSE][SEEP_METER_USER] +
		       outcomes[SEEP_WOULD_REFUSE][SEEP_METER_NETWORK] +
		       outcomes[SEEP_WOULD_REFUSE][SEEP_METER_DOMAIN],
	       "random: would refuse");
	for (int meter = SEEP_METER_USER; meter <= SEEP_METER_DOMAIN; meter++)
		for (int outcome = SEEP_FLAG; outcome <= SEEP_REFUSE; outcome++)
			ok(outcomes[outcome][meter],
			   "random: outcome %d by meter %d happened: %llu times", outcome, meter,
			   outcomes[outcome][meter]);
	for (int class = 0; class < 5; class ++)
		ok(classes[class], "random: class %d happened: %llu times", class, classes[class]);
	is_int(told.above, 0, "random: no level was above its budget");
	/* all users but the exempt: the budget at the start, and what drained in the time */
	uint64_t days = (rig.now_ms - NOW_MS) / DAY_MS + 1;
	ok(metered_mbit <= (USERS - 1) * 8000 * (100 + 60 * days),
	   "random: %" PRIu64 " bits metered in %" PRIu64 " days, within the budgets",
	   metered_mbit / 1000, days);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_random);
	return done();
}
