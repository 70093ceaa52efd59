/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One query into the engine: name -> charge -> meters -> verdict.
 *
 * A query locks the domain's entry, for how many use it weighs the charge, within that the
 * user's, and within that the network's: always in this order.
 */
#include "engine/asking.h"

#include <string.h>

#include "meter/charge.h"
#include "names/netblock.h"
#include "meter/price.h"
#include "names/subtree.h"
#include "meter/verdict.h"

/* Users. */

/* Passes the hits that were put by on to the user's entry, if it has one. */
static void pass_on_hits(struct seep_engine *engine, struct recent *recent)
{
	struct user *user;

	if (!recent->hits)
		return;
	user = user_of_entry(seep_table_find(engine->users, recent->key));
	if (user) {
		user->hits += recent->hits;
		seep_table_unlock(engine->users, recent->key);
	}
	recent->hits = 0;
}

/* Where a thread's note on a user is. Only a place in a small cache: no key needed. */
static struct recent *place_of(struct seep_thread *thread, const struct seep_address *user)
{
	return &thread->recent[seep_address_hash(user) >> (64 - RECENT_BITS)];
}

/* Makes the note at a user's place one on that user, if it is on another. */
static void note_user(struct seep_engine *engine, struct recent *recent,
		      const struct seep_address *user, const struct seep_address *client)
{
	if (recent->key && memcmp(&recent->address, user, sizeof(*user)) == 0)
		return;
	pass_on_hits(engine, recent);
	recent->address = *user;
	recent->key = seep_hash_bytes(&engine->key, user, sizeof(*user));
	recent->network = seep_address_network(&engine->network_masks, client);
	recent->network_key =
		seep_hash_bytes(&engine->key, &recent->network, sizeof(recent->network));
}

void seep_engine_hit(struct seep_thread *thread, const struct seep_address *client)
{
	struct seep_address user = seep_address_user(&thread->engine->user_masks, client);
	struct recent *recent = place_of(thread, &user);

	note_user(thread->engine, recent, &user, client);
	recent->hits++;
}

static struct seep_event event_of(const struct asking *asking, enum seep_meter which,
				  const struct seep_metering *metering,
				  const struct seep_entry *entry)
{
	return (struct seep_event){
		.edge = metering->edge,
		.meter = which,
		/* Where no budget fits, nothing is refused. */
		.mode = metering->outcome == SEEP_WOULD_REFUSE ? SEEP_MODE_FLAG : asking->mode,
		.observation = asking->observation,
		.name = &asking->name,
		.level_mbit = metering->level_mbit,
		.budget_mbit = metering->limits.budget_mbit,
		.first_s = entry->first_s,
	};
}

static void note_domain_event(struct asking *asking, struct seep_entry *entry)
{
	const struct domain *domain = domain_of_entry(entry);
	struct seep_event *event = &asking->edges->domain;

	*event = event_of(asking, SEEP_METER_DOMAIN, &asking->domain, entry);
	event->users = users_of_domain(domain);
	event->users_error_permille = event->users < SEEP_SKETCH_FEW ? 0 : USERS_ERROR_PERMILLE;
	event->names = seep_sketch_count(&domain->names_sum);
	event->names_error_permille = NAMES_ERROR_PERMILLE;
}

static void note_network_event(struct asking *asking, const struct entries *entries)
{
	const struct network *network = entries->network;
	struct seep_event *event = &asking->edges->network;

	*event = event_of(asking, SEEP_METER_NETWORK, &asking->network, entries->of_network);
	event->users = network->size;
	event->users_error_permille = USERS_ERROR_PERMILLE;
	event->first_s = network->head.first_s; /* its newcomers' meter has none */
	asking->edges->network_address = network->address;
	event->network = &asking->edges->network_address;
}

static void note_user_event(struct asking *asking, struct seep_entry *entry)
{
	const struct user *user = user_of_entry(entry);
	struct seep_event *event = &asking->edges->user;

	*event = event_of(asking, SEEP_METER_USER, &asking->user, entry);
	event->names = seep_sketch_count(&user->names_sum);
	event->names_error_permille = NAMES_ERROR_PERMILLE;
	event->domains = seep_sketch_count(&user->domains_sum);
	event->domains_error_permille = DOMAINS_ERROR_PERMILLE;
}

/*
 * What a meter did to the query. One that would have refused counts as spent
 * also where another refused first; one that would have flagged has done so
 * only if the query goes on.
 */
