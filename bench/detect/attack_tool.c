/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tunnel tools, by the look of their names on the wire.
 *
 * A template writes a name from left to right: letters stand for themselves, a
 * dot ends a label, and {KN} is N characters of kind K:
 *   p  payload, in the tool's alphabet; split into labels where one is full
 *   b  base32, h hex, d decimal, l letters, z base36, drawn anew each time
 *   j, k, x  the same in every name of a session: base36, hex, payload alphabet
 *   c  payload of one decimal digit in two characters, `c` and the digit
 *   e  payload of one hex digit, as the hex of its ASCII code
 *   t  payload of one base32 symbol as a triple of letters
 *   s  a counter, decimal (N is ignored); S the same, hex, N digits
 */
#include "attack.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOWER_TWICE "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
#define BASE64_URL  LOWER_TWICE "0123456789-_"
#define BASE64_PLUS LOWER_TWICE "0123456789+/"
#define BASE63      LOWER_TWICE "0123456789-"
#define NETBIOS     "abcdefghijklmnop"
/* iodine's Base128: letters, digits, and the bytes 188 to 253. */
#define BASE128                                                                                  \
	LOWER_TWICE "0123456789\274\275\276\277\300\301\302\303\304\305\306\307\310\311\312\313" \
		    "\314\315\316\317\320\321\322\323\324\325\326\327\330\331\332\333\334\335"   \
		    "\336\337\340\341\342\343\344\345\346\347\350\351\352\353\354\355\356\357"   \
		    "\360\361\362\363\364\365\366\367\370\371\372\373\374\375"

#define BITS_64  6.0f, 5.1875f
#define BITS_63  5.9773f, 5.1518f
#define BITS_128 7.0f, 6.594f
#define BITS_32  5.0f, 5.0f
#define BITS_16  4.0f, 4.0f
#define BITS_36  5.1699f, 5.1699f

/* alphabet, bits, lower-cased bits, data, poll, label, rcode, types, ttl, pace, poll pace */
static const struct attack_tool iodine = { BASE128, BITS_128, "{j1}{b3}{z1}{p226}", "p{b9}",
					   57,      0,        { SEEP_TYPE_NULL },   0,
					   40,      4000 };
static const struct attack_tool iodine_b32 = { WIRE_BASE32, BITS_32, "{j1}{b3}{z1}{p225}", "p{b9}",
					       57,          0,       { SEEP_TYPE_CNAME },  0,
					       40,          4000 };
static const struct attack_tool iodine_m60 = { BASE128, BITS_128, "{j1}{b3}{z1}{p36}", "p{b9}",
					       57,      0,        { SEEP_TYPE_NULL },  0,
					       40,      4000 };
static const struct attack_tool andiodine = { BASE128, BITS_128, "{j1}{b3}{z1}{p224}", "p{b9}",
					      57,      0,        { SEEP_TYPE_NULL },   0,
					      40,      2000 };
static const struct attack_tool dns2tcp = { BASE64_PLUS, BITS_64, "{j3}{z7}{p162}",  "{j3}{z7}",
					    63,          0,       { SEEP_TYPE_TXT }, 3,
					    10,          115 };
static const struct attack_tool dnscat = { NETBIOS,
					   BITS_16,
					   "dnscat.21.{j8}.{S4}.3.{p60}.{p60}.{p60}.{l4}",
					   "dnscat.21.{j8}.{S4}.0.{l4}",
					   62,
					   0,
					   { SEEP_TYPE_CNAME },
					   1,
					   40,
					   1000 };
static const struct attack_tool dnscat2 = { WIRE_HEX,
					    BITS_16,
					    "{h4}{k6}{h12}{h4}{h8}{p174}",
					    "{h4}{k6}{h12}{h4}{h8}",
					    60,
					    0,
					    { SEEP_TYPE_TXT, SEEP_TYPE_CNAME, SEEP_TYPE_MX },
					    60,
					    40,
					    1000 };
static const struct attack_tool exfil = { BASE64_URL,        BITS_64, "{s}.{p222}", NULL, 63, 0,
					  { SEEP_TYPE_TXT }, 0,       40,           0 };
static const struct attack_tool exfil_b32 = { WIRE_BASE32,       BITS_32, "{s}.{p222}", NULL, 63, 0,
					      { SEEP_TYPE_TXT }, 0,       40,           0 };
static const struct attack_tool exfil_r50 = { BASE64_URL, BITS_64,           "{s}.{p17}", NULL, 63,
					      0,          { SEEP_TYPE_TXT }, 0,           40,   0 };
static const struct attack_tool exfil_r35 = { BASE64_URL, BITS_64,           "{s}.{p5}", NULL, 63,
					      0,          { SEEP_TYPE_TXT }, 0,          40,   0 };
