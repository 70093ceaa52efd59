/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The copy that is kept of a list that was good, to go on with when the list's own file is not.
 *
 *     FILE.OPTION-HASH           FILE: the state file; OPTION: common-list, for example;
 *                                HASH: of the list's path, in hexadecimal
 *     FILE.OPTION-HASH.new-PID   while it is written
 *
 * Functions that can fail return false and leave errno.
 * Threads: nothing is shared. Of several processes each writes a file of its own, and the last to
 * rename it has it.
 */
#ifndef SEEP_LIST_COPY_H
#define SEEP_LIST_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "seep_options.h"

#define SEEP_LIST_COPY_NAME_SIZE (SEEP_PATH_SIZE + 64)

/*
 * Writes the path of the copy, beside the file BESIDE, of the list at PATH that OPTION names, to
 * NAME of SEEP_LIST_COPY_NAME_SIZE bytes.
 */
void seep_list_copy_name(char *name, const char *beside, const char *option, const char *path);

/* Makes the copy NAME hold SIZE bytes of TEXT. Nothing is written if it does already. */
bool seep_list_copy_keep(const char *name, const char *text, size_t size);

/*
 * Removes the copies beside BESIDE of lists that OPTION named, but for each of which IS_WANTED says
 * that its name is one still.
 */
void seep_list_copy_sweep(const char *beside, const char *option,
			  bool (*is_wanted)(const void *context, const char *name),
			  const void *context);

#endif
