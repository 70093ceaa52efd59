/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line of a note: one JSON object by doc/EVENTS.md and doc/events.schema.json, and a line feed.
 *
 * Threads: nothing is shared. Not for a query's path.
 */
#ifndef SEEP_EVENTS_LINE_H
#define SEEP_EVENTS_LINE_H

#include "events/people.h"

/* The schema's version, in every line: a higher one may lack or change what this has. */
#define SEEP_LINE_SCHEMA   1
/* No line is longer, with its line feed. */
#define SEEP_LINE_MAX      8192
/* Holds a time, with the NUL. */
#define SEEP_LINE_TIME_MAX 80

/*
 * Writes the line of NOTE, the SEQUENCE-th of this start, to LINE of SEEP_LINE_MAX bytes, without a
 * NUL. Returns its size.
 */
size_t seep_line_write(char *line, const struct seep_note *note, const struct seep_people *people,
		       uint64_t sequence);

/* Writes the time as RFC 3339 has it, in UTC with milliseconds. */
void seep_line_time(char text[SEEP_LINE_TIME_MAX], uint64_t wall_ms);

/* The word for a kind of note: event.action. */
const char *seep_line_action(enum seep_note_kind kind);

#endif
