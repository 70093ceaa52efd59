/* SPDX-License-Identifier: BSD-3-Clause */
/* Seep itself: the engine, driven as the Unbound adapter drives it. */
#include "method.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "util.h"

struct seep {
	struct seep_conf conf;
	struct seep_engine *engine;
	struct seep_thread *thread;
	bool told_dga;
};

static void take_event(void *context, const struct seep_event *event)
{
	struct method *method = context;

	if (event->edge == SEEP_EDGE_FLAGGED || event->edge == SEEP_EDGE_SPENT)
		method->alerts += event->edge == SEEP_EDGE_FLAGGED;
#ifdef SEEP_METER_HAS_DGA
	if (event->meter == SEEP_METER_DGA && event->edge != SEEP_EDGE_RELEASED)
		((struct seep *)method->state)->told_dga = true;
#endif
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

static enum act observe(struct method *method, const struct event *event)
{
	struct seep *seep = method->state;
	struct seep_observation observation = {
		.client = { .bytes = { 10, (uint8_t)(event->user >> 16),
				       (uint8_t)(event->user >> 8), (uint8_t)event->user },
			    .size_bytes = 4 },
		.name = event->name,
		.name_size = event->size,
		.type = event->type,
		.when_ms = event->when_ms,
	};
	struct seep_reservation reservation;
	struct seep_name name;
	enum act act;

	seep->told_dga = false;
	act = act_of(seep_engine_ask(seep->thread, &observation, &reservation, &name));
	if (act != ACT_REFUSE) {
		seep_engine_commit(seep->thread, &reservation, event->when_ms);
		/* What came back, for the DGA meter. */
#ifdef SEEP_METER_HAS_DGA
		seep_engine_answered(seep->thread, &reservation, event->rcode, event->when_ms);
#endif
	}
	method->dga = seep->told_dga;
	return act;
}

static void close_seep(struct method *method)
{
	struct seep *seep = method->state;

	seep_engine_destroy(seep->engine);
	seep_conf_release(&seep->conf);
	free(seep);
}

static void set_conf(struct seep *seep, const struct method_plan *plan)
{
	struct seep_conf_error error;
	char text[4096];
	char message[SEEP_CONF_ERROR_SIZE];
	int size = snprintf(text, sizeof(text),
			    "learning: %ud\nuser-budget: %llu\nuser-refill: %llu\n"
			    "domain-budget: %llu\ndomain-refill: %llu\nmemory-size: %llu\n%s%s%s%s",
			    plan->warm_days, (unsigned long long)plan->user_budget_bytes,
			    (unsigned long long)plan->user_refill_bytes,
			    (unsigned long long)plan->user_budget_bytes,
			    (unsigned long long)plan->user_refill_bytes,
			    (unsigned long long)plan->memory_bytes,
			    plan->common_list ? "common-list: " : "",
			    plan->common_list ? plan->common_list : "",
			    plan->common_list ? "\n" : "", plan->settings ? plan->settings : "");

	if (seep_conf_parse(&seep->conf, text, (size_t)size, "benchmark", &error) == SEEP_CONF_OK)
		return;
	seep_conf_error_format(&error, message);
	util_die("%s", message);
}

struct method *method_seep_open(const struct method_plan *plan)
{
	struct seep *seep = util_zeroed(1, sizeof(*seep));
	struct method *method = method_new("seep");
	struct seep_engine_setup setup = {
		.conf = &seep->conf,
		.threads = 1,
		.when_ms = START_MS,
		.tell = take_event,
		.tell_context = method,
	};
	enum seep_passthrough why;

	if (plan->user_budget_bytes % 1024 == 0)
		snprintf(method->title, sizeof(method->title), "seep %lluk+%llu",
			 (unsigned long long)plan->user_budget_bytes / 1024,
			 (unsigned long long)plan->user_refill_bytes);
	else
		snprintf(method->title, sizeof(method->title), "seep %llu+%llu",
			 (unsigned long long)plan->user_budget_bytes,
			 (unsigned long long)plan->user_refill_bytes);
	memcpy(setup.key, &plan->seed, sizeof(plan->seed));
	set_conf(seep, plan);
	seep->engine = seep_engine_create(&setup, &why);
	if (!seep->engine)
		util_die("no engine: reason %d", (int)why);
	seep->thread = seep_engine_thread(seep->engine);
	method->state = seep;
	method->observe = observe;
	method->close = close_seep;
	method->folds_case = true;
	method->user_bytes = 256;
	method->domain_bytes = 256;
	return method;
}
