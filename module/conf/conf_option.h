/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of options as seep.conf writes them; shared by conf.c and conf_option.c.
 * conf.h declares the rest of conf_option.c.
 *
 * Threads: nothing is shared.
 */
#ifndef SEEP_CONF_OPTION_H
#define SEEP_CONF_OPTION_H

#include "conf/conf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Digits and perhaps a unit, for an option that is a size, a duration, a number or a percentage. NULL, or why value is
 * no such number; *number may be written even then.
 */
const char *seep_option_number(const struct seep_option *option, const char *value,
			       uint64_t *number);

/* Which of the option's words value is; false, and *word untouched, if it is none. */
bool seep_option_word(const struct seep_option *option, const char *value, unsigned *word);

#endif
