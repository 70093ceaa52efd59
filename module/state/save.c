/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's memory into frames: all of it, or what changed. */
#include "state/save.h"

#include <string.h>

#include "engine/internal.h"

/* Novel names and uses of labels noted until the next second: 1 MiB. */
#define NOTED_PLACES 131072

bool seep_engine_note_changes(struct seep_engine *engine)
{
	return seep_novelty_note(engine->novelty, NOTED_PLACES);
}

void seep_engine_describe(const struct seep_engine *engine, struct seep_state_header *header)
{
	const struct seep_budgets *budgets = &engine->learned.budgets;

	header->user_bytes = (uint32_t)seep_table_record_bytes(engine->users);
	header->domain_bytes = (uint32_t)seep_table_record_bytes(engine->domains);
	header->flag_at_percent = (uint32_t)engine->conf.flag_at_percent;
	header->user_prefix_v4_bits = (uint32_t)engine->conf.user_prefix_v4_bits;
	header->user_prefix_v6_bits = (uint32_t)engine->conf.user_prefix_v6_bits;
	header->novelty_lines = seep_novelty_lines(engine->novelty).count;
	header->labels_lines = seep_labels_lines(engine->labels).count;
	header->first_ms = engine->learned.from_ms;
	header->learning_ms = engine->learned.until_ms - engine->learned.from_ms;
	header->user_budget_mbit = budgets->user.budget_mbit;
	header->user_refill_mbit_day = budgets->user.refill_mbit_day;
	header->domain_budget_mbit = budgets->domain.budget_mbit;
	header->domain_refill_mbit_day = budgets->domain.refill_mbit_day;
	header->new_units = atomic_load(&engine->learned.new_units);
	header->flags = (budgets->is_learned ? SEEP_STATE_LEARNED : 0) |
			(budgets->is_units ? SEEP_STATE_UNITS : 0) |
			(budgets->user_refill_is_auto ? SEEP_STATE_USER_REFILL_AUTO : 0) |
			(budgets->domain_refill_is_auto ? SEEP_STATE_DOMAIN_REFILL_AUTO : 0) |
			(engine->learned.networks_unknown ? SEEP_STATE_NETWORKS_UNKNOWN : 0);
	seep_state_set_key(header, &engine->key);
}

unsigned seep_engine_settle(struct seep_engine *engine, uint64_t when_ms)
{
	seep_learned_settle(engine, when_ms / 1000);
	return atomic_load(&engine->learned.new_units);
}

/* Puts a frame, and counts it. */
static bool put(struct seep_state_out *out, struct seep_state_end *end, enum seep_state_type type,
		size_t bytes)
{
	end->frames += bytes > 0;
	return seep_state_put(out, type, bytes);
}

static bool save_table(struct seep_table *table, bool changed, struct seep_state_out *out,
		       enum seep_state_type type, struct seep_state_end *end)
{
	uint64_t *count = type == SEEP_STATE_USERS ? &end->users : &end->domains;

	for (size_t set = 0; set < seep_table_sets(table);) {
		size_t bytes = seep_table_copy(table, &set, changed, seep_state_payload(out),
					       SEEP_STATE_FRAME_BYTES);

		*count += bytes / seep_table_record_bytes(table);
		if (!put(out, end, type, bytes))
			return false;
	}
	return true;
}

/* The networks, each frame with what they are held to. */
static bool save_networks(struct seep_engine *engine, bool changed, struct seep_state_out *out,
			  struct seep_state_end *end)
{
	const struct seep_budgets *budgets = &engine->learned.budgets;
	const struct seep_state_networks head = {
		.record_bytes = (uint32_t)seep_table_record_bytes(engine->networks),
		.flags = (budgets->is_network_learned ? SEEP_STATE_LEARNED : 0) |
			 (budgets->network_refill_is_auto ? SEEP_STATE_NETWORK_REFILL_AUTO : 0),
		.prefix_v4_bits = (uint32_t)engine->conf.network_prefix_v4_bits,
		.prefix_v6_bits = (uint32_t)engine->conf.network_prefix_v6_bits,
		.budget_mbit = budgets->network.budget_mbit,
		.refill_mbit_day = budgets->network.refill_mbit_day,
	};

