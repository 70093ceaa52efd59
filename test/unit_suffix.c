/* SPDX-License-Identifier: BSD-3-Clause */
/* Public suffixes: how many labels of a name they are, by which section, asked once and again. */
#include "fixture.h"
#include "names/suffix.h"
#include "suffix_text.h"

static struct seep_suffix suffix_of(struct seep_suffix_reader *reader, const char *text)
{
	struct wire wire = wire_of(text);
	uint8_t offsets[128];
	unsigned labels = 0;

	for (size_t at = 0; wire.bytes[at]; at += 1u + wire.bytes[at])
		offsets[labels++] = (uint8_t)at;
	return seep_suffix_of(reader, wire.bytes, offsets, labels);
}

static void test_labels(void)
{
	static const struct {
		const char *name;
		struct seep_suffix suffix;
	} cases[] = {
		{ "www.example.com", { 1, 1, false, false, true } },
		{ "com", { 1, 1, false, false, false } },
		{ "a.example.co.jp", { 2, 2, false, false, true } },
		{ "co.jp", { 2, 2, false, false, true } },
		{ "a.b.kawasaki.jp", { 3, 3, false, false, true } },
		{ "a.city.kawasaki.jp", { 2, 2, false, false, true } },
		{ "me.github.io", { 2, 1, true, false, true } },
		{ "x.any.wild.example", { 3, 1, true, true, true } },
		{ "x.own.wild.example", { 2, 1, true, false, true } },
		{ "a.b.no-such-tld", { 1, 1, false, false, false } },
		{ "printer.lan", { 1, 1, false, false, false } },
		{ "0b1c2d3e-uuid.local", { 1, 1, false, false, false } },
		{ "vitalik.eth", { 1, 1, false, false, false } },
	};
	size_t size;
	char *text = suffix_text("*.wild.example\n!own.wild.example\n", &size);
	struct seep_suffixes *list = seep_suffix_open(text, size);
	struct seep_suffix_reader *reader = list ? seep_suffix_reader_open(list) : NULL;

	ok(reader, "a list in text is read");
	/* the second time from what the reader remembers */
	for (size_t i = 0; reader && i < 2 * COUNT(cases); i++) {
		const char *name = cases[i % COUNT(cases)].name;
		const struct seep_suffix *want = &cases[i % COUNT(cases)].suffix;
		struct seep_suffix got = suffix_of(reader, name);

		is_int(got.labels, want->labels, "%s: labels", name);
		is_int(got.icann_labels, want->icann_labels, "%s: ICANN's", name);
		is_bool(got.is_private, want->is_private, "%s: private", name);
		is_bool(got.is_wildcard, want->is_wildcard, "%s: a wildcard", name);
		is_bool(got.is_listed, want->is_listed, "%s: by a rule", name);
	}
	seep_suffix_reader_close(reader);
	seep_suffix_close(list);
	free(text);
}

static void test_kinds(void)
{
	size_t size;
	char *text = suffix_text("own.example\n", &size);
	struct seep_suffixes *list = seep_suffix_open(text, size);

	is_int(seep_suffix_kind_of(list, "co.uk"), SEEP_SUFFIX_ICANN, "co.uk is ICANN's");
	is_int(seep_suffix_kind_of(list, "own.example"), SEEP_SUFFIX_PRIVATE,
	       "own.example is private");
	is_int(seep_suffix_kind_of(list, "example.com"), SEEP_SUFFIX_NONE, "example.com is none");
	seep_suffix_close(list);
	free(text);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_labels);
	tap_run(test_kinds);
	return done();
}
