/* SPDX-License-Identifier: BSD-3-Clause */
/* An adaptive code for one bit. */
#include "sketch/flag.h"

#include "base/bits.h"

/* The counts of one state are halved when one gets here. */
#define COUNT_MOST UINT8_MAX

/*
 * What the counts begin with, in halves: one each (KT); but hardly anybody sets the flag at all, so
 * until a user did, that it does not is taken for certain nearly.
 */
#define PRIOR       1u
#define PRIOR_UNSET 255u

uint64_t seep_flag_mbit(const struct seep_flag *flag, bool is_set)
{
	const uint8_t *counts = flag->counts[flag->last];
	unsigned unset = 2u * counts[0] + (flag->last || counts[1] ? PRIOR : PRIOR_UNSET);
	unsigned set = 2u * counts[1] + PRIOR;

	return seep_bits_of_odds(unset + set, is_set ? set : unset);
}

void seep_flag_learn(struct seep_flag *flag, bool is_set)
{
	uint8_t *counts = flag->counts[flag->last];

	if (++counts[is_set] == COUNT_MOST) {
		counts[0] /= 2;
		counts[1] /= 2;
	}
	flag->last = is_set;
}

void seep_flag_mend(struct seep_flag *flag)
{
	bool is_sound = flag->last <= 1;

	for (int before = 0; before < 2; before++)
		for (int now = 0; now < 2; now++)
			is_sound &= flag->counts[before][now] < COUNT_MOST;
	if (!is_sound)
		*flag = (struct seep_flag){ 0 };
}
