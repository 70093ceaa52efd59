/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What doc/THREATS.md says of attackers: one test for each of its lines that the engine can show.
 */
#include "engine/internal.h"
#include "fixture.h"

#include <time.h>

#include "meter/charge.h"

static struct seep_verdict ask_wire(struct rig *rig, uint32_t user, const struct wire *wire,
				    uint16_t type)
{
	struct seep_observation observation = query_of(user, wire, rig->now_ms);
	struct seep_name name;

	observation.type = type;
	return seep_engine_ask(rig->thread, &observation, &rig->last, &name);
}

/* Asks as user N, and sends if that is not refused: is it? */
static bool is_refused(struct rig *rig, uint32_t user, const char *text)
{
	return rig_send(rig, user, text).outcome == SEEP_REFUSE;
}

/* Sends long names below DOMAIN until so many in a row were refused: how many went. */
static unsigned flood(struct rig *rig, uint32_t user, const char *domain)
{
	unsigned sent = 0;

	for (unsigned refused = 0; refused < 50;) {
		if (is_refused(rig, user, rig_novel(rig, 10, domain)))
			refused++;
		else
			sent++;
	}
	return sent;
}

/* What is on a user's meter, in thousandths of a bit; UINT64_MAX if it has none. */
static uint64_t level_of(struct rig *rig, uint32_t user)
{
	struct seep_address address = address_v4(user);
	uint64_t key = seep_hash_bytes(&rig->engine->key, &address, sizeof(address));
	struct seep_entry *entry = seep_table_find(rig->engine->users, key);
	uint64_t level_mbit;

	if (!entry)
		return UINT64_MAX;
	level_mbit = entry->meter.level_mbit;
	seep_table_unlock(rig->engine->users, key);
	return level_mbit;
}

/* How many use a domain; 0 if it has no entry. */
static uint64_t users_of(struct rig *rig, const char *text)
{
	struct wire wire = wire_of(text);
	uint64_t key = seep_hash_bytes(&rig->engine->key, wire.bytes, wire.size);
	struct seep_entry *entry = seep_table_find(rig->engine->domains, key);
	uint64_t users;

	if (!entry)
		return 0;
	users = users_of_domain(domain_of_entry(entry));
	seep_table_unlock(rig->engine->domains, key);
	return users;
}

static void is_stat(struct rig *rig, const char *key, unsigned long long want, const char *text)
{
	is_int(rig_stat(rig, key), want, "%s: %s", text, key);
}

/* ---- a spoofing outsider ---- */

#define VICTIM_KNOWN 100

/* A domain that two hundred use; names of the victim's own in one that it alone uses. */
static void live_ordinarily(struct rig *rig, uint32_t victim)
{
	char text[64];

	for (uint32_t user = 1000; user < 1200; user++)
		is_refused(rig, user, rig_novel(rig, 10, "common.com"));
	for (unsigned n = 0; n < VICTIM_KNOWN; n++) {
		snprintf(text, sizeof(text), "host%u.own.com", n);
		is_refused(rig, victim, text);
	}
}

/*
 * The victim's budget was spent by queries in its name. Names that are known go on for an eighth of
 * the budget; what many use, as far as its users usually go, and there the last name again always.
 * Names in the cache never come here.
 */
static void test_framed_victim(void)
{
	const uint64_t budget_mbit = 8000000;
	unsigned known = 0, common = 0, refused = 0;
	uint64_t seed = 7;
	char text[64];
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\n");
	live_ordinarily(&rig, 1);
	flood(&rig, 1, "forged.com");
	ok(is_refused(&rig, 1, rig_novel(&rig, 10, "own.com")), "framed: a novel name is refused");
	ok(level_of(&rig, 1) <= budget_mbit, "framed: novel names end at the budget");
	for (; known < 10; known++) {
		snprintf(text, sizeof(text), "host%u.own.com",
			 (unsigned)(random_next(&seed) % VICTIM_KNOWN));
		refused += is_refused(&rig, 1, text);
	}
	is_int(refused, 0, "framed: known names, in no order, resolve");
	while (common < 100 && !is_refused(&rig, 1, rig_novel(&rig, 10, "common.com")))
		common++;
	ok(common >= 3 && common <= 5,
	   "framed: %u novel names of a common domain resolve, four times its users' one", common);
	for (; !is_refused(&rig, 1, text); known++)
		snprintf(text, sizeof(text), "host%u.own.com",
			 (unsigned)(random_next(&seed) % VICTIM_KNOWN));
	ok(known > 100 && level_of(&rig, 1) <= budget_mbit / 8 * 9 &&
		   level_of(&rig, 1) > budget_mbit / 8 * 9 - 20000,
	   "framed: %u known names resolve, up to an eighth of the budget more", known);
	for (int n = 0; n < 1000; n++)
		refused += is_refused(&rig, 1, "n000000001.common.com");
	is_int(refused, 0, "framed, that spent too: a known name of a common domain resolves");
	is_int(rig.last.charge_mbit, 416, "framed, that spent too: for a bit");
	ok(rig.last.user_mbit <= 10, "framed, that spent too: of which next to nothing is its own");
	ok(!is_refused(&rig, 2, rig_novel(&rig, 10, "forged.com")), "framed: another user is not");
	rig_close(&rig);
}

