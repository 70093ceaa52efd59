/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which defaults do not disturb anybody: Seep alone on traffic without attacks,
 * budgets by refills, for organisations of several sizes, refusing from the
 * first day (cold) or after the learning (warm), with and without the list of
 * common domains.  All of one organisation's settings see one run.
 */
#include "lab.h"

#include <stdlib.h>
#include <unistd.h>

static uint64_t memory_for(uint32_t users)
{
	return UINT64_C(1) << (users <= 100 ? 24 : users <= 2000 ? 26 : 28);
}

static void add_settings(struct account *account, const struct lab_options *options,
			 struct method_plan plan, bool warm)
{
	plan.warm_days = warm ? options->warm_days : 0;
	for (unsigned i = 0; i < options->budget_count; i++) {
		for (unsigned j = 0; j < options->refill_count; j++) {
			plan.user_budget_bytes = options->budgets[i];
			plan.user_refill_bytes = options->refills[j];
			account_add(account, method_seep_open(&plan));
		}
	}
}

static void print_half(const struct account *account, const struct lab_options *options,
		       unsigned from, const char *title)
{
	printf("  %s: refused days, alerts, flagged days per 1000 user-days (%llu user-days)\n    %8s",
	       title, (unsigned long long)account->trouble[from].user_days, "budget");
	for (unsigned j = 0; j < options->refill_count; j++)
		printf(" | %7s %-17llu", "refill", (unsigned long long)options->refills[j]);
	putchar('\n');
	for (unsigned i = 0; i < options->budget_count; i++) {
		if (options->budgets[i] == METHOD_AUTO)
			printf("    %8s", "auto");
		else
			printf("    %8llu", (unsigned long long)options->budgets[i]);
		for (unsigned j = 0; j < options->refill_count; j++) {
			const struct trouble *trouble =
				&account->trouble[from + i * options->refill_count + j];
			double days = (double)(trouble->user_days + !trouble->user_days);

			printf(" | %8.3f %7.3f %8.3f",
			       1000.0 * (double)trouble->people_days_refused / days,
			       1000.0 * (double)trouble->alerts / days,
			       1000.0 * (double)trouble->people_days_flagged / days);
		}
		putchar('\n');
	}
}

static void run_one(struct lab *lab, uint32_t users, const char *list)
{
	const struct lab_options *options = lab->options;
	unsigned days = options->warm_days + options->days;
	unsigned each = options->budget_count * options->refill_count;
	struct org org;
	struct stage stage;
	struct account account;
	struct method_plan plan = {
		.users = users,
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
	stage_open(&stage, &lab->world, org.users, days);
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
	printf("\n%u users%s, %s common-list\n", users, org.home ? " at home" : "",
	       list ? "with" : "without");
	print_half(&account, options, 0, "cold");
	print_half(&account, options, each, "warm");
	fflush(stdout);
	account_close(&account);
	stage_close(&stage);
	org_close(&org);
}

void sweep_run(struct lab *lab)
{
	const char *list = lab->options->common_list;
	char made[] = "/tmp/detect-common-XXXXXX";
	const char *text = lab->options->users_list;
	bool has_list = method_seep_has_common_list();

	if (!list && has_list) {
		int file = mkstemp(made);

		if (file < 0 || !world_write_common(&lab->world, made, 100000))
			util_die("%s: cannot be written", made);
		close(file);
		list = made;
	}
	if (!has_list)
		printf("this Seep has no option common-list: without it only\n");
	while (*text) {
		char *end;
		uint32_t users = (uint32_t)strtoul(text, &end, 10);

		if (!users)
			util_die("%s: expected numbers of users", text);
		run_one(lab, users, NULL);
		if (has_list)
			run_one(lab, users, list);
		text = end + (*end == ',');
	}
	if (list == made)
		unlink(made);
}
