/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine tells: each meter flagged, spent and released, once, and no flood of it. */
#include "fixture_engine.h"

/* Either meter, in each mode: flagged, spent and released, each told once, with its evidence. */
static void test_edges(void)
{
	static const struct {
		const char *text, *conf;
		enum seep_meter meter;
		enum seep_mode mode;
		uint64_t budget_mbit;
	} cases[] = {
		{ "user",
		  "learning: 0\nflag-at: 50\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
		  SEEP_METER_USER, SEEP_MODE_GUARD, 8000000 },
		{ "user, learning",
		  "learning: 365d\nflag-at: 50\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
		  SEEP_METER_USER, SEEP_MODE_LEARNING, 8000000 },
		{ "user, flag",
		  "action: flag\nflag-at: 50\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
		  SEEP_METER_USER, SEEP_MODE_FLAG, 8000000 },
		{ "domain",
		  "learning: 0\nflag-at: 50\nuser-budget: 1g\ndomain-budget: 1000\ndomain-refill: 100\n",
		  SEEP_METER_DOMAIN, SEEP_MODE_GUARD, 8000000 },
		{ "domain, learning",
		  "learning: 365d\nflag-at: 50\nuser-budget: 1g\ndomain-budget: 1000\ndomain-refill: 100\n",
		  SEEP_METER_DOMAIN, SEEP_MODE_LEARNING, 8000000 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		uint64_t level_mbit;
		unsigned names = 1;
		struct told told = { 0 };
		struct rig rig;

		rig_open_with(&rig, cases[i].conf, 1, tell, &told);
		rig_send(&rig, 1, "www.far.com");
		level_mbit = rig.last.user_mbit - 60 * 800000 / 86400; /* a minute's drain */
		rig.now_ms += 60000;
		for (; level_mbit < 4000000 - TEN_MBIT - FIRST_MBIT - CHOICE_MOST_MBIT; names++) {
			rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
			level_mbit += rig.last.user_mbit;
		}
		is_int(told.count, 0, "%s: nothing is told below the line", text);
		for (int n = 0; n < 3; n++, names++) {
			rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
			level_mbit += rig.last.user_mbit;
		}
		if (!is_int(told.count, 1, "%s: one event at the line", text)) {
			rig_close(&rig);
			continue;
		}
		is_int(told.events[0].edge, SEEP_EDGE_FLAGGED, "%s: flagged", text);
		is_int(told.events[0].meter, cases[i].meter, "%s: the meter", text);
		is_int(told.events[0].mode, cases[i].mode, "%s: the mode", text);
		is_int(told.events[0].budget_mbit, cases[i].budget_mbit, "%s: the budget", text);
		ok(told.events[0].level_mbit > 4000000 &&
			   told.events[0].level_mbit < 4000000 + 2 * TEN_MBIT,
		   "%s: the level is just above half", text);
		is_int(told.events[0].first_s, NOW_S, "%s: first seen", text);
		/* 64 registers err by 10.4 %: three times that */
		ok(told.events[0].names > names * 0.69 && told.events[0].names < names * 1.31,
		   "%s: %" PRIu64 " names of about %u", text, told.events[0].names, names);
		if (cases[i].meter == SEEP_METER_USER)
			is_int(told.events[0].domains, 1, "%s: one domain", text);
		else
			is_int(told.events[0].users, 1, "%s: one user", text);
		ok(strstr(told.events[0].name, ".far.com") != NULL, "%s: the name", text);

		for (int n = 0; n < 500; n++) {
			rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
			level_mbit += cases[i].mode == SEEP_MODE_GUARD ? rig.last.user_mbit : 0;
		}
		if (!is_int(told.count, 2, "%s: one event at the budget", text)) {
			rig_close(&rig);
			continue;
		}
		is_int(told.events[1].edge, SEEP_EDGE_SPENT, "%s: spent", text);
		is_int(told.events[1].meter, cases[i].meter, "%s: the meter", text);
		/*
		 * a refusal leaves the level as it was; one that is not carried out fills the
		 * budget
		 */
		is_int(told.events[1].level_mbit,
		       cases[i].mode == SEEP_MODE_GUARD ? level_mbit : 8000000, "%s: the level",
		       text);
		is_stat(&rig, cases[i].meter == SEEP_METER_USER ? "users.spent" : "domains.spent",
			1, text);
		/* a known name changes nothing, nor does a day: nine tenths are left */
		rig_send(&rig, 1, "www.far.com");
		rig.now_ms += DAY_MS;
		rig_send(&rig, 1, "www.far.com");
		rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
		is_int(told.count, 2, "%s: nothing while it is above the line", text);
		/* six days more bring it to four tenths */
		rig.now_ms += 6 * DAY_MS;
		is_stat(&rig, cases[i].meter == SEEP_METER_USER ? "users.spent" : "domains.spent",
			0, text);
		is_int(told.count, 2, "%s: statistics tell nothing", text);
		rig_send(&rig, 1, "www.far.com");
		if (is_int(told.count, 3, "%s: one event below the line again", text)) {
			is_int(told.events[2].edge, SEEP_EDGE_RELEASED, "%s: released", text);
			is_int(told.events[2].meter, cases[i].meter, "%s: the meter", text);
			ok(told.events[2].level_mbit <= 4000000, "%s: the level is below half",
			   text);
		}
		rig_send(&rig, 1, "www.far.com");
		is_int(told.count, 3, "%s: once", text);
		/* and around again */
		for (int n = 0; n < 500; n++)
			rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
		is_int(told.count, 5, "%s: flagged and spent again", text);
		is_int(told.above, 0, "%s: no level was ever above the budget", text);
		rig_close(&rig);
	}
}

/* A line that is crossed by a domain's first name is told all the same, in every mode. */
static void test_edges_new_domains(void)
{
	static const char *const confs[] = {
		"learning: 0\nflag-at: 50\nuser-budget: 1000\n",
		"learning: 7d\nflag-at: 50\nuser-budget: 1000\n",
		"learning: 0\naction: flag\nflag-at: 50\nuser-budget: 1000\n",
	};

	for (size_t i = 0; i < COUNT(confs); i++) {
		struct told told = { 0 };
		struct rig rig;
		char text[32];

		rig_open_with(&rig, confs[i], 1, tell, &told);
		for (unsigned n = 0; n < 1000; n++) {
			snprintf(text, sizeof(text), "new%u.com", n);
			rig_send(&rig, 1, text);
		}
		if (is_int(told.count, 2, "new domains only: two events (%zu)", i)) {
			is_int(told.events[0].edge, SEEP_EDGE_FLAGGED, "flagged");
			is_int(told.events[1].edge, SEEP_EDGE_SPENT, "and spent");
		}
		rig_close(&rig);
	}
}

/*
 * With flag-at: 100 every level is below the line: a meter that was spent is released an hour
 * after. If a new domain's query, which takes no place when it is refused, is the first to come
 * then, the release and what follows it are told all the same.
 */
static void test_edges_unplaced(void)
{
	struct told told = { 0 };
	struct rig rig;

	rig_open_with(
		&rig,
		"learning: 0\nuser-budget: 20\nuser-refill: 1\ndomain-budget: 1g\nflag-at: 100\n",
		1, tell, &told);
	spend(&rig, 1);
	is_int(told.count, 1, "spent on new domains: one event");
	is_int(told.events[0].edge, SEEP_EDGE_SPENT, "spent");
	rig.now_ms += 3601000;
	is_stat(&rig, "users.spent", 0, "an hour later it is not spent");
	rig_send(&rig, 1, "the-next-new-domain.com");
	is_verdict(rig_send(&rig, 1, "another-new-domain.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "a new domain, which it cannot pay");
	is_stat(&rig, "users.spent", 1, "then it is spent again");
	is_int(told.count, 2, "and that is told, once");
	is_int(told.events[1].edge, SEEP_EDGE_SPENT, "spent again");
	rig.now_ms += 9 * DAY_MS;
	is_verdict(rig_send(&rig, 1, "new-after-days.com"), SEEP_PASS, SEEP_METER_NONE,
		   "days later a new domain passes");
	is_int(told.count, 3, "and the release is told, once");
	is_int(told.events[2].edge, SEEP_EDGE_RELEASED, "released");
	rig_send(&rig, 1, "new-after-days.com");
	is_int(told.count, 3, "and not again");
	rig_close(&rig);
}

/* Flags count at every query, whichever was told. */
static void test_flag_counts(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY "flag-at: 50\n");
	rig.all.line_mbit = 4000000;
	ok(send_all(&rig, 1, "far.com", 1000) < 1000, "some names pass");
	is_filled(&rig, 8000000, "user");
	is_stat(&rig, "flagged.user", rig.all.above, "of which those above half");
	is_stat(&rig, "flagged.domain", 0, "none for the domain");
	rig_close(&rig);

	rig_open(&rig, DOMAIN_ONLY "flag-at: 50\n");
	rig.all.line_mbit = 400000;
	ok(send_all(&rig, 1, "far.com", 1000) < 1000, "some names pass");
	is_filled(&rig, 800000, "domain");
	is_stat(&rig, "flagged.domain", rig.all.above, "of which those above half");
	is_stat(&rig, "flagged.user", 0, "none for the user");
	ok(rig.all.above > 3 && rig.all.above < 9, "about half of them: %u", rig.all.above);
	rig_close(&rig);
}

/* How many events a meter had. */
static unsigned told_of(const struct told *told, enum seep_meter meter)
{
	unsigned count = 0;

	for (unsigned i = 0; i < told->count && i < COUNT(told->events); i++)
		count += told->events[i].meter == meter;
	return count;
}

/*
 * The one meter refuses; the other, just below its line, would have crossed it. Both take the same
 * charges; the smaller budget, in bytes, is less than half of the other, so that what the polls
 * between cost stays below the line.
 */
static void refuse_below_a_line(unsigned user_bytes, unsigned domain_bytes,
				enum seep_meter refusing, enum seep_meter other)
{
	static const char *const names[] = {
		[SEEP_METER_USER] = "user", [SEEP_METER_DOMAIN] = "domain"
	};
	const uint64_t line_mbit = 50 * 8000;
	struct told told = { 0 };
	struct rig rig;
	char conf[128];
	uint64_t mbit;

	snprintf(conf, sizeof(conf),
		 "learning: 0\nflag-at: 50\nuser-budget: %u\nuser-refill: 0\ndomain-budget: %u\n"
		 "domain-refill: 0\n",
		 user_bytes, domain_bytes);
	rig_open_with(&rig, conf, 1, tell, &told);
	rig_send(&rig, 1, "far.com");
	mbit = rig.last.user_mbit;
	ok(send_all(&rig, 1, "far.com", 100) >= 4, "some names: the %s is spent", names[refusing]);
	mbit += rig.all.mbit;
	for (int i = 0; i < 20; i++) {
		rig_send(&rig, 1, rig_novel(&rig, 20, "far.com"));
		is_int(rig.last.verdict.meter, refusing, "a name is refused by the %s's meter",
		       names[refusing]);
		ok(mbit <= line_mbit && mbit + rig.last.charge_mbit > line_mbit,
		   "it would have taken the %s's over its line, from %" PRIu64, names[other], mbit);
		rig_send(&rig, 1, "far.com");
		mbit += rig.last.user_mbit;
	}
	is_int(told_of(&told, other), 0, "no event of the %s's", names[other]);
	rig_close(&rig);
}

/*
 * A level that does not move crosses no line: what is refused must not let a client write the log.
 */
static void test_no_flood(void)
{
	/* a hundred letters of 5.248 bits each, of all that 64 bytes hold */
	static const char *const big = "q7zx9k2w5vj4q8z3x6k9w2v7j5q3z8x4k6w9v2j7q5z3x8k4w6."
				       "v9j2q7z4x9k3w8v5j6q2z7x3k8w4v9j5q6z2x7k9w3v8j4q5z6.far.com";
	struct told told = { 0 };
	struct rig rig;

	/* too large for the whole budget, which is empty otherwise */
	rig_open_with(
		&rig,
		"learning: 0\nflag-at: 50\nuser-budget: 64\nuser-refill: 0\ndomain-budget: 1g\n", 1,
		tell, &told);
	rig_send(&rig, 1, "far.com");
	for (int i = 0; i < 20; i++) {
		is_verdict(rig_send(&rig, 1, big), SEEP_REFUSE, SEEP_METER_USER,
			   "too large for the budget");
		rig_send(&rig, 1, "far.com");
	}
	ok(told.count == 1, "refused for being large, in turns with a known name: %u events",
	   told.count);
	rig_close(&rig);

	refuse_below_a_line(47, 100, SEEP_METER_USER, SEEP_METER_DOMAIN);
	refuse_below_a_line(100, 47, SEEP_METER_DOMAIN, SEEP_METER_USER);
}

/* A meter that drains fast is told to be released an hour after it was last above, no sooner. */
static void test_release_waits(void)
{
	struct told told = { 0 };
	struct rig rig;

	rig_open_with(
		&rig,
		"learning: 0\nflag-at: 50\nuser-budget: 1000\nuser-refill: 144000\ndomain-budget: 1g\n" NETWORK_FREE,
		1, tell, &told);
	rig_send(&rig, 1, "www.far.com");
	for (uint64_t minutes = 0; minutes <= 50; minutes += 10) {
		rig.now_ms = NOW_MS + minutes * 60000;
		send_all(&rig, 1, "far.com", 1000);
		rig_send(&rig, 1, "www.far.com");
	}
	is_int(told.count, 2, "spent six times in an hour: told flagged and spent once");
	rig.now_ms += 3600000;
	rig_send(&rig, 1, "www.far.com");
	is_int(told.count, 2, "an hour after the last: not yet released");
	rig.now_ms += 1000;
	rig_send(&rig, 1, "www.far.com");
	is_int(told.count, 3, "a second later: told");
	is_int(told.events[2].edge, SEEP_EDGE_RELEASED, "that it is released");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_edges);
	tap_run(test_edges_new_domains);
	tap_run(test_edges_unplaced);
	tap_run(test_flag_counts);
	tap_run(test_no_flood);
	tap_run(test_release_waits);
	return done();
}
