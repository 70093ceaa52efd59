/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of common domains: what it takes, what it says of a domain, what it refuses. */
#include <stdlib.h>
#include <unistd.h>

#include "common.h"
#include "fixture.h"
#include "tap.h"

static const uint8_t key[SEEP_HASH_KEY_BYTES] = "common";
static struct seep_suffix_reader *suffixes;
static char path[] = "/tmp/seep-common-XXXXXX";

static struct seep_common *open_text(const char *text, size_t size, struct seep_common_error *error)
{
	FILE *file = fopen(path, "w");

	fwrite(text, 1, size, file);
	fclose(file);
	return seep_common_open(path, key, suffixes, error);
}

static uint64_t users_of(const struct seep_common *common, const char *wire, size_t size)
{
	return seep_common_users(common, seep_hash_bytes(key, wire, size));
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
	struct seep_common_error error;
	struct seep_common *common = open_text(text, sizeof(text) - 1, &error);

	if (!ok(common != NULL, "the list is read: %s", common ? "" : error.text))
		return;
	is_int(seep_common_domains(common), 5, "five domains");
	is_int(USERS(common, "\7example\3com"), 1000, "rank 1: a thousand, no more");
	is_int(USERS(common, "\7example\3org"), 1000, "of two names the better rank, 400, counts");
	is_int(USERS(common, "\7example\2co\2uk"), 10, "rank 100,000 in capitals: ten");
	is_int(USERS(common, "\4last\3net"), 1, "rank 1,000,000: one");
	is_int(USERS(common, "\6beyond\3net"), 0, "beyond: none");
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
		{ "1,a.com\nexample.com\n", ":2: expected a rank" },
		{ "0,example.com\n", ":1: expected a rank" },
		{ "-1,example.com\n", ":1: expected a rank" },
		{ "99999999999999999999999,example.com\n", ":1: expected a rank" },
		{ "1 example.com\n", ":1: expected a rank" },
		{ "1,\n", ":1: expected a domain name" },
		{ "1,a..com\n", ":1: expected a domain name" },
		{ "# nothing\n", "at least one domain" },
		{ "", "at least one domain" },
	};
	struct seep_common_error error;
	char longest[2000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seep_common *common =
			open_text(cases[i].text, strlen(cases[i].text), &error);

		ok(!common && strstr(error.text, cases[i].expected) &&
			   strncmp(error.text, path, strlen(path)) == 0,
		   "refused: %s", common ? "no" : error.text);
		seep_common_close(common);
	}
	memset(longest, '1', sizeof(longest));
	ok(!open_text(longest, sizeof(longest), &error) && strstr(error.text, ":1: expected lines"),
	   "a line too long: %s", error.text);
	ok(!seep_common_open("/nowhere/list", key, suffixes, &error) &&
		   strstr(error.text, "/nowhere/list: No such file"),
	   "no file: %s", error.text);
}

static void test_many(void)
{
	struct seep_common_error error;
	struct seep_common *common;
	FILE *file = fopen(path, "w");
	unsigned wrong = 0;

	for (unsigned n = 1; n <= 50000; n++)
		fprintf(file, "%u,d%u.com\n", n, n);
	fclose(file);
	common = seep_common_open(path, key, suffixes, &error);
	for (unsigned n = 1; common && n <= 50000; n++) {
		uint8_t wire[32];
		int label = snprintf((char *)wire + 1, 24, "d%u", n);
		uint64_t want = 1000000 / n > 1000 ? 1000 : 1000000 / n;

		wire[0] = (uint8_t)label;
		memcpy(wire + 1 + label, "\3com", 5);
		wrong += seep_common_users(common, seep_hash_bytes(key, wire, (size_t)label + 6)) !=
			 want;
	}
	ok(common && !wrong, "50,000 domains, each with its rank: %u wrong", wrong);
	ok(common && seep_common_bytes(common) <= 50000 * 32, "in at most 32 bytes each");
	seep_common_close(common);
}

int main(void)
{
	struct seep_suffixes *list = seep_suffix_open("");
	int file = mkstemp(path);

	suffixes = list ? seep_suffix_reader_open(list) : NULL;
	if (!suffixes || file < 0) {
		printf("Bail out! no public suffix list, or no temporary file\n");
		return 1;
	}
	close(file);
	test_ranks();
	test_wrong();
	test_many();
	unlink(path);
	seep_suffix_reader_close(suffixes);
	seep_suffix_close(list);
	return done();
}
