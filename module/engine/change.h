/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What operators change while the engine runs: exceptions, a meter that is cleared, when learning
 * ends. All of it is in force from the next query on. state/changes.h keeps it.
 *
 * Threads: one at a time may change; any number may ask beside it, and none waits.
 */
#ifndef SEEP_ENGINE_CHANGE_H
#define SEEP_ENGINE_CHANGE_H

#include "engine/engine.h"
#include "names/exceptions.h"

/*
 * Puts SET, or NULL for none, in the place of the exceptions in force. The engine owns it from now
 * on, and frees the one before when no query uses it any more.
 */
void seep_engine_except(struct seep_engine *engine, struct seep_exceptions *set);

/* Returns those in force, or NULL; they live until the next seep_engine_except. */
const struct seep_exceptions *seep_engine_exceptions(const struct seep_engine *engine);

/*
 * Whether an exception for NAME would be one for whoever gets a name below it: seep_suffix_is_open,
 * by the lists in force.
 */
bool seep_engine_is_open(struct seep_engine *engine, const uint8_t *name, size_t size);

/* What a meter was before it was cleared. */
struct seep_cleared {
	uint64_t level_mbit;   /* drained up to now */
	uint64_t other_mbit;   /* of a network its newcomers'; of a user the DGA meter's, as
	                                it was scored last */
	bool was_spent;        /* the meter, or the other one */
	bool is_network_spent; /* of a user: its network's meter is, and goes on refusing it */
	struct seep_address address; /* the user or the network that was cleared */
	unsigned prefix_bits;        /* of that address */
	uint8_t name_at;             /* of a domain: where in the name it begins */
};

/*
 * Sets the level of a meter to 0, and with it that it is flagged or spent, and the refusals that
 * were counted. Of a user, the one that CLIENT belongs to, also its DGA meter; of a network both
 * meters; of a domain the one that NAME (as in an observation) is in. What is under way is charged
 * all the same when it leaves. Returns false if it has no meter.
 */
bool seep_engine_clear_user(struct seep_engine *engine, const struct seep_address *client,
			    uint64_t when_ms, struct seep_cleared *cleared);
bool seep_engine_clear_network(struct seep_engine *engine, const struct seep_address *client,
			       uint64_t when_ms, struct seep_cleared *cleared);
bool seep_engine_clear_domain(struct seep_engine *engine, const uint8_t *name, size_t size,
			      uint64_t when_ms, struct seep_cleared *cleared);

/*
 * Lets learning end at UNTIL_MS, which may be now, WHEN_MS. Returns false if it has ended already:
 * what it taught is counted, and stays.
 */
bool seep_engine_learn_until(struct seep_engine *engine, uint64_t until_ms, uint64_t when_ms);

/* The same as an earlier process left it, before anybody asks: UNTIL_MS may be past. */
void seep_engine_learn_from_start(struct seep_engine *engine, uint64_t until_ms);

#endif
