/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames back into the engine's memory.
 *
 * A file may be damaged in ways that its checksums do not show, or made up: every
 * field of a record is brought into its range here, or the record is dropped. A
 * field that is added to struct user or struct domain is to be mended here as well.
 */
#include "state/save.h"

#include <string.h>

#include "engine/internal.h"
#include "meter/verdict.h"
#include "base/lines.h"

#define KEY_BYTES sizeof(uint64_t)

const char *seep_engine_restore_fault(const struct seep_state_header *header)
{
	if (header->user_bytes != KEY_BYTES + sizeof(struct user) ||
	    header->domain_bytes != KEY_BYTES + sizeof(struct domain))
		return "it was written by a Seep whose records have another size";
	return NULL;
}

/* How saved times become times of now. */
struct moving {
	int64_t shift_s;
	uint64_t now_s;
};

static uint32_t moved_s(const struct moving *moving, uint32_t saved_s)
{
	return (uint32_t)seep_bucket_moved_s(saved_s, moving->shift_s, moving->now_s);
}

static void mend_entry(struct seep_entry *entry, const struct moving *moving)
{
	seep_bucket_mend(&entry->meter, moving->shift_s, moving->now_s);
	entry->first_s = moved_s(moving, entry->first_s);
	entry->last_s = moved_s(moving, entry->last_s);
	entry->crossed_s = moved_s(moving, entry->crossed_s);
	/* What was under way has ended, and is not given back. */
	entry->inflight = 0;
	entry->flagged = entry->flagged != 0;
	entry->spent = entry->spent != 0;
	if (entry->units > SEEP_BUDGET_MOST)
		entry->units = SEEP_BUDGET_MOST;
}

/* Copies the record at FROM and mends it; false if it is no user. */
static bool mend_user(struct user *user, const unsigned char *from, const struct moving *moving)
{
	memcpy(user, from + KEY_BYTES, sizeof(*user));
	mend_entry(&user->head, moving);
	user->head.standing = 0;
	seep_sketch_mend(&user->names_sum, user->names, NAMES_BITS);
	seep_sketch_mend(&user->domains_sum, user->domains, DOMAINS_BITS);
	seep_sketch_mend(&user->rare_sum, user->rare, NAMES_BITS);
	seep_sketch_mend(&user->missing_sum, user->missing, DOMAINS_BITS);
	seep_dga_mend(&user->dga, moving->shift_s, moving->now_s);
	seep_repeat_mend(&user->repeat);
	seep_flag_mend(&user->checking_disabled);
	return user->address.size_bytes == 4 || user->address.size_bytes == 16;
}

/* Does the text end within its bytes? */
static bool is_text_sound(const uint8_t text[SEEP_DOMAIN_TEXT_BYTES])
{
	size_t at = 0;

	while (at < SEEP_DOMAIN_TEXT_BYTES && text[at] && text[at] < 64)
		at += 1u + text[at];
	return at < SEEP_DOMAIN_TEXT_BYTES && !text[at];
}

static void mend_domain(struct domain *domain, const unsigned char *from,
			const struct moving *moving)
{
	memcpy(domain, from + KEY_BYTES, sizeof(*domain));
	mend_entry(&domain->head, moving);
	seep_sketch_mend(&domain->users_sum, domain->users, USERS_BITS);
	seep_sketch_mend(&domain->names_sum, domain->names, NAMES_BITS);
	domain->head.standing = (uint32_t)users_of_domain(domain);
	if (!is_text_sound(domain->text))
		memset(domain->text, 0, sizeof(domain->text));
}

static uint64_t key_of(const unsigned char *record)
{
	uint64_t key;

	memcpy(&key, record, sizeof(key));
	return key;
}

static void restore_user(struct seep_engine_restore *restore, const unsigned char *record)
{
	const struct moving moving = { restore->shift_s, restore->now_s };
	const struct seep_engine *engine = restore->engine;
	uint64_t key = key_of(record);
	struct user user;
	bool sound = mend_user(&user, record, &moving);

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
	const struct moving moving = { restore->shift_s, restore->now_s };
	const struct seep_engine *engine = restore->engine;
	struct domain domain;

	mend_domain(&domain, record, &moving);
	if (seep_table_restore(engine->domains, key_of(record),
			       engine->learned.budgets.domain.refill_mbit_day, restore->now_s,
			       &domain.head))
		restore->domains++;
	else
		restore->dropped++;
}

