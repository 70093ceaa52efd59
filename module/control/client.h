/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client of the control socket or the control interface: who it is, what it asked so far, what
 * it is sent. Nothing here waits.
 *
 * Over TLS OpenSSL allocates for a client while it is served. Where there is no memory, the client
 * ends.
 *
 * Threads: the socket's.
 */
#ifndef SEEP_CONTROL_CLIENT_H
#define SEEP_CONTROL_CLIENT_H

#include "conf/interface.h"
#include "control/answer.h"

#include <openssl/ssl.h>

struct seep_control_client {
	int fd;           /* -1: nobody */
	SSL *tls;         /* NULL: the unix socket */
	bool is_heard;    /* something came, or its end */
	bool has_begun;   /* over TLS: the handshake came so far that it cost a signature */
	bool is_known;    /* who it is; over TLS that is so after the handshake */
	bool is_answered; /* the answer is ready */
	short waits_for;  /* poll's event by which it goes on */
	uint64_t since_ms;
	size_t size; /* of the request, so far */
	size_t sent; /* of the answer */
	/* All but what came: may_change, uid, and of TLS from and name. */
	struct seep_control_request who;
	char from[SEEP_CONTROL_FROM_SIZE];
	char name[SEEP_EXCEPTION_MAKER_SIZE];
	char request[SEEP_CONTROL_REQUEST_MAX];
	struct seep_control_answer answer;
};

/*
 * Makes CLIENT the one at FD, which it owns from now on and which does not block. Over TLS, FROM is
 * its address; of the unix socket both are NULL.
 */
void seep_control_client_begin(struct seep_control_client *client, int fd, SSL_CTX *tls,
			       const struct seep_interface *from, uint64_t now_ms);

/* Goes on as far as that is possible at once; BASE is the socket's own. It may end by that. */
void seep_control_client_serve(struct seep_control_client *client,
			       const struct seep_control_source *source,
			       struct seep_counters *base);

/* Ends the connection; then nobody is there. */
void seep_control_client_end(struct seep_control_client *client);

#endif
