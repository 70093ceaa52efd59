/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes rows for people of a state file's records. */
#include "state/view.h"

#include <string.h>

#include "engine/internal.h"
#include "meter/verdict.h"
#include "state/record.h"

static void view_entry(struct seep_view_row *row, const struct seep_entry *entry,
		       const struct seep_limits *limits, uint64_t now_s)
{
	row->level_mbit = seep_bucket_level(&entry->meter, limits->refill_mbit_day, now_s);
	row->budget_mbit = limits->budget_mbit;
	row->first_s = entry->first_s;
	row->last_s = entry->last_s;
	row->spent = seep_meter_is_spent(entry, limits, now_s);
	row->flagged = entry->flagged &&
		       row->level_mbit >
			       seep_verdict_flag_mbit(limits->budget_mbit, limits->flag_at_percent);
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

bool seep_view_user(struct seep_view_row *row, const struct seep_state_header *header,
		    const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_of(header);
	const struct seep_record_times times = { 0, now_s };
	struct seep_limits limits;
	struct user user;

	if (!seep_record_user(&user, from, header->user_bytes, &times) &&
	    seep_record_key(from) != SEEP_TABLE_SHARED)
		return false;
	*row = (struct seep_view_row){
		.key = seep_record_key(from),
		.address = user.address,
		.dga_mbit = user.dga.level_mbit,
		.names = seep_sketch_count(&user.names_sum),
		.domains = seep_sketch_count(&user.domains_sum),
		.missing = seep_sketch_count(&user.missing_sum),
		.hits = user.hits,
		.sent = user.sent,
	};
	limits = seep_learned_user(&learned, &user, now_s);
	view_entry(row, &user.head, &limits, now_s);
	return true;
}

bool seep_view_domain(struct seep_view_row *row, const struct seep_state_header *header,
		      const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_of(header);
	const struct seep_record_times times = { 0, now_s };
	struct seep_limits limits;
	struct domain domain;

	seep_record_domain(&domain, from, header->domain_bytes, &times);
	*row = (struct seep_view_row){
		.key = seep_record_key(from),
		.names = seep_sketch_count(&domain.names_sum),
		.users = users_of_domain(&domain),
	};
	memcpy(row->text, domain.text, sizeof(domain.text));
	limits = seep_learned_domain(&learned, &domain, 0, row->users);
	view_entry(row, &domain.head, &limits, now_s);
	return true;
}
