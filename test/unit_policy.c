/* SPDX-License-Identifier: BSD-3-Clause */
/* Policies by netblock and by domain, and vital domains: which one counts, and what it changes. */
#include "fixture_engine.h"

/* 10.0.9.0/24 and 10.0.10.0/24, as address_v4 counts. */
#define NINE(n) (9u << 8 | (n))
#define TEN(n)  (10u << 8 | (n))

#define SENT 400

static void test_lines(void)
{
	static const char text[] = "policy: 10.0.0.0/8 flag\n"
				   "policy: \"10.1.0.0/16 refuse budget 4k\" # the laboratory\n"
				   "policy: \"10.2.0.0/16\"   refuse\trefill 64 budget 1k\n"
				   "policy: 2001:db8::/32 ignore#not a comment\n";
	struct seep_conf_error error;
	struct seep_conf conf;
	const struct seep_policy *found;

	is_int(seep_conf_parse(&conf, text, strlen(text), "seep.conf", &error), SEEP_CONF_BAD,
	       "a \"#\" behind a word is of it");
	is_str(error.text, "policy: \"ignore#not\" is no treatment", "said");
	is_int(error.line, 4, "by its line");
	is_int(seep_conf_parse(&conf, text, strlen(text) - strlen("#not a comment\n"), "seep.conf",
			       &error),
	       SEEP_CONF_OK, "policies parse");
	found = seep_policies_find(conf.policies, (const uint8_t[]){ 10, 2, 0, 1 }, 4);
	ok(found && found->treatment == SEEP_TREATMENT_REFUSE && found->budget_bytes == 1024 &&
		   found->refill_bytes_per_day == 64 && found->line == 3,
	   "one with all words");
	found = seep_policies_find(conf.policies, (const uint8_t[]){ 10, 1, 2, 3 }, 4);
	ok(found && found->budget_bytes == 4096 && found->refill_bytes_per_day == SEEP_AUTO,
	   "one in quotes");
	found = seep_policies_find(conf.policies, (const uint8_t[]){ 10, 3, 0, 1 }, 4);
	ok(found && found->treatment == SEEP_TREATMENT_FLAG && !found->budget_bytes,
	   "beside them the one around");
	ok(!seep_policies_find(conf.policies, (const uint8_t[]){ 11, 0, 0, 1 }, 4), "none outside");
	seep_conf_release(&conf);
}

