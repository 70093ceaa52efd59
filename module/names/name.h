/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splits a name into its domain (what somebody registers) and its prefix (the labels before, which
 * carry what the client wants to say). The end of the domain, or all of it, is the paid domain:
 * what somebody pays for.
 *
 * Threads: nothing is shared but what suffix.h says.
 */
#ifndef SEEP_NAME_H
#define SEEP_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seep_observation.h"
#include "names/suffix.h"

/* A split name; BYTES are borrowed. */
struct seep_name {
	const uint8_t *bytes; /* wire form, with the root label */
	uint8_t size;
	uint8_t domain_at; /* where the domain starts; 0 if no prefix */
	uint8_t paid_at;   /* where the paid domain starts, within the domain */
	uint8_t prefix_labels;
	/*
	 * The domain is one that people register, below a suffix of the list: no reverse zone,
	 * suffix, single label or root, and nothing below a top-level domain that there is not.
	 */
	bool registrable;
	/* How many of the domain's labels, from its left, whoever names things in it chooses. */
	uint8_t given_labels;
	/* Of a number that is a reverse name's label: 8 in in-addr.arpa, 4 in ip6.arpa; else 0. */
	uint8_t number_bits;
};

/*
 * Splits the SIZE bytes at NAME, wire form and lower-cased. Returns false if they are no such name;
 * they are never read past SIZE.
 *
 * The domain is the registrable domain. A public suffix, or a single label, is its own domain.
 * Reverse names have the /24 (in-addr.arpa) or /48 (ip6.arpa) zone.
 *
 * The paid domain is the registrable one by the ICANN section alone: github.io in
 * www.somebody.github.io. It is the whole name where that is no longer than an ICANN suffix.
 * Reverse names have the /16 or /32 zone, but no more than the first label that is no number.
 *
 * Given labels are those that the list's rule does not spell: the one below a private suffix, and
 * the one that a private wildcard stands for. In reverse names they are those below the /16 or /32,
 * and all up to one that is no number.
 */
bool seep_name_split(struct seep_name *split, const uint8_t *name, size_t size,
		     struct seep_suffix_reader *suffixes);

/*
 * Returns whether the wire-form LABEL is a number as reverse names write it: one hexadecimal digit
 * (BITS is 4), or 0 to 255 without zeros in front (8).
 */
bool seep_name_is_number(const uint8_t *label, unsigned bits);

/*
 * Lower-cases the ASCII letters of the wire-form FROM into TO, at most SIZE bytes. Length bytes are
 * below 'A' and so are left as they are.
 */
void seep_name_lower(uint8_t *to, const uint8_t *from, size_t size);

/*
 * Returns whether PACKET, the lower-cased name of a packet that leaves because of NAME's query,
 * tells the outside anything that the client chose. Everything does, the names to which answers led
 * included, but what stands above the paid domain: the root, a top-level domain, a registry's zone.
 */
bool seep_name_told(const struct seep_name *name, const uint8_t *packet, size_t size);

/*
 * Writes the wire-form NAME as text, escaped, to TEXT of TEXT_SIZE bytes. It is cut short with
 * "..." if it does not fit.
 */
void seep_name_print(char *text, size_t text_size, const uint8_t *name, size_t name_size);

#endif
