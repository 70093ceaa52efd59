/* SPDX-License-Identifier: BSD-3-Clause */
/* What is measured of the engine as it grows; each prints lines of KEY VALUE. */
#ifndef GROWTH_H
#define GROWTH_H

#include "load.h"

struct growth {
	struct load load;
	uint64_t memory_bytes; /* 0: what the load needs */
	uint64_t observations; /* of each kind */
	unsigned rounds;
	unsigned threads;
	const char *case_name; /* of threads.c */
	const char *folder;    /* for the state file */
};

/* Prints a line. */
void growth_say(const char *key, double value);

/* The bytes that PATH, of /proc, says of KEY; 0 if it says nothing. */
uint64_t growth_proc(const char *path, const char *key);

#define GROWTH_NO_ROOM 3 /* the program ends so */

/* Ends the program if that many BYTES of WHAT are not free. */
void growth_need(const char *what, uint64_t bytes, uint64_t free_bytes);

/* An engine of MEMORY_BYTES that refuses nothing and notes changes; exits if there is none. */
struct seep_engine *growth_engine(uint64_t memory_bytes, unsigned threads);
/* How that one was set up. */
const struct seep_engine_setup *growth_setup(void);

/* When all begins, milliseconds since 1970. */
#define GROWTH_BEGAN_MS UINT64_C(1700000000000)

/* The middle one of COUNT values, which it sorts. */
double growth_median(double *values, size_t count);

/* One observation, in an engine that has seen all of the load. */
void growth_point(const struct growth *growth);
/* As many threads as wanted, side by side. False if there is no such case. */
bool growth_threads(const struct growth *growth);
/* The state file of an engine that is full. */
void growth_state(const struct growth *growth);
/* The longest observation, across turns of the novelty memory's generations. */
void growth_turn(const struct growth *growth);

#endif
