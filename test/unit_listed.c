/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A common-list in the engine: its domains count for two users, the first thousand of it for four,
 * whatever their rank; and all else of them is as of any domain.
 */
#include "fixture_engine.h"

static struct seep_suffixes *list;
static struct seep_suffix_reader *suffixes;

/* An engine with a common-list of LINES. */
static struct seep_common *open_listed(struct rig *rig, const char *conf, const char *const *lines,
				       size_t count)
{
	struct seep_engine_setup setup = { .key = { .rounds = SEEP_HASH_1_3, .bytes = "listed" },
					   .threads = 1,
					   .lists.suffixes = list };
	struct seep_common *common = seep_common_create();

	for (size_t i = 0; i < count; i++)
		if (seep_common_add(common, lines[i], &setup.key, suffixes)) {
			printf("Bail out! %s\n", lines[i]);
			exit(1);
		}
	setup.lists.common = common;
	rig_open_setup(rig, conf, &setup);
	return common;
}

static const char *const lines[] = { "1,first.com",        "1000,thousandth.com",
				     "1001,next.com",      "500000,half.com",
				     "500001,more.com",    "1000000,last.com",
				     "20000,www.below.com" };

/* What falls on the first user, as a part of the charge. */
static void test_share(void)
{
	static const struct {
		const char *domain;
		unsigned users;
	} cases[] = { { "first.com", 4 }, { "thousandth.com", 4 }, { "next.com", 2 },
		      { "half.com", 2 },  { "more.com", 2 },       { "last.com", 2 },
		      { "below.com", 2 }, { "other.com", 1 } };
	struct rig rig;
	struct seep_common *common = open_listed(&rig, USER_ONLY, lines, COUNT(lines));

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_reservation held;

		rig_ask(&rig, 1, rig_fresh(&rig, cases[i].domain), &held);
		is_int(held.user_charge_mbit, held.charge_mbit / cases[i].users, "%s counts for %u",
		       cases[i].domain, cases[i].users);
		ok(held.rare, "%s: it is rare", cases[i].domain);
		is_int(held.domain_mbit, held.charge_mbit, "%s: the domain's meter takes all",
		       cases[i].domain);
		seep_engine_release(rig.thread, &held);
	}
	rig_close(&rig);
	seep_common_close(common);
}

/* The users that there are count where they are more. */
static void test_more_users(void)
{
	struct rig rig;
	struct seep_common *common = open_listed(&rig, USER_ONLY, lines, COUNT(lines));

	for (uint32_t user = 1; user <= 3; user++)
		rig_send(&rig, user, rig_fresh(&rig, "next.com"));
	rig_send(&rig, 1, rig_fresh(&rig, "next.com"));
	is_int(rig.last.user_charge_mbit, rig.last.charge_mbit / 3, "three users of one for two");
	rig_send(&rig, 1, rig_fresh(&rig, "first.com"));
	rig_send(&rig, 1, rig_fresh(&rig, "first.com"));
	is_int(rig.last.user_charge_mbit, rig.last.charge_mbit / 4, "one user of one for four");
	rig_close(&rig);
	seep_common_close(common);
}

/* Through the most common domain of the world a tunnel gets four budgets, and no more. */
static void test_tunnel(void)
{
	uint64_t charged_mbit = 0;
	struct rig rig;
	struct seep_common *common = open_listed(&rig, USER_ONLY, lines, COUNT(lines));

	for (unsigned n = 0; n < 10000; n++)
		if (rig_send(&rig, 1, rig_fresh(&rig, "first.com")).outcome != SEEP_REFUSE)
			charged_mbit += rig.last.charge_mbit;
	ok(charged_mbit <= 4 * UINT64_C(8000000) && charged_mbit > 31000000,
	   "%" PRIu64 " mbit of a user's 8,000,000 go", charged_mbit);
	is_verdict(rig.last.verdict, SEEP_REFUSE, SEEP_METER_USER, "then the user");
	rig_close(&rig);
	seep_common_close(common);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	list = seep_suffix_open(NULL, 0);
	suffixes = seep_suffix_reader_open(list);
	tap_run(test_share);
	tap_run(test_more_users);
	tap_run(test_tunnel);
	seep_suffix_reader_close(suffixes);
	seep_suffix_close(list);
	return done();
}