static enum seep_outcome part_of(struct seep_verdict verdict, const struct seep_metering *metering)
{
	if (verdict.outcome == SEEP_PASS || metering->outcome == SEEP_PASS)
		return SEEP_PASS;
	if (metering->outcome == SEEP_REFUSE)
		return verdict.outcome;
	if (metering->outcome == SEEP_WOULD_REFUSE)
		return metering->outcome;
	return verdict.outcome == SEEP_REFUSE ? SEEP_PASS : SEEP_FLAG;
}

/* The price of the query. */
static void set_price(struct asking *asking, const struct user *user, bool is_used)
{
	struct seep_reservation *reservation = asking->reservation;
	const struct seep_price_input input = {
		.name = &asking->name,
		.label_keys = &reservation->labels,
		.name_key = reservation->name_key,
		.type = reservation->type,
		.qclass = asking->observation->qclass,
		.qtype = asking->observation->type,
		.checking_disabled = asking->observation->checking_disabled,
		.is_known = reservation->class == SEEP_CLASS_KNOWN,
		.is_rare = reservation->rare,
		.is_own = reservation->is_own,
		.is_used = is_used,
		.is_last = asking->is_last,
		.is_in_turn = asking->is_in_turn,
		.domain_key = reservation->domain_key,
		.domain_names = asking->domain_names,
		.user_names = seep_sketch_count(&user->rare_sum),
		.shapes = &user->shapes,
		.repeat = &user->repeat,
		.sequences = asking->engine->sequences,
		.sequence = &user->sequence,
		.user_key = reservation->user_key,
		.flag = &user->checking_disabled,
		.labels = asking->engine->labels,
	};
	struct seep_price price;

	reservation->question_mbit =
		seep_charge_question(input.qtype, input.qclass, asking->name.number_bits > 0);
	price = seep_price_of(&input);
	if (asking->pieces)
		seep_price_pieces(&input, asking->pieces);
	reservation->charge_mbit = price.mbit;
	reservation->shape = price.shape;
	reservation->loss_mbit = price.loss_mbit;
}

/*
 * The pair meter's key, of who sends to a domain, and how many people that is. Users that do not
 * count share one with all others of their network, for a machine may be as many as it likes.
 */
static uint64_t pair_key(uint64_t owner, uint64_t domain)
{
	return (owner ^ domain) * UINT64_C(0xd6e8feb86659fd93) | 1;
}

static uint64_t pair_of(const struct seep_reservation *reservation)
{
	uint64_t owner = reservation->counts ? reservation->user_key : reservation->network_key;

	return pair_key(owner, reservation->domain_key);
}

static uint64_t people_of_pair(const struct asking *asking, const struct network *network)
{
	return asking->reservation->counts
		       ? 1
		       : seep_learned_newcomers(&asking->engine->learned, network);
}

/* Does the price fit into what the domain's users usually send there? */
static void set_habit(struct asking *asking, const struct entries *entries)
{
	struct seep_reservation *reservation = asking->reservation;
	bool is_known = reservation->class == SEEP_CLASS_KNOWN;

	if (!reservation->pair_key || (is_known && asking->is_last && asking->is_in_turn)) {
		asking->is_habit = is_known && !reservation->rare;
		return;
	}
	asking->habit_mbit = SEEP_HABIT_TIMES *
			     seep_habit_mbit(&entries->domain->habit, asking->users, asking->few) *
			     people_of_pair(asking, entries->network);
	reservation->pair_mbit = reservation->charge_mbit;
	asking->is_habit = !reservation->rare &&
			   asking->pair.level_mbit + reservation->charge_mbit <= asking->habit_mbit;
}

/* What the pair meter says of who sends to the domain. */
static void look_at_pair(struct asking *asking, const struct domain *domain)
{
	struct seep_reservation *reservation = asking->reservation;

	if (!domain || asking->users <= 1 ||
	    (reservation->class == SEEP_CLASS_KNOWN && reservation->rare))
		return;
	reservation->pair_key = pair_of(reservation);
	asking->pair =
		seep_pairs_find(asking->engine->pairs, reservation->pair_key, asking->user.now_s);
	if (reservation->is_own)
		return;
	asking->is_last = asking->pair.last == seep_pairs_name(reservation->name_key);
	asking->is_in_turn =
		asking->pair.before && asking->pair.before == seep_pairs_type(reservation->type);
}

/*
 * What of the price falls on the user, and on its network: in a rare domain, and in a common one
 * within the habit, its share among the domain's users; beyond the habit all of it.
 */
static void set_share(struct asking *asking)
{
	struct seep_reservation *reservation = asking->reservation;
	uint64_t least = asking->is_service ? SEEP_CHARGE_FEW_SHARE : asking->listed;
	uint64_t users = asking->users > least ? asking->users : least;
	bool is_shared = reservation->rare || asking->is_habit;

	reservation->user_charge_mbit =
		is_shared ? seep_charge_weigh(reservation->charge_mbit, users, asking->few)
			  : reservation->charge_mbit;
}

