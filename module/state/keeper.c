/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps the state file: the thread, and what it does each second. */
#include "state/keeper_own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/background.h"

#define TICK_MS       1000
#define SILENT_MOST   10 /* ticks without a sign of the process that took the file */
#define READY_S       5  /* the longest that a start waits for the disk */
#define SYNC_S        3  /* the longest that a command does */
/* A journal of this many times its checkpoint calls for a new one. */
#define JOURNAL_MOST  2
#define JOURNAL_LEAST (UINT64_C(16) << 20)

/* Makes what the journal's thread knows visible to all others. */
static void show(struct seep_keeper *keeper)
{
	static const enum seep_state_status status_of[] = {
		[KEEPER_NONE] = SEEP_STATE_NONE,   [KEEPER_NEW] = SEEP_STATE_FAILING,
		[KEEPER_KEPT] = SEEP_STATE_KEPT,   [KEEPER_FAILING] = SEEP_STATE_FAILING,
		[KEEPER_OTHER] = SEEP_STATE_OTHER, [KEEPER_UNKEPT] = SEEP_STATE_UNKEPT,
	};

	atomic_store(&keeper->shown.status, status_of[keeper->state]);
	atomic_store(&keeper->shown.saved_ms, keeper->saved_ms);
	atomic_store(&keeper->shown.checkpoint_ms, keeper->checkpoint_ms);
	atomic_store(&keeper->shown.bytes, keeper->file.fd >= 0 ? keeper->file.size : 0);
}

/* Seconds from THEN to now; 0 if it never was. */
static uint64_t age_s(const _Atomic uint64_t *then, uint64_t when_ms)
{
	uint64_t then_ms = atomic_load(then);

	return then_ms && when_ms > then_ms ? (when_ms - then_ms) / 1000 : 0;
}

void seep_keeper_read(const struct seep_keeper *keeper, uint64_t when_ms,
		      struct seep_gauges *gauges)
{
	if (!keeper)
		return;
	gauges->state = atomic_load(&keeper->shown.status);
	gauges->state_age = age_s(&keeper->shown.saved_ms, when_ms);
	gauges->state_checkpoint_age = age_s(&keeper->shown.checkpoint_ms, when_ms);
	gauges->state_bytes = atomic_load(&keeper->shown.bytes);
}

static bool append_owner(struct seep_keeper *keeper, bool ends)
{
	struct seep_state_owner owner = seep_keeper_owner(keeper, ends);

	memcpy(seep_state_payload(&keeper->out), &owner, sizeof(owner));
	return seep_state_put(&keeper->out, SEEP_STATE_OWNER, sizeof(owner));
}

/* Has another process put its own file at our path? */
static bool was_taken(struct seep_keeper *keeper)
{
	struct seep_state_reader reader;
	bool taken = seep_state_verify(&reader, keeper->path) == SEEP_STATE_OPENED &&
		     reader.progress.owner.nonce != keeper->setup.nonce;

	if (taken) {
		keeper->others = (struct seep_state_file){ .device = reader.device,
							   .inode = reader.inode,
							   .size = reader.offset };
		keeper->silent = 0;
		seep_keeper_say(
			keeper, true,
			"%s: process %llu writes this file now; this process meters in memory "
			"only until that one stops: give each resolver a state-file of its own",
			keeper->path, (unsigned long long)reader.progress.owner.pid);
	}
	seep_state_close(&reader);
	return taken;
}

/* Is the file as we left it? */
static void check_file(struct seep_keeper *keeper)
{
	enum seep_state_fault fault = seep_state_file_fault(&keeper->file, keeper->path);
	char text[SEEP_FAULT_TEXT_SIZE];

	if (!fault)
		return;
	if (was_taken(keeper)) {
		seep_state_end(&keeper->file);
		keeper->state = KEEPER_OTHER;
		return;
	}
	seep_keeper_fail(keeper, seep_state_fault_text(fault, 0, text), 0);
	keeper->retry_ms = 0;
}

