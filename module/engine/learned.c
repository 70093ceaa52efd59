/* SPDX-License-Identifier: BSD-3-Clause */
/* Which budget a user, a network or a domain has, and what learning taught of it. */
#include "engine/internal.h"

#include "base/bits.h"

/* Of those whose needs are known, so many in a hundred need no more than what a newcomer gets; that
 * is so many units at most, for two people say nothing of a third. */
#define NEW_PERCENT 90
#define NEW_MOST    (4 * SEEP_BUDGET_NEW)

/* Where few are newcomers, so many people may be that at once. */
#define FEW_NEWCOMERS 2

/* Does any budget count in what learning teaches? */
static bool has_learning(const struct seep_learned *learned)
{
	return learned->budgets.is_learned || learned->budgets.is_network_learned;
}

static bool is_learning(const struct seep_learned *learned, uint64_t now_s)
{
	return now_s < learned->until_ms / 1000;
}

/* How long the learning lasts. */
static uint64_t learning_s(const struct seep_learned *learned)
{
	return (learned->until_ms - learned->from_ms) / 1000;
}

/*
 * What a level that rose to PEAK_MBIT in TAUGHT_S would be after OF_S: whoever needs as much every
 * day has a level that rises with the days. Less than a day of them teaches as much as a day.
 */
static uint64_t peak_of(uint64_t peak_mbit, uint64_t taught_s, uint64_t of_s)
{
	if (taught_s < SEEP_DAY_S)
		taught_s = SEEP_DAY_S;
	return taught_s < of_s ? peak_mbit * of_s / taught_s : peak_mbit;
}

/* Was it here for half of the learning at least? */
static bool is_learned(const struct seep_learned *learned, const struct seep_entry *entry)
{
	uint64_t half_s = learning_s(learned) / 2;

	return half_s && entry->first_s <= learned->from_ms / 1000 + half_s;
}

/* How long ENTRY was there in the learning. Who comes later learns as long as that, on its own. */
static uint64_t taught_s(const struct seep_learned *learned, const struct seep_entry *entry)
{
	bool was_late = entry->first_s > learned->from_ms / 1000;

	return was_late && is_learned(learned, entry) ? learned->until_ms / 1000 - entry->first_s
						      : learning_s(learned);
}

/* What its level would have risen to in a week. */
static uint64_t user_peak(const struct seep_learned *learned, const struct user *user)
{
	return peak_of(user->peak_mbit, taught_s(learned, &user->head),
		       SEEP_BUDGET_LEARNING_DAYS * SEEP_DAY_S);
}

bool seep_learned_has_own(const struct seep_learned *learned, const struct seep_entry *entry,
			  uint64_t now_s)
{
	return !is_learning(learned, now_s) && is_learned(learned, entry);
}

/* Is it still within its own first days? Where there is no learning, these never end. */
static bool is_new(const struct seep_learned *learned, const struct user *user, uint64_t now_s)
{
	return !is_learned(learned, &user->head) &&
	       (!learning_s(learned) || now_s < user->head.first_s + learning_s(learned));
}

bool seep_learned_is_noted(const struct seep_learned *learned, const struct user *user,
			   uint64_t now_s)
{
	return is_learning(learned, now_s) || is_new(learned, user, now_s);
}

unsigned seep_learned_units(const struct seep_learned *learned, const struct user *user,
			    uint64_t now_s)
{
	unsigned new = atomic_load_explicit(&learned->new_units, memory_order_relaxed);
	unsigned units = seep_budget_units(user_peak(learned, user));

	if (is_learning(learned, now_s) || !has_learning(learned))
		return SEEP_BUDGET_NEW;
	if (is_learned(learned, &user->head))
		return units;
	if (!new)
		return SEEP_BUDGET_NEW;
	/* A latecomer's own first days teach less than a newcomer has, never more: else it would
	 * pay to begin with a tunnel. */
	return units < new && !is_new(learned, user, now_s) ? units : new;
}

bool seep_learned_is_open(const struct seep_learned *learned, const struct user *user,
			  uint64_t now_s)
{
	return learned->budgets.is_learned && learned->until_ms > learned->from_ms &&
	       !is_learning(learned, now_s) && !is_learned(learned, &user->head) &&
	       !atomic_load_explicit(&learned->new_units, memory_order_relaxed);
}

bool seep_learned_is_crowd(const struct seep_learned *learned, const struct user *user,
			   uint64_t now_s)
{
	return learned->budgets.is_learned && !is_learning(learned, now_s) &&
	       seep_budget_is_too_small(user_peak(learned, user));
}

