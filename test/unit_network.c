/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Networks: what newcomers draw on, who is established and when, how many people a network has, and
 * what of it outlasts a restart.
 */
#include "fixture_engine.h"
#include "fixture_state.h"

/* Only the network's meter matters, and after the first day: 16,000,000 mbit. */
#define BUDGET_MBIT UINT64_C(16000000)
#define NETWORK_ONLY                                                                              \
	"learning: 0\nuser-budget: 1g\nuser-refill: 0\ndomain-budget: 1g\nnetwork-budget: 2000\n" \
	"network-refill: 0\n"
/* Nothing does. */
#define NO_BUDGET "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nnetwork-budget: 1g\n"

/* Users 0 to 255 are one network; these are the first ones of another. */
#define ELSEWHERE 256

/* 2001:db8:0:NETWORK::N */
static struct seep_address address_v6(uint8_t network, uint32_t n)
{
	return (struct seep_address){ .bytes = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, network, 0, 0, 0, 0,
						 (uint8_t)(n >> 24), (uint8_t)(n >> 16),
						 (uint8_t)(n >> 8), (uint8_t)n },
				      .size_bytes = 16 };
}

/* As rig_send, from any address. */
static struct seep_verdict send_as(struct rig *rig, const struct seep_address *client,
				   const char *text)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(0, &wire, rig->now_ms);
	struct seep_verdict verdict;
	struct seep_name name;

	observation.client = *client;
	verdict = seep_engine_ask(rig->thread, &observation, &rig->last, &name);
	if (verdict.outcome != SEEP_REFUSE)
		seep_engine_commit(rig->thread, &rig->last, rig->now_ms);
	return verdict;
}

static uint64_t network_key_of(const struct rig *rig, const struct seep_address *client)
{
	struct seep_address network = seep_address_network(&rig->engine->network_masks, client);

	return seep_hash_bytes(&rig->engine->key, &network, sizeof(network));
}

/* A user behind the forwarder that user N is, by its MAC address. */
static struct seep_address address_mac(const struct rig *rig, uint32_t n, uint32_t mac)
{
	const uint8_t bytes[SEEP_MAC_BYTES] = { 2, 0, 0x5e, 0, (uint8_t)(mac >> 8), (uint8_t)mac };
	const struct seep_address forwarder = address_v4(n);

	return seep_address_of_mac(&rig->engine->network_masks, &forwarder, bytes);
}

/* A copy of the network that user N is in; all zero if there is none. */
static struct network network_of(struct rig *rig, uint32_t n)
{
	struct seep_address client = address_v4(n);
	uint64_t key = network_key_of(rig, &client);
	struct seep_entry *entry = seep_table_find(rig->engine->networks, key);
	struct network network = { 0 };

	if (!entry)
		return network;
	network = *network_of_entry(entry);
	seep_table_unlock(rig->engine->networks, key);
	return network;
}

static bool is_established(struct rig *rig, uint32_t n)
{
	struct seep_address address = address_v4(n);
	uint64_t key = seep_hash_bytes(&rig->engine->key, &address, sizeof(address));
	struct seep_entry *entry = seep_table_find(rig->engine->users, key);
	bool established;

	if (!entry)
		return false;
	established = user_of_entry(entry)->is_established;
	seep_table_unlock(rig->engine->users, key);
	return established;
}

static unsigned established_among(struct rig *rig, uint32_t first, uint32_t count)
{
	unsigned established = 0;

	for (uint32_t n = first; n < first + count; n++)
		established += is_established(rig, n);
	return established;
}

/* A copy of a domain; all zero if there is none. */
static struct domain domain_of(struct rig *rig, const char *text)
{
	struct wire wire = wire_of(text);
	uint64_t key = seep_hash_bytes(&rig->engine->key, wire.bytes, wire.size);
	struct seep_entry *entry = seep_table_find(rig->engine->domains, key);
	struct domain domain = { 0 };

	if (!entry)
		return domain;
	domain = *domain_of_entry(entry);
	seep_table_unlock(rig->engine->domains, key);
	return domain;
}

/* COUNT users, from FIRST on, each send a name to one domain. */
static void all_send(struct rig *rig, uint32_t first, uint32_t count, const char *domain)
{
	for (uint32_t n = first; n < first + count; n++)
		rig_send(rig, n, rig_fresh(rig, domain));
}

