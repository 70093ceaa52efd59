/* SPDX-License-Identifier: BSD-3-Clause */
/* Clears meters, and moves the end of learning, for an operator. */
#include "engine/change.h"

#include "engine/internal.h"

static void clear_entry(struct seep_entry *entry, uint64_t now_s)
{
	entry->meter = (struct seep_bucket){ .drained_s = now_s };
	entry->crossed_s = 0;
	entry->flagged = 0;
	entry->spent = 0;
	entry->refusals = 0;
}

static uint64_t level_of(const struct seep_entry *entry, const struct seep_limits *limits,
			 uint64_t now_s)
{
	return seep_bucket_level(&entry->meter, limits->refill_mbit_day, now_s);
}

static uint64_t key_of(const struct seep_engine *engine, const struct seep_address *address)
{
	return seep_hash_bytes(&engine->key, address, sizeof(*address));
}

static unsigned bits_of(const struct seep_address *address, uint64_t v4_bits, uint64_t v6_bits)
{
	return (unsigned)(address->size_bytes == 4 ? v4_bits : v6_bits);
}

/* Is one of the two meters of CLIENT's network spent? */
static bool is_network_spent(struct seep_engine *engine, const struct seep_address *client,
			     uint64_t now_s)
{
	const struct seep_address block = seep_address_network(&engine->network_masks, client);
	uint64_t key = key_of(engine, &block);
	struct network *network = network_of_entry(seep_table_find(engine->networks, key));
	struct seep_limits limits;
	bool is_spent;

	if (!network)
		return false;
	limits = seep_learned_network(&engine->learned, network, false, now_s);
	is_spent = seep_meter_is_spent(&network->head, &limits, now_s);
	limits = seep_learned_network(&engine->learned, network, true, now_s);
	is_spent |= seep_meter_is_spent(&network->newcomers, &limits, now_s);
	seep_table_unlock(engine->networks, key);
	return is_spent;
}

bool seep_engine_clear_user(struct seep_engine *engine, const struct seep_address *client,
			    uint64_t when_ms, struct seep_cleared *cleared)
{
	uint64_t now_s = when_ms / 1000, key;
	struct treating treating;
	struct seep_limits limits;
	struct user *user;

	*cleared = (struct seep_cleared){
		.address = seep_address_user(&engine->user_masks, client),
		.prefix_bits = bits_of(client, engine->conf.user_prefix_v4_bits,
				       engine->conf.user_prefix_v6_bits),
	};
	key = key_of(engine, &cleared->address);
	user = user_of_entry(seep_table_find(engine->users, key));
	if (!user)
		return false;
	limits = seep_learned_user(&engine->learned, user, now_s);
	treating = seep_treat_of_user(engine->conf.policies, user);
	seep_treat_user(&treating, &limits);
	cleared->level_mbit = level_of(&user->head, &limits, now_s);
	cleared->other_mbit = user->dga.level_mbit;
	cleared->was_spent = seep_meter_is_spent(&user->head, &limits, now_s) ||
			     seep_dga_is_spent(&user->dga, now_s);
	clear_entry(&user->head, now_s);
	user->dga = (struct seep_bucket){ .drained_s = now_s };
	seep_table_unlock(engine->users, key);
	cleared->is_network_spent = is_network_spent(engine, client, now_s);
	return true;
}

bool seep_engine_clear_network(struct seep_engine *engine, const struct seep_address *client,
			       uint64_t when_ms, struct seep_cleared *cleared)
{
	uint64_t now_s = when_ms / 1000, key;
	struct seep_limits limits;
	struct network *network;

	*cleared = (struct seep_cleared){
		.address = seep_address_network(&engine->network_masks, client),
		.prefix_bits = bits_of(client, engine->conf.network_prefix_v4_bits,
				       engine->conf.network_prefix_v6_bits),
	};
	key = key_of(engine, &cleared->address);
	network = network_of_entry(seep_table_find(engine->networks, key));
	if (!network)
		return false;
	limits = seep_learned_network(&engine->learned, network, false, now_s);
	cleared->level_mbit = level_of(&network->head, &limits, now_s);
	cleared->was_spent = seep_meter_is_spent(&network->head, &limits, now_s);
	limits = seep_learned_network(&engine->learned, network, true, now_s);
	cleared->other_mbit = level_of(&network->newcomers, &limits, now_s);
	cleared->was_spent |= seep_meter_is_spent(&network->newcomers, &limits, now_s);
	clear_entry(&network->head, now_s);
	clear_entry(&network->newcomers, now_s);
	network->head.standing = seep_network_standing(network);
	seep_table_unlock(engine->networks, key);
	return true;
}

/* Where the domain of a name begins; false if it is no name. */
static bool find_domain(struct seep_engine *engine, const uint8_t *name, size_t size, uint8_t *at)
{
	struct place *place = &engine->guests[GUEST_CONTROL];
	const struct listing *listing = seep_listing_begin(engine, place);
	struct seep_name split;
	bool is_name = seep_name_split(&split, name, size, listing->readers[place->number]);

	seep_listing_end(place);
	if (is_name)
		*at = split.domain_at;
	return is_name;
}

bool seep_engine_clear_domain(struct seep_engine *engine, const uint8_t *name, size_t size,
			      uint64_t when_ms, struct seep_cleared *cleared)
{
	uint64_t now_s = when_ms / 1000, key;
	struct seep_entry *domain;
	struct seep_limits limits;

	*cleared = (struct seep_cleared){ .name_at = 0 };
	if (!find_domain(engine, name, size, &cleared->name_at))
		return false;
	key = seep_hash_bytes(&engine->key, name + cleared->name_at, size - cleared->name_at);
	domain = seep_table_find(engine->domains, key);
	if (!domain)
		return false;
	limits = seep_learned_domain(&engine->learned, domain_of_entry(domain), 0,
				     users_of_domain(domain_of_entry(domain)));
	cleared->level_mbit = level_of(domain, &limits, now_s);
	cleared->was_spent = seep_meter_is_spent(domain, &limits, now_s);
	clear_entry(domain, now_s);
	seep_table_unlock(engine->domains, key);
	return true;
}

void seep_engine_learn_from_start(struct seep_engine *engine, uint64_t until_ms)
{
	atomic_store(&engine->learned.until_ms, until_ms);
}

bool seep_engine_learn_until(struct seep_engine *engine, uint64_t until_ms, uint64_t when_ms)
{
	struct seep_learned *learned = &engine->learned;
	bool is_on;

	/* Nobody begins to count meanwhile. */
	pthread_mutex_lock(&engine->settling.lock);
	is_on = when_ms < atomic_load(&learned->until_ms) && !engine->settling.began_s;
	if (is_on)
		atomic_store(&learned->until_ms, until_ms);
	pthread_mutex_unlock(&engine->settling.lock);
	return is_on;
}
