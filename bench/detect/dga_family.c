/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Families of domain generation algorithms, from generators of the same shape:
 * alphabet, lengths, suffixes and size of the daily list as published analyses
 * give them, with random numbers of ours.
 */
#include "dga.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static struct dice dice_of_name(const struct dga_family *family, uint32_t day, uint32_t index)
{
	return dice_of(wire_hash((const uint8_t *)family->name, strlen(family->name)), day, index);
}

static void put_suffix(const struct dga_family *family, struct dice *dice, struct wire *wire)
{
	const char *at = family->suffixes;
	unsigned count = 1;
	char suffix[32];

	for (const char *c = at; *c; c++)
		count += *c == ' ';
	for (unsigned skip = dice_below(dice, count); skip > 0; skip--)
		at += strcspn(at, " ") + 1;
	snprintf(suffix, sizeof(suffix), "%.*s", (int)strcspn(at, " "), at);
	wire_dotted(wire, suffix);
	wire_end(wire);
}

/* Characters drawn alike. */
static void make_random(const struct dga_family *family, uint32_t day, uint32_t index,
			struct wire *wire)
{
	struct dice dice = dice_of_name(family, day, index);

	wire_random(wire, &dice, family->alphabet,
		    dice_between(&dice, family->shortest, family->longest));
	put_suffix(family, &dice, wire);
}

/* Consonant and vowel in turn. */
static void make_spoken(const struct dga_family *family, uint32_t day, uint32_t index,
			struct wire *wire)
{
	struct dice dice = dice_of_name(family, day, index);
	unsigned size = dice_between(&dice, family->shortest, family->longest);
	char label[64];

	for (unsigned i = 0; i < size; i++)
		label[i] = i % 2 ? "aeiouy"[dice_below(&dice, 6)]
				 : "bcdfghjklmnpqrstvwxz"[dice_below(&dice, 20)];
	wire_label(wire, label, size);
	put_suffix(family, &dice, wire);
}

/* Two words, or more, of the family's list. */
static void make_words(const struct dga_family *family, uint32_t day, uint32_t index,
		       struct wire *wire)
{
	struct dice dice = dice_of_name(family, day, index);
	char label[64] = "";
	size_t used = 0;

	while (used < family->shortest) {
		struct dice word = dice_of(11, family->list_size, dice_below(&dice, 384));

		used += world_word(&word, label + used, 14);
	}
	wire_label(wire, label, used);
	put_suffix(family, &dice, wire);
}

/* One long word, of which the first four letters change. */
static void make_changed(const struct dga_family *family, uint32_t day, uint32_t index,
			 struct wire *wire)
{
	struct dice dice = dice_of_name(family, day / 30, index);
	char label[32] = "abcdrningbalancedmotor";

	for (int i = 0; i < 4; i++)
		label[i] = WIRE_LOWER[dice_below(&dice, 26)];
	wire_text(wire, label);
	put_suffix(family, &dice, wire);
}

#define BASE36  WIRE_BASE36
#define LETTERS WIRE_LOWER

