/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine from several threads at once: no count is lost, no budget overrun; to be run under
 * ThreadSanitizer too.
 */
#include "meter/charge.h"
#include "fixture.h"

#include <pthread.h>

#define THREADS 4
#define STEPS   30000
#define HELD    16

/* What one thread does, and what it saw. */
struct worker {
	pthread_t id;
	struct rig *rig;
	struct seep_thread *thread;
	uint64_t seed;
	uint32_t users; /* that take turns */
	uint64_t step_ms;
	unsigned long long asked, refused, unsent, hits, events;
	unsigned long long classes[SEEP_CLASS_COUNT];
	uint64_t *user_mbit;  /* committed, user by user */
	uint64_t *novel_mbit; /* of it, what only fits within the budget itself */
	uint64_t unsound;     /* verdicts that cannot be */
	struct seep_reservation held[HELD];
	uint32_t held_by[HELD]; /* user + 1; 0 if free */
};

static atomic_ullong told, told_above;

/* Known names, and charges below one bit, may use a share more than the budget; others not. */
static uint64_t novel_of(const struct seep_reservation *reservation)
{
	return reservation->class == SEEP_CLASS_KNOWN ||
			       reservation->user_charge_mbit < SEEP_BIT_MBIT
		       ? 0
		       : reservation->user_mbit;
}

static void tell(void *context, const struct seep_event *event)
{
	(void)context;
	atomic_fetch_add(&told, 1);
	/* What is under way for a domain that nobody used yet is on its users' meters alone: in the
	 * end it may stand above the domain's budget, by what each thread had in hand. */
	if (event->level_mbit >
	    (event->meter == SEEP_METER_DOMAIN
		     ? THREADS * event->budget_mbit
		     : event->budget_mbit + event->budget_mbit / SEEP_METER_KNOWN_SHARE))
		atomic_fetch_add(&told_above, 1);
}

static void end_one(struct worker *worker, unsigned slot, uint64_t when_ms)
{
	struct seep_reservation *reservation = &worker->held[slot];

	switch (random_next(&worker->seed) % 8) {
	case 0:
	case 1:
		seep_engine_release(worker->thread, reservation);
		worker->unsent++;
		break;
	case 2:
		seep_engine_commit_internal(worker->thread, reservation);
		worker->classes[SEEP_CLASS_INTERNAL]++;
		break;
	default:
		seep_engine_commit(worker->thread, reservation, when_ms);
		worker->classes[reservation->class]++;
		if (reservation->user_key) {
			worker->user_mbit[worker->held_by[slot] - 1] += reservation->user_mbit;
			worker->novel_mbit[worker->held_by[slot] - 1] += novel_of(reservation);
		}
	}
	worker->held_by[slot] = 0;
}

static void ask_one(struct worker *worker, unsigned slot, uint64_t when_ms)
{
	uint32_t user = (uint32_t)(random_next(&worker->seed) % worker->users);
	char text[64];
	struct seep_name name;

	/* names and domains that several ask for, and ones that nobody else does */
	snprintf(text, sizeof(text), "%" PRIx64 ".d%" PRIu64 ".%s",
		 random_next(&worker->seed) % (random_next(&worker->seed) % 2 ? 500 : UINT32_MAX),
		 random_next(&worker->seed) % (random_next(&worker->seed) % 8 ? 40 : 100000),
		 random_next(&worker->seed) % 64 ? "com" : "allowed.com");
	struct wire wire = wire_of(text);
	struct seep_observation observation = { .client = address_v4(user),
						.name = wire.bytes,
						.name_size = wire.size,
						.qclass = SEEP_QCLASS_IN,
						.internal = random_next(&worker->seed) % 64 == 0,
						.when_ms = when_ms };
	struct seep_verdict verdict =
		seep_engine_ask(worker->thread, &observation, &worker->held[slot], &name);

	worker->asked++;
	worker->unsound += (verdict.outcome == SEEP_PASS) != (verdict.meter == SEEP_METER_NONE);
	worker->unsound += verdict.outcome == SEEP_WOULD_REFUSE;
	worker->unsound += worker->held[slot].user_mbit > worker->held[slot].user_charge_mbit;
	if (verdict.outcome == SEEP_REFUSE)
		worker->refused++;
	else
		worker->held_by[slot] = user + 1;
}

