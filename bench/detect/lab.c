/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the organisation through its days, once without attacks, then with as
 * many at a time as leave most machines clean, then with bots.
 */
#include "lab.h"

#include <stdlib.h>
#include <string.h>

/* At most so much of the organisation is infected in one run. */
#define INFECTED_SHARE 0.1
/* A case needs no more than so much of it. */
#define INFECTED_MOST  0.34
/* Domains of tunnels in one run: more would crowd each other out of ibHH. */
#define DOMAINS_A_RUN  1100

/* Of the list that ibHH is given. */
#define POPULAR_DOMAINS 10000

#define SEEP_MEMORY (UINT64_C(64) << 20)

/* Attacks begin on the first day after the warm-up, at nine. */
#define ATTACK_HOUR 9

static const double bot_paces_s[] = { 1, 30, 600 };
#define BOT_PACES (sizeof(bot_paces_s) / sizeof(bot_paces_s[0]))
#define BOT_DAYS  7

/* One run. */
struct pass {
	struct lab *lab;
	unsigned days; /* in all */
	struct attack_case **cases;
	size_t case_count;
	struct dga_bot *bots;
	size_t bot_count;
	bool census;
	struct cost_tape *tape;
	void (*methods)(struct pass *pass);
	struct org org;
	struct stage stage;
	struct account account;
	struct attack_sender *senders;
	size_t sender_count;
	uint32_t *order; /* in which people's machines are infected */
	uint32_t infected;
	const double *thresholds;
};

static struct method_plan plan_of(const struct pass *pass)
{
	const struct lab_options *options = pass->lab->options;

	return (struct method_plan){
		.users = pass->org.users,
		.people = pass->org.people,
		.warm_days = options->warm_days,
		.hits = pass->stage.hits,
		.seed = options->seed,
		.common_list = options->common_list,
		.popular = &pass->lab->popular,
		.user_budget_bytes = options->budgets.numbers[0],
		.user_refill_bytes = options->refills.numbers[0],
		.memory_bytes = SEEP_MEMORY,
		.settings = options->settings,
	};
}

/* Seep and its rivals. */
static struct method *(*const method_opens[])(const struct method_plan *plan) = {
	method_seep_open, rival_ibhh_open, rival_zip_open, rival_amc_open, rival_ratio_open,
};
#define METHODS (sizeof(method_opens) / sizeof(method_opens[0]))

static void add_methods(struct pass *pass)
{
	struct method_plan plan = plan_of(pass);

	for (size_t i = 0; i < METHODS; i++)
		account_add(&pass->account, method_opens[i](&plan));
}

/* The same, and Seep with all other budgets. */
static void add_methods_and_budgets(struct pass *pass)
{
	struct lab *lab = pass->lab;
	struct method_plan plan = plan_of(pass);

	add_methods(pass);
	lab->method_count = lab->budget_first = pass->account.method_count;
	for (unsigned i = 0; i < lab->options->budgets.count; i++) {
		plan.user_budget_bytes = lab->options->budgets.numbers[i];
		account_add(&pass->account, method_seep_open(&plan));
	}
}

static void add_dga_methods(struct pass *pass)
{
	struct method_plan plan = plan_of(pass);

	account_add(&pass->account, method_seep_open(&plan));
	account_add(&pass->account, rival_nxd_open(&plan));
}

/* People's machines in an order of chance; newcomers are left alone. */
static void draw_order(struct pass *pass)
{
	struct dice dice = dice_of(pass->lab->options->seed, 600, 0);
	uint32_t people = pass->org.people, used = 0;

	pass->order = util_zeroed(people, sizeof(*pass->order));
	for (uint32_t i = 0; i < people; i++) {
		if (pass->org.persons[i].joins_day <= pass->lab->options->warm_days)
			pass->order[used++] = i;
	}
	for (uint32_t i = used; i > 1; i--) {
		uint32_t j = dice_below(&dice, i);
		uint32_t swap = pass->order[i - 1];

		pass->order[i - 1] = pass->order[j];
		pass->order[j] = swap;
	}
}

static uint32_t infect(struct pass *pass)
{
	uint32_t user = pass->order[pass->infected++ % pass->org.people];

	pass->account.infected[user] = 1;
	return user;
}

static void start_senders(struct pass *pass)
{
	size_t count = 0;

	for (size_t i = 0; i < pass->case_count; i++)
		count += pass->cases[i]->machines + pass->cases[i]->insiders;
	pass->senders = util_zeroed(count, sizeof(*pass->senders));
	for (size_t i = 0; i < pass->case_count; i++) {
		struct attack_case *from = pass->cases[i];

		for (unsigned j = 0; j < from->machines + from->insiders; j++) {
			struct attack_sender *sender = &pass->senders[pass->sender_count++];

			*sender = (struct attack_sender){
				.from = from,
				.user = infect(pass),
				.machine = j,
				.insider = j >= from->machines,
			};
			attack_sender_start(sender, &pass->stage);
		}
	}
	for (size_t i = 0; i < pass->bot_count; i++) {
		pass->bots[i].user = infect(pass);
		dga_bot_start(&pass->bots[i], &pass->stage);
	}
}

