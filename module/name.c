/* SPDX-License-Identifier: BSD-3-Clause */
/* Splits names, in wire form throughout: a label may hold any byte. */
#include "name.h"

#include <stdio.h>
#include <string.h>

/* Reverse zones that are common enough to be one owner's: an IPv4 /24 has
 * three labels below in-addr.arpa, an IPv6 /48 twelve below ip6.arpa.  What is
 * paid for there is a /32, with eight. */
#define REVERSE_V4_LABELS      (2 + 3)
#define REVERSE_V6_LABELS      (2 + 12)
#define REVERSE_V6_PAID_LABELS (2 + 8)

/* Fills OFFSETS with the start of each label; the count, or -1. */
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

static bool ends_in(const uint8_t *name, const uint8_t *offsets, int labels, const char *zone,
		    size_t zone_size)
{
	return memcmp(name + offsets[labels - 2], zone, zone_size) == 0;
}

/* The labels of a reverse name's zone, or 0 if it is none. */
static unsigned reverse_labels(const uint8_t *name, const uint8_t *offsets, int labels, size_t size)
{
	static const char in_addr[] = "\7in-addr\4arpa";
	static const char ip6[] = "\3ip6\4arpa";
	size_t tail = size - offsets[labels - 2];

	if (tail == sizeof(in_addr) && ends_in(name, offsets, labels, in_addr, sizeof(in_addr)))
		return REVERSE_V4_LABELS;
	if (tail == sizeof(ip6) && ends_in(name, offsets, labels, ip6, sizeof(ip6)))
		return REVERSE_V6_LABELS;
	return 0;
}

bool seep_name_split(struct seep_name *split, const uint8_t *name, size_t size,
		     struct seep_suffix_reader *suffixes)
{
	uint8_t offsets[SEEP_NAME_MAX_LABELS];
	int labels = label_offsets(offsets, name, size);
	unsigned domain, paid;

	if (labels < 0)
		return false;
	*split = (struct seep_name){ .bytes = name, .size = (uint8_t)size };
	if (labels < 2)
		return true;
	domain = reverse_labels(name, offsets, labels, size);
	paid = domain == REVERSE_V6_LABELS ? REVERSE_V6_PAID_LABELS : domain;
	if (!domain) {
		struct seep_suffix suffix =
			seep_suffix_of(suffixes, name, offsets, (unsigned)labels);

		domain = suffix.labels + 1;
		paid = suffix.icann_labels + 1;
		split->registrable = domain <= (unsigned)labels;
		split->given = split->registrable && suffix.is_private;
	}
	if (domain < (unsigned)labels) {
		split->prefix_labels = (uint8_t)((unsigned)labels - domain);
		split->domain_at = offsets[split->prefix_labels];
	}
	if (paid < (unsigned)labels)
		split->paid_at = offsets[(unsigned)labels - paid];
	return true;
}

void seep_name_lower(uint8_t *to, const uint8_t *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (uint8_t)(from[i] + ('a' - 'A'))
							 : from[i];
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

/* A byte of a label as text, escaped if need be; how many characters. */
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