/* What the user's DGA meter says of the domain. */
static enum seep_outcome dga_outcome(const struct asking *asking, const struct user *user)
{
	if (!asking->unseen || !seep_dga_is_spent(&user->dga, asking->user.now_s))
		return SEEP_PASS;
	return asking->engine->conf.dga_action == SEEP_ACTION_REFUSE ? SEEP_REFUSE : SEEP_FLAG;
}

/* Was the meter that would refuse left out for that no budget fits? Whatever the mode, it is. */
static bool is_relented(const struct asking *asking)
{
	struct seep_verdict verdict = asking->reservation->verdict;

	return verdict.outcome == SEEP_WOULD_REFUSE &&
	       ((verdict.meter == SEEP_METER_USER && asking->user.outcome == SEEP_WOULD_REFUSE) ||
		(verdict.meter == SEEP_METER_NETWORK &&
		 asking->network.outcome == SEEP_WOULD_REFUSE));
}

/* The verdict of all meters; a domain that has no entry crosses no line yet. */
static void decide(struct asking *asking, const struct entries *entries)
{
	struct seep_reservation *reservation = asking->reservation;
	const struct seep_outcomes outcomes = { .user = asking->user.outcome,
						.network = asking->network.outcome,
						.domain = asking->domain.outcome };

	reservation->verdict =
		seep_verdict_decide(outcomes, reservation->user_charge_mbit, asking->mode);
	reservation->verdict = seep_verdict_with_dga(
		reservation->verdict, dga_outcome(asking, entries->user), asking->mode);
	if (entries->domain)
		seep_meter_mark(&asking->domain, &entries->domain->head,
				part_of(reservation->verdict, &asking->domain));
	seep_meter_mark(&asking->user, &entries->user->head,
			part_of(reservation->verdict, &asking->user));
	seep_meter_mark(&asking->network, entries->of_network,
			part_of(reservation->verdict, &asking->network));
	entries->network->head.standing = seep_network_standing(entries->network);
}

/* Did this user send the name itself? */
static bool is_own(const struct asking *asking, const struct user *user)
{
	const struct seep_reservation *reservation = asking->reservation;
	const struct seep_sending sending = { .name = reservation->name_key,
					      .type = reservation->type };

	return seep_repeat_kind_of(&user->repeat, &sending) == SEEP_REPEAT_AGAIN ||
	       seep_novelty_knows_own(asking->engine->novelty, reservation->name_key,
				      reservation->user_key);
}

/*
 * The novelty memory takes one novel name in some hundreds for known. A refusal tells
 * which: whoever is refused could try names until one passes, and send it for the price
 * of a known one. So after dozens of refusals a name counts as known only if this user
 * sent it itself.
 */
static void doubt_known(struct asking *asking, const struct seep_entry *domain,
			const struct user *user)
{
	struct seep_reservation *reservation = asking->reservation;

	if (reservation->class != SEEP_CLASS_KNOWN || !reservation->rare ||
	    !(seep_meter_is_guessed(&user->head, asking->user.now_s) ||
	      seep_meter_is_guessed(domain, asking->domain.now_s)) ||
	    is_own(asking, user))
		return;
	reservation->class = SEEP_CLASS_CHARGED;
	reservation->is_doubted = true;
	reservation->labels = seep_charge_label_keys(&asking->name, &asking->engine->key);
}

/* As many of the domain's first labels as there is room for. */
static void copy_domain(uint8_t text[SEEP_DOMAIN_TEXT_BYTES], const struct seep_name *name)
{
	const uint8_t *from = name->bytes + name->domain_at;
	size_t used = 0;

	while (from[used] && used + 1u + from[used] < SEEP_DOMAIN_TEXT_BYTES)
		used += 1u + from[used];
	memcpy(text, from, used);
	text[used] = 0;
}

/*
 * The domain's entry, locked; NULL if another would have to go for it. That is left to
 * commit: else names that never leave could push other domains out, for nothing.
 */
static struct seep_entry *claim_domain(const struct asking *asking)
{
	struct seep_engine *engine = asking->engine;
	enum seep_claim how;
	struct seep_entry *entry = seep_table_claim_free(
		engine->domains, asking->reservation->domain_key, asking->domain.now_s, &how);

	if (entry && how != SEEP_CLAIM_FOUND)
		copy_domain(domain_of_entry(entry)->text, &asking->name);
	return entry;
}

