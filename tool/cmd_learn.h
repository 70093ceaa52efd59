/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of seepctl learn: traces in, a state file out, and what was learned; and learn status,
 * which shows the same of a file that is there.
 */
#ifndef SEEP_CMD_LEARN_H
#define SEEP_CMD_LEARN_H

#include "cmd_replay.h"
#include "json.h"
#include "seepctl.h"
#include "state_view.h"

struct learn_options {
	struct replay_options replay; /* first: its options are taken as well */
	const char *output;
	bool force;
};

/* What was written. */
struct learn_written {
	uint64_t now_ms; /* the traces end then, by the file */
	uint64_t bytes;
};

/* cmd_learn_write.c: all return false having said why on standard error. */

/* May a state file be written at PATH? To be asked before anything is read. */
bool learn_may_write(const char *path, bool force);

/*
 * Writes what the engine of REPLAY learned to FILE.new, and makes it safe. Its times are moved, so
 * that the traces end at NOW_MS of *WRITTEN. The engine goes, for there is memory for two at most.
 */
bool learn_write(const struct learn_options *options, struct replay *replay,
		 struct learn_written *written);
/* FILE.new becomes FILE; one that is there becomes FILE.old, or without FORCE is left alone. */
bool learn_install(const char *path, bool force);
/* Removes FILE.new. */
void learn_give_up(const char *path);

/* cmd_learn_report.c: to standard output. */

struct learn_report {
	const struct learn_options *options;
	const struct replay *replay;
	const struct learn_written *written;
	const struct state_view *view; /* of the file */
};

void learn_print_text(const struct learn_report *report);
void learn_print_json(const struct learn_report *report);

/* cmd_learn_live.c: status, end and extend, of a running Seep or by a state file. */

/* Is that what the first argument of ARGV asks for that is no option of theirs? */
bool learn_is_stand(int argc, char **argv);
int learn_stand(int argc, char **argv);
/* Is that probably what it is a slip for? Then that has been said. */
bool learn_fail_slip(int argc, char **argv);

/* cmd_learn_status.c */

/* Shows how learning stands by the state file at PATH. Returns what to exit with. */
int learn_status_file(const char *path, bool is_json);
void learn_status_print(const struct state_view *view);
/* By name. */
void learn_status_print_unfit(const struct state_view *view);
/* Writes members of an object. */
void learn_status_write_json(struct json *json, const struct state_view *view);

#endif
