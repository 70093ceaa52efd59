/* SPDX-License-Identifier: BSD-3-Clause */
/* A client of the control socket: finds it, connects, sends a command, takes the answer. */
#include "control.h"

#include "control_link.h"
#include "conf/conf.h"
#include "control/listen.h"
#include "control/write.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a control-interface's files are by default, as Unbound's own are. */
#define UNBOUND_CONF "/etc/unbound/seep.conf"

static const struct option_row option_rows[] = {
	{ .letter = 's',
	  .argument = "PATH|ADDRESS@PORT",
	  .text = "the control socket, or the control-interface (default: see -c)",
	  .offset = offsetof(struct control_options, socket) },
	{ .letter = 'c',
	  .argument = "FILE",
	  .text = "a seep.conf, which says where, and names files for TLS (default: the defaults)",
	  .offset = offsetof(struct control_options, conf) },
	{ .name = "json",
	  .text = "as one JSON object",
	  .offset = offsetof(struct control_options, json) },
};
const struct option_set control_base_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
};

/* A path that Unbound's directory begins, where its seep.conf is, too. */
static void set_beside(char path[CONTROL_PATH_SIZE], const char *conf, const char *name)
{
	const char *slash = strrchr(conf, '/');
	int size = name[0] != '/' && slash ? (int)(slash + 1 - conf) : 0;

	snprintf(path, CONTROL_PATH_SIZE, "%.*s%s", size, conf, name);
}

/* Is WHERE an address and a port? Then it is the place, with the files that CONF names. */
static bool set_interface(struct control_place *place, const char *where,
			  const struct control_options *options, const struct seep_conf *conf)
{
	const char *beside = options->conf ? options->conf : UNBOUND_CONF;

	place->is_interface = !seep_interface_parse(&place->interface, where);
	if (!place->is_interface)
		return false;
	set_beside(place->name, "", where);
	set_beside(place->key, beside, conf->control_key_file);
	set_beside(place->cert, beside, conf->control_cert_file);
	set_beside(place->server, beside, conf->server_cert_file);
	return true;
}

/* The place by the options, and by CONF; false, having said why not. */
static bool set_place(struct control_place *place, const struct control_options *options,
		      const struct seep_conf *conf)
{
	char path[SEEP_PATH_SIZE];

	if (options->socket)
		return set_interface(place, options->socket, options, conf);
	seep_control_path(conf, path);
	if (path[0])
		set_beside(place->name, options->conf ? options->conf : "", path);
	else if (!set_interface(place, conf->control_interface, options, conf))
		return control_fail(options->conf,
				    "has control-socket: \"\" and no control-interface, so "
				    "nothing listens: give it either, and reload Unbound");
	return true;
}

/* Where to connect to; false, having said why not. */
static bool find_place(const struct control_options *options, struct control_place *place)
{
	char text[SEEP_CONF_ERROR_SIZE];
	struct seep_conf_error error;
	struct seep_conf conf;
	bool good = true;

	place->gone = options->gone;
	place->is_interface =
		options->socket && !seep_interface_parse(&place->interface, options->socket);
	if (options->socket && !place->is_interface) {
		set_beside(place->name, "", options->socket);
		return true;
	}
	if (options->conf)
		good = seep_conf_load(&conf, options->conf, &error) == SEEP_CONF_OK;
	else
		seep_conf_defaults(&conf);
	if (good) {
		good = set_place(place, options, &conf);
	} else {
		seep_conf_error_format(&error, text);
		fprintf(stderr, "seepctl: %s\n", text);
	}
	seep_conf_release(&conf);
	return good;
}

/* Says that the URL, of which REST follows the scheme, is no name, and which one is in it. */
static bool fail_url(const char *url, const char *rest)
{
	fprintf(stderr, "seepctl: \"%s\" is a URL: give the name in it alone, %.*s\n", url,
		(int)strcspn(rest, "/:?#"), rest);
	return false;
}

bool control_may_send(const char *word)
{
	static const char scheme_end[] = "://";
	const char *byte = word, *url;

	if (!word)
		return true;
	while (*byte > ' ' && *byte <= '~')
		byte++;
	if (*byte || !*word) {
		fprintf(stderr,
			"seepctl: \"%s\": expected one word of printable ASCII; "
			"internationalised names in their xn-- form\n",
			word);
		return false;
	}
	url = strstr(word, scheme_end);
	return !url || fail_url(word, url + strlen(scheme_end));
}

/* Sends a whole line; false, having said why not. */
static bool send_line(struct control_link *link, const char *format, va_list arguments)
{
	char text[1024] = "UBCT1 "; /* a request's most bytes */
	size_t used = strlen(text);
	int size = vsnprintf(text + used, sizeof(text) - used - 1, format, arguments);

	if (size < 0 || (size_t)size >= sizeof(text) - used - 1)
		return control_fail(link->place->name,
				    "the command is too long: it may have 1,000 bytes");
	used += (size_t)size;
	text[used++] = '\n';
	return control_link_send(link, text, used);
}

/* Did Seep say that something is wrong? Then so do we, and free it. */
static bool is_refusal(char *text, size_t size)
{
	static const char error[] = "error ";

	if (size <= sizeof(error) - 1 || memcmp(text, error, sizeof(error) - 1) != 0)
		return false;
	text[size - 1] = '\0';
	fprintf(stderr, "seepctl: %s\n", text + sizeof(error) - 1);
	free(text);
	return true;
}

/* What comes for the command; NULL, having said why. */
static char *ask(const struct control_place *place, size_t *size, const char *format,
		 va_list arguments)
{
	struct control_link link;
	char *text = NULL;

	if (!control_link_open(&link, place))
		return NULL;
	if (send_line(&link, format, arguments))
		text = control_link_receive(&link, SEEP_CONTROL_ANSWER_MAX + 1, size);
	control_link_close(&link);
	if (text && *size == 0) {
		if (!control_is_waited_for(place, ECONNRESET))
			(void)control_fail(
				place->name,
				"no answer: Unbound is ending, or has too many clients; try again");
		free(text);
		return NULL;
	}
	return text && is_refusal(text, *size) ? NULL : text;
}

char *control_ask_text(const struct control_options *options, size_t *size, const char *format, ...)
{
	struct control_place place;
	va_list arguments;
	char *text;

	if (!find_place(options, &place))
		return NULL;
	va_start(arguments, format);
	text = ask(&place, size, format, arguments);
	va_end(arguments);
	return text;
}

bool control_ask(const struct control_options *options, struct control_answer *answer,
		 const char *format, ...)
{
	struct control_place place;
	va_list arguments;
	size_t size;
	char *text;

	*answer = (struct control_answer){ .count = 0 };
	if (!find_place(options, &place))
		return false;
	va_start(arguments, format);
	text = ask(&place, &size, format, arguments);
	va_end(arguments);
	/* It frees the text if it cannot be read. */
	return text &&
	       (control_read(answer, text, size) ||
		control_fail(place.name, "the answer is none of Seep's: give the control socket of "
					 "Seep, and call the seepctl of its version"));
}
