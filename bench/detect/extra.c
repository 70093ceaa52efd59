/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices, products and bursts: the table, and who asks what when. */
#include "extra.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

#define WORK_FROM_HOUR 9
#define WORK_TO_HOUR   17

/* A clock goes by so much, either way. */
#define JITTER 0.1

/* Names of a page of links come one after the other. */
#define LINK_MS 50

static void fire_clocks(struct actor *actor, struct stage *stage);
static void fire_round(struct actor *actor, struct stage *stage);
static void fire_reverse(struct actor *actor, struct stage *stage);
static void fire_product(struct actor *actor, struct stage *stage);
static void fire_leak_test(struct actor *actor, struct stage *stage);
static void fire_traceroute(struct actor *actor, struct stage *stage);
static void fire_block_lists(struct actor *actor, struct stage *stage);
static void fire_reverse_v6(struct actor *actor, struct stage *stage);
static void fire_links(struct actor *actor, struct stage *stage);

const struct extra_row extra_rows[] = {
	/* clocks of their own: names, seconds */
	{ "ntp-8", "an NTP client with eight pools", fire_clocks, EXTRA_DEVICE, 1, 8, 1024, 130,
	  0 },
	{ "tv-3", "a TV that polls 3 names", fire_clocks, EXTRA_DEVICE, 1, 3, 600, 60, 0 },
	{ "tv-7", "a TV that polls 7 names", fire_clocks, EXTRA_DEVICE, 1, 7, 900, 60, 0 },
	{ "tv-19", "a TV that polls 19 names", fire_clocks, EXTRA_DEVICE, 1, 19, 1800, 300, 0 },
	{ "hub-6", "a hub with six names, TTL 60", fire_clocks, EXTRA_DEVICE, 1, 6, 300, 60, 0 },
	{ "camera-3", "a camera with three dead names", fire_clocks, EXTRA_DEVICE, 1, 3, 120, 60,
	  EXTRA_MISSING },
	/* in fixed order: names, seconds a round */
	{ "monitor-200", "200 hosts in order", fire_round, EXTRA_DEVICE, 1, 200, 900, 60,
	  EXTRA_LEARNED },
	{ "feeds-300", "300 sites in order", fire_round, EXTRA_DEVICE, 1, 300, 3600, 60,
	  EXTRA_LEARNED },
	{ "reverse-3000", "a firewall with 3,000 PTR a day", fire_reverse, EXTRA_DEVICE, 1, 1, 28.8,
	  3600, 0 },
	{ "updates-5", "the firewall's own updates", fire_clocks, EXTRA_SAME, 1, 5, 3600, 60,
	  EXTRA_LEARNED },
	/* 30 names a working day of 8 hours, on so many machines */
	{ "product-1m", "a new product, 30 hashes a day", fire_product, EXTRA_PERSON, 1, 30, 960,
	  3600, EXTRA_MISSING | EXTRA_SPENDS },
	{ "product-2m", "on 2 machines", fire_product, EXTRA_PERSON, 2, 30, 960, 3600,
	  EXTRA_MISSING },
	{ "product-3m", "on 3 machines", fire_product, EXTRA_PERSON, 3, 30, 960, 3600,
	  EXTRA_MISSING },
	{ "product-5m", "on 5 machines", fire_product, EXTRA_PERSON, 5, 30, 960, 3600,
	  EXTRA_MISSING },
	{ "product-8m", "on 8 machines", fire_product, EXTRA_PERSON, 8, 30, 960, 3600,
	  EXTRA_MISSING },
	/* bursts of one person */
	{ "leak-test-36", "a DNS leak test", fire_leak_test, EXTRA_PERSON, 1, 36, 0, 60,
	  EXTRA_SPENDS },
	{ "mtr-2", "mtr -z to two hosts", fire_traceroute, EXTRA_PERSON, 1, 36, 0, 3600,
	  EXTRA_SPENDS },
	{ "block-lists-40", "an address in 40 lists", fire_block_lists, EXTRA_PERSON, 1, 40, 0, 900,
	  EXTRA_MISSING | EXTRA_SPENDS },
	{ "reverse-v6-10", "ten IPv6 PTR a day", fire_reverse_v6, EXTRA_PERSON, 1, 10, 86400, 900,
	  EXTRA_MISSING | EXTRA_SPENDS },
	/* by many */
	{ "links-26", "a page with 26 links to new domains", fire_links, EXTRA_PERSON, 50, 26, 0,
	  300, 0 },
};

const size_t extra_count = sizeof(extra_rows) / sizeof(extra_rows[0]);

static unsigned row_number(const struct extra *extra)
{
	return (unsigned)(extra->row - extra_rows);
}