static void *work(void *context)
{
	struct worker *worker = context;
	uint64_t when_ms = NOW_MS;

	for (int step = 0; step < STEPS; step++) {
		unsigned slot = random_next(&worker->seed) % HELD;

		when_ms += random_next(&worker->seed) % (2 * worker->step_ms + 1);
		if (random_next(&worker->seed) % 4 == 0) {
			struct seep_address client =
				address_v4((uint32_t)(random_next(&worker->seed) % 1000));
			seep_engine_hit(worker->thread, &client);
			seep_counters_add(&seep_thread_counters(worker->thread)->hits, 1);
			worker->hits++;
		}
		if (worker->held_by[slot])
			end_one(worker, slot, when_ms);
		else
			ask_one(worker, slot, when_ms);
	}
	for (unsigned slot = 0; slot < HELD; slot++)
		if (worker->held_by[slot])
			end_one(worker, slot, when_ms);
	return NULL;
}

/* Runs the workers on ENGINE while this thread prints; what was printed, all resets together. */
static void run(struct rig *rig, struct worker *workers, uint64_t seed, uint32_t users,
		uint64_t step_ms, struct stats *sum)
{
	*sum = (struct stats){ .count = 0 };
	atomic_store(&told, 0);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .rig = rig,
					      .thread = i ? seep_engine_thread(rig->engine)
							  : rig->thread,
					      .seed = seed + i,
					      .users = users,
					      .step_ms = step_ms,
					      .user_mbit = calloc(users, sizeof(uint64_t)),
					      .novel_mbit = calloc(users, sizeof(uint64_t)) };
		if (pthread_create(&workers[i].id, NULL, work, &workers[i]) != 0) {
			printf("Bail out! no thread\n");
			exit(1);
		}
	}
	for (int round = 0; round < 50; round++) {
		struct stats stats = rig_stats(rig, round % 2 == 0);

		for (unsigned i = 0; i < stats.count && round % 2 == 0; i++) {
			sum->keys[i] = stats.keys[i];
			sum->values[i] += stats.values[i];
			sum->count = stats.count;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].id, NULL);
	struct stats last = rig_stats(rig, true);
	for (unsigned i = 0; i < last.count; i++)
		sum->values[i] = strncmp(last.keys[i], "num.", 4) == 0
					 ? sum->values[i] + last.values[i]
					 : last.values[i];
}

/* The workers' own counts against the engine's. */
static void check(const char *text, const struct worker *workers, const struct stats *sum,
		  bool refuses)
{
	static const char *const keys[] = { "num.seep.known",    "num.seep.charged",
					    "num.seep.internal", "num.seep.allowed",
					    "num.seep.exempt",   "num.seep.unproven",
					    "num.seep.untracked" };
	unsigned long long asked = 0, refused = 0, unsent = 0, hits = 0, unsound = 0, sent = 0;

	for (unsigned i = 0; i < THREADS; i++) {
		asked += workers[i].asked;
		refused += workers[i].refused;
		unsent += workers[i].unsent;
		hits += workers[i].hits;
		unsound += workers[i].unsound;
	}
	for (unsigned class = 0; class < COUNT(keys); class ++) {
		unsigned long long count = 0;

		for (unsigned i = 0; i < THREADS; i++)
			count += workers[i].classes[class];
		is_int(stats_get(sum, keys[class]), count, "%s: %s", text, keys[class]);
		sent += count;
	}
	is_int(unsound, 0, "%s: every verdict is sound", text);
	is_int(stats_get(sum, "num.seep.sent"), sent, "%s: sent is the sum of its kinds", text);
	is_int(stats_get(sum, "num.seep.unsent"), unsent, "%s: unsent", text);
	is_int(stats_get(sum, "num.seep.hits"), hits, "%s: hits", text);
	is_int(stats_get(sum, "num.seep.refused.user") +
		       stats_get(sum, "num.seep.refused.network") +
		       stats_get(sum, "num.seep.refused.domain"),
	       refused, "%s: refused", text);
	is_int(sent + unsent + refused, asked, "%s: asked is sent, unsent or refused", text);
	is_int(stats_get(sum, "seep.inflight"), 0, "%s: nothing is in flight", text);
	is_int(stats_get(sum, "num.seep.would_refuse.user") +
		       stats_get(sum, "num.seep.would_refuse.network") +
		       stats_get(sum, "num.seep.would_refuse.domain"),
	       0, "%s: nothing would have been refused", text);
	is_int(atomic_load(&told_above), 0, "%s: no level was told above its budget", text);
	ok(sent > 0 && unsent > 0, "%s: %llu sent, %llu unsent, %llu refused, %llu events", text,
	   sent, unsent, refused, atomic_load(&told));
	is_bool(refused, refuses, "%s: is anything refused", text);
	is_bool(atomic_load(&told), refuses, "%s: is anything told", text);
}