/* What a refusal leaves of an entry that was made for it. */
static void leave_domain(const struct asking *asking, struct seep_entry *entry)
{
	struct seep_table *domains = asking->engine->domains;

	if (is_untouched_domain(domain_of_entry(entry)))
		seep_table_forget(domains, asking->reservation->domain_key);
	else
		seep_table_unlock(domains, asking->reservation->domain_key);
}

/* How many use the domain, and whether that is few. */
static void look_at_domain(struct asking *asking, const struct domain *domain)
{
	asking->domain_names = seep_sketch_count(&domain->names_sum);
	asking->few = seep_charge_few(seep_network_people(asking->engine));
	asking->users = users_of_domain(domain);
	asking->listed =
		seep_common_users(asking->listing->lists.common, asking->reservation->domain_key);
	asking->reservation->rare = asking->users <= asking->few;
	asking->unseen = !is_used_domain(domain) && !asking->listed && asking->name.registrable &&
			 asking->reservation->class == SEEP_CLASS_CHARGED;
}

/* Where no budget fits, what a meter would refuse is only told. */
static void relent(struct seep_metering *metering, bool no_budget_fits)
{
	if (no_budget_fits && metering->outcome == SEEP_REFUSE)
		metering->outcome = metering->is_waiting ? SEEP_FLAG : SEEP_WOULD_REFUSE;
}

/* In the last day of the learning, counts what no budget would fit. */
static void count_misfit(const struct asking *asking)
{
	struct seep_learned *learned = &asking->engine->learned;
	uint64_t when_ms = asking->observation->when_ms;
	const struct seep_metering *user = &asking->user;

	if (!asking->is_rehearsed && when_ms < learned->until_ms &&
	    when_ms + SEEP_DAY_S * 1000 >= learned->until_ms && user->charge_mbit &&
	    user->level_mbit + user->charge_mbit > user->limits.cap_mbit)
		atomic_fetch_add_explicit(&learned->misfits, 1, memory_order_relaxed);
}

/* What falls on the user and its network. */
static void judge_people(struct asking *asking, const struct entries *entries)
{
	const struct seep_learned *learned = &asking->engine->learned;
	uint64_t now_s = asking->user.now_s;
	bool is_newcomer = asking->reservation->is_newcomer;

	asking->is_crowd = !seep_treat_has_budget(&asking->treating) &&
			   seep_learned_is_crowd(learned, entries->user, now_s);
	asking->user.charge_mbit = asking->reservation->user_charge_mbit;
	asking->user.limits = seep_learned_user(learned, entries->user, now_s);
	seep_treat_user(&asking->treating, &asking->user.limits);
	seep_meter_judge(&asking->user, &entries->user->head);
	relent(&asking->user, asking->is_crowd);
	count_misfit(asking);
	/* A crowd is not its network's fault, nor is what its user's level notes no more. */
	if (!asking->is_crowd && !seep_treat_is_alone(asking->engine, &asking->treating) &&
	    asking->user.level_mbit < asking->user.limits.cap_mbit)
		asking->network.charge_mbit = asking->user.charge_mbit;
	asking->network.limits =
		seep_learned_network(learned, entries->network, is_newcomer, now_s);
	seep_treat_network(&asking->treating, &asking->network.limits);
	seep_meter_judge(&asking->network, entries->of_network);
	relent(&asking->network,
	       seep_learned_is_vast(learned, entries->network, is_newcomer, now_s));
	if (asking->is_habit)
		asking->user.outcome = asking->network.outcome = SEEP_PASS;
}

/* What falls on the domain. What more than few use is the organisation's habit: a virus scanner's
 * names are all different, and nobody's secret. */
static void judge_domain(struct asking *asking, struct domain *domain, const struct user *user)
{
	const struct seep_learned *learned = &asking->engine->learned;
	struct seep_reservation *reservation = asking->reservation;

	reservation->units = (uint8_t)seep_learned_units(learned, user, asking->user.now_s);
	asking->domain.charge_mbit =
		reservation->rare && !asking->is_crowd ? reservation->charge_mbit : 0;
	asking->domain.limits =
		seep_learned_domain(learned, domain, reservation->units, asking->users);
	seep_treat_domain(&asking->treating, &asking->domain.limits);
	seep_meter_judge(&asking->domain, &domain->head);
}

