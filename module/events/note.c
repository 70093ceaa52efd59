/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes notes of what the engine tells. */
#include "events/note.h"

#include <stdio.h>
#include <string.h>

void seep_note_start(struct seep_note *note, enum seep_note_kind kind, uint64_t wall_ms)
{
	memset(note, 0, sizeof(*note));
	note->kind = kind;
	note->wall_ms = wall_ms;
}

void seep_note_set_name(struct seep_note *note, const uint8_t *name, size_t size, size_t domain_at)
{
	if (size > sizeof(note->name))
		return;
	memcpy(note->name, name, size);
	note->name_size = (uint8_t)size;
	note->domain_at = (uint8_t)(domain_at < size ? domain_at : 0);
}

void seep_note_set_reason(struct seep_note *note, const char *text)
{
	(void)snprintf(note->reason, sizeof(note->reason), "%s", text);
}

static struct seep_note_estimate estimate(uint64_t count, unsigned error_permille)
{
	return (struct seep_note_estimate){ .count = count,
					    .error_permille = (uint16_t)error_permille,
					    .is_known = true };
}

/* What the meter's owner was counted with. */
static void set_estimates(struct seep_note *note, const struct seep_event *event)
{
	switch (event->meter) {
	case SEEP_METER_USER:
		note->names = estimate(event->names, event->names_error_permille);
		note->domains = estimate(event->domains, event->domains_error_permille);
		break;
	case SEEP_METER_NETWORK:
		note->users = estimate(event->users, event->users_error_permille);
		break;
	case SEEP_METER_DOMAIN:
		note->users = estimate(event->users, event->users_error_permille);
		note->names = estimate(event->names, event->names_error_permille);
		break;
	case SEEP_METER_DGA:
		note->missing = estimate(event->names, event->names_error_permille);
		note->domains = estimate(event->domains, event->domains_error_permille);
		break;
	case SEEP_METER_NONE:
		break;
	}
}

static enum seep_note_kind kind_of(const struct seep_event *event)
{
	if (event->meter == SEEP_METER_DGA)
		return SEEP_NOTE_DGA;
	if (event->edge == SEEP_EDGE_FLAGGED)
		return SEEP_NOTE_FLAGGED;
	return event->edge == SEEP_EDGE_SPENT ? SEEP_NOTE_SPENT : SEEP_NOTE_RELEASED;
}

static enum seep_note_action action_of(const struct seep_event *event, bool dga_refuses)
{
	bool refuses = event->edge == SEEP_EDGE_SPENT && event->mode == SEEP_MODE_GUARD &&
		       (event->meter != SEEP_METER_DGA || dga_refuses);

	return refuses ? SEEP_NOTE_REFUSES : SEEP_NOTE_PASSES;
}

static void set_query(struct seep_note *note, const struct seep_observation *observation,
		      const struct seep_name *name)
{
	note->client = observation->client;
	note->type = observation->type;
	seep_note_set_name(note, name->bytes, name->size, name->domain_at);
}

void seep_note_of_event(struct seep_note *note, const struct seep_event *event, bool dga_refuses,
			uint64_t wall_ms)
{
	uint64_t age_ms = event->observation->when_ms - 1000 * event->first_s;

	seep_note_start(note, kind_of(event), wall_ms);
	note->action = action_of(event, dga_refuses);
	note->mode = event->mode;
	note->meter = event->meter;
	set_query(note, event->observation, event->name);
	if (event->network)
		note->network = *event->network;
	note->level_mbit = event->level_mbit;
	note->budget_mbit = event->budget_mbit;
	set_estimates(note, event);
	if (event->first_s && 1000 * event->first_s <= event->observation->when_ms &&
	    age_ms < wall_ms)
		note->first_ms = wall_ms - age_ms;
}

void seep_note_of_review(struct seep_note *note, const struct seep_review *review, uint64_t wall_ms)
{
	seep_note_start(note, SEEP_NOTE_LEARNED, wall_ms);
	note->review = (struct seep_note_review){
		.users = review->users,
		.new_bytes = review->new_bytes,
		.most_bytes = review->most_bytes,
		.network_bytes = review->network_bytes,
		.misfits = review->misfits,
		.crowds = review->crowds,
		.vast = review->vast,
		.named = review->named_count,
	};
}

void seep_note_of_crowd(struct seep_note *note, const struct seep_review_crowd *crowd,
			uint64_t wall_ms)
{
	seep_note_start(note, SEEP_NOTE_MISFIT, wall_ms);
	note->action = SEEP_NOTE_PASSES;
	note->meter = crowd->is_network ? SEEP_METER_NETWORK : SEEP_METER_USER;
	if (crowd->is_network) {
		note->network = crowd->address;
		return;
	}
	note->client = crowd->address;
	note->names = estimate(crowd->names, crowd->names_error_permille);
	note->domains = estimate(crowd->domains, crowd->domains_error_permille);
}

void seep_note_of_refusal(struct seep_note *note, const struct seep_observation *observation,
			  const struct seep_name *name, enum seep_meter meter, bool is_stale,
			  uint64_t wall_ms)
{
	seep_note_start(note, is_stale ? SEEP_NOTE_STALE : SEEP_NOTE_REFUSED, wall_ms);
	note->action = is_stale ? SEEP_NOTE_ANSWERS : SEEP_NOTE_REFUSES;
	note->mode = SEEP_MODE_GUARD;
	note->meter = meter;
	set_query(note, observation, name);
	note->count = 1;
}
