/* SPDX-License-Identifier: BSD-3-Clause */
/* Which form of a word stands behind a number: "1 domain", "2 domains", "0 domains". */
#ifndef SEEP_PLURAL_H
#define SEEP_PLURAL_H

#include <stdint.h>

static inline const char *seep_plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

#endif