/* A user sends so many NAMES, spread over so many DOMAINS of its own. */
static void send_history(struct rig *rig, uint32_t user, unsigned names, unsigned domains)
{
	char text[64];

	for (unsigned i = 0; i < names; i++) {
		snprintf(text, sizeof(text), "h%u.u%" PRIu32 "-%u.com", i, user, i % domains);
		rig_send(rig, user, text);
	}
}

static void open_on(struct rig *rig, const char *conf, uint64_t days)
{
	rig_open(rig, conf);
	rig->now_ms += days * DAY_MS;
}

/* A newcomer uses up what there is for newcomers, and nothing of what the others have. */
static void test_newcomers_apart(void)
{
	struct rig rig;
	struct network network;

	rig_open(&rig, NETWORK_ONLY);
	all_send(&rig, 1, 1, "own.com");
	ok(rig.last.network_mbit > 0 && !rig.last.is_newcomer,
	   "on the first day nobody is a newcomer");
	rig.now_ms += DAY_MS;
	network = network_of(&rig, 1);
	const uint64_t before_mbit = network.head.meter.level_mbit;

	send_all(&rig, 2, "new.com", 1000);
	is_verdict(rig.last.verdict, SEEP_REFUSE, SEEP_METER_NETWORK, "a newcomer, in the end");
	ok(rig.last.is_newcomer, "as such");
	network = network_of(&rig, 1);
	is_int(network.newcomers.meter.level_mbit, rig.all.mbit,
	       "the newcomers' meter took all that it sent");
	is_filled(&rig, BUDGET_MBIT, "the newcomers' budget");
	is_int(network.head.meter.level_mbit, before_mbit, "the others' meter took none of it");
	is_verdict(rig_send(&rig, 3, rig_fresh(&rig, "else.com")), SEEP_REFUSE, SEEP_METER_NETWORK,
		   "the next newcomer, to another domain");
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "own.com")), SEEP_PASS, SEEP_METER_NONE,
		   "one who was there before");
	is_verdict(rig_send(&rig, ELSEWHERE, rig_fresh(&rig, "far.com")), SEEP_PASS,
		   SEEP_METER_NONE, "another network");
	send_all(&rig, 1, "own.com", 1000);
	is_verdict(rig.last.verdict, SEEP_REFUSE, SEEP_METER_NETWORK,
		   "the others' own, in the end");
	network = network_of(&rig, 1);
	ok(network.head.meter.level_mbit <= BUDGET_MBIT &&
		   network.head.meter.level_mbit > BUDGET_MBIT - 100000,
	   "is a budget as well: %" PRIu64 " mbit", network.head.meter.level_mbit);
	is_stat(&rig, "networks.spent", 1, "of two");
	rig_close(&rig);
}

enum form { FORM_V4, FORM_V6, FORM_MAC };

static const char *const forms[] = { "IPv4", "IPv6", "a MAC" };

/* The Nth address of a network; a MAC is behind another of its forwarders each time. */
static struct seep_address address_in(const struct rig *rig, enum form form, uint32_t n)
{
	if (form == FORM_V4)
		return address_v4(n < 5 ? n : 10 + n % 240);
	return form == FORM_V6 ? address_v6(1, n) : address_mac(rig, n % 250, n);
}

