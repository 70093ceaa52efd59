/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of cases: what is sent, how fast, over how many domains, by whom. */
#include "attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static const struct attack_case generic[] = {
	/* pace */
	{ .name = "base32/1s", .interval_s = 1, .standard = true },
	{ .name = "base32/10s", .interval_s = 10, .standard = true },
	{ .name = "base32/100s", .interval_s = 100, .standard = true },
	{ .name = "base32/1000s", .interval_s = 1000, .standard = true },
	{ .name = "base32/10000s", .interval_s = 10000, .standard = true },
	{ .name = "long/10s", .interval_s = 10, .standard = true },
	{ .name = "long/1000s", .interval_s = 1000 },
	/* domains */
	{ .name = "base32/1s/10d", .interval_s = 1, .domains = 10 },
	{ .name = "base32/1s/100d", .interval_s = 1, .domains = 100 },
	{ .name = "base32/1s/1000d", .interval_s = 1, .domains = 1000 },
	{ .name = "base32/10s/10d", .interval_s = 10, .domains = 10, .standard = true },
	{ .name = "base32/10s/100d", .interval_s = 10, .domains = 100, .standard = true },
	{ .name = "base32/10s/1000d", .interval_s = 10, .domains = 1000, .standard = true },
	{ .name = "base32/100s/10d", .interval_s = 100, .domains = 10 },
	{ .name = "base32/100s/100d", .interval_s = 100, .domains = 100 },
	{ .name = "base32/100s/1000d", .interval_s = 100, .domains = 1000, .standard = true },
	{ .name = "base32/1000s/1000d", .interval_s = 1000, .domains = 1000 },
	/* encodings */
	{ .name = "short9/10s", .interval_s = 10, .standard = true },
	{ .name = "tiny/10s", .interval_s = 10, .standard = true },
	{ .name = "hex/10s", .interval_s = 10, .standard = true },
	{ .name = "base64/10s", .interval_s = 10, .standard = true },
	{ .name = "dotted/10s", .interval_s = 10, .standard = true },
	{ .name = "triples/10s", .interval_s = 10, .standard = true },
	{ .name = "hosts/10s", .interval_s = 10, .standard = true },
	{ .name = "words/10s", .interval_s = 10, .standard = true },
	{ .name = "words/2s/128d", .interval_s = 2, .domains = 128, .standard = true },
	{ .name = "words/60s/128d", .interval_s = 60, .domains = 128, .standard = true },
	/* nothing new to see */
	{ .name = "codebook/1s", .interval_s = 1, .standard = true },
	{ .name = "codebook/10s", .interval_s = 10, .standard = true },
	{ .name = "codebook/100s", .interval_s = 100 },
	{ .name = "widebook/10s/100d", .interval_s = 10, .domains = 100, .standard = true },
	{ .name = "domainbook/10s/1000d", .interval_s = 10, .domains = 1000, .standard = true },
	{ .name = "types/10s", .interval_s = 10, .standard = true },
	{ .name = "types/1s", .interval_s = 1 },
	{ .name = "types2/1s", .interval_s = 1, .standard = true },
	{ .name = "codebook4/1s", .interval_s = 1, .standard = true },
	{ .name = "codebook4/10s", .interval_s = 10, .standard = true },
	{ .name = "dyndns/10s", .interval_s = 10, .standard = true },
	{ .name = "dyndns/100s", .interval_s = 100, .standard = true },
	/* several machines */
	{ .name = "base32/10s/2m", .interval_s = 10, .machines = 2, .standard = true },
	{ .name = "base32/10s/10m", .interval_s = 10, .machines = 10, .standard = true },
	{ .name = "base32/10s/50m", .interval_s = 10, .machines = 50, .standard = true },
	{ .name = "base32/10s/10d/2m", .interval_s = 10, .domains = 10, .machines = 2 },
	{ .name = "base32/10s/10d/10m",
	  .interval_s = 10,
	  .domains = 10,
	  .machines = 10,
	  .standard = true },
	{ .name = "base32/10s/10d/50m",
	  .interval_s = 10,
	  .domains = 10,
	  .machines = 50,
	  .standard = true },
	{ .name = "base32/1000s/50m", .interval_s = 1000, .machines = 50 },
	/* cunning */
	{ .name = "base32/frog", .interval_s = 3600, .schedule = ATTACK_FROG, .standard = true },
	{ .name = "base32/office", .interval_s = 10, .schedule = ATTACK_OFFICE, .standard = true },
	{ .name = "base32/10s/popular10", .interval_s = 10, .insiders = 10, .standard = true },
	{ .name = "base32/10s/popular50", .interval_s = 10, .insiders = 50, .standard = true },
	/* made popular by a mail's picture */
	{ .name = "base32/10s/picture10", .interval_s = 10, .readers = 10, .standard = true },
	{ .name = "base32/10s/picture30", .interval_s = 10, .readers = 30, .standard = true },
	{ .name = "base32/10s/picture50", .interval_s = 10, .readers = 50, .standard = true },
	/* on the common-list */
	{ .name = "base32/10s/listed", .interval_s = 10, .listed = true, .standard = true },
	{ .name = "base32/10s/anybody", .interval_s = 10, .anybody = true, .standard = true },
	/* known names of common domains */
	{ .name = "knownbook/1s", .interval_s = 1, .standard = true },
	{ .name = "knownbook/10s", .interval_s = 10, .standard = true },
	{ .name = "knownbook/10s/16d", .interval_s = 10, .domains = 16, .standard = true },
	/* other addresses */
	{ .name = "base32/10s/rotate24",
	  .interval_s = 10,
	  .route = ROUTE_ROTATE,
	  .standard = true },
	{ .name = "base32/10s/rotate64",
	  .interval_s = 10,
	  .route = ROUTE_ROTATE,
	  .network = NETWORK_slaac,
	  .standard = true },
	{ .name = "base32/10s/dual",
	  .interval_s = 10,
	  .route = ROUTE_DUAL,
	  .network = NETWORK_dual,
	  .standard = true },
	{ .name = "base32/10s/lease1d",
	  .interval_s = 10,
	  .route = ROUTE_LEASE_1D,
	  .standard = true },
	{ .name = "base32/10s/lease1h",
	  .interval_s = 10,
	  .route = ROUTE_LEASE_1H,
	  .standard = true },
	/* that come later */
	{ .name = "base32/10s/joins", .interval_s = 10, .joins = true, .standard = true },
	{ .name = "base32/10s/behaves",
	  .interval_s = 10,
	  .joins = true,
	  .behaves = true,
	  .standard = true },
};

