/* SPDX-License-Identifier: BSD-3-Clause */
/* The events' thread: takes notes from the queue, keeps the rate, writes lines. */
#include "events/events.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/background.h"
#include "events/line.h"
#include "events/queue.h"
#include "events/repeats.h"

#define TURN_MS  100
#define SWEEP_MS 1000
#define RETRY_MS 1000

struct seep_events {
	struct seep_events_setup setup; /* without conf */
	struct seep_conf conf;          /* lists borrowed, and not looked at */
	struct seep_people people;
	struct seep_note_queue *queue;
	struct seep_repeats *repeats;
	_Atomic uint64_t written, left_out, failed;
	_Atomic uint64_t unplaced; /* left out on a query's path, beside what the queue lost */
	int wake;                  /* readable: the thread ends */
	pid_t pid;
	pthread_t thread;
	bool is_running;
	/* Of the thread alone. */
	struct seep_sink sink;
	bool has_sink;
	uint64_t sequence;
	uint64_t tokens_millis; /* thousandths of events that may be written now */
	uint64_t filled_ms;     /* when that was so */
	uint64_t swept_ms;
	uint64_t told_left_out, told_failed;
	uint64_t retry_ms; /* when to say that again */
	struct seep_note note;
	char line[SEEP_LINE_MAX];
};

