/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of common domains: what it takes, what it says of a domain, what it refuses. */
#include <stdlib.h>

#include "fixture.h"
#include "conf/lists_read.h"
#include "tap.h"

static const struct seep_hash_key key = { .bytes = "common", .rounds = SEEP_HASH_1_3 };
static struct seep_suffix_reader *suffixes;

/* The list, or NULL and what is wrong with it. */
static struct seep_common *open_text(const char *text, size_t size, char said[SEEP_CONF_ERROR_SIZE])
{
	struct seep_conf_error error = { .line = 0 };
	struct seep_conf_reader reader = { .name = "list", .error = &error };
	struct seep_common *common;

	seep_conf_lines_open(&reader, text, size);
	if (seep_lists_read_common(&reader, &key, suffixes, &common) != SEEP_CONF_OK)
		seep_conf_error_format(&error, said);
	return common;
}

static uint64_t users_of(const struct seep_common *common, const char *wire, size_t size)
{
	return seep_common_users(common, seep_hash_bytes(&key, wire, size));
}

#define USERS(common, wire) users_of(common, wire, sizeof(wire))

static void test_ranks(void)
{
	static const char text[] = "# a comment\n"
				   "1,example.com\n"
				   "5000,www.example.org\r\n"
				   "400\tmail.example.org\n"
				   "\n"
				   "100000,Example.CO.UK\n"
				   "1000000,last.net\n"
				   "1000001,beyond.net";
	char said[SEEP_CONF_ERROR_SIZE] = "";
	struct seep_common *common = open_text(text, sizeof(text) - 1, said);

	if (!ok(common != NULL, "the list is read: %s", said))
		return;
	is_int(seep_common_domains(common), 5, "five domains");
	is_int(USERS(common, "\7example\3com"), 4, "rank 1: four");
	is_int(USERS(common, "\7example\3org"), 4, "of two names the better rank, 400, counts");
	is_int(USERS(common, "\7example\2co\2uk"), 2, "rank 100,000 in capitals: two");
	is_int(USERS(common, "\4last\3net"), 2, "rank 1,000,000: two");
	is_int(USERS(common, "\6beyond\3net"), 2, "beyond: two");
	is_int(USERS(common, "\7another\3com"), 0, "not in the list: none");
	is_int(USERS(common, "\3www\7example\3org"), 0, "a name is no domain");
	is_int(seep_common_users(NULL, 1), 0, "no list: none");
	seep_common_close(common);
}

static void test_wrong(void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "1,a.com\nexample.com\n", "list:2: \"example.com\": expected a rank" },
		{ "0,example.com\n", "list:1: \"0,example.com\": expected a rank" },
		{ "-1,example.com\n", "list:1: \"-1,example.com\": expected a rank" },
		{ "99999999999999999999999,x.com\n",
		  "list:1: \"99999999999999999999999,x.com\": expected a rank" },
		{ "1 example.com\n", "list:1: \"1 example.com\": expected a rank" },
		{ "<!DOCTYPE html>\n<html>\n", "list:1: \"<!DOCTYPE html>\": expected a rank" },
		{ "1,\n", "list:1: \"1,\": expected a domain name" },
		{ "1,a..com\n", "list:1: \"1,a..com\": expected a domain name" },
		{ "# nothing\n", "list: no domain in it: expected at least one line" },
		{ "", "list: no domain in it: expected at least one line" },
	};
	char said[SEEP_CONF_ERROR_SIZE] = "";
	char longest[SEEP_CONF_LINE_MAX + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seep_common *common = open_text(cases[i].text, strlen(cases[i].text), said);

		ok(!common && strncmp(said, cases[i].expected, strlen(cases[i].expected)) == 0,
		   "refused: %s", common ? "no" : said);
		seep_common_close(common);
	}
	memset(longest, '1', sizeof(longest));
	ok(!open_text(longest, sizeof(longest), said) && strstr(said, ":1: line of more than"),
	   "a line too long: %s", said);
	ok(!open_text("1,a.com\n2,\0b.com\n", 16, said) && strstr(said, "list:2: a NUL byte"),
	   "bytes that are no text: %s", said);
}

static void test_many(void)
{
	char said[SEEP_CONF_ERROR_SIZE] = "";
	struct seep_common *common;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	unsigned wrong = 0;

	for (unsigned n = 1; n <= 50000; n++)
		fprintf(file, "%u,d%u.com\n", n, n);
	fclose(file);
	common = open_text(text, size, said);
	free(text);
	for (unsigned n = 1; common && n <= 50000; n++) {
		uint8_t wire[32];
		int label = snprintf((char *)wire + 1, 24, "d%u", n);
		uint64_t want = n <= 1000 ? 4 : 2;

		wire[0] = (uint8_t)label;
		memcpy(wire + 1 + label, "\3com", 5);
		wrong += seep_common_users(common,
					   seep_hash_bytes(&key, wire, (size_t)label + 6)) != want;
	}
	ok(common && !wrong, "50,000 domains, each with its rank: %u wrong %s", wrong, said);
	ok(common && seep_common_bytes(common) <= 50000 * 32, "in at most 32 bytes each");
	seep_common_close(common);
}

int main(int argc, char **argv)
{
	struct seep_suffixes *list = seep_suffix_open(NULL, 0);

	tap_begin(argc, argv);
	suffixes = list ? seep_suffix_reader_open(list) : NULL;
	if (!suffixes) {
		printf("Bail out! no public suffix list\n");
		return 1;
	}
	tap_run(test_ranks);
	tap_run(test_wrong);
	tap_run(test_many);
	seep_suffix_reader_close(suffixes);
	seep_suffix_close(list);
	return done();
}