static const double tool_paces_s[] = { 1, 10, 100, 1000, 10000 };

static const char quick_set[] = "base32/1s,base32/100s,base32/10s/100d,words/10s,codebook/10s,"
				"dyndns/10s,base32/10s/2m,iodine/file,dnscat2/100s,"
				"base32/10s/picture30,base32/10s/picture50,base32/10s/listed,"
				"base32/10s/anybody,knownbook/10s,knownbook/10s/16d,"
				"base32/10s/rotate24,base32/10s/rotate64,base32/10s/dual,"
				"base32/10s/lease1d,base32/10s/lease1h,base32/10s/joins,"
				"base32/10s/behaves";

/* A machine that behaves first does so for so many days, or this part of all. */
#define BEHAVES_DAYS 7
#define BEHAVES_PART 4

static void add_case(struct attack_case **cases, size_t *count, const struct attack_case *attack)
{
	struct attack_case *added;
	char code[48];

	*cases = util_resize(*cases, (*count + 1) * sizeof(**cases));
	added = &(*cases)[*count];
	*added = *attack;
	added->index = (uint16_t)(*count)++;
	added->domains += !added->domains;
	added->machines += !added->machines;
	snprintf(code, sizeof(code), "%s", added->name);
	code[strcspn(code, "/")] = 0;
	added->code = attack_code_find(code);
	if (!added->code)
		util_die("no encoding %s", code);
}

