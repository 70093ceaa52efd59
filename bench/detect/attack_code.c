/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The encodings of the generic sender: 60 bits of payload a name where that can
 * be, in base32, hex, words, triples, many labels, common labels; or no new
 * name at all: codebooks, query types; or nothing but registered names.
 */
#include "attack.h"

#include <string.h>

#define BASE64_FOLDED      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789-_"
/* Bits of a base64 character without its case: 26 letters of two meanings
 * each, and twelve others. */
#define BASE64_FOLDED_BITS 5.1875f

#define WORDS      2048
#define BOOK_NAMES 256
#define WIDE_BOOK  16
#define KNOWN_BOOK 24u

static void carry(struct letter *letter, float bits)
{
	letter->bits = letter->folded_bits = bits;
}

static void encode_base32(struct attack_sender *sender, struct letter *letter)
{
	wire_random(&letter->wire, &sender->actor.dice, WIRE_BASE32, 12);
	carry(letter, 60);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

/* The longest names there are. */
static void encode_long(struct attack_sender *sender, struct letter *letter)
{
	for (int i = 0; i < 3; i++)
		wire_random(&letter->wire, &sender->actor.dice, WIRE_BASE32, 60);
	carry(letter, 900);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

static void encode_short9(struct attack_sender *sender, struct letter *letter)
{
	wire_random(&letter->wire, &sender->actor.dice, WIRE_BASE32, 9);
	carry(letter, 45);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

/* Two characters: soon every name has been sent before. */
static void encode_tiny(struct attack_sender *sender, struct letter *letter)
{
	uint32_t draw = dice_below(&sender->actor.dice, 1024);
	char label[2] = { WIRE_BASE32[draw % 32], WIRE_BASE32[draw / 32] };

	wire_label(&letter->wire, label, 2);
	letter->symbol = draw + 1;
	carry(letter, 10);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

static void encode_hex(struct attack_sender *sender, struct letter *letter)
{
	wire_random(&letter->wire, &sender->actor.dice, WIRE_HEX, 15);
	carry(letter, 60);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

static void encode_base64(struct attack_sender *sender, struct letter *letter)
{
	wire_random(&letter->wire, &sender->actor.dice, BASE64_FOLDED, 10);
	letter->bits = 60;
	letter->folded_bits = 10 * BASE64_FOLDED_BITS;
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

/* One character a label. */
static void encode_dotted(struct attack_sender *sender, struct letter *letter)
{
	for (int i = 0; i < 12; i++)
		wire_random(&letter->wire, &sender->actor.dice, WIRE_BASE32, 1);
	carry(letter, 60);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

/* The WORDth of 2,048 words that can be said; no two are alike, for their first
 * four letters tell the number. */
static void put_word(struct letter *letter, uint32_t word)
{
	static const char onsets[] = "bcdfghklmnprstvw";
	static const char vowels[] = "aeio";
	struct dice dice = dice_of(7, 7, word);
	char text[24];

	text[0] = onsets[word % 16];
	text[1] = vowels[word / 16 % 4];
	text[2] = onsets[word / 64 % 16];
	text[3] = word / 1024 % 2 ? 'u' : 'a';
	text[4] = 0;
	if (dice_chance(&dice, 0.6))
		world_word(&dice, text + 4, 9);
	wire_text(&letter->wire, text);
}

/* As StealthyVec: three words of 2,048, below one of 128 domains or of as many
 * as the case has; which one is payload as well. */
static void encode_words(struct attack_sender *sender, struct letter *letter)
{
	struct dice *dice = &sender->actor.dice;
	uint32_t domain = dice_below(dice, sender->from->domains);

	for (int i = 0; i < 3; i++)
		put_word(letter, dice_below(dice, WORDS));
	carry(letter, 33 + log2f((float)sender->from->domains));
	attack_put_zone(sender, letter, domain);
}

/* As Base32map: each symbol of five bits is three letters of English. */
static void encode_triples(struct attack_sender *sender, struct letter *letter)
{
	static const char triples[32][4] = {
		"the", "and", "ing", "her", "hat", "his", "tha", "ere", "for", "ent", "ion",
		"ter", "was", "you", "ith", "ver", "all", "wit", "thi", "tio", "con", "est",
		"com", "men", "per", "res", "ain", "one", "our", "ate", "sta", "ess",
	};
	char label[40];

	for (int i = 0; i < 12; i++)
		memcpy(label + 3 * i, triples[dice_below(&sender->actor.dice, 32)], 3);
	wire_label(&letter->wire, label, 36);
	carry(letter, 60);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

/* Labels that half of the world's sites have: thirty-two of them, twelve times. */
static void encode_hosts(struct attack_sender *sender, struct letter *letter)
{
	static const char *const labels[32] = {
		"www",     "static", "cdn",   "api",    "img",     "m",       "images",  "mail",
		"assets",  "blog",   "shop",  "login",  "app",     "media",   "news",    "secure",
		"support", "ads",    "track", "js",     "docs",    "i",       "s",       "forum",
		"pixel",   "sync",   "data",  "events", "account", "connect", "content", "widgets",
	};

	for (int i = 0; i < 12; i++)
		wire_text(&letter->wire, labels[dice_below(&sender->actor.dice, 32)]);
	carry(letter, 60);
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

/* Names of which none is new after a while, with answers that expire at once. */
static void send_of_book(struct attack_sender *sender, struct letter *letter, uint32_t names)
{
	uint32_t word = dice_below(&sender->actor.dice, names);

	put_word(letter, word);
	letter->symbol = word + 1;
	carry(letter, log2f((float)names));
	attack_put_zone(sender, letter, 0);
}

/*
 * Names that are known here, in the most common domains: people ask for them as well. Those of the
 * sender are answered anew each time, so that its choice always leaves.
 */
static void encode_knownbook(struct attack_sender *sender, struct letter *letter)
{
	const struct world *world = sender->stage->world;
	uint32_t domains = sender->from->domains;
	uint32_t domain = dice_below(&sender->actor.dice, domains);
	const struct world_domain *platform = &world->platforms[domain];
	uint32_t names = platform->count < KNOWN_BOOK ? platform->count : KNOWN_BOOK;
	uint32_t name = dice_below(&sender->actor.dice, names);

	wire_append(&letter->wire, names_bytes(&world->names, platform->first + name));
	wire_end(&letter->wire);
	letter->ttl_s = 0;
	letter->symbol = domain * KNOWN_BOOK + name + 1;
	carry(letter, log2f((float)names) + log2f((float)domains));
}

static void encode_codebook(struct attack_sender *sender, struct letter *letter)
{
	send_of_book(sender, letter, BOOK_NAMES);
}

static void encode_codebook4(struct attack_sender *sender, struct letter *letter)
{
	send_of_book(sender, letter, 4);
}

/* The same over many domains, few names in each. */
static void encode_widebook(struct attack_sender *sender, struct letter *letter)
{
	uint32_t domain = dice_below(&sender->actor.dice, sender->from->domains);
	uint32_t word = dice_below(&sender->actor.dice, WIDE_BOOK);

	put_word(letter, word);
	letter->symbol = domain * WIDE_BOOK + word + 1;
	carry(letter, log2f(WIDE_BOOK) + log2f((float)sender->from->domains));
	attack_put_zone(sender, letter, domain);
}

/* Nothing but which of many domains is asked. */
static void encode_domainbook(struct attack_sender *sender, struct letter *letter)
{
	uint32_t domain = dice_below(&sender->actor.dice, sender->from->domains);

	wire_text(&letter->wire, "www");
	letter->symbol = domain + 1;
	carry(letter, log2f((float)sender->from->domains));
	attack_put_zone(sender, letter, domain);
}

/* Nothing but the type that is asked. */
static void send_type(struct attack_sender *sender, struct letter *letter, const uint16_t *types,
		      uint32_t count)
{
	uint32_t draw = dice_below(&sender->actor.dice, count);

	wire_text(&letter->wire, "www");
	letter->type = types[draw];
	letter->symbol = draw + 1;
	carry(letter, log2f((float)count));
	attack_put_zone(sender, letter, 0);
}

static void encode_types(struct attack_sender *sender, struct letter *letter)
{
	static const uint16_t types[32] = { 1,  2,  5,  6,  10, 12, 13, 15,  16,  17,   18,
					    28, 29, 33, 35, 37, 39, 43, 44,  52,  53,   55,
					    59, 60, 61, 62, 64, 65, 99, 256, 257, 65399 };

	send_type(sender, letter, types, 32);
}

/* The two that are asked most, and cost least. */
static void encode_types2(struct attack_sender *sender, struct letter *letter)
{
	static const uint16_t types[2] = { SEEP_TYPE_A, SEEP_TYPE_AAAA };

	send_type(sender, letter, types, 2);
}

/* Names registered with a dynamic DNS service: each is a domain of its own. */
static void encode_dyndns(struct attack_sender *sender, struct letter *letter)
{
	wire_random(&letter->wire, &sender->actor.dice, WIRE_BASE32, 12);
	carry(letter, 60);
	wire_dotted(&letter->wire, "duckdns.org");
	wire_end(&letter->wire);
}

static const struct attack_code codes[] = {
	{ "base32", encode_base32, NULL },
	{ "long", encode_long, NULL },
	{ "short9", encode_short9, NULL },
	{ "tiny", encode_tiny, NULL },
	{ "hex", encode_hex, NULL },
	{ "base64", encode_base64, NULL },
	{ "dotted", encode_dotted, NULL },
	{ "words", encode_words, NULL },
	{ "triples", encode_triples, NULL },
	{ "hosts", encode_hosts, NULL },
	{ "codebook", encode_codebook, NULL },
	{ "knownbook", encode_knownbook, NULL },
	{ "codebook4", encode_codebook4, NULL },
	{ "types2", encode_types2, NULL },
	{ "widebook", encode_widebook, NULL },
	{ "domainbook", encode_domainbook, NULL },
	{ "types", encode_types, NULL },
	{ "dyndns", encode_dyndns, NULL },
};

const struct attack_code *attack_code_find(const char *name)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i].name, name) == 0)
			return &codes[i];
	}
	for (size_t i = 0; i < attack_tool_count; i++) {
		if (strcmp(attack_tools[i].name, name) == 0)
			return &attack_tools[i];
	}
	return NULL;
}
