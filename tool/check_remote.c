/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks the control-interface of a seep.conf. */
#include "check_remote.h"

#include <stdio.h>

#include "conf/interface.h"
#include "control/remote.h"

static void say(void *context, bool problem, const char *text)
{
	(void)context, (void)problem;
	fprintf(stderr, "%s\n", text);
}

static void print_reach(const struct seep_conf *conf, const char *file)
{
	static const char *const reaches[] = {
		[SEEP_INTERFACE_LOOPBACK] = "only from this machine",
		[SEEP_INTERFACE_ADDRESS] = "from every machine that can send to that address",
		[SEEP_INTERFACE_EVERYWHERE] =
			"from every machine that can send to any address of this one",
	};
	struct seep_interface interface;

	if (!seep_interface_parse(&interface, conf->control_interface))
		printf("%s:%lu: control-interface %s: reached %s, by who has a certificate that the key of "
		       "%s signed, and may change what Seep lets pass\n",
		       file, conf->lines[SEEP_OPTION_AT_control_interface], conf->control_interface,
		       reaches[seep_interface_reach(&interface)], conf->server_cert_file);
}

bool check_remote(const struct seep_conf *conf, const char *file)
{
	const struct seep_control_remote_setup setup = {
		.conf = conf,
		.conf_name = file,
		.say = say,
	};
	SSL_CTX *tls;

	if (!conf->control_interface[0])
		return true;
	tls = seep_control_remote_tls(&setup);
	if (!tls)
		return false;
	SSL_CTX_free(tls);
	print_reach(conf, file);
	return true;
}
