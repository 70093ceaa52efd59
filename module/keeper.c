/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps the state file: what is found at the start, the journal, checkpoints.
 *
 * FILE is ours as long as FD is open and the path still leads to it, with the size that it
 * was left with.  When that fails, whatever the reason, nothing is repaired: a
 * checkpoint makes a new file.
 */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "state_file.h"

#define TICK_MS       1000
#define ALIVE_MS      2300 /* how long another process may take to show that it lives */
#define LOOK_MS       100
#define RETRY_MS      10000 /* after a checkpoint that failed */
#define SILENT_MOST   10    /* ticks without a sign of whoever took the file */
#define READY_S       5     /* the longest that a start waits for the disk */
/* A journal of this many times its checkpoint calls for a new one. */
#define JOURNAL_MOST  2
#define JOURNAL_LEAST (UINT64_C(16) << 20)

struct checkpoint {
	pthread_t thread;
	bool running;
	atomic_bool done;
	bool made;
	int error;
	const char *doing; /* what failed */
	uint64_t began_ms;
	uint64_t
		journal_from; /* what the old file's journal gets from here on goes into the new one too */
};

struct seep_keeper {
	char path[SEEP_PATH_SIZE];
	struct seep_keeper_setup setup;
	struct seep_engine *engine;
	pid_t pid;
	struct seep_state_reader found;
	bool found_whole; /* nothing behind the last frame: it can be added to */
	enum seep_state_status status;
	atomic_bool stopping;
	bool started;
	pthread_t thread;
	pthread_mutex_t lock; /* of the two conditions */
	pthread_cond_t wake;
	pthread_cond_t ready;
	bool is_ready;
	/* The file: the keeping thread's, and the checkpoint's while it puts a new one in place. */
	pthread_mutex_t file_lock;
	struct seep_state_file file;
	struct seep_state_out out;
	struct seep_state_file next;
	struct seep_state_out next_out;
	struct checkpoint checkpoint;
	uint64_t checkpoint_bytes;
	uint64_t checkpoint_ms; /* when the last one was begun */
	uint64_t saved_ms;
	uint64_t retry_ms;      /* no checkpoint before this */
	uint64_t retry_wait_ms; /* after the next one that fails */
	bool failure_said;
	bool is_blind;   /* the directory cannot be opened; the checkpoint's */
	unsigned silent; /* ticks for which another's file did not change */
	struct seep_state_file others;
};

__attribute__((format(printf, 3, 4))) static void say(const struct seep_keeper *keeper,
						      bool problem, const char *format, ...)
{
	char text[2 * SEEP_STATE_NAME_SIZE + 256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	keeper->setup.say(keeper->setup.context, problem, text);
}

static struct seep_state_tick now_of(const struct seep_keeper *keeper)
{
	return keeper->setup.now(keeper->setup.context);
}

static const char *why(const struct seep_state_reader *reader, char text[160])
{
	if (reader->error)
		snprintf(text, 160, "%s: %s", reader->fault, strerror(reader->error));
	else
		snprintf(text, 160, "%s, at byte %llu", reader->fault,
			 (unsigned long long)reader->offset);
	return text;
}

/* What is found at the start. */

static void sleep_ms(unsigned ms)
{
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&time, &time) != 0 && errno == EINTR)
		;
}

/* Does another process add to the file that was found? */
static bool is_anothers(const struct seep_keeper *keeper, const char *path)
{
	const struct seep_state_reader *reader = &keeper->found;
	pid_t pid = (pid_t)reader->progress.owner.pid;
	/* As it is now, a frame that was cut off included. */
	struct seep_state_file file = { .device = reader->device,
					.inode = reader->inode,
					.size = (uint64_t)lseek(reader->fd, 0, SEEK_END) };

	if (pid <= 0 || pid == keeper->pid || (kill(pid, 0) != 0 && errno == ESRCH))
		return false;
	for (unsigned ms = 0; ms < ALIVE_MS; ms += LOOK_MS) {
		sleep_ms(LOOK_MS);
		if (seep_state_file_fault(&file, path))
			return true;
	}
	return false;
}

