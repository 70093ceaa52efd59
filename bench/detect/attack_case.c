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
};

static const double tool_paces_s[] = { 1, 10, 100, 1000, 10000 };

static const char quick_set[] = "base32/1s,base32/100s,base32/10s/100d,words/10s,codebook/10s,"
				"dyndns/10s,base32/10s/2m,iodine/file,dnscat2/100s";

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

void attack_case_prepare(struct attack_case *attack, uint64_t seed, uint64_t start_ms)
{
	struct dice dice = dice_of(seed, 400, attack->index);

	attack->start_ms = start_ms;
	attack->zones = util_zeroed(attack->domains, sizeof(*attack->zones));
	for (unsigned i = 0; i < attack->domains; i++) {
		struct wire wire = { .size = 0 };
		char text[96];

		/* A number, so that no site of the world has the name. */
		snprintf(text, sizeof(text), "%u", dice_between(&dice, 10, 99));
		world_word(&dice, text + 2, 16);
		wire_text(&wire, text);
		wire_text(&wire, dice_chance(&dice, 0.5) ? "com" : "net");
		memcpy(attack->zones[i], wire.bytes, wire.size);
	}
}

void attack_case_release(struct attack_case *attack)
{
	free(attack->zones);
	attack->zones = NULL;
}
