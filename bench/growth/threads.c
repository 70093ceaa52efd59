/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads side by side, each on a processor of its own: how many observations they do in a second
 * together, and how often one of them found a lock taken.
 */
#include "growth.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "locks.h"

#define NAME_ROOM 64 /* bytes; names are no longer here */

struct worker {
	struct load load;
	struct run *run;
	struct seep_thread *thread;
	unsigned number;
	struct seep_observation *observations;
	uint8_t (*names)[NAME_ROOM];
	uint64_t began_ns, ended_ns; /* of a round */
	struct locks locks;          /* of all rounds of a kind */
};

/* What all workers share. */
struct run {
	const struct growth *growth;
	struct seep_engine *engine;
	pthread_barrier_t barrier; /* the workers', and the main thread's */
	struct worker *workers;
	uint64_t when_ms;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* On the N-th of the processors that this program may use. */
static void settle(unsigned n)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		return;
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && n-- == 0)
			CPU_SET(cpu, &one);
	/* More threads than processors: where the system wants it. */
	if (CPU_COUNT(&one))
		(void)sched_setaffinity(0, sizeof(one), &one);
}

/* The next round's observations, known or novel ones. */
static void prepare(struct worker *worker, bool known, unsigned round, uint64_t *dice)
{
	uint64_t count = worker->run->growth->observations;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = known ? bench_random(dice) % worker->load.names
					: worker->load.names + round * count + i;

		load_observation(&worker->load, number, worker->run->when_ms + round,
				 &worker->observations[i], worker->names[i]);
	}
}

static void work(struct worker *worker, bool known, unsigned round, uint64_t *dice)
{
	struct locks before;

	prepare(worker, known, round, dice);
	pthread_barrier_wait(&worker->run->barrier);
	before = locks_counted();
	worker->began_ns = bench_clock_ns();
	engine_observe(worker->thread, worker->observations, worker->run->growth->observations);
	worker->ended_ns = bench_clock_ns();
	worker->locks.asked += locks_counted().asked - before.asked;
	worker->locks.taken += locks_counted().taken - before.taken;
	pthread_barrier_wait(&worker->run->barrier);
	/* The main thread reads what was found. */
	pthread_barrier_wait(&worker->run->barrier);
}

static void *run_worker(void *context)
{
	struct worker *worker = context;
	uint64_t dice = worker->number + 1;

	settle(worker->number);
	load_fill(worker->thread, &worker->load, 0, worker->load.names, worker->run->when_ms);
	for (unsigned round = 0; round < worker->run->growth->rounds; round++)
		work(worker, true, round, &dice);
	for (unsigned round = 0; round < worker->run->growth->rounds; round++)
		work(worker, false, round, &dice);
	return NULL;
}

/* Observations a second of all workers, from when the first began to when the last ended. */
static double rate_of(const struct run *run)
{
	uint64_t began = UINT64_MAX, ended = 0;

	for (unsigned i = 0; i < run->growth->threads; i++) {
		const struct worker *worker = &run->workers[i];

		began = worker->began_ns < began ? worker->began_ns : began;
		ended = worker->ended_ns > ended ? worker->ended_ns : ended;
	}
	return (double)(run->growth->observations * run->growth->threads) * 1e9 /
	       (double)(ended - began);
}

/* Sums what the workers counted of locks, and sets it back. */
static struct locks take_locks(struct run *run)
{
	struct locks sum = { 0, 0 };

	for (unsigned i = 0; i < run->growth->threads; i++) {
		sum.asked += run->workers[i].locks.asked;
		sum.taken += run->workers[i].locks.taken;
		run->workers[i].locks = (struct locks){ 0, 0 };
	}
	return sum;
}

/* All rounds of a kind, as the main thread sees them. */
static void watch(struct run *run, const char *kind)
{
	unsigned rounds = run->growth->rounds;
	double *rates = calloc(rounds, sizeof(*rates));
	double observations = (double)run->growth->observations * run->growth->threads * rounds;
	struct locks locks = { 0, 0 };
	char key[64];

	if (!rates)
		die("threads");
	for (unsigned round = 0; round < rounds; round++) {
		seep_engine_drop_changes(run->engine);
		pthread_barrier_wait(&run->barrier);
		pthread_barrier_wait(&run->barrier);
		rates[round] = rate_of(run);
		if (round == rounds - 1)
			locks = take_locks(run);
		pthread_barrier_wait(&run->barrier);
	}
	snprintf(key, sizeof(key), "%s_rate", kind);
	growth_say(key, growth_median(rates, rounds));
	if (locks.asked) {
		snprintf(key, sizeof(key), "%s_locks", kind);
		growth_say(key, (double)locks.asked / observations);
		snprintf(key, sizeof(key), "%s_taken", kind);
		growth_say(key, (double)locks.taken / observations);
	}
	free(rates);
}

/* The load of one thread among several. False if there is no such case. */
static bool load_of(const char *name, unsigned number, struct load *load)
{
	bool one = strcmp(name, "one") == 0;

	if (one || strcmp(name, "cdn") == 0) {
		load->domains = 1;
		load->first_name = (uint64_t)number << 32;
	} else if (strcmp(name, "own") == 0) {
		load->first_domain = number * load->domains;
	} else {
		return false;
	}
	if (one)
		load->users = 1;
	else
		load->first_user =
			(load->users + LOAD_NETWORK - 1) / LOAD_NETWORK * LOAD_NETWORK * number;
	return true;
}

static void open_worker(struct run *run, unsigned number)
{
	struct worker *worker = &run->workers[number];
	uint64_t count = run->growth->observations;

	worker->run = run;
	worker->number = number;
	worker->load = run->growth->load;
	(void)load_of(run->growth->case_name, number, &worker->load);
	worker->thread = seep_engine_thread(run->engine);
	worker->observations = calloc(count, sizeof(*worker->observations));
	worker->names = calloc(count, sizeof(*worker->names));
	if (!worker->observations || !worker->names)
		die("threads");
}

bool growth_threads(const struct growth *growth)
{
	struct load load = growth->load;
	struct run run = { .growth = growth, .when_ms = GROWTH_BEGAN_MS };
	unsigned threads = growth->threads;
	pthread_t *ids = calloc(threads, sizeof(*ids));

	if (!load_of(growth->case_name, 0, &load) || load.bytes > NAME_ROOM - 16)
		return false;
	load.names += growth->observations * growth->rounds;
	run.engine = growth_engine(load_memory_bytes(&load, threads), threads);
	run.workers = calloc(threads, sizeof(*run.workers));
	if (!ids || !run.workers || pthread_barrier_init(&run.barrier, NULL, threads + 1) != 0)
		die("threads");
	for (unsigned i = 0; i < threads; i++)
		open_worker(&run, i);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run_worker, &run.workers[i]) != 0)
			die("threads");
	watch(&run, "known");
	watch(&run, "novel");
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		free(run.workers[i].observations);
		free(run.workers[i].names);
	}
	pthread_barrier_destroy(&run.barrier);
	seep_engine_destroy(run.engine);
	free(run.workers);
	free(ids);
	return true;
}
