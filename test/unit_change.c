/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an operator changes in a running engine: exceptions, a meter that is cleared, the end of
 * learning. The exceptions are changed beside threads that ask; to be run under ThreadSanitizer
 * too.
 */
#include "engine/change.h"
#include "engine/explain.h"
#include "fixture_engine.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 4
#define CHANGES 4000

/* The domain is allowed, or with NULL nothing is; USER is a netblock, or NULL. */
static void allow(struct rig *rig, const char *domain, const char *user, uint64_t until_s)
{
	struct seep_exception exception = { .until_s = until_s };
	struct seep_exceptions *set = NULL;
	struct wire wire;

	if (domain) {
		wire = wire_of(domain);
		memcpy(exception.name, wire.bytes, wire.size);
		exception.name_size = (uint8_t)wire.size;
		if (user)
			(void)seep_netblock_parse(&exception.user, user);
		(void)seep_exceptions_create(&set, &exception, 1);
	}
	seep_engine_except(rig->engine, set);
}

/* ---- exceptions ---- */

static void test_excepted(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	spend(&rig, 1);
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "a spent user");
	allow(&rig, "far.com", NULL, NOW_S + 100);
	for (unsigned turn = 0; turn < 3; turn++)
		is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_PASS,
			   SEEP_METER_NONE, "what is allowed");
	is_int(rig.last.class, SEEP_CLASS_ALLOWED, "it is of the allowed");
	is_stat(&rig, "allowed", 3, "so it is counted");
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "xfar.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "beside it");
	rig_send(&rig, 2, rig_fresh(&rig, "far.com"));
	is_int(rig.last.user_key, 0, "another user is not metered there either");
	rig.now_ms = (NOW_S + 100) * 1000;
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "it ends by itself");
	rig_close(&rig);
}

static void test_excepted_user(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	allow(&rig, "far.com", "10.0.0.0/30", SEEP_EXCEPTION_FOR_EVER);
	rig_send(&rig, 3, rig_fresh(&rig, "far.com"));
	is_int(rig.last.class, SEEP_CLASS_ALLOWED, "a user of the netblock");
	rig_send(&rig, 4, rig_fresh(&rig, "far.com"));
	is_int(rig.last.class, SEEP_CLASS_CHARGED, "one beside it");
	allow(&rig, NULL, NULL, 0);
	rig_send(&rig, 3, rig_fresh(&rig, "far.com"));
	is_int(rig.last.class, SEEP_CLASS_CHARGED, "none is left");
	ok(!seep_engine_exceptions(rig.engine), "and none is there");
	rig_close(&rig);
}

/* What would become of a query says so, too. */
static void test_explained(void)
{
	const struct wire inside = wire_of("w.far.com"), beside = wire_of("w.near.com");
	struct seep_observation observation = query_of(1, &inside, NOW_MS);
	struct seep_explanation explanation;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	allow(&rig, "far.com", NULL, NOW_S + 100);
	seep_engine_explain(rig.engine, &observation, &explanation);
	is_int(explanation.class, SEEP_CLASS_ALLOWED, "it is allowed");
	observation = query_of(1, &beside, NOW_MS);
	seep_engine_explain(rig.engine, &observation, &explanation);
	is_int(explanation.class, SEEP_CLASS_CHARGED, "beside it, charged");
	rig_close(&rig);
}

/* A name that was asked for before it was allowed is charged when it leaves, and given back. */
static void test_under_way(void)
{
	struct seep_reservation held;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	rig_ask(&rig, 1, rig_fresh(&rig, "far.com"), &held);
	allow(&rig, "far.com", NULL, SEEP_EXCEPTION_FOR_EVER);
	seep_engine_release(rig.thread, &held);
	is_stat(&rig, "users", 0, "nothing is left of it");
	is_balanced(&rig, 1, "given back");
	rig_close(&rig);
}

/* One that asks on and on, for a name that is allowed in each set, and for one in every second. */
struct asker {
	pthread_t id;
	struct seep_thread *thread;
	atomic_bool *is_over;
	unsigned wrong, turns;
};

