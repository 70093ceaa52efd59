/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine: what is charged to whom, what is refused, given back, counted and told. */
#include "meter/charge.h"
#include "fixture.h"
#include "names/suffix.h"

/* What any name of its type costs more, and what comes on top in a domain that nobody used. */
#define TYPE_MBIT        seep_charge_question(1, SEEP_QCLASS_IN)
#define NEW_MBIT         SEEP_CHARGE_NEW_DOMAIN_MBIT
/* That a name is novel, of a user who never sent one, and that it comes without the CD flag. */
#define FIRST_MBIT       (1585 + 6)
/* Of one spelled-out label of ten letters; see charge.c. */
#define TEN_MBIT         (1000 + 11 * 5322 + 2000 + TYPE_MBIT)
/* Of a domain by itself, when new. */
#define BARE_MBIT        (1000 + TYPE_MBIT + NEW_MBIT)
/* No test's user has so many names that the choice of a domain costs more. */
#define CHOICE_MOST_MBIT 11000

/* Only the user's meter matters; it holds 8,000,000 mbit. */
#define USER_ONLY \
	"learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\ndomain-refill: 0\n"
/* Of 20 bytes eight bare new domains take nearly all. */
#define TWENTY \
	"learning: 0\nuser-budget: 20\nuser-refill: 0\ndomain-budget: 1g\ndomain-refill: 0\nflag-at: 100\n"
/* Only the domain's: 800,000 mbit for each user. */
#define DOMAIN_ONLY \
	"learning: 0\nuser-budget: 1g\nuser-refill: 0\ndomain-budget: 100\ndomain-refill: 0\n"

/* Asks of a name as user N, at the rig's time. */
static struct seep_verdict ask(struct rig *rig, uint32_t user, const char *text,
			       struct seep_reservation *reservation)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(user, &wire, rig->now_ms);
	struct seep_name name;

	return seep_engine_ask(rig->thread, &observation, reservation, &name);
}

/* What the last send reserved. */
static struct seep_reservation last;

/* Asks, and sends if that is not refused. */
static struct seep_verdict send(struct rig *rig, uint32_t user, const char *text)
{
	struct seep_verdict verdict = ask(rig, user, text, &last);

	if (verdict.outcome != SEEP_REFUSE)
		seep_engine_commit(rig->thread, &last, rig->now_ms);
	return verdict;
}

/* Another name of ten letters below DOMAIN at every call. */
static const char *fresh(const char *domain)
{
	static unsigned count;
	static char text[SEEP_NAME_MAX_BYTES];

	snprintf(text, sizeof(text), "n%09u.%s", ++count, domain);
	return text;
}

/*
 * What send_all did: what the user's meter took, what the next name would have added to it and how
 * many names went beyond a line.
 */
static struct {
	uint64_t mbit, next_mbit, line_mbit;
	unsigned above;
} all;

/* Sends fresh names until one is refused, or MOST were sent; how many went. */
static unsigned send_all(struct rig *rig, uint32_t user, const char *domain, unsigned most)
{
	all.mbit = all.next_mbit = all.above = 0;
	for (unsigned sent = 0; sent < most; sent++) {
		if (send(rig, user, fresh(domain)).outcome == SEEP_REFUSE) {
			all.next_mbit = last.user_charge_mbit;
			return sent;
		}
		all.mbit += last.user_mbit;
		all.above += all.mbit > all.line_mbit;
	}
	return most;
}

/* Did send_all use ROOM up, to within the name that it was refused, and no more of it? */
static void is_filled(uint64_t room_mbit, const char *text)
{
	ok(all.mbit <= room_mbit && all.mbit + all.next_mbit > room_mbit,
	   "%s: %" PRIu64 " mbit went of %" PRIu64 ", and %" PRIu64 " more would not", text,
	   all.mbit, room_mbit, all.next_mbit);
}

/* Is it what one more label of ten letters costs, and little else? */
static void is_ten(uint64_t mbit, uint64_t more_mbit, const char *text)
{
	ok(mbit >= TEN_MBIT + more_mbit &&
		   mbit <= TEN_MBIT + more_mbit + FIRST_MBIT + CHOICE_MOST_MBIT,
	   "%s: %" PRIu64 " mbit", text, mbit);
}

/* Sends new domains until one is refused. */
static void spend(struct rig *rig, uint32_t user)
{
	char text[32];

	for (unsigned n = 0; n < 1000; n++) {
		snprintf(text, sizeof(text), "s%u-%" PRIu32 ".com", n, user);
		if (send(rig, user, text).outcome == SEEP_REFUSE)
			return;
	}
}

/* Asks for fresh names and gives all back: how many would pass at once. */
static unsigned room_of(struct rig *rig, uint32_t user, const char *domain)
{
	static struct seep_reservation held[1000];
	unsigned count = 0;

	while (count < COUNT(held) &&
	       ask(rig, user, fresh(domain), &held[count]).outcome != SEEP_REFUSE)
		count++;
	for (unsigned i = 0; i < count; i++)
		seep_engine_release(rig->thread, &held[i]);
	return count;
}

static void is_verdict(struct seep_verdict got, enum seep_outcome outcome, enum seep_meter meter,
		       const char *text)
{
	is_int(got.outcome, outcome, "%s: the outcome", text);
	is_int(got.meter, meter, "%s: the meter", text);
}

static void is_stat(struct rig *rig, const char *key, unsigned long long want, const char *text)
{
	is_int(rig_stat(rig, key), want, "%s: %s", text, key);
}

/* What holds whatever happened; ASKED is how often the test asked. */
static void is_balanced(struct rig *rig, unsigned long long asked, const char *text)
{
	struct stats s = rig_stats(rig, false);
	unsigned long long sent = stats_get(&s, "num.seep.sent");

	is_int(stats_get(&s, "num.seep.known") + stats_get(&s, "num.seep.charged") +
		       stats_get(&s, "num.seep.internal") + stats_get(&s, "num.seep.allowed") +
		       stats_get(&s, "num.seep.exempt") + stats_get(&s, "num.seep.unproven") +
		       stats_get(&s, "num.seep.untracked"),
	       sent, "%s: sent is the sum of its kinds", text);
	is_int(sent + stats_get(&s, "num.seep.unsent") + stats_get(&s, "num.seep.refused.user") +
		       stats_get(&s, "num.seep.refused.domain") +
		       stats_get(&s, "num.seep.refused.dga") + stats_get(&s, "seep.inflight"),
	       asked, "%s: asked is sent, unsent, refused or in flight", text);
}

static void test_reservation(void)
{
	static const char *const names[] = { "a1.com", "a2.com", "a3.com", "a4.com", "a5.com",
					     "a6.com", "a7.com", "a8.com", "a9.com" };
	struct seep_reservation held[9];
	struct rig rig;

	rig_open(&rig, TWENTY);
	for (int i = 0; i < 8; i++) {
		is_verdict(ask(&rig, 1, names[i], &held[i]), SEEP_PASS, SEEP_METER_NONE,
			   "in flight");
		is_int(held[i].user_mbit, BARE_MBIT + FIRST_MBIT, "in flight: what is reserved");
		is_int(held[i].class, SEEP_CLASS_CHARGED, "in flight: novel");
	}
	is_verdict(ask(&rig, 1, names[8], &held[8]), SEEP_REFUSE, SEEP_METER_USER,
		   "a ninth in flight");
	is_int(held[8].user_mbit, 0, "a ninth in flight: reserves nothing");
	is_stat(&rig, "inflight", 8, "eight in flight");
	is_stat(&rig, "refused.user", 1, "eight in flight");
	is_verdict(ask(&rig, 2, names[8], &held[8]), SEEP_PASS, SEEP_METER_NONE, "another user");
	seep_engine_release(rig.thread, &held[8]);

	seep_engine_release(rig.thread, &held[3]);
	is_stat(&rig, "inflight", 7, "one released");
	is_stat(&rig, "unsent", 2, "one released");
	is_verdict(ask(&rig, 1, "b.a3.com", &held[3]), SEEP_REFUSE, SEEP_METER_USER,
		   "a dearer one for it");
	is_verdict(ask(&rig, 1, names[3], &held[3]), SEEP_PASS, SEEP_METER_NONE, "the same for it");
	is_verdict(ask(&rig, 1, names[8], &held[8]), SEEP_REFUSE, SEEP_METER_USER, "and one more");

	for (int i = 0; i < 8; i++)
		seep_engine_commit(rig.thread, &held[i], rig.now_ms);
	is_stat(&rig, "inflight", 0, "all sent");
	is_stat(&rig, "sent", 8, "all sent");
	is_stat(&rig, "charged", 8, "all sent");
	is_stat(&rig, "bits", 8 * (BARE_MBIT + FIRST_MBIT) / 1000, "all sent");
	is_stat(&rig, "bits.metered", 8 * (BARE_MBIT + FIRST_MBIT) / 1000, "all sent");
	is_verdict(ask(&rig, 1, names[8], &held[8]), SEEP_REFUSE, SEEP_METER_USER,
		   "what was sent stays charged");
	is_balanced(&rig, 14, "reservation");
	rig_close(&rig);
}

