/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures the engine alone: nanoseconds for one observation, memory, and what it
 * takes to save its state; and the longest observation where a generation of the novelty memory
 * turns and where learning ends, which must not grow with the memory.
 * Prints figures and judges nothing. usage: engine [observations [seed [users [domains]]]]
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include "seep_rr.h"
#include "state/keeper.h"

#define BATCH 16 /* observations between two looks at the clock */

static unsigned users = 1000;
static unsigned domains = 20000;
static struct seep_engine *engine;
static uint64_t random_state;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t put_label(uint8_t *name, size_t at, const char *format, uint64_t number,
			unsigned pad_to)
{
	int size = snprintf((char *)name + at + 1, 64, format, number);

	while ((unsigned)size < pad_to)
		name[at + 1 + size++] = (uint8_t)('a' + random_next() % 26);
	name[at] = (uint8_t)size;
	return at + 1 + (size_t)size;
}

/* One of DOMAINS, the first ones far more often, as Zipf's law has it. */
static uint64_t pick_domain(void)
{
	uint64_t among = domains;

	for (int halvings = (int)(random_next() % 15); halvings > 0; halvings--)
		among /= 2;
	return random_next() % (among + 1);
}

/* A prefix of about PREFIX bytes below one of many domains. */
static size_t make_name(uint8_t *name, uint64_t serial, unsigned prefix)
{
	size_t at = 0;
	unsigned left = prefix;

	while (left > 63) {
		at = put_label(name, at, "%" PRIu64, random_next(), 63);
		left -= 63;
	}
	at = put_label(name, at, "h%" PRIu64, serial, left);
	at = put_label(name, at, "site%" PRIu64, pick_domain(), 0);
	at = put_label(name, at, "com", 0, 0);
	name[at] = 0;
	return at + 1;
}

struct sample {
	const char *title;
	unsigned prefix; /* bytes */
	bool known;      /* the same few names again and again */
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *title, double *ns, size_t count)
{
	qsort(ns, count, sizeof(*ns), compare);
	printf("%-40s p50 %6.0f ns  p99 %6.0f ns\n", title, ns[count / 2], ns[count * 99 / 100]);
}

static void run_queries(struct seep_thread *thread, const struct sample *sample,
			size_t observations)
{
	static uint8_t names[BATCH][SEEP_NAME_MAX_BYTES + 64];
	size_t batches = observations / BATCH;
	double *ns = calloc(batches, sizeof(*ns));
	uint64_t when_ms = UINT64_C(1700000000000);

	for (size_t i = 0; ns && i < batches; i++) {
		struct seep_observation observations_now[BATCH];
		uint64_t began;

		for (size_t j = 0; j < BATCH; j++) {
			uint32_t user = (uint32_t)(random_next() % users);

			if (sample->known)
				random_state = 1 + (i * BATCH + j) % 4096;
			observations_now[j] = (struct seep_observation){
				.client = { .bytes = { 10, 0, (uint8_t)(user >> 8), (uint8_t)user },
					    .size_bytes = 4 },
				.name = names[j],
				.name_size = make_name(names[j], sample->known ? 1 : random_next(),
						       sample->prefix),
				.type = SEEP_TYPE_A,
				.qclass = SEEP_QCLASS_IN,
				.when_ms = when_ms + i,
			};
		}
		began = clock_ns();
		for (size_t j = 0; j < BATCH; j++) {
			struct seep_reservation reservation;
			struct seep_name name;

			if (seep_engine_ask(thread, &observations_now[j], &reservation, &name)
				    .outcome != SEEP_REFUSE)
				seep_engine_commit(thread, &reservation,
						   observations_now[j].when_ms);
		}
		ns[i] = (double)(clock_ns() - began) / BATCH;
		if (i % 1000 == 999)
			seep_engine_drop_changes(engine); /* as once a second */
	}
	if (ns && sample->title[0] != ' ')
		report(sample->title, ns, batches);
	free(ns);
}

static void run_hits(struct seep_thread *thread, size_t observations)
{
	size_t batches = observations / BATCH;
	double *ns = calloc(batches, sizeof(*ns));

	for (size_t i = 0; ns && i < batches; i++) {
		struct seep_address clients[BATCH];
		uint64_t began;

		for (size_t j = 0; j < BATCH; j++)
			clients[j] =
				(struct seep_address){ .bytes = { 10, 0, 0,
								  (uint8_t)(random_next() % 50) },
						       .size_bytes = 4 };
		began = clock_ns();
		for (size_t j = 0; j < BATCH; j++)
			seep_engine_hit(thread, &clients[j]);
		ns[i] = (double)(clock_ns() - began) / BATCH;
	}
	if (ns)
		report("cache hit, 50 users", ns, batches);
	free(ns);
}

/* The state file: its frames, counted, or written to FD. */
struct sink {
	int fd; /* -1: nowhere */
	uint64_t bytes;
};