static void reserve(struct asking *asking, const struct entries *entries)
{
	struct seep_reservation *reservation = asking->reservation;

	if (entries->domain)
		seep_meter_reserve(&asking->domain, &entries->domain->head);
	else
		copy_domain(reservation->domain_text, &asking->name);
	reservation->is_unplaced = !entries->domain;
	seep_meter_reserve(&asking->user, &entries->user->head);
	seep_meter_reserve(&asking->network, entries->of_network);
	entries->network->head.inflight += reservation->is_newcomer;
	reservation->domain_mbit = asking->domain.added_mbit;
	reservation->user_mbit = asking->user.added_mbit;
	reservation->network_mbit = asking->network.added_mbit;
	if (!reservation->pair_key || asking->is_rehearsed)
		return;
	/* The pair's step fades with its first charge of a day, and the count with it. */
	if (asking->pair.faded != asking->pair.counted)
		seep_habit_move(&entries->domain->habit, asking->pair.counted, asking->pair.faded);
	seep_pairs_raise(asking->engine->pairs, reservation->pair_key, reservation->pair_mbit,
			 asking->user.now_s);
}

static void note_events(struct asking *asking, const struct entries *entries)
{
	if (asking->domain.edge)
		note_domain_event(asking, &entries->domain->head);
	if (asking->user.edge)
		note_user_event(asking, &entries->user->head);
	if (asking->network.edge)
		note_network_event(asking, entries);
}

/* Did no meter refuse the query but because it may wait? */
static bool is_waiting(const struct asking *asking)
{
	const struct seep_metering *meterings[] = { &asking->domain, &asking->user,
						    &asking->network };
	struct seep_verdict verdict = asking->reservation->verdict;

	for (size_t i = 0; i < sizeof(meterings) / sizeof(meterings[0]); i++)
		if (meterings[i]->outcome == SEEP_REFUSE && !meterings[i]->is_waiting)
			return false;
	return verdict.outcome == SEEP_REFUSE && verdict.meter != SEEP_METER_DGA;
}

/*
 * Do the user's own sendings tell what comes next? In a rare domain they do. In a common one the
 * pair's last name does, but users that do not count share a pair: sixty meters that poll a name of
 * their own each would never be told in advance. So theirs do if they counted while learning, and
 * have too short a history now. Not those of late ones: a machine may be as many as it likes, and
 * which of them polls would be its message.
 */
static void set_own(struct asking *asking)
{
	struct seep_reservation *reservation = asking->reservation;
	bool is_apart = !reservation->counts && !reservation->is_newcomer && !reservation->is_late;

	reservation->is_own =
		reservation->rare || (is_apart && reservation->class == SEEP_CLASS_KNOWN);
}

/* What is known of the name, its domain and its user, and the price that follows. */
static void price(struct asking *asking, const struct entries *entries, const struct domain *domain)
{
	struct seep_reservation *reservation = asking->reservation;

	reservation->counts =
		seep_network_counts(asking->engine, entries->user, asking->user.now_s);
	reservation->is_late =
		seep_network_is_late(asking->engine, entries->user, asking->user.now_s);
	if (asking->mode == SEEP_MODE_GUARD && !seep_treat_has_budget(&asking->treating) &&
	    seep_learned_is_open(&asking->engine->learned, entries->user, asking->user.now_s))
		asking->mode = SEEP_MODE_LEARNING;
	look_at_domain(asking, domain);
	set_own(asking);
	if (reservation->is_own)
		seep_sequence_prefetch(asking->engine->sequences, &entries->user->sequence,
				       reservation->user_key);
	doubt_known(asking, &domain->head, entries->user);
	look_at_pair(asking, entries->domain);
	set_price(asking, entries->user, entries->domain && is_used_domain(domain));
}

/* What the meter that refused had, for who asks why. */
static void note_level(struct asking *asking, const struct user *user)
{
	const struct seep_metering *const meterings[] = { [SEEP_METER_USER] = &asking->user,
							  [SEEP_METER_NETWORK] = &asking->network,
							  [SEEP_METER_DOMAIN] = &asking->domain };
	struct seep_reservation *reservation = asking->reservation;

	if (reservation->verdict.meter == SEEP_METER_DGA) {
		reservation->level_mbit = user->dga.level_mbit;
		return;
	}
	reservation->level_mbit = meterings[reservation->verdict.meter]->level_mbit;
	reservation->budget_mbit = meterings[reservation->verdict.meter]->limits.budget_mbit;
}

