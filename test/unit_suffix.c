/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Public suffixes: how many labels of a name they are, by which section, and by which of the
 * system's lists.
 */
#include <fcntl.h>
#include <libpsl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "suffix_text.h"

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
	/* in turns, and each twice */
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

/* Labels of any bytes are not the rules that they look like. */
static void test_any_bytes(void)
{
	static const char text[] = "// ===BEGIN ICANN DOMAINS===\ncom\nco.uk\n"
				   "\xe5\x85\xac\xe5\x8f\xb8.cn\n// ===END ICANN DOMAINS===\n";
	static const struct {
		const char *title;
		uint8_t wire[16];
		unsigned labels, suffix;
		uint8_t offsets[3];
	} cases[] = {
		{ "a dot in a label", "\1a\5co.uk", 2, 1, { 0, 2 } },
		{ "a NUL in a label", "\1a\4com\0", 2, 1, { 0, 2 } },
		{ "UTF-8 itself", "\1a\6\xe5\x85\xac\xe5\x8f\xb8\2cn", 3, 1, { 0, 2, 9 } },
		{ "the rule", "\1a\2co\2uk", 3, 2, { 0, 2, 5 } },
	};
	struct seep_suffixes *list = seep_suffix_open(text, sizeof(text) - 1);
	struct seep_suffix_reader *reader = seep_suffix_reader_open(list);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_suffix got =
			seep_suffix_of(reader, cases[i].wire, cases[i].offsets, cases[i].labels);

		is_int(got.labels, cases[i].suffix, "%s: labels", cases[i].title);
		is_bool(got.is_listed, cases[i].suffix == 2, "%s: a rule", cases[i].title);
	}
	is_int(suffix_of(reader, "a.xn--55qx5d.cn").labels, 2, "the xn-- form is the rule");
	seep_suffix_reader_close(reader);
	seep_suffix_close(list);
}

static const char *dist_path, *built_path; /* NULL: libpsl's own */

const char *__real_psl_dist_filename(void);
const char *__real_psl_builtin_filename(void);
const char *__wrap_psl_dist_filename(void);
const char *__wrap_psl_builtin_filename(void);

const char *__wrap_psl_dist_filename(void)
{
	return dist_path ? dist_path : __real_psl_dist_filename();
}

const char *__wrap_psl_builtin_filename(void)
{
	return built_path ? built_path : __real_psl_builtin_filename();
}

/* Writes a list with a rule of its own, AGE_S older than the list inside; not at all if 99. */
static void put_list(const char *path, const char *rule, int age_s)
{
	time_t when = psl_builtin_file_time() - age_s;
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	FILE *out;

	unlink(path);
	if (age_s == 99)
		return;
	out = fopen(path, "w");
	if (!out || fputs(rule, out) < 0 || fclose(out) || utimensat(AT_FDCWD, path, times, 0))
		ok(false, "%s can be written", path);
}

static void test_latest(void)
{
	static const struct {
		const char *title;
		int dist_age_s, built_age_s;
		const char *dist, *rule; /* the only list that has it; NULL: the one inside */
	} cases[] = {
		{ "none", 99, 99, "dist.aa\n", NULL },
		{ "an older one", 5, 99, "dist.aa\n", NULL },
		{ "two of its age", 0, 0, "dist.aa\n", NULL },
		{ "a newer one", -1, 99, "dist.aa\n", "dist.aa" },
		{ "the other, newer", 1, -1, "dist.aa\n", "built.aa" },
		{ "two, the first newest", -2, -1, "dist.aa\n", "dist.aa" },
		{ "two, the second newest", -1, -2, "dist.aa\n", "built.aa" },
		{ "two of an age", -1, -1, "dist.aa\n", "dist.aa" },
		{ "the newest is damaged", -2, -1, ".DAFSA@PSL_0   \nxx", "built.aa" },
		{ "the newest is empty", -2, 1, "", NULL },
	};
	char folder[] = "unit-suffix-XXXXXX", dist[64], built[64];

	if (!ok(mkdtemp(folder), "a folder"))
		return;
	snprintf(dist, sizeof(dist), "%s/dist", folder);
	snprintf(built, sizeof(built), "%s/built", folder);
	dist_path = dist;
	built_path = built;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_suffixes *list;
		bool has_dist, has_built, has_com;

		put_list(dist, cases[i].dist, cases[i].dist_age_s);
		put_list(built, "built.aa\n", cases[i].built_age_s);
		list = seep_suffix_open(NULL, 0);
		has_dist = list && seep_suffix_kind_of(list, "dist.aa") != SEEP_SUFFIX_NONE;
		has_built = list && seep_suffix_kind_of(list, "built.aa") != SEEP_SUFFIX_NONE;
		has_com = list && seep_suffix_kind_of(list, "com") != SEEP_SUFFIX_NONE;
		is_str(has_dist    ? "dist.aa"
		       : has_built ? "built.aa"
		       : has_com   ? "inside"
				   : "nothing",
		       cases[i].rule   ? cases[i].rule
		       : psl_builtin() ? "inside"
				       : "nothing",
		       "%s", cases[i].title);
		ok(!list || seep_suffix_reader_bytes(list) < 100 || has_com,
		   "%s: a reader remembers for the list inside alone", cases[i].title);
		seep_suffix_close(list);
	}
	dist_path = built_path = NULL;
	unlink(dist);
	unlink(built);
	rmdir(folder);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_labels);
	tap_run(test_kinds);
	tap_run(test_any_bytes);
	tap_run(test_latest);
	return done();
}
