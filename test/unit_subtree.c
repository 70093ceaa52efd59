/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of subtrees: which names are taken, and what they cover. */
#include "names/subtree.h"
#include "tap.h"

#include <stdlib.h>

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
/* A string literal's bytes, its own NUL being the root. */
#define WIRE(literal) literal, sizeof(literal)

#define TEN "0123456789"
#define L63 TEN TEN TEN TEN TEN TEN "abc"
#define L62 TEN TEN TEN TEN TEN TEN "ab"
#define L61 TEN TEN TEN TEN TEN TEN "a"

static void test_add(void)
{
	static const struct {
		const char *text;
		enum seep_subtree_status status;
	} cases[] = {
		{ "example.com", SEEP_SUBTREE_OK },
		{ "example.com.", SEEP_SUBTREE_OK },
		{ "*.example.com", SEEP_SUBTREE_OK },
		{ ".example.com", SEEP_SUBTREE_OK },
		{ "com", SEEP_SUBTREE_OK },
		{ "_dmarc.xn--bcher-kva.example", SEEP_SUBTREE_OK },
		{ "", SEEP_SUBTREE_EMPTY_LABEL },
		{ ".", SEEP_SUBTREE_ROOT },
		{ "*.", SEEP_SUBTREE_ROOT },
		{ "..", SEEP_SUBTREE_EMPTY_LABEL },
		{ "..com", SEEP_SUBTREE_EMPTY_LABEL },
		{ "*..com", SEEP_SUBTREE_EMPTY_LABEL },
		{ "example..com", SEEP_SUBTREE_EMPTY_LABEL },
		{ "example.com..", SEEP_SUBTREE_EMPTY_LABEL },
		{ "*", SEEP_SUBTREE_BAD_BYTE },
		{ "*.*.com", SEEP_SUBTREE_BAD_BYTE },
		{ "www.*.com", SEEP_SUBTREE_BAD_BYTE },
		{ "\\*.com", SEEP_SUBTREE_OK },
		{ "https://example.com", SEEP_SUBTREE_BAD_BYTE },
		{ "example.com/", SEEP_SUBTREE_BAD_BYTE },
		{ "exam ple.com", SEEP_SUBTREE_BAD_BYTE },
		{ "0\\/25.2.0.192.in-addr.arpa", SEEP_SUBTREE_OK },
		{ "user@example.com", SEEP_SUBTREE_BAD_BYTE },
		{ "b\xc3\xbc"
		  "cher.example",
		  SEEP_SUBTREE_NOT_ASCII },
		{ "b\\195\\188cher.example", SEEP_SUBTREE_OK },
		{ "a\\.b.example", SEEP_SUBTREE_OK },
		{ "a\\000.example", SEEP_SUBTREE_OK },
		{ "a\\255.example", SEEP_SUBTREE_OK },
		{ "a\\256.example", SEEP_SUBTREE_BAD_ESCAPE },
		{ "a\\25", SEEP_SUBTREE_BAD_ESCAPE },
		{ "a\\25x.example", SEEP_SUBTREE_BAD_ESCAPE },
		{ "a\\2.5.example", SEEP_SUBTREE_BAD_ESCAPE },
		{ "a.example\\", SEEP_SUBTREE_BAD_ESCAPE },
		{ "192.0.2.1", SEEP_SUBTREE_ADDRESS },
		{ "192.0.2.1.", SEEP_SUBTREE_ADDRESS },
		{ "1", SEEP_SUBTREE_ADDRESS },
		{ "2.0.192.in-addr.arpa", SEEP_SUBTREE_OK },
		{ "example.1a", SEEP_SUBTREE_OK },
		{ L63 ".com", SEEP_SUBTREE_OK },
		{ L63 "d.com", SEEP_SUBTREE_LONG_LABEL },
		{ L63 "\\100.com", SEEP_SUBTREE_LONG_LABEL },
		{ L63 "." L63 "." L63 "." L61, SEEP_SUBTREE_OK },
		{ L63 "." L63 "." L63 "." L61 ".", SEEP_SUBTREE_OK },
		{ L63 "." L63 "." L63 "." L62, SEEP_SUBTREE_LONG_NAME },
		{ L63 "." L63 "." L63 "." L61 ".a", SEEP_SUBTREE_LONG_NAME },
		{ L63 "." L63 "." L63 "." L61 ".abc.def", SEEP_SUBTREE_LONG_NAME },
		{ L63 "." L63 "." L63 "." L63, SEEP_SUBTREE_LONG_NAME },
		{ L63 "." L63 "." L63 "." L63 "." L63, SEEP_SUBTREE_LONG_NAME },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		struct seep_subtrees *set = seep_subtrees_create();
		/* A copy of the very size, so that a sanitizer sees a byte read too far. */
		size_t length = strlen(cases[at].text);
		char *exact = malloc(length ? length : 1);
		enum seep_subtree_status status;

		memcpy(exact, cases[at].text, length);
		status = seep_subtrees_add(set, exact, length);
		is_str(seep_subtree_status_text(status), seep_subtree_status_text(cases[at].status),
		       "add \"%s\"", cases[at].text);
		is_int(seep_subtrees_count(set), cases[at].status == SEEP_SUBTREE_OK,
		       "names after \"%s\"", cases[at].text);
		free(exact);
		seep_subtrees_destroy(set);
	}
}

