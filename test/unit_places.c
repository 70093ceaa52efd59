/* SPDX-License-Identifier: BSD-3-Clause */
/* Places in the tables of users and domains: who takes one, who loses it, and who has none. */
#include "fixture_engine.h"

#include "engine/internal.h"

/* What is said of a memory-size before there is an engine is what the engine has. */
static void test_capacity(void)
{
	static const uint64_t sizes[] = { 1 << 20, (1 << 20) + 4095, 3 << 20, 64 << 20 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct seep_capacity capacity = seep_engine_capacity(sizes[i]);
		struct rig rig;
		char conf[64];

		snprintf(conf, sizeof(conf), "memory-size: %" PRIu64, sizes[i]);
		rig_open(&rig, conf);
		is_int(capacity.users, seep_table_capacity(rig.engine->users), "%s users", conf);
		is_int(capacity.domains, seep_table_capacity(rig.engine->domains), "domains");
		is_int(capacity.networks, seep_table_capacity(rig.engine->networks), "networks");
		is_int(capacity.names, seep_novelty_capacity(rig.engine->novelty), "names");
		rig_close(&rig);
	}
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
	ok(rig_stat(&rig, "memory.bytes") <
		   (1 << 20) + 65536 + seep_refused_bytes() +
			   rig.engine->thread_count * sizeof(struct seep_thread),
	   "a megabyte, the last refusals, and little besides");
	unsigned sent = send_all(&rig, 1, "far.com", 1000);
	before = rig_stats(&rig, false);
	for (uint32_t n = 0; n < strangers; n++) {
		rig.now_ms += 1000;
		snprintf(text, sizeof(text), "www.site%u.com", n);
		rig_send(&rig, 1000 + n, text);
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
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "the spent user is still spent");
	is_stat(&rig, "untracked", 0, "nobody went untracked");
	is_balanced(&rig, sent + 1 + strangers + 1, "eviction");
	rig_close(&rig);

	/* many users at few domains: only users go */
	rig_open(&rig, USER_ONLY "memory-size: 1m\n");
	for (uint32_t n = 0; n < strangers; n++)
		rig_send(&rig, 1000 + n, "www.site.com");
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
		rig_send(&rig, 1000 + user, text);
	}
	rig_ask(&rig, 1, "www.far.com", &reservation);
	is_int(reservation.class, SEEP_CLASS_UNTRACKED, "every user there is room for is spent");
	seep_engine_release(rig.thread, &reservation);
	rig.now_ms += 365 * DAY_MS;
	rig_ask(&rig, 1, "www.far.com", &reservation);
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
		wrong += rig_ask(&rig, 1000 + n, text, &held[n]).outcome != SEEP_PASS;
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
	rig_ask(&rig, 1000 + most, "www.more.com", &rig.last);
	seep_engine_release(rig.thread, &rig.last);
	is_stat(&rig, "users", users, "nobody made room");
	for (uint32_t n = 0; n < most; n++)
		if (n % 2)
			seep_engine_commit(rig.thread, &held[n], rig.now_ms);
		else
			seep_engine_release(rig.thread, &held[n]);
	ok(rig_stat(&rig, "untracked") > 0, "those that left are counted");
	is_stat(&rig, "inflight", 0, "none held");
	is_balanced(&rig, most + 1, "untracked");
	is_verdict(rig_ask(&rig, 1, "www.after.com", &rig.last), SEEP_PASS, SEEP_METER_NONE,
		   "then there is room again");
	is_int(rig.last.class, SEEP_CLASS_CHARGED, "then there is room again: charged");
	seep_engine_release(rig.thread, &rig.last);
	rig_close(&rig);

	/* every place taken by spent users: the next address has no budget of its own, and what all
	 * such get out together is one user's budget */
	rig_open(&rig, EIGHT_DOMAINS "memory-size: 1m\n");
	for (uint32_t user = 0; user < 5000; user++) {
		spend(&rig, 1000 + user);
		rig_send(&rig, 1000 + user, rig_fresh(&rig, "far.com")); /* refused */
	}
	for (uint32_t user = 0; user < 2000; user++)
		passed += rig_send(&rig, 100000 + user, rig_fresh(&rig, "far.com")).outcome !=
			  SEEP_REFUSE;
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

	rig_open(&rig, EIGHT_DOMAINS "memory-size: 1m\n");
	for (uint32_t user = 0; user < 100; user++)
		rig_send(&rig, 1000 + user, "www.common.com");
	spend(&rig, 1);
	unsigned long long domains = rig_stat(&rig, "domains");
	for (uint32_t n = 0; n < 20000; n++) {
		snprintf(text, sizeof(text), "www.never%u.com", n);
		rig_send(&rig, 1, text);
	}
	is_stat(&rig, "domains", domains, "refused domains get no entry");
	is_stat(&rig, "evicted.domains", 0, "refused domains push out none");
	is_verdict(rig_send(&rig, 1, "other.common.com"), SEEP_PASS, SEEP_METER_NONE,
		   "the common domain is common still");
	rig_close(&rig);

	/* and where the newcomers can pay, a domain with many users outlives those with one */
	rig_open(&rig, "learning: 0\nuser-budget: 1g\nmemory-size: 1m\n" NETWORK_FREE);
	for (uint32_t user = 0; user < 100; user++)
		rig_send(&rig, 1000 + user, "www.common.com");
	rig.now_ms += 10 * DAY_MS;
	for (uint32_t n = 0; n < 20000; n++) {
		snprintf(text, sizeof(text), "www.new%u.com", n);
		rig_send(&rig, 1, text);
	}
	ok(rig_stat(&rig, "evicted.domains") > 10000, "thousands of domains were pushed out");
	rig_ask(&rig, 2, "other.common.com", &reservation);
	ok(reservation.user_charge_mbit < 1000, "but not the one that many use: %" PRIu64 " mbit",
	   reservation.user_charge_mbit);
	seep_engine_release(rig.thread, &reservation);
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
		rig_send(&rig, 1000 + user, "www.common.com");
	unsigned long long users = rig_stat(&rig, "users"), domains = rig_stat(&rig, "domains");
	for (uint32_t n = 0; n < 20000; n++) {
		snprintf(text, sizeof(text), "www.unsent%u.com", n);
		rig_ask(&rig, 2000 + n % 20, text, &rig.last);
		seep_engine_release(rig.thread, &rig.last);
	}
	is_stat(&rig, "domains", domains, "what is given back takes no domain's place");
	is_stat(&rig, "evicted.domains", 0, "what is given back pushes out no domain");
	is_stat(&rig, "users", users, "what is given back leaves no user behind");

	/* of two names under way one leaves: the user stays, whichever ends first */
	for (unsigned first = 0; first < 2; first++) {
		rig_ask(&rig, 1, rig_fresh(&rig, "two.com"), &held[0]);
		rig_ask(&rig, 1, rig_fresh(&rig, "two.com"), &held[1]);
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

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_capacity);
	tap_run(test_eviction);
	tap_run(test_drained_makes_room);
	tap_run(test_untracked);
	tap_run(test_refused_takes_no_place);
	tap_run(test_unsent_takes_no_place);
	return done();
}