/* Begins with nothing, if the file is another's. */
static bool leave_to_other(struct seep_keeper *keeper, const char *path)
{
	if (!is_anothers(keeper, path))
		return false;
	say(keeper, true, "%s: process %llu keeps it; this one keeps nothing, and begins empty",
	    path, (unsigned long long)keeper->found.progress.owner.pid);
	seep_state_close(&keeper->found);
	keeper->status = SEEP_STATE_OTHER;
	return true;
}

/* Sets a file aside that cannot be read; false if that cannot be. */
static bool set_aside(const struct seep_keeper *keeper, const char *path,
		      const struct seep_state_reader *reader)
{
	char aside[SEEP_STATE_NAME_SIZE];
	char text[160];

	if (!seep_state_set_aside(path, keeper->setup.wall_ms / 1000, aside)) {
		say(keeper, true, "%s: %s; it cannot be set aside: %s", path, why(reader, text),
		    strerror(errno));
		return false;
	}
	say(keeper, true, "%s: %s; %s%s", path, why(reader, text),
	    aside[0] ? "set aside as " : "removed, for there are ten such files", aside);
	return true;
}

/* Reads one generation; what is damaged is set aside. */
static enum seep_state_opened look_at(struct seep_keeper *keeper, const char *path)
{
	struct seep_state_reader *reader = &keeper->found;
	enum seep_state_opened opened = seep_state_verify(reader, path);
	const char *fault = NULL;
	char text[160];

	if (opened == SEEP_STATE_OPENED)
		fault = seep_engine_restore_fault(&reader->header);
	if (fault) {
		reader->fault = fault;
		reader->offset = 0;
		opened = SEEP_STATE_DAMAGED;
	}
	if (opened == SEEP_STATE_UNUSABLE)
		say(keeper, true, "%s: %s", path, why(reader, text));
	if (opened == SEEP_STATE_DAMAGED && !set_aside(keeper, path, reader))
		opened = SEEP_STATE_UNUSABLE;
	if (opened != SEEP_STATE_OPENED)
		seep_state_close(reader);
	return opened;
}

/* Finds the file, or the generation before it. */
static void look(struct seep_keeper *keeper)
{
	enum seep_state_opened opened = look_at(keeper, keeper->path);
	char old[SEEP_STATE_NAME_SIZE];

	keeper->status = SEEP_STATE_FAILING;
	if (opened == SEEP_STATE_OPENED) {
		keeper->found_whole = !keeper->found.fault;
		(void)leave_to_other(keeper, keeper->path);
		return;
	}
	if (opened == SEEP_STATE_UNUSABLE) {
		keeper->status = SEEP_STATE_NONE;
		return;
	}
	seep_state_name(old, keeper->path, ".old");
	if (look_at(keeper, old) == SEEP_STATE_OPENED && !leave_to_other(keeper, old))
		say(keeper, true, "%s: taken in its place", old);
}

static bool make_buffers(struct seep_keeper *keeper)
{
	size_t bytes = (SEEP_STATE_BUFFER_BYTES + 63) & ~(size_t)63;

	keeper->out.buffer = aligned_alloc(64, bytes);
	keeper->next_out.buffer = aligned_alloc(64, bytes);
	return keeper->out.buffer && keeper->next_out.buffer;
}

static void destroy(struct seep_keeper *keeper)
{
	seep_state_close(&keeper->found);
	seep_state_end(&keeper->file);
	free(keeper->out.buffer);
	free(keeper->next_out.buffer);
	pthread_mutex_destroy(&keeper->file_lock);
	pthread_mutex_destroy(&keeper->lock);
	pthread_cond_destroy(&keeper->wake);
	pthread_cond_destroy(&keeper->ready);
	explicit_bzero(keeper, sizeof(*keeper));
	free(keeper);
}

struct seep_keeper *seep_keeper_open(const struct seep_keeper_setup *setup,
				     struct seep_keeper_found *found)
{
	struct seep_keeper *keeper = calloc(1, sizeof(*keeper));
	pthread_condattr_t monotonic;

