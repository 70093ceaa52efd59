/* SPDX-License-Identifier: BSD-3-Clause */
/* The verdict: pure functions of levels, charges and budgets. */
#include "meter/verdict.h"

#include "base/bits.h"

enum seep_outcome seep_verdict_reading(const struct seep_reading *reading)
{
	uint64_t after_mbit = reading->level_mbit + reading->charge_mbit;

	if (after_mbit > reading->budget_mbit)
		return SEEP_REFUSE;
	if (after_mbit > seep_verdict_flag_mbit(reading->budget_mbit, reading->flag_at_percent))
		return SEEP_FLAG;
	return SEEP_PASS;
}

/* VERDICT, or OUTCOME by METER if that is stronger. */
static struct seep_verdict stronger(struct seep_verdict verdict, enum seep_outcome outcome,
				    enum seep_meter meter)
{
	return outcome > verdict.outcome ? (struct seep_verdict){ outcome, meter } : verdict;
}

struct seep_verdict seep_verdict_decide(struct seep_outcomes outcomes, uint64_t user_charge_mbit,
					enum seep_mode mode)
{
	struct seep_verdict verdict = { SEEP_PASS, SEEP_METER_NONE };

	if (user_charge_mbit < SEEP_BIT_MBIT)
		outcomes.domain = SEEP_PASS;
	verdict = stronger(verdict, outcomes.user, SEEP_METER_USER);
	verdict = stronger(verdict, outcomes.network, SEEP_METER_NETWORK);
	verdict = stronger(verdict, outcomes.domain, SEEP_METER_DOMAIN);
	if (verdict.outcome == SEEP_REFUSE && mode != SEEP_MODE_GUARD)
		verdict.outcome = SEEP_WOULD_REFUSE;
	return verdict;
}

struct seep_verdict seep_verdict_with_dga(struct seep_verdict verdict, enum seep_outcome dga,
					  enum seep_mode mode)
{
	if (dga == SEEP_REFUSE && mode != SEEP_MODE_GUARD)
		dga = SEEP_WOULD_REFUSE;
	if (dga <= verdict.outcome)
		return verdict;
	return (struct seep_verdict){ dga, SEEP_METER_DGA };
}
