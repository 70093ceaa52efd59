/* SPDX-License-Identifier: BSD-3-Clause */
/* Shows whose meters are fullest: a walk over a table, set by set. */
#include "engine/internal.h"

#include <string.h>

/* What is walked with. */
struct walk {
	struct seep_engine *engine;
	enum seep_look_kind kind;
	uint64_t now_s;
	struct seep_look_top *top;
};

static uint64_t share_of(const struct seep_view_meter *meter)
{
	return meter->budget_mbit ? meter->level_mbit * 10000 / meter->budget_mbit : 10000;
}

/* Of a network's meters the fuller one counts. */
static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t rank_of(const struct seep_view_row *row, enum seep_look_sort sort)
{
	switch (sort) {
	case SEEP_LOOK_BY_LEVEL:
		return larger(row->meter.level_mbit, row->newcomers.level_mbit);
	case SEEP_LOOK_BY_LAST:
		return row->last_s;
	case SEEP_LOOK_BY_SHARE:
		break;
	}
	/* Who is no network has no newcomers, and no budget for them. */
	return larger(share_of(&row->meter),
		      row->newcomers.budget_mbit ? share_of(&row->newcomers) : 0);
}

/* Puts ROW where it belongs, over the last one if all places are taken. */
static void take(struct seep_look_top *top, const struct seep_view_row *row)
{
	uint64_t rank = rank_of(row, top->sort);
	unsigned at = top->count, place;

	if (at == top->room) {
		if (!at || rank <= top->ranks[at - 1])
			return;
		place = top->order[--at];
	} else {
		place = top->count++;
	}
	for (; at && rank > top->ranks[at - 1]; at--) {
		top->ranks[at] = top->ranks[at - 1];
		top->order[at] = top->order[at - 1];
	}
	top->ranks[at] = rank;
	top->order[at] = (uint8_t)place;
	top->rows[place] = *row;
}

static void visit(void *context, uint64_t key, struct seep_entry *entry)
{
	const struct walk *walk = context;
	const struct seep_learned *learned = &walk->engine->learned;
	struct seep_view_row row;

	if (walk->kind == SEEP_LOOK_USERS)
		seep_look_at_user(&row, learned, walk->engine->conf.policies, key,
				  user_of_entry(entry), walk->now_s);
	else if (walk->kind == SEEP_LOOK_NETWORKS)
		seep_look_at_network(&row, learned, key, network_of_entry(entry), walk->now_s);
	else
		seep_look_at_domain(&row, learned, key, domain_of_entry(entry), walk->now_s);
	take(walk->top, &row);
}

void seep_look_at_top(struct seep_engine *engine, enum seep_look_kind kind, uint64_t now_s,
		      struct seep_look_top *top)
{
	struct seep_table *const tables[SEEP_LOOK_KINDS] = { engine->users, engine->networks,
							     engine->domains };
	struct walk walk = { .engine = engine, .kind = kind, .now_s = now_s, .top = top };

	top->count = 0;
	if (top->room > SEEP_LOOK_TOP_MAX)
		top->room = SEEP_LOOK_TOP_MAX;
	seep_table_walk(tables[kind], visit, &walk);
}
