/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything measured, as one JSON object; report.py reads it. */
#include "lab.h"

#include "json.h"
#include "seep_options.h"

/* What a row of Seep's had; no rival's row has these keys. */
static void write_budget(struct json *json, uint64_t budget_bytes, uint64_t refill_bytes)
{
	if (budget_bytes == SEEP_AUTO) {
		json_null(json, "budget_bytes");
		json_null(json, "refill_bytes");
	} else {
		json_number(json, "budget_bytes", budget_bytes);
		json_number(json, "refill_bytes", refill_bytes);
	}
}

/* How often each length was counted, from 0 up to the longest. */
static void write_lengths(struct json *json, const char *key, const uint64_t *counts)
{
	unsigned used = CENSUS_LENGTHS;

	while (used && !counts[used - 1])
		used--;
	json_open(json, key, '[');
	for (unsigned i = 0; i < used; i++)
		json_number(json, NULL, counts[i]);
	json_close(json);
}

static void write_census(struct json *json, const struct census *census)
{
	json_open(json, "census", '{');
	json_number(json, "days", census->days);
	json_number(json, "people", census->people);
	json_number(json, "sent", census->sent);
	json_number(json, "missing", census->missing);
	json_number(json, "www", census->www);
	write_lengths(json, "label_lengths", census->labels);
	write_lengths(json, "prefix_lengths", census->prefixes);
	json_close(json);
}

/* Whom a method disturbed; the keys that a row of any run has. */
static void write_trouble(struct json *json, const struct trouble *trouble)
{
	json_number(json, "user_days", trouble->user_days);
	json_number(json, "people_days_refused", trouble->people_days_refused);
	json_number(json, "people_days_by_user", trouble->people_days_by_user);
	json_number(json, "people_days_by_domain", trouble->people_days_by_domain);
	json_number(json, "people_days_flagged", trouble->people_days_flagged);
	json_number(json, "alerts", trouble->alerts);
	json_number(json, "domains_refused", trouble->domains_refused);
	json_number(json, "domains_flagged", trouble->domains_flagged);
	json_number(json, "queries_refused", trouble->queries_refused);
	json_number(json, "server_days_refused", trouble->server_days_refused);
}

static void write_benign(struct json *json, const struct lab *lab, unsigned m)
{
	const struct lab_options *options = lab->options;

	json_open(json, NULL, '{');
	json_text(json, "method", lab->titles[m]);
	write_trouble(json, &lab->trouble[m]);
	if (m == 0)
		write_budget(json, options->budgets.numbers[0], options->refills.numbers[0]);
	else if (m >= lab->budget_first)
		write_budget(json, options->budgets.numbers[m - lab->budget_first],
			     options->refills.numbers[0]);
	if (isfinite(lab->trouble[m].threshold))
		json_decimal(json, "threshold", lab->trouble[m].threshold, 1);
	if (m < lab->method_count) {
		json_decimal(json, "ns_mean", lab->costs[m].ns_mean, 0);
		json_decimal(json, "ns_p50", lab->costs[m].ns_p50, 0);
		json_decimal(json, "ns_p99", lab->costs[m].ns_p99, 0);
	}
	json_number(json, "user_bytes", lab->user_bytes[m]);
	json_number(json, "domain_bytes", lab->domain_bytes[m]);
	json_close(json);
}

/* Seconds from the attack's start until then; -1 if it never was. */
static void write_delay(struct json *json, const char *key, const struct attack_case *attack,
			uint64_t then_ms)
{
	json_decimal(json, key, then_ms ? ((double)then_ms - (double)attack->start_ms) / 1000 : -1,
		     0);
}

static void write_leak(struct json *json, const struct attack_case *attack, const char *title,
		       const struct leak *leak)
{
	json_open(json, NULL, '{');
	json_text(json, "method", title);
	json_number(json, "names", leak->names);
	json_number(json, "refused", leak->refused);
	json_decimal(json, "bytes", leak->bits / 8, 1);
	json_decimal(json, "bytes_before_flag", leak->before_flag / 8, 1);
	json_decimal(json, "bytes_before_block", leak->before_block / 8, 1);
	write_delay(json, "flag_s", attack, leak->flag_ms);
	write_delay(json, "block_s", attack, leak->block_ms);
	json_close(json);
}

