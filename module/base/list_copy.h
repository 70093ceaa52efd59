/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The copy that is kept of a list that was good, to go on with when the list's own file is not.
 *
 *     FILE.OPTION-HASH                 FILE: the state file; OPTION: common-list; HASH: of the list's path, in hexadecimal
 *     FILE.OPTION-HASH.new-PID         while it is written
 *
 * Functions that can fail return false and leave errno. Threads: nothing is shared; of several processes each writes
 * a file of its own, and the last to rename it has it.
 */
#ifndef SEEP_LIST_COPY_H
#define SEEP_LIST_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "seep_options.h"

#define SEEP_LIST_COPY_NAME_SIZE (SEEP_PATH_SIZE + 64)

/* The copy's path, of the list at PATH, beside the file BESIDE, into name[SEEP_LIST_COPY_NAME_SIZE]. */
void seep_list_copy_name(char *name, const char *beside, const char *option, const char *path);

/* The copy NAME holds these bytes from now on; nothing is written if it does already. */
bool seep_list_copy_keep(const char *name, const char *text, size_t size);

/* Removes the copies beside BESIDE of lists that OPTION named, unless is_wanted says that NAME is one still. */
void seep_list_copy_sweep(const char *beside, const char *option,
			  bool (*is_wanted)(const void *context, const char *name),
			  const void *context);

#endif