static bool put(void *context, const void *bytes, size_t size)
{
	struct sink *sink = context;

	sink->bytes += size;
	return sink->fd < 0 || write(sink->fd, bytes, size) == (ssize_t)size;
}

static _Alignas(64) unsigned char buffer[SEEP_STATE_BUFFER_BYTES];

/* The journal of what was done since the last call. */
static uint64_t journal_bytes(void)
{
	struct sink sink = { -1, 0 };
	struct seep_state_out out = { .put = put, .context = &sink, .buffer = buffer };
	const struct seep_state_tick tick = { 0, 0 };

	seep_engine_save_changes(engine, &out, &tick);
	return sink.bytes;
}

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ clock_ns() / 1000000, clock_ns() / 1000000 };
}

static void say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem)
		fprintf(stderr, "%s\n", text);
}

/* Writes a state file, ends, and starts from it, as at a reload. */
static void run_restart(const struct seep_engine_setup *setup, const char *path)
{
	const struct seep_keeper_setup keeping = {
		.path = path, .checkpoint_s = 300, .nonce = 1, .now = now, .say = say
	};
	struct seep_keeper_found found;
	struct seep_keeper *keeper = seep_keeper_open(&keeping, &found);
	enum seep_passthrough why;
	uint64_t at[6];

	if (!keeper)
		return;
	seep_keeper_start(keeper, engine);
	at[0] = clock_ns();
	seep_keeper_stop(keeper);
	at[1] = clock_ns();
	seep_engine_destroy(engine);
	at[2] = clock_ns();
	keeper = seep_keeper_open(&keeping, &found);
	at[3] = clock_ns();
	engine = seep_engine_create(setup, &why);
	at[4] = clock_ns();
	if (!keeper || !engine || !found.found) {
		fprintf(stderr, "no start from %s\n", path);
		exit(1);
	}
	seep_keeper_restore(keeper, engine, now(NULL).when_ms);
	at[5] = clock_ns();
	printf("restart: end %.1f ms, memory given back %.1f ms, file checked %.1f ms, memory "
	       "claimed %.1f ms, restored %.1f ms: %zu users, %zu domains\n",
	       (double)(at[1] - at[0]) / 1e6, (double)(at[2] - at[1]) / 1e6,
	       (double)(at[3] - at[2]) / 1e6, (double)(at[4] - at[3]) / 1e6,
	       (double)(at[5] - at[4]) / 1e6, seep_engine_users(engine),
	       seep_engine_domains(engine));
	seep_keeper_stop(keeper);
}

static void run_checkpoint(const struct seep_engine_setup *setup)
{
	char directory[] = "seep-bench-XXXXXX";
	char path[64];
	struct sink sink = { -1, 0 };
	struct seep_state_out out = { .put = put, .context = &sink, .buffer = buffer };
	uint64_t began, written;
	bool whole;

	if (!mkdtemp(directory)) {
		perror(directory);
		return;
	}
	snprintf(path, sizeof(path), "%s/state", directory);
	sink.fd = open(path, O_RDWR | O_CREAT, 0600);
	began = clock_ns();
	whole = sink.fd >= 0 && seep_engine_save(engine, &out);
	written = clock_ns();
	whole = whole && fsync(sink.fd) == 0;
	if (whole)
		printf("checkpoint: %" PRIu64 " bytes, written in %" PRIu64
		       " ms, on disk after %" PRIu64 " ms\n",
		       sink.bytes, (written - began) / 1000000, (clock_ns() - began) / 1000000);
	else
		perror(path);
	close(sink.fd);
	unlink(path);
	run_restart(setup, path);
	unlink(path);
	rmdir(directory);
}

/* A second of a busy resolver, and one of a quiet one. */
static void run_journal(struct seep_thread *thread)
{
	static const size_t counts[] = { 1000, 10000 };
	const struct sample sample = { "  (journal)", 8, false };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint64_t bytes, began, ns;

		(void)journal_bytes();
		run_queries(thread, &sample, counts[i]);
		began = clock_ns();
		bytes = journal_bytes();
		ns = clock_ns() - began;
		printf("journal of %zu novel names in a second: %" PRIu64 " bytes, %" PRIu64
		       " us\n",
		       counts[i], bytes, ns / 1000);
	}
}

/* The longest observation where much changes at once. */

#define STEP_OBSERVATIONS 20000
#define STEP_ROUNDS       5
#define STEP_USERS        100000

