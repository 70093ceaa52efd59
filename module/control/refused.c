/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's refused: the last refusals and stale answers. */
#include "control/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/refused.h"
#include "seep_rr.h"

void seep_control_type(const struct seep_control_call *call, const char *key, uint16_t type)
{
	char text[16];

	snprintf(text, sizeof(text), "TYPE%u", type);
#define SEEP_RR_TYPE(name, word, number) \
	if (type == (number))            \
		snprintf(text, sizeof(text), "%s", word);
#include "seep_rr.def"
	seep_control_text(call->answer, key, text);
}

const char *const seep_control_meters[] = {
	[SEEP_METER_NONE] = "none",       [SEEP_METER_USER] = "user",
	[SEEP_METER_NETWORK] = "network", [SEEP_METER_DOMAIN] = "domain",
	[SEEP_METER_DGA] = "dga",
};

static void write_row(const struct seep_control_call *call, const struct seep_refused_row *row)
{
	struct seep_control_answer *answer = call->answer;
	bool is_dga = row->meter == SEEP_METER_DGA;
	char text[4 * SEEP_NAME_MAX_BYTES + 4];

	seep_control_open(answer, NULL, '{');
	seep_control_when(call, "time", row->when_ms / 1000);
	seep_address_print(text, &row->client);
	seep_control_text(answer, "client", text);
	seep_name_print(text, sizeof(text), row->name, row->name_size);
	seep_control_text(answer, "name", text);
	seep_control_type(call, "type", row->type);
	seep_control_text(answer, "meter", seep_control_meters[row->meter]);
	seep_control_bool(answer, "newcomers",
			  row->meter == SEEP_METER_NETWORK && row->is_newcomer);
	seep_control_bool(answer, "stale", row->is_stale);
	if (is_dga) {
		seep_control_bits(answer, "dga_bits", (int64_t)row->level_mbit);
	} else {
		seep_control_bytes(answer, "level_bytes", row->level_mbit);
		seep_control_bytes(answer, "budget_bytes", row->budget_mbit);
		seep_control_bytes(answer, "charge_bytes", row->charge_mbit);
	}
	seep_control_close(answer, '}');
}

/* From which time on, by the meters' clock; 0 for all that are kept. */
static uint64_t since_ms(const struct seep_control_call *call)
{
	uint64_t ago_ms = call->count > 1 ? strtoull(call->words[1], NULL, 10) * 1000 : 0;

	return ago_ms && ago_ms < call->now.when_ms ? call->now.when_ms - ago_ms : 0;
}

/* A count of seconds, of which milliseconds fit as well. */
static bool is_seconds(const char *word)
{
	size_t digits = 0;

	while (word[digits] >= '0' && word[digits] <= '9')
		digits++;
	return digits && digits <= 15 && !word[digits];
}

void seep_control_refused(const struct seep_control_call *call)
{
	const struct seep_refused *refused = seep_engine_refused(call->source->engine);
	uint64_t count = seep_refused_count(refused), from_ms, left_out = 0;
	struct seep_control_answer *answer = call->answer;
	struct seep_refused_row row;

	if (call->count > 1 && !is_seconds(call->words[1])) {
		seep_control_fail(call, "%s: not a number of seconds", call->words[1]);
		return;
	}
	from_ms = since_ms(call);
	seep_control_open(answer, NULL, '{');
	seep_control_number(answer, "since_start", count);
	seep_control_number(answer, "kept", SEEP_REFUSED_PLACES);
	seep_control_open(answer, "refused", '[');
	for (uint64_t at = count; at && count - at < SEEP_REFUSED_PLACES; at--) {
		if (!seep_refused_get(refused, at - 1, &row) || row.when_ms < from_ms)
			continue;
		if (seep_control_has_room(answer))
			write_row(call, &row);
		else
			left_out++;
	}
	seep_control_close(answer, ']');
	seep_control_number(answer, "left_out", left_out);
	seep_control_close(answer, '}');
}