static void *ask_on(void *context)
{
	static const char *const names[] = { "w.always.com", "w.at-times.com", "w.never.com" };
	static const enum seep_class other[] = { SEEP_CLASS_ALLOWED, SEEP_CLASS_CHARGED,
						 SEEP_CLASS_CHARGED };
	struct asker *asker = context;

	while (!atomic_load(asker->is_over)) {
		size_t at = asker->turns++ % COUNT(names);
		const struct wire wire = wire_of(names[at]);
		const struct seep_observation observation = query_of(1, &wire, NOW_MS);
		struct seep_reservation held;
		struct seep_name name;

		(void)seep_engine_judge(asker->thread, &observation, &held, &name);
		asker->wrong += held.class != other[at] && held.class != SEEP_CLASS_KNOWN &&
				(at != 1 || held.class != SEEP_CLASS_ALLOWED);
		seep_engine_release(asker->thread, &held);
	}
	return NULL;
}

/* Sets change under threads that ask them: nobody is asked a set that was freed, or half of one. */
static void test_threads(void)
{
	static struct seep_exception all[200];
	struct asker askers[THREADS] = { { .turns = 0 } };
	atomic_bool is_over = false;
	struct rig rig;
	char text[32];

	rig_open_with(&rig, "learning: 365d\nmemory-size: 1m\n", THREADS + 1, NULL, NULL);
	for (unsigned at = 0; at < COUNT(all); at++) {
		snprintf(text, sizeof(text), at ? "d%u.com" : "always.com", at);
		const struct wire wire = wire_of(at == 1 ? "at-times.com" : text);

		memcpy(all[at].name, wire.bytes, wire.size);
		all[at].name_size = (uint8_t)wire.size;
		all[at].until_s = SEEP_EXCEPTION_FOR_EVER;
	}
	for (unsigned turn = 0; turn < CHANGES; turn++) {
		struct seep_exceptions *set;

		(void)seep_exceptions_create(&set, all, turn % 2 ? COUNT(all) - turn % 99 : 1);
		seep_engine_except(rig.engine, set);
		for (unsigned at = 0; !turn && at < THREADS; at++) {
			askers[at].thread = seep_engine_thread(rig.engine);
			askers[at].is_over = &is_over;
			pthread_create(&askers[at].id, NULL, ask_on, &askers[at]);
		}
	}
	atomic_store(&is_over, true);
	for (unsigned at = 0; at < THREADS; at++) {
		pthread_join(askers[at].id, NULL);
		is_int(askers[at].wrong, 0, "thread %u: none of %u answers was wrong", at,
		       askers[at].turns);
	}
	rig_close(&rig);
}

/* ---- clear ---- */

static void test_clear_user(void)
{
	const struct seep_address user = address_v4(1), nobody = address_v4(77);
	struct seep_cleared cleared;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	spend(&rig, 1);
	spend(&rig, 2);
	is_stat(&rig, "users.spent", 2, "two are spent");
	ok(seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared), "one is cleared");
	ok(cleared.was_spent && cleared.level_mbit > 7900000 && cleared.prefix_bits == 32,
	   "what it was: %" PRIu64 " mbit", cleared.level_mbit);
	ok(memcmp(&cleared.address, &user, sizeof(user)) == 0, "who it was");
	is_stat(&rig, "users.spent", 1, "the other one stays");
	is_verdict(rig_send(&rig, 2, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "that is refused still");
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_PASS, SEEP_METER_NONE,
		   "the cleared one is not");
	ok(!seep_engine_clear_user(rig.engine, &nobody, rig.now_ms, &cleared), "nobody");
	is_stat(&rig, "users", 2, "and nobody comes to be");
	rig_close(&rig);
}

/* Whether it was spent is known by the budget of its policy. */
static void test_clear_policy(void)
{
	const struct seep_address user = address_v4(1);
	struct seep_cleared cleared;
	struct rig rig;

	rig_open(&rig, USER_ONLY "policy: 10.0.0.1 refuse budget 100\n");
	spend(&rig, 1);
	is_stat(&rig, "users.spent", 1, "it is spent");
	ok(seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared), "it is cleared");
	ok(cleared.was_spent && cleared.level_mbit < 800001, "what it was: %" PRIu64 " mbit",
	   cleared.level_mbit);
	rig_close(&rig);
}

/* Nothing is told of a release, and the next crossing is one of its own. */
static void test_clear_tells(void)
{
	const struct seep_address user = address_v4(1);
	struct told told = { .count = 0 };
	struct seep_cleared cleared;
	struct rig rig;

	rig_open_with(&rig, USER_ONLY, 1, tell, &told);
	spend(&rig, 1);
	is_int(told.events[told.count - 1].edge, SEEP_EDGE_SPENT, "it is spent");
	told.count = 0;
	(void)seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared);
	rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
	is_int(told.count, 0, "nothing is told of what is cleared");
	rig_send(&rig, 1, "m.far.com");
	(void)send_all(&rig, 1, "far.com", 1000);
	is_int(told.count, 2, "then it crosses both lines again");
	is_int(told.events[1].edge, SEEP_EDGE_SPENT, "up to being spent");
	rig_close(&rig);
}

