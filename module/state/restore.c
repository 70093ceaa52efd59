/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames back into the engine's memory. */
#include "state/save.h"

#include <string.h>

#include "base/clock.h"
#include "base/lines.h"
#include "engine/internal.h"
#include "state/record.h"

static void restore_user(struct seep_engine_restore *restore, const unsigned char *record)
{
	const struct seep_record_times times = { restore->shift_s, restore->now_s };
	const struct seep_engine *engine = restore->engine;
	uint64_t key = seep_record_key(record);
	struct user user;
	bool sound = seep_record_user(&user, record, restore->header->user_bytes, &times);

	if (key != SEEP_TABLE_SHARED &&
	    (!sound || key != seep_hash_bytes(&engine->key, &user.address, sizeof(user.address))))
		restore->dropped++;
	else if (seep_table_restore(engine->users, key,
				    engine->learned.budgets.user.refill_mbit_day, restore->now_s,
				    &user.head))
		restore->users++;
	else
		restore->dropped++;
}

static void restore_domain(struct seep_engine_restore *restore, const unsigned char *record)
{
	const struct seep_record_times times = { restore->shift_s, restore->now_s };
	const struct seep_engine *engine = restore->engine;
	struct domain domain;

	seep_record_domain(&domain, record, restore->header->domain_bytes, &times);
	if (seep_table_restore(engine->domains, seep_record_key(record),
			       engine->learned.budgets.domain.refill_mbit_day, restore->now_s,
			       &domain.head))
		restore->domains++;
	else
		restore->dropped++;
}

static void restore_network(struct seep_engine_restore *restore, const unsigned char *record)
{
	const struct seep_record_times times = { restore->shift_s, restore->now_s };
	struct seep_engine *engine = restore->engine;
	uint64_t key = seep_record_key(record);
	struct network network;
	bool sound = seep_record_network(&network, record, &times);

	if (key != SEEP_TABLE_SHARED &&
	    (!sound ||
	     key != seep_hash_bytes(&engine->key, &network.address, sizeof(network.address))))
		restore->dropped++;
	else if (seep_table_restore(engine->networks, key,
				    engine->learned.budgets.network.refill_mbit_day, restore->now_s,
				    &network.head))
		restore->networks++;
	else
		restore->dropped++;
}

/* Those of a Seep that keeps other records of networks begin anew. */
static void restore_networks(struct seep_engine_restore *restore, const unsigned char *payload,
			     size_t bytes)
{
	struct seep_state_networks head;

	memcpy(&head, payload, sizeof(head));
	if (head.record_bytes != seep_table_record_bytes(restore->engine->networks))
		return;
	for (size_t at = sizeof(head); at < bytes; at += head.record_bytes)
		restore_network(restore, payload + at);
}

static void restore_novelty(struct seep_engine_restore *restore, const void *payload)
{
	struct seep_state_novelty saved;
	struct seep_novelty_stand stand;

	memcpy(&saved, payload, sizeof(saved));
	stand = (struct seep_novelty_stand){
		.began_s = seep_clock_moved_s(saved.began_s, restore->shift_s, restore->now_s),
		.names = saved.names,
		.newest = saved.newest,
	};
	seep_novelty_restore(restore->engine->novelty, &stand);
}

static void restore_novelty_line(void *context, uint64_t line, const uint64_t *words)
{
	struct seep_engine_restore *restore = context;

	seep_novelty_restore_line(restore->engine->novelty, restore->header->novelty_lines, line,
				  words);
}

static void restore_labels_line(void *context, uint64_t line, const uint64_t *words)
{
	struct seep_engine_restore *restore = context;

	seep_labels_restore_line(restore->engine->labels, restore->header->labels_lines, line,
				 words);
}

static void restore_sequences_line(void *context, uint64_t line, const uint64_t *words)
{
	struct seep_engine_restore *restore = context;

	seep_sequences_restore_line(restore->engine->sequences, restore->header->labels_lines, line,
				    words);
}

