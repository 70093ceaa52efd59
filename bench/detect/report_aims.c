/* SPDX-License-Identifier: BSD-3-Clause */
/* What is aimed at, in one line each, for every method: worst of the cases. */
#include "lab.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "report.h"

/* The cases that one aim is about, as patterns of names; NULL ends them. */
static const char *const one_domain[] = { "base32/10s", "base32/100s", "base32/1000s",
					  "base32/10000s", NULL };
static const char *const domains[] = { "base32/*s/10d", "base32/*s/100d", "base32/*s/1000d", NULL };
static const char *const encodings[] = { "words/*", "short9/*", "triples/*", "hex/*", "dotted/*",
					 "hosts/*", "tiny/*",   "base64/*",  NULL };
static const char *const books[] = { "codebook*", "widebook/*", "domainbook/*", "types*", NULL };
static const char *const registered[] = { "dyndns/*", NULL };
static const char *const machines[] = { "base32/*s/[0-9]*m", NULL };
static const char *const cunning[] = { "base32/frog", "base32/office", "base32/10s/popular*",
				       NULL };
static const char *const slow_tools[] = { "*/100s", "*/1000s", "*/10000s", NULL };

static bool matches(const char *const *patterns, const char *name)
{
	for (; *patterns; patterns++) {
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	}
	return false;
}

/* The most that leaked in any of the cases, a machine. */
static double worst(const struct lab *lab, const char *const *patterns, unsigned m)
{
	double most = -1;

	for (size_t i = 0; i < lab->case_count; i++) {
		const struct attack_case *attack = &lab->cases[i];
		double bytes;

		if (!lab->ran[i] || !matches(patterns, attack->name) ||
		    (patterns == slow_tools) != (attack->code->tool != NULL))
			continue;
		bytes = report_bytes(lab, i, m) / attack->machines;
		if (bytes > most)
			most = bytes;
	}
	return most;
}

static void print_row(const struct lab *lab, FILE *file, const char *title,
		      const char *const *patterns, const char *aim)
{
	char text[16];

	fprintf(file, "  %-52s", title);
	for (unsigned m = 0; m < lab->method_count; m++) {
		double bytes = worst(lab, patterns, m);

		report_print_bytes(text, sizeof(text), bytes);
		fprintf(file, " %10s", bytes < 0 ? "-" : text);
	}
	fprintf(file, "   %s\n", aim);
}

/* The least of a file that was still unsent at the first refusal, or at the end
 * if there was none. */
static double least_unsent(const struct lab *lab, unsigned m)
{
	double least = INFINITY;

	for (size_t i = 0; i < lab->case_count; i++) {
		const struct leak *leak = &lab->leaks[i * lab->method_count + m];
		double sent;

		if (!lab->ran[i] || lab->cases[i].file_bits <= 0)
			continue;
		sent = leak->before_block / lab->cases[i].file_bits;
		least = fmin(least, sent > 1 ? 0 : 1 - sent);
	}
	return least;
}

static void print_unsent(const struct lab *lab, FILE *file)
{
	fprintf(file, "  %-52s", "tools, 20 kB file: least share unsent when stopped");
	for (unsigned m = 0; m < lab->method_count; m++) {
		double least = least_unsent(lab, m);

		if (isfinite(least))
			fprintf(file, " %9.1f%%", 100 * least);
		else
			fprintf(file, " %10s", "-");
	}
	fprintf(file, "   over 95%%\n");
}

static void print_blocks(const struct lab *lab, FILE *file)
{
	fprintf(file, "  %-52s", "false blocks in 1000 user-days");
	for (unsigned m = 0; m < lab->method_count; m++) {
		const struct trouble *trouble = &lab->trouble[m];

		fprintf(file, " %10.3f",
			1000.0 * (double)trouble->people_days_refused /
				(double)(trouble->user_days + !trouble->user_days));
	}
	fprintf(file, "   0.1\n");
}

static void print_times(const struct lab *lab, FILE *file)
{
	fprintf(file, "  %-52s", "one observation, p50 / p99, ns");
	for (unsigned m = 0; m < lab->method_count; m++) {
		char text[24];

		snprintf(text, sizeof(text), "%.0f/%.0f", lab->costs[m].ns_p50,
			 lab->costs[m].ns_p99);
		fprintf(file, " %10s", text);
	}
	fprintf(file, "   150 / 500\n");
}

void report_aims(const struct lab *lab, FILE *file)
{
	const struct lab_options *options = lab->options;
	double bound = method_seep_promise(options->budgets[0], options->refills[0], options->days);
	char aim[64];

	if (!lab->case_count)
		return;
	fprintf(file,
		"The aims: worst case of each kind, payload bytes a machine over %u days\n  %-52s",
		options->days, "");
	for (unsigned m = 0; m < lab->method_count; m++)
		fprintf(file, " %10.10s", lab->titles[m]);
	snprintf(aim, sizeof(aim), "at most %.0f", bound);
	fprintf(file, "   aim\n");
	print_row(lab, file, "one domain, 0.75 down to 0.00075 B/s", one_domain, aim);
	print_row(lab, file, "10, 100, 1000 domains", domains, "no more than on one domain");
	print_row(lab, file, "other encodings", encodings, "the same, 20% either way");
	print_row(lab, file, "codebooks and types, nothing new", books, aim);
	print_row(lab, file, "registered names under dynamic DNS", registered, aim);
	print_row(lab, file, "2, 10, 50 machines, of each", machines, aim);
	print_row(lab, file, "boiling frog, office hours, made popular", cunning, aim);
	print_row(lab, file, "tools slowed to 100 s a query or slower", slow_tools, aim);
	print_unsent(lab, file);
	print_blocks(lab, file);
	print_times(lab, file);
	fputc('\n', file);
}
