/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of common domains: an open-addressed table of hashes and ranks, of its own because a
 * million of them take 8 bytes each.
 */
#include "names/common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names/name.h"
#include "names/parse.h"

#define RANK_BITS 24
#define RANK_MOST ((UINT64_C(1) << RANK_BITS) - 1)

/* A slot holds the hash's high 40 bits and, below, the rank; 0 is empty. */
struct seep_common {
	uint64_t *slots;
	size_t size; /* a power of two, at most half full */
	size_t used;
};

static uint64_t tag_of(uint64_t key)
{
	return key & ~RANK_MOST;
}

/* The slot of KEY, or the empty one where it would go. */
static uint64_t *slot_of(const struct seep_common *common, uint64_t key)
{
	size_t at = (size_t)(key >> RANK_BITS) & (common->size - 1);

	while (common->slots[at] && tag_of(common->slots[at]) != tag_of(key))
		at = (at + 1) & (common->size - 1);
	return &common->slots[at];
}

static int grow(struct seep_common *common)
{
	struct seep_common bigger = { .size = common->size ? common->size * 2 : 1024 };

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return 0;
	for (size_t i = 0; i < common->size; i++)
		if (common->slots[i])
			*slot_of(&bigger, common->slots[i]) = common->slots[i];
	free(common->slots);
	common->slots = bigger.slots;
	common->size = bigger.size;
	return 1;
}

static int add(struct seep_common *common, uint64_t key, uint64_t rank)
{
	uint64_t *slot;

	if (common->used * 2 >= common->size && !grow(common))
		return 0;
	slot = slot_of(common, key);
	common->used += !*slot;
	if (!*slot || (*slot & RANK_MOST) > rank)
		*slot = tag_of(key) | rank;
	return 1;
}

struct seep_common *seep_common_create(void)
{
	return calloc(1, sizeof(struct seep_common));
}

const char *seep_common_add(struct seep_common *common, const char *line,
			    const struct seep_hash_key *key, struct seep_suffix_reader *suffixes)
{
	uint8_t wire[SEEP_NAME_MAX_BYTES];
	struct seep_name name;
	char *end;
	unsigned long long rank;
	size_t size;

	errno = 0;
	rank = strtoull(line, &end, 10);
	if (line[0] < '0' || line[0] > '9' || errno || rank < 1 || rank > RANK_MOST ||
	    (*end != ',' && *end != '\t'))
		return "a rank from 1, then a comma or a tab, then a name";
	if (seep_parse_name(wire, &size, end + 1, strlen(end + 1), SEEP_PARSE_PRINTABLE) !=
		    SEEP_PARSE_OK ||
	    size == 1 || !seep_name_split(&name, wire, size, suffixes))
		return "a domain name after the rank";
	if (!add(common, seep_hash_bytes(key, wire + name.domain_at, size - name.domain_at), rank))
		return "more memory";
	return NULL;
}

void seep_common_close(struct seep_common *common)
{
	if (!common)
		return;
	free(common->slots);
	free(common);
}

uint64_t seep_common_users(const struct seep_common *common, uint64_t domain_key)
{
	uint64_t slot = common ? *slot_of(common, domain_key) : 0;

	if (!slot)
		return 0;
	return (slot & RANK_MOST) <= SEEP_COMMON_TOP ? SEEP_COMMON_USERS_MOST : SEEP_COMMON_USERS;
}

size_t seep_common_domains(const struct seep_common *common)
{
	return common ? common->used : 0;
}

size_t seep_common_bytes(const struct seep_common *common)
{
	return common ? sizeof(*common) + common->size * sizeof(*common->slots) : 0;
}
