/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes what was learned as a state file, as the keeper does: FILE.new, made safe, then renamed.
 *
 * An engine that has read last month's traces has last month's times. So it goes frame by frame,
 * as it would through a file, into a second one whose clock is right: restoring moves the times.
 */
#include "cmd_learn.h"

#include "engine/watch.h"
#include "state/file.h"
#include "state/reader.h"
#include "state/save.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A resolver writes to its file every second. */
#define ALIVE_S 5

static bool say(const char *path, const char *problem)
{
	fprintf(stderr, "seepctl: %s: %s\n", path, problem);
	return false;
}

static bool say_error(const char *path, const char *what)
{
	fprintf(stderr, "seepctl: %s: %s: %s\n", path, what, strerror(errno));
	return false;
}

/* ---- where to ---- */

/* Does a resolver write the file now? */
static bool is_in_use(const char *path, const struct stat *found)
{
	struct seep_state_reader reader;
	bool is_state = seep_state_verify(&reader, path) == SEEP_STATE_OPENED;
	pid_t pid = (pid_t)reader.progress.owner.pid;

	seep_state_close(&reader);
	return is_state && pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH) &&
	       time(NULL) < found->st_mtime + ALIVE_S;
}

/* What is there already. */
static bool may_replace(const char *path, bool force)
{
	struct stat found;

	if (lstat(path, &found) != 0)
		return true;
	if (!S_ISREG(found.st_mode))
		return say(path, "is there, and is no file");
	if (!force)
		return say(path, "is there already: give another FILE, or --force to replace it");
	if (is_in_use(path, &found))
		return say(path, "a resolver writes this file now: stop it first");
	return true;
}

bool learn_may_write(const char *path, bool force)
{
	const char *slash = strrchr(path, '/');
	char directory[SEEP_PATH_SIZE] = ".";

	if (strlen(path) >= SEEP_PATH_SIZE)
		return say(path, "is too long");
	if (slash)
		snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path) + 1, path);
	if (access(directory, W_OK | X_OK) != 0)
		return say_error(path, "cannot be created");
	return may_replace(path, force);
}

/* ---- to the times of now ---- */

static bool make_out(struct seep_state_out *out)
{
	out->buffer = aligned_alloc(64, (SEEP_STATE_BUFFER_BYTES + 63) & ~(size_t)63);
	return out->buffer != NULL;
}

/* The engine that begins with what was learned, empty so far; NULL without memory. */
static struct seep_engine *make_engine(const struct replay *replay, int64_t shift_s,
				       uint64_t now_ms)
{
	const struct replay_options *options = replay->options;
	const struct seep_engine_setup setup = {
		.conf = &options->conf,
		.key = options->key,
		.threads = 1,
		.when_ms = now_ms,
		.first_ms = replay->totals.first_ms + (uint64_t)shift_s * 1000,
		.lists = seep_watch_lists(&options->lists),
	};
	enum seep_passthrough why;

	return seep_engine_create(&setup, &why);
}

/* A frame from one engine into the other; CONTEXT is a struct seep_engine_restore. */
static bool move_frame(void *context, const void *bytes, size_t size)
{
	(void)size;
	seep_engine_restore_frame(context, bytes);
	return true;
}

/* What the replay learned, in an engine of its own, as of NOW_MS; NULL without memory. */
static struct seep_engine *move(struct replay *replay, struct seep_state_out *out, uint64_t now_ms)
{
	struct seep_state_header header = { .began_ms = replay->totals.last_ms };
	struct seep_engine_restore restore = {
		.header = &header,
		.now_s = now_ms / 1000,
		.shift_s = (int64_t)(now_ms / 1000 - replay->totals.last_ms / 1000),
	};

	restore.engine = make_engine(replay, restore.shift_s, now_ms);
	if (!restore.engine)
		return NULL;
	seep_engine_describe(replay->engine, &header);
	out->key = replay->options->key;
	out->put = move_frame;
	out->context = &restore;
	seep_engine_restore_begin(&restore);
	(void)seep_engine_save(replay->engine, out);
	seep_engine_restore_end(&restore);
	seep_engine_destroy(replay->engine);
	replay->engine = NULL;
	explicit_bzero(&header, sizeof(header));
	(void)seep_engine_settle(restore.engine, now_ms);
	return restore.engine;
}

/* ---- to the file ---- */

static bool write_file(struct seep_engine *engine, struct seep_state_out *out,
		       struct seep_state_file *file, uint64_t now_ms)
{
	/* Nobody owns it, as after a resolver that ended well. */
	struct seep_state_header header = { .began_ms = now_ms, .wall_ms = now_ms };
	bool is_written;

	if (!seep_hash_draw_nonce(&header.owner.nonce)) {
		errno = ENOSYS;
		return false;
	}
	out->put = seep_state_append;
	out->context = file;
	seep_engine_describe(engine, &header);
	seep_state_seal_header(&header);
	is_written = seep_state_append(file, &header, sizeof(header)) &&
		     seep_engine_save(engine, out) && fsync(file->fd) == 0;
	explicit_bzero(&header, sizeof(header));
	return is_written;
}

static bool save(struct seep_engine *engine, struct seep_state_out *out, const char *path,
		 struct learn_written *written)
{
	struct seep_state_file file;
	bool is_written;

	if (!seep_state_create(&file, path))
		return say_error(path, "cannot be created");
	is_written = write_file(engine, out, &file, written->now_ms);
	written->bytes = file.size;
	seep_state_end(&file);
	if (is_written)
		return true;
	say_error(path, "cannot be written");
	learn_give_up(path);
	return false;
}

bool learn_write(const struct learn_options *options, struct replay *replay,
		 struct learn_written *written)
{
	struct seep_state_out out = { .put = NULL };
	struct seep_engine *engine = make_out(&out) ? move(replay, &out, written->now_ms) : NULL;
	bool is_written = false;

	if (engine)
		is_written = save(engine, &out, options->output, written);
	else
		fputs("seepctl: learn: memory-size cannot be allocated twice, as learn needs it: "
		      "give a smaller one\n",
		      stderr);
	seep_engine_destroy(engine);
	free(out.buffer);
	explicit_bzero(&out.key, sizeof(out.key));
	return is_written;
}

void learn_give_up(const char *path)
{
	char name[SEEP_STATE_NAME_SIZE];

	seep_state_name(name, path, ".new");
	(void)unlink(name);
}

/* Renames unless there is a file already; by a link where the file system has no such call. */
static bool install_beside(const char *path)
{
	char name[SEEP_STATE_NAME_SIZE];

	seep_state_name(name, path, ".new");
	if (renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return true;
	return (errno == EINVAL || errno == ENOSYS) && link(name, path) == 0 && unlink(name) == 0;
}

bool learn_install(const char *path, bool force)
{
	bool may = !force || may_replace(path, true);

	if (may && (force ? seep_state_install(path) : install_beside(path))) {
		/* Where the directory cannot be opened, the file's own fsync has to do. */
		(void)seep_state_sync_directory(path);
		return true;
	}
	if (may)
		say_error(path, "cannot be put in place");
	learn_give_up(path);
	return false;
}
