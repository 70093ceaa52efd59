/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events for a SIEM: notes go into a queue from any thread, and a thread of its own makes lines of
 * them (line.h) and writes them where the option event-log says (sink.h).
 *
 *     open -> put, ... -> start -> put, ... -> stop
 *
 * What is put before the start is written then: until the state file is read it is not known by
 * which key users get their pseudonyms.
 *
 * At most event-rate lines are written a second. What is beyond, and what does not fit in the
 * queue, is left out and counted; so is what could not be written. An event says how much that was
 * as soon as the rate lets it.
 *
 * Threads: put, refused, audit and read from any; the others from one. What is put costs a copy of
 * some 800 bytes and no lock, waits for nobody and cannot fail. The thread has all signals blocked,
 * and looks ten times a second.
 *
 * Memory: SEEP_EVENTS_PLACES notes and those of repeats.h, claimed by open.
 */
#ifndef SEEP_EVENTS_H
#define SEEP_EVENTS_H

#include "base/counters.h"
#include "events/people.h"
#include "events/sink.h"

/* The notes that wait for the thread. */
#define SEEP_EVENTS_PLACES 1024

struct seep_events;

struct seep_events_setup {
	/* Copied; with an event-log of "" only what is for the log goes anywhere: there. */
	const struct seep_conf *conf;
	/* The wall clock and one that is never set, in milliseconds, from any thread. */
	uint64_t (*wall_ms)(void *context);
	uint64_t (*passed_ms)(void *context);
	seep_sink_say *say; /* in the thread alone */
	/* Takes the notes that are for the host's log, in the thread. NULL: there are none. */
	void (*log)(void *context, const struct seep_note *note, const struct seep_people *people);
	void *context;
};

/* Claims memory, or NULL. */
struct seep_events *seep_events_open(const struct seep_events_setup *setup);

/* INSTALLATION is the engine's key. The thread runs from now on; false if it cannot. */
bool seep_events_start(struct seep_events *events, const struct seep_hash_key *installation);

/* Writes what is left, a last event of its own, and ends. NULL is none. */
void seep_events_stop(struct seep_events *events);

/* Puts a copy of NOTE into the queue. EVENTS of NULL ignores it. */
void seep_events_put(struct seep_events *events, const struct seep_note *note);

/*
 * A query was refused, or answered from what the cache still held: it is told, or counted if that
 * user and domain were told within the hour.
 */
struct seep_refusal {
	const struct seep_observation *observation;
	const struct seep_name *name;
	const struct seep_reservation *reservation;
	bool is_stale;
};
void seep_events_refused(struct seep_events *events, const struct seep_refusal *refusal);

/* What an operator changed. Words are copied, and cut where they are too long. */
struct seep_audit {
	enum seep_note_kind kind;          /* ALLOW to LEARN_EXTEND */
	const char *operator_name;         /* who: "uid 0", say; "" if that is not known */
	const struct seep_address *client; /* of the user it is about, or NULL */
	const uint8_t *name;               /* wire form, what it is about, or NULL */
	size_t name_size;
	size_t domain_at;   /* where the name's domain starts */
	const char *reason; /* in words, without names of users; "" for none */
};
void seep_events_audit(struct seep_events *events, const struct seep_audit *audit);

/* How users and networks are called, once started. */
const struct seep_people *seep_events_people(const struct seep_events *events);

/* Adds what was written, left out and failed to COUNTERS. EVENTS of NULL adds nothing. */
void seep_events_read(const struct seep_events *events, struct seep_counters *counters);

/* One turn of the thread's, for tests that have none: all that waits is written. */
void seep_events_turn(struct seep_events *events, bool is_end);

/* What start does before the thread begins, for the same tests. */
void seep_events_prepare(struct seep_events *events, const struct seep_hash_key *installation);

#endif