/* Waits for the other to stop: a backup put in our file's place, say, never grows. */
static void watch_other(struct seep_keeper *keeper)
{
	struct seep_state_reader reader;

	if (!seep_state_file_fault(&keeper->others, keeper->path)) {
		if (++keeper->silent < SILENT_MOST)
			return;
		seep_keeper_say(
			keeper, true,
			"%s: no process wrote to this file for %d seconds; this process writes "
			"it again",
			keeper->path, SILENT_MOST * TICK_MS / 1000);
		keeper->state = KEEPER_NEW;
		keeper->retry_ms = 0;
		return;
	}
	keeper->silent = 0;
	(void)seep_state_open(&reader, keeper->path);
	keeper->others.device = reader.device;
	keeper->others.inode = reader.inode;
	keeper->others.size = reader.fd >= 0 ? (uint64_t)lseek(reader.fd, 0, SEEK_END) : 0;
	seep_state_close(&reader);
}

static void append_changes(struct seep_keeper *keeper, const struct seep_state_tick *tick)
{
	if (seep_engine_save_changes(keeper->engine, &keeper->out, tick)) {
		keeper->saved_ms = tick->when_ms;
		return;
	}
	seep_keeper_fail(keeper, "cannot be written", errno);
}

static bool is_writing(const struct seep_keeper *keeper)
{
	return atomic_load(&keeper->checkpoint.state) != CHECKPOINT_NONE;
}

static bool is_checkpoint_due(const struct seep_keeper *keeper, unsigned new_units,
			      uint64_t when_ms)
{
	uint64_t journal;

	if (keeper->state == KEEPER_OTHER || is_writing(keeper) || when_ms < keeper->retry_ms)
		return false;
	journal = keeper->file.size - keeper->checkpoint_bytes;
	/* Learning has ended, or its end was moved: seepctl is to see that in the file. */
	return keeper->file.fd < 0 || (new_units && new_units != keeper->told_units) ||
	       seep_engine_learning_until_ms(keeper->engine) != keeper->told_until_ms ||
	       when_ms - keeper->checkpoint_ms >= keeper->setup.checkpoint_s * 1000 ||
	       (journal > JOURNAL_LEAST && journal > JOURNAL_MOST * keeper->checkpoint_bytes);
}

static void tick(struct seep_keeper *keeper)
{
	const struct seep_state_tick time = seep_keeper_now(keeper);
	unsigned new_units;

	if (is_writing(keeper) && atomic_load(&keeper->checkpoint.state) != CHECKPOINT_WRITING)
		(void)seep_keeper_end_checkpoint(keeper);
	pthread_mutex_lock(&keeper->file_lock);
	if (keeper->file.fd >= 0)
		check_file(keeper);
	if (keeper->file.fd >= 0)
		append_changes(keeper, &time);
	else
		seep_engine_drop_changes(keeper->engine);
	if (keeper->state == KEEPER_OTHER && !is_writing(keeper))
		watch_other(keeper);
	show(keeper);
	pthread_mutex_unlock(&keeper->file_lock);
	new_units = seep_engine_settle(keeper->engine, time.when_ms);
	if (is_checkpoint_due(keeper, new_units, time.when_ms))
		seep_keeper_begin_checkpoint(keeper, time.when_ms);
}

/* Makes the file ours: the one that was found, if it can be added to, or a new one. */
static void take(struct seep_keeper *keeper)
{
	const struct seep_state_tick time = seep_keeper_now(keeper);
	bool goes_on =
		(keeper->find == KEEPER_FOUND_WHOLE || keeper->find == KEEPER_FOUND_OUTDATED) &&
		seep_state_continue(&keeper->file, keeper->path, &keeper->found);

	if (goes_on) {
		keeper->saved_ms = time.when_ms;
		/* Reloads that come often do not put it off for ever. */
		keeper->checkpoint_ms = keeper->found.header.began_ms;
		keeper->checkpoint_bytes = keeper->found.checkpoint_bytes;
		keeper->told_units = keeper->found.header.new_units;
		keeper->told_until_ms = seep_engine_learning_until_ms(keeper->engine);
		keeper->state = KEEPER_KEPT;
		if (!append_owner(keeper, false))
			seep_keeper_fail(keeper, "cannot be written", errno);
	} else {
		seep_keeper_begin_checkpoint(keeper, time.when_ms);
		if (is_writing(keeper))
			(void)seep_keeper_end_checkpoint(keeper);
	}
	seep_state_close(&keeper->found);
	show(keeper);
	if (goes_on && keeper->find == KEEPER_FOUND_OUTDATED)
		seep_keeper_begin_checkpoint(keeper, time.when_ms);
}