static const struct attack_tool exfil_f27 = { BASE64_URL, BITS_64,           "{s}.{p6}", NULL,  63,
					      0,          { SEEP_TYPE_TXT }, 0,          20000, 0 };
static const struct attack_tool exfil_f40 = {
	BASE64_URL, BITS_64, "{s}.{p18}", NULL, 63, 0, { SEEP_TYPE_TXT }, 0, 10000, 0
};
static const struct attack_tool exfil_map = { WIRE_BASE32, BITS_32, "{s}.{t12}.{t12}", NULL,
					      63,          0,       { SEEP_TYPE_TXT }, 0,
					      1000,        0 };
static const struct attack_tool det = {
	WIRE_HEX, BITS_16, "{j7}{e22}", NULL, 63, SEEP_RCODE_SERVFAIL, { SEEP_TYPE_A }, 0, 150, 0
};
static const struct attack_tool dnspot = {
	WIRE_BASE36, BITS_36, "{j50}{z45}{p139}.4", "{j50}{z48}.2", 60, 0, { SEEP_TYPE_A }, 3600,
	82,          3000
};
static const struct attack_tool tuns = { WIRE_BASE32, BITS_32, "d{j70}{z12}{p141}", "r{s}",
					 63,          0,       { SEEP_TYPE_CNAME }, 0,
					 30,          2500 };
static const struct attack_tool ozyman = { WIRE_BASE32,
					   BITS_32,
					   "{p176}.{d5}-0.id-{j5}.up.sshdns",
					   "0-{d5}.id-{j5}.down.sshdns",
					   60,
					   0,
					   { SEEP_TYPE_A },
					   0,
					   62,
					   4000 };
static const struct attack_tool over_dns = { BASE63, BITS_63, "b{j3}{z5}{p201}", "b{j3}{z16}",
					     63,     0,       { SEEP_TYPE_TXT }, 30,
					     200,    1600 };
static const struct attack_tool dns_shell = { WIRE_HEX, BITS_16, "{d9}.cmd{s}.{p50}", "{d9}",
					      63,       0,       { SEEP_TYPE_A },     300,
					      150,      3000 };
static const struct attack_tool cobalt = {
	WIRE_HEX, BITS_16, "post.3{p56}.{p56}.{p56}.{S2}{k7}.{k8}", NULL, 57, 0, { SEEP_TYPE_A }, 1,
	40,       0
};
static const struct attack_tool framework = { WIRE_HEX, 0,   0, "{k8}.{c16}.{c20}",
					      NULL,     63,  0, { SEEP_TYPE_A },
					      60,       300, 0 };
static const struct attack_tool denis = {
	BASE64_URL, BITS_64, "{j32}{p120}.z",    "{j6}aaaaaaaaaaaaaaaaaaaaaaaa{z3}.z",
	63,         0,       { SEEP_TYPE_NULL }, 0,
	1500,       1500
};

const struct attack_code attack_tools[] = {
	{ "iodine", attack_tool_encode, &iodine },
	{ "iodine-b32", attack_tool_encode, &iodine_b32 },
	{ "iodine-m60", attack_tool_encode, &iodine_m60 },
	{ "andiodine", attack_tool_encode, &andiodine },
	{ "dns2tcp", attack_tool_encode, &dns2tcp },
	{ "dnscat", attack_tool_encode, &dnscat },
	{ "dnscat2", attack_tool_encode, &dnscat2 },
	{ "dnsexfiltrator", attack_tool_encode, &exfil },
	{ "dnsexfiltrator-b32", attack_tool_encode, &exfil_b32 },
	{ "dnsexfiltrator-r50", attack_tool_encode, &exfil_r50 },
	{ "dnsexfiltrator-r35", attack_tool_encode, &exfil_r35 },
	{ "dnsexfiltrator-f27", attack_tool_encode, &exfil_f27 },
	{ "dnsexfiltrator-f40", attack_tool_encode, &exfil_f40 },
	{ "dnsexfiltrator-map", attack_tool_encode, &exfil_map },
	{ "det", attack_tool_encode, &det },
	{ "dnspot", attack_tool_encode, &dnspot },
	{ "tuns", attack_tool_encode, &tuns },
	{ "ozymandns", attack_tool_encode, &ozyman },
	{ "tcp-over-dns", attack_tool_encode, &over_dns },
	{ "dns-shell", attack_tool_encode, &dns_shell },
	{ "cobalt-strike", attack_tool_encode, &cobalt },
	{ "frameworkpos", attack_tool_encode, &framework },
	{ "denis", attack_tool_encode, &denis },
};

const size_t attack_tool_count = sizeof(attack_tools) / sizeof(attack_tools[0]);