static void restore_novelty(struct seep_engine_restore *restore, const void *payload)
{
	struct seep_state_novelty saved;
	struct seep_novelty_stand stand;

	memcpy(&saved, payload, sizeof(saved));
	stand = (struct seep_novelty_stand){
		.began_s = seep_bucket_moved_s(saved.began_s, restore->shift_s, restore->now_s),
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

static void restore_names(struct seep_engine_restore *restore, const unsigned char *payload,
			  size_t bytes)
{
	struct seep_state_tick tick;
	uint64_t when_s;

	memcpy(&tick, payload, sizeof(tick));
	when_s = seep_bucket_moved_s(tick.when_ms / 1000, restore->shift_s, restore->now_s);
	for (size_t at = sizeof(tick); at < bytes; at += sizeof(uint64_t))
		seep_novelty_learn(restore->engine->novelty, key_of(payload + at), when_s);
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
	case SEEP_STATE_NAMES:
		restore_names(restore, payload, frame->bytes);
		break;
	case SEEP_STATE_END:
	case SEEP_STATE_OWNER:
	case SEEP_STATE_TICK:
		break;
	}
}

void seep_engine_restore_end(struct seep_engine_restore *restore)
{
	restore->forgotten = seep_novelty_restore_end(restore->engine->novelty);
}

/* For people. */

static void view_entry(struct seep_saved *saved, const struct seep_entry *entry,
		       const struct seep_limits *limits, uint64_t now_s)
{
	saved->level_mbit = seep_bucket_level(&entry->meter, limits->refill_mbit_day, now_s);
	saved->budget_mbit = limits->budget_mbit;
	saved->first_s = entry->first_s;
	saved->last_s = entry->last_s;
	saved->spent = seep_meter_is_spent(entry, limits, now_s);
	saved->flagged = entry->flagged &&
			 saved->level_mbit > seep_verdict_flag_mbit(limits->budget_mbit,
								    limits->flag_at_percent);
}

/* What the engine that wrote the header held users and domains to. */
static struct seep_learned learned_of(const struct seep_state_header *header)
{
	const uint32_t flags = header->flags;
	struct seep_limits user = { .budget_mbit = header->user_budget_mbit,
				    .refill_mbit_day = header->user_refill_mbit_day,
				    .cap_mbit = header->user_budget_mbit,
				    .flag_at_percent = header->flag_at_percent };
	struct seep_limits domain = { .budget_mbit = header->domain_budget_mbit,
				      .refill_mbit_day = header->domain_refill_mbit_day,
				      .cap_mbit = header->domain_budget_mbit,
				      .flag_at_percent = header->flag_at_percent };

	return (struct seep_learned){
		.budgets = { .is_learned = flags & SEEP_STATE_LEARNED,
			     .is_units = flags & SEEP_STATE_UNITS,
			     .user_refill_is_auto = flags & SEEP_STATE_USER_REFILL_AUTO,
			     .domain_refill_is_auto = flags & SEEP_STATE_DOMAIN_REFILL_AUTO,
			     .user = user,
			     .domain = domain },
		.new_units = header->new_units,
		.from_ms = header->first_ms,
		.until_ms = header->first_ms + header->learning_ms,
	};
}

bool seep_saved_user(struct seep_saved *saved, const struct seep_state_header *header,
		     const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_of(header);
	const struct moving moving = { 0, now_s };
	struct seep_limits limits;
	struct user user;

	if (!mend_user(&user, from, &moving) && key_of(from) != SEEP_TABLE_SHARED)
		return false;
	*saved = (struct seep_saved){
		.key = key_of(from),
		.address = user.address,
		.dga_mbit = user.dga.level_mbit,
		.names = seep_sketch_count(&user.names_sum),
		.domains = seep_sketch_count(&user.domains_sum),
		.missing = seep_sketch_count(&user.missing_sum),
		.hits = user.hits,
		.sent = user.sent,
	};
	limits = seep_learned_user(&learned, &user, now_s);
	view_entry(saved, &user.head, &limits, now_s);
	return true;
}

bool seep_saved_domain(struct seep_saved *saved, const struct seep_state_header *header,
		       const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_of(header);
	const struct moving moving = { 0, now_s };
	struct seep_limits limits;
	struct domain domain;

	mend_domain(&domain, from, &moving);
	*saved = (struct seep_saved){
		.key = key_of(from),
		.names = seep_sketch_count(&domain.names_sum),
		.users = users_of_domain(&domain),
	};
	memcpy(saved->text, domain.text, sizeof(domain.text));
	limits = seep_learned_domain(&learned, &domain, 0, saved->users);
	view_entry(saved, &domain.head, &limits, now_s);
	return true;
}
