/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the organisation up: who is there, when, and what they like. */
#include "org.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* A mail server for so many people; a crawling machine from so many on. */
#define MAIL_FROM_PEOPLE  20
#define MAIL_FOR_PEOPLE   2000
#define CRAWL_FROM_PEOPLE 200

#define OTHER_AV_FROM_PEOPLE 500

#define DEPARTMENT_SITES 120

/* One in so many is of a late team. */
#define LATE_SHARE 5

/* A program's server: mostly a platform's, at times one hardly known. */
static uint32_t pick_app(const struct org *org, struct dice *dice)
{
	const struct world *world = org->world;
	const struct world_domain *domain;

	if (dice_chance(dice, 0.1))
		domain = &world->sites[dice_below(dice, world->site_count)];
	else if (dice_chance(dice, 0.3))
		domain = &world->parties[dice_zipf(dice, WORLD_PARTIES)];
	else
		domain = &world->platforms[dice_zipf(dice, WORLD_PLATFORMS)];
	return domain->first + dice_zipf(dice, domain->count);
}

static enum org_role pick_role(const struct org *org, struct dice *dice)
{
	double draw = dice_unit(dice);

	if (org->home)
		return draw < 0.4 ? ORG_HEAVY : ORG_HOME;
	return draw < 0.85 ? ORG_OFFICE : draw < 0.95 ? ORG_DEVELOPER : ORG_HEAVY;
}

static void set_hours(struct person *person, struct dice *dice)
{
	double start = dice_normal(dice, 8.6, 0.8);
	double end = dice_normal(dice, 17.7, 1.0);

	if (person->org->home) {
		start = dice_normal(dice, 17.0, 1.0);
		end = dice_normal(dice, 23.2, 0.4);
	}
	start = start < 5 ? 5 : start > 20 ? 20 : start;
	end = end < start + 2 ? start + 2 : end > 23.9 ? 23.9 : end;
	person->start_minute = (uint16_t)(start * 60);
	person->end_minute = (uint16_t)(end * 60);
	person->weekends = person->org->home || dice_chance(dice, 0.12);
	person->always_on = dice_chance(dice, 0.2);
}

static void set_tastes(struct person *person, struct dice *dice)
{
	static const float pages[ORG_ROLES] = { 42, 65, 140, 80 };
	const struct org *org = person->org;
	uint32_t department = dice_below(dice, ORG_DEPARTMENTS);

	person->pages_day = pages[person->role] * (float)exp(dice_normal(dice, -0.12, 0.5));
	for (unsigned i = 0; i < ORG_FAVOURITES; i++) {
		/* A third of what one reads is what the department reads. */
		struct dice shared =
			dice_of(org->seed, 300 + department, dice_below(dice, DEPARTMENT_SITES));

		person->favourites[i] = world_pick_site(i % 3 ? dice : &shared);
	}
	for (unsigned i = 0; i < ORG_APPS; i++)
		person->apps[i] = pick_app(org, dice);
}

static void set_person(struct org *org, uint32_t user)
{
	struct person *person = &org->persons[user];
	struct dice dice = dice_of(org->seed, 200, user);
	double draw;

	*person = (struct person){ .org = org, .user = user, .leaves_day = UINT16_MAX };
	person->role = (uint8_t)pick_role(org, &dice);
	set_hours(person, &dice);
	set_tastes(person, &dice);
	/* One product for all, by chance; a large organisation has others too. */
	draw = org->people < OTHER_AV_FROM_PEOPLE ? 0 : dice_unit(&dice);
	person->av = (uint8_t)((org->seed + (draw < 0.95 ? 0 : draw < 0.99 ? 1 : 2)) % 3);
	person->probes = dice_chance(&dice, 0.4);
	person->vendor = dice_chance(&dice, 0.02) ? (uint8_t)dice_between(&dice, 1, 10) : 0;
	/* New employees: one in fifty a month. */
	if (!org->home && org->days > org->warm_days && dice_chance(&dice, 0.02))
		person->joins_day = (uint16_t)dice_between(&dice, org->warm_days + 1, org->days);
	if (org->late && user >= org->people - org->people / LATE_SHARE)
		person->joins_day = (uint16_t)((org->warm_days + org->days) / 2);
	person->browse = (struct actor){ .dice = dice_of(org->seed, 201, user),
					 .fire = browse_fire,
					 .owner = person };
	person->poll = (struct actor){ .dice = dice_of(org->seed, 202, user),
				       .fire = poll_fire,
				       .owner = person };
	person->habits = (struct actor){ .dice = dice_of(org->seed, 203, user),
					 .fire = habit_fire,
					 .owner = person };
}

static void set_servers(struct org *org)
{
	uint32_t mail = org->people < MAIL_FROM_PEOPLE ? 0 : 1 + org->people / MAIL_FOR_PEOPLE;
	uint32_t crawl = org->people >= CRAWL_FROM_PEOPLE;

	org->servers = mail + crawl;
	org->users = org->people + org->servers;
	org->server = util_zeroed(org->servers, sizeof(*org->server));
	for (uint32_t i = 0; i < org->servers; i++) {
		struct server *server = &org->server[i];
		bool is_mail = i < mail;

		*server = (struct server){
			.org = org,
			.user = org->people + i,
			/* Connections a day; pages a day. */
			.per_day = is_mail ? 8.0 * org->people / mail : 500,
		};
		server->actor = (struct actor){
			.dice = dice_of(org->seed, 204, i),
			.fire = is_mail ? mail_fire : crawl_fire,
			.owner = server,
			.next_ms = START_MS,
		};
	}
}

