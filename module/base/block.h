/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A large block of memory that is there, not only promised: to get a page of it where it is first
 * used would hold up a query.
 *
 * The first SEEP_BLOCK_AT_ONCE_BYTES are there on return. A thread claims the rest meanwhile, so
 * that a start does not wait for it (MADV_POPULATE_WRITE, Linux 5.14; where the system cannot, all
 * is claimed at once). What is used before that is claimed by its use.
 */
#ifndef SEEP_BLOCK_H
#define SEEP_BLOCK_H

#include <stddef.h>

#define SEEP_BLOCK_AT_ONCE_BYTES ((size_t)256 << 20)

struct seep_block;

/* Claims BYTES, which is not 0: zeroed, aligned to pages, in large pages where the system has them.
 * NULL without memory. */
struct seep_block *seep_block_create(size_t bytes);

/* The block's first byte; it stays the block's. */
unsigned char *seep_block_memory(const struct seep_block *block);

/* Gives all back; waits for the thread, some milliseconds at most. NULL is ignored. */
void seep_block_destroy(struct seep_block *block);

#endif
