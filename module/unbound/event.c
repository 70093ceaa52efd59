/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine and the start tell becomes notes: for Unbound's log, and for the events' thread
 * (events/events.h).
 *
 * With privacy: pseudonyms lines of the log are that thread's, too: a pseudonym takes longer than a
 * query may.
 */
#include "unbound/ub.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/log.h"

#define LINES_A_SECOND 20

static uint64_t wall_now(void *context)
{
	(void)context;
	return ub_read_clock_ms(CLOCK_REALTIME);
}

static uint64_t passed_now(void *context)
{
	(void)context;
	return ub_read_clock_ms(CLOCK_BOOTTIME);
}

static void say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem)
		log_warn("seep: event-log: %s", text);
	else
		log_info("seep: event-log: %s", text);
}

/* No more than a few lines a second, whatever clients do. */
static bool may_log(uint64_t now_s)
{
	if (!ub_module.conf.log_events)
		return false;
	if (atomic_exchange(&ub_module.events_s, now_s) != now_s)
		atomic_store(&ub_module.events_told, 0);
	return atomic_fetch_add(&ub_module.events_told, 1) < LINES_A_SECOND;
}

/* To the log, if it is for that, and to the events. */
static void hand_on(struct seep_note *note, bool is_for_log)
{
	if (is_for_log && !ub_module.people.has_pseudonyms)
		ub_log_note(NULL, note, &ub_module.people);
	note->is_for_log = is_for_log && ub_module.people.has_pseudonyms;
	if (note->is_for_log || ub_module.conf.event_log[0])
		seep_events_put(ub_module.events, note);
}

void ub_event_open(void)
{
	const struct seep_events_setup setup = {
		.conf = &ub_module.conf,
		.wall_ms = wall_now,
		.passed_ms = passed_now,
		.say = say,
		.log = ub_log_note,
	};
	bool has_pseudonyms = ub_module.conf.privacy == SEEP_PRIVACY_PSEUDONYMS;

	if (!ub_module.conf.event_log[0] && !has_pseudonyms)
		return;
	ub_module.events = seep_events_open(&setup);
	if (!ub_module.events)
		log_warn(
			"seep: event-log: no memory for events; none are written: free memory, and reload Unbound");
}

static void note_start(void)
{
	bool passes = !ub_module.engine;
	struct seep_note note;

	seep_note_start(&note, passes ? SEEP_NOTE_PASSTHROUGH : SEEP_NOTE_STARTED, wall_now(NULL));
	note.mode =
		passes ? SEEP_MODE_PASSTHROUGH : seep_engine_mode(ub_module.engine, ub_now_ms());
	if (passes) {
#define TEXT(constant, number, text) [constant] = text,
		static const char *const reasons[] = { SEEP_PASSTHROUGHS(TEXT) };
#undef TEXT
		seep_note_set_reason(&note, reasons[ub_module.why]);
	}
	hand_on(&note, false);
}

void ub_event_key(const struct seep_hash_key *key)
{
	seep_people_start(&ub_module.people, &ub_module.conf, key);
	ub_module.events_key = *key;
}

void ub_event_start(void)
{
	note_start();
	if (ub_module.events && !seep_events_start(ub_module.events, &ub_module.events_key))
		log_warn(
			"seep: event-log: no thread for events; none are written: free memory, or raise the "
			"limit of threads, and reload Unbound");
	explicit_bzero(&ub_module.events_key, sizeof(ub_module.events_key));
}

void ub_event_stop(void)
{
	seep_events_stop(ub_module.events);
	ub_module.events = NULL;
	explicit_bzero(&ub_module.people, sizeof(ub_module.people));
}

void ub_event_problem(enum seep_note_kind kind, const char *text)
{
	struct seep_note note;

	seep_note_start(&note, kind, wall_now(NULL));
	seep_note_set_reason(&note, text);
	hand_on(&note, false);
}

void ub_event_tell(void *context, const struct seep_event *event)
{
	bool is_for_log = may_log(event->observation->when_ms / 1000);
	struct seep_note note;

	(void)context;
	seep_note_of_event(&note, event, ub_module.conf.dga_action == SEEP_ACTION_REFUSE,
			   wall_now(NULL));
	hand_on(&note, is_for_log);
}

void ub_event_review(void *context, const struct seep_review *review)
{
	const uint64_t wall_ms = wall_now(NULL);
	struct seep_note note;

	(void)context;
	seep_note_of_review(&note, review, wall_ms);
	hand_on(&note, true);
	for (unsigned i = 0; i < review->named_count; i++) {
		seep_note_of_crowd(&note, &review->named[i], wall_ms);
		hand_on(&note, true);
	}
}

void ub_event_ended(const struct seep_query *query)
{
	struct seep_refusal refusal;

	if (query->stage != SEEP_QUERY_REFUSED)
		return;
	refusal = (struct seep_refusal){
		.observation = &query->observation,
		.name = &query->name,
		.reservation = &query->reservation,
		.is_stale = query->is_stale,
	};
	seep_events_refused(ub_module.events, &refusal);
}

/* What changed, without a user's address where users have pseudonyms. */
static const char *what_of(const struct seep_control_change *change)
{
	static const char *const unnamed[] = {
		[SEEP_CONTROL_ALLOWED] = "allowed a domain for a user",
		[SEEP_CONTROL_DISALLOWED] = "no longer allowed a domain for a user",
		[SEEP_CONTROL_ALLOW_ENDED] =
			"allowed a domain for a user for a time, which is over",
		[SEEP_CONTROL_CLEARED] = "cleared a user or a network",
	};

	return change->names_user && ub_module.people.has_pseudonyms ? unnamed[change->kind]
								     : change->what;
}

void ub_event_change(void *context, const struct seep_control_change *change)
{
	static const enum seep_note_kind kinds[] = {
		[SEEP_CONTROL_ALLOWED] = SEEP_NOTE_ALLOW,
		[SEEP_CONTROL_DISALLOWED] = SEEP_NOTE_DISALLOW,
		[SEEP_CONTROL_ALLOW_ENDED] = SEEP_NOTE_ALLOW_ENDED,
		[SEEP_CONTROL_CLEARED] = SEEP_NOTE_CLEAR,
		[SEEP_CONTROL_LEARNING_ENDED] = SEEP_NOTE_LEARN_END,
		[SEEP_CONTROL_LEARNING_EXTENDED] = SEEP_NOTE_LEARN_EXTEND,
	};
	char name[SEEP_NOTE_OPERATOR_SIZE], reason[SEEP_NOTE_TEXT_SIZE];
	const struct seep_audit audit = { .kind = kinds[change->kind],
					  .operator_name = name,
					  .reason = reason };

	(void)context;
	if (change->from)
		snprintf(name, sizeof(name), "%s", change->from);
	else
		snprintf(name, sizeof(name), "%s%suid %lu", change->maker,
			 change->maker[0] ? ", " : "", (unsigned long)change->uid);
	snprintf(reason, sizeof(reason), "%s%s%s", what_of(change),
		 change->reason[0] ? "; reason: " : "", change->reason);
	ub_log_change(change, what_of(change));
	seep_events_audit(ub_module.events, &audit);
}
