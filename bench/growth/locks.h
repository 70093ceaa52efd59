/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How often a lock was found taken. Counted in the program growth_locks alone, whose linker gives
 * the engine's calls of pthread_mutex_lock to locks.c; the engine has no code of it.
 */
#ifndef GROWTH_LOCKS_H
#define GROWTH_LOCKS_H

#include <stdint.h>

/* Of the calling thread, from its beginning. */
struct locks {
	uint64_t asked; /* pthread_mutex_lock was called */
	uint64_t taken; /* and another thread had it */
};

#ifdef GROWTH_LOCKS
struct locks locks_counted(void);
#else
static inline struct locks locks_counted(void)
{
	return (struct locks){ 0, 0 };
}
#endif

#endif
