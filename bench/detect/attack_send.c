/* SPDX-License-Identifier: BSD-3-Clause */
/* The senders: who asks when, and what. */
#include "attack.h"

/* A tool left running after its file: polls, for so many of them. */
#define POLLS_AFTER_FILE 15

/* Everybody's office hours, by which a sender hides among others. */
#define OFFICE_FROM_HOUR 9
#define OFFICE_TO_HOUR   17

#define FROG_GROWTH 1.05

uint32_t attack_next_domain(struct attack_sender *sender)
{
	return (sender->sequence + sender->machine) % sender->from->domains;
}

void attack_put_zone(struct attack_sender *sender, struct letter *letter, uint32_t domain)
{
	letter->domain_at = (uint8_t)letter->wire.size;
	wire_append(&letter->wire, sender->from->zones[domain]);
	wire_end(&letter->wire);
}

static void send_letter(struct attack_sender *sender, struct stage *stage,
			const struct letter *letter)
{
	struct event event = {
		.name = letter->wire.bytes,
		.user = sender->user,
		.ttl_s = letter->ttl_s,
		.type = letter->type,
		.sender = (uint16_t)(sender->from->index + 1),
		.route = (uint8_t)sender->from->route,
		.turn = sender->sequence,
		.size = (uint8_t)letter->wire.size,
		.domain_at = letter->domain_at,
		.rcode = letter->rcode,
		.symbol = letter->symbol,
		.payload_bits = letter->bits,
		.folded_bits = letter->folded_bits,
	};

	stage_ask_event(stage, &event);
	sender->sequence++;
}

static uint64_t soon(struct attack_sender *sender, const struct stage *stage, double mean_s)
{
	double wait_s = mean_s * (0.9 + 0.2 * dice_unit(&sender->actor.dice));

	return stage->now_ms + 1 + (uint64_t)(wait_s * 1000);
}

static double days_since_start(const struct attack_sender *sender, const struct stage *stage)
{
	return (double)(stage->now_ms - sender->from->start_ms) / (double)DAY_MS;
}

/* Not at night, not at weekends. */
static uint64_t in_office_hours(uint64_t when_ms)
{
	for (;;) {
		uint64_t day = (when_ms - START_MS) / DAY_MS;
		uint64_t midnight_ms = START_MS + day * DAY_MS;

		if (day % 7 < 5 && when_ms < midnight_ms + OFFICE_TO_HOUR * HOUR_MS) {
			uint64_t from_ms = midnight_ms + OFFICE_FROM_HOUR * HOUR_MS;

			return when_ms < from_ms ? from_ms : when_ms;
		}
		when_ms = midnight_ms + DAY_MS;
	}
}

static uint32_t names_of_file(struct attack_sender *sender)
{
	struct attack_sender trial = *sender;
	struct letter letter = { .type = SEEP_TYPE_A };

	sender->from->code->encode(&trial, &letter);
	return (uint32_t)ceil(sender->from->file_bits / (double)letter.bits);
}

/* A file, polls, and the same again a day later. */
static uint64_t next_of_file(struct attack_sender *sender, const struct stage *stage)
{
	const struct attack_tool *tool = sender->from->code->tool;
	uint64_t runs;

	if (sender->left)
		return soon(sender, stage, sender->from->interval_s);
	if (sender->polls && tool->poll)
		return soon(sender, stage, tool->poll_ms / 1000.0);
	runs = (stage->now_ms - sender->from->start_ms) / DAY_MS + 1;
	sender->left = names_of_file(sender);
	sender->polls = POLLS_AFTER_FILE;
	return sender->from->start_ms + runs * DAY_MS;
}

static uint64_t next_of(struct attack_sender *sender, const struct stage *stage)
{
	double interval_s = sender->from->interval_s;

	switch (sender->from->schedule) {
	case ATTACK_FILE:
		return next_of_file(sender, stage);
	case ATTACK_FROG:
		return soon(sender, stage,
			    interval_s / pow(FROG_GROWTH, days_since_start(sender, stage)));
	case ATTACK_OFFICE:
		return in_office_hours(soon(sender, stage, interval_s));
	default:
		return soon(sender, stage, interval_s);
	}
}

