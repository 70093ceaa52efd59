/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verdict, as pure functions: what a meter says about one more charge,
 * and what the meters say together.
 */
#ifndef SEEP_VERDICT_RULES_H
#define SEEP_VERDICT_RULES_H

#include <stdint.h>

#include "seep_mode.h"
#include "seep_verdict.h"

/* A meter, and what is about to fall on it; thousandths of a bit. */
struct seep_reading {
	uint64_t level_mbit;
	uint64_t charge_mbit;
	uint64_t budget_mbit;
	uint64_t flag_at_percent; /* of the budget, 1 to 100 */
};

/* Returns the level above which a meter of this budget flags. */
static inline uint64_t seep_verdict_flag_mbit(uint64_t budget_mbit, uint64_t flag_at_percent)
{
	return budget_mbit / 100 * flag_at_percent;
}

/* PASS, FLAG or REFUSE: would this charge, in full, still fit the budget? */
enum seep_outcome seep_verdict_reading(const struct seep_reading *reading);

/*
 * The three meters' answers together, in this MODE. The strongest one names the
 * meter, of equals the user's, then the network's. USER_CHARGE_MBIT is what the user would be
 * charged. Below one bit the domain's meter does not count: such a name is polled, or many use
 * its domain, and one of its users must not be able to close it to the others.
 */
struct seep_outcomes {
	enum seep_outcome user, network, domain;
};
struct seep_verdict seep_verdict_decide(struct seep_outcomes outcomes, uint64_t user_charge_mbit,
					enum seep_mode mode);

/*
 * VERDICT with what the DGA meter says of a new domain, PASS, FLAG or REFUSE;
 * where both say the same, the verdict names its own meter.
 */
struct seep_verdict seep_verdict_with_dga(struct seep_verdict verdict, enum seep_outcome dga,
					  enum seep_mode mode);

#endif
