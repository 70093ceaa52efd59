/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is there: at once as far as stated, the rest a little later; and given back. */
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "base/block.h"
#include "tap.h"

#define PAGE_BYTES 4096
#define MIB        ((size_t)1 << 20)

/* The pages of SIZE bytes that are there. */
static size_t pages_there(unsigned char *memory, size_t size)
{
	size_t pages = size / PAGE_BYTES, there = 0;
	unsigned char *map = malloc(pages);

	if (map && mincore(memory, size, map) == 0)
		for (size_t i = 0; i < pages; i++)
			there += map[i] & 1;
	free(map);
	return there;
}

static size_t bytes_set(const unsigned char *memory, size_t size)
{
	size_t set = 0;

	for (size_t i = 0; i < size; i++)
		set += memory[i] != 0;
	return set;
}

static void test_small(void)
{
	struct seep_block *block = seep_block_create(2 * MIB);
	unsigned char *memory = seep_block_memory(block);

	is_int(pages_there(memory, 2 * MIB), 2 * MIB / PAGE_BYTES, "a small block is there");
	is_int(bytes_set(memory, 2 * MIB), 0, "and all zero");
	seep_block_destroy(block);
}

/* The rest comes while the block is in use, and leaves alone what is written there. */
static void test_large(void)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	size_t bytes = SEEP_BLOCK_AT_ONCE_BYTES + 64 * MIB;
	struct seep_block *block = seep_block_create(bytes);
	unsigned char *memory = seep_block_memory(block);

	is_int(pages_there(memory, SEEP_BLOCK_AT_ONCE_BYTES), SEEP_BLOCK_AT_ONCE_BYTES / PAGE_BYTES,
	       "of a large block what is claimed at once is there");
	for (size_t at = bytes - 8 * MIB; at < bytes; at += MIB)
		memory[at + 5] = 7;
	for (int i = 0; i < 1000 && pages_there(memory, bytes) < bytes / PAGE_BYTES; i++)
		nanosleep(&pause, NULL);
	is_int(pages_there(memory, bytes), bytes / PAGE_BYTES, "the rest follows");
	is_int(bytes_set(memory, bytes), 8, "and what was written meanwhile stays");
	seep_block_destroy(block);
}

static void test_given_back_early(void)
{
	struct seep_block *block = seep_block_create(SEEP_BLOCK_AT_ONCE_BYTES + 512 * MIB);

	ok(block != NULL, "a larger one");
	seep_block_destroy(block);
	ok(true, "is given back before it is all there");
	seep_block_destroy(NULL);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_small);
	tap_run(test_large);
	tap_run(test_given_back_early);
	return done();
}
