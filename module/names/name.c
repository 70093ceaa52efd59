/* SPDX-License-Identifier: BSD-3-Clause */
/* Splits names, in wire form throughout: a label may hold any byte. */
#include "names/name.h"

#include <stdio.h>
#include <string.h>

/*
 * The two reverse zones. How many labels below them are common enough to be one owner's: the /24
 * and the /48; and are paid for: the /16 and the /32, for who has a /16 has each of its 256 /24s.
 */
static const struct reverse {
	const char *zone;
	size_t zone_size; /* with the root label */
	uint8_t number_bits;
	uint8_t domain_labels;
	uint8_t paid_labels;
} reverses[] = {
	{ "\7in-addr\4arpa", sizeof("\7in-addr\4arpa"), 8, 3, 2 },
	{ "\3ip6\4arpa", sizeof("\3ip6\4arpa"), 4, 12, 8 },
};

/* Fills OFFSETS with the start of each label. Returns their count, or -1. */
static int label_offsets(uint8_t offsets[SEEP_NAME_MAX_LABELS], const uint8_t *name, size_t size)
{
	size_t at = 0;
	int labels = 0;

	if (size < 1 || size > SEEP_NAME_MAX_BYTES)
		return -1;
	while (name[at]) {
		if (name[at] > 63 || at + 1u + name[at] >= size || labels == SEEP_NAME_MAX_LABELS)
			return -1;
		offsets[labels++] = (uint8_t)at;
		at += 1u + name[at];
	}
	return at + 1 == size ? labels : -1;
}

bool seep_name_is_number(const uint8_t *label, unsigned bits)
{
	unsigned value = 0;

	if (bits == 4)
		return label[0] == 1 && ((label[1] >= '0' && label[1] <= '9') ||
					 (label[1] >= 'a' && label[1] <= 'f'));
	if (label[0] < 1 || label[0] > 3 || (label[0] > 1 && label[1] == '0'))
		return false;
	for (unsigned i = 1; i <= label[0]; i++) {
		if (label[i] < '0' || label[i] > '9')
			return false;
		value = 10 * value + (label[i] - '0');
	}
	return value < 256;
}

/* The reverse zone that the name is in, or NULL. */
static const struct reverse *reverse_of(const uint8_t *name, const uint8_t *offsets, int labels,
					size_t size)
{
	size_t at = offsets[labels - 2];

	for (size_t i = 0; i < sizeof(reverses) / sizeof(reverses[0]); i++)
		if (size - at == reverses[i].zone_size &&
		    memcmp(name + at, reverses[i].zone, reverses[i].zone_size) == 0)
			return &reverses[i];
	return NULL;
}

/* Where a name's labels belong, counted from the right. */
struct cut {
	unsigned domain; /* to the domain */
	unsigned paid;   /* to what is paid for */
	unsigned fixed;  /* to what is not given */
};

/* How many labels to the left of FROM, but at most MOST, are numbers. */
static unsigned count_numbers(const uint8_t *name, const uint8_t *offsets, unsigned from,
			      unsigned most, unsigned bits)
{
	unsigned count = 0;

	while (count < from && count < most &&
	       seep_name_is_number(name + offsets[from - 1 - count], bits))
		count++;
	return count;
}

static struct cut cut_reverse(struct seep_name *split, const uint8_t *offsets, unsigned labels,
			      const struct reverse *reverse)
{
	unsigned numbers = count_numbers(split->bytes, offsets, labels - 2, reverse->paid_labels,
					 reverse->number_bits);

	split->number_bits = reverse->number_bits;
	return (struct cut){
		.domain = 2u + reverse->domain_labels,
		/* A label that is no number may tell anything. */
		.paid = 2u + (numbers < reverse->paid_labels ? numbers + 1 : reverse->paid_labels),
		.fixed = 2u + numbers,
	};
}

