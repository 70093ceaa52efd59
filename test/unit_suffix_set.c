/* SPDX-License-Identifier: BSD-3-Clause */
/* The set of rules: where a walk ends, labels chosen to collide, damaged lists, xn-- forms. */
#include "fixture.h"
#include "names/label_hash.h"
#include "names/punycode.h"
#include "names/suffix_set.h"

/* Reads SIZE bytes behind a compiled list's first line, no byte of room behind them. */
static struct seep_suffix_set *read_compiled(const char *graph, size_t size)
{
	static const char first[] = ".DAFSA@PSL_0   \n";
	char *text = malloc(16 + size);
	struct seep_suffix_set *set;

	memcpy(text, first, 16);
	memcpy(text + 16, graph, size);
	set = seep_suffix_set_read(text, 16 + size);
	free(text);
	return set;
}

static bool is_compiled(const char *graph, size_t size)
{
	struct seep_suffix_set *set = read_compiled(graph, size);

	seep_suffix_set_free(set);
	return set;
}

static void test_compiled(void)
{
	/* libpsl's own example: the rules "a" and "aa" */
	static const char example[] = "\x81\xe1\x02\x81\x8f\x61\x84";
	struct seep_suffix_set *set = read_compiled(example, 7);
	static char far[70002];
	char same[300];
	uint32_t node = 0;

	if (!ok(set, "a small one is read"))
		return;
	is_int(seep_suffix_set_step(set, &node, (const uint8_t *)"\2aa"),
	       SEEP_RULE_ICANN | SEEP_RULE_THERE, "with its rule");
	node = 0;
	is_int(seep_suffix_set_step(set, &node, (const uint8_t *)"\1a"), 15 | SEEP_RULE_THERE,
	       "and the other");
	seep_suffix_set_free(set);
	memcpy(far, "\xe1\x11\x70", 3); /* 70000 bytes on */
	memcpy(far + sizeof(far) - 2, "a\x84", 2);
	ok(is_compiled(far, sizeof(far)), "an offset of three bytes");
	ok(!is_compiled("\x81\x1f\x43\x65\x84", 5),
	   "a rule with letters outside ASCII is left out");
	ok(!is_compiled("\x81\x62\x9f\x81\x43\x84", 6),
	   "such a letter may follow a node's first part");
	memset(same, 'a', sizeof(same));
	same[0] = (char)0x81;
	same[256] = (char)0x84;
	ok(!is_compiled(same, sizeof(same)), "no label of 255 bytes");
	same[256] = 'a';
	same[299] = (char)0x84;
	ok(!is_compiled(same, sizeof(same)), "nor any longer word");
}

/* A compiled list that is damaged anywhere is refused or read, within bounds and in time. */
static void test_damaged(void)
{
	static const char example[] = "\x81\xe1\x02\x81\x8f\x61\x84";
	char graph[300];
	uint64_t state = 5;
	int read = 0;

	for (size_t size = 0; size < 6; size++)
		ok(!is_compiled(example, size), "cut at %zu it is not read", size);
	/* Nodes with the next one twice among their children: 2^90 paths. */
	graph[0] = (char)0x81;
	for (size_t at = 1; at < 271; at += 3)
		memcpy(graph + at, "\xe1\x02\x80", 3);
	memset(graph + 271, 0x85, sizeof(graph) - 271);
	ok(!is_compiled(graph, sizeof(graph)), "nor one of endless paths");
	for (unsigned i = 0; i < 100000; i++) {
		size_t size = (size_t)(random_next(&state) % 200);

		for (size_t at = 0; at < size; at++)
			graph[at] = (char)(random_next(&state) >> 32);
		read += is_compiled(graph, size);
	}
	ok(read > 0, "of 100000 of random bytes %d are read", read);
}

