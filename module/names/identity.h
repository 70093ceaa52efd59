/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who asked, as a forwarder states it in a query's EDNS options:
 *
 *       8  Client Subnet (RFC 7871), with the whole address: source prefix /32 or /128
 *   65001  a MAC address, as dnsmasq's add-mac writes it: six bytes
 *   65073  a MAC address, as dnsmasq's add-mac=base64 and add-mac=text write it: eight characters
 *          of base64, or "02:00:5e:00:53:01"
 *
 * Either of the last two may have any of the three forms. Whoever believes a query trusts the
 * forwarder that it came from; whatever is malformed, or more than one answer, is not believed at
 * all.
 *
 * Source: RFC 7871, 6 and 7.1; dnsmasq 2.90, its edns0.c.
 * Threads: nothing is shared.
 */
#ifndef SEEP_IDENTITY_H
#define SEEP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "seep_observation.h"

/* A query with more options than these is refused: so many are no forwarder's. */
#define SEEP_IDENTITY_OPTIONS_MOST 32

#define SEEP_IDENTITY_OPTION_SUBNET 8
#define SEEP_IDENTITY_OPTION_MAC    65001
#define SEEP_IDENTITY_OPTION_DEVICE 65073

enum seep_identity_kind {
	SEEP_IDENTITY_NONE,    /* the query states nobody */
	SEEP_IDENTITY_SUBNET,  /* ADDRESS asked */
	SEEP_IDENTITY_MAC,     /* MAC asked */
	SEEP_IDENTITY_REFUSED, /* it states something that is not to be believed */
};

/* What the options of one query state; all zero before the first one. */
struct seep_identity {
	struct seep_address address; /* of the Client Subnet, if has_address */
	uint8_t mac[SEEP_MAC_BYTES]; /* if has_mac */
	uint8_t options;             /* how many were read; more than the most are not counted */
	bool has_address, has_mac;
	bool has_subnet; /* there was a Client Subnet, whatever it says */
	bool is_coarse;  /* it was of many addresses */
	bool is_bad;     /* an option was malformed, a second one of its kind, or one too many */
};

/* Is CODE one of the three? */
static inline bool seep_identity_is_option(uint16_t code)
{
	return code == SEEP_IDENTITY_OPTION_SUBNET || code == SEEP_IDENTITY_OPTION_MAC ||
	       code == SEEP_IDENTITY_OPTION_DEVICE;
}

/*
 * Takes in one option: SIZE bytes of DATA, which may be NULL if there are none. Others than the
 * three are only counted. Returns false if the query is refused, whatever else it states: the rest
 * need not be read.
 */
bool seep_identity_read(struct seep_identity *identity, uint16_t code, const uint8_t *data,
			size_t size);

/*
 * Reads the MAC of a user's text, "02:00:5e:00:53:01@192.0.2.0", LENGTH bytes. Returns what stands
 * behind its "@", or NULL if TEXT is no such text, or no machine can have the MAC.
 */
const char *seep_identity_read_text(uint8_t mac[SEEP_MAC_BYTES], const char *text, size_t length);

/*
 * Reads a MAC address that a machine can have, "02:00:5e:00:53:01", from TEXT. Returns false if it
 * is none.
 */
bool seep_identity_parse_mac(uint8_t mac[SEEP_MAC_BYTES], const char *text);

/*
 * Returns who asked, when all options are read. Of a MAC and an address, each sound, the MAC
 * counts: it stays in the forwarder's network, and an address may be in any. One that is malformed
 * spoils the other, for a client may have written either.
 */
enum seep_identity_kind seep_identity_of(const struct seep_identity *identity);

/*
 * Returns the user whom a trusted FORWARDER names, when all options are read: an address, or a MAC
 * in the forwarder's network by the masks of NETWORKS; and FORWARDER itself if it names nobody who
 * is to be believed.
 */
struct seep_address seep_identity_user(const struct seep_identity *identity,
				       const struct seep_address_masks *networks,
				       const struct seep_address *forwarder);

#endif
