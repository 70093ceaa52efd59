/* SPDX-License-Identifier: BSD-3-Clause */
/* The price of a query. */
#include "meter/price.h"

#include "base/bits.h"

/* Of eight known names in a common domain six are the last one again with the type before the last
 * (A each time, or A and AAAA in turn), one with another type, and one is another name. */
#define LAST_MBIT  416u
#define OTHER_MBIT (3 * SEEP_BIT_MBIT)

static uint64_t question_mbit(const struct seep_price_input *input)
{
	return seep_charge_question(input->qtype, input->qclass, input->name->number_bits > 0);
}

static struct seep_sending sending_of(const struct seep_price_input *input)
{
	return (struct seep_sending){
		.name = input->name_key,
		.type = input->type,
		.question = (uint32_t)input->qclass << 16 | input->qtype,
		.is_novel = !input->is_known,
	};
}

/* What others made known is there to choose from, too. */
static uint64_t choice_names(const struct seep_price_input *input)
{
	return input->user_names > input->domain_names ? input->user_names : input->domain_names;
}

static uint64_t known_mbit(const struct seep_price_input *input, int32_t *loss_mbit)
{
	const struct seep_sending sending = sending_of(input);
	uint64_t otherwise_mbit = seep_repeat_mbit(input->repeat, &sending, choice_names(input),
						   question_mbit(input));

	return seep_sequence_mbit(input->sequences, input->sequence, input->user_key, &sending,
				  otherwise_mbit, loss_mbit);
}

/* Of a common domain's known names: the last one again, or any of them and its question. */
static uint64_t choice_mbit(const struct seep_price_input *input)
{
	if (input->is_last && input->is_in_turn)
		return LAST_MBIT;
	return OTHER_MBIT + question_mbit(input) +
	       (input->is_last ? 0 : seep_bits_of_odds(input->domain_names + 1, 1));
}

/*
 * The same where the user's own sendings tell: one of its last few again, in what order, or any of
 * the domain's names. What that costs beside the choice is never less than for others. A name among
 * the last few may be told by its bin, too: so many names in each bin that all these words together
 * are no more than those of the choice.
 */
static uint64_t told_mbit(const struct seep_price_input *input)
{
	const struct seep_sending sending = sending_of(input);
	uint64_t kind_mbit = seep_repeat_kind_mbit(input->repeat, SEEP_REPEAT_KNOWN);

	if (seep_repeat_kind_of(input->repeat, &sending) == SEEP_REPEAT_AGAIN)
		return seep_repeat_mbit(input->repeat, &sending,
					SEEP_REPEAT_BINS * (input->domain_names + 1),
					question_mbit(input));
	return choice_mbit(input) + (kind_mbit > OTHER_MBIT ? kind_mbit - OTHER_MBIT : 0);
}

static uint64_t own_choice_mbit(const struct seep_price_input *input, int32_t *loss_mbit)
{
	const struct seep_sending sending = sending_of(input);

	return seep_sequence_mbit(input->sequences, input->sequence, input->user_key, &sending,
				  told_mbit(input), loss_mbit);
}

/* Which domain: the last sending's, another one in use, or one that nobody here used before. */
static uint64_t domain_mbit(const struct seep_price_input *input)
{
	uint64_t mbit = seep_sequence_domain_mbit(input->sequence, input->domain_key);

	if (!input->is_used)
		return mbit + seep_charge_new_domain(input->name);
	if (seep_sequence_is_in_domain(input->sequence, input->domain_key))
		return mbit;
	return mbit + seep_bits_of_odds(input->user_names + 1, 1);
}

/* The prefix, and the question; it is told that no guess is right. */
static uint64_t novel_mbit(const struct seep_price_input *input, struct seep_price *price)
{
	const struct seep_sending sending = sending_of(input);

	return question_mbit(input) +
	       seep_charge_prefix(input->name, input->label_keys, input->labels, input->shapes,
				  &price->shape) +
	       domain_mbit(input) +
	       seep_sequence_mbit(input->sequences, input->sequence, input->user_key, &sending,
				  seep_repeat_kind_mbit(input->repeat, SEEP_REPEAT_NOVEL),
				  &price->loss_mbit);
}