static void ask(const struct extra *extra, struct stage *stage, struct wire *wire, uint16_t type)
{
	struct event event = {
		.name = wire->bytes,
		.user = extra->user,
		.type = type,
		.ttl_s = extra->row->ttl_s,
		.extra = (uint8_t)(row_number(extra) + 1),
	};

	if (extra->row->flags & EXTRA_MISSING)
		event.rcode = SEEP_RCODE_NXDOMAIN;
	wire_end(wire);
	event.size = (uint8_t)wire->size;
	stage_ask_event(stage, &event);
}

static void ask_both(const struct extra *extra, struct stage *stage, struct wire *wire)
{
	unsigned size = wire->size;

	ask(extra, stage, wire, SEEP_TYPE_A);
	wire->size = size;
	ask(extra, stage, wire, SEEP_TYPE_AAAA);
}

/* The NUMBERth name of a device's own: a few domains of its maker. */
static void put_own(const struct extra *extra, struct wire *wire, unsigned number)
{
	static const char *const hosts[] = { "api",     "time",   "ads",      "device-metrics",
					     "mqtt-eu", "config", "firmware", "log-ingestion" };

	if (number < 8)
		wire_text(wire, hosts[number]);
	else
		wire_format(wire, "%s%u", hosts[number % 8], number / 8);
	wire_format(wire, "maker-of-%s%u", extra->row->name, number % 2);
	wire_text(wire, "com");
}

static uint64_t by_clock(const struct extra *extra, struct dice *dice)
{
	return 1 +
	       (uint64_t)(1000 * extra->row->every_s * (1 - JITTER + 2 * JITTER * dice_unit(dice)));
}

/* Each name on a clock of its own. */
static void fire_clocks(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;
	unsigned next = 0;
	struct wire wire = { .size = 0 };

	if (!extra->due_ms) {
		extra->due_ms = util_zeroed(extra->row->names, sizeof(*extra->due_ms));
		for (unsigned i = 0; i < extra->row->names; i++)
			extra->due_ms[i] = stage->now_ms + (uint64_t)(1000 * extra->row->every_s *
								      dice_unit(&actor->dice));
	} else {
		put_own(extra, &wire, extra->turn);
		ask_both(extra, stage, &wire);
		extra->due_ms[extra->turn] += by_clock(extra, &actor->dice);
	}
	for (unsigned i = 1; i < extra->row->names; i++) {
		if (extra->due_ms[i] < extra->due_ms[next])
			next = i;
	}
	extra->turn = next;
	actor->next_ms = extra->due_ms[next];
}

/* Names of as many sites, one after the other. */
static void fire_round(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;
	const struct world *world = stage->world;
	uint32_t site = 2000 + row_number(extra) * 1000 + extra->turn;
	struct wire wire = { .size = 0 };

	wire_text(&wire, "feeds");
	wire_append(&wire, names_bytes(&world->names, world->sites[site].first) +
				   world->names.entries[world->sites[site].first].domain_at);
	ask(extra, stage, &wire, SEEP_TYPE_A);
	extra->turn = (extra->turn + 1) % extra->row->names;
	actor->next_ms = stage->now_ms + 50;
	if (!extra->turn)
		actor->next_ms = stage->now_ms + (uint64_t)(1000 * extra->row->every_s) -
				 50 * extra->row->names;
}

static void put_address(struct wire *wire, struct dice *dice)
{
	wire_reversed(wire, (uint32_t)dice_next(dice) & 0xdfffffff);
}

/* Addresses of the Internet's noise. */
static void fire_reverse(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;
	struct wire wire = { .size = 0 };

	put_address(&wire, &actor->dice);
	wire_dotted(&wire, "in-addr.arpa");
	ask(extra, stage, &wire, SEEP_TYPE_PTR);
	actor->next_ms = stage->now_ms + by_clock(extra, &actor->dice);
}

/* At work: today, or the next time. */
static uint64_t at_work(uint64_t when_ms)
{
	uint64_t day = (when_ms - START_MS) / DAY_MS;
	uint64_t midnight_ms = START_MS + day * DAY_MS;

	if (when_ms >= midnight_ms + WORK_TO_HOUR * HOUR_MS)
		midnight_ms += DAY_MS;
	while ((midnight_ms - START_MS) / DAY_MS % 7 >= 5)
		midnight_ms += DAY_MS;
	midnight_ms += WORK_FROM_HOUR * HOUR_MS;
	return when_ms < midnight_ms ? midnight_ms : when_ms;
}

static void fire_product(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;
	struct wire wire = { .size = 0 };

	wire_random(&wire, &actor->dice, WIRE_BASE32, 26);
	wire_text(&wire, "avts");
	wire_format(&wire, "pilot-of-%s", extra->row->name);
	wire_text(&wire, "com");
	ask(extra, stage, &wire, SEEP_TYPE_A);
	actor->next_ms = at_work(stage->now_ms + by_clock(extra, &actor->dice));
}

