/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Budgets: what the meters of users, networks and domains are held to, as seep.conf says or, with
 * `auto`, as learning showed.
 *
 * A learned budget counts in units, of 256 bytes for users and domains and of 1 KiB or more for
 * networks. A user gets two and a half times the highest level that its meter reached while
 * learning, from 512 bytes to 16 KiB; one that came later gets the 90th percentile of these, from 1
 * KiB to 4, or what it learned in its own first days if that is less. A network gets, for its
 * newcomers and for its other users, twice the highest level after its first day, from 4 KiB, for
 * the newcomers from 8, to 128; one that came later gets 8 KiB for each.
 *
 * A tunnel that was there all along learns its own budget too, at most 16 KiB. Who needs more than
 * that is a crowd behind one address, or a tunnel: no budget fits it.
 */
#ifndef SEEP_BUDGET_H
#define SEEP_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "meter/meter.h"

#define SEEP_BUDGET_UNIT_BYTES  256
/* The least units, those of one of whom nothing is known, and the most. */
#define SEEP_BUDGET_LEAST       2
#define SEEP_BUDGET_NEW         4
#define SEEP_BUDGET_MOST        64
/* What learning saw is not the worst that comes. */
#define SEEP_BUDGET_PERCENT     250
/* Of whom the most units are not so many times what it needed, no budget fits: a NAT of four. */
#define SEEP_BUDGET_CROWD_TIMES 2

/* The same of networks. */
#define SEEP_BUDGET_NETWORK_UNIT_BYTES 1024
#define SEEP_BUDGET_NETWORK_LEAST      4
#define SEEP_BUDGET_NETWORK_NEW        8
#define SEEP_BUDGET_NETWORK_PERCENT    200
/* While learning a level rises to so many: who needs more, no budget fits. Who needs less has its
 * margin, however near. */
#define SEEP_BUDGET_NETWORK_NOTED      64
#define SEEP_BUDGET_NETWORK_MOST       (2 * SEEP_BUDGET_NETWORK_NOTED)
/* A new network's budget is for so many users at least, of such budgets as seep.conf gives. */
#define SEEP_BUDGET_NETWORK_USERS      4

/* A budget drains in so many days, if its refill is `auto`. */
#define SEEP_BUDGET_DAYS          8
/* The margins are for so many days of learning: after fewer the level has not risen as far yet. */
#define SEEP_BUDGET_LEARNING_DAYS 7

/* Of a user, of a network, and for each user of a domain. */
struct seep_budgets {
	bool is_learned;         /* a user's counts in units... */
	bool is_network_learned; /* ...and a network's... */
	bool is_units;           /* ...and a domain's */
	bool user_refill_is_auto;
	bool network_refill_is_auto;
	bool domain_refill_is_auto;
	struct seep_limits user;
	struct seep_limits network;
	struct seep_limits domain;
};

/* What seep.conf says. */
struct seep_budgets seep_budgets_of(const struct seep_conf *conf);

/*
 * Return the limits of a user, or a network, of so many UNITS; of a domain of USERS users, the one
 * with most units of so many. While LEARNING, levels rise beyond the budget, and drain as the
 * least budget would: what is learned is what one needs beside that.
 */
struct seep_limits seep_budgets_user(const struct seep_budgets *budgets, unsigned units,
				     bool learning);
struct seep_limits seep_budgets_network(const struct seep_budgets *budgets, unsigned units,
					bool learning);
struct seep_limits seep_budgets_domain(const struct seep_budgets *budgets, unsigned units,
				       uint64_t users);

/* Return the units of a user, or a network, whose meter reached PEAK_MBIT while learning. */
unsigned seep_budget_units(uint64_t peak_mbit);
unsigned seep_budget_network_units(const struct seep_budgets *budgets, uint64_t peak_mbit);

/* Return whether no budget fits one whose meter reached PEAK_MBIT; a network's as far as a level
 * rises. */
bool seep_budget_is_too_small(uint64_t peak_mbit);
bool seep_budget_is_too_small_for_network(const struct seep_budgets *budgets, uint64_t peak_mbit);

#endif
