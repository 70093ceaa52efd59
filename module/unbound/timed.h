/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Times the module's calls in place, for the benchmark alone: configure --enable-timed. Without it
 * there is no code of this at all.
 */
#ifndef SEEP_UB_TIMED_H
#define SEEP_UB_TIMED_H

#ifdef SEEP_TIMED

#include <stdint.h>

enum ub_timed_call {
	UB_TIMED_NEW,     /* operate(new) */
	UB_TIMED_DONE,    /* operate(moddone) */
	UB_TIMED_LEAVES,  /* the query callback, on_query */
	UB_TIMED_CLEAR,   /* clear */
	UB_TIMED_HIT,     /* the callback of answers from cache */
	UB_TIMED_NOTHING, /* what it costs to read the counter twice */
	UB_TIMED_CALLS,
};

struct ub_timed {
	enum ub_timed_call call;
	uint64_t began;
};

/* The processor's cycle counter. */
static inline uint64_t ub_timed_cycles(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t cycles;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(cycles));
	return cycles;
#else
#error "--enable-timed: no cycle counter known for this processor"
#endif
}

static inline struct ub_timed ub_timed_begin(enum ub_timed_call call)
{
	return (struct ub_timed){ call, ub_timed_cycles() };
}

/* Counts what passed since TIMED began. Any thread. */
void ub_timed_end(const struct ub_timed *timed);

/* From the first of these to the last: how long a cycle is, and a line for each call to the log. */
void ub_timed_start(void);
void ub_timed_log(void);

/* From here to the end of the block is CALL; one a block. */
#define UB_TIMED(call)                                                                       \
	const struct ub_timed ub_timed_here __attribute__((cleanup(ub_timed_end), unused)) = \
		ub_timed_begin(call)

#else

#define UB_TIMED(call)   ((void)0)
#define ub_timed_start() ((void)0)
#define ub_timed_log()   ((void)0)

#endif
#endif