static void test_bad_lines(void)
{
	static const struct {
		const char *text, *said, *expected;
	} cases[] = {
		{ "policy: 10.0.0.0/8\n", "policy: \"10.0.0.0/8\" is not whole",
		  "a netblock, then ignore, flag or refuse, then perhaps budget and a size, and "
		  "refill and a size" },
		{ "policy: 10.0.0.0/8 deny\n", "policy: \"deny\" is no treatment",
		  "ignore, flag or refuse" },
		{ "policy: 10.1.0.0/8 flag\n",
		  "policy: \"10.1.0.0/8\" has bits set beyond its prefix", "10.0.0.0/8" },
		{ "policy: ten flag\n", "policy: \"ten\" is not an IPv4 or IPv6 address",
		  "a netblock such as 192.0.2.0/24 or 2001:db8::/32" },
		{ "policy: 10.0.0.0/8 flag budget\n",
		  "policy: \"10.0.0.0/8 flag budget\" is not well-formed", "a netblock, then" },
		{ "policy: 10.0.0.0/8 flag budget 1k budget 2k\n",
		  "policy: \"10.0.0.0/8 flag budget 1k budget 2k\" is not well-formed",
		  "a netblock, then" },
		{ "policy: 10.0.0.0/8 flag 1k\n",
		  "policy: \"10.0.0.0/8 flag 1k\" is not well-formed", "a netblock, then" },
		{ "policy: 10.0.0.0/8 flag budget 1k refill 1 x\n",
		  "policy: \"10.0.0.0/8 flag budget 1k refill 1 x\" has too many words",
		  "a netblock, then" },
		{ "policy: 10.0.0.0/8 flag budget 3\n", "budget: \"3\" is out of range",
		  "a size from 16 to 1g" },
		{ "policy: 10.0.0.0/8 ignore budget 1k\n",
		  "policy: a budget for those who are not metered", "ignore alone" },
		{ "policy: 10.0.0.1 flag\npolicy: 10.0.0.0/8 flag\npolicy: 10.0.0.1/32 refuse\n",
		  "policy: 10.0.0.1/32 has a policy on line 1 already",
		  "each netblock at most once" },
		{ "domain-policy: example.com\n", "domain-policy: \"example.com\" is not whole",
		  "a domain name, then ignore, flag or refuse" },
		{ "domain-policy: example.com flag budget 1k\n",
		  "domain-policy: \"example.com flag budget 1k\" has too many words",
		  "a domain name, then" },
		{ "domain-policy: 10.0.0.1 flag\n",
		  "domain-policy: \"10.0.0.1\" ends in a number, as an address does",
		  "a domain name such as example.com" },
		{ "domain-policy: a.com flag\ndomain-policy: *.A.com. refuse\n",
		  "domain-policy: \"*.A.com.\" is given twice", "each domain at most once" },
		{ "policy: \"10.0.0.0/8 flag\n", "policy: no closing \" on this line", "a quote" },
		{ "action: flag flag\n", "action: \"flag\" after the value", "one value" },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		struct seep_conf_error error;
		struct seep_conf conf;

		is_int(seep_conf_parse(&conf, cases[at].text, strlen(cases[at].text), "seep.conf",
				       &error),
		       SEEP_CONF_BAD, "bad: %s", cases[at].text);
		is_str(error.text, cases[at].said, "it says");
		ok(strncmp(error.expected, cases[at].expected, strlen(cases[at].expected)) == 0,
		   "and expects %s", error.expected);
		ok(!conf.policies && !conf.domain_policies, "and nothing is kept");
		seep_conf_release(&conf);
	}
}

/* The most specific of many, as a plain search finds it. */
static void test_specific(void)
{
	static struct seep_policy all[600];
	struct seep_policies *policies = NULL;
	uint64_t seed = 3;
	unsigned count = 0, wrong = 0;
	bool added;

	while (count < COUNT(all)) {
		uint8_t addr[16] = { 10, (uint8_t)(random_next(&seed) % 3),
				     (uint8_t)(random_next(&seed) % 4),
				     (uint8_t)random_next(&seed) };
		struct seep_policy policy = { .treatment = SEEP_TREATMENT_FLAG, .line = count + 1 };
		char text[64];

		policy.block.prefix_bits = (uint8_t)(random_next(&seed) % 25 + 8);
		for (unsigned bit = policy.block.prefix_bits; bit < 32; bit++)
			addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		snprintf(text, sizeof(text), "%u.%u.%u.%u/%u", addr[0], addr[1], addr[2], addr[3],
			 policy.block.prefix_bits);
		if (seep_netblock_parse(&policy.block, text) != SEEP_NETBLOCK_OK)
			ok(false, "%s", text);
		all[count++] = policy;
		if (seep_policies_add(&policies, &policy, &added) || !added)
			count--; /* it was there */
		if (random_next(&seed) % 200 == 0)
			break;
	}
	for (unsigned n = 0; n < 20000; n++) {
		const uint8_t addr[4] = { 10, (uint8_t)(random_next(&seed) % 4),
					  (uint8_t)(random_next(&seed) % 5),
					  (uint8_t)random_next(&seed) };
		const struct seep_policy *found = seep_policies_find(policies, addr, 4),
					 *best = NULL;
		struct seep_netblock asked;

		seep_netblock_of_address(&asked, addr, 4);
		for (unsigned at = 0; at < count; at++)
			if (seep_netblock_covers(&all[at].block, &asked) &&
			    (!best || all[at].block.prefix_bits > best->block.prefix_bits))
				best = &all[at];
		wrong += best ? !found || found->line != best->line : found != NULL;
	}
	is_int(wrong, 0, "of %u netblocks the most specific one is found", count);
	seep_policies_destroy(policies);
}

