/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Policies: what is done about queries of a netblock, or for names of a subtree, in place of what
 * `action` says. The most specific netblock, and the most specific subtree, is the one that counts.
 *
 * A netblock's policies are kept sorted, each with the one that it lies in: a question takes
 * O(log policies), and as many steps more as policies enclose one another there.
 * Threads: any number may ask at once, as long as none adds.
 */
#ifndef SEEP_POLICY_H
#define SEEP_POLICY_H

#include "names/netblock.h"
#include "names/subtree.h"
#include "seep_observation.h"
#include "seep_options.h"

/* What is done; the order is no scale. */
enum seep_treatment {
	SEEP_TREATMENT_NONE,   /* no policy is for it */
	SEEP_TREATMENT_IGNORE, /* not metered at all */
	SEEP_TREATMENT_FLAG,   /* metered and flagged, never refused */
	SEEP_TREATMENT_REFUSE, /* refused above a budget, whatever `action` says */
};

struct seep_policy {
	struct seep_netblock block;
	enum seep_treatment treatment;
	uint64_t budget_bytes;         /* of each user; 0: none of its own */
	uint64_t refill_bytes_per_day; /* SEEP_AUTO: none of its own */
	const char *file;              /* that has the line, if seep.conf includes it; or NULL */
	unsigned long line;            /* of seep.conf or of FILE; 0: of neither */
	int parent;                    /* the place of the one it lies in; -1: in none */
};

struct seep_policies {
	size_t count;
	struct seep_policy each[]; /* ascending by family, address and prefix */
};

struct seep_domain_policies {
	struct seep_subtrees *set;
	size_t count;
	struct seep_domain_policy {
		enum seep_treatment treatment;
		const char *file;   /* that has the line, if seep.conf includes it; or NULL */
		unsigned long line; /* of seep.conf or of FILE; 0: of neither */
		size_t wire_size;
		uint8_t wire[SEEP_NAME_MAX_BYTES];
	} * each; /* in the order given */
};

/* The word for TREATMENT, and the one that WORD stands for; NONE if it is none. */
const char *seep_treatment_word(enum seep_treatment treatment);
enum seep_treatment seep_treatment_of(const char *word);

/*
 * Adds POLICY to *POLICIES, which is made if it is NULL, but for its parent. Returns NULL, or the
 * policy that has the same netblock already; *ADDED is false then, and without memory.
 */
const struct seep_policy *seep_policies_add(struct seep_policies **policies,
					    const struct seep_policy *policy, bool *added);

/* The policy for a client, as in an observation, or NULL. POLICIES may be NULL. */
const struct seep_policy *seep_policies_find(const struct seep_policies *policies,
					     const uint8_t *addr, size_t addr_len);

/*
 * Adds a policy for a domain, LENGTH bytes of TEXT, as seep_subtrees_add takes it: what POLICY
 * says, but for the domain.
 */
enum seep_subtree_status seep_domain_policies_add(struct seep_domain_policies **policies,
						  const char *text, size_t length,
						  const struct seep_domain_policy *policy);

/* The treatment of a name in wire form, as seep_subtrees_cover takes it. POLICIES may be NULL. */
enum seep_treatment seep_domain_policies_find(const struct seep_domain_policies *policies,
					      const uint8_t *wire, size_t length);

/* Free them. NULL is ignored. */
void seep_policies_destroy(struct seep_policies *policies);
void seep_domain_policies_destroy(struct seep_domain_policies *policies);

#endif