static void open_pass(struct pass *pass)
{
	struct lab *lab = pass->lab;
	const struct lab_options *options = lab->options;
	struct org_plan org_plan = {
		.seed = options->seed,
		.people = options->users,
		.days = pass->days,
		.warm_days = options->warm_days,
		.home = options->home,
	};

	org_open(&pass->org, &lab->world, &org_plan);
	/* No operator would have the own domain blocked. */
	util_map_at(&lab->popular, org_own_domain(&pass->org));
	stage_open(&pass->stage, &lab->world, pass->org.users, pass->days);
	pass->stage.cache.min_ttl_s = options->min_ttl_s;
	account_open(&pass->account, &(struct account_plan){
					     .people = pass->org.people,
					     .users = pass->org.users,
					     .days = pass->days,
					     .warm_days = options->warm_days,
					     .measured_days = options->days,
					     .rate = options->rate,
					     .cases = lab->cases,
					     .leaks = lab->leaks,
					     .catches = lab->catches,
					     .thresholds = pass->thresholds,
				     });
	pass->account.takes_census = pass->census;
	pass->account.tape = pass->tape;
	pass->account.census.days = pass->days < 18 ? pass->days : 18;
	pass->account.census.people = pass->org.people;
	pass->methods(pass);
	pass->stage.sent = account_sent;
	pass->stage.context = &pass->account;
	draw_order(pass);
	org_enter(&pass->org, &pass->stage);
	start_senders(pass);
}

static void run_pass(struct pass *pass)
{
	open_pass(pass);
	stage_run(&pass->stage);
	account_finish(&pass->account);
}

static void close_pass(struct pass *pass)
{
	account_close(&pass->account);
	stage_close(&pass->stage);
	org_close(&pass->org);
	free(pass->senders);
	free(pass->order);
}

static void progress(const struct lab *lab, const char *what, size_t done, size_t all)
{
	fprintf(stderr, "%6.0f s  %s %zu/%zu\n", util_clock_s() - lab->seconds, what, done, all);
}

/* Each method alone, on what the organisation sent first. */
static void measure_costs(struct lab *lab, const struct pass *pass)
{
	struct method_plan plan = plan_of(pass);

	for (size_t i = 0; i < METHODS; i++) {
		struct method *method = method_opens[i](&plan);

		lab->costs[i] = cost_measure(pass->tape, method);
		method_close(method);
	}
}

static void run_benign(struct lab *lab)
{
	struct cost_tape tape = { .count = 0 };
	struct pass pass = {
		.lab = lab,
		.days = lab->options->warm_days + lab->options->days,
		.census = true,
		.tape = &tape,
		.methods = add_methods_and_budgets,
	};

	run_pass(&pass);
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
	close_pass(&pass);
}

static unsigned machines_of(const struct attack_case *attack)
{
	return attack->machines + attack->insiders;
}

/* As many of the cases from AT on, not run yet, as go together. */
static size_t gather(struct lab *lab, struct attack_case **cases)
{
	double most = INFECTED_SHARE * lab->options->users;
	unsigned machines = 0, domains = 0;
	size_t count = 0;

	for (size_t i = 0; i < lab->case_count; i++) {
		struct attack_case *attack = &lab->cases[i];

		if (lab->ran[i])
			continue;
		if (count && (machines + machines_of(attack) > most ||
			      domains + attack->domains > DOMAINS_A_RUN))
			continue;
		machines += machines_of(attack);
		domains += attack->domains;
		lab->ran[i] = true;
		cases[count++] = attack;
	}
	return count;
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
		struct pass pass = {
			.lab = lab,
			.days = lab->options->warm_days + lab->options->days,
			.cases = cases,
			.case_count = gather(lab, cases),
			.methods = add_methods,
			.thresholds = thresholds,
		};

		run_pass(&pass);
		close_pass(&pass);
		done += pass.case_count;
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
		struct pass pass = {
			.lab = lab,
			.days = lab->options->warm_days + dga_days,
			.bots = bots,
			.bot_count = count,
			.methods = add_dga_methods,
		};

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
		run_pass(&pass);
		for (unsigned m = 0; m < 2; m++)
			lab->dga_weeks[m] += pass.account.trouble[m].dga_weeks;
		lab->person_weeks += (double)(lab->options->users - count) * dga_days / 7;
		close_pass(&pass);
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
				    START_MS + options->warm_days * DAY_MS + ATTACK_HOUR * HOUR_MS);
}

void lab_run(struct lab *lab)
{
	run_benign(lab);
	progress(lab, "benign", 1, 1);
	run_attacks(lab);
	run_bots(lab);
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
	free(lab->sweeps);
}
