/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of what operators changed, STATE-FILE.changes: text, of a line each, written whole.
 * doc/FORMAT.md has it line by line.
 *
 * Threads: one at a time.
 */
#ifndef SEEP_CHANGES_FILE_H
#define SEEP_CHANGES_FILE_H

#include "names/exceptions.h"
#include "seep_options.h"

/* The path of the file beside a state file, with the NUL. */
#define SEEP_CHANGES_PATH_SIZE (SEEP_PATH_SIZE + 16)

/* When learning ends, where an operator moved it. */
struct seep_changes_learning {
	uint64_t from_ms;    /* it began: another one's is nothing of ours */
	uint64_t learning_s; /* as seep.conf had it: once that has another, that counts */
	uint64_t until_ms;
	bool is_moved; /* false: there is none, and the others are 0 */
};

/* All that the file holds. */
struct seep_changes_content {
	struct seep_changes_learning learning;
	size_t count;
	struct seep_exception exceptions[SEEP_EXCEPTIONS_MOST];
};

enum seep_changes_read {
	SEEP_CHANGES_READ,
	SEEP_CHANGES_MISSING,
	SEEP_CHANGES_UNREADABLE, /* errno */
	SEEP_CHANGES_DAMAGED,
};

/* The longest text of what is wrong with a file, with the NUL. */
#define SEEP_CHANGES_PROBLEM_SIZE (SEEP_CHANGES_PATH_SIZE + 256)

/*
 * Reads the file at PATH, whole or not at all. What is DAMAGED or UNREADABLE is said in PROBLEM, as
 * "FILE:LINE: TEXT". Unless it was READ, *CONTENT means nothing.
 */
enum seep_changes_read seep_changes_file_read(const char *path,
					      struct seep_changes_content *content,
					      char problem[SEEP_CHANGES_PROBLEM_SIZE]);

/*
 * Writes PATH.new, makes it safe with fsync, and renames PATH to PATH.old and PATH.new to PATH. On
 * failure returns false with errno; then what PATH held is in PATH, or in PATH.old without a PATH.
 */
bool seep_changes_file_write(const char *path, const struct seep_changes_content *content);

#endif
