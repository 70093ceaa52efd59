/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is explained of a query is what asking it then does: the price, whose pieces add up to it,
 * the meters, the verdict; and explaining changes nothing.
 */
#include "fixture_engine.h"

#include "engine/explain.h"
#include "engine/internal.h"

static struct rig rig;
static struct seep_explanation explained;

static void explain(const struct seep_observation *observation)
{
	seep_engine_explain(rig.engine, observation, &explained);
}

static int64_t sum_of_pieces(void)
{
	int64_t sum = 0;

	for (unsigned at = 0; at < explained.pieces.count; at++)
		sum += explained.pieces.list[at].mbit;
	return sum;
}

/* Of each outcome, how often it was explained. */
static unsigned outcomes[SEEP_REFUSE + 1];

/* Explains, asks and commits; true if both agree in everything. */
static bool agrees(const struct seep_observation *observation)
{
	struct seep_reservation reservation;
	struct seep_verdict verdict;
	struct seep_name name;
	uint64_t level_mbit;

	explain(observation);
	verdict = seep_engine_ask(rig.thread, observation, &reservation, &name);
	if (verdict.outcome != SEEP_REFUSE)
		seep_engine_commit(rig.thread, &reservation, observation->when_ms);
	level_mbit = explained.verdict.meter == SEEP_METER_USER      ? explained.user.level_mbit
		     : explained.verdict.meter == SEEP_METER_NETWORK ? explained.network.level_mbit
								     : explained.domain.level_mbit;
	outcomes[verdict.outcome]++;
	return verdict.outcome == explained.verdict.outcome &&
	       verdict.meter == explained.verdict.meter && reservation.class == explained.class &&
	       reservation.charge_mbit == explained.price_mbit &&
	       reservation.user_charge_mbit == explained.user_charge_mbit &&
	       (int64_t)reservation.charge_mbit == sum_of_pieces() &&
	       (verdict.outcome != SEEP_REFUSE || reservation.level_mbit == level_mbit);
}

static void random_name(uint64_t *random, char text[256])
{
	static const char *const labels[] = { "www", "mail",   "a-host",    "0123456789abcdef",
					      "7",   "q7xk2p", "\\200\\201" };
	static const char *const domains[] = { "a.example",
					       "b.example",
					       "c.co.uk",
					       "few.example",
					       "2.0.192.in-addr.arpa",
					       "8.b.d.0.1.0.0.2.ip6.arpa" };
	uint64_t n = random_next(random);

	text[0] = '\0';
	for (unsigned count = n % 4; count; count--, n /= 7)
		sprintf(text + strlen(text), "%s%.0u.", labels[n / 4 % COUNT(labels)],
			(unsigned)(n >> 40 & 3));
	n = random_next(random);
	if (n % 11 == 0)
		sprintf(text + strlen(text), "1.2.3.%u.", (unsigned)(n >> 32 & 15));
	if (n % 13 == 0)
		sprintf(text + strlen(text), "new%u.example", (unsigned)(n >> 32 & 255));
	else
		strcat(text, domains[n / 11 % COUNT(domains)]);
}

/* Users of one network and of others, in a few domains, for days. */
static void test_agrees(void)
{
	static const uint16_t types[] = { 1, 28, 16, 65, 12, 999 };
	static const char *const confs[] = {
		"learning: 0\nuser-budget: 100\nuser-refill: 20\ndomain-budget: 60\n",
		"learning: 1d\n",
		"learning: 0\naction: flag\nuser-budget: 100\n",
		"learning: 0\nnetwork-budget: 600\nflag-at: 20\n",
		"learning: 0\nuser-budget: 100\nuser-refill: 20\ndomain-budget: 60\n"
		"policy: 10.0.0.0/23 flag budget 200\npolicy: 10.0.0.40 ignore\n"
		"policy: 10.0.0.80 refuse budget 50 refill 8\ndomain-policy: a.example ignore\n"
		"domain-policy: b.example refuse\nvital: few.example\n",
	};
	uint64_t random = 17;

	for (size_t conf = 0; conf < COUNT(confs); conf++) {
		unsigned good = 0;

		rig_open(&rig, confs[conf]);
		memset(outcomes, 0, sizeof(outcomes));
		for (unsigned turn = 0; turn < 6000; turn++) {
			uint64_t n = random_next(&random);
			struct seep_observation observation;
			struct wire wire;
			char text[256];

			random_name(&random, text);
			wire = wire_of(text);
			rig.now_ms += n % 60000;
			observation = query_of((uint32_t)(n >> 20) % 24 * 40, &wire, rig.now_ms);
			observation.type = types[n / 64 % COUNT(types)];
			observation.checking_disabled = n % 17 == 0;
			if (agrees(&observation))
				good++;
			else if (turn - good < 3)
				printf("# %s: %d %d, %" PRIu64 " and %" PRId64 "\n", text,
				       explained.verdict.outcome, explained.verdict.meter,
				       explained.price_mbit, sum_of_pieces());
		}
		is_int(good, 6000, "conf %zu: as explained (passed %u, flagged %u, %u, refused %u)",
		       conf, outcomes[0], outcomes[1], outcomes[2], outcomes[3]);
		rig_close(&rig);
	}
}

