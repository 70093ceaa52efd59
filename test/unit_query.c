/* SPDX-License-Identifier: BSD-3-Clause */
/* A query packet by packet: which packets make its charge final, and which may not leave. */
#include "fixture.h"
#include "engine/query.h"

/* Only the user's meter matters; it holds 800,000 mbit, one long name or a few short ones. */
#define HUNDRED "learning: 0\nuser-budget: 100\nuser-refill: 0\ndomain-budget: 1g\n"

/* Less than any long name. */
#define SIXTEEN "learning: 0\nuser-budget: 16\nuser-refill: 0\ndomain-budget: 1g\n"

/* No word and no number: three of these hold more than 800 bits, 5.248 for each letter. */
#define LONG "q7zx9k2w5vj4q8z3x6k9w2v7j5q3z8x4k6w9v2j7q5z3x8k4w6v9j2"

/* A query and the bytes that it borrows. */
struct asked {
	struct wire wire;
	struct seep_query query;
};

static struct seep_verdict begin(struct rig *rig, struct asked *asked, const char *text,
				 const char *inside)
{
	*asked = (struct asked){ .wire = wire_of(text) };
	asked->query.observation = query_of(1, &asked->wire, rig->now_ms);
	if (inside) {
		asked->query.observation.internal = true;
		asked->query.inside_size = (uint8_t)wire_of(inside).size;
	}
	return seep_query_begin(rig->thread, &asked->query);
}

/* How a packet leaves. */
enum how { OUTSIDE, INSIDE, UNSURE };

static bool leaves(struct rig *rig, struct asked *asked, const char *text, enum how how)
{
	struct wire wire = wire_of(text);
	struct seep_packet packet = { .name = wire.bytes,
				      .name_size = wire.size,
				      .is_internal = how == INSIDE,
				      .is_unsure = how == UNSURE };

	return seep_query_may_send(rig->thread, &asked->query, &packet, rig->now_ms);
}

static void is_stat(struct rig *rig, const char *key, unsigned long long want, const char *text)
{
	is_int(rig_stat(rig, key), want, "%s: %s", text, key);
}

/* Every query ends in one of these; none is held any more. */
static void is_ended(struct rig *rig, const char *key, const char *text)
{
	static const char *const all[] = { "known",  "charged",      "internal",
					   "unsent", "refused.user", "stale" };

	for (size_t i = 0; i < COUNT(all); i++)
		is_stat(rig, all[i], strcmp(all[i], key) == 0, text);
	is_stat(rig, "inflight", 0, text);
}

/* One packet decides: a name above a domain that somebody pays for tells nothing. */
static void test_packets(void)
{
	static const struct {
		const char *name, *packet, *ends;
	} cases[] = {
		{ "a.b.example.com", "a.b.example.com", "charged" },
		{ "a.b.example.com", "b.example.com", "charged" },
		{ "a.b.example.com", "example.com", "charged" },
		{ "a.b.example.com", "com", "unsent" },
		{ "a.b.example.com", ".", "unsent" },
		{ "a.b.example.com", "target.example.net", "charged" },
		{ "a.b.example.com", "net", "charged" },
		{ "secret.dyn.github.io", "github.io", "charged" },
		{ "secret.dyn.github.io", "io", "unsent" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[80];
		struct asked asked;
		struct rig rig;

		snprintf(text, sizeof(text), "%s, packet %s", cases[i].name, cases[i].packet);
		rig_open(&rig, HUNDRED);
		is_int(begin(&rig, &asked, cases[i].name, NULL).outcome, SEEP_PASS, "%s: passes",
		       text);
		is_stat(&rig, "inflight", 1, text);
		ok(leaves(&rig, &asked, cases[i].packet, OUTSIDE), "%s: leaves", text);
		seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
		is_ended(&rig, cases[i].ends, text);
		is_stat(&rig, "users", strcmp(cases[i].ends, "unsent") != 0, text);
		rig_close(&rig);
	}
}

/* Charged once, however many packets leave. */
static void test_once(void)
{
	struct asked asked;
	struct rig rig;

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, "a.b.example.com", NULL);
	leaves(&rig, &asked, "b.example.com", OUTSIDE);
	unsigned long long bits = rig_stat(&rig, "bits.metered");
	leaves(&rig, &asked, "a.b.example.com", OUTSIDE);
	leaves(&rig, &asked, "ns.example.net", OUTSIDE);
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
	is_ended(&rig, "charged", "three packets");
	is_stat(&rig, "bits.metered", bits, "three packets: the first pays for all");
	rig_close(&rig);
}

