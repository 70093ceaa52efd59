/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's allow: domains that are not metered for a time. */
#include "control/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names/name.h"

#define DOMAIN_SIZE (4 * SEEP_NAME_MAX_BYTES + 2)
#define WHAT_SIZE   (DOMAIN_SIZE + SEEP_NETBLOCK_TEXT_SIZE + 16)

static void print_domain(const struct seep_exception *exception, char text[DOMAIN_SIZE])
{
	seep_name_print(text, DOMAIN_SIZE, exception->name, exception->name_size);
}

/* "" for everybody; one address without its bits. */
static void print_user(const struct seep_exception *exception, char text[SEEP_NETBLOCK_TEXT_SIZE])
{
	text[0] = '\0';
	if (exception->user.addr_len)
		seep_netblock_format(&exception->user, text);
	if (exception->user.prefix_bits == 8u * exception->user.addr_len)
		text[strcspn(text, "/")] = '\0';
}

static void write_end(const struct seep_control_call *call, uint64_t until_s)
{
	if (until_s == SEEP_EXCEPTION_FOR_EVER)
		seep_control_null(call->answer, "until");
	else
		seep_control_when(call, "until", until_s);
}

/* Members of an object that is open. */
static void write_exception(const struct seep_control_call *call,
			    const struct seep_exception *exception)
{
	char domain[DOMAIN_SIZE], user[SEEP_NETBLOCK_TEXT_SIZE];

	print_domain(exception, domain);
	print_user(exception, user);
	seep_control_text(call->answer, "domain", domain);
	if (user[0])
		seep_control_text(call->answer, "user", user);
	else
		seep_control_null(call->answer, "user");
	seep_control_when(call, "since", exception->made_s);
	write_end(call, exception->until_s);
	seep_control_text(call->answer, "operator", exception->maker);
	if (exception->uid == SEEP_CONTROL_NOBODY)
		seep_control_null(call->answer, "operator_uid");
	else
		seep_control_number(call->answer, "operator_uid", exception->uid);
	seep_control_text(call->answer, "reason", exception->reason);
}

/* ---- allow list [FROM] ---- */

/* From the place FROM on, as many as there is room for. */
static void list(struct seep_control_words *words)
{
	const struct seep_control_call *call = words->call;
	const struct seep_exceptions *set = seep_engine_exceptions(call->source->engine);
	const char *word = seep_control_next(words);
	size_t count = seep_exceptions_count(set), at = word ? strtoul(word, NULL, 10) : 0;

	if (word && strspn(word, "0123456789") != strlen(word)) {
		seep_control_fail(call, "\"%s\" is not expected behind allow list", word);
		return;
	}
	seep_control_open(call->answer, NULL, '{');
	seep_control_open(call->answer, "exceptions", '[');
	for (; at < count && seep_control_has_room(call->answer); at++) {
		if (!seep_exception_holds(seep_exceptions_at(set, at), call->now.when_ms / 1000))
			continue;
		seep_control_open(call->answer, NULL, '{');
		write_exception(call, seep_exceptions_at(set, at));
		seep_control_close(call->answer, '}');
	}
	seep_control_close(call->answer, ']');
	if (at < count)
		seep_control_number(call->answer, "next", at);
	else
		seep_control_null(call->answer, "next");
	seep_control_close(call->answer, '}');
}

/* ---- allow remove DOMAIN [user ADDRESS|NETBLOCK|MAC] ---- */

/* Writes "DOMAIN for everybody", or for whom, to TEXT. Returns whether it names a user. */
static bool print_what(const struct seep_exception *exception, char text[WHAT_SIZE])
{
	char domain[DOMAIN_SIZE], user[SEEP_NETBLOCK_TEXT_SIZE];

	print_domain(exception, domain);
	print_user(exception, user);
	snprintf(text, WHAT_SIZE, "%s for %s%s", domain, user[0] ? "user " : "",
		 user[0] ? user : "everybody");
	return user[0] != '\0';
}

static void tell(const struct seep_control_call *call, const struct seep_exception *exception,
		 const struct seep_control_change *change)
{
	char until[SEEP_CONTROL_TIME_SIZE] = "", what[WHAT_SIZE];
	bool is_allowed = change->kind == SEEP_CONTROL_ALLOWED;
	struct seep_control_change told = *change;

	told.names_user = print_what(exception, what);
	if (is_allowed && exception->until_s != SEEP_EXCEPTION_FOR_EVER)
		seep_control_time_text(call, exception->until_s, until);
	seep_control_tell(call, &told, "%s %s%s%s", is_allowed ? "allowed" : "no longer allowed",
			  what, until[0] ? ", until " : "", until);
}

