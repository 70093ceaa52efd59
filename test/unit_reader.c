/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading a state file on disk: where it may end, and what is no file. */
#include "fixture_disk.h"
#include "state/reader.h"

static char directory[] = "/tmp/seep-unit-reader-XXXXXX";
static char path[SEEP_STATE_NAME_SIZE];

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
	struct disk_file made = disk_make(path);
	struct seep_state_reader whole, reader;
	const uint64_t checkpoint = made.checkpoint_bytes;
	char copy[SEEP_STATE_NAME_SIZE];
	unsigned wrong = 0;

	ok(made.file.size - made.first_tick_bytes ==
		   sizeof(struct seep_state_frame) + sizeof(struct seep_state_tick),
	   "a second in which nothing happens is a tick");
	ok(seep_state_verify(&whole, path) == SEEP_STATE_OPENED && !whole.fault,
	   "the whole file is");
	is_int(whole.checkpoint_bytes, checkpoint, "with its checkpoint");
	seep_state_name(copy, path, ".old");
	ok(rename(path, copy) == 0, "put by");
	made = disk_make(path);
	for (uint64_t size = made.file.size; size-- > 0;) {
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
	seep_state_end(&made.file);
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
		ok(reader.fault != SEEP_FAULT_NONE, "%s: it says why", cases[i].title);
		seep_state_close(&reader);
		if (i == 3)
			rmdir(path);
	}
	unlink(path);
	seep_state_name(name, path, ".new");
	ok(symlink("/dev/null", name) == 0, "a link in the place of the next generation");
	file = disk_make(path).file;
	ok(seep_state_verify(&reader, path) == SEEP_STATE_OPENED, "is replaced, not followed");
	seep_state_close(&reader);
	seep_state_end(&file);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	directory_make(directory);
	snprintf(path, sizeof(path), "%s/state", directory);
	tap_run(test_every_length);
	tap_run(test_no_file);
	directory_remove(directory);
	return done();
}
