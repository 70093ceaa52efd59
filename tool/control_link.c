/* SPDX-License-Identifier: BSD-3-Clause */
/* Connects to a control socket or interface, sends, and receives until the end. */
#include "control_link.h"

#include "control/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* For an answer; a table of a million entries is walked in less. */
#define WAIT_MS 10000
#define ENDED \
	"the connection ended: Unbound is ending or reloading, or has too many clients; try again"

bool control_fail(const char *name, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "seepctl: %s: ", name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	putc('\n', stderr);
	return false;
}

bool control_is_waited_for(const struct control_place *place, int error)
{
	if (!place->gone ||
	    (error != ENOENT && error != ECONNREFUSED && error != ECONNRESET && error != EPIPE))
		return false;
	*place->gone = true;
	return true;
}

/* Says what the system has against it, unless that is waited for. */
static bool fail_by_system(const struct control_place *place, int error)
{
	if (!control_is_waited_for(place, error))
		(void)control_fail(place->name, "%s", strerror(error));
	return false;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the connection is ready for EVENTS; false with errno set. */
static bool wait_for(const struct control_link *link, short events)
{
	struct pollfd polled = { .fd = link->fd, .events = events };
	int64_t left_ms = link->until_ms - clock_ms();

	errno = ETIMEDOUT;
	return left_ms > 0 && poll(&polled, 1, (int)left_ms) > 0;
}

/* ---- the socket ---- */

/* Is that probably meant for an address with its port? */
static bool is_like_interface(const char *path)
{
	struct in6_addr address;

	return !strchr(path, '/') &&
	       (strchr(path, '@') || inet_pton(AF_INET, path, &address) == 1 ||
		inet_pton(AF_INET6, path, &address) == 1);
}

/* Why it cannot be connected to, with what to do. */
static bool fail_connect(const struct control_place *place, int error)
{
	const char *path = place->name;
	struct stat status;

	if (control_is_waited_for(place, error))
		return false;
	if (error == ENOENT && is_like_interface(path))
		return control_fail(path, "there is no such socket, and an interface is written "
					  "ADDRESS@PORT, such as 127.0.0.1@8954");
	if (error == ENOENT)
		return control_fail(
			path, "there is no such socket: is Unbound running, with Seep? If its "
			      "control-socket is elsewhere, say so by -s PATH or -c seep.conf");
	if (stat(path, &status) == 0 && !S_ISSOCK(status.st_mode))
		return control_fail(path, "is no socket: name the control socket by -s PATH or -c "
					  "seep.conf");
	if (error == ECONNREFUSED)
		return control_fail(path, "nobody listens: Unbound has ended; start it");
	if (error == EACCES || error == EPERM)
		return control_fail(path,
				    "permission denied: call seepctl as root or Unbound's user, or "
				    "as a member of control-group");
	if (error == EAGAIN)
		return control_fail(path, "too many wait there: try again");
	return control_fail(path, "%s", strerror(error));
}

static bool connect_socket(struct control_link *link)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = link->place->name;

	if (strlen(path) >= sizeof(address.sun_path))
		return control_fail(
			path,
			"is longer than %zu bytes, which no socket's path can be: choose a "
			"shorter control-socket, or be in its directory and give its name",
			sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return (link->fd >= 0 &&
		connect(link->fd, (const struct sockaddr *)&address, sizeof(address)) == 0) ||
	       fail_connect(link->place, errno);
}

/* ---- the interface ---- */

/* What is to be done after a call of OpenSSL that gave RESULT. */
enum next {
	NEXT_GOES_ON, /* it is done */
	NEXT_AGAIN,   /* call it again */
	NEXT_END,     /* the other end said goodbye */
	NEXT_FAILED,  /* that has been said */
};

/* Why TLS ended, as far as it can be told. */
static bool fail_tls(const struct control_link *link, int error)
{
	const struct control_place *place = link->place;
	long verified = SSL_get_verify_result(link->tls);
	const char *why = error == SSL_ERROR_SYSCALL && errno ? strerror(errno) : seep_tls_reason();

	if (error == SSL_ERROR_SYSCALL && control_is_waited_for(place, errno))
		return false;
	if (errno == ETIMEDOUT)
		return control_fail(place->name,
				    "no answer in ten seconds: Unbound is too busy, or "
				    "stopped, or something else listens there");
	if (verified != X509_V_OK)
		return control_fail(place->name,
				    "is another server than that of %s (%s): name its certificate "
				    "by server-cert-file in the seep.conf of -c",
				    place->server, X509_verify_cert_error_string(verified));
	/* With TLS 1.3 the server looks at the certificate when our handshake is over. */
	if (SSL_is_init_finished(link->tls) ||
	    (error == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) >= SSL_AD_REASON_OFFSET))
		return control_fail(place->name,
				    "ended the connection (%s): the certificate %s has to be "
				    "signed by that server's key, and in force",
				    why, place->cert);
	return control_fail(place->name,
			    "the connection ended (%s): is it Seep that listens there, with TLS?",
			    why);
}

static enum next next_of(struct control_link *link, int result)
{
	int error = SSL_get_error(link->tls, result);