/* With the refill it ends by itself; nothing else has to be done. */
static void test_framed_recovers(void)
{
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1000\nuser-refill: 100\ndomain-budget: 1g\n");
	flood(&rig, 1, "forged.com");
	rig.now_ms += DAY_MS;
	ok(!is_refused(&rig, 1, rig_novel(&rig, 10, "own.com")),
	   "a day after the forging, a novel name");
	rig.now_ms += 9 * DAY_MS;
	is_refused(&rig, 1, rig_novel(&rig, 10, "own.com"));
	is_stat(&rig, "users.spent", 0, "ten days after the forging");
	rig_close(&rig);
}

/* ---- a refused user who guesses ---- */

#define GUESSES 200000

/*
 * A full novelty memory takes some novel names for known, and a refusal tells which are not.
 * Whoever may try for nothing gets a few through before its guesses count as such, and no more; and
 * the names that it has always used resolve all the while.
 */
static void test_guesses(void)
{
	unsigned through = 0, refused = 0, others = 0, known = 0;
	uint64_t seed = 17;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\n"
		       "memory-size: 1m\n");
	for (unsigned generation = 0; generation < 4; generation++, rig.now_ms += 10 * DAY_MS)
		do
			seep_novelty_learn(rig.engine->novelty, random_next(&seed),
					   rig.now_ms / 1000);
		while (seep_novelty_names(rig.engine->novelty) <
		       seep_novelty_capacity(rig.engine->novelty) - 1);
	rig.now_ms -= 10 * DAY_MS;
	for (unsigned n = 0; n < 10000; n++)
		known += seep_novelty_knows(rig.engine->novelty, random_next(&seed));
	ok(known > 20, "%u of 10000 novel names are taken for known", known);
	is_refused(&rig, 1, "www.own.com");
	flood(&rig, 1, "forged.com");
	for (unsigned n = 0; n < GUESSES; n++)
		through += !is_refused(&rig, 1, rig_novel(&rig, 50, "forged.com"));
	ok(through <= 2, "%u of %d guesses pass", through, GUESSES);
	for (unsigned n = 0; n < 100; n++) {
		refused += is_refused(&rig, 1, "www.own.com");
		others += is_refused(&rig, 2, rig_novel(&rig, 10, "forged.com"));
	}
	is_int(refused, 0, "a name that it sent itself resolves all the while");
	is_int(others, 0, "another user's novel names do");
	rig_close(&rig);
}

/* ---- an insider who wants to block others ---- */

/* OTHERS use a domain, one insider floods it: how many of them can send a novel name there. */
static unsigned left_to_others(unsigned others, unsigned insiders)
{
	unsigned left = 0;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1000\n"
		       "domain-refill: 0\n");
	for (uint32_t user = 0; user < 600; user++)
		is_refused(&rig, 10000 + user, rig_novel(&rig, 10, "elsewhere.com"));
	for (uint32_t user = 0; user < others; user++)
		is_refused(&rig, 1000 + user, rig_novel(&rig, 10, "rival.com"));
	for (uint32_t insider = 1; insider <= insiders; insider++)
		flood(&rig, insider, "rival.com");
	for (uint32_t user = 0; user < others; user++)
		left += !is_refused(&rig, 1000 + user, rig_novel(&rig, 10, "rival.com"));
	rig_close(&rig);
	return left;
}

