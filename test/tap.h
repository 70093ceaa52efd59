/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unit tests in the Test Anything Protocol. A program's main calls tap_begin, then tap_run for each
 * test, and ends with `return done();`. A test calls ok, is_int, is_str and is_bool as often as it
 * wants; each gives whether it passed. The plan is printed by done, so a program that dies early
 * fails for want of one.
 *
 * Arguments choose tests: those run whose name contains one of them. --list prints the names alone.
 * An argument that no test's name contains is an error.
 */
#ifndef SEEP_TAP_H
#define SEEP_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What this program was asked for, and how far it is. A program that asks for nothing runs all. */
static struct {
	int count, failed;
	int wanted_count;
	char **wanted;    /* parts of names */
	uint64_t matched; /* a bit for each of WANTED */
	bool lists;       /* names, and runs nothing */
} tap;

#define ok(condition, ...) tap_line((condition), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...)  tap_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_bool(got, want, ...) is_int((bool)(got), (bool)(want), __VA_ARGS__)
/* A test that cannot run here, and why. */
#define skip(...)               (printf("ok %d # SKIP ", ++tap.count), printf(__VA_ARGS__), printf("\n"))

/* The description on one line, and without the "#" that would start a directive. */
__attribute__((format(printf, 4, 0))) static inline bool tap_print(bool passed, const char *file,
								   int line, const char *format,
								   va_list arguments)
{
	char text[512];

	if (tap.lists) /* what main checks between the tests */
		return passed;
	vsnprintf(text, sizeof(text), format, arguments);
	for (char *at = text; *at; at++)
		*at = (unsigned char)*at < 0x20 || *at == '#' ? '.' : *at;
	printf("%sok %d - %s\n", passed ? "" : "not ", ++tap.count, text);
	if (!passed)
		printf("#   failed at %s:%d\n", file, line);
	tap.failed += !passed;
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

/* Takes main's arguments. */
static inline void tap_begin(int argc, char **argv)
{
	tap.lists = argc == 2 && strcmp(argv[1], "--list") == 0;
	if (tap.lists)
		return;
	if (argc > 64) {
		fprintf(stderr, "%s: too many arguments\n", argv[0]);
		exit(1);
	}
	tap.wanted = argv + 1;
	tap.wanted_count = argc > 0 ? argc - 1 : 0;
}

static inline bool tap_is_wanted(const char *name)
{
	bool wanted = tap.wanted_count == 0;

	for (int i = 0; i < tap.wanted_count; i++) {
		if (!strstr(name, tap.wanted[i]))
			continue;
		tap.matched |= UINT64_C(1) << i;
		wanted = true;
	}
	return wanted;
}

/* Runs TEST if it is wanted, and says how long it took. */
#define tap_run(test) tap_run_named(#test, test)

static inline void tap_run_named(const char *name, void (*test)(void))
{
	struct timespec from, to;

	if (tap.lists)
		puts(name);
	if (tap.lists || !tap_is_wanted(name))
		return;
	clock_gettime(CLOCK_MONOTONIC, &from);
	test();
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("# %s: %.3f s\n", name,
	       (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
}

/* Prints the plan; main's status. */
static inline int done(void)
{
	bool failed = tap.failed > 0;

	for (int i = 0; i < tap.wanted_count; i++) {
		if (tap.matched >> i & 1)
			continue;
		fprintf(stderr, "no test's name contains \"%s\"\n", tap.wanted[i]);
		failed = true;
	}
	if (!tap.lists)
		printf("1..%d\n", tap.count);
	return failed || fflush(stdout) != 0;
}

#endif
