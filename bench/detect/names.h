/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool of names that exist for the whole run, split once. */
#ifndef DETECT_NAMES_H
#define DETECT_NAMES_H

#include <stdint.h>

#include "names/suffix.h"
#include "wire.h"

struct name_entry {
	uint64_t key;    /* hash of the name */
	uint64_t domain; /* hash of its registrable domain */
	uint32_t at;     /* in the pool's bytes */
	uint32_t ttl_s;
	uint8_t size;
	uint8_t domain_at;
	uint8_t rcode;
	uint8_t gone; /* not even its domain exists */
};

struct names {
	struct seep_suffixes *suffixes;
	struct seep_suffix_reader *reader;
	struct name_entry *entries;
	uint8_t *bytes;
	uint32_t count, room;
	uint32_t bytes_used, bytes_room;
};

void names_open(struct names *names);
void names_close(struct names *names);

/* Takes a complete name in; its id. */
uint32_t names_add(struct names *names, const struct wire *wire, uint32_t ttl_s);

static inline const uint8_t *names_bytes(const struct names *names, uint32_t id)
{
	return names->bytes + names->entries[id].at;
}

/* Where the domain of any name starts. */
uint8_t names_domain_at(struct names *names, const uint8_t *name, unsigned size);

#endif
