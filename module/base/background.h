/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Threads beside the resolver's own: for the state file, the control socket, events and the like.
 *
 * All signals are blocked in them from their first moment, for they are the resolver's: also
 * SIGXFSZ, where a file may grow no more. Their stacks are small: an address space may be limited.
 */
#ifndef SEEP_BACKGROUND_H
#define SEEP_BACKGROUND_H

#include <pthread.h>

/*
 * Starts RUN(CONTEXT) as THREAD, which the caller joins. Returns 0, or an errno: then there is no
 * thread.
 */
int seep_background_start(pthread_t *thread, void *(*run)(void *), void *context);

#endif
