/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics and their manual: seep-stats(7) has every key that the module prints, in its
 * order, with a text; and its sums name keys alone.
 *
 * SEEP_STATS_MAN is the path of the built manual.
 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define KEYS_MOST 100

static const char *keys[KEYS_MOST];
static size_t key_count;

static int take(void *context, const char *key, unsigned long long value)
{
	(void)context, (void)value;
	if (key_count < KEYS_MOST)
		keys[key_count++] = key;
	return 1;
}

static bool is_key(const char *word)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "num.seep.%s", word);
	for (size_t at = 0; at < key_count; at++) {
		if (strcmp(keys[at], word) == 0 || strcmp(keys[at], whole) == 0)
			return true;
	}
	return false;
}

static void test_keys(void)
{
	for (size_t at = 0; at < key_count; at++) {
		const char *key = keys[at];
		size_t same = 0;

		for (size_t other = 0; other < key_count; other++)
			same += strcmp(keys[other], key) == 0;
		is_int(same, 1, "%s is printed once", key);
		ok(strncmp(key, "num.seep.", 9) == 0 || strncmp(key, "seep.", 5) == 0,
		   "%s has Seep's prefix", key);
		ok(strspn(key, "abcdefghijklmnopqrstuvwxyz._") == strlen(key),
		   "%s has no odd bytes", key);
	}
}

/* Each statistic of the manual is `.TP`, `.B KEY` and a line of text. */
static void check_entry(const char *line, const char *next, size_t *found)
{
	is_str(line + 3, *found < key_count ? keys[*found] : "(no more)",
	       "statistic %zu of the manual", *found + 1);
	ok(next && next[0] >= 'A' && next[0] <= 'Z', "%s has a text", line + 3);
	++*found;
}

static void check_sums(char *line, size_t *sums)
{
	char *rest;

	*sums += strchr(line, '=') != NULL;
	for (char *word = strtok_r(line, " +=", &rest); word; word = strtok_r(NULL, " +=", &rest))
		ok(is_key(word), "a sum of the manual has the key %s", word);
}

static void test_printed(void)
{
	ok(key_count > 40 && key_count < KEYS_MOST, "%zu statistics are printed", key_count);
}

static void test_manual(void)
{
	const char *path = getenv("SEEP_STATS_MAN");
	static char text[1 << 16];
	FILE *file = path ? fopen(path, "r") : NULL;
	size_t found = 0, sums = 0;
	bool in_statistics = false, in_sums = false, in_example = false;

	if (!file) {
		skip("SEEP_STATS_MAN is not set");
		return;
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	for (char *line = text, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(line, ".SH ", 4) == 0) {
			in_statistics = strcmp(line, ".SH COUNTERS") == 0 ||
					strcmp(line, ".SH GAUGES") == 0;
			in_sums = strcmp(line, ".SH SUMS") == 0;
		}
		if (in_statistics && strncmp(line, ".B ", 3) == 0)
			check_entry(line, next, &found);
		if (line[0] == '.')
			in_example = strcmp(line, ".EX") == 0;
		else if (in_sums && in_example)
			check_sums(line, &sums);
	}
	is_int(found, key_count, "statistics in the manual");
	is_int(sums, 3, "sums in the manual");
}

int main(int argc, char **argv)
{
	static const struct seep_statistics nothing;

	tap_begin(argc, argv);
	(void)seep_statistics_print(&nothing, &nothing.counters, take, NULL);
	tap_run(test_printed);
	tap_run(test_keys);
	tap_run(test_manual);
	return done();
}
