/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a request of Unbound's control protocol, and writes its answer. */
#include "control/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAGIC           "UBCT1 "
#define MAGIC_BYTES     (sizeof(MAGIC) - 1)
/* Of MAGIC, what all versions of the protocol share. */
#define MAGIC_ANY_BYTES 4
/* So much of an unknown command is told. */
#define SHOWN_BYTES     64

/* A part of a request. */
struct words {
	const char *bytes;
	size_t size;
};

void seep_control_fail(const struct seep_control_call *call, const char *format, ...)
{
	char text[SEEP_CONTROL_REQUEST_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	call->answer->size = 0;
	call->answer->is_full = false;
	(void)seep_control_line(call->answer, "error %s", text);
}

void seep_control_when(const struct seep_control_call *call, const char *key, uint64_t when_s)
{
	int64_t shift_s = (int64_t)(call->now.wall_ms / 1000) - (int64_t)(call->now.when_ms / 1000);

	if (when_s)
		seep_control_time(call->answer, key, (int64_t)when_s + shift_s);
	else
		seep_control_null(call->answer, key);
}

static int print_statistic(void *context, const char *key, unsigned long long value)
{
	return seep_control_line(context, "%s=%llu", key, value);
}

void seep_control_statistics(const struct seep_control_call *call,
			     struct seep_statistics *statistics)
{
	const struct seep_control_source *source = call->source;
	uint64_t when_ms = call->now.when_ms;

	*statistics = (struct seep_statistics){ .gauges.mode = SEEP_MODE_PASSTHROUGH };
	if (source->engine) {
		seep_engine_read(source->engine, when_ms, statistics);
		seep_keeper_read(source->keeper, when_ms, &statistics->gauges);
		seep_rpz_read(source->rpz, &statistics->gauges);
	}
	seep_events_read(source->events, &statistics->counters);
	statistics->gauges.passthrough = source->why;
}

static void print_statistics(const struct seep_control_call *call, bool resets)
{
	struct seep_statistics statistics;

	seep_control_statistics(call, &statistics);
	(void)seep_statistics_print(&statistics, call->base, print_statistic, call->answer);
	if (resets)
		seep_statistics_reset(&statistics, call->base);
}

static void do_stats(const struct seep_control_call *call)
{
	print_statistics(call, true);
}

static void do_stats_noreset(const struct seep_control_call *call)
{
	print_statistics(call, false);
}

static void do_help(const struct seep_control_call *call);

static const struct seep_control_command commands[] = {
	{ "stats", "", 0, 0, false, do_stats, "print statistics, and set counters to 0" },
	{ "stats_noreset", "", 0, 0, false, do_stats_noreset, "print statistics" },
	{ "allow", "DOMAIN [for DURATION] [user ADDRESS|NETBLOCK|MAC] [force] [reason TEXT]", 1,
	  SEEP_CONTROL_WORDS - 1, true, seep_control_allow,
	  "meter nothing below DOMAIN, for a time; also: allow list, allow remove DOMAIN [user ...]" },
	{ "clear", "user ADDRESS | network ADDRESS | domain NAME [reason TEXT]", 2,
	  SEEP_CONTROL_WORDS - 1, true, seep_control_clear, "set the level of a meter to 0" },
	{ "learn", "status | end | extend DURATION [reason TEXT]", 1, SEEP_CONTROL_WORDS - 1, true,
	  seep_control_learn, "print how learning stands, end it now, or let it go on" },
	{ "status", "", 0, 0, false, seep_control_status, "print what Seep is doing" },
	{ "show", "user|network|domain WHICH", 2, 2, true, seep_control_show,
	  "print what is metered of one" },
	{ "explain", "NAME [TYPE [ADDRESS]]", 1, 3, true, seep_control_explain,
	  "print what a name costs, and what would become of it" },
	{ "refused", "[SECONDS]", 0, 1, true, seep_control_refused,
	  "print the last refusals and stale answers" },
	{ "top", "users|networks|domains [share|level|last [ROWS]]", 1, 3, true, seep_control_top,
	  "print whose meters are fullest" },
	{ "help", "", 0, 0, false, do_help, "print these commands" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void do_help(const struct seep_control_call *call)
{
	char text[128];

	for (size_t at = 0; at < COMMANDS; at++) {
		snprintf(text, sizeof(text), "%s %s", commands[at].name, commands[at].arguments);
		(void)seep_control_line(call->answer, "%-15s %s", text, commands[at].text);
	}
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

static const struct seep_control_command *find(const char *name)
{
	for (size_t at = 0; at < COMMANDS; at++)
		if (strcmp(name, commands[at].name) == 0)
			return &commands[at];
	return NULL;
}

/* Cuts a line, which is changed, into words; false if it is not printable, or has too many. */
static bool split(struct seep_control_call *call, char *text, size_t size)
{
	for (size_t at = 0; at < size; at++) {
		if (is_blank(text[at])) {
			text[at] = '\0';
			continue;
		}
		if (text[at] <= 32 || text[at] >= 127)
			return false;
		if (at && text[at - 1])
			continue;
		if (call->count == SEEP_CONTROL_WORDS)
			return false;
		call->words[call->count++] = text + at;
	}
	return call->count > 0;
}

/* Why nothing of the kind can be answered. */
static void fail_passing(const struct seep_control_call *call)
{
#define TEXT(constant, number, text) [constant] = text,
	static const char *const reasons[] = { SEEP_PASSTHROUGHS(TEXT) };
#undef TEXT

	seep_control_fail(call, "Seep passes everything, and meters nothing: %s",
			  reasons[call->source->why]);
}

/* Is the first word a command, though others are not to be read? */
static bool is_named(const struct seep_control_call *call, const struct words *words)
{
	size_t size = call->count ? strlen(call->words[0]) : 0;

	return size && size < words->size && is_blank(words->bytes[size]) && find(call->words[0]);
}

static void run(struct seep_control_call *call, struct words words)
{
	char text[SEEP_CONTROL_REQUEST_MAX + 1], told[SHOWN_BYTES + 1];
	const struct seep_control_command *command = NULL;

	memcpy(text, words.bytes, words.size);
	text[words.size] = '\0';
	if (split(call, text, words.size))
		command = find(call->words[0]);
	if (!command && is_named(call, &words))
		seep_control_fail(call,
				  "'%s': a command is of printable ASCII, and has %d words at most",
				  shown(told, words), SEEP_CONTROL_WORDS);
	else if (!command)
		seep_control_fail(call, "unknown command '%s': help lists the commands of Seep",
				  shown(told, words));
	else if (call->count - 1 < command->least || call->count - 1 > command->most)
		seep_control_fail(call, "'%s' is not how it is used: %s%s%s", shown(told, words),
				  command->name, *command->arguments ? " " : "",
				  command->arguments);
	else if (command->needs_engine && !call->source->engine)
		fail_passing(call);
	else
		command->run(call);
}

bool seep_control_answer(const struct seep_control_source *source, struct seep_counters *base,
			 const struct seep_control_request *request,
			 struct seep_control_answer *answer)
{
	struct seep_control_call call = { .source = source,
					  .request = request,
					  .base = base,
					  .answer = answer,
					  .now = source->now(source->context) };
	const char *bytes = request->bytes;
	size_t size = request->size, magic_bytes = size < MAGIC_BYTES ? size : MAGIC_BYTES;
	bool is_ours = memcmp(bytes, MAGIC, magic_bytes) == 0;
	const char *end = memchr(bytes, '\n', size);

	if (is_ours && !end && !request->is_end && size < SEEP_CONTROL_REQUEST_MAX)
		return false;
	answer->size = 0;
	answer->is_full = false;
	/* A change forgets what has ended: that is told before. */
	(void)seep_control_tick(source);
	if (is_ours && magic_bytes == MAGIC_BYTES && (end || request->is_end))
		run(&call, without_blanks((struct words){
				   bytes + MAGIC_BYTES,
				   (size_t)((end ? end : bytes + size) - bytes) - MAGIC_BYTES }));
	else if (is_ours && magic_bytes == MAGIC_BYTES)
		(void)seep_control_line(answer, "error command line too long");
	else if (size > MAGIC_ANY_BYTES && memcmp(bytes, MAGIC, MAGIC_ANY_BYTES) == 0)
		(void)seep_control_line(answer, "error version mismatch");
	else if (size)
		(void)seep_control_line(answer, "error not the control protocol, without TLS");
	return true;
}
