/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is there, or the program ends; sets of hashes; lines of files. */
#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

void util_die(const char *format, ...)
{
	va_list arguments;

	fputs("detect: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void *util_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		util_die("out of memory");
	return memory;
}

void *util_resize(void *memory, size_t bytes)
{
	memory = realloc(memory, bytes);
	if (!memory)
		util_die("out of memory");
	return memory;
}

uint64_t *util_map_at(struct map *map, uint64_t key)
{
	uint64_t *value = map_at(map, key);

	if (!value)
		util_die("out of memory");
	return value;
}

bool util_read_lines(const char *path, void (*line)(void *context, char *text), void *context)
{
	gzFile file = gzopen(path, "rb");
	char text[4096];

	if (!file)
		return false;
	while (gzgets(file, text, sizeof(text))) {
		text[strcspn(text, "\r\n")] = 0;
		line(context, text);
	}
	gzclose(file);
	return true;
}

double util_clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
