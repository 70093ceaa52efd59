/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks what a seep.conf has Seep write, and the group of its control socket. */
#include "check_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "control/listen.h"

/* A path that a line has. */
struct target {
	enum seep_option_at at;
	const char *path;
	const char *without; /* what is so without its directory */
};

/* The line of the option at AT: "FILE:LINE: ", then MARK and the option's name. */
static void begin(const struct seep_conf *conf, const char *file, enum seep_option_at at,
		  const char *mark)
{
	fprintf(stderr, "%s:%lu: %s%s: ", conf->files[at] ? conf->files[at] : file, conf->lines[at],
		mark, seep_options[at].name);
}

/* The file's path in the value of event-log; "" where it has none. */
static const char *path_of_log(const char *target)
{
	const size_t before = strlen(SEEP_EVENT_LOG_SOCKET);

	if (strcmp(target, SEEP_EVENT_LOG_SYSLOG) == 0)
		return "";
	return strncmp(target, SEEP_EVENT_LOG_SOCKET, before) == 0 ? target + before : target;
}

/* ---- what this machine lacks ---- */

/* Writes the directory of PATH; false where that is the one that Unbound is in. */
static bool directory_of(const char *path, char directory[SEEP_PATH_SIZE])
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	snprintf(directory, SEEP_PATH_SIZE, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	return true;
}

static void warn_of_directory(const struct seep_conf *conf, const char *file,
			      const struct target *target)
{
	char directory[SEEP_PATH_SIZE];
	struct stat status;

	if (!conf->lines[target->at] || !target->path[0])
		return;
	if (stat(target->path, &status) == 0 && S_ISDIR(status.st_mode)) {
		begin(conf, file, target->at, "warning: ");
		fprintf(stderr, "%s: is a directory: %s until the line names a file\n",
			target->path, target->without);
		return;
	}
	if (!directory_of(target->path, directory))
		return;
	errno = ENOTDIR;
	if (stat(directory, &status) == 0 && S_ISDIR(status.st_mode))
		return;
	begin(conf, file, target->at, "warning: ");
	fprintf(stderr,
		"%s: the directory %s: %s: %s until it is there, and Unbound's user may write to "
		"it; if Unbound has a chroot, it is one inside\n",
		target->path, directory, strerror(errno), target->without);
}

static void warn_of_group(const struct seep_conf *conf, const char *file)
{
	gid_t gid;

	if (!conf->control_group[0] || seep_control_find_group(conf->control_group, &gid))
		return;
	begin(conf, file, SEEP_OPTION_AT_control_group, "warning: ");
	fprintf(stderr,
		"this machine has no group \"%s\": only Unbound's user and root can connect: make "
		"the group, or name another\n",
		conf->control_group);
}

/* ---- what can be nowhere ---- */

static bool check_socket(const struct seep_conf *conf, const char *file)
{
	const bool is_auto = strcmp(conf->control_socket, "auto") == 0;
	char path[SEEP_PATH_SIZE];

	seep_control_path(conf, path);
	if (strlen(path) < SEEP_CONTROL_PATH_SIZE)
		return true;
	/* With auto it is the state file's path that is too long. */
	begin(conf, file, is_auto ? SEEP_OPTION_AT_state_file : SEEP_OPTION_AT_control_socket, "");
	fprintf(stderr, "%s%s: expected a path of at most %d bytes for a socket\n",
		is_auto ? "the control-socket beside it would be " : "", path,
		SEEP_CONTROL_PATH_SIZE - 1);
	return false;
}

static bool check_zone(const struct seep_conf *conf, const char *file)
{
	if (!conf->rpz_file[0] || strcmp(conf->rpz_file, conf->state_file) != 0)
		return true;
	begin(conf, file, SEEP_OPTION_AT_rpz_file, "");
	fprintf(stderr, "%s is the state-file: expected another file\n", conf->rpz_file);
	return false;
}

bool check_files(const struct seep_conf *conf, const char *file)
{
	const bool is_auto = strcmp(conf->control_socket, "auto") == 0;
	const struct target targets[] = {
		{ SEEP_OPTION_AT_state_file, conf->state_file, "nothing outlasts a restart" },
		{ SEEP_OPTION_AT_rpz_file, conf->rpz_file, "no zone is written" },
		{ SEEP_OPTION_AT_control_socket, is_auto ? "" : conf->control_socket,
		  "nothing listens there" },
		{ SEEP_OPTION_AT_event_log, path_of_log(conf->event_log), "events are dropped" },
	};
	bool good = check_socket(conf, file);

	for (size_t at = 0; at < sizeof(targets) / sizeof(targets[0]); at++)
		warn_of_directory(conf, file, &targets[at]);
	warn_of_group(conf, file);
	return check_zone(conf, file) && good;
}