/*
 * A domain's budget grows with its users, and a user puts at most four times its own on it: of four
 * others and more none is blocked by one insider. Of fewer they can be, for novel names.
 */
static void test_rival_domain(void)
{
	static const unsigned others[] = { 4, 5, 8, 20, 63, 64, 200 };

	for (size_t i = 0; i < COUNT(others); i++)
		is_int(left_to_others(others[i], 1), others[i],
		       "one insider floods a domain that %u others use: all can go on", others[i]);
	is_int(left_to_others(20, 4), 20, "four insiders, and 20 others: all can go on");
	is_int(left_to_others(200, 60), 200, "sixty insiders, and 200 others: all can go on");
	printf("# one insider: of 1 other %u goes on, of 2 %u, of 3 %u; 8 insiders: of 20 %u\n",
	       left_to_others(1, 1), left_to_others(2, 1), left_to_others(3, 1),
	       left_to_others(20, 8));
}

/* What a spent domain still does for its users: known names. */
static void test_blocked_domain_known(void)
{
	unsigned refused = 0;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1000\n"
		       "domain-refill: 0\n");
	is_refused(&rig, 1, "www.rival.com");
	flood(&rig, 2, "rival.com");
	flood(&rig, 1, "rival.com");
	ok(level_of(&rig, 1) < 8000000 / 4, "a domain of two: the other's novel names are refused");
	for (int n = 0; n < 100; n++)
		refused += is_refused(&rig, 1, "www.rival.com");
	is_int(refused, 0, "and its known names resolve");
	rig_close(&rig);
}

/* ---- floods of fresh users and fresh domains ---- */

#define STRANGERS 1000000

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Strangers FROM to TO, each a user of its own in a domain of its own; the time they took. */
static double send_strangers(struct rig *rig, uint32_t from, uint32_t to)
{
	double began_s = seconds();
	char text[64];

	for (uint32_t n = from; n < to; n++) {
		snprintf(text, sizeof(text), "d%" PRIu32 ".com", n);
		is_refused(rig, 100000 + n, text);
	}
	return seconds() - began_s;
}

/*
 * A million forged sources with a domain each, against the smallest memory: who is spent stays
 * spent, who has more on its meter than the strangers keeps it, and so does a domain with two
 * users.
 */
static void test_fresh_flood(void)
{
	uint64_t levels_mbit[20], kept = 0, domains = 0;
	unsigned long long memory;
	double first_s, rest_s;
	char text[64];
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1000\n"
		       "domain-refill: 0\nmemory-size: 1m\n");
	memory = rig_stat(&rig, "memory.bytes");
	for (uint32_t user = 1; user <= 5; user++) {
		snprintf(text, sizeof(text), "tunnel%" PRIu32 ".com", user);
		flood(&rig, user, text);
	}
	for (uint32_t user = 10; user < 30; user++) {
		snprintf(text, sizeof(text), "work%" PRIu32 ".com", user / 2);
		for (int n = 0; n < 2; n++)
			is_refused(&rig, user, rig_novel(&rig, 10, text));
		levels_mbit[user - 10] = level_of(&rig, user);
	}
	first_s = send_strangers(&rig, 0, STRANGERS / 10);
	rest_s = send_strangers(&rig, STRANGERS / 10, STRANGERS);
	for (uint32_t user = 1; user <= 5; user++)
		ok(is_refused(&rig, user, rig_novel(&rig, 10, "tunnel1.com")),
		   "a million strangers on: spent user %" PRIu32 " is refused", user);
	for (uint32_t user = 10; user < 30; user++)
		kept += level_of(&rig, user) == levels_mbit[user - 10];
	is_int(kept, 20, "twenty users who sent more than a stranger keep their levels");
	for (uint32_t pair = 5; pair < 15; pair++) {
		snprintf(text, sizeof(text), "work%" PRIu32 ".com", pair);
		domains += users_of(&rig, text) == 2;
	}
	is_int(domains, 10, "and ten domains of two users each are what they were");
	is_stat(&rig, "memory.bytes", memory, "a million strangers");
	ok(rig_stat(&rig, "evicted.users") > 9 * STRANGERS / 10,
	   "strangers made room for each other");
	ok(rest_s < 90 * first_s, "the last are no slower than the first");
	printf("# %d strangers: %.2f us each at first, %.2f us after; %llu went untracked\n",
	       STRANGERS, first_s / (STRANGERS / 10) * 1e6, rest_s / (STRANGERS / 10 * 9) * 1e6,
	       rig_stat(&rig, "untracked"));
	rig_close(&rig);
}