static void restore_pairs_line(void *context, uint64_t line, const uint64_t *words)
{
	struct seep_engine_restore *restore = context;

	seep_pairs_restore_line(restore->engine->pairs, restore->header->labels_lines, line, words);
}

static void restore_names(struct seep_engine_restore *restore, const unsigned char *payload,
			  size_t bytes)
{
	struct seep_state_tick tick;
	uint64_t when_s;

	memcpy(&tick, payload, sizeof(tick));
	when_s = seep_clock_moved_s(tick.when_ms / 1000, restore->shift_s, restore->now_s);
	for (size_t at = sizeof(tick); at < bytes; at += sizeof(uint64_t))
		seep_novelty_learn(restore->engine->novelty, seep_record_key(payload + at), when_s);
}

void seep_engine_restore_begin(struct seep_engine_restore *restore)
{
	seep_labels_restore(restore->engine->labels);
}

void seep_engine_restore_frame(struct seep_engine_restore *restore,
			       const struct seep_state_frame *frame)
{
	const struct seep_state_header *header = restore->header;
	const unsigned char *payload = (const unsigned char *)(frame + 1);

	switch ((enum seep_state_type)frame->type) {
	case SEEP_STATE_USERS:
		for (size_t at = 0; at < frame->bytes; at += header->user_bytes)
			restore_user(restore, payload + at);
		break;
	case SEEP_STATE_DOMAINS:
		for (size_t at = 0; at < frame->bytes; at += header->domain_bytes)
			restore_domain(restore, payload + at);
		break;
	case SEEP_STATE_NOVELTY:
		restore_novelty(restore, payload);
		break;
	case SEEP_STATE_NOVELTY_LINES:
		if (!seep_lines_unpack(payload, frame->bytes, header->novelty_lines,
				       &restore->novelty_next, restore_novelty_line, restore))
			restore->dropped++;
		break;
	case SEEP_STATE_LABELS_LINES:
		if (!seep_lines_unpack(payload, frame->bytes, header->labels_lines,
				       &restore->labels_next, restore_labels_line, restore))
			restore->dropped++;
		break;
	case SEEP_STATE_SEQUENCES_LINES:
		if (!seep_lines_unpack(payload, frame->bytes, header->labels_lines,
				       &restore->sequences_next, restore_sequences_line, restore))
			restore->dropped++;
		break;
	case SEEP_STATE_PAIRS_LINES:
		if (!seep_lines_unpack(payload, frame->bytes, header->labels_lines,
				       &restore->pairs_next, restore_pairs_line, restore))
			restore->dropped++;
		break;
	case SEEP_STATE_NETWORKS:
		restore_networks(restore, payload, frame->bytes);
		break;
	case SEEP_STATE_NAMES:
		restore_names(restore, payload, frame->bytes);
		break;
	case SEEP_STATE_END:
	case SEEP_STATE_OWNER:
	case SEEP_STATE_TICK:
		break;
	}
}

/* Was the learning over before networks were metered? */
static bool are_networks_unknown(const struct seep_engine_restore *restore)
{
	const struct seep_state_header *header = restore->header;

	return header->flags & SEEP_STATE_NETWORKS_UNKNOWN ||
	       (restore->users && !restore->networks &&
		header->began_ms >= header->first_ms + header->learning_ms);
}

/* The days by which times that are moved come later. */
static int64_t days_moved(const struct seep_engine_restore *restore)
{
	uint64_t saved_s = restore->now_s - (uint64_t)restore->shift_s;

	return (int64_t)(restore->now_s / SEEP_DAY_S - saved_s / SEEP_DAY_S);
}

void seep_engine_restore_end(struct seep_engine_restore *restore)
{
	if (restore->shift_s)
		seep_pairs_move(restore->engine->pairs, days_moved(restore));
	restore->forgotten = seep_novelty_restore_end(restore->engine->novelty);
	seep_network_recount(restore->engine);
	restore->engine->learned.networks_unknown = are_networks_unknown(restore);
	/* What learning taught is counted here, where no query waits. */
	seep_learned_settle(restore->engine, restore->now_s);
}
