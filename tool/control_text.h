/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands print alike of an answer of the control socket. */
#ifndef SEEPCTL_CONTROL_TEXT_H
#define SEEPCTL_CONTROL_TEXT_H

#include "control.h"
#include "terminal.h"

/* The colour of an object with "spent" and "flagged". */
enum terminal_colour control_text_colour(const struct control_answer *answer, size_t at);
/* "spent", "flagged", or "" of neither. */
const char *control_text_standing(const struct control_answer *answer, size_t at);
/* A line on the meter that the object is: level, budget, when it is free; WORD stands before it. */
void control_text_meter(const struct control_answer *answer, size_t at, const char *word);
/* "about 120 (+- 10 %)" to TEXT; an exact one has no error. */
#define CONTROL_TEXT_SIZE 64
void control_text_estimate(const struct control_answer *answer, size_t at, const char *key,
			   char text[CONTROL_TEXT_SIZE]);

/* ONE or MANY, as it stands behind the number of KEY. */
const char *control_text_plural(const struct control_answer *answer, const char *key,
				const char *one, const char *many);

#endif
