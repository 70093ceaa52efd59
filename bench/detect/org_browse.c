/* SPDX-License-Identifier: BSD-3-Clause */
/* People at their browsers, and the programs that poll beside them. */
#include "org.h"

/* Share of the pages that one opens on a site of one's own choice; the others
 * are wherever a search leads. */
#define FAVOURITE 0.78

/* One in so many pages, an interest gives way to another. */
#define NEW_INTEREST 160

/* Of a site's own names, a page needs at most so many. */
#define PAGE_NAMES 5

#define PROGRAM_EVERY_MS (10 * 60e3)

static uint32_t pick_site(struct person *person, struct dice *dice)
{
	if (dice_below(dice, NEW_INTEREST) == 0)
		person->favourites[dice_below(dice, ORG_FAVOURITES)] = world_pick_site(dice);
	if (dice_chance(dice, FAVOURITE))
		return person->favourites[dice_zipf(dice, ORG_FAVOURITES)];
	return world_pick_site(dice);
}

/* What a page pulls in from elsewhere; drawn from the site's own dice, so
 * that it is much the same at the next visit. */
static uint32_t pick_resource(const struct world *world, struct dice *dice)
{
	const struct world_domain *domain;

	if (dice_chance(dice, 0.62))
		domain = &world->platforms[dice_zipf(dice, WORLD_PLATFORMS)];
	else
		domain = &world->parties[dice_zipf(dice, WORLD_PARTIES)];
	return domain->first + dice_zipf(dice, domain->count);
}

static void open_page(struct stage *stage, uint32_t user, uint32_t site, struct dice *dice)
{
	const struct world *world = stage->world;
	const struct world_domain *domain = &world->sites[site];
	struct dice fixed = dice_of(world->seed, 110, site);
	unsigned resources = dice_between(&fixed, 1, 7);

	stage_ask_browser(stage, user, domain->first);
	for (unsigned i = 1; i < domain->count && i < PAGE_NAMES; i++) {
		if (dice_chance(dice, 0.4))
			stage_ask_browser(stage, user, domain->first + i);
	}
	if (domain->cdn != WORLD_NO_NAME)
		stage_ask_browser(stage, user, domain->cdn);
	for (unsigned i = 0; i < resources; i++)
		stage_ask_browser(stage, user, pick_resource(world, &fixed));
	/* Advertisements differ each time. */
	for (unsigned i = dice_below(dice, 4); i > 0; i--)
		stage_ask_browser(stage, user, pick_resource(world, dice));
}

void browse_fire(struct actor *actor, struct stage *stage)
{
	struct person *person = actor->owner;

	open_page(stage, person->user, pick_site(person, &actor->dice), &actor->dice);
	actor->next_ms = org_next(person, stage->now_ms,
				  org_active_ms(person) / (double)person->pages_day, &actor->dice);
}

void poll_fire(struct actor *actor, struct stage *stage)
{
	struct person *person = actor->owner;
	double mean_ms = PROGRAM_EVERY_MS / ORG_APPS * 2;

	stage_ask_both(stage, person->user, person->apps[dice_below(&actor->dice, ORG_APPS)]);
	if (person->always_on)
		actor->next_ms =
			stage->now_ms + 1 + (uint64_t)dice_exponential(&actor->dice, 2 * mean_ms);
	else
		actor->next_ms = org_next(person, stage->now_ms, mean_ms, &actor->dice);
}