/* What is charged to a meter that is cleared meanwhile is given back without harm. */
static void test_clear_under_way(void)
{
	const struct seep_address user = address_v4(1);
	struct seep_reservation held;
	struct seep_cleared cleared;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
	rig_ask(&rig, 1, rig_fresh(&rig, "far.com"), &held);
	(void)seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared);
	seep_engine_release(rig.thread, &held);
	(void)seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared);
	is_int(cleared.level_mbit, 0, "it is empty");
	is_balanced(&rig, 2, "given back");
	rig_close(&rig);
}

static void test_clear_dga(void)
{
	const struct seep_address user = address_v4(1);
	struct seep_cleared cleared;
	struct rig rig;
	char text[32];

	rig_open(
		&rig,
		"learning: 0\ndga-action: refuse\nuser-budget: 1g\ndomain-budget: 1g\n" NETWORK_FREE);
	for (unsigned n = 0; n < 8; n++) {
		snprintf(text, sizeof(text), "qzx%u.com", n);
		const struct wire wire = wire_of(text);
		const struct seep_observation observation = query_of(1, &wire, rig.now_ms);

		if (rig_send(&rig, 1, text).outcome != SEEP_REFUSE)
			seep_engine_answered(rig.thread, &observation, &rig.last,
					     SEEP_EXISTENCE_NO);
	}
	is_stat(&rig, "users.dga", 1, "it looks for generated domains");
	is_verdict(rig_send(&rig, 1, "other.com"), SEEP_REFUSE, SEEP_METER_DGA, "refused");
	ok(seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared) && cleared.was_spent &&
		   cleared.other_mbit >= 17500,
	   "cleared: it was spent, at %" PRIu64 " mbit", cleared.other_mbit);
	is_stat(&rig, "users.dga", 0, "it does not any more");
	is_verdict(rig_send(&rig, 1, "other.com"), SEEP_PASS, SEEP_METER_NONE, "passed");
	rig_close(&rig);
}

static void test_clear_network(void)
{
	const struct seep_address user = address_v4(1), far = address_v4(9 << 16);
	struct seep_cleared cleared;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nnetwork-budget: 1000\n"
		       "network-refill: 0\nuser-refill: 0\n");
	spend(&rig, 1);
	is_verdict(rig_send(&rig, 2, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_NETWORK,
		   "a spent network");
	(void)seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared);
	ok(cleared.is_network_spent && !cleared.was_spent, "clearing a user says that");
	ok(!seep_engine_clear_network(rig.engine, &far, rig.now_ms, &cleared), "no such network");
	ok(seep_engine_clear_network(rig.engine, &user, rig.now_ms, &cleared), "cleared");
	ok(cleared.was_spent && cleared.level_mbit > 7900000 && cleared.prefix_bits == 24 &&
		   cleared.address.bytes[3] == 0,
	   "what it was: %" PRIu64 " mbit", cleared.level_mbit);
	is_stat(&rig, "networks.spent", 0, "none is spent");
	is_verdict(rig_send(&rig, 2, rig_fresh(&rig, "far.com")), SEEP_PASS, SEEP_METER_NONE,
		   "passed");
	(void)seep_engine_clear_user(rig.engine, &user, rig.now_ms, &cleared);
	ok(!cleared.is_network_spent, "and a user's is not any more");
	rig_close(&rig);
}

static void test_clear_newcomers(void)
{
	const struct seep_address user = address_v4(1);
	struct seep_cleared cleared;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nnetwork-budget: 1000\n"
		       "network-refill: 0\nuser-refill: 0\n");
	rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
	rig.now_ms += 2 * DAY_MS;
	spend(&rig, 2);
	is_verdict(rig_send(&rig, 3, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_NETWORK,
		   "newcomers have spent theirs");
	ok(seep_engine_clear_network(rig.engine, &user, rig.now_ms, &cleared) && cleared.was_spent,
	   "cleared");
	ok(cleared.other_mbit > 7900000 && cleared.level_mbit < 1000000,
	   "%" PRIu64 " mbit was theirs, %" PRIu64 " of the others", cleared.other_mbit,
	   cleared.level_mbit);
	is_verdict(rig_send(&rig, 3, rig_fresh(&rig, "far.com")), SEEP_PASS, SEEP_METER_NONE,
		   "passed");
	rig_close(&rig);
}

