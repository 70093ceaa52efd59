/* SPDX-License-Identifier: BSD-3-Clause */
/* The texts of what can be wrong with a state file. */
#include "state/fault.h"

#include <inttypes.h>
#include <stdio.h>

#include "state/format.h"

const char *seep_state_fault_text(enum seep_state_fault fault, uint32_t version,
				  char text[SEEP_FAULT_TEXT_SIZE])
{
#define FAULT_TEXT(constant, words) [constant] = words,
	static const char *const texts[] = { SEEP_STATE_FAULTS(FAULT_TEXT) };
#undef FAULT_TEXT

	if (fault == SEEP_FAULT_VERSION)
		snprintf(text, SEEP_FAULT_TEXT_SIZE,
			 "it has format version %" PRIu32 ", this Seep reads %d", version,
			 SEEP_STATE_VERSION);
	else
		snprintf(text, SEEP_FAULT_TEXT_SIZE, "%s", texts[fault]);
	return text;
}
