/* SPDX-License-Identifier: BSD-3-Clause */
/* Watches lists, and gives the engine what they say. */
#include "engine/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/background.h"
#include "engine/internal.h"

struct seep_watch {
	struct seep_watch_setup setup;
	struct seep_hash_key key;
	pid_t pid;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool is_stopping;
};

struct seep_engine_lists seep_watch_lists(const struct seep_lists *lists)
{
	return (struct seep_engine_lists){ .suffixes = lists->suffixes,
					   .common = lists->common,
					   .allowed = lists->allowed,
					   .kept = lists->kept,
					   .missing = lists->missing };
}

static void say_no_memory(const struct seep_lists_setup *source)
{
	source->say(source->context, "lists: out of memory for those that have changed",
		    "what was in force stays: free memory, then touch the files");
}

bool seep_watch_look(const struct seep_watch_setup *setup)
{
	struct seep_engine_lists lists;
	struct seep_lists next;

	if (!seep_lists_are_due(setup->lists))
		return false;
	if (!seep_lists_renew(setup->lists, &setup->source, &next)) {
		say_no_memory(&setup->source);
		return false;
	}
	lists = seep_watch_lists(&next);
	if (!seep_engine_swap_lists(setup->engine, &lists)) {
		seep_lists_discard(setup->lists, &next);
		say_no_memory(&setup->source);
		return false;
	}
	seep_lists_replace(setup->lists, &next, &setup->source);
	return true;
}

/* Waits for the next look; false at the stop. */
static bool wait_look(struct seep_watch *watch)
{
	struct timespec until;
	bool is_stopping;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SEEP_WATCH_S;
	pthread_mutex_lock(&watch->lock);
	while (!watch->is_stopping && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&watch->stop, &watch->lock, &until);
	is_stopping = watch->is_stopping;
	pthread_mutex_unlock(&watch->lock);
	return !is_stopping;
}

static void *run(void *context)
{
	struct seep_watch *watch = context;

	while (wait_look(watch))
		(void)seep_watch_look(&watch->setup);
	return NULL;
}

static void make_waitable(struct seep_watch *watch)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->stop, &attributes);
	pthread_condattr_destroy(&attributes);
}

struct seep_watch *seep_watch_start(const struct seep_watch_setup *setup)
{
	struct seep_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->setup = *setup;
	watch->pid = getpid();
	watch->key = setup->engine->key;
	watch->setup.source.key = &watch->key;
	make_waitable(watch);
	watch->has_thread = setup->lists->count > 0;
	if (watch->has_thread && seep_background_start(&watch->thread, run, watch)) {
		watch->has_thread = false;
		seep_watch_stop(watch);
		return NULL;
	}
	return watch;
}

void seep_watch_stop(struct seep_watch *watch)
{
	/* A worker that was forked has no thread to end. */
	if (!watch || watch->pid != getpid())
		return;
	pthread_mutex_lock(&watch->lock);
	watch->is_stopping = true;
	pthread_cond_signal(&watch->stop);
	pthread_mutex_unlock(&watch->lock);
	if (watch->has_thread)
		pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->stop);
	pthread_mutex_destroy(&watch->lock);
	explicit_bzero(&watch->key, sizeof(watch->key));
	free(watch);
}
