/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Domains that few use, and in like amounts, as a service is: each user pays a quarter, also where
 * there are but two. The domain's meter takes all of it all the same.
 */
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

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_share);
	tap_run(test_unlike);
	tap_run(test_domain);
	return done();
}
