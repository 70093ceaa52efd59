/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules of the Public Suffix List in a hash table, each label keyed by itself and the node that it
 * is below; read from the list's text, or from its compiled form.
 *
 * The compiled form is a graph that spells the rules from left to right. It begins with a line,
 * then come
 *     children  one offset each, of 1, 2 or 3 bytes: 0s xxxxxx, s10xxxxx and a byte, s11xxxxx and
 *               two; the top bit s marks the last. The first counts from where it stands itself,
 *               each other from the child before.
 *     a node    characters, the last one with its top bit set, and the node's children; or
 *               characters, perhaps none, and 0x80 plus the rule's four bits
 * and at the end perhaps a byte 1. A letter outside ASCII follows a character 0x1f, in bytes of six
 * bits; each such rule is there in its xn-- form, too.
 *
 * Example: 81 e1 02 81 82 61 81 is a node "a" with two children, 82 (the rule "a", 2) and 61 81
 * (the rule "aa", 1).
 */
#include "names/suffix_set.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "seep_observation.h"
#include "names/label_hash.h"
#include "names/punycode.h"

#define SLOTS_MIN 1024

struct node {
	uint32_t parent;
	uint32_t label; /* where in bytes */
	uint8_t rule;   /* enum seep_suffix_rule */
};

struct slot {
	uint32_t hash;
	uint32_t node; /* 0: empty, for the root is below nothing */
};

struct seep_suffix_set {
	struct node *nodes; /* room for half as many as there are slots */
	struct slot *slots; /* a power of two of them */
	size_t slot_count;
	size_t node_count; /* with the root */
	uint8_t *bytes;    /* the labels in wire form, one after the other */
	size_t bytes_used;
	size_t bytes_room;
	size_t rules;
};

static uint32_t hash_of(uint32_t parent, const uint8_t *label)
{
	return seep_label_hash_finish(seep_label_hash_mix(parent, label));
}

/* The slot of the node of LABEL below PARENT, or the empty one where it belongs. */
static struct slot *find(const struct seep_suffix_set *set, uint32_t hash, uint32_t parent,
			 const uint8_t *label)
{
	for (size_t at = hash;; at++) {
		struct slot *slot = &set->slots[at & (set->slot_count - 1)];
		const struct node *node = &set->nodes[slot->node];

		if (!slot->node)
			return slot;
		if (slot->hash == hash && node->parent == parent &&
		    memcmp(set->bytes + node->label, label, 1u + label[0]) == 0)
			return slot;
	}
}

unsigned seep_suffix_set_step(const struct seep_suffix_set *set, uint32_t *node,
			      const uint8_t *label)
{
	uint32_t below = find(set, hash_of(*node, label), *node, label)->node;

	if (!below)
		return 0;
	*node = below;
	return set->nodes[below].rule;
}

/* ---- making it ---- */

/* Makes room for twice as many nodes. Returns false without memory, the set then as it was. */
static bool grow(struct seep_suffix_set *set)
{
	size_t slot_count = set->slot_count ? 2 * set->slot_count : SLOTS_MIN;
	struct node *nodes = realloc(set->nodes, slot_count / 2 * sizeof(*nodes));
	struct slot *slots;

	if (!nodes)
		return false;
	set->nodes = nodes;
	slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t at = 0; at < set->slot_count; at++) {
		size_t to = set->slots[at].hash;

		if (!set->slots[at].node)
			continue;
		while (slots[to & (slot_count - 1)].node)
			to++;
		slots[to & (slot_count - 1)] = set->slots[at];
	}
	free(set->slots);
	set->slots = slots;
	set->slot_count = slot_count;
	return true;
}

static bool grow_bytes(struct seep_suffix_set *set)
{
	size_t room = set->bytes_room ? 2 * set->bytes_room : 16 * SLOTS_MIN;
	uint8_t *bytes = realloc(set->bytes, room);

	if (!bytes)
		return false;
	set->bytes = bytes;
	set->bytes_room = room;
	return true;
}