/* A walk goes on only where a longer name may have a rule. */
static void test_walk(void)
{
	static const char text[] = "// ===BEGIN ICANN DOMAINS===\ncom\na.co.com\n*.ck\njp\n"
				   "// ===END ICANN DOMAINS===\n";
	static const struct {
		const char *title;
		uint8_t labels[3][8];
		unsigned at_last;
	} cases[] = {
		{ "com", { "\3com" }, SEEP_RULE_ICANN | SEEP_RULE_THERE | SEEP_RULE_BELOW },
		{ "site.com", { "\3com", "\4site" }, 0 },
		{ "co.com", { "\3com", "\2co" }, SEEP_RULE_BELOW },
		{ "a.co.com", { "\3com", "\2co", "\1a" }, SEEP_RULE_ICANN | SEEP_RULE_THERE },
		{ "a.com", { "\3com", "\1a" }, 0 },
		{ "jp", { "\2jp" }, SEEP_RULE_ICANN | SEEP_RULE_THERE },
		{ "ck", { "\2ck" }, SEEP_RULE_ICANN | SEEP_RULE_THERE | SEEP_RULE_WILDCARD },
	};
	struct seep_suffix_set *set = seep_suffix_set_read(text, sizeof(text) - 1);

	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned rule = 0;
		uint32_t node = 0;

		for (size_t label = 0; label < 3 && cases[i].labels[label][0]; label++)
			rule = seep_suffix_set_step(set, &node, cases[i].labels[label]);
		is_int(rule, cases[i].at_last, "%s: what is there", cases[i].title);
	}
	seep_suffix_set_free(set);
}

static int compare_hashes(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t hash_of(char text[16], unsigned number)
{
	uint8_t label[16];
	int length = snprintf(text, 16, "n%u", number);

	label[0] = (uint8_t)length;
	memcpy(label + 1, text, (size_t)length);
	return seep_label_hash_finish(seep_label_hash_mix(0, label));
}

/* Labels that somebody chose for having the hash of a rule are not the rule. */
static void test_collisions(void)
{
	enum { rules_here = 20000 };
	static uint32_t hashes[rules_here];
	static char text[rules_here * 8 + 64];
	char label[16], name[32];
	size_t size = 0;
	struct seep_suffixes *list;
	struct seep_suffix_reader *reader;
	unsigned found = 0, listed = 0;

	for (unsigned i = 0; i < rules_here; i++) {
		hashes[i] = hash_of(label, i);
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s\n", label);
	}
	list = seep_suffix_open(text, size);
	reader = seep_suffix_reader_open(list);
	qsort(hashes, rules_here, sizeof(hashes[0]), compare_hashes);
	for (unsigned i = rules_here; i < 3000000; i++) {
		uint32_t hash = hash_of(label, i);

		if (!bsearch(&hash, hashes, rules_here, sizeof(hash), compare_hashes))
			continue;
		snprintf(name, sizeof(name), "www.%s", label);
		found++;
		listed += suffix_of(reader, name).is_listed;
	}
	ok(found > 3 && !listed, "%u labels with the hash of a rule, none taken for it", found);
	is_bool(suffix_of(reader, "www.n19999").is_listed, true, "the rules are");
	seep_suffix_reader_close(reader);
	seep_suffix_close(list);
}

/* RFC 3492, 7.1, and what is no label. */
static void test_punycode(void)
{
	static const struct {
		const char *text, *label;
	} cases[] = {
		{ "b\u00fccher", "xn--bcher-kva" },
		{ "\u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587",
		  "xn--ihqwcrb4cv8a8dqg056pqjye" },
		{ "\u305d\u306e\u30b9\u30d4\u30fc\u30c9\u3067", "xn--d9juau41awczczp" },
		{ "pr\u00e9c\u00e9dent", "xn--prcdent-cyab" },
		{ "\U0001f600", "xn--e28h" },
		{ "", "" },
		{ "a\xff", "" },
		{ "\x80\xbc", "" },
		{ "a\xc3", "" },
		{ "a\xc3(", "" },
		{ "\u00fc0123456789012345678901234567890123456789012345678901234567", "" },
		{ "012345678901234567890123456789012345678901234567890123456789\u00fc", "" },
		{ "0123456789012345678901234567890123456789012345678901234567890123\u00fc", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t label[65] = { 0 };
		size_t length = seep_punycode_label(label, cases[i].text, strlen(cases[i].text));

		is_int(length, strlen(cases[i].label), "%s: its length", cases[i].text);
		is_str(length ? (char *)label + 1 : "", cases[i].label, "%s", cases[i].text);
	}
	is_int(seep_punycode_label((uint8_t[64]){ 0 }, "\u00fc", 1), 0, "half a letter");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_walk);
	tap_run(test_collisions);
	tap_run(test_compiled);
	tap_run(test_damaged);
	tap_run(test_punycode);
	return done();
}
