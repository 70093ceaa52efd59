/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of a memory packed for the state file, and put back once; see base/lines.h. */
#include "base/lines.h"
#include "fixture.h"

/* The lines that were unpacked. */
struct taken {
	uint64_t words[64 * SEEP_LINE_WORDS];
	unsigned count;
};

static void take_line(void *context, uint64_t line, const uint64_t *words)
{
	struct taken *taken = context;

	memcpy(taken->words + line * SEEP_LINE_WORDS, words, 64);
	taken->count++;
}

static void test_lines(void)
{
	static uint64_t words[64 * SEEP_LINE_WORDS];
	static const struct seep_lines lines = { (const _Atomic uint64_t *)words, 64 };
	static struct taken taken;
	static uint64_t packed[64 * 9];
	size_t at = 0, used = 0;
	uint64_t last, next = 0;

	words[0] = words[8 * 5 + 7] = words[8 * 6] = words[8 * 63 + 1] = 3;
	for (unsigned i = 0; at < 64 && i < 64; i++) {
		used = seep_lines_pack(&lines, &at, packed, 80);
		ok(used <= 80 && seep_lines_unpack(packed, used, 64, &next, take_line, &taken),
		   "a piece of at most 80 bytes");
	}
	ok(memcmp(words, taken.words, sizeof(words)) == 0, "together they are all");
	is_int(taken.count, 4, "of the lines that are not zero");
	at = 0;
	used = seep_lines_pack(&lines, &at, packed, sizeof(packed));
	is_int(used, 3 * 8 + 4 * 64, "in runs");
	is_int(next, 64, "behind the last");
	ok(!seep_lines_unpack(packed, used, 64, &next, take_line, &taken),
	   "a second time: refused");
	is_int(taken.count, 4, "and not taken");
	for (size_t cut = 1; cut < used; cut++) {
		next = 0;
		if (cut != 72 && cut != 72 + 136)
			ok(!seep_lines_unpack(packed, cut, 64, &next, take_line, &taken),
			   "cut at %zu", cut);
	}
	next = 0;
	ok(!seep_lines_unpack(packed, used, 63, &next, take_line, &taken),
	   "beyond the memory: refused");
	is_int(seep_lines_place(5, 8, 16, &last), 10, "twice as many: from the double");
	is_int(last, 11, "two places");
	is_int(seep_lines_place(5, 8, 4, &last), 2, "half as many: the half");
	is_int(last, 2, "one place");
	is_int(seep_lines_place(7, 8, 8, &last), 7, "as many: the same");
	is_int(last, 7, "one place");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_lines);
	return done();
}