/*
 * Where every place is taken by strangers who were made to spend their budgets, who comes new is
 * metered on one meter with all others who do; who had a place keeps it.
 */
static void test_spent_flood(void)
{
	uint64_t level_mbit;
	char text[64];
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 20\nuser-refill: 1\ndomain-budget: 1g\n"
		       "memory-size: 1m\n");
	is_refused(&rig, 1, "www.office.com");
	level_mbit = level_of(&rig, 1);
	for (uint32_t user = 0; user < 3000; user++)
		for (unsigned n = 0; n < 12; n++) {
			snprintf(text, sizeof(text), "s%u-%" PRIu32 ".com", n, user);
			is_refused(&rig, 1000 + user, text);
		}
	ok(level_of(&rig, 1) == level_mbit || level_of(&rig, 1) == UINT64_MAX,
	   "thousands of spent strangers: a meter is kept, or had less on it than theirs");
	is_refused(&rig, 2, "www.office.com");
	is_int(rig.last.class, SEEP_CLASS_UNTRACKED, "who comes new shares a meter");
	ok(rig_stat(&rig, "untracked") > 0, "and that is counted");
	rig.now_ms += 30 * DAY_MS;
	is_refused(&rig, 2, "www.office.com");
	is_int(rig.last.class, SEEP_CLASS_KNOWN, "a month on there is room again");
	rig_close(&rig);
}

/* ---- who would choose names by their hashes ---- */

static const struct seep_hash_key keys[] = {
	{ .bytes = { 1, 2, 3 }, .rounds = SEEP_HASH_1_3 },
	{ .bytes = { 4, 5, 6 }, .rounds = SEEP_HASH_1_3 },
};

/* Chosen so that none of a thousand names moves a sketch under the key: under another all do. */
static void test_chosen_names(void)
{
	struct {
		struct seep_sketch_sum sum;
		uint8_t registers[64];
	} sketches[2] = { { .registers = { 0 } }, { .registers = { 0 } } }, before;
	unsigned chosen = 0;

	for (unsigned n = 0; chosen < 1000; n++) {
		char text[32];
		int size = snprintf(text, sizeof(text), "name%u", n);

		before = sketches[0];
		if (seep_sketch_add(&sketches[0].sum, sketches[0].registers, 6,
				    seep_hash_bytes(&keys[0], text, (size_t)size)) &&
		    seep_sketch_count(&sketches[0].sum) > 20) {
			sketches[0] = before;
			continue;
		}
		chosen++;
		seep_sketch_add(&sketches[1].sum, sketches[1].registers, 6,
				seep_hash_bytes(&keys[1], text, (size_t)size));
	}
	ok(seep_sketch_count(&sketches[0].sum) <= 20,
	   "who knows the key can hide 1000 names as %" PRIu64,
	   seep_sketch_count(&sketches[0].sum));
	/* 10.4 %, four times that */
	ok(seep_sketch_count(&sketches[1].sum) > 580 && seep_sketch_count(&sketches[1].sum) < 1420,
	   "under another key they count as %" PRIu64, seep_sketch_count(&sketches[1].sum));
}

/* Names that one key puts together in a set of eight, another spreads. */
static void test_chosen_sets(void)
{
	const uint64_t sets = 1000;
	unsigned together = 0, still = 0;

	for (unsigned n = 0; n < 200000; n++) {
		char text[32];
		size_t size = (size_t)snprintf(text, sizeof(text), "name%u", n);

		if (((seep_hash_bytes(&keys[0], text, size) >> 32) * sets) >> 32)
			continue;
		together++;
		still += ((seep_hash_bytes(&keys[1], text, size) >> 32) * sets) >> 32 == 0;
	}
	ok(together > 100, "%u names share the first of 1000 sets under one key", together);
	ok(still < 5, "%u of them under another", still);
}

