/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names: the input is a name's wire form, or something like it.
 *
 * With an odd number of bytes, it is taken in two: a packet's name behind the client's.
 */
#include "fuzz.h"

#include "names/name.h"

const char fuzz_target[] = "name";

/* Where the label number COUNT starts. */
static size_t label_at(const uint8_t *wire, unsigned count)
{
	size_t at = 0;

	while (count--)
		at += 1u + wire[at];
	return at;
}

/* Does one of the name's labels start there, or its root? */
static bool starts_label(const uint8_t *wire, size_t at)
{
	size_t start = 0;

	while (start < at && wire[start])
		start += 1u + wire[start];
	return start == at;
}

/* The labels that are given are labels of the domain, and stand before what is no gift. */
static void check_given(const struct seep_name *name)
{
	size_t given_to =
		name->domain_at + label_at(name->bytes + name->domain_at, name->given_labels);
	size_t zone_at = name->size - (name->number_bits == 8 ? sizeof("\7in-addr\4arpa")
							      : sizeof("\3ip6\4arpa"));

	fuzz_check(given_to < name->size);
	if (!name->number_bits) {
		fuzz_check(name->given_labels <= 2 && given_to <= name->paid_at);
		return;
	}
	/* All after them are numbers, as far as the zone. */
	fuzz_check(!name->registrable && name->given_labels <= 12 && given_to <= zone_at);
	while (given_to < zone_at) {
		fuzz_check(seep_name_is_number(name->bytes + given_to, name->number_bits));
		given_to += 1u + name->bytes[given_to];
	}
}

/*
 * The domain of a domain is itself, and that of what has a prefix does not depend on its first
 * label.
 */
static void check_domain(const struct seep_name *name)
{
	struct seep_name shorter;
	size_t domain_size = (size_t)name->size - name->domain_at;
	size_t first = name->prefix_labels ? 1u + name->bytes[0] : 0;

	fuzz_check(seep_name_split(&shorter, name->bytes + name->domain_at, domain_size,
				   fuzz_suffixes()));
	fuzz_check(shorter.domain_at == 0 && shorter.prefix_labels == 0);
	fuzz_check(shorter.registrable == name->registrable &&
		   shorter.given_labels == name->given_labels &&
		   shorter.number_bits == name->number_bits);
	fuzz_check(shorter.paid_at == name->paid_at - name->domain_at);
	fuzz_check(seep_name_split(&shorter, name->bytes + first, name->size - first,
				   fuzz_suffixes()));
	fuzz_check((size_t)shorter.size - shorter.domain_at == domain_size);
}

static void check_split(const struct seep_name *name, const uint8_t *wire, size_t size)
{
	fuzz_check(name->bytes == wire && name->size == size);
	fuzz_check(name->domain_at < size);
	fuzz_check(name->paid_at < size && name->paid_at >= name->domain_at);
	fuzz_check(starts_label(wire, name->paid_at));
	fuzz_check(seep_name_told(name, wire, size));
	fuzz_check(seep_name_told(name, wire + name->paid_at, size - name->paid_at));
	fuzz_check(size == 1 || !seep_name_told(name, wire + size - 1, 1));
	check_given(name);
	fuzz_check((name->domain_at == 0) == (name->prefix_labels == 0));
	fuzz_check(label_at(wire, name->prefix_labels) == name->domain_at);
	check_domain(name);
}

/* As text, in a buffer of any size. */
static void check_print(const uint8_t *wire, size_t size)
{
	char text[4 * SEEP_NAME_MAX_BYTES + 2];
	size_t whole;

	seep_name_print(text, sizeof(text), wire, size);
	whole = strlen(text);
	fuzz_check(whole > 0 && whole < sizeof(text));
	for (size_t at = 0; at < whole; at++)
		fuzz_check(text[at] > 32 && text[at] < 127);
	for (size_t room = 4; room < 80; room += 19) {
		char *exact = (char *)fuzz_copy(text, room);

		seep_name_print(exact, room, wire, size);
		fuzz_check(strlen(exact) < room);
		fuzz_check(whole >= room || strcmp(exact, text) == 0);
		free(exact);
	}
}

static void check_lower(const uint8_t *wire, size_t size)
{
	uint8_t *lower = fuzz_copy(wire, size);
	uint8_t *again = fuzz_copy(wire, size);

	seep_name_lower(lower, wire, size);
	seep_name_lower(again, lower, size);
	fuzz_check(memcmp(lower, again, size) == 0);
	fuzz_check(fuzz_is_name(lower, size));
	free(lower);
	free(again);
}

/* Only a name above the paid domain tells nothing. */
static void check_packet(const struct seep_name *name, const uint8_t *packet, size_t size)
{
	fuzz_check(seep_name_told(name, packet, size) ||
		   (size < (size_t)name->size - name->paid_at &&
		    memcmp(packet, name->bytes + name->size - size, size) == 0));
}

static void check_name(const uint8_t *wire, size_t size, const uint8_t *packet, size_t packet_size)
{
	struct seep_name name;
	bool splits = seep_name_split(&name, wire, size, fuzz_suffixes());

	fuzz_check(splits == fuzz_is_name(wire, size));
	if (size <= SEEP_NAME_MAX_BYTES)
		check_print(wire, size);
	if (!splits)
		return;
	check_split(&name, wire, size);
	check_lower(wire, size);
	fuzz_check(seep_name_told(&name, wire, size));
	if (fuzz_is_name(packet, packet_size))
		check_packet(&name, packet, packet_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first = size;
	uint8_t *wire, *packet;

	/* The client's name ends where its root label stands. */
	for (size_t at = 0; size % 2 && at < size; at += 1u + data[at]) {
		if (!data[at]) {
			first = at + 1;
			break;
		}
	}
	wire = fuzz_copy(data, first);
	packet = fuzz_copy(data + first, size - first);
	check_name(wire, first, packet, size - first);
	free(wire);
	free(packet);
	return 0;
}
