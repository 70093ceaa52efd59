/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which defaults do not disturb anybody: Seep alone on traffic without attacks,
 * budgets by refills, for organisations of several sizes, refusing from the
 * first day (cold) or after the learning (warm), with and without the list of
 * common domains. All of one organisation's settings see one run.
 */
#include "lab.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t memory_for(uint32_t users)
{
	return UINT64_C(1) << (users <= 100 ? 24 : users <= 2000 ? 26 : 28);
}

static void add_settings(struct account *account, const struct lab_options *options,
			 struct method_plan plan, bool warm)
{
	plan.warm_days = warm ? options->warm_days : 0;
	for (unsigned i = 0; i < options->budgets.count; i++) {
		for (unsigned j = 0; j < options->refills.count; j++) {
			plan.user_budget_bytes = options->budgets.numbers[i];
			plan.user_refill_bytes = options->refills.numbers[j];
			account_add(account, method_seep_open(&plan));
		}
	}
}

/* FOUND says of what; the trouble is that of the settings from FROM on. */
static void keep(struct lab *lab, const struct account *account, unsigned from,
		 const struct lab_sweep *found)
{
	const struct lab_options *options = lab->options;
	struct lab_sweep *sweep;

	lab->sweeps = util_resize(lab->sweeps, (lab->sweep_count + 1) * sizeof(*lab->sweeps));
	sweep = &lab->sweeps[lab->sweep_count++];
	*sweep = *found;
	memcpy(sweep->trouble, account->trouble + from,
	       options->budgets.count * options->refills.count * sizeof(sweep->trouble[0]));
}

static void run_one(struct lab *lab, uint32_t users, const char *list)
{
	const struct lab_options *options = lab->options;
	unsigned days = options->warm_days + options->days;
	unsigned each = options->budgets.count * options->refills.count;
	struct org org;
	struct stage stage;
	struct account account;
	struct lab_sweep found;
	struct network network = { .days = days };
	struct method_plan plan = {
		.people = users,
		.seed = options->seed,
		.common_list = list,
		.memory_bytes = memory_for(users),
		.settings = options->settings,
	};

	if (2 * each > ACCOUNT_METHODS)
		util_die("too many budgets and refills for one sweep");
	org_open(&org, &lab->world,
		 &(struct org_plan){ .seed = options->seed,
				     .people = users,
				     .days = days,
				     .warm_days = options->warm_days,
				     .home = options->home || users <= 10 });
	network.users = org.users;
	plan.clients = network_clients(&network);
	stage_open(&stage, &lab->world, &network);
	stage.cache.min_ttl_s = options->min_ttl_s;
	account_open(&account, &(struct account_plan){ .people = org.people,
						       .users = org.users,
						       .days = days,
						       .warm_days = options->warm_days,
						       .measured_days = options->days });
	add_settings(&account, options, plan, false);
	add_settings(&account, options, plan, true);
	stage.sent = account_sent;
	stage.context = &account;
	org_enter(&org, &stage);
	stage_run(&stage);
	account_finish(&account);
	found = (struct lab_sweep){ .users = users, .home = org.home, .has_list = list };
	keep(lab, &account, 0, &found);
	found.is_warm = true;
	keep(lab, &account, each, &found);
	fprintf(stderr, "%6.0f s  %u users, %s common-list\n", util_clock_s() - lab->seconds, users,
		list ? "with" : "without");
	account_close(&account);
	stage_close(&stage);
	org_close(&org);
}

void sweep_run(struct lab *lab)
{
	const char *list = lab->options->common_list;
	char made[] = "/tmp/detect-common-XXXXXX";
	const struct lab_list *users = &lab->options->sweep_users;
	bool has_list = method_seep_has_common_list();

	if (!list && has_list) {
		int file = mkstemp(made);

		if (file < 0 || !world_write_common(&lab->world, made, 100000))
			util_die("%s: cannot be written", made);
		close(file);
		list = made;
	}
	if (!has_list)
		fputs("this Seep has no option common-list: without it only\n", stderr);
	for (unsigned i = 0; i < users->count; i++) {
		run_one(lab, (uint32_t)users->numbers[i], NULL);
		if (has_list)
			run_one(lab, (uint32_t)users->numbers[i], list);
	}
	if (list == made)
		unlink(made);
	lab->seconds = util_clock_s() - lab->seconds;
}
