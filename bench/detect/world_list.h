/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of names: real ones read in, the world's own popularity written. */
#ifndef DETECT_WORLD_LIST_H
#define DETECT_WORLD_LIST_H

#include "world.h"

/*
 * Reads lines of "rank<TAB>name", "rank,name" or a name alone, gzip or not. Domains with many
 * names take the platforms' place, the others alternately the third parties'
 * and the first sites'.
 */
void world_list_read(struct world *world, const char *path);

#endif
