/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of learning: nobody is refused what it sent every day before; users and networks that no
 * budget fits are named, flagged and not refused; who comes later learns a budget of its own.
 */
#include "fixture_engine.h"
#include "fixture_state.h"
#include "meter/budget.h"

/* At 52.5 bits for ten letters that are flat, or less, a KiB holds 150 to 160 names. */
#define KIB_NAMES 155

#define LEARNING_DAYS 7

/* What the review said. */
struct reviewed {
	unsigned count;
	struct seep_review review;
};

static void review(void *context, const struct seep_review *of)
{
	struct reviewed *reviewed = context;

	reviewed->count++;
	reviewed->review = *of;
}

static void open_reviewed(struct rig *rig, const char *conf, struct reviewed *reviewed)
{
	struct seep_engine_setup setup = { .key = { .rounds = SEEP_HASH_1_3, .bytes = "crowd" },
					   .threads = 1,
					   .tell_review = review,
					   .tell_context = reviewed };

	*reviewed = (struct reviewed){ 0 };
	rig_open_setup(rig, conf, &setup);
}

/* Sends COUNT names to DOMAIN; how many were refused. */
static unsigned send_many(struct rig *rig, uint32_t user, const char *domain, unsigned count)
{
	unsigned refused = 0;

	while (count--)
		refused += rig_send(rig, user, rig_fresh(rig, domain)).outcome == SEEP_REFUSE;
	return refused;
}

/* How many names go before one is refused or, for a crowd, would be; or MOST. */
static unsigned room_of(struct rig *rig, uint32_t user, unsigned most)
{
	unsigned count = 0;
	char domain[32];

	snprintf(domain, sizeof(domain), "user%" PRIu32 ".com", user);
	while (count < most &&
	       rig_send(rig, user, rig_fresh(rig, domain)).outcome < SEEP_WOULD_REFUSE)
		count++;
	return count;
}

static bool is_about(unsigned names, unsigned bytes)
{
	return names > bytes * (KIB_NAMES - 20) / 1024 && names < bytes * (KIB_NAMES + 20) / 1024;
}

static uint64_t level_of_network(struct rig *rig, uint32_t user)
{
	struct seep_address client = address_v4(user);
	struct seep_address network = seep_address_network(&rig->engine->network_masks, &client);
	uint64_t key = seep_hash_bytes(&rig->engine->key, &network, sizeof(network));
	struct seep_entry *entry = seep_table_find(rig->engine->networks, key);
	uint64_t level_mbit;

	if (!entry)
		return 0;
	level_mbit = entry->meter.level_mbit;
	seep_table_unlock(rig->engine->networks, key);
	return level_mbit;
}

