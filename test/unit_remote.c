/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control interface: who is let in over TLS, and who changed something; bad files and
 * addresses; clients that are silent, stop in the handshake, or are many. Takes some seconds: its
 * clock is the real one.
 */
#include "conf/interface.h"
#include "control/client.h"
#include "control/control.h"
#include "control/tls.h"
#include "fixture.h"
#include "fixture_pki.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LONG_S 86400L
#define LONG   "a234567890b234567890c234567890d234567890e234567890f2345678901234"
#define STATUS "UBCT1 status\n"

static char directory[] = "/tmp/seep-unit-remote-XXXXXX";
static char path[64];
static char said[4096]; /* what was said last */
static unsigned said_count;
static struct rig rig;
static struct seep_conf conf;
static uint16_t port;
static struct seep_changes *changes;               /* or NULL */
static char changed_by[2][SEEP_CONTROL_FROM_SIZE]; /* from, maker */

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ .when_ms = rig.now_ms, .wall_ms = rig.now_ms };
}

static void say(void *context, bool problem, const char *text)
{
	(void)context, (void)problem;
	snprintf(said, sizeof(said), "%s", text);
	said_count++;
	printf("# %s\n", text);
}

static void changed(void *context, const struct seep_control_change *change)
{
	(void)context;
	snprintf(changed_by[0], sizeof(changed_by[0]), "%s", change->from ? change->from : "");
	snprintf(changed_by[1], sizeof(changed_by[1]), "%s", change->maker);
	is_int(change->uid, SEEP_CONTROL_NOBODY, "the system does not know who it is");
}

/* A file of the directory; the result stays for eight calls. */
static const char *in(const char *name)
{
	static char names[8][128];
	static unsigned next;
	char *text = names[next++ % 8];

	snprintf(text, sizeof(names[0]), "%s/%s", directory, name);
	return text;
}

/* A port of 127.0.0.1 that nobody has. */
static uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)getsockname(fd, (struct sockaddr *)&address, &size);
	close(fd);
	return ntohs(address.sin_port);
}

/* ---- the server ---- */

static void set_conf(const char *address, const char *key, const char *cert)
{
	char text[1024];
	struct seep_conf_error error;

	snprintf(text, sizeof(text),
		 "control-interface: %s@%u\nserver-key-file: \"%s\"\nserver-cert-file: \"%s\"\n",
		 address, port, in(key), in(cert));
	seep_conf_release(&conf);
	(void)seep_conf_parse(&conf, text, strlen(text), "seep.conf", &error);
}

/* Starts by CONF, with the unix socket at AT. */
static struct seep_control *start_at(const char *at)
{
	const struct seep_control_setup setup = {
		.path = at,
		.group = "",
		.remote = { .conf = &conf, .conf_name = "seep.conf", .say = say },
		.source = { .version = "1.2.3",
			    .engine = rig.engine,
			    .changes = changes,
			    .changed = changed,
			    .now = now },
		.say = say,
	};

	said[0] = '\0';
	said_count = 0;
	return seep_control_start(&setup);
}

static struct seep_control *start(void)
{
	set_conf("127.0.0.1", "server.key", "server.pem");
	return start_at(path);
}

/* ---- clients ---- */

static uint64_t clock_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* A connection, without TLS as yet; ten seconds at most for whatever it waits for. */
static int client_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int yes = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A context with the pair called OWN, which trusts the certificate called TRUSTED. */
static SSL_CTX *context(const char *own, const char *trusted)
{
	char key[64], cert[64], pem[64], problem[SEEP_TLS_PROBLEM_SIZE];
	struct seep_tls_files files;
	SSL_CTX *made;

	snprintf(key, sizeof(key), "%s.key", own);
	snprintf(cert, sizeof(cert), "%s.pem", own);
	snprintf(pem, sizeof(pem), "%s.pem", trusted);
	files = (struct seep_tls_files){ .key = { "key", in(key) },
					 .cert = { "cert", in(cert) },
					 .trusted = { "trusted", in(pem) } };
	made = seep_tls_create(&files, false, problem);
	if (!made)
		printf("# %s\n", problem);
	else
		SSL_CTX_set_mode(made, SSL_MODE_AUTO_RETRY);
	return made;
}

