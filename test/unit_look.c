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

static bool is_sorted(const struct seep_look_top *top)
{
	for (unsigned at = 1; at < top->count; at++)
		if (top->ranks[at] > top->ranks[at - 1])
			return false;
	return true;
}

/* The highest of 200 users, found one by one. */
static uint64_t max_rank(enum seep_look_sort sort)
{
	uint64_t most = 0;

	for (uint32_t n = 1; n <= 200; n++) {
		uint64_t rank;

		if (!look(SEEP_LOOK_USERS, n))
			continue;
		rank = sort == SEEP_LOOK_BY_LEVEL
			       ? row.meter.level_mbit
			       : row.meter.level_mbit * 10000 / row.meter.budget_mbit;
		most = rank > most ? rank : most;
	}
	return most;
}

/* Users send one after the other, the later ones more. */
static void test_top(void)
{
	static struct seep_look_top top;
	struct seep_address last = address_v4(200);

	rig_open(&rig, USER_ONLY);
	for (uint32_t n = 1; n <= 200; n++) {
		rig.now_ms += 1000;
		for (uint32_t i = 0; i < n / 20 + 1; i++)
			rig_send(&rig, n, rig_fresh(&rig, "a.example"));
	}
	for (enum seep_look_sort sort = SEEP_LOOK_BY_SHARE; sort <= SEEP_LOOK_BY_LAST; sort++) {
		top = (struct seep_look_top){ .sort = sort, .room = 10 };
		seep_look_at_top(rig.engine, SEEP_LOOK_USERS, rig.now_ms / 1000, &top);
		ok(top.count == 10 && is_sorted(&top), "sort %d: ten, the highest first", sort);
		if (sort == SEEP_LOOK_BY_LAST)
			ok(memcmp(&top.rows[top.order[0]].address, &last, sizeof(last)) == 0 &&
				   top.rows[top.order[9]].last_s == rig.now_ms / 1000 - 9,
			   "the ten that were seen last");
		else
			ok(top.ranks[9] > 0 && top.ranks[0] == max_rank(sort),
			   "the highest of all is the first");
	}
	top = (struct seep_look_top){ .room = 1000 };
	seep_look_at_top(rig.engine, SEEP_LOOK_USERS, rig.now_ms / 1000, &top);
	is_int(top.count, SEEP_LOOK_TOP_MAX, "no more than there is room for");
	seep_look_at_top(rig.engine, SEEP_LOOK_DOMAINS, rig.now_ms / 1000, &top);
	is_int(top.count, 1, "the one domain");
	ok(!seep_look_is_cut(rig.engine, &top.rows[top.order[0]]), "its text is whole");
	rig_close(&rig);
}

/* A policy's budget is the user's. */
static void test_policy(void)
{
	struct seep_look_top top = { .room = 2 };

	rig_open(&rig, "learning: 0\nuser-budget: 1k\npolicy: 10.0.0.1 flag budget 2k\n");
	rig_send(&rig, 1, "www.a.example");
	rig_send(&rig, 2, "www.a.example");
	ok(look(SEEP_LOOK_USERS, 1) && row.meter.budget_mbit == 2048 * 8000, "that of the policy");
	ok(look(SEEP_LOOK_USERS, 2) && row.meter.budget_mbit == 1024 * 8000, "and of all others");
	seep_look_at_top(rig.engine, SEEP_LOOK_USERS, rig.now_ms / 1000, &top);
	is_int(top.rows[0].meter.budget_mbit + top.rows[1].meter.budget_mbit, 3072 * 8000,
	       "in the list of all, too");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_rows);
	tap_run(test_cut);
	tap_run(test_free);
	tap_run(test_fill);
	tap_run(test_top);
	tap_run(test_policy);
	return done();
}
