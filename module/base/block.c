/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is there. */
#include "base/block.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/background.h"

#define PAGE_BYTES 4096
#define STEP_BYTES ((size_t)16 << 20) /* between two looks whether the thread shall stop */

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

struct seep_block {
	unsigned char *memory;
	size_t bytes;
	size_t at_once;
	pthread_t thread;
	bool has_thread;
	atomic_bool stop;
};

/* Nothing else uses the memory yet. */
static void touch(unsigned char *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE_BYTES)
		((volatile unsigned char *)memory)[at] = 0;
}

/* Claims without a change to what is there. Can the system do that? Too little memory is no reason
 * to say no: the system then does what it does wherever memory is used. */
static bool populate(unsigned char *memory, size_t bytes)
{
	return madvise(memory, bytes, MADV_POPULATE_WRITE) == 0 || errno != EINVAL;
}

static void *claim_rest(void *context)
{
	struct seep_block *block = context;

	for (size_t at = block->at_once; at < block->bytes; at += STEP_BYTES) {
		size_t left = block->bytes - at;

		if (atomic_load(&block->stop))
			break;
		(void)populate(block->memory + at, left < STEP_BYTES ? left : STEP_BYTES);
	}
	return NULL;
}

/* What is claimed at once, and the thread for the rest. */
static void claim_first(struct seep_block *block)
{
	block->at_once =
		block->bytes < SEEP_BLOCK_AT_ONCE_BYTES ? block->bytes : SEEP_BLOCK_AT_ONCE_BYTES;
	touch(block->memory, block->at_once);
	if (block->at_once == block->bytes)
		return;
	block->has_thread = populate(block->memory, PAGE_BYTES) &&
			    seep_background_start(&block->thread, claim_rest, block) == 0;
	if (!block->has_thread)
		touch(block->memory + block->at_once, block->bytes - block->at_once);
}

struct seep_block *seep_block_create(size_t bytes)
{
	struct seep_block *block = calloc(1, sizeof(*block));

	if (!block)
		return NULL;
	block->bytes = bytes;
	block->memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (block->memory == MAP_FAILED) {
		free(block);
		return NULL;
	}
	/* Tables are read all over: large pages, where the system has them, save a page walk. */
	(void)madvise(block->memory, bytes, MADV_HUGEPAGE);
	claim_first(block);
	return block;
}

unsigned char *seep_block_memory(const struct seep_block *block)
{
	return block->memory;
}

void seep_block_destroy(struct seep_block *block)
{
	if (!block)
		return;
	atomic_store(&block->stop, true);
	if (block->has_thread)
		pthread_join(block->thread, NULL);
	munmap(block->memory, block->bytes);
	free(block);
}