static struct cut cut_at_suffix(struct seep_name *split, const uint8_t *offsets, unsigned labels,
				struct seep_suffix_reader *suffixes)
{
	struct seep_suffix suffix = seep_suffix_of(suffixes, split->bytes, offsets, labels);
	struct cut cut = { .domain = suffix.labels + 1, .paid = suffix.icann_labels + 1 };

	split->registrable = cut.domain <= labels && suffix.is_listed;
	cut.fixed = suffix.is_private ? suffix.labels - suffix.is_wildcard : cut.domain;
	return cut;
}

bool seep_name_split(struct seep_name *split, const uint8_t *name, size_t size,
		     struct seep_suffix_reader *suffixes)
{
	uint8_t offsets[SEEP_NAME_MAX_LABELS];
	int count = label_offsets(offsets, name, size);
	unsigned labels = (unsigned)count, domain_labels;
	const struct reverse *reverse;
	struct cut cut;

	if (count < 0)
		return false;
	*split = (struct seep_name){ .bytes = name, .size = (uint8_t)size };
	if (count < 2)
		return true;
	reverse = reverse_of(name, offsets, count, size);
	cut = reverse ? cut_reverse(split, offsets, labels, reverse)
		      : cut_at_suffix(split, offsets, labels, suffixes);
	domain_labels = cut.domain < labels ? cut.domain : labels;
	split->prefix_labels = (uint8_t)(labels - domain_labels);
	if (split->prefix_labels)
		split->domain_at = offsets[split->prefix_labels];
	if (cut.paid < labels)
		split->paid_at = offsets[labels - cut.paid];
	if (cut.fixed < domain_labels)
		split->given_labels = (uint8_t)(domain_labels - cut.fixed);
	return true;
}

/* The eight letters of a word in lower case; bytes that are no letters of ASCII stay. */
static uint64_t lower_word(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = word & ones * 0x7f;
	/* The highest bit of each byte: from A on, but not beyond Z, and below 128. */
	uint64_t from_a = low + ones * (0x80 - 'A');
	uint64_t beyond_z = low + ones * (0x7f - 'Z');

	return word | (from_a & ~beyond_z & ~word & ones * 0x80) >> 2;
}

void seep_name_lower(uint8_t *to, const uint8_t *from, size_t size)
{
	uint64_t word = 0;
	size_t at;

	for (at = 0; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, from + at, sizeof(word));
		word = lower_word(word);
		memcpy(to + at, &word, sizeof(word));
	}
	memcpy(&word, from + at, size - at);
	word = lower_word(word);
	memcpy(to + at, &word, size - at);
}

bool seep_name_told(const struct seep_name *name, const uint8_t *packet, size_t size)
{
	size_t at = name->paid_at;

	if (!size || size >= name->size - at)
		return true;
	/* To the label of the name where the packet's would start. */
	while (name->size - at > size)
		at += 1u + name->bytes[at];
	return name->size - at != size || memcmp(packet, name->bytes + at, size) != 0;
}

/* Writes a byte of a label as text, escaped if need be. Returns how many characters. */
static size_t print_byte(char text[5], uint8_t byte)
{
	if (byte <= 32 || byte >= 127)
		return (size_t)snprintf(text, 5, "\\%03u", byte);
	if (strchr(".\\\"", byte))
		return (size_t)snprintf(text, 5, "\\%c", byte);
	return (size_t)snprintf(text, 5, "%c", byte);
}

void seep_name_print(char *text, size_t text_size, const uint8_t *name, size_t name_size)
{
	char whole[4 * SEEP_NAME_MAX_BYTES + 2] = ".";
	size_t used = 0;
	size_t at = 0;

	while (at < name_size && name[at]) {
		size_t label_end = at + 1u + name[at];

		if (at)
			whole[used++] = '.';
		for (at++; at < label_end && at < name_size; at++)
			used += print_byte(whole + used, name[at]);
	}
	if (snprintf(text, text_size, "%s", whole) < (int)text_size)
		return;
	used = text_size > 4 ? text_size - 4 : 0;
	(void)snprintf(text + used, text_size - used, "...");
}