/* The same of a network, of which nothing is noted on its first day. */
static uint64_t network_peak(const struct seep_learned *learned, const struct network *network,
			     bool newcomers)
{
	uint64_t lasted_s = taught_s(learned, &network->head);

	return peak_of(newcomers ? network->newcomers_peak_mbit : network->peak_mbit,
		       lasted_s > SEEP_DAY_S ? lasted_s - SEEP_DAY_S : 0,
		       (SEEP_BUDGET_LEARNING_DAYS - 1) * SEEP_DAY_S);
}

bool seep_learned_is_vast(const struct seep_learned *learned, const struct network *network,
			  bool newcomers, uint64_t now_s)
{
	return learned->budgets.is_network_learned && !is_learning(learned, now_s) &&
	       seep_budget_is_too_small_for_network(&learned->budgets,
						    network_peak(learned, network, newcomers));
}

/* Was nothing learned of networks? All that is new on the first day goes on the meter of the
 * established, and of an organisation that was learned without them more is not known either. */
static bool is_untaught(const struct seep_learned *learned)
{
	return learned->until_ms == learned->from_ms || learned->networks_unknown;
}

uint64_t seep_learned_newcomers(const struct seep_learned *learned, const struct network *network)
{
	bool is_known = !is_untaught(learned) && is_learned(learned, &network->head);
	bool are_few = is_known && network->newcomers_peak_mbit < network->peak_mbit;

	return are_few || network->size < FEW_NEWCOMERS ? FEW_NEWCOMERS : network->size;
}

static unsigned network_units(const struct seep_learned *learned, const struct network *network,
			      bool newcomers)
{
	unsigned units = seep_budget_network_units(&learned->budgets,
						   network_peak(learned, network, newcomers));

	if (is_untaught(learned) && !newcomers)
		return SEEP_BUDGET_NETWORK_NOTED;
	if (!is_learned(learned, &network->head))
		return SEEP_BUDGET_NETWORK_NEW;
	return newcomers && units < SEEP_BUDGET_NETWORK_NEW ? SEEP_BUDGET_NETWORK_NEW : units;
}

struct seep_limits seep_learned_network(const struct seep_learned *learned,
					const struct network *network, bool newcomers,
					uint64_t now_s)
{
	bool learning = is_learning(learned, now_s);
	/* What a network needs is not known yet: only what no budget will fit is flagged. */
	unsigned units =
		learning ? SEEP_BUDGET_NETWORK_NOTED : network_units(learned, network, newcomers);

	return seep_budgets_network(&learned->budgets, units, learning);
}

struct seep_limits seep_learned_user(const struct seep_learned *learned, const struct user *user,
				     uint64_t now_s)
{
	return seep_budgets_user(&learned->budgets, seep_learned_units(learned, user, now_s),
				 is_learning(learned, now_s));
}

struct seep_limits seep_learned_domain(const struct seep_learned *learned,
				       const struct domain *domain, unsigned units, uint64_t users)
{
	if (units < domain->head.units)
		units = domain->head.units;
	return seep_budgets_domain(&learned->budgets, units, users);
}

/*
 * After learning. What is counted does not change any more: no level of a user with a budget of its
 * own is noted, nor any of a network. So it does not matter how long the count takes, but for those
 * that came late: what they get is known at its end alone.
 */

static void name_crowd(struct seep_review *review, const struct seep_review_crowd *crowd)
{
	if (review->named_count < SEEP_REVIEW_CROWDS)
		review->named[review->named_count++] = *crowd;
}

static void name_user(struct seep_review *review, const struct user *user)
{
	const struct seep_review_crowd crowd = { .address = user->address,
						 .names = seep_sketch_count(&user->names_sum),
						 .domains = seep_sketch_count(&user->domains_sum),
						 .names_error_permille = NAMES_ERROR_PERMILLE,
						 .domains_error_permille = DOMAINS_ERROR_PERMILLE };

	name_crowd(review, &crowd);
}

static void count_need(void *context, uint64_t key, struct seep_entry *entry)
{
	struct seep_engine *engine = context;
	struct settling *settling = &engine->settling;
	const struct seep_learned *learned = &engine->learned;
	const struct user *user = user_of_entry(entry);

	if (key != SEEP_TABLE_SHARED && seep_learned_is_crowd(learned, user, settling->began_s)) {
		settling->review.crowds++;
		name_user(&settling->review, user);
	} else if (is_learned(learned, entry)) {
		settling->users[seep_budget_units(user_peak(learned, user))]++;
		settling->review.users++;
	}
}

