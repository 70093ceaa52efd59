/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs that measure the engine share: the clock, dice, and its state as a file. */
#include "share.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <unistd.h>

uint64_t bench_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

__attribute__((noinline)) void engine_observe(struct seep_thread *thread,
					      const struct seep_observation *observations,
					      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct seep_reservation reservation;
		struct seep_name name;

		if (seep_engine_ask(thread, &observations[i], &reservation, &name).outcome !=
		    SEEP_REFUSE)
			seep_engine_commit(thread, &reservation, observations[i].when_ms);
	}
}

__attribute__((noinline)) void engine_hit(struct seep_thread *thread,
					  const struct seep_address *clients, size_t count)
{
	for (size_t i = 0; i < count; i++)
		seep_engine_hit(thread, &clients[i]);
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

bool bench_save(struct seep_engine *engine, const char *path, struct bench_save *save)
{
	struct sink sink = { open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), 0 };
	struct seep_state_out out = { .put = put, .context = &sink, .buffer = buffer };
	uint64_t began = bench_clock_ns();
	bool whole;

	if (sink.fd < 0)
		return false;
	whole = seep_engine_save(engine, &out);
	save->written_ns = bench_clock_ns() - began;
	whole = fsync(sink.fd) == 0 && whole;
	save->synced_ns = bench_clock_ns() - began;
	save->bytes = sink.bytes;
	close(sink.fd);
	return whole;
}

uint64_t bench_journal(struct seep_engine *engine, uint64_t *ns)
{
	struct sink sink = { -1, 0 };
	struct seep_state_out out = { .put = put, .context = &sink, .buffer = buffer };
	const struct seep_state_tick tick = { 0, 0 };
	uint64_t began = bench_clock_ns();

	seep_engine_save_changes(engine, &out, &tick);
	*ns = bench_clock_ns() - began;
	return sink.bytes;
}

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ bench_clock_ns() / 1000000, bench_clock_ns() / 1000000 };
}

static void say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem)
		fprintf(stderr, "%s\n", text);
}

/* The nanoseconds since *AT, which is moved to now. */
static uint64_t lap(uint64_t *at)
{
	uint64_t before = *at;

	*at = bench_clock_ns();
	return *at - before;
}

void bench_restart(struct seep_engine **engine, const struct seep_engine_setup *setup,
		   const char *path, struct bench_restart *restart)
{
	const struct seep_keeper_setup keeping = {
		.path = path, .checkpoint_s = 300, .nonce = 1, .now = now, .say = say
	};
	struct seep_keeper_found found;
	struct seep_keeper *keeper = seep_keeper_open(&keeping, &found);
	enum seep_passthrough why;
	uint64_t at;

	if (!keeper) {
		fprintf(stderr, "no memory for the keeper\n");
		exit(1);
	}
	seep_keeper_start(keeper, *engine);
	at = bench_clock_ns();
	seep_keeper_stop(keeper);
	restart->ended_ns = lap(&at);
	seep_engine_destroy(*engine);
	restart->given_back_ns = lap(&at);
	keeper = seep_keeper_open(&keeping, &found);
	restart->checked_ns = lap(&at);
	*engine = seep_engine_create(setup, &why);
	restart->claimed_ns = lap(&at);
	if (!keeper || !*engine || !found.found) {
		fprintf(stderr, "no start from %s\n", path);
		exit(1);
	}
	seep_keeper_restore(keeper, *engine, now(NULL).when_ms);
	restart->restored_ns = lap(&at);
	seep_keeper_stop(keeper);
}
