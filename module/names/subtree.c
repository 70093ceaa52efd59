/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of domain names: an open-addressing hash table over the names' wire format, of its own
 * because a name is looked for by each of its suffixes, hashed label by label from the right.
 */
#include "names/subtree.h"

#include <stdlib.h>
#include <string.h>

#include "names/label_hash.h"

#define SLOTS_MIN 16

/*
 * A name is kept without the root's zero, so that a suffix of a longer name compares as it stands.
 */
struct slot {
	uint32_t hash;
	uint32_t offset; /* of the name in bytes */
	uint16_t length; /* 0 if the slot is empty */
	uint8_t value;   /* 0: none */
};

struct seep_subtrees {
	struct slot *slots; /* a power of two of them, at most half full; NULL at first */
	size_t slot_count;
	size_t count;
	unsigned deepest_labels;
	uint8_t *bytes; /* the names, one after the other */
	size_t bytes_used;
	size_t bytes_room;
};

/* A name taken apart: labels[i] is the offset of label i, the root not counted. */
struct name {
	const uint8_t *wire;
	size_t length; /* without the root's zero */
	unsigned label_count;
	uint8_t labels[SEEP_NAME_MAX_LABELS];
};

const char *seep_subtree_status_text(enum seep_subtree_status status)
{
	static const char *const texts[] = {
#define X(name, text) [SEEP_SUBTREE_##name] = text,
		SEEP_PARSE_STATUSES(X) SEEP_SUBTREE_STATUSES(X)
#undef X
	};
	return texts[status];
}

struct seep_subtrees *seep_subtrees_create(void)
{
	return calloc(1, sizeof(struct seep_subtrees));
}

void seep_subtrees_destroy(struct seep_subtrees *set)
{
	if (set) {
		free(set->slots);
		free(set->bytes);
	}
	free(set);
}

/* Finds the labels. Returns false if LENGTH bytes at WIRE are not one whole name. */
static bool split(struct name *name, const uint8_t *wire, size_t length)
{
	size_t at = 0;

	if (length > SEEP_NAME_MAX_BYTES)
		return false;
	name->wire = wire;
	name->label_count = 0;
	while (at < length && wire[at] != 0) {
		if (wire[at] > 63)
			return false;
		name->labels[name->label_count++] = (uint8_t)at;
		at += 1 + (size_t)wire[at];
	}
	name->length = at;
	return at + 1 == length;
}

/*
 * The slot that holds a name, or the empty one where it belongs; the table has slots, and half of
 * them are empty.
 */
static struct slot *find(const struct seep_subtrees *set, uint32_t hash, const uint8_t *wire,
			 size_t length)
{
	size_t at = hash & (set->slot_count - 1);

	for (;;) {
		struct slot *slot = &set->slots[at];

		if (slot->length == 0)
			return slot;
		if (slot->hash == hash && slot->length == length &&
		    memcmp(set->bytes + slot->offset, wire, length) == 0)
			return slot;
		at = (at + 1) & (set->slot_count - 1);
	}
}

/* The slot of the shortest name that covers this one, or of the longest. NULL: none does. */
static const struct slot *covering(const struct seep_subtrees *set, const uint8_t *wire,
				   size_t length, bool longest)
{
	const struct slot *covering = NULL;
	struct name name;
	uint64_t hash = 0;

	if (!set || set->count == 0 || !split(&name, wire, length))
		return NULL;
	for (unsigned depth = 1; depth <= name.label_count && depth <= set->deepest_labels;
	     depth++) {
		size_t start = name.labels[name.label_count - depth];
		const struct slot *slot;

		hash = seep_label_hash_mix(hash, wire + start);
		slot = find(set, seep_label_hash_finish(hash), wire + start, name.length - start);
		if (slot->length != 0)
			covering = slot;
		if (covering && !longest)
			break;
	}
	return covering;
}

bool seep_subtrees_cover(const struct seep_subtrees *set, const uint8_t *wire, size_t length)
{
	return covering(set, wire, length, false) != NULL;
}

uint8_t seep_subtrees_nearest(const struct seep_subtrees *set, const uint8_t *wire, size_t length)
{
	const struct slot *slot = covering(set, wire, length, true);

	return slot ? slot->value : 0;
}

/* Doubles the table. Returns false without memory, the table then as it was. */
static bool grow_slots(struct seep_subtrees *set)
{
	struct seep_subtrees grown = *set;

	grown.slot_count = set->slot_count ? 2 * set->slot_count : SLOTS_MIN;
	if (grown.slot_count > UINT32_MAX / 2)
		return false;
	grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t at = 0; at < set->slot_count; at++) {
		const struct slot *slot = &set->slots[at];

		if (slot->length != 0)
			*find(&grown, slot->hash, set->bytes + slot->offset, slot->length) = *slot;
	}
	free(set->slots);
	set->slots = grown.slots;
	set->slot_count = grown.slot_count;
	return true;
}

