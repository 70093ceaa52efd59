/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the commands have in common that change something: how they take their words, who may, what
 * is answered and told of a change.
 *
 * Threads: the socket's.
 */
#ifndef SEEP_CONTROL_CHANGE_H
#define SEEP_CONTROL_CHANGE_H

#include "control/command.h"

/* A command's words, taken one by one. */
struct seep_control_words {
	const struct seep_control_call *call;
	unsigned next;
};

/* Takes the next word, or returns NULL. */
const char *seep_control_next(struct seep_control_words *words);
/* Takes the next word if it is WORD. */
bool seep_control_take(struct seep_control_words *words, const char *word);

/*
 * These take what comes next, and return false, having answered what is wrong with it.
 *
 * A duration is in seconds. A netblock is also one of one address; a user is that, or a MAC address
 * behind whichever trusted forwarder. A reason is all that is left
 * behind the word "reason"; without that word nothing may be left.
 */
bool seep_control_take_duration(struct seep_control_words *words, uint64_t *duration_s);
bool seep_control_take_domain(struct seep_control_words *words, struct seep_exception *exception);
bool seep_control_take_netblock(struct seep_control_words *words, struct seep_netblock *block);
bool seep_control_take_user(struct seep_control_words *words, struct seep_netblock *user);
bool seep_control_take_reason(struct seep_control_words *words,
			      char reason[SEEP_EXCEPTION_REASON_SIZE]);

/* May who asks change anything? Else that has been answered. */
bool seep_control_may_change(const struct seep_control_call *call);

/* Did STATUS change nothing? Then why has been answered. */
bool seep_control_is_unchanged(const struct seep_control_call *call,
			       enum seep_changes_status status);

/* Writes whether what was changed outlasts a restart, and else why not. */
void seep_control_kept(const struct seep_control_call *call, bool is_kept);

/*
 * Writes to MAKER who asks: over TLS the certificate's name, else the user name of the peer's uid.
 * That is /etc/passwd's, for others are asked over the network; "" if that has none.
 */
void seep_control_maker(const struct seep_control_request *request,
			char maker[SEEP_EXCEPTION_MAKER_SIZE]);

/*
 * Tells the host of a change that is in force: its audit line. All changes are told from here.
 * FORMAT says what was changed.
 */
__attribute__((format(printf, 3, 4))) void seep_control_tell(
	const struct seep_control_call *call, const struct seep_control_change *change,
	const char *format, ...);

/* Writes a time of the meters' for people, "2009-11-18T09:00:00Z". */
#define SEEP_CONTROL_TIME_SIZE 32
void seep_control_time_text(const struct seep_control_call *call, uint64_t when_s,
			    char text[SEEP_CONTROL_TIME_SIZE]);

#endif
