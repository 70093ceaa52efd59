/* SPDX-License-Identifier: BSD-3-Clause */
/* One client query of the simulated organisation; plain data. */
#ifndef DETECT_EVENT_H
#define DETECT_EVENT_H

#include <stdint.h>

#include "seep_rr.h"

/* Monday, 5 January 2026, midnight; every run begins here. */
#define START_MS UINT64_C(1767571200000)
#define DAY_MS   UINT64_C(86400000)
#define HOUR_MS  UINT64_C(3600000)

#define EVENT_DYNAMIC UINT32_MAX

/* What the resolver sees of a client. */
struct event_address {
	uint8_t bytes[16]; /* IPv4 in the first four, the others zero */
	uint8_t size;
};

struct event {
	uint64_t when_ms;
	const uint8_t *name; /* wire form, lower-cased, with the root */
	uint64_t key;        /* hash of the name; set for misses */
	uint64_t domain;     /* hash of its domain; set for misses */
	uint32_t user;
	uint32_t client; /* number of its address; set on the stage, as is the address */
	struct event_address address;
	uint32_t turn; /* of a sender with a route: how many names it has sent */
	uint8_t route; /* how the address is found: enum network_route */
	uint32_t id;   /* in the pool of names, or EVENT_DYNAMIC */
	uint32_t ttl_s;
	uint16_t type;
	uint16_t sender; /* 0: benign; else index of the case, plus one */
	uint8_t extra;   /* 0: none; else index of what is new here, plus one */
	uint8_t size;
	uint8_t domain_at; /* set for misses, if it was not */
	uint8_t rcode;
	uint8_t gone; /* its registrable domain does not exist */
	/* What a tunnel's owner learns from this name: with letter case kept
	 * on its way, and with all letters lower-cased. */
	uint32_t symbol; /* which of a small alphabet this is, plus one; 0: large */
	float payload_bits;
	float folded_bits;
};

static inline unsigned event_day(const struct event *event)
{
	return (unsigned)((event->when_ms - START_MS) / DAY_MS);
}

#endif