static void free_workers(struct worker *workers)
{
	for (unsigned i = 0; i < THREADS; i++) {
		free(workers[i].user_mbit);
		free(workers[i].novel_mbit);
	}
}

/*
 * Few users, without refill or eviction: what was sent for each is within its budget, known names
 * within a share more, and what is left of it is what was not sent, to within one bare new domain.
 */
static void check_budget(unsigned budget_bytes, bool spent)
{
	/* Fewer than eight: so many are few for certain, and no domain has a habit. */
	enum { users = 7 };
	const uint64_t budget_mbit = budget_bytes * UINT64_C(8000);
	const uint64_t known_mbit = budget_mbit + budget_mbit / SEEP_METER_KNOWN_SHARE;
	const uint64_t seed = 1000 + budget_bytes;
	char conf[256];
	static struct worker workers[THREADS];
	struct stats sum;
	struct rig rig;
	unsigned probes = 0;

	printf("# budget: seed %" PRIu64 "\n", seed);
	snprintf(
		conf, sizeof(conf),
		"learning: 0\nuser-budget: %u\nuser-refill: 0\ndomain-budget: %u\ndomain-refill: 0\n"
		"network-budget: 1g\nmemory-size: 16m\nallow-domain: allowed.com\n",
		budget_bytes, spent ? 3000 : 1 << 30);
	rig_open_with(&rig, conf, THREADS, tell, NULL);
	run(&rig, workers, seed, users, 0, &sum);
	check("budget", workers, &sum, spent);
	is_int(stats_get(&sum, "num.seep.evicted.users"), 0, "budget: no user was evicted");
	for (uint32_t user = 0; user < users; user++) {
		uint64_t sent_mbit = 0, novel_mbit = 0, probed_mbit = 0, refused_mbit = 0;

		for (unsigned i = 0; i < THREADS; i++) {
			sent_mbit += workers[i].user_mbit[user];
			novel_mbit += workers[i].novel_mbit[user];
		}
		ok(novel_mbit <= budget_mbit && sent_mbit <= known_mbit,
		   "budget: user %" PRIu32 " sent %" PRIu64 " mbit of %" PRIu64, user, sent_mbit,
		   budget_mbit);
		is_bool(sent_mbit + 40000 > budget_mbit, spent, "budget: user %" PRIu32 " is %s",
			user, spent ? "spent" : "not spent");
		for (unsigned left = 0; left < 100000 && !refused_mbit; left++) {
			char text[32];
			snprintf(text, sizeof(text), "probe%u.org", probes++);
			struct wire wire = wire_of(text);
			struct seep_observation observation = query_of(user, &wire, NOW_MS);
			struct seep_reservation reservation;
			struct seep_name name;

			if (seep_engine_ask(rig.thread, &observation, &reservation, &name)
				    .outcome == SEEP_REFUSE) {
				refused_mbit = reservation.user_charge_mbit;
				continue;
			}
			seep_engine_commit(rig.thread, &reservation, NOW_MS);
			probed_mbit += reservation.user_mbit;
			novel_mbit += novel_of(&reservation);
		}
		ok(novel_mbit <= budget_mbit && sent_mbit + probed_mbit <= known_mbit &&
			   sent_mbit + probed_mbit + refused_mbit > budget_mbit,
		   "budget: user %" PRIu32 ": what is left of it, to within one name", user);
	}
	free_workers(workers);
	rig_close(&rig);
}

/*
 * Many users in the smallest memory, and months that pass: entries go, generations turn, meters
 * drain.
 */
static void test_churn(void)
{
	enum { users = 3000 };
	const uint64_t seed = 2000;
	static struct worker workers[THREADS];
	struct stats sum;
	struct rig rig;

	printf("# churn: seed %" PRIu64 "\n", seed);
	rig_open_with(
		&rig,
		"learning: 0\nuser-budget: 16\nuser-refill: 1\ndomain-budget: 30\ndomain-refill: 1\n"
		"memory-size: 1m\nmemory: 1d\nallow-domain: allowed.com\nexempt-user: 10.0.0.0/28\n",
		THREADS, tell, NULL);
	run(&rig, workers, seed, users, 10000, &sum);
	check("churn", workers, &sum, true);
	ok(stats_get(&sum, "num.seep.evicted.users") > 0, "churn: users were evicted");
	ok(stats_get(&sum, "num.seep.evicted.domains") > 0, "churn: domains were evicted");
	free_workers(workers);
	rig_close(&rig);
}

static void test_budget(void)
{
	check_budget(2000, true);
}

static void test_budget_unspent(void)
{
	check_budget(30000, false);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_budget);
	tap_run(test_budget_unspent);
	tap_run(test_churn);
	return done();
}
