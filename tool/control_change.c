/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands share that change something in a running Seep. */
#include "control_change.h"

#include "control/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct option_row option_rows[] = {
	{ .name = "reason",
	  .argument = "TEXT",
	  .text = "why, for the log; at most 127 bytes",
	  .offset = offsetof(struct change_options, reason) },
};
const struct option_set change_base_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
	.base = &control_base_options,
};

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

bool change_may_send(const struct change_options *options, char **words, int count)
{
	for (int at = 0; at < count; at++) {
		if (!control_may_send(words[at]))
			return false;
	}
	if (options->reason && !is_printable(options->reason)) {
		fputs("seepctl: --reason: expected printable ASCII, on one line\n", stderr);
		return false;
	}
	return true;
}

bool change_ask(const struct change_options *options, struct control_answer *answer,
		const char *format, ...)
{
	char text[SEEP_CONTROL_REQUEST_MAX];
	va_list arguments;

	va_start(arguments, format);
	/* What is too long is told of what is sent. */
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return control_ask(&options->control, answer, "%s%s%s", text,
			   options->reason ? " reason " : "",
			   options->reason ? options->reason : "");
}

void change_print_note(const struct control_answer *answer)
{
	const char *note = control_word(answer, 0, "note");

	if (*note)
		printf("note      %s\n", note);
}