/* One address with a crowd behind it, and four ordinary users. */
static void test_crowd(void)
{
	const struct seep_address crowd = address_v4(1);
	struct reviewed reviewed;
	struct rig rig;
	uint64_t network_mbit;
	unsigned long long learning;
	unsigned refused = 0, would = 0, on_others = 0;

	open_reviewed(&rig, "learning: 7d\n", &reviewed);
	for (unsigned day = 0; day < LEARNING_DAYS; day++) {
		send_many(&rig, 1, "crowd.com", 4 * KIB_NAMES);
		for (uint32_t user = 2; user <= 5; user++)
			send_many(&rig, user, "some.com", 2);
		is_int(reviewed.count, 0, "day %u: no review while learning", day);
		rig.now_ms += DAY_MS;
	}
	seep_engine_settle(rig.engine, rig.now_ms);
	send_many(&rig, 2, "some.com", 1);
	is_int(reviewed.count, 1, "when learning is over it is reviewed");
	is_int(reviewed.review.crowds, 1, "one user is a crowd");
	is_int(reviewed.review.vast, 0, "and no network too large");
	is_int(reviewed.review.named_count, 1, "it is named");
	ok(!reviewed.review.named[0].is_network &&
		   memcmp(&reviewed.review.named[0].address, &crowd, sizeof(crowd)) == 0,
	   "by its address");
	ok(reviewed.review.named[0].names > 2000 && reviewed.review.named[0].names < 9000,
	   "with what it sent: %" PRIu64 " names", reviewed.review.named[0].names);
	is_int(reviewed.review.named[0].domains, 1, "to one domain");
	is_int(reviewed.review.users, 4, "four others have a budget of their own");
	is_int(reviewed.review.new_bytes, 1024, "newcomers a KiB");
	is_int(reviewed.review.most_bytes, 512, "the largest is the least");
	ok(reviewed.review.misfits > 100,
	   "in the last day %" PRIu64 " of its queries found no room", reviewed.review.misfits);
	is_stat(&rig, "users.crowds", 1, "of five");

	network_mbit = level_of_network(&rig, 1);
	learning = rig_stat(&rig, "would_refuse.user");
	for (unsigned i = 0; i < 20 * KIB_NAMES; i++) {
		struct seep_verdict verdict = rig_send(&rig, 1, rig_fresh(&rig, "crowd.com"));

		refused += verdict.outcome == SEEP_REFUSE;
		would += verdict.outcome == SEEP_WOULD_REFUSE && verdict.meter == SEEP_METER_USER &&
			 rig.last.is_relented;
		on_others += rig.last.network_mbit > 0 || rig.last.domain_mbit > 0;
	}
	is_int(refused, 0, "none of 20 KiB more is refused");
	/* as such that no budget fits */
	ok(would > 15 * KIB_NAMES, "but told, %u times", would);
	is_stat(&rig, "would_refuse.user", learning + would, "with those of the learning");
	is_int(on_others, 0, "nothing of it is on its network's or its domain's meter");
	is_int(level_of_network(&rig, 1), network_mbit, "the network's stays where it was");
	ok(is_about(room_of(&rig, 2, 1000), 512), "another user there has its budget");
	is_verdict(rig.last.verdict, SEEP_REFUSE, SEEP_METER_USER, "and no more");
	ok(!rig.last.is_relented, "for a budget fits it");
	is_int(reviewed.count, 1, "the review is told once");
	rig_close(&rig);
}

/* A budget that seep.conf gives is what the review tells. */
static void test_given(void)
{
	struct reviewed reviewed;
	struct rig rig;

	open_reviewed(&rig, "learning: 7d\nuser-budget: 300\n", &reviewed);
	for (uint32_t user = 1; user <= 5; user++)
		send_many(&rig, user, "www.com", 1);
	rig.now_ms += LEARNING_DAYS * DAY_MS;
	seep_engine_settle(rig.engine, rig.now_ms);
	is_int(reviewed.count, 1, "with a budget for all there is a review");
	is_int(reviewed.review.new_bytes, 300, "newcomers have it");
	is_int(reviewed.review.most_bytes, 300, "and nobody more");
	rig_close(&rig);
}

/* Just below what no budget fits a user has the largest one, and ends there. */
static void test_no_crowd(void)
{
	struct reviewed reviewed;
	struct rig rig;
	unsigned room;

	open_reviewed(&rig, "learning: 7d\nnetwork-budget: 1g\n", &reviewed);
	send_many(&rig, 1, "user1.com", 7 * KIB_NAMES);
	rig.now_ms += 60 * DAY_MS;
	room = room_of(&rig, 1, 10000);
	ok(is_about(room, 16384), "who needed 7 KiB has 16: %u names", room);
	is_verdict(rig.last.verdict, SEEP_REFUSE, SEEP_METER_USER, "then it");
	is_int(reviewed.count, 0, "months later nothing is reviewed");
	is_stat(&rig, "users.crowds", 0, "no user");
	rig_close(&rig);
}

/*
 * A network that needs more than 64 KiB, of those who were there on its first day or of its
 * newcomers: none of them needs more than a user may.
 */
