/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's top: whose meters are fullest. */
#include "control/command.h"

#include <stdlib.h>
#include <string.h>

static const char *const sort_words[] = {
	[SEEP_LOOK_BY_SHARE] = "share",
	[SEEP_LOOK_BY_LEVEL] = "level",
	[SEEP_LOOK_BY_LAST] = "last",
};

#define SORTS (sizeof(sort_words) / sizeof(sort_words[0]))

static bool find_sort(const char *word, enum seep_look_sort *sort)
{
	for (*sort = 0; *sort < SORTS; ++*sort)
		if (strcmp(word, sort_words[*sort]) == 0)
			return true;
	return false;
}

/* How many rows; false, having answered, if the word is no such number. */
static bool read_count(const struct seep_control_call *call, const char *word, unsigned *count)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || number > SEEP_LOOK_TOP_MAX) {
		seep_control_fail(call, "%s: show 1 to %d rows, or 0 for as many as that", word,
				  SEEP_LOOK_TOP_MAX);
		return false;
	}
	*count = number ? (unsigned)number : SEEP_LOOK_TOP_MAX;
	return true;
}

static void write_rows(const struct seep_control_call *call, enum seep_look_kind kind,
		       const struct seep_look_top *top)
{
	struct seep_control_answer *answer = call->answer;

	seep_control_open(answer, NULL, '{');
	seep_control_number(answer, "entries", seep_look_table(call->source->engine, kind).used);
	seep_control_open(answer, seep_control_kinds[kind].many, '[');
	for (unsigned at = 0; at < top->count && seep_control_has_room(answer); at++) {
		const struct seep_view_row *row = &top->rows[top->order[at]];

		seep_control_open(answer, NULL, '{');
		seep_control_row(call, kind, row,
				 kind == SEEP_LOOK_DOMAINS &&
					 seep_look_is_cut(call->source->engine, row));
		seep_control_close(answer, '}');
	}
	seep_control_close(answer, ']');
	seep_control_close(answer, '}');
}

void seep_control_top(const struct seep_control_call *call)
{
	struct seep_look_top top = { .sort = SEEP_LOOK_BY_SHARE, .room = 10 };
	enum seep_look_kind kind;

	if (!seep_control_find_kind(call->words[1], &kind)) {
		seep_control_fail(call, "%s: show users, networks or domains", call->words[1]);
		return;
	}
	if (call->count > 2 && !find_sort(call->words[2], &top.sort)) {
		seep_control_fail(call, "%s: sort by share, level or last", call->words[2]);
		return;
	}
	if (call->count > 3 && !read_count(call, call->words[3], &top.room))
		return;
	seep_look_at_top(call->source->engine, kind, call->now.when_ms / 1000, &top);
	write_rows(call, kind, &top);
}
