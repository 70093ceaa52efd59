/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes rows for people of a state file's records. */
#include "state/view.h"

#include "engine/internal.h"
#include "state/record.h"

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
		.networks_unknown = flags & SEEP_STATE_NETWORKS_UNKNOWN,
		.from_ms = header->first_ms,
		.until_ms = header->first_ms + header->learning_ms,
	};
}

bool seep_view_user(struct seep_view_row *row, const struct seep_state_header *header,
		    const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_of(header);
	const struct seep_record_times times = { 0, now_s };
	struct user user;

	if (!seep_record_user(&user, from, header->user_bytes, &times) &&
	    seep_record_key(from) != SEEP_TABLE_SHARED)
		return false;
	/* Policies are of seep.conf, not of the file. */
	seep_look_at_user(row, &learned, NULL, seep_record_key(from), &user, now_s);
	return true;
}

bool seep_view_domain(struct seep_view_row *row, const struct seep_state_header *header,
		      const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_of(header);
	const struct seep_record_times times = { 0, now_s };
	struct domain domain;

	seep_record_domain(&domain, from, header->domain_bytes, &times);
	seep_look_at_domain(row, &learned, seep_record_key(from), &domain, now_s);
	return true;
}

bool seep_view_has_networks(const struct seep_state_networks *head)
{
	return head->record_bytes == SEEP_RECORD_NETWORK_BYTES;
}

/* With what networks are held to. */
static struct seep_learned learned_with(const struct seep_state_header *header,
					const struct seep_state_networks *head)
{
	struct seep_learned learned = learned_of(header);
	struct seep_limits network = { .budget_mbit = head->budget_mbit,
				       .refill_mbit_day = head->refill_mbit_day,
				       .cap_mbit = head->budget_mbit,
				       .flag_at_percent = header->flag_at_percent };

	learned.budgets.is_network_learned = head->flags & SEEP_STATE_LEARNED;
	learned.budgets.network_refill_is_auto = head->flags & SEEP_STATE_NETWORK_REFILL_AUTO;
	/* The head is not looked at when the file is read: into the range. */
	learned.budgets.network = seep_meter_times(network, 1);
	return learned;
}

bool seep_view_network(struct seep_view_row *row, const struct seep_state_header *header,
		       const struct seep_state_networks *head, const void *from, uint64_t now_s)
{
	const struct seep_learned learned = learned_with(header, head);
	const struct seep_record_times times = { 0, now_s };
	struct network network;

	if (!seep_record_network(&network, from, &times) &&
	    seep_record_key(from) != SEEP_TABLE_SHARED)
		return false;
	seep_look_at_network(row, &learned, seep_record_key(from), &network, now_s);
	return true;
}

bool seep_view_is_newcomer(const struct seep_view_row *network, const struct seep_view_row *user,
			   uint64_t now_s)
{
	const struct network seen = { .head.first_s = (uint32_t)network->first_s };
	const struct user asking = { .is_established = user->is_established };

	return seep_network_is_newcomer(&seen, &asking, now_s);
}

uint64_t seep_view_learning_ends_s(const struct seep_state_header *header)
{
	return header->learning_ms ? (header->first_ms + header->learning_ms) / 1000 : 0;
}

uint64_t seep_view_new_budget_mbit(const struct seep_state_header *header)
{
	const struct seep_limits unit = { .budget_mbit = header->user_budget_mbit };

	return header->flags & SEEP_STATE_LEARNED
		       ? seep_meter_times(unit, header->new_units).budget_mbit
		       : unit.budget_mbit;
}
