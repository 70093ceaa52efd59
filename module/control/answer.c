/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a request of Unbound's control protocol, and writes its answer. */
#include "control/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAGIC           "UBCT1 "
#define MAGIC_BYTES     (sizeof(MAGIC) - 1)
/* Of MAGIC, what all versions of the protocol share. */
#define MAGIC_ANY_BYTES 4
/* So much of an unknown command is told. */
#define SHOWN_BYTES     64

/* What a command gets. */
struct call {
	const struct seep_control_source *source;
	struct seep_counters *base;
	struct seep_control_answer *answer;
};

/* A part of a request. */
struct words {
	const char *bytes;
	size_t size;
};

/* Appends a whole line, or nothing; false if it does not fit. */
__attribute__((format(printf, 2, 3))) static bool line(struct seep_control_answer *answer,
						       const char *format, ...)
{
	size_t room = sizeof(answer->bytes) - answer->size;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(answer->bytes + answer->size, room, format, arguments);
	va_end(arguments);
	if (answer->is_full || size < 0 || (size_t)size + 1 >= room) {
		answer->is_full = true;
		return false;
	}
	answer->size += (size_t)size;
	answer->bytes[answer->size++] = '\n';
	return true;
}

static int print_statistic(void *context, const char *key, unsigned long long value)
{
	return line(context, "%s=%llu", key, value);
}

static void read_statistics(const struct seep_control_source *source, uint64_t when_ms,
			    struct seep_statistics *statistics)
{
	*statistics = (struct seep_statistics){ .gauges.mode = SEEP_MODE_PASSTHROUGH };
	if (source->engine) {
		seep_engine_read(source->engine, when_ms, statistics);
		seep_keeper_read(source->keeper, when_ms, &statistics->gauges);
	}
	statistics->gauges.passthrough = source->why;
}

static void print_statistics(const struct call *call, bool resets)
{
	const struct seep_control_source *source = call->source;
	struct seep_statistics statistics;

	read_statistics(source, source->now(source->context).when_ms, &statistics);
	(void)seep_statistics_print(&statistics, call->base, print_statistic, call->answer);
	if (resets)
		seep_statistics_reset(&statistics, call->base);
}

static void do_stats(const struct call *call)
{
	print_statistics(call, true);
}

static void do_stats_noreset(const struct call *call)
{
	print_statistics(call, false);
}

/* When learning ends, by the wall clock. */
static void print_learning(const struct call *call, const struct seep_state_tick *now)
{
	uint64_t until_ms = seep_engine_learning_until_ms(call->source->engine);
	time_t until_s = (time_t)((now->wall_ms + (until_ms - now->when_ms)) / 1000);
	struct tm date;

	if (gmtime_r(&until_s, &date))
		(void)line(call->answer, "learning until: %04d-%02d-%02dT%02d:%02d:%02dZ",
			   date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour,
			   date.tm_min, date.tm_sec);
}

static void do_status(const struct call *call)
{
#define TEXT(constant, number, text) [constant] = text,
	static const char *const modes[] = { SEEP_MODES(TEXT) };
	static const char *const reasons[] = { SEEP_PASSTHROUGHS(TEXT) };
	static const char *const states[] = { SEEP_STATE_STATUSES(TEXT) };
#undef TEXT
	const struct seep_control_source *source = call->source;
	const struct seep_state_tick now = source->now(source->context);
	struct seep_control_answer *answer = call->answer;
	struct seep_statistics statistics;
	const struct seep_gauges *gauges = &statistics.gauges;

	read_statistics(source, now.when_ms, &statistics);
	(void)line(answer, "version: %s", source->version);
	(void)line(answer, "mode: %s", modes[gauges->mode]);
	if (gauges->mode == SEEP_MODE_LEARNING)
		print_learning(call, &now);
	if (gauges->passthrough != SEEP_PASSTHROUGH_NO)
		(void)line(answer, "why: %s", reasons[gauges->passthrough]);
	(void)line(answer, "users: %llu, spent %llu", (unsigned long long)gauges->users,
		   (unsigned long long)gauges->users_spent);
	(void)line(answer, "networks: %llu, spent %llu", (unsigned long long)gauges->networks,
		   (unsigned long long)gauges->networks_spent);
	(void)line(answer, "domains: %llu, spent %llu", (unsigned long long)gauges->domains,
		   (unsigned long long)gauges->domains_spent);
	(void)line(answer, "memory: %llu bytes", (unsigned long long)gauges->memory_bytes);
	(void)line(answer, "state file: %s", states[gauges->state]);
}

static void do_help(const struct call *call);

static const struct command {
	const char *name;
	void (*run)(const struct call *call);
	const char *text;
} commands[] = {
	{ "stats", do_stats, "print statistics, and set counters to 0" },
	{ "stats_noreset", do_stats_noreset, "print statistics" },
	{ "status", do_status, "print what Seep is doing" },
	{ "help", do_help, "print these commands" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void do_help(const struct call *call)
{
	for (size_t at = 0; at < COMMANDS; at++)
		(void)line(call->answer, "%-15s %s", commands[at].name, commands[at].text);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct words without_blanks(struct words words)
{
	while (words.size && is_blank(words.bytes[0]))
		words = (struct words){ words.bytes + 1, words.size - 1 };
	while (words.size && is_blank(words.bytes[words.size - 1]))
		words.size--;
	return words;
}

/* The words for a message: printable, and not many. */
static const char *shown(char text[SHOWN_BYTES + 1], struct words words)
{
	size_t size = words.size < SHOWN_BYTES ? words.size : SHOWN_BYTES;

	for (size_t at = 0; at < size; at++)
		text[at] = (char)(words.bytes[at] > 31 && words.bytes[at] < 127 ? words.bytes[at]
										: '?');
	text[size] = '\0';
	return text;
}

static void run(const struct call *call, struct words words)
{
	char text[SHOWN_BYTES + 1];

	for (size_t at = 0; at < COMMANDS; at++) {
		if (words.size == strlen(commands[at].name) &&
		    memcmp(words.bytes, commands[at].name, words.size) == 0) {
			commands[at].run(call);
			return;
		}
	}
	(void)line(call->answer, "error unknown command '%s': help lists the commands of Seep",
		   shown(text, words));
}

bool seep_control_answer(const struct seep_control_source *source, struct seep_counters *base,
			 const char *request, size_t size, bool is_end,
			 struct seep_control_answer *answer)
{
	const struct call call = { .source = source, .base = base, .answer = answer };
	size_t magic_bytes = size < MAGIC_BYTES ? size : MAGIC_BYTES;
	bool is_ours = memcmp(request, MAGIC, magic_bytes) == 0;
	const char *end = memchr(request, '\n', size);

	if (is_ours && !end && !is_end && size < SEEP_CONTROL_REQUEST_MAX)
		return false;
	answer->size = 0;
	answer->is_full = false;
	if (is_ours && magic_bytes == MAGIC_BYTES && (end || is_end))
		run(&call,
		    without_blanks((struct words){
			    request + MAGIC_BYTES,
			    (size_t)((end ? end : request + size) - request) - MAGIC_BYTES }));
	else if (is_ours && magic_bytes == MAGIC_BYTES)
		(void)line(answer, "error command line too long");
	else if (size > MAGIC_ANY_BYTES && memcmp(request, MAGIC, MAGIC_ANY_BYTES) == 0)
		(void)line(answer, "error version mismatch");
	else if (size)
		(void)line(answer, "error not the control protocol, without TLS");
	return true;
}
