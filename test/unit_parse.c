/* SPDX-License-Identifier: BSD-3-Clause */
/* Names in text: what they are in wire form, and what is wrong with those that are none. */
#include "names/parse.h"
#include "names/name.h"
#include "fixture.h"

static enum seep_parse_status parse(const char *text, enum seep_parse_rule rule, struct wire *wire)
{
	return seep_parse_name(wire->bytes, &wire->size, text, strlen(text), rule);
}

static void test_names(void)
{
	static const struct {
		const char *text, *same; /* what wire_of takes */
	} cases[] = {
		{ "www.example.com", "www.example.com" },
		{ "www.example.com.", "www.example.com" },
		{ "WWW.Example.COM", "www.example.com" },
		{ "Www.a\\.b.Example.", "www.a\\.b.example" },
		{ "\\065\\066", "ab" },
		{ "\\A", "a" },
		{ "\\000\\255", "\\000\\255" },
		{ "_x-9", "_x-9" },
		{ ".", "." },
	};
	struct wire wire;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wanted = wire_of(cases[i].same);

		memset(&wire, 0xee, sizeof(wire));
		is_int(parse(cases[i].text, SEEP_PARSE_HOST, &wire), SEEP_PARSE_OK, "%s",
		       cases[i].text);
		ok(wire.size == wanted.size && !memcmp(wire.bytes, wanted.bytes, wanted.size),
		   "%s in wire form", cases[i].text);
	}
}

static void test_faults(void)
{
	static const struct {
		const char *text;
		enum seep_parse_status host, printable;
	} cases[] = {
		{ "", SEEP_PARSE_EMPTY, SEEP_PARSE_EMPTY },
		{ "a..b", SEEP_PARSE_EMPTY_LABEL, SEEP_PARSE_EMPTY_LABEL },
		{ ".a", SEEP_PARSE_EMPTY_LABEL, SEEP_PARSE_EMPTY_LABEL },
		{ "..", SEEP_PARSE_EMPTY_LABEL, SEEP_PARSE_EMPTY_LABEL },
		{ "a\\", SEEP_PARSE_BAD_ESCAPE, SEEP_PARSE_BAD_ESCAPE },
		{ "a\\25", SEEP_PARSE_BAD_ESCAPE, SEEP_PARSE_BAD_ESCAPE },
		{ "a\\256", SEEP_PARSE_BAD_ESCAPE, SEEP_PARSE_BAD_ESCAPE },
		{ "a b", SEEP_PARSE_BAD_BYTE, SEEP_PARSE_OK },
		{ "a\xc3\xa4", SEEP_PARSE_NOT_ASCII, SEEP_PARSE_OK },
		{ "a\tb", SEEP_PARSE_BAD_BYTE, SEEP_PARSE_CONTROL },
		{ "a\177", SEEP_PARSE_BAD_BYTE, SEEP_PARSE_CONTROL },
	};
	struct wire wire;

	for (size_t i = 0; i < COUNT(cases); i++) {
		is_int(parse(cases[i].text, SEEP_PARSE_HOST, &wire), cases[i].host,
		       "fault %zu, of a host name", i);
		is_int(parse(cases[i].text, SEEP_PARSE_PRINTABLE, &wire), cases[i].printable,
		       "fault %zu, of any name", i);
	}
}

/* Labels of 63 bytes and names of 255 are the longest. */
static void test_longest(void)
{
	char text[512];
	struct wire wire;

	memset(text, 'a', sizeof(text));
	text[63] = '\0';
	is_int(parse(text, SEEP_PARSE_HOST, &wire), SEEP_PARSE_OK, "63 bytes are a label");
	text[63] = 'a';
	text[64] = '\0';
	is_int(parse(text, SEEP_PARSE_HOST, &wire), SEEP_PARSE_LONG_LABEL, "64 are none");
	memset(text, 'a', sizeof(text));
	for (int i = 1; i < 256; i += 2)
		text[i] = '.';
	text[253] = '\0';
	is_int(parse(text, SEEP_PARSE_HOST, &wire), SEEP_PARSE_OK, "127 labels are a name");
	is_int(wire.size, 255, "of 255 bytes");
	text[253] = '.';
	text[255] = '\0';
	is_int(parse(text, SEEP_PARSE_HOST, &wire), SEEP_PARSE_LONG_NAME, "one more is none");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_names);
	tap_run(test_faults);
	tap_run(test_longest);
	return done();
}
