/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every method of detection looks like to the benchmark, Seep included:
 * it is shown each name that leaves the resolver, and says what becomes of it.
 *
 * A method that is tuned has one threshold. During the warm-up it is infinite
 * and the method only keeps score; then the benchmark sets it, from the worst
 * score of every person and day, to what keeps to the rate of false blocks
 * that all methods get; from the end of the warm-up the method is armed.
 */
#ifndef DETECT_METHOD_H
#define DETECT_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "util.h"

enum act {
	ACT_PASS,
	ACT_FLAG,   /* passes, and somebody is told */
	ACT_REFUSE, /* does not leave */
};

/* Whose budget a refusal or flag was about, where a method has several. */
enum method_meter {
	METHOD_METER_NONE,
	METHOD_METER_USER,
	METHOD_METER_DOMAIN,
};

struct method {
	char title[40];
	void *state;
	enum act (*observe)(struct method *method, const struct event *event);
	void (*close)(struct method *method);
	double tune_share;       /* part of the warm-up for tuning; 0: not tuned */
	double threshold;        /* a score above it is refused */
	double score;            /* out: of the last event's user or domain */
	unsigned from_day;       /* its mistakes count from this day on */
	bool armed;              /* that day has come */
	bool per_user;           /* other users do not change what it says of one */
	bool folds_case;         /* letter case does not get past it */
	bool dga;                /* out: the last event made its user a bot's */
	bool only_dga;           /* judges names that do not exist, and nothing else */
	enum method_meter meter; /* out: of the last event's act */

	uint64_t alerts; /* times that somebody was told of a person's flag */
	uint64_t user_bytes;
	uint64_t domain_bytes; /* for each domain, or each user and domain */
};

/* What methods are made from. */
struct method_plan {
	uint32_t clients; /* addresses that may ask, by number */
	uint32_t people;  /* the first of the users; servers follow */
	unsigned warm_days;
	const uint32_t *hits; /* a client: queries answered from cache so far */
	uint64_t seed;
	const char *common_list;   /* path, or NULL */
	const struct map *popular; /* hashes of the world's popular domains */
	uint64_t user_budget_bytes, user_refill_bytes;
	uint64_t memory_bytes;
	const char *settings; /* further lines of seep.conf, or NULL */
};

struct method *method_new(const char *title);
/* A method that is tuned on the whole warm-up, and whose state is CLIENT_BYTES of zero for each
 * client and nothing else. */
struct method *method_new_per_client(const char *title, const struct method_plan *plan,
				     size_t client_bytes);
void method_close(struct method *method);

struct method *method_seep_open(const struct method_plan *plan);
/* What Seep promises in so many days: the bytes of a user of whom nothing is known. */
double method_seep_promise(uint64_t budget_bytes, uint64_t refill_bytes, unsigned days);
/* Does seep.conf know the option? */
bool method_seep_has_common_list(void);

struct method *rival_ibhh_open(const struct method_plan *plan);
struct method *rival_amc_open(const struct method_plan *plan);
struct method *rival_zip_open(const struct method_plan *plan);
struct method *rival_ratio_open(const struct method_plan *plan);
struct method *rival_nxd_open(const struct method_plan *plan);

#endif
