/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of names: real ones read in, the world's own popularity written. */
#include "world_list.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define PLATFORM_NAMES 24 /* a domain with so many listed names is a platform */

/* A name of the list, before its domain's names are brought together. */
struct listed {
	uint64_t domain;
	uint32_t rank;
	uint32_t domain_rank;
	struct wire wire;
};

struct listing {
	struct world *world;
	struct listed *names;
	size_t count, room;
	struct map domains; /* to the first rank */
};

static void take_line(void *context, char *text)
{
	struct listing *listing = context;
	struct names *names = &listing->world->names;
	struct listed *name;
	uint64_t *first;
	uint8_t at;

	if (*text == '#')
		return;
	if (text[strcspn(text, "\t,")])
		text += strcspn(text, "\t,") + 1;
	text[strcspn(text, "\r \t,")] = 0;
	if (!*text)
		return;
	if (listing->count == listing->room) {
		listing->room = listing->room ? 2 * listing->room : 4096;
		listing->names =
			util_resize(listing->names, listing->room * sizeof(*listing->names));
	}
	name = &listing->names[listing->count];
	*name = (struct listed){ .rank = (uint32_t)listing->count + 1 };
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	wire_dotted(&name->wire, text);
	wire_end(&name->wire);
	at = names_domain_at(names, name->wire.bytes, name->wire.size);
	name->domain = wire_hash(name->wire.bytes + at, name->wire.size - at);
	first = util_map_at(&listing->domains, name->domain);
	if (!*first)
		*first = name->rank;
	name->domain_rank = (uint32_t)*first;
	listing->count++;
}

static int by_domain(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->domain_rank != y->domain_rank)
		return x->domain_rank < y->domain_rank ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void place(struct world_domain *domain, struct listing *listing, size_t from, size_t count,
		  struct dice *dice)
{
	*domain = (struct world_domain){ .count = (uint16_t)count, .cdn = domain->cdn };
	for (size_t i = 0; i < count; i++) {
		uint32_t id = names_add(&listing->world->names, &listing->names[from + i].wire,
					world_ttl(dice));

		if (!i)
			domain->first = id;
	}
}

void world_list_read(struct world *world, const char *path)
{
	struct listing listing = { .world = world };
	struct dice dice = dice_of(world->seed, 102, 0);
	uint32_t platforms = 0, parties = 0, sites = 0;
	bool to_party = true;

	if (!util_read_lines(path, take_line, &listing))
		util_die("%s: cannot be read", path);
	qsort(listing.names, listing.count, sizeof(*listing.names), by_domain);
	for (size_t i = 0, next; i < listing.count; i = next) {
		size_t count;

		for (next = i + 1; next < listing.count; next++) {
			if (listing.names[next].domain != listing.names[i].domain)
				break;
		}
		count = next - i < UINT16_MAX ? next - i : UINT16_MAX;
		if (count >= PLATFORM_NAMES && platforms < WORLD_PLATFORMS) {
			place(&world->platforms[platforms++], &listing, i, count, &dice);
		} else if (to_party && parties < WORLD_PARTIES) {
			place(&world->parties[parties++], &listing, i, count, &dice);
			to_party = false;
		} else if (sites < WORLD_SITES) {
			place(&world->sites[sites++], &listing, i, count, &dice);
			to_party = true;
		}
	}
	free(listing.names);
	map_release(&listing.domains);
}

/* What runs everywhere, whatever organisation it is. */
static const char *const always[] = {
	"mcafee.com",
	"googlesyndication.com",
	"office.com",
	"footprintdns.com",
	"ampproject.org",
	"gstatic.com",
	"apple.com",
	"msftconnecttest.com",
	"firefox.com",
	"msftncsi.com",
	"google.com",
	"ubuntu.com",
	"googlevideo.com",
	"sophosxl.net",
	"e5.sk",
	"dotnxdomain.net",
	"windows.com",
	"spamhaus.org",
	"barracudacentral.org",
	"pphosted.com",
};

#define ALWAYS_COUNT (sizeof(always) / sizeof(always[0]))

/* Calls NAME for a name of every domain of the world, the popular ones first. */
static void each_popular(const struct world *world, uint32_t count,
			 void (*name)(void *context, uint32_t name), void *context)
{
	uint32_t done = 0, party = 0;

	for (; done < WORLD_PLATFORMS; done++)
		name(context, world->platforms[done].first);
	for (uint32_t site = 0; done < count && site < world->site_count; site++, done++) {
		name(context, world->sites[site].first);
		if (world->sites[site].cdn != WORLD_NO_NAME)
			name(context, world->sites[site].cdn);
		if (party < WORLD_PARTIES)
			name(context, world->parties[party++].first);
	}
}

struct writing {
	FILE *file;
	const struct world *world;
	uint32_t rank;
};

static void write_domain(void *context, uint32_t name)
{
	struct writing *writing = context;
	const struct name_entry *entry = &writing->world->names.entries[name];
	const uint8_t *label = names_bytes(&writing->world->names, name) + entry->domain_at;

	fprintf(writing->file, "%u,", ++writing->rank);
	while (*label) {
		fwrite(label + 1, 1, *label, writing->file);
		label += 1 + *label;
		if (*label)
			fputc('.', writing->file);
	}
	fputc('\n', writing->file);
}

bool world_write_common(const struct world *world, const char *path, uint32_t count)
{
	struct writing writing = { .file = fopen(path, "w"), .world = world };

	if (!writing.file)
		return false;
	for (size_t i = 0; i < ALWAYS_COUNT; i++)
		fprintf(writing.file, "%u,%s\n", ++writing.rank, always[i]);
	each_popular(world, count, write_domain, &writing);
	return fclose(writing.file) == 0;
}

struct gathering {
	const struct world *world;
	struct map *popular;
};

static void gather_domain(void *context, uint32_t name)
{
	struct gathering *gathering = context;

	util_map_at(gathering->popular, gathering->world->names.entries[name].domain);
}

void world_popular(struct world *world, struct map *popular, uint32_t count)
{
	struct gathering gathering = { world, popular };

	for (size_t i = 0; i < ALWAYS_COUNT; i++) {
		struct wire wire = { .size = 0 };

		wire_dotted(&wire, always[i]);
		wire_end(&wire);
		util_map_at(popular, wire_hash(wire.bytes, wire.size));
	}
	each_popular(world, count, gather_domain, &gathering);
}
