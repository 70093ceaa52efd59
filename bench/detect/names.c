/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool of names that exist for the whole run, split once. */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "names/name.h"
#include "util.h"

void names_open(struct names *names)
{
	*names = (struct names){ .suffixes = seep_suffix_open(NULL, 0) };
	if (names->suffixes)
		names->reader = seep_suffix_reader_open(names->suffixes);
	if (!names->reader)
		util_die("no public suffix list");
}

void names_close(struct names *names)
{
	seep_suffix_reader_close(names->reader);
	seep_suffix_close(names->suffixes);
	free(names->entries);
	free(names->bytes);
}

uint8_t names_domain_at(struct names *names, const uint8_t *name, unsigned size)
{
	struct seep_name split = { 0 };

	if (!seep_name_split(&split, name, size, names->reader))
		return 0;
	return split.domain_at;
}

uint32_t names_add(struct names *names, const struct wire *wire, uint32_t ttl_s)
{
	struct name_entry *entry;

	if (names->count == names->room) {
		names->room = names->room ? 2 * names->room : 1u << 16;
		names->entries = util_resize(names->entries, names->room * sizeof(*names->entries));
	}
	if (names->bytes_used + wire->size > names->bytes_room) {
		names->bytes_room = names->bytes_room ? 2 * names->bytes_room : 1u << 20;
		names->bytes = util_resize(names->bytes, names->bytes_room);
	}
	entry = &names->entries[names->count];
	*entry = (struct name_entry){
		.key = wire_hash(wire->bytes, wire->size),
		.at = names->bytes_used,
		.ttl_s = ttl_s,
		.size = (uint8_t)wire->size,
		.domain_at = names_domain_at(names, wire->bytes, wire->size),
	};
	entry->domain = wire_hash(wire->bytes + entry->domain_at, wire->size - entry->domain_at);
	memcpy(names->bytes + names->bytes_used, wire->bytes, wire->size);
	names->bytes_used += wire->size;
	return names->count++;
}