/* How many of SENT fresh names go, and what their class is. */
static unsigned send_as(struct rig *rig, uint32_t user, const char *domain)
{
	return send_all(rig, user, domain, SENT);
}

static void test_netblocks(void)
{
	static const struct {
		const char *text, *conf;
		bool all_go, charged;
	} cases[] = {
		{ "no policy", "", false, true },
		{ "ignore", "policy: 10.0.9.0/24 ignore\n", true, false },
		{ "flag", "policy: 10.0.9.0/24 flag\n", true, true },
		{ "refuse", "policy: 10.0.9.0/24 refuse\n", false, true },
		{ "action: flag", "action: flag\n", true, true },
		{ "refuse under action: flag", "action: flag\npolicy: 10.0.9.0/24 refuse\n", false,
		  true },
		{ "the wider one does not count",
		  "policy: 10.0.0.0/8 flag\npolicy: 10.0.9.0/24 refuse\n", false, true },
		{ "the more specific one does",
		  "policy: 10.0.0.0/8 refuse\npolicy: 10.0.9.1 ignore\n", true, false },
		{ "exempt comes before", "policy: 10.0.9.1 refuse\nexempt-user: 10.0.9.0/24\n",
		  true, false },
		{ "learning comes before", "policy: 10.0.9.1 refuse\n", true, true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char conf[512];
		struct rig rig;

		snprintf(conf, sizeof(conf), "%s%s",
			 strncmp(cases[i].text, "learning", 8) == 0
				 ? "user-budget: 1000\ndomain-budget: 1g\n" NETWORK_FREE
				 : USER_ONLY,
			 cases[i].conf);
		rig_open(&rig, conf);
		is_bool(send_as(&rig, NINE(1), "far.com") == SENT, cases[i].all_go,
			"%s: all names go, or not", cases[i].text);
		is_bool(rig_stat(&rig, "bits"), cases[i].charged, "%s: charged, or not",
			cases[i].text);
		is_bool(rig_stat(&rig, "users"), cases[i].charged, "%s: counted, or not",
			cases[i].text);
		is_bool(rig_stat(&rig, "would_refuse.user") > 0,
			cases[i].all_go && cases[i].charged, "%s: told, or not", cases[i].text);
		rig_close(&rig);
	}
}

/* A user by its MAC address has the policy of that, and of no netblock. */
static void test_mac(void)
{
	static const char text[] =
		"policy: 0.0.0.0/0 flag\npolicy: 02:00:5E:00:53:01 refuse budget 2k\n";
	static const uint8_t own[10] = { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 1 };
	static const uint8_t other[10] = { 192, 0, 2, 0, 2, 0, 0x5e, 0, 0x53, 2 };
	const struct seep_policy *found;
	struct seep_conf_error error;
	struct seep_conf conf;

	is_int(seep_conf_parse(&conf, text, strlen(text), "seep.conf", &error), SEEP_CONF_OK,
	       "a policy of a MAC address");
	found = seep_policies_find(conf.policies, own, sizeof(own));
	ok(found && found->line == 2 && found->budget_bytes == 2048, "is who has it");
	ok(!seep_policies_find(conf.policies, other, sizeof(other)), "and nobody else");
	ok(seep_policies_find(conf.policies, own, 4), "an address has its netblock's");
	seep_conf_release(&conf);
	is_int(seep_conf_parse(&conf, "exempt-user: 02:00:5e:00:53:01@192.0.2.0\n", 41, "seep.conf",
			       &error),
	       SEEP_CONF_BAD, "as seepctl shows it");
	ok(strstr(error.expected, "a MAC address alone") != NULL, "it is said what is expected");
	seep_conf_release(&conf);
	is_int(seep_conf_parse(&conf, "trusted-forwarder: 02:00:5e:00:53:01\n", 37, "seep.conf",
			       &error),
	       SEEP_CONF_BAD, "a forwarder has an address");
	seep_conf_release(&conf);
}

/* Others than those of the netblock are as before. */
static void test_beside(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY "policy: 10.0.9.0/24 flag\n");
	is_int(send_as(&rig, NINE(1), "far.com"), SENT, "in the netblock all go");
	ok(send_as(&rig, TEN(1), "away.com") < SENT, "beside it not");
	rig_close(&rig);
}

