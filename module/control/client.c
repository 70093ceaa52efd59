/* SPDX-License-Identifier: BSD-3-Clause */
/* Serves one client of the control socket, as far as it goes without waiting. */
#include "control/client.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- who it is ---- */

/* By the system; whoever is not known may change nothing. */
static void identify_peer(struct seep_control_client *client)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	bool is_known = getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;

	client->who.uid = is_known ? peer.uid : SEEP_CONTROL_NOBODY;
	client->who.may_change = is_known && (peer.uid == 0 || peer.uid == geteuid());
}

/* The subject's common name as a word, of those bytes that the audit line takes. */
static void print_name(X509_NAME *subject, char name[SEEP_EXCEPTION_MAKER_SIZE])
{
	int size =
		X509_NAME_get_text_by_NID(subject, NID_commonName, name, SEEP_EXCEPTION_MAKER_SIZE);

	if (size >= SEEP_EXCEPTION_MAKER_SIZE)
		size = SEEP_EXCEPTION_MAKER_SIZE - 1;
	for (int at = 0; at < size; at++) {
		bool is_letter = ((name[at] | 32) >= 'a' && (name[at] | 32) <= 'z');

		if (!is_letter && !(name[at] >= '0' && name[at] <= '9') &&
		    (!name[at] || !strchr("._-", name[at])))
			name[at] = '_';
	}
	if (size <= 0 || (size == 1 && name[0] == '-'))
		snprintf(name, SEEP_EXCEPTION_MAKER_SIZE, "nameless");
}

/* The whole subject, printable, behind the address: "192.0.2.7, CN=unbound-control". */
static void print_subject(X509_NAME *subject, char from[SEEP_CONTROL_FROM_SIZE])
{
	size_t used = strlen(from);
	BIO *bio = BIO_new(BIO_s_mem());
	char text[SEEP_CONTROL_FROM_SIZE];
	int size = -1;

	if (bio && X509_NAME_print_ex(bio, subject, 0, XN_FLAG_RFC2253) >= 0)
		size = BIO_read(bio, text, sizeof(text) - 1);
	BIO_free(bio);
	if (size <= 0)
		size = snprintf(text, sizeof(text), "no subject");
	for (int at = 0; at < size; at++)
		if (text[at] < 32 || text[at] > 126)
			text[at] = '?';
	text[size] = '\0';
	snprintf(from + used, SEEP_CONTROL_FROM_SIZE - used, ", %s", text);
}

/* By the certificate, which the handshake found good. */
static bool identify_certificate(struct seep_control_client *client)
{
	X509 *cert = SSL_get1_peer_certificate(client->tls);

	if (!cert || SSL_get_verify_result(client->tls) != X509_V_OK) {
		X509_free(cert);
		return false;
	}
	print_name(X509_get_subject_name(cert), client->name);
	print_subject(X509_get_subject_name(cert), client->from);
	X509_free(cert);
	client->who.uid = SEEP_CONTROL_NOBODY;
	client->who.may_change = true;
	client->who.from = client->from;
	client->who.name = client->name;
	return true;
}

/* ---- bytes ---- */

/* What came of a step. */
enum step {
	STEP_MOVED, /* some bytes */
	STEP_END,   /* nothing more comes */
	STEP_WAITS, /* for waits_for */
	STEP_FAILED,
};

/* What RESULT of a call of OpenSSL means. */
static enum step tls_step(struct seep_control_client *client, int result)
{
	switch (SSL_get_error(client->tls, result)) {
	case SSL_ERROR_NONE:
		return STEP_MOVED;
	case SSL_ERROR_WANT_READ:
		client->waits_for = POLLIN;
		return STEP_WAITS;
	case SSL_ERROR_WANT_WRITE:
		client->waits_for = POLLOUT;
		return STEP_WAITS;
	case SSL_ERROR_ZERO_RETURN:
		return STEP_END;
	default:
		/* After such an error there is no goodbye either. */
		SSL_set_quiet_shutdown(client->tls, 1);
		return STEP_FAILED;
	}
}

static enum step socket_step(struct seep_control_client *client, ssize_t result, short waits_for)
{
	if (result > 0)
		return STEP_MOVED;
	if (result == 0)
		return STEP_END;
	client->waits_for = waits_for;
	return errno == EAGAIN || errno == EINTR ? STEP_WAITS : STEP_FAILED;
}