static void fire_leak_test(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;

	for (unsigned i = 0; i < extra->row->names; i++) {
		struct wire wire = { .size = 0 };
		uint64_t high = dice_next(&actor->dice), low = dice_next(&actor->dice);

		wire_format(&wire, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(high >> 32),
			    (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
			    (unsigned)(low >> 52), (unsigned long long)low & 0xffffffffffff);
		wire_dotted(&wire, "test.dnsleaktest.com");
		ask_both(extra, stage, &wire);
	}
	actor->next_ms = UINT64_MAX;
}

/* Each hop's name, and who it belongs to. */
static void fire_traceroute(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;

	for (unsigned i = 0; i < extra->row->names; i++) {
		struct dice dice = actor->dice;
		struct wire wire = { .size = 0 };

		put_address(&wire, &dice);
		wire_dotted(&wire, "in-addr.arpa");
		ask(extra, stage, &wire, SEEP_TYPE_PTR);
		wire.size = 0;
		put_address(&wire, &actor->dice);
		wire_dotted(&wire, "origin.asn.cymru.com");
		ask(extra, stage, &wire, SEEP_TYPE_TXT);
	}
	actor->next_ms = UINT64_MAX;
}

static void fire_block_lists(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;
	uint32_t address = (uint32_t)dice_next(&actor->dice) & 0xdfffffff;

	for (unsigned i = 0; i < extra->row->names; i++) {
		struct wire wire = { .size = 0 };

		wire_reversed(&wire, address);
		wire_format(&wire, "dnsbl%u", i % 3);
		wire_format(&wire, "list-of-the-bad-%u", i);
		wire_text(&wire, "org");
		ask(extra, stage, &wire, SEEP_TYPE_A);
	}
	actor->next_ms = UINT64_MAX;
}

static void fire_reverse_v6(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;

	for (unsigned i = 0; i < extra->row->names; i++) {
		struct wire wire = { .size = 0 };

		for (unsigned nibble = 0; nibble < 28; nibble++)
			wire_random(&wire, &actor->dice, WIRE_HEX, 1);
		wire_dotted(&wire, i % 2 ? "1.0.0.2.ip6.arpa" : "0.a.2.ip6.arpa");
		ask(extra, stage, &wire, SEEP_TYPE_PTR);
	}
	actor->next_ms = at_work(stage->now_ms + DAY_MS);
}

/* The same links for all readers. */
static void fire_links(struct actor *actor, struct stage *stage)
{
	struct extra *extra = actor->owner;
	struct dice dice = dice_of(extra->org->seed, 700, extra->turn);
	struct wire wire = { .size = 0 };
	char text[96];

	world_domain_text(&dice, text, sizeof(text));
	wire_text(&wire, "www");
	wire_format(&wire, "%u%.*s", extra->turn, (int)strcspn(text, "."), text);
	wire_dotted(&wire, strchr(text, '.') + 1);
	ask_both(extra, stage, &wire);
	actor->next_ms = ++extra->turn < extra->row->names ? stage->now_ms + LINK_MS : UINT64_MAX;
}

uint32_t extra_users(void)
{
	uint32_t users = 0;

	for (size_t i = 0; i < extra_count; i++)
		users += extra_rows[i].kind == EXTRA_DEVICE ? extra_rows[i].machines : 0;
	return users;
}

static size_t machines_of_all(void)
{
	size_t machines = 0;

	for (size_t i = 0; i < extra_count; i++)
		machines += extra_rows[i].machines;
	return machines;
}

struct extra *extra_start(struct org *org, struct stage *stage, uint8_t *own_trouble)
{
	struct extra *extras = util_zeroed(machines_of_all(), sizeof(*extras)), *extra = extras;
	uint32_t device = org->users, person = 0;

	for (size_t i = 0; i < extra_count; i++) {
		const struct extra_row *row = &extra_rows[i];
		uint64_t from_ms =
			START_MS + (row->flags & EXTRA_LEARNED ? 0 : org->warm_days + 1) * DAY_MS;

		for (uint32_t machine = 0; machine < row->machines; machine++, extra++) {
			*extra = (struct extra){
				.row = row,
				.org = org,
				.user = row->kind == EXTRA_DEVICE ? device++
					: row->kind == EXTRA_SAME ? device - 1
								  : person++ % org->people,
				.machine = machine,
				.actor = { .dice = dice_of(org->seed, 701 + i, machine),
					   .fire = row->fire },
			};
			extra->actor.owner = extra;
			extra->actor.next_ms = from_ms;
			if (row->kind == EXTRA_PERSON)
				extra->actor.next_ms =
					at_work(from_ms + WORK_FROM_HOUR * HOUR_MS +
						dice_below(&extra->actor.dice, 3 * HOUR_MS));
			if (row->flags & EXTRA_SPENDS)
				own_trouble[extra->user] = 1;
			stage_add(stage, &extra->actor);
		}
	}
	return extras;
}

void extra_release(struct extra *extras)
{
	for (size_t i = 0; i < machines_of_all(); i++)
		free(extras[i].due_ms);
	free(extras);
}
