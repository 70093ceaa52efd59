/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's clear: sets the level of a meter to 0. */
#include "control/change.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "names/name.h"

#define SUBJECT_SIZE (4 * SEEP_NAME_MAX_BYTES + 2)

/* What is cleared. */
struct clearing {
	const struct seep_control_call *call;
	enum seep_look_kind kind;
	struct seep_address address; /* of a user or a network */
	struct seep_exception name;  /* of a domain: its name */
	struct seep_cleared cleared;
	char subject[SUBJECT_SIZE];
	char reason[SEEP_EXCEPTION_REASON_SIZE];
};

/* Reads whom; false, having answered what is wrong. */
static bool take_subject(struct clearing *clearing, struct seep_control_words *words)
{
	const struct seep_engine *engine = clearing->call->source->engine;
	const char *kind = seep_control_kinds[clearing->kind].one;
	struct seep_netblock block;
	unsigned bits;

	if (clearing->kind == SEEP_LOOK_DOMAINS)
		return seep_control_take_domain(words, &clearing->name);
	if (clearing->kind == SEEP_LOOK_USERS && words->next < words->call->count &&
	    seep_control_mac(clearing->call, words->call->words[words->next], &clearing->address)) {
		words->next++;
		return true;
	}
	if (!seep_control_take_netblock(words, &block))
		return false;
	clearing->address = (struct seep_address){ .size_bytes = block.addr_len };
	memcpy(clearing->address.bytes, block.addr, sizeof(block.addr));
	bits = seep_look_prefix_bits(engine, clearing->kind, block.addr_len == 4);
	if (block.prefix_bits == 8u * block.addr_len || block.prefix_bits == bits)
		return true;
	seep_control_fail(clearing->call,
			  "\"%s\" is no %s: expected an address, or one with /%u; of others clear "
			  "each",
			  clearing->call->words[2], kind, bits);
	return false;
}

/* Clears the meter; false if there is none. SUBJECT says whose it is. */
static bool clear(struct clearing *clearing)
{
	const struct seep_control_call *call = clearing->call;
	struct seep_engine *engine = call->source->engine;
	struct seep_cleared *cleared = &clearing->cleared;
	const struct seep_exception *name = &clearing->name;
	bool is_done;

	if (clearing->kind == SEEP_LOOK_DOMAINS) {
		is_done = seep_engine_clear_domain(engine, name->name, name->name_size,
						   call->now.when_ms, cleared);
		seep_name_print(clearing->subject, sizeof(clearing->subject),
				name->name + cleared->name_at,
				(size_t)name->name_size - cleared->name_at);
		return is_done;
	}
	is_done = (clearing->kind == SEEP_LOOK_USERS ? seep_engine_clear_user
						     : seep_engine_clear_network)(
		engine, &clearing->address, call->now.when_ms, cleared);
	seep_control_address_text(engine, clearing->kind, &cleared->address, clearing->subject);
	return is_done;
}

static void answer(const struct clearing *clearing, bool is_kept)
{
	const struct seep_control_call *call = clearing->call;
	const struct seep_cleared *cleared = &clearing->cleared;

	seep_control_open(call->answer, NULL, '{');
	seep_control_text(call->answer, "cleared", seep_control_kinds[clearing->kind].one);
	seep_control_text(call->answer, seep_control_kinds[clearing->kind].one, clearing->subject);
	seep_control_bytes(call->answer, "level_bytes", cleared->level_mbit);
	if (clearing->kind == SEEP_LOOK_USERS)
		seep_control_bits(call->answer, "dga_bits", (int64_t)cleared->other_mbit);
	if (clearing->kind == SEEP_LOOK_NETWORKS)
		seep_control_bytes(call->answer, "newcomers_bytes", cleared->other_mbit);
	seep_control_bool(call->answer, "was_spent", cleared->was_spent);
	if (clearing->kind == SEEP_LOOK_USERS)
		seep_control_bool(call->answer, "network_spent", cleared->is_network_spent);
	seep_control_kept(call, is_kept);
	seep_control_close(call->answer, '}');
}

void seep_control_clear(const struct seep_control_call *call)
{
	struct seep_control_words words = { .call = call, .next = 2 };
	struct clearing clearing = { .call = call };
	struct seep_control_change change = { .kind = SEEP_CONTROL_CLEARED,
					      .reason = clearing.reason };

	if (!seep_control_may_change(call))
		return;
	if (!seep_control_find_kind(call->words[1], &clearing.kind) ||
	    strcmp(call->words[1], seep_control_kinds[clearing.kind].one) != 0) {
		seep_control_fail(call, "\"%s\": expected user, network or domain", call->words[1]);
		return;
	}
	if (!take_subject(&clearing, &words) || !seep_control_take_reason(&words, clearing.reason))
		return;
	if (!clear(&clearing)) {
		seep_control_fail(call,
				  "%s %s has no meter: nothing was charged to it yet, or it "
				  "made room for others; nothing has changed",
				  seep_control_kinds[clearing.kind].one, clearing.subject);
		return;
	}
	change.is_kept = seep_keeper_sync(call->source->keeper);
	change.names_user = clearing.kind != SEEP_LOOK_DOMAINS;
	seep_control_tell(call, &change, "cleared %s %s, at %.0f bytes%s",
			  seep_control_kinds[clearing.kind].one, clearing.subject,
			  seep_bits_to_bytes(clearing.cleared.level_mbit),
			  clearing.cleared.was_spent ? ", spent" : "");
	answer(&clearing, change.is_kept);
}
