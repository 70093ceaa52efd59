/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the module stands in module-config. It can guard what is behind it: whatever may
 * send a packet has to be there, and whatever answers from a cache of its own, because Seep
 * does not see what such an answer sets off. dns64 has to be before it, and may.
 */
#include "unbound/ub.h"

#include <string.h>

/* What may stand before: it asks nobody, or only by queries that come past here. */
static bool may_precede(const char *name, size_t size)
{
	static const char *const harmless[] = { "dns64", "dynlib", "ipsecmod", "python", "respip" };

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strlen(harmless[i]) == size && memcmp(harmless[i], name, size) == 0)
			return true;
	return false;
}

bool ub_order_guards(const char *modules, int id)
{
	static const char blanks[] = " \t";
	bool sends_behind = false;

	for (int at = 0;; at++) {
		size_t size;

		modules += strspn(modules, blanks);
		size = strcspn(modules, blanks);
		if (!size)
			return sends_behind;
		if (at < id && !may_precede(modules, size))
			return false;
		if (at > id && size == strlen("iterator") && memcmp(modules, "iterator", size) == 0)
			sends_behind = true;
		modules += size;
	}
}
