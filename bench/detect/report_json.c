/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything measured, as one JSON object; report.py reads it. */
#include "lab.h"

#include <inttypes.h>

/* Text in quotes; families are named by the user's file. */
static void write_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(file, "\\u%04x", c);
		else
			fputc(c, file);
	}
	fputc('"', file);
}

/* What a row of Seep's had; no rival's row has these keys. */
static void write_budget(FILE *file, uint64_t budget_bytes, uint64_t refill_bytes)
{
	if (budget_bytes == METHOD_AUTO)
		fputs(", \"budget_bytes\": null, \"refill_bytes\": null", file);
	else
		fprintf(file, ", \"budget_bytes\": %" PRIu64 ", \"refill_bytes\": %" PRIu64,
			budget_bytes, refill_bytes);
}

/* How often each length was counted, from 0 up to the longest. */
static void write_lengths(FILE *file, const char *key, const uint64_t *counts)
{
	unsigned used = CENSUS_LENGTHS;

	while (used && !counts[used - 1])
		used--;
	fprintf(file, ", \"%s\": [", key);
	for (unsigned i = 0; i < used; i++)
		fprintf(file, "%s%" PRIu64, i ? ", " : "", counts[i]);
	fputc(']', file);
}

static void write_census(const struct census *census, FILE *file)
{
	fprintf(file,
		"  \"census\": {\"days\": %u, \"people\": %u, \"sent\": %" PRIu64
		", \"missing\": %" PRIu64 ", \"www\": %" PRIu64,
		census->days, census->people, census->sent, census->missing, census->www);
	write_lengths(file, "label_lengths", census->labels);
	write_lengths(file, "prefix_lengths", census->prefixes);
	fputs("},\n", file);
}

/* Whom a method disturbed; the keys that a row of any run has. */
static void write_trouble(FILE *file, const struct trouble *trouble)
{
	fprintf(file,
		"\"user_days\": %" PRIu64 ", \"people_days_refused\": %" PRIu64
		", \"people_days_by_user\": %" PRIu64 ", \"people_days_by_domain\": %" PRIu64
		", \"people_days_flagged\": %" PRIu64 ", \"alerts\": %" PRIu64
		", \"domains_refused\": %" PRIu64 ", \"domains_flagged\": %" PRIu64
		", \"queries_refused\": %" PRIu64 ", \"server_days_refused\": %" PRIu64,
		trouble->user_days, trouble->people_days_refused, trouble->people_days_by_user,
		trouble->people_days_by_domain, trouble->people_days_flagged, trouble->alerts,
		trouble->domains_refused, trouble->domains_flagged, trouble->queries_refused,
		trouble->server_days_refused);
}

static void write_benign(const struct lab *lab, FILE *file, unsigned m)
{
	const struct lab_options *options = lab->options;

	fprintf(file, "    {\"method\": \"%s\", ", lab->titles[m]);
	write_trouble(file, &lab->trouble[m]);
	if (m == 0)
		write_budget(file, options->budgets[0], options->refills[0]);
	else if (m >= lab->budget_first)
		write_budget(file, options->budgets[m - lab->budget_first], options->refills[0]);
	if (isfinite(lab->trouble[m].threshold))
		fprintf(file, ", \"threshold\": %.1f", lab->trouble[m].threshold);
	if (m < lab->method_count)
		fprintf(file, ", \"ns_mean\": %.0f, \"ns_p50\": %.0f, \"ns_p99\": %.0f",
			lab->costs[m].ns_mean, lab->costs[m].ns_p50, lab->costs[m].ns_p99);
	fprintf(file, ", \"user_bytes\": %" PRIu64 ", \"domain_bytes\": %" PRIu64 "}",
		lab->user_bytes[m], lab->domain_bytes[m]);
}

static void write_case(const struct lab *lab, FILE *file, size_t i)
{
	const struct attack_case *attack = &lab->cases[i];

	fprintf(file,
		"    {\"case\": \"%s\", \"interval_s\": %g, \"domains\": %u, \"machines\": %u, "
		"\"insiders\": %u, \"file_bytes\": %.0f, \"tool\": %s, \"ran\": %s, \"methods\": [",
		attack->name, attack->interval_s, attack->domains, attack->machines,
		attack->insiders, attack->file_bits / 8, attack->code->tool ? "true" : "false",
		lab->ran[i] ? "true" : "false");
	for (unsigned m = 0; m < lab->method_count; m++) {
		const struct leak *leak = &lab->leaks[i * lab->method_count + m];

		fprintf(file,
			"%s\n      {\"method\": \"%s\", \"names\": %" PRIu64
			", \"refused\": %" PRIu64 ", \"bytes\": %.1f, \"bytes_before_flag\": %.1f, "
			"\"bytes_before_block\": %.1f, \"flag_s\": %.0f, \"block_s\": %.0f}",
			m ? "," : "", lab->titles[m], leak->names, leak->refused, leak->bits / 8,
			leak->before_flag / 8, leak->before_block / 8,
			leak->flag_ms ? ((double)leak->flag_ms - (double)attack->start_ms) / 1000
				      : -1,
			leak->block_ms ? ((double)leak->block_ms - (double)attack->start_ms) / 1000
				       : -1);
	}
	fputs("]}", file);
}

