/* SPDX-License-Identifier: BSD-3-Clause */
/* What the control socket's commands have in common that change something. */
#include "control/change.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "names/subtree.h"

#define DURATION_EXAMPLE "a duration with its unit such as 30d, 12h or 15m"

/* Holds all of a line of /etc/passwd; one that is longer ends the search. */
#define PASSWD_BYTES 4096

/* ---- words ---- */

const char *seep_control_next(struct seep_control_words *words)
{
	return words->next < words->call->count ? words->call->words[words->next++] : NULL;
}

bool seep_control_take(struct seep_control_words *words, const char *word)
{
	bool is_next = words->next < words->call->count &&
		       strcmp(words->call->words[words->next], word) == 0;

	words->next += is_next;
	return is_next;
}

/* The word that is to be next; NULL, having answered that EXPECTED is missing. */
static const char *take(struct seep_control_words *words, const char *expected)
{
	const char *before = words->call->words[words->next - 1];
	const char *word = seep_control_next(words);

	if (!word)
		seep_control_fail(words->call, "nothing stands behind \"%s\": expected %s", before,
				  expected);
	return word;
}

bool seep_control_take_duration(struct seep_control_words *words, uint64_t *duration_s)
{
	static const struct seep_option option = {
		.type = &seep_option_type_duration,
		.min = 1,
		.max = 3650 * SEEP_DAY_S,
	};
	const char *word = take(words, DURATION_EXAMPLE), *problem;

	if (!word)
		return false;
	problem = seep_option_number(&option, word, duration_s);
	if (!problem && strspn(word, "0123456789") == strlen(word))
		problem = "has no unit";
	if (problem)
		seep_control_fail(words->call,
				  "\"%s\" %s: expected " DURATION_EXAMPLE ", 3650d at most", word,
				  problem);
	return !problem;
}

bool seep_control_take_domain(struct seep_control_words *words, struct seep_exception *exception)
{
	const char *word = take(words, "a domain name such as example.com");
	enum seep_subtree_status status;
	size_t size;

	if (!word)
		return false;
	status = seep_subtree_parse(word, strlen(word), exception->name, &size);
	exception->name_size = (uint8_t)size;
	if (status != SEEP_SUBTREE_OK)
		seep_control_fail(words->call,
				  "\"%s\" %s: expected a domain name such as example.com", word,
				  seep_subtree_status_text(status));
	return status == SEEP_SUBTREE_OK;
}

/* Answers what is wrong with WORD, which gave STATUS and BLOCK. */
static void fail_block(const struct seep_control_call *call, const char *word,
		       enum seep_netblock_status status, const struct seep_netblock *block)
{
	char meant[SEEP_NETBLOCK_TEXT_SIZE];

	if (status == SEEP_NETBLOCK_HOST_BITS || status == SEEP_NETBLOCK_MAC_NETWORK)
		seep_netblock_format(block, meant);
	if (status == SEEP_NETBLOCK_HOST_BITS)
		seep_control_fail(call, "\"%s\" %s: expected %s or %.*s", word,
				  seep_netblock_status_text(status), meant, (int)strcspn(word, "/"),
				  word);
	else if (status == SEEP_NETBLOCK_MAC_NETWORK)
		seep_control_fail(call,
				  "\"%s\" %s: expected %s, which is that user behind any "
				  "trusted forwarder",
				  word, seep_netblock_status_text(status), meant);
	else
		seep_control_fail(call,
				  "\"%s\" %s: expected an address or a netblock such as "
				  "192.0.2.17, 192.0.2.0/24 or 2001:db8::/32",
				  word, seep_netblock_status_text(status));
}

/* Takes what PARSE takes, which is EXPECTED. */
static bool take_block(struct seep_control_words *words, const char *expected,
		       enum seep_netblock_status (*parse)(struct seep_netblock *, const char *),
		       struct seep_netblock *block)
{
	const char *word = take(words, expected);
	enum seep_netblock_status status;

	if (!word)
		return false;
	status = parse(block, word);
	if (status != SEEP_NETBLOCK_OK)
		fail_block(words->call, word, status, block);
	return status == SEEP_NETBLOCK_OK;
}

bool seep_control_take_netblock(struct seep_control_words *words, struct seep_netblock *block)
{
	return take_block(words, "an address or a netblock", seep_netblock_parse, block);
}

bool seep_control_take_user(struct seep_control_words *words, struct seep_netblock *user)
{
	return take_block(words, "an address, a netblock or a MAC address",
			  seep_netblock_parse_user, user);
}

