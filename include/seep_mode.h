/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Seep is doing as a whole, why it passes everything when it does, and how the state file
 * fares: the values of the gauges seep.mode, seep.passthrough and seep.state.
 *
 * X(constant, number, text). TEXT is for seep-stats(7); a number never changes.
 */
#ifndef SEEP_MODE_H
#define SEEP_MODE_H

#define SEEP_MODES(X)                                                                      \
	X(SEEP_MODE_PASSTHROUGH, 0, "Passing everything; nothing is metered.")             \
	X(SEEP_MODE_LEARNING, 1, "Learning: metering and flagging, refusing nothing yet.") \
	X(SEEP_MODE_FLAG, 2, "Metering and flagging only, by action: flag.")               \
	X(SEEP_MODE_GUARD, 3, "Guarding: what exceeds a budget is refused.")

#define SEEP_PASSTHROUGHS(X)                                                      \
	X(SEEP_PASSTHROUGH_NO, 0, "It does not; see seep.mode.")                  \
	X(SEEP_PASSTHROUGH_BUILD, 1, "The module was built for another Unbound.") \
	X(SEEP_PASSTHROUGH_CONF, 2, "seep.conf cannot be used.")                  \
	X(SEEP_PASSTHROUGH_MEMORY, 3, "memory-size could not be allocated.")      \
	X(SEEP_PASSTHROUGH_SYSTEM, 4,                                             \
	  "The system gives no random bytes, or there is no Public Suffix List.") \
	X(SEEP_PASSTHROUGH_ORDER, 5, "In that order of module-config dynlib sees too little.")

#define SEEP_STATE_STATUSES(X)                                                                 \
	X(SEEP_STATE_NONE, 0, "There is none: state-file is \"\", or Seep passes everything.") \
	X(SEEP_STATE_KEPT, 1, "Changes are written every second.")                             \
	X(SEEP_STATE_FAILING, 2,                                                               \
	  "It cannot be written now. Metering goes on in memory, and a new file is tried.")    \
	X(SEEP_STATE_OTHER, 3, "Another process writes it. This one meters in memory only.")   \
	X(SEEP_STATE_UNKEPT, 4,                                                                \
	  "It cannot be used. Metering goes on in memory; the next start tries it again.")

#define SEEP_MODE_CONSTANT(constant, number, text) constant = number,
enum seep_mode { SEEP_MODES(SEEP_MODE_CONSTANT) };
enum seep_passthrough { SEEP_PASSTHROUGHS(SEEP_MODE_CONSTANT) };
enum seep_state_status { SEEP_STATE_STATUSES(SEEP_MODE_CONSTANT) };
#undef SEEP_MODE_CONSTANT

#endif
