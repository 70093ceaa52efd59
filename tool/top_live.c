/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl top, of a running Seep: once, or on a terminal again and again. */
#include "top_live.h"

#include "control_text.h"
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVERY_S     2
/* So long nobody may listen, as while the resolver reloads. */
#define PATIENCE_S  30
#define ROWS        10
/* The most that an answer has. */
#define ROWS_MOST   64
#define LINE_MAX    1400
/* Of the columns behind the meter. */
#define COUNTS_SIZE 48
/* So much of a name has room before any column: an IPv6 address. */
#define NAME_LEAST  39
/* Home, and what is below it is cleared. */
#define CLEAR       "\033[H\033[J"

/* What the two columns of numbers are of. */
static const char *const column_keys[STATE_KINDS][2] = {
	[STATE_USERS] = { "names", "domains" },
	[STATE_NETWORKS] = { "users", "users_today" },
	[STATE_DOMAINS] = { "names", "users" },
};

/* What stands before a name, each with what those before have: the level in any case. */
enum width {
	WIDTH_LEVEL,
	WIDTH_BYTES,  /* of the level, and of the budget */
	WIDTH_COUNTS, /* the two columns of numbers */
	WIDTH_LAST    /* when it was seen */
};

/* As much of that as leaves room for the names of ANSWER, or for as much of them as is needed. */
static enum width width_of(const struct control_answer *answer, enum state_kind kind)
{
	static const unsigned before[] = { 19, 41, 59, 81 };
	unsigned columns = terminal_columns();
	enum width width = WIDTH_LAST;
	size_t longest = 0;

	if (!columns)
		return WIDTH_LAST;
	for (size_t at = control_first(answer, 0, state_kind_words[kind].many); at;
	     at = control_next(answer, at)) {
		size_t length = strlen(control_word(answer, at, state_kind_words[kind].one));

		if (length > longest)
			longest = length;
	}
	if (longest > NAME_LEAST)
		longest = NAME_LEAST;
	while (width > WIDTH_LEVEL && before[width] + longest > columns)
		width--;
	return width;
}

/* A line, cut where the terminal ends. */
static void print_line(const char *line, enum terminal_colour colour)
{
	unsigned columns = terminal_columns();

	printf("%s%.*s%s\n", colour ? terminal_colour(colour) : "",
	       columns && columns < LINE_MAX ? (int)columns : LINE_MAX, line,
	       colour ? terminal_colour(TERMINAL_PLAIN) : "");
}

/* The meter at AT, of the row of KEY; COUNTS stands between. */
static void print_meter(const struct control_answer *answer, size_t at, enum width width,
			const char *counts, const char *key)
{
	char line[LINE_MAX], bytes[64] = "";

	if (width >= WIDTH_BYTES)
		snprintf(bytes, sizeof(bytes), " %10.1f %10.1f",
			 control_number(answer, at, "level_bytes"),
			 control_number(answer, at, "budget_bytes"));
	snprintf(line, sizeof(line), "%7.1f%%%s  %-7s%s  %.1000s%s",
		 control_number(answer, at, "percent"), bytes, control_text_standing(answer, at),
		 counts, key, control_bool(answer, at, "crowd") ? " (no budget fits)" : "");
	print_line(line, control_text_colour(answer, at));
}

/* Writes to TEXT what stands behind the meter, as far as WIDTH has it. */
static void counts_text(char text[COUNTS_SIZE], enum width width, const char *first,
			const char *second, const char *last)
{
	text[0] = '\0';
	if (width == WIDTH_COUNTS)
		snprintf(text, COUNTS_SIZE, " %8.8s %8.8s", first, second);
	else if (width == WIDTH_LAST)
		snprintf(text, COUNTS_SIZE, " %8.8s %8.8s  %-20.20s", first, second, last);
}

static void print_row(const struct control_answer *answer, size_t at, enum state_kind kind,
		      enum width width)
{
	const char *key = control_word(answer, at, state_kind_words[kind].one);
	char counts[COUNTS_SIZE], name[128];

	counts_text(counts, width, control_word(answer, at, column_keys[kind][0]),
		    control_word(answer, at, column_keys[kind][1]),
		    control_word(answer, at, "last_seen"));
	print_meter(answer, at, width, counts, key);
	if (kind != STATE_NETWORKS)
		return;
	counts_text(counts, width, "", "", "");
	snprintf(name, sizeof(name), "%.64s, newcomers", key);
	print_meter(answer, control_find(answer, at, "newcomers"), width, counts, name);
}

