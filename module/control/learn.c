/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's learn: how learning stands, its end, and more of it. */
#include "control/change.h"

#include <string.h>

/* How learning stands, as members of an object that is open. */
static void write_stand(const struct seep_control_call *call)
{
	const struct seep_engine *engine = call->source->engine;
	uint64_t until_ms = seep_engine_learning_until_ms(engine);

	seep_control_bool(call->answer, "learning", call->now.when_ms < until_ms);
	seep_control_when(call, "since", seep_engine_learning_from_ms(engine) / 1000);
	seep_control_when(call, "until", until_ms / 1000);
}

/* Whom no budget fits, the first ones of them by name. */
static void write_unfit(const struct seep_control_call *call, const struct seep_review *review)
{
	char text[SEEP_CONTROL_ADDRESS_SIZE];

	seep_control_number(call->answer, "users_unfit", review->crowds);
	seep_control_number(call->answer, "networks_unfit", review->vast);
	seep_control_open(call->answer, "no_budget_fits", '[');
	for (unsigned at = 0; at < review->named_count; at++) {
		const struct seep_review_crowd *crowd = &review->named[at];
		enum seep_look_kind kind = crowd->is_network ? SEEP_LOOK_NETWORKS : SEEP_LOOK_USERS;

		seep_control_address_text(call->source->engine, kind, &crowd->address, text);
		seep_control_open(call->answer, NULL, '{');
		seep_control_text(call->answer, seep_control_kinds[kind].one, text);
		if (!crowd->is_network) {
			seep_control_number(call->answer, "names", crowd->names);
			seep_control_number(call->answer, "domains", crowd->domains);
		}
		seep_control_close(call->answer, '}');
	}
	seep_control_close(call->answer, ']');
}

static void status(const struct seep_control_call *call)
{
	struct seep_engine *engine = call->source->engine;
	struct seep_review review;

	seep_control_open(call->answer, NULL, '{');
	write_stand(call);
	seep_control_number(call->answer, "users", seep_engine_users(engine));
	seep_control_number(call->answer, "networks", seep_engine_networks(engine));
	if (seep_engine_review(engine, call->now.when_ms, &review)) {
		seep_control_number(call->answer, "users_learned", review.users);
		seep_control_number(call->answer, "most_bytes", review.most_bytes);
		seep_control_number(call->answer, "network_bytes", review.network_bytes);
		seep_control_number(call->answer, "new_bytes", review.new_bytes);
		write_unfit(call, &review);
	}
	seep_control_close(call->answer, '}');
}

/* Moves the end of learning, and answers how it stands then. */
static void move(struct seep_control_words *words, struct seep_control_change *change,
		 uint64_t until_ms)
{
	const struct seep_control_call *call = words->call;
	char reason[SEEP_EXCEPTION_REASON_SIZE], until[SEEP_CONTROL_TIME_SIZE];
	enum seep_changes_status done;

	if (!seep_control_take_reason(words, reason))
		return;
	done = seep_changes_learn_until(call->source->changes, until_ms, call->now.when_ms);
	if (seep_control_is_unchanged(call, done))
		return;
	change->reason = reason;
	change->is_kept = done == SEEP_CHANGES_KEPT;
	seep_control_time_text(call, until_ms / 1000, until);
	if (change->kind == SEEP_CONTROL_LEARNING_ENDED)
		seep_control_tell(call, change, "ended learning");
	else
		seep_control_tell(call, change, "extended learning, until %s", until);
	seep_control_open(call->answer, NULL, '{');
	write_stand(call);
	seep_control_kept(call, change->is_kept);
	seep_control_close(call->answer, '}');
}

static void end(struct seep_control_words *words)
{
	struct seep_control_change change = { .kind = SEEP_CONTROL_LEARNING_ENDED };

	move(words, &change, words->call->now.when_ms);
}

static void extend(struct seep_control_words *words)
{
	const struct seep_control_call *call = words->call;
	uint64_t until_ms = seep_engine_learning_until_ms(call->source->engine), more_s;
	struct seep_control_change change = { .kind = SEEP_CONTROL_LEARNING_EXTENDED };

	if (seep_control_take_duration(words, &more_s))
		move(words, &change, until_ms + more_s * 1000);
}

void seep_control_learn(const struct seep_control_call *call)
{
	struct seep_control_words words = { .call = call, .next = 1 };

	if (seep_control_take(&words, "status")) {
		status(call);
		return;
	}
	if (!seep_control_may_change(call))
		return;
	if (seep_control_take(&words, "end"))
		end(&words);
	else if (seep_control_take(&words, "extend"))
		extend(&words);
	else
		seep_control_fail(call, "\"%s\": expected status, end or extend", call->words[1]);
}
