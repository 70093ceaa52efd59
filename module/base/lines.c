/* SPDX-License-Identifier: BSD-3-Clause */
/* Packs and unpacks runs of lines. */
#include "base/lines.h"

#include <stdatomic.h>
#include <string.h>

#define LINE_BYTES (SEEP_LINE_WORDS * sizeof(uint64_t))

/* Copies one line; false if there is nothing in it. */
static bool copy_line(const _Atomic uint64_t *words, uint64_t *to)
{
	uint64_t any = 0;

	for (size_t i = 0; i < SEEP_LINE_WORDS; i++)
		any |= to[i] = atomic_load_explicit(&words[i], memory_order_relaxed);
	return any != 0;
}

size_t seep_lines_pack(const struct seep_lines *lines, size_t *at, void *to, size_t room)
{
	unsigned char *bytes = to;
	struct seep_lines_run *run = NULL;
	size_t used = 0;

	for (; *at < lines->count; ++*at) {
		size_t head = run ? 0 : sizeof(*run);

		if (used + head + LINE_BYTES > room)
			break;
		if (!copy_line(lines->words + *at * SEEP_LINE_WORDS,
			       (uint64_t *)(void *)(bytes + used + head))) {
			run = NULL;
			continue;
		}
		if (!run) {
			run = (struct seep_lines_run *)(void *)(bytes + used);
			*run = (struct seep_lines_run){ .first = (uint32_t)*at };
		}
		run->count++;
		used += head + LINE_BYTES;
	}
	return used;
}

bool seep_lines_unpack(const void *from, size_t bytes, uint64_t lines, uint64_t *next,
		       void (*take)(void *context, uint64_t line, const uint64_t *words),
		       void *context)
{
	const unsigned char *at = from;
	const unsigned char *end = at + bytes;
	uint64_t words[SEEP_LINE_WORDS];
	struct seep_lines_run run;

	while (at < end) {
		if ((size_t)(end - at) < sizeof(run))
			return false;
		memcpy(&run, at, sizeof(run));
		at += sizeof(run);
		if (run.first < *next || (uint64_t)run.first + run.count > lines ||
		    (size_t)(end - at) / LINE_BYTES < run.count)
			return false;
		*next = (uint64_t)run.first + run.count;
		for (uint32_t i = 0; i < run.count; i++, at += LINE_BYTES) {
			memcpy(words, at, LINE_BYTES);
			take(context, (uint64_t)run.first + i, words);
		}
	}
	return true;
}

uint64_t seep_lines_place(uint64_t at, uint64_t from, uint64_t to, uint64_t *last)
{
	if (from == to)
		return *last = at;
	/* The 32-bit hashes that fall into line AT: the first and the last. */
	uint64_t low = ((at << 32) + from - 1) / from;
	uint64_t high = (((at + 1) << 32) + from - 1) / from - 1;

	*last = high * to >> 32;
	return low * to >> 32;
}
