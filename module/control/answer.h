/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the control socket answers, and the control interface. Both speak Unbound's control
 * protocol: a client sends "UBCT1 COMMAND\n", gets text, and the connection ends. The stock
 * unbound-control does.
 *
 * stats, stats_noreset   statistics, KEY=VALUE a line, as a patched Unbound prints them
 * help                   all commands: the rows of the table in answer.c
 *
 * What others answer is written as write.h has it.
 *
 * Anything else gets one line that starts with "error", by which unbound-control fails.
 *
 * Threads: one at a time. Nothing here reads a clock. What looks touches no descriptor; what
 * changes something writes its file, and may wait for the disk.
 */
#ifndef SEEP_CONTROL_ANSWER_H
#define SEEP_CONTROL_ANSWER_H

#include "control/write.h"
#include "events/events.h"
#include "state/changes.h"
#include "state/keeper.h"
#include "state/rpz.h"

/* A request's most bytes, with the end of its line. */
#define SEEP_CONTROL_REQUEST_MAX 1024
/* Whom the system does not know: a client over TLS. */
#define SEEP_CONTROL_NOBODY      UINT32_MAX
/* Holds the address of a client over TLS and its certificate's subject, which may be cut. */
#define SEEP_CONTROL_FROM_SIZE   128

/* What an operator changed; all texts are printable. */
enum seep_control_change_kind {
	SEEP_CONTROL_ALLOWED,
	SEEP_CONTROL_DISALLOWED,
	SEEP_CONTROL_ALLOW_ENDED, /* by itself; the operator is who allowed it */
	SEEP_CONTROL_CLEARED,
	SEEP_CONTROL_LEARNING_ENDED,
	SEEP_CONTROL_LEARNING_EXTENDED,
};

struct seep_control_change {
	enum seep_control_change_kind kind;
	/* Who: the peer's, by the system, or of who allowed it; or SEEP_CONTROL_NOBODY. */
	uint32_t uid;
	const char *maker; /* its user name; "" if it has none here */
	/* Over TLS "192.0.2.7, CN=unbound-control", or of an end "over TLS, NAME"; else NULL. */
	const char *from;
	const char *what;   /* in a few words, for people */
	bool names_user;    /* WHAT has an address in it */
	const char *reason; /* as it was given; "" for none */
	bool is_kept;       /* it outlasts a restart */
};

/* Whom to ask; all of it outlives the socket. */
struct seep_control_source {
	const char *version;
	struct seep_engine *engine; /* NULL: everything passes */
	enum seep_passthrough why;
	struct seep_keeper *keeper;   /* or NULL */
	struct seep_changes *changes; /* or NULL: nothing can be changed */
	/* Takes each change, once it is in force; or NULL. Called by the socket's thread. */
	void (*changed)(void *context, const struct seep_control_change *change);
	const struct seep_rpz *rpz;       /* or NULL */
	const struct seep_events *events; /* or NULL */
	/* The time, from any thread. */
	struct seep_state_tick (*now)(void *context);
	void *context;
};

/* What came of a request so far, and from whom. */
struct seep_control_request {
	const char *bytes;
	size_t size;
	bool is_end;     /* no more will come, which ends a line, too */
	bool may_change; /* not only look: it is root, Unbound's user, or has a certificate */
	uint32_t uid;    /* or SEEP_CONTROL_NOBODY */
	/* Over TLS, else NULL: address and subject; and the subject's common name as one word. */
	const char *from, *name;
};

/*
 * Tells what has ended by itself, each once. Returns whether anything is going to, and is to be
 * called again within a second or so.
 */
bool seep_control_tick(const struct seep_control_source *source);

/*
 * Answers REQUEST. BASE is what counters were at their last reset, and moves with stats. Returns
 * false if more has to come first: never at the end, and never with SEEP_CONTROL_REQUEST_MAX bytes.
 */
bool seep_control_answer(const struct seep_control_source *source, struct seep_counters *base,
			 const struct seep_control_request *request,
			 struct seep_control_answer *answer);

#endif