static void count_network(void *context, uint64_t key, struct seep_entry *entry)
{
	struct seep_engine *engine = context;
	const struct seep_learned *learned = &engine->learned;
	struct seep_review *review = &engine->settling.review;
	uint64_t now_s = engine->settling.began_s;
	const struct network *network = network_of_entry(entry);
	const struct seep_review_crowd crowd = { .address = network->address, .is_network = true };
	const struct seep_limits limits = seep_learned_network(learned, network, false, now_s);
	uint64_t bytes = (uint64_t)seep_bits_to_bytes(limits.budget_mbit);

	if (key == SEEP_TABLE_SHARED)
		return;
	if (seep_learned_is_vast(learned, network, false, now_s) ||
	    seep_learned_is_vast(learned, network, true, now_s)) {
		review->vast++;
		name_crowd(review, &crowd);
	} else if (bytes > review->network_bytes) {
		review->network_bytes = bytes;
	}
}

/* The units that NEW_PERCENT of the users do with. */
static unsigned units_of_most(const struct settling *settling)
{
	uint64_t enough = 0;
	unsigned units = 0;

	while (units < NEW_MOST && 100 * enough < NEW_PERCENT * settling->review.users)
		enough += settling->users[++units];
	return units < SEEP_BUDGET_NEW ? SEEP_BUDGET_NEW : units;
}

/* What was counted, in whole; all is counted, and nothing of it changes any more. */
static struct seep_review review_of(const struct seep_engine *engine)
{
	const struct settling *settling = &engine->settling;
	const struct seep_learned *learned = &engine->learned;
	unsigned most = SEEP_BUDGET_MOST, new_units = atomic_load(&learned->new_units);
	struct seep_review review = settling->review;

	while (most > SEEP_BUDGET_LEAST && !settling->users[most])
		most--;
	review.new_bytes = (uint64_t)new_units * SEEP_BUDGET_UNIT_BYTES;
	review.most_bytes = (uint64_t)most * SEEP_BUDGET_UNIT_BYTES;
	if (!learned->budgets.is_learned)
		review.new_bytes = review.most_bytes =
			(uint64_t)seep_bits_to_bytes(learned->budgets.user.budget_mbit);
	review.misfits = atomic_load_explicit(&learned->misfits, memory_order_relaxed);
	return review;
}

/* The review is told at the end of the learning, and again at a start within a day of it. */
static void tell_review(struct seep_engine *engine)
{
	const struct seep_learned *learned = &engine->learned;
	struct seep_review review;

	if (!engine->tell_review || learned->until_ms == learned->from_ms ||
	    engine->settling.began_s > learned->until_ms / 1000 + SEEP_DAY_S)
		return;
	review = review_of(engine);
	engine->tell_review(engine->tell_context, &review);
}

static bool is_settled(const struct seep_learned *learned, uint64_t now_s)
{
	return !has_learning(learned) || is_learning(learned, now_s) ||
	       atomic_load_explicit(&learned->new_units, memory_order_relaxed);
}

/* Counts SETS more sets. Returns whether these were the last ones, and the review is due. */
static bool settle_on(struct seep_engine *engine, uint64_t now_s, size_t sets)
{
	struct settling *settling = &engine->settling;

	if (is_settled(&engine->learned, now_s))
		return false;
	if (!settling->began_s)
		settling->began_s = now_s;
	/* Without learning nobody taught anything. */
	if (engine->learned.until_ms > engine->learned.from_ms) {
		sets = seep_table_walk_on(engine->users, &settling->users_set, sets, count_need,
					  engine);
		sets = seep_table_walk_on(engine->networks, &settling->networks_set, sets,
					  count_network, engine);
	}
	if (!sets)
		return false;
	atomic_store(&engine->learned.new_units, units_of_most(settling));
	return true;
}

/* Nobody counts any more once the review is due. */
static void unlock_and_tell(struct seep_engine *engine, bool is_due)
{
	pthread_mutex_unlock(&engine->settling.lock);
	if (is_due)
		tell_review(engine);
}

void seep_learned_settle(struct seep_engine *engine, uint64_t now_s)
{
	if (is_settled(&engine->learned, now_s))
		return;
	pthread_mutex_lock(&engine->settling.lock);
	unlock_and_tell(engine, settle_on(engine, now_s, SIZE_MAX));
}

void seep_learned_settle_some(struct seep_engine *engine, uint64_t now_s)
{
	if (is_settled(&engine->learned, now_s) ||
	    pthread_mutex_trylock(&engine->settling.lock) != 0)
		return;
	unlock_and_tell(engine, settle_on(engine, now_s, SETTLING_SETS));
}

bool seep_engine_review(struct seep_engine *engine, uint64_t when_ms, struct seep_review *review)
{
	const struct seep_learned *learned = &engine->learned;
	bool is_known;

	seep_learned_settle(engine, when_ms / 1000);
	pthread_mutex_lock(&engine->settling.lock);
	is_known = has_learning(learned) && learned->until_ms > learned->from_ms &&
		   atomic_load(&learned->new_units);
	if (is_known)
		*review = review_of(engine);
	pthread_mutex_unlock(&engine->settling.lock);
	return is_known;
}
