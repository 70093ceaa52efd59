/* SPDX-License-Identifier: BSD-3-Clause */
/* Standard output as a terminal. */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_one(void)
{
	return isatty(STDOUT_FILENO);
}

bool terminal_has_codes(void)
{
	const char *term = getenv("TERM");

	return terminal_is_one() && (!term || strcmp(term, "dumb") != 0);
}

const char *terminal_colour(enum terminal_colour colour)
{
	static const char *const codes[] = {
		[TERMINAL_PLAIN] = "\033[0m",   [TERMINAL_RED] = "\033[31m",
		[TERMINAL_YELLOW] = "\033[33m", [TERMINAL_GREEN] = "\033[32m",
		[TERMINAL_BOLD] = "\033[1m",
	};
	const char *none = getenv("NO_COLOR");

	return !terminal_has_codes() || (none && *none) ? "" : codes[colour];
}

static struct winsize size(void)
{
	struct winsize size;

	if (!terminal_is_one() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		size = (struct winsize){ .ws_col = 0 };
	return size;
}

unsigned terminal_columns(void)
{
	return size().ws_col;
}

unsigned terminal_rows(void)
{
	return size().ws_row;
}