/* A policy's budget is the user's, whatever learning taught, and its network or domain has. */
static void test_budget(void)
{
	static const struct {
		const char *text, *conf;
		uint64_t bytes;
	} cases[] = {
		{ "less than a newcomer's", "policy: 10.0.9.0/24 refuse budget 500 refill 0\n",
		  500 },
		{ "more than a newcomer's", "policy: 10.0.9.0/24 refuse budget 3k refill 0\n",
		  3072 },
		{ "more than any network's", "policy: 10.0.9.1 refuse budget 70k refill 0\n",
		  71680 },
		{ "of a network of its own", "policy: 10.0.9.0/24 refuse budget 70k refill 0\n",
		  71680 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char conf[256];
		struct rig rig;

		snprintf(conf, sizeof(conf), "learning: 0\nmemory-size: 4m\n%s", cases[i].conf);
		rig_open(&rig, conf);
		send_all(&rig, NINE(1), "far.com", 100000);
		is_filled(&rig, cases[i].bytes * 8000, cases[i].text);
		is_stat(&rig, "users.spent", 1, cases[i].text);
		rig_close(&rig);
	}
}

/* A single address with a budget of its own takes nothing of its network's. */
static void test_alone(void)
{
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nnetwork-budget: 4k\n"
		       "policy: 10.0.9.1 refuse budget 8k\n");
	ok(send_all(&rig, NINE(1), "far.com", 2000) > 500, "it sends what its budget allows");
	ok(send_all(&rig, NINE(2), "away.com", 2000) > 300, "and its neighbour what the network's");
	is_verdict(rig_send(&rig, NINE(2), rig_fresh(&rig, "away.com")), SEEP_REFUSE,
		   SEEP_METER_NETWORK, "until that is spent");
	rig_close(&rig);
}

static void test_refill(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY "policy: 10.0.9.0/24 refuse refill 1000\n");
	send_all(&rig, NINE(1), "far.com", 1000);
	send_all(&rig, TEN(1), "away.com", 1000);
	rig.now_ms += SEEP_DAY_S * 1000;
	ok(send_all(&rig, NINE(1), "far.com", 1000) > 50, "a refill alone drains the meter");
	is_int(send_all(&rig, TEN(1), "away.com", 1000), 0, "of its netblock only");
	rig_close(&rig);
}

