/* SPDX-License-Identifier: BSD-3-Clause */
/* What differs where standard output is a terminal: colours, and how wide and high it is. */
#ifndef SEEPCTL_TERMINAL_H
#define SEEPCTL_TERMINAL_H

#include <stdbool.h>

enum terminal_colour {
	TERMINAL_PLAIN,
	TERMINAL_RED,
	TERMINAL_YELLOW,
	TERMINAL_GREEN,
	TERMINAL_BOLD
};

bool terminal_is_one(void);
/* Is it one that takes codes, such as those of colours? One of TERM=dumb does not. */
bool terminal_has_codes(void);
/* Begins a colour, or with TERMINAL_PLAIN ends it; "" where there are none, or NO_COLOR is set. */
const char *terminal_colour(enum terminal_colour colour);
/* Columns and rows; 0: it is none, and lines are as long as they are. */
unsigned terminal_columns(void);
unsigned terminal_rows(void);

#endif
