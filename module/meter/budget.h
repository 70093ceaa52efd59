/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Budgets: what users' and domains' meters are held to, as seep.conf says or,
 * with `auto`, as learning showed.
 *
 * A learned budget counts in units of 256 bytes. Each user gets three times the
 * highest level that its meter reached while learning, at least 768 bytes; a user that
 * came later gets the 90th percentile of these, at least 1.5 KiB. A tunnel that was
 * there all along learns its own budget too, at most 16 KiB.
 */
#ifndef SEEP_BUDGET_H
#define SEEP_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "meter/meter.h"

#define SEEP_BUDGET_UNIT_BYTES 256
/* The least units, those of one of whom nothing is known, and the most. */
#define SEEP_BUDGET_LEAST      3
#define SEEP_BUDGET_NEW        6
#define SEEP_BUDGET_MOST       64
/* What learning saw is not the worst that comes. */
#define SEEP_BUDGET_MARGIN     3
/* A budget drains in so many days, if its refill is `auto`. */
#define SEEP_BUDGET_DAYS       6

/* For a user, and for each user of a domain. */
struct seep_budgets {
	bool is_learned; /* a user's counts in units... */
	bool is_units;   /* ...and a domain's */
	bool user_refill_is_auto;
	bool domain_refill_is_auto;
	struct seep_limits user;
	struct seep_limits domain;
};

/* What seep.conf says. */
struct seep_budgets seep_budgets_of(const struct seep_conf *conf);

/* The limits of a user of so many UNITS; of a domain of USERS users, the one with most
 * units of so many. While LEARNING, levels rise beyond the budget. */
struct seep_limits seep_budgets_user(const struct seep_budgets *budgets, unsigned units,
				     bool learning);
struct seep_limits seep_budgets_domain(const struct seep_budgets *budgets, unsigned units,
				       uint64_t users);

/* The units of a user whose meter reached PEAK_MBIT while learning. */
unsigned seep_budget_units(uint64_t peak_mbit);

#endif
