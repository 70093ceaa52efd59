/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything measured, as one JSON object. */
#include "lab.h"

#include <inttypes.h>

static void write_trouble(const struct lab *lab, FILE *file, unsigned m)
{
	const struct trouble *trouble = &lab->trouble[m];

	fprintf(file,
		"    {\"method\": \"%s\", \"user_days\": %" PRIu64
		", \"people_days_refused\": %" PRIu64 ", \"people_days_by_user\": %" PRIu64
		", \"people_days_by_domain\": %" PRIu64 ", \"people_days_flagged\": %" PRIu64
		", \"alerts\": %" PRIu64 ", \"domains_refused\": %" PRIu64
		", \"domains_flagged\": %" PRIu64 ", \"queries_refused\": %" PRIu64
		", \"server_days_refused\": %" PRIu64,
		lab->titles[m], trouble->user_days, trouble->people_days_refused,
		trouble->people_days_by_user, trouble->people_days_by_domain,
		trouble->people_days_flagged, trouble->alerts, trouble->domains_refused,
		trouble->domains_flagged, trouble->queries_refused, trouble->server_days_refused);
	if (isfinite(trouble->threshold))
		fprintf(file, ", \"threshold\": %.1f", trouble->threshold);
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
		"\"insiders\": %u, \"file_bytes\": %.0f, \"ran\": %s, \"methods\": [",
		attack->name, attack->interval_s, attack->domains, attack->machines,
		attack->insiders, attack->file_bits / 8, lab->ran[i] ? "true" : "false");
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
	fprintf(file, "    {\"family\": \"%s\", \"interval_s\": %g", lab->bots[i].family->name,
		lab->bots[i].interval_s);
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

void report_json(const struct lab *lab, FILE *file)
{
	const struct lab_options *options = lab->options;

	fprintf(file,
		"{\n  \"users\": %u, \"days\": %u, \"warm_days\": %u, \"seed\": %" PRIu64
		", \"home\": %s, \"names\": %s, \"common_list\": %s,\n"
		"  \"queries\": %" PRIu64 ", \"misses\": %" PRIu64 ", \"domains\": %zu, "
		"\"domains_one_name\": %" PRIu64 ", \"user_days\": %" PRIu64 ",\n  \"benign\": [\n",
		options->users, options->days, options->warm_days, options->seed,
		options->home ? "true" : "false", options->names_file ? "true" : "false",
		options->common_list ? "true" : "false", lab->queries, lab->misses,
		lab->census.domains.used, lab->census.single, lab->user_days);
	for (unsigned m = 0; m < lab->method_count + options->budget_count; m++) {
		write_trouble(lab, file, m);
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
