/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state file on disk: its generations, what is set aside, and what is never written to.
 *
 * With --make PATH, makes an example there instead, for the tests of seepctl.
 */
#include "fixture_disk.h"
#include "state/reader.h"

static char directory[] = "/tmp/seep-unit-state-XXXXXX";
static char path[SEEP_STATE_NAME_SIZE];

static void test_generations(void)
{
	struct seep_state_file file, other;
	struct seep_state_reader reader;
	struct stat status;
	char name[SEEP_STATE_NAME_SIZE];

	file = disk_make(path).file;
	ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600, "its mode is 0600");
	ok(!seep_state_file_fault(&file, path), "nothing is wrong with it");
	other = disk_make(path).file;
	is_int(seep_state_file_fault(&file, path), SEEP_FAULT_REPLACED,
	       "a second one takes its place");
	seep_state_name(name, path, ".old");
	ok(!seep_state_file_fault(&file, name), "the first stands beside it");
	seep_state_end(&file);
	file = other;
	ok(truncate(path, 100) == 0, "somebody cuts it");
	is_int(seep_state_file_fault(&file, path), SEEP_FAULT_SHORTENED, "which is seen");
	ok(truncate(path, 100000) == 0, "or makes it longer");
	is_int(seep_state_file_fault(&file, path), SEEP_FAULT_WRITTEN, "which is seen");
	unlink(path);
	is_int(seep_state_file_fault(&file, path), SEEP_FAULT_REMOVED, "or takes it away");
	seep_state_end(&file);

	file = disk_make(path).file;
	seep_state_end(&file);
	seep_state_verify(&reader, path);
	ok(seep_state_continue(&file, path, &reader), "who has read it to its end goes on there");
	is_int(file.size, reader.offset, "at its end");
	(void)seep_state_append(&file, "12345678", 8);
	ok(!seep_state_continue(&other, path, &reader), "not when it has grown since");
	seep_state_end(&file);
	seep_state_close(&reader);
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
	tap_begin(argc, argv);
	if (argc == 3 && strcmp(argv[1], "--make") == 0) {
		disk_make(argv[2]);
		return 0;
	}
	directory_make(directory);
	snprintf(path, sizeof(path), "%s/state", directory);
	tap_run(test_generations);
	tap_run(test_set_aside);
	tap_run(test_full);
	directory_remove(directory);
	return done();
}
