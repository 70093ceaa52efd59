/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Domains that are common in the world: a list by rank, such as Tranco and Umbrella publish, taken
 * as a prior of how many users a domain has.
 *
 * It takes away most of the cold start, and lets a small network work, where one person's browsing
 * is most of what there is. It counts for few users: what everybody in the world uses may still be
 * somebody's who gives names away, or sells them.
 *
 * Memory: 16 to 32 bytes a domain, on top of memory-size. Read-only once filled, for any number of
 * threads.
 */
#ifndef SEEP_COMMON_H
#define SEEP_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "names/suffix.h"

struct seep_common;

/* For how many users a domain counts that is listed, and one among the first SEEP_COMMON_TOP. */
#define SEEP_COMMON_USERS      2
#define SEEP_COMMON_USERS_MOST 4
#define SEEP_COMMON_TOP        1000

/* Returns an empty list, or NULL without memory. */
struct seep_common *seep_common_create(void);

/*
 * Adds one LINE, `rank,name` or `rank<TAB>name`. A name below a domain counts for its domain; of
 * several the best rank counts. KEY is the one that domains are hashed by. Returns NULL, or what
 * was expected in place of LINE.
 */
const char *seep_common_add(struct seep_common *common, const char *line,
			    const struct seep_hash_key *key, struct seep_suffix_reader *suffixes);

/* Frees COMMON. NULL is ignored. */
void seep_common_close(struct seep_common *common);

/*
 * Returns how many users the domain with the keyed hash DOMAIN_KEY is taken to have. It is 0 if the
 * domain is not in the list, or COMMON is NULL.
 */
uint64_t seep_common_users(const struct seep_common *common, uint64_t domain_key);

/* Returns how many domains are in the list, and the memory they take. */
size_t seep_common_domains(const struct seep_common *common);
size_t seep_common_bytes(const struct seep_common *common);

#endif