	*found = (struct seep_keeper_found){ .found = false };
	if (!keeper)
		return NULL;
	keeper->setup = *setup;
	keeper->pid = getpid();
	keeper->found.fd = keeper->file.fd = keeper->next.fd = -1;
	keeper->retry_wait_ms = RETRY_MS;
	snprintf(keeper->path, sizeof(keeper->path), "%s", setup->path);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->wake, &monotonic);
	pthread_cond_init(&keeper->ready, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_mutex_init(&keeper->file_lock, NULL);
	if (!make_buffers(keeper)) {
		destroy(keeper);
		return NULL;
	}
	if (keeper->path[0])
		look(keeper);
	if (keeper->found.fd >= 0) {
		found->found = true;
		memcpy(found->key, keeper->found.header.key, sizeof(found->key));
		found->first_ms = keeper->found.header.first_ms;
		found->saved_ms = keeper->found.progress.when_ms;
	}
	return keeper;
}

void seep_keeper_restore(struct seep_keeper *keeper, struct seep_engine *engine, uint64_t when_ms)
{
	struct seep_state_reader *reader = &keeper->found;
	uint64_t end = reader->offset;
	int64_t shift_ms;
	struct seep_engine_restore restore = {
		.engine = engine,
		.header = &reader->header,
		.now_s = when_ms / 1000,
	};

	if (reader->fd < 0)
		return;
	shift_ms = seep_clock_shift_ms(reader->progress.when_ms, when_ms);
	restore.shift_s = shift_ms / 1000;
	seep_state_rewind(reader);
	seep_engine_restore_begin(&restore);
	while (reader->offset < end && seep_state_next(reader))
		seep_engine_restore_frame(&restore, reader->frame);
	seep_engine_restore_end(&restore);
	say(keeper, false, "%s: %zu users and %zu domains, saved %llu seconds ago%s%s",
	    keeper->path, seep_engine_users(engine), seep_engine_domains(engine),
	    (unsigned long long)(shift_ms ? 0 : (when_ms - reader->progress.when_ms) / 1000),
	    shift_ms ? " or at a time that cannot be; no time counts between" : "",
	    restore.forgotten
		    ? "; the names known fill too much of memory-size, some were forgotten"
		    : "");
}

/* Keeping: the thread, and what it does each second. */

static void note(struct seep_keeper *keeper)
{
	const struct seep_engine_kept kept = {
		.status = keeper->status,
		.saved_ms = keeper->saved_ms,
		.checkpoint_ms = keeper->checkpoint_ms,
		.bytes = keeper->file.fd >= 0 ? keeper->file.size : 0,
	};

	seep_engine_note_kept(keeper->engine, &kept);
}

/* Writing came to an end, for now: said once. */
static void fail(struct seep_keeper *keeper, const char *what, int error)
{
	seep_state_end(&keeper->file);
	if (!keeper->failure_said)
		say(keeper, true, "%s: %s%s%s; metering goes on in memory alone", keeper->path,
		    what, error ? ": " : "", error ? strerror(error) : "");
	keeper->failure_said = true;
	keeper->status = SEEP_STATE_FAILING;
}

static struct seep_state_owner owner_of(const struct seep_keeper *keeper, bool ends)
{
	return (struct seep_state_owner){ .nonce = keeper->setup.nonce,
					  .pid = ends ? 0 : (uint64_t)keeper->pid };
}

static bool append_owner(struct seep_keeper *keeper, bool ends)
{
	struct seep_state_owner owner = owner_of(keeper, ends);

	memcpy(seep_state_payload(&keeper->out), &owner, sizeof(owner));
	return seep_state_put(&keeper->out, SEEP_STATE_OWNER, sizeof(owner));
}

/* Checkpoints. */

/* As seep_state_append, unless the end has come. */
static bool append_next(void *context, const void *bytes, size_t size)
{
	struct seep_keeper *keeper = context;

	if (atomic_load(&keeper->stopping)) {
		errno = ECANCELED;
		return false;
	}
	return seep_state_append(&keeper->next, bytes, size);
}

