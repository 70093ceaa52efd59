/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine shows of users, networks and domains; and that looking changes nothing. */
#include "fixture_engine.h"

#include "engine/look.h"

static struct rig rig;
static struct seep_view_row row;
static struct seep_look_more more;

static bool look(enum seep_look_kind kind, uint32_t n)
{
	const struct seep_address address = address_v4(n);

	return seep_look_address(rig.engine, kind, &address, rig.now_ms / 1000, &row, &more);
}

static bool look_domain(const char *text)
{
	const struct wire wire = wire_of(text);

	return seep_look_domain(rig.engine, wire.bytes, wire.size, rig.now_ms / 1000, &row, &more);
}

static void test_rows(void)
{
	rig_open(&rig, USER_ONLY);
	ok(!look(SEEP_LOOK_USERS, 1) && !look(SEEP_LOOK_NETWORKS, 1) && !look_domain("a.example"),
	   "nobody is there");
	is_int(seep_engine_users(rig.engine), 0, "and looking makes nobody");
	rig_send(&rig, 1, "www.a.example");
	rig.now_ms += 5000;
	rig_send(&rig, 1, "ftp.a.example");
	ok(look(SEEP_LOOK_USERS, 1), "a user that sent");
	is_int(row.sent, 2, "two names");
	is_int(row.first_s, NOW_S, "first seen");
	is_int(row.last_s, NOW_S + 5, "last seen");
	is_int(row.meter.budget_mbit, 8000000, "its budget");
	ok(row.meter.level_mbit && !row.meter.flagged && !row.meter.spent, "its level");
	ok(more.has_network && !more.is_newcomer && more.counts, "its standing");
	ok(look(SEEP_LOOK_NETWORKS, 77) && row.users == 1, "its network, by another address");
	ok(look_domain("deep.down.a.example"), "the domain, by a name in it");
	is_int(row.users, 1, "its user");
	ok(more.is_rare && !more.is_cut && more.few == 8, "few use it");
	ok(!look_domain("b.example"), "another is not there");
	rig_close(&rig);
}

static void test_cut(void)
{
	rig_open(&rig, USER_ONLY);
	rig_send(&rig, 1, "www.a-domain-of-which-the-name-is-longer-than-what-is-kept.example");
	ok(look_domain("a-domain-of-which-the-name-is-longer-than-what-is-kept.example") &&
		   more.is_cut,
	   "a long domain is found, and its text is cut");
	rig_close(&rig);
}

static void test_free(void)
{
	uint64_t free_s;

	rig_open(&rig, "learning: 0\nuser-budget: 100\nuser-refill: 10\ndomain-budget: 1g\n"
		       "flag-at: 50\n" NETWORK_FREE);
	spend(&rig, 1);
	ok(look(SEEP_LOOK_USERS, 1) && row.meter.spent, "it is spent");
	is_int(row.meter.refusals, 1, "by one refusal");
	is_int(row.meter.crossed_s, NOW_S, "now");
	free_s = row.meter.free_s;
	ok(free_s > NOW_S + 3 * DAY_S && free_s <= NOW_S + 5 * DAY_S, "free in %" PRIu64 " s",
	   free_s - NOW_S);
	rig.now_ms = (free_s - 1) * 1000;
	ok(look(SEEP_LOOK_USERS, 1) && row.meter.spent && row.meter.free_s == free_s,
	   "a second before it is spent, and says the same");
	rig.now_ms = free_s * 1000;
	ok(look(SEEP_LOOK_USERS, 1) && !row.meter.spent, "then it is not");
	rig_close(&rig);
	rig_open(&rig, EIGHT_DOMAINS);
	spend(&rig, 1);
	/* It is full to less than a name; only what is above flag-at would have to drain. */
	ok(look(SEEP_LOOK_USERS, 1) && row.meter.spent && row.meter.free_s == NOW_S + 3601,
	   "below flag-at all the time: after an hour");
	rig_close(&rig);
	rig_open(&rig, USER_ONLY);
	spend(&rig, 1);
	ok(look(SEEP_LOOK_USERS, 1) && row.meter.spent && row.meter.free_s == UINT64_MAX,
	   "without a refill: never");
	rig_close(&rig);
}

static void test_fill(void)
{
	rig_open(&rig, "learning: 0\nmemory-size: 1m\nuser-budget: 300\nuser-refill: 30\n");
	rig_send(&rig, 1, "www.a.example");
	is_int(seep_look_table(rig.engine, SEEP_LOOK_DOMAINS).used, 1, "a domain");
	ok(seep_look_table(rig.engine, SEEP_LOOK_USERS).capacity >= 100, "room for users");
	is_int(seep_look_budget(rig.engine, SEEP_LOOK_USERS).limits.budget_mbit, 2400000,
	       "a user's budget");
	is_int(seep_look_budget(rig.engine, SEEP_LOOK_USERS).is_auto, false, "is seep.conf's");
	is_int(seep_look_budget(rig.engine, SEEP_LOOK_NETWORKS).is_auto, true,
	       "a network's is not");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_rows);
	tap_run(test_cut);
	tap_run(test_free);
	tap_run(test_fill);
	return done();
}
