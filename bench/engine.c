/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures the engine alone: nanoseconds for one observation, memory, and what it
 * takes to save its state.
 * Prints figures and judges nothing. usage: engine [observations [seed [users [domains]]]]
 * engine --only novel|known|hit|refused observations: these alone, for bench/speed/engine.py,
 * which counts what is done inside of engine_observe and engine_hit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "seep_rr.h"
#include "share.h"

#define BATCH 16 /* observations between two looks at the clock */

static unsigned users = 1000;
static unsigned domains = 20000;
static struct seep_engine *engine;
static uint64_t random_state;

static uint64_t random_next(void)
{
	return bench_random(&random_state);
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
		began = bench_clock_ns();
		engine_observe(thread, observations_now, BATCH);
		ns[i] = (double)(bench_clock_ns() - began) / BATCH;
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
		began = bench_clock_ns();
		engine_hit(thread, clients, BATCH);
		ns[i] = (double)(bench_clock_ns() - began) / BATCH;
	}
	if (ns)
		report("cache hit, 50 users", ns, batches);
	free(ns);
}

/* Writes a state file, ends, and starts from it, as at a reload. */
static void run_restart(const struct seep_engine_setup *setup, const char *path)
{
	struct bench_restart restart;

	bench_restart(&engine, setup, path, &restart);
	printf("restart: end %.1f ms, memory given back %.1f ms, file checked %.1f ms, memory "
	       "claimed %.1f ms, restored %.1f ms: %zu users, %zu domains\n",
	       (double)restart.ended_ns / 1e6, (double)restart.given_back_ns / 1e6,
	       (double)restart.checked_ns / 1e6, (double)restart.claimed_ns / 1e6,
	       (double)restart.restored_ns / 1e6, seep_engine_users(engine),
	       seep_engine_domains(engine));
}

static void run_checkpoint(const struct seep_engine_setup *setup)
{
	char directory[] = "seep-bench-XXXXXX";
	char path[64];
	struct bench_save save;

	if (!mkdtemp(directory)) {
		perror(directory);
		return;
	}
	snprintf(path, sizeof(path), "%s/state", directory);
	if (bench_save(engine, path, &save))
		printf("checkpoint: %" PRIu64 " bytes, written in %" PRIu64
		       " ms, on disk after %" PRIu64 " ms\n",
		       save.bytes, save.written_ns / 1000000, save.synced_ns / 1000000);
	else
		perror(path);
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
		uint64_t bytes, ns;

		(void)bench_journal(engine, &ns);
		run_queries(thread, &sample, counts[i]);
		bytes = bench_journal(engine, &ns);
		printf("journal of %zu novel names in a second: %" PRIu64 " bytes, %" PRIu64
		       " us\n",
		       counts[i], bytes, ns / 1000);
	}
}

/* One kind of observations, and nothing else. False if there is no such KIND. */
static bool run_only(const char *kind, size_t observations)
{
	const struct sample sample = { kind, 8, strcmp(kind, "known") == 0 };
	struct seep_thread *thread = seep_engine_thread(engine);

	if (strcmp(kind, "hit") == 0)
		run_hits(thread, observations);
	else if (sample.known || strcmp(kind, "novel") == 0 || strcmp(kind, "refused") == 0)
		run_queries(thread, &sample, observations);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	static const struct sample samples[] = {
		{ "sent, novel, prefix of 8 bytes", 8, false },
		{ "sent, novel, prefix of 60 bytes", 60, false },
		{ "sent, novel, prefix of 220 bytes", 220, false },
		{ "sent, known, prefix of 8 bytes", 8, true },
	};
	const char *only = argc == 4 && strcmp(argv[1], "--only") == 0 ? argv[2] : NULL;
	size_t observations;
	struct seep_conf conf;
	struct seep_engine_setup setup = {
		.conf = &conf,
		.key = { .bytes = "bench", .rounds = SEEP_HASH_1_3 },
		.threads = 1,
	};
	enum seep_passthrough why;
	struct seep_thread *thread;
	bool is_known_kind = true;

	if (only) {
		argc -= 2;
		argv += 2;
	}
	observations = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	random_state = argc > 2 ? strtoul(argv[2], NULL, 10) | 1 : 20261122;
	users = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : users;
	domains = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : domains;
	seep_conf_defaults(&conf);
	conf.learning_s = 0;
	conf.user_budget_bytes = conf.domain_budget_bytes = SEEP_GIB;
	if (only && strcmp(only, "refused") == 0) {
		conf.user_budget_bytes = 16;
		conf.user_refill_bytes_per_day = 0;
	}
	engine = seep_engine_create(&setup, &why);
	if (!engine) {
		fprintf(stderr, "no engine: reason %d\n", why);
		return 1;
	}
	if (!seep_engine_note_changes(engine))
		return 1;
	if (only) {
		is_known_kind = run_only(only, observations);
		seep_engine_destroy(engine);
		seep_conf_release(&conf);
		return is_known_kind ? 0 : 2;
	}
	thread = seep_engine_thread(engine);
	printf("%zu observations each, %u users, %u domains, %llu bytes claimed\n", observations,
	       users, domains, (unsigned long long)seep_engine_memory_bytes(engine));
	run_hits(thread, observations);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		run_queries(thread, &samples[i], observations);
	run_journal(thread);
	run_checkpoint(&setup);
	seep_engine_destroy(engine);
	seep_conf_release(&conf);
	return 0;
}
