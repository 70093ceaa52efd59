/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a query's path never does, counted by the linker's --wrap: allocate, call the floating point
 * library, or keep a lock beyond a call; and how many locks it takes.
 *
 * With --observe BYTES it asks and commits a thousand names of that length, for
 * test/path_length.py to count instructions.
 */
#include "engine/change.h"
#include "fixture_engine.h"

#include <sys/mman.h>

/* What the engine's calls did since counting began. */
static struct {
	unsigned memory;
	unsigned floating;
	unsigned locks;
	int held;
} counted;

#define COUNTED(returns, name, parameters, arguments, what) \
	returns __real_##name parameters;                   \
	returns __wrap_##name parameters;                   \
	returns __wrap_##name parameters                    \
	{                                                   \
		what;                                       \
		return __real_##name arguments;             \
	}

/* clang-format off */
COUNTED(void *, malloc, (size_t bytes), (bytes), counted.memory++)
COUNTED(void *, calloc, (size_t count, size_t bytes), (count, bytes), counted.memory++)
COUNTED(void *, realloc, (void *at, size_t bytes), (at, bytes), counted.memory++)
COUNTED(void, free, (void *at), (at), counted.memory++)
COUNTED(void *, aligned_alloc, (size_t line, size_t bytes), (line, bytes), counted.memory++)
COUNTED(int, posix_memalign, (void **at, size_t line, size_t bytes), (at, line, bytes),
	counted.memory++)
COUNTED(void *, mmap, (void *at, size_t bytes, int may, int how, int file, off_t from),
	(at, bytes, may, how, file, from), counted.memory++)
COUNTED(double, log2, (double x), (x), counted.floating++)
COUNTED(double, log, (double x), (x), counted.floating++)
COUNTED(double, exp, (double x), (x), counted.floating++)
COUNTED(double, exp2, (double x), (x), counted.floating++)
COUNTED(double, pow, (double x, double y), (x, y), counted.floating++)
COUNTED(int, pthread_mutex_lock, (pthread_mutex_t *lock), (lock),
	(counted.locks++, counted.held++))
COUNTED(int, pthread_mutex_unlock, (pthread_mutex_t *lock), (lock), counted.held--)
/* clang-format on */

int __real_pthread_mutex_trylock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_trylock(pthread_mutex_t *lock);

int __wrap_pthread_mutex_trylock(pthread_mutex_t *lock)
{
	int error = __real_pthread_mutex_trylock(lock);

	counted.held += error == 0;
	return error;
}

/* The worst of all calls of one kind. */
struct worst {
	unsigned memory, floating, locks, kept;
};

static void begin(void)
{
	memset(&counted, 0, sizeof(counted));
}

static void note(struct worst *worst)
{
	worst->memory += counted.memory;
	worst->floating += counted.floating;
	worst->kept += counted.held != 0;
	if (counted.locks > worst->locks)
		worst->locks = counted.locks;
}

/* One name: asked, and committed or given up. */
static void send(struct rig *rig, uint32_t user, const char *text, struct worst *ask,
		 struct worst *end)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(user, &wire, rig->now_ms);
	struct seep_reservation reservation;
	struct seep_verdict verdict;
	struct seep_name name;

	begin();
	verdict = seep_engine_judge(rig->thread, &observation, &reservation, &name);
	note(ask);
	begin();
	if (verdict.outcome == SEEP_REFUSE)
		seep_engine_refuse(rig->thread, &observation, &reservation, false);
	else if (rig->fresh_count % 16)
		seep_engine_commit(rig->thread, &reservation, rig->now_ms);
	else
		seep_engine_release(rig->thread, &reservation);
	seep_engine_answered(rig->thread, &observation, &reservation, SEEP_EXISTENCE_NO);
	seep_engine_hit(rig->thread, &observation.client);
	note(end);
}

/* As many exceptions for NAME as there may be, none of them of any user here. */
static void except(struct rig *rig, const char *name)
{
	struct seep_exception all[SEEP_EXCEPTIONS_A_DOMAIN] = { { .name_size = 0 } };
	const struct wire wire = wire_of(name);
	struct seep_exceptions *set;

	for (unsigned at = 0; at < COUNT(all); at++) {
		memcpy(all[at].name, wire.bytes, wire.size);
		all[at].name_size = (uint8_t)wire.size;
		all[at].until_s = SEEP_EXCEPTION_FOR_EVER;
		all[at].user = (struct seep_netblock){ 4, { 192, 0, 2, (uint8_t)at }, 32 };
	}
	(void)seep_exceptions_create(&set, all, COUNT(all));
	seep_engine_except(rig->engine, set);
}

static void is_clean(const struct worst *worst, unsigned locks, const char *call)
{
	is_int(worst->memory, 0, "%s: nothing is allocated or freed", call);
	is_int(worst->floating, 0, "%s: no logarithm, power or exponent is computed", call);
	is_int(worst->kept, 0, "%s: no lock is held afterwards", call);
	ok(worst->locks > 0 && worst->locks <= locks, "%s: %u locks at most, of %u allowed", call,
	   worst->locks, locks);
}

/*
 * Through the end of learning, generations of the novelty memory, full tables and spent users:
 * twenty days of a network that is far too large for its memory. After learning one user sends one
 * name of eight.
 */
static void test_path(void)
{
	enum { names = 200000, days = 20, learning = names / days * 2, settled = learning + 100 };
	struct worst ask = { 0 }, end = { 0 }, known = { 0 }, settling = { 0 };
	struct rig rig;
	char domain[32];

	rig_open(&rig, "memory-size: 1m\nlearning: 2d\nmemory: 6d\n");
	except(&rig, "com");
	for (uint32_t n = 0; n < names; n++) {
		uint32_t user = n < settled || n % 8 ? n % 997 : 5;
		bool settles = n + 1 >= learning && n < settled;

		rig.now_ms += days * DAY_MS / names;
		snprintf(domain, sizeof(domain), "site%u.com", n % 3001);
		send(&rig, user, rig_fresh(&rig, n % 3 ? domain : "cdn.com"),
		     settles ? &settling : &ask, &end);
		send(&rig, user, "www.common.com", settles ? &settling : &known, &end);
	}
	is_clean(&ask, 4, "ask, also where a table is full");
	is_clean(&known, 3, "a known name");
	is_clean(&settling, 3 + 33, "what learning taught, 32 sets a query");
	is_clean(&end, 10, "what follows");
	ok(rig_stat(&rig, "evicted.users") > 0 && rig_stat(&rig, "evicted.domains") > 0,
	   "tables were full");
	ok(rig_stat(&rig, "refused.user") > 0, "a user was refused");
	rig_close(&rig);
}

static int observe(unsigned bytes)
{
	char text[330], labels[300] = "";
	struct worst worst;
	struct rig rig;

	/* What is left of the length is labels of twenty letters. */
	for (unsigned left = bytes > 40 ? bytes - 40 : 0; left >= 21; left -= 21)
		strcat(labels, "abcdefghijklmnopqrst.");
	rig_open(&rig, USER_ONLY "memory-size: 1m\nallow-domain: nothing.invalid\n");
	except(&rig, "nothing.example.com");
	for (unsigned n = 0; n < 1000; n++) {
		snprintf(text, sizeof(text), "%016x.%sexample.com", n * 2654435761u, labels);
		rig.now_ms += DAY_MS;
		send(&rig, 1, text, &worst, &worst);
	}
	rig_close(&rig);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--observe") == 0)
		return observe((unsigned)atoi(argv[2]));
	tap_begin(argc, argv);
	tap_run(test_path);
	return done();
}
