/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints parts of an answer of the control socket. */
#include "control_text.h"

#include "base/plural.h"

#include <stdio.h>
#include <string.h>

enum terminal_colour control_text_colour(const struct control_answer *answer, size_t at)
{
	if (control_bool(answer, at, "spent"))
		return TERMINAL_RED;
	return control_bool(answer, at, "flagged") ? TERMINAL_YELLOW : TERMINAL_PLAIN;
}

const char *control_text_standing(const struct control_answer *answer, size_t at)
{
	if (control_bool(answer, at, "spent"))
		return "spent";
	return control_bool(answer, at, "flagged") ? "flagged" : "";
}

/* What the meter is, when that was last so of a query, and until when. */
static void print_free(const struct control_answer *answer, size_t at)
{
	const char *until = control_word(answer, at, "free");

	if (!*control_text_standing(answer, at))
		return;
	printf("          %s%s%s; flagged or refused last at %s, ",
	       terminal_colour(control_text_colour(answer, at)), control_text_standing(answer, at),
	       terminal_colour(TERMINAL_PLAIN), control_word(answer, at, "crossed"));
	if (*until)
		printf("free from %s on if nothing is charged until then", until);
	else
		fputs("and stays so, for nothing drains", stdout);
	if (control_number(answer, at, "refusals") > 0)
		printf("; %s%s refusal%s", control_word(answer, at, "refusals"),
		       control_number(answer, at, "refusals") < 64 ? "" : " or more",
		       seep_plural((uint64_t)control_number(answer, at, "refusals"), "", "s"));
	putchar('\n');
}

void control_text_meter(const struct control_answer *answer, size_t at, const char *word)
{
	printf("%-9s %.1f of %.1f bytes, %.1f %%; %.1f drain in a day%s\n", word,
	       control_number(answer, at, "level_bytes"),
	       control_number(answer, at, "budget_bytes"), control_number(answer, at, "percent"),
	       control_number(answer, at, "refill_bytes_day"),
	       control_bool(answer, at, "crowd") ? "; no budget fits" : "");
	print_free(answer, at);
}

void control_text_estimate(const struct control_answer *answer, size_t at, const char *key,
			   char text[CONTROL_TEXT_SIZE])
{
	char name[CONTROL_TEXT_SIZE];
	const char *error;

	snprintf(name, sizeof(name), "%s_error_percent", key);
	error = control_word(answer, at, name);
	if (*error && *error != '0')
		snprintf(text, CONTROL_TEXT_SIZE, "about %.20s (+- %.5s %%)",
			 control_word(answer, at, key), error);
	else
		snprintf(text, CONTROL_TEXT_SIZE, "%.20s", control_word(answer, at, key));
}

const char *control_text_plural(const struct control_answer *answer, const char *key,
				const char *one, const char *many)
{
	return strcmp(control_word(answer, 0, key), "1") == 0 ? one : many;
}