static void test_refused(void)
{
	struct asked asked;
	struct rig rig;

	rig_open(&rig, HUNDRED);
	is_int(begin(&rig, &asked, LONG "." LONG "." LONG ".example.com", NULL).outcome,
	       SEEP_REFUSE, "more than the budget: refused");
	ok(!leaves(&rig, &asked, "example.com", OUTSIDE), "and no packet may leave for it");
	ok(!leaves(&rig, &asked, "com", OUTSIDE), "not even one that tells nothing");
	seep_query_assume_sent(rig.thread, &asked.query, rig.now_ms);
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_ended(&rig, "refused.user", "more than the budget");
	rig_close(&rig);
}

/* Counted at its end, as what became of it; until then it is under way. */
static void test_stale(void)
{
	struct asked asked;
	struct rig rig;

	rig_open(&rig, SIXTEEN);
	begin(&rig, &asked, LONG "." LONG "." LONG ".example.com", NULL);
	is_stat(&rig, "inflight", 1, "refused, and not yet answered");
	is_stat(&rig, "refused.user", 0, "refused, and not yet answered");
	asked.query.is_stale = true;
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
	is_ended(&rig, "stale", "answered from the cache");
	is_stat(&rig, "bits", 0, "answered from the cache");
	is_stat(&rig, "users.spent", 1, "answered from the cache: its user is spent all the same");
	rig_close(&rig);

	rig_open(&rig, SIXTEEN);
	begin(&rig, &asked, LONG "." LONG "." LONG ".corp.example", "corp.example");
	leaves(&rig, &asked, "www.corp.example", INSIDE);
	ok(!leaves(&rig, &asked, "www.example.net", OUTSIDE), "stopped on its way out");
	is_stat(&rig, "inflight", 1, "stopped on its way out");
	asked.query.is_stale = true;
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
	is_ended(&rig, "stale", "stopped on its way out, and answered from the cache");
	rig_close(&rig);
}

/* What this user has on its meter, in thousandths of the budget. */
static uint64_t level_of(struct rig *rig)
{
	return rig_stat(rig, "bits.metered") * 1000 / 800;
}

/* Sends known names in no order, as the host does that may have old answers, until one is refused;
 * with INSISTS there are none. Returns what is on the meter. */
static uint64_t poll(struct rig *rig, struct asked *asked, bool insists)
{
	uint64_t dice = 7;
	char text[64];

	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "p%u.d%u.example", (unsigned)(random_next(&dice) % 3),
			 (unsigned)(random_next(&dice) % 40));
		*asked = (struct asked){ .wire = wire_of(text) };
		asked->query.observation = query_of(1, &asked->wire, rig->now_ms);
		asked->query.observation.may_wait = true;
		if (seep_query_begin(rig->thread, &asked->query).outcome == SEEP_REFUSE &&
		    !(insists && seep_query_insist(rig->thread, &asked->query)))
			break;
		leaves(rig, asked, text, OUTSIDE);
		seep_query_end(rig->thread, &asked->query, SEEP_EXISTENCE_UNKNOWN);
	}
	return level_of(rig);
}

/* Known names have a part of the budget more, of which half is for those without an old answer. */
static void test_insist(void)
{
	struct asked asked;
	struct rig rig;
	uint64_t level, others;

	rig_open(&rig, HUNDRED);
	for (unsigned i = 0; i < 120; i++) {
		char text[64];

		snprintf(text, sizeof(text), "p%u.d%u.example", i % 3, i / 3);
		rig_send(&rig, 2 + i / 3, text);
	}
	others = level_of(&rig);
	level = poll(&rig, &asked, false) - others;
	ok(level > 1030 && level <= 1063, "known names may wait at 17/16 of the budget: %" PRIu64,
	   level);
	is_int(asked.query.stage, SEEP_QUERY_REFUSED, "and are refused, for an old answer may do");
	asked.query.is_stale = true;
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
	is_stat(&rig, "stale", 1, "it did");
	is_stat(&rig, "users.spent", 0, "who only waits is not spent");
	level = poll(&rig, &asked, true) - others;
	ok(level > 1093 && level <= 1125, "without old answers 9/8 of it is there: %" PRIu64,
	   level);
	is_int(asked.query.stage, SEEP_QUERY_REFUSED, "and no more");
	ok(!seep_query_insist(rig.thread, &asked.query), "nor at another try");
	is_stat(&rig, "inflight", 1, "one query is under way, however often it was judged");
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_stat(&rig, "refused.user", 1, "refused");
	is_stat(&rig, "users.spent", 1, "and now it is spent");
	is_stat(&rig, "inflight", 0, "nothing is under way");
	rig_close(&rig);

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, LONG "." LONG "." LONG ".example.com", NULL);
	ok(!seep_query_insist(rig.thread, &asked.query), "a novel name does not wait");
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_ended(&rig, "refused.user", "a novel name");
	rig_close(&rig);
}

