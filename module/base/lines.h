/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Large memories of words that are mostly zero, packed for the state file: runs of lines (eight
 * words, a cache line) that hold anything, the others left out.
 *
 *     run: uint32_t first line, uint32_t lines, lines * 8 words
 *
 * Threads: words are read one by one, as others write them.
 */
#ifndef SEEP_LINES_H
#define SEEP_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEP_LINE_WORDS 8

struct seep_lines_run {
	uint32_t first;
	uint32_t count;
};

/* A memory of COUNT lines from WORDS on, which is another's. */
struct seep_lines {
	const _Atomic uint64_t *words;
	size_t count;
};

/*
 * Packs what is not zero from line *AT on into ROOM bytes at TO (8-byte aligned). Returns the
 * bytes used, and moves *AT to the first line not looked at: all are done when it is the count.
 */
size_t seep_lines_pack(const struct seep_lines *lines, size_t *at, void *to, size_t room);

/*
 * Calls TAKE for each line in BYTES of packed runs. Returns false at the first run that begins
 * before *NEXT or ends behind LINES, or if the runs do not end with BYTES. Moves *NEXT behind the
 * last line, so a second call with it takes no line twice.
 */
bool seep_lines_unpack(const void *from, size_t bytes, uint64_t lines, uint64_t *next,
		       void (*take)(void *context, uint64_t line, const uint64_t *words),
		       void *context);

/*
 * Returns the first of the lines, in a memory of TO lines, that hold what line AT of FROM lines
 * held, where a hash's line is found by multiplication. *LAST is the last of them, the same one if
 * TO divides FROM.
 */
uint64_t seep_lines_place(uint64_t at, uint64_t from, uint64_t to, uint64_t *last);

#endif
