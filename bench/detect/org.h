/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The organisation: its people, with their hours, interests and programs, and
 * its servers. Users 0 to PEOPLE - 1 are people's machines; servers follow.
 */
#ifndef DETECT_ORG_H
#define DETECT_ORG_H

#include "stage.h"

enum org_role {
	ORG_OFFICE,
	ORG_DEVELOPER,
	ORG_HEAVY, /* browses far more than others */
	ORG_HOME,  /* evenings and weekends */
	ORG_ROLES
};

#define ORG_FAVOURITES  40
#define ORG_APPS        14
#define ORG_CORP_NAMES  24
#define ORG_DEPARTMENTS 20

struct org;

struct person {
	struct org *org;
	uint32_t user;
	uint8_t role;
	uint8_t weekends;
	uint8_t always_on;
	uint8_t av;     /* which anti-virus product */
	uint8_t probes; /* the browser probes for hijacked answers */
	uint8_t vendor; /* of a program that few run; 0 for none */
	uint16_t joins_day;
	uint16_t leaves_day; /* UINT16_MAX: stays */
	uint16_t start_minute, end_minute;
	float pages_day;
	uint32_t favourites[ORG_FAVOURITES]; /* sites */
	uint32_t apps[ORG_APPS];             /* names in the pool */
	struct actor browse;
	struct actor poll;
	struct actor habits;
};

struct server {
	struct org *org;
	uint32_t user;
	double per_day;
	struct actor actor;
};

struct org {
	struct world *world;
	uint64_t seed;
	uint32_t people;
	uint32_t servers;
	uint32_t users; /* both */
	struct person *persons;
	struct server *server;
	char corp[48]; /* the organisation's own domain */
	uint32_t corp_names[ORG_CORP_NAMES];
	uint32_t wpad[2];
	bool home;
	unsigned days;
	unsigned warm_days; /* people join after these */
	bool late;          /* a fifth of the people is a team that comes weeks later */
};

/* What an organisation is made of. */
struct org_plan {
	uint64_t seed;
	uint32_t people;
	unsigned days;
	unsigned warm_days;
	bool home;
	bool late;
};

void org_open(struct org *org, struct world *world, const struct org_plan *plan);
void org_close(struct org *org);
/* Sends everybody to work. */
void org_enter(struct org *org, struct stage *stage);

/* The hash of the organisation's own domain, as events have it. */
uint64_t org_own_domain(const struct org *org);

/* When a person does next what is done every MEAN_MS of its active time. */
uint64_t org_next(const struct person *person, uint64_t now_ms, double mean_ms, struct dice *dice);
/* How long the person is active in a day, on average. */
double org_active_ms(const struct person *person);

/* The actors' parts, one a file. */
void browse_fire(struct actor *actor, struct stage *stage); /* pages: org_browse.c */
void poll_fire(struct actor *actor, struct stage *stage);   /* programs: org_browse.c */
void habit_start(struct person *person);                    /* look-alikes: habit.c */
void habit_fire(struct actor *actor, struct stage *stage);
void mail_fire(struct actor *actor, struct stage *stage); /* org_server.c */
void crawl_fire(struct actor *actor, struct stage *stage);

#endif