static bool write_checkpoint(struct seep_keeper *keeper)
{
	const struct seep_state_tick tick = now_of(keeper);
	struct seep_state_header header = { .began_ms = tick.when_ms,
					    .wall_ms = tick.wall_ms,
					    .owner = owner_of(keeper, false) };

	keeper->checkpoint.doing = "a checkpoint cannot be created";
	if (!seep_state_create(&keeper->next, keeper->path))
		return false;
	keeper->checkpoint.doing = "a checkpoint cannot be written";
	seep_engine_describe(keeper->engine, &header);
	seep_state_seal_header(&header);
	return append_next(keeper, &header, sizeof(header)) &&
	       seep_engine_save(keeper->engine, &keeper->next_out) && fsync(keeper->next.fd) == 0;
}

/*
 * Puts the new file in place.  What was added to the old one's journal meanwhile goes into the new
 * one's: an entry that was saved there before it was copied here stands with its later
 * self marked as changed, and is saved again within a second.
 */
static bool put_in_place(struct seep_keeper *keeper)
{
	uint64_t bytes = keeper->next.size;

	keeper->checkpoint.doing = "a checkpoint cannot be put in place";
	if (keeper->checkpoint.journal_from) {
		errno = EAGAIN; /* what the journal lost the checkpoint may lack as well */
		if (keeper->file.fd < 0 ||
		    !seep_state_copy(&keeper->next, &keeper->file, keeper->checkpoint.journal_from))
			return false;
	}
	if (!seep_state_install(keeper->path))
		return false;
	seep_state_end(&keeper->file);
	keeper->file = keeper->next;
	keeper->next.fd = -1;
	keeper->checkpoint_bytes = bytes;
	return true;
}

/*
 * Makes the new names safe.  A profile of AppArmor's may keep us from opening the directory: it is asked
 * once only, and the file's fsync has to do, which on ext4 and XFS brings the names with it.
 */
static void sync_names(struct seep_keeper *keeper, int fd)
{
	if (fd >= 0 && (keeper->is_blind || !seep_state_sync_directory(keeper->path))) {
		keeper->is_blind = true;
		(void)fsync(fd);
	}
	if (fd >= 0)
		close(fd);
}

static void *run_checkpoint(void *context)
{
	struct seep_keeper *keeper = context;
	struct checkpoint *checkpoint = &keeper->checkpoint;
	int fd = -1;

	checkpoint->made = write_checkpoint(keeper);
	checkpoint->error = errno;
	if (checkpoint->made) {
		pthread_mutex_lock(&keeper->file_lock);
		checkpoint->made = put_in_place(keeper);
		checkpoint->error = errno;
		if (checkpoint->made)
			fd = fcntl(keeper->file.fd, F_DUPFD_CLOEXEC, 0);
		pthread_mutex_unlock(&keeper->file_lock);
	}
	if (checkpoint->made) {
		sync_names(keeper, fd);
	} else if (keeper->next.fd >= 0) {
		char name[SEEP_STATE_NAME_SIZE];

		seep_state_end(&keeper->next);
		seep_state_name(name, keeper->path, ".new");
		(void)unlink(name);
	}
	atomic_store(&checkpoint->done, true);
	return NULL;
}

static void begin_checkpoint(struct seep_keeper *keeper, uint64_t when_ms)
{
	struct checkpoint *checkpoint = &keeper->checkpoint;

	atomic_store(&checkpoint->done, false);
	checkpoint->began_ms = when_ms;
	checkpoint->journal_from = keeper->file.fd >= 0 ? keeper->file.size : 0;
	checkpoint->running =
		pthread_create(&checkpoint->thread, NULL, run_checkpoint, keeper) == 0;
	/* A disk that is full is not written full every second. */
	keeper->retry_ms = when_ms + keeper->retry_wait_ms;
	if (keeper->retry_wait_ms < keeper->setup.checkpoint_s * 500)
		keeper->retry_wait_ms *= 2;
}