/* From the price to the reservation, with all entries locked. */
static void judge(struct asking *asking, const struct entries *entries, struct domain *domain)
{
	struct seep_reservation *reservation = asking->reservation;

	set_habit(asking, entries);
	/* Several who send like amounts use it as a service, if it is used by few yet. */
	asking->is_service = reservation->rare && seep_habit_is_alike(&domain->habit);
	set_share(asking);
	asking->user.is_known = asking->network.is_known = asking->domain.is_known =
		reservation->class == SEEP_CLASS_KNOWN;
	asking->user.may_wait = asking->network.may_wait = asking->domain.may_wait =
		asking->observation->may_wait && asking->mode == SEEP_MODE_GUARD;
	judge_people(asking, entries);
	judge_domain(asking, domain, entries->user);
	decide(asking, entries);
	reservation->is_waiting = is_waiting(asking);
	reservation->is_relented = is_relented(asking);
	if (reservation->verdict.outcome == SEEP_REFUSE) {
		reservation->pair_key = 0;
		note_level(asking, entries->user);
	} else {
		reserve(asking, entries);
	}
	note_events(asking, entries);
}

/* The entry in TABLE of the key, locked, or the one that all without a place share. */
static struct seep_entry *claim_or_share(struct seep_table *table, uint64_t *key,
					 uint64_t refill_mbit_day, uint64_t now_s,
					 enum seep_claim *how)
{
	struct seep_entry *entry = seep_table_claim(table, *key, refill_mbit_day, now_s, how);

	if (entry)
		return entry;
	*key = SEEP_TABLE_SHARED;
	return seep_table_claim(table, *key, refill_mbit_day, now_s, how);
}

static struct user *claim_user(struct asking *asking)
{
	struct recent *recent = asking->recent;
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;
	enum seep_claim how;
	struct user *user;

	reservation->user_key = recent->key;
	reservation->network_key = recent->network_key;
	user = user_of_entry(claim_or_share(engine->users, &reservation->user_key,
					    engine->learned.budgets.user.refill_mbit_day,
					    asking->user.now_s, &how));
	if (reservation->user_key == SEEP_TABLE_SHARED)
		return user;
	if (how != SEEP_CLAIM_FOUND)
		user->address = recent->address;
	if (how == SEEP_CLAIM_EVICTED)
		seep_counters_add(&asking->thread->counters.evicted_users, 1);
	user->hits += recent->hits;
	recent->hits = 0;
	return user;
}

static struct network *claim_network(struct asking *asking)
{
	const struct recent *recent = asking->recent;
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;
	enum seep_claim how;
	struct network *network;

	network = network_of_entry(claim_or_share(engine->networks, &reservation->network_key,
						  engine->learned.budgets.network.refill_mbit_day,
						  asking->user.now_s, &how));
	if (how != SEEP_CLAIM_FOUND && reservation->network_key != SEEP_TABLE_SHARED)
		network->address = recent->network;
	return network;
}

static void count_verdict(struct seep_counters *counters, struct seep_verdict verdict)
{
	_Atomic uint64_t *const counter[][SEEP_METER_DGA + 1] = {
		[SEEP_FLAG] = { NULL, &counters->flagged_user, &counters->flagged_network,
				&counters->flagged_domain, &counters->flagged_dga },
		[SEEP_WOULD_REFUSE] = { NULL, &counters->would_refuse_user,
					&counters->would_refuse_network,
					&counters->would_refuse_domain,
					&counters->would_refuse_dga },
	};

	/* Of a refusal it is not known yet whether an old answer comes instead. */
	if (verdict.outcome != SEEP_PASS && verdict.outcome != SEEP_REFUSE)
		seep_counters_add(counter[verdict.outcome][verdict.meter], 1);
}

static void tell_edges(const struct asking *asking)
{
	const struct seep_engine *engine = asking->engine;

	if (!engine->tell)
		return;
	if (asking->domain.edge)
		engine->tell(engine->tell_context, &asking->edges->domain);
	if (asking->user.edge)
		engine->tell(engine->tell_context, &asking->edges->user);
	if (asking->network.edge)
		engine->tell(engine->tell_context, &asking->edges->network);
}

/* The class of a name that is never charged; CHARGED for all others. */
static enum seep_class uncharged_class(struct asking *asking, bool splits)
{
	const struct seep_conf *conf = &asking->engine->conf;
	const struct seep_observation *observation = asking->observation;

	if (!splits)
		return SEEP_CLASS_UNTRACKED;
	if (observation->internal)
		return SEEP_CLASS_INTERNAL;
	if (seep_subtrees_cover(asking->listing->lists.allowed, observation->name,
				observation->name_size))
		return SEEP_CLASS_ALLOWED;
	if (asking->thread ? seep_excepted_covers(asking->thread, observation)
			   : seep_excepted_would_cover(asking->engine, observation))
		return SEEP_CLASS_ALLOWED;
	if (seep_netblocks_contain(conf->exempt_user, observation->client.bytes,
				   observation->client.size_bytes))
		return SEEP_CLASS_EXEMPT;
	asking->treating = seep_treat_of(asking->engine, observation);
	if (asking->treating.of_domain == SEEP_TREATMENT_IGNORE)
		return SEEP_CLASS_ALLOWED;
	if (asking->treating.of_user &&
	    asking->treating.of_user->treatment == SEEP_TREATMENT_IGNORE)
		return SEEP_CLASS_EXEMPT;
	if (!observation->is_proven && conf->spoofable == SEEP_SPOOFABLE_NO_METER)
		return SEEP_CLASS_UNPROVEN;
	return SEEP_CLASS_CHARGED;
}