/* The node of LABEL below PARENT, made if there is none; 0 without memory. */
static uint32_t add_node(struct seep_suffix_set *set, uint32_t parent, const uint8_t *label)
{
	uint32_t hash = hash_of(parent, label);
	struct slot *slot = find(set, hash, parent, label);

	if (slot->node)
		return slot->node;
	if (set->node_count == set->slot_count / 2) {
		if (!grow(set))
			return 0;
		slot = find(set, hash, parent, label);
	}
	if (set->bytes_room - set->bytes_used < 64 && !grow_bytes(set))
		return 0;
	set->nodes[parent].rule |= SEEP_RULE_BELOW;
	set->nodes[set->node_count] =
		(struct node){ .parent = parent, .label = (uint32_t)set->bytes_used };
	*slot = (struct slot){ .hash = hash, .node = (uint32_t)set->node_count };
	memcpy(set->bytes + set->bytes_used, label, 1u + label[0]);
	set->bytes_used += 1u + label[0];
	return (uint32_t)set->node_count++;
}

/* Writes a label in wire form; false if it is none. */
static bool read_label(uint8_t label[64], const char *text, size_t length)
{
	bool is_ascii = true;

	for (size_t at = 0; at < length; at++)
		is_ascii &= (uint8_t)text[at] < 0x80;
	if (!is_ascii)
		return seep_punycode_label(label, text, length) > 0;
	if (!length || length > 63)
		return false;
	label[0] = (uint8_t)length;
	memcpy(label + 1, text, length);
	return true;
}

/*
 * Adds a rule without its "!" or "*.". One that no name can match is left out. Rules of one name,
 * such as x and *.x, add up; libpsl, which sorts a text when it has read it, finds one of them.
 */
static bool add_rule(struct seep_suffix_set *set, const char *text, size_t length, unsigned rule)
{
	uint8_t label[64];
	uint32_t node = 0;

	if (length > SEEP_NAME_MAX_BYTES)
		return true;
	for (const char *dot = text + length; dot; length = dot ? (size_t)(dot - text) : 0) {
		dot = memrchr(text, '.', length);
		const char *start = dot ? dot + 1 : text;

		if (!read_label(label, start, (size_t)(text + length - start)))
			return true;
		node = add_node(set, node, label);
		if (!node)
			return false;
	}
	set->rules += !(set->nodes[node].rule & SEEP_RULE_THERE);
	set->nodes[node].rule |= rule | SEEP_RULE_THERE;
	return true;
}

/* ---- as text ---- */

static bool contains(const char *line, size_t length, const char *mark)
{
	return memmem(line, length, mark, strlen(mark));
}

/* The section behind a comment that may begin or end one. */
static unsigned section_after(unsigned section, const char *line, size_t length)
{
	if (!section && contains(line, length, "===BEGIN ICANN DOMAINS==="))
		return SEEP_RULE_ICANN;
	if (!section && contains(line, length, "===BEGIN PRIVATE DOMAINS==="))
		return SEEP_RULE_PRIVATE;
	if ((section == SEEP_RULE_ICANN && contains(line, length, "===END ICANN DOMAINS===")) ||
	    (section == SEEP_RULE_PRIVATE && contains(line, length, "===END PRIVATE DOMAINS===")))
		return 0;
	return section;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool read_line(struct seep_suffix_set *set, const char *line, size_t length,
		      unsigned *section)
{
	unsigned rule = *section;
	size_t word = 0;

	while (length && is_blank(*line)) {
		line++;
		length--;
	}
	if (length >= 2 && memcmp(line, "//", 2) == 0) {
		*section = section_after(*section, line, length);
		return true;
	}
	while (word < length && !is_blank(line[word]))
		word++;
	if (word && line[0] == '!') {
		rule |= SEEP_RULE_EXCEPTION;
		line++;
		word--;
	} else if (word >= 2 && memcmp(line, "*.", 2) == 0) {
		rule |= SEEP_RULE_WILDCARD;
		line += 2;
		word -= 2;
	} else if (word && line[0] == '*') {
		return true; /* none that the list's format has */
	}
	return add_rule(set, line, word, rule);
}

static bool read_text(struct seep_suffix_set *set, const char *text, size_t size)
{
	const char *end = text + size;
	unsigned section = 0;

	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));

		if (!line_end)
			line_end = end;
		if (!read_line(set, text, (size_t)(line_end - text), &section))
			return false;
		text = line_end < end ? line_end + 1 : end;
	}
	return true;
}