static bool grow_bytes(struct seep_subtrees *set, size_t more)
{
	size_t room = set->bytes_room ? 2 * set->bytes_room : 1024;
	uint8_t *bytes;

	if (set->bytes_room - set->bytes_used >= more)
		return true;
	if (room > UINT32_MAX)
		return false;
	bytes = realloc(set->bytes, room);
	if (!bytes)
		return false;
	set->bytes = bytes;
	set->bytes_room = room;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * A label that is nothing but digits: no top-level domain is, and every IPv4 address ends in one.
 */
static bool is_number(const uint8_t *label)
{
	for (unsigned at = 1; at <= label[0]; at++) {
		if (!is_digit((char)label[at]))
			return false;
	}
	return true;
}

/* Does a name that is not the root end in a number? */
static bool ends_in_number(const uint8_t *wire)
{
	while (wire[1u + wire[0]])
		wire += 1u + wire[0];
	return is_number(wire);
}

enum seep_subtree_status seep_subtree_parse(const char *text, size_t length,
					    uint8_t wire[SEEP_NAME_MAX_BYTES], size_t *wire_length)
{
	size_t skipped = length >= 2 && text[0] == '*' && text[1] == '.' ? 2
			 : length >= 1 && text[0] == '.'                 ? 1
									 : 0;
	enum seep_subtree_status status;

	if (skipped == length)
		return length ? SEEP_SUBTREE_ROOT : SEEP_SUBTREE_EMPTY_LABEL;
	status = (enum seep_subtree_status)seep_parse_name(wire, wire_length, text + skipped,
							   length - skipped, SEEP_PARSE_HOST);
	if (status != SEEP_SUBTREE_OK)
		return status;
	if (*wire_length == 1)
		return SEEP_SUBTREE_EMPTY_LABEL;
	return ends_in_number(wire) ? SEEP_SUBTREE_ADDRESS : SEEP_SUBTREE_OK;
}

/* Adds a name with a VALUE; with 0 one that is there already is OK. */
static enum seep_subtree_status add_wire(struct seep_subtrees *set, const uint8_t *wire,
					 size_t wire_length, uint8_t value)
{
	struct name name;
	uint64_t mixed = 0;
	uint32_t hash;
	struct slot *slot;

	if (!split(&name, wire, wire_length))
		return SEEP_SUBTREE_LONG_NAME;
	for (unsigned at = name.label_count; at > 0; at--)
		mixed = seep_label_hash_mix(mixed, wire + name.labels[at - 1]);
	hash = seep_label_hash_finish(mixed);

	if (2 * (set->count + 1) > set->slot_count && !grow_slots(set))
		return SEEP_SUBTREE_NO_MEMORY;
	slot = find(set, hash, wire, name.length);
	if (slot->length != 0)
		return value ? SEEP_SUBTREE_TWICE : SEEP_SUBTREE_OK;
	if (!grow_bytes(set, name.length))
		return SEEP_SUBTREE_NO_MEMORY;
	memcpy(set->bytes + set->bytes_used, wire, name.length);
	slot->hash = hash;
	slot->offset = (uint32_t)set->bytes_used;
	slot->length = (uint16_t)name.length;
	slot->value = value;
	set->bytes_used += name.length;
	set->count++;
	if (name.label_count > set->deepest_labels)
		set->deepest_labels = name.label_count;
	return SEEP_SUBTREE_OK;
}

enum seep_subtree_status seep_subtrees_add(struct seep_subtrees *set, const char *text,
					   size_t length)
{
	uint8_t wire[SEEP_NAME_MAX_BYTES];
	size_t wire_length;
	enum seep_subtree_status status = seep_subtree_parse(text, length, wire, &wire_length);

	return status == SEEP_SUBTREE_OK ? add_wire(set, wire, wire_length, 0) : status;
}

enum seep_subtree_status seep_subtrees_put(struct seep_subtrees *set, const uint8_t *wire,
					   size_t wire_length, uint8_t value)
{
	return add_wire(set, wire, wire_length, value);
}

bool seep_subtrees_join(struct seep_subtrees *set, const struct seep_subtrees *from)
{
	uint8_t wire[SEEP_NAME_MAX_BYTES];

	for (size_t at = 0; from && at < from->slot_count; at++) {
		const struct slot *slot = &from->slots[at];

		if (slot->length == 0)
			continue;
		memcpy(wire, from->bytes + slot->offset, slot->length);
		wire[slot->length] = 0;
		if (add_wire(set, wire, slot->length + 1u, 0) != SEEP_SUBTREE_OK)
			return false;
	}
	return true;
}

size_t seep_subtrees_count(const struct seep_subtrees *set)
{
	return set ? set->count : 0;
}

size_t seep_subtrees_memory_bytes(const struct seep_subtrees *set)
{
	return set ? sizeof(*set) + set->slot_count * sizeof(*set->slots) + set->bytes_room : 0;
}
