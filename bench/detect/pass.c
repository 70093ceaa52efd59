/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets the stage for one run, and strikes it. */
#include "pass.h"

#include <assert.h>
#include <stdlib.h>

#define SEEP_MEMORY (UINT64_C(64) << 20)
/* From so many people on, four times as much. */
#define MANY_PEOPLE 10000

struct pass pass_of(struct lab *lab, unsigned days)
{
	return (struct pass){
		.lab = lab,
		.days = lab->options->warm_days + days,
		.people = (uint32_t)lab->options->users,
		.home = lab->options->home,
		.methods = pass_add_all,
	};
}

struct method_plan pass_plan(const struct pass *pass)
{
	const struct lab_options *options = pass->lab->options;

	return (struct method_plan){
		.clients = network_clients(&pass->stage.network),
		.people = pass->org.people,
		.warm_days = options->warm_days,
		.hits = pass->stage.hits,
		.seed = options->seed,
		.common_list = pass->common_list ? pass->common_list : options->common_list,
		.popular = &pass->lab->popular,
		.user_budget_bytes = options->budgets.numbers[0],
		.user_refill_bytes = options->refills.numbers[0],
		.memory_bytes = SEEP_MEMORY << (pass->people >= MANY_PEOPLE ? 2 : 0),
		.settings = options->settings,
	};
}

struct method *(*const pass_methods[])(const struct method_plan *plan) = {
	method_seep_open, rival_ibhh_open, rival_zip_open, rival_amc_open, rival_ratio_open,
};
static_assert(sizeof(pass_methods) / sizeof(pass_methods[0]) == PASS_METHODS, "all are counted");

void pass_add_all(struct pass *pass)
{
	struct method_plan plan = pass_plan(pass);

	for (size_t i = 0; i < PASS_METHODS; i++)
		account_add(&pass->account, pass_methods[i](&plan));
}

void pass_add_seep(struct pass *pass)
{
	struct method_plan plan = pass_plan(pass);

	account_add(&pass->account, method_seep_open(&plan));
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

/* A machine that comes later has nobody before. */
static uint32_t infect_for(struct pass *pass, const struct attack_case *from)
{
	uint32_t user = infect(pass);
	uint64_t day = from->joins_ms ? (from->joins_ms - START_MS) / DAY_MS : 0;

	if (day)
		pass->org.persons[user].joins_day = (uint16_t)day;
	return user;
}

/* Whose machines send; before these people come. */
static void place_senders(struct pass *pass)
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
				.user = infect_for(pass, from),
				.machine = j,
				.insider = j >= from->machines,
			};
		}
	}
	for (size_t i = 0; i < pass->bot_count; i++)
		pass->bots[i].user = infect(pass);
}

static void start_senders(struct pass *pass)
{
	for (size_t i = 0; i < pass->sender_count; i++)
		attack_sender_start(&pass->senders[i], &pass->stage);
	pass->readers = util_zeroed(pass->case_count, sizeof(*pass->readers));
	for (size_t i = 0; i < pass->case_count; i++) {
		pass->readers[i] = (struct attack_readers){
			.from = pass->cases[i],
			.people = pass->org.people,
		};
		attack_readers_start(&pass->readers[i], &pass->stage);
	}
	for (size_t i = 0; i < pass->bot_count; i++)
		dga_bot_start(&pass->bots[i], &pass->stage);
	if (pass->extras)
		pass->extra = extra_start(&pass->org, &pass->stage, pass->account.infected);
}

/* Has each client one user only? */
static bool is_apart(enum network_shape shape)
{
	return shape == NETWORK_v4 || shape == NETWORK_slaac || shape == NETWORK_dual;
}

static void open_pass(struct pass *pass)
{
	struct lab *lab = pass->lab;
	const struct lab_options *options = lab->options;
	struct org_plan org_plan = {
		.seed = options->seed,
		.people = pass->people,
		.days = pass->days,
		.warm_days = options->warm_days,
		.home = pass->home,
		.late = pass->late,
	};
	struct network network = { .shape = pass->network, .days = pass->days };

	org_open(&pass->org, &lab->world, &org_plan);
	/* No operator would have the own domain blocked. */
	util_map_at(&lab->popular, org_own_domain(&pass->org));
	network.people = pass->org.people;
	network.servers = pass->org.servers;
	network.users = pass->org.users + (pass->extras ? extra_users() : 0);
	stage_open(&pass->stage, &lab->world, &network);
	pass->stage.cache.min_ttl_s = options->min_ttl_s;
	account_open(&pass->account,
		     &(struct account_plan){
			     .people = pass->org.people,
			     .users = network.users,
			     .days = pass->days,
			     .warm_days = options->warm_days,
			     .measured_days = pass->days - (unsigned)options->warm_days,
			     .rate = options->rate,
			     .cases = lab->cases,
			     .leaks = lab->leaks,
			     .catches = lab->catches,
			     .extras = pass->extras,
			     .apart = is_apart(pass->network),
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
	place_senders(pass);
	org_enter(&pass->org, &pass->stage);
	start_senders(pass);
}

void pass_run(struct pass *pass)
{
	open_pass(pass);
	stage_run(&pass->stage);
	account_finish(&pass->account);
}

void pass_close(struct pass *pass)
{
	account_close(&pass->account);
	stage_close(&pass->stage);
	org_close(&pass->org);
	if (pass->extra)
		extra_release(pass->extra);
	free(pass->senders);
	free(pass->readers);
	free(pass->order);
}
