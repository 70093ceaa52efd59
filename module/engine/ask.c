/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One query into the engine: name -> charge -> meters -> verdict.
 *
 * A query locks the domain's entry, for how many use it weighs the charge, and
 * within that the user's: always in this order.
 */
#include "engine/internal.h"

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

/* The thread's note on the user that a client belongs to, made if need be. */
static struct recent *recent_of(struct seep_thread *thread, const struct seep_address *client)
{
	const struct seep_engine *engine = thread->engine;
	struct seep_address user = seep_address_user(&engine->masks, client);
	struct recent *recent;

	/* Only a place in a small cache: no key needed. */
	recent = &thread->recent[seep_address_hash(&user) >> (64 - RECENT_BITS)];
	if (recent->key && memcmp(&recent->address, &user, sizeof(user)) == 0)
		return recent;
	pass_on_hits(thread->engine, recent);
	recent->address = user;
	recent->key = seep_hash_bytes(&engine->key, &user, sizeof(user));
	return recent;
}

void seep_engine_hit(struct seep_thread *thread, const struct seep_address *client)
{
	recent_of(thread, client)->hits++;
}

/* All that one ask works on. */
struct asking {
	struct seep_thread *thread;
	struct seep_engine *engine;
	const struct seep_observation *observation;
	struct seep_reservation *reservation;
	struct seep_name name;
	enum seep_mode mode;
	uint64_t domain_names; /* distinct ones sent there */
	uint64_t few;          /* so many users of a domain are few */
	uint64_t users;        /* of the domain, with those that a common-list counts for */
	bool unseen;           /* nobody here used the domain yet, nor the name */
	struct seep_metering domain;
	struct seep_metering user;
	struct seep_event domain_event;
	struct seep_event user_event;
};

static struct seep_event event_of(const struct asking *asking, enum seep_meter which,
				  const struct seep_metering *metering,
				  const struct seep_entry *entry)
{
	return (struct seep_event){
		.edge = metering->edge,
		.meter = which,
		.mode = asking->mode,
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

	asking->domain_event = event_of(asking, SEEP_METER_DOMAIN, &asking->domain, entry);
	asking->domain_event.users = users_of_domain(domain);
	asking->domain_event.names = seep_sketch_count(&domain->names_sum);
}

static void note_user_event(struct asking *asking, struct seep_entry *entry)
{
	const struct user *user = user_of_entry(entry);

	asking->user_event = event_of(asking, SEEP_METER_USER, &asking->user, entry);
	asking->user_event.names = seep_sketch_count(&user->names_sum);
	asking->user_event.domains = seep_sketch_count(&user->domains_sum);
}

/*
 * What a meter did to the query. One that would have refused counts as spent
 * also where the other refused first; one that would have flagged has done so
 * only if the query goes on.
 */
static enum seep_outcome part_of(struct seep_verdict verdict, const struct seep_metering *metering)
{
	if (verdict.outcome == SEEP_PASS || metering->outcome == SEEP_PASS)
		return SEEP_PASS;
	if (metering->outcome == SEEP_REFUSE)
		return verdict.outcome;
	return verdict.outcome == SEEP_REFUSE ? SEEP_PASS : SEEP_FLAG;
}

/* The price of the query, and what of it falls on the user. */
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
		.is_used = is_used,
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
	reservation->charge_mbit = price.mbit;
	reservation->shape = price.shape;
	reservation->loss_mbit = price.loss_mbit;
	reservation->user_charge_mbit =
		seep_charge_weigh(reservation->charge_mbit, asking->users, asking->few);
}

/* What the user's DGA meter says of the domain. */
static enum seep_outcome dga_outcome(const struct asking *asking, const struct seep_entry *user)
{
	const struct seep_bucket *score = &((const struct user *)(const void *)user)->dga;

	if (!asking->unseen || !seep_dga_is_spent(score, asking->user.now_s))
		return SEEP_PASS;
	return asking->engine->conf.dga_action == SEEP_ACTION_REFUSE ? SEEP_REFUSE : SEEP_FLAG;
}

