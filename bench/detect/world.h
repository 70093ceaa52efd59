/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of the world outside, the same for every run with one seed.
 *
 * Three kinds of domain: a few platforms with many names each (search, mail,
 * office suites, content networks), a pool of third parties that pages pull in
 * (advertisements, counters, fonts), and a long tail of sites, nearly all with
 * one name. Each is ordered by popularity. A list of real names, if given,
 * takes the place of the popular part.
 */
#ifndef DETECT_WORLD_H
#define DETECT_WORLD_H

#include <stdint.h>

#include "names.h"
#include "util.h"

#define WORLD_SITES     400000u
#define WORLD_POPULAR   24000u /* sites that people here may well know */
#define WORLD_PLATFORMS 160u
#define WORLD_PARTIES   4000u
#define WORLD_DEAD      150u
#define WORLD_NO_NAME   UINT32_MAX

/* A domain and its names: COUNT in a row from FIRST in the pool. */
struct world_domain {
	uint32_t first;
	uint16_t count;
	uint32_t cdn; /* a name of its own in a content network, or NO_NAME */
};

struct world {
	struct names names;
	struct world_domain *sites;     /* WORLD_SITES */
	struct world_domain *platforms; /* WORLD_PLATFORMS */
	struct world_domain *parties;   /* WORLD_PARTIES */
	uint32_t site_count;
	/* Fixed names that clients ask for whatever their users do. */
	uint32_t dead[WORLD_DEAD]; /* trackers that are gone: NXDOMAIN */
	uint32_t portal[8];        /* captive-portal checks */
	uint32_t video[400];       /* nodes of a video network */
	uint32_t courier[50];      /* a push service's hosts */
	uint64_t seed;
};

void world_open(struct world *world, uint64_t seed, const char *names_file);
void world_close(struct world *world);

/* A made-up word of a domain, e.g. for a registrable name; returns its size. */
unsigned world_word(struct dice *dice, char *text, unsigned room);
/* A made-up registrable domain, as dotted text. */
void world_domain_text(struct dice *dice, char *text, unsigned room);
/* How long an answer lives: 30 s to one day. */
uint32_t world_ttl(struct dice *dice);

/* A site, by popularity; now and then any site alike. */
uint32_t world_pick_site(struct dice *dice);

/* Writes "rank,domain" lines, the most popular first, about COUNT. */
bool world_write_common(const struct world *world, const char *path, uint32_t count);
/* The hashes of the same domains, as events have them. */
void world_popular(struct world *world, struct map *popular, uint32_t count);

#endif
