/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of domain names, each standing for itself and all names below it.
 *
 * Names are asked for in wire format: labels are bytes, and may hold dots and NULs. A subtree
 * covers on label boundaries only: example.com covers a.example.com, never badexample.com.
 *
 * One question hashes the name once, from the root down, and looks up each of its suffixes as it
 * goes: O(bytes of the name), one probe a label on average, and no label deeper than the deepest
 * name of the set. It allocates nothing. The hash has no key: the operator supplies the contents.
 * Memory: a name takes its wire length plus 24 to 48 bytes.
 * Threads: any number may ask at once, as long as none adds.
 */
#ifndef SEEP_SUBTREE_H
#define SEEP_SUBTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names/parse.h"

/* X(name, text): what is wrong beside what parse.h says, to follow the name's text in a message. */
#define SEEP_SUBTREE_STATUSES(X)                           \
	X(ROOT, "is the root: it would cover every name")  \
	X(ADDRESS, "ends in a number, as an address does") \
	X(TWICE, "is given twice")                         \
	X(NO_MEMORY, "could not be kept: out of memory")

/* Those of parse.h first, by the same numbers. */
enum seep_subtree_status {
#define X(name, text) SEEP_SUBTREE_##name,
	SEEP_PARSE_STATUSES(X) SEEP_SUBTREE_STATUSES(X)
#undef X
};

/* Returns the text of STATUS. */
const char *seep_subtree_status_text(enum seep_subtree_status status);

/*
 * Reads a name, LENGTH bytes of TEXT: letters, digits, "-" and "_" as they are, any other byte as
 * \DDD or \X. A leading "*." or ".", and a trailing ".", change nothing. Writes it to WIRE,
 * lower-cased, with the root's zero, and its size to *WIRE_LENGTH. Unless OK is returned, these
 * mean nothing.
 */
enum seep_subtree_status seep_subtree_parse(const char *text, size_t length,
					    uint8_t wire[SEEP_NAME_MAX_BYTES], size_t *wire_length);

struct seep_subtrees;

/* Returns an empty set, or NULL without memory. */
struct seep_subtrees *seep_subtrees_create(void);

/* Frees SET. NULL is ignored. */
void seep_subtrees_destroy(struct seep_subtrees *set);

/*
 * Adds the name that seep_subtree_parse reads in LENGTH bytes of TEXT. A name that is there already
 * is OK. Unless OK is returned, SET is as it was.
 */
enum seep_subtree_status seep_subtrees_add(struct seep_subtrees *set, const char *text,
					   size_t length);

/* Adds a name in that form with a VALUE, from 1. TWICE if it is there already. */
enum seep_subtree_status seep_subtrees_put(struct seep_subtrees *set, const uint8_t *wire,
					   size_t wire_length, uint8_t value);

/*
 * Returns the value of the longest name of SET that a name equals or lies below; 0 if there is
 * none, and where seep_subtrees_cover is false.
 */
uint8_t seep_subtrees_nearest(const struct seep_subtrees *set, const uint8_t *wire, size_t length);

/* Adds all names of FROM, which may be NULL. Returns false without memory: SET then has some. */
bool seep_subtrees_join(struct seep_subtrees *set, const struct seep_subtrees *from);

/*
 * Returns whether a name equals a name of SET or lies below one. WIRE holds the whole name,
 * lower-cased, with the root's zero as its last byte; LENGTH counts that. False for a SET that is
 * NULL and for bytes that are no such name.
 */
bool seep_subtrees_cover(const struct seep_subtrees *set, const uint8_t *wire, size_t length);

/* Returns how many names SET has; 0 for NULL. */
size_t seep_subtrees_count(const struct seep_subtrees *set);

/* Returns how much memory SET holds; 0 for NULL. */
size_t seep_subtrees_memory_bytes(const struct seep_subtrees *set);

#endif