static void rig_open_keyed(struct rig *rig, uint8_t key)
{
	struct seep_engine_setup setup = {
		.conf = &rig->conf, .key.rounds = SEEP_HASH_1_3, .threads = 1, .when_ms = NOW_MS
	};
	enum seep_passthrough why;

	seep_conf_defaults(&rig->conf);
	rig->conf.memory_size_bytes = SEEP_MIB;
	memset(setup.key.bytes, key, sizeof(setup.key.bytes));
	rig->engine = seep_engine_create(&setup, &why);
	rig->thread = seep_engine_thread(rig->engine);
	rig->now_ms = NOW_MS;
}

/* Nothing that is printed depends on the key: so nothing of it can be learned there. */
static void test_statistics_tell_no_key(void)
{
	struct rig rigs[2] = { 0 };
	struct stats stats[2];
	unsigned differ = 0, large = 0;

	for (int i = 0; i < 2; i++) {
		rig_open_keyed(&rigs[i], (uint8_t)(17 + 100 * i));
		for (uint32_t user = 1; user <= 40; user++) {
			char text[64];

			snprintf(text, sizeof(text), "www.site%" PRIu32 ".com", user);
			is_refused(&rigs[i], user, text);
			is_refused(&rigs[i], user, text);
		}
		stats[i] = rig_stats(&rigs[i], false);
	}
	ok(rigs[0].engine->key.bytes[0] != rigs[1].engine->key.bytes[0], "two keys");
	for (unsigned n = 0; n < stats[0].count; n++) {
		differ += stats[0].values[n] != stats[1].values[n];
		large += stats[0].values[n] >> 32 != 0;
	}
	ok(stats[0].count > 30, "%u statistics", stats[0].count);
	is_int(differ, 0, "none of them depends on the key");
	is_int(large, 0, "and none is as large as a hash");
	for (int i = 0; i < 2; i++)
		rig_close(&rigs[i]);
}

/* ---- odd questions ---- */

/* PARTS of labels as a name: a run of LABELS, each of SIZE bytes BYTE. */
static struct wire wire_run(unsigned labels, uint8_t size, uint8_t byte)
{
	struct wire wire = { .size = 0 };

	for (unsigned n = 0; n < labels; n++) {
		wire.bytes[wire.size++] = size;
		memset(wire.bytes + wire.size, byte, size);
		wire.size += size;
	}
	wire.bytes[wire.size++] = 0;
	return wire;
}

/* Charged once, then known; given back if it does not leave; counted once each time. */
static void check_odd(const char *what, const struct wire *wire, bool is_name)
{
	enum seep_class first = is_name ? SEEP_CLASS_CHARGED : SEEP_CLASS_UNTRACKED;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nmemory-size: 1m\n");
	is_int(ask_wire(&rig, 1, wire, 1).outcome, SEEP_PASS, "%s: passes", what);
	is_int(rig.last.class, first, "%s: the class", what);
	is_bool(rig.last.user_mbit, is_name, "%s: charged or not", what);
	seep_engine_release(rig.thread, &rig.last);
	ok(!is_name || level_of(&rig, 1) == UINT64_MAX, "%s: given back, and its place with it",
	   what);
	ask_wire(&rig, 1, wire, 1);
	is_int(rig.last.class, first, "%s: asked is not sent", what);
	seep_engine_commit(rig.thread, &rig.last, rig.now_ms);
	ask_wire(&rig, 1, wire, 1);
	is_int(rig.last.class, is_name ? SEEP_CLASS_KNOWN : SEEP_CLASS_UNTRACKED, "%s: again",
	       what);
	seep_engine_commit(rig.thread, &rig.last, rig.now_ms);
	is_stat(&rig, "sent", 2, what);
	is_stat(&rig, "inflight", 0, what);
	rig_close(&rig);
}

