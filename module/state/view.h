/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The records of a state file as rows for people: what the engine that wrote them would say of each
 * now. There need be no engine. Pure functions; threads: any.
 */
#ifndef SEEP_VIEW_H
#define SEEP_VIEW_H

#include "base/address.h"
#include "state/format.h"

/* A user or a domain. */
struct seep_view_row {
	uint64_t key;
	struct seep_address address; /* a user */
	uint8_t text[64];            /* a domain, in wire form, cut at a label */
	uint64_t level_mbit;         /* drained up to now */
	uint64_t budget_mbit;
	uint64_t dga_mbit;
	uint64_t first_s;
	uint64_t last_s;
	uint64_t names; /* estimates */
	uint64_t domains;
	uint64_t missing;
	uint64_t users; /* of a domain; exact up to 7 */
	uint64_t hits;
	uint64_t sent;
	bool flagged;
	bool spent;
};

/* Fills in ROW by the record at FROM, as of NOW_S; false if it is no user. */
bool seep_view_user(struct seep_view_row *row, const struct seep_state_header *header,
		    const void *from, uint64_t now_s);
/* The same of a domain; always true. */
bool seep_view_domain(struct seep_view_row *row, const struct seep_state_header *header,
		      const void *from, uint64_t now_s);

#endif
