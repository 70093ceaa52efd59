/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of a query that was let go on: its name left, and is learned, or
 * did not, and its charge is given back; and what the answer tells.
 */
#include "engine/internal.h"

#include <string.h>

#include "base/bits.h"

/* Takes a reservation off the domain's meter... */
static void give_back_domain(struct seep_engine *engine, const struct seep_reservation *reservation)
{
	struct seep_entry *domain =
		reservation->domain_key && !reservation->is_unplaced
			? seep_table_find(engine->domains, reservation->domain_key)
			: NULL;

	if (!domain)
		return;
	seep_meter_give_back(domain, reservation->domain_mbit);
	if (is_untouched_domain(domain_of_entry(domain)))
		seep_table_forget(engine->domains, reservation->domain_key);
	else
		seep_table_unlock(engine->domains, reservation->domain_key);
}

/* ...and off the user's; entries that were made for nothing else go with it. */
static void give_back_user(struct seep_engine *engine, const struct seep_reservation *reservation)
{
	struct user *user = user_of_entry(
		reservation->user_key ? seep_table_find(engine->users, reservation->user_key)
				      : NULL);

	if (!user)
		return;
	seep_meter_give_back(&user->head, reservation->user_mbit);
	if (is_untouched_user(user))
		seep_table_forget(engine->users, reservation->user_key);
	else
		seep_table_unlock(engine->users, reservation->user_key);
}

/* The meter in its network that a reservation is on. */
static struct seep_entry *of_network(struct network *network,
				     const struct seep_reservation *reservation)
{
	return reservation->is_newcomer ? &network->newcomers : &network->head;
}

static struct network *find_network(struct seep_engine *engine,
				    const struct seep_reservation *reservation)
{
	return network_of_entry(
		reservation->user_key ? seep_table_find(engine->networks, reservation->network_key)
				      : NULL);
}

/* Ends a reservation on that meter. A newcomer's holds its network's place, too. */
static void keep_network(struct network *network, const struct seep_reservation *reservation)
{
	seep_meter_keep(of_network(network, reservation));
	if (reservation->is_newcomer)
		seep_meter_keep(&network->head);
}

static bool is_untouched_network(const struct network *network)
{
	return is_untouched_entry(&network->head) && is_untouched_entry(&network->newcomers) &&
	       !network->day;
}

static void give_back_network(struct seep_engine *engine,
			      const struct seep_reservation *reservation)
{
	struct network *network = find_network(engine, reservation);

	if (!network)
		return;
	keep_network(network, reservation);
	seep_bucket_lower(&of_network(network, reservation)->meter, reservation->network_mbit);
	if (is_untouched_network(network))
		seep_table_forget(engine->networks, reservation->network_key);
	else
		seep_table_unlock(engine->networks, reservation->network_key);
}