/* Without what else ran on the processor meanwhile. */
static uint64_t own_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Sends COUNT novel names of as many users at most; the longest observation. */
static uint64_t longest_ns(struct seep_thread *thread, unsigned count, uint64_t when_ms)
{
	static uint8_t bytes[SEEP_NAME_MAX_BYTES + 64];
	uint64_t longest = 0;

	for (unsigned i = 0; i < count; i++) {
		struct seep_observation observation = {
			.client = { .bytes = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
					       (uint8_t)i },
				    .size_bytes = 4 },
			.name = bytes,
			.name_size = make_name(bytes, random_next(), 8),
			.type = SEEP_TYPE_A,
			.qclass = SEEP_QCLASS_IN,
			.when_ms = when_ms,
		};
		struct seep_reservation reservation;
		struct seep_name name;
		uint64_t began = own_ns(), ns;

		if (seep_engine_ask(thread, &observation, &reservation, &name).outcome !=
		    SEEP_REFUSE)
			seep_engine_commit(thread, &reservation, when_ms);
		ns = own_ns() - began;
		longest = ns > longest ? ns : longest;
	}
	return longest;
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The least and the middle of the longest of each round: interrupts make single ones longer. */
static void report_longest(const char *title, uint64_t *ns)
{
	qsort(ns, STEP_ROUNDS, sizeof(*ns), compare_ns);
	printf("  %-34s least %8.1f us, middle %8.1f us\n", title, (double)ns[0] / 1e3,
	       (double)ns[STEP_ROUNDS / 2] / 1e3);
}

static uint64_t reading_ns(struct seep_engine *of, uint64_t when_ms)
{
	struct seep_statistics statistics;
	uint64_t began = own_ns();

	seep_engine_read(of, when_ms, &statistics);
	return own_ns() - began;
}

static void run_steps(uint64_t memory_bytes)
{
	static const char *const titles[] = { "with no step", "a generation turns",
					      "three turn at once", "learning ends",
					      "statistics are read" };
	uint64_t ns[5][STEP_ROUNDS];
	struct seep_conf conf;
	struct seep_engine_setup setup = {
		.conf = &conf,
		.key = { .bytes = "bench", .rounds = SEEP_HASH_1_3 },
		.threads = 1,
	};
	const uint64_t day_ms = SEEP_DAY_S * 1000;

	seep_conf_defaults(&conf);
	conf.memory_size_bytes = memory_bytes;
	for (unsigned i = 0; i < STEP_ROUNDS; i++) {
		uint64_t when_ms = UINT64_C(1700000000000);
		enum seep_passthrough why;
		struct seep_engine *stepped;
		struct seep_thread *thread;

		setup.when_ms = when_ms;
		stepped = seep_engine_create(&setup, &why);
		if (!stepped) {
			fprintf(stderr, "no engine of %" PRIu64 " bytes\n", memory_bytes);
			return;
		}
		thread = seep_engine_thread(stepped);
		(void)longest_ns(thread, STEP_USERS, when_ms);
		ns[0][i] = longest_ns(thread, STEP_OBSERVATIONS, when_ms);
		ns[3][i] = longest_ns(thread, STEP_OBSERVATIONS, when_ms += 8 * day_ms);
		ns[1][i] = longest_ns(thread, STEP_OBSERVATIONS, when_ms += 11 * day_ms);
		ns[2][i] = longest_ns(thread, STEP_OBSERVATIONS, when_ms += 31 * day_ms);
		ns[4][i] = reading_ns(stepped, when_ms);
		seep_engine_destroy(stepped);
	}
	seep_conf_release(&conf);
	printf("longest of %u observations, %" PRIu64 " MiB, %u rounds:\n", STEP_OBSERVATIONS,
	       (uint64_t)(memory_bytes / SEEP_MIB), STEP_ROUNDS);
	for (unsigned step = 0; step < 5; step++)
		report_longest(titles[step], ns[step]);
}

int main(int argc, char **argv)
{
	static const struct sample samples[] = {
		{ "sent, novel, prefix of 8 bytes", 8, false },
		{ "sent, novel, prefix of 60 bytes", 60, false },
		{ "sent, novel, prefix of 220 bytes", 220, false },
		{ "sent, known, prefix of 8 bytes", 8, true },
	};
	size_t observations = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	struct seep_conf conf;
	struct seep_engine_setup setup = {
		.conf = &conf,
		.key = { .bytes = "bench", .rounds = SEEP_HASH_1_3 },
		.threads = 1,
	};
	enum seep_passthrough why;
	struct seep_thread *thread;

	random_state = argc > 2 ? strtoul(argv[2], NULL, 10) | 1 : 20261122;
	users = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : users;
	domains = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : domains;
	seep_conf_defaults(&conf);
	conf.learning_s = 0;
	conf.user_budget_bytes = conf.domain_budget_bytes = SEEP_GIB;
	engine = seep_engine_create(&setup, &why);
	if (!engine) {
		fprintf(stderr, "no engine: reason %d\n", why);
		return 1;
	}
	thread = seep_engine_thread(engine);
	if (!seep_engine_note_changes(engine))
		return 1;
	printf("%zu observations each, %u users, %u domains, %llu bytes claimed\n", observations,
	       users, domains, (unsigned long long)seep_engine_memory_bytes(engine));
	run_hits(thread, observations);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		run_queries(thread, &samples[i], observations);
	run_journal(thread);
	run_checkpoint(&setup);
	seep_engine_destroy(engine);
	seep_conf_release(&conf);
	run_steps(64 * SEEP_MIB);
	run_steps(SEEP_GIB);
	return 0;
}
