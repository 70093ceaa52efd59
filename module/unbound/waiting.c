/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For whom a state works. Unbound resolves a client's query in a state of its own, and
 * looks up what it needs for that (keys, servers' addresses, the same name in another
 * class) in states that the first one waits for, and so on.
 */
#include "unbound/ub.h"

#include "util/rbtree.h"

/* States wait for each other in no circle, and no deeper than Unbound follows
 * dependencies; these only keep a fault of its from becoming one of ours. */
#define DEEPEST 64
#define MOST    65536

struct walk {
	bool (*visit)(void *context, struct mesh_state *state);
	void *context;
	unsigned visits;
};

static bool walk_up(struct walk *walk, struct mesh_state *state, unsigned depth)
{
	struct mesh_state_ref *waiting;

	if (depth > DEEPEST || ++walk->visits > MOST)
		return false;
	if (!walk->visit(walk->context, state))
		return false;
	RBTREE_FOR(waiting, struct mesh_state_ref *, &state->super_set)
	if (!walk_up(walk, waiting->s, depth + 1))
		return false;
	return true;
}

void ub_waiting_walk(struct mesh_state *state,
		     bool (*visit)(void *context, struct mesh_state *state), void *context)
{
	struct walk walk = { .visit = visit, .context = context };

	(void)walk_up(&walk, state, 0);
}