static bool was_whole; /* the last answer: the server said that no more comes */

/* What comes for the SIZE bytes of REQUEST over TLS, sent PIECE bytes at a time; "" for nothing. */
static const char *ask_tls(SSL_CTX *with, const char *request, size_t size, size_t piece)
{
	static char text[1 << 17];
	size_t used = 0, got;
	int fd = client_tcp();
	SSL *tls = SSL_new(with);
	bool good = fd >= 0 && SSL_set_fd(tls, fd) == 1 && SSL_connect(tls) == 1;

	for (size_t at = 0; good && at < size; at += piece)
		good = SSL_write(tls, request + at, (int)(size - at < piece ? size - at : piece)) >
		       0;
	while (good && used < sizeof(text) - 1 &&
	       SSL_read_ex(tls, text + used, sizeof(text) - 1 - used, &got))
		used += got;
	text[used] = '\0';
	was_whole = good && SSL_get_error(tls, 0) == SSL_ERROR_ZERO_RETURN;
	SSL_free(tls);
	if (fd >= 0)
		close(fd);
	return text;
}

static const char *ask_as(const char *own, const char *request)
{
	SSL_CTX *with = context(own, "server");
	const char *text = ask_tls(with, request, strlen(request), 1000);

	SSL_CTX_free(with);
	return text;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_served(void)
{
	return begins(ask_as("control", STATUS), "{\nversion=");
}

static bool is_served_at_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[10] = "";

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, STATUS, strlen(STATUS), MSG_NOSIGNAL) > 0)
		(void)recv(fd, text, sizeof(text) - 1, MSG_WAITALL);
	close(fd);
	return begins(text, "{\nversion");
}

/* ---- the tests ---- */