static void check_vast(bool newcomers, const char *conf, bool is_vast)
{
	const uint32_t first = newcomers ? 100 : 1;
	const struct seep_address block = address_v4(0);
	struct reviewed reviewed;
	struct rig rig;
	char domain[32];

	open_reviewed(&rig, conf, &reviewed);
	for (uint32_t user = 1; user <= 12; user++)
		send_many(&rig, user, "www.com", 1);
	rig.now_ms += 5 * DAY_MS;
	for (uint32_t user = first; user < first + 12; user++) {
		snprintf(domain, sizeof(domain), "u%" PRIu32 ".com", user);
		send_many(&rig, user, domain, 13 * KIB_NAMES / 2);
	}
	rig.now_ms += 2 * DAY_MS;
	for (uint32_t user = first + 20; user < first + 80; user++) {
		snprintf(domain, sizeof(domain), "v%" PRIu32 ".com", user);
		if (newcomers)
			send_many(&rig, user, domain, KIB_NAMES / 2);
	}
	for (uint32_t user = first; user < first + 12 && !newcomers; user++) {
		snprintf(domain, sizeof(domain), "w%" PRIu32 ".com", user);
		send_many(&rig, user, domain, KIB_NAMES);
	}
	if (is_vast) {
		is_stat(&rig, "refused.network", 0, "a network too large for any budget");
		ok(rig_stat(&rig, "would_refuse.network") > 0, "is told");
		is_int(reviewed.review.vast, 1, "and reviewed");
		ok(reviewed.review.named_count == 1 && reviewed.review.named[0].is_network &&
			   memcmp(&reviewed.review.named[0].address, &block, sizeof(block)) == 0,
		   "by its address");
		is_int(reviewed.review.crowds, 0, "none of its users is a crowd");
	} else {
		ok(rig_stat(&rig, "refused.network") > 0,
		   "one whose budget is given is held to that");
		is_int(reviewed.review.vast, 0, "and too large for none");
	}
	is_stat(&rig, "refused.user", 0, "of its users");
	rig_close(&rig);
}

static void test_vast(void)
{
	check_vast(false, "learning: 7d\n", true);
	check_vast(true, "learning: 7d\n", true);
	check_vast(false, "learning: 7d\nnetwork-budget: 20k\n", false);
	check_vast(true, "learning: 7d\nnetwork-budget: 20k\n", false);
}

/* What a network needs is noted from its second day on: on the first everything is new. */
static void test_first_day(void)
{
	for (unsigned day = 0; day < 2; day++) {
		struct reviewed reviewed;
		struct rig rig;
		char domain[32];

		open_reviewed(&rig, "learning: 7d\n", &reviewed);
		send_many(&rig, 1, "www.com", 1);
		rig.now_ms += day * DAY_MS;
		for (uint32_t user = 1; user <= 6; user++) {
			snprintf(domain, sizeof(domain), "u%" PRIu32 ".com", user);
			send_many(&rig, user, domain, 6 * KIB_NAMES);
		}
		rig.now_ms += DAY_MS;
		send_many(&rig, 1, "www.com", 1);
		rig.now_ms += (LEARNING_DAYS - 1 - day) * DAY_MS;
		seep_engine_settle(rig.engine, rig.now_ms);
		is_int(reviewed.count, 1, "day %u: it is reviewed", day);
		if (day)
			ok(reviewed.review.network_bytes > 8192,
			   "what its users send on the second day it may need: %" PRIu64 " bytes",
			   reviewed.review.network_bytes);
		else
			is_int(reviewed.review.network_bytes, 4096,
			       "what they send on the first it does not");
		rig_close(&rig);
	}
}

