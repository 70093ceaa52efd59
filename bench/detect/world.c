/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes up the world's names. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seep_rr.h"
#include "util.h"
#include "world_list.h"

/* Shares in percent of what follows each; the last is the rest. */
static const struct {
	const char *suffix;
	unsigned share;
} suffixes[] = {
	{ "com", 48 },  { "net", 7 }, { "org", 8 },   { "co.jp", 7 }, { "jp", 5 },   { "de", 5 },
	{ "co.uk", 4 }, { "io", 3 },  { "ne.jp", 2 }, { "fr", 2 },    { "info", 2 }, { "it", 2 },
	{ "eu", 1 },    { "nl", 1 },  { "ac.jp", 1 }, { "go.jp", 1 }, { "us", 1 },
};

/* First labels, by popularity (Zipf); "" is the domain itself. */
static const char *const hosts[] = {
	"",        "static", "cdn",    "api",    "img",     "m",       "images",  "mail",
	"assets",  "blog",   "shop",   "login",  "app",     "media",   "news",    "secure",
	"support", "ads",    "track",  "js",     "docs",    "i",       "s",       "forum",
	"pixel",   "sync",   "data",   "events", "account", "connect", "content", "widgets",
	"metrics", "files",  "search", "video",
};

unsigned world_word(struct dice *dice, char *text, unsigned room)
{
	static const char onsets[] = "bcdfghjklmnprstvwz";
	static const char vowels[] = "aaeeiioouy";
	static const char codas[] = "nrstlmnd";
	double wanted = dice_normal(dice, 6.3, 1.8);
	unsigned size = 0;

	if (wanted < 3)
		wanted = 3;
	if (wanted > room - 4)
		wanted = room - 4;
	while (size < (unsigned)wanted) {
		text[size++] = onsets[dice_below(dice, sizeof(onsets) - 1)];
		text[size++] = vowels[dice_below(dice, sizeof(vowels) - 1)];
		if (dice_chance(dice, 0.35))
			text[size++] = codas[dice_below(dice, sizeof(codas) - 1)];
	}
	text[size] = 0;
	return size;
}

void world_domain_text(struct dice *dice, char *text, unsigned room)
{
	uint32_t at = dice_below(dice, 100);
	unsigned used = world_word(dice, text, 20);
	size_t i = 0;

	/* A second word or a number, in some. */
	if (dice_chance(dice, 0.05)) {
		text[used++] = '-';
		used += world_word(dice, text + used, 16);
	} else if (dice_chance(dice, 0.05)) {
		used += (unsigned)snprintf(text + used, room - used, "%u", dice_below(dice, 400));
	}
	while (i + 1 < sizeof(suffixes) / sizeof(suffixes[0]) && at >= suffixes[i].share)
		at -= suffixes[i++].share;
	snprintf(text + used, room - used, ".%s", suffixes[i].suffix);
}

uint32_t world_ttl(struct dice *dice)
{
	static const uint32_t ttls_s[] = { 30,   60,    60,    300,   300,   300,  300,
					   300,  600,   1800,  3600,  3600,  3600, 3600,
					   3600, 14400, 21600, 43200, 86400, 86400 };

	return ttls_s[dice_below(dice, sizeof(ttls_s) / sizeof(ttls_s[0]))];
}

/* The first label, or labels, of the INDEXth name of a domain. */
static void put_prefix(struct wire *wire, struct dice *dice, unsigned index, double www)
{
	static const unsigned host_count = sizeof(hosts) / sizeof(hosts[0]);
	char word[24];

	if (index == 0 && dice_chance(dice, www)) {
		wire_text(wire, "www");
		return;
	}
	if (dice_chance(dice, 0.62)) {
		const char *host = hosts[dice_zipf(dice, host_count)];

		if (dice_chance(dice, 0.15))
			wire_format(wire, "%s%u", host, dice_between(dice, 1, 20));
		else
			wire_text(wire, host);
		return;
	}
	world_word(dice, word, 14);
	switch (dice_below(dice, 6)) {
	case 0:
		wire_format(wire, "%s-%s", hosts[1 + dice_zipf(dice, host_count - 1)], word);
		break;
	case 1:
		wire_text(wire, word);
		wire_format(wire, "%s%u", hosts[1 + dice_zipf(dice, host_count - 1)],
			    dice_between(dice, 1, 9));
		break;
	case 2:
		wire_format(wire, "%c%u", 'a' + (int)dice_below(dice, 26), dice_below(dice, 10000));
		break;
	case 3:
		wire_text(wire, word);
		wire_format(wire, "%s-%s-%u", dice_chance(dice, 0.5) ? "eu" : "us",
			    dice_chance(dice, 0.5) ? "west" : "east", dice_between(dice, 1, 3));
		break;
	default:
		wire_text(wire, word);
	}
}

static uint32_t add_dotted(struct world *world, const char *text, uint32_t ttl_s)
{
	struct wire wire = { .size = 0 };

	wire_dotted(&wire, text);
	wire_end(&wire);
	return names_add(&world->names, &wire, ttl_s);
}

/* One name in a content network, which the Public Suffix List cuts so that it
 * is a domain by itself. */
