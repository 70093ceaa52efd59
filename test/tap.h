/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unit tests in the Test Anything Protocol: ok, is_int, is_str, is_bool as often as wanted, then
 * `return done();`. Each gives whether it passed. The plan is printed by done, so a test that dies
 * early fails for want of one.
 */
#ifndef SEEP_TAP_H
#define SEEP_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

#define ok(condition, ...) tap_line((condition), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...)  tap_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_bool(got, want, ...) is_int((bool)(got), (bool)(want), __VA_ARGS__)
/* A test that cannot run here, and why. */
#define skip(...)               (printf("ok %d # SKIP ", ++tap_count), printf(__VA_ARGS__), printf("\n"))

/* The description on one line, and without the "#" that would start a directive. */
__attribute__((format(printf, 4, 0))) static inline bool tap_print(bool passed, const char *file,
								   int line, const char *format,
								   va_list arguments)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, arguments);
	for (char *at = text; *at; at++)
		*at = (unsigned char)*at < 0x20 || *at == '#' ? '.' : *at;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++tap_count, text);
	if (!passed)
		printf("#   failed at %s:%d\n", file, line);
	tap_failed += !passed;
	return fflush(stdout), passed;
}

__attribute__((format(printf, 4, 5))) static inline bool tap_line(bool passed, const char *file,
								  int line, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tap_print(passed, file, line, format, arguments);
	va_end(arguments);
	return passed;
}

__attribute__((format(printf, 5, 6))) static inline bool tap_int(intmax_t got, intmax_t want,
								 const char *file, int line,
								 const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (!tap_print(got == want, file, line, format, arguments))
		printf("#   got %" PRIdMAX ", wanted %" PRIdMAX "\n", got, want);
	va_end(arguments);
	return got == want;
}

__attribute__((format(printf, 5, 6))) static inline bool tap_str(const char *got, const char *want,
								 const char *file, int line,
								 const char *format, ...)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;
	va_list arguments;
	va_start(arguments, format);
	if (!tap_print(same, file, line, format, arguments))
		printf("#   got    \"%s\"\n#   wanted \"%s\"\n", got ? got : "(null)",
		       want ? want : "(null)");
	va_end(arguments);
	return same;
}

static inline int done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed > 0 || fflush(stdout) != 0;
}

#endif
