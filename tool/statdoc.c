/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints what seep-stats(7) says of each statistic, from their tables: the COUNTERS or
 * (--gauges) the GAUGES, those that stand for words with their values.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "roff.h"
#include "seep_mode.h"

struct statistic {
	const char *key;
	const char *text;
};

static const struct statistic counters[] = {
#define SEEP_COUNTER(field, key, unit, text) { key, text },
#include "seep_counters.def"
};

static const struct statistic gauges[] = {
#define SEEP_GAUGE(field, key, text) { key, text },
#include "seep_counters.def"
};

/* The gauges whose numbers are words. */
static const struct value {
	const char *key;
	int number;
	const char *text;
} values[] = {
#define MODE(constant, number, text)        { "seep.mode", number, text },
#define PASSTHROUGH(constant, number, text) { "seep.passthrough", number, text },
#define STATE(constant, number, text)       { "seep.state", number, text },
	SEEP_MODES(MODE) SEEP_PASSTHROUGHS(PASSTHROUGH) SEEP_STATE_STATUSES(STATE)
#undef MODE
#undef PASSTHROUGH
#undef STATE
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_values(const char *key)
{
	bool any = false;

	for (size_t at = 0; at < COUNT(values); at++) {
		if (strcmp(values[at].key, key) != 0)
			continue;
		if (!any)
			puts(".RS");
		any = true;
		printf(".IP %d 4\n", values[at].number);
		roff_put_sentences(values[at].text);
	}
	if (any)
		puts(".RE");
}

static void print_statistics(const struct statistic *all, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		printf(".TP\n.B %s\n", all[at].key);
		roff_put_sentences(all[at].text);
		print_values(all[at].key);
	}
}

int main(int argc, char **argv)
{
	bool is_gauges = argc == 2 && strcmp(argv[1], "--gauges") == 0;

	if (argc > 1 && !is_gauges) {
		fprintf(stderr, "usage: statdoc [--gauges]\n");
		return 2;
	}
	if (is_gauges)
		print_statistics(gauges, COUNT(gauges));
	else
		print_statistics(counters, COUNT(counters));
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("statdoc");
		return 1;
	}
	return 0;
}
