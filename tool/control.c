/* SPDX-License-Identifier: BSD-3-Clause */
/* A client of the control socket: finds it, connects, sends a command, takes the answer. */
#include "control.h"

#include "conf/conf.h"
#include "control/listen.h"
#include "control/write.h"

#include <errno.h>
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

static const struct option_row option_rows[] = {
	{ .letter = 's',
	  .argument = "PATH",
	  .text = "the control socket (default: see -c)",
	  .offset = offsetof(struct control_options, socket) },
	{ .letter = 'c',
	  .argument = "FILE",
	  .text = "a seep.conf, whose control-socket it is (default: that of the defaults)",
	  .offset = offsetof(struct control_options, conf) },
	{ .name = "json",
	  .text = "as one JSON object",
	  .offset = offsetof(struct control_options, json) },
};
const struct option_set control_base_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
};

/* Says what is wrong with the socket, and returns false. */
__attribute__((format(printf, 2, 3))) static bool fail(const char *path, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "seepctl: %s: ", path);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	putc('\n', stderr);
	return false;
}

/* A path that Unbound's directory begins, where its seep.conf is, too. */
static void set_beside(char path[2 * SEEP_PATH_SIZE], const char *conf, const char *name)
{
	const char *slash = strrchr(conf, '/');
	int size = name[0] != '/' && slash ? (int)(slash + 1 - conf) : 0;

	snprintf(path, 2 * SEEP_PATH_SIZE, "%.*s%s", size, conf, name);
}

/* Where the socket is; false, having said why not. */
static bool find_path(const struct control_options *options, char path[2 * SEEP_PATH_SIZE])
{
	char text[SEEP_CONF_ERROR_SIZE], name[SEEP_PATH_SIZE];
	struct seep_conf_error error;
	struct seep_conf conf;
	bool good = true;

	if (options->socket) {
		set_beside(path, "", options->socket);
		return true;
	}
	if (options->conf)
		good = seep_conf_load(&conf, options->conf, &error) == SEEP_CONF_OK;
	else
		seep_conf_defaults(&conf);
	if (good)
		seep_control_path(&conf, name);
	seep_conf_release(&conf);
	if (!good) {
		seep_conf_error_format(&error, text);
		fprintf(stderr, "seepctl: %s\n", text);
		return false;
	}
	if (!name[0])
		return fail(options->conf,
			    "has control-socket: \"\", so nothing listens: give it a "
			    "path, and reload Unbound");
	set_beside(path, options->conf ? options->conf : "", name);
	return true;
}

/* Why it cannot be connected to, with what to do. */
static bool fail_connect(const char *path, int error)
{
	struct stat status;

	if (error == ENOENT)
		return fail(path, "there is no such socket: is Unbound running, with Seep? If its "
				  "control-socket is elsewhere, say so by -s PATH or -c seep.conf");
	if (stat(path, &status) == 0 && !S_ISSOCK(status.st_mode))
		return fail(path, "is no socket: name the control socket by -s PATH or -c "
				  "seep.conf");
	if (error == ECONNREFUSED)
		return fail(path, "nobody listens: Unbound has ended; start it");
	if (error == EACCES || error == EPERM)
		return fail(path, "permission denied: call seepctl as root or Unbound's user, or "
				  "as a member of control-group");
	return fail(path, "%s", strerror(error));
}

/* Returns the connection; -1, having said why not. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		(void)fail(path,
			   "is longer than %zu bytes, which no socket's path can be: choose a "
			   "shorter control-socket, or be in its directory and give its name",
			   sizeof(address.sun_path) - 1);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)fail_connect(path, errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What comes until the connection ends; NULL, having said why not. */
static char *receive(int fd, const char *path, size_t *size)
{
	const size_t room = SEEP_CONTROL_ANSWER_MAX + 1;
	const int64_t until_ms = clock_ms() + WAIT_MS;
	char *text = malloc(room);
	ssize_t got = text ? 1 : -1;

	*size = 0;
	while (got > 0 && *size < room) {
		struct pollfd polled = { .fd = fd, .events = POLLIN };
		int64_t left_ms = until_ms - clock_ms();

		errno = ETIMEDOUT;
		got = left_ms > 0 && poll(&polled, 1, (int)left_ms) > 0
			      ? recv(fd, text + *size, room - *size, 0)
			      : -1;
		*size += got > 0 ? (size_t)got : 0;
	}
	if (got == 0)
		return text;
	(void)fail(path, "%s",
		   got > 0 ? "the answer is too long: is it Seep that listens there?"
		   : errno == ETIMEDOUT
			   ? "no answer in ten seconds: Unbound is too busy, or stopped"
			   : strerror(errno));
	free(text);
	return NULL;
}

/* Sends a whole line; false, having said why not. */
static bool send_line(int fd, const char *path, const char *format, va_list arguments)
{
	char text[1024] = "UBCT1 "; /* a request's most bytes */
	size_t used = strlen(text);
	int size = vsnprintf(text + used, sizeof(text) - used - 1, format, arguments);

	if (size < 0 || (size_t)size >= sizeof(text) - used - 1)
		return fail(path, "the command is too long: it may have 1,000 bytes");
	used += (size_t)size;
	text[used++] = '\n';
	return send(fd, text, used, MSG_NOSIGNAL) == (ssize_t)used ||
	       fail(path, "%s", strerror(errno));
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
static char *ask(const char *path, size_t *size, const char *format, va_list arguments)
{
	char *text = NULL;
	int fd = connect_to(path);

	if (fd < 0)
		return NULL;
	if (send_line(fd, path, format, arguments))
		text = receive(fd, path, size);
	close(fd);
	if (text && *size == 0) {
		(void)fail(path,
			   "no answer: Unbound is ending, or has too many clients; try again");
		free(text);
		return NULL;
	}
	return text && is_refusal(text, *size) ? NULL : text;
}

char *control_ask_text(const struct control_options *options, size_t *size, const char *format, ...)
{
	char path[2 * SEEP_PATH_SIZE], *text;
	va_list arguments;

	if (!find_path(options, path))
		return NULL;
	va_start(arguments, format);
	text = ask(path, size, format, arguments);
	va_end(arguments);
	return text;
}

bool control_ask(const struct control_options *options, struct control_answer *answer,
		 const char *format, ...)
{
	char path[2 * SEEP_PATH_SIZE], *text;
	va_list arguments;
	size_t size;

	*answer = (struct control_answer){ .count = 0 };
	if (!find_path(options, path))
		return false;
	va_start(arguments, format);
	text = ask(path, &size, format, arguments);
	va_end(arguments);
	/* It frees the text if it cannot be read. */
	return text && (control_read(answer, text, size) ||
			fail(path, "the answer is none of Seep's: another version's, perhaps"));
}
