/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's status: what Seep is doing, to what it holds users, how full it is. */
#include "control/command.h"

#define TEXT(constant, number, text) [constant] = text,

/* A mode in one word, for programs. */
static const char *const mode_words[] = {
	[SEEP_MODE_PASSTHROUGH] = "passthrough",
	[SEEP_MODE_LEARNING] = "learning",
	[SEEP_MODE_FLAG] = "flag",
	[SEEP_MODE_GUARD] = "guard",
};

static void write_mode(const struct seep_control_call *call, const struct seep_gauges *gauges)
{
	static const char *const modes[] = { SEEP_MODES(TEXT) };
	static const char *const reasons[] = { SEEP_PASSTHROUGHS(TEXT) };
	struct seep_control_answer *answer = call->answer;

	seep_control_text(answer, "mode", mode_words[gauges->mode]);
	seep_control_text(answer, "mode_text", modes[gauges->mode]);
	if (gauges->passthrough != SEEP_PASSTHROUGH_NO)
		seep_control_text(answer, "why", reasons[gauges->passthrough]);
	seep_control_when(call, "learning_until",
			  gauges->mode == SEEP_MODE_LEARNING
				  ? seep_engine_learning_until_ms(call->source->engine) / 1000
				  : 0);
}

static void write_state(const struct seep_control_call *call, enum seep_state_status state)
{
	static const char *const words[] = {
		[SEEP_STATE_NONE] = "none",       [SEEP_STATE_KEPT] = "kept",
		[SEEP_STATE_FAILING] = "failing", [SEEP_STATE_OTHER] = "other",
		[SEEP_STATE_UNKEPT] = "unkept",
	};
	static const char *const states[] = { SEEP_STATE_STATUSES(TEXT) };

	seep_control_text(call->answer, "state", words[state]);
	seep_control_text(call->answer, "state_text", states[state]);
}

/* What one of whom nothing is known may do, and how full the table is. */
static void write_kind(const struct seep_control_call *call, enum seep_look_kind kind,
		       uint64_t spent)
{
	struct seep_control_answer *answer = call->answer;
	const struct seep_look_table table = seep_look_table(call->source->engine, kind);
	const struct seep_look_budget budget = seep_look_budget(call->source->engine, kind);

	seep_control_open(answer, seep_control_kinds[kind].many, '{');
	seep_control_number(answer, "entries", table.used);
	seep_control_number(answer, "room", table.capacity);
	seep_control_number(answer, "spent", spent);
	seep_control_bool(answer, "budget_is_learned", budget.is_auto);
	seep_control_bytes(answer, "budget_bytes", budget.limits.budget_mbit);
	seep_control_bytes(answer, "refill_bytes_day", budget.limits.refill_mbit_day);
	seep_control_close(answer, '}');
}

void seep_control_status(const struct seep_control_call *call)
{
	struct seep_control_answer *answer = call->answer;
	struct seep_statistics statistics;
	const struct seep_gauges *gauges = &statistics.gauges;

	seep_control_statistics(call, &statistics);
	seep_control_open(answer, NULL, '{');
	seep_control_text(answer, "version", call->source->version);
	write_mode(call, gauges);
	write_state(call, gauges->state);
	seep_control_number(answer, "memory_bytes", gauges->memory_bytes);
	seep_control_number(answer, "names", gauges->novelty_names);
	seep_control_number(answer, "lists_kept", gauges->lists_kept);
	seep_control_number(answer, "lists_missing", gauges->lists_missing);
	if (call->source->engine) {
		seep_control_number(answer, "users_crowds", gauges->users_crowds);
		seep_control_number(answer, "users_dga", gauges->users_dga);
		write_kind(call, SEEP_LOOK_USERS, gauges->users_spent);
		write_kind(call, SEEP_LOOK_NETWORKS, gauges->networks_spent);
		write_kind(call, SEEP_LOOK_DOMAINS, gauges->domains_spent);
	}
	seep_control_close(answer, '}');
}
