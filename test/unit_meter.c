/* SPDX-License-Identifier: BSD-3-Clause */
/* Both meters in the engine: what they refuse, how they drain, and what they do in each mode. */
#include "fixture_engine.h"

/* A meter of 8,000,000 mbit that drains 800,000 a day, by the test's own count. */
struct level {
	double mbit;
	uint64_t when_ms;
};

static void level_drain(struct level *level, const struct rig *rig)
{
	level->mbit -= (double)(rig->now_ms - level->when_ms) * 800000 / DAY_MS;
	level->mbit = level->mbit > 0 ? level->mbit : 0;
	level->when_ms = rig->now_ms;
}

/* Sends fresh names until one is refused: is the meter full then, to within that name? */
static void is_filled_to(struct rig *rig, struct level *level, const char *text)
{
	level_drain(level, rig);
	send_all(rig, 1, "far.com", 1000);
	level->mbit += (double)rig->all.mbit;
	/* drained in whole thousandths of a bit */
	ok(level->mbit < 8000000 + 2 && level->mbit + (double)rig->all.next_mbit > 8000000 - 2,
	   "%s: filled to %.0f, and %" PRIu64 " more would not go", text, level->mbit,
	   rig->all.next_mbit);
}

/*
 * 800,000 mbit a day out of 8,000,000: a model of what is left tells how much passes each day.
 */
static void test_refill(void)
{
	static const unsigned days[] = { 1, 1, 3, 7, 2, 100, 1 };
	const char *conf =
		"learning: 0\nflag-at: 50\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\ndomain-refill: 0\n";

	for (unsigned touches = 1; touches <= 1000; touches *= 10) {
		struct level level = { 0, NOW_MS };
		char text[64];
		struct rig rig;

		rig_open(&rig, conf);
		rig_send(&rig, 1, "www.far.com");
		level.mbit += (double)rig.last.user_mbit;
		is_filled_to(&rig, &level, "at first the budget");
		for (size_t i = 0; i < COUNT(days); i++) {
			/* known names keep the meter touched; they drain nothing */
			uint64_t from_ms = rig.now_ms;
			for (unsigned touch = 1; touch <= touches; touch++) {
				rig.now_ms = from_ms + days[i] * DAY_MS * touch / touches;
				level_drain(&level, &rig);
				rig_send(&rig, 1, "www.far.com");
				level.mbit += (double)rig.last.user_mbit;
			}
			snprintf(text, sizeof(text), "%u days on, %u touches", days[i], touches);
			is_filled_to(&rig, &level, text);
		}
		rig.now_ms -= 30 * DAY_MS;
		is_int(send_all(&rig, 1, "far.com", 1000), 0, "the clock set back: nothing");
		rig_close(&rig);
	}
}

/*
 * Modes that do not refuse: everything passes, what would be refused is counted, and no debt is run
 * up.
 */
