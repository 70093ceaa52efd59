/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts how often a lock was found taken: --wrap=pthread_mutex_lock. */
#include "locks.h"

#include <pthread.h>

/* Each thread has its own, so that counting makes no threads wait for each other. */
static _Thread_local struct locks counted;

/* The linker's names. */
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	counted.asked++;
	if (pthread_mutex_trylock(mutex) == 0)
		return 0;
	counted.taken++;
	return __real_pthread_mutex_lock(mutex);
}

struct locks locks_counted(void)
{
	return counted;
}
