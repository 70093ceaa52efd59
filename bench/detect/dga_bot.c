/* SPDX-License-Identifier: BSD-3-Clause */
/* A bot at work. */
#include "dga.h"

/* After so many names at most, one exists; half of the bots find it earlier. */
#define EXISTS_FROM 20
#define EXISTS_TO   200

/* What the bot does not need, so that it looks as people do. */
static void ask_cover(struct dga_bot *bot, struct stage *stage)
{
	for (bot->due += bot->cover; bot->due >= 1; bot->due--) {
		struct wire wire = { .size = 0 };
		struct event event = { .user = bot->user, .type = SEEP_TYPE_A, .ttl_s = 300 };
		char text[96];

		world_domain_text(&bot->actor.dice, text, sizeof(text));
		wire_dotted(&wire, text);
		wire_end(&wire);
		event.name = wire.bytes;
		event.size = (uint8_t)wire.size;
		event.sender = (uint16_t)(DGA_SENDER | bot->number);
		stage_ask_event(stage, &event);
	}
}

static void fire_bot(struct actor *actor, struct stage *stage)
{
	struct dga_bot *bot = actor->owner;
	struct wire wire;
	uint32_t day = (uint32_t)((bot->start_ms - START_MS) / DAY_MS);
	bool found = bot->asked == bot->exists;
	struct event event = { .user = bot->user, .type = SEEP_TYPE_A };

	ask_cover(bot, stage);
	dga_family_name(bot->family, day, bot->asked, &wire);
	event.name = wire.bytes;
	event.size = (uint8_t)wire.size;
	event.sender = (uint16_t)(DGA_SENDER | bot->number);
	event.ttl_s = found ? 300 : 900;
	event.rcode = found ? SEEP_RCODE_NOERROR : SEEP_RCODE_NXDOMAIN;
	event.gone = !found;
	stage_ask_event(stage, &event);
	bot->asked++;
	actor->next_ms = UINT64_MAX;
	if (!found)
		actor->next_ms =
			stage->now_ms + 1 +
			(uint64_t)(1000 * bot->interval_s * (0.9 + 0.2 * dice_unit(&actor->dice)));
}

void dga_bot_start(struct dga_bot *bot, struct stage *stage)
{
	struct dice dice = dice_of(stage->world->seed, 500, bot->number);
	uint32_t most = bot->family->list_size < EXISTS_TO ? bot->family->list_size : EXISTS_TO;
	uint32_t least = most < EXISTS_FROM ? most - 1 : EXISTS_FROM;

	bot->exists = most > least ? dice_between(&dice, least, most - 1) : least;
	bot->actor = (struct actor){
		.dice = dice,
		.fire = fire_bot,
		.owner = bot,
		.next_ms = bot->start_ms + dice_below(&dice, 8 * 3600000),
	};
	stage_add(stage, &bot->actor);
}