static uint32_t add_cdn(struct world *world, struct dice *dice)
{
	struct wire wire = { .size = 0 };

	if (dice_chance(dice, 0.7)) {
		char label[16] = "d";

		for (int i = 1; i < 14; i++)
			label[i] = WIRE_BASE36[dice_below(dice, 36)];
		wire_label(&wire, label, 14);
		wire_dotted(&wire, "cloudfront.net");
	} else {
		char word[24];

		world_word(dice, word, 20);
		wire_format(&wire, "%s-assets", word);
		wire_dotted(&wire, dice_chance(dice, 0.5) ? "s3.amazonaws.com" : "azureedge.net");
	}
	wire_end(&wire);
	return names_add(&world->names, &wire, 60);
}

static void add_domain(struct world *world, struct world_domain *domain, struct dice *dice,
		       unsigned count, double www)
{
	char text[96];

	world_domain_text(dice, text, sizeof(text));
	*domain = (struct world_domain){ .count = (uint16_t)count, .cdn = WORLD_NO_NAME };
	for (unsigned i = 0; i < count; i++) {
		struct wire wire = { .size = 0 };
		uint32_t id;

		put_prefix(&wire, dice, i, www);
		wire_dotted(&wire, text);
		wire_end(&wire);
		id = names_add(&world->names, &wire, world_ttl(dice));
		if (!i)
			domain->first = id;
	}
}

/* Most sites have one name that anybody asks for. */
static unsigned site_names(struct dice *dice)
{
	double draw = dice_unit(dice);

	return draw < 0.94 ? 1 : draw < 0.98 ? 2 : dice_between(dice, 3, 6);
}

static void add_fixed(struct world *world)
{
	static const char *const portal[] = {
		"connectivitycheck.gstatic.com",
		"www.msftconnecttest.com",
		"captive.apple.com",
		"detectportal.firefox.com",
		"dns.msftncsi.com",
		"clients3.google.com",
		"ipv6.msftconnecttest.com",
		"connectivity-check.ubuntu.com",
	};
	struct dice dice = dice_of(world->seed, 101, 0);
	char text[96];

	for (unsigned i = 0; i < 8; i++)
		world->portal[i] = add_dotted(world, portal[i], 300);
	for (unsigned i = 0; i < WORLD_DEAD; i++) {
		struct wire wire = { .size = 0 };

		world_domain_text(&dice, text, sizeof(text));
		put_prefix(&wire, &dice, 1, 0);
		wire_dotted(&wire, text);
		wire_end(&wire);
		world->dead[i] = names_add(&world->names, &wire, 900);
		world->names.entries[world->dead[i]].rcode = SEEP_RCODE_NXDOMAIN;
		/* A third of them with all of their domain. */
		world->names.entries[world->dead[i]].gone = i % 3 == 0;
	}
	for (unsigned i = 0; i < 400; i++) {
		struct wire wire = { .size = 0 };
		char node[24];

		for (int j = 0; j < 8; j++)
			node[j] = WIRE_BASE36[dice_below(&dice, 36)];
		node[8] = 0;
		wire_format(&wire, "rr%u---sn-%s", dice_between(&dice, 1, 20), node);
		wire_dotted(&wire, "googlevideo.com");
		wire_end(&wire);
		world->video[i] = names_add(&world->names, &wire, 1800);
	}
	for (unsigned i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "%u-courier.push.apple.com", i + 1);
		world->courier[i] = add_dotted(world, text, 3600);
	}
}

void world_open(struct world *world, uint64_t seed, const char *names_file)
{
	struct dice dice = dice_of(seed, 100, 0);

	*world = (struct world){ .site_count = WORLD_SITES, .seed = seed };
	names_open(&world->names);
	world->sites = util_zeroed(WORLD_SITES, sizeof(*world->sites));
	world->platforms = util_zeroed(WORLD_PLATFORMS, sizeof(*world->platforms));
	world->parties = util_zeroed(WORLD_PARTIES, sizeof(*world->parties));
	for (unsigned i = 0; i < WORLD_PLATFORMS; i++)
		add_domain(world, &world->platforms[i], &dice, 4 + 260 / (i + 1) + 20, 0.9);
	for (unsigned i = 0; i < WORLD_PARTIES; i++)
		add_domain(world, &world->parties[i], &dice,
			   dice_chance(&dice, 0.75) ? 1 : dice_between(&dice, 2, 4), 0.15);
	for (unsigned i = 0; i < WORLD_SITES; i++) {
		add_domain(world, &world->sites[i], &dice, site_names(&dice), 0.62);
		if (dice_chance(&dice, 0.1))
			world->sites[i].cdn = add_cdn(world, &dice);
	}
	add_fixed(world);
	if (names_file)
		world_list_read(world, names_file);
}

void world_close(struct world *world)
{
	names_close(&world->names);
	free(world->sites);
	free(world->platforms);
	free(world->parties);
}

uint32_t world_pick_site(struct dice *dice)
{
	if (dice_chance(dice, 0.02))
		return dice_below(dice, WORLD_SITES);
	return dice_zipf(dice, WORLD_POPULAR);
}
