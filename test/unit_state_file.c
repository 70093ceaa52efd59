/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state file on disk: its generations, what is set aside, and what is never written to.
 *
 * With --make PATH, makes an example there instead, for the tests of seepctl; with --make-office
 * PATH DAY, one of an office that learns for seven days, as of that day.
 */
#include <time.h>

#include "fixture_disk.h"
#include "fixture_state.h"
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

/* Sends until the user's meter has taken so many bytes, or takes no more; other names each day. */
static void send_bytes(struct rig *rig, uint32_t user, unsigned bytes)
{
	uint64_t taken_mbit = 0, day = rig->now_ms / DAY_MS % 256;

	for (uint64_t n = 0; taken_mbit < UINT64_C(8000) * bytes; n++) {
		send_secret(rig, user, day << 56 | n << 32 | user, "tunnel.example");
		taken_mbit += rig->last.user_mbit;
		if (!rig->last.user_mbit)
			return;
	}
}

#define OFFICE   60  /* 10.0.0.1 and so on */
#define CROWD    99  /* 10.0.0.99 needs more than any budget */
#define NEWCOMER 177 /* 10.0.0.177 comes after learning */
#define VAST     256 /* 10.0.1.0 to 10.0.1.4 together need more than a network's budget */
#define LATE     512 /* 10.0.2.0 and its network come after learning */

/* On day 7 learning is over, and nobody has counted yet what it taught; on day 8 it is counted. */
static void make_office(const char *to, unsigned day)
{
	struct rig rig;

	rig_open(&rig, "learning: 7d\nmemory-size: 4m\n");
	for (uint32_t user = 1; user <= OFFICE; user++)
		rig_send(&rig, user, "www.portal.example");
	rig_send(&rig, CROWD, "www.portal.example");
	for (uint32_t user = VAST; user < VAST + 10; user++)
		rig_send(&rig, user, "www.portal.example");
	rig.now_ms = NOW_MS + 2 * DAY_MS;
	send_bytes(&rig, CROWD, 100000);
	for (uint32_t user = VAST; user < VAST + 10; user++)
		send_bytes(&rig, user, 7500);
	if (day > 2)
		rig.now_ms = NOW_MS + day * DAY_MS;
	if (day > 7) {
		seep_engine_settle(rig.engine, rig.now_ms);
		for (uint32_t user = VAST; user < VAST + 10; user++)
			send_bytes(&rig, user, 3280);
		send_bytes(&rig, NEWCOMER, 300);
		rig_send(&rig, LATE, "www.portal.example");
	}
	disk_save(&rig, to, (uint64_t)time(NULL) * 1000);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	if (argc == 3 && strcmp(argv[1], "--make") == 0) {
		disk_make(argv[2]);
		return 0;
	}
	if (argc == 4 && strcmp(argv[1], "--make-office") == 0) {
		make_office(argv[2], (unsigned)atoi(argv[3]));
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
