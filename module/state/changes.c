/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators change: into the file, then into the engine. */
#include "state/changes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/plural.h"
#include "state/changes_file.h"
#include "state/file.h"

struct seep_changes {
	struct seep_engine *engine;
	const struct seep_keeper *keeper;
	uint64_t learning_s;
	char path[SEEP_CHANGES_PATH_SIZE]; /* "": nothing is kept */
	int unreadable; /* the errno by which the file could not be read: it is left as it is */
	struct seep_changes_content content; /* in force */
	struct seep_changes_content next;    /* a change under way */
	char problem[SEEP_CHANGES_PROBLEM_SIZE];
};

/* ---- the start ---- */

__attribute__((format(printf, 3, 4))) static void say(const struct seep_changes_setup *setup,
						      bool problem, const char *format, ...)
{
	char text[SEEP_CHANGES_PROBLEM_SIZE + SEEP_STATE_NAME_SIZE + 256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	setup->say(setup->context, problem, text);
}

static bool is_anothers(const struct seep_keeper *keeper)
{
	struct seep_gauges gauges = { .state = SEEP_STATE_NONE };

	seep_keeper_read(keeper, 0, &gauges);
	return gauges.state == SEEP_STATE_OTHER;
}

/* Reads one generation. What is damaged is set aside, unless it is another process's. */
static enum seep_changes_read look_at(struct seep_changes *changes,
				      const struct seep_changes_setup *setup, const char *path)
{
	char aside[SEEP_STATE_NAME_SIZE] = "";
	enum seep_changes_read read =
		seep_changes_file_read(path, &changes->content, changes->problem);
	int error = errno;

	if (read == SEEP_CHANGES_UNREADABLE) {
		changes->unreadable = error;
		say(setup, true,
		    "%s; what was allowed by command is not in force, and commands change nothing: "
		    "mend this and reload Unbound",
		    changes->problem);
	}
	if (read == SEEP_CHANGES_DAMAGED) {
		if (!is_anothers(changes->keeper))
			(void)seep_state_set_aside(path, setup->wall_ms / 1000, aside);
		say(setup, true, "%s; it is not used%s%s: see what is in force by allow list",
		    changes->problem, aside[0] ? "; set aside as " : "", aside);
	}
	return read;
}

/* Is the end of learning in the file one of this learning, and of this seep.conf? */
static bool is_learning_ours(const struct seep_changes *changes,
			     const struct seep_changes_setup *setup)
{
	const struct seep_changes_learning *learning = &changes->content.learning;
	uint64_t from_ms = seep_engine_learning_from_ms(changes->engine);

	/* The state file may have been written since its times were moved, or not. */
	return learning->learning_s == setup->learning_s &&
	       (learning->from_ms == from_ms ||
		learning->from_ms + (uint64_t)(setup->shift_s * 1000) == from_ms);
}

static uint64_t moved(uint64_t time, int64_t shift)
{
	return shift < 0 && time < (uint64_t)-shift ? 0 : time + (uint64_t)shift;
}

/* Moves what was saved by a clock that was wrong, as the state file's times are. */
static void move_times(struct seep_changes_content *content, int64_t shift_s, uint64_t from_ms)
{
	for (size_t at = 0; at < content->count; at++) {
		struct seep_exception *exception = &content->exceptions[at];

		exception->made_s = moved(exception->made_s, shift_s);
		if (exception->until_s != SEEP_EXCEPTION_FOR_EVER)
			exception->until_s = moved(exception->until_s, shift_s);
	}
	if (content->learning.is_moved) {
		content->learning.until_ms = moved(content->learning.until_ms, shift_s * 1000);
		content->learning.from_ms = from_ms;
	}
}

/* Drops what has ended. */
static void drop_ended(struct seep_changes_content *content, uint64_t now_s)
{
	size_t kept = 0;

	for (size_t at = 0; at < content->count; at++) {
		if (!seep_exception_holds(&content->exceptions[at], now_s))
			continue;
		if (kept != at)
			content->exceptions[kept] = content->exceptions[at];
		kept++;
	}
	content->count = kept;
}

/* Takes what was read into force. */
static void begin(struct seep_changes *changes, const struct seep_changes_setup *setup)
{
	struct seep_changes_content *content = &changes->content;
	struct seep_exceptions *set;

	if (content->learning.is_moved && !is_learning_ours(changes, setup)) {
		content->learning = (struct seep_changes_learning){ .is_moved = false };
		say(setup, false,
		    "%s: the end of learning that was set by command is of another learning, or "
		    "seep.conf has another one since; seep.conf's is used: seepctl learn moves it again",
		    changes->path);
	}
	if (setup->shift_s)
		move_times(content, setup->shift_s, seep_engine_learning_from_ms(changes->engine));
	if (content->learning.is_moved)
		seep_engine_learn_from_start(changes->engine, content->learning.until_ms);
	/* What has ended meanwhile stays in CONTENT, to be told. */
	changes->next = *content;
	content = &changes->next;
	drop_ended(content, setup->when_ms / 1000);
	if (!content->count)
		return;
	if (seep_exceptions_create(&set, content->exceptions, content->count) !=
	    SEEP_EXCEPTIONS_OK) {
		changes->unreadable = ENOMEM;
		say(setup, true,
		    "%s: no memory for what was allowed by command; it is not in force: free "
		    "memory and reload Unbound",
		    changes->path);
		return;
	}
	seep_engine_except(changes->engine, set);
	say(setup, false, "%s: %zu %s in force", changes->path, content->count,
	    seep_plural(content->count, "exception is", "exceptions are"));
}

static void look(struct seep_changes *changes, const struct seep_changes_setup *setup)
{
	enum seep_changes_read read = look_at(changes, setup, changes->path);
	char old[SEEP_STATE_NAME_SIZE];

	if (read == SEEP_CHANGES_MISSING || read == SEEP_CHANGES_DAMAGED) {
		seep_state_name(old, changes->path, ".old");
		read = look_at(changes, setup, old);
		if (read == SEEP_CHANGES_READ)
			say(setup, true,
			    "%s: this previous generation is used; the last change is not in it",
			    old);
	}
	if (read == SEEP_CHANGES_READ)
		begin(changes, setup);
	else
		changes->content.count = 0;
	if (read != SEEP_CHANGES_READ)
		changes->content.learning.is_moved = false;
}

struct seep_changes *seep_changes_open(const struct seep_changes_setup *setup)
{
	struct seep_changes *changes = calloc(1, sizeof(*changes));

	if (!changes)
		return NULL;
	changes->engine = setup->engine;
	changes->keeper = setup->keeper;
	changes->learning_s = setup->learning_s;
	if (!setup->beside[0])
		return changes;
	snprintf(changes->path, sizeof(changes->path), "%s.changes", setup->beside);
	look(changes, setup);
	return changes;
}

void seep_changes_close(struct seep_changes *changes)
{
	free(changes);
}

/* ---- changes ---- */

/* Begins one: NEXT is what is in force. */
static void prepare(struct seep_changes *changes, uint64_t when_ms)
{
	changes->next = changes->content;
	drop_ended(&changes->next, when_ms / 1000);
}

static bool is_kept(const struct seep_changes *changes)
{
	return changes->path[0] && !is_anothers(changes->keeper);
}

/* Writes NEXT where it is to be kept; false if that cannot be, and PROBLEM says why. */
static bool write_next(struct seep_changes *changes)
{
	if (!is_kept(changes))
		return true;
	if (!changes->unreadable && seep_changes_file_write(changes->path, &changes->next))
		return true;
	snprintf(changes->problem, sizeof(changes->problem), "%s: %s", changes->path,
		 strerror(changes->unreadable ? changes->unreadable : errno));
	return false;
}

static enum seep_changes_status status_of(enum seep_exceptions_status status)
{
	static const enum seep_changes_status of[] = {
		[SEEP_EXCEPTIONS_OK] = SEEP_CHANGES_KEPT,
		[SEEP_EXCEPTIONS_MANY] = SEEP_CHANGES_MANY,
		[SEEP_EXCEPTIONS_CROWDED] = SEEP_CHANGES_CROWDED,
		[SEEP_EXCEPTIONS_NO_MEMORY] = SEEP_CHANGES_NO_MEMORY,
	};

	return of[status];
}

/* NEXT's exceptions are kept, then in force. */
static enum seep_changes_status except_next(struct seep_changes *changes)
{
	struct seep_exceptions *set = NULL;
	enum seep_exceptions_status made = SEEP_EXCEPTIONS_OK;

	if (changes->next.count)
		made = seep_exceptions_create(&set, changes->next.exceptions, changes->next.count);
	if (made != SEEP_EXCEPTIONS_OK)
		return status_of(made);
	if (!write_next(changes)) {
		seep_exceptions_destroy(set);
		return SEEP_CHANGES_UNWRITTEN;
	}
	seep_engine_except(changes->engine, set);
	changes->content = changes->next;
	return is_kept(changes) ? SEEP_CHANGES_KEPT : SEEP_CHANGES_UNKEPT;
}

/* The place of the exception like that in NEXT; its count if there is none. */
static size_t find(const struct seep_changes *changes, const struct seep_exception *like)
{
	size_t at = 0;

	while (at < changes->next.count &&
	       !seep_exception_is_same(&changes->next.exceptions[at], like))
		at++;
	return at;
}

enum seep_changes_status seep_changes_allow(struct seep_changes *changes,
					    const struct seep_exception *exception,
					    uint64_t when_ms, bool *replaced)
{
	size_t at;

	prepare(changes, when_ms);
	at = find(changes, exception);
	*replaced = at < changes->next.count;
	if (at == SEEP_EXCEPTIONS_MOST)
		return SEEP_CHANGES_MANY;
	changes->next.exceptions[at] = *exception;
	changes->next.count += !*replaced;
	return except_next(changes);
}

enum seep_changes_status seep_changes_remove(struct seep_changes *changes,
					     const struct seep_exception *like, uint64_t when_ms)
{
	size_t at;

	prepare(changes, when_ms);
	at = find(changes, like);
	if (at == changes->next.count)
		return SEEP_CHANGES_ABSENT;
	changes->next.count--;
	memmove(&changes->next.exceptions[at], &changes->next.exceptions[at + 1],
		(changes->next.count - at) * sizeof(changes->next.exceptions[0]));
	return except_next(changes);
}

bool seep_changes_end(struct seep_changes *changes, uint64_t when_ms,
		      void (*ended)(void *context, const struct seep_exception *exception),
		      void *context)
{
	const struct seep_changes_content *content = &changes->content;
	struct seep_exceptions *set = NULL;
	bool is_any = false, is_more = false;

	for (size_t at = 0; at < content->count; at++) {
		bool holds = seep_exception_holds(&content->exceptions[at], when_ms / 1000);

		is_any |= !holds;
		is_more |= holds && content->exceptions[at].until_s != SEEP_EXCEPTION_FOR_EVER;
	}
	if (!is_any)
		return is_more;
	prepare(changes, when_ms);
	if (changes->next.count &&
	    seep_exceptions_create(&set, changes->next.exceptions, changes->next.count) !=
		    SEEP_EXCEPTIONS_OK)
		return true; /* no memory: the next call tries again */
	for (size_t at = 0; ended && at < content->count; at++) {
		if (!seep_exception_holds(&content->exceptions[at], when_ms / 1000))
			ended(context, &content->exceptions[at]);
	}
	(void)write_next(changes);
	seep_engine_except(changes->engine, set);
	changes->content = changes->next;
	return is_more;
}

enum seep_changes_status seep_changes_learn_until(struct seep_changes *changes, uint64_t until_ms,
						  uint64_t when_ms)
{
	if (when_ms >= seep_engine_learning_until_ms(changes->engine))
		return SEEP_CHANGES_OVER;
	prepare(changes, when_ms);
	changes->next.learning = (struct seep_changes_learning){
		.from_ms = seep_engine_learning_from_ms(changes->engine),
		.learning_s = changes->learning_s,
		.until_ms = until_ms,
		.is_moved = true,
	};
	if (!write_next(changes))
		return SEEP_CHANGES_UNWRITTEN;
	/* If it ends just now: the file says no more than what might have been. */
	if (!seep_engine_learn_until(changes->engine, until_ms, when_ms))
		return SEEP_CHANGES_OVER;
	changes->content = changes->next;
	return is_kept(changes) ? SEEP_CHANGES_KEPT : SEEP_CHANGES_UNKEPT;
}

const char *seep_changes_problem(const struct seep_changes *changes)
{
	return changes->problem;
}
