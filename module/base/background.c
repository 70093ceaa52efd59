/* SPDX-License-Identifier: BSD-3-Clause */
/* A thread with a small stack, and without signals. */
#include "base/background.h"

#include <signal.h>

#define STACK_BYTES (256 * 1024)

int seep_background_start(pthread_t *thread, void *(*run)(void *), void *context)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error = pthread_attr_init(&attributes);

	if (error)
		return error;
	/* If that is too little here, what is usual is taken. */
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, &attributes, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}