static void write_bot(const struct lab *lab, FILE *file, size_t i)
{
	fputs("    {\"family\": ", file);
	write_text(file, lab->bots[i].family->name);
	fprintf(file, ", \"interval_s\": %g", lab->bots[i].interval_s);
	for (unsigned m = 0; m < 2; m++) {
		const struct catch *catch = &lab->catches[i * 2 + m];

		fprintf(file,
			", \"%s\": {\"caught\": %s, \"in_time\": %s, \"missing\": %u, "
			"\"refused\": %s, \"before_refusal\": %u}",
			m ? "missing_names" : "seep", catch->caught ? "true" : "false",
			catch->in_time ? "true" : "false", catch->missing,
			catch->refused ? "true" : "false", catch->before_refusal);
	}
	fputs("}", file);
}

/* Row by row: each budget with each refill. */
static void write_sweep(const struct lab_options *options, FILE *file,
			const struct lab_sweep *sweep)
{
	fprintf(file,
		"    {\"users\": %u, \"home\": %s, \"common_list\": %s, \"start\": \"%s\", "
		"\"rows\": [",
		sweep->users, sweep->home ? "true" : "false", sweep->has_list ? "true" : "false",
		sweep->is_warm ? "warm" : "cold");
	for (unsigned i = 0; i < options->budget_count * options->refill_count; i++) {
		fputs(i ? ",\n      {" : "\n      {", file);
		write_trouble(file, &sweep->trouble[i]);
		write_budget(file, options->budgets[i / options->refill_count],
			     options->refills[i % options->refill_count]);
		fputc('}', file);
	}
	fputs("]}", file);
}

static void write_sweeps(const struct lab *lab, FILE *file)
{
	const struct lab_options *options = lab->options;

	fprintf(file,
		"{\n  \"days\": %u, \"warm_days\": %u, \"seed\": %" PRIu64 ", \"seconds\": %.0f,\n"
		"  \"refills\": [",
		options->days, options->warm_days, options->seed, lab->seconds);
	for (unsigned i = 0; i < options->refill_count; i++)
		fprintf(file, "%s%" PRIu64, i ? ", " : "", options->refills[i]);
	fputs("],\n  \"sweep\": [\n", file);
	for (size_t i = 0; i < lab->sweep_count; i++) {
		write_sweep(options, file, &lab->sweeps[i]);
		fputs(i + 1 < lab->sweep_count ? ",\n" : "\n", file);
	}
	fputs("  ]\n}\n", file);
}

static void write_run(const struct lab *lab, FILE *file)
{
	const struct lab_options *options = lab->options;

	fprintf(file,
		"{\n  \"users\": %u, \"days\": %u, \"warm_days\": %u, \"seed\": %" PRIu64
		", \"home\": %s, \"names\": %s, \"common_list\": %s, \"settings\": %s,\n"
		"  \"servers\": %" PRIu64
		", \"rate\": %g, \"dga_cover\": %g, \"promise_bytes\": %.0f, "
		"\"seconds\": %.0f,\n"
		"  \"queries\": %" PRIu64 ", \"misses\": %" PRIu64 ", \"domains\": %zu, "
		"\"domains_one_name\": %" PRIu64 ", \"user_days\": %" PRIu64 ",\n",
		options->users, options->days, options->warm_days, options->seed,
		options->home ? "true" : "false", options->names_file ? "true" : "false",
		options->common_list ? "true" : "false", options->settings ? "true" : "false",
		lab->server_count, options->rate, options->dga_cover,
		method_seep_promise(options->budgets[0], options->refills[0], options->days),
		lab->seconds, lab->queries, lab->misses, lab->census.domains.used,
		lab->census.single, lab->user_days);
	write_census(&lab->census, file);
	fputs("  \"benign\": [\n", file);
	for (unsigned m = 0; m < lab->method_count + options->budget_count; m++) {
		write_benign(lab, file, m);
		fputs(m + 1 < lab->method_count + options->budget_count ? ",\n" : "\n", file);
	}
	fputs("  ],\n  \"cases\": [\n", file);
	for (size_t i = 0; i < lab->case_count; i++) {
		write_case(lab, file, i);
		fputs(i + 1 < lab->case_count ? ",\n" : "\n", file);
	}
	fputs("  ],\n  \"bots\": [\n", file);
	for (size_t i = 0; i < lab->bot_count; i++) {
		write_bot(lab, file, i);
		fputs(i + 1 < lab->bot_count ? ",\n" : "\n", file);
	}
	fprintf(file,
		"  ],\n  \"bots_wrongly\": {\"seep\": %" PRIu64 ", \"missing_names\": %" PRIu64
		", \"person_weeks\": %.1f}\n}\n",
		lab->dga_weeks[0], lab->dga_weeks[1], lab->person_weeks);
}

void report_json(const struct lab *lab, FILE *file)
{
	if (lab->options->sweep)
		write_sweeps(lab, file);
	else
		write_run(lab, file);
}
