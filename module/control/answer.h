/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the control socket answers. It speaks Unbound's control protocol: a client sends
 * "UBCT1 COMMAND\n", gets text, and the connection ends. The stock unbound-control does.
 *
 * stats, stats_noreset   statistics, KEY=VALUE a line, as a patched Unbound prints them
 * help                   all commands: the rows of the table in answer.c
 *
 * What others answer is written as write.h has it.
 *
 * Anything else gets one line that starts with "error", by which unbound-control fails.
 *
 * Threads: one at a time. Nothing here reads a clock, or touches a descriptor.
 */
#ifndef SEEP_CONTROL_ANSWER_H
#define SEEP_CONTROL_ANSWER_H

#include "control/write.h"
#include "state/keeper.h"

/* A request's most bytes, with the end of its line. */
#define SEEP_CONTROL_REQUEST_MAX 1024

/* Whom to ask; all of it outlives the socket. */
struct seep_control_source {
	const char *version;
	struct seep_engine *engine; /* NULL: everything passes */
	enum seep_passthrough why;
	const struct seep_keeper *keeper; /* or NULL */
	/* The time, from any thread. */
	struct seep_state_tick (*now)(void *context);
	void *context;
};

/*
 * Answers the SIZE bytes of REQUEST that came so far; IS_END: no more will come, which ends a line,
 * too. BASE is what counters were at their last reset, and moves with stats. Returns false if more
 * has to come first: never at the end, and never with SEEP_CONTROL_REQUEST_MAX bytes.
 */
bool seep_control_answer(const struct seep_control_source *source, struct seep_counters *base,
			 const char *request, size_t size, bool is_end,
			 struct seep_control_answer *answer);

#endif