static void test_not_guarding(void)
{
	static const struct {
		const char *text, *conf;
		enum seep_mode mode;
		bool ends;
	} cases[] = {
		{ "learning", "learning: 7d\nflag-at: 50\n", SEEP_MODE_LEARNING, true },
		{ "flag", "learning: 0\naction: flag\nflag-at: 50\n", SEEP_MODE_FLAG, false },
		{ "learning and flag", "learning: 7d\naction: flag\nflag-at: 50\n", SEEP_MODE_FLAG,
		  false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		char conf[256];
		struct rig rig;
		unsigned refused = 0, flagged = 0, would = 0;
		uint64_t level_mbit = 0;

		snprintf(conf, sizeof(conf),
			 "%suser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
			 cases[i].conf);
		rig_open(&rig, conf);
		is_stat(&rig, "mode", cases[i].mode, text);
		for (unsigned n = 0; n < 1000; n++) {
			refused += rig_send(&rig, 1, rig_fresh(&rig, "far.com")).outcome ==
				   SEEP_REFUSE;
			level_mbit += rig.last.user_charge_mbit;
			would += level_mbit > 8000000;
			flagged += level_mbit > 4000000 && level_mbit <= 8000000;
			/* the first that does not fit fills it */
			level_mbit = level_mbit < 8000000 ? level_mbit : 8000000;
		}
		is_int(refused, 0, "%s: a thousand names pass", text);
		is_stat(&rig, "refused.user", 0, text);
		is_stat(&rig, "flagged.user", flagged, text);
		is_stat(&rig, "would_refuse.user", would, text);
		ok(flagged > 50 && would > 800, "%s: %u above half, %u above all", text, flagged,
		   would);
		is_stat(&rig, "users.spent", 1, text);
		is_stat(&rig, "charged", 1000, text);
		is_balanced(&rig, 1000, text);

		/*
		 * five days hold 4,000,000 of drain: then as many are not refused, no more and no
		 * fewer
		 */
		rig.now_ms += 5 * DAY_MS;
		rig.all.mbit = 0;
		while (rig.all.mbit < 8000000 &&
		       rig_send(&rig, 1, rig_fresh(&rig, "far.com")).outcome == SEEP_FLAG)
			rig.all.mbit += rig.last.user_charge_mbit;
		rig.all.next_mbit = rig.last.user_charge_mbit;
		is_filled(&rig, 5 * 800000, "the meter stood at its budget and no higher");

		rig.now_ms = NOW_MS + 7 * DAY_MS - 1;
		send_all(&rig, 1, "far.com", 100);
		is_stat(&rig, "mode", cases[i].mode, text);
		rig.now_ms = NOW_MS + 7 * DAY_MS;
		is_stat(&rig, "mode", cases[i].ends ? SEEP_MODE_GUARD : cases[i].mode, text);
		is_int(send_all(&rig, 1, "far.com", 100), cases[i].ends ? 0 : 100, "%s: a week on",
		       text);
		rig.now_ms = NOW_MS + 8 * DAY_MS;
		if (!is_bool(send_all(&rig, 1, "far.com", 100) < 100, cases[i].ends,
			     "%s: and a day more", text) ||
		    cases[i].ends)
			is_filled(&rig, 800000, text);
		rig_close(&rig);
	}
}

/* N users that share one domain get N budgets out of it, however they take turns. */
static void test_domain_meter(void)
{
	static const unsigned counts[] = { 1, 2, 5, 20 };

	for (size_t i = 0; i < COUNT(counts); i++) {
		const unsigned users = counts[i];
		struct seep_verdict verdict = { SEEP_PASS, SEEP_METER_NONE };
		struct seep_reservation reservation;
		uint64_t budget_mbit = users * 800000, sent_mbit = 0;
		struct rig rig;

		rig_open(&rig, DOMAIN_ONLY);
		/* so that they are few */
		for (uint32_t other = 0; other < 200; other++)
			rig_send(&rig, 1000 + other, "www.elsewhere.com");
		for (unsigned n = 0; n < 10000 && verdict.outcome != SEEP_REFUSE; n++) {
			verdict = rig_ask(&rig, 1 + n % users, rig_fresh(&rig, "shared.com"),
					  &reservation);
			if (verdict.outcome == SEEP_REFUSE)
				break;
			sent_mbit += reservation.charge_mbit;
			seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		}
		is_verdict(verdict, SEEP_REFUSE, SEEP_METER_DOMAIN, "sharing one domain");
		/* so few are counted within one in ten */
		ok(sent_mbit <= budget_mbit * 1.1 && sent_mbit > budget_mbit * 0.85 - TEN_MBIT,
		   "%u users: %" PRIu64 " mbit got out of %" PRIu64, users, sent_mbit, budget_mbit);
		is_stat(&rig, "refused.domain", 1, "sharing one domain");
		is_stat(&rig, "domains.spent", 1, "sharing one domain");
		is_stat(&rig, "users.spent", 0, "sharing one domain");
		is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "other.com")), SEEP_PASS,
			   SEEP_METER_NONE, "another domain");
		is_verdict(rig_send(&rig, 2, rig_fresh(&rig, "shared.com")), SEEP_REFUSE,
			   SEEP_METER_DOMAIN, "the domain, for another user");
		rig_close(&rig);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_refill);
	tap_run(test_not_guarding);
	tap_run(test_domain_meter);
	return done();
}
