/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shows every sent name to all methods and keeps the books: what leaked in each
 * case, who was disturbed, which bots were caught.
 */
#ifndef DETECT_ACCOUNT_H
#define DETECT_ACCOUNT_H

#include "attack.h"
#include "census.h"
#include "cost.h"
#include "dga.h"
#include "extra.h"
#include "method.h"

#define ACCOUNT_METHODS 64

/* One case under one method. */
struct leak {
	double bits;         /* of payload that left; see leak_settle */
	double before_flag;  /* of these, before anybody was told */
	double before_block; /* before the first refusal */
	uint64_t names, refused;
	uint64_t flag_ms, block_ms; /* of the first; 0: never */
	struct map symbols;         /* that left, if the alphabet is small: how often */
	struct map after;           /* each: how often another came after it */
	struct map pairs;           /* two in a row: how often */
	double ordered_bits;        /* of these, by a code that learns */
	uint32_t last_symbol;
};

/*
 * Ends a leak's book. Where some symbols are let pass more than others, those
 * that arrive tell less than the sender's alphabet would: their number times
 * the entropy of what arrived; or what a code that learns needs for them, given
 * the one before each.
 */
void leak_settle(struct leak *leak);

/* One bot under one method. */
struct catch
{
	uint32_t missing; /* names that do not exist it had asked by then */
	bool caught;      /* by the DGA meter */
	bool in_time;     /* before its master answered */
	bool refused;     /* some name of its was refused, by whatever meter */
	uint32_t before_refusal;
};

/* One method over one run. */
struct trouble {
	uint64_t people_days_refused;   /* days on which a person was refused something benign */
	uint64_t people_days_by_user;   /* of these, by the user's meter */
	uint64_t people_days_by_domain; /* and by a domain's */
	uint64_t people_days_flagged;
	uint64_t server_days_refused;
	uint64_t domains_refused; /* distinct, of people's benign queries */
	uint64_t domains_flagged;
	uint64_t queries_refused;
	uint64_t alerts;
	uint64_t dga_weeks; /* (person, week) wrongly called a bot */
	uint64_t user_days; /* active ones of people, that count */
	double threshold;
};

struct account {
	struct method *methods[ACCOUNT_METHODS];
	unsigned method_count;
	struct attack_case *cases; /* all there are, by index */
	struct leak *leaks;        /* case by method */
	struct catch *catches;     /* bot by method */
	struct extra_book *extras; /* row by method, or NULL */
	struct trouble trouble[ACCOUNT_METHODS];
	struct census census;
	bool takes_census;
	struct cost_tape *tape; /* to be recorded on, or NULL */
	uint32_t people, users;
	bool apart; /* no two users share a client */
	unsigned days, warm_days, measured_days;
	double rate; /* of wrongly refused days among a thousand to tune for */
	const double *thresholds;
	/* inside */
	uint8_t *infected;                   /* a user: its trouble is its own */
	uint8_t *active;                     /* a user: has sent something today */
	uint8_t *marks[ACCOUNT_METHODS];     /* a user: flagged, refused today; a bot this week */
	struct map domains[ACCOUNT_METHODS]; /* to bits: flagged, refused */
	float *worst[ACCOUNT_METHODS];       /* a person: today's worst score */
	float *scores[ACCOUNT_METHODS];
	size_t score_count[ACCOUNT_METHODS];
	uint64_t tuned_at_ms[ACCOUNT_METHODS];
	unsigned day;
};

struct account_plan {
	uint32_t people, users;
	unsigned days; /* in all */
	unsigned warm_days;
	unsigned measured_days; /* of each method, from its first on */
	double rate;
	struct attack_case *cases;
	size_t case_count;
	struct leak *leaks;
	size_t bot_count;
	struct catch *catches;
	struct extra_book *extras;
	bool apart;
	/* Of methods as they are added, known from an earlier run; or NULL. */
	const double *thresholds;
};

void account_open(struct account *account, const struct account_plan *plan);
/* Takes the method over. */
void account_add(struct account *account, struct method *method);
/* A stage's `sent`. */
void account_sent(void *account, struct event *event);
/* Ends the last day and sums up. */
void account_finish(struct account *account);
void account_close(struct account *account);

#endif