/*
 * Sleeps until NEXT, the next second, or until the end, or until somebody wants all to be safe;
 * false at the end. *WANTED is how often that was wanted.
 */
static bool wait_tick(struct seep_keeper *keeper, struct timespec *next, uint64_t *wanted)
{
	int error = 0;

	pthread_mutex_lock(&keeper->lock);
	while (!keeper_is_stopping(keeper) && error != ETIMEDOUT &&
	       keeper->syncs_wanted == keeper->syncs_done)
		error = pthread_cond_timedwait(&keeper->wake, &keeper->lock, next);
	*wanted = keeper->syncs_wanted;
	pthread_mutex_unlock(&keeper->lock);
	if (error == ETIMEDOUT)
		next->tv_sec += TICK_MS / 1000;
	return !keeper_is_stopping(keeper);
}

/* The file as it is now, whatever a checkpoint puts in its place meanwhile; -1 for none. */
static int hold_file(struct seep_keeper *keeper)
{
	int fd = -1;

	pthread_mutex_lock(&keeper->file_lock);
	if (keeper->state == KEEPER_KEPT && keeper->file.fd >= 0)
		fd = fcntl(keeper->file.fd, F_DUPFD_CLOEXEC, 0);
	pthread_mutex_unlock(&keeper->file_lock);
	return fd;
}

/*
 * All that changed is in the file, if that can be: makes it safe, and says so to who waits. What a
 * checkpoint put in its place has the same, and is made safe by its thread.
 */
static void sync_changes(struct seep_keeper *keeper, uint64_t wanted)
{
	int fd = hold_file(keeper);
	bool is_synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	pthread_mutex_lock(&keeper->lock);
	keeper->syncs_done = wanted;
	keeper->is_synced = is_synced;
	pthread_cond_broadcast(&keeper->synced);
	pthread_mutex_unlock(&keeper->lock);
}

static void finish(struct seep_keeper *keeper)
{
	struct seep_state_tick time;

	if (is_writing(keeper))
		(void)seep_keeper_end_checkpoint(keeper);
	if (keeper->file.fd >= 0)
		check_file(keeper);
	if (keeper->file.fd < 0)
		return;
	time = seep_keeper_now(keeper);
	append_changes(keeper, &time);
	if (keeper->file.fd >= 0)
		(void)append_owner(keeper, true);
}

static void *run(void *context)
{
	struct seep_keeper *keeper = context;
	struct timespec next;
	uint64_t wanted, done = 0;

	take(keeper);
	pthread_mutex_lock(&keeper->lock);
	if (!keeper_is_stopping(keeper))
		atomic_store(&keeper->phase, KEEPER_READY);
	pthread_cond_signal(&keeper->ready);
	pthread_mutex_unlock(&keeper->lock);
	clock_gettime(CLOCK_MONOTONIC, &next);
	next.tv_sec += TICK_MS / 1000;
	while (wait_tick(keeper, &next, &wanted)) {
		tick(keeper);
		if (wanted != done)
			sync_changes(keeper, wanted);
		done = wanted;
	}
	finish(keeper);
	return NULL;
}

static bool start_thread(struct seep_keeper *keeper)
{
	atomic_store(&keeper->phase, KEEPER_STARTED);
	if (seep_background_start(&keeper->thread, run, keeper) == 0)
		return true;
	atomic_store(&keeper->phase, KEEPER_OPENED);
	return false;
}

