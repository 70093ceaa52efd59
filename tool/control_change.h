/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the commands of seepctl have in common that change something in a running Seep.
 */
#ifndef SEEPCTL_CONTROL_CHANGE_H
#define SEEPCTL_CONTROL_CHANGE_H

#include "control.h"

struct change_options {
	struct control_options control; /* first: its options are taken as well */
	const char *reason;             /* --reason; or NULL */
};

/* --reason, and what control_base_options has. */
extern const struct option_set change_base_options;

/*
 * May the WORDS be sent, as control_may_send has it, and is the reason a line of printable ASCII?
 * Else that has been said on standard error.
 */
bool change_may_send(const struct change_options *options, char **words, int count);

/* Asks as control_ask does, with the reason behind. */
__attribute__((format(printf, 3, 4))) bool change_ask(const struct change_options *options,
						      struct control_answer *answer,
						      const char *format, ...);

/* Prints what the answer says of a restart, if the change does not outlast one. */
void change_print_note(const struct control_answer *answer);

#endif
