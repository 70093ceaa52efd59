/* SPDX-License-Identifier: BSD-3-Clause */
/* What all parts of the keeper need: its messages, its time, its name in the file. */
#include "state/keeper_own.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/remedy.h"

void seep_keeper_say(const struct seep_keeper *keeper, bool problem, const char *format, ...)
{
	char text[2 * SEEP_STATE_NAME_SIZE + 256 + SEEP_REMEDY_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	keeper->setup.say(keeper->setup.context, problem, text);
}

struct seep_state_tick seep_keeper_now(const struct seep_keeper *keeper)
{
	return keeper->setup.now(keeper->setup.context);
}

void seep_keeper_fail(struct seep_keeper *keeper, const char *what, int error)
{
	seep_state_end(&keeper->file);
	if (keeper->state != KEEPER_FAILING)
		seep_keeper_say(
			keeper, true,
			"%s: %s%s%s; metering goes on in memory until a new file can be written%s%s",
			keeper->path, what, error ? ": " : "", error ? strerror(error) : "",
			error ? ": " : "", error ? seep_remedy_write(error) : "");
	keeper->state = KEEPER_FAILING;
}

struct seep_state_owner seep_keeper_owner(const struct seep_keeper *keeper, bool ends)
{
	return (struct seep_state_owner){ .nonce = keeper->setup.nonce,
					  .pid = ends ? 0 : (uint64_t)keeper->pid };
}
