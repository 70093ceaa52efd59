/* SPDX-License-Identifier: BSD-3-Clause */
/* Budgets: what seep.conf fixes, and what learning teaches of those that are `auto`. */
#include "meter/budget.h"
#include "fixture.h"

#define KIB_MBIT UINT64_C(8192000)

static void conf_of(struct seep_conf *conf, const char *text)
{
	struct seep_conf_error error;

	if (seep_conf_parse(conf, text, strlen(text), "test", &error) != SEEP_CONF_OK) {
		printf("Bail out! %s\n", error.text);
		exit(1);
	}
}

static void test_units(void)
{
	static const struct {
		uint64_t peak_mbit;
		unsigned units;
	} cases[] = {
		{ 0, 2 },
		{ 1, 2 },
		{ KIB_MBIT / 5, 2 },
		{ KIB_MBIT / 5 + 2, 3 },
		{ KIB_MBIT / 4, 3 },
		{ KIB_MBIT, 10 },
		{ KIB_MBIT + 1, 11 },
		{ 6 * KIB_MBIT, 60 },
		{ 7 * KIB_MBIT, 64 },
		{ UINT32_MAX, 64 },
	};
	static const struct {
		uint64_t peak_mbit;
		unsigned units;
	} networks[] = {
		{ 0, 4 },
		{ 2 * KIB_MBIT, 4 },
		{ 2 * KIB_MBIT + KIB_MBIT / 100, 5 },
		{ 10 * KIB_MBIT, 20 },
		{ 10 * KIB_MBIT + KIB_MBIT / 100, 21 },
		{ 32 * KIB_MBIT, 64 },
		{ 63 * KIB_MBIT, 126 },
		{ 64 * KIB_MBIT, 128 },
		{ UINT32_MAX, 128 },
	};

	struct seep_conf conf;
	struct seep_budgets budgets;

	conf_of(&conf, "");
	budgets = seep_budgets_of(&conf);
	for (size_t i = 0; i < COUNT(cases); i++)
		is_int(seep_budget_units(cases[i].peak_mbit), cases[i].units,
		       "a peak of %" PRIu64 " mbit", cases[i].peak_mbit);
	for (size_t i = 0; i < COUNT(networks); i++)
		is_int(seep_budget_network_units(&budgets, networks[i].peak_mbit),
		       networks[i].units, "a network's peak of %" PRIu64 " mbit",
		       networks[i].peak_mbit);
	ok(!seep_budget_is_too_small(8 * KIB_MBIT - 1), "below half of 16 KiB a budget fits");
	ok(seep_budget_is_too_small(8 * KIB_MBIT), "from there on none does");
	ok(!seep_budget_is_too_small_for_network(&budgets, 64 * KIB_MBIT - 1),
	   "a network's below 64 KiB");
	ok(seep_budget_is_too_small_for_network(&budgets, 64 * KIB_MBIT), "and none from there on");
}

static void test_fixed(void)
{
	struct seep_conf conf;
	struct seep_budgets budgets;
	struct seep_limits limits;

	conf_of(&conf, "user-budget: 4k\nflag-at: 80\n");
	budgets = seep_budgets_of(&conf);
	limits = seep_budgets_user(&budgets, 9, false);
	is_int(limits.budget_mbit, 4 * KIB_MBIT, "a fixed budget, whatever was learned");
	is_int(limits.refill_mbit_day, 4 * KIB_MBIT / 8, "an eighth of it a day");
	is_int(limits.flag_at_percent, 80, "flag-at");
	is_int(limits.cap_mbit, limits.budget_mbit, "no level above it");
	is_int(seep_budgets_user(&budgets, 9, true).cap_mbit, limits.budget_mbit,
	       "nor while learning");
	is_int(seep_budgets_domain(&budgets, 1, 3).budget_mbit, 12 * KIB_MBIT,
	       "a domain's is as large, for each of its users");
	is_int(seep_budgets_domain(&budgets, 1, 0).refill_mbit_day, 4 * KIB_MBIT / 8,
	       "and for one at least");
	seep_conf_release(&conf);

	conf_of(&conf, "user-budget: 4k\nuser-refill: 0\ndomain-budget: 1k\ndomain-refill: 16\n");
	budgets = seep_budgets_of(&conf);
	is_int(seep_budgets_user(&budgets, 1, false).refill_mbit_day, 0, "no refill");
	is_int(seep_budgets_domain(&budgets, 1, 2).budget_mbit, 2 * KIB_MBIT, "domain-budget");
	is_int(seep_budgets_domain(&budgets, 1, 2).refill_mbit_day, 256000, "domain-refill");
	seep_conf_release(&conf);
}

