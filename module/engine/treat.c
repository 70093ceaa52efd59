/* SPDX-License-Identifier: BSD-3-Clause */
/* Which policies are for a query, and what they change. */
#include "engine/internal.h"

#include "base/bits.h"
#include "meter/budget.h"

struct treating seep_treat_of(const struct seep_engine *engine,
			      const struct seep_observation *observation)
{
	const struct seep_conf *conf = &engine->conf;

	if (!conf->policies && !conf->domain_policies && !conf->vital)
		return (struct treating){ .of_domain = SEEP_TREATMENT_NONE };
	return (struct treating){
		.of_domain = seep_domain_policies_find(conf->domain_policies, observation->name,
						       observation->name_size),
		.of_user = seep_policies_find(conf->policies, observation->client.bytes,
					      observation->client.size_bytes),
		.is_vital =
			seep_subtrees_cover(conf->vital, observation->name, observation->name_size),
	};
}

struct treating seep_treat_of_user(const struct seep_policies *policies, const struct user *user)
{
	return (struct treating){
		.of_user =
			seep_policies_find(policies, user->address.bytes, user->address.size_bytes),
	};
}

enum seep_rule seep_treat_rule(const struct treating *treating)
{
	if (treating->is_vital)
		return SEEP_RULE_VITAL;
	if (treating->of_domain != SEEP_TREATMENT_NONE)
		return SEEP_RULE_DOMAIN_POLICY;
	return treating->of_user ? SEEP_RULE_POLICY : SEEP_RULE_ACTION;
}

static enum seep_mode mode_of(const struct seep_engine *engine, enum seep_action action,
			      uint64_t when_ms)
{
	if (action == SEEP_ACTION_FLAG)
		return SEEP_MODE_FLAG;
	return when_ms < engine->learned.until_ms ? SEEP_MODE_LEARNING : SEEP_MODE_GUARD;
}

enum seep_mode seep_treat_mode(const struct seep_engine *engine, const struct treating *treating,
			       uint64_t when_ms)
{
	enum seep_treatment treatment = SEEP_TREATMENT_NONE;
	enum seep_action action = engine->conf.action;

	switch (seep_treat_rule(treating)) {
	case SEEP_RULE_VITAL:
		treatment = SEEP_TREATMENT_FLAG;
		break;
	case SEEP_RULE_DOMAIN_POLICY:
		treatment = treating->of_domain;
		break;
	case SEEP_RULE_POLICY:
		treatment = treating->of_user->treatment;
		break;
	case SEEP_RULE_ACTION:
		break;
	}
	if (treatment == SEEP_TREATMENT_FLAG)
		action = SEEP_ACTION_FLAG;
	else if (treatment == SEEP_TREATMENT_REFUSE)
		action = SEEP_ACTION_REFUSE;
	return mode_of(engine, action, when_ms);
}

bool seep_treat_refuses_domain(const struct seep_engine *engine, const uint8_t *name, size_t size,
			       uint64_t when_ms)
{
	const struct treating treating = {
		.of_domain = seep_domain_policies_find(engine->conf.domain_policies, name, size),
		.is_vital = seep_subtrees_cover(engine->conf.vital, name, size),
	};

	return treating.of_domain != SEEP_TREATMENT_IGNORE &&
	       seep_treat_mode(engine, &treating, when_ms) == SEEP_MODE_GUARD;
}

enum seep_mode seep_engine_mode(const struct seep_engine *engine, uint64_t when_ms)
{
	return mode_of(engine, engine->conf.action, when_ms);
}

bool seep_engine_may_refuse(const struct seep_engine *engine, uint64_t when_ms)
{
	return when_ms >= engine->learned.until_ms &&
	       (engine->conf.action == SEEP_ACTION_REFUSE || engine->has_refusals);
}

bool seep_treat_refuses(const struct seep_conf *conf)
{
	const struct seep_policies *policies = conf->policies;
	const struct seep_domain_policies *domains = conf->domain_policies;

	for (size_t at = 0; policies && at < policies->count; at++) {
		if (policies->each[at].treatment == SEEP_TREATMENT_REFUSE)
			return true;
	}
	for (size_t at = 0; domains && at < domains->count; at++) {
		if (domains->each[at].treatment == SEEP_TREATMENT_REFUSE)
			return true;
	}
	return false;
}

bool seep_treat_has_budget(const struct treating *treating)
{
	return treating->of_user && treating->of_user->budget_bytes;
}

void seep_treat_user(const struct treating *treating, struct seep_limits *limits)
{
	const struct seep_policy *policy = treating->of_user;

	if (!policy)
		return;
	if (policy->budget_bytes) {
		limits->budget_mbit = limits->cap_mbit = seep_bits_of_bytes(policy->budget_bytes);
		limits->refill_mbit_day = limits->budget_mbit / SEEP_BUDGET_DAYS;
	}
	if (policy->refill_bytes_per_day != SEEP_AUTO)
		limits->refill_mbit_day = seep_bits_of_bytes(policy->refill_bytes_per_day);
}

/* Raises LIMITS to what so many such users have. */
static void raise(const struct treating *treating, uint64_t times, struct seep_limits *limits)
{
	struct seep_limits own = *limits;

	if (!seep_treat_has_budget(treating))
		return;
	seep_treat_user(treating, &own);
	own = seep_meter_times(own, times);
	if (own.budget_mbit > limits->budget_mbit)
		*limits = own;
}

void seep_treat_domain(const struct treating *treating, struct seep_limits *limits)
{
	raise(treating, 1, limits);
}

void seep_treat_network(const struct treating *treating, struct seep_limits *limits)
{
	raise(treating, SEEP_BUDGET_NETWORK_USERS, limits);
}

bool seep_treat_is_alone(const struct seep_engine *engine, const struct treating *treating)
{
	const struct seep_policy *policy = treating->of_user;

	if (!seep_treat_has_budget(treating))
		return false;
	if (policy->block.addr_len == SEEP_MAC_BYTES)
		return true;
	return policy->block.prefix_bits >= (policy->block.addr_len == 4
						     ? engine->conf.user_prefix_v4_bits
						     : engine->conf.user_prefix_v6_bits);
}
