/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine reserves a charge before a name leaves, and gives back what does not leave. */
#include "fixture_engine.h"

/* What passed at once, what that would take, and what the next one would add. */
struct room {
	unsigned count;
	uint64_t mbit, next_mbit;
};

/* Asks for the same names each time, until one is refused, and gives all back. */
static struct room room_of(struct rig *rig, uint32_t user, const char *domain)
{
	static struct seep_reservation held[1000];
	struct room room = { 0 };

	rig->fresh_count = 0;
	while (room.count < COUNT(held) &&
	       rig_ask(rig, user, rig_fresh(rig, domain), &held[room.count]).outcome != SEEP_REFUSE)
		room.mbit += held[room.count++].user_mbit;
	if (room.count < COUNT(held))
		room.next_mbit = held[room.count].user_charge_mbit;
	for (unsigned i = 0; i < room.count; i++)
		seep_engine_release(rig->thread, &held[i]);
	return room;
}

static void is_room(const struct room *room, uint64_t want_mbit, const char *text)
{
	ok(room->mbit <= want_mbit && room->mbit + room->next_mbit > want_mbit,
	   "%s: %u names take %" PRIu64 " mbit of %" PRIu64, text, room->count, room->mbit,
	   want_mbit);
}

static void test_reservation(void)
{
	static const char *const names[] = { "a1.com", "a2.com", "a3.com", "a4.com", "a5.com",
					     "a6.com", "a7.com", "a8.com", "a9.com" };
	struct seep_reservation held[9];
	struct rig rig;

	rig_open(&rig, EIGHT_DOMAINS);
	for (int i = 0; i < 8; i++) {
		is_verdict(rig_ask(&rig, 1, names[i], &held[i]), SEEP_PASS, SEEP_METER_NONE,
			   "in flight");
		is_int(held[i].user_mbit, BARE_MBIT + FIRST_MBIT, "in flight: what is reserved");
		is_int(held[i].class, SEEP_CLASS_CHARGED, "in flight: novel");
	}
	is_verdict(rig_ask(&rig, 1, names[8], &held[8]), SEEP_REFUSE, SEEP_METER_USER,
		   "a ninth in flight");
	is_int(held[8].user_mbit, 0, "a ninth in flight: reserves nothing");
	is_stat(&rig, "inflight", 8, "eight in flight");
	is_stat(&rig, "refused.user", 1, "eight in flight");
	is_verdict(rig_ask(&rig, 2, names[8], &held[8]), SEEP_PASS, SEEP_METER_NONE,
		   "another user");
	seep_engine_release(rig.thread, &held[8]);

	seep_engine_release(rig.thread, &held[3]);
	is_stat(&rig, "inflight", 7, "one released");
	is_stat(&rig, "unsent", 2, "one released");
	is_verdict(rig_ask(&rig, 1, "b.a3.com", &held[3]), SEEP_REFUSE, SEEP_METER_USER,
		   "a dearer one for it");
	is_verdict(rig_ask(&rig, 1, names[3], &held[3]), SEEP_PASS, SEEP_METER_NONE,
		   "the same for it");
	is_verdict(rig_ask(&rig, 1, names[8], &held[8]), SEEP_REFUSE, SEEP_METER_USER,
		   "and one more");

	for (int i = 0; i < 8; i++)
		seep_engine_commit(rig.thread, &held[i], rig.now_ms);
	is_stat(&rig, "inflight", 0, "all sent");
	is_stat(&rig, "sent", 8, "all sent");
	is_stat(&rig, "charged", 8, "all sent");
	is_stat(&rig, "bits", 8 * (BARE_MBIT + FIRST_MBIT) / 1000, "all sent");
	is_stat(&rig, "bits.metered", 8 * (BARE_MBIT + FIRST_MBIT) / 1000, "all sent");
	is_verdict(rig_ask(&rig, 1, names[8], &held[8]), SEEP_REFUSE, SEEP_METER_USER,
		   "what was sent stays charged");
	is_balanced(&rig, 14, "reservation");
	rig_close(&rig);
}