static void test_changes_nothing(void)
{
	static const char *const names[] = { "www.a.example", "ftp.a.example", "www.new.example",
					     "other.b.example" };
	unsigned char *before;
	struct wire wire;

	rig_open(&rig, "learning: 1d\nmemory-size: 1m\n");
	for (uint32_t user = 1; user < 30; user++)
		rig_send(&rig, user, "www.a.example");
	before = malloc(rig.engine->memory_bytes);
	memcpy(before, seep_block_memory(rig.engine->memory), rig.engine->memory_bytes);
	rig.now_ms += 1000;
	for (unsigned at = 0; at < COUNT(names); at++)
		for (uint32_t user = 1; user < 60; user += 7) {
			struct seep_observation observation;

			wire = wire_of(names[at]);
			observation = query_of(user, &wire, rig.now_ms);
			explain(&observation);
			if (!explained.is_charged)
				ok(false, "it is charged");
		}
	ok(memcmp(before, seep_block_memory(rig.engine->memory), rig.engine->memory_bytes) == 0,
	   "not a byte of all tables has changed");
	is_stat(&rig, "queries", 0, "no query is counted");
	is_stat(&rig, "inflight", 0, "none is in flight");
	is_int(seep_engine_users(rig.engine), 29, "nobody was made");
	is_int(atomic_load(&rig.engine->learned.misfits), 0, "no misfit is counted");
	free(before);
	rig_close(&rig);
}

/* In the last day of learning, what fits no budget is counted: but not what is explained. */
static void test_misfit(void)
{
	struct wire wire;
	struct seep_observation observation;

	rig_open(&rig, "learning: 1d\n");
	rig.now_ms += DAY_MS / 2;
	send_all(&rig, 1, "a.example", 4000);
	ok(atomic_load(&rig.engine->learned.misfits) > 0, "queries that fit no budget");
	atomic_store(&rig.engine->learned.misfits, 0);
	wire = wire_of(rig_fresh(&rig, "a.example"));
	observation = query_of(1, &wire, rig.now_ms);
	explain(&observation);
	is_int(atomic_load(&rig.engine->learned.misfits), 0, "none by one that is explained");
	ok(rig_send(&rig, 1, rig.fresh_name).outcome != SEEP_REFUSE &&
		   atomic_load(&rig.engine->learned.misfits) == 1,
	   "one by the query itself");
	rig_close(&rig);
}

static void test_classes(void)
{
	struct wire wire = wire_of("x.allowed.example");
	struct seep_observation observation = query_of(1, &wire, NOW_MS);

	rig_open(&rig, "learning: 0\nallow-domain: allowed.example\nexempt-user: 10.0.0.9\n");
	explain(&observation);
	ok(explained.class == SEEP_CLASS_ALLOWED && !explained.is_charged, "allowed");
	wire = wire_of("x.other.example");
	observation = query_of(9, &wire, NOW_MS);
	explain(&observation);
	ok(explained.class == SEEP_CLASS_EXEMPT && !explained.is_charged, "exempt");
	observation = query_of(1, &wire, NOW_MS);
	explain(&observation);
	ok(explained.class == SEEP_CLASS_CHARGED && explained.is_charged &&
		   !explained.user.is_there && !explained.domain.is_there && explained.is_rare,
	   "charged, of a user and a domain that are not there yet");
	rig_close(&rig);
}

/* Which rule says that nothing is refused, and the budget of a policy. */
static void test_rules(void)
{
	static const struct {
		const char *name;
		uint32_t user;
		enum seep_class class;
		enum seep_mode mode;
		enum seep_rule rule;
		uint64_t budget_bytes;
	} cases[] = {
		{ "x.a.com", 1, SEEP_CLASS_CHARGED, SEEP_MODE_GUARD, SEEP_RULE_ACTION, 100 },
		{ "x.a.com", 2, SEEP_CLASS_CHARGED, SEEP_MODE_FLAG, SEEP_RULE_POLICY, 64 },
		{ "x.a.com", 3, SEEP_CLASS_EXEMPT, SEEP_MODE_PASSTHROUGH, SEEP_RULE_VITAL, 0 },
		{ "x.vital.com", 1, SEEP_CLASS_CHARGED, SEEP_MODE_FLAG, SEEP_RULE_VITAL, 100 },
		{ "x.flag.com", 1, SEEP_CLASS_CHARGED, SEEP_MODE_FLAG, SEEP_RULE_DOMAIN_POLICY,
		  100 },
		{ "x.refuse.com", 2, SEEP_CLASS_CHARGED, SEEP_MODE_GUARD, SEEP_RULE_DOMAIN_POLICY,
		  64 },
		{ "x.ignore.com", 1, SEEP_CLASS_ALLOWED, SEEP_MODE_PASSTHROUGH, SEEP_RULE_VITAL,
		  0 },
	};

	rig_open(&rig, "learning: 0\nuser-budget: 100\npolicy: 10.0.0.2 flag budget 64\n"
		       "policy: 10.0.0.3 ignore\nvital: vital.com\ndomain-policy: flag.com flag\n"
		       "domain-policy: refuse.com refuse\ndomain-policy: ignore.com ignore\n");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of(cases[i].name);
		struct seep_observation observation = query_of(cases[i].user, &wire, rig.now_ms);

		explain(&observation);
		is_int(explained.class, cases[i].class, "%s of user %u: its class", cases[i].name,
		       cases[i].user);
		if (!explained.is_charged)
			continue;
		is_int(explained.mode, cases[i].mode, "its mode");
		is_int(explained.rule, cases[i].rule, "what says so");
		is_int(explained.user.budget_mbit, cases[i].budget_bytes * 8000, "the budget");
	}
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_agrees);
	tap_run(test_changes_nothing);
	tap_run(test_misfit);
	tap_run(test_classes);
	tap_run(test_rules);
	return done();
}
