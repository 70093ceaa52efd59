/* SPDX-License-Identifier: BSD-3-Clause */
/* What is found at the start: whose it is, whether it is whole, and taking it over. */
#include "state/keeper_own.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/plural.h"
#include "state/record.h"

#define ALIVE_MS 2300 /* how long another process may take to show that it lives */
#define LOOK_MS  100

static const char *why(const struct seep_state_reader *reader, char text[160])
{
	char fault[SEEP_FAULT_TEXT_SIZE];

	seep_state_fault_text(reader->fault, reader->header.version, fault);
	if (reader->error)
		snprintf(text, 160, "%s: %s", fault, strerror(reader->error));
	else
		snprintf(text, 160, "%s, at byte %llu", fault, (unsigned long long)reader->offset);
	return text;
}

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
	seep_keeper_say(
		keeper, true,
		"%s: process %llu is writing this file; this process begins with empty meters, "
		"in memory only: give each resolver a state-file of its own",
		path, (unsigned long long)keeper->found.progress.owner.pid);
	seep_state_close(&keeper->found);
	keeper->find = KEEPER_FOUND_NOTHING;
	keeper->state = KEEPER_OTHER;
	return true;
}

/* Sets a file aside that cannot be read; false if that cannot be. */
static bool set_aside(const struct seep_keeper *keeper, const char *path,
		      const struct seep_state_reader *reader)
{
	char aside[SEEP_STATE_NAME_SIZE];
	char text[160];

	if (!seep_state_set_aside(path, keeper->setup.wall_ms / 1000, aside)) {
		seep_keeper_say(
			keeper, true,
			"%s: cannot be used (%s) nor renamed (%s); metering goes on in memory: "
			"move the file away and restart",
			path, why(reader, text), strerror(errno));
		return false;
	}
	seep_keeper_say(
		keeper, true, "%s: cannot be used (%s); %s%s", path, why(reader, text),
		aside[0] ? "set aside as "
			 : "deleted, because ten such files were set aside already: remove them",
		aside);
	return true;
}

/* Reads one generation; what is damaged is set aside. */
static enum seep_state_opened look_at(struct seep_keeper *keeper, const char *path)
{
	struct seep_state_reader *reader = &keeper->found;
	enum seep_state_opened opened = seep_record_verify(reader, path);
	char text[160];

	if (opened == SEEP_STATE_UNUSABLE)
		seep_keeper_say(keeper, true,
				"%s: %s; metering goes on in memory: mend this and restart", path,
				why(reader, text));
	if (opened == SEEP_STATE_DAMAGED && !set_aside(keeper, path, reader))
		opened = SEEP_STATE_UNUSABLE;
	if (opened != SEEP_STATE_OPENED)
		seep_state_close(reader);
	return opened;
}

/* Finds the file, or the generation before it. */
void seep_keeper_look(struct seep_keeper *keeper)
{
	enum seep_state_opened opened = look_at(keeper, keeper->path);
	char old[SEEP_STATE_NAME_SIZE];

	keeper->state = KEEPER_NEW;
	if (opened == SEEP_STATE_OPENED) {
		keeper->find = keeper->found.fault ? KEEPER_FOUND_CUT : KEEPER_FOUND_WHOLE;
		(void)leave_to_other(keeper, keeper->path);
		return;
	}
	if (opened == SEEP_STATE_UNUSABLE) {
		keeper->state = KEEPER_UNKEPT;
		return;
	}
	seep_state_name(old, keeper->path, ".old");
	if (look_at(keeper, old) != SEEP_STATE_OPENED)
		return;
	keeper->find = KEEPER_FOUND_CUT;
	if (!leave_to_other(keeper, old))
		seep_keeper_say(keeper, true, "%s: this previous generation is used in its place",
				old);
}

static bool make_buffers(struct seep_keeper *keeper)
{
	size_t bytes = (SEEP_STATE_BUFFER_BYTES + 63) & ~(size_t)63;

	keeper->out.buffer = aligned_alloc(64, bytes);
	keeper->next_out.buffer = aligned_alloc(64, bytes);
	return keeper->out.buffer && keeper->next_out.buffer;
}

void seep_keeper_destroy(struct seep_keeper *keeper)
{
	seep_state_close(&keeper->found);
	seep_state_end(&keeper->file);
	free(keeper->out.buffer);
	free(keeper->next_out.buffer);
	pthread_mutex_destroy(&keeper->file_lock);
	pthread_mutex_destroy(&keeper->lock);
	pthread_cond_destroy(&keeper->wake);
	pthread_cond_destroy(&keeper->ready);
	pthread_cond_destroy(&keeper->synced);
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
	keeper->retry_wait_ms = KEEPER_RETRY_MS;
	snprintf(keeper->path, sizeof(keeper->path), "%s", setup->path);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->wake, &monotonic);
	pthread_cond_init(&keeper->ready, &monotonic);
	pthread_cond_init(&keeper->synced, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_mutex_init(&keeper->file_lock, NULL);
	if (!make_buffers(keeper)) {
		seep_keeper_destroy(keeper);
		return NULL;
	}
	if (keeper->path[0])
		seep_keeper_look(keeper);
	if (keeper->found.fd >= 0) {
		found->found = true;
		found->key = seep_state_key(&keeper->found.header);
		found->first_ms = keeper->found.header.first_ms;
		found->saved_ms = keeper->found.progress.when_ms;
	}
	return keeper;
}

void seep_keeper_restore(struct seep_keeper *keeper, struct seep_engine *engine, uint64_t when_ms)
{
	struct seep_state_reader *reader = &keeper->found;
	uint64_t end = reader->offset, saved_s;
	size_t users, domains;
	int64_t shift_ms;
	char saved[80];
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
	users = seep_engine_users(engine);
	domains = seep_engine_domains(engine);
	saved_s = (when_ms - reader->progress.when_ms) / 1000;
	if (shift_ms)
		snprintf(saved, sizeof(saved),
			 "; the saved time is implausible, so no budget has drained since");
	else
		snprintf(saved, sizeof(saved), ", saved %llu %s ago", (unsigned long long)saved_s,
			 seep_plural(saved_s, "second", "seconds"));
	seep_keeper_say(keeper, false, "%s: restored %zu %s and %zu %s%s%s", keeper->path, users,
			seep_plural(users, "user", "users"), domains,
			seep_plural(domains, "domain", "domains"), saved,
			restore.forgotten
				? "; memory-size is too small for all known names, some were "
				  "forgotten: raise it"
				: "");
}