	for (size_t set = 0; set < seep_table_sets(engine->networks);) {
		unsigned char *payload = seep_state_payload(out);
		size_t bytes =
			seep_table_copy(engine->networks, &set, changed, payload + sizeof(head),
					SEEP_STATE_FRAME_BYTES - sizeof(head));

		memcpy(payload, &head, sizeof(head));
		if (!put(out, end, SEEP_STATE_NETWORKS, bytes ? sizeof(head) + bytes : 0))
			return false;
	}
	return true;
}

static bool save_lines(struct seep_lines lines, struct seep_state_out *out,
		       enum seep_state_type type, struct seep_state_end *end)
{
	for (size_t at = 0; at < lines.count;) {
		size_t bytes = seep_lines_pack(&lines, &at, seep_state_payload(out),
					       SEEP_STATE_FRAME_BYTES);

		if (!put(out, end, type, bytes))
			return false;
	}
	return true;
}

static bool save_novelty(struct seep_engine *engine, struct seep_state_out *out,
			 struct seep_state_end *end)
{
	struct seep_novelty_stand stand = seep_novelty_save_begin(engine->novelty);
	struct seep_state_novelty *saved = seep_state_payload(out);
	bool put_all;

	*saved = (struct seep_state_novelty){
		.began_s = stand.began_s,
		.names = stand.names,
		.newest = stand.newest,
	};
	put_all =
		put(out, end, SEEP_STATE_NOVELTY, sizeof(*saved)) &&
		save_lines(seep_novelty_lines(engine->novelty), out, SEEP_STATE_NOVELTY_LINES, end);
	seep_novelty_save_end(engine->novelty);
	return put_all;
}

bool seep_engine_save(struct seep_engine *engine, struct seep_state_out *out)
{
	struct seep_state_end end = { 0 };

	if (!save_table(engine->users, false, out, SEEP_STATE_USERS, &end) ||
	    !save_networks(engine, false, out, &end) ||
	    !save_table(engine->domains, false, out, SEEP_STATE_DOMAINS, &end) ||
	    !save_novelty(engine, out, &end) ||
	    !save_lines(seep_labels_lines(engine->labels), out, SEEP_STATE_LABELS_LINES, &end) ||
	    !save_lines(seep_sequences_lines(engine->sequences), out, SEEP_STATE_SEQUENCES_LINES,
			&end) ||
	    !save_lines(seep_pairs_lines(engine->pairs), out, SEEP_STATE_PAIRS_LINES, &end))
		return false;
	memcpy(seep_state_payload(out), &end, sizeof(end));
	return seep_state_put(out, SEEP_STATE_END, sizeof(end));
}

/* The names learned, each frame with the time, which says when they are to be forgotten. */
static bool save_names(struct seep_engine *engine, struct seep_state_out *out,
		       const struct seep_state_tick *tick)
{
	const size_t room = (SEEP_STATE_FRAME_BYTES - sizeof(*tick)) / sizeof(uint64_t);
	unsigned char *payload = seep_state_payload(out);
	size_t count;

	do {
		count = seep_novelty_take(engine->novelty,
					  (uint64_t *)(void *)(payload + sizeof(*tick)), room);
		if (!count)
			return true;
		memcpy(payload, tick, sizeof(*tick));
		if (!seep_state_put(out, SEEP_STATE_NAMES,
				    sizeof(*tick) + count * sizeof(uint64_t)))
			return false;
	} while (count == room);
	return true;
}

bool seep_engine_save_changes(struct seep_engine *engine, struct seep_state_out *out,
			      const struct seep_state_tick *tick)
{
	struct seep_state_end ignored = { 0 };

	if (!save_table(engine->users, true, out, SEEP_STATE_USERS, &ignored) ||
	    !save_networks(engine, true, out, &ignored) ||
	    !save_table(engine->domains, true, out, SEEP_STATE_DOMAINS, &ignored) ||
	    !save_names(engine, out, tick))
		return false;
	memcpy(seep_state_payload(out), tick, sizeof(*tick));
	return seep_state_put(out, SEEP_STATE_TICK, sizeof(*tick));
}

void seep_engine_drop_changes(struct seep_engine *engine)
{
	uint64_t hashes[512];

	while (seep_novelty_take(engine->novelty, hashes, 512) == 512)
		;
}
