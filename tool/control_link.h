/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection to a running Seep: to its control socket, or over TLS to its control interface. All
 * that is wrong is said in one line on standard error.
 */
#ifndef SEEPCTL_CONTROL_LINK_H
#define SEEPCTL_CONTROL_LINK_H

#include "conf/conf.h"
#include "conf/interface.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_PATH_SIZE (2 * SEEP_PATH_SIZE)

/* Where to connect to. */
struct control_place {
	char name[CONTROL_PATH_SIZE]; /* the socket's path, or address@port; for messages, too */
	bool is_interface;
	struct seep_interface interface;                      /* and the rest, of one */
	char key[CONTROL_PATH_SIZE], cert[CONTROL_PATH_SIZE]; /* the client's */
	char server[CONTROL_PATH_SIZE];                       /* the server's certificate */
	bool *gone;                                           /* as options have it; or NULL */
};

struct control_link {
	const struct control_place *place;
	int fd;
	SSL_CTX *context; /* NULL of the socket, as is tls */
	SSL *tls;
	int64_t until_ms;        /* it gives up then */
	struct sigaction before; /* of SIGPIPE, over TLS */
};

/* Connects, within ten seconds for all that follows. False, having said why not, and is closed. */
bool control_link_open(struct control_link *link, const struct control_place *place);

/* Sends all SIZE BYTES; false, having said why not. */
bool control_link_send(struct control_link *link, const char *bytes, size_t size);

/*
 * Reads what comes until the end: SIZE bytes, fewer than ROOM. Returns what the caller frees; NULL,
 * having said why not.
 */
char *control_link_receive(struct control_link *link, size_t room, size_t *size);

void control_link_close(struct control_link *link);

/*
 * Does ERROR say that nobody serves the place for now, and does somebody wait for it? Then that is
 * noted, and nothing is to be said.
 */
bool control_is_waited_for(const struct control_place *place, int error);

/* Says what is wrong with what NAME is, and returns false. */
__attribute__((format(printf, 2, 3))) bool control_fail(const char *name, const char *format, ...);

#endif