static void test_clear_domain(void)
{
	const struct wire name = wire_of("a.b.far.com"), other = wire_of("a.b.near.com");
	struct seep_cleared cleared;
	struct rig rig;

	rig_open(&rig, DOMAIN_ONLY);
	(void)send_all(&rig, 1, "far.com", 1000);
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_DOMAIN,
		   "a spent domain");
	ok(!seep_engine_clear_domain(rig.engine, other.bytes, other.size, rig.now_ms, &cleared),
	   "no such domain");
	ok(seep_engine_clear_domain(rig.engine, name.bytes, name.size, rig.now_ms, &cleared),
	   "by a name in it");
	ok(cleared.was_spent && cleared.level_mbit > 600000 && cleared.name_at == 4,
	   "what it was: %" PRIu64 " mbit, at byte %u", cleared.level_mbit, cleared.name_at);
	is_stat(&rig, "domains.spent", 0, "none is spent");
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_PASS, SEEP_METER_NONE,
		   "passed");
	rig_close(&rig);
}

/* ---- learning ---- */

static void test_learn_end(void)
{
	struct rig rig;

	rig_open(&rig, "learning: 7d\nuser-budget: 100\nuser-refill: 0\n" NETWORK_FREE);
	(void)send_all(&rig, 1, "far.com", 200);
	is_stat(&rig, "mode", 1, "learning");
	ok(rig_stat(&rig, "would_refuse.user") > 0, "nothing is refused");
	ok(seep_engine_learn_until(rig.engine, rig.now_ms, rig.now_ms), "it ends now");
	is_stat(&rig, "mode", 3, "guarding");
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "from the next query on");
	is_int(seep_engine_learning_until_ms(rig.engine), NOW_MS, "it ended then");
	ok(!seep_engine_learn_until(rig.engine, rig.now_ms + DAY_MS, rig.now_ms),
	   "what has ended does not go on");
	is_int(seep_engine_learning_until_ms(rig.engine), NOW_MS, "nothing has changed");
	rig_close(&rig);
}

/* What was learned until then is a budget of one's own. */
static void test_learn_end_teaches(void)
{
	struct rig rig;

	rig_open(&rig, "learning: 7d\nmemory-size: 1m\n");
	(void)send_all(&rig, 1, "far.com", 60);
	rig.now_ms += 2 * DAY_MS;
	(void)send_all(&rig, 1, "far.com", 60);
	ok(seep_engine_learn_until(rig.engine, rig.now_ms, rig.now_ms), "it ends after two days");
	rig.now_ms += 1000;
	rig_send(&rig, 1, rig_fresh(&rig, "far.com"));
	ok(rig_stat(&rig, "users.raised") == 1, "who needed more has more");
	rig_close(&rig);
}

static void test_learn_extend(void)
{
	struct rig rig;

	rig_open(&rig, "learning: 1d\nuser-budget: 100\nuser-refill: 0\n" NETWORK_FREE);
	ok(seep_engine_learn_until(rig.engine, NOW_MS + 3 * DAY_MS, rig.now_ms), "two days more");
	rig.now_ms = NOW_MS + 3 * DAY_MS - 1;
	is_int(seep_engine_mode(rig.engine, rig.now_ms), SEEP_MODE_LEARNING, "learning to the end");
	rig.now_ms++;
	is_int(seep_engine_mode(rig.engine, rig.now_ms), SEEP_MODE_GUARD, "and no longer");
	ok(!seep_engine_learn_until(rig.engine, NOW_MS + 9 * DAY_MS, rig.now_ms),
	   "then it is over");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_excepted);
	tap_run(test_excepted_user);
	tap_run(test_explained);
	tap_run(test_under_way);
	tap_run(test_threads);
	tap_run(test_clear_user);
	tap_run(test_clear_policy);
	tap_run(test_clear_tells);
	tap_run(test_clear_under_way);
	tap_run(test_clear_dga);
	tap_run(test_clear_network);
	tap_run(test_clear_newcomers);
	tap_run(test_clear_domain);
	tap_run(test_learn_end);
	tap_run(test_learn_end_teaches);
	tap_run(test_learn_extend);
	return done();
}