static void test_odd_names(void)
{
	static const struct {
		const char *what, *text;
	} cases[] = {
		{ "the root", "." },
		{ "a single label", "qzkwvjxyp" },
		{ "a public suffix", "co.uk" },
		{ "NUL bytes", "a\\000b.\\000.x\\000.com" },
		{ "a NUL at the end of the domain", "www.bank\\000.com" },
		{ "dots in labels", "www\\.bank.evil\\.com.com" },
		{ "a label that is a dot", "\\..com" },
		{ "blanks, quotes and control bytes", "a\\032b.\\034\\010\\013\\127.com" },
		{ "UTF-8", "m\\195\\188nchen.\\230\\151\\165\\230\\156\\172.com" },
		{ "Latin-1", "m\\252nchen.de" },
		{ "an IDN", "www.xn--mnchen-3ya.xn--p1ai" },
		{ "a broken IDN", "xn--.xn--\\255\\255.com" },
		{ "a wildcard", "*.*.com" },
		{ "hyphens and underscores", "_dmarc.-x-.---.com" },
		{ "an address", "192.0.2.1" },
		{ "reverse", "4.3.2.10.in-addr.arpa" },
	};
	struct wire wire;

	for (size_t i = 0; i < COUNT(cases); i++) {
		wire = wire_of(cases[i].text);
		check_odd(cases[i].what, &wire, true);
	}
	wire = wire_run(3, 63, 'x');
	check_odd("labels of 63 bytes", &wire, true);
	wire = wire_run(127, 1, 'x');
	check_odd("127 labels, 255 bytes", &wire, true);
	wire = wire_run(127, 1, 0);
	check_odd("127 labels of NUL", &wire, true);
	wire = wire_run(4, 63, 255);
	wire.bytes[192] = 61;
	wire.bytes[254] = 0;
	wire.size = 255;
	check_odd("255 bytes that are none of ASCII", &wire, true);
	wire = wire_run(128, 1, 'x');
	check_odd("128 labels: no name", &wire, false);
	wire = wire_run(4, 63, 'x');
	check_odd("257 bytes: no name", &wire, false);
	wire = wire_run(1, 64, 'x');
	check_odd("a label of 64 bytes: no name", &wire, false);
	wire = wire_of("www.bank.com");
	wire.size--;
	check_odd("without its end: no name", &wire, false);
}

/* NUL and dots are bytes like others: no such name is taken for another. */
static void test_odd_names_differ(void)
{
	static const char *const texts[] = { "www.bank.com", "www.bank\\000.com", "www\\.bank.com",
					     "www.bank.com\\000", "\\000www.bank.com" };
	unsigned known = 0;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\n");
	for (size_t i = 0; i < COUNT(texts); i++) {
		is_refused(&rig, 1, texts[i]);
		known += rig.last.class == SEEP_CLASS_KNOWN;
	}
	is_int(known, 0, "names that differ by a NUL or a dot are not one another's");
	rig_close(&rig);
}

/* Every type, and every way an answer can end. */
static void test_every_type(void)
{
	static const enum seep_existence existences[] = { SEEP_EXISTENCE_UNKNOWN,
							  SEEP_EXISTENCE_YES, SEEP_EXISTENCE_NO };
	struct wire wire = wire_of("www.types.com");
	unsigned wrong = 0, free = 0;
	struct seep_observation observation = query_of(1, &wire, NOW_MS);
	struct seep_reservation reservation;
	struct seep_name name;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nnetwork-budget: 1g\n");
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		observation.type = (uint16_t)type;
		wrong += seep_engine_ask(rig.thread, &observation, &reservation, &name).outcome !=
			 SEEP_PASS;
		wrong += reservation.type != type;
		free += seep_charge_question((uint16_t)type, SEEP_QCLASS_IN, false) == 0;
		if (type % 5 == 4) {
			seep_engine_release(rig.thread, &reservation);
			continue;
		}
		seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		seep_engine_answered(rig.thread, &observation, &reservation, existences[type % 3]);
	}
	is_int(wrong, 0, "65,536 types pass a large budget");
	is_int(free, 0, "and none of them is free");
	is_stat(&rig, "sent", 65536 - 65536 / 5, "65,536 types");
	is_stat(&rig, "unsent", 65536 / 5, "65,536 types");
	is_stat(&rig, "inflight", 0, "65,536 types");
	is_stat(&rig, "domains", 1, "65,536 types");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_framed_victim);
	tap_run(test_framed_recovers);
	tap_run(test_guesses);
	tap_run(test_rival_domain);
	tap_run(test_blocked_domain_known);
	tap_run(test_fresh_flood);
	tap_run(test_spent_flood);
	tap_run(test_chosen_names);
	tap_run(test_chosen_sets);
	tap_run(test_statistics_tell_no_key);
	tap_run(test_odd_names);
	tap_run(test_odd_names_differ);
	tap_run(test_every_type);
	return done();
}