static void wait_ready(struct seep_keeper *keeper)
{
	struct timespec until;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += READY_S;
	pthread_mutex_lock(&keeper->lock);
	while (atomic_load(&keeper->phase) == KEEPER_STARTED && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&keeper->ready, &keeper->lock, &until);
	pthread_mutex_unlock(&keeper->lock);
}

/* Are its records of before? Then none of now's can be appended. */
static bool is_older(const struct seep_keeper *keeper, const struct seep_state_header *header)
{
	return keeper->found.header.user_bytes != header->user_bytes ||
	       keeper->found.header.domain_bytes != header->domain_bytes;
}

/* Does the file say something else of the engine than HEADER, other budgets for instance? */
static bool is_outdated(const struct seep_keeper *keeper, const struct seep_state_header *header)
{
	const struct seep_state_header *found = &keeper->found.header;
	struct seep_state_header now = *header;
	bool differs;

	now.began_ms = found->began_ms;
	now.wall_ms = found->wall_ms;
	now.owner = found->owner;
	now.new_units = found->new_units; /* counted anew when it is wanted */
	seep_state_seal_header(&now);
	differs = memcmp(&now, found, sizeof(now)) != 0;
	explicit_bzero(&now, sizeof(now));
	return differs;
}

void seep_keeper_attach(struct seep_keeper *keeper, struct seep_engine *engine)
{
	struct seep_state_header header = { .began_ms = 0 };

	keeper->engine = engine;
	seep_engine_describe(engine, &header);
	if (keeper->find == KEEPER_FOUND_WHOLE && is_older(keeper, &header))
		keeper->find = KEEPER_FOUND_CUT;
	else if (keeper->find == KEEPER_FOUND_WHOLE && is_outdated(keeper, &header))
		keeper->find = KEEPER_FOUND_OUTDATED;
	keeper->out.key = keeper->next_out.key = seep_state_key(&header);
	explicit_bzero(&header, sizeof(header));
	keeper->out.put = seep_state_append;
	keeper->out.context = &keeper->file;
	keeper->next_out.put = seep_keeper_append_next;
	keeper->next_out.context = keeper;
}

void seep_keeper_start(struct seep_keeper *keeper, struct seep_engine *engine)
{
	seep_keeper_attach(keeper, engine);
	show(keeper);
	if (keeper->state != KEEPER_NEW)
		return;
	if (!seep_engine_note_changes(engine) || !start_thread(keeper)) {
		seep_keeper_say(
			keeper, true,
			"%s: no memory to write it; budgets will not outlast a restart: free memory, and restart Unbound",
			keeper->path);
		keeper->state = KEEPER_UNKEPT;
		show(keeper);
		return;
	}
	wait_ready(keeper);
}

bool seep_keeper_sync(struct seep_keeper *keeper)
{
	struct timespec until;
	bool is_synced;
	uint64_t mine;
	int error = 0;

	if (!keeper || atomic_load(&keeper->phase) != KEEPER_READY ||
	    atomic_load(&keeper->shown.status) != SEEP_STATE_KEPT)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SYNC_S;
	pthread_mutex_lock(&keeper->lock);
	mine = ++keeper->syncs_wanted;
	pthread_cond_signal(&keeper->wake);
	while (keeper->syncs_done < mine && !keeper_is_stopping(keeper) && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&keeper->synced, &keeper->lock, &until);
	is_synced = keeper->syncs_done >= mine && keeper->is_synced;
	pthread_mutex_unlock(&keeper->lock);
	return is_synced;
}

void seep_keeper_stop(struct seep_keeper *keeper)
{
	if (!keeper)
		return;
	/* A worker that was forked has no thread to end, and its parent's file. */
	if (atomic_load(&keeper->phase) != KEEPER_OPENED && keeper->pid != getpid())
		return;
	if (atomic_load(&keeper->phase) != KEEPER_OPENED) {
		pthread_mutex_lock(&keeper->lock);
		atomic_store(&keeper->phase, KEEPER_STOPPING);
		pthread_cond_signal(&keeper->wake);
		pthread_mutex_unlock(&keeper->lock);
		pthread_join(keeper->thread, NULL);
	}
	seep_keeper_destroy(keeper);
}