static void print_kind(const struct control_answer *answer, enum state_kind kind)
{
	char line[LINE_MAX], counts[COUNTS_SIZE], bytes[64] = "";
	size_t at = control_first(answer, 0, state_kind_words[kind].many);
	enum width width = width_of(answer, kind);

	if (width >= WIDTH_BYTES)
		snprintf(bytes, sizeof(bytes), " %10s %10s", "bytes", "of");
	counts_text(counts, width, column_keys[kind][0],
		    kind == STATE_NETWORKS ? "today" : column_keys[kind][1], "last seen");
	snprintf(line, sizeof(line), "%8s%s  %-7s%s  %s (%.20s)", "level", bytes, "", counts,
		 state_kind_words[kind].many, control_word(answer, 0, "entries"));
	print_line(line, TERMINAL_BOLD);
	for (; at; at = control_next(answer, at))
		print_row(answer, at, kind, width);
}

/* How many rows of each kind: on a terminal, as many as fit. A network has two lines. */
static unsigned count_rows(const struct top_live *top)
{
	unsigned rows = terminal_rows(), lines = 0, kinds = 0;

	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++) {
		kinds += top->kinds[kind];
		lines += top->kinds[kind] * (kind == STATE_NETWORKS ? 2 : 1);
	}
	if (top->has_rows)
		return (unsigned)top->rows;
	if (!rows)
		return ROWS;
	rows = rows > 2 * kinds + lines ? (rows - 2 * kinds) / lines : 1;
	return rows < ROWS_MOST ? rows : ROWS_MOST;
}

/* Asks for all kinds; false, having said why not. All answers are released by the caller. */
static bool ask(const struct top_live *top, struct control_answer answers[STATE_KINDS])
{
	memset(answers, 0, STATE_KINDS * sizeof(*answers));
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++)
		if (top->kinds[kind] &&
		    !control_ask(top->control, &answers[kind], "top %s %s %u",
				 state_kind_words[kind].many, top->sort, count_rows(top)))
			return false;
	return true;
}

static void print_text(const struct top_live *top, const struct control_answer *answers)
{
	const char *between = "";

	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++) {
		if (!top->kinds[kind])
			continue;
		fputs(between, stdout);
		print_kind(&answers[kind], kind);
		between = "\n";
	}
}

static void print_json(const struct top_live *top, const struct control_answer *answers)
{
	struct json json = { .file = stdout, .lines = 2 };

	json_open(&json, NULL, '{');
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++)
		if (top->kinds[kind])
			control_write_json(
				&json, &answers[kind],
				control_find(&answers[kind], 0, state_kind_words[kind].many));
	json_close(&json);
}

static bool show(const struct top_live *top, const char *before)
{
	struct control_answer answers[STATE_KINDS];
	bool good = ask(top, answers);

	if (good) {
		fputs(before, stdout);
		(top->control->json ? print_json : print_text)(top, answers);
		good = fflush(stdout) == 0;
	}
	for (enum state_kind kind = 0; kind < STATE_KINDS; kind++)
		control_release(&answers[kind]);
	return good;
}

/* Shows it anew. Where nobody answers that is said, and tried again, till patience ends. */
static bool show_anew(const struct top_live *top)
{
	struct control_options control = *top->control;
	struct top_live patient = *top;
	bool gone;

	control.gone = &gone;
	patient.control = &control;
	for (unsigned waited_s = 0; waited_s < PATIENCE_S; waited_s++) {
		gone = false;
		if (show(&patient, CLEAR))
			return true;
		if (!gone)
			return false;
		if (!waited_s) {
			printf("\nresolver is reloading, or has ended: trying for %d seconds\n",
			       PATIENCE_S);
			fflush(stdout);
		}
		sleep(1);
	}
	/* What is wrong is said now. */
	return show(top, CLEAR);
}

int top_live(const struct top_live *top)
{
	bool good;
	bool goes_on = !top->once && !top->control->json && terminal_has_codes();

	if (!goes_on)
		return show(top, "") ? SEEPCTL_OK : SEEPCTL_WRONG;
	/* Until whoever looks ends it. */
	for (good = show(top, CLEAR); good; good = show_anew(top))
		sleep(EVERY_S);
	return SEEPCTL_WRONG;
}