static void write_case(struct json *json, const struct lab *lab, size_t i)
{
	const struct attack_case *attack = &lab->cases[i];

	json_open(json, NULL, '{');
	json_text(json, "case", attack->name);
	json_decimal(json, "interval_s", attack->interval_s, 3);
	json_number(json, "domains", attack->domains);
	json_number(json, "machines", attack->machines);
	json_number(json, "insiders", attack->insiders);
	json_number(json, "readers", attack->readers);
	json_text(json, "network", network_names[attack->network]);
	json_decimal(json, "start_day",
		     (double)(attack->start_ms - START_MS) / DAY_MS -
			     (double)lab->options->warm_days,
		     1);
	json_decimal(json, "file_bytes", attack->file_bits / 8, 0);
	json_bool(json, "tool", attack->code->tool);
	json_bool(json, "ran", lab->ran[i]);
	json_open(json, "methods", '[');
	for (unsigned m = 0; m < lab->method_count; m++)
		write_leak(json, attack, lab->titles[m], &lab->leaks[i * lab->method_count + m]);
	json_close(json);
	json_close(json);
}

static void write_bot(struct json *json, const struct lab *lab, size_t i)
{
	json_open(json, NULL, '{');
	json_text(json, "family", lab->bots[i].family->name);
	json_decimal(json, "interval_s", lab->bots[i].interval_s, 3);
	for (unsigned m = 0; m < 2; m++) {
		const struct catch *catch = &lab->catches[i * 2 + m];

		json_open(json, m ? "missing_names" : "seep", '{');
		json_bool(json, "caught", catch->caught);
		json_bool(json, "in_time", catch->in_time);
		json_number(json, "missing", catch->missing);
		json_bool(json, "refused", catch->refused);
		json_number(json, "before_refusal", catch->before_refusal);
		json_close(json);
	}
	json_close(json);
}

/* Row by row: each budget with each refill. */
static void write_sweep(struct json *json, const struct lab_options *options,
			const struct lab_sweep *sweep)
{
	json_open(json, NULL, '{');
	json_number(json, "users", sweep->users);
	json_bool(json, "home", sweep->home);
	json_bool(json, "common_list", sweep->has_list);
	json_text(json, "start", sweep->is_warm ? "warm" : "cold");
	json_open(json, "rows", '[');
	for (unsigned i = 0; i < options->budgets.count * options->refills.count; i++) {
		json_open(json, NULL, '{');
		write_trouble(json, &sweep->trouble[i]);
		write_budget(json, options->budgets.numbers[i / options->refills.count],
			     options->refills.numbers[i % options->refills.count]);
		json_close(json);
	}
	json_close(json);
	json_close(json);
}

/* How long the run is, and which one. */
static void write_length(struct json *json, const struct lab_options *options)
{
	json_number(json, "days", options->days);
	json_number(json, "warm_days", options->warm_days);
	json_number(json, "seed", options->seed);
}

static void write_sweeps(struct json *json, const struct lab *lab)
{
	const struct lab_options *options = lab->options;

	write_length(json, options);
	json_decimal(json, "seconds", lab->seconds, 0);
	json_open(json, "refills", '[');
	for (unsigned i = 0; i < options->refills.count; i++)
		json_number(json, NULL, options->refills.numbers[i]);
	json_close(json);
	json_open(json, "sweep", '[');
	for (size_t i = 0; i < lab->sweep_count; i++)
		write_sweep(json, options, &lab->sweeps[i]);
	json_close(json);
}

