/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes lines to a file, the system's log or a datagram socket. */
#include "events/sink.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/remedy.h"

#define MODE       0640
#define LOOK_MS    1000
#define WAIT_MS    2
#define WAITS_MOST 50
/* RFC 3164: the facility daemon, and the severity notice. */
#define PRIORITY   (3 * 8 + 5)
/* Holds what stands before a line in the system's log, with the NUL. */
#define STAMP_SIZE 64

static_assert(sizeof(((struct sockaddr_un *)NULL)->sun_path) == SEEP_SOCKET_PATH_MAX + 1,
	      "the longest path of a socket");

/* What to do about ERROR. */
static const char *remedy_of(const struct seep_sink *sink, int error)
{
	if (sink->kind == SEEP_SINK_FILE)
		return seep_remedy_write(error);
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "start what listens there; in a chroot the socket is one inside";
	case EACCES:
	case EPERM:
		return "let Unbound's user write to that socket";
	case EAGAIN:
		return "what listens there has to read faster";
	default:
		return "mend that";
	}
}

/* ERROR is new: says what happens now. 0 is that all is well again. */
static void say(struct seep_sink *sink, int error)
{
	char text[SEEP_PATH_SIZE + 160 + SEEP_REMEDY_SIZE];
	bool was_well = sink->error == 0;

	if (error == sink->error)
		return;
	sink->error = error;
	if (error)
		(void)snprintf(text, sizeof(text),
			       "%s: %s; events are dropped and counted until it can be written: %s",
			       sink->path, strerror(error), remedy_of(sink, error));
	else
		(void)snprintf(text, sizeof(text), "%s: is written again", sink->path);
	if (error == 0 || was_well)
		sink->say(sink->context, error != 0, text);
}

void seep_sink_start(struct seep_sink *sink, const char *target, seep_sink_say *says, void *context)
{
	const size_t before = strlen(SEEP_EVENT_LOG_SOCKET);
	const char *path = target;

	*sink = (struct seep_sink){ .fd = -1, .say = says, .context = context };
	if (strcmp(target, SEEP_EVENT_LOG_SYSLOG) == 0) {
		sink->kind = SEEP_SINK_SYSTEM;
		path = SEEP_SINK_SYSLOG;
	} else if (strncmp(target, SEEP_EVENT_LOG_SOCKET, before) == 0) {
		sink->kind = SEEP_SINK_SOCKET;
		path = target + before;
	}
	(void)snprintf(sink->path, sizeof(sink->path), "%s", path);
}

void seep_sink_stop(struct seep_sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
}

/* ---- a file ---- */

/* O_NONBLOCK: a pipe that nobody reads fails, and does not wait. */
static void open_file(struct seep_sink *sink)
{
	struct stat status;

	sink->fd = open(sink->path,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, MODE);
	if (sink->fd < 0 || fstat(sink->fd, &status) != 0) {
		say(sink, errno);
		seep_sink_stop(sink);
		return;
	}
	sink->device = status.st_dev;
	sink->inode = status.st_ino;
	sink->is_torn = false;
}

static bool is_in_place(const struct seep_sink *sink)
{
	struct stat status;

	return stat(sink->path, &status) == 0 && status.st_dev == sink->device &&
	       status.st_ino == sink->inode;
}

void seep_sink_look(struct seep_sink *sink, uint64_t now_ms)
{
	sink->waits = WAITS_MOST;
	if (sink->kind != SEEP_SINK_FILE || now_ms < sink->due_ms)
		return;
	sink->due_ms = now_ms + LOOK_MS;
	if (sink->fd >= 0 && !is_in_place(sink))
		seep_sink_stop(sink);
	if (sink->fd < 0)
		open_file(sink);
}

/* With the end of a line before it, if one was torn. Returns 0 or what was wrong. */
static int write_file(struct seep_sink *sink, const char *line, size_t size)
{
	struct iovec parts[] = { { "\n", 1 }, { (void *)(uintptr_t)line, size } };
	int first = sink->is_torn ? 0 : 1;
	size_t whole = size + (first ? 0 : 1);
	ssize_t written;

	if (sink->fd < 0)
		return sink->error ? sink->error : ENOENT;
	do {
		written = writev(sink->fd, parts + first, 2 - first);
	} while (written < 0 && errno == EINTR);
	if (written < 0)
		return errno;
	if ((size_t)written == whole) {
		sink->is_torn = false;
		return 0;
	}
	/* Of a torn line's end alone nothing is left over. */
	sink->is_torn = written > (first ? 0 : 1) || (sink->is_torn && written == 0);
	return ENOSPC;
}

/* ---- a socket ---- */

/* What stands before a line in the system's log. Local time, as that wants. */
static size_t print_stamp(char text[STAMP_SIZE], uint64_t wall_ms)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t wall_s = (time_t)(wall_ms / 1000);
	struct tm date;

	if (!localtime_r(&wall_s, &date))
		date = (struct tm){ .tm_mday = 1 };
	return (size_t)snprintf(text, STAMP_SIZE, "<%d>%s %2d %02d:%02d:%02d seep[%ld]: ", PRIORITY,
				months[date.tm_mon], date.tm_mday, date.tm_hour, date.tm_min,
				date.tm_sec, (long)getpid());
}

/* Is there time yet for who listens? There is none for one that let it pass before. */
static bool wait_for_room(struct seep_sink *sink)
{
	if (errno != EAGAIN || sink->error != 0 || sink->waits == 0)
		return false;
	sink->waits--;
	(void)poll(NULL, 0, WAIT_MS);
	return true;
}

static int send_datagram(struct seep_sink *sink, const struct msghdr *message)
{
	while (sendmsg(sink->fd, message, MSG_NOSIGNAL) < 0)
		if (!wait_for_room(sink))
			return errno;
	return 0;
}

static int write_socket(struct seep_sink *sink, const char *line, size_t size, uint64_t wall_ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char stamp[STAMP_SIZE];
	struct iovec parts[] = { { stamp, 0 }, { (void *)(uintptr_t)line, size } };
	const struct msghdr message = { .msg_name = &address,
					.msg_namelen = sizeof(address),
					.msg_iov = parts,
					.msg_iovlen = 2 };

	if (sink->kind == SEEP_SINK_SYSTEM) {
		parts[0].iov_len = print_stamp(stamp, wall_ms);
		parts[1].iov_len = size - 1; /* a message has no line feed */
	}
	if (sink->fd < 0)
		sink->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink->fd < 0)
		return errno;
	/* seep.conf takes no longer one. */
	memcpy(address.sun_path, sink->path, strnlen(sink->path, SEEP_SOCKET_PATH_MAX));
	return send_datagram(sink, &message);
}

bool seep_sink_write(struct seep_sink *sink, const char *line, size_t size, uint64_t wall_ms)
{
	int error = sink->kind == SEEP_SINK_FILE ? write_file(sink, line, size)
						 : write_socket(sink, line, size, wall_ms);

	say(sink, error);
	return error == 0;
}
