/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a DNS message says of a query: its question and whom its EDNS options name, and of an answer
 * for how long it may be cached. The message may be damaged or cut short; nothing is read beyond
 * its end.
 */
#ifndef SEEP_TRACE_DNS_H
#define SEEP_TRACE_DNS_H

#include "names/identity.h"
#include "trace.h"

enum trace_dns_kind {
	TRACE_DNS_QUERY,
	TRACE_DNS_ANSWER,
	TRACE_DNS_OTHER,     /* no query for a name in class IN: nothing to meter */
	TRACE_DNS_MALFORMED, /* see problem */
};

struct trace_dns {
	const char *problem;
	struct seep_identity
		identity; /* of a query: what its options state, as Unbound reads them */
	uint16_t id;
};

/*
 * Fills in type, name, rcode and ttl_s of EVENT. The TTL is the least of the answer's records; of
 * an answer without records, what its SOA says (RFC 2308); TRACE_TTL_NONE if the message does not
 * tell.
 */
enum trace_dns_kind trace_dns_parse(const uint8_t *message, size_t size, struct trace_event *event,
				    struct trace_dns *dns);

/* Returns who asked a query that came from FROM: whom it names, if SETUP trusts it; else FROM. */
struct seep_address trace_dns_user(const struct trace_dns *dns, const struct trace_setup *setup,
				   const struct seep_address *from);

#endif
