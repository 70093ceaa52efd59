/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's commands that show what is so, and change nothing. */
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

void seep_control_status(const struct seep_control_call *call)
{
	static const char *const states[] = { SEEP_STATE_STATUSES(TEXT) };
	struct seep_control_answer *answer = call->answer;
	struct seep_statistics statistics;
	const struct seep_gauges *gauges = &statistics.gauges;

	seep_control_statistics(call, &statistics);
	seep_control_open(answer, NULL, '{');
	seep_control_text(answer, "version", call->source->version);
	write_mode(call, gauges);
	seep_control_number(answer, "users", gauges->users);
	seep_control_number(answer, "users_spent", gauges->users_spent);
	seep_control_number(answer, "networks", gauges->networks);
	seep_control_number(answer, "networks_spent", gauges->networks_spent);
	seep_control_number(answer, "domains", gauges->domains);
	seep_control_number(answer, "domains_spent", gauges->domains_spent);
	seep_control_number(answer, "memory_bytes", gauges->memory_bytes);
	seep_control_text(answer, "state_file", states[gauges->state]);
	seep_control_close(answer, '}');
}
