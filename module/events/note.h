/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A note: what is written of one event, as plain data of a fixed size. A query's path makes it and
 * puts it in a queue; another thread makes a line of it.
 *
 * doc/EVENTS.md says what each kind means, and what of a note is in its line.
 *
 * Memory: some 800 bytes, without pointers. Threads: nothing is shared.
 */
#ifndef SEEP_EVENTS_NOTE_H
#define SEEP_EVENTS_NOTE_H

#include "engine/engine.h"

/*
 * X(constant, action, kind, category, type): event.action, event.kind, event.category and
 * event.type, the last three by the words that ECS allows. An action never changes: people search
 * for it.
 */
#define SEEP_NOTES(X)                                                                          \
	X(SEEP_NOTE_FLAGGED, "meter-flagged", "alert", "intrusion_detection", "info")          \
	X(SEEP_NOTE_SPENT, "meter-spent", "alert", "intrusion_detection", "info")              \
	X(SEEP_NOTE_RELEASED, "meter-released", "event", "intrusion_detection", "info")        \
	X(SEEP_NOTE_DGA, "dga-alarm", "alert", "intrusion_detection", "info")                  \
	X(SEEP_NOTE_REFUSED, "query-refused", "event", "network", "denied")                    \
	X(SEEP_NOTE_STALE, "query-stale", "event", "network", "denied")                        \
	X(SEEP_NOTE_LEARNED, "learning-ended", "event", "configuration", "change")             \
	X(SEEP_NOTE_MISFIT, "learning-misfit", "event", "configuration", "info")               \
	X(SEEP_NOTE_STARTED, "started", "event", "process", "start")                           \
	X(SEEP_NOTE_STOPPED, "stopped", "event", "process", "end")                             \
	X(SEEP_NOTE_PASSTHROUGH, "passthrough", "event", "process", "start")                   \
	X(SEEP_NOTE_STATE, "state-problem", "event", "database", "error")                      \
	X(SEEP_NOTE_LIST, "list-problem", "event", "configuration", "info")                    \
	X(SEEP_NOTE_ALLOW, "operator-allow", "event", "configuration", "change")               \
	X(SEEP_NOTE_DISALLOW, "operator-disallow", "event", "configuration", "change")         \
	X(SEEP_NOTE_ALLOW_ENDED, "allow-ended", "event", "configuration", "change")            \
	X(SEEP_NOTE_CLEAR, "operator-clear", "event", "configuration", "change")               \
	X(SEEP_NOTE_LEARN_END, "operator-learn-end", "event", "configuration", "change")       \
	X(SEEP_NOTE_LEARN_EXTEND, "operator-learn-extend", "event", "configuration", "change") \
	X(SEEP_NOTE_LEFT_OUT, "events-left-out", "event", "process", "info")

#define SEEP_NOTE_CONSTANT(constant, action, kind, category, type) constant,
enum seep_note_kind { SEEP_NOTES(SEEP_NOTE_CONSTANT) SEEP_NOTE_KINDS };
#undef SEEP_NOTE_CONSTANT

/* What becomes of queries of whom it is about. */
enum seep_note_action {
	SEEP_NOTE_NO_ACTION,
	SEEP_NOTE_PASSES,  /* they pass */
	SEEP_NOTE_REFUSES, /* new names are refused, or were */
	SEEP_NOTE_ANSWERS, /* an old answer was given in place of a refusal */
};

/* Of a word from outside, such as a reason; longer ones are cut. */
#define SEEP_NOTE_TEXT_SIZE     256
#define SEEP_NOTE_OPERATOR_SIZE 64

/* What the learning taught, as struct seep_review has it. */
struct seep_note_review {
	uint64_t users;
	uint64_t new_bytes;
	uint64_t most_bytes;
	uint64_t network_bytes;
	uint64_t misfits;
	uint64_t crowds;
	uint64_t vast;
	uint64_t named;
};

/* An estimate of distinct things; none where IS_KNOWN is false. */
struct seep_note_estimate {
	uint64_t count;
	uint16_t error_permille; /* relative standard error; 0: exact */
	bool is_known;
};

struct seep_note {
	uint64_t wall_ms; /* by the wall clock, since 1970 */
	enum seep_note_kind kind;
	enum seep_note_action action;
	enum seep_mode mode;
	enum seep_meter meter;
	struct seep_address client;  /* size 0: about no user */
	struct seep_address network; /* size 0: that of the client, if there is one */
	uint64_t level_mbit;
	uint64_t budget_mbit; /* 0: the meter has none in bits, or there is no meter */
	struct seep_note_estimate names;
	struct seep_note_estimate domains;
	struct seep_note_estimate missing; /* domains that do not exist */
	struct seep_note_estimate users;
	/* By the wall clock: its owner was first seen, or refusals counted since; 0: unknown. */
	uint64_t first_ms;
	uint64_t count;    /* of queries, or of what was left out */
	uint64_t failed;   /* of what was left out: what could not be written */
	uint32_t place;    /* of a refusal, in repeats.h */
	bool is_for_log;   /* the host's log gets it from the events' thread, too */
	uint16_t type;     /* of the query */
	uint8_t name_size; /* 0: no name */
	uint8_t domain_at; /* where its domain starts */
	uint8_t name[SEEP_NAME_MAX_BYTES];
	char operator_name[SEEP_NOTE_OPERATOR_SIZE]; /* "": nobody */
	char reason[SEEP_NOTE_TEXT_SIZE];            /* "": none */
	struct seep_note_review review;              /* with LEARNED */
};

/* A note of that kind, and nothing more, of WALL_MS. */
void seep_note_start(struct seep_note *note, enum seep_note_kind kind, uint64_t wall_ms);

/* Gives it the name, whose domain starts at DOMAIN_AT. */
void seep_note_set_name(struct seep_note *note, const uint8_t *name, size_t size, size_t domain_at);

/* Gives it a reason, cut where it is too long. */
void seep_note_set_reason(struct seep_note *note, const char *text);

/*
 * A meter crossed a line. DGA_REFUSES: dga-action is refuse. The meters' time becomes the wall
 * clock's, as it stands now.
 */
void seep_note_of_event(struct seep_note *note, const struct seep_event *event, bool dga_refuses,
			uint64_t wall_ms);

/* The learning is over; then each of those that no budget fits, AT from 0. */
void seep_note_of_review(struct seep_note *note, const struct seep_review *review,
			 uint64_t wall_ms);
void seep_note_of_crowd(struct seep_note *note, const struct seep_review_crowd *crowd,
			uint64_t wall_ms);

/* A query was refused, or answered from what the cache still held. */
void seep_note_of_refusal(struct seep_note *note, const struct seep_observation *observation,
			  const struct seep_name *name, enum seep_meter meter, bool is_stale,
			  uint64_t wall_ms);

#endif
