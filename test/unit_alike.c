/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Domains that few use, and in like amounts, as a service is: each user pays a quarter, also where
 * there are but two. The domain's meter takes all of it all the same.
 */
#include "engine/look.h"
#include "fixture_engine.h"
#include "fixture_state.h"

/* Only the domain's meter: 800,000 mbit for each user. */
#define DOMAIN_MBIT UINT64_C(800000)

/* Users 1 and 2 each send so many fresh names, in turn. */
static void both_send(struct rig *rig, unsigned names, const char *domain)
{
	for (unsigned i = 0; i < names; i++)
		for (uint32_t user = 1; user <= 2; user++)
			rig_send(rig, user, rig_fresh(rig, domain));
}

/* What of the charge of a fresh name falls on user 1, in hundredths. */
static unsigned share_of(struct rig *rig, const char *domain)
{
	struct seep_reservation held;
	unsigned share;

	rig_ask(rig, 1, rig_fresh(rig, domain), &held);
	share = (unsigned)((100 * held.user_charge_mbit + 50) / held.charge_mbit);
	seep_engine_release(rig->thread, &held);
	return share;
}

static void test_share(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	both_send(&rig, 1, "service.com");
	is_int(share_of(&rig, "service.com"), 50, "two of whom one was seen there pay half each");
	both_send(&rig, 3, "service.com");
	is_int(share_of(&rig, "service.com"), 25, "two who send like amounts pay a quarter");
	rig_close(&rig);
}

/* One that sends far more than the other is not like it. */
static void test_unlike(void)
{
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nnetwork-budget: 1g\n");
	both_send(&rig, 1, "tunnel.com");
	for (unsigned i = 0; i < 100; i++)
		rig_send(&rig, 1, rig_fresh(&rig, "tunnel.com"));
	rig.now_ms += DAY_MS;
	is_int(share_of(&rig, "tunnel.com"), 50,
	       "one that sends a hundred times as much pays half");
	for (unsigned i = 0; i < 40; i++)
		rig_send(&rig, 1, rig_fresh(&rig, "own.com"));
	rig.now_ms += DAY_MS;
	is_int(share_of(&rig, "own.com"), 100, "one alone pays all");
	rig_close(&rig);
}

/* How much the domain takes of both before it refuses. */
static uint64_t fill_domain(struct rig *rig, const char *domain)
{
	uint64_t sent_mbit = 0;

	for (unsigned i = 0; i < 1000; i++) {
		if (rig_send(rig, 1 + i % 2, rig_fresh(rig, domain)).outcome == SEEP_REFUSE)
			break;
		sent_mbit += rig->last.domain_mbit;
	}
	is_verdict(rig->last.verdict, SEEP_REFUSE, SEEP_METER_DOMAIN, domain);
	return sent_mbit;
}

static void test_domain(void)
{
	struct rig rig;
	uint64_t sent_mbit;

	rig_open(&rig, DOMAIN_ONLY);
	both_send(&rig, 2, "service.com");
	is_int(share_of(&rig, "service.com"), 25, "a service's users pay a quarter each");
	sent_mbit = fill_domain(&rig, "service.com");
	ok(sent_mbit <= 2 * DOMAIN_MBIT && sent_mbit > DOMAIN_MBIT,
	   "and it takes a budget for each of them: %" PRIu64 " mbit", sent_mbit);
	rig_close(&rig);
}

/* What a domain's users usually send there, as `show` has it. */
static uint64_t habit_mbit(struct rig *rig, const char *domain)
{
	struct wire wire = wire_of(domain);
	struct seep_view_row row;
	struct seep_look_more more = { .habit_mbit = 0 };

	seep_look_domain(rig->engine, wire.bytes, wire.size, rig->now_ms / 1000, &row, &more);
	return more.habit_mbit;
}

/* The habit fades with what is left of each user's, also if A and AAAA are under way at once. */
static void test_fading(void)
{
	struct seep_reservation first, second;
	struct rig rig;

	rig_open(&rig, "learning: 365d\nuser-budget: 1g\ndomain-budget: 1g\n" NETWORK_FREE);
	for (uint32_t user = 1; user <= 12; user++)
		for (unsigned n = 0; n < 20; n++)
			rig_send(&rig, user, rig_fresh(&rig, "dom.com"));
	ok(habit_mbit(&rig, "dom.com") >= 1024 * SEEP_BIT_MBIT, "a habit of much");
	for (unsigned day = 1; day <= 40; day++) {
		rig.now_ms += UINT64_C(86400000);
		for (uint32_t user = 1; user <= 12; user++) {
			rig_ask(&rig, user, "www.dom.com", &first);
			rig_ask(&rig, user, "www.dom.com", &second);
			seep_engine_commit(rig.thread, &first, rig.now_ms);
			seep_engine_commit(rig.thread, &second, rig.now_ms);
		}
	}
	is_int(habit_mbit(&rig, "dom.com"), 64 * SEEP_BIT_MBIT, "which fades in forty days");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_share);
	tap_run(test_unlike);
	tap_run(test_domain);
	tap_run(test_fading);
	return done();
}