/* Takes note of a checkpoint that has ended; true if one was made. */
static bool end_checkpoint(struct seep_keeper *keeper)
{
	struct checkpoint *checkpoint = &keeper->checkpoint;

	pthread_join(checkpoint->thread, NULL);
	checkpoint->running = false;
	if (checkpoint->made) {
		if (keeper->failure_said)
			say(keeper, false, "%s: kept again", keeper->path);
		keeper->failure_said = false;
		keeper->retry_wait_ms = RETRY_MS;
		keeper->retry_ms = 0;
		keeper->status = SEEP_STATE_KEPT;
		keeper->saved_ms = keeper->checkpoint_ms = checkpoint->began_ms;
	} else if (checkpoint->error == EAGAIN) {
		keeper->retry_ms = 0;
	} else if (!atomic_load(&keeper->stopping)) {
		/* With a journal to add to, only power is a danger; without one, all is. */
		if (keeper->file.fd >= 0)
			say(keeper, true, "%s: %s: %s", keeper->path, checkpoint->doing,
			    strerror(checkpoint->error));
		else
			fail(keeper, checkpoint->doing, checkpoint->error);
	}
	return checkpoint->made;
}

/* Whose is what stands at our path now? */
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
		say(keeper, true, "%s: process %llu keeps it now; this one keeps nothing any more",
		    keeper->path, (unsigned long long)reader.progress.owner.pid);
	}
	seep_state_close(&reader);
	return taken;
}

/* Is the file as we left it? */
static void check_file(struct seep_keeper *keeper)
{
	const char *fault = seep_state_file_fault(&keeper->file, keeper->path);

	if (!fault)
		return;
	if (was_taken(keeper)) {
		seep_state_end(&keeper->file);
		keeper->status = SEEP_STATE_OTHER;
		return;
	}
	fail(keeper, fault, 0);
	keeper->retry_ms = 0;
}

