/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A log line out of the JSON that docker's json-file driver keeps:
 * {"log":"...\n","stream":"stderr","time":"..."}.
 */
#ifndef SEEP_TRACE_JSON_H
#define SEEP_TRACE_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Room for the time as text; a longer one is none. */
#define TRACE_JSON_TIME_SIZE 64

struct trace_json {
	char *log; /* of the caller: room for as many bytes as the JSON has */
	size_t log_length;
	char time[TRACE_JSON_TIME_SIZE];
	size_t time_length; /* 0: none */
};

/*
 * Takes "log", without its line end, and "time" out of text[0..length); other members may hold
 * anything. Characters beyond ASCII that are escaped become "?". False if it is no such object.
 */
bool trace_json_take(struct trace_json *json, const char *text, size_t length);

#endif