/* The organisation's own names, which its clients ask for outside as well. */
static void set_corp(struct org *org)
{
	static const char *const labels[ORG_CORP_NAMES] = {
		"www",
		"mail",
		"autodiscover",
		"vpn",
		"intranet",
		"login",
		"files",
		"print",
		"dc1",
		"dc2",
		"wiki",
		"git",
		"ldap",
		"proxy",
		"sip",
		"lyncdiscover",
		"_ldap._tcp.dc._msdcs",
		"_kerberos._tcp.dc._msdcs",
		"_ldap._tcp.default-first-site-name._sites.dc._msdcs",
		"3f2504e0-4f89-41d3-9a0c-0305e82c3301._msdcs",
		"9b2f1c6e-77d0-4b1a-8c55-1d2e90aa6b77._msdcs",
		"b._dns-sd._udp",
		"lb._dns-sd._udp",
		"_sip._tls",
	};
	struct dice dice = dice_of(org->seed, 205, 0);
	char word[24];

	world_word(&dice, word, 16);
	snprintf(org->corp, sizeof(org->corp), "corp.%sgroup.com", word);
	for (unsigned i = 0; i < ORG_CORP_NAMES + 2; i++) {
		struct wire wire = { .size = 0 };
		uint32_t id;

		wire_dotted(&wire, i < ORG_CORP_NAMES ? labels[i] : "wpad");
		if (i <= ORG_CORP_NAMES)
			wire_dotted(&wire, org->corp);
		wire_end(&wire);
		id = names_add(&org->world->names, &wire, i < 16 ? 3600 : 900);
		if (i < ORG_CORP_NAMES)
			org->corp_names[i] = id;
		else
			org->wpad[i - ORG_CORP_NAMES] = id;
		if (i >= 16)
			org->world->names.entries[id].rcode = SEEP_RCODE_NXDOMAIN;
	}
}

void org_open(struct org *org, struct world *world, const struct org_plan *plan)
{
	*org = (struct org){
		.world = world,
		.seed = plan->seed,
		.people = plan->people,
		.persons = util_zeroed(plan->people, sizeof(*org->persons)),
		.home = plan->home,
		.days = plan->days,
		.warm_days = plan->warm_days,
		.late = plan->late,
	};
	for (uint32_t i = 0; i < org->people; i++)
		set_person(org, i);
	set_servers(org);
	set_corp(org);
}

void org_close(struct org *org)
{
	free(org->persons);
	free(org->server);
}

void org_enter(struct org *org, struct stage *stage)
{
	for (uint32_t i = 0; i < org->people; i++) {
		struct person *person = &org->persons[i];
		uint64_t from_ms = START_MS + person->joins_day * DAY_MS;

		person->browse.next_ms = org_next(person, from_ms, 600e3, &person->browse.dice);
		person->poll.next_ms = org_next(person, from_ms, 60e3, &person->poll.dice);
		habit_start(person);
		stage_add(stage, &person->browse);
		stage_add(stage, &person->poll);
		stage_add(stage, &person->habits);
	}
	for (uint32_t i = 0; i < org->servers; i++)
		stage_add(stage, &org->server[i].actor);
}

uint64_t org_own_domain(const struct org *org)
{
	return org->world->names.entries[org->corp_names[0]].domain;
}

/* When a person is there on a day, and how busy; false if not at all. */
static bool window_of(const struct person *person, unsigned day, uint64_t *from_ms, uint64_t *to_ms,
		      double *pace)
{
	struct dice dice = dice_of(person->org->seed, 206 + ((uint64_t)person->user << 16), day);
	bool weekend = day % 7 >= 5;
	int shift = (int)dice_between(&dice, 0, 60) - 30;
	int start = person->start_minute + shift;
	int end = person->end_minute + (int)dice_between(&dice, 0, 60) - 30;

	if (weekend && !person->weekends)
		return false;
	if (!person->org->home && dice_chance(&dice, 0.06))
		return false; /* ill, or on holiday */
	if (weekend && person->org->home)
		start = 9 * 60 + 30 + shift;
	*from_ms = START_MS + day * DAY_MS + (uint64_t)start * 60000;
	*to_ms = START_MS + day * DAY_MS + (uint64_t)end * 60000;
	*pace = exp(dice_normal(&dice, -0.1, 0.45));
	return true;
}

double org_active_ms(const struct person *person)
{
	return (person->end_minute - person->start_minute) * 60000.0;
}

uint64_t org_next(const struct person *person, uint64_t now_ms, double mean_ms, struct dice *dice)
{
	double left_ms = dice_exponential(dice, mean_ms);
	unsigned day = (unsigned)((now_ms - START_MS) / DAY_MS);

	for (unsigned tries = 0; tries < 400; tries++, day++) {
		uint64_t from_ms, to_ms;
		double pace;

		if (!window_of(person, day, &from_ms, &to_ms, &pace) || to_ms <= now_ms)
			continue;
		if (from_ms < now_ms)
			from_ms = now_ms;
		if (from_ms + left_ms / pace < to_ms)
			return from_ms + (uint64_t)(left_ms / pace) + 1;
		left_ms -= (double)(to_ms - from_ms) * pace;
	}
	return UINT64_MAX;
}