static void test_interface(void)
{
	static const struct {
		const char *text, *problem; /* NULL: it is one */
		enum seep_interface_reach reach;
		const char *address;
	} rows[] = {
		{ "127.0.0.1@8954", NULL, SEEP_INTERFACE_LOOPBACK, "127.0.0.1" },
		{ "127.255.0.9@1", NULL, SEEP_INTERFACE_LOOPBACK, "127.255.0.9" },
		{ "::1@65535", NULL, SEEP_INTERFACE_LOOPBACK, "::1" },
		{ "0.0.0.0@8954", NULL, SEEP_INTERFACE_EVERYWHERE, "0.0.0.0" },
		{ "::@8954", NULL, SEEP_INTERFACE_EVERYWHERE, "::" },
		{ "192.0.2.1@8954", NULL, SEEP_INTERFACE_ADDRESS, "192.0.2.1" },
		{ "2001:DB8::1@8954", NULL, SEEP_INTERFACE_ADDRESS, "2001:db8::1" },
		{ "127.0.0.1", "has no port", 0, NULL },
		{ "8954", "has no port", 0, NULL },
		{ "@8954", "is no address", 0, NULL },
		{ "127.0.0.1@", "has a port that is none from 1 to 65535", 0, NULL },
		{ "127.0.0.1@0", "has a port that is none from 1 to 65535", 0, NULL },
		{ "127.0.0.1@65536", "has a port that is none from 1 to 65535", 0, NULL },
		{ "127.0.0.1@65537", "has a port that is none from 1 to 65535", 0, NULL },
		{ "127.0.0.1@99999999999999999999", "has a port that is none from 1 to 65535", 0,
		  NULL },
		{ "127.0.0.1@89x", "has a port that is none from 1 to 65535", 0, NULL },
		{ "127.0.0.1@8954@1", "has a port that is none from 1 to 65535", 0, NULL },
		{ "localhost@8954", "is no address", 0, NULL },
		{ "127.0.0@8954", "is no address", 0, NULL },
		{ "[::1]@8954", "is no address", 0, NULL },
		{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111@1", "is no address", 0, NULL },
	};
	char address[SEEP_INTERFACE_ADDRESS_SIZE];

	for (size_t at = 0; at < COUNT(rows); at++) {
		struct seep_interface interface;
		const char *problem = seep_interface_parse(&interface, rows[at].text);

		is_str(problem ? problem : "", rows[at].problem ? rows[at].problem : "", "\"%s\"",
		       rows[at].text);
		if (problem || rows[at].problem)
			continue;
		is_int(seep_interface_reach(&interface), rows[at].reach, "who can reach it");
		seep_interface_address(&interface, address);
		is_str(address, rows[at].address, "its address");
	}
}

static void test_served(void)
{
	struct seep_control *control = start();
	SSL_CTX *with = context("control", "server");
	const char *text;

	ok(control && !said[0] && is_served(), "a client with a certificate is served");
	ok(begins(ask_tls(with, STATUS, strlen(STATUS), 1), "{\nversion="), "byte by byte, too");
	text = ask_as("control", "UBCT1 stats_noreset\n");
	ok(begins(text, "num.seep.queries=") && text[strlen(text) - 1] == '\n' &&
		   strstr(text, "\nseep.mode="),
	   "all statistics come: %zu bytes", strlen(text));
	ok(was_whole, "to their end, which is told");
	ok(begins(ask_as("control", "UBCT1 nonsense\n"), "error unknown command"), "an error, too");
	ok(is_served_at_socket(), "so is who comes by the unix socket");
	is_int(SSL_CTX_get_min_proto_version(with), TLS1_2_VERSION, "TLS 1.2 is the least");
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		SSL_CTX_set_min_proto_version(with, version);
		SSL_CTX_set_max_proto_version(with, version);
		ok(begins(ask_tls(with, STATUS, strlen(STATUS), 1000), "{\nversion="), "TLS 1.%d",
		   version - TLS1_VERSION);
	}
	SSL_CTX_set_security_level(with, 0);
	SSL_CTX_set_min_proto_version(with, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(with, TLS1_1_VERSION);
	is_str(ask_tls(with, STATUS, strlen(STATUS), 1000), "", "TLS 1.1 is refused");
	SSL_CTX_free(with);
	seep_control_stop(control);
	ok(client_tcp() < 0, "at the end nobody listens");
}

/* Who has no certificate that the server signed is refused before a byte is read. */
static void test_refused(void)
{
	struct seep_control *control = start();
	SSL_CTX *none = SSL_CTX_new(TLS_client_method());
	static const char plain[] = STATUS;
	char text[100];
	int fd;

	is_str(ask_tls(none, STATUS, strlen(STATUS), 1000), "", "no certificate");
	SSL_CTX_set_max_proto_version(none, TLS1_2_VERSION);
	is_str(ask_tls(none, STATUS, strlen(STATUS), 1000), "", "nor over TLS 1.2");
	SSL_CTX_free(none);
	is_str(ask_as("foreign", STATUS), "", "a certificate of somebody else's");
	is_str(ask_as("grandchild", STATUS), "", "one that a client's key signed");
	none = context("control", "server");
	SSL_CTX_use_certificate_file(none, in("past.pem"), SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(none, in("past.key"), SSL_FILETYPE_PEM);
	is_str(ask_tls(none, STATUS, strlen(STATUS), 1000), "", "one that has expired");
	SSL_CTX_free(none);
	none = context("control", "foreign");
	is_str(ask_tls(none, STATUS, strlen(STATUS), 1000), "",
	       "a client that trusts another server sends nothing");
	SSL_CTX_free(none);
	fd = client_tcp();
	(void)send(fd, plain, strlen(plain), MSG_NOSIGNAL);
	for (ssize_t got = 1; got > 0;) {
		got = recv(fd, text, sizeof(text) - 1, 0);
		text[got > 0 ? got : 0] = '\0';
		ok(!strstr(text, "version="), "without TLS, nothing of it: %zd bytes", got);
	}
	close(fd);
	ok(is_served(), "others are served after them");
	seep_control_stop(control);
}

/* What a client is called that changes something, whatever its subject is. */
static void test_who(void)
{
	static const struct {
		const char *own, *from, *maker;
	} rows[] = {
		{ "control", "127.0.0.1, CN=unbound-control", "unbound-control" },
		{ "strange", "127.0.0.1, CN=O\\C3\\B6 \\0A)\\, x", "O_______x" },
		{ "dash", "127.0.0.1, CN=-", "nameless" },
		{ "long", NULL, "a234567890b234567890c234567890d2" },
	};
	const struct seep_changes_setup changing = {
		.beside = "",
		.engine = rig.engine,
		.learning_s = rig.conf.learning_s,
		.when_ms = rig.now_ms,
		.wall_ms = rig.now_ms,
		.say = say,
	};
	struct seep_control *control;
	const char *text;

	changes = seep_changes_open(&changing);
	control = start();
	for (size_t at = 0; at < COUNT(rows); at++) {
		text = ask_as(rows[at].own, "UBCT1 allow a.example reason ticket 7\n");
		ok(strstr(text, "\noperator_uid=null\n") && strstr(text, "\nreplaced="),
		   "it may change something");
		is_str(changed_by[1], rows[at].maker, "its name");
		if (rows[at].from)
			is_str(changed_by[0], rows[at].from, "address and subject");
		else
			is_int(strlen(changed_by[0]), 11 + 3 + 64, "a long name is whole there");
	}
	seep_control_stop(control);
	seep_changes_close(changes);
	changes = NULL;
}

/* Each is one line with file and line; the unix socket is there all the same. */
static void test_files(void)
{
	static const struct {
		const char *key, *cert, *line;
	} rows[] = {
		{ "none.key", "server.pem", "seep.conf:2: server-key-file: %s: No such file" },
		{ "server.key", "none.pem", "seep.conf:3: server-cert-file: %s: No such file" },
		{ "control.key", "server.pem",
		  "seep.conf:2: server-key-file: %s: is not the key of the certificate " },
		{ "past.key", "past.pem",
		  "seep.conf:3: server-cert-file: %s: the certificate has expired at 20" },
		{ "future.key", "future.pem",
		  "seep.conf:3: server-cert-file: %s: the certificate is not valid before 20" },
		{ "server.pem", "server.pem",
		  "seep.conf:2: server-key-file: %s: is no key in PEM" },
		{ "server.key", "server.key",
		  "seep.conf:3: server-cert-file: %s: is no certificate in PEM" },
		{ "locked.key", "server.pem",
		  "seep.conf:2: server-key-file: %s: is no key in PEM without a passphrase" },
		{ "fifo", "server.pem", "seep.conf:2: server-key-file: %s: Not a regular file" },
		{ "server.key", "empty",
		  "seep.conf:3: server-cert-file: %s: is no certificate in PEM" },
	};
	char want[512];

	for (size_t at = 0; at < COUNT(rows); at++) {
		struct seep_control *control;
		bool is_cert = strstr(rows[at].line, "cert-file") != NULL;

		snprintf(want, sizeof(want), rows[at].line,
			 in(is_cert ? rows[at].cert : rows[at].key));
		set_conf("127.0.0.1", rows[at].key, rows[at].cert);
		control = start_at(path);
		ok(begins(said, want) && said_count == 1 && !strchr(said, '\n') &&
			   strstr(said, "; nothing listens on 127.0.0.1@"),
		   "one line: %s", want);
		ok(control && is_served_at_socket() && client_tcp() < 0,
		   "the unix socket works still, and nothing else listens");
		seep_control_stop(control);
		ok(!start_at(""), "without one there is nothing");
	}
}

static void test_addresses(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int yes = 1;
	struct seep_control *control;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	ok(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0,
	   "somebody listens");
	control = start();
	ok(begins(said, "seep.conf:1: control-interface: 127.0.0.1@") && said_count == 1 &&
		   strstr(said, ": Address already in use; nothing listens there: "),
	   "that is said");
	ok(control && is_served_at_socket(), "the unix socket works still");
	seep_control_stop(control);
	close(fd);
	set_conf("192.0.2.1", "server.key", "server.pem");
	control = start_at(path);
	ok(begins(said, "seep.conf:1: control-interface: 192.0.2.1@") && said_count == 1 &&
		   strstr(said, ": this machine has no such address; choose one of its own"),
	   "an address of another machine");
	seep_control_stop(control);
	set_conf("127.0.0.1", "server.key", "server.pem");
	control = start_at(in("none/socket"));
	ok(control && strstr(said, "none/socket: No such file") && is_served(),
	   "where the unix socket cannot be, this one works");
	seep_control_stop(control);
}

/* Says nothing, or stops in the handshake or behind it: gone after five seconds, not before. */
static void test_slow(void)
{
	struct seep_control *control = start();
	const uint64_t from_ms = clock_ms();
	int fds[3] = { client_tcp(), client_tcp(), client_tcp() };
	SSL_CTX *with = context("control", "server");
	SSL *tls = SSL_new(with);
	static const char half[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
	uint64_t passed_ms;
	char byte;

	(void)send(fds[1], half, sizeof(half) - 1, MSG_NOSIGNAL);
	ok(SSL_set_fd(tls, fds[2]) == 1 && SSL_connect(tls) == 1 &&
		   SSL_write(tls, "UBCT1 st", 8) == 8,
	   "half a line");
	ok(is_served(), "others are served meanwhile");
	for (unsigned at = 0; at < COUNT(fds); at++) {
		if (at < 2)
			ok(recv(fds[at], &byte, 1, 0) <= 0, "nothing comes");
		else
			ok(SSL_read(tls, &byte, 1) <= 0, "nothing comes");
		passed_ms = clock_ms() - from_ms;
		ok(passed_ms >= SEEP_CONTROL_CLIENT_MS - 50 &&
			   passed_ms < SEEP_CONTROL_CLIENT_MS + 2000,
		   "and it is gone after %" PRIu64 " ms", passed_ms);
	}
	SSL_free(tls);
	SSL_CTX_free(with);
	for (unsigned at = 0; at < COUNT(fds); at++)
		close(fds[at]);
	seep_control_stop(control);
}

static void test_many(void)
{
	struct seep_control *control = start();
	static const char half[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
	SSL_CTX *with = context("control", "server");
	SSL *known = SSL_new(with);
	int fds[100], fd = client_tcp();
	uint64_t from_ms, passed_ms;
	char text[20] = "";

	ok(SSL_set_fd(known, fd) == 1 && SSL_connect(known) == 1 &&
		   SSL_write(known, STATUS, 8) == 8,
	   "one has shown its certificate, and takes its time");
	from_ms = clock_ms();
	for (unsigned at = 0; at < COUNT(fds); at++) {
		fds[at] = client_tcp();
		if (at % 2)
			(void)send(fds[at], half, sizeof(half) - 1, MSG_NOSIGNAL);
	}
	ok(is_served_at_socket(), "beside a hundred in a handshake: the unix socket");
	passed_ms = clock_ms() - from_ms;
	ok(passed_ms < 1000, "at once, after %" PRIu64 " ms", passed_ms);
	ok(is_served(), "after them, one is served");
	passed_ms = clock_ms() - from_ms;
	ok(passed_ms < 4800, "in %" PRIu64 " ms", passed_ms);
	ok(SSL_write(known, &STATUS[8], (int)strlen(STATUS) - 8) > 0 &&
		   SSL_read(known, text, sizeof(text) - 1) > 0 && begins(text, "{\nversion"),
	   "none of them took the place of who has shown its certificate");
	from_ms = clock_ms();
	seep_control_stop(control);
	passed_ms = clock_ms() - from_ms;
	ok(passed_ms < 1000, "it ends beside them, in %" PRIu64 " ms", passed_ms);
	for (unsigned at = 0; at < COUNT(fds); at++)
		close(fds[at]);
	SSL_free(known);
	SSL_CTX_free(with);
	close(fd);
}

/* Who says nothing makes others wait for a moment only, however many queue up. */
static void test_silent(void)
{
	struct seep_control *control = start();
	int fds[120];
	uint64_t from_ms, passed_ms;

	ok(is_served(), "one is served");
	from_ms = clock_ms();
	for (unsigned at = 0; at < COUNT(fds); at++)
		fds[at] = client_tcp();
	ok(is_served(), "behind %zu that say nothing, too", COUNT(fds));
	passed_ms = clock_ms() - from_ms;
	/* Of those who say half a word, 32 a second make room. */
	ok(passed_ms < 2000, "in %" PRIu64 " ms", passed_ms);
	for (unsigned at = 0; at < COUNT(fds); at++)
		close(fds[at]);
	seep_control_stop(control);
}

/* Handshakes without end take a part of a core only. */
static void test_gap(void)
{
	struct seep_control *control = start();
	SSL_CTX *with = context("control", "server");
	const uint64_t from_ms = clock_ms(), turns = 50;
	uint64_t passed_ms, served = 0;

	for (uint64_t turn = 0; turn < turns; turn++)
		served += begins(ask_tls(with, STATUS, strlen(STATUS), 1000), "{\nversion=");
	passed_ms = clock_ms() - from_ms;
	is_int(served, turns, "one after the other, all are served");
	ok(passed_ms >= (turns - 1) * SEEP_CONTROL_TLS_GAP_MS,
	   "but not faster than in %" PRIu64 " ms", passed_ms);
	SSL_CTX_free(with);
	seep_control_stop(control);
}

/* One client of CONTROL's code, at the other end of a connection that takes in little. */
struct slow {
	struct seep_control_client served;
	struct seep_control_source source;
	struct seep_counters base;
	SSL *tls; /* our end */
};

/* Both ends go on until ours is through the handshake. */
static bool meet(struct slow *slow)
{
	for (unsigned turn = 0; turn < 100; turn++) {
		if (SSL_connect(slow->tls) == 1)
			return true;
		seep_control_client_serve(&slow->served, &slow->source, &slow->base);
	}
	return false;
}

/* Who reads slowly gets all of a long answer, and nobody waits for it. */
static void test_slow_reader(void)
{
	static const char request[] = "UBCT1 top users level 0\n";
	static char text[SEEP_CONTROL_ANSWER_MAX];
	static struct slow slow;
	const struct seep_interface from = { .address.ss_family = AF_INET };
	SSL_CTX *with = context("control", "server"), *server;
	struct seep_control_remote_setup setup = { .conf = &conf, .conf_name = "", .say = say };
	size_t size = 0, got = 0, waits = 0;
	const int small = 4096;
	int pair[2];

	for (unsigned user = 1; user <= 300; user++) {
		snprintf(text, sizeof(text), "secret-of-%u.d%u.example", user * 7919, user);
		rig_send(&rig, user, text);
	}
	set_conf("127.0.0.1", "server.key", "server.pem");
	server = seep_control_remote_tls(&setup);
	(void)socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	slow.source =
		(struct seep_control_source){ .version = "1", .engine = rig.engine, .now = now };
	slow.tls = SSL_new(with);
	(void)SSL_set_fd(slow.tls, pair[1]);
	seep_control_client_begin(&slow.served, pair[0], server, &from, 0);
	ok(!slow.served.has_begun, "no handshake has begun");
	ok(meet(&slow) && SSL_write(slow.tls, request, (int)strlen(request)) > 0, "it asks");
	for (unsigned turn = 0; turn < 1000 && slow.served.fd >= 0; turn++) {
		seep_control_client_serve(&slow.served, &slow.source, &slow.base);
		if (slow.served.fd >= 0 && slow.served.is_answered)
			waits += slow.served.waits_for == POLLOUT;
		while (SSL_read_ex(slow.tls, text + size, sizeof(text) - 1 - size, &got))
			size += got;
	}
	text[size] = '\0';
	ok(waits > 1, "the answer waits %zu times until there is room", waits);
	is_int(slow.served.fd, -1, "and is sent");
	ok(slow.served.has_begun, "that its handshake had begun is known when it has gone");
	ok(SSL_get_error(slow.tls, 0) == SSL_ERROR_ZERO_RETURN && size > 20000 &&
		   strcmp(text + size - 4, "]\n}\n") == 0,
	   "it is whole: %zu bytes", size);
	SSL_free(slow.tls);
	SSL_CTX_free(with);
	SSL_CTX_free(server);
	close(pair[1]);
}

/* Bytes that are no handshake, or one that is damaged. */
static void test_malformed(void)
{
	struct seep_control *control = start();
	SSL_CTX *with = context("control", "server");
	BIO *from = BIO_new(BIO_s_mem()), *to = BIO_new(BIO_s_mem());
	SSL *tls = SSL_new(with);
	char hello[2048], bytes[2048];
	int size;

	SSL_set_bio(tls, from, to);
	(void)SSL_connect(tls);
	size = BIO_read(to, hello, sizeof(hello));
	ok(size > 100, "a handshake begins with %d bytes", size);
	srand(1);
	for (unsigned turn = 0; turn < 200; turn++) {
		int fd = client_tcp();

		memcpy(bytes, hello, sizeof(hello));
		for (unsigned at = 0; at < turn % 4; at++)
			bytes[rand() % size] ^= (char)(1 << rand() % 8);
		if (turn % 4 == 0)
			for (int at = 0; at < size; at++)
				bytes[at] = (char)rand();
		(void)send(fd, bytes, (size_t)(1 + rand() % size), MSG_NOSIGNAL);
		close(fd);
	}
	ok(is_served(), "after two hundred of them, one is served");
	SSL_free(tls);
	SSL_CTX_free(with);
	seep_control_stop(control);
}

static void make_files(void)
{
	const struct pki_times usual = { -3600, LONG_S }, past = { -2 * LONG_S, -LONG_S },
			       future = { LONG_S, 2 * LONG_S };
	struct pki_pair server = pki_make("unbound", usual, NULL);
	struct pki_pair control = pki_make("unbound-control", usual, &server);
	const struct {
		const char *base, *name;
		struct pki_times times;
		const struct pki_pair *signer;
	} rows[] = {
		{ "strange", "O\xc3\xb6 \n), x", usual, &server },
		{ "dash", "-", usual, &server },
		{ "long", LONG, usual, &server },
		{ "foreign", "unbound-control", usual, NULL },
		{ "grandchild", "unbound-control", usual, &control },
		{ "past", "unbound", past, &server },
		{ "future", "unbound", future, NULL },
	};
	FILE *to;

	pki_write(&server, in("server"));
	pki_write(&control, in("control"));
	for (size_t at = 0; at < COUNT(rows); at++) {
		struct pki_pair pair = pki_make(rows[at].name, rows[at].times, rows[at].signer);

		pki_write(&pair, in(rows[at].base));
		pki_free(&pair);
	}
	to = fopen(in("locked.key"), "we");
	PEM_write_PrivateKey(to, server.key, EVP_aes_128_cbc(), (const unsigned char *)"word", 4,
			     NULL, NULL);
	fclose(to);
	fclose(fopen(in("empty"), "we"));
	(void)mkfifo(in("fifo"), 0600);
	pki_free(&server);
	pki_free(&control);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	directory_make(directory);
	snprintf(path, sizeof(path), "%s/control", directory);
	rig_open(&rig, "memory-size: 1m\n");
	seep_conf_defaults(&conf);
	port = free_port();
	make_files();
	tap_run(test_interface);
	tap_run(test_served);
	tap_run(test_refused);
	tap_run(test_who);
	tap_run(test_files);
	tap_run(test_addresses);
	tap_run(test_slow);
	tap_run(test_many);
	tap_run(test_silent);
	tap_run(test_gap);
	tap_run(test_slow_reader);
	tap_run(test_malformed);
	seep_conf_release(&conf);
	rig_close(&rig);
	directory_remove(directory);
	return done();
}
