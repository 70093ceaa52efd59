/* SPDX-License-Identifier: BSD-3-Clause */
/* The benchmark as a whole: what was asked for, and what came of it. */
#ifndef DETECT_LAB_H
#define DETECT_LAB_H

#include <stdio.h>

#include "account.h"

#define LAB_LIST_MOST 8

/* Numbers that an option gives. */
struct lab_list {
	uint64_t numbers[LAB_LIST_MOST];
	unsigned count;
};

struct lab_options {
	uint64_t users;
	uint64_t days;      /* measured, after the warm-up */
	uint64_t warm_days; /* learning, and tuning of the others */
	uint64_t seed;
	bool quick;
	bool sweep;
	bool home;
	const char *names_file;
	const char *common_list;
	const char *cases;
	const char *json_file;
	const char *dga_file;
	double dga_cover;     /* existing domains that a bot asks for with each of its own */
	const char *settings; /* further lines of seep.conf for Seep */
	const char *write_common;
	struct lab_list budgets; /* the first is the one of the tables; SEEP_AUTO: found by Seep */
	struct lab_list refills;
	struct lab_list sweep_users;
	bool has_offices;
	struct lab_list offices; /* how many people there are in each */
	double rate;
	uint64_t min_ttl_s; /* of the resolver's cache */
};

/* What a bot is, for the report. */
struct lab_bot {
	const struct dga_family *family;
	double interval_s;
};

/* An organisation of another size or shape, without attacks. */
struct lab_office {
	uint32_t people;
	const struct office_shape *shape;
	bool home;
	unsigned days;
	unsigned method_count; /* Seep, or all */
	struct trouble trouble[ACCOUNT_METHODS];
	struct extra_book *extras; /* row by method, or NULL */
};

/* One organisation's settings under one kind of start, for the sweep. */
struct lab_sweep {
	uint32_t users;
	bool home;
	bool has_list; /* with a common-list */
	bool is_warm;  /* learned during the warm-up; else refuses from the first day */
	struct trouble trouble[ACCOUNT_METHODS / 2]; /* budget by refill */
};

struct lab {
	const struct lab_options *options;
	struct world world;
	struct map popular; /* hashes of its popular domains */
	struct attack_case *cases;
	size_t case_count;
	bool *ran;          /* a case: there were machines enough for it */
	struct leak *leaks; /* case by method */
	/* Methods of the tables: Seep first. */
	unsigned method_count;
	char titles[ACCOUNT_METHODS][40];
	uint64_t user_bytes[ACCOUNT_METHODS], domain_bytes[ACCOUNT_METHODS];
	/* The run without attacks: the same methods, then Seep with the other budgets. */
	struct trouble trouble[ACCOUNT_METHODS];
	unsigned budget_first; /* of these methods */
	struct cost costs[ACCOUNT_METHODS];
	uint64_t user_days;
	uint64_t server_count;
	struct census census;
	uint64_t queries, misses;
	/* Bots. */
	struct dga_families families;
	struct lab_bot *bots;
	size_t bot_count;
	struct catch *catches; /* bot by two methods: Seep, missing names an hour */
	uint64_t dga_weeks[2]; /* wrongly flagged */
	double person_weeks;
	struct lab_office *offices;
	size_t office_count;
	/* The sweep, in place of all the above. */
	struct lab_sweep *sweeps;
	size_t sweep_count;
	double seconds;
};

void lab_open(struct lab *lab, const struct lab_options *options);
void lab_run(struct lab *lab);
void lab_close(struct lab *lab);

/* What an organisation is like, beside its size. lab_office.c. */
struct office_shape {
	const char *name;
	enum network_shape network;
	bool late;   /* with a team that comes weeks later */
	bool extras; /* with what is in extra.c */
	uint32_t people_least;
	uint32_t people_most; /* 0: any */
};

/* All offices that were asked for. */
void office_run_all(struct lab *lab);

/* In place of lab_run: budgets, refills, users, starts and lists. sweep.c. */
void sweep_run(struct lab *lab);

/* All that a run or a sweep has found, as one JSON object. report_json.c; the README has its
 * keys. */
void report_json(const struct lab *lab, FILE *file);

#endif