bool seep_control_take_reason(struct seep_control_words *words,
			      char reason[SEEP_EXCEPTION_REASON_SIZE])
{
	size_t used = 0;
	const char *word;

	reason[0] = '\0';
	if (!seep_control_take(words, "reason")) {
		word = seep_control_next(words);
		if (word)
			seep_control_fail(words->call,
					  "\"%s\" is not expected there: help shows the commands",
					  word);
		return !word;
	}
	word = take(words, "a text that says why");
	if (!word)
		return false;
	for (; word; word = seep_control_next(words))
		if (used < SEEP_EXCEPTION_REASON_SIZE)
			used += (size_t)snprintf(reason + used, SEEP_EXCEPTION_REASON_SIZE - used,
						 "%s%s", used ? " " : "", word);
	if (used >= SEEP_EXCEPTION_REASON_SIZE)
		seep_control_fail(words->call, "the reason is too long: expected at most %d bytes",
				  SEEP_EXCEPTION_REASON_SIZE - 1);
	return used < SEEP_EXCEPTION_REASON_SIZE;
}

/* ---- who, and what became of it ---- */

bool seep_control_may_change(const struct seep_control_call *call)
{
	if (!call->request->may_change)
		seep_control_fail(call, "only root and Unbound's user may change anything, others "
					"may look: call seepctl as one of these");
	else if (!call->source->changes)
		seep_control_fail(call, "there was no memory at the start for what commands "
					"change: free memory, and reload Unbound");
	else
		return true;
	return false;
}

bool seep_control_is_unchanged(const struct seep_control_call *call,
			       enum seep_changes_status status)
{
	switch (status) {
	case SEEP_CHANGES_KEPT:
	case SEEP_CHANGES_UNKEPT:
		return false;
	case SEEP_CHANGES_ABSENT:
		seep_control_fail(call, "there is no such exception: allow list shows those that "
					"there are, each with its user");
		break;
	case SEEP_CHANGES_OVER:
		seep_control_fail(call,
				  "learning is over, and what it taught is in force: to learn "
				  "anew, stop Unbound, remove the state file and the one with "
				  ".old, and start it");
		break;
	case SEEP_CHANGES_MANY:
		seep_control_fail(
			call,
			"there are %d exceptions already: remove some by allow remove, or "
			"write them to an allow-list",
			SEEP_EXCEPTIONS_MOST);
		break;
	case SEEP_CHANGES_CROWDED:
		seep_control_fail(
			call,
			"the domain has %d exceptions already: allow it for a netblock, or "
			"for everybody",
			SEEP_EXCEPTIONS_A_DOMAIN);
		break;
	case SEEP_CHANGES_NO_MEMORY:
		seep_control_fail(call, "no memory; nothing has changed: free some and try again");
		break;
	case SEEP_CHANGES_UNWRITTEN:
		seep_control_fail(call, "%s; nothing has changed: mend that and try again",
				  seep_changes_problem(call->source->changes));
		break;
	}
	return true;
}

void seep_control_kept(const struct seep_control_call *call, bool is_kept)
{
	seep_control_bool(call->answer, "kept", is_kept);
	if (is_kept)
		seep_control_null(call->answer, "note");
	else
		seep_control_text(call->answer, "note",
				  "it is in force, but in memory alone, until Unbound restarts or "
				  "reloads: there is no state file, or it is not written now");
}

static void find_user(uint32_t uid, char maker[SEEP_EXCEPTION_MAKER_SIZE])
{
	FILE *from = fopen("/etc/passwd", "re");
	struct passwd entry, *found = NULL;
	char bytes[PASSWD_BYTES];

	maker[0] = '\0';
	while (from && fgetpwent_r(from, &entry, bytes, sizeof(bytes), &found) == 0) {
		if (entry.pw_uid != uid)
			continue;
		/* What is no word of the audit line and the file is no name. */
		if (strlen(entry.pw_name) < SEEP_EXCEPTION_MAKER_SIZE &&
		    strspn(entry.pw_name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789._-$") == strlen(entry.pw_name) &&
		    strcmp(entry.pw_name, "-") != 0)
			memcpy(maker, entry.pw_name, strlen(entry.pw_name) + 1);
		break;
	}
	if (from)
		(void)fclose(from);
}

void seep_control_maker(const struct seep_control_request *request,
			char maker[SEEP_EXCEPTION_MAKER_SIZE])
{
	if (request->name)
		snprintf(maker, SEEP_EXCEPTION_MAKER_SIZE, "%s", request->name);
	else
		find_user(request->uid, maker);
}

void seep_control_tell(const struct seep_control_call *call,
		       const struct seep_control_change *change, const char *format, ...)
{
	char maker[SEEP_EXCEPTION_MAKER_SIZE], what[2 * SEEP_CONTROL_REQUEST_MAX];
	struct seep_control_change told = *change;
	va_list arguments;

	if (!call->source->changed)
		return;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	seep_control_maker(call->request, maker);
	told.uid = call->request->uid;
	told.maker = maker;
	told.from = call->request->from;
	told.what = what;
	call->source->changed(call->source->context, &told);
}

void seep_control_time_text(const struct seep_control_call *call, uint64_t when_s,
			    char text[SEEP_CONTROL_TIME_SIZE])
{
	time_t wall_s = (time_t)(when_s + call->now.wall_ms / 1000 - call->now.when_ms / 1000);
	struct tm date;

	if (!gmtime_r(&wall_s, &date) ||
	    !strftime(text, SEEP_CONTROL_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &date))
		text[0] = '\0';
}