static void unreserve(struct seep_engine *engine, const struct seep_reservation *reservation)
{
	give_back_domain(engine, reservation);
	give_back_user(engine, reservation);
	give_back_network(engine, reservation);
	if (reservation->pair_key)
		seep_pairs_lower(engine->pairs, reservation->pair_key, reservation->pair_mbit);
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

/*
 * Claims the place of a domain for which another had to go, and puts the charge
 * there. Without room for it, it shares a meter with all others that find none: what
 * finds no place is metered still, only less well.
 */
static void place_domain(struct seep_thread *thread, struct seep_reservation *reservation,
			 uint64_t now_s)
{
	struct seep_engine *engine = thread->engine;
	uint64_t refill_mbit_day = engine->learned.budgets.domain.refill_mbit_day;
	struct seep_metering metering = {
		.charge_mbit = reservation->rare ? reservation->charge_mbit : 0,
		.is_known = reservation->class == SEEP_CLASS_KNOWN,
		.now_s = now_s,
	};
	enum seep_claim how;
	struct seep_entry *entry = seep_table_claim(engine->domains, reservation->domain_key,
						    refill_mbit_day, now_s, &how);
	struct domain *domain;

	if (!entry) {
		reservation->domain_key = SEEP_TABLE_SHARED;
		reservation->class = SEEP_CLASS_UNTRACKED;
		entry = seep_table_claim(engine->domains, SEEP_TABLE_SHARED, refill_mbit_day, now_s,
					 &how);
	}
	domain = domain_of_entry(entry);
	if (how != SEEP_CLAIM_FOUND)
		memcpy(domain->text, reservation->domain_text, sizeof(domain->text));
	if (how == SEEP_CLAIM_EVICTED)
		seep_counters_add(&thread->counters.evicted_domains, 1);
	metering.limits = seep_learned_domain(&engine->learned, domain, reservation->units,
					      users_of_domain(domain));
	seep_meter_judge(&metering, entry);
	seep_meter_reserve(&metering, entry);
	reservation->domain_mbit = metering.added_mbit;
	reservation->is_unplaced = false;
	seep_table_unlock(engine->domains, reservation->domain_key);
}

/* Is there one more of the few of KEY that are counted, in the novelty memory? */
static bool takes_place(struct seep_engine *engine, uint64_t key, uint64_t now_s)
{
	for (uint64_t n = 1; n <= SEEP_DGA_USERS; n++) {
		uint64_t place = (key + n) * UINT64_C(0xd6e8feb86659fd93);

		if (seep_novelty_knows(engine->novelty, place))
			continue;
		seep_novelty_learn(engine->novelty, place, now_s);
		return true;
	}
	return false;
}

/* Does a user that does not count, or not everywhere, use a domain for the first time? The novelty
 * memory has such uses. */
static bool is_first_use(struct seep_engine *engine, const struct seep_reservation *reservation,
			 uint64_t now_s)
{
	uint64_t use =
		(reservation->user_key ^ reservation->domain_key) * UINT64_C(0x9fb21c651e98df25);

	if (seep_novelty_knows(engine->novelty, use))
		return false;
	seep_novelty_learn(engine->novelty, use, now_s);
	return true;
}

/* Of late users four at most of a network count in a domain: a machine may be many of them. */
static bool counts_in_domain(struct seep_engine *engine, const struct seep_reservation *reservation,
			     bool is_first, uint64_t now_s)
{
	if (!reservation->is_late)
		return true;
	return is_first &&
	       takes_place(engine, reservation->domain_key ^ reservation->network_key, now_s);
}

/* One more of the domain's users? Returns whether it is new there. */
static bool learn_use(struct seep_engine *engine, struct domain *domain,
		      const struct seep_reservation *reservation, uint64_t now_s)
{
	bool is_apart = !reservation->counts || reservation->is_late;
	/* Whoever counts no more, for its history is too short, did on the first day. */
	bool is_first = is_apart &&
			!seep_sketch_has_few(&domain->first_users, reservation->user_key) &&
			is_first_use(engine, reservation, now_s);

	if (!reservation->counts || !counts_in_domain(engine, reservation, is_first, now_s))
		return is_first;
	seep_sketch_add(&domain->users_sum, domain->users, USERS_BITS, reservation->user_key);
	return seep_sketch_add_few(&domain->first_users, reservation->user_key);
}

/* The step of the habit that the user is counted on from now; 0: on none. */
static unsigned step_of(const struct seep_reservation *reservation, const struct seep_pair *pair)
{
	unsigned step = seep_habit_step(pair->level_mbit);

	if (!reservation->counts || reservation->is_late)
		return pair->counted;
	return step > pair->counted ? step : pair->counted;
}

/* What the user sent there is a part of the domain's habit. */
static void learn_habit(struct seep_engine *engine, struct domain *domain,
			const struct seep_reservation *reservation, uint64_t now_s)
{
	struct seep_pair pair;
	unsigned step;

	if (!reservation->pair_key)
		return;
	pair = seep_pairs_find(engine->pairs, reservation->pair_key, now_s);
	step = step_of(reservation, &pair);
	if (step != pair.counted)
		seep_habit_move(&domain->habit, pair.counted, step);
	seep_pairs_note(engine->pairs, reservation->pair_key,
			(struct seep_pair_sending){ seep_pairs_name(reservation->name_key),
						    seep_pairs_type(reservation->type) },
			step, now_s);
}

static void learn_domain(struct seep_engine *engine, struct seep_reservation *reservation,
			 uint64_t now_s)
{
	struct domain *domain =
		domain_of_entry(seep_table_find(engine->domains, reservation->domain_key));

	if (!domain)
		return;
	seep_meter_keep(&domain->head);
	domain->head.last_s = (uint32_t)now_s;
	if (domain->head.units < reservation->units)
		domain->head.units = reservation->units;
	reservation->first = learn_use(engine, domain, reservation, now_s) &&
			     reservation->registrable && users_of_domain(domain) <= SEEP_DGA_USERS;
	learn_habit(engine, domain, reservation, now_s);
	seep_sketch_add(&domain->names_sum, domain->names, NAMES_BITS, reservation->name_key);
	domain->head.standing = (uint32_t)users_of_domain(domain);
	seep_table_unlock(engine->domains, reservation->domain_key);
}

/* The higher of a peak and a level. */
static uint32_t higher(uint32_t peak_mbit, uint64_t level_mbit)
{
	if (peak_mbit >= level_mbit)
		return peak_mbit;
	return (uint32_t)(level_mbit < UINT32_MAX ? level_mbit : UINT32_MAX);
}

/* What its users need while learning; on the first day everything is new. */
static void note_need(const struct seep_engine *engine, struct network *network, uint64_t when_ms)
{
	if (when_ms >= engine->learned.until_ms)
		return;
	if (when_ms / 1000 < (uint64_t)network->head.first_s + SEEP_DAY_S) {
		network->head.meter.level_mbit = 0;
		return;
	}
	network->peak_mbit = higher(network->peak_mbit, network->head.meter.level_mbit);
	network->newcomers_peak_mbit =
		higher(network->newcomers_peak_mbit, network->newcomers.meter.level_mbit);
}

static void learn_network(struct seep_engine *engine, const struct seep_reservation *reservation,
			  struct user *user, uint64_t when_ms)
{
	struct network *network = find_network(engine, reservation);

	if (!network)
		return;
	keep_network(network, reservation);
	note_need(engine, network, when_ms);
	seep_network_saw(engine, network, user, reservation->user_key, when_ms / 1000);
	seep_table_unlock(engine->networks, reservation->network_key);
}

static void learn_user(struct seep_engine *engine, const struct seep_reservation *reservation,
		       uint64_t when_ms)
{
	const struct seep_sending sending = { .name = reservation->name_key,
					      .type = reservation->type,
					      .question = reservation->question,
					      .is_novel = reservation->class != SEEP_CLASS_KNOWN };
	struct user *user = user_of_entry(seep_table_find(engine->users, reservation->user_key));

	if (!user)
		return;
	seep_meter_keep(&user->head);
	if (seep_learned_is_noted(&engine->learned, user, when_ms / 1000))
		user->peak_mbit = higher(user->peak_mbit, user->head.meter.level_mbit);
	user->sent++;
	seep_sketch_add(&user->names_sum, user->names, NAMES_BITS, reservation->name_key);
	seep_sketch_add(&user->domains_sum, user->domains, DOMAINS_BITS, reservation->domain_key);
	seep_shape_learn(&user->shapes, &reservation->shape);
	if (reservation->is_own) {
		seep_sketch_add(&user->rare_sum, user->rare, NAMES_BITS, reservation->name_key);
		seep_repeat_learn(&user->repeat, &sending);
		seep_sequence_learn(engine->sequences, &user->sequence, reservation->user_key,
				    reservation->domain_key, &sending, reservation->loss_mbit);
	}
	if (reservation->rare)
		seep_flag_learn(&user->checking_disabled, reservation->checking_disabled);
	learn_network(engine, reservation, user, when_ms);
	seep_table_unlock(engine->users, reservation->user_key);
}

/* Which labels the organisation's domains use; once for each domain. */
static void learn_labels(struct seep_engine *engine, const struct seep_reservation *reservation,
			 uint64_t now_s)
{
	for (unsigned i = 0; i < reservation->labels.count; i++) {
		uint64_t use = label_use(reservation, i);

		if (seep_novelty_knows(engine->novelty, use))
			continue;
		seep_novelty_learn(engine->novelty, use, now_s);
		seep_labels_learn(engine->labels, reservation->labels.keys[i]);
	}
}

/* Lowers a meter, and what stands reserved on it, to NOW_MBIT of WAS_MBIT. */
static void lower(struct seep_entry *entry, uint64_t *reserved_mbit, uint64_t now_mbit,
		  uint64_t was_mbit)
{
	uint64_t kept_mbit = *reserved_mbit * now_mbit / was_mbit;

	seep_bucket_lower(&entry->meter, *reserved_mbit - kept_mbit);
	*reserved_mbit = kept_mbit;
}

/*
 * The name was novel when it was asked for, and has been sent meanwhile: A and AAAA are
 * often under way at once. The second tells its type, and which of those under way it is.
 */
static void settle_known(struct seep_engine *engine, struct seep_reservation *reservation)
{
	struct seep_entry *user = seep_table_find(engine->users, reservation->user_key);
	uint64_t was_mbit = reservation->charge_mbit;
	uint64_t now_mbit = reservation->question_mbit;
	struct network *network;
	struct seep_entry *domain;

	if (!user)
		return;
	now_mbit += seep_bits_of_odds((uint64_t)user->inflight + 1, 1);
	if (now_mbit < was_mbit)
		lower(user, &reservation->user_mbit, now_mbit, was_mbit);
	seep_table_unlock(engine->users, reservation->user_key);
	if (now_mbit >= was_mbit)
		return;
	network = find_network(engine, reservation);
	if (network) {
		lower(of_network(network, reservation), &reservation->network_mbit, now_mbit,
		      was_mbit);
		seep_table_unlock(engine->networks, reservation->network_key);
	}
	if (reservation->pair_key)
		seep_pairs_lower(engine->pairs, reservation->pair_key, reservation->pair_mbit);
	reservation->pair_key = 0;
	domain = reservation->is_unplaced
			 ? NULL
			 : seep_table_find(engine->domains, reservation->domain_key);
	if (domain) {
		lower(domain, &reservation->domain_mbit, now_mbit, was_mbit);
		seep_table_unlock(engine->domains, reservation->domain_key);
	}
	reservation->charge_mbit = now_mbit;
	reservation->class = SEEP_CLASS_KNOWN;
	reservation->labels.count = 0;
	reservation->shape = (struct seep_shape){ 0 };
}

void seep_engine_commit(struct seep_thread *thread, struct seep_reservation *reservation,
			uint64_t when_ms)
{
	struct seep_engine *engine = thread->engine;
	uint64_t now_s = when_ms / 1000;

	seep_thread_move_inflight(thread, -1);
	reservation->is_sent = true;
	if (reservation->class == SEEP_CLASS_CHARGED && !reservation->is_doubted &&
	    seep_novelty_knows(engine->novelty, reservation->name_key))
		settle_known(engine, reservation);
	if (reservation->is_unplaced)
		place_domain(thread, reservation, now_s);
	count_class(&thread->counters, reservation->class);
	if (!reservation->domain_key)
		return;
	seep_novelty_learn(engine->novelty, reservation->name_key, now_s);
	if (reservation->rare)
		seep_novelty_learn_own(engine->novelty, reservation->name_key,
				       reservation->user_key, now_s);
	learn_labels(engine, reservation, now_s);
	learn_domain(engine, reservation, now_s);
	learn_user(engine, reservation, when_ms);
	seep_counters_add(&thread->counters.bits, reservation->charge_mbit);
	seep_counters_add(&thread->counters.bits_metered, reservation->user_mbit);
}

void seep_engine_commit_internal(struct seep_thread *thread,
				 const struct seep_reservation *reservation)
{
	seep_thread_move_inflight(thread, -1);
	unreserve(thread->engine, reservation);
	count_class(&thread->counters, SEEP_CLASS_INTERNAL);
}

void seep_engine_release(struct seep_thread *thread, const struct seep_reservation *reservation)
{
	seep_thread_move_inflight(thread, -1);
	unreserve(thread->engine, reservation);
	seep_counters_add(&thread->counters.unsent, 1);
}

/* What the meter that refused would have been charged. */
static uint64_t charge_of(const struct seep_reservation *reservation)
{
	switch (reservation->verdict.meter) {
	case SEEP_METER_USER:
	case SEEP_METER_NETWORK:
		return reservation->user_charge_mbit;
	case SEEP_METER_DOMAIN:
		return reservation->charge_mbit;
	case SEEP_METER_NONE:
	case SEEP_METER_DGA:
		break;
	}
	return 0;
}

static void note_refusal(struct seep_engine *engine, const struct seep_observation *observation,
			 const struct seep_reservation *reservation, bool is_stale)
{
	struct seep_refused_row row = {
		.when_ms = observation->when_ms,
		.level_mbit = reservation->level_mbit,
		.budget_mbit = reservation->budget_mbit,
		.charge_mbit = charge_of(reservation),
		.meter = (uint8_t)reservation->verdict.meter,
		.is_stale = is_stale,
		.is_newcomer = reservation->is_newcomer,
		.type = observation->type,
		.client = observation->client,
		.name_size = (uint8_t)observation->name_size,
	};

	memcpy(row.name, observation->name, row.name_size);
	seep_refused_put(engine->refused, &row);
}

void seep_engine_refuse(struct seep_thread *thread, const struct seep_observation *observation,
			const struct seep_reservation *reservation, bool is_stale)
{
	struct seep_counters *counters = &thread->counters;
	_Atomic uint64_t *const refused[] = {
		[SEEP_METER_USER] = &counters->refused_user,
		[SEEP_METER_NETWORK] = &counters->refused_network,
		[SEEP_METER_DOMAIN] = &counters->refused_domain,
		[SEEP_METER_DGA] = &counters->refused_dga,
	};

	seep_thread_move_inflight(thread, -1);
	note_refusal(thread->engine, observation, reservation, is_stale);
	seep_counters_add(is_stale ? &counters->stale : refused[reservation->verdict.meter], 1);
}

void seep_engine_withdraw_internal(struct seep_thread *thread)
{
	seep_thread_move_inflight(thread, -1);
}

/*
 * Is it the first time that the user asks for this domain, which few do, though no name
 * was sent? What the resolver knows of a signed zone answers for many a name there.
 */
static bool is_first_unsent(struct seep_engine *engine, const struct seep_reservation *reservation,
			    uint64_t now_s)
{
	struct domain *domain =
		domain_of_entry(seep_table_find(engine->domains, reservation->domain_key));
	bool few_ask = true;

	if (domain) {
		few_ask = users_of_domain(domain) <= SEEP_DGA_USERS;
		seep_table_unlock(engine->domains, reservation->domain_key);
	}
	return few_ask && is_first_use(engine, reservation, now_s) &&
	       takes_place(engine, reservation->domain_key, now_s);
}

static bool is_dga_spent(struct seep_engine *engine, uint64_t user_key, uint64_t now_s)
{
	struct user *user = user_of_entry(seep_table_find(engine->users, user_key));
	bool is_spent = user && seep_dga_is_spent(&user->dga, now_s);

	if (user)
		seep_table_unlock(engine->users, user_key);
	return is_spent;
}

/* Does the domain, of a name that was not sent, say something of its user? No more is
 * learned once the meter is spent: names that cost nothing must not fill the memory. */
static bool counts_unsent(struct seep_engine *engine, const struct seep_reservation *reservation,
			  enum seep_existence existence, uint64_t now_s)
{
	return existence == SEEP_EXISTENCE_NO &&
	       !is_dga_spent(engine, reservation->user_key, now_s) &&
	       is_first_unsent(engine, reservation, now_s);
}

void seep_engine_answered(struct seep_thread *thread, const struct seep_observation *observation,
			  const struct seep_reservation *reservation, enum seep_existence existence)
{
	struct seep_engine *engine = thread->engine;
	uint64_t now_s = observation->when_ms / 1000;
	const struct seep_name name = { .bytes = observation->name,
					.size = (uint8_t)observation->name_size,
					.domain_at = reservation->domain_at };
	struct seep_event event = {
		.edge = SEEP_EDGE_SPENT,
		.meter = SEEP_METER_DGA,
		.observation = observation,
		.name = &name,
		.names_error_permille = DOMAINS_ERROR_PERMILLE,
		.domains_error_permille = DOMAINS_ERROR_PERMILLE,
	};
	bool crossed;
	struct user *user;

	if (existence == SEEP_EXISTENCE_UNKNOWN || !reservation->registrable)
		return;
	if (reservation->is_sent ? !reservation->first
				 : !counts_unsent(engine, reservation, existence, now_s))
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
	if (crossed && engine->tell) {
		const struct treating treating = seep_treat_of(engine, observation);

		event.mode = seep_treat_mode(engine, &treating, observation->when_ms);
		engine->tell(engine->tell_context, &event);
	}
}