/* Is it one of the patterns, or does it begin with one that ends in `/`? */
static bool is_wanted(const char *patterns, const struct attack_case *attack)
{
	size_t length;

	if (strcmp(patterns, "all") == 0)
		return true;
	if (strcmp(patterns, "standard") == 0)
		return attack->standard;
	if (strcmp(patterns, "quick") == 0)
		patterns = quick_set;
	for (; *patterns; patterns += length + (patterns[length] == ',')) {
		length = strcspn(patterns, ",");
		if (length && strncmp(attack->name, patterns, length) == 0 &&
		    (!attack->name[length] || patterns[length - 1] == '/'))
			return true;
	}
	return false;
}

static void add_tool(struct attack_case **cases, size_t *count, const struct attack_code *tool,
		     const char *patterns)
{
	struct attack_case attack = { .schedule = ATTACK_FILE, .standard = true };

	attack.interval_s = tool->tool->pace_ms / 1000.0;
	attack.file_bits = 8.0 * ATTACK_FILE_BYTES;
	snprintf(attack.name, sizeof(attack.name), "%s/file", tool->name);
	if (is_wanted(patterns, &attack))
		add_case(cases, count, &attack);
	for (size_t i = 0; i < sizeof(tool_paces_s) / sizeof(tool_paces_s[0]); i++) {
		attack = (struct attack_case){
			.interval_s = tool_paces_s[i],
			.standard = tool_paces_s[i] == 100,
		};
		snprintf(attack.name, sizeof(attack.name), "%s/%gs", tool->name, tool_paces_s[i]);
		if (is_wanted(patterns, &attack))
			add_case(cases, count, &attack);
	}
}

size_t attack_case_list(struct attack_case **cases, const char *patterns)
{
	size_t count = 0;

	*cases = NULL;
	for (size_t i = 0; i < sizeof(generic) / sizeof(generic[0]); i++) {
		if (is_wanted(patterns, &generic[i]))
			add_case(cases, &count, &generic[i]);
	}
	for (size_t i = 0; i < attack_tool_count; i++)
		add_tool(cases, &count, &attack_tools[i], patterns);
	return count;
}

static void set_times(struct attack_case *attack, uint64_t start_ms, unsigned days)
{
	unsigned behaves = days / BEHAVES_PART < BEHAVES_DAYS ? days / BEHAVES_PART : BEHAVES_DAYS;

	attack->start_ms = start_ms;
	if (!attack->joins)
		return;
	attack->joins_ms = start_ms + days / 2 * DAY_MS;
	attack->start_ms = attack->joins_ms + (attack->behaves ? behaves : 0) * DAY_MS;
}

void attack_case_prepare(struct attack_case *attack, uint64_t seed, uint64_t start_ms,
			 unsigned days)
{
	struct dice dice = dice_of(seed, 400, attack->index);

	set_times(attack, start_ms, days);
	attack->zones = util_zeroed(attack->domains, sizeof(*attack->zones));
	for (unsigned i = 0; i < attack->domains; i++) {
		struct wire wire = { .size = 0 };
		char text[96];

		/* A number, so that no site of the world has the name. */
		snprintf(text, sizeof(text), "%u", dice_between(&dice, 10, 99));
		world_word(&dice, text + 2, 16);
		wire_text(&wire, text);
		wire_text(&wire, dice_chance(&dice, 0.5) ? "com" : "net");
		if (attack->anybody) {
			wire.size = 0;
			wire_dotted(&wire, ATTACK_ANYBODY);
		}
		memcpy(attack->zones[i], wire.bytes, wire.size);
	}
}

bool attack_is_listed(const struct attack_case *attack)
{
	return attack->listed || attack->anybody;
}

void attack_case_release(struct attack_case *attack)
{
	free(attack->zones);
	attack->zones = NULL;
}
