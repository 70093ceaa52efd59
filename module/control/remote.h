/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control interface: the control protocol over TLS, on an address and a port of TCP, for
 * whoever has a certificate that the server's key signed.
 *
 * Threads: nothing is shared. All is read at a start, and problems are said then.
 */
#ifndef SEEP_CONTROL_REMOTE_H
#define SEEP_CONTROL_REMOTE_H

#include "control/listen.h"

#include <openssl/ssl.h>

struct seep_control_remote {
	int fd;       /* listens, and does not block; -1: there is none */
	SSL_CTX *tls; /* NULL without fd */
};

/* What is wanted. */
struct seep_control_remote_setup {
	const struct seep_conf *conf; /* control-interface is not "" */
	const char *conf_name;        /* for messages; "" for none */
	seep_control_say *say;        /* the line needs no name before it */
	void *context;
};

/* Returns the server's TLS by SETUP's files, for SSL_CTX_free; NULL, having said why not. */
SSL_CTX *seep_control_remote_tls(const struct seep_control_remote_setup *setup);

/* Listens from now on; false if that cannot be, and the reason was said. */
bool seep_control_remote_listen(struct seep_control_remote *remote,
				const struct seep_control_remote_setup *setup);

/* Ends it. One without fd is ignored. */
void seep_control_remote_unlisten(struct seep_control_remote *remote);

#endif