/* Who comes after learning: what it needs in its own first days, and no more than newcomers get. */
static void test_latecomer(void)
{
	static const struct {
		const char *text;
		unsigned names; /* in its first days */
		uint64_t days;  /* then so many pass */
		unsigned bytes; /* and it has these */
	} cases[] = {
		{ "at first it has what newcomers get", 0, 0, 3840 },
		{ "who needed little", 5, 60, 512 },
		{ "who needed half a KiB", KIB_NAMES * 480 / 1024, 60, 1280 },
		{ "who took all that newcomers get", 5 * KIB_NAMES, 60, 3840 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reviewed reviewed;
		struct rig rig;
		unsigned room;

		open_reviewed(&rig, "learning: 7d\ndomain-budget: 1g\nnetwork-budget: 1g\n",
			      &reviewed);
		for (uint32_t user = 1; user <= 5; user++)
			send_many(&rig, user, "some.com", KIB_NAMES * 3 / 2);
		rig.now_ms += (LEARNING_DAYS + 3) * DAY_MS;
		send_many(&rig, 9, "user9.com", cases[i].names);
		rig.now_ms += cases[i].days * DAY_MS;
		room = room_of(&rig, 9, 10000);
		ok(is_about(room, cases[i].bytes), "%s: %u names", cases[i].text, room);
		rig_close(&rig);
	}
}

/* Before its first days are over a latecomer keeps what newcomers get. */
static void test_latecomer_days(void)
{
	struct rig rig;
	unsigned room;

	for (unsigned days = LEARNING_DAYS - 1; days <= LEARNING_DAYS; days++) {
		rig_open(&rig, "learning: 7d\ndomain-budget: 1g\nnetwork-budget: 1g\n");
		rig.now_ms += 20 * DAY_MS;
		send_many(&rig, 9, "user9.com", 2);
		rig.now_ms += days * DAY_MS;
		room = room_of(&rig, 9, 10000);
		ok(is_about(room, days < LEARNING_DAYS ? 1024 : 512), "after %u days: %u names",
		   days, room);
		rig_close(&rig);
	}
}

/* How far the count of what learning taught has come, in sets of both tables. */
static size_t settled_sets(const struct rig *rig)
{
	return rig->engine->settling.users_set + rig->engine->settling.networks_set;
}

/*
 * A query counts a few sets only, however many there are; once all are counted the review is told,
 * once, and says what a count in one go says.
 */
static void test_settling(void)
{
	struct reviewed one, other;
	struct rig rig, at_once;
	size_t sets, counted = 0, most = 0, calls = 0;

	open_reviewed(&rig, "learning: 7d\nmemory-size: 16m\n", &one);
	open_reviewed(&at_once, "learning: 7d\nmemory-size: 16m\n", &other);
	for (uint32_t user = 1; user <= 50; user++) {
		send_many(&rig, user, "some.com", 2 * user);
		send_many(&at_once, user, "some.com", 2 * user);
	}
	is_int(settled_sets(&rig), 0, "while learning nothing is counted");
	rig.now_ms = at_once.now_ms += LEARNING_DAYS * DAY_MS;
	sets = seep_table_sets(rig.engine->users) + seep_table_sets(rig.engine->networks);
	for (; !one.count && calls < sets; calls++) {
		send_many(&rig, 1, "some.com", 1);
		if (settled_sets(&rig) - counted > most)
			most = settled_sets(&rig) - counted;
		counted = settled_sets(&rig);
	}
	is_int(most, SETTLING_SETS, "a query counts so many sets at most");
	is_int(counted, sets, "in the end all");
	is_int(calls, sets / SETTLING_SETS + 1, "by no query more than it takes");
	send_many(&rig, 1, "some.com", 100);
	is_int(one.count, 1, "the review is told once");
	seep_engine_settle(at_once.engine, at_once.now_ms);
	seep_engine_settle(at_once.engine, at_once.now_ms);
	is_int(other.count, 1, "as in one go");
	ok(memcmp(&one.review, &other.review, sizeof(one.review)) == 0, "and says the same");
	rig_close(&rig);
	rig_close(&at_once);
}

static void count_review(void *context, const struct seep_review *of)
{
	atomic_uint *told = context;

	(void)of;
	atomic_fetch_add(told, 1);
}

static void *settle_often(void *context)
{
	struct rig *rig = context;

	for (unsigned i = 0; i < 1000; i++)
		seep_learned_settle_some(rig->engine, rig->now_ms / 1000);
	return NULL;
}

/* Queries of several threads and the keeper's count together, and all sets once. */
static void test_settling_threads(void)
{
	atomic_uint told = 0;
	struct seep_engine_setup setup = { .key = { .rounds = SEEP_HASH_1_3, .bytes = "crowd" },
					   .threads = 1,
					   .tell_review = count_review,
					   .tell_context = &told };
	pthread_t threads[3];
	struct rig rig;

	rig_open_setup(&rig, "learning: 7d\n", &setup);
	for (uint32_t user = 1; user <= 200; user++)
		send_many(&rig, user, "some.com", 1);
	rig.now_ms += LEARNING_DAYS * DAY_MS;
	for (unsigned i = 0; i < COUNT(threads); i++)
		if (pthread_create(&threads[i], NULL, settle_often, &rig) != 0) {
			printf("Bail out! no thread\n");
			exit(1);
		}
	seep_engine_settle(rig.engine, rig.now_ms);
	ok(atomic_load(&rig.engine->learned.new_units) > 0,
	   "the keeper waits until all is counted");
	for (unsigned i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	is_int(atomic_load(&told), 1, "the review is told once");
	is_int(rig.engine->settling.review.users, 200, "each user is counted once");
	rig_close(&rig);
}

/* While it is being counted: who learned a budget is held to that, a latecomer to none yet. */
static void test_unsettled(void)
{
	struct reviewed reviewed;
	struct rig rig;
	unsigned rooms[2];

	for (unsigned i = 0; i < 2; i++) {
		open_reviewed(&rig,
			      "learning: 7d\nmemory-size: 64m\ndomain-budget: 1g\n"
			      "network-budget: 1g\n",
			      &reviewed);
		send_many(&rig, 1, "user1.com", 2 * KIB_NAMES);
		rig.now_ms += LEARNING_DAYS * DAY_MS;
		if (i == 0)
			seep_engine_settle(rig.engine, rig.now_ms);
		else
			pthread_mutex_lock(&rig.engine->settling.lock);
		send_many(&rig, 2, "user2.com", 1); /* nobody can count: the lock is held */
		is_int(reviewed.count, i == 0, "it is %scounted", i ? "being " : "");
		rooms[i] = room_of(&rig, 1, 10000);
		ok(rooms[i] > 2 * KIB_NAMES, "who needed 2 KiB has more: %u names", rooms[i]);
		is_verdict(rig.last.verdict, SEEP_REFUSE, SEEP_METER_USER, "then it is refused");
		is_int(send_many(&rig, 3, "user3.com", 8 * KIB_NAMES) > 0, i == 0,
		       "a latecomer is refused once it is known what newcomers get");
		if (i == 1) {
			pthread_mutex_unlock(&rig.engine->settling.lock);
			seep_engine_settle(rig.engine, rig.now_ms);
			ok(send_many(&rig, 3, "user3.com", 8 * KIB_NAMES) > 0, "the same one then");
		}
		rig_close(&rig);
	}
	is_int(rooms[1], rooms[0], "who learned a budget has the same before and after");
}

/* What was sent every day while learning goes on, day after day; the default budgets. */
static void test_every_day(void)
{
	static const unsigned bytes[] = { 20, 60, 100, 200, 500, 1000, 2000, 3000 };
	unsigned refused[COUNT(bytes)] = { 0 };
	struct rig rig;
	char domain[32];

	rig_open(&rig, "");
	for (unsigned day = 0; day < LEARNING_DAYS + 30; day++) {
		for (uint32_t i = 0; i < COUNT(bytes); i++) {
			snprintf(domain, sizeof(domain), "d%" PRIu32 ".com", i);
			refused[i] += send_many(&rig, i, domain, bytes[i] * KIB_NAMES / 1024);
		}
		rig.now_ms += DAY_MS;
	}
	for (size_t i = 0; i < COUNT(bytes); i++)
		is_int(refused[i], 0, "%u bytes a day, thirty days after learning", bytes[i]);
	is_stat(&rig, "users.crowds", 2, "of these");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_crowd);
	tap_run(test_given);
	tap_run(test_no_crowd);
	tap_run(test_vast);
	tap_run(test_first_day);
	tap_run(test_latecomer);
	tap_run(test_latecomer_days);
	tap_run(test_settling);
	tap_run(test_settling_threads);
	tap_run(test_unsettled);
	tap_run(test_every_day);
	return done();
}
