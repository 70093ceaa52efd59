/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How users and networks are called in the log and in events: by their address, or by a pseudonym.
 *
 * A pseudonym is the first 16 bytes of HMAC-SHA-256 (RFC 2104, FIPS 180-4) in hexadecimal, over one
 * byte that says what it is ('u' or 'n') and the bytes of the user's or network's address. The
 * HMAC's key is HMAC-SHA-256 of "seep pseudonyms 1" under the installation's key, which is in the
 * state file. Who has not that file cannot try addresses.
 *
 * Threads: nothing is shared. Not for a query's path: OpenSSL allocates.
 */
#ifndef SEEP_EVENTS_PEOPLE_H
#define SEEP_EVENTS_PEOPLE_H

#include "base/address.h"
#include "base/hash.h"
#include "conf/conf.h"
#include "events/note.h"

#define SEEP_PEOPLE_KEY_BYTES 32
/* Holds an address with its prefix, or a pseudonym, with the NUL. */
#define SEEP_PEOPLE_TEXT_SIZE (SEEP_ADDRESS_TEXT_SIZE + 12)
/* Holds any name as text, with the NUL. */
#define SEEP_PEOPLE_NAME_SIZE (4 * SEEP_NAME_MAX_BYTES + 2)

struct seep_people {
	bool has_pseudonyms;
	uint8_t key[SEEP_PEOPLE_KEY_BYTES];
	struct seep_address_masks user_masks, network_masks;
	unsigned user_bits[2], network_bits[2]; /* of IPv4 and IPv6 */
};

/* By what CONF says; INSTALLATION is the engine's key. */
void seep_people_start(struct seep_people *people, const struct seep_conf *conf,
		       const struct seep_hash_key *installation);

/* Writes the user of CLIENT: its address, with /BITS where a user is more than one; or "u-...". */
void seep_people_user(const struct seep_people *people, const struct seep_address *client,
		      char text[SEEP_PEOPLE_TEXT_SIZE]);

/* Writes the network of CLIENT: an address with /BITS; or "n-...". */
void seep_people_network(const struct seep_people *people, const struct seep_address *client,
			 char text[SEEP_PEOPLE_TEXT_SIZE]);

/* Writes the address of CLIENT itself; with pseudonyms that of its user. */
void seep_people_client(const struct seep_people *people, const struct seep_address *client,
			char text[SEEP_PEOPLE_TEXT_SIZE]);

/* Writes the note's domain in presentation format (RFC 1035, 5.1); "" if it has none. */
void seep_people_domain(const struct seep_note *note, char text[SEEP_PEOPLE_NAME_SIZE]);

/* Writes the note's whole name; with pseudonyms its domain. */
void seep_people_name(const struct seep_people *people, const struct seep_note *note,
		      char text[SEEP_PEOPLE_NAME_SIZE]);

#endif
