/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of a query that was let go on: its name left, and is learned, or
 * did not, and its charge is given back; and what the answer tells.
 */
#include "engine_state.h"

static void add_count(_Atomic int64_t *count, int64_t n)
{
	atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

/* Takes a reservation off one meter... */
static void give_back(struct seep_table *table, uint64_t key, uint64_t mbit)
{
	struct seep_entry *entry = key ? seep_table_find(table, key) : NULL;

	if (!entry)
		return;
	seep_meter_give_back(entry, mbit);
	seep_table_unlock(table, key);
}

/* ...and off both. */
static void unreserve(struct seep_engine *engine, const struct seep_reservation *reservation)
{
	give_back(engine->domains, reservation->domain_key, reservation->domain_mbit);
	give_back(engine->users, reservation->user_key, reservation->user_mbit);
}

static void count_class(struct seep_counters *counters, enum seep_class class)
{
	_Atomic uint64_t *const counter[] = {
		[SEEP_CLASS_KNOWN] = &counters->known,
		[SEEP_CLASS_CHARGED] = &counters->charged,
		[SEEP_CLASS_INTERNAL] = &counters->internal,
		[SEEP_CLASS_ALLOWED] = &counters->allowed,
		[SEEP_CLASS_EXEMPT] = &counters->exempt,
		[SEEP_CLASS_UNPROVEN] = &counters->unproven,
		[SEEP_CLASS_UNTRACKED] = &counters->untracked,
	};

	seep_counters_add(&counters->sent, 1);
	seep_counters_add(counter[class], 1);
}

static void learn_domain(struct seep_engine *engine, struct seep_reservation *reservation)
{
	struct domain *domain =
		domain_of_entry(seep_table_find(engine->domains, reservation->domain_key));

	if (!domain)
		return;
	seep_meter_keep(&domain->head);
	reservation->first = seep_sketch_add_few(&domain->first_users, reservation->user_key) &&
			     reservation->registrable && users_of_domain(domain) <= SEEP_DGA_USERS;
	seep_sketch_add(&domain->users_sum, domain->users, USERS_BITS, reservation->user_key);
	seep_sketch_add(&domain->names_sum, domain->names, NAMES_BITS, reservation->name_key);
	domain->head.standing = (uint32_t)users_of_domain(domain);
	seep_table_unlock(engine->domains, reservation->domain_key);
}

static void learn_user(struct seep_engine *engine, const struct seep_reservation *reservation)
{
	const struct seep_sending sending = { .name = reservation->name_key,
					      .type = reservation->type,
					      .is_novel = reservation->class != SEEP_CLASS_KNOWN };
	struct user *user = user_of_entry(seep_table_find(engine->users, reservation->user_key));

	if (!user)
		return;
	seep_meter_keep(&user->head);
	user->sent++;
	seep_sketch_add(&user->names_sum, user->names, NAMES_BITS, reservation->name_key);
	seep_sketch_add(&user->domains_sum, user->domains, DOMAINS_BITS, reservation->domain_key);
	if (reservation->rare) {
		seep_sketch_add(&user->rare_sum, user->rare, NAMES_BITS, reservation->name_key);
		seep_repeat_learn(&user->repeat, &sending);
	}
	seep_table_unlock(engine->users, reservation->user_key);
}

/* Which labels the organisation's domains use; once for each domain. */
static void learn_labels(struct seep_engine *engine, const struct seep_reservation *reservation,
			 uint64_t now_s)
{
	for (unsigned i = 0; i < reservation->labels.count; i++) {
		uint64_t use = (reservation->labels.keys[i] ^ reservation->domain_key) *
			       UINT64_C(0xc4ceb9fe1a85ec53);

		if (seep_novelty_knows(engine->novelty, use))
			continue;
		seep_novelty_learn(engine->novelty, use, now_s);
		seep_labels_learn(engine->labels, reservation->labels.keys[i]);
	}
}

void seep_engine_commit(struct seep_thread *thread, struct seep_reservation *reservation,
			uint64_t when_ms)
{
	struct seep_engine *engine = thread->engine;

	add_count(&engine->inflight, -1);
	count_class(&thread->counters, reservation->class);
	if (!reservation->domain_key)
		return;
	seep_novelty_learn(engine->novelty, reservation->name_key, when_ms / 1000);
	learn_labels(engine, reservation, when_ms / 1000);
	learn_domain(engine, reservation);
	learn_user(engine, reservation);
	seep_counters_add(&thread->counters.bits, reservation->charge_mbit);
	seep_counters_add(&thread->counters.bits_metered, reservation->user_mbit);
}

void seep_engine_commit_internal(struct seep_thread *thread,
				 const struct seep_reservation *reservation)
{
	add_count(&thread->engine->inflight, -1);
	unreserve(thread->engine, reservation);
	count_class(&thread->counters, SEEP_CLASS_INTERNAL);
}

void seep_engine_release(struct seep_thread *thread, const struct seep_reservation *reservation)
{
	add_count(&thread->engine->inflight, -1);
	unreserve(thread->engine, reservation);
	seep_counters_add(&thread->counters.unsent, 1);
}

void seep_engine_answered(struct seep_thread *thread, const struct seep_observation *observation,
			  const struct seep_reservation *reservation, enum seep_existence existence)
{
	struct seep_engine *engine = thread->engine;
	uint64_t now_s = observation->when_ms / 1000;
	struct seep_event event = {
		.edge = SEEP_EDGE_SPENT,
		.meter = SEEP_METER_DGA,
		.mode = seep_engine_mode(engine, observation->when_ms),
		.observation = observation,
	};
	bool crossed;
	struct user *user;

	if (!reservation->first || existence == SEEP_EXISTENCE_UNKNOWN)
		return;
	if (existence == SEEP_EXISTENCE_NO)
		seep_counters_add(&thread->counters.missing, 1);
	user = user_of_entry(seep_table_find(engine->users, reservation->user_key));
	if (!user)
		return;
	if (existence == SEEP_EXISTENCE_NO)
		seep_sketch_add(&user->missing_sum, user->missing, DOMAINS_BITS,
				reservation->domain_key);
	crossed = seep_dga_score(&user->dga, existence, now_s);
	event.level_mbit = user->dga.level_mbit;
	event.names = seep_sketch_count(&user->missing_sum);
	event.domains = seep_sketch_count(&user->domains_sum);
	event.first_s = user->head.first_s;
	seep_table_unlock(engine->users, reservation->user_key);
	if (crossed && engine->tell)
		engine->tell(engine->tell_context, &event);
}
