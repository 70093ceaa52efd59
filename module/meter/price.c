/* SPDX-License-Identifier: BSD-3-Clause */
/* The price of a query. */
#include "meter/price.h"

#include "base/bits.h"

static uint64_t known_mbit(const struct seep_price_input *input)
{
	const struct seep_sending sending = { .name = input->name_key, .type = input->type };
	/* What others made known is there to choose from, too. */
	uint64_t names =
		input->user_names > input->domain_names ? input->user_names : input->domain_names;

	if (!input->is_rare)
		return 0;
	return seep_flag_mbit(input->flag, input->checking_disabled) +
	       seep_repeat_mbit(input->repeat, &sending, names,
				seep_charge_question(input->qtype, input->qclass));
}

static uint64_t domain_mbit(const struct seep_price_input *input)
{
	if (!input->is_used)
		return seep_charge_new_domain(input->name);
	return seep_bits_of_odds((double)input->user_names + 1, 1);
}

static uint64_t novel_mbit(const struct seep_price_input *input)
{
	uint64_t mbit = seep_charge_question(input->qtype, input->qclass) +
			seep_charge_prefix(input->name, input->label_keys, input->labels);

	if (!input->is_rare)
		return mbit;
	return mbit + domain_mbit(input) + seep_flag_mbit(input->flag, input->checking_disabled) +
	       seep_repeat_kind_mbit(input->repeat, SEEP_REPEAT_NOVEL);
}

uint64_t seep_price_mbit(const struct seep_price_input *input)
{
	return input->is_known ? known_mbit(input) : novel_mbit(input);
}