static void test_auto(void)
{
	struct seep_conf conf;
	struct seep_budgets budgets;
	struct seep_limits limits;

	conf_of(&conf, "");
	budgets = seep_budgets_of(&conf);
	limits = seep_budgets_user(&budgets, 12, false);
	is_int(limits.budget_mbit, 3 * KIB_MBIT, "twelve units");
	is_int(limits.refill_mbit_day, 12 * (KIB_MBIT / 4 / 8), "drain by an eighth");
	is_int(limits.cap_mbit, limits.budget_mbit, "no level above it");
	is_int(seep_budgets_user(&budgets, 2, true).cap_mbit, 16 * KIB_MBIT,
	       "while learning levels rise to the most that can be learned");
	is_int(seep_budgets_user(&budgets, 12, true).refill_mbit_day, 2 * (KIB_MBIT / 4 / 8),
	       "and drain as the least budget does");
	limits = seep_budgets_network(&budgets, 12, false);
	is_int(limits.budget_mbit, 12 * KIB_MBIT, "a network: twelve units of a KiB");
	is_int(limits.refill_mbit_day, 12 * KIB_MBIT / 8, "by an eighth");
	is_int(limits.cap_mbit, limits.budget_mbit, "no level above it");
	limits = seep_budgets_network(&budgets, 12, true);
	is_int(limits.cap_mbit, 64 * KIB_MBIT, "while learning to the most");
	is_int(limits.refill_mbit_day, 4 * KIB_MBIT / 8, "and by the least");
	is_int(seep_budgets_domain(&budgets, 2, 4).budget_mbit, 4 * KIB_MBIT,
	       "a domain: four units at least for each user");
	is_int(seep_budgets_domain(&budgets, 16, 5).budget_mbit, 20 * KIB_MBIT,
	       "and as many as one of them has");
	is_int(seep_budgets_domain(&budgets, 16, 5).refill_mbit_day, 80 * (KIB_MBIT / 4 / 8),
	       "by an eighth");
	seep_conf_release(&conf);

	conf_of(&conf, "user-refill: 100\ndomain-refill: 50\n");
	budgets = seep_budgets_of(&conf);
	is_int(seep_budgets_user(&budgets, 3, false).refill_mbit_day, 800000,
	       "a refill that is given is everybody's");
	is_int(seep_budgets_user(&budgets, 3, true).refill_mbit_day, 800000, "while learning, too");
	is_int(seep_budgets_domain(&budgets, 3, 2).refill_mbit_day, 800000, "domains', too");
	seep_conf_release(&conf);

	conf_of(&conf, "network-budget: 2k\nnetwork-refill: 16\n");
	budgets = seep_budgets_of(&conf);
	limits = seep_budgets_network(&budgets, 12, true);
	is_int(limits.budget_mbit, 2 * KIB_MBIT, "a network's fixed budget, whatever was learned");
	is_int(limits.cap_mbit, 2 * KIB_MBIT, "is the most, while learning too");
	is_int(limits.refill_mbit_day, 128000, "and its refill");
	seep_conf_release(&conf);
}

/* An engine in use. */

/* Sends another name to a domain of the user's own; the verdict. */
static struct seep_verdict send_own(struct rig *rig, uint32_t user)
{
	char domain[32];

	snprintf(domain, sizeof(domain), "user%" PRIu32 ".com", user);
	return rig_send(rig, user, rig_fresh(rig, domain));
}

/* How many names go before one is refused, or MOST. */
static unsigned room_of(struct rig *rig, uint32_t user, unsigned most)
{
	unsigned count = 0;

	while (count < most && send_own(rig, user).outcome < SEEP_WOULD_REFUSE)
		count++;
	return count;
}

