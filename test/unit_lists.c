/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists from their files: what is refused of each, what is used in its place, and the copies beside
 * the state file.
 */
#include "fixture.h"
#include "conf/lists.h"
#include "packing.h"
#include "suffix_text.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct seep_hash_key key = { .bytes = "lists", .rounds = SEEP_HASH_1_3 };
static char directory[256];

static const char *path_of(const char *name)
{
	static char paths[4][512];
	static unsigned at;
	char *path = paths[at++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(path_of(name), "w");

	if (!file || fwrite(text, 1, size, file) != size || fclose(file) != 0)
		ok(false, "write %s", path_of(name));
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

/* How many files of the directory begin so; the name of the last one is put into FOUND. */
static unsigned count_files(const char *start, char found[512])
{
	DIR *stream = opendir(directory);
	const struct dirent *entry;
	unsigned count = 0;

	while (stream && (entry = readdir(stream))) {
		if (strncmp(entry->d_name, start, strlen(start)) != 0)
			continue;
		count++;
		if (found)
			snprintf(found, 512, "%s/%s", directory, entry->d_name);
	}
	if (stream)
		closedir(stream);
	return count;
}

/* A start: seep.conf is read, then its lists. */
struct start {
	struct seep_conf conf;
	struct seep_lists lists;
	unsigned said;
	char problem[SEEP_CONF_ERROR_SIZE]; /* the last one that was said */
	char consequence[2048];
	unsigned warned;
	char place[512], warning[1024]; /* the last one */
};

static void take_said(void *context, const char *problem, const char *consequence)
{
	struct start *start = context;

	start->said++;
	snprintf(start->problem, sizeof(start->problem), "%s", problem);
	snprintf(start->consequence, sizeof(start->consequence), "%s", consequence);
}

static void take_warning(void *context, const char *place, const char *text)
{
	struct start *start = context;

	start->warned++;
	snprintf(start->place, sizeof(start->place), "%s", place);
	snprintf(start->warning, sizeof(start->warning), "%s", text);
}

static void begin(struct start *start, const char *text, const char *beside)
{
	struct seep_conf_error error;
	const struct seep_lists_setup setup = {
		.conf = &start->conf,
		.conf_name = "seep.conf",
		.key = &key,
		.beside = beside,
		.say = take_said,
		.warn = take_warning,
		.context = start,
	};

	memset(start, 0, sizeof(*start));
	if (seep_conf_parse(&start->conf, text, strlen(text), "seep.conf", &error) != SEEP_CONF_OK)
		ok(false, "seep.conf: %s", error.text);
	ok(seep_lists_open(&start->lists, &setup) && start->lists.suffixes, "it starts");
}

static void end(struct start *start)
{
	seep_lists_close(&start->lists);
	seep_conf_release(&start->conf);
}

static bool is_allowed(const struct start *start, const char *name)
{
	struct wire wire = wire_of(name);

	return seep_subtrees_cover(start->lists.allowed, wire.bytes, wire.size);
}

/* ---- public-suffix-list ---- */

/* Is the text taken for the list? What is said if not. */
static bool is_suffix_list(const char *text, size_t size, char said[SEEP_CONF_ERROR_SIZE])
{
	struct seep_conf_error error = { .line = 0 };
	struct seep_conf_reader reader = { .name = "list", .error = &error };
	struct seep_suffixes *suffixes;
	bool taken;

	seep_conf_lines_open(&reader, text, size);
	taken = seep_lists_read_suffixes(&reader, &suffixes) == SEEP_CONF_OK;
	said[0] = '\0';
	if (!taken)
		seep_conf_error_format(&error, said);
	seep_suffix_close(suffixes);
	return taken;
}

static char *slurp(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	FILE *out = file ? open_memstream(&text, size) : NULL;
	int c;

	while (out && (c = getc(file)) != EOF)
		putc(c, out);
	if (out)
		fclose(out);
	if (file)
		fclose(file);
	return text;
}

static void test_suffix_text(void)
{
	static const struct {
		const char *text, *said, *why;
	} cases[] = {
		{ "<!DOCTYPE html>\n<html><body>503</body></html>\n",
		  "list:1: \"<!DOCTYPE html>\": expected a rule of the Public Suffix List",
		  "an error page" },
		{ "", "list: the file ends here: expected ===BEGIN ICANN", "nothing" },
		{ "// a comment\n", "list:1: the file ends here: expected ===BEGIN ICANN",
		  "a comment" },
		{ "com\nco.uk\n", "list:1: \"com\" stands in no section: expected ===BEGIN ICANN",
		  "rules without sections" },
		{ "503 Service Unavailable\n",
		  "list:1: \"503 Service Unavailable\" stands in no section: expected ===BEGIN",
		  "an error message" },
		{ "{\"a\": 1}\n", "list:1: \"{\"a\": 1}\": expected a rule", "JSON" },
		{ "// ===BEGIN ICANN DOMAINS===\ncom\nco.uk\n",
		  "list:3: the file ends here: expected ===END ICANN DOMAINS===",
		  "the beginning of the list" },
		{ "// ===BEGIN ICANN DOMAINS===\ncom\n// ===END ICANN DOMAINS===\n",
		  "list:3: the file ends here: expected ===BEGIN PRIVATE DOMAINS===",
		  "a list without a private section" },
		{ "// ===BEGIN PRIVATE DOMAINS===\n",
		  "list:1: \"// ===BEGIN PRIVATE DOMAINS===\": expected ===BEGIN ICANN",
		  "the private section first" },
		{ "// ===BEGIN ICANN DOMAINS===\ncom\n// ===END ICANN DOMAINS===\n"
		  "// ===BEGIN PRIVATE DOMAINS===\ngithub.io\n// ===END PRIVATE DOMAINS===\n",
		  "list: only 2 rules in it: expected the whole list, of at least 5000",
		  "a list of a few rules" },
		{ "// ===BEGIN ICANN DOMAINS===\na..b\n", "list:2: \"a..b\": expected a rule",
		  "an empty label" },
		{ "// ===BEGIN ICANN DOMAINS===\n.b\n", "list:2: \".b\": expected a rule",
		  "an empty first label" },
		{ "// ===BEGIN ICANN DOMAINS===\na.\n", "list:2: \"a.\": expected a rule",
		  "an empty last label" },
		{ "// ===BEGIN ICANN DOMAINS===\na*.b\n", "list:2: \"a*.b\": expected a rule",
		  "half a wildcard" },
		{ "// ===BEGIN ICANN DOMAINS===\n!\n", "list:2: \"!\": expected a rule",
		  "an exception to nothing" },
	};
	char said[SEEP_CONF_ERROR_SIZE];
	size_t size;
	char *text;

	for (size_t at = 0; at < COUNT(cases); at++) {
		ok(!is_suffix_list(cases[at].text, strlen(cases[at].text), said) &&
			   strncmp(said, cases[at].said, strlen(cases[at].said)) == 0,
		   "no list of public suffixes: %s: %s", cases[at].why, said);
	}
	text = suffix_text("*.compute.amazonaws.com\n", &size);
	ok(is_suffix_list(text, size, said), "the whole list: %s", said);
	ok(!is_suffix_list(text, size / 2, said), "its first half: %s", said);
	ok(!is_suffix_list(text, size - 30, said), "all but its last line: %s", said);
	/* Rules that every version has. */
	for (size_t at = 0; at < 3; at++) {
		static const char *const rules[] = { "\nco.uk\n", "\n*.ck\n", "\ngithub.io\n" };
		char *rule = memmem(text, size, rules[at], strlen(rules[at]));
		char first = rule[1];

		rule[1] = 'x';
		if (first == '*')
			rule[2] = 'x';
		ok(!is_suffix_list(text, size, said) && strstr(said, "has no rule"),
		   "a list without a rule that all have: %s", said);
		rule[1] = first;
		if (first == '*')
			rule[2] = '.';
	}
	free(text);
	text = suffix_text("*.uk\n", &size);
	ok(is_suffix_list(text, size, said), "a rule more does no harm: %s", said);
	free(text);
	text = suffix_text("example.com\n", &size);
	ok(!is_suffix_list(text, size, said) &&
		   strstr(said, "list: example.com has a rule of the private section"),
	   "a rule for what is no suffix: %s", said);
	free(text);
}

/* The list as it is published, in both its forms. */
static void test_suffix_files(void)
{
	static const char *const paths[] = { "/usr/share/publicsuffix/public_suffix_list.dat",
					     "/usr/share/publicsuffix/public_suffix_list.dafsa" };

	for (size_t at = 0; at < COUNT(paths); at++) {
		char said[SEEP_CONF_ERROR_SIZE];
		size_t size, taken = 0;
		char *text = slurp(paths[at], &size);

		if (!text) {
			skip("no %s", paths[at]);
			continue;
		}
		ok(is_suffix_list(text, size, said), "%s is taken: %s", paths[at], said);
		ok(!is_suffix_list(text, 3000, said), "the first 3 kB are not: %s", said);
		for (size_t part = 0; part < 50; part++)
			taken += is_suffix_list(text, size * part / 50, said);
		is_int(taken, 0, "nor is any other part of it");
		free(text);
	}
}

static void test_suffixes(void)
{
	char conf[1024];
	struct start start;
	size_t size;
	char *text = suffix_text("own.example\n", &size);

	snprintf(conf, sizeof(conf), "\npublic-suffix-list: %s\n", path_of("psl"));
	put("psl", text, size);
	begin(&start, conf, "");
	is_int(start.said, 0, "a good list of public suffixes: nothing is said");
	is_int(seep_suffix_kind_of(start.lists.suffixes, "own.example"), SEEP_SUFFIX_PRIVATE,
	       "it is in use");
	end(&start);

	put("psl", text, 3000);
	begin(&start, conf, "");
	is_int(start.lists.missing, 1, "the first 3 kB: not in use");
	ok(strstr(start.problem, path_of("psl:")), "said by file and line: %s", start.problem);
	ok(strstr(start.consequence, "system's public suffixes"), "and what is done: %s",
	   start.consequence);
	is_int(seep_suffix_kind_of(start.lists.suffixes, "co.uk"), SEEP_SUFFIX_ICANN,
	       "co.uk is a suffix all the same");
	end(&start);

	/* With a copy. */
	put("psl", text, size);
	begin(&start, conf, path_of("state"));
	end(&start);
	put("psl", text, 3000);
	begin(&start, conf, path_of("state"));
	is_int(start.lists.kept, 1, "with a copy of the good one: that is in use");
	is_int(start.lists.missing, 0, "and none is missing");
	is_int(seep_suffix_kind_of(start.lists.suffixes, "own.example"), SEEP_SUFFIX_PRIVATE,
	       "own.example is a suffix still");
	end(&start);
	free(text);
	unlink(path_of("psl"));
}

/* ---- common-list ---- */

static uint64_t users_of(const struct start *start, const char *name)
{
	struct wire wire = wire_of(name);

	return seep_common_users(start->lists.common, seep_hash_bytes(&key, wire.bytes, wire.size));
}

static void test_common(void)
{
	char conf[1024], wanted[1024], copy[512];
	struct start start;
	struct stat before, after;

	snprintf(conf, sizeof(conf), "common-list: \"%s\"\n", path_of("top"));
	put_text("top", "1,example.com\n");
	begin(&start, conf, "");
	is_int(users_of(&start, "example.com"), 4, "a good common-list is in use");
	is_int(start.said + start.lists.missing + start.lists.kept, 0, "nothing is said");
	end(&start);
	is_int(count_files("state.common-list-", NULL), 0, "without a state file no copy is kept");

	put_text("top", "<!DOCTYPE html>\n");
	begin(&start, conf, path_of("state"));
	ok(start.lists.common == NULL, "a damaged one at the first start: none is in use");
	is_int(start.lists.missing, 1, "it is missing");
	is_int(start.lists.kept, 0, "there is no copy of it");
	snprintf(
		wanted, sizeof(wanted),
		"%s:1: \"<!DOCTYPE html>\": expected a rank from 1, then a comma or a tab, then a name",
		path_of("top"));
	is_str(start.problem, wanted, "said by file and line");
	is_str(start.consequence,
	       "running without this common-list: mend the file, and it is read again within seconds",
	       "and what is done");
	end(&start);
	is_int(count_files("state.common-list-", NULL), 0, "no copy is kept of a damaged one");

	unlink(path_of("top"));
	begin(&start, conf, path_of("state"));
	snprintf(
		wanted, sizeof(wanted),
		"seep.conf:1: common-list: \"%s\" No such file or directory: expected a readable file",
		path_of("top"));
	is_str(start.problem, wanted, "a missing one: said by the line that names it");
	end(&start);

	put_text("top", "1,example.com\n");
	begin(&start, conf, path_of("state"));
	is_int(start.said, 0, "mended: nothing is said");
	end(&start);
	is_int(count_files("state.common-list-", copy), 1, "and a copy is kept");
	is_int(stat(copy, &before), 0, "the copy is there");
	is_int(before.st_mode & 0777, 0600, "for its owner only");
	begin(&start, conf, path_of("state"));
	end(&start);
	is_int(stat(copy, &after), 0, "the copy is there still");
	ok(after.st_ino == before.st_ino, "what has not changed is not written again");

	put_text("top", "1,example.org\nnonsense\n");
	begin(&start, conf, path_of("state"));
	is_int(start.lists.kept, 1, "damaged at a later start: the copy is in use");
	is_int(start.lists.missing, 0, "nothing is missing");
	is_int(users_of(&start, "example.com"), 4, "with what was in it");
	is_int(users_of(&start, "example.org"), 0, "and nothing of the damaged one");
	ok(strstr(start.consequence, copy) && strstr(start.consequence, "last good contents, of 2"),
	   "said with its path and date: %s", start.consequence);
	end(&start);
	unlink(path_of("top"));
	begin(&start, conf, path_of("state"));
	is_int(start.lists.kept, 1, "missing at a later start: the same");
	end(&start);

	put_text("top", "2,example.net\n");
	begin(&start, conf, path_of("state"));
	is_int(start.lists.kept, 0, "mended: the file itself is in use");
	end(&start);
	is_int(count_files("state.common-list-", NULL), 1, "there is one copy");
	unlink(path_of("top"));
	begin(&start, conf, path_of("state"));
	is_int(users_of(&start, "example.net"), 4, "that of the last good contents");
	end(&start);

	/* A copy that is no good either, and one of a list that is not named any more. */
	put_text(copy + strlen(directory) + 1, "nonsense\n");
	begin(&start, conf, path_of("state"));
	is_int(start.lists.missing, 1, "a copy that is damaged is not used");
	end(&start);
	begin(&start, "learning: 0\n", path_of("state"));
	end(&start);
	is_int(count_files("state.", NULL), 0, "the copy of what is named no more is removed");
}

static void test_no_room(void)
{
	char conf[1024];
	struct start start;

	put_text("top", "1,example.com\n");
	snprintf(conf, sizeof(conf), "common-list: %s\n", path_of("top"));
	begin(&start, conf, path_of("nowhere/state"));
	is_int(users_of(&start, "example.com"), 4, "a list that no copy can be kept of is used");
	is_int(start.said, 1, "and it is said");
	ok(strstr(start.problem, "nowhere/state.common-list-") &&
		   strstr(start.problem, "No such file") && strstr(start.consequence, "no copy"),
	   "%s; %s", start.problem, start.consequence);
	end(&start);
	unlink(path_of("top"));
}

/* ---- allow-list ---- */

static void test_allow(void)
{
	char conf[2048];
	struct start start;

	put_text("one", "# names\r\nexample.com\r\n\r\n  *.example.net\t# two\r\nlast.example");
	put_text("two", "example.org\n");
	snprintf(conf, sizeof(conf),
		 "allow-domain: example.edu\nallow-list: \"%s\"\nallow-list: %s\n", path_of("one"),
		 path_of("two"));
	begin(&start, conf, path_of("state"));
	is_int(start.said, 0, "two allow-lists: nothing is said");
	is_int(seep_subtrees_count(start.lists.allowed), 5,
	       "their names, and that of allow-domain");
	ok(is_allowed(&start, "last.example"), "the last name, unended");
	ok(is_allowed(&start, "x.example.org"), "a name of the second list");
	ok(!is_allowed(&start, "x.example.eu"), "no other name");
	end(&start);
	is_int(count_files("state.allow-list-", NULL), 2, "each has its copy");

	put_text("two", "other.example\n0.0.0.0 ads.example\n");
	begin(&start, conf, path_of("state"));
	is_int(start.lists.kept, 1, "one damaged: its copy is in use");
	ok(is_allowed(&start, "example.org"), "with its names");
	ok(!is_allowed(&start, "other.example"), "not those before the mistake");
	ok(is_allowed(&start, "example.com"), "and the other list is as ever");
	end(&start);
	begin(&start, conf, "");
	is_int(start.lists.missing, 1, "without copies: it is missing");
	ok(!is_allowed(&start, "example.org") && !is_allowed(&start, "other.example"),
	   "with all of its names");
	is_str(start.consequence,
	       "running without this allow-list: mend the file, and it is read again within seconds",
	       "said");
	end(&start);

	put_text("two", "");
	begin(&start, conf, path_of("state"));
	is_int(start.lists.kept, 1, "one emptied: its copy is in use");
	ok(strstr(start.problem, "two: the file is empty: expected a domain name, or a comment"),
	   "%s", start.problem);
	end(&start);
	put_text("two", "# none\n");
	begin(&start, conf, path_of("state"));
	is_int(start.said, 0, "one with a comment alone is well");
	ok(!is_allowed(&start, "example.org"), "and has no names");
	end(&start);

	begin(&start, "allow-list: /dev/zero\n", "");
	is_str(start.problem,
	       "seep.conf:1: allow-list: \"/dev/zero\" Not a regular file: expected a readable file",
	       "no file: said by its line");
	end(&start);
	begin(&start, "\nallow-list: /\n", "");
	is_str(start.problem,
	       "seep.conf:2: allow-list: \"/\" Is a directory: expected a readable file",
	       "a directory: said by its line");
	end(&start);

	snprintf(conf, sizeof(conf), "allow-list: %s\n", path_of("one"));
	begin(&start, conf, path_of("state"));
	end(&start);
	is_int(count_files("state.allow-list-", NULL), 1, "one is named no more: nor is its copy");
	begin(&start, "", path_of("state"));
	end(&start);
	unlink(path_of("one"));
	unlink(path_of("two"));
}

/* What opens a public suffix is taken, and warned of by its line. */
static void test_openings(void)
{
	char conf[2048], place[600];
	struct start start;

	put_text("one", "example.com\n\n*.co.uk\nprinter.lan\nwww.github.io\n");
	snprintf(conf, sizeof(conf), "allow-list: %s\n", path_of("one"));
	begin(&start, conf, path_of("state"));
	is_int(start.warned, 1, "of five lines one is a public suffix");
	snprintf(place, sizeof(place), "%s:3", path_of("one"));
	is_str(start.place, place, "which one");
	is_str(start.warning,
	       "allow-list: co.uk is a public suffix: everything below co.uk is not metered, of "
	       "whoever gets a name there: write the domain that is meant, such as example.co.uk",
	       "what it opens, and what to write");
	is_int(start.said, 0, "it is no problem");
	ok(is_allowed(&start, "any.co.uk"), "and it is in force");
	end(&start);

	put_text("one", "github.io\ncom\nbad name\n");
	begin(&start, conf, path_of("state"));
	ok(start.warned == 1 && strstr(start.place, "state.allow-list-"),
	   "of a damaged list nothing is warned of, but of its copy: %s", start.place);
	end(&start);
	put_text("one", "github.io\n");
	begin(&start, conf, "");
	ok(start.warned == 1 && strstr(start.warning, "github.io"), "a private section's suffix");
	end(&start);

	put_text("one", "com\norg\nnet\nde\nat\nch\nfr\nnl\nse\nno\ndk\nfi\n");
	begin(&start, conf, "");
	is_int(start.warned, 11, "of twelve ten are told, and then their number");
	is_str(start.warning,
	       "allow-list: 2 more lines are each a public suffix, too: is it the file that is meant?",
	       "of the rest");
	end(&start);

	begin(&start,
	      "allow-domain: example.com\nvital: *.co.uk\ndomain-policy: org ignore\n"
	      "domain-policy: net flag\nallow-domain: lan\n",
	      "");
	is_int(start.warned, 2, "seep.conf's own lines: vital, and a policy that ignores");
	is_str(start.place, "seep.conf:3", "by their lines");
	ok(strstr(start.warning, "domain-policy: org is a public suffix") &&
		   strstr(start.warning, "is not metered"),
	   "%s", start.warning);
	end(&start);
	unlink(path_of("one"));
}

/* A mistake in an allow-list names the list and the list's line. */
static void test_bad_allow(void)
{
	static const struct {
		const char *text;
		size_t size;
		const char *message;
	} cases[] = {
#define TEXT(literal) literal, sizeof(literal) - 1
		{ TEXT("example.com\n\nexa mple.com\n"),
		  "3: \"mple.com\" after the name: expected one domain name a line" },
		{ TEXT("example.com\nexample.com,\n"),
		  "2: \"example.com,\" has a character that needs a \"\\\" before it in a "
		  "domain name: expected a domain name such as example.com" },
		{ TEXT("127.0.0.1 ads.example\n"),
		  "1: \"ads.example\" after the name: expected one domain name a line" },
		{ TEXT("||example.org^\n"), "1: \"||example.org^\" has a character" },
		{ TEXT("127.0.0.1\n"),
		  "1: \"127.0.0.1\" ends in a number, as an address does: expected" },
		{ TEXT("a\n\"b\"\n"),
		  "2: \"\"b\"\" after the name: expected one domain name a line" },
		{ TEXT("a\0b\n"), "1: a NUL byte: expected text" },
	};

	for (size_t at = 0; at < COUNT(cases); at++) {
		char conf[1024], wanted[1024];
		struct start start;

		put("one", cases[at].text, cases[at].size);
		snprintf(conf, sizeof(conf), "\n\n\n\nallow-list: \"%s\"\n", path_of("one"));
		begin(&start, conf, "");
		snprintf(wanted, sizeof(wanted), "%s:%s", path_of("one"), cases[at].message);
		start.problem[strlen(wanted)] = '\0';
		is_str(start.problem, wanted, "says: %.60s", cases[at].message);
		end(&start);
	}
	unlink(path_of("one"));
}

/* What the engine tells of them. */
static void test_gauges(void)
{
	struct rig rig = { .now_ms = NOW_MS };
	struct seep_conf_error error;
	struct seep_engine_setup setup = { .conf = &rig.conf,
					   .threads = 1,
					   .when_ms = NOW_MS,
					   .lists.kept = 2,
					   .lists.missing = 1 };
	enum seep_passthrough why;

	seep_conf_parse(&rig.conf, "memory-size: 1m\n", 16, "test", &error);
	rig.engine = seep_engine_create(&setup, &why);
	is_int(rig_stat(&rig, "lists.kept"), 2, "seep.lists.kept");
	is_int(rig_stat(&rig, "lists.missing"), 1, "seep.lists.missing");
	rig_close(&rig);
}

/* Lists are read as they are published: packed. Lines are those of the text. */
static void test_packed(void)
{
	static const char text[] = "1,example.com\n2,example.org\n", bad[] = "1,example.com\n<p>\n";
	const struct packing_entry entry = { .name = "top-1m.csv", .method = 8 };
	char conf[1024], wanted[1024];
	struct packing gzip = { .size = 0 }, zip = { .size = 0 }, wrong = { .size = 0 };
	struct start start;

	packing_add_gzip(&gzip, text, strlen(text));
	packing_add_entry(&zip, &entry, text, strlen(text));
	packing_add_gzip(&wrong, bad, strlen(bad));
	snprintf(conf, sizeof(conf), "common-list: %s\nallow-list: %s\n", path_of("top"),
		 path_of("one"));
	put_text("one", "allowed.com\n");
	for (struct packing *packed[] = { &gzip, &zip }, **at = packed; at < packed + COUNT(packed);
	     at++) {
		put("top", (*at)->bytes, (*at)->size);
		begin(&start, conf, "");
		is_int(start.said, 0, "a packed common-list is well");
		is_int(users_of(&start, "example.org"), 4, "and in use");
		end(&start);
	}
	put("top", zip.bytes, zip.size);
	begin(&start, conf, path_of("state"));
	end(&start);
	put("top", zip.bytes, 50);
	begin(&start, conf, path_of("state"));
	snprintf(wanted, sizeof(wanted),
		 "%s: the zip file is cut short: expected the whole file: fetch it again",
		 path_of("top"));
	is_str(start.problem, wanted, "one that is cut short: said by its file");
	is_int(users_of(&start, "example.org"), 4, "and its copy, packed too, is in use");
	is_int(start.lists.kept, 1, "which is counted");
	end(&start);
	put("top", wrong.bytes, wrong.size);
	begin(&start, conf, "");
	snprintf(wanted, sizeof(wanted),
		 "%s:2: \"<p>\": expected a rank from 1, then a comma or a tab, then a name",
		 path_of("top"));
	is_str(start.problem, wanted, "a mistake in a packed list: said by file and line");
	end(&start);
	put_text("top", text);
	free(wrong.bytes);
	wrong = (struct packing){ .size = 0 };
	packing_add_gzip(&wrong, "allowed.org\n", strlen("allowed.org\n"));
	put("one", wrong.bytes, wrong.size);
	begin(&start, conf, "");
	ok(is_allowed(&start, "x.allowed.org"), "an allow-list may be packed, too");
	end(&start);
	begin(&start, "", path_of("state"));
	end(&start);
	free(gzip.bytes);
	free(zip.bytes);
	free(wrong.bytes);
	unlink(path_of("top"));
	unlink(path_of("one"));
}

int main(int argc, char **argv)
{
	const char *temporary = getenv("TMPDIR");

	tap_begin(argc, argv);
	snprintf(directory, sizeof(directory), "%.200s/seep-unit-lists-XXXXXX",
		 temporary ? temporary : "/tmp");
	if (!mkdtemp(directory)) {
		perror(directory);
		return 1;
	}
	tap_run(test_suffix_text);
	tap_run(test_suffix_files);
	tap_run(test_suffixes);
	tap_run(test_common);
	tap_run(test_no_room);
	tap_run(test_allow);
	tap_run(test_openings);
	tap_run(test_bad_allow);
	tap_run(test_packed);
	tap_run(test_gauges);
	ok(rmdir(directory) == 0, "nothing is left in %s", directory);
	return done();
}
