/* SPDX-License-Identifier: BSD-3-Clause */
/* Policies by netblock and by subtree: kept, and found. */
#include "conf/policy.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = { [SEEP_TREATMENT_IGNORE] = "ignore",
				     [SEEP_TREATMENT_FLAG] = "flag",
				     [SEEP_TREATMENT_REFUSE] = "refuse" };

const char *seep_treatment_word(enum seep_treatment treatment)
{
	return treatment == SEEP_TREATMENT_NONE ? "none" : words[treatment];
}

enum seep_treatment seep_treatment_of(const char *word)
{
	for (unsigned at = SEEP_TREATMENT_IGNORE; at <= SEEP_TREATMENT_REFUSE; at++) {
		if (strcmp(word, words[at]) == 0)
			return at;
	}
	return SEEP_TREATMENT_NONE;
}

/* ---- netblocks ---- */

/* How many policies sort at or before BLOCK. */
static size_t rank(const struct seep_policies *policies, const struct seep_netblock *block)
{
	size_t low = 0, high = policies->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (seep_netblock_compare(&policies->each[middle].block, block) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Blocks are disjoint or nested: what BLOCK lies in is the one before its place, or one that
 * encloses that.
 */
static int enclosing(const struct seep_policies *policies, int at,
		     const struct seep_netblock *block)
{
	while (at >= 0 && !seep_netblock_covers(&policies->each[at].block, block))
		at = policies->each[at].parent;
	return at;
}

const struct seep_policy *seep_policies_add(struct seep_policies **policies,
					    const struct seep_policy *policy, bool *added)
{
	size_t count = *policies ? (*policies)->count : 0;
	size_t place = *policies ? rank(*policies, &policy->block) : 0;
	struct seep_policies *longer;

	*added = false;
	if (place > 0 &&
	    seep_netblock_compare(&(*policies)->each[place - 1].block, &policy->block) == 0)
		return &(*policies)->each[place - 1];
	longer = realloc(*policies, sizeof(*longer) + (count + 1) * sizeof(longer->each[0]));
	if (!longer)
		return NULL;
	*policies = longer;
	memmove(&longer->each[place + 1], &longer->each[place],
		(count - place) * sizeof(longer->each[0]));
	longer->each[place] = *policy;
	longer->count = count + 1;
	for (size_t at = 0; at < longer->count; at++)
		longer->each[at].parent = enclosing(longer, (int)at - 1, &longer->each[at].block);
	*added = true;
	return NULL;
}

const struct seep_policy *seep_policies_find(const struct seep_policies *policies,
					     const uint8_t *addr, size_t addr_len)
{
	struct seep_netblock asked;
	int at;

	if (!policies || !seep_netblock_of_client(&asked, addr, addr_len))
		return NULL;
	at = enclosing(policies, (int)rank(policies, &asked) - 1, &asked);
	return at < 0 ? NULL : &policies->each[at];
}

void seep_policies_destroy(struct seep_policies *policies)
{
	free(policies);
}

/* ---- subtrees ---- */

enum seep_subtree_status seep_domain_policies_add(struct seep_domain_policies **policies,
						  const char *text, size_t length,
						  const struct seep_domain_policy *policy)
{
	struct seep_domain_policy added = *policy, *longer;
	enum seep_subtree_status status =
		seep_subtree_parse(text, length, added.wire, &added.wire_size);

	if (status != SEEP_SUBTREE_OK)
		return status;
	if (!*policies)
		*policies = calloc(1, sizeof(**policies));
	if (*policies && !(*policies)->set)
		(*policies)->set = seep_subtrees_create();
	if (!*policies || !(*policies)->set)
		return SEEP_SUBTREE_NO_MEMORY;
	longer = realloc((*policies)->each, ((*policies)->count + 1) * sizeof(*longer));
	if (!longer)
		return SEEP_SUBTREE_NO_MEMORY;
	(*policies)->each = longer;
	status = seep_subtrees_put((*policies)->set, added.wire, added.wire_size, added.treatment);
	if (status == SEEP_SUBTREE_OK)
		longer[(*policies)->count++] = added;
	return status;
}

enum seep_treatment seep_domain_policies_find(const struct seep_domain_policies *policies,
					      const uint8_t *wire, size_t length)
{
	return policies ? seep_subtrees_nearest(policies->set, wire, length) : SEEP_TREATMENT_NONE;
}

void seep_domain_policies_destroy(struct seep_domain_policies *policies)
{
	if (!policies)
		return;
	seep_subtrees_destroy(policies->set);
	free(policies->each);
	free(policies);
}
