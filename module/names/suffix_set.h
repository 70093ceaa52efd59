/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a Public Suffix List (publicsuffix.org), as a set that is walked by a name's labels
 * from the right: the list's format is at https://github.com/publicsuffix/list/wiki/Format, the
 * compiled one's in libpsl's psl-make-dafsa.
 *
 * A node stands for a rule, or for what rules are below of. A step hashes one label and compares
 * it, so names that somebody chose get no other answers than their own, and most walks end at the
 * second label, where no rule is below.
 *
 * Memory: 590 kB for the list of 2023, of 9,500 rules; 40 to 75 bytes a rule.
 * Threads: read-only once read, for any number.
 */
#ifndef SEEP_SUFFIX_SET_H
#define SEEP_SUFFIX_SET_H

#include <stddef.h>
#include <stdint.h>

/* What is at a node. The first four by the numbers of the compiled list. */
enum seep_suffix_rule {
	SEEP_RULE_EXCEPTION = 1, /* !www.ck */
	SEEP_RULE_WILDCARD = 2,  /* *.ck, at the node ck, which is a suffix by it, too */
	SEEP_RULE_ICANN = 4,
	SEEP_RULE_PRIVATE = 8,
	SEEP_RULE_THERE = 16, /* there is a rule, not only others below */
	SEEP_RULE_BELOW = 32, /* there are nodes below */
};

struct seep_suffix_set;

/*
 * Returns the rules of the list in SIZE bytes of TEXT, as text or compiled (DAFSA), which is not
 * needed afterwards; NULL if there are none, if a compiled one is damaged, or without memory.
 */
struct seep_suffix_set *seep_suffix_set_read(const char *text, size_t size);

/* Frees SET. NULL is ignored. */
void seep_suffix_set_free(struct seep_suffix_set *set);

/* How many bytes SET holds. */
size_t seep_suffix_set_bytes(const struct seep_suffix_set *set);

/*
 * Steps from *NODE to the one of LABEL below it, in wire form and lower case. 0 is the root, where
 * walks start. Returns what is at that node, as bits of seep_suffix_rule, or 0 if there is none:
 * then *NODE stays.
 */
unsigned seep_suffix_set_step(const struct seep_suffix_set *set, uint32_t *node,
			      const uint8_t *label);

#endif
