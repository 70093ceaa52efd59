/* SPDX-License-Identifier: BSD-3-Clause */
/* Look-alikes that come from pages: advertisements, mirrors, video, typos. */
#include "habit.h"

#include <string.h>

static void ask_both_wire(struct stage *stage, uint32_t user, const struct wire *wire,
			  uint32_t ttl_s)
{
	stage_ask_wire(stage, user, wire, SEEP_TYPE_A, ttl_s);
	stage_ask_wire(stage, user, wire, SEEP_TYPE_AAAA, ttl_s);
}

static void ask_hex32(struct person *person, struct stage *stage, struct dice *dice,
		      const char *zone, uint32_t ttl_s)
{
	struct wire wire = { .size = 0 };

	wire_random(&wire, dice, WIRE_HEX, 32);
	wire_dotted(&wire, zone);
	wire_end(&wire);
	ask_both_wire(stage, person->user, &wire, ttl_s);
}

void habit_safeframe(struct person *person, struct stage *stage, struct dice *dice)
{
	ask_hex32(person, stage, dice, "safeframe.googlesyndication.com", 300);
}

void habit_measure(struct person *person, struct stage *stage, struct dice *dice)
{
	ask_hex32(person, stage, dice, "fp.measure.office.com", 60);
}

void habit_footprint(struct person *person, struct stage *stage, struct dice *dice)
{
	ask_hex32(person, stage, dice, "clo.footprintdns.com", 60);
}

/* www-example-com.cdn.ampproject.org: as many names as there are sites. */
void habit_amp(struct person *person, struct stage *stage, struct dice *dice)
{
	const struct world *world = stage->world;
	uint32_t site = dice_zipf(dice, world->site_count);
	const uint8_t *label = names_bytes(&world->names, world->sites[site].first);
	struct wire wire = { .size = 0 };
	char text[64];
	size_t used = 0;

	while (*label && used + *label + 1 < sizeof(text)) {
		if (used)
			text[used++] = '-';
		memcpy(text + used, label + 1, *label);
		used += *label;
		label += 1 + *label;
	}
	wire_label(&wire, text, used);
	wire_dotted(&wire, "cdn.ampproject.org");
	wire_end(&wire);
	ask_both_wire(stage, person->user, &wire, 300);
}

/* A film: a few nodes near here, now and then others. */
void habit_video(struct person *person, struct stage *stage, struct dice *dice)
{
	for (unsigned i = dice_between(dice, 2, 6); i > 0; i--)
		stage_ask_browser(stage, person->user, stage->world->video[dice_zipf(dice, 400)]);
}

void habit_apnic(struct person *person, struct stage *stage, struct dice *dice)
{
	static const char *const kinds[] = { "z", "r", "v6" };
	uint32_t session = (uint32_t)dice_next(dice);

	for (unsigned i = 0; i < 3; i++) {
		struct wire wire = { .size = 0 };

		wire_text(&wire, kinds[i]);
		wire_format(&wire, "t%u", dice_between(dice, 10000, 10999));
		wire_format(&wire, "u%08x", session);
		wire_format(&wire, "s%u", 1767571200u + dice_below(dice, 3000000));
		wire_format(&wire, "i%u", dice_between(dice, 5000, 5999));
		wire_text(&wire, "vxxxx");
		wire_format(&wire, "%05x", session >> 12);
		wire_text(&wire, kinds[i]);
		wire_dotted(&wire, "dotnxdomain.net");
		wire_end(&wire);
		stage_ask_wire(stage, person->user, &wire, i == 2 ? SEEP_TYPE_AAAA : SEEP_TYPE_A,
			       1);
	}
}

void habit_dead(struct person *person, struct stage *stage, struct dice *dice)
{
	stage_ask_both(stage, person->user, stage->world->dead[dice_zipf(dice, WORLD_DEAD)]);
}

/* A link to a place that is no more. */
void habit_gone(struct person *person, struct stage *stage, struct dice *dice)
{
	struct wire wire = { .size = 0 };
	char text[96];

	world_domain_text(dice, text, sizeof(text));
	if (dice_chance(dice, 0.6))
		wire_text(&wire, "www");
	wire_dotted(&wire, text);
	wire_end(&wire);
	stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_A, true);
	stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_AAAA, true);
}

/* A letter wrong in the name of a site that one knows. */
void habit_typo(struct person *person, struct stage *stage, struct dice *dice)
{
	const struct world *world = stage->world;
	uint32_t site = person->favourites[dice_zipf(dice, ORG_FAVOURITES)];
	const struct name_entry *entry = &world->names.entries[world->sites[site].first];
	struct wire wire = { .size = 0 };
	uint8_t at = entry->domain_at;

	memcpy(wire.bytes, names_bytes(&world->names, world->sites[site].first), entry->size);
	wire.size = entry->size;
	wire.bytes[at + 1 + dice_below(dice, wire.bytes[at])] =
		(uint8_t)WIRE_LOWER[dice_below(dice, 26)];
	stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_A, true);
	stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_AAAA, true);
}
