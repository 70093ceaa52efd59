/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both ends of the control protocol over TLS need, as unbound-control-setup made it: a key and
 * a certificate of their own, and the certificate that the other end's is signed by.
 *
 * The server signed the client's certificate, and its own. So each end trusts the server's
 * certificate alone, whatever authorities the system trusts. It is TLS 1.2 at least, without
 * sessions to go on with.
 *
 * Threads: nothing is shared but OpenSSL. Reads files and allocates: at a start only.
 */
#ifndef SEEP_CONTROL_TLS_H
#define SEEP_CONTROL_TLS_H

#include "seep_options.h"

#include <openssl/ssl.h>
#include <stdbool.h>

/* Holds any problem as one line of text, with the NUL. */
#define SEEP_TLS_PROBLEM_SIZE (2 * SEEP_PATH_SIZE)

/* A file, and what a problem with it begins with, "server-key-file", say. */
struct seep_tls_file {
	const char *name;
	const char *path;
};

struct seep_tls_files {
	struct seep_tls_file key, cert; /* PEM; of this end */
	struct seep_tls_file trusted;   /* the server's certificate */
};

/*
 * Returns a context for a server, or a client, for SSL_CTX_free. Else NULL: then PROBLEM, of
 * SEEP_TLS_PROBLEM_SIZE bytes, is "NAME: PATH: what is wrong, and what to do". A certificate that
 * is not in force now is a problem.
 */
SSL_CTX *seep_tls_create(const struct seep_tls_files *files, bool is_server, char *problem);

/* Why the last call of OpenSSL in this thread failed, in its words; never "". */
const char *seep_tls_reason(void);

#endif