/* What is new in an office: each row under each method. */
static void write_extra(struct json *json, const struct lab *lab, const struct lab_office *office,
			size_t i)
{
	json_open(json, NULL, '{');
	json_text(json, "extra", extra_rows[i].name);
	json_text(json, "text", extra_rows[i].text);
	json_number(json, "machines", extra_rows[i].machines);
	json_open(json, "methods", '[');
	for (unsigned m = 0; m < office->method_count; m++) {
		const struct extra_book *book = &office->extras[i * office->method_count + m];
		double days = ((double)book->first_refused_ms - (double)START_MS) / DAY_MS;

		json_open(json, NULL, '{');
		json_number(json, "names", book->names);
		json_number(json, "refused", book->refused);
		json_number(json, "flagged", book->flagged);
		json_number(json, "days_refused", book->days_refused);
		json_decimal(json, "first_refused_day",
			     book->first_refused_ms ? days - (double)lab->options->warm_days : -1,
			     1);
		json_close(json);
	}
	json_close(json);
	json_close(json);
}

static void write_office(struct json *json, const struct lab *lab, size_t i)
{
	const struct lab_office *office = &lab->offices[i];

	json_open(json, NULL, '{');
	json_number(json, "people", office->people);
	json_text(json, "shape", office->shape->name);
	json_bool(json, "home", office->home);
	json_number(json, "days", office->days);
	json_open(json, "methods", '[');
	for (unsigned m = 0; m < office->method_count; m++) {
		json_open(json, NULL, '{');
		json_text(json, "method", lab->titles[m]);
		write_trouble(json, &office->trouble[m]);
		json_close(json);
	}
	json_close(json);
	json_open(json, "extras", '[');
	for (size_t j = 0; office->extras && j < extra_count; j++)
		write_extra(json, lab, office, j);
	json_close(json);
	json_close(json);
}

/* How the run was called, and what it was. */
static void write_world(struct json *json, const struct lab *lab)
{
	const struct lab_options *options = lab->options;

	json_number(json, "users", options->users);
	write_length(json, options);
	json_bool(json, "home", options->home);
	json_bool(json, "names", options->names_file);
	json_bool(json, "common_list", options->common_list);
	json_bool(json, "settings", options->settings);
	json_number(json, "servers", lab->server_count);
	json_decimal(json, "rate", options->rate, 6);
	json_decimal(json, "dga_cover", options->dga_cover, 3);
	json_decimal(json, "promise_bytes",
		     method_seep_promise(options->budgets.numbers[0], options->refills.numbers[0],
					 options->days),
		     0);
	json_decimal(json, "seconds", lab->seconds, 0);
	json_number(json, "queries", lab->queries);
	json_number(json, "misses", lab->misses);
	json_number(json, "domains", lab->census.domains.used);
	json_number(json, "domains_one_name", lab->census.single);
	json_number(json, "user_days", lab->user_days);
	write_census(json, &lab->census);
}

static void write_run(struct json *json, const struct lab *lab)
{
	write_world(json, lab);
	json_open(json, "benign", '[');
	for (unsigned m = 0; m < lab->method_count + lab->options->budgets.count; m++)
		write_benign(json, lab, m);
	json_close(json);
	json_open(json, "cases", '[');
	for (size_t i = 0; i < lab->case_count; i++)
		write_case(json, lab, i);
	json_close(json);
	json_open(json, "bots", '[');
	for (size_t i = 0; i < lab->bot_count; i++)
		write_bot(json, lab, i);
	json_close(json);
	json_open(json, "offices", '[');
	for (size_t i = 0; i < lab->office_count; i++)
		write_office(json, lab, i);
	json_close(json);
	json_open(json, "bots_wrongly", '{');
	json_number(json, "seep", lab->dga_weeks[0]);
	json_number(json, "missing_names", lab->dga_weeks[1]);
	json_decimal(json, "person_weeks", lab->person_weeks, 1);
	json_close(json);
}

void report_json(const struct lab *lab, FILE *file)
{
	struct json json = { .file = file, .lines = 2 };

	json_open(&json, NULL, '{');
	(lab->options->sweep ? write_sweeps : write_run)(&json, lab);
	json_close(&json);
}
