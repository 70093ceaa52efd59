/* SPDX-License-Identifier: BSD-3-Clause */
/* Seep itself: the engine, driven as the Unbound adapter drives it. */
#include "method.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/lists.h"
#include "engine/engine.h"
#include "engine/watch.h"
#include "meter/budget.h"
#include "util.h"

struct seep {
	struct seep_conf conf;
	struct seep_lists lists;
	struct seep_engine *engine;
	struct seep_thread *thread;
	bool told_dga;
};

static void take_event(void *context, const struct seep_event *event)
{
	struct method *method = context;

	if (event->edge == SEEP_EDGE_RELEASED)
		return;
	if (event->meter == SEEP_METER_DGA)
		((struct seep *)method->state)->told_dga = true;
	else
		method->alerts++;
}

static enum act act_of(struct seep_verdict verdict)
{
	switch (verdict.outcome) {
	case SEEP_PASS:
		return ACT_PASS;
	case SEEP_REFUSE:
		return ACT_REFUSE;
	default:
		return ACT_FLAG;
	}
}

/* As the adapter tells: NXDOMAIN by the domain's own servers means that it is
 * there; an answer that failed tells nothing. */
static enum seep_existence existence_of(const struct event *event)
{
	if (event->rcode == SEEP_RCODE_SERVFAIL)
		return SEEP_EXISTENCE_UNKNOWN;
	return event->gone ? SEEP_EXISTENCE_NO : SEEP_EXISTENCE_YES;
}

static enum act observe(struct method *method, const struct event *event)
{
	struct seep *seep = method->state;
	struct seep_observation observation = {
		.client.size_bytes = event->address.size,
		.name = event->name,
		.name_size = event->size,
		.type = event->type,
		.qclass = SEEP_QCLASS_IN,
		.when_ms = event->when_ms,
	};
	struct seep_reservation reservation;
	struct seep_verdict verdict;
	struct seep_name name;
	enum act act;

	memcpy(observation.client.bytes, event->address.bytes, sizeof(event->address.bytes));
	seep->told_dga = false;
	verdict = seep_engine_ask(seep->thread, &observation, &reservation, &name);
	act = act_of(verdict);
	method->meter = verdict.meter == SEEP_METER_USER     ? METHOD_METER_USER
			: verdict.meter == SEEP_METER_DOMAIN ? METHOD_METER_DOMAIN
							     : METHOD_METER_NONE;
	if (act != ACT_REFUSE) {
		seep_engine_commit(seep->thread, &reservation, event->when_ms);
		seep_engine_answered(seep->thread, &observation, &reservation, existence_of(event));
	}
	method->dga = seep->told_dga;
	return act;
}

static void close_seep(struct method *method)
{
	struct seep *seep = method->state;

	seep_engine_destroy(seep->engine);
	seep_lists_close(&seep->lists);
	seep_conf_release(&seep->conf);
	free(seep);
}

double method_seep_promise(uint64_t budget_bytes, uint64_t refill_bytes, unsigned days)
{
	if (budget_bytes == SEEP_AUTO) {
		budget_bytes = SEEP_BUDGET_NEW * SEEP_BUDGET_UNIT_BYTES;
		refill_bytes = budget_bytes / SEEP_BUDGET_DAYS;
	}
	return (double)(budget_bytes + refill_bytes * days);
}

/* The budgets as lines of seep.conf; SEEP_AUTO leaves them to Seep. */
static void print_budgets(char *text, size_t size, const struct method_plan *plan)
{
	unsigned long long budget = plan->user_budget_bytes, refill = plan->user_refill_bytes;

	if (plan->user_budget_bytes == SEEP_AUTO)
		snprintf(text, size, "user-budget: auto\n");
	else
		snprintf(text, size, "user-budget: %llu\nuser-refill: %llu\n", budget, refill);
}

static void set_conf(struct seep *seep, const struct method_plan *plan)
{
	struct seep_conf_error error;
	char text[4096], budgets[256];
	char message[SEEP_CONF_ERROR_SIZE];
	int size;

	print_budgets(budgets, sizeof(budgets), plan);
	size = snprintf(text, sizeof(text), "learning: %ud\nmemory-size: %llu\n%s%s%s%s%s",
			plan->warm_days, (unsigned long long)plan->memory_bytes, budgets,
			plan->common_list ? "common-list: " : "",
			plan->common_list ? plan->common_list : "", plan->common_list ? "\n" : "",
			plan->settings ? plan->settings : "");
	if (seep_conf_parse(&seep->conf, text, (size_t)size, "benchmark", &error) == SEEP_CONF_OK)
		return;
	seep_conf_error_format(&error, message);
	util_die("%s", message);
}

static void die_of_list(void *context, const char *problem, const char *consequence)
{
	(void)context;
	(void)consequence;
	util_die("%s", problem);
}

static void open_lists(struct seep *seep, struct seep_engine_setup *setup)
{
	const struct seep_lists_setup lists = {
		.conf = &seep->conf,
		.conf_name = "benchmark",
		.key = &setup->key,
		.beside = "",
		.say = die_of_list,
	};

	if (!seep_lists_open(&seep->lists, &lists))
		util_die("no public suffix list");
	setup->lists = seep_watch_lists(&seep->lists);
}

static void set_title(struct method *method, const struct method_plan *plan)
{
	unsigned long long budget = plan->user_budget_bytes, refill = plan->user_refill_bytes;

	if (plan->user_budget_bytes == SEEP_AUTO)
		snprintf(method->title, sizeof(method->title), "seep auto");
	else if (budget % 1024 == 0)
		snprintf(method->title, sizeof(method->title), "seep %lluk+%llu", budget / 1024,
			 refill);
	else
		snprintf(method->title, sizeof(method->title), "seep %llu+%llu", budget, refill);
}

struct method *method_seep_open(const struct method_plan *plan)
{
	struct seep *seep = util_zeroed(1, sizeof(*seep));
	struct method *method = method_new("seep");
	struct seep_engine_setup setup = {
		.conf = &seep->conf,
		.key.rounds = SEEP_HASH_1_3,
		.threads = 1,
		.when_ms = START_MS,
		.tell = take_event,
		.tell_context = method,
	};
	enum seep_passthrough why;

	set_title(method, plan);
	memcpy(setup.key.bytes, &plan->seed, sizeof(plan->seed));
	set_conf(seep, plan);
	open_lists(seep, &setup);
	seep->engine = seep_engine_create(&setup, &why);
	if (!seep->engine)
		util_die("no engine: reason %d", (int)why);
	seep->thread = seep_engine_thread(seep->engine);
	method->state = seep;
	method->observe = observe;
	method->close = close_seep;
	method->folds_case = true;
	method->user_bytes = seep_engine_user_bytes();
	method->domain_bytes = seep_engine_domain_bytes();
	method->from_day = plan->warm_days;
	return method;
}

bool method_seep_has_common_list(void)
{
	for (size_t i = 0; i < SEEP_OPTION_COUNT; i++) {
		if (strcmp(seep_options[i].name, "common-list") == 0)
			return true;
	}
	return false;
}