static const struct dga_family built_in[] = {
	{ "bazarbackdoor", make_random, "abcdefghijklmnopqrstuvwxyz", 12, 12, "bazar", 2160, NULL },
	{ "banjori", make_changed, "", 0, 0, "com", 1000, NULL },
	{ "chinad", make_random, BASE36, 16, 16, "com org net biz info ru cn", 256, NULL },
	{ "conficker", make_random, LETTERS, 5, 11, "com net org info biz cc cn ws", 250, NULL },
	{ "corebot", make_random, BASE36, 12, 23, "ddns.net", 40, NULL },
	{ "cryptolocker", make_random, "abcdefghijklmnopqrstuvwxy", 12, 15,
	  "com net biz ru org co.uk info", 1000, NULL },
	{ "dircrypt", make_random, LETTERS, 8, 20, "com", 30, NULL },
	{ "dyre", make_random, WIRE_HEX, 34, 34, "cc ws to in hk cn tk so", 1000, NULL },
	{ "emotet", make_random, "abcdefghijklmnopqrstuvwxy", 16, 16, "eu", 96, NULL },
	{ "fobber", make_random, LETTERS, 10, 17, "net com", 300, NULL },
	{ "gameover", make_random, BASE36, 21, 28, "com net org biz", 1000, NULL },
	{ "gozi", make_words, "", 12, 24, "com ru", 12, NULL },
	{ "kraken", make_random, LETTERS, 6, 12, "com net tv cc dyndns.org yi.org dynserv.com",
	  1000, NULL },
	{ "locky", make_random, "abcdefghijklmnopqrstuvwxy", 7, 17,
	  "ru info biz click su work pl org pw xyz", 12, NULL },
	{ "matsnu", make_words, "", 14, 24, "com", 20, NULL },
	{ "monerodownloader", make_random, WIRE_HEX, 14, 14,
	  "org tickets blackfriday hosting feedback", 2495, NULL },
	{ "murofet", make_random, LETTERS, 12, 16, "biz info org net com", 800, NULL },
	{ "necurs", make_random, LETTERS, 7, 21, "com net pro tw cm in ru cc to ki su bit", 2048,
	  NULL },
	{ "newgoz", make_random, BASE36, 20, 27, "com net org biz", 1000, NULL },
	{ "padcrypt", make_random, "abcdefklmno", 16, 16, "com co.uk de org net eu info online", 24,
	  NULL },
	{ "proslikefan", make_random, LETTERS, 6, 12, "eu biz se info com net org ru in name", 100,
	  NULL },
	{ "pykspa", make_spoken, "", 6, 12, "com net org info cc", 200, NULL },
	{ "qakbot", make_random, LETTERS, 8, 25, "com net org info biz", 5000, NULL },
	{ "ramnit", make_random, "abcdefghijklmnopqrstuvwxy", 8, 19, "com", 1000, NULL },
	{ "ranbyus", make_random, "abcdefghijklmnopqrstuvwxy", 14, 14, "in cc su tw net com pw org",
	  40, NULL },
	{ "rovnix", make_random, BASE36, 18, 18, "com net ru biz cn", 200, NULL },
	{ "simda", make_spoken, "", 7, 11, "com eu info", 1000, NULL },
	{ "suppobox", make_words, "", 12, 24, "net ru com", 85, NULL },
	{ "symmi", make_spoken, "", 8, 15, "ddns.net", 64, NULL },
	{ "tinba", make_random, "bcdefghijklmnopqrstuvwxy", 12, 12, "com net in ru pw xyz", 100,
	  NULL },
	{ "vawtrak", make_spoken, "", 7, 12, "top com", 150, NULL },
	{ "zloader", make_random, "abcdefghijklmnopqrstuvwxy", 20, 20, "com", 32, NULL },
};

struct reading {
	struct dga_families *families;
	struct map of; /* hash of a family's name to its number, plus one */
};

static void take_line(void *context, char *text)
{
	struct reading *reading = context;
	struct dga_families *families = reading->families;
	size_t length = strcspn(text, "\t");
	struct dga_family *family;
	uint64_t *number;

	if (*text == '#' || !text[length])
		return;
	text[length] = 0;
	number = util_map_at(&reading->of, wire_hash((const uint8_t *)text, length));
	if (!*number) {
		families->families =
			util_resize(families->families, (families->count + 1) * sizeof(*family));
		family = &families->families[families->count];
		*family = (struct dga_family){ .list_size = 0 };
		snprintf(family->name, sizeof(family->name), "%.31s", text);
		*number = ++families->count;
	}
	family = &families->families[*number - 1];
	text += length + 1;
	text[strcspn(text, "\t")] = 0;
	if ((family->list_size & (family->list_size - 1)) == 0)
		family->names =
			util_resize(family->names, (family->list_size ? 2 * family->list_size : 1) *
							   sizeof(char *));
	family->names[family->list_size] = strdup(text);
	family->list_size++;
}

void dga_families_open(struct dga_families *families, const char *path)
{
	struct reading reading = { .families = families };

	*families = (struct dga_families){ .count = 0 };
	if (path) {
		if (!util_read_lines(path, take_line, &reading))
			util_die("%s: cannot be read", path);
		map_release(&reading.of);
		return;
	}
	families->count = sizeof(built_in) / sizeof(built_in[0]);
	families->families = util_zeroed(families->count, sizeof(*families->families));
	memcpy(families->families, built_in, sizeof(built_in));
}

void dga_families_close(struct dga_families *families)
{
	for (size_t i = 0; i < families->count; i++) {
		struct dga_family *family = &families->families[i];

		for (uint32_t j = 0; family->names && j < family->list_size; j++)
			free(family->names[j]);
		free(family->names);
	}
	free(families->families);
}

void dga_family_name(const struct dga_family *family, uint32_t day, uint32_t index,
		     struct wire *wire)
{
	wire->size = 0;
	if (!family->names) {
		family->make(family, day, index, wire);
		return;
	}
	wire_dotted(wire, family->names[index % family->list_size]);
	wire_end(wire);
}
