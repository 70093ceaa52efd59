/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a new file beside an old one, and renames it into its place. */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seep_options.h"

static bool write_all(int file, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t put = write(file, text, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			errno = put ? errno : ENOSPC;
			return false;
		}
		text += put;
		size -= (size_t)put;
	}
	return fsync(file) == 0;
}

bool seep_replace_file(const char *name, const char *text, size_t size, mode_t mode)
{
	char next[SEEP_PATH_SIZE + 128];
	int file, error;
	bool done;

	if ((size_t)snprintf(next, sizeof(next), "%s.new-%ld", name, (long)getpid()) >=
	    sizeof(next)) {
		errno = ENAMETOOLONG;
		return false;
	}
	(void)unlink(next);
	file = open(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return false;
	/* The process's mask is not asked. */
	done = write_all(file, text, size) && fchmod(file, mode) == 0;
	error = errno;
	if (close(file) != 0 && done) {
		done = false;
		error = errno;
	}
	if (done && rename(next, name) != 0) {
		done = false;
		error = errno;
	}
	if (!done)
		(void)unlink(next);
	errno = error;
	return done;
}
