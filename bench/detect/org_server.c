/* SPDX-License-Identifier: BSD-3-Clause */
/* Machines without people: the mail server, and one that crawls. */
#include "org.h"

#include <stdio.h>

/*
 * One connection from outside: who is it (PTR), is it listed (three block
 * lists, one also by the sender's domain), may it send for that domain (SPF,
 * with macros in some), is the mail signed (DKIM), and where answers would go.
 */
void mail_fire(struct actor *actor, struct stage *stage)
{
	static const char *const lists[] = { "zen.spamhaus.org", "b.barracudacentral.org",
					     "bl.spamcop.net" };
	struct server *server = actor->owner;
	struct dice *dice = &actor->dice;
	const struct world *world = stage->world;
	/* Half of the mail comes from few places. */
	bool regular = dice_chance(dice, 0.5);
	struct dice sender = dice_of(world->seed, 120, dice_zipf(dice, 400));
	uint32_t address = (uint32_t)dice_next(regular ? &sender : dice) & 0xdfffffff;
	uint32_t site = dice_zipf(regular ? &sender : dice, world->site_count);
	const uint8_t *domain = names_bytes(&world->names, world->sites[site].first);
	struct wire wire = { .size = 0 };

	domain += world->names.entries[world->sites[site].first].domain_at;
	wire_reversed(&wire, address);
	wire_dotted(&wire, "in-addr.arpa");
	wire_end(&wire);
	stage_ask_wire(stage, server->user, &wire, SEEP_TYPE_PTR, 3600);
	for (unsigned i = 0; i < 3; i++) {
		wire.size = 0;
		wire_reversed(&wire, address);
		wire_dotted(&wire, lists[i]);
		wire_end(&wire);
		stage_ask_missing(stage, server->user, &wire, SEEP_TYPE_A, false);
	}
	wire.size = 0;
	wire_append(&wire, domain);
	wire_dotted(&wire, "multi.surbl.org");
	wire_end(&wire);
	stage_ask_missing(stage, server->user, &wire, SEEP_TYPE_A, false);
	wire.size = 0;
	wire_append(&wire, domain);
	wire_end(&wire);
	stage_ask_wire(stage, server->user, &wire, SEEP_TYPE_TXT, 3600);
	stage_ask_wire(stage, server->user, &wire, SEEP_TYPE_MX, 3600);
	if (dice_chance(dice, 0.2)) {
		wire.size = 0;
		wire_dotted(&wire, "ir");
		wire_reversed(&wire, address);
		wire_dotted(&wire, "v.in-addr");
		wire_append(&wire, domain);
		wire_dotted(&wire, "spf.has.pphosted.com");
		wire_end(&wire);
		stage_ask_wire(stage, server->user, &wire, SEEP_TYPE_A, 300);
	}
	wire.size = 0;
	wire_format(&wire, "s%u", dice_zipf(&sender, 6) * 512 + 1024);
	wire_text(&wire, "_domainkey");
	wire_append(&wire, domain);
	wire_end(&wire);
	stage_ask_wire(stage, server->user, &wire, SEEP_TYPE_TXT, 3600);
	actor->next_ms = stage->now_ms + 1 +
			 (uint64_t)dice_exponential(dice, (double)DAY_MS / server->per_day);
}

/* Any site alike, day and night. */
void crawl_fire(struct actor *actor, struct stage *stage)
{
	struct server *server = actor->owner;
	const struct world *world = stage->world;
	const struct world_domain *site =
		&world->sites[dice_below(&actor->dice, world->site_count)];

	for (unsigned i = 0; i < site->count; i++)
		stage_ask_both(stage, server->user, site->first + i);
	actor->next_ms = stage->now_ms + 1 +
			 (uint64_t)dice_exponential(&actor->dice, (double)DAY_MS / server->per_day);
}