/* It was ours once: a backup put in its place, say, is no process, and never grows. */
static void watch_other(struct seep_keeper *keeper)
{
	struct seep_state_reader reader;

	if (!keeper->saved_ms)
		return;
	if (!seep_state_file_fault(&keeper->others, keeper->path)) {
		if (++keeper->silent < SILENT_MOST)
			return;
		say(keeper, true, "%s: nobody keeps it; taken back", keeper->path);
		keeper->status = SEEP_STATE_FAILING;
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
	fail(keeper, "cannot be written", errno);
}

static bool is_checkpoint_due(const struct seep_keeper *keeper, uint64_t when_ms)
{
	uint64_t journal = keeper->file.size - keeper->checkpoint_bytes;

	if (when_ms < keeper->retry_ms)
		return false;
	return keeper->file.fd < 0 ||
	       when_ms - keeper->checkpoint_ms >= keeper->setup.checkpoint_s * 1000 ||
	       (journal > JOURNAL_LEAST && journal > JOURNAL_MOST * keeper->checkpoint_bytes);
}

static void tick(struct seep_keeper *keeper)
{
	const struct seep_state_tick time = now_of(keeper);

	if (keeper->checkpoint.running && atomic_load(&keeper->checkpoint.done))
		(void)end_checkpoint(keeper);
	pthread_mutex_lock(&keeper->file_lock);
	if (keeper->file.fd >= 0)
		check_file(keeper);
	if (keeper->file.fd >= 0)
		append_changes(keeper, &time);
	else
		seep_engine_drop_changes(keeper->engine);
	pthread_mutex_unlock(&keeper->file_lock);
	if (keeper->status == SEEP_STATE_OTHER && !keeper->checkpoint.running)
		watch_other(keeper);
	if (keeper->status != SEEP_STATE_OTHER && !keeper->checkpoint.running &&
	    is_checkpoint_due(keeper, time.when_ms))
		begin_checkpoint(keeper, time.when_ms);
	pthread_mutex_lock(&keeper->file_lock);
	note(keeper);
	pthread_mutex_unlock(&keeper->file_lock);
}

/* Makes the file ours: the one that was found, if it can be added to, or a new one. */
static void take(struct seep_keeper *keeper)
{
	const struct seep_state_tick time = now_of(keeper);

	if (keeper->found.fd >= 0 && keeper->found_whole &&
	    seep_state_continue(&keeper->file, keeper->path, &keeper->found)) {
		keeper->saved_ms = time.when_ms;
		/* Reloads that come often do not put it off for ever. */
		keeper->checkpoint_ms = keeper->found.header.began_ms;
		keeper->checkpoint_bytes = keeper->found.checkpoint_bytes;
		keeper->status = SEEP_STATE_KEPT;
		if (!append_owner(keeper, false))
			fail(keeper, "cannot be written", errno);
	} else {
		begin_checkpoint(keeper, time.when_ms);
		if (keeper->checkpoint.running)
			(void)end_checkpoint(keeper);
	}
	seep_state_close(&keeper->found);
	note(keeper);
}

/* Sleeps until the next second, or until the end; false at the end. */
static bool wait_tick(struct seep_keeper *keeper, struct timespec *next)
{
	int error = 0;

	next->tv_sec += TICK_MS / 1000;
	pthread_mutex_lock(&keeper->lock);
	while (!atomic_load(&keeper->stopping) && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&keeper->wake, &keeper->lock, next);
	pthread_mutex_unlock(&keeper->lock);
	return !atomic_load(&keeper->stopping);
}

static void finish(struct seep_keeper *keeper)
{
	struct seep_state_tick time;

	if (keeper->checkpoint.running)
		(void)end_checkpoint(keeper);
	if (keeper->file.fd >= 0)
		check_file(keeper);
	if (keeper->file.fd < 0)
		return;
	time = now_of(keeper);
	append_changes(keeper, &time);
	if (keeper->file.fd >= 0)
		(void)append_owner(keeper, true);
}

static void *run(void *context)
{
	struct seep_keeper *keeper = context;
	struct timespec next;

	take(keeper);
	pthread_mutex_lock(&keeper->lock);
	keeper->is_ready = true;
	pthread_cond_signal(&keeper->ready);
	pthread_mutex_unlock(&keeper->lock);
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (wait_tick(keeper, &next))
		tick(keeper);
	finish(keeper);
	return NULL;
}

/* The threads have all signals blocked from their first moment, SIGXFSZ too. */
static bool start_thread(struct seep_keeper *keeper)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&keeper->thread, NULL, run, keeper) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static void wait_ready(struct seep_keeper *keeper)
{
	struct timespec until;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += READY_S;
	pthread_mutex_lock(&keeper->lock);
	while (!keeper->is_ready && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&keeper->ready, &keeper->lock, &until);
	pthread_mutex_unlock(&keeper->lock);
}

void seep_keeper_start(struct seep_keeper *keeper, struct seep_engine *engine)
{
	struct seep_state_header header;

	keeper->engine = engine;
	note(keeper);
	if (keeper->status != SEEP_STATE_FAILING)
		return;
	seep_engine_describe(engine, &header);
	memcpy(keeper->out.key, header.key, sizeof(header.key));
	memcpy(keeper->next_out.key, header.key, sizeof(header.key));
	explicit_bzero(&header, sizeof(header));
	keeper->out.put = seep_state_append;
	keeper->out.context = &keeper->file;
	keeper->next_out.put = append_next;
	keeper->next_out.context = keeper;
	if (!seep_engine_note_changes(engine) || !start_thread(keeper)) {
		say(keeper, true, "%s: no memory to keep it", keeper->path);
		keeper->status = SEEP_STATE_NONE;
		note(keeper);
		return;
	}
	keeper->started = true;
	wait_ready(keeper);
}

void seep_keeper_stop(struct seep_keeper *keeper)
{
	if (!keeper)
		return;
	/* A worker that was forked has no thread to end, and its parent's file. */
	if (keeper->started && keeper->pid != getpid())
		return;
	if (keeper->started) {
		pthread_mutex_lock(&keeper->lock);
		atomic_store(&keeper->stopping, true);
		pthread_cond_signal(&keeper->wake);
		pthread_mutex_unlock(&keeper->lock);
		pthread_join(keeper->thread, NULL);
	}
	destroy(keeper);
}
