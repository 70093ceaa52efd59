/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state file on disk: where it may end, what is set aside, and what is never written to.
 *
 * With a PATH, makes an example there instead, for the tests of seepctl.
 */
#include "state/save.h"
#include "fixture.h"
#include "state/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/seep-unit-state-XXXXXX";
static char path[SEEP_STATE_NAME_SIZE];
static uint64_t first_tick; /* where the journal's first second ends */
static _Alignas(64) unsigned char buffer[SEEP_STATE_BUFFER_BYTES];

/* Three users; 10.0.0.3 spends its budget of 100 bytes. */
static void fill(struct rig *rig)
{
	char text[128];

	for (unsigned i = 0; i < 24; i++) {
		unsigned user = i < 9 ? i % 3 + 1 : 3;
		struct seep_reservation reservation;
		struct seep_name name;

		snprintf(text, sizeof(text), "secret-of-%u.d%u.example", i * 7919, user);
		struct wire wire = wire_of(text);
		struct seep_observation observation = query_of(user, &wire, rig->now_ms);

		if (seep_engine_ask(rig->thread, &observation, &reservation, &name).outcome !=
		    SEEP_REFUSE)
			seep_engine_commit(rig->thread, &reservation, rig->now_ms);
	}
}

/* A checkpoint and a journal of two ticks at the path; the size of the checkpoint. */
static uint64_t make_file(struct seep_state_file *file)
{
	struct seep_state_header header = { .began_ms = NOW_MS, .wall_ms = NOW_MS };
	struct seep_state_out out = { .put = seep_state_append, .context = file, .buffer = buffer };
	const struct seep_state_tick tick = { NOW_MS, NOW_MS };
	uint64_t checkpoint;
	struct rig rig;

	rig_open(&rig, "learning: 0\nmemory-size: 1m\nuser-budget: 100\nuser-refill: 0\n"
		       "domain-budget: 1k\ndomain-refill: 0\n");
	fill(&rig);
	seep_engine_describe(rig.engine, &header);
	seep_state_seal_header(&header);
	out.key = seep_state_key(&header);
	if (!seep_state_create(file, path) || !seep_state_append(file, &header, sizeof(header)) ||
	    !seep_engine_save(rig.engine, &out) || !seep_state_install(path)) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	checkpoint = file->size;
	seep_engine_save_changes(rig.engine, &out, &tick);
	first_tick = file->size;
	seep_engine_save_changes(rig.engine, &out, &tick);
	rig_close(&rig);
	return checkpoint;
}

/* The frames' ends. */
static bool is_end(struct seep_state_reader *reader, uint64_t size)
{
	seep_state_rewind(reader);
	while (seep_state_next(reader) && reader->offset < size)
		;
	return reader->offset == size;
}

static void test_every_length(void)
{
	struct seep_state_file file;
	struct seep_state_reader whole, reader;
	uint64_t checkpoint = make_file(&file);
	char copy[SEEP_STATE_NAME_SIZE];
	unsigned wrong = 0;

	ok(file.size - first_tick ==
		   sizeof(struct seep_state_frame) + sizeof(struct seep_state_tick),
	   "a second in which nothing happens is a tick");
	ok(seep_state_verify(&whole, path) == SEEP_STATE_OPENED && !whole.fault,
	   "the whole file is");
	is_int(whole.checkpoint_bytes, checkpoint, "with its checkpoint");
	seep_state_name(copy, path, ".old");
	ok(rename(path, copy) == 0, "put by");
	make_file(&file);
	for (uint64_t size = file.size; size-- > 0;) {
		enum seep_state_opened opened;
		bool at_end = size >= checkpoint && is_end(&whole, size);

		wrong += truncate(path, (off_t)size) != 0;
		opened = seep_state_verify(&reader, path);
		wrong += opened != (size < checkpoint ? SEEP_STATE_DAMAGED : SEEP_STATE_OPENED);
		wrong += at_end != !reader.fault;
		wrong += size >= checkpoint && !is_end(&whole, reader.offset);
		seep_state_close(&reader);
	}
	is_int(wrong, 0,
	       "cut at each of its bytes: damaged before the checkpoint's end, read after");
	seep_state_close(&whole);
	seep_state_end(&file);
}

