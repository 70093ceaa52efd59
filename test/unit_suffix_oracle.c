/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Public suffixes as libpsl has them: around every rule of the system's list, as text, compiled and
 * inside libpsl, and of a million generated names.
 */
#include <libpsl.h>

#include "conf/conf_lines.h"
#include "fixture.h"
#include "names/punycode.h"

/* What libpsl says of the suffixes of a name, from the longest on. */
static struct seep_suffix oracle_of(const psl_ctx_t *list, const char *name)
{
	struct seep_suffix suffix = { .labels = 0 };
	unsigned labels = 1;

	for (const char *c = name; *c; c++)
		labels += *c == '.';
	for (const char *dot; labels > 1; name = dot + 1, labels--) {
		char sibling[512];
		bool is_icann;

		dot = strchr(name, '.');
		if (!psl_is_public_suffix(list, name))
			continue;
		is_icann = psl_is_public_suffix2(list, name, PSL_TYPE_ICANN);
		snprintf(sibling, sizeof(sibling), "_%s", dot);
		if (!suffix.labels)
			suffix = (struct seep_suffix){
				.labels = labels,
				.is_listed = true,
				.is_private = !is_icann,
				.is_wildcard = !is_icann && psl_is_public_suffix(list, sibling),
			};
		if (!is_icann)
			continue;
		suffix.icann_labels = labels;
		return suffix;
	}
	suffix.icann_labels = 1;
	if (!suffix.labels) {
		suffix.labels = 1;
		suffix.is_listed =
			psl_is_public_suffix2(list, name, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
	}
	return suffix;
}

/* A list, and libpsl's own view of it. */
struct pair {
	struct seep_suffixes *list;
	struct seep_suffix_reader *reader;
	const psl_ctx_t *oracle;
	unsigned long names, wrong;
};

static void compare(struct pair *pair, const char *name)
{
	struct seep_suffix got = suffix_of(pair->reader, name);
	struct seep_suffix want = oracle_of(pair->oracle, name);

	pair->names++;
	if (!strchr(name, '.') ||
	    (got.labels == want.labels && got.icann_labels == want.icann_labels &&
	     got.is_private == want.is_private && got.is_wildcard == want.is_wildcard &&
	     got.is_listed == want.is_listed))
		return;
	if (pair->wrong++ < 5)
		printf("# %s: %u %u %d %d %d, not %u %u %d %d %d\n", name, got.labels,
		       got.icann_labels, got.is_private, got.is_wildcard, got.is_listed,
		       want.labels, want.icann_labels, want.is_private, want.is_wildcard,
		       want.is_listed);
}

/* The rule's name, its parents, siblings and children. RULE is text without "!" and "*.". */
static void compare_around(struct pair *pair, const char *rule)
{
	static const char *const below[] = { "%s",       "x.%s",           "y.x.%s",   "x%s",
					     "%sx",      "www.%s",         "z.y.x.%s", "co.%s",
					     "com.x.%s", "w.v.u.z.y.x.%s", "xn--x.%s" };
	char name[1024];

	for (size_t i = 0; i < COUNT(below); i++) {
		snprintf(name, sizeof(name), below[i], rule);
		compare(pair, name);
	}
	for (const char *dot = strchr(rule, '.'); dot; dot = strchr(dot + 1, '.')) {
		compare(pair, dot + 1);
		snprintf(name, sizeof(name), "sibling%s", dot);
		compare(pair, name);
		snprintf(name, sizeof(name), "a.sibling%s", dot);
		compare(pair, name);
	}
}

/* The rules of a text as wire-form names have them; the number of them. */
static size_t read_rules(char rules[][256], size_t most)
{
	FILE *in = fopen("/usr/share/publicsuffix/public_suffix_list.dat", "r");
	char line[1024];
	size_t count = 0;

	while (in && count < most && fgets(line, sizeof(line), in)) {
		char *at = line + (line[0] == '!' ? 1 : strncmp(line, "*.", 2) == 0 ? 2 : 0);

		line[strcspn(line, " \t\r\n")] = '\0';
		if (!*at || strncmp(at, "//", 2) == 0)
			continue;
		rules[count][0] = '\0';
		for (char *label = strtok(at, "."); label; label = strtok(NULL, ".")) {
			uint8_t wire[64] = { 0 };
			size_t used = strlen(rules[count]);
			bool is_ascii = true;

			for (const char *c = label; *c; c++)
				is_ascii &= (uint8_t)*c < 0x80;
			if (!is_ascii && !seep_punycode_label(wire, label, strlen(label)))
				ok(false, "%s has a form to travel in", label);
			snprintf(rules[count] + used, 256 - used, "%s%.*s", used ? "." : "",
				 is_ascii ? (int)strlen(label) : wire[0],
				 is_ascii ? label : (char *)wire + 1);
		}
		count++;
	}
	if (in)
		fclose(in);
	return count;
}

/* A name of what rules and other names are made of. */
static void generate(char name[256], char rules[][256], size_t count, uint64_t *state)
{
	static const char *const labels[] = { "x",   "www",      "co", "com", "_",       "city",
					      "a-b", "*",        "ck", "s3",  "compute", "1",
					      "io",  "xn--p1ai", "uk", "b",   "org",     "zz" };
	unsigned more = (unsigned)(random_next(state) % 5);
	const char *rule = rules[random_next(state) % count];

	name[0] = '\0';
	for (; more; more--) {
		strcat(name, labels[random_next(state) % COUNT(labels)]);
		strcat(name, ".");
	}
	/* A rule, a parent of one, or nothing of the list. */
	for (uint64_t cut = random_next(state) % 4; cut > 1 && strchr(rule, '.'); cut--)
		rule = strchr(rule, '.') + 1;
	strcat(name, random_next(state) % 8 ? rule : labels[random_next(state) % COUNT(labels)]);
}

static char rules[20000][256];

static void compare_all(struct pair *pair, const char *title)
{
	size_t count = read_rules(rules, COUNT(rules));
	uint64_t state = 17;
	char name[256];

	pair->reader = pair->list ? seep_suffix_reader_open(pair->list) : NULL;
	if (!ok(pair->reader && pair->oracle, "%s is read", title) || !count)
		return;
	for (size_t i = 0; i < count; i++)
		compare_around(pair, rules[i]);
	ok(count > 5000 && !pair->wrong, "%s: %zu rules, %lu names around them as libpsl has them",
	   title, count, pair->names);
	for (unsigned i = 0; i < 1000000; i++) {
		generate(name, rules, count, &state);
		compare(pair, name);
	}
	is_int(pair->wrong, 0, "%s: and a million generated ones", title);
	seep_suffix_reader_close(pair->reader);
}

static void compare_file(const char *path)
{
	size_t size;
	char *text = seep_conf_lines_read(path, &size);
	struct pair pair = { .list = text ? seep_suffix_open(text, size) : NULL };
	psl_ctx_t *oracle = psl_load_file(path);

	if (text) {
		pair.oracle = oracle;
		compare_all(&pair, path);
	} else {
		skip("no list at %s", path);
	}
	psl_free(oracle);
	seep_suffix_close(pair.list);
	free(text);
}

static void test_oracle_text(void)
{
	compare_file("/usr/share/publicsuffix/public_suffix_list.dat");
}

static void test_oracle_compiled(void)
{
	compare_file("/usr/share/publicsuffix/public_suffix_list.dafsa");
}

static void test_oracle_inside(void)
{
	struct pair pair = { .list = seep_suffix_open_inside(), .oracle = psl_builtin() };

	if (psl_builtin())
		compare_all(&pair, "the list inside");
	else
		skip("no list inside libpsl");
	seep_suffix_close(pair.list);
}

/* The system's: what psl_latest picks. */
static void test_oracle_latest(void)
{
	struct pair pair = { .list = seep_suffix_open(NULL, 0) };
	psl_ctx_t *oracle = psl_latest(NULL);

	pair.oracle = oracle;
	compare_all(&pair, "the system's list");
	psl_free(oracle);
	seep_suffix_close(pair.list);
}

/*
 * Sections and kinds of rules that today's list does not mix. None has two rules for
 * one name: libpsl then finds either.
 */
static void test_oracle_mixed(void)
{
	static const char text[] =
		"loose\n// ===BEGIN ICANN DOMAINS===\n  *.aa\t comment\n!b.aa\nc.aa\ndd\n"
		"ee.dd\n*\n*x.dd\n.dd\nff..dd\n// ===BEGIN PRIVATE DOMAINS===\ngg\nin.gg\n"
		"// ===END ICANN DOMAINS===\r\n// ===BEGIN PRIVATE DOMAINS===\n*.hh\nx.hh\n"
		"!y.hh\n*.z.hh\np.q.r.s.t.u.dd\nown\nUP.dd\r\n// ===END ICANN DOMAINS===\n"
		"// ===BEGIN ICANN DOMAINS===\ncr.dd\r\n*x.dd\nlast.dd";
	static const char *const labels[] = { "aa", "b",     "c",  "dd", "e",   "ee",    "ff",
					      "gg", "hh",    "x",  "y",  "z",   "p",     "q",
					      "r",  "s",     "t",  "u",  "own", "loose", "last",
					      "up", "other", "cr", "in", "*x",  "*",     "" };
	struct pair pair = { .list = seep_suffix_open(text, sizeof(text) - 1) };
	FILE *in = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");
	psl_ctx_t *oracle = psl_load_fp(in);
	uint64_t state = 3;

	fclose(in);
	pair.oracle = oracle;
	pair.reader = seep_suffix_reader_open(pair.list);
	for (unsigned i = 0; i < 300000; i++) {
		static const char *const ends[] = { "aa",    "in.gg", "b.aa",      "dd",
						    "ee.dd", "hh",    "z.hh",      "gg",
						    "own",   "loose", "r.s.t.u.dd" };
		char name[256] = "";

		for (unsigned more = (unsigned)(random_next(&state) % 5); more; more--) {
			strcat(name, labels[random_next(&state) % (COUNT(labels) - 1)]);
			strcat(name, ".");
		}
		strcat(name, ends[random_next(&state) % COUNT(ends)]);
		compare(&pair, name);
	}
	is_int(pair.wrong, 0, "a list of odd rules: as libpsl has it");
	seep_suffix_reader_close(pair.reader);
	seep_suffix_close(pair.list);
	psl_free(oracle);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_oracle_text);
	tap_run(test_oracle_compiled);
	tap_run(test_oracle_inside);
	tap_run(test_oracle_latest);
	tap_run(test_oracle_mixed);
	return done();
}
