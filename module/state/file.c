/* SPDX-License-Identifier: BSD-3-Clause */
/* The state file on disk. */
#include "state/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ASIDE_MOST 10
#define COPY_BYTES 65536

void seep_state_name(char *name, const char *path, const char *ending)
{
	snprintf(name, SEEP_STATE_NAME_SIZE, "%s%s", path, ending);
}

/* Takes note of which file was opened. */
static bool note_file(struct seep_state_file *file)
{
	struct stat status;

	if (file->fd < 0)
		return false;
	if (fstat(file->fd, &status) != 0) {
		seep_state_end(file);
		return false;
	}
	file->device = status.st_dev;
	file->inode = status.st_ino;
	file->size = (uint64_t)status.st_size;
	return true;
}

bool seep_state_continue(struct seep_state_file *file, const char *path,
			 const struct seep_state_reader *reader)
{
	file->fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (!note_file(file))
		return false;
	if (file->inode == reader->inode && file->device == reader->device &&
	    file->size == reader->offset)
		return true;
	seep_state_end(file);
	errno = EAGAIN;
	return false;
}

bool seep_state_create(struct seep_state_file *file, const char *path)
{
	char name[SEEP_STATE_NAME_SIZE];

	seep_state_name(name, path, ".new");
	(void)unlink(name);
	file->fd = open(name, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return note_file(file);
}

void seep_state_end(struct seep_state_file *file)
{
	int error = errno;

	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	errno = error;
}

bool seep_state_append(void *context, const void *bytes, size_t size)
{
	struct seep_state_file *file = context;

	while (size > 0) {
		ssize_t n = write(file->fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ENOSPC;
			return false;
		}
		bytes = (const char *)bytes + n;
		size -= (size_t)n;
		file->size += (uint64_t)n;
	}
	return true;
}

bool seep_state_copy(struct seep_state_file *file, const struct seep_state_file *from,
		     uint64_t offset)
{
	unsigned char bytes[COPY_BYTES];

	while (offset < from->size) {
		uint64_t left = from->size - offset;
		ssize_t n = pread(from->fd, bytes, left < COPY_BYTES ? left : COPY_BYTES,
				  (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO;
			return false;
		}
		if (!seep_state_append(file, bytes, (size_t)n))
			return false;
		offset += (uint64_t)n;
	}
	return true;
}

bool seep_state_install(const char *path)
{
	char old[SEEP_STATE_NAME_SIZE];
	char new[SEEP_STATE_NAME_SIZE];

	seep_state_name(old, path, ".old");
	seep_state_name(new, path, ".new");
	/* Between the two there is no FILE, and a process that starts just then uses FILE.old. */
	if (rename(path, old) != 0 && errno != ENOENT)
		return false;
	return rename(new, path) == 0;
}

/* The directory of PATH, in directory[SEEP_STATE_NAME_SIZE], and the name in it. */
static const char *split(char *directory, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash) {
		strcpy(directory, ".");
		return path;
	}
	snprintf(directory, SEEP_STATE_NAME_SIZE, "%.*s", (int)(slash - path) + 1, path);
	return slash + 1;
}

bool seep_state_sync_directory(const char *path)
{
	char directory[SEEP_STATE_NAME_SIZE];
	bool synced;
	int fd;

	split(directory, path);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	synced = fsync(fd) == 0;
	close(fd);
	return synced;
}

enum seep_state_fault seep_state_file_fault(const struct seep_state_file *file, const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return SEEP_FAULT_REMOVED;
	if (status.st_ino != file->inode || status.st_dev != file->device)
		return SEEP_FAULT_REPLACED;
	if ((uint64_t)status.st_size < file->size)
		return SEEP_FAULT_SHORTENED;
	if ((uint64_t)status.st_size > file->size)
		return SEEP_FAULT_WRITTEN;
	return SEEP_FAULT_NONE;
}

/* How many files of that name were set aside; 0 if the directory cannot be read. */
static unsigned count_aside(const char *path)
{
	char directory[SEEP_STATE_NAME_SIZE];
	char start[SEEP_STATE_NAME_SIZE];
	const struct dirent *entry;
	unsigned count = 0;
	DIR *stream;

	seep_state_name(start, split(directory, path), ".damaged-");
	stream = opendir(directory);
	while (stream && (entry = readdir(stream)))
		count += strncmp(entry->d_name, start, strlen(start)) == 0;
	if (stream)
		closedir(stream);
	return count;
}

bool seep_state_set_aside(const char *path, uint64_t wall_s, char *aside)
{
	time_t seconds = (time_t)wall_s;
	struct stat status;
	char date[32];
	struct tm fields;

	aside[0] = '\0';
	if (count_aside(path) >= ASIDE_MOST)
		return unlink(path) == 0;
	gmtime_r(&seconds, &fields);
	strftime(date, sizeof(date), "%Y%m%d-%H%M%S", &fields);
	for (unsigned n = 1; n <= ASIDE_MOST; n++) {
		snprintf(aside, SEEP_STATE_NAME_SIZE, n > 1 ? "%s.damaged-%s-%u" : "%s.damaged-%s",
			 path, date, n);
		if (lstat(aside, &status) != 0)
			return rename(path, aside) == 0;
	}
	errno = EEXIST;
	return false;
}