static enum step take_bytes(struct seep_control_client *client)
{
	char *to = client->request + client->size;
	size_t room = sizeof(client->request) - client->size, got = 0;
	enum step step;

	if (client->tls) {
		ERR_clear_error();
		step = tls_step(client, SSL_read_ex(client->tls, to, room, &got));
	} else {
		ssize_t result = recv(client->fd, to, room, 0);

		got = result > 0 ? (size_t)result : 0;
		step = socket_step(client, result, POLLIN);
	}
	client->size += step == STEP_MOVED ? got : 0;
	return step;
}

static enum step give_bytes(struct seep_control_client *client)
{
	const char *from = client->answer.bytes + client->sent;
	size_t left = client->answer.size - client->sent, gone = 0;
	enum step step;

	if (client->tls) {
		ERR_clear_error();
		step = tls_step(client, SSL_write_ex(client->tls, from, left, &gone));
	} else {
		ssize_t result = send(client->fd, from, left, MSG_NOSIGNAL);

		gone = result > 0 ? (size_t)result : 0;
		step = socket_step(client, result, POLLOUT);
	}
	client->sent += step == STEP_MOVED ? gone : 0;
	return step;
}

/* ---- its course ---- */

/* Has the handshake gone beyond the client's first message? */
static bool has_begun(const SSL *tls)
{
	OSSL_HANDSHAKE_STATE state = SSL_get_state(tls);

	return state != TLS_ST_BEFORE && state != TLS_ST_SR_CLNT_HELLO;
}

/* Goes on with the handshake; false if it waits, or ended. */
static bool is_in(struct seep_control_client *client)
{
	enum step step;

	if (client->is_known)
		return true;
	ERR_clear_error();
	step = tls_step(client, SSL_accept(client->tls));
	client->has_begun = has_begun(client->tls);
	client->is_known = step == STEP_MOVED && identify_certificate(client);
	if (!client->is_known && step != STEP_WAITS)
		seep_control_client_end(client);
	return client->is_known;
}

/* Reads what has come; once that is a request, its answer is ready. False if it waits, or ended. */
static bool read_request(struct seep_control_client *client,
			 const struct seep_control_source *source, struct seep_counters *base)
{
	while (!client->is_answered) {
		enum step step = take_bytes(client);

		if (step == STEP_FAILED)
			seep_control_client_end(client);
		if (step == STEP_FAILED || step == STEP_WAITS)
			return false;
		client->who.bytes = client->request;
		client->who.size = client->size;
		client->who.is_end = step == STEP_END;
		client->is_answered =
			seep_control_answer(source, base, &client->who, &client->answer);
	}
	return true;
}

static void send_answer(struct seep_control_client *client)
{
	while (client->sent < client->answer.size) {
		enum step step = give_bytes(client);

		if (step == STEP_WAITS)
			return;
		if (step != STEP_MOVED)
			break;
	}
	seep_control_client_end(client);
}

void seep_control_client_begin(struct seep_control_client *client, int fd, SSL_CTX *tls,
			       const struct seep_interface *from, uint64_t now_ms)
{
	client->fd = fd;
	client->tls = NULL;
	client->is_heard = client->has_begun = client->is_known = client->is_answered = false;
	client->waits_for = POLLIN;
	client->since_ms = now_ms;
	client->size = client->sent = 0;
	client->who = (struct seep_control_request){ .uid = SEEP_CONTROL_NOBODY };
	if (!tls) {
		identify_peer(client);
		client->is_known = true;
		return;
	}
	seep_interface_address(from, client->from);
	client->tls = SSL_new(tls);
	if (!client->tls || SSL_set_fd(client->tls, fd) != 1)
		seep_control_client_end(client);
}

void seep_control_client_serve(struct seep_control_client *client,
			       const struct seep_control_source *source, struct seep_counters *base)
{
	client->is_heard = true;
	if (is_in(client) && read_request(client, source, base))
		send_answer(client);
}

void seep_control_client_end(struct seep_control_client *client)
{
	if (client->fd < 0)
		return;
	/* A goodbye, by which the other end knows that the answer is whole. */
	if (client->tls && client->is_known)
		(void)SSL_shutdown(client->tls);
	SSL_free(client->tls);
	client->tls = NULL;
	close(client->fd);
	client->fd = -1;
}