static void disallow(struct seep_control_words *words)
{
	const struct seep_control_call *call = words->call;
	struct seep_exception like = { .name_size = 0 };
	enum seep_changes_status status;
	char reason[SEEP_EXCEPTION_REASON_SIZE];
	struct seep_control_change change = { .kind = SEEP_CONTROL_DISALLOWED, .reason = reason };

	if (!seep_control_may_change(call) || !seep_control_take_domain(words, &like) ||
	    (seep_control_take(words, "user") && !seep_control_take_user(words, &like.user)) ||
	    !seep_control_take_reason(words, reason))
		return;
	status = seep_changes_remove(call->source->changes, &like, call->now.when_ms);
	if (seep_control_is_unchanged(call, status))
		return;
	change.is_kept = status == SEEP_CHANGES_KEPT;
	tell(call, &like, &change);
	seep_control_open(call->answer, NULL, '{');
	seep_control_text(call->answer, "removed", call->words[2]);
	seep_control_kept(call, change.is_kept);
	seep_control_close(call->answer, '}');
}

/* ---- allow DOMAIN [for DURATION] [user ADDRESS|NETBLOCK|MAC] [force] [reason TEXT] ---- */

/* A slip in a domain must not open all that whoever likes can register; "force" says it is none. */
static bool may_open(const struct seep_control_call *call, const struct seep_exception *exception,
		     bool is_forced)
{
	char domain[DOMAIN_SIZE];

	if (is_forced ||
	    !seep_engine_is_open(call->source->engine, exception->name, exception->name_size))
		return true;
	print_domain(exception, domain);
	seep_control_fail(call,
			  "%s is a public suffix: everything below it would pass unmetered, of "
			  "whoever gets a name there; nothing has changed: allow the domain that "
			  "is meant, such as example.%s, or have force (--force) behind it",
			  domain, domain);
	return false;
}

static bool take_exception(struct seep_control_words *words, struct seep_exception *exception)
{
	bool is_forced = false;
	uint64_t now_s = words->call->now.when_ms / 1000, duration_s;

	*exception = (struct seep_exception){ .made_s = now_s,
					      .until_s = SEEP_EXCEPTION_FOR_EVER,
					      .uid = words->call->request->uid };
	if (!seep_control_take_domain(words, exception))
		return false;
	for (;;) {
		if (seep_control_take(words, "for")) {
			if (!seep_control_take_duration(words, &duration_s))
				return false;
			exception->until_s = now_s + duration_s;
		} else if (seep_control_take(words, "force")) {
			is_forced = true;
		} else if (!seep_control_take(words, "user")) {
			break;
		} else if (!seep_control_take_user(words, &exception->user)) {
			return false;
		}
	}
	seep_control_maker(words->call->request, exception->maker);
	return seep_control_take_reason(words, exception->reason) &&
	       may_open(words->call, exception, is_forced);
}

static void allow(struct seep_control_words *words)
{
	const struct seep_control_call *call = words->call;
	struct seep_control_change change = { .kind = SEEP_CONTROL_ALLOWED };
	struct seep_exception exception;
	enum seep_changes_status status;
	bool replaced;

	if (!seep_control_may_change(call) || !take_exception(words, &exception))
		return;
	status =
		seep_changes_allow(call->source->changes, &exception, call->now.when_ms, &replaced);
	if (seep_control_is_unchanged(call, status))
		return;
	change.reason = exception.reason;
	change.is_kept = status == SEEP_CHANGES_KEPT;
	tell(call, &exception, &change);
	seep_control_open(call->answer, NULL, '{');
	write_exception(call, &exception);
	seep_control_bool(call->answer, "replaced", replaced);
	seep_control_kept(call, change.is_kept);
	seep_control_close(call->answer, '}');
}

/* ---- the end ---- */

static void tell_ended(void *context, const struct seep_exception *exception)
{
	const struct seep_control_call *call = context;
	char until[SEEP_CONTROL_TIME_SIZE], what[WHAT_SIZE], text[WHAT_SIZE + 64];
	char from[SEEP_CONTROL_FROM_SIZE];
	struct seep_control_change change = { .kind = SEEP_CONTROL_ALLOW_ENDED,
					      .uid = exception->uid,
					      .maker = exception->maker,
					      .what = text,
					      .reason = exception->reason,
					      .is_kept = true };

	/* Who came over TLS has no uid, and the address is not kept. */
	if (exception->uid == SEEP_CONTROL_NOBODY) {
		snprintf(from, sizeof(from), "over TLS, %s", exception->maker);
		change.from = from;
	}
	change.names_user = print_what(exception, what);
	seep_control_time_text(call, exception->until_s, until);
	snprintf(text, sizeof(text), "allowed %s until %s, which is over", what, until);
	call->source->changed(call->source->context, &change);
}

bool seep_control_tick(const struct seep_control_source *source)
{
	struct seep_control_call call = { .source = source };

	if (!source->changes)
		return false;
	call.now = source->now(source->context);
	return seep_changes_end(source->changes, call.now.when_ms,
				source->changed ? tell_ended : NULL, &call);
}

void seep_control_allow(const struct seep_control_call *call)
{
	struct seep_control_words words = { .call = call, .next = 1 };

	if (seep_control_take(&words, "list"))
		list(&words);
	else if (seep_control_take(&words, "remove"))
		disallow(&words);
	else
		allow(&words);
}