static void make_name_key(struct asking *asking)
{
	const struct seep_engine *engine = asking->engine;
	const struct seep_observation *observation = asking->observation;

	asking->name_key = seep_hash_bytes(&engine->key, observation->name, observation->name_size);
	seep_novelty_prefetch(engine->novelty, asking->name_key);
}

/* Before anything is known of the query: what a metered one reads is fetched meanwhile. */
static void make_first_keys(struct asking *asking)
{
	struct seep_engine *engine = asking->engine;
	const struct seep_address *client = &asking->observation->client;
	struct seep_address user = seep_address_user(&engine->user_masks, client);

	asking->recent = place_of(asking->thread, &user);
	__builtin_prefetch(asking->recent);
	make_name_key(asking);
	note_user(engine, asking->recent, &user, client);
	seep_table_prefetch(engine->users, asking->recent->key);
	seep_table_prefetch(engine->networks, asking->recent->network_key);
}

static void make_keys(struct asking *asking)
{
	const struct seep_engine *engine = asking->engine;
	const struct seep_name *name = &asking->name;
	struct seep_reservation *reservation = asking->reservation;

	reservation->name_key = asking->name_key;
	reservation->registrable = name->registrable;
	reservation->domain_at = name->domain_at;
	reservation->checking_disabled = asking->observation->checking_disabled;
	reservation->question =
		(uint32_t)asking->observation->qclass << 16 | asking->observation->type;
	reservation->type =
		asking->observation->qclass == SEEP_QCLASS_IN ? asking->observation->type : 0;
	reservation->domain_key =
		name->domain_at ? seep_hash_bytes(&engine->key, name->bytes + name->domain_at,
						  (size_t)name->size - name->domain_at)
				: reservation->name_key;
	seep_table_prefetch(engine->domains, reservation->domain_key);
}

static void make_label_keys(const struct asking *asking)
{
	const struct seep_engine *engine = asking->engine;
	struct seep_label_keys *labels = &asking->reservation->labels;

	*labels = seep_charge_label_keys(&asking->name, &engine->key);
	for (unsigned i = 0; i < labels->count; i++)
		seep_labels_prefetch(engine->labels, labels->keys[i]);
}

/*
 * The network's entry. All its users have it in common, so it is locked last, and not while the
 * price is found.
 */
static void claim_network_of(struct asking *asking, struct entries *entries)
{
	struct seep_reservation *reservation = asking->reservation;

	entries->network = claim_network(asking);
	reservation->is_newcomer =
		seep_network_is_newcomer(entries->network, entries->user, asking->user.now_s);
	entries->of_network =
		reservation->is_newcomer ? &entries->network->newcomers : &entries->network->head;
}

/*
 * Begins to fetch the entries, and the pair as that of a user who counts, which most do. It waits
 * for what was fetched before, so that all later steps wait for little.
 */
static void fetch_entries(const struct asking *asking)
{
	const struct seep_engine *engine = asking->engine;
	const struct recent *recent = asking->recent;
	uint64_t domain_key = asking->reservation->domain_key;

	seep_pairs_prefetch(engine->pairs, pair_key(recent->key, domain_key));
	seep_table_prefetch_entry(engine->users, recent->key);
	seep_table_prefetch_entry(engine->networks, recent->network_key);
	seep_table_prefetch_entry(engine->domains, domain_key);
}

/* The mode, the time, and what learning taught. */
static void set_time(struct asking *asking)
{
	struct seep_engine *engine = asking->engine;

	asking->mode = seep_treat_mode(engine, &asking->treating, asking->observation->when_ms);
	asking->domain.now_s = asking->user.now_s = asking->network.now_s =
		asking->observation->when_ms / 1000;
	if (!asking->is_rehearsed)
		seep_learned_settle_some(engine, asking->user.now_s);
}

/* Says whether the name is known; of a novel one the labels' keys are made, too. */
static void recognize(struct asking *asking)
{
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;

	if (seep_novelty_knows(engine->novelty, reservation->name_key))
		reservation->class = SEEP_CLASS_KNOWN;
	else
		make_label_keys(asking);
}

