/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the host tells the engine about one query: who asked which name, of which type and class,
 * and when. The Unbound adapter and `seepctl replay` build it.
 */
#ifndef SEEP_OBSERVATION_H
#define SEEP_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A DNS name in wire form is at most 255 bytes, with at most 127 labels below the root (RFC 1035,
 * 3.1).
 */
#define SEEP_NAME_MAX_BYTES  255
#define SEEP_NAME_MAX_LABELS 127

/* The class of nearly all questions: the Internet. */
#define SEEP_QCLASS_IN 1

/* Bytes of a MAC address. */
#define SEEP_MAC_BYTES 6

/*
 * Who a user is. The size tells one form from another, so that none is taken for another:
 *
 *    4  an IPv4 address
 *   16  an IPv6 address
 *   10  a MAC address behind a forwarder: its IPv4 network, then the MAC
 *   14  the same: the first eight bytes of its IPv6 network, then the MAC
 *
 * Network byte order; unused bytes are zero. Only a trusted forwarder states a MAC
 * (names/identity.h), and all that come from one are in its network.
 */
struct seep_address {
	uint8_t bytes[16];
	uint8_t size_bytes;
};

#define SEEP_ADDRESS_MAC_V4_BYTES 10
#define SEEP_ADDRESS_MAC_V6_BYTES 14

/*
 * One client query. NAME is an uncompressed wire-form name, lower-cased, with its final root label;
 * it is borrowed for the call only.
 */
struct seep_observation {
	struct seep_address client;
	const uint8_t *name;
	size_t name_size;       /* bytes, 1 to SEEP_NAME_MAX_BYTES */
	uint16_t type;          /* RR type, host byte order */
	uint16_t qclass;        /* host byte order: SEEP_QCLASS_IN, or hardly anything */
	bool checking_disabled; /* the CD flag */
	uint8_t internal;       /* the name lives in a zone of this organisation */
	bool is_proven; /* the client's address is not forged: TCP, TLS or a valid DNS cookie */
	bool may_wait;  /* an old answer may do, till seep_engine_insist says that there is none */
	uint64_t when_ms; /* the meters' time (clock.h), milliseconds since 1970 */
};

#endif