/* The verdict of both meters; a DOMAIN that has no entry (NULL) crosses no line yet. */
static void decide(struct asking *asking, struct seep_entry *domain, struct seep_entry *user)
{
	struct seep_reservation *reservation = asking->reservation;

	reservation->verdict = seep_verdict_decide(asking->user.outcome, asking->domain.outcome,
						   reservation->user_charge_mbit, asking->mode);
	reservation->verdict = seep_verdict_with_dga(reservation->verdict,
						     dga_outcome(asking, user), asking->mode);
	if (domain)
		seep_meter_mark(&asking->domain, domain,
				part_of(reservation->verdict, &asking->domain));
	seep_meter_mark(&asking->user, user, part_of(reservation->verdict, &asking->user));
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
			const struct seep_entry *user)
{
	struct seep_reservation *reservation = asking->reservation;

	if (reservation->class != SEEP_CLASS_KNOWN || !reservation->rare ||
	    !(seep_meter_is_guessed(user, asking->user.now_s) ||
	      seep_meter_is_guessed(domain, asking->domain.now_s)) ||
	    is_own(asking, (const struct user *)(const void *)user))
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
static void look_at_domain(struct asking *asking, const struct domain *domain, uint64_t users)
{
	asking->domain_names = seep_sketch_count(&domain->names_sum);
	asking->few = seep_charge_few(seep_table_used(asking->engine->users));
	/* Common in the world counts as used by so many here. */
	asking->users =
		users + seep_common_users(asking->engine->common, asking->reservation->domain_key);
	asking->reservation->rare = asking->users <= asking->few;
}

/* What each meter would take of the charge, and says of it. */
static void judge_meters(struct asking *asking, struct domain *domain, struct user *user,
			 uint64_t users)
{
	struct seep_reservation *reservation = asking->reservation;
	bool is_known = reservation->class == SEEP_CLASS_KNOWN;

	reservation->units =
		(uint8_t)seep_learned_units(&asking->engine->learned, user, asking->user.now_s);
	asking->user.is_known = asking->domain.is_known = is_known;
	asking->user.charge_mbit = reservation->user_charge_mbit;
	asking->user.limits = seep_learned_user(&asking->engine->learned, user, asking->user.now_s);
	seep_meter_judge(&asking->user, &user->head);
	/* What more than few use is the organisation's habit: a virus scanner's
	 * names are all different, and nobody's secret. */
	asking->domain.charge_mbit = reservation->rare ? reservation->charge_mbit : 0;
	asking->domain.limits =
		seep_learned_domain(&asking->engine->learned, domain, reservation->units, users);
	seep_meter_judge(&asking->domain, &domain->head);
}

static void reserve(struct asking *asking, struct seep_entry *domain, struct seep_entry *user)
{
	struct seep_reservation *reservation = asking->reservation;

	if (domain)
		seep_meter_reserve(&asking->domain, domain);
	else
		copy_domain(reservation->domain_text, &asking->name);
	reservation->is_unplaced = !domain;
	seep_meter_reserve(&asking->user, user);
	reservation->domain_mbit = asking->domain.added_mbit;
	reservation->user_mbit = asking->user.added_mbit;
}

/*
 * From the price to the reservation, with both entries locked. A domain without an entry
 * (NULL) is judged as an empty one; what is under way for it is on its users' meters alone.
 */
static void judge(struct asking *asking, struct seep_entry *entry, struct seep_entry *user)
{
	struct seep_reservation *reservation = asking->reservation;
	struct domain empty = { .head.meter.drained_s = asking->domain.now_s };
	struct domain *domain = entry ? domain_of_entry(entry) : &empty;
	uint64_t users = users_of_domain(domain);

	look_at_domain(asking, domain, users);
	doubt_known(asking, &domain->head, user);
	asking->unseen = !asking->users && asking->name.registrable &&
			 reservation->class == SEEP_CLASS_CHARGED;
	set_price(asking, user_of_entry(user), users > 0);
	judge_meters(asking, domain, user_of_entry(user), users);
	decide(asking, entry, user);
	if (reservation->verdict.outcome != SEEP_REFUSE)
		reserve(asking, entry, user);
	if (asking->domain.edge)
		note_domain_event(asking, entry);
	if (asking->user.edge)
		note_user_event(asking, user);
}

/* The user's entry, locked, or the one that all without a place share. */
static struct seep_entry *claim_user(struct asking *asking, struct recent *recent)
{
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;
	uint64_t refill_mbit_day = engine->learned.budgets.user.refill_mbit_day;
	enum seep_claim how;
	struct seep_entry *entry = seep_table_claim(engine->users, recent->key, refill_mbit_day,
						    asking->user.now_s, &how);

	reservation->user_key = recent->key;
	if (!entry) {
		reservation->user_key = SEEP_TABLE_SHARED;
		return seep_table_claim(engine->users, SEEP_TABLE_SHARED, refill_mbit_day,
					asking->user.now_s, &how);
	}
	if (how != SEEP_CLAIM_FOUND)
		user_of_entry(entry)->address = recent->address;
	if (how == SEEP_CLAIM_EVICTED)
		seep_counters_add(&asking->thread->counters.evicted_users, 1);
	user_of_entry(entry)->hits += recent->hits;
	recent->hits = 0;
	return entry;
}

static void count_verdict(struct seep_counters *counters, struct seep_verdict verdict)
{
	_Atomic uint64_t *const counter[][SEEP_METER_DGA + 1] = {
		[SEEP_FLAG] = { NULL, &counters->flagged_user, &counters->flagged_domain,
				&counters->flagged_dga },
		[SEEP_WOULD_REFUSE] = { NULL, &counters->would_refuse_user,
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
		engine->tell(engine->tell_context, &asking->domain_event);
	if (asking->user.edge)
		engine->tell(engine->tell_context, &asking->user_event);
}

/* The class of a name that is never charged; CHARGED for all others. */
static enum seep_class uncharged_class(const struct asking *asking, bool splits)
{
	const struct seep_conf *conf = &asking->engine->conf;
	const struct seep_observation *observation = asking->observation;

	if (!splits)
		return SEEP_CLASS_UNTRACKED;
	if (observation->internal)
		return SEEP_CLASS_INTERNAL;
	if (seep_subtrees_cover(conf->allow_domain, observation->name, observation->name_size))
		return SEEP_CLASS_ALLOWED;
	if (seep_netblocks_contain(conf->exempt_user, observation->client.bytes,
				   observation->client.size_bytes))
		return SEEP_CLASS_EXEMPT;
	if (!observation->is_proven && conf->spoofable == SEEP_SPOOFABLE_NO_METER)
		return SEEP_CLASS_UNPROVEN;
	return SEEP_CLASS_CHARGED;
}

static void make_keys(struct asking *asking)
{
	const struct seep_engine *engine = asking->engine;
	const struct seep_name *name = &asking->name;
	struct seep_reservation *reservation = asking->reservation;

	reservation->name_key = seep_hash_bytes(&engine->key, name->bytes, name->size);
	seep_novelty_prefetch(engine->novelty, reservation->name_key);
	reservation->registrable = name->registrable;
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

static void ask_meters(struct asking *asking)
{
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;
	struct recent *recent = recent_of(asking->thread, &asking->observation->client);
	struct seep_entry *domain, *user;

	/* 1. Keys, and what they will read is fetched. */
	make_keys(asking);
	seep_table_prefetch(engine->users, recent->key);
	/* 2. The mode, the time, and what learning taught. */
	asking->mode = seep_engine_mode(engine, asking->observation->when_ms);
	asking->domain.now_s = asking->user.now_s = asking->observation->when_ms / 1000;
	seep_learned_settle(&engine->learned, engine->users, asking->user.now_s);
	/* 3. Known or novel? */
	if (seep_novelty_knows(engine->novelty, reservation->name_key))
		reservation->class = SEEP_CLASS_KNOWN;
	else
		reservation->labels = seep_charge_label_keys(&asking->name, &engine->key);
	/* 4. Both entries, the domain's first: price, meters, verdict, reservation. */
	domain = claim_domain(asking);
	user = claim_user(asking, recent);
	judge(asking, domain, user);
	seep_table_unlock(engine->users, reservation->user_key);
	if (domain)
		leave_domain(asking, domain);
	/* 5. What is counted and told. */
	if (reservation->user_key == SEEP_TABLE_SHARED)
		reservation->class = SEEP_CLASS_UNTRACKED;
	count_verdict(&asking->thread->counters, reservation->verdict);
	tell_edges(asking);
}

struct seep_verdict seep_engine_judge(struct seep_thread *thread,
				      const struct seep_observation *observation,
				      struct seep_reservation *reservation, struct seep_name *name)
{
	struct asking asking = {
		.thread = thread,
		.engine = thread->engine,
		.observation = observation,
		.reservation = reservation,
	};
	bool splits = seep_name_split(&asking.name, observation->name, observation->name_size,
				      thread->suffixes);

	*reservation = (struct seep_reservation){
		.class = uncharged_class(&asking, splits),
	};
	if (reservation->class == SEEP_CLASS_CHARGED)
		ask_meters(&asking);
	*name = asking.name;
	atomic_fetch_add_explicit(&thread->engine->inflight, 1, memory_order_relaxed);
	return reservation->verdict;
}

struct seep_verdict seep_engine_ask(struct seep_thread *thread,
				    const struct seep_observation *observation,
				    struct seep_reservation *reservation, struct seep_name *name)
{
	struct seep_verdict verdict = seep_engine_judge(thread, observation, reservation, name);

	if (verdict.outcome == SEEP_REFUSE)
		seep_engine_refuse(thread, reservation, false);
	return verdict;
}