static void fire_sender(struct actor *actor, struct stage *stage)
{
	struct attack_sender *sender = actor->owner;
	struct letter letter = { .type = SEEP_TYPE_A };

	if (sender->from->schedule == ATTACK_FILE && !sender->left) {
		attack_tool_poll(sender, &letter);
		sender->polls--;
	} else {
		sender->from->code->encode(sender, &letter);
		sender->left -= sender->left > 0;
	}
	send_letter(sender, stage, &letter);
	actor->next_ms = next_of(sender, stage);
}

/* A few innocent names, on a few days before the tunnel begins. */
static void fire_insider(struct actor *actor, struct stage *stage)
{
	static const char *const labels[] = { "www", "mail", "login", "static", "api" };
	struct attack_sender *sender = actor->owner;
	struct letter letter = { .type = SEEP_TYPE_A, .ttl_s = 300 };

	wire_text(&letter.wire, labels[dice_below(&actor->dice, 5)]);
	attack_put_zone(sender, &letter, 0);
	send_letter(sender, stage, &letter);
	actor->next_ms = sender->sequence < 5 ? stage->now_ms + DAY_MS : UINT64_MAX;
}

/* One name of its own each, in the working hours of one day. */
static void fire_readers(struct actor *actor, struct stage *stage)
{
	struct attack_readers *readers = actor->owner;
	struct wire wire = { .size = 0 };
	uint32_t user;

	wire_format(&wire, "img%u", readers->done);
	wire_append(&wire, readers->from->zones[0]);
	wire_end(&wire);
	/* Spread over the people, whose numbers are by chance anyway. */
	user = (uint32_t)((uint64_t)readers->done * readers->people / readers->count);
	stage_ask_wire(stage, user, &wire, SEEP_TYPE_A, 300);
	stage_ask_wire(stage, user, &wire, SEEP_TYPE_AAAA, 300);
	if (++readers->done == readers->count)
		actor->next_ms = UINT64_MAX;
	else
		actor->next_ms += (OFFICE_TO_HOUR - OFFICE_FROM_HOUR) * HOUR_MS / readers->count;
}

void attack_readers_start(struct attack_readers *readers, struct stage *stage)
{
	readers->count = readers->people * readers->from->readers / 100;
	readers->actor = (struct actor){
		.fire = fire_readers,
		.owner = readers,
		.next_ms = readers->from->start_ms > START_MS + DAY_MS
				   ? readers->from->start_ms - DAY_MS
				   : START_MS,
	};
	if (readers->count)
		stage_add(stage, &readers->actor);
}

void attack_sender_start(struct attack_sender *sender, struct stage *stage)
{
	struct attack_case *from = sender->from;
	uint64_t start_ms = from->start_ms;

	sender->stage = stage;
	sender->session = dice_of(stage->world->seed, 401 + from->index, sender->machine);
	sender->actor = (struct actor){
		.dice = dice_of(stage->world->seed, 40000 + from->index, sender->machine),
		.fire = sender->insider ? fire_insider : fire_sender,
		.owner = sender,
	};
	if (sender->insider) {
		start_ms -= start_ms - START_MS > 6 * DAY_MS ? 6 * DAY_MS : start_ms - START_MS;
		sender->actor.next_ms = start_ms + dice_below(&sender->actor.dice, 3600000);
	} else {
		if (from->schedule == ATTACK_FILE) {
			sender->left = names_of_file(sender);
			sender->polls = POLLS_AFTER_FILE;
		}
		sender->actor.next_ms =
			start_ms +
			dice_below(&sender->actor.dice, (uint32_t)(from->interval_s * 1000) + 1);
	}
	stage_add(stage, &sender->actor);
}
