/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replaces a whole file at once: whoever reads it finds the old bytes or the new ones, also after a
 * loss of power.
 *
 *     NAME.new-PID   while it is written
 *
 * Threads: nothing is shared. Of several processes each writes a file of its own, and the last to
 * rename it has it.
 */
#ifndef SEEP_REPLACE_H
#define SEEP_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Makes the file NAME hold SIZE bytes of TEXT, with the permissions MODE. Returns false and leaves
 * errno if that cannot be; the file is as it was then.
 */
bool seep_replace_file(const char *name, const char *text, size_t size, mode_t mode);

#endif
