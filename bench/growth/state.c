/* SPDX-License-Identifier: BSD-3-Clause */
/* What a full engine's state takes, and the longest query when the novelty memory turns. */
#include "growth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sys/statvfs.h>
#include <unistd.h>

#define SAVES       3
/* The engine is as full as it is with a million names at 64 MiB. */
#define NAMES_A_MIB (1000000 / 64)

/* Milliseconds. */
static void say_ms(const char *key, uint64_t ns)
{
	growth_say(key, (double)ns / 1e6);
}

/* So many users and domains as have a place, and names in proportion. */
static struct load full_load(const struct growth *growth)
{
	struct load load = growth->load;

	load.users = growth->memory_bytes * 4 / 32 / seep_engine_user_bytes();
	load.domains = growth->memory_bytes * 10 / 32 / seep_engine_domain_bytes();
	load.names = growth->memory_bytes / SEEP_MIB * NAMES_A_MIB;
	return load;
}

static void run_saves(struct seep_engine *engine, const char *path)
{
	double written[SAVES], synced[SAVES];
	struct bench_save save = { 0 };

	for (size_t i = 0; i < SAVES; i++) {
		if (!bench_save(engine, path, &save)) {
			perror(path);
			exit(1);
		}
		written[i] = (double)save.written_ns;
		synced[i] = (double)save.synced_ns;
		unlink(path);
	}
	growth_say("checkpoint_bytes", (double)save.bytes);
	say_ms("written_ms", (uint64_t)growth_median(written, SAVES));
	say_ms("synced_ms", (uint64_t)growth_median(synced, SAVES));
}

/* A second of a busy resolver. */
static void run_journal(struct seep_engine *engine, struct seep_thread *thread,
			const struct load *load, uint64_t when_ms)
{
	uint64_t first = load->names, ns, bytes;
	static const struct {
		uint64_t names;
		const char *bytes_key, *ms_key;
	} seconds[] = {
		{ 0, "journal_0_bytes", "journal_0_ms" },
		{ 1000, "journal_1000_bytes", "journal_1000_ms" },
		{ 10000, "journal_10000_bytes", "journal_10000_ms" },
	};

	(void)bench_journal(engine, &ns);
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		when_ms = load_fill(thread, load, first, seconds[i].names, when_ms);
		first += seconds[i].names;
		bytes = bench_journal(engine, &ns);
		growth_say(seconds[i].bytes_key, (double)bytes);
		say_ms(seconds[i].ms_key, ns);
	}
}

/* The file takes up to three quarters of memory-size, and a new one is written beside it. */
static void need_disk(const struct growth *growth)
{
	struct statvfs disk;

	if (statvfs(growth->folder, &disk) != 0) {
		perror(growth->folder);
		exit(1);
	}
	growth_need("disk", growth->memory_bytes + growth->memory_bytes / 2,
		    (uint64_t)disk.f_bavail * disk.f_frsize);
}

void growth_state(const struct growth *growth)
{
	struct load load = full_load(growth);
	struct seep_engine *engine;
	struct seep_thread *thread;
	uint64_t when_ms;
	struct bench_restart restart;
	char path[4096];

	need_disk(growth);
	engine = growth_engine(growth->memory_bytes, 1);
	thread = seep_engine_thread(engine);
	when_ms = load_fill(thread, &load, 0, load.names, GROWTH_BEGAN_MS);
	snprintf(path, sizeof(path), "%s/growth-state", growth->folder);
	growth_say("users", (double)seep_engine_users(engine));
	growth_say("domains", (double)seep_engine_domains(engine));
	growth_say("names", (double)load.names);
	run_saves(engine, path);
	run_journal(engine, thread, &load, when_ms);
	bench_restart(&engine, growth_setup(), path, &restart);
	unlink(path);
	say_ms("ended_ms", restart.ended_ns);
	say_ms("given_back_ms", restart.given_back_ns);
	say_ms("checked_ms", restart.checked_ns);
	say_ms("claimed_ms", restart.claimed_ns);
	say_ms("restored_ms", restart.restored_ns);
	say_ms("started_ms", restart.checked_ns + restart.claimed_ns + restart.restored_ns);
	growth_say("restored_users", (double)seep_engine_users(engine));
	seep_engine_destroy(engine);
}

/* Time that this thread was at work: without what others took. */
static uint64_t work_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The longest of COUNT observations from number FIRST on. */
static double longest_ns(struct seep_thread *thread, const struct load *load, uint64_t first,
			 uint64_t count, uint64_t when_ms)
{
	uint64_t longest = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint8_t name[SEEP_NAME_MAX_BYTES];
		struct seep_observation observation;
		uint64_t began, ns;

		load_observation(load, first + i, when_ms + i / LOAD_BATCH, &observation, name);
		began = work_ns();
		engine_observe(thread, &observation, 1);
		ns = work_ns() - began;
		longest = ns > longest ? ns : longest;
	}
	return (double)longest;
}

static uint64_t names_in_generation(struct seep_engine *engine, uint64_t when_ms)
{
	struct seep_statistics found;

	seep_engine_read(engine, when_ms, &found);
	return found.gauges.novelty_names;
}

void growth_turn(const struct growth *growth)
{
	struct seep_engine *engine = growth_engine(growth->memory_bytes, 1);
	struct seep_thread *thread = seep_engine_thread(engine);
	/* A generation: memory has three, beside the one that is being filled. */
	uint64_t period_ms = (growth_setup()->conf->memory_s + 2) / 3 * 1000;
	uint64_t count = growth->observations, number = growth->load.names;
	double *steady = calloc(growth->rounds, sizeof(*steady));
	double *turning = calloc(growth->rounds, sizeof(*turning));
	uint64_t when_ms = load_fill(thread, &growth->load, 0, number, GROWTH_BEGAN_MS);

	if (!steady || !turning)
		exit(1);
	for (unsigned round = 0; round < growth->rounds; round++, number += 2 * count) {
		uint64_t before;

		steady[round] = longest_ns(thread, &growth->load, number, count, when_ms);
		seep_engine_drop_changes(engine);
		before = names_in_generation(engine, when_ms);
		when_ms += period_ms;
		turning[round] = longest_ns(thread, &growth->load, number + count, count, when_ms);
		seep_engine_drop_changes(engine);
		if (names_in_generation(engine, when_ms) >= before + count) {
			fprintf(stderr, "no generation turned\n");
			exit(1);
		}
	}
	growth_say("turns", growth->rounds);
	growth_say("longest_us", growth_median(turning, growth->rounds) / 1e3);
	growth_say("longest_without_us", growth_median(steady, growth->rounds) / 1e3);
	seep_engine_destroy(engine);
	free(steady);
	free(turning);
}
