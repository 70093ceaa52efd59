/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is established, who counts as a user of a domain, and how many people are here.
 *
 * A machine may take any address of its network, as many as it likes. So a new address is a
 * newcomer: it draws on what the network has for all of these together, and counts for nothing
 * where users are counted, before it is a day old and has a history. After learning not more become
 * established a day than an eighth of the network's users, but for those with a history that were
 * there while learning. While learning everybody counts, and whoever was there on a network's first
 * day is established at once; but later it counts only with a history, too, for addresses that were
 * taken while learning are no people.
 *
 * Whoever came after learning is late for ninety days: of a network four such users at most count
 * in a domain, and none in its habit. So a machine that holds many addresses for long makes no
 * domain common either.
 *
 * The size of a network is the number of users on its best day of late. It falls by an eighth a day
 * at most, and after learning it grows by no more.
 */
#include "engine/internal.h"

#include <string.h>

#define DAY_S 86400

/* Names that a user has sent, and to so many domains, before it counts. */
#define ESTABLISHED_NAMES   16
#define ESTABLISHED_DOMAINS 8
/* For so many days a user that came after learning is late. */
#define LATE_DAYS           90

/* Of the network's size, or of so many users if it has less. */
#define GROWTH       8
#define GROWTH_LEAST 2

uint64_t seep_network_people(const struct seep_engine *engine)
{
	int64_t people = atomic_load_explicit(&engine->people, memory_order_relaxed);

	return people > 0 ? (uint64_t)people : 0;
}

static void add_size(void *context, uint64_t key, struct seep_entry *entry)
{
	int64_t *people = context;

	(void)key;
	*people += network_of_entry(entry)->size;
}

void seep_network_recount(struct seep_engine *engine)
{
	int64_t people = 0;

	seep_table_walk(engine->networks, add_size, &people);
	atomic_store_explicit(&engine->people, people, memory_order_relaxed);
}

/* Are all who are here taken for what they seem? */
static bool is_trusting(const struct seep_learned *learned, uint64_t when_s)
{
	return when_s < learned->until_ms / 1000 || when_s < learned->from_ms / 1000 + DAY_S;
}

static bool has_history(const struct user *user, uint64_t now_s)
{
	return now_s >= (uint64_t)user->head.first_s + DAY_S && user->sent >= ESTABLISHED_NAMES &&
	       seep_sketch_count(&user->domains_sum) >= ESTABLISHED_DOMAINS;
}

bool seep_network_counts(const struct seep_engine *engine, const struct user *user, uint64_t now_s)
{
	return is_trusting(&engine->learned, now_s) ||
	       (user->is_established && has_history(user, now_s));
}

bool seep_network_is_late(const struct seep_engine *engine, const struct user *user, uint64_t now_s)
{
	return !is_trusting(&engine->learned, user->head.first_s) &&
	       now_s < user->head.first_s + LATE_DAYS * SEEP_DAY_S;
}

static bool is_first_day(const struct network *network, uint64_t when_s)
{
	return when_s < (uint64_t)network->head.first_s + DAY_S;
}

bool seep_network_is_newcomer(const struct network *network, const struct user *user,
			      uint64_t now_s)
{
	return !user->is_established && !is_first_day(network, now_s);
}

static uint32_t growth_of(uint32_t size)
{
	return size / GROWTH > GROWTH_LEAST ? size / GROWTH : GROWTH_LEAST;
}

static void set_size(struct seep_engine *engine, struct network *network, uint32_t size)
{
	atomic_fetch_add_explicit(&engine->people, (int64_t)size - network->size,
				  memory_order_relaxed);
	network->size = size;
}

/* A day's users become the size, as far as that may grow. */
static void grow(struct seep_engine *engine, struct network *network, bool is_free)
{
	uint32_t today = (uint32_t)seep_sketch_count(&network->today_sum);
	uint32_t most = network->size_before + growth_of(network->size_before);

	if (!is_free && today > most)
		today = most;
	if (today > network->size)
		set_size(engine, network, today);
}

static void begin_day(struct seep_engine *engine, struct network *network, uint64_t now_s)
{
	network->day = (uint32_t)(now_s / DAY_S);
	network->size_before = network->size;
	network->established = 0;
	network->today_sum = (struct seep_sketch_sum){ 0 };
	memset(network->today, 0, sizeof(network->today));
	set_size(engine, network, network->size - network->size / GROWTH);
}

/* May one more be established today? */
static bool has_room(const struct network *network)
{
	return network->established < growth_of(network->size);
}

uint32_t seep_network_standing(const struct network *network)
{
	return network->newcomers.spent ? UINT32_MAX : network->size;
}

/* Is it established without any more ado? Later a machine may have many networks, too. */
static bool was_there(const struct seep_engine *engine, const struct network *network,
		      const struct user *user, uint64_t now_s)
{
	if (is_trusting(&engine->learned, now_s))
		return is_first_day(network, user->head.first_s);
	return is_trusting(&engine->learned, user->head.first_s) && has_history(user, now_s);
}

void seep_network_saw(struct seep_engine *engine, struct network *network, struct user *user,
		      uint64_t user_key, uint64_t now_s)
{
	bool is_free = is_trusting(&engine->learned, now_s);
	bool is_old = was_there(engine, network, user, now_s);

	if (network->day != now_s / DAY_S)
		begin_day(engine, network, now_s);
	if (seep_sketch_add(&network->today_sum, network->today, USERS_BITS, user_key))
		grow(engine, network, is_free);
	network->head.standing = seep_network_standing(network);
	if (user->is_established ||
	    (!is_old && !(has_history(user, now_s) && (is_free || has_room(network)))))
		return;
	user->is_established = true;
	network->established += !is_free && !is_old;
}