	if (error == SSL_ERROR_NONE)
		return NEXT_GOES_ON;
	if (error == SSL_ERROR_ZERO_RETURN)
		return NEXT_END;
	if ((error == SSL_ERROR_WANT_READ && wait_for(link, POLLIN)) ||
	    (error == SSL_ERROR_WANT_WRITE && wait_for(link, POLLOUT)))
		return NEXT_AGAIN;
	(void)fail_tls(link, error);
	return NEXT_FAILED;
}

static bool connect_tcp(struct control_link *link)
{
	const struct control_place *place = link->place;
	int error = 0;
	socklen_t size = sizeof(error);
	const int yes = 1;

	link->fd = socket(place->interface.address.ss_family,
			  SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (link->fd < 0 || (connect(link->fd, (const struct sockaddr *)&place->interface.address,
				     place->interface.size) &&
			     (errno != EINPROGRESS || !wait_for(link, POLLOUT))))
		error = errno;
	else if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size))
		error = errno;
	/* The command waits for no acknowledgement of the handshake. */
	if (link->fd >= 0)
		(void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (control_is_waited_for(place, error))
		return false;
	if (error == ECONNREFUSED)
		return control_fail(place->name,
				    "nobody listens: is Unbound running, with Seep and this "
				    "control-interface? Its log says what is wrong with that");
	return !error || control_fail(place->name,
				      "%s: is that its control-interface, and does a firewall "
				      "let this machine reach it?",
				      strerror(error));
}

static bool connect_tls(struct control_link *link)
{
	const struct control_place *place = link->place;
	const struct seep_tls_files files = { .key = { "control-key-file", place->key },
					      .cert = { "control-cert-file", place->cert },
					      .trusted = { "server-cert-file", place->server } };
	char problem[SEEP_TLS_PROBLEM_SIZE];
	enum next next = NEXT_AGAIN;

	link->context = seep_tls_create(&files, false, problem);
	if (!link->context) {
		fprintf(stderr, "seepctl: %s\n", problem);
		return false;
	}
	if (!connect_tcp(link))
		return false;
	link->tls = SSL_new(link->context);
	if (!link->tls || SSL_set_fd(link->tls, link->fd) != 1)
		return control_fail(place->name, "%s", seep_tls_reason());
	while (next == NEXT_AGAIN) {
		ERR_clear_error();
		errno = 0;
		next = next_of(link, SSL_connect(link->tls));
	}
	return next == NEXT_GOES_ON || (next == NEXT_END && control_fail(place->name, ENDED));
}

/* ---- both ---- */

bool control_link_open(struct control_link *link, const struct control_place *place)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	bool good;

	*link = (struct control_link){ .place = place, .fd = -1, .until_ms = clock_ms() + WAIT_MS };
	/* OpenSSL writes so that a closed connection would end the program. */
	(void)sigaction(SIGPIPE, place->is_interface ? &ignored : NULL, &link->before);
	good = place->is_interface ? connect_tls(link) : connect_socket(link);
	if (!good)
		control_link_close(link);
	return good;
}

bool control_link_send(struct control_link *link, const char *bytes, size_t size)
{
	enum next next = NEXT_AGAIN;
	size_t sent = 0;

	if (!link->tls)
		return send(link->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size ||
		       fail_by_system(link->place, errno);
	while (sent < size && (next == NEXT_AGAIN || next == NEXT_GOES_ON)) {
		size_t more = 0;

		ERR_clear_error();
		errno = 0;
		next = next_of(link, SSL_write_ex(link->tls, bytes + sent, size - sent, &more));
		sent += more;
	}
	return sent == size || (next == NEXT_END && control_fail(link->place->name, ENDED));
}

/* Some bytes; 0 at the end, -1 having said why not. */
static ssize_t receive_some(struct control_link *link, char *to, size_t room)
{
	size_t more = 0;
	enum next next = NEXT_AGAIN;
	ssize_t got = -1;

	if (!link->tls) {
		if (wait_for(link, POLLIN))
			got = recv(link->fd, to, room, 0);
		if (got < 0 && errno == ETIMEDOUT)
			(void)control_fail(link->place->name,
					   "no answer in ten seconds: Unbound is too busy, or "
					   "stopped");
		else if (got < 0)
			(void)fail_by_system(link->place, errno);
		return got;
	}
	while (next == NEXT_AGAIN) {
		ERR_clear_error();
		errno = 0;
		next = next_of(link, SSL_read_ex(link->tls, to, room, &more));
	}
	return next == NEXT_FAILED ? -1 : (ssize_t)more;
}

char *control_link_receive(struct control_link *link, size_t room, size_t *size)
{
	char *text = malloc(room);
	ssize_t got = 1;

	*size = 0;
	if (!text) {
		(void)control_fail(link->place->name, "%s", strerror(ENOMEM));
		return NULL;
	}
	while (got > 0 && *size < room) {
		got = receive_some(link, text + *size, room - *size);
		*size += got > 0 ? (size_t)got : 0;
	}
	if (got == 0)
		return text;
	if (got > 0)
		(void)control_fail(link->place->name,
				   "the answer is too long: is it Seep that listens there?");
	free(text);
	return NULL;
}

void control_link_close(struct control_link *link)
{
	SSL_free(link->tls);
	SSL_CTX_free(link->context);
	if (link->fd >= 0)
		close(link->fd);
	(void)sigaction(SIGPIPE, &link->before, NULL);
	*link = (struct control_link){ .fd = -1 };
}
