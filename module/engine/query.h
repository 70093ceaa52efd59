/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client's query that needs the resolver to work, packet by packet: it is charged
 * before anything leaves, and pays if any packet that leaves because of it tells the
 * outside something that the client chose.
 *
 *   begin  -> REFUSED                     nothing may leave for it
 *             REFUSED -> HELD             there is no old answer, and that counts (insist)
 *          -> HELD    -> SENT             a packet told something: the charge is final
 *                     -> REFUSED          it was internal, headed for the outside, and its
 *                                         budget forbids that
 *   end    HELD: the charge is given back, or there was none, for all went to places of
 *          this organisation
 *          REFUSED: counted as refused, or as stale if the host's cache still had an answer
 *
 * What a packet tells is a matter of names alone (seep_name_told): a name above a domain
 * that somebody pays for tells nothing, everything else does. Whose name it is does not
 * matter: where a CNAME leads, which server's address has to be looked up, and whose key,
 * all follow from what the client chose to ask.
 *
 * Threads: the query is its thread's; see engine.h for the rest.
 */
#ifndef SEEP_QUERY_H
#define SEEP_QUERY_H

#include "engine/engine.h"

enum seep_query_stage {
	SEEP_QUERY_HELD, /* its charge is reserved; nothing that tells has left */
	SEEP_QUERY_SENT,
	SEEP_QUERY_REFUSED,
	SEEP_QUERY_ENDED,
};

struct seep_query {
	struct seep_observation observation; /* the host's; its name is borrowed till the end */
	struct seep_name name;
	struct seep_reservation reservation;
	enum seep_query_stage stage;
	bool is_stale;    /* refused, and the host's cache answered: set by the host */
	bool went_inside; /* a packet left for a server of this organisation */
	bool is_pending;  /* a packet that tells left, if the host did not stop it */
	/* The size of the internal zone's name, in which the observation's ends; 0: none. The
	 * outside may be asked for its keys, which tell nothing of who asked for what in it. */
	uint8_t inside_size;
};

/* A packet that is about to leave because of a query. */
struct seep_packet {
	const uint8_t *name; /* wire form, lower-cased */
	size_t name_size;
	bool is_internal; /* for a server of this organisation */
	bool is_unsure;   /* the host may yet stop it */
};

/* Charges and judges QUERY, whose observation and inside_size are set and all else zero. */
struct seep_verdict seep_query_begin(struct seep_thread *thread, struct seep_query *query);

/* The host's cache has no old answer to the refused query: is it HELD all the same? */
bool seep_query_insist(struct seep_thread *thread, struct seep_query *query);

/*
 * May the packet leave, as far as this query goes? If it tells something, the charge is
 * final from now on; if the host may yet stop it, from the next packet on, or from
 * seep_query_assume_sent.
 */
bool seep_query_may_send(struct seep_thread *thread, struct seep_query *query,
			 const struct seep_packet *packet, uint64_t when_ms);

/* Something may have left, or may yet, that the host cannot see: when in doubt it counts. */
void seep_query_assume_sent(struct seep_thread *thread, struct seep_query *query, uint64_t when_ms);

/* The query is answered, or dropped; no more packets leave for it. */
void seep_query_end(struct seep_thread *thread, struct seep_query *query,
		    enum seep_existence existence);

#endif