static void test_cover(void)
{
	static const struct {
		const char *text; /* added */
		const char *wire; /* asked */
		size_t length;
		bool covered;
		const char *what;
	} cases[] = {
		{ "example.com", WIRE("\7example\3com"), true, "the name itself" },
		{ "example.com", WIRE("\1a\7example\3com"), true, "a name below" },
		{ "example.com", WIRE("\1a\1b\1c\7example\3com"), true, "a name far below" },
		{ "example.com", WIRE("\12badexample\3com"), false,
		  "a longer label that ends alike" },
		{ "example.com", WIRE("\3bad\7example\3com"), true,
		  "the same bytes as two labels" },
		{ "example.com", WIRE("\3com"), false, "the name above" },
		{ "example.com", WIRE(""), false, "the root" },
		{ "example.com", WIRE("\7example\3net"), false, "another top level" },
		{ "example.com", WIRE("\7example\3com\2jp"), false, "a name that starts alike" },
		{ "example.com", WIRE("\13example.com"), false, "one label with a dot in it" },
		{ "example.com", WIRE("\1a\13example.com"), false,
		  "a label with a dot in it, below" },
		{ "example\\.com", WIRE("\13example.com"), true,
		  "one label with a dot in it, when meant" },
		{ "example\\.com", WIRE("\7example\3com"), false,
		  "two labels, when one was meant" },
		{ "example\\046com", WIRE("\13example.com"), true, "a dot as \\046" },
		{ "a\\000b.com", WIRE("\3a\0b\3com"), true, "a NUL in a label" },
		{ "a\\000b.com", WIRE("\3a\0c\3com"), false, "another byte after the NUL" },
		{ "a\\000b.com", WIRE("\1a\3com"), false, "the label up to the NUL" },
		{ "a.com", WIRE("\3a\0b\3com"), false, "a label that goes on after a NUL" },
		{ "a\\003com.net", WIRE("\5a\3com\3net"), true,
		  "a byte that looks like a label's length" },
		{ "a\\003com.net", WIRE("\1a\3com\3net"), false,
		  "a length where a byte was meant" },
		{ "EXAMPLE.Com", WIRE("\7example\3com"), true, "capitals when added" },
		{ "\\069xample.com", WIRE("\7example\3com"), true, "a capital as \\069" },
		{ "\\Example.com", WIRE("\7example\3com"), true, "a capital after a backslash" },
		{ "*.example.com", WIRE("\7example\3com"), true,
		  "\"*.\" means the name itself, too" },
		{ "*.example.com", WIRE("\1a\7example\3com"), true, "\"*.\" means names below" },
		{ ".example.com", WIRE("\7example\3com"), true,
		  "\".\" in front means the name itself, too" },
		{ ".example.com", WIRE("\1a\7example\3com"), true,
		  "\".\" in front means names below" },
		{ "\\*.example.com", WIRE("\1*\7example\3com"), true, "a star that is meant" },
		{ "\\*.example.com", WIRE("\1a\7example\3com"), false,
		  "a star that is meant is no wildcard" },
		{ "com", WIRE("\3com"), true, "a top level" },
		{ "com", WIRE("\7example\3com"), true, "below a top level" },
		{ "com", WIRE("\5excom"), false, "a longer top level" },
		{ "b\\195\\188cher.example", WIRE("\7b\303\274cher\7example"), true,
		  "bytes outside ASCII" },
		{ L63 ".com", WIRE("\77" L63 "\3com"), true, "a label of 63 bytes" },
		{ L63 ".com", WIRE("\76" L62 "\3com"), false, "one of 62" },
		{ L63 "." L63 "." L63 "." L61, WIRE("\77" L63 "\77" L63 "\77" L63 "\75" L61), true,
		  "255 bytes" },
		{ L61, WIRE("\77" L63 "\77" L63 "\77" L63 "\75" L61), true, "255 bytes, below" },
		/* Not whole names. */
		{ "com", "\3com", 4, false, "no root at the end" },
		{ "com", "\3com", 3, false, "cut within a label" },
		{ "com", "\3com", 0, false, "no bytes at all" },
		{ "com", "\3com\0", 6, false, "a byte too many" },
		{ "com", WIRE("\300\3com"), false, "a compression pointer" },
		{ "com", WIRE("\100" L63 "d\3com"), false, "a label of 64 bytes" },
		{ L62, WIRE("\77" L63 "\77" L63 "\77" L63 "\76" L62), false, "256 bytes" },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		struct seep_subtrees *set = seep_subtrees_create();
		uint8_t *exact = malloc(cases[at].length ? cases[at].length : 1);

		memcpy(exact, cases[at].wire, cases[at].length);
		is_bool(seep_subtrees_cover(set, exact, cases[at].length), false,
			"an empty set: %s", cases[at].what);
		seep_subtrees_add(set, cases[at].text, strlen(cases[at].text));
		is_bool(seep_subtrees_cover(set, exact, cases[at].length), cases[at].covered,
			"%s %s: %s", cases[at].text,
			cases[at].covered ? "covers" : "does not cover", cases[at].what);
		free(exact);
		seep_subtrees_destroy(set);
	}
	is_bool(seep_subtrees_cover(NULL, (const uint8_t *)"\3com", 5), false,
		"no set covers nothing");
	is_int(seep_subtrees_count(NULL), 0, "no set has no names");
	is_int(seep_subtrees_memory_bytes(NULL), 0, "no set has no memory");
	seep_subtrees_destroy(NULL);
}

