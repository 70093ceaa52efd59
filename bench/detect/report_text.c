/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables, as aligned text. */
#include "lab.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

void report_print_bytes(char *text, size_t size, double bytes)
{
	static const char units[] = "BkMGT";
	unsigned unit = 0;

	while (bytes >= 9999.5 && unit < 4) {
		bytes /= 1000;
		unit++;
	}
	if (unit)
		snprintf(text, size, bytes < 100 ? "%.1f%c" : "%.0f%c", bytes, units[unit]);
	else
		snprintf(text, size, "%.0f", bytes);
}

static double capped(const struct attack_case *attack, double bits)
{
	double most = attack->file_bits * attack->machines;

	return (most > 0 && bits > most ? most : bits) / 8;
}

static void print_head(const struct lab *lab, FILE *file)
{
	const struct lab_options *options = lab->options;

	fprintf(file,
		"Seep against its rivals: %u people%s, %" PRIu64
		" servers, %u days after %u of warm-up, "
		"seed %" PRIu64 "%s%s%s\n\n",
		options->users, options->home ? " at home" : "", lab->server_count, options->days,
		options->warm_days, options->seed,
		options->names_file ? ", real popular names" : "",
		options->common_list ? ", common-list" : "", options->settings ? ", settings" : "");
	census_print(&lab->census, file, lab->queries);
	fprintf(file, "  %-44s %11.1f%%\n\n", "answered from cache",
		100.0 * (double)(lab->queries - lab->misses) /
			(double)(lab->queries + !lab->queries));
}

double report_bytes(const struct lab *lab, size_t i, unsigned m)
{
	return capped(&lab->cases[i], lab->leaks[i * lab->method_count + m].bits);
}

static double per_1000(uint64_t count, uint64_t user_days)
{
	return 1000.0 * (double)count / (double)(user_days + !user_days);
}

static void print_rate(FILE *file, bool known, uint64_t count, uint64_t user_days)
{
	if (known)
		fprintf(file, " %9.3f", per_1000(count, user_days));
	else
		fprintf(file, " %9s", "-");
}

static void print_trouble_row(const struct lab *lab, FILE *file, unsigned m)
{
	const struct trouble *trouble = &lab->trouble[m];
	bool is_seep = m == 0 || m >= lab->budget_first;
	uint64_t days = trouble->user_days;

	fprintf(file, "  %-24s", lab->titles[m]);
	print_rate(file, true, trouble->people_days_refused, days);
	print_rate(file, is_seep, trouble->people_days_by_user, days);
	print_rate(file, is_seep, trouble->people_days_by_domain, days);
	print_rate(file, true, trouble->people_days_flagged, days);
	print_rate(file, is_seep, trouble->alerts, days);
	print_rate(file, true, trouble->domains_refused, days);
	print_rate(file, true, trouble->domains_flagged, days);
	fprintf(file, " %9" PRIu64, trouble->server_days_refused);
	if (isfinite(trouble->threshold))
		fprintf(file, " %9.1f\n", trouble->threshold);
	else
		fprintf(file, " %9s\n", "-");
}

static void print_trouble(const struct lab *lab, FILE *file)
{
	fprintf(file,
		"Ordinary users disturbed, per 1000 user-days (%" PRIu64
		" user-days of people; rivals tuned to %g "
		"on the warm-up)\n",
		lab->user_days, lab->options->rate);
	fprintf(file, "  %-24s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "", "refused", "by user",
		"by domain", "flagged", "alerts", "domains", "domains", "servers'", "threshold");
	fprintf(file, "  %-24s %9s %9s %9s %9s %9s %9s %9s %9s\n", "", "days", "meter", "meter",
		"days", "", "refused", "flagged", "days ref.");
	for (unsigned m = 0; m < lab->method_count + lab->options->budget_count; m++) {
		if (m == lab->budget_first)
			fprintf(file, "  Seep with other budgets:\n");
		print_trouble_row(lab, file, m);
	}
	fputc('\n', file);
}

static void print_leak_head(const struct lab *lab, FILE *file)
{
	fprintf(file,
		"Payload that leaves, in bytes: before the first refusal, and over %u days (`never`: not refused "
		"at all)\n",
		lab->options->days);
	fprintf(file, "  %-26s %8s", "case", "offered");
	for (unsigned m = 0; m < lab->method_count; m++)
		fprintf(file, " | %-15.15s", lab->titles[m]);
	fprintf(file, "\n  %-26s %8s", "", "");
	for (unsigned m = 0; m < lab->method_count; m++)
		fprintf(file, " | %7s %7s", "before", "all");
	fputc('\n', file);
}

