/* SPDX-License-Identifier: BSD-3-Clause */
/* What one process has of the module: its engine, its clock, and each thread's part. */
#include "unbound/ub.h"

#include <time.h>

struct ub_module ub_module;

static _Thread_local EARLY struct seep_thread *thread_own;
static _Thread_local EARLY bool thread_asked;

struct seep_thread *ub_thread(void)
{
	if (!thread_asked && ub_module.engine) {
		thread_own = seep_engine_thread(ub_module.engine);
		thread_asked = true;
	}
	return thread_own;
}

void ub_thread_forget(void)
{
	thread_own = NULL;
	thread_asked = false;
}

uint64_t ub_read_clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t ub_now_ms(void)
{
	return seep_clock_now(&ub_module.clock, ub_read_clock_ms(CLOCK_BOOTTIME));
}