/*
 * At every fill of a small table: a name that is not there is looked for in bounded time, and not
 * found.
 */
static void test_few(void)
{
	struct seep_subtrees *set = seep_subtrees_create();
	unsigned made_up = 0;

	for (unsigned at = 0; at < 300; at++) {
		char text[16];

		snprintf(text, sizeof(text), "n%u", at);
		seep_subtrees_add(set, text, strlen(text));
		made_up += seep_subtrees_cover(set, (const uint8_t *)"\4none", 6);
	}
	is_int(made_up, 0, "a name that is not there is in no set of 1 to 300 names");
	seep_subtrees_destroy(set);
}

/*
 * Through several growths: every name that went in is covered, and its sibling that did not is not.
 */
static void test_many(void)
{
	enum { NAMES = 50000 };
	struct seep_subtrees *set = seep_subtrees_create();
	unsigned lost = 0, made_up = 0, refused = 0;
	size_t bytes;

	for (int pass = 0; pass < 2; pass++) {
		for (unsigned at = 0; at < NAMES; at++) {
			char text[64];

			snprintf(text, sizeof(text), "n%u.d%u.example", at, at % 100);
			refused += seep_subtrees_add(set, text, strlen(text)) != SEEP_SUBTREE_OK;
		}
		is_int(seep_subtrees_count(set), NAMES, "names after pass %d", pass);
	}
	is_int(refused, 0, "no name was refused");
	for (unsigned at = 0; at < 2 * NAMES; at++) {
		char first[16], second[16];
		uint8_t wire[64];
		int length;
		bool covered;

		snprintf(first, sizeof(first), "n%u", at);
		snprintf(second, sizeof(second), "d%u", at % 100);
		length = snprintf((char *)wire, sizeof(wire), "\3www%c%s%c%s\7example",
				  (int)strlen(first), first, (int)strlen(second), second);
		covered = seep_subtrees_cover(set, wire, (size_t)length + 1);
		lost += at < NAMES && !covered;
		made_up += at >= NAMES && covered;
	}
	is_int(lost, 0, "every name that was added covers the one below it");
	is_int(made_up, 0, "none of %d others is covered", NAMES);
	bytes = seep_subtrees_memory_bytes(set);
	ok(bytes > NAMES * 30 && bytes < NAMES * 100,
	   "memory is 30 to 100 bytes a name: %zu for %d", bytes, NAMES);
	seep_subtrees_destroy(set);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_add);
	tap_run(test_cover);
	tap_run(test_few);
	tap_run(test_many);
	return done();
}