static void test_domains(void)
{
	static const struct {
		const char *text, *conf;
		bool all_go, charged;
	} cases[] = {
		{ "ignore", "domain-policy: far.com ignore\n", true, false },
		{ "flag", "domain-policy: far.com flag\n", true, true },
		{ "flag above", "domain-policy: com flag\n", true, true },
		{ "beside", "domain-policy: notfar.com flag\n", false, true },
		{ "only the end of a label", "domain-policy: ar.com flag\n", false, true },
		{ "refuse under action: flag", "action: flag\ndomain-policy: far.com refuse\n",
		  false, true },
		{ "the more specific one",
		  "domain-policy: com ignore\ndomain-policy: far.com refuse\n", false, true },
		{ "before the user's", "policy: 10.0.9.1 flag\ndomain-policy: far.com refuse\n",
		  false, true },
		{ "before the user's, milder",
		  "policy: 10.0.9.1 refuse\ndomain-policy: far.com flag\n", true, true },
		{ "a user that is ignored",
		  "policy: 10.0.9.1 ignore\ndomain-policy: far.com refuse\n", true, false },
		{ "allow-domain comes before", "allow-domain: com\ndomain-policy: far.com refuse\n",
		  true, false },
		{ "vital", "vital: far.com\n", true, true },
		{ "vital above", "vital: com\n", true, true },
		{ "vital comes before",
		  "vital: com\ndomain-policy: far.com refuse\npolicy: 10.0.9.1 refuse\n", true,
		  true },
		{ "vital elsewhere", "vital: notfar.com\n", false, true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char conf[512];
		struct rig rig;

		snprintf(conf, sizeof(conf), "%s%s", USER_ONLY, cases[i].conf);
		rig_open(&rig, conf);
		is_bool(send_as(&rig, NINE(1), "far.com") == SENT, cases[i].all_go,
			"%s: all names go, or not", cases[i].text);
		is_bool(rig_stat(&rig, "bits"), cases[i].charged, "%s: charged, or not",
			cases[i].text);
		is_stat(&rig, "refused.user", !cases[i].all_go, cases[i].text);
		is_balanced(&rig, cases[i].all_go ? SENT : rig_stat(&rig, "sent") + 1,
			    cases[i].text);
		rig_close(&rig);
	}
}

/* What goes to a vital domain takes from the budget, and counts as what would be refused. */
static void test_vital_is_charged(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY "vital: updates.com\n");
	is_int(send_all(&rig, 1, "updates.com", SENT), SENT, "nothing there is refused");
	ok(rig_stat(&rig, "would_refuse.user") > 0, "it is told");
	is_int(send_all(&rig, 1, "far.com", SENT), 0,
	       "the user's budget is spent for other places");
	is_int(send_all(&rig, 1, "updates.com", SENT), SENT, "and not for that");
	rig_close(&rig);
}

/* The DGA meter and the domain's refuse nothing of what is vital, or flagged by a policy. */
static void test_other_meters(void)
{
	static const char *const confs[] = { "vital: far.com\n", "domain-policy: far.com flag\n",
					     "policy: 10.0.0.0/8 flag\n" };

	for (size_t i = 0; i < COUNT(confs); i++) {
		char conf[512];
		struct rig rig;

		snprintf(conf, sizeof(conf), "%s%s", DOMAIN_ONLY, confs[i]);
		rig_open(&rig, conf);
		is_int(send_all(&rig, 1, "far.com", SENT), SENT, "the domain's meter: %s",
		       confs[i]);
		ok(rig_stat(&rig, "would_refuse.domain") > 0, "which would refuse");
		rig_close(&rig);
	}
}

static void test_may_refuse(void)
{
	static const struct {
		const char *conf;
		bool wanted;
	} cases[] = {
		{ "learning: 0\n", true },
		{ "learning: 1d\n", false },
		{ "learning: 0\naction: flag\n", false },
		{ "learning: 0\naction: flag\npolicy: 10.0.0.0/8 flag\n", false },
		{ "learning: 0\naction: flag\npolicy: 10.0.0.0/8 refuse\n", true },
		{ "learning: 0\naction: flag\ndomain-policy: far.com refuse\n", true },
		{ "learning: 1d\naction: flag\ndomain-policy: far.com refuse\n", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rig rig;

		rig_open(&rig, cases[i].conf);
		is_bool(seep_engine_may_refuse(rig.engine, rig.now_ms), cases[i].wanted,
			"may it refuse? %s", cases[i].conf);
		rig_close(&rig);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_lines);
	tap_run(test_bad_lines);
	tap_run(test_specific);
	tap_run(test_netblocks);
	tap_run(test_mac);
	tap_run(test_beside);
	tap_run(test_budget);
	tap_run(test_alone);
	tap_run(test_refill);
	tap_run(test_domains);
	tap_run(test_vital_is_charged);
	tap_run(test_other_meters);
	tap_run(test_may_refuse);
	return done();
}
