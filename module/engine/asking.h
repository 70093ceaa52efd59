/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One query as the engine works on it, for ask.c, and for explain.c, which does the same on copies
 * of entries.
 */
#ifndef SEEP_ASKING_H
#define SEEP_ASKING_H

#include "engine/internal.h"

/* What is told of the lines that were crossed; set where one was, as its metering says. */
struct edges {
	struct seep_event domain;
	struct seep_event user;
	struct seep_event network;
	struct seep_address network_address;
};

/* All that one ask works on. */
struct asking {
	struct seep_thread *thread;
	struct seep_engine *engine;
	const struct listing *listing;
	const struct seep_observation *observation;
	struct seep_reservation *reservation;
	struct seep_name name;
	uint64_t name_key;
	struct recent *recent; /* the thread's note on the user; not set where rehearsed */
	struct treating treating;
	enum seep_mode mode;
	uint64_t domain_names; /* distinct ones sent there */
	uint64_t few;          /* so many users of a domain are few */
	uint64_t users;        /* of the domain */
	uint64_t listed;       /* users that a common-list counts for */
	struct seep_pair pair; /* of the user, or its network, and the domain */
	bool unseen;           /* nobody here used the domain yet, nor the name */
	bool is_last;          /* the pair's last name again */
	bool is_in_turn;       /* with the type that was to come */
	bool is_habit;         /* what its users usually send there */
	bool is_service;       /* few use the domain yet, as they would a service */
	bool is_crowd;         /* no budget fits the user */
	bool is_rehearsed;     /* on copies of entries: nothing else may change */
	uint64_t habit_mbit;   /* what the pair may hold */
	struct seep_metering domain;
	struct seep_metering user;
	struct seep_metering network;
	struct edges *edges;
	struct seep_pieces *pieces; /* of the price, for who asks; or NULL */
};

/* The entries that one ask has locked; without a domain's (NULL) it is judged as an empty one. */
struct entries {
	struct domain *domain;
	struct user *user;
	struct network *network;
	struct seep_entry *of_network; /* the user's meter in it */
};

/*
 * The name is split already. Sets the class, or CHARGED; then also keys but those of people, mode
 * and time, and whether the name is known.
 */
void seep_asking_begin(struct asking *asking, bool splits);

/*
 * The price, the meters and the verdict, on ENTRIES that are copies: DOMAIN is entries->domain.
 * Nothing but these, and what ASKING points to, changes.
 */
void seep_asking_rehearse(struct asking *asking, struct entries *entries);

#endif