/* A machine with a new address for each name sends what its network has for newcomers. */
static void check_rotation(enum form form)
{
	uint64_t sent_mbit = 0;
	unsigned sent = 0, refused = 0, others = 0;
	struct rig rig;

	rig_open(&rig, NETWORK_ONLY);
	for (uint32_t n = 0; n < 5; n++) {
		struct seep_address client = address_in(&rig, form, n);

		send_as(&rig, &client, rig_fresh(&rig, "own.com"));
	}
	rig.now_ms += DAY_MS;
	for (uint32_t n = 0; n < 3000; n++) {
		struct seep_address client = address_in(&rig, form, 1000 + n);
		struct seep_verdict verdict = send_as(&rig, &client, rig_fresh(&rig, "tunnel.com"));

		sent += verdict.outcome != SEEP_REFUSE;
		refused += verdict.outcome == SEEP_REFUSE;
		others += verdict.outcome == SEEP_REFUSE && verdict.meter != SEEP_METER_NETWORK;
		sent_mbit += rig.last.user_mbit;
	}
	ok(sent > 100 && sent_mbit <= BUDGET_MBIT,
	   "%s: %u names of thousands of addresses, %" PRIu64 " mbit in all", forms[form], sent,
	   sent_mbit);
	ok(refused > 2000 && !others, "%s: all others are refused, by the network's meter",
	   forms[form]);
	is_stat(&rig, "refused.network", refused, "a rotation");
	is_stat(&rig, "networks", 1, "a rotation");
	is_balanced(&rig, 3005, "a rotation");
	for (uint32_t n = 0; n < 5; n++) {
		struct seep_address client = address_in(&rig, form, n);

		ok(send_as(&rig, &client, rig_fresh(&rig, "own.com")).outcome != SEEP_REFUSE,
		   "%s: who was there before goes on", forms[form]);
	}
	rig_close(&rig);
}

static void test_rotation(void)
{
	check_rotation(FORM_V4);
	check_rotation(FORM_V6);
	check_rotation(FORM_MAC);
}