/* What is for a place of this organisation is charged only when it heads for the outside. */
static void test_internal(void)
{
	static const struct {
		const char *text, *packet, *ends;
		enum how how;
	} cases[] = {
		{ "to a server of ours", "www.corp.example", "internal", INSIDE },
		{ "a key of the zone's, from outside", "corp.example", "unsent", OUTSIDE },
		{ "a key above the zone", "example", "unsent", OUTSIDE },
		{ "the name, delegated to the outside", "www.corp.example", "charged", OUTSIDE },
		{ "a target outside", "www.example.net", "charged", OUTSIDE },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked;
		struct rig rig;

		rig_open(&rig, HUNDRED);
		begin(&rig, &asked, "www.corp.example", "corp.example");
		ok(leaves(&rig, &asked, cases[i].packet, cases[i].how), "%s: leaves",
		   cases[i].text);
		seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
		is_ended(&rig, cases[i].ends, cases[i].text);
		rig_close(&rig);
	}
}

/* First inside, then outside: it counts as what it was in the end, once. */
static void test_internal_leaves(void)
{
	struct asked asked;
	struct rig rig;

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, "www.corp.example", "corp.example");
	leaves(&rig, &asked, "www.corp.example", INSIDE);
	leaves(&rig, &asked, "www.example.net", OUTSIDE);
	leaves(&rig, &asked, "www.corp.example", INSIDE);
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
	is_ended(&rig, "charged", "inside, then outside");
	is_stat(&rig, "sent", 1, "inside, then outside");

	begin(&rig, &asked, LONG "." LONG "." LONG ".corp.example", "corp.example");
	ok(leaves(&rig, &asked, LONG ".corp.example", INSIDE), "a long name may stay inside");
	ok(!leaves(&rig, &asked, "www.example.net", OUTSIDE), "and is stopped on its way out");
	ok(!leaves(&rig, &asked, "www.example.org", OUTSIDE), "and so is what comes after");
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_YES);
	is_stat(&rig, "refused.user", 1, "a long name");
	is_stat(&rig, "internal", 0, "a long name");
	is_stat(&rig, "inflight", 0, "a long name");
	rig_close(&rig);
}

/* A packet that the host may yet stop: final with the next one, or with the host's word. */
static void test_unsure(void)
{
	struct asked asked;
	struct rig rig;

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, "www.example.com", NULL);
	ok(leaves(&rig, &asked, "www.example.com", UNSURE), "unsure: leaves");
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_ended(&rig, "unsent", "unsure, and stopped");
	is_stat(&rig, "novelty.names", 0, "unsure, and stopped");
	rig_close(&rig);

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, "www.example.com", NULL);
	leaves(&rig, &asked, "com", UNSURE);
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_ended(&rig, "unsent", "unsure, and it tells nothing");
	rig_close(&rig);

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, "www.example.com", NULL);
	leaves(&rig, &asked, "www.example.com", UNSURE);
	seep_query_assume_sent(rig.thread, &asked.query, rig.now_ms);
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_ended(&rig, "charged", "unsure, and not stopped");
	rig_close(&rig);

	rig_open(&rig, HUNDRED);
	begin(&rig, &asked, "www.example.com", NULL);
	leaves(&rig, &asked, "www.example.com", UNSURE);
	leaves(&rig, &asked, "www.example.com", UNSURE);
	seep_query_end(rig.thread, &asked.query, SEEP_EXISTENCE_UNKNOWN);
	is_ended(&rig, "charged", "two unsure ones: the first was not stopped");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_packets);
	tap_run(test_once);
	tap_run(test_refused);
	tap_run(test_stale);
	tap_run(test_insist);
	tap_run(test_internal);
	tap_run(test_internal_leaves);
	tap_run(test_unsure);
	return done();
}
