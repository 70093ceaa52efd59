/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is there, or the program ends; sets of hashes; lines of files. */
#ifndef DETECT_UTIL_H
#define DETECT_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"

__attribute__((noreturn, format(printf, 1, 2))) void util_die(const char *format, ...);

void *util_zeroed(size_t count, size_t size);
void *util_resize(void *memory, size_t bytes);

/* As map_at, but with memory or not at all. */
uint64_t *util_map_at(struct map *map, uint64_t key);

/* Calls LINE for every line of a file, gzip or not, without its end. */
bool util_read_lines(const char *path, void (*line)(void *context, char *text), void *context);

double util_clock_s(void);

#endif
