/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the organisation through its days, once without attacks, then with as
 * many at a time as leave most machines clean, then with bots, then in other sizes and shapes.
 */
#include "pass.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* At most so much of the organisation is infected in one run. */
#define INFECTED_SHARE 0.1
/* A case needs no more than so much of it. */
#define INFECTED_MOST  0.34
/* Domains of tunnels in one run: more would crowd each other out of ibHH. */
#define DOMAINS_A_RUN  1100

/* Of the list that ibHH is given. */
#define POPULAR_DOMAINS 10000
/* Of the list that Seep is given where a case needs one. */
#define COMMON_DOMAINS  100000

/* Attacks begin on the first day after the warm-up, at nine. */
#define ATTACK_HOUR 9

static const double bot_paces_s[] = { 1, 30, 600 };
#define BOT_PACES (sizeof(bot_paces_s) / sizeof(bot_paces_s[0]))
#define BOT_DAYS  7

/* The same, and Seep with all other budgets. */
static void add_methods_and_budgets(struct pass *pass)
{
	struct lab *lab = pass->lab;
	struct method_plan plan = pass_plan(pass);

	pass_add_all(pass);
	lab->method_count = lab->budget_first = pass->account.method_count;
	for (unsigned i = 0; i < lab->options->budgets.count; i++) {
		plan.user_budget_bytes = lab->options->budgets.numbers[i];
		account_add(&pass->account, method_seep_open(&plan));
	}
}

static void add_dga_methods(struct pass *pass)
{
	struct method_plan plan = pass_plan(pass);

	account_add(&pass->account, method_seep_open(&plan));
	account_add(&pass->account, rival_nxd_open(&plan));
}

static void progress(const struct lab *lab, const char *what, size_t done, size_t all)
{
	fprintf(stderr, "%6.0f s  %s %zu/%zu\n", util_clock_s() - lab->seconds, what, done, all);
}

/* Each method alone, on what the organisation sent first. */
static void measure_costs(struct lab *lab, const struct pass *pass)
{
	struct method_plan plan = pass_plan(pass);

	for (size_t i = 0; i < PASS_METHODS; i++) {
		struct method *method = pass_methods[i](&plan);

		lab->costs[i] = cost_measure(pass->tape, method);
		method_close(method);
	}
}

static void run_benign(struct lab *lab)
{
	struct cost_tape tape = { .count = 0 };
	struct pass pass = pass_of(lab, lab->options->days);

	pass.census = true;
	pass.tape = &tape;
	pass.methods = add_methods_and_budgets;
	pass_run(&pass);
	memcpy(lab->trouble, pass.account.trouble, sizeof(lab->trouble));
	for (unsigned m = 0; m < pass.account.method_count; m++) {
		memcpy(lab->titles[m], pass.account.methods[m]->title, sizeof(lab->titles[m]));
		lab->user_bytes[m] = pass.account.methods[m]->user_bytes;
		lab->domain_bytes[m] = pass.account.methods[m]->domain_bytes;
	}
	lab->user_days = pass.account.trouble[0].user_days;
	lab->server_count = pass.org.servers;
	lab->census = pass.account.census;
	pass.account.census = (struct census){ 0 };
	lab->queries = pass.stage.queries;
	lab->misses = pass.stage.misses;
	measure_costs(lab, &pass);
	cost_tape_release(&tape);
	pass_close(&pass);
}

static unsigned machines_of(const struct attack_case *attack)
{
	return attack->machines + attack->insiders;
}

/* Do they need the same network and the same list? */
static bool is_alike(const struct attack_case *one, const struct attack_case *other)
{
	return one->network == other->network && attack_is_listed(one) == attack_is_listed(other);
}

/* As many of the cases, not run yet, as go together. */
static size_t gather(struct lab *lab, struct attack_case **cases)
{
	double most = INFECTED_SHARE * lab->options->users;
	unsigned machines = 0, domains = 0;
	size_t count = 0;

	for (size_t i = 0; i < lab->case_count; i++) {
		struct attack_case *attack = &lab->cases[i];

		if (lab->ran[i])
			continue;
		if (count &&
		    (!is_alike(attack, cases[0]) || machines + machines_of(attack) > most ||
		     domains + attack->domains > DOMAINS_A_RUN))
			continue;
		machines += machines_of(attack);
		domains += attack->domains;
		lab->ran[i] = true;
		cases[count++] = attack;
	}
	return count;
}

/* The world's list, with domains of attackers on it; PATH gets its name. */
static void write_listed(struct lab *lab, struct attack_case **cases, size_t count, char *path)
{
	int made = mkstemp(path);
	FILE *file;

	if (made < 0 || !world_write_common(&lab->world, path, COMMON_DOMAINS))
		util_die("%s: cannot be written", path);
	close(made);
	file = fopen(path, "a");
	if (!file)
		util_die("%s: cannot be written", path);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *label = cases[i]->zones[0];

		fprintf(file, "%u,", ATTACK_RANK);
		for (; *label; label += 1 + *label)
			fprintf(file, "%.*s%s", *label, label + 1, label[1 + *label] ? "." : "\n");
	}
	fclose(file);
}

/* ibHH's list has them as well. */
static void allow_listed(struct lab *lab, struct attack_case **cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct wire wire = { .size = 0 };

		wire_append(&wire, cases[i]->zones[0]);
		wire_end(&wire);
		util_map_at(&lab->popular, wire_hash(wire.bytes, wire.size));
	}
}