/* The labels under way. */
struct writing {
	struct letter *letter;
	const struct attack_tool *tool;
	char label[64];
	unsigned used;
	unsigned label_max;
};

static void end_label(struct writing *writing)
{
	wire_label(&writing->letter->wire, writing->label, writing->used);
	writing->used = 0;
}

static void put(struct writing *writing, char c)
{
	if (writing->used >= writing->label_max)
		end_label(writing);
	writing->label[writing->used++] = c;
}

static void put_text(struct writing *writing, const char *text)
{
	while (*text)
		put(writing, *text++);
}

static void put_drawn(struct writing *writing, struct dice *dice, const char *alphabet,
		      unsigned count)
{
	uint32_t letters = (uint32_t)strlen(alphabet);

	while (count--)
		put(writing, alphabet[dice_below(dice, letters)]);
}

static void put_payload(struct writing *writing, struct dice *dice, char kind, unsigned count)
{
	static const char triples[] = "theandinghershehasforentionterwasyouithverallwittiocon"
				      "estcommenperresainoneouratestaessnotbut";
	char text[4];

	for (unsigned i = 0; i < count; i++) {
		uint32_t draw = dice_below(dice, kind == 'c' ? 10 : kind == 't' ? 31 : 16);

		if (kind == 't')
			snprintf(text, sizeof(text), "%.3s", triples + 3 * draw);
		else if (kind == 'c')
			snprintf(text, sizeof(text), "c%u", draw);
		else
			snprintf(text, sizeof(text), "%02x", (unsigned)WIRE_HEX[draw]);
		put_text(writing, text);
	}
	writing->letter->bits += (float)count * (kind == 'c'   ? 3.3219f
						 : kind == 't' ? 4.9542f
							       : 4.0f);
}

static void put_item(struct writing *writing, struct attack_sender *sender, char kind,
		     unsigned count)
{
	struct dice *dice = &sender->actor.dice;
	struct dice session = sender->session;
	char text[16];

	switch (kind) {
	case 'p':
		put_drawn(writing, dice, writing->tool->alphabet, count);
		writing->letter->bits += (float)count * writing->tool->bits;
		writing->letter->folded_bits +=
			(float)count * (writing->tool->folded_bits - writing->tool->bits);
		break;
	case 'b':
		put_drawn(writing, dice, WIRE_BASE32, count);
		break;
	case 'h':
		put_drawn(writing, dice, WIRE_HEX, count);
		break;
	case 'd':
		put_drawn(writing, dice, "0123456789", count);
		break;
	case 'l':
		put_drawn(writing, dice, WIRE_LOWER, count);
		break;
	case 'z':
		put_drawn(writing, dice, WIRE_BASE36, count);
		break;
	case 'j':
		put_drawn(writing, &session, WIRE_BASE36, count);
		break;
	case 'k':
		put_drawn(writing, &session, WIRE_HEX, count);
		break;
	case 'x':
		put_drawn(writing, &session, writing->tool->alphabet, count);
		break;
	case 's':
		snprintf(text, sizeof(text), "%u", sender->sequence);
		put_text(writing, text);
		break;
	case 'S':
		snprintf(text, sizeof(text), "%0*x", (int)count, sender->sequence);
		put_text(writing, text);
		break;
	default:
		put_payload(writing, dice, kind, count);
	}
}

static void write_template(struct attack_sender *sender, struct letter *letter,
			   const char *template)
{
	const struct attack_tool *tool = sender->from->code->tool;
	struct writing writing = { .letter = letter, .tool = tool, .label_max = tool->label_max };
	unsigned types = 0;

	while (*template) {
		if (*template == '{') {
			char *end;
			unsigned count = (unsigned)strtoul(template + 2, &end, 10);

			put_item(&writing, sender, template[1], count);
			template = end + 1;
		} else if (*template == '.') {
			end_label(&writing);
			template ++;
		} else {
			put(&writing, *template ++);
		}
	}
	end_label(&writing);
	letter->folded_bits += letter->bits;
	while (types < 3 && tool->types[types])
		types++;
	letter->type = tool->types[dice_below(&sender->actor.dice, types)];
	letter->ttl_s = tool->ttl_s;
	letter->rcode = tool->rcode;
	attack_put_zone(sender, letter, attack_next_domain(sender));
}

void attack_tool_encode(struct attack_sender *sender, struct letter *letter)
{
	write_template(sender, letter, sender->from->code->tool->data);
}

bool attack_tool_poll(struct attack_sender *sender, struct letter *letter)
{
	const char *poll = sender->from->code->tool->poll;

	if (!poll)
		return false;
	write_template(sender, letter, poll);
	return true;
}
