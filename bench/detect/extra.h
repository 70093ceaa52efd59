/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes into an office after the learning, or was always there and is
 * unlike people: devices that poll their own names, machines that look up many
 * addresses, a new product, and bursts of ordinary people. One row each in
 * extra.c; its queries are booked by row, not as people's.
 */
#ifndef DETECT_EXTRA_H
#define DETECT_EXTRA_H

#include "org.h"

struct extra_row;

/* One machine's part in a row. */
struct extra {
	struct actor actor;
	const struct extra_row *row;
	const struct org *org;
	uint32_t user;
	uint32_t machine; /* of the row's */
	uint32_t turn;
	uint64_t *due_ms; /* of each name with a clock of its own */
};

enum extra_kind {
	EXTRA_DEVICE, /* a machine of its own */
	EXTRA_SAME,   /* the machine of the row before */
	EXTRA_PERSON, /* on people's machines */
};

#define EXTRA_MISSING 1u /* its names do not exist */
#define EXTRA_LEARNED 2u /* there from the first day on, not only after the warm-up */
#define EXTRA_SPENDS  4u /* may spend its user's budget: what that user is refused is its own */

struct extra_row {
	const char *name;
	const char *text;
	void (*fire)(struct actor *actor, struct stage *stage);
	enum extra_kind kind;
	unsigned machines;
	unsigned names;
	double every_s; /* a name's clock, a round, or how long until the next one */
	uint32_t ttl_s;
	unsigned flags;
};

extern const struct extra_row extra_rows[];
extern const size_t extra_count;

/* One row under one method. */
struct extra_book {
	uint64_t names, refused, flagged;
	uint64_t days_refused;
	uint64_t first_refused_ms; /* 0: never */
	unsigned last_day;         /* of a refusal, plus one */
};

/* How many users the devices are; they follow the organisation's. */
uint32_t extra_users(void);
/* Puts all of them on stage, and marks users whose trouble is their own; the caller releases them
 * after the run. */
struct extra *extra_start(struct org *org, struct stage *stage, uint8_t *own_trouble);
void extra_release(struct extra *extras);

#endif
