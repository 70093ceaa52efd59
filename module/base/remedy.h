/* SPDX-License-Identifier: BSD-3-Clause */
/* What an operator does about a file that cannot be written. */
#ifndef SEEP_REMEDY_H
#define SEEP_REMEDY_H

/* Holds any remedy, with the NUL. */
#define SEEP_REMEDY_SIZE 128

/*
 * Returns what to do about an errno ERROR of making, writing or renaming a file, as the end of a
 * sentence: "free space on its disk".
 */
const char *seep_remedy_write(int error);

#endif
