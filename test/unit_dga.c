/* SPDX-License-Identifier: BSD-3-Clause */
/* The DGA meter: the test by itself, and what the engine feeds to it and does with it. */
#include "meter/dga.h"
#include "fixture.h"

#define NO      SEEP_EXISTENCE_NO
#define YES     SEEP_EXISTENCE_YES
#define UNKNOWN SEEP_EXISTENCE_UNKNOWN

/* Domain after domain, 'n' does not exist, 'y' does, '?' cannot be told, 'd' a day passes: after
 * which letter the test is first decided, from 1; 0 for never. */
static unsigned decided_after(const char *letters)
{
	struct seep_bucket score = { 0 };
	uint64_t now_s = NOW_S;
	unsigned decided = 0;

	for (unsigned i = 0; letters[i]; i++) {
		if (letters[i] == 'd') {
			now_s += DAY_S;
			continue;
		}
		if (seep_dga_score(&score,
				   letters[i] == 'n'   ? NO
				   : letters[i] == 'y' ? YES
						       : UNKNOWN,
				   now_s) &&
		    !decided)
			decided = i + 1;
	}
	return decided;
}

static void test_sequences(void)
{
	static const struct {
		const char *text, *letters;
		unsigned after;
	} cases[] = {
		{ "five that do not exist", "nnnnn", 0 },
		{ "six in a row", "nnnnnn", 6 },
		{ "what exists before is no credit", "yyyyyyyyyyyyyyyyyyyynnnnnn", 26 },
		{ "one that exists among them", "nnnynnnn", 8 },
		{ "two of them", "nnynynnnnnn", 10 },
		{ "in turns", "nynynynynynynynynynynynynynynynynyny", 21 },
		{ "in turns, after many that exist", "yyyyyyyyynynynynynynynynynynyny", 30 },
		{ "two to one", "nyynyynyynyynyynyynyynyynyynyynyynyynyynyynyy", 37 },
		{ "two to one, three a day",
		  "nyynyynyydnyynyynyydnyynyynyydnyynyynyydnyynyynyydnyynyynyydnyynyynyyd", 0 },
		{ "two to one, six a day",
		  "nyynyynyynyynyynyydnyynyynyynyynyynyydnyynyynyynyynyynyydnyynyynyynyynyynyy",
		  73 },
		{ "a burst among much that exists",
		  "nnnyyyyyyyyyyyynnnyyyyyyyyyyyynnyyyyyyyyyyyyyyyyyyyyyy", 0 },
		{ "three of four", "nnnynnnynnnynnnynnnynnnynnny", 10 },
		{ "what cannot be told", "n?n?n?n?n????n", 14 },
		{ "only what cannot be told", "????????????????", 0 },
		{ "a typo in ten", "nyyyyyyyyynyyyyyyyyynyyyyyyyyynyyyyyyyyynyyyyyyyyy", 0 },
		{ "two typos in a row, at times", "nnyyyynnyyyynnyyyynnyyyynnyyyy", 0 },
		{ "one each day", "ndndndndndndndndndndndndndndnd", 0 },
		{ "two each day", "nndnndnndnndnndnnd", 14 },
		{ "one a week",
		  "ndddddddndddddddndddddddndddddddndddddddndddddddndddddddndddddddndddddddn", 0 },
		{ "five, and a month later more", "nnnnnddddddddddddddddddddddddddddddnnnnn", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(decided_after(cases[i].letters), cases[i].after, "%s: %s", cases[i].text,
		       cases[i].letters);
}

/* Told once; capped, so that days without any clear it; and then it can be decided again. */
static void test_clear(void)
{
	struct seep_bucket score = { 0 };
	unsigned told = 0;

	for (int i = 0; i < 10000; i++)
		told += seep_dga_score(&score, NO, NOW_S);
	is_int(told, 1, "ten thousand decide it once");
	is_bool(seep_dga_is_spent(&score, NOW_S + DAY_S), true, "a day later: spent");
	is_bool(seep_dga_is_spent(&score, NOW_S + 3 * DAY_S), false, "three days: clear");
	is_bool(seep_dga_is_spent(&score, NOW_S), true, "and reading it changes nothing");
	for (int i = 0; i < 3; i++)
		seep_dga_score(&score, YES, NOW_S);
	is_bool(seep_dga_is_spent(&score, NOW_S), false, "three that exist clear it, too");
	for (int i = 0; i < 3; i++)
		told += seep_dga_score(&score, NO, NOW_S);
	is_int(told, 2, "and further ones decide it again");
}

/* People of whose new domains so many in a hundred do not exist; how many of a hundred are decided,
 * after 300 domains. */
static unsigned decided_of_100(unsigned missing_in_100, uint64_t seed)
{
	unsigned decided = 0;

	for (int user = 0; user < 100; user++) {
		struct seep_bucket score = { 0 };
		bool spent = false;

		for (unsigned i = 0; i < 300; i++)
			spent |= seep_dga_score(
				&score, random_next(&seed) % 100 < missing_in_100 ? NO : YES,
				NOW_S + i * 600);
		decided += spent;
	}
	return decided;
}

/* Of those that do not exist, how many it takes with PRESENT to each HUNDREDTHS of one; 0 for
 * more than a thousand. */
static unsigned missing_needed(unsigned present_in_100)
{
	struct seep_bucket score = { 0 };
	unsigned due = 0;

	for (unsigned missing = 1; missing <= 1000; missing++) {
		if (seep_dga_score(&score, NO, NOW_S))
			return missing;
		for (due += present_in_100; due >= 100; due -= 100)
			seep_dga_score(&score, YES, NOW_S);
	}
	return 0;
}

/* A bot that hides among existing domains. */
static void test_cover(void)
{
	static const struct {
		unsigned present_in_100, missing;
	} cases[] = { { 0, 6 },    { 50, 9 },   { 100, 11 }, { 150, 12 },
		      { 200, 13 }, { 500, 16 }, { 800, 31 }, { 1000, 0 } };

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(missing_needed(cases[i].present_in_100), cases[i].missing,
		       "missing needed, with %u existing to each hundred", cases[i].present_in_100);
}

static void play_in_turns(struct seep_bucket *score, unsigned turns, uint64_t now_s)
{
	for (unsigned i = 0; i < turns; i++) {
		seep_dga_score(score, NO, now_s);
		seep_dga_score(score, YES, now_s);
	}
}

/* All credit was used, and so much time passes, of which each STEP_S is looked at: how many in
 * turns with existing ones decide. */
static unsigned needed_after(uint64_t passed_s, unsigned step_s)
{
	struct seep_bucket score = { 0 };
	uint64_t now_s = NOW_S;
	unsigned needed = 1;

	play_in_turns(&score, 7, now_s);
	for (uint64_t s = 0; s < passed_s; s += step_s)
		seep_dga_score(&score, UNKNOWN, now_s += step_s);
	/* what is left of the score is not the question */
	score.level_mbit = 0;
	for (; !seep_dga_score(&score, NO, now_s); needed++)
		seep_dga_score(&score, YES, now_s);
	return needed;
}

/* The credit comes back with time, however often somebody asks meanwhile, and is kept by a file. */
static void test_credit(void)
{
	struct seep_bucket score = { 0 }, saved;

	is_int(needed_after(0, 1), 7, "none of the credit");
	is_int(needed_after(DAY_S, DAY_S), 9, "a day on: half of it");
	is_int(needed_after(DAY_S, 1), 9, "a day on, looked at each second: half of it");
	is_int(needed_after(2 * DAY_S, DAY_S), 11, "two days on: all of it");
	is_int(needed_after(20 * DAY_S, 20 * DAY_S), 11, "twenty days on: no more than that");

	play_in_turns(&score, 7, NOW_S);
	saved = score;
	seep_dga_mend(&saved, 0, NOW_S);
	ok(memcmp(&saved, &score, sizeof(score)) == 0, "what is possible is read as it was");
	saved.credit = UINT32_MAX;
	seep_dga_mend(&saved, 0, NOW_S);
	seep_dga_score(&saved, YES, NOW_S);
	is_int(saved.level_mbit, score.level_mbit - 300,
	       "more than all of it was taken: all of it");
	saved.credit = 0;
	seep_dga_mend(&saved, 0, NOW_S);
	seep_dga_score(&saved, YES, NOW_S);
	is_int(saved.level_mbit, score.level_mbit - 300 - 2170, "an older file: all is there");
	seep_dga_score(&saved, YES, NOW_S - DAY_S);
	seep_dga_score(&saved, YES, NOW_S - DAY_S);
	is_int(saved.level_mbit, score.level_mbit - 300 - 3 * 2170,
	       "a clock that was set: no more");
}

/* A hundred people with so many new domains a day, of which so many in a thousand do not exist: how
 * many are decided. */
static unsigned people_decided(unsigned days, unsigned domains_day, unsigned missing_in_1000,
			       uint64_t seed)
{
	unsigned decided = 0;

	for (int user = 0; user < 100; user++) {
		struct seep_bucket score = { 0 };
		bool spent = false;

		for (unsigned day = 0; day < days; day++) {
			for (unsigned i = 0; i < domains_day; i++)
				spent |= seep_dga_score(
					&score,
					random_next(&seed) % 1000 < missing_in_1000 ? NO : YES,
					NOW_S + day * DAY_S + (DAY_S / 2) * i / domains_day);
		}
		decided += spent;
	}
	return decided;
}

static void test_people(void)
{
	static const struct {
		const char *text;
		unsigned days, domains_day, missing_in_1000;
	} cases[] = {
		{ "few new domains", 60, 3, 150 },
		{ "as many as in a small office", 60, 11, 45 },
		{ "a busy one of these", 60, 30, 40 },
		{ "an unfortunate one", 60, 15, 80 },
		{ "five at home, a heavy day each day", 60, 60, 40 },
		{ "their first week, when all is new", 7, 240, 40 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(people_decided(cases[i].days, cases[i].domains_day, cases[i].missing_in_1000,
				      80 + i),
		       0, "%s: nobody is decided (seed %zu)", cases[i].text, 80 + i);
}

static void test_rates(void)
{
	static const struct {
		unsigned missing, least, most;
	} cases[] = { { 0, 0, 0 },      { 3, 0, 0 },      { 5, 0, 2 },     { 20, 95, 100 },
		      { 60, 100, 100 }, { 80, 100, 100 }, { 97, 100, 100 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned decided = decided_of_100(cases[i].missing, 60 + i);

		ok(decided >= cases[i].least && decided <= cases[i].most,
		   "%u %% missing of 300: %u of 100 users are decided (seed %zu)", cases[i].missing,
		   decided, 60 + i);
	}
}

/* The engine. */

#define FLAG   "learning: 0\nuser-budget: 1m\ndomain-budget: 1m\n"
#define REFUSE FLAG "dga-action: refuse\n"

struct told {
	unsigned count;
	struct seep_event event;
	struct seep_address client;
	unsigned domain_at;
};

static void tell(void *context, const struct seep_event *event)
{
	struct told *told = context;

	told->count++;
	told->event = *event;
	told->client = event->observation->client;
	told->domain_at = event->name->domain_at;
}

static struct seep_verdict visit(struct rig *rig, uint32_t user, const char *text,
				 enum seep_existence existence)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(user, &wire, rig->now_ms);
	struct seep_reservation reservation;
	struct seep_name name;
	struct seep_verdict verdict =
		seep_engine_ask(rig->thread, &observation, &reservation, &name);

	if (verdict.outcome == SEEP_REFUSE)
		return verdict;
	seep_engine_commit(rig->thread, &reservation, rig->now_ms);
	seep_engine_answered(rig->thread, &observation, &reservation, existence);
	return verdict;
}

/* COUNT names of which FORMAT makes each from its number. */
__attribute__((format(printf, 4, 0))) static void visit_all(struct rig *rig, uint32_t user,
							    unsigned count, const char *format,
							    enum seep_existence existence)
{
	char text[SEEP_NAME_MAX_BYTES];

	for (unsigned n = 0; n < count; n++) {
		snprintf(text, sizeof(text), format, n);
		visit(rig, user, text, existence);
	}
}

static void is_stat(struct rig *rig, const char *key, unsigned long long want, const char *text)
{
	is_int(rig_stat(rig, key), want, "%s: %s", text, key);
}

/* What sets it off, what it says then, and that it says so once. */
static void test_event(void)
{
	struct told told = { 0 };
	struct rig rig;

	rig_open_with(&rig, FLAG, 1, tell, &told);
	visit_all(&rig, 7, 5, "gen%u.com", NO);
	is_int(told.count, 0, "five: nothing is told");
	is_stat(&rig, "users.dga", 0, "five");
	visit(&rig, 7, "www.gen5.com", NO);
	is_int(told.count, 1, "six: it is told");
	is_int(told.event.meter, SEEP_METER_DGA, "as the DGA meter");
	is_int(told.event.edge, SEEP_EDGE_SPENT, "that it is spent");
	is_int(told.event.mode, SEEP_MODE_GUARD, "when guarding");
	is_int(told.domain_at, 4, "where the domain starts");
	/* estimates, by sketches */
	ok(told.event.names >= 5 && told.event.names <= 7, "about six domains missing");
	ok(told.event.domains >= 5 && told.event.domains <= 7, "of about six");
	is_int(told.event.first_s, NOW_S, "since it was first seen");
	is_int(told.client.bytes[3], 7, "and who");
	is_stat(&rig, "missing", 6, "six");
	is_stat(&rig, "users.dga", 1, "six");
	is_stat(&rig, "flagged.dga", 0, "six");
	is_int(visit(&rig, 7, "seventh.com", NO).meter, SEEP_METER_DGA, "a seventh is flagged");
	is_int(visit(&rig, 7, "eighth.com", YES).outcome, SEEP_FLAG, "an eighth, too, and passes");
	is_stat(&rig, "flagged.dga", 2, "eight");
	is_stat(&rig, "refused.dga", 0, "eight");
	is_int(visit(&rig, 7, "www.eighth.com", YES).outcome, SEEP_PASS,
	       "a domain in use is not flagged");
	is_int(visit(&rig, 8, "ninth.com", NO).outcome, SEEP_PASS, "nor is another user");
	is_int(told.count, 1, "told once");
	visit_all(&rig, 7, 20, "other%u.com", YES);
	is_stat(&rig, "users.dga", 0, "twenty that exist");
	is_int(visit(&rig, 7, "tenth.com", NO).outcome, SEEP_PASS, "twenty that exist: clear");
	rig_close(&rig);
}

/* A bot that asks for two existing domains, or five, with each of its own. */
static void test_hidden(void)
{
	static const struct {
		unsigned present, passed;
	} cases[] = { { 2, 13 }, { 5, 16 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct told told = { 0 };
		unsigned passed = 0;
		struct rig rig;

		rig_open_with(&rig, REFUSE, 1, tell, &told);
		for (unsigned n = 0; n < 500; n++) {
			char text[SEEP_NAME_MAX_BYTES];

			snprintf(text, sizeof(text), "gen%u.com", n);
			passed += visit(&rig, 7, text, NO).outcome == SEEP_PASS;
			for (unsigned m = 0; m < cases[i].present; m++) {
				snprintf(text, sizeof(text), "site%u.shop%u.org", n, 10 * n + m);
				visit(&rig, 7, text, YES);
			}
			rig.now_ms += 1000;
		}
		is_int(passed, cases[i].passed, "%u existing with each: missing ones that pass",
		       cases[i].present);
		is_int(told.count, 1, "%u existing with each: told once", cases[i].present);
		rig_close(&rig);
	}
}

static void test_refuse(void)
{
	static const struct {
		const char *text, *conf;
		enum seep_outcome outcome;
	} cases[] = {
		{ "refuse", REFUSE, SEEP_REFUSE },
		{ "flag", FLAG, SEEP_FLAG },
		{ "learning", "learning: 7d\nuser-budget: 1m\ndga-action: refuse\n",
		  SEEP_WOULD_REFUSE },
		{ "action: flag",
		  "learning: 0\naction: flag\nuser-budget: 1m\ndga-action: refuse\n",
		  SEEP_WOULD_REFUSE },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		struct told told = { 0 };
		struct rig rig;

		rig_open_with(&rig, cases[i].conf, 1, tell, &told);
		visit(&rig, 1, "www.mine.com", YES);
		visit(&rig, 2, "www.others.com", YES);
		visit_all(&rig, 1, 6, "gen%u.com", NO);
		is_int(visit(&rig, 1, "new.com", NO).outcome, cases[i].outcome,
		       "%s: a domain that nobody used", text);
		is_int(visit(&rig, 1, "www.new2.com", NO).meter, SEEP_METER_DGA,
		       "%s: by the DGA meter", text);
		is_stat(&rig, "refused.dga", cases[i].outcome == SEEP_REFUSE ? 2 : 0, text);
		is_stat(&rig, "would_refuse.dga", cases[i].outcome == SEEP_WOULD_REFUSE ? 2 : 0,
			text);
		is_stat(&rig, "flagged.dga", cases[i].outcome == SEEP_FLAG ? 2 : 0, text);
		is_int(visit(&rig, 1, "www.mine.com", YES).outcome, SEEP_PASS, "%s: a known name",
		       text);
		is_int(visit(&rig, 1, "ftp.mine.com", YES).outcome, SEEP_PASS,
		       "%s: a new name in a domain in use", text);
		is_int(visit(&rig, 1, "ftp.others.com", YES).outcome, SEEP_PASS,
		       "%s: in one that another uses", text);
		is_int(visit(&rig, 1, "gen3.com", NO).outcome, SEEP_PASS,
		       "%s: one that was found missing before", text);
		is_int(visit(&rig, 1, "9.2.0.192.in-addr.arpa", NO).outcome, SEEP_PASS,
		       "%s: a reverse name", text);
		is_int(visit(&rig, 1, "printer", NO).outcome, SEEP_PASS, "%s: a single label",
		       text);
		is_int(visit(&rig, 2, "new3.com", NO).outcome, SEEP_PASS, "%s: another user", text);
		is_int(told.count, 1, "%s: told once", text);
		rig.now_ms += 30 * DAY_MS;
		is_int(visit(&rig, 1, "later.com", YES).outcome, SEEP_PASS, "%s: a month on", text);
		is_stat(&rig, "users.dga", 0, "a month on");
		rig_close(&rig);
	}
}

/* A name that is known, though its domain's entry made room for another's, is not new. */
static void test_known_unplaced(void)
{
	struct rig rig;

	rig_open(&rig, REFUSE "memory-size: 1m\n");
	visit(&rig, 1, "www.mine.com", YES);
	for (uint32_t user = 1000; user < 5000; user++) {
		char text[64];

		snprintf(text, sizeof(text), "site%" PRIu32 ".com", user);
		rig.now_ms += 1000;
		visit(&rig, user, text, YES);
	}
	visit_all(&rig, 1, 8, "gen%u.com", NO);
	ok(rig_stat(&rig, "evicted.domains") > 2000, "most domains were evicted");
	is_int(visit(&rig, 1, "new.com", YES).outcome, SEEP_REFUSE, "a new one is refused");
	is_int(visit(&rig, 1, "www.mine.com", YES).outcome, SEEP_PASS, "a known name is not");
	rig_close(&rig);
}

/* The same of a name that does not leave: what the resolver knows already answers for it. */
static void visit_unsent(struct rig *rig, uint32_t user, const char *text,
			 enum seep_existence existence)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(user, &wire, rig->now_ms);
	struct seep_reservation reservation;
	struct seep_name name;

	if (seep_engine_ask(rig->thread, &observation, &reservation, &name).outcome == SEEP_REFUSE)
		return;
	seep_engine_answered(rig->thread, &observation, &reservation, existence);
	seep_engine_release(rig->thread, &reservation);
}

static void test_unsent(void)
{
	struct rig rig;
	char text[64];

	rig_open(&rig, REFUSE);
	for (int i = 0; i < 10; i++)
		visit_unsent(&rig, 1, "www.gone.com", NO);
	is_stat(&rig, "missing", 1, "one dead domain, ten times unsent");
	is_stat(&rig, "bits.metered", 0, "unsent");
	for (unsigned n = 0; n < 5; n++) {
		is_stat(&rig, "users.dga", 0, "unsent: not yet");
		snprintf(text, sizeof(text), "www.gone%u.com", n);
		visit_unsent(&rig, 1, text, NO);
	}
	is_stat(&rig, "users.dga", 1, "six dead domains, unsent");
	is_int(visit(&rig, 1, "www.next.com", NO).outcome, SEEP_REFUSE, "six, unsent: a seventh");

	/* a spent meter learns no more: what costs nothing fills no memory */
	unsigned long long names = rig_stat(&rig, "novelty.names");
	for (unsigned n = 0; n < 100; n++) {
		snprintf(text, sizeof(text), "www.gone%u.org", n);
		visit_unsent(&rig, 1, text, NO);
	}
	is_stat(&rig, "novelty.names", names, "six, unsent: a hundred more");

	/* domains that are dead for everybody, and names that do exist, or cannot be told */
	for (uint32_t user = 100; user < 120; user++)
		for (unsigned n = 0; n < 5; n++) {
			snprintf(text, sizeof(text), "www.dead%u.com", n);
			visit_unsent(&rig, user, text, NO);
			snprintf(text, sizeof(text), "www.cached%u-%u.com", n, user);
			visit_unsent(&rig, user, text, n % 2 ? YES : UNKNOWN);
		}
	is_stat(&rig, "missing", 6 + 5 * SEEP_DGA_USERS, "unsent, dead for everybody");
	is_stat(&rig, "users.dga", 1, "unsent, dead for everybody");
	is_stat(&rig, "domains", 0, "unsent");
	rig_close(&rig);
}

/* What is no sign of a generator: after each case the user's meter is clear. */
static void test_benign(void)
{
	static const struct {
		const char *text, *format;
		enum seep_existence existence;
		unsigned missing;
	} cases[] = {
		{ "random single labels, as Chromium's probes", "qzkwvjxyp%u", NO, 0 },
		{ "the same with a search suffix", "qzkwvjxyp%u.corp.com", YES, 0 },
		{ "with a suffix that nobody has", "qzkwvjxyp%u.corp.void", NO, 0 },
		{ "machines of a home network", "printer%u.lan", NO, 0 },
		{ "multicast DNS", "0b1c2d3e-%u.local", NO, 0 },
		{ "names of another system", "somebody%u.eth", NO, 0 },
		{ "reverse names", "%u.2.0.192.in-addr.arpa", NO, 0 },
		{ "reverse zones", "1.%u.0.192.in-addr.arpa", NO, 0 },
		{ "IPv6 reverse zones", "%u.d.0.1.0.0.2.ip6.arpa", NO, 0 },
		{ "public suffixes", "co.uk", NO, 0 },
		{ "one dead tracker for ever", "t%u.dead-tracker.com", NO, 1 },
		{ "answers that do not tell", "gen%u.com", UNKNOWN, 0 },
		{ "domains that exist", "gen%u.com", YES, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct told told = { 0 };
		struct rig rig;

		rig_open_with(&rig, REFUSE, 1, tell, &told);
		visit_all(&rig, 1, 200, cases[i].format, cases[i].existence);
		is_stat(&rig, "missing", cases[i].missing, cases[i].text);
		is_stat(&rig, "users.dga", 0, cases[i].text);
		is_int(told.count, 0, "%s: nothing is told", cases[i].text);
		rig_close(&rig);
	}
}

static void test_others_too(void)
{
	struct rig rig;

	/* domains that are dead for everybody: the first four count, nobody after them */
	rig_open(&rig, REFUSE);
	for (uint32_t user = 1; user <= 20; user++)
		visit_all(&rig, user, 5, "dead%u.com", NO);
	is_stat(&rig, "missing", 20, "five dead domains that twenty ask for");
	is_stat(&rig, "users.dga", 0, "five dead domains that twenty ask for");
	rig_close(&rig);
	rig_open(&rig, FLAG);
	for (uint32_t user = 21; user <= 40; user++)
		visit_all(&rig, user, 100, user % 2 ? "dead%u.org" : "dead%u.net", NO);
	is_stat(&rig, "users.dga", 8, "a hundred: the first four of each list");
	rig_close(&rig);

	/* five dead trackers, a thousand times */
	rig_open(&rig, REFUSE);
	for (int turn = 0; turn < 1000; turn++) {
		visit_all(&rig, 1, 5, "dead%u.com", NO);
		rig.now_ms += 600000;
	}
	is_stat(&rig, "missing", 5, "five dead trackers a thousand times");
	is_stat(&rig, "users.dga", 0, "five dead trackers a thousand times");
	rig_close(&rig);

	/* allowed, internal, exempt: not metered */
	rig_open(&rig, REFUSE "exempt-user: 10.0.0.1\n");
	visit_all(&rig, 1, 100, "gen%u.com", NO);
	is_stat(&rig, "missing", 0, "exempt");
	is_stat(&rig, "users.dga", 0, "exempt");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_sequences);
	tap_run(test_clear);
	tap_run(test_cover);
	tap_run(test_credit);
	tap_run(test_rates);
	tap_run(test_people);
	tap_run(test_event);
	tap_run(test_hidden);
	tap_run(test_refuse);
	tap_run(test_known_unplaced);
	tap_run(test_unsent);
	tap_run(test_benign);
	tap_run(test_others_too);
	return done();
}