struct seep_price seep_price_of(const struct seep_price_input *input)
{
	struct seep_price price = { 0 };

	if (input->is_rare)
		price.mbit = seep_flag_mbit(input->flag, input->checking_disabled) +
			     (input->is_known ? known_mbit(input, &price.loss_mbit)
					      : novel_mbit(input, &price));
	else if (input->is_known && input->is_own)
		price.mbit = own_choice_mbit(input, &price.loss_mbit);
	else if (input->is_known)
		price.mbit = choice_mbit(input);
	else
		price.mbit = question_mbit(input) +
			     seep_charge_prefix(input->name, input->label_keys, input->labels,
						input->shapes, &price.shape);
	return price;
}

static void add(struct seep_pieces *pieces, enum seep_piece_kind kind, int64_t mbit)
{
	seep_pieces_add(pieces, (struct seep_piece){ .kind = kind, .mbit = mbit });
}

/* What OTHERWISE_MBIT, of this kind, becomes by guesses. */
static void add_guessed(const struct seep_price_input *input, struct seep_pieces *pieces,
			enum seep_piece_kind kind, uint64_t otherwise_mbit)
{
	const struct seep_sending sending = sending_of(input);
	int32_t loss_mbit;
	uint64_t mbit = seep_sequence_mbit(input->sequences, input->sequence, input->user_key,
					   &sending, otherwise_mbit, &loss_mbit);

	add(pieces, kind, (int64_t)otherwise_mbit);
	add(pieces, SEEP_PIECE_ORDER, (int64_t)mbit - (int64_t)otherwise_mbit);
}

static void add_known(const struct seep_price_input *input, struct seep_pieces *pieces)
{
	const struct seep_sending sending = sending_of(input);

	add_guessed(input, pieces, SEEP_PIECE_KNOWN,
		    seep_repeat_mbit(input->repeat, &sending, choice_names(input),
				     question_mbit(input)));
}

static void add_domain(const struct seep_price_input *input, struct seep_pieces *pieces)
{
	uint64_t again_mbit = seep_sequence_domain_mbit(input->sequence, input->domain_key);

	add(pieces, SEEP_PIECE_DOMAIN, (int64_t)again_mbit);
	if (domain_mbit(input) > again_mbit)
		add(pieces, input->is_used ? SEEP_PIECE_USED : SEEP_PIECE_NEW,
		    (int64_t)(domain_mbit(input) - again_mbit));
}

static void add_prefix(const struct seep_price_input *input, struct seep_pieces *pieces)
{
	add(pieces, SEEP_PIECE_TYPE, (int64_t)question_mbit(input));
	seep_charge_prefix_pieces(input->name, input->label_keys, input->labels, input->shapes,
				  pieces);
}

static void add_choice(const struct seep_price_input *input, struct seep_pieces *pieces)
{
	if (input->is_last && input->is_in_turn) {
		add(pieces, SEEP_PIECE_LAST, LAST_MBIT);
		return;
	}
	add(pieces, SEEP_PIECE_TYPE, (int64_t)question_mbit(input));
	add(pieces, SEEP_PIECE_CHOICE, (int64_t)(choice_mbit(input) - question_mbit(input)));
}

void seep_price_pieces(const struct seep_price_input *input, struct seep_pieces *pieces)
{
	if (!input->is_known)
		add_prefix(input, pieces);
	else if (!input->is_rare && input->is_own)
		add_guessed(input, pieces, SEEP_PIECE_KNOWN, told_mbit(input));
	else if (!input->is_rare)
		add_choice(input, pieces);
	if (!input->is_rare)
		return;
	add(pieces, SEEP_PIECE_FLAG,
	    (int64_t)seep_flag_mbit(input->flag, input->checking_disabled));
	if (input->is_known) {
		add_known(input, pieces);
		return;
	}
	add_domain(input, pieces);
	add_guessed(input, pieces, SEEP_PIECE_NOVEL,
		    seep_repeat_kind_mbit(input->repeat, SEEP_REPEAT_NOVEL));
}
