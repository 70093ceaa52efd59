/* SPDX-License-Identifier: BSD-3-Clause */
/* Look-alikes that come from programs: anti-virus, probes, directory, storms. */
#include "habit.h"

#include <stdio.h>
#include <string.h>

/*
 * A file's hash under the product's zone. Half of the files are on many
 * machines; now and then a whole folder is looked at.
 */
void habit_av(struct person *person, struct stage *stage, struct dice *dice)
{
	unsigned files = dice_chance(dice, 0.04) ? dice_between(dice, 8, 20) : 1;

	for (; files > 0; files--) {
		bool common = dice_chance(dice, 0.5);
		struct dice file = dice_of(person->org->seed, 130,
					   common ? dice_zipf(dice, 4000) : dice_next(dice));
		struct wire wire = { .size = 0 };

		switch (person->av) {
		case 0:
			wire_random(&wire, &file, WIRE_BASE32, 26);
			wire_dotted(&wire, "avqs.mcafee.com");
			break;
		case 1:
			wire_random(&wire, &file, WIRE_HEX, 32);
			wire_random(&wire, &file, WIRE_HEX, 32);
			wire_random(&wire, &file, WIRE_HEX, 12);
			wire_dotted(&wire, "i.01.mac.sophosxl.net");
			break;
		default:
			wire_random(&wire, &file, WIRE_BASE32, 32);
			wire_dotted(&wire, "dnsj.e5.sk");
		}
		wire_end(&wire);
		stage_ask_wire(stage, person->user, &wire, SEEP_TYPE_A, 3600);
	}
}

/* Three random words to find out whether somebody invents answers. */
void habit_probe(struct person *person, struct stage *stage, struct dice *dice)
{
	if (!person->probes)
		return;
	for (unsigned i = 0; i < 3; i++) {
		struct wire wire = { .size = 0 };
		unsigned cut;

		wire_random(&wire, dice, WIRE_LOWER, dice_between(dice, 7, 15));
		cut = wire.size;
		wire_end(&wire);
		stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_A, true);
		if (person->org->home)
			continue;
		wire.size = cut;
		wire_dotted(&wire, person->org->corp);
		wire_end(&wire);
		stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_A, false);
	}
}

void habit_corp(struct person *person, struct stage *stage, struct dice *dice)
{
	stage_ask_both(stage, person->user,
		       person->org->corp_names[dice_zipf(dice, ORG_CORP_NAMES)]);
}

/* A program that asks for what is not there, under every suffix, repeated. */
void habit_storm(struct person *person, struct stage *stage, struct dice *dice)
{
	char word[24];

	for (unsigned i = dice_between(dice, 4, 15); i > 0; i--) {
		struct wire wire = { .size = 0 };

		world_word(dice, word, 16);
		wire_text(&wire, word);
		for (unsigned repeat = dice_between(dice, 1, 3); repeat > 0; repeat--)
			wire_dotted(&wire, person->org->corp);
		wire_end(&wire);
		stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_A, false);
		stage_ask_missing(stage, person->user, &wire, SEEP_TYPE_AAAA, false);
	}
}

void habit_wpad(struct person *person, struct stage *stage, struct dice *dice)
{
	stage_ask(stage, person->user, person->org->wpad[dice_below(dice, 2)], SEEP_TYPE_A);
}

void habit_portal(struct person *person, struct stage *stage, struct dice *dice)
{
	stage_ask_both(stage, person->user, stage->world->portal[dice_zipf(dice, 8)]);
}

void habit_courier(struct person *person, struct stage *stage, struct dice *dice)
{
	stage_ask_both(stage, person->user, stage->world->courier[dice_below(dice, 50)]);
}

/* A name used once, under the domain of a program that few have. */
void habit_vendor(struct person *person, struct stage *stage, struct dice *dice)
{
	struct wire wire = { .size = 0 };

	if (!person->vendor)
		return;
	wire_random(&wire, dice, WIRE_HEX, 16);
	wire_text(&wire, "telemetry");
	wire_format(&wire, "vendor%u-updates", person->vendor);
	wire_text(&wire, "com");
	wire_end(&wire);
	stage_ask_wire(stage, person->user, &wire, SEEP_TYPE_A, 60);
}

void habit_preview(struct person *person, struct stage *stage, struct dice *dice)
{
	struct wire wire = { .size = 0 };
	struct dice change =
		dice_of(person->org->seed, 131, dice_below(dice, 4) + stage->now_ms / HOUR_MS);

	wire_format(&wire, "pr-%u-%07x", dice_between(&change, 100, 4000),
		    (unsigned)(dice_next(&change) & 0xfffffff));
	wire_dotted(&wire, "preview.hostedbuilds.io");
	wire_end(&wire);
	stage_ask_wire(stage, person->user, &wire, SEEP_TYPE_A, 60);
	stage_ask_wire(stage, person->user, &wire, SEEP_TYPE_AAAA, 60);
}

void habit_reverse(struct person *person, struct stage *stage, struct dice *dice)
{
	struct wire wire = { .size = 0 };
	struct dice known = dice_of(person->org->seed, 132, dice_zipf(dice, 500));

	wire_reversed(&wire,
		      (uint32_t)dice_next(dice_chance(dice, 0.7) ? &known : dice) & 0xdfffffff);
	wire_dotted(&wire, "in-addr.arpa");
	wire_end(&wire);
	stage_ask_wire(stage, person->user, &wire, SEEP_TYPE_PTR, 3600);
}