static void test_release_is_exact(void)
{
	struct rig rig;
	unsigned room, again;

	rig_open(&rig, USER_ONLY);
	room = room_of(&rig, 1, "one.com");
	is_int(room, 8000000 / (TEN_MBIT + NEW_MBIT + FIRST_MBIT),
	       "in flight: as many as the budget holds");
	for (int i = 0; i < 20; i++)
		again = room_of(&rig, 1, "one.com");
	is_int(again, room, "twenty times given back, and as many again");
	send(&rig, 1, "one.com");
	uint64_t sent_mbit = last.user_mbit;
	room = room_of(&rig, 1, "one.com");
	ask(&rig, 1, fresh("one.com"), &last);
	seep_engine_release(rig.thread, &last);
	is_ten(last.user_mbit, 0, "the next");
	is_int(room, (8000000 - sent_mbit) / last.user_mbit, "less what was sent");
	is_stat(&rig, "inflight", 0, "all given back");
	rig_close(&rig);
}

/* A refusal by one meter takes nothing from the other. */
static void test_refused_costs_nothing(void)
{
	struct rig rig;
	unsigned refused = 0;

	rig_open(
		&rig,
		"learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 16\ndomain-refill: 0\n");
	uint64_t small_mbit = 0;
	send(&rig, 1, "small.com");
	small_mbit += last.user_mbit;
	is_int(send_all(&rig, 1, "small.com", 10), 1,
	       "the domain's 128,000 mbit take one name more");
	small_mbit += all.mbit;
	for (int i = 0; i < 1000; i++)
		refused += send(&rig, 1, fresh("small.com")).meter == SEEP_METER_DOMAIN;
	is_int(refused, 1000, "a thousand more are refused by the domain's meter");
	unsigned other = 0;
	for (char text[32]; other < 1000; other++) {
		snprintf(text, sizeof(text), "other%u.com", other);
		if (send(&rig, 1, text).outcome == SEEP_REFUSE)
			break;
		small_mbit += last.user_mbit;
	}
	ok(small_mbit <= 8000000 && small_mbit + last.user_charge_mbit > 8000000,
	   "and leave the user's budget as it was: %u other domains fill it", other);
	rig_close(&rig);

	rig_open(
		&rig,
		"learning: 0\nuser-budget: 16\nuser-refill: 0\ndomain-budget: 1000\ndomain-refill: 0\n");
	send(&rig, 1, "shared.com");
	uint64_t mbit = last.domain_mbit;
	refused = 0;
	for (int i = 0; i < 1000; i++) {
		refused += send(&rig, 1, fresh("shared.com")).outcome == SEEP_REFUSE;
		mbit += last.domain_mbit;
	}
	is_stat(&rig, "refused.user", refused, "a thousand but one");
	is_int(refused, 999, "a thousand but one refused by the user's meter");
	struct seep_reservation reservation;
	for (uint32_t user = 2; user < 2000; user++) {
		if (ask(&rig, user, fresh("shared.com"), &reservation).outcome == SEEP_REFUSE)
			break;
		mbit += reservation.charge_mbit;
	}
	/* nobody commits: one user of it, whose 8,000,000 mbit hold all the charges */
	ok(mbit <= 8000000 && mbit + reservation.charge_mbit > 8000000,
	   "and leave the domain's as it was: %" PRIu64 " mbit", mbit);
	rig_close(&rig);
}