/* What the senders would have got out with nobody there. */
static double offered(const struct lab *lab, size_t i)
{
	const struct leak *leak = &lab->leaks[i * lab->method_count];
	double most = 0;

	for (unsigned m = 0; m < lab->method_count; m++) {
		double names = (double)(leak[m].names - leak[m].refused);
		double all = names > 0 ? leak[m].bits * (double)leak[m].names / names : 0;

		if (all > most)
			most = all;
	}
	return capped(&lab->cases[i], most);
}

static void print_leaks(const struct lab *lab, FILE *file)
{
	print_leak_head(lab, file);
	for (size_t i = 0; i < lab->case_count; i++) {
		const struct attack_case *attack = &lab->cases[i];
		char before[16], all[16];

		if (!lab->ran[i]) {
			fprintf(file, "  %-26s needs more machines than there are\n", attack->name);
			continue;
		}
		report_print_bytes(all, sizeof(all), offered(lab, i));
		fprintf(file, "  %-26s %8s", attack->name, all);
		for (unsigned m = 0; m < lab->method_count; m++) {
			const struct leak *leak = &lab->leaks[i * lab->method_count + m];

			report_print_bytes(before, sizeof(before),
					   capped(attack, leak->before_block));
			report_print_bytes(all, sizeof(all), capped(attack, leak->bits));
			fprintf(file, " | %7s %7s", leak->block_ms ? before : "never", all);
		}
		fputc('\n', file);
	}
	fputc('\n', file);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_catches(const struct lab *lab, FILE *file, unsigned m, const char *title)
{
	uint32_t *missing = util_zeroed(lab->bot_count, sizeof(*missing));
	uint32_t *refusals = util_zeroed(lab->bot_count, sizeof(*refusals));
	size_t caught = 0, in_time = 0, refused = 0;

	for (size_t i = 0; i < lab->bot_count; i++) {
		const struct catch *catch = &lab->catches[i * 2 + m];

		if (catch->caught)
			missing[caught++] = catch->missing;
		in_time += catch->in_time;
		if (catch->refused)
			refusals[refused++] = catch->before_refusal;
	}
	qsort(missing, caught, sizeof(*missing), by_number);
	qsort(refusals, refused, sizeof(*refusals), by_number);
	fprintf(file, "  %-24s %8.1f%% %8.1f%% %8u %8u %9.3f%%  %8.1f%% %8u\n", title,
		100.0 * (double)caught / (double)lab->bot_count,
		100.0 * (double)in_time / (double)lab->bot_count, caught ? missing[caught / 2] : 0,
		caught ? missing[caught * 9 / 10] : 0,
		100.0 * (double)lab->dga_weeks[m] / lab->person_weeks,
		100.0 * (double)refused / (double)lab->bot_count,
		refused ? refusals[refused / 2] : 0);
	free(missing);
	free(refusals);
}

static void print_bots(const struct lab *lab, FILE *file)
{
	if (!lab->bot_count)
		return;
	fprintf(file,
		"Bots with domain generation: %zu families at 1 s, 30 s and 600 s a name, %zu bots; "
		"published: 99.8 %% caught, 0.05 %% of hosts a week wrongly\n",
		lab->families.count, lab->bot_count);
	if (lab->options->dga_cover > 0)
		fprintf(file,
			"  Each name of theirs among %g domains that exist and nobody else uses\n",
			lab->options->dga_cover);
	fprintf(file, "  %-24s %9s %9s %8s %8s %10s  %9s %8s\n", "", "caught", "in time", "after",
		"after", "wrongly", "refused", "after");
	fprintf(file, "  %-24s %9s %9s %8s %8s %10s  %9s %8s\n", "", "", "", "median", "90 %",
		"a week", "(any way)", "median");
	print_catches(lab, file, 0, "seep");
	print_catches(lab, file, 1, "missing names an hour");
	fputc('\n', file);
}

static void print_costs(const struct lab *lab, FILE *file)
{
	fprintf(file, "Cost of one observation (batches of 16), and memory\n");
	fprintf(file, "  %-24s %8s %8s %8s %12s %14s\n", "", "mean ns", "p50 ns", "p99 ns",
		"bytes/user", "bytes/domain");
	for (unsigned m = 0; m < lab->method_count; m++) {
		const struct cost *cost = &lab->costs[m];

		fprintf(file, "  %-24s %8.0f %8.0f %8.0f %12" PRIu64 " %14" PRIu64 "\n",
			lab->titles[m], cost->ns_mean, cost->ns_p50, cost->ns_p99,
			lab->user_bytes[m], lab->domain_bytes[m]);
	}
	fprintf(file,
		"  (compressed bytes: for each user and domain of the day, and its text beside)\n\n");
}

void report_text(const struct lab *lab, FILE *file)
{
	print_head(lab, file);
	print_trouble(lab, file);
	if (lab->case_count)
		print_leaks(lab, file);
	print_bots(lab, file);
	print_costs(lab, file);
	report_aims(lab, file);
	fprintf(file, "%.0f seconds\n", lab->seconds);
}
