/* SPDX-License-Identifier: BSD-3-Clause */
/* Rehearses a query on copies of the entries that it would ask for. */
#include "engine/asking.h"

#include "engine/explain.h"

/* The copies. */
struct copies {
	struct user user;
	struct network network;
	struct domain domain;
	bool has_user, has_network, has_domain;
};

/* An entry as claim makes it. */
static void make_fresh(struct seep_entry *entry, uint64_t now_s)
{
	entry->first_s = entry->last_s = (uint32_t)now_s;
	entry->meter.drained_s = now_s;
}

static uint64_t key_of(const struct seep_engine *engine, struct seep_address address)
{
	return seep_hash_bytes(&engine->key, &address, sizeof(address));
}

static void copy_entries(struct asking *asking, struct copies *copies)
{
	struct seep_engine *engine = asking->engine;
	struct seep_reservation *reservation = asking->reservation;
	const struct seep_address *client = &asking->observation->client;
	uint64_t now_s = asking->user.now_s;

	reservation->user_key = key_of(engine, seep_address_user(&engine->user_masks, client));
	reservation->network_key =
		key_of(engine, seep_address_network(&engine->network_masks, client));
	*copies = (struct copies){ .has_user = false };
	copies->has_domain =
		seep_table_peek(engine->domains, reservation->domain_key, &copies->domain);
	copies->has_user = seep_table_peek(engine->users, reservation->user_key, &copies->user);
	copies->has_network =
		seep_table_peek(engine->networks, reservation->network_key, &copies->network);
	if (!copies->has_domain)
		make_fresh(&copies->domain.head, now_s);
	if (!copies->has_user)
		make_fresh(&copies->user.head, now_s);
	if (!copies->has_network) {
		make_fresh(&copies->network.head, now_s);
		copies->network.newcomers.meter.drained_s = now_s;
	}
}

static struct seep_explained_meter meter_of(const struct seep_metering *metering, bool is_there)
{
	return (struct seep_explained_meter){
		.is_there = is_there,
		/* Judged, it has the level; reserved, the charge as well. */
		.level_mbit = metering->level_mbit - metering->added_mbit,
		.budget_mbit = metering->limits.budget_mbit,
		.charge_mbit = metering->charge_mbit,
		.outcome = metering->outcome,
	};
}

static void fill(struct seep_explanation *explanation, const struct asking *asking,
		 const struct copies *copies)
{
	const struct seep_reservation *reservation = asking->reservation;

	explanation->is_charged = true;
	explanation->is_doubted = reservation->is_doubted;
	explanation->mode = asking->mode;
	explanation->rule = seep_treat_rule(&asking->treating);
	explanation->price_mbit = reservation->charge_mbit;
	explanation->user_charge_mbit = reservation->user_charge_mbit;
	explanation->users = asking->users;
	explanation->listed = asking->listed;
	explanation->few = asking->few;
	explanation->is_rare = reservation->rare;
	explanation->is_service = asking->is_service;
	explanation->is_habit = asking->is_habit;
	explanation->pair_mbit = asking->pair.level_mbit;
	explanation->habit_mbit = asking->habit_mbit;
	explanation->is_counted = reservation->counts;
	explanation->is_newcomer = reservation->is_newcomer;
	explanation->is_crowd = asking->is_crowd;
	explanation->user = meter_of(&asking->user, copies->has_user);
	explanation->network = meter_of(&asking->network, copies->has_network);
	explanation->domain = meter_of(&asking->domain, copies->has_domain);
}

void seep_engine_explain(struct seep_engine *engine, const struct seep_observation *observation,
			 struct seep_explanation *explanation)
{
	struct seep_reservation reservation = { .user_key = 0 };
	struct edges edges;
	struct place *place = &engine->guests[GUEST_CONTROL];
	struct asking asking = {
		.engine = engine,
		.listing = seep_listing_begin(engine, place),
		.observation = observation,
		.reservation = &reservation,
		.edges = &edges,
		.pieces = &explanation->pieces,
		.is_rehearsed = true,
	};
	bool splits;

	*explanation = (struct seep_explanation){ .price_mbit = 0 };
	splits = seep_name_split(&asking.name, observation->name, observation->name_size,
				 asking.listing->readers[place->number]);
	seep_asking_begin(&asking, splits);
	if (reservation.class == SEEP_CLASS_CHARGED || reservation.class == SEEP_CLASS_KNOWN) {
		struct copies copies;
		struct entries entries = { &copies.domain, &copies.user, &copies.network, NULL };

		copy_entries(&asking, &copies);
		seep_asking_rehearse(&asking, &entries);
		fill(explanation, &asking, &copies);
	}
	seep_listing_end(place);
	explanation->name = asking.name;
	explanation->class = reservation.class;
	explanation->verdict = reservation.verdict;
}
