/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The records of a state file as rows for people: what the engine that wrote them would say of each
 * now. There need be no engine. Pure functions; threads: any.
 */
#ifndef SEEP_VIEW_H
#define SEEP_VIEW_H

#include "engine/look.h"
#include "state/format.h"

/* Fills in ROW by the record at FROM, as of NOW_S; false if it is no user. */
bool seep_view_user(struct seep_view_row *row, const struct seep_state_header *header,
		    const void *from, uint64_t now_s);
/* The same of a domain; always true. */
bool seep_view_domain(struct seep_view_row *row, const struct seep_state_header *header,
		      const void *from, uint64_t now_s);

/* Are the records behind HEAD networks of this build's kind? */
bool seep_view_has_networks(const struct seep_state_networks *head);
/* As with users; they are networks. */
bool seep_view_network(struct seep_view_row *row, const struct seep_state_header *header,
		       const struct seep_state_networks *head, const void *from, uint64_t now_s);

/* Does the USER draw on the newcomers' meter of its NETWORK? */
bool seep_view_is_newcomer(const struct seep_view_row *network, const struct seep_view_row *user,
			   uint64_t now_s);

/* When learning ends, by the meters' clock; 0: there is none. */
uint64_t seep_view_learning_ends_s(const struct seep_state_header *header);
/* What a newcomer gets; 0: learning has not told yet. */
uint64_t seep_view_new_budget_mbit(const struct seep_state_header *header);

#endif