static void test_known(void)
{
	struct seep_reservation reservation;
	struct rig rig;

	rig_open(&rig, TWENTY);
	is_verdict(send(&rig, 2, "www.other.com"), SEEP_PASS, SEEP_METER_NONE,
		   "another user's name");
	uint64_t polls_mbit = 0;
	for (int i = 0; i < 200; i++) {
		send(&rig, 1, "www.other.com");
		polls_mbit += last.user_mbit;
	}
	ok(polls_mbit < 26000, "polled 200 times: %" PRIu64 " mbit in all", polls_mbit);
	spend(&rig, 1);
	is_verdict(send(&rig, 1, fresh("other.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "spent: a new name");
	is_verdict(ask(&rig, 1, "www.other.com", &reservation), SEEP_PASS, SEEP_METER_NONE,
		   "spent: a known name that it polls");
	is_int(reservation.class, SEEP_CLASS_KNOWN, "spent: it is known");
	ok(reservation.charge_mbit < 4000, "spent: and cheap: %" PRIu64 " mbit",
	   reservation.charge_mbit);
	ok(reservation.user_mbit <= reservation.charge_mbit &&
		   reservation.domain_mbit <= reservation.charge_mbit,
	   "spent: on both meters");
	seep_engine_commit(rig.thread, &reservation, rig.now_ms);
	is_stat(&rig, "known", 201, "known");

	/* asked is not sent */
	ask(&rig, 3, "name-released.other.com", &reservation);
	seep_engine_release(rig.thread, &reservation);
	is_verdict(send(&rig, 1, "name-released.other.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "spent: a name that never left");
	is_verdict(send(&rig, 1, "name-refused.other.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "spent: a name");
	is_verdict(send(&rig, 1, "name-refused.other.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "spent: a name that was refused");
	rig.now_ms += 29 * DAY_MS;
	is_verdict(send(&rig, 1, "www.other.com"), SEEP_PASS, SEEP_METER_NONE,
		   "a month on: a known name");
	rig.now_ms += 29 * DAY_MS;
	is_verdict(send(&rig, 1, "www.other.com"), SEEP_PASS, SEEP_METER_NONE,
		   "two months on: it was sent between");
	rig_close(&rig);
}

/*
 * What a hundred use costs under a bit, so it passes for the spent; what thirty use does not. The
 * budget is filled up to within a bit and a half, by names that fifty share.
 */
static void test_common(void)
{
	static const struct {
		unsigned users;
		bool passes;
	} cases[] = { { 1, false }, { 10, false }, { 30, false }, { 100, true }, { 300, true } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_reservation reservation;
		struct seep_verdict verdict;
		struct rig rig;
		uint64_t rare_mbit = cases[i].users <= 16 ? FIRST_MBIT + CHOICE_MOST_MBIT : 0;

		rig_open(&rig, TWENTY);
		for (uint32_t user = 0; user < 50; user++)
			send(&rig, 1000 + user, fresh("filler.com"));
		for (uint32_t user = 0; user < cases[i].users; user++)
			send(&rig, 2000 + user, fresh("common.com"));
		spend(&rig, 1);
		send_all(&rig, 1, "filler.com", 1000);
		verdict = ask(&rig, 1, fresh("common.com"), &reservation);
		is_verdict(verdict, cases[i].passes ? SEEP_PASS : SEEP_REFUSE,
			   cases[i].passes ? SEEP_METER_NONE : SEEP_METER_USER,
			   "spent, at a domain of some");
		ok(reservation.charge_mbit >= TEN_MBIT &&
			   reservation.charge_mbit <= TEN_MBIT + rare_mbit,
		   "%u users: the charge is what it is", cases[i].users);
		/* the sketch of 32 registers errs by 14.7 %, three times that is the band */
		ok(reservation.user_charge_mbit >
				   reservation.charge_mbit / (cases[i].users * 1.45) - 1 &&
			   reservation.user_charge_mbit <
				   reservation.charge_mbit / (cases[i].users * 0.55) + 1,
		   "%u users: its share is %" PRIu64, cases[i].users, reservation.user_charge_mbit);
		rig_close(&rig);
	}
}

static void test_new_domain(void)
{
	struct seep_reservation reservation;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	ask(&rig, 1, fresh("one.com"), &reservation);
	is_int(reservation.user_mbit, TEN_MBIT + NEW_MBIT + FIRST_MBIT, "a new domain costs more");
	seep_engine_release(rig.thread, &reservation);
	ask(&rig, 1, fresh("one.com"), &reservation);
	is_int(reservation.user_mbit, TEN_MBIT + NEW_MBIT + FIRST_MBIT, "until it was sent");
	seep_engine_commit(rig.thread, &reservation, rig.now_ms);
	ask(&rig, 1, fresh("one.com"), &reservation);
	is_ten(reservation.user_mbit, 0, "then no more");
	is_int(reservation.domain_mbit, reservation.user_mbit, "on the domain's meter too");
	seep_engine_release(rig.thread, &reservation);
	ask(&rig, 2, fresh("one.com"), &reservation);
	is_int(reservation.user_mbit, TEN_MBIT + FIRST_MBIT, "nor for another user");
	seep_engine_release(rig.thread, &reservation);
	ask(&rig, 2, "one.com", &reservation);
	is_int(reservation.user_mbit, 1000 + TYPE_MBIT + FIRST_MBIT,
	       "the bare domain, not sent before: one bit, its type and that it is novel");
	seep_engine_release(rig.thread, &reservation);
	ask(&rig, 1, fresh("two.com"), &reservation);
	is_ten(reservation.user_mbit, NEW_MBIT, "another domain is another's");
	seep_engine_release(rig.thread, &reservation);
	rig_close(&rig);
}

static void test_two_users(void)
{
	struct seep_reservation reservation;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	send(&rig, 1, fresh("both.com"));
	ask(&rig, 2, fresh("both.com"), &reservation);
	is_int(reservation.user_mbit, TEN_MBIT + FIRST_MBIT,
	       "the second user pays in full, one using it so far");
	is_int(reservation.domain_mbit, reservation.charge_mbit, "the domain takes it all");
	seep_engine_commit(rig.thread, &reservation, rig.now_ms);
	for (uint32_t user = 1; user <= 3; user++) {
		ask(&rig, user, fresh("both.com"), &reservation);
		is_ten(reservation.charge_mbit, 0, "with two users");
		is_int(reservation.user_mbit, reservation.charge_mbit / 2,
		       "with two, user %u pays half", user);
		is_int(reservation.domain_mbit, reservation.charge_mbit,
		       "and the domain takes it all");
		seep_engine_release(rig.thread, &reservation);
	}
	for (int i = 0; i < 100; i++)
		send(&rig, 1, fresh("both.com"));
	ask(&rig, 1, fresh("both.com"), &reservation);
	is_int(reservation.user_mbit, reservation.charge_mbit / 2,
	       "one that sends a hundred more is still one of two");
	seep_engine_release(rig.thread, &reservation);
	rig_close(&rig);
}

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
	level->mbit += (double)all.mbit;
	/* drained in whole thousandths of a bit */
	ok(level->mbit < 8000000 + 2 && level->mbit + (double)all.next_mbit > 8000000 - 2,
	   "%s: filled to %.0f, and %" PRIu64 " more would not go", text, level->mbit,
	   all.next_mbit);
}

/*
 * 800,000 mbit a day out of 8,000,000: a model of what is left tells how much passes each day.
 */
static void test_refill(void)
{
	static const unsigned days[] = { 1, 1, 3, 7, 2, 100, 1 };
	const char *conf =
		"learning: 0\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\ndomain-refill: 0\n";

	for (unsigned touches = 1; touches <= 1000; touches *= 10) {
		struct level level = { 0, NOW_MS };
		char text[64];
		struct rig rig;

		rig_open(&rig, conf);
		send(&rig, 1, "www.far.com");
		level.mbit += (double)last.user_mbit;
		is_filled_to(&rig, &level, "at first the budget");
		for (size_t i = 0; i < COUNT(days); i++) {
			/* known names keep the meter touched; they drain nothing */
			uint64_t from_ms = rig.now_ms;
			for (unsigned touch = 1; touch <= touches; touch++) {
				rig.now_ms = from_ms + days[i] * DAY_MS * touch / touches;
				level_drain(&level, &rig);
				send(&rig, 1, "www.far.com");
				level.mbit += (double)last.user_mbit;
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
		{ "learning", "learning: 7d\n", SEEP_MODE_LEARNING, true },
		{ "flag", "learning: 0\naction: flag\n", SEEP_MODE_FLAG, false },
		{ "learning and flag", "learning: 7d\naction: flag\n", SEEP_MODE_FLAG, false },
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
			refused += send(&rig, 1, fresh("far.com")).outcome == SEEP_REFUSE;
			level_mbit += last.user_charge_mbit;
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
		all.mbit = 0;
		while (all.mbit < 8000000 && send(&rig, 1, fresh("far.com")).outcome == SEEP_FLAG)
			all.mbit += last.user_charge_mbit;
		all.next_mbit = last.user_charge_mbit;
		is_filled(5 * 800000, "the meter stood at its budget and no higher");

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
			is_filled(800000, text);
		rig_close(&rig);
	}
}

/* What would be refused and then never leaves is given back as it was put on: in part. */
static void test_capped_release(void)
{
	struct seep_reservation held;
	struct rig rig;

	rig_open(
		&rig,
		"learning: 7d\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\nflag-at: 100\n");
	unsigned passed = 0;
	while (passed < 1000 && send(&rig, 1, fresh("far.com")).outcome == SEEP_PASS)
		passed++;
	ok(passed > 90 && passed < 8000000 / TEN_MBIT, "learning: %u within the budget", passed);
	ask(&rig, 1, "www.new.com", &held);
	is_int(held.user_mbit, 0, "learning: the meter stands at its budget and takes no more");
	ok(held.user_charge_mbit > NEW_MBIT + TYPE_MBIT + 2000 &&
		   held.user_charge_mbit < TEN_MBIT + NEW_MBIT,
	   "learning: whatever the charge");
	seep_engine_release(rig.thread, &held);
	rig.now_ms += 7 * DAY_MS;
	is_verdict(send(&rig, 1, "x.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "guarding: it stands there still");
	rig_close(&rig);
}

/* Who asks over UDP without a cookie is metered, or with `spoofable: no-meter` only counted. */
static void test_spoofable(void)
{
	static const struct {
		const char *text, *conf, *stat, *name;
		uint32_t user;
		bool is_proven;
		enum seep_class class;
	} cases[] = {
		{ "by default, UDP", "", "charged", "x.far.com", 1, false, SEEP_CLASS_CHARGED },
		{ "by default, TCP", "", "charged", "x.far.com", 1, true, SEEP_CLASS_CHARGED },
		{ "meter, UDP", "spoofable: meter\n", "charged", "x.far.com", 1, false,
		  SEEP_CLASS_CHARGED },
		{ "no-meter, UDP", "spoofable: no-meter\n", "unproven", "x.far.com", 1, false,
		  SEEP_CLASS_UNPROVEN },
		{ "no-meter, TCP", "spoofable: no-meter\n", "charged", "x.far.com", 1, true,
		  SEEP_CLASS_CHARGED },
		{ "no-meter, UDP, allowed", "spoofable: no-meter\n", "allowed", "x.allowed.com", 1,
		  false, SEEP_CLASS_ALLOWED },
		{ "no-meter, UDP, exempt", "spoofable: no-meter\n", "exempt", "x.far.com",
		  9 << 8 | 5, false, SEEP_CLASS_EXEMPT },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		bool metered = cases[i].class == SEEP_CLASS_CHARGED;
		struct wire wire = wire_of(cases[i].name);
		struct seep_reservation reservation;
		char conf[512];
		struct seep_name name;
		struct rig rig;

		snprintf(conf, sizeof(conf), "%s%s%s", USER_ONLY,
			 "allow-domain: allowed.com\nexempt-user: 10.0.9.0/24\n", cases[i].conf);
		rig_open(&rig, conf);
		struct seep_observation observation = query_of(cases[i].user, &wire, rig.now_ms);
		observation.is_proven = cases[i].is_proven;
		seep_engine_ask(rig.thread, &observation, &reservation, &name);
		is_int(reservation.class, cases[i].class, "%s: the class", text);
		seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		is_stat(&rig, cases[i].stat, 1, text);
		is_stat(&rig, "users", metered, text);
		is_bool(rig_stat(&rig, "novelty.names"), metered, "%s: remembered or not", text);
		is_balanced(&rig, 1, text);
		rig_close(&rig);
	}
}

/* With no-meter, what is sent in a user's name over UDP takes nothing of its budget over TCP. */
static void test_spoofed_takes_nothing(void)
{
	unsigned refused = 0;
	struct rig rig;

	rig_open(&rig, TWENTY "spoofable: no-meter\n");
	for (unsigned n = 0; n < 1000; n++)
		refused += send(&rig, 1, fresh("forged.com")).outcome == SEEP_REFUSE;
	is_int(refused, 0, "a thousand forged names are not refused");
	is_stat(&rig, "unproven", 1000, "a thousand forged names");
	is_stat(&rig, "bits.metered", 0, "a thousand forged names");
	is_stat(&rig, "users", 0, "a thousand forged names");
	rig_close(&rig);
}

static void test_never_charged(void)
{
	static const struct {
		const char *text, *stat, *name;
		uint32_t user;
		bool internal;
		enum seep_class class;
	} cases[] = {
		{ "allowed", "allowed", "allowed.com", 1, false, SEEP_CLASS_ALLOWED },
		{ "below allowed", "allowed", "x.y.allowed.com", 1, false, SEEP_CLASS_ALLOWED },
		{ "beside allowed", "charged", "x.notallowed.com", 1, false, SEEP_CLASS_CHARGED },
		{ "above allowed", "charged", "com", 1, false, SEEP_CLASS_CHARGED },
		{ "exempt", "exempt", "x.far.com", 9 << 8 | 5, false, SEEP_CLASS_EXEMPT },
		{ "beside exempt", "charged", "x.far.com", 10 << 8 | 5, false, SEEP_CLASS_CHARGED },
		{ "internal", "internal", "x.corp", 1, true, SEEP_CLASS_INTERNAL },
		{ "internal and allowed", "internal", "x.allowed.com", 1, true,
		  SEEP_CLASS_INTERNAL },
		{ "allowed and exempt", "allowed", "x.allowed.com", 9 << 8, false,
		  SEEP_CLASS_ALLOWED },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		bool metered = cases[i].class == SEEP_CLASS_CHARGED;
		struct wire wire = wire_of(cases[i].name);
		struct seep_reservation reservation;
		struct seep_name name;
		struct rig rig;

		rig_open(&rig, USER_ONLY "allow-domain: allowed.com\nexempt-user: 10.0.9.0/24\n");
		struct seep_observation observation = { .client = address_v4(cases[i].user),
							.name = wire.bytes,
							.name_size = wire.size,
							.qclass = SEEP_QCLASS_IN,
							.internal = cases[i].internal,
							.when_ms = rig.now_ms };
		is_verdict(seep_engine_ask(rig.thread, &observation, &reservation, &name),
			   SEEP_PASS, SEEP_METER_NONE, text);
		is_int(reservation.class, cases[i].class, "%s: the class", text);
		is_int(name.size, wire.size, "%s: the name is split", text);
		is_bool(reservation.user_key && reservation.domain_key, metered,
			"%s: metered or not", text);
		is_bool(reservation.user_key || reservation.domain_key, metered,
			"%s: on both or none", text);
		is_bool(reservation.user_mbit, metered, "%s: charged or not", text);
		is_stat(&rig, "inflight", 1, text);
		seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		is_stat(&rig, "inflight", 0, text);
		is_stat(&rig, cases[i].stat, 1, text);
		is_stat(&rig, "users", metered, text);
		is_stat(&rig, "domains", metered, text);
		is_bool(rig_stat(&rig, "novelty.names"), metered, "%s: remembered or not", text);
		is_bool(rig_stat(&rig, "bits"), metered, "%s: bits", text);
		is_balanced(&rig, 1, text);
		/* and released, the same */
		seep_engine_ask(rig.thread, &observation, &reservation, &name);
		seep_engine_release(rig.thread, &reservation);
		is_stat(&rig, "unsent", 1, text);
		is_balanced(&rig, 2, text);
		rig_close(&rig);
	}
}

/* A spent user still reaches what is never charged. */
static void test_never_refused(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY "allow-domain: allowed.com\n");
	send_all(&rig, 1, "far.com", 1000);
	is_int(send_all(&rig, 1, "allowed.com", 500), 500, "spent: what is allowed passes");
	is_int(send_all(&rig, 1, "notallowed.com", 500), 0, "spent: what is not does not");
	is_stat(&rig, "allowed", 500, "spent");
	rig_close(&rig);
}

/* Found to be internal only when it left: the charge comes off, and nothing is learned. */
static void test_commit_internal(void)
{
	struct seep_reservation held;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	unsigned room = room_of(&rig, 1, "corp.com");
	for (int i = 0; i < 100; i++) {
		ask(&rig, 1, "www.corp.com", &held);
		seep_engine_commit_internal(rig.thread, &held);
	}
	ok(held.class == SEEP_CLASS_CHARGED && held.charge_mbit > NEW_MBIT + TYPE_MBIT,
	   "internal after all: still novel, of a new domain");
	is_stat(&rig, "internal", 100, "internal after all");
	is_stat(&rig, "sent", 100, "internal after all");
	is_stat(&rig, "bits", 0, "internal after all");
	is_stat(&rig, "inflight", 0, "internal after all");
	is_stat(&rig, "novelty.names", 0, "internal after all");
	is_int(room_of(&rig, 1, "corp.com"), room, "internal after all: the budget is as it was");
	rig_close(&rig);
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
			send(&rig, 1000 + other, "www.elsewhere.com");
		for (unsigned n = 0; n < 10000 && verdict.outcome != SEEP_REFUSE; n++) {
			verdict = ask(&rig, 1 + n % users, fresh("shared.com"), &reservation);
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
		is_verdict(send(&rig, 1, fresh("other.com")), SEEP_PASS, SEEP_METER_NONE,
			   "another domain");
		is_verdict(send(&rig, 2, fresh("shared.com")), SEEP_REFUSE, SEEP_METER_DOMAIN,
			   "the domain, for another user");
		rig_close(&rig);
	}
}

/* What was told, and what of it. */
struct told {
	unsigned count;
	struct {
		enum seep_edge edge;
		enum seep_meter meter;
		enum seep_mode mode;
		uint64_t level_mbit, budget_mbit, users, names, domains, first_s;
		char name[64];
	} events[64];
	unsigned above; /* with a level above the budget */
};

static void tell(void *context, const struct seep_event *event)
{
	struct told *told = context;

	told->above += event->level_mbit > event->budget_mbit / 8 * 9;
	if (told->count < COUNT(told->events)) {
		told->events[told->count].edge = event->edge;
		told->events[told->count].meter = event->meter;
		told->events[told->count].mode = event->mode;
		told->events[told->count].level_mbit = event->level_mbit;
		told->events[told->count].budget_mbit = event->budget_mbit;
		told->events[told->count].users = event->users;
		told->events[told->count].names = event->names;
		told->events[told->count].domains = event->domains;
		told->events[told->count].first_s = event->first_s;
		seep_name_print(told->events[told->count].name, sizeof(told->events[0].name),
				event->name->bytes, event->name->size);
	}
	told->count++;
}

/* Either meter, in each mode: flagged, spent and released, each told once, with its evidence. */
static void test_edges(void)
{
	static const struct {
		const char *text, *conf;
		enum seep_meter meter;
		enum seep_mode mode;
		uint64_t budget_mbit;
	} cases[] = {
		{ "user", "learning: 0\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
		  SEEP_METER_USER, SEEP_MODE_GUARD, 8000000 },
		{ "user, learning",
		  "learning: 365d\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
		  SEEP_METER_USER, SEEP_MODE_LEARNING, 8000000 },
		{ "user, flag",
		  "action: flag\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n",
		  SEEP_METER_USER, SEEP_MODE_FLAG, 8000000 },
		{ "domain",
		  "learning: 0\nuser-budget: 1g\ndomain-budget: 1000\ndomain-refill: 100\n",
		  SEEP_METER_DOMAIN, SEEP_MODE_GUARD, 8000000 },
		{ "domain, learning",
		  "learning: 365d\nuser-budget: 1g\ndomain-budget: 1000\ndomain-refill: 100\n",
		  SEEP_METER_DOMAIN, SEEP_MODE_LEARNING, 8000000 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		uint64_t level_mbit;
		unsigned names = 1;
		struct told told = { 0 };
		struct rig rig;

		rig_open_with(&rig, cases[i].conf, 1, tell, &told);
		send(&rig, 1, "www.far.com");
		level_mbit = last.user_mbit - 60 * 800000 / 86400; /* a minute's drain */
		rig.now_ms += 60000;
		for (; level_mbit < 4000000 - TEN_MBIT - FIRST_MBIT - CHOICE_MOST_MBIT; names++) {
			send(&rig, 1, fresh("far.com"));
			level_mbit += last.user_mbit;
		}
		is_int(told.count, 0, "%s: nothing is told below the line", text);
		for (int n = 0; n < 3; n++, names++) {
			send(&rig, 1, fresh("far.com"));
			level_mbit += last.user_mbit;
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
			send(&rig, 1, fresh("far.com"));
			level_mbit += cases[i].mode == SEEP_MODE_GUARD ? last.user_mbit : 0;
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
		send(&rig, 1, "www.far.com");
		rig.now_ms += DAY_MS;
		send(&rig, 1, "www.far.com");
		send(&rig, 1, fresh("far.com"));
		is_int(told.count, 2, "%s: nothing while it is above the line", text);
		/* six days more bring it to four tenths */
		rig.now_ms += 6 * DAY_MS;
		is_stat(&rig, cases[i].meter == SEEP_METER_USER ? "users.spent" : "domains.spent",
			0, text);
		is_int(told.count, 2, "%s: statistics tell nothing", text);
		send(&rig, 1, "www.far.com");
		if (is_int(told.count, 3, "%s: one event below the line again", text)) {
			is_int(told.events[2].edge, SEEP_EDGE_RELEASED, "%s: released", text);
			is_int(told.events[2].meter, cases[i].meter, "%s: the meter", text);
			ok(told.events[2].level_mbit <= 4000000, "%s: the level is below half",
			   text);
		}
		send(&rig, 1, "www.far.com");
		is_int(told.count, 3, "%s: once", text);
		/* and around again */
		for (int n = 0; n < 500; n++)
			send(&rig, 1, fresh("far.com"));
		is_int(told.count, 5, "%s: flagged and spent again", text);
		is_int(told.above, 0, "%s: no level was ever above the budget", text);
		rig_close(&rig);
	}
}

/* A line that is crossed by a domain's first name is told all the same, in every mode. */
static void test_edges_new_domains(void)
{
	static const char *const confs[] = {
		"learning: 0\nuser-budget: 1000\n",
		"learning: 7d\nuser-budget: 1000\n",
		"learning: 0\naction: flag\nuser-budget: 1000\n",
	};

	for (size_t i = 0; i < COUNT(confs); i++) {
		struct told told = { 0 };
		struct rig rig;
		char text[32];

		rig_open_with(&rig, confs[i], 1, tell, &told);
		for (unsigned n = 0; n < 1000; n++) {
			snprintf(text, sizeof(text), "new%u.com", n);
			send(&rig, 1, text);
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
	send(&rig, 1, "the-next-new-domain.com");
	is_verdict(send(&rig, 1, "another-new-domain.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "a new domain, which it cannot pay");
	is_stat(&rig, "users.spent", 1, "then it is spent again");
	is_int(told.count, 2, "and that is told, once");
	is_int(told.events[1].edge, SEEP_EDGE_SPENT, "spent again");
	rig.now_ms += 9 * DAY_MS;
	is_verdict(send(&rig, 1, "new-after-days.com"), SEEP_PASS, SEEP_METER_NONE,
		   "days later a new domain passes");
	is_int(told.count, 3, "and the release is told, once");
	is_int(told.events[2].edge, SEEP_EDGE_RELEASED, "released");
	send(&rig, 1, "new-after-days.com");
	is_int(told.count, 3, "and not again");
	rig_close(&rig);
}

/* Flags count at every query, whichever was told. */
static void test_flag_counts(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	all.line_mbit = 4000000;
	ok(send_all(&rig, 1, "far.com", 1000) < 1000, "some names pass");
	is_filled(8000000, "user");
	is_stat(&rig, "flagged.user", all.above, "of which those above half");
	is_stat(&rig, "flagged.domain", 0, "none for the domain");
	rig_close(&rig);

	rig_open(&rig, DOMAIN_ONLY);
	all.line_mbit = 400000;
	ok(send_all(&rig, 1, "far.com", 1000) < 1000, "some names pass");
	is_filled(800000, "domain");
	is_stat(&rig, "flagged.domain", all.above, "of which those above half");
	is_stat(&rig, "flagged.user", 0, "none for the user");
	ok(all.above > 3 && all.above < 9, "about half of them: %u", all.above);
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
 * A level that does not move crosses no line: what is refused must not let a client write the log.
 */
static void test_no_flood(void)
{
	static const char *const big = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
				       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.far.com";
	struct told told = { 0 };
	struct rig rig;

	/* too large for the whole budget, which is empty otherwise */
	rig_open_with(&rig, "learning: 0\nuser-budget: 64\nuser-refill: 0\ndomain-budget: 1g\n", 1,
		      tell, &told);
	send(&rig, 1, "far.com");
	for (int i = 0; i < 20; i++) {
		is_verdict(send(&rig, 1, big), SEEP_REFUSE, SEEP_METER_USER,
			   "too large for the budget");
		send(&rig, 1, "far.com");
	}
	ok(told.count == 1, "refused for being large, in turns with a known name: %u events",
	   told.count);
	rig_close(&rig);

	/* the user's meter refuses; the domain's, just below its line, would have crossed it */
	memset(&told, 0, sizeof(told));
	rig_open_with(
		&rig,
		"learning: 0\nuser-budget: 50\nuser-refill: 0\ndomain-budget: 100\ndomain-refill: 0\n",
		1, tell, &told);
	send(&rig, 1, "far.com");
	ok(send_all(&rig, 1, "far.com", 100) >= 4,
	   "some names: the user is spent, the domain just below half");
	for (int i = 0; i < 20; i++) {
		send(&rig, 1, fresh("far.com"));
		send(&rig, 1, "far.com");
	}
	is_int(told_of(&told, SEEP_METER_DOMAIN), 0,
	       "refused by the user's meter: no event of the domain's");
	rig_close(&rig);

	/* the domain's meter refuses; the user's, just below its line, would have crossed it */
	memset(&told, 0, sizeof(told));
	rig_open_with(
		&rig,
		"learning: 0\nuser-budget: 100\nuser-refill: 0\ndomain-budget: 50\ndomain-refill: 0\n",
		1, tell, &told);
	send(&rig, 1, "far.com");
	ok(send_all(&rig, 1, "far.com", 100) >= 4,
	   "some names: the domain is spent, the user just below half");
	for (int i = 0; i < 20; i++) {
		send(&rig, 1, fresh("far.com"));
		send(&rig, 1, "far.com");
	}
	is_int(told_of(&told, SEEP_METER_USER), 0,
	       "refused by the domain's meter: no event of the user's");
	rig_close(&rig);
}

/* A meter that drains fast is told to be released an hour after it was last above, no sooner. */
static void test_release_waits(void)
{
	struct told told = { 0 };
	struct rig rig;

	rig_open_with(&rig,
		      "learning: 0\nuser-budget: 1000\nuser-refill: 144000\ndomain-budget: 1g\n", 1,
		      tell, &told);
	send(&rig, 1, "www.far.com");
	for (uint64_t minutes = 0; minutes <= 50; minutes += 10) {
		rig.now_ms = NOW_MS + minutes * 60000;
		send_all(&rig, 1, "far.com", 1000);
		send(&rig, 1, "www.far.com");
	}
	is_int(told.count, 2, "spent six times in an hour: told flagged and spent once");
	rig.now_ms += 3600000;
	send(&rig, 1, "www.far.com");
	is_int(told.count, 2, "an hour after the last: not yet released");
	rig.now_ms += 1000;
	send(&rig, 1, "www.far.com");
	is_int(told.count, 3, "a second later: told");
	is_int(told.events[2].edge, SEEP_EDGE_RELEASED, "that it is released");
	rig_close(&rig);
}

static struct seep_address address_v6(const uint8_t *bytes)
{
	struct seep_address address = { .size_bytes = 16 };

	memcpy(address.bytes, bytes, 16);
	return address;
}

/* Which addresses are one user: counted by the gauge, and by a budget that they share. */
static void test_user_prefix(void)
{
	static const struct {
		const char *conf;
		unsigned size;
		unsigned bit; /* the first in which the two addresses differ */
		bool same;
	} cases[] = {
		{ "", 4, 31, false },
		{ "", 4, 0, false },
		{ "user-prefix-v4: 31\n", 4, 31, true },
		{ "user-prefix-v4: 31\n", 4, 30, false },
		{ "user-prefix-v4: 24\n", 4, 24, true },
		{ "user-prefix-v4: 24\n", 4, 23, false },
		{ "user-prefix-v4: 20\n", 4, 20, true },
		{ "user-prefix-v4: 20\n", 4, 19, false },
		{ "user-prefix-v4: 8\n", 4, 8, true },
		{ "user-prefix-v4: 8\n", 4, 7, false },
		{ "user-prefix-v6: 128\n", 4, 31, false },
		{ "", 16, 64, true },
		{ "", 16, 127, true },
		{ "", 16, 63, false },
		{ "user-prefix-v6: 128\n", 16, 127, false },
		{ "user-prefix-v6: 127\n", 16, 127, true },
		{ "user-prefix-v6: 56\n", 16, 56, true },
		{ "user-prefix-v6: 56\n", 16, 55, false },
		{ "user-prefix-v6: 60\n", 16, 60, true },
		{ "user-prefix-v6: 60\n", 16, 59, false },
		{ "user-prefix-v6: 16\n", 16, 16, true },
		{ "user-prefix-v6: 16\n", 16, 15, false },
		{ "user-prefix-v4: 8\n", 16, 63, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xa5, 0x5a, 0xc3, 0x3c,
					    0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0 };
		struct seep_address addresses[2] = { address_v6(bytes), address_v6(bytes) };
		struct wire wire = wire_of("www.far.com");
		struct rig rig;
		char conf[256];

		snprintf(conf, sizeof(conf), USER_ONLY "%s", cases[i].conf);
		rig_open(&rig, conf);
		for (int a = 0; a < 2; a++) {
			struct seep_observation observation = { .name = wire.bytes,
								.name_size = wire.size,
								.qclass = SEEP_QCLASS_IN,
								.when_ms = rig.now_ms };
			struct seep_reservation reservation;
			struct seep_name name;

			if (cases[i].size == 4) {
				memset(addresses[a].bytes + 4, 0, 12);
				addresses[a].size_bytes = 4;
			}
			/* the bit, and in the second all after it */
			for (unsigned bit = cases[i].bit; a && bit < 8 * cases[i].size; bit++)
				addresses[a].bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			observation.client = addresses[a];
			seep_engine_ask(rig.thread, &observation, &reservation, &name);
			seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		}
		is_int(rig_stat(&rig, "users"), cases[i].same ? 1 : 2,
		       "IPv%u, bit %u differs, %s: %s", cases[i].size == 4 ? 4 : 6, cases[i].bit,
		       *cases[i].conf ? cases[i].conf : "the defaults",
		       cases[i].same ? "one user" : "two");
		rig_close(&rig);
	}

	struct rig rig;
	rig_open(&rig, USER_ONLY "user-prefix-v4: 24\n");
	send_all(&rig, 1, "far.com", 1000);
	is_verdict(send(&rig, 200, fresh("far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "one user's other address");
	is_verdict(send(&rig, 256, fresh("else.com")), SEEP_PASS, SEEP_METER_NONE, "another user");
	rig_close(&rig);
}

/*
 * The smallest memory, and more users and domains than it holds: they make room for each other, not
 * the spent.
 */
static void test_eviction(void)
{
	enum { strangers = 5000 };
	struct stats before, after;
	struct rig rig;
	char text[64];

	rig_open(&rig, USER_ONLY "memory-size: 1m\n");
	is_stat(&rig, "memory.bytes", seep_engine_memory_bytes(rig.engine), "a megabyte");
	ok(rig_stat(&rig, "memory.bytes") < (1 << 20) + 65536 + SEEP_SUFFIX_READER_BYTES,
	   "a megabyte, and little besides");
	unsigned sent = send_all(&rig, 1, "far.com", 1000);
	before = rig_stats(&rig, false);
	for (uint32_t n = 0; n < strangers; n++) {
		rig.now_ms += 1000;
		snprintf(text, sizeof(text), "www.site%u.com", n);
		send(&rig, 1000 + n, text);
	}
	after = rig_stats(&rig, false);
	is_int(stats_get(&after, "seep.users") + stats_get(&after, "num.seep.evicted.users"),
	       strangers + 1, "each user is there or was evicted");
	is_int(stats_get(&after, "seep.domains") + stats_get(&after, "num.seep.evicted.domains"),
	       strangers + 1, "each domain is there or was evicted");
	ok(stats_get(&after, "num.seep.evicted.users") > 0, "users were evicted: %llu",
	   stats_get(&after, "num.seep.evicted.users"));
	ok(stats_get(&after, "num.seep.evicted.domains") > 0, "domains were evicted: %llu",
	   stats_get(&after, "num.seep.evicted.domains"));
	is_int(stats_get(&after, "seep.memory.bytes"), stats_get(&before, "seep.memory.bytes"),
	       "no memory was claimed");
	is_stat(&rig, "users.spent", 1, "after all the strangers");
	is_verdict(send(&rig, 1, fresh("far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "the spent user is still spent");
	is_stat(&rig, "untracked", 0, "nobody went untracked");
	is_balanced(&rig, sent + 1 + strangers + 1, "eviction");
	rig_close(&rig);

	/* many users at few domains: only users go */
	rig_open(&rig, USER_ONLY "memory-size: 1m\n");
	for (uint32_t n = 0; n < strangers; n++)
		send(&rig, 1000 + n, "www.site.com");
	is_stat(&rig, "evicted.domains", 0, "one domain");
	is_stat(&rig, "domains", 1, "one domain");
	rig_close(&rig);
}

/*
 * Who was spent a year ago has long drained, and makes room, whether or not statistics were asked.
 */
static void test_drained_makes_room(void)
{
	struct seep_reservation reservation;
	struct rig rig;
	char text[32];

	rig_open(&rig, "learning: 0\nuser-budget: 20\nuser-refill: 20\ndomain-budget: 1g\n"
		       "memory-size: 1m\n");
	for (uint32_t user = 0; user < 5000; user++) {
		spend(&rig, 1000 + user);
		snprintf(text, sizeof(text), "t-%" PRIu32 ".com", user);
		send(&rig, 1000 + user, text);
	}
	ask(&rig, 1, "www.far.com", &reservation);
	is_int(reservation.class, SEEP_CLASS_UNTRACKED, "every user there is room for is spent");
	seep_engine_release(rig.thread, &reservation);
	rig.now_ms += 365 * DAY_MS;
	ask(&rig, 1, "www.far.com", &reservation);
	is_int(reservation.class, SEEP_CLASS_CHARGED, "a year on: there is room");
	seep_engine_release(rig.thread, &reservation);
	rig_close(&rig);
}

/*
 * With every entry held by a query in flight, what comes then disturbs nobody, and is metered: on
 * the one meter that all such share.
 */
static void test_untracked(void)
{
	enum { most = 8000 };
	static struct seep_reservation held[most];
	struct rig rig;
	unsigned untracked = 0, wrong = 0, passed = 0;
	char text[64];

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nmemory-size: 1m\n");
	for (uint32_t n = 0; n < most; n++) {
		snprintf(text, sizeof(text), "www.site%u.com", n);
		wrong += ask(&rig, 1000 + n, text, &held[n]).outcome != SEEP_PASS;
		untracked += held[n].class == SEEP_CLASS_UNTRACKED;
		wrong += (held[n].class == SEEP_CLASS_UNTRACKED) !=
			 (held[n].user_key == SEEP_TABLE_SHARED);
		wrong += !held[n].user_mbit || !held[n].domain_mbit != held[n].is_unplaced;
	}
	ok(untracked > 0, "%u of %d find no room", untracked, (int)most);
	is_int(wrong, 0, "they pass, they alone share an entry, and all users are metered");
	is_stat(&rig, "inflight", most, "all held");
	is_stat(&rig, "untracked", 0, "all held");
	unsigned long long users = rig_stat(&rig, "users");
	ask(&rig, 1000 + most, "www.more.com", &last);
	seep_engine_release(rig.thread, &last);
	is_stat(&rig, "users", users, "nobody made room");
	for (uint32_t n = 0; n < most; n++)
		if (n % 2)
			seep_engine_commit(rig.thread, &held[n], rig.now_ms);
		else
			seep_engine_release(rig.thread, &held[n]);
	ok(rig_stat(&rig, "untracked") > 0, "those that left are counted");
	is_stat(&rig, "inflight", 0, "none held");
	is_balanced(&rig, most + 1, "untracked");
	is_verdict(ask(&rig, 1, "www.after.com", &last), SEEP_PASS, SEEP_METER_NONE,
		   "then there is room again");
	is_int(last.class, SEEP_CLASS_CHARGED, "then there is room again: charged");
	seep_engine_release(rig.thread, &last);
	rig_close(&rig);

	/* every place taken by spent users: the next address has no budget of its own, and what all
	 * such get out together is one user's budget */
	rig_open(&rig, TWENTY "memory-size: 1m\n");
	for (uint32_t user = 0; user < 5000; user++) {
		spend(&rig, 1000 + user);
		send(&rig, 1000 + user, fresh("far.com")); /* refused */
	}
	for (uint32_t user = 0; user < 2000; user++)
		passed += send(&rig, 100000 + user, fresh("far.com")).outcome != SEEP_REFUSE;
	/* a few find a place that no spent user holds */
	ok(passed < 100, "of 2000 strangers' names %u pass", passed);
	rig_close(&rig);
}

/*
 * A user who cannot pay asks for domain after domain: refused, and nobody's domain loses its place.
 */
static void test_refused_takes_no_place(void)
{
	struct seep_reservation reservation;
	struct rig rig;
	char text[64];

	rig_open(&rig, TWENTY "memory-size: 1m\n");
	for (uint32_t user = 0; user < 100; user++)
		send(&rig, 1000 + user, "www.common.com");
	spend(&rig, 1);
	unsigned long long domains = rig_stat(&rig, "domains");
	for (uint32_t n = 0; n < 20000; n++) {
		snprintf(text, sizeof(text), "www.never%u.com", n);
		send(&rig, 1, text);
	}
	is_stat(&rig, "domains", domains, "refused domains get no entry");
	is_stat(&rig, "evicted.domains", 0, "refused domains push out none");
	is_verdict(send(&rig, 1, "other.common.com"), SEEP_PASS, SEEP_METER_NONE,
		   "the common domain is common still");
	rig_close(&rig);

	/* and where the newcomers can pay, a domain with many users outlives those with one */
	rig_open(&rig, "learning: 0\nuser-budget: 1g\nmemory-size: 1m\n");
	for (uint32_t user = 0; user < 100; user++)
		send(&rig, 1000 + user, "www.common.com");
	rig.now_ms += 10 * DAY_MS;
	for (uint32_t n = 0; n < 20000; n++) {
		snprintf(text, sizeof(text), "www.new%u.com", n);
		send(&rig, 1, text);
	}
	ok(rig_stat(&rig, "evicted.domains") > 10000, "thousands of domains were pushed out");
	ask(&rig, 2, "other.common.com", &reservation);
	ok(reservation.user_charge_mbit < 1000, "but not the one that many use: %" PRIu64 " mbit",
	   reservation.user_charge_mbit);
	seep_engine_release(rig.thread, &reservation);
	rig_close(&rig);
}

/* One known name, asked again and again: whether with the CD flag is told by what is charged. */
static void test_checking_disabled(void)
{
	static const struct {
		const char *text;
		int set; /* -1: by chance */
		uint64_t least_mbit, most_mbit;
	} cases[] = {
		{ "never set", 0, 0, 100 },
		{ "always set", 1, 0, 100 },
		{ "set by chance", -1, 900, 1200 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of("www.polled.com");
		struct seep_reservation reservation;
		uint64_t seed = 5, mbit = 0;
		struct rig rig;

		rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\n");
		for (unsigned n = 0; n < 1100; n++) {
			struct seep_observation observation = query_of(1, &wire, rig.now_ms);
			struct seep_name name;

			observation.checking_disabled =
				cases[i].set < 0 ? random_next(&seed) % 2 == 1 : cases[i].set == 1;
			seep_engine_ask(rig.thread, &observation, &reservation, &name);
			seep_engine_commit(rig.thread, &reservation, rig.now_ms);
			if (n >= 100)
				mbit += reservation.user_mbit;
		}
		ok(mbit / 1000 >= cases[i].least_mbit && mbit / 1000 <= cases[i].most_mbit,
		   "CD flag %s: %d thousandths of a bit a query", cases[i].text,
		   (int)(mbit / 1000));
		rig_close(&rig);
	}
}

/* Three types of one new name, all under way before the first is sent: the name is paid once. */
static void test_siblings(void)
{
	static const uint16_t types[] = { 1, 28, 65 };
	struct wire wire = wire_of("a-rather-long-name.siblings.com");
	struct seep_reservation held[3];
	struct seep_name name;
	struct rig rig;
	uint64_t first_mbit;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\n");
	for (size_t i = 0; i < COUNT(types); i++) {
		struct seep_observation observation = query_of(1, &wire, rig.now_ms);

		observation.type = types[i];
		seep_engine_ask(rig.thread, &observation, &held[i], &name);
		is_int(held[i].class, SEEP_CLASS_CHARGED, "siblings: type %d is novel", types[i]);
	}
	first_mbit = held[0].user_mbit;
	for (size_t i = 0; i < COUNT(types); i++)
		seep_engine_commit(rig.thread, &held[i], rig.now_ms);
	is_stat(&rig, "charged", 1, "siblings");
	is_stat(&rig, "known", 2, "siblings");
	ok(held[1].user_mbit + held[2].user_mbit < first_mbit / 5,
	   "siblings: the first costs %d, the others %d", (int)first_mbit,
	   (int)(held[1].user_mbit + held[2].user_mbit));
	ok(held[1].user_mbit >= 1000 && held[2].user_mbit >= 1000, "siblings: which type is paid");
	/* what was given back is there again */
	ok(rig_stat(&rig, "bits.metered") <= (first_mbit + first_mbit / 5) / 1000 + 1,
	   "siblings: no more is metered");
	rig_close(&rig);
}

/* Names that do not leave make no entry, neither of their domain nor of their user. */
static void test_unsent_takes_no_place(void)
{
	struct seep_reservation held[2];
	struct rig rig;
	char text[64];

	rig_open(&rig, "learning: 0\nmemory-size: 4m\n");
	for (uint32_t user = 0; user < 100; user++)
		send(&rig, 1000 + user, "www.common.com");
	unsigned long long users = rig_stat(&rig, "users"), domains = rig_stat(&rig, "domains");
	for (uint32_t n = 0; n < 20000; n++) {
		snprintf(text, sizeof(text), "www.unsent%u.com", n);
		ask(&rig, 2000 + n % 20, text, &last);
		seep_engine_release(rig.thread, &last);
	}
	is_stat(&rig, "domains", domains, "what is given back takes no domain's place");
	is_stat(&rig, "evicted.domains", 0, "what is given back pushes out no domain");
	is_stat(&rig, "users", users, "what is given back leaves no user behind");

	/* of two names under way one leaves: the user stays, whichever ends first */
	for (unsigned first = 0; first < 2; first++) {
		ask(&rig, 1, fresh("two.com"), &held[0]);
		ask(&rig, 1, fresh("two.com"), &held[1]);
		users = rig_stat(&rig, "users");
		if (first)
			seep_engine_release(rig.thread, &held[0]);
		seep_engine_commit(rig.thread, &held[1], rig.now_ms);
		if (!first)
			seep_engine_release(rig.thread, &held[0]);
		is_stat(&rig, "users", users, "of two names one leaves");
	}
	is_stat(&rig, "inflight", 0, "of two names one leaves");
	rig_close(&rig);
}

/* What is no name cannot be metered: it passes, counted as untracked when it leaves. */
static void test_no_name(void)
{
	static const uint8_t pointer[] = { 1, 'a', 0xc0, 12 };
	struct seep_observation observation = { .client = address_v4(1),
						.name = pointer,
						.name_size = sizeof(pointer),
						.when_ms = NOW_MS };
	struct seep_reservation reservation;
	struct seep_name name;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	is_verdict(seep_engine_ask(rig.thread, &observation, &reservation, &name), SEEP_PASS,
		   SEEP_METER_NONE, "no name");
	is_int(reservation.class, SEEP_CLASS_UNTRACKED, "no name: untracked");
	is_int(name.domain_at + name.prefix_labels, 0, "no name: has no prefix");
	is_bool(seep_name_told(&name, (const uint8_t *)"\1a\3com", 7), true,
		"no name: any packet tells something");
	seep_engine_commit(rig.thread, &reservation, NOW_MS);
	is_stat(&rig, "untracked", 1, "no name");
	is_stat(&rig, "users", 0, "no name");
	is_balanced(&rig, 1, "no name");
	rig_close(&rig);
}

/* Hits are put by: they make no user, cost nothing, and disturb no query. */
static void test_hits(void)
{
	struct seep_address client = address_v4(1);
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	for (uint32_t n = 0; n < 1000; n++) {
		client = address_v4(n);
		seep_engine_hit(rig.thread, &client);
	}
	is_stat(&rig, "users", 0, "hits alone");
	is_stat(&rig, "sent", 0, "hits alone");
	seep_counters_add(&seep_thread_counters(rig.thread)->hits, 1000);
	seep_counters_add(&seep_thread_counters(rig.thread)->queries, 1000);
	is_stat(&rig, "hits", 1000, "what the host counts");
	is_stat(&rig, "queries", 1000, "what the host counts");
	ok(send_all(&rig, 1, "far.com", 1000) < 1000, "spent");
	is_filled(8000000, "hits cost nothing");
	for (uint32_t n = 0; n < 1000; n++) {
		client = address_v4(n % 200);
		seep_engine_hit(rig.thread, &client);
	}
	is_stat(&rig, "users", 1, "hits of others");
	is_verdict(send(&rig, 1, fresh("far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "hits give nothing back");
	rig_close(&rig);
}

static int give_up(void *context, const char *key, unsigned long long value)
{
	(void)key, (void)value;
	return --*(int *)context > 0;
}

static void test_print(void)
{
	static const char *const keys[] = {
#define SEEP_COUNTER(field, key, unit, text) key,
#define SEEP_GAUGE(field, key, text)         key,
#include "seep_counters.def"
	};
	struct stats first, second, third;
	struct rig rig;
	unsigned wrong = 0;

	rig_open(&rig, USER_ONLY);
	send_all(&rig, 1, "far.com", 10);
	uint64_t ten_mbit = all.mbit;
	first = rig_stats(&rig, false);
	second = rig_stats(&rig, true);
	is_int(first.count, COUNT(keys), "all statistics are printed");
	for (unsigned i = 0; i < first.count && i < COUNT(keys); i++) {
		wrong += strcmp(first.keys[i], keys[i]) != 0 || first.values[i] != second.values[i];
		wrong += strchr(keys[i], '=') != NULL || strchr(keys[i], ' ') != NULL;
		for (unsigned j = 0; j < i; j++)
			wrong += strcmp(keys[i], keys[j]) == 0;
	}
	is_int(wrong, 0, "each once, by its key, and the same until the reset");
	third = rig_stats(&rig, false);
	is_int(stats_get(&second, "num.seep.charged"), 10, "before the reset: charged");
	is_int(stats_get(&second, "num.seep.bits"), ten_mbit / 1000, "before the reset: bits");
	for (unsigned i = 0; i < third.count; i++)
		if (strncmp(third.keys[i], "num.", 4) == 0)
			is_int(third.values[i], 0, "after the reset: %s", third.keys[i]);
		else
			is_int(third.values[i], first.values[i], "after the reset: %s stays",
			       third.keys[i]);
	send_all(&rig, 1, "far.com", 3);
	ten_mbit += all.mbit;
	is_stat(&rig, "charged", 3, "since the reset");
	send_all(&rig, 1, "far.com", 1000);
	is_filled(8000000 - ten_mbit, "and the meters were not reset");

	for (int calls = 1; calls <= (int)COUNT(keys); calls++) {
		int left = calls;
		seep_engine_print(rig.engine, rig.now_ms, false, give_up, &left);
		if (left != 0)
			ok(false, "a printer that gives up after %d is called again", calls);
	}
	ok(true, "a printer that gives up is called no more");
	rig_close(&rig);

	struct stats none = { .count = 0 };
	seep_engine_print_none(SEEP_PASSTHROUGH_CONF, stats_take, &none);
	is_int(none.count, COUNT(keys), "without an engine: all statistics");
	is_int(stats_get(&none, "seep.passthrough"), SEEP_PASSTHROUGH_CONF,
	       "without an engine: why");
	is_int(stats_get(&none, "seep.mode"), SEEP_MODE_PASSTHROUGH, "without an engine: the mode");
	wrong = 0;
	for (unsigned i = 0; i < none.count; i++)
		wrong += none.values[i] != 0;
	is_int(wrong, 1, "without an engine: all else is 0");
}

static void test_create(void)
{
	struct seep_conf_error error;
	struct seep_conf conf;
	struct seep_engine_setup setup = { .conf = &conf, .threads = 2, .when_ms = NOW_MS };
	enum seep_passthrough why = SEEP_PASSTHROUGH_NO;

	seep_conf_parse(&conf, "memory-size: 1m\n", 16, "test", &error);
	struct seep_engine *engine = seep_engine_create(&setup, &why);
	struct seep_thread *one = seep_engine_thread(engine), *two = seep_engine_thread(engine);
	ok(one && two && one != two, "two threads get a part each");
	ok(seep_engine_thread(engine) == NULL, "a third gets none");
	seep_engine_destroy(engine);
	seep_engine_destroy(NULL);
	seep_conf_release(&conf);
}

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
	unsigned long long asked = 0, classes[SEEP_CLASS_COUNT] = { 0 }, outcomes[4][3] = { { 0 } },
			   inflight = 0, unsent = 0;
	struct told told = { 0 };
	struct rig rig;
	unsigned over = 0;

	printf("# random: seed %" PRIu64 "\n", seed);
	rig_open_with(
		&rig,
		"learning: 6d\nuser-budget: 100\nuser-refill: 60\ndomain-budget: 50\ndomain-refill: 30\n"
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
		struct seep_verdict verdict = ask(&rig, user, text, reservation);
		asked++;
		outcomes[verdict.outcome][verdict.meter]++;
		over += (verdict.outcome == SEEP_PASS) != (verdict.meter == SEEP_METER_NONE);
		over += reservation->class != SEEP_CLASS_CHARGED &&
			reservation->class != SEEP_CLASS_KNOWN && verdict.outcome != SEEP_PASS;
		over += reservation->user_mbit > reservation->user_charge_mbit;
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
	is_int(stats_get(&s, "num.seep.flagged.domain"), outcomes[SEEP_FLAG][SEEP_METER_DOMAIN],
	       "random: flagged, domain");
	is_int(stats_get(&s, "num.seep.refused.user"), outcomes[SEEP_REFUSE][SEEP_METER_USER],
	       "random: refused, user");
	is_int(stats_get(&s, "num.seep.refused.domain"), outcomes[SEEP_REFUSE][SEEP_METER_DOMAIN],
	       "random: refused, domain");
	is_int(stats_get(&s, "num.seep.would_refuse.user") +
		       stats_get(&s, "num.seep.would_refuse.domain"),
	       outcomes[SEEP_WOULD_REFUSE][SEEP_METER_USER] +
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

int main(void)
{
	test_create();
	test_reservation();
	test_release_is_exact();
	test_refused_costs_nothing();
	test_known();
	test_common();
	test_new_domain();
	test_two_users();
	test_refill();
	test_not_guarding();
	test_capped_release();
	test_never_charged();
	test_spoofable();
	test_spoofed_takes_nothing();
	test_never_refused();
	test_commit_internal();
	test_domain_meter();
	test_edges();
	test_edges_new_domains();
	test_edges_unplaced();
	test_flag_counts();
	test_no_flood();
	test_release_waits();
	test_user_prefix();
	test_eviction();
	test_drained_makes_room();
	test_untracked();
	test_refused_takes_no_place();
	test_checking_disabled();
	test_siblings();
	test_unsent_takes_no_place();
	test_no_name();
	test_hits();
	test_print();
	test_random();
	return done();
}