/* A MAC's meter is its own, also after a restart, and its network is the forwarder's. */
static void test_mac(void)
{
	static const char conf[] = "learning: 0\nuser-budget: 100\nuser-refill: 0\n"
				   "domain-budget: 1g\nmemory-size: 1m\n" NETWORK_FREE;
	struct seep_address spent, other, elsewhere, forwarder = address_v4(1);
	struct image image;
	struct rig a, b;

	rig_open(&a, conf);
	rig_open(&b, conf);
	spent = address_mac(&a, 1, 1);
	other = address_mac(&a, 1, 2);
	elsewhere = address_mac(&a, ELSEWHERE, 1);
	while (send_as(&a, &spent, rig_fresh(&a, "tunnel.com")).outcome != SEEP_REFUSE)
		continue;
	is_int(a.last.verdict.meter, SEEP_METER_USER, "a MAC's meter is spent");
	ok(send_as(&a, &other, rig_fresh(&a, "a.com")).outcome != SEEP_REFUSE,
	   "another MAC's behind the same forwarder is not");
	ok(send_as(&a, &forwarder, rig_fresh(&a, "b.com")).outcome != SEEP_REFUSE,
	   "nor is the forwarder's own");
	ok(send_as(&a, &elsewhere, rig_fresh(&a, "c.com")).outcome != SEEP_REFUSE,
	   "nor is that of the MAC in another network");
	is_int(seep_engine_networks(a.engine), 2, "all are in the two forwarders' networks");
	image = save(&a);
	ok(!restore(&b, &image), "the file is put back");
	is_int(seep_engine_users(b.engine), 4, "with the four users");
	is_int(seep_engine_networks(b.engine), 2, "and the two networks");
	ok(send_as(&b, &spent, rig_fresh(&a, "tunnel.com")).outcome == SEEP_REFUSE,
	   "the MAC's meter is spent after the restart");
	ok(send_as(&b, &other, rig_fresh(&b, "a.com")).outcome != SEEP_REFUSE,
	   "the other's is not");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* What is told of a spent network. */
struct network_told {
	unsigned count;
	struct seep_event event;
	struct seep_address network;
};

static void tell_network(void *context, const struct seep_event *event)
{
	struct network_told *told = context;

	if (event->meter != SEEP_METER_NETWORK || event->edge != SEEP_EDGE_SPENT)
		return;
	told->count++;
	told->event = *event;
	told->network = *event->network;
}

static void test_event(void)
{
	struct network_told told = { 0 };
	const struct seep_address block = address_v4(0);
	struct rig rig;

	rig_open_with(&rig, NETWORK_ONLY, 1, tell_network, &told);
	all_send(&rig, 1, 4, "own.com");
	rig.now_ms += 2 * DAY_MS;
	send_all(&rig, 9, "new.com", 1000);
	is_int(told.count, 1, "that the newcomers' budget is spent is told once");
	ok(memcmp(&told.network, &block, sizeof(block)) == 0, "with the network's address");
	is_int(told.event.budget_mbit, BUDGET_MBIT, "its budget");
	is_int(told.event.first_s, NOW_S, "and since when it is known");
	ok(told.event.users >= 3 && told.event.users <= 5, "with its users: %" PRIu64,
	   told.event.users);
	rig_close(&rig);
}

/* While all are trusted, a network's first day establishes everybody. */
static void test_first_day(void)
{
	struct rig rig;

	rig_open(&rig, NO_BUDGET);
	all_send(&rig, 0, 40, "some.com");
	is_int(established_among(&rig, 0, 40), 40, "on the first day of all, everybody");
	rig_close(&rig);

	open_on(&rig, "learning: 7d\n", 5);
	all_send(&rig, 0, 40, "some.com");
	rig.now_ms += DAY_MS / 2;
	all_send(&rig, 40, 10, "some.com");
	is_int(established_among(&rig, 0, 50), 50, "while learning, on the network's first day");
	rig.now_ms += DAY_MS / 2;
	all_send(&rig, 50, 10, "some.com");
	is_int(established_among(&rig, 50, 10), 0, "who comes on the second day is not");
	rig.now_ms += 10 * DAY_MS;
	all_send(&rig, ELSEWHERE, 40, "some.com");
	is_int(established_among(&rig, ELSEWHERE, 40), 0, "after learning nobody of a new network");
	ok(!rig.last.is_newcomer, "though none of them is a newcomer on its first day");
	rig_close(&rig);
}

/* After learning, a machine that takes addresses in network after network makes nothing common. */
static void test_many_networks(void)
{
	struct domain domain;
	struct rig rig;
	uint64_t sent_mbit = 0;

	rig_open(&rig, "learning: 7d\n");
	for (unsigned day = 0; day < 8; day++) {
		all_send(&rig, 0, 60, "some.com");
		rig.now_ms += DAY_MS;
	}
	for (unsigned i = 0; i < 3000; i++) {
		struct seep_address client = address_v6((uint8_t)(i % 60), 1);

		if (i % 600 == 599)
			rig.now_ms += DAY_MS;
		if (send_as(&rig, &client, rig_fresh(&rig, "tunnel.com")).outcome != SEEP_REFUSE)
			sent_mbit += rig.last.charge_mbit;
	}
	domain = domain_of(&rig, "tunnel.com");
	is_int(users_of_domain(&domain), 0, "sixty networks, with no user that counts");
	ok(sent_mbit > 8000000 && sent_mbit <= 8192000 / 8 * 13,
	   "send no more than one machine: %" PRIu64 " mbit in five days", sent_mbit);
	rig_close(&rig);
}

/* Later on, who is a day old, and sent so many names to so many domains. */
static void test_history(void)
{
	static const struct {
		const char *text;
		unsigned names, domains;
		uint64_t after_s;
		bool established;
	} cases[] = {
		{ "16 names to 16 domains, a day old", 15, 15, DAY_S, true },
		{ "15 names", 14, 14, DAY_S, false },
		{ "a second less than a day", 15, 15, DAY_S - 1, false },
		{ "40 names to 5 domains", 40, 5, DAY_S, false },
		{ "40 names to 12 domains", 40, 12, DAY_S, true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rig rig;

		rig_open(&rig, NO_BUDGET);
		all_send(&rig, 1, 1, "some.com");
		rig.now_ms += 3 * DAY_MS;
		send_history(&rig, 2, cases[i].names, cases[i].domains);
		ok(!is_established(&rig, 2), "at first nobody is");
		rig.now_ms += cases[i].after_s * 1000;
		rig_send(&rig, 2, "last.u2-0.com");
		is_bool(is_established(&rig, 2), cases[i].established, "%s", cases[i].text);
		rig_send(&rig, 2, "one-more.u2-0.com");
		is_bool(rig.last.is_newcomer, !cases[i].established, "%s: a newcomer, or not",
			cases[i].text);
		rig_close(&rig);
	}
}

/* However many have a history, an eighth of the network's users are established a day. */
static void test_quota(void)
{
	enum { users = 48, newcomers = 60 };
	struct rig rig;
	unsigned before = 0, days = 0;

	rig_open(&rig, NO_BUDGET);
	all_send(&rig, 0, users, "some.com");
	rig.now_ms += 3 * DAY_MS;
	for (uint32_t n = 100; n < 100 + newcomers; n++)
		send_history(&rig, n, 20, 10);
	is_int(established_among(&rig, 100, newcomers), 0, "none is on the day that they come");
	for (; days < 3; days++) {
		unsigned now, most;

		rig.now_ms += DAY_MS;
		all_send(&rig, 0, users, "some.com");
		all_send(&rig, 100, newcomers, "some.com");
		all_send(&rig, 100, newcomers, "some.com");
		now = established_among(&rig, 100, newcomers);
		most = network_of(&rig, 0).size / 8;
		ok(now > before && now - before <= most,
		   "day %u: %u more, of at most an eighth of %u", days, now - before,
		   network_of(&rig, 0).size);
		before = now;
	}
	rig_close(&rig);
}

/* Who does not count makes no domain common, and has no part in its habit. */
static void test_uncounted(void)
{
	struct domain domain;
	struct seep_habit habit;
	struct rig rig;
	unsigned counted = 0;

	rig_open(&rig, NO_BUDGET);
	send_history(&rig, 1, 16, 8);
	all_send(&rig, 0, 20, "common.com");
	is_int(domain_of(&rig, "common.com").users_sum.count > 9, true,
	       "users of the first day make a domain common");
	rig.now_ms += 2 * DAY_MS;
	all_send(&rig, 100, 100, "made-up.com");
	all_send(&rig, 100, 100, "made-up.com");
	domain = domain_of(&rig, "made-up.com");
	is_int(users_of_domain(&domain), 0, "a hundred addresses made up for it do not");
	for (unsigned step = 0; step < SEEP_HABIT_STEPS; step++)
		counted += domain.habit.users[step];
	is_int(counted, 0, "nor have they a habit");
	habit = domain_of(&rig, "common.com").habit;
	all_send(&rig, 100, 100, "common.com");
	domain = domain_of(&rig, "common.com");
	ok(rig.last.pair_key && memcmp(&habit, &domain.habit, sizeof(habit)) == 0,
	   "nor a part in that of a common one");
	all_send(&rig, 100, 1, "made-up.com");
	ok(rig.last.rare && !rig.last.counts, "the domain is rare");
	rig_send(&rig, 1, rig_fresh(&rig, "made-up.com"));
	domain = domain_of(&rig, "made-up.com");
	is_int(users_of_domain(&domain), 1, "one who is established is its first user");
	rig_close(&rig);
}

/* Who does not count shares one level a domain with all others of its network. */
static void test_shared_pair(void)
{
	struct rig rig;
	uint64_t keys[4];

	rig_open(&rig, NO_BUDGET);
	for (uint32_t i = 0; i < 2; i++)
		send_history(&rig, i, 16, 8);
	all_send(&rig, 0, 20, "common.com");
	rig.now_ms += 2 * DAY_MS;
	for (uint32_t i = 0; i < 2; i++) {
		all_send(&rig, i, 1, "common.com");
		keys[i] = rig.last.pair_key;
		all_send(&rig, 100 + i, 1, "common.com");
		keys[2 + i] = rig.last.pair_key;
	}
	ok(keys[0] && keys[2], "both are on the pair meter");
	ok(keys[0] != keys[1], "established users each have a level");
	ok(keys[2] == keys[3], "two newcomers have one");
	all_send(&rig, ELSEWHERE, 1, "common.com");
	ok(rig.last.pair_key != keys[2], "and those of another network another");
	rig_close(&rig);
}

/* The size is that of the best day; after learning it grows by an eighth a day. */
static void test_grows(void)
{
	struct rig rig;
	uint32_t size, before;

	rig_open(&rig, NO_BUDGET);
	all_send(&rig, 0, 40, "some.com");
	size = network_of(&rig, 0).size;
	ok(size > 40 * 0.6 && size < 40 * 1.4, "forty users on the first day: %u", size);
	is_int(seep_network_people(rig.engine), size, "are all the people here");
	all_send(&rig, 0, 40, "some.com");
	is_int(network_of(&rig, 0).size, size, "the same ones again are no more");
	for (unsigned day = 0; day < 5; day++) {
		before = network_of(&rig, 0).size;
		rig.now_ms += DAY_MS;
		all_send(&rig, 0, 250, "some.com");
		size = network_of(&rig, 0).size;
		is_int(size, before + before / 8, "day %u: with 250 addresses it grows from %u",
		       day, before);
	}
	is_int(seep_network_people(rig.engine), size, "and the people with it");
	rig_close(&rig);

	rig_open(&rig, NO_BUDGET);
	all_send(&rig, 0, 1, "some.com");
	rig.now_ms += 2 * DAY_MS;
	all_send(&rig, 0, 100, "some.com");
	is_int(network_of(&rig, 0).size, 3, "a small one by two a day");
	rig_close(&rig);

	open_on(&rig, "learning: 7d\n", 0);
	all_send(&rig, 0, 3, "some.com");
	rig.now_ms += 3 * DAY_MS;
	all_send(&rig, 0, 100, "some.com");
	size = network_of(&rig, 0).size;
	ok(size > 60 && size < 140, "while learning at once: %u", size);
	rig_close(&rig);
}

static void test_shrinks(void)
{
	struct rig rig;
	uint32_t before;
	unsigned wrong = 0;

	rig_open(&rig, NO_BUDGET);
	all_send(&rig, 0, 100, "some.com");
	all_send(&rig, ELSEWHERE, 10, "some.com");
	const uint64_t elsewhere = network_of(&rig, ELSEWHERE).size;

	for (unsigned day = 0; day < 30; day++) {
		before = network_of(&rig, 0).size;
		rig.now_ms += DAY_MS;
		rig_send(&rig, 0, rig_fresh(&rig, "some.com"));
		wrong += network_of(&rig, 0).size != before - before / 8;
		wrong += seep_network_people(rig.engine) != elsewhere + network_of(&rig, 0).size;
	}
	is_int(wrong, 0, "of whom one is left, it falls by an eighth a day");
	ok(network_of(&rig, 0).size < 8, "to few: %u", network_of(&rig, 0).size);
	is_int(network_of(&rig, ELSEWHERE).size, elsewhere, "another one keeps its size");
	rig_close(&rig);
}

/* Queries under way are inside the budget, and leave nothing when nothing was sent. */
static void test_in_flight(void)
{
	static struct seep_reservation held[1000];
	uint64_t held_mbit = 0;
	unsigned count = 0;
	struct network network;
	struct rig rig;

	rig_open(&rig, NETWORK_ONLY);
	for (; count < COUNT(held); count++) {
		struct seep_verdict verdict =
			rig_ask(&rig, count % 200, rig_fresh(&rig, "far.com"), &held[count]);

		if (verdict.outcome == SEEP_REFUSE) {
			is_int(verdict.meter, SEEP_METER_NETWORK, "after %u the network refuses",
			       count);
			break;
		}
		held_mbit += held[count].network_mbit;
	}
	network = network_of(&rig, 0);
	is_int(network.head.meter.level_mbit, held_mbit, "what is under way is on the meter");
	is_int(network.head.inflight, count, "and held");
	ok(held_mbit <= BUDGET_MBIT && held_mbit > BUDGET_MBIT - 100000, "up to the budget");
	for (unsigned i = 0; i < count; i++)
		seep_engine_release(rig.thread, &held[i]);
	network = network_of(&rig, 0);
	is_int(network.head.meter.level_mbit, 0, "all is given back");
	is_int(network.head.inflight, 0, "and none held");
	rig_close(&rig);
}

static uint64_t pair_level(struct rig *rig, uint64_t key)
{
	return seep_pairs_find(rig->engine->pairs, key, rig->now_ms / 1000).level_mbit;
}

static void test_release(void)
{
	struct seep_reservation held;
	struct network before, after;
	struct rig rig;

	rig_open(&rig, NO_BUDGET);
	rig_ask(&rig, 1, "www.one.com", &held);
	is_int(seep_engine_networks(rig.engine), 1, "a query makes its network's entry");
	seep_engine_release(rig.thread, &held);
	is_int(seep_engine_networks(rig.engine), 0, "which goes if nothing was sent");
	is_int(seep_network_people(rig.engine), 0, "and there is nobody");
	rig_ask(&rig, 1, "www.one.com", &held);
	seep_engine_commit_internal(rig.thread, &held);
	is_int(seep_engine_networks(rig.engine), 0, "nor was it if all went inside");

	all_send(&rig, 0, 3, "two.com");
	before = network_of(&rig, 0);
	for (unsigned inside = 0; inside < 2; inside++) {
		rig_ask(&rig, 5, rig_fresh(&rig, "two.com"), &held);
		ok(held.pair_key && pair_level(&rig, held.pair_key) >= held.pair_mbit &&
			   held.pair_mbit,
		   "a query in a domain of several is on the pair meter");
		ok(network_of(&rig, 0).head.meter.level_mbit > before.head.meter.level_mbit,
		   "and on the network's");
		if (inside)
			seep_engine_commit_internal(rig.thread, &held);
		else
			seep_engine_release(rig.thread, &held);
		is_int(pair_level(&rig, held.pair_key), 0, "the pair has it back");
		after = network_of(&rig, 0);
		ok(memcmp(&before, &after, sizeof(before)) == 0, "and the network");
	}
	rig_ask(&rig, 5, rig_fresh(&rig, "two.com"), &held);
	seep_engine_commit(rig.thread, &held, rig.now_ms);
	is_int(pair_level(&rig, held.pair_key), (held.pair_mbit + 999) / 1000 * 1000,
	       "what was sent stays on the pair meter");

	/* a newcomer's */
	rig.now_ms += 2 * DAY_MS;
	rig_ask(&rig, 9, rig_fresh(&rig, "nine.com"), &held);
	is_int(network_of(&rig, 0).newcomers.meter.level_mbit, held.network_mbit,
	       "a newcomer's query is on the newcomers' meter");
	seep_engine_release(rig.thread, &held);
	is_int(network_of(&rig, 0).newcomers.meter.level_mbit, 0, "and given back there");
	rig_close(&rig);
}

/* Whoever has many networks does not push out one whose newcomers' budget is spent, or in use. */
static void test_place(void)
{
	struct seep_reservation held;
	struct rig rig;

	rig_open(&rig, NETWORK_ONLY "memory-size: 1m\n");
	all_send(&rig, 1, 1, "own.com");
	rig_ask(&rig, ELSEWHERE, "www.elsewhere.com", &held);
	seep_engine_commit(rig.thread, &held, rig.now_ms);
	rig.now_ms += DAY_MS;
	send_all(&rig, 2, "new.com", 1000);
	rig_ask(&rig, ELSEWHERE + 1, "more.elsewhere.com", &held);
	ok(held.is_newcomer, "a newcomer's query is under way");
	for (uint32_t n = 0; n < 2000; n++) {
		struct seep_address client = address_v6(0, 1);
		char domain[32];

		client.bytes[4] = (uint8_t)(n >> 8);
		client.bytes[5] = (uint8_t)n;
		snprintf(domain, sizeof(domain), "many%" PRIu32 ".com", n);
		for (unsigned i = 0; i < 2; i++)
			send_as(&rig, &client, rig_fresh(&rig, domain));
	}
	is_verdict(rig_send(&rig, 3, rig_fresh(&rig, "last.com")), SEEP_REFUSE, SEEP_METER_NETWORK,
		   "after thousands of networks a newcomer where that is spent");
	is_int(network_of(&rig, ELSEWHERE).newcomers.inflight, 1, "and where one is under way");
	is_int(network_of(&rig, ELSEWHERE).newcomers.meter.level_mbit, held.network_mbit,
	       "it is on the meter");
	seep_engine_commit(rig.thread, &held, rig.now_ms);
	is_int(network_of(&rig, ELSEWHERE).newcomers.inflight, 0, "until it is sent");
	is_int(network_of(&rig, ELSEWHERE).head.inflight, 0, "for the network, too");
	rig_close(&rig);
}

/* Networks, pairs, habits and who is established are in the state file. */
static void test_restart(void)
{
	struct network before, after;
	struct domain domain_before, domain_after;
	struct image image;
	struct rig a, b;
	uint64_t pair_key;

	rig_open(&a, NETWORK_ONLY "memory-size: 1m\n");
	rig_open(&b, NETWORK_ONLY "memory-size: 1m\n");
	seep_engine_note_changes(a.engine);
	all_send(&a, 0, 30, "common.com");
	a.now_ms += DAY_MS;
	b.now_ms = a.now_ms;
	all_send(&a, 0, 20, "common.com");
	pair_key = a.last.pair_key;
	image = save(&a);
	send_all(&a, 200, "new.com", 1000);
	save_changes(&a, &image);
	before = network_of(&a, 0);
	domain_before = domain_of(&a, "common.com");
	ok(!restore(&b, &image), "the file is put back");
	after = network_of(&b, 0);
	is_int(after.head.meter.level_mbit, before.head.meter.level_mbit, "the network's level");
	is_int(after.newcomers.meter.level_mbit, before.newcomers.meter.level_mbit,
	       "its newcomers'");
	ok(before.newcomers.spent && after.newcomers.spent, "which is spent");
	is_int(after.size, before.size, "its size");
	is_int(after.day, before.day, "its day");
	is_int(after.established, before.established, "who was established today");
	ok(memcmp(after.today, before.today, sizeof(before.today)) == 0 &&
		   memcmp(&after.today_sum, &before.today_sum, sizeof(before.today_sum)) == 0,
	   "and today's users");
	is_int(seep_network_people(b.engine), seep_network_people(a.engine), "the people here");
	is_int(established_among(&b, 0, 256), 30, "thirty are established");
	domain_after = domain_of(&b, "common.com");
	ok(memcmp(&domain_before.habit, &domain_after.habit, sizeof(domain_before.habit)) == 0 &&
		   seep_habit_is_alike(&domain_after.habit),
	   "the domain's habit");
	ok(pair_level(&a, pair_key) > 0, "a pair has a level");
	is_int(pair_level(&b, pair_key), pair_level(&a, pair_key), "it has");
	is_verdict(rig_send(&b, 201, rig_fresh(&b, "later.com")), SEEP_REFUSE, SEEP_METER_NETWORK,
		   "a newcomer, after the restart");
	is_verdict(rig_send(&b, 0, rig_fresh(&b, "zero.com")), SEEP_PASS, SEEP_METER_NONE,
		   "an established user, after the restart");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* Forty people send twenty names a day each for DAYS, nobody does for AWAY, then all send one. */
static void open_scanned(struct rig *rig, unsigned days, unsigned away)
{
	rig_open(rig, "learning: 7d\n");
	for (uint32_t user = 0; user < 40; user++)
		send_history(rig, user, 16, 8);
	for (unsigned day = 0; day < days; day++) {
		for (unsigned n = 0; n < 20; n++)
			all_send(rig, 0, 40, "scanner.com");
		rig->now_ms += DAY_MS;
	}
	rig->now_ms += away * DAY_MS;
	all_send(rig, 0, 40, "scanner.com");
}

/* One of them sends COUNT names more: how many are charged in full. */
static unsigned charged_in_full(struct rig *rig, unsigned count)
{
	unsigned full = 0;

	while (count--) {
		rig_send(rig, 7, rig_fresh(rig, "scanner.com"));
		full += rig->last.user_charge_mbit == rig->last.charge_mbit;
	}
	return full;
}

/* Monday morning: all have begun to send, and little yet. It is as much their habit as it was. */
static void test_weekend(void)
{
	struct rig rig;

	open_scanned(&rig, 5, 2);
	is_int(charged_in_full(&rig, 25), 0,
	       "who is the first to send Monday's names is within the habit");
	(void)charged_in_full(&rig, 200);
	is_int(rig.last.user_charge_mbit, rig.last.charge_mbit, "and ten times as many are none");
	rig_close(&rig);
}

/* After two weeks in which nobody was there everybody may send as much as before. */
static void test_holidays(void)
{
	struct rig rig;

	open_scanned(&rig, 7, 14);
	is_int(charged_in_full(&rig, 19), 0, "who is back first is within the habit");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_newcomers_apart);
	tap_run(test_rotation);
	tap_run(test_mac);
	tap_run(test_event);
	tap_run(test_first_day);
	tap_run(test_many_networks);
	tap_run(test_history);
	tap_run(test_quota);
	tap_run(test_uncounted);
	tap_run(test_shared_pair);
	tap_run(test_weekend);
	tap_run(test_holidays);
	tap_run(test_grows);
	tap_run(test_shrinks);
	tap_run(test_in_flight);
	tap_run(test_release);
	tap_run(test_place);
	tap_run(test_restart);
	return done();
}
