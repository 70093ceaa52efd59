/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of lists on disk. */
#include "base/list_copy.h"

#include "base/replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPARE_BYTES 65536

/* FNV-1a (Fowler, Noll, Vo): the operator chooses the paths, so no key is needed. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash;
}

void seep_list_copy_name(char *name, const char *beside, const char *option, const char *path)
{
	snprintf(name, SEEP_LIST_COPY_NAME_SIZE, "%s.%s-%016llx", beside, option,
		 (unsigned long long)hash_of(path));
}

/* Whether the file holds just these bytes. */
static bool holds(const char *name, const char *text, size_t size)
{
	int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char bytes[COMPARE_BYTES];
	struct stat status;
	bool same = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
		    (uintmax_t)status.st_size == size;

	while (same && size > 0) {
		ssize_t got = read(file, bytes, sizeof(bytes));

		if (got < 0 && errno == EINTR)
			continue;
		same = got > 0 && (size_t)got <= size && memcmp(bytes, text, (size_t)got) == 0;
		text += same ? got : 0;
		size -= same ? (size_t)got : 0;
	}
	if (file >= 0)
		close(file);
	return same;
}

bool seep_list_copy_keep(const char *name, const char *text, size_t size)
{
	return holds(name, text, size) || seep_replace_file(name, text, size, 0600);
}

void seep_list_copy_sweep(const char *beside, const char *option,
			  bool (*is_wanted)(const void *context, const char *name),
			  const void *context)
{
	char start[SEEP_LIST_COPY_NAME_SIZE], name[2 * SEEP_LIST_COPY_NAME_SIZE];
	const char *slash = strrchr(beside, '/');
	size_t directory = slash ? (size_t)(slash - beside) + 1 : 0;
	const struct dirent *entry;
	DIR *stream;

	snprintf(name, sizeof(name), "%.*s", (int)directory, beside);
	stream = opendir(directory ? name : ".");
	snprintf(start, sizeof(start), "%s.%s-", beside + directory, option);
	while (stream && (entry = readdir(stream))) {
		if (strncmp(entry->d_name, start, strlen(start)) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s%s", (int)directory, beside, entry->d_name);
		if (!is_wanted(context, name))
			(void)unlink(name);
	}
	if (stream)
		closedir(stream);
}