/* Begins to fetch what is learned once the name leaves, while the resolver is at work. */
static void fetch_for_commit(const struct asking *asking)
{
	const struct seep_reservation *reservation = asking->reservation;
	const struct seep_novelty *novelty = asking->engine->novelty;

	if (reservation->rare)
		seep_novelty_prefetch_own(novelty, reservation->name_key, reservation->user_key);
	for (unsigned i = 0; i < reservation->labels.count; i++)
		seep_novelty_prefetch(novelty, label_use(reservation, i));
}

static void ask_meters(struct asking *asking)
{
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;
	struct seep_entry *domain;
	struct domain empty, *looked_at;
	struct entries entries;

	/* 2. The other keys; what they are the keys of is fetched. */
	make_keys(asking);
	set_time(asking);
	fetch_entries(asking);
	/* 3. Known or novel? */
	recognize(asking);
	/* 4. The domain's entry, and the user's: the price. What is under way for a domain without
	 * an entry is on its users' meters alone. */
	domain = claim_domain(asking);
	entries.domain = domain ? domain_of_entry(domain) : NULL;
	if (!domain)
		empty = (struct domain){ .head.meter.drained_s = asking->domain.now_s };
	looked_at = domain ? entries.domain : &empty;
	entries.user = claim_user(asking);
	price(asking, &entries, looked_at);
	/* 5. The network's, too: meters, verdict, reservation. */
	claim_network_of(asking, &entries);
	judge(asking, &entries, looked_at);
	seep_table_unlock(engine->networks, reservation->network_key);
	seep_table_unlock(engine->users, reservation->user_key);
	if (domain)
		leave_domain(asking, domain);
	/* 6. What is counted and told. */
	if (reservation->verdict.outcome != SEEP_REFUSE)
		fetch_for_commit(asking);
	if (reservation->user_key == SEEP_TABLE_SHARED)
		reservation->class = SEEP_CLASS_UNTRACKED;
	count_verdict(&asking->thread->counters, reservation->verdict);
	tell_edges(asking);
}

void seep_asking_begin(struct asking *asking, bool splits)
{
	asking->reservation->class = uncharged_class(asking, splits);
	if (asking->reservation->class != SEEP_CLASS_CHARGED)
		return;
	make_name_key(asking);
	make_keys(asking);
	set_time(asking);
	recognize(asking);
}

void seep_asking_rehearse(struct asking *asking, struct entries *entries)
{
	price(asking, entries, entries->domain);
	asking->reservation->is_newcomer =
		seep_network_is_newcomer(entries->network, entries->user, asking->user.now_s);
	entries->of_network = asking->reservation->is_newcomer ? &entries->network->newcomers
							       : &entries->network->head;
	judge(asking, entries, entries->domain);
}

struct seep_verdict seep_engine_judge(struct seep_thread *thread,
				      const struct seep_observation *observation,
				      struct seep_reservation *reservation, struct seep_name *name)
{
	struct edges edges;
	struct asking asking = {
		.edges = &edges,
		.thread = thread,
		.engine = thread->engine,
		.listing = seep_listing_begin(thread->engine, &thread->place),
		.observation = observation,
		.reservation = reservation,
	};
	bool splits;

	/* 1. Keys of the name and its user. What they are the keys of is fetched at once. */
	make_first_keys(&asking);
	splits = seep_name_split(&asking.name, observation->name, observation->name_size,
				 asking.listing->readers[thread->place.number]);
	*reservation = (struct seep_reservation){
		.class = uncharged_class(&asking, splits),
	};
	if (reservation->class == SEEP_CLASS_CHARGED)
		ask_meters(&asking);
	seep_listing_end(&thread->place);
	*name = asking.name;
	seep_thread_move_inflight(thread, 1);
	return reservation->verdict;
}

struct seep_verdict seep_engine_insist(struct seep_thread *thread,
				       struct seep_observation *observation,
				       struct seep_reservation *reservation, struct seep_name *name)
{
	observation->may_wait = false;
	if (!reservation->is_waiting)
		return reservation->verdict;
	seep_thread_move_inflight(thread, -1);
	return seep_engine_judge(thread, observation, reservation, name);
}

struct seep_verdict seep_engine_ask(struct seep_thread *thread,
				    const struct seep_observation *observation,
				    struct seep_reservation *reservation, struct seep_name *name)
{
	struct seep_verdict verdict = seep_engine_judge(thread, observation, reservation, name);

	if (verdict.outcome == SEEP_REFUSE)
		seep_engine_refuse(thread, observation, reservation, false);
	return verdict;
}
