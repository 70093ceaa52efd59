/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is there, or the program ends; sets of hashes; lines of files. */
#ifndef DETECT_UTIL_H
#define DETECT_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((noreturn, format(printf, 1, 2))) void util_die(const char *format, ...);

void *util_zeroed(size_t count, size_t size);
void *util_resize(void *memory, size_t bytes);

/* A growing set of 64-bit keys (not 0), each with a number. */
struct util_map {
	struct util_slot {
		uint64_t key;
		uint64_t value;
	} * slots;
	size_t room; /* power of two, or 0 */
	size_t used;
};

/* The number of KEY, made 0 if it is new; valid until the next call. */
uint64_t *util_map_at(struct util_map *map, uint64_t key);
/* The same, or NULL if it is not there. */
uint64_t *util_map_find(const struct util_map *map, uint64_t key);
void util_map_release(struct util_map *map);

/* Calls LINE for every line of a file, gzip or not, without its end. */
bool util_read_lines(const char *path, void (*line)(void *context, char *text), void *context);

double util_clock_s(void);

#endif