static uint64_t value_of(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static uint64_t all_left_out(const struct seep_events *events)
{
	return value_of(&events->left_out) + value_of(&events->unplaced) +
	       seep_note_queue_lost(events->queue);
}

/* ---- from any thread ---- */

void seep_events_put(struct seep_events *events, const struct seep_note *note)
{
	if (events)
		(void)seep_note_queue_put(events->queue, note);
}

/* Of a user, a domain and whether it was stale: keyed, as its parts are. */
static uint64_t repeat_key(const struct seep_refusal *refusal)
{
	const struct seep_reservation *reservation = refusal->reservation;
	uint64_t key = reservation->user_key ^
		       (reservation->domain_key << 31 | reservation->domain_key >> 33) ^
		       refusal->is_stale;

	key *= UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 32;
}

void seep_events_refused(struct seep_events *events, const struct seep_refusal *refusal)
{
	struct seep_note note;
	uint32_t place = SEEP_REPEATS_NONE;

	if (!events || !events->repeats)
		return;
	switch (seep_repeats_count(events->repeats, repeat_key(refusal), &place)) {
	case SEEP_REPEAT_COUNTED:
		return;
	case SEEP_REPEAT_FULL:
		count(&events->unplaced);
		return;
	case SEEP_REPEAT_FIRST:
		break;
	}
	seep_note_of_refusal(&note, refusal->observation, refusal->name,
			     refusal->reservation->verdict.meter, refusal->is_stale,
			     events->setup.wall_ms(events->setup.context));
	note.place = place;
	if (!seep_note_queue_put(events->queue, &note))
		seep_repeats_drop(events->repeats, place);
}

void seep_events_audit(struct seep_events *events, const struct seep_audit *audit)
{
	struct seep_note note;

	if (!events)
		return;
	seep_note_start(&note, audit->kind, events->setup.wall_ms(events->setup.context));
	(void)snprintf(note.operator_name, sizeof(note.operator_name), "%s", audit->operator_name);
	if (audit->client)
		note.client = *audit->client;
	if (audit->name)
		seep_note_set_name(&note, audit->name, audit->name_size, audit->domain_at);
	seep_note_set_reason(&note, audit->reason);
	seep_events_put(events, &note);
}

void seep_events_read(const struct seep_events *events, struct seep_counters *counters)
{
	if (!events)
		return;
	seep_counters_add(&counters->events_written, value_of(&events->written));
	seep_counters_add(&counters->events_left_out, all_left_out(events));
	seep_counters_add(&counters->events_failed, value_of(&events->failed));
}

const struct seep_people *seep_events_people(const struct seep_events *events)
{
	return &events->people;
}

/* ---- in the thread ---- */

static uint64_t wall_ms(const struct seep_events *events)
{
	return events->setup.wall_ms(events->setup.context);
}

/* A bucket that holds a second's events. */
static void fill_tokens(struct seep_events *events)
{
	const uint64_t now_ms = events->setup.passed_ms(events->setup.context);
	const uint64_t most = 1000 * events->conf.event_rate;
	uint64_t passed_ms = now_ms > events->filled_ms ? now_ms - events->filled_ms : 0;

	if (passed_ms > 1000)
		passed_ms = 1000;
	events->filled_ms = now_ms;
	events->tokens_millis += passed_ms * events->conf.event_rate;
	if (events->tokens_millis > most)
		events->tokens_millis = most;
}

static void write_line(struct seep_events *events, const struct seep_note *note)
{
	size_t size = seep_line_write(events->line, note, &events->people, events->sequence + 1);

	events->sequence++;
	if (seep_sink_write(&events->sink, events->line, size, note->wall_ms))
		count(&events->written);
	else
		count(&events->failed);
}

/*
 * Says how many were left out or failed since that was last said. If that cannot be written either
 * it counts as nothing, and is said a second later.
 */
static void write_left_out(struct seep_events *events)
{
	const uint64_t left_out = all_left_out(events), failed = value_of(&events->failed);
	struct seep_note note;
	size_t size;

	seep_note_start(&note, SEEP_NOTE_LEFT_OUT, wall_ms(events));
	note.count = left_out - events->told_left_out;
	note.failed = failed - events->told_failed;
	size = seep_line_write(events->line, &note, &events->people, events->sequence + 1);
	if (!seep_sink_write(&events->sink, events->line, size, note.wall_ms)) {
		events->retry_ms = events->filled_ms + RETRY_MS;
		return;
	}
	events->sequence++;
	count(&events->written);
	events->told_left_out = left_out;
	events->told_failed = failed;
}

static bool has_left_out(const struct seep_events *events)
{
	return all_left_out(events) != events->told_left_out ||
	       value_of(&events->failed) != events->told_failed;
}

static bool take_token(struct seep_events *events)
{
	if (events->tokens_millis < 1000)
		return false;
	events->tokens_millis -= 1000;
	return true;
}

static void tell_left_out(struct seep_events *events)
{
	if (has_left_out(events) && events->filled_ms >= events->retry_ms && take_token(events))
		write_left_out(events);
}

static void write_note(struct seep_events *events, const struct seep_note *note)
{
	if (!events->has_sink)
		return;
	if (take_token(events))
		write_line(events, note);
	else
		count(&events->left_out);
}

static void write_repeat(void *context, const struct seep_note *kept)
{
	struct seep_events *events = context;
	struct seep_note note = *kept;

	note.first_ms = kept->wall_ms;
	note.wall_ms = wall_ms(events);
	write_note(events, &note);
}

static void take_note(struct seep_events *events, const struct seep_note *note, uint64_t now_ms)
{
	if (note->is_for_log && events->setup.log)
		events->setup.log(events->setup.context, note, &events->people);
	write_note(events, note);
	if (events->repeats && (note->kind == SEEP_NOTE_REFUSED || note->kind == SEEP_NOTE_STALE))
		seep_repeats_keep(events->repeats, note, now_ms);
}

static void sweep(struct seep_events *events, uint64_t now_ms, bool is_end)
{
	if (!events->repeats || (!is_end && now_ms < events->swept_ms + SWEEP_MS))
		return;
	events->swept_ms = now_ms;
	seep_repeats_sweep(events->repeats, now_ms, is_end, write_repeat, events);
}

/* The last words are written beyond the rate. */
static void write_end(struct seep_events *events)
{
	struct seep_note note;

	if (has_left_out(events))
		write_left_out(events);
	seep_note_start(&note, SEEP_NOTE_STOPPED, wall_ms(events));
	write_line(events, &note);
}

void seep_events_turn(struct seep_events *events, bool is_end)
{
	const uint64_t now_ms = events->setup.passed_ms(events->setup.context);
	/* Of what comes while this turn lasts, no more than fits at once. */
	unsigned most = SEEP_EVENTS_PLACES;

	fill_tokens(events);
	if (events->has_sink) {
		seep_sink_look(&events->sink, now_ms);
		tell_left_out(events);
	}
	while (most-- && seep_note_queue_take(events->queue, &events->note))
		take_note(events, &events->note, now_ms);
	sweep(events, now_ms, is_end);
	if (is_end && events->has_sink)
		write_end(events);
}

static void *run(void *context)
{
	struct seep_events *events = context;
	struct pollfd polled = { .fd = events->wake, .events = POLLIN };

	for (;;) {
		int ready = poll(&polled, 1, TURN_MS);
		bool is_end = ready > 0;

		/* Out of memory, say: it would fail again at once. */
		if (ready < 0)
			(void)poll(NULL, 0, TURN_MS);
		seep_events_turn(events, is_end);
		if (is_end)
			return NULL;
	}
}

/* ---- start and end ---- */

static void destroy(struct seep_events *events)
{
	if (events->has_sink)
		seep_sink_stop(&events->sink);
	if (events->wake >= 0)
		close(events->wake);
	seep_note_queue_destroy(events->queue);
	seep_repeats_destroy(events->repeats);
	explicit_bzero(&events->people, sizeof(events->people));
	free(events);
}

struct seep_events *seep_events_open(const struct seep_events_setup *setup)
{
	struct seep_events *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->setup = *setup;
	events->conf = *setup->conf;
	events->setup.conf = NULL;
	events->pid = getpid();
	events->has_sink = events->conf.event_log[0] != '\0';
	events->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	events->queue = seep_note_queue_create(SEEP_EVENTS_PLACES);
	if (events->has_sink) {
		events->repeats = seep_repeats_create();
		seep_sink_start(&events->sink, events->conf.event_log, setup->say, setup->context);
	}
	if (events->wake >= 0 && events->queue && (events->repeats || !events->has_sink))
		return events;
	destroy(events);
	return NULL;
}

void seep_events_prepare(struct seep_events *events, const struct seep_hash_key *installation)
{
	seep_people_start(&events->people, &events->conf, installation);
	events->tokens_millis = 1000 * events->conf.event_rate;
	events->filled_ms = events->setup.passed_ms(events->setup.context);
}

bool seep_events_start(struct seep_events *events, const struct seep_hash_key *installation)
{
	seep_events_prepare(events, installation);
	events->is_running = seep_background_start(&events->thread, run, events) == 0;
	return events->is_running;
}

void seep_events_stop(struct seep_events *events)
{
	/* A worker that was forked has no thread to end, and its parent's file. */
	if (!events || events->pid != getpid())
		return;
	if (events->is_running) {
		(void)eventfd_write(events->wake, 1);
		pthread_join(events->thread, NULL);
	}
	destroy(events);
}
