/* SPDX-License-Identifier: BSD-3-Clause */
/* What policies do, and which can never apply, for what comes before them or lies within them. */
#include "check_policies.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/plural.h"
#include "names/name.h"

static const char *effect_of(enum seep_treatment treatment)
{
	switch (treatment) {
	case SEEP_TREATMENT_IGNORE:
		return "not metered, not flagged and never refused";
	case SEEP_TREATMENT_FLAG:
		return "metered and flagged, and never refused";
	case SEEP_TREATMENT_REFUSE:
		return "refused above a budget once learning is over, whatever action says";
	case SEEP_TREATMENT_NONE:
		break;
	}
	return "treated as all others";
}

/* The file that has a line: an INCLUDED one, or seep.conf itself, called FILE. */
static const char *place_of(const char *included, const char *file)
{
	return included ? included : file;
}

/* ---- netblocks ---- */

static void tell_policy(const struct seep_policy *policy, const char *file)
{
	char block[SEEP_NETBLOCK_TEXT_SIZE];

	seep_netblock_format(&policy->block, block);
	printf("%s:%lu: policy %s %s: its clients are %s", place_of(policy->file, file),
	       policy->line, block, seep_treatment_word(policy->treatment),
	       effect_of(policy->treatment));
	if (policy->budget_bytes)
		printf("; each has a budget of %" PRIu64 " bytes", policy->budget_bytes);
	if (policy->refill_bytes_per_day != SEEP_AUTO)
		printf("; %" PRIu64 " bytes a day drain from it", policy->refill_bytes_per_day);
	putchar('\n');
}

/* The half of BLOCK whose next bit is BIT. */
static struct seep_netblock half_of(const struct seep_netblock *block, unsigned bit)
{
	struct seep_netblock half = *block;

	if (bit)
		half.addr[block->prefix_bits / 8] |= (uint8_t)(0x80 >> block->prefix_bits % 8);
	half.prefix_bits++;
	return half;
}

/* Whether the policies within OUTER have every address of BLOCK, which lies in it or is it. */
static bool is_filled(const struct seep_policies *policies, const struct seep_policy *outer,
		      const struct seep_netblock *block)
{
	struct seep_netblock low, high;
	bool has_inner = false;

	for (size_t at = 0; at < policies->count; at++) {
		const struct seep_netblock *inner = &policies->each[at].block;

		if (&policies->each[at] == outer || !seep_netblock_covers(&outer->block, inner))
			continue;
		if (seep_netblock_covers(inner, block))
			return true;
		has_inner |= seep_netblock_covers(block, inner);
	}
	/* Goes as deep as there are policies: each step has one within. */
	if (!has_inner)
		return false;
	low = half_of(block, 0);
	high = half_of(block, 1);
	return is_filled(policies, outer, &low) && is_filled(policies, outer, &high);
}

static bool check_policy(const struct seep_conf *conf, const struct seep_policy *policy,
			 const char *file)
{
	char block[SEEP_NETBLOCK_TEXT_SIZE];
	const char *why = NULL;

	if (seep_netblocks_hold(conf->exempt_user, &policy->block))
		why = "exempt-user comes before it, and has all of its addresses: expected a "
		      "netblock that is not exempt";
	else if (is_filled(conf->policies, policy, &policy->block))
		why = "more specific policies have all of its addresses: expected an address that "
		      "is left to it";
	if (!why)
		return true;
	seep_netblock_format(&policy->block, block);
	fprintf(stderr, "%s:%lu: policy: %s can never apply: %s\n", place_of(policy->file, file),
		policy->line, block, why);
	return false;
}

/* ---- domains ---- */

static bool check_domain_policy(const struct seep_conf *conf, const struct seep_lists *lists,
				const struct seep_domain_policy *policy, const char *file)
{
	char name[SEEP_NAME_MAX_BYTES + 1];
	const char *why = NULL;

	seep_name_print(name, sizeof(name), policy->wire, policy->wire_size);
	printf("%s:%lu: domain-policy %s %s: names there are %s\n", place_of(policy->file, file),
	       policy->line, name, seep_treatment_word(policy->treatment),
	       effect_of(policy->treatment));
	if (seep_subtrees_cover(lists->allowed, policy->wire, policy->wire_size))
		why = "allow-domain or an allow-list comes before it, and has the domain: expected "
		      "one that is not allowed";
	else if (policy->treatment == SEEP_TREATMENT_REFUSE &&
		 seep_subtrees_cover(conf->vital, policy->wire, policy->wire_size))
		why = "vital comes before it, and has the domain: expected one that is not vital";
	if (why)
		fprintf(stderr, "%s:%lu: domain-policy: %s can never apply: %s\n",
			place_of(policy->file, file), policy->line, name, why);
	return !why;
}

static void tell_vital(const struct seep_conf *conf, const char *file)
{
	size_t count = seep_subtrees_count(conf->vital);

	if (count)
		printf("%s: vital: names of %zu %s are metered and flagged, and never refused\n",
		       file, count, seep_plural(count, "domain", "domains"));
}

bool check_policies(const struct seep_conf *conf, const struct seep_lists *lists, const char *file)
{
	const struct seep_policies *policies = conf->policies;
	const struct seep_domain_policies *domains = conf->domain_policies;
	bool good = true;

	for (size_t at = 0; policies && at < policies->count; at++) {
		tell_policy(&policies->each[at], file);
		good &= check_policy(conf, &policies->each[at], file);
	}
	for (size_t at = 0; domains && at < domains->count; at++)
		good &= check_domain_policy(conf, lists, &domains->each[at], file);
	tell_vital(conf, file);
	return good;
}
