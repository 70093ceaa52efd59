/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Faults for a resolver under test, put before its libraries (LD_PRELOAD).
 *
 * SEEP_FAULTS names a file of five 64-bit words, in this machine's byte order, which the test
 * writes at any time:
 *
 *     0  by how many seconds the wall clock is ahead (clock.c)
 *     1  which allocation fails, counted from 1; 0 is none, and none is counted, as that takes long
 *     2  not 0: all that follow fail as well
 *     3  how many there were, counted here (faults.c)
 *     4  not 0: OpenSSL has no random bytes to give (random.c)
 */
#ifndef SEEP_FAULTS_H
#define SEEP_FAULTS_H

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { AHEAD_S, FAIL_AT, FAIL_ALL, COUNTED, NO_RANDOM, WORDS };

extern _Atomic int64_t *fault_words; /* clock.c has them */

/* Sets a FUNCTION pointer to what NAME is in the libraries behind this one. */
static inline void find(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof(found));
}

#endif
