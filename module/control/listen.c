/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the control socket's file, and removes it. */
#include "control/listen.h"

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/remedy.h"

#define STATE_ENDING   ".state"
#define CONTROL_ENDING ".control"
/* So many clients wait until they are let in: unbound-control gives up where there is no room. */
#define WAITING        128
/* The largest entry of the groups' list that is read. */
#define GROUP_MAX      (1 << 20)
#define GROUPS         "/etc/group"

_Static_assert(sizeof(((struct sockaddr_un *)NULL)->sun_path) == SEEP_CONTROL_PATH_SIZE,
	       "the path of a socket");

void seep_control_path(const struct seep_conf *conf, char path[SEEP_PATH_SIZE])
{
	size_t size = strlen(conf->state_file), ending = strlen(STATE_ENDING);

	if (strcmp(conf->control_socket, "auto") != 0) {
		memcpy(path, conf->control_socket, strlen(conf->control_socket) + 1);
		return;
	}
	if (size > ending && strcmp(conf->state_file + size - ending, STATE_ENDING) == 0)
		size -= ending;
	if (size == 0)
		snprintf(path, SEEP_PATH_SIZE, "seep" CONTROL_ENDING);
	else /* What does not fit is too long for a socket anyway. */
		snprintf(path, SEEP_PATH_SIZE, "%.*s" CONTROL_ENDING,
			 (int)(size < SEEP_PATH_SIZE - sizeof(CONTROL_ENDING)
				       ? size
				       : SEEP_PATH_SIZE - sizeof(CONTROL_ENDING)),
			 conf->state_file);
}

/* Whom to tell, and what the line begins with. */
struct listener {
	const char *path;
	seep_control_say *say;
	void *context;
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct listener *listener,
						       const char *format, ...)
{
	char text[SEEP_PATH_SIZE + 256 + SEEP_REMEDY_SIZE];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s: ", listener->path);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, sizeof(text) - used, format, arguments);
	va_end(arguments);
	listener->say(listener->context, true, text);
	return false;
}

/* What the system has against it. */
static bool fail_by_system(const struct listener *listener, int error)
{
	return fail(listener, "%s; nothing listens there: %s; then reload Unbound", strerror(error),
		    seep_remedy_write(error));
}

/* Is the file at ADDRESS a socket that nobody serves? Else what it is has been said. */
static bool is_stale(const struct listener *listener, const struct sockaddr_un *address)
{
	struct stat status;
	int fd, error;

	if (lstat(address->sun_path, &status))
		return errno == ENOENT || fail_by_system(listener, errno);
	if (!S_ISSOCK(status.st_mode))
		return fail(
			listener,
			"there is a file that is no socket; it is left as it is, and "
			"nothing listens: remove it, or choose another path, and reload Unbound");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail_by_system(listener, errno);
	error = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? errno : 0;
	close(fd);
	if (error == ECONNREFUSED || error == ENOENT)
		return true;
	if (error && error != EAGAIN)
		return fail(listener,
			    "there is a socket already: %s; nothing listens: remove it, or choose "
			    "another path, and reload Unbound",
			    strerror(error));
	return fail(listener, "another process listens there; this one does not: give each "
			      "resolver a control-socket of its own");
}

static bool bind_to(struct seep_control_file *file, const struct listener *listener)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error;

	memcpy(address.sun_path, file->path, strlen(file->path) + 1);
	/* The file's mode is the socket's from its first moment. */
	if (fchmod(file->fd, 0600))
		return fail_by_system(listener, errno);
	/* Twice: what is stale is removed once. */
	for (unsigned turn = 0; turn < 2; turn++) {
		error = bind(file->fd, (const struct sockaddr *)&address, sizeof(address)) ? errno
											   : 0;
		if (!error)
			return true;
		if (error != EADDRINUSE || turn)
			break;
		if (!is_stale(listener, &address))
			return false;
		if (unlink(file->path) && errno != ENOENT)
			return fail(listener,
				    "nobody listens on the socket that is there, and it cannot be "
				    "removed: %s; nothing listens there: remove it, and reload "
				    "Unbound",
				    strerror(errno));
	}
	return fail_by_system(listener, error);
}

bool seep_control_find_group(const char *name, gid_t *gid)
{
	struct group entry, *found = NULL;
	char *room = NULL, *end;
	unsigned long number = strtoul(name, &end, 10);

	if (name[0] >= '0' && name[0] <= '9' && *end == '\0') {
		*gid = (gid_t)number;
		return number < (gid_t)-1;
	}
	for (size_t size = 4096; size <= GROUP_MAX; size *= 4) {
		free(room);
		room = malloc(size);
		if (!room || getgrnam_r(name, &entry, room, size, &found) != ERANGE)
			break;
	}
	if (found)
		*gid = found->gr_gid;
	free(room);
	return found != NULL;
}

/* Finds the group that may connect, too: before there is a file, for it may take its time. */
static bool is_open_to(const struct listener *listener, const char *group, gid_t *gid)
{
	if (!group[0])
		return false;
	if (seep_control_find_group(group, gid))
		return true;
	if (access(GROUPS, F_OK))
		return fail(listener,
			    "control-group: there is no " GROUPS " to find \"%s\" in, as in a "
			    "chroot; only Unbound's user and root can connect: give the group's "
			    "number, and reload Unbound",
			    group);
	return fail(listener,
		    "control-group: there is no group \"%s\"; only Unbound's user and root can "
		    "connect: make the group, or name another, and reload Unbound",
		    group);
}

/* Lets the group GID connect; where that cannot be, Unbound's user alone can. */
static void open_to(const struct listener *listener, gid_t gid)
{
	if (lchown(listener->path, (uid_t)-1, gid) || chmod(listener->path, 0660))
		(void)fail(listener,
			   "control-group: %s; only Unbound's user and root can connect: make that "
			   "user a member of the group, and restart Unbound",
			   strerror(errno));
}

bool seep_control_listen(struct seep_control_file *file, const char *path, const char *group,
			 seep_control_say *say, void *context)
{
	const struct listener listener = { .path = path, .say = say, .context = context };
	struct stat status;
	bool is_open;
	gid_t gid;

	*file = (struct seep_control_file){ .fd = -1 };
	if (strlen(path) >= sizeof(file->path))
		return fail(&listener,
			    "is longer than %d bytes, which no socket's path can be; "
			    "nothing listens: choose a shorter one",
			    SEEP_CONTROL_PATH_SIZE - 1);
	memcpy(file->path, path, strlen(path) + 1);
	file->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file->fd < 0)
		return fail_by_system(&listener, errno);
	is_open = is_open_to(&listener, group, &gid);
	if (!bind_to(file, &listener)) {
		close(file->fd);
		file->fd = -1;
		return false;
	}
	if (lstat(file->path, &status) == 0) {
		file->device = status.st_dev;
		file->inode = status.st_ino;
	}
	/* Nobody can connect before it listens. */
	if (is_open)
		open_to(&listener, gid);
	if (listen(file->fd, WAITING)) {
		(void)fail_by_system(&listener, errno);
		seep_control_unlisten(file);
		return false;
	}
	return true;
}

void seep_control_unlisten(struct seep_control_file *file)
{
	struct stat status;

	if (file->fd < 0)
		return;
	if (lstat(file->path, &status) == 0 && S_ISSOCK(status.st_mode) &&
	    status.st_dev == file->device && status.st_ino == file->inode)
		(void)unlink(file->path);
	close(file->fd);
	file->fd = -1;
}