static void send_all(struct rig *rig, uint32_t user, unsigned count)
{
	while (count-- > 0)
		(void)send_own(rig, user);
}

/* At 52.5 bits for ten letters that are flat, or less, a KiB holds 150 to 160 names. */
#define KIB_NAMES 155

static bool is_about(unsigned got, unsigned kib)
{
	return got > kib * (KIB_NAMES - 20) && got < kib * (KIB_NAMES + 20);
}

static bool is_about_half(unsigned got)
{
	return 2 * got > KIB_NAMES - 20 && 2 * got < KIB_NAMES + 20;
}

/* Nineteen quiet ones, one that needs more, one that floods; then a newcomer. */
static void test_learned(void)
{
	struct rig rig;
	unsigned room;

	rig_open(&rig, "learning: 7d\ndomain-budget: 1g\nnetwork-budget: 1g\n");
	for (uint32_t user = 1; user <= 19; user++)
		send_all(&rig, user, 5);
	send_all(&rig, 20, 2 * KIB_NAMES - 15);
	send_all(&rig, 30, 100 * KIB_NAMES);
	rig.now_ms += 6 * DAY_MS;
	send_all(&rig, 40, 1); /* too late to be known */
	rig.now_ms += 60 * DAY_MS;
	room = room_of(&rig, 1, 10000);
	ok(is_about_half(room), "who needs little has 512 bytes: %u names", room);
	room = room_of(&rig, 20, 10000);
	ok(is_about(room, 5), "who needed nearly 2 KiB has 2.5 times as much: %u names", room);
	room = room_of(&rig, 30, 10000);
	ok(is_about(room, 16), "who was a tunnel all along has 16 KiB, no more: %u names", room);
	room = room_of(&rig, 40, 10000);
	ok(is_about_half(room), "who came late, and needed little, has as little: %u names", room);
	room = room_of(&rig, 50, 10000);
	ok(is_about(room, 1), "a newcomer has 1 KiB: %u names", room);
	is_int(rig_stat(&rig, "users.raised"), 2, "two have more than newcomers");
	rig_close(&rig);
}

/* Where nine of ten need much, a newcomer may, too. */
static void test_newcomers(void)
{
	struct rig rig;
	unsigned room;

	rig_open(&rig, "learning: 7d\ndomain-budget: 1g\nnetwork-budget: 1g\n");
	for (uint32_t user = 1; user <= 5; user++)
		send_all(&rig, user, KIB_NAMES * 9 / 10);
	rig.now_ms += 60 * DAY_MS;
	room = room_of(&rig, 50, 10000);
	ok(2 * room > 4 * KIB_NAMES && 2 * room < 5 * KIB_NAMES,
	   "a newcomer where all needed nearly 1 KiB: %u names", room);
	rig_close(&rig);
}

/* While learning, what a newcomer would be refused is told; without learning, everybody is new. */
static void test_unlearned(void)
{
	struct rig rig;
	unsigned room;

	rig_open(&rig, "learning: 7d\ndomain-budget: 1g\nnetwork-budget: 1g\n");
	room = room_of(&rig, 1, 10000);
	ok(is_about(room, 1), "learning: would be refused after %u names", room);
	rig_close(&rig);
	rig_open(&rig, "learning: 0\ndomain-budget: 1g\nnetwork-budget: 1g\n");
	room = room_of(&rig, 1, 10000);
	ok(is_about(room, 1), "without learning: refused after %u names", room);
	is_int(rig_stat(&rig, "users.raised"), 0, "nobody is raised");
	rig_close(&rig);
}

/* The domain that a raised user talks to is raised with it. */
static void test_domain(void)
{
	struct rig rig;
	unsigned room;

	rig_open(&rig, "learning: 7d\nnetwork-budget: 1g\n");
	send_all(&rig, 20, 2 * KIB_NAMES - 15);
	rig.now_ms += 60 * DAY_MS;
	room = room_of(&rig, 20, 10000);
	ok(is_about(room, 5), "five KiB, all to one domain: %u names", room);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_units);
	tap_run(test_fixed);
	tap_run(test_auto);
	tap_run(test_learned);
	tap_run(test_newcomers);
	tap_run(test_unlearned);
	tap_run(test_domain);
	return done();
}