static void test_release_is_exact(void)
{
	struct rig rig;
	struct room room, again;
	uint64_t sent_mbit;

	rig_open(&rig, USER_ONLY);
	room = room_of(&rig, 1, "one.com");
	is_room(&room, 8000000, "in flight: as many as the budget holds");
	for (int i = 0; i < 20; i++)
		again = room_of(&rig, 1, "one.com");
	is_int(again.count, room.count, "twenty times given back, and as many again");
	is_int(again.mbit, room.mbit, "that cost the same");
	rig_send(&rig, 1, "one.com");
	sent_mbit = rig.last.user_mbit;
	room = room_of(&rig, 1, "one.com");
	is_room(&room, 8000000 - sent_mbit, "less what was sent");
	rig_ask(&rig, 1, rig_fresh(&rig, "one.com"), &rig.last);
	seep_engine_release(rig.thread, &rig.last);
	is_fresh_charge(&rig, rig.last.user_mbit, 0, "the next");
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
	rig_send(&rig, 1, "small.com");
	small_mbit += rig.last.user_mbit;
	is_int(send_all(&rig, 1, "small.com", 10), 1,
	       "the domain's 128,000 mbit take one name more");
	small_mbit += rig.all.mbit;
	for (int i = 0; i < 1000; i++)
		refused +=
			rig_send(&rig, 1, rig_fresh(&rig, "small.com")).meter == SEEP_METER_DOMAIN;
	is_int(refused, 1000, "a thousand more are refused by the domain's meter");
	unsigned other = 0;
	for (char text[32]; other < 1000; other++) {
		snprintf(text, sizeof(text), "other%u.com", other);
		if (rig_send(&rig, 1, text).outcome == SEEP_REFUSE)
			break;
		small_mbit += rig.last.user_mbit;
	}
	ok(small_mbit <= 8000000 && small_mbit + rig.last.user_charge_mbit > 8000000,
	   "and leave the user's budget as it was: %u other domains fill it", other);
	rig_close(&rig);

	rig_open(
		&rig,
		"learning: 0\nuser-budget: 16\nuser-refill: 0\ndomain-budget: 1000\ndomain-refill: 0\n");
	rig_send(&rig, 1, "shared.com");
	uint64_t mbit = rig.last.domain_mbit;
	refused = 0;
	for (int i = 0; i < 1000; i++) {
		refused += rig_send(&rig, 1, rig_fresh(&rig, "shared.com")).outcome == SEEP_REFUSE;
		mbit += rig.last.domain_mbit;
	}
	is_stat(&rig, "refused.user", refused, "a thousand but one");
	is_int(refused, 999, "a thousand but one refused by the user's meter");
	struct seep_reservation reservation;
	for (uint32_t user = 2; user < 2000; user++) {
		if (rig_ask(&rig, user, rig_fresh(&rig, "shared.com"), &reservation).outcome ==
		    SEEP_REFUSE)
			break;
		mbit += reservation.charge_mbit;
	}
	/* nobody commits: one user of it, whose 8,000,000 mbit hold all the charges */
	ok(mbit <= 8000000 && mbit + reservation.charge_mbit > 8000000,
	   "and leave the domain's as it was: %" PRIu64 " mbit", mbit);
	rig_close(&rig);
}

/* What would be refused and then never leaves is given back as it was put on: in part. */
static void test_capped_release(void)
{
	struct seep_reservation held;
	struct rig rig;

	rig_open(
		&rig,
		"learning: 7d\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\nflag-at: 100\n");
	uint64_t mbit = 0;
	while (mbit <= 8000000 &&
	       rig_send(&rig, 1, rig_fresh(&rig, "far.com")).outcome == SEEP_PASS)
		mbit += rig.last.user_mbit;
	ok(mbit <= 8000000 && mbit + rig.last.user_charge_mbit > 8000000,
	   "learning: %" PRIu64 " mbit within the budget", mbit);
	rig_ask(&rig, 1, "www.new.com", &held);
	is_int(held.user_mbit, 0, "learning: the meter stands at its budget and takes no more");
	ok(held.user_charge_mbit > NEW_MBIT + TYPE_MBIT + 2000 &&
		   held.user_charge_mbit < TEN_MBIT + NEW_MBIT,
	   "learning: whatever the charge");
	seep_engine_release(rig.thread, &held);
	rig.now_ms += 7 * DAY_MS;
	is_verdict(rig_send(&rig, 1, "x.com"), SEEP_REFUSE, SEEP_METER_USER,
		   "guarding: it stands there still");
	rig_close(&rig);
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

/* Found to be internal only when it left: the charge comes off, and nothing is learned. */
static void test_commit_internal(void)
{
	struct seep_reservation held;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	struct room room = room_of(&rig, 1, "corp.com"), again;
	for (int i = 0; i < 100; i++) {
		rig_ask(&rig, 1, "www.corp.com", &held);
		seep_engine_commit_internal(rig.thread, &held);
	}
	ok(held.class == SEEP_CLASS_CHARGED && held.charge_mbit > NEW_MBIT + TYPE_MBIT,
	   "internal after all: still novel, of a new domain");
	is_stat(&rig, "internal", 100, "internal after all");
	is_stat(&rig, "sent", 100, "internal after all");
	is_stat(&rig, "bits", 0, "internal after all");
	is_stat(&rig, "inflight", 0, "internal after all");
	is_stat(&rig, "novelty.names", 0, "internal after all");
	again = room_of(&rig, 1, "corp.com");
	is_int(again.count, room.count, "internal after all: the budget is as it was");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_reservation);
	tap_run(test_release_is_exact);
	tap_run(test_refused_costs_nothing);
	tap_run(test_capped_release);
	tap_run(test_siblings);
	tap_run(test_commit_internal);
	return done();
}