/* A run with the cases. */
static void run_cases(struct lab *lab, struct attack_case **cases, size_t count,
		      const double *thresholds)
{
	struct pass pass = pass_of(lab, lab->options->days);
	char path[] = "/tmp/detect-listed-XXXXXX";

	pass.cases = cases;
	pass.case_count = count;
	pass.network = cases[0]->network;
	/* In another network the rivals are tuned anew. */
	pass.thresholds = pass.network == NETWORK_v4 ? thresholds : NULL;
	if (attack_is_listed(cases[0])) {
		write_listed(lab, cases, count, path);
		allow_listed(lab, cases, count);
		pass.common_list = path;
	}
	pass_run(&pass);
	pass_close(&pass);
	if (pass.common_list)
		unlink(path);
}

static void run_attacks(struct lab *lab)
{
	struct attack_case **cases = util_zeroed(lab->case_count, sizeof(struct attack_case *));
	bool *too_big = util_zeroed(lab->case_count, sizeof(bool));
	double thresholds[ACCOUNT_METHODS];
	size_t done = 0;

	for (unsigned m = 0; m < lab->method_count; m++)
		thresholds[m] = lab->trouble[m].threshold;
	lab->leaks = util_zeroed(lab->case_count * lab->method_count, sizeof(*lab->leaks));
	for (size_t i = 0; i < lab->case_count; i++) {
		too_big[i] = machines_of(&lab->cases[i]) > 1 &&
			     machines_of(&lab->cases[i]) > INFECTED_MOST * lab->options->users;
		done += lab->ran[i] = too_big[i];
	}
	while (done < lab->case_count) {
		size_t count = gather(lab, cases);

		run_cases(lab, cases, count, thresholds);
		done += count;
		progress(lab, "cases", done, lab->case_count);
	}
	for (size_t i = 0; i < lab->case_count; i++)
		lab->ran[i] = !too_big[i];
	for (size_t i = 0; i < lab->case_count * lab->method_count; i++)
		leak_settle(&lab->leaks[i]);
	free(too_big);
	free(cases);
}

static void run_bots(struct lab *lab)
{
	unsigned dga_days = lab->options->days < BOT_DAYS ? lab->options->days : BOT_DAYS;
	size_t most = (size_t)(INFECTED_SHARE * lab->options->users) + 1;

	lab->bot_count = lab->families.count * BOT_PACES;
	lab->bots = util_zeroed(lab->bot_count, sizeof(*lab->bots));
	lab->catches = util_zeroed(lab->bot_count * 2, sizeof(*lab->catches));
	for (size_t from = 0; from < lab->bot_count; from += most) {
		size_t count = lab->bot_count - from < most ? lab->bot_count - from : most;
		struct dga_bot *bots = util_zeroed(count, sizeof(*bots));
		struct pass pass = pass_of(lab, dga_days);

		for (size_t i = 0; i < count; i++) {
			struct lab_bot *about = &lab->bots[from + i];

			about->family = &lab->families.families[(from + i) / BOT_PACES];
			about->interval_s = bot_paces_s[(from + i) % BOT_PACES];
			bots[i] = (struct dga_bot){
				.family = about->family,
				.number = (uint16_t)(from + i),
				.interval_s = about->interval_s,
				.cover = lab->options->dga_cover,
				.start_ms = START_MS + lab->options->warm_days * DAY_MS +
					    ATTACK_HOUR * HOUR_MS,
			};
		}
		pass.bots = bots;
		pass.bot_count = count;
		pass.methods = add_dga_methods;
		pass_run(&pass);
		for (unsigned m = 0; m < 2; m++)
			lab->dga_weeks[m] += pass.account.trouble[m].dga_weeks;
		lab->person_weeks += (double)(lab->options->users - count) * dga_days / 7;
		pass_close(&pass);
		free(bots);
		progress(lab, "bots", from + count, lab->bot_count);
	}
}

void lab_open(struct lab *lab, const struct lab_options *options)
{
	*lab = (struct lab){ .options = options, .seconds = util_clock_s() };
	world_open(&lab->world, options->seed, options->names_file);
	world_popular(&lab->world, &lab->popular, POPULAR_DOMAINS);
	dga_families_open(&lab->families, options->dga_file);
	lab->case_count = attack_case_list(&lab->cases, options->cases);
	lab->ran = util_zeroed(lab->case_count, sizeof(*lab->ran));
	for (size_t i = 0; i < lab->case_count; i++)
		attack_case_prepare(&lab->cases[i], options->seed,
				    START_MS + options->warm_days * DAY_MS + ATTACK_HOUR * HOUR_MS,
				    (unsigned)options->days);
}

void lab_run(struct lab *lab)
{
	run_benign(lab);
	progress(lab, "benign", 1, 1);
	run_attacks(lab);
	run_bots(lab);
	office_run_all(lab);
	lab->seconds = util_clock_s() - lab->seconds;
}

void lab_close(struct lab *lab)
{
	for (size_t i = 0; i < lab->case_count; i++)
		attack_case_release(&lab->cases[i]);
	census_release(&lab->census);
	map_release(&lab->popular);
	dga_families_close(&lab->families);
	world_close(&lab->world);
	free(lab->cases);
	free(lab->ran);
	free(lab->leaks);
	free(lab->bots);
	free(lab->catches);
	for (size_t i = 0; i < lab->office_count; i++)
		free(lab->offices[i].extras);
	free(lab->offices);
	free(lab->sweeps);
}
