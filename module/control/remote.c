/* SPDX-License-Identifier: BSD-3-Clause */
/* Listens on the control interface. */
#include "control/remote.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/interface.h"
#include "control/tls.h"

/* So many clients wait until they are let in. */
#define WAITING 128

/* Holds "seep.conf:12: server-key-file". */
#define PLACE_SIZE 320

/* Where in seep.conf an option is, and its name; what is not there has the name alone. */
static const char *place_of(const struct seep_control_remote_setup *setup, enum seep_option_at at,
			    char text[PLACE_SIZE])
{
	unsigned long line = setup->conf->lines[at];

	if (line && setup->conf_name[0])
		snprintf(text, PLACE_SIZE, "%s:%lu: %s", setup->conf_name, line,
			 seep_options[at].name);
	else
		snprintf(text, PLACE_SIZE, "%s", seep_options[at].name);
	return text;
}

static bool fail_address(const struct seep_control_remote_setup *setup, int error)
{
	char place[PLACE_SIZE], text[SEEP_TLS_PROBLEM_SIZE];
	const char *remedy = "mend that, and reload Unbound";

	if (error == EADDRINUSE)
		remedy = "something listens there already; choose another port, and reload Unbound";
	else if (error == EADDRNOTAVAIL)
		remedy = "this machine has no such address; choose one of its own, and reload "
			 "Unbound";
	else if (error == EACCES)
		remedy = "Unbound's user may not use that port; choose one from 1024 on, and "
			 "reload Unbound";
	snprintf(text, sizeof(text), "%s: %s: %s; nothing listens there: %s",
		 place_of(setup, SEEP_OPTION_AT_control_interface, place),
		 setup->conf->control_interface, strerror(error), remedy);
	setup->say(setup->context, true, text);
	return false;
}

SSL_CTX *seep_control_remote_tls(const struct seep_control_remote_setup *setup)
{
	char key[PLACE_SIZE], cert[PLACE_SIZE];
	char problem[SEEP_TLS_PROBLEM_SIZE], text[SEEP_TLS_PROBLEM_SIZE + 128];
	const struct seep_tls_files files = {
		.key = { place_of(setup, SEEP_OPTION_AT_server_key_file, key),
			 setup->conf->server_key_file },
		.cert = { place_of(setup, SEEP_OPTION_AT_server_cert_file, cert),
			  setup->conf->server_cert_file },
		.trusted = files.cert,
	};
	SSL_CTX *tls = seep_tls_create(&files, true, problem);

	if (tls)
		return tls;
	snprintf(text, sizeof(text),
		 "%s; nothing listens on %s until that is mended and Unbound "
		 "reloaded",
		 problem, setup->conf->control_interface);
	setup->say(setup->context, true, text);
	return NULL;
}

/* Returns what listens there; -1 with errno set. */
static int listen_at(const struct seep_interface *interface)
{
	const int yes = 1;
	int fd =
		socket(interface->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -1;
	/* Connections of before a reload may still be ending. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	/* ::0 is no address of IPv4. */
	if (interface->address.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(fd, (const struct sockaddr *)&interface->address, interface->size) == 0 &&
	    listen(fd, WAITING) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

bool seep_control_remote_listen(struct seep_control_remote *remote,
				const struct seep_control_remote_setup *setup)
{
	struct seep_interface interface;

	*remote = (struct seep_control_remote){ .fd = -1 };
	/* The parser of seep.conf took it. */
	if (seep_interface_parse(&interface, setup->conf->control_interface))
		return fail_address(setup, EINVAL);
	remote->tls = seep_control_remote_tls(setup);
	if (!remote->tls)
		return false;
	remote->fd = listen_at(&interface);
	if (remote->fd >= 0)
		return true;
	(void)fail_address(setup, errno);
	seep_control_remote_unlisten(remote);
	return false;
}

void seep_control_remote_unlisten(struct seep_control_remote *remote)
{
	if (remote->fd >= 0)
		close(remote->fd);
	SSL_CTX_free(remote->tls);
	*remote = (struct seep_control_remote){ .fd = -1 };
}