static void test_generations(void)
{
	struct seep_state_file file, other;
	struct seep_state_reader reader;
	struct stat status;
	char name[SEEP_STATE_NAME_SIZE];

	make_file(&file);
	ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600, "its mode is 0600");
	ok(!seep_state_file_fault(&file, path), "nothing is wrong with it");
	make_file(&other);
	is_str(seep_state_file_fault(&file, path), "was replaced", "a second one takes its place");
	seep_state_name(name, path, ".old");
	ok(!seep_state_file_fault(&file, name), "the first stands beside it");
	seep_state_end(&file);
	file = other;
	ok(truncate(path, 100) == 0, "somebody cuts it");
	is_str(seep_state_file_fault(&file, path), "was cut short", "which is seen");
	ok(truncate(path, 100000) == 0, "or makes it longer");
	is_str(seep_state_file_fault(&file, path), "was written to by another program",
	       "which is seen");
	unlink(path);
	is_str(seep_state_file_fault(&file, path), "was removed", "or takes it away");
	seep_state_end(&file);

	make_file(&file);
	seep_state_end(&file);
	seep_state_verify(&reader, path);
	ok(seep_state_continue(&file, path, &reader), "who has read it to its end goes on there");
	is_int(file.size, reader.offset, "at its end");
	(void)seep_state_append(&file, "12345678", 8);
	ok(!seep_state_continue(&other, path, &reader), "not when it has grown since");
	seep_state_end(&file);
	seep_state_close(&reader);
}

/* What is no file is neither read nor written. */
static void test_no_file(void)
{
	struct seep_state_reader reader;
	struct seep_state_file file;
	char name[SEEP_STATE_NAME_SIZE];
	static const struct {
		const char *title;
		enum seep_state_opened opened;
	} cases[] = {
		{ "nothing", SEEP_STATE_MISSING },  { "a link", SEEP_STATE_UNUSABLE },
		{ "a pipe", SEEP_STATE_UNUSABLE },  { "a directory", SEEP_STATE_UNUSABLE },
		{ "an empty", SEEP_STATE_DAMAGED }, { "foreign", SEEP_STATE_DAMAGED },
	};

	seep_state_name(name, path, ".target");
	for (size_t i = 0; i < COUNT(cases); i++) {
		int fd = -1;

		unlink(path);
		if (i == 1 && (symlink(name, path) || (fd = creat(name, 0600)) < 0))
			perror("# symlink");
		if (i == 2 && mkfifo(path, 0600))
			perror("# mkfifo");
		if (i == 3 && mkdir(path, 0700))
			perror("# mkdir");
		if (i >= 4)
			fd = creat(path, 0600);
		if (i == 5 && write(fd, "something else that is longer than any header", 45) < 0)
			perror("# write");
		if (fd >= 0)
			close(fd);
		is_int(seep_state_verify(&reader, path), cases[i].opened, "%s", cases[i].title);
		ok(reader.fault != NULL, "%s: it says why", cases[i].title);
		seep_state_close(&reader);
		if (i == 3)
			rmdir(path);
	}
	unlink(path);
	seep_state_name(name, path, ".new");
	ok(symlink("/dev/null", name) == 0, "a link in the place of the next generation");
	make_file(&file);
	ok(seep_state_verify(&reader, path) == SEEP_STATE_OPENED, "is replaced, not followed");
	seep_state_close(&reader);
	seep_state_end(&file);
}

static void test_set_aside(void)
{
	char aside[SEEP_STATE_NAME_SIZE];
	char first[SEEP_STATE_NAME_SIZE] = "";
	unsigned kept = 0;

	for (unsigned i = 0; i < 14; i++) {
		close(creat(path, 0600));
		ok(seep_state_set_aside(path, NOW_S, aside), "set aside");
		if (i == 0)
			strcpy(first, aside);
		kept += aside[0] && access(aside, F_OK) == 0;
		ok(access(path, F_OK) != 0, "its place is free");
	}
	is_str(first + strlen(path), ".damaged-20231114-221320", "under a name with the date");
	is_int(kept, 10, "ten are kept, none in another's place");
}

static void test_full(void)
{
	struct seep_state_file file = { .fd = open("/dev/full", O_WRONLY | O_CLOEXEC) };

	errno = 0;
	ok(file.fd >= 0 && !seep_state_append(&file, "12345678", 8) && errno == ENOSPC,
	   "a full disk is an error");
	seep_state_end(&file);
}

int main(int argc, char **argv)
{
	struct seep_state_file file;
	char command[128];

	if (argc > 1) {
		snprintf(path, sizeof(path), "%s", argv[1]);
		make_file(&file);
		return 0;
	}

	if (!mkdtemp(directory)) {
		printf("Bail out! no directory\n");
		return 1;
	}
	snprintf(path, sizeof(path), "%s/state", directory);
	test_every_length();
	test_generations();
	test_no_file();
	test_set_aside();
	test_full();
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	if (system(command))
		printf("# %s stays\n", directory);
	return done();
}
