/* SPDX-License-Identifier: BSD-3-Clause */
/* One run through all days: an organisation, who is let loose in it, and the methods that watch. */
#ifndef DETECT_PASS_H
#define DETECT_PASS_H

#include "lab.h"

struct pass {
	struct lab *lab;
	unsigned days; /* in all */
	uint32_t people;
	bool home;
	enum network_shape network;
	bool late;
	struct extra_book *extras; /* what is new here is there, and booked here */
	const char *common_list;   /* in place of the lab's */
	struct attack_case **cases;
	size_t case_count;
	struct dga_bot *bots;
	size_t bot_count;
	bool census;
	struct cost_tape *tape;
	void (*methods)(struct pass *pass);
	struct org org;
	struct stage stage;
	struct account account;
	struct attack_sender *senders;
	size_t sender_count;
	struct attack_readers *readers;
	struct extra *extra;
	uint32_t *order; /* in which people's machines are infected */
	uint32_t infected;
	const double *thresholds;
};

/* A run over the warm-up and so many days, of the lab's organisation. */
struct pass pass_of(struct lab *lab, unsigned days);

/* What methods of this run are made from. */
struct method_plan pass_plan(const struct pass *pass);
/* Seep and its rivals: in the order of all tables. */
extern struct method *(*const pass_methods[])(const struct method_plan *plan);
#define PASS_METHODS 5

/* For `methods`. */
void pass_add_all(struct pass *pass);
void pass_add_seep(struct pass *pass);

void pass_run(struct pass *pass);
void pass_close(struct pass *pass);

#endif