/* ---- compiled ---- */

static const char compiled[] = ".DAFSA@PSL_0   \n"; /* the first line; 0 is the version */

/* A graph may have any number of paths, and a list of 10,000 rules has 60,000 nodes on its. */
#define VISITS_MOST 1000000

struct graph {
	struct seep_suffix_set *set;
	const uint8_t *end;
	unsigned visits;
	char word[SEEP_NAME_MAX_BYTES];
};

static bool read_children(struct graph *graph, const uint8_t *at, size_t length);

/* Reads the node at AT, LENGTH bytes of the word before it. */
static bool read_node(struct graph *graph, const uint8_t *at, size_t length)
{
	if (++graph->visits > VISITS_MOST)
		return false;
	for (; at < graph->end; at++) {
		if ((*at & 0xf0) == 0x80) /* a whole rule */
			return memchr(graph->word, 0x1f, length) ||
			       add_rule(graph->set, graph->word, length, *at & 0x0f);
		if (length == sizeof(graph->word))
			return false;
		graph->word[length++] = (char)(*at & 0x7f);
		if (*at & 0x80)
			return read_children(graph, at + 1, length);
	}
	return false;
}

/* Reads all nodes that the offsets at AT lead to. The graph's depth is at most a word's length. */
static bool read_children(struct graph *graph, const uint8_t *at, size_t length)
{
	const uint8_t *child = at;

	for (bool is_last = false; !is_last;) {
		ptrdiff_t step;

		if (graph->end - at < 3) /* the shortest offset, a node and its end */
			return false;
		is_last = *at & 0x80;
		switch (*at & 0x60) {
		case 0x60:
			step = (*at & 0x1f) << 16 | at[1] << 8 | at[2];
			at += 3;
			break;
		case 0x40:
			step = (*at & 0x1f) << 8 | at[1];
			at += 2;
			break;
		default:
			step = *at & 0x3f;
			at += 1;
		}
		if (step >= graph->end - child)
			return false;
		child += step;
		if (!read_node(graph, child, length))
			return false;
	}
	return true;
}

static bool read_compiled(struct seep_suffix_set *set, const char *text, size_t size)
{
	struct graph graph = { .set = set, .end = (const uint8_t *)text + size };

	return read_children(&graph, (const uint8_t *)text + strlen(compiled), 0);
}

/* ---- both ---- */

struct seep_suffix_set *seep_suffix_set_read(const char *text, size_t size)
{
	struct seep_suffix_set *set = calloc(1, sizeof(*set));
	size_t first = strlen(compiled);
	bool is_compiled = size >= first && memcmp(text, compiled, first) == 0;

	if (set && grow(set)) {
		set->nodes[set->node_count++] = (struct node){ .parent = 0 };
		if ((is_compiled ? read_compiled : read_text)(set, text, size) && set->rules)
			return set;
	}
	seep_suffix_set_free(set);
	return NULL;
}

void seep_suffix_set_free(struct seep_suffix_set *set)
{
	if (!set)
		return;
	free(set->nodes);
	free(set->slots);
	free(set->bytes);
	free(set);
}

size_t seep_suffix_set_bytes(const struct seep_suffix_set *set)
{
	return sizeof(*set) + set->slot_count * sizeof(*set->slots) +
	       set->slot_count / 2 * sizeof(*set->nodes) + set->bytes_room;
}
