/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints: writes a new file beside the state file, then renames it into its place. */
#include "state/keeper_own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/remedy.h"

/* As seep_state_append, unless the end has come. */
bool seep_keeper_append_next(void *context, const void *bytes, size_t size)
{
	struct seep_keeper *keeper = context;

	if (keeper_is_stopping(keeper)) {
		errno = ECANCELED;
		return false;
	}
	return seep_state_append(&keeper->next, bytes, size);
}

static bool write_checkpoint(struct seep_keeper *keeper)
{
	const struct seep_state_tick tick = seep_keeper_now(keeper);
	struct seep_state_header header = { .began_ms = tick.when_ms,
					    .wall_ms = tick.wall_ms,
					    .owner = seep_keeper_owner(keeper, false) };

	keeper->checkpoint.doing = "a checkpoint cannot be created";
	if (!seep_state_create(&keeper->next, keeper->path))
		return false;
	keeper->checkpoint.doing = "a checkpoint cannot be written";
	seep_engine_describe(keeper->engine, &header);
	keeper->checkpoint.new_units = header.new_units;
	keeper->checkpoint.until_ms = header.first_ms + header.learning_ms;
	seep_state_seal_header(&header);
	return seep_keeper_append_next(keeper, &header, sizeof(header)) &&
	       seep_engine_save(keeper->engine, &keeper->next_out) && fsync(keeper->next.fd) == 0;
}

/*
 * Puts the new file in place. What the old file's journal got while the checkpoint was
 * written is copied behind the checkpoint. Such a record may be older than the checkpoint's
 * record of the same entry; but then the entry has changed since, is marked as changed, and
 * its newest record is appended within a second.
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
 * Makes the new names safe, and what the journal got while the checkpoint was written. A profile of
 * AppArmor's may keep us from opening the directory: it is asked once only, and the file's fsync
 * has to do, which on ext4 and XFS brings the names with it.
 */
static void sync_names(struct seep_keeper *keeper, int fd)
{
	if (fd < 0)
		return;
	if (!keeper->is_blind)
		keeper->is_blind = !seep_state_sync_directory(keeper->path);
	(void)fsync(fd);
	close(fd);
}

static void *run_checkpoint(void *context)
{
	struct seep_keeper *keeper = context;
	struct checkpoint *checkpoint = &keeper->checkpoint;
	bool made = write_checkpoint(keeper);
	int fd = -1;

	checkpoint->error = errno;
	if (made) {
		pthread_mutex_lock(&keeper->file_lock);
		made = put_in_place(keeper);
		checkpoint->error = errno;
		if (made)
			fd = fcntl(keeper->file.fd, F_DUPFD_CLOEXEC, 0);
		pthread_mutex_unlock(&keeper->file_lock);
	}
	if (made) {
		sync_names(keeper, fd);
	} else if (keeper->next.fd >= 0) {
		char name[SEEP_STATE_NAME_SIZE];

		seep_state_end(&keeper->next);
		seep_state_name(name, keeper->path, ".new");
		(void)unlink(name);
	}
	atomic_store(&checkpoint->state, made ? CHECKPOINT_MADE : CHECKPOINT_FAILED);
	return NULL;
}

void seep_keeper_begin_checkpoint(struct seep_keeper *keeper, uint64_t when_ms)
{
	struct checkpoint *checkpoint = &keeper->checkpoint;

	checkpoint->began_ms = when_ms;
	checkpoint->journal_from = keeper->file.fd >= 0 ? keeper->file.size : 0;
	atomic_store(&checkpoint->state, CHECKPOINT_WRITING);
	if (pthread_create(&checkpoint->thread, NULL, run_checkpoint, keeper) != 0)
		atomic_store(&checkpoint->state, CHECKPOINT_NONE);
	/* A disk that is full is not written full every second. */
	keeper->retry_ms = when_ms + keeper->retry_wait_ms;
	if (keeper->retry_wait_ms < keeper->setup.checkpoint_s * 500)
		keeper->retry_wait_ms *= 2;
}

/* Takes note of a checkpoint that has ended; true if one was made. */
bool seep_keeper_end_checkpoint(struct seep_keeper *keeper)
{
	struct checkpoint *checkpoint = &keeper->checkpoint;
	bool made;

	pthread_join(checkpoint->thread, NULL);
	made = atomic_load(&checkpoint->state) == CHECKPOINT_MADE;
	atomic_store(&checkpoint->state, CHECKPOINT_NONE);
	if (made && keeper->file.fd >= 0) {
		if (keeper->state == KEEPER_FAILING)
			seep_keeper_say(keeper, false, "%s: is written again", keeper->path);
		keeper->retry_wait_ms = KEEPER_RETRY_MS;
		keeper->retry_ms = 0;
		keeper->state = KEEPER_KEPT;
		keeper->saved_ms = keeper->checkpoint_ms = checkpoint->began_ms;
		keeper->told_units = checkpoint->new_units;
		keeper->told_until_ms = checkpoint->until_ms;
	} else if (made || checkpoint->error == EAGAIN) {
		/* The file was lost, to another process perhaps, just after or before. */
		keeper->retry_ms = 0;
	} else if (!keeper_is_stopping(keeper) && keeper->state != KEEPER_OTHER) {
		/* With a journal to add to, only power is a danger; without one, all is. */
		if (keeper->file.fd >= 0)
			seep_keeper_say(
				keeper, true,
				"%s: %s: %s; changes are still written every second, and outlast all but a loss of power: %s",
				keeper->path, checkpoint->doing, strerror(checkpoint->error),
				seep_remedy_write(checkpoint->error));
		else
			seep_keeper_fail(keeper, checkpoint->doing, checkpoint->error);
	}
	return made;
}
