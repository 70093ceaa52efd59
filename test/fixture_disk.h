/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the state file on disk share: one with a checkpoint and a short journal. */
#ifndef SEEP_FIXTURE_DISK_H
#define SEEP_FIXTURE_DISK_H

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "state/file.h"
#include "state/save.h"

/* A state file that was made. */
struct disk_file {
	struct seep_state_file file;
	uint64_t checkpoint_bytes; /* where the checkpoint ends */
	uint64_t first_tick_bytes; /* where the journal's first second ends */
};

/* Three users; 10.0.0.3 spends its budget of 100 bytes. */
static inline void disk_fill(struct rig *rig)
{
	char text[128];

	for (unsigned i = 0; i < 24; i++) {
		unsigned user = i < 9 ? i % 3 + 1 : 3;

		snprintf(text, sizeof(text), "secret-of-%u.d%u.example", i * 7919, user);
		rig_send(rig, user, text);
	}
}

/*
 * What RIG knows as a checkpoint and a journal of two ticks at PATH, of that time by the wall
 * clock; the test ends if there cannot be one.
 */
static inline struct disk_file disk_save(struct rig *rig, const char *path, uint64_t wall_ms)
{
	static _Alignas(64) unsigned char buffer[SEEP_STATE_BUFFER_BYTES];
	struct disk_file made;
	struct seep_state_file *file = &made.file;
	struct seep_state_header header = { .began_ms = rig->now_ms, .wall_ms = wall_ms };
	struct seep_state_out out = { .put = seep_state_append, .context = file, .buffer = buffer };
	const struct seep_state_tick tick = { rig->now_ms, wall_ms };

	seep_engine_describe(rig->engine, &header);
	seep_state_seal_header(&header);
	out.key = seep_state_key(&header);
	if (!seep_state_create(file, path) || !seep_state_append(file, &header, sizeof(header)) ||
	    !seep_engine_save(rig->engine, &out) || !seep_state_install(path)) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	made.checkpoint_bytes = file->size;
	seep_engine_save_changes(rig->engine, &out, &tick);
	made.first_tick_bytes = file->size;
	seep_engine_save_changes(rig->engine, &out, &tick);
	return made;
}

/* The same of the three users. */
static inline struct disk_file disk_make(const char *path)
{
	struct disk_file made;
	struct rig rig;

	rig_open(&rig, "learning: 0\nmemory-size: 1m\nuser-budget: 100\nuser-refill: 0\n"
		       "domain-budget: 1k\ndomain-refill: 0\n");
	disk_fill(&rig);
	made = disk_save(&rig, path, NOW_MS);
	rig_close(&rig);
	return made;
}

#endif
