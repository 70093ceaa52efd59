/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks of addresses: parse, format, and a sorted list of disjoint ones. */
#include "names/netblock.h"

#include "base/address.h"
#include "names/identity.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct seep_netblocks {
	struct seep_netblock *blocks; /* disjoint; ascending by addr_len, then addr */
	size_t count;
	size_t room;
};

/* compare() reads addr_len and addr in one go. */
static_assert(offsetof(struct seep_netblock, addr_len) == 0, "the sort key starts with the family");
static_assert(offsetof(struct seep_netblock, addr) == 1, "the sort key has no padding");

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

const char *seep_netblock_status_text(enum seep_netblock_status status)
{
	static const char *const texts[] = {
#define X(constant, text) [constant] = text,
		SEEP_NETBLOCK_STATUSES(X)
#undef X
	};
	return texts[status];
}

bool seep_netblock_of_address(struct seep_netblock *block, const uint8_t *addr, size_t addr_len)
{
	if (addr_len != 4 && addr_len != 16)
		return false;
	if (addr_len == 16 && memcmp(addr, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		addr += sizeof(mapped_prefix);
		addr_len = 4;
	}
	memset(block, 0, sizeof(*block));
	memcpy(block->addr, addr, addr_len);
	block->addr_len = (uint8_t)addr_len;
	block->prefix_bits = (uint8_t)(8 * addr_len);
	return true;
}

bool seep_netblock_of_client(struct seep_netblock *block, const uint8_t *addr, size_t addr_len)
{
	if (addr_len != SEEP_ADDRESS_MAC_V4_BYTES && addr_len != SEEP_ADDRESS_MAC_V6_BYTES)
		return seep_netblock_of_address(block, addr, addr_len);
	*block = (struct seep_netblock){ .addr_len = SEEP_MAC_BYTES,
					 .prefix_bits = 8 * SEEP_MAC_BYTES };
	memcpy(block->addr, addr + addr_len - SEEP_MAC_BYTES, SEEP_MAC_BYTES);
	return true;
}

/* Clears what is beyond the prefix. Returns whether there was something to clear. */
static bool mask(struct seep_netblock *block)
{
	const struct seep_address_mask mask = seep_address_mask(block->prefix_bits);
	uint64_t words[2], masked[2];

	memcpy(words, block->addr, sizeof(words));
	masked[0] = words[0] & mask.words[0];
	masked[1] = words[1] & mask.words[1];
	memcpy(block->addr, masked, sizeof(masked));
	return memcmp(words, masked, sizeof(words)) != 0;
}

bool seep_netblock_covers(const struct seep_netblock *outer, const struct seep_netblock *inner)
{
	unsigned whole = outer->prefix_bits / 8;
	unsigned rest = outer->prefix_bits % 8;

	if (outer->addr_len != inner->addr_len || outer->prefix_bits > inner->prefix_bits)
		return false;
	if (memcmp(outer->addr, inner->addr, whole) != 0)
		return false;
	return rest == 0 || (outer->addr[whole] ^ inner->addr[whole]) >> (8 - rest) == 0;
}

static int compare(const struct seep_netblock *a, const struct seep_netblock *b)
{
	return memcmp(a, b, 1 + sizeof(a->addr));
}

int seep_netblock_compare(const struct seep_netblock *a, const struct seep_netblock *b)
{
	int order = compare(a, b);

	return order ? order : (int)a->prefix_bits - (int)b->prefix_bits;
}

/* The bits after the slash: one to three digits, without leading zeros; -1 if it is not that. */
static int parse_prefix(const char *text)
{
	int bits = 0;
	size_t length = strspn(text, "0123456789");

	if (length < 1 || length > 3 || text[length] != '\0' || (length > 1 && text[0] == '0'))
		return -1;
	for (size_t at = 0; at < length; at++)
		bits = 10 * bits + (text[at] - '0');
	return bits;
}

enum seep_netblock_status seep_netblock_parse(struct seep_netblock *block, const char *text)
{
	char address[INET6_ADDRSTRLEN];
	uint8_t addr[16];
	size_t addr_len = 4;
	size_t length = strcspn(text, "/");
	int bits;
	bool was_mapped;

	memset(block, 0, sizeof(*block));
	if (length >= sizeof(address))
		return SEEP_NETBLOCK_BAD_ADDRESS;
	memcpy(address, text, length);
	address[length] = '\0';
	if (inet_pton(AF_INET, address, addr) != 1) {
		addr_len = 16;
		if (inet_pton(AF_INET6, address, addr) != 1)
			return SEEP_NETBLOCK_BAD_ADDRESS;
	}
	seep_netblock_of_address(block, addr, addr_len);
	if (text[length] == '\0')
		return SEEP_NETBLOCK_OK;

	bits = parse_prefix(text + length + 1);
	if (bits < 0)
		return SEEP_NETBLOCK_BAD_PREFIX;
	if ((size_t)bits > 8 * addr_len)
		return SEEP_NETBLOCK_LONG_PREFIX;
	was_mapped = block->addr_len != addr_len;
	if (was_mapped && bits >= 96) {
		bits -= 96;
	} else if (was_mapped) {
		/*
		 * Wider than the mapped range: an IPv6 block after all, always with bits set beyond
		 * its prefix.
		 */
		memcpy(block->addr, addr, addr_len);
		block->addr_len = (uint8_t)addr_len;
	}
	block->prefix_bits = (uint8_t)bits;
	return mask(block) ? SEEP_NETBLOCK_HOST_BITS : SEEP_NETBLOCK_OK;
}

enum seep_netblock_status seep_netblock_parse_user(struct seep_netblock *block, const char *text)
{
	char mac[sizeof("02:00:5e:00:53:01")];

	memset(block, 0, sizeof(*block));
	snprintf(mac, sizeof(mac), "%s", text);
	if (!seep_identity_parse_mac(block->addr, mac))
		return seep_netblock_parse(block, text);
	block->addr_len = SEEP_MAC_BYTES;
	block->prefix_bits = 8 * SEEP_MAC_BYTES;
	return text[strlen(mac)] == '\0' ? SEEP_NETBLOCK_OK : SEEP_NETBLOCK_MAC_NETWORK;
}

void seep_netblock_format(const struct seep_netblock *block, char *text)
{
	char address[INET6_ADDRSTRLEN] = "";
	const uint8_t *mac = block->addr;

	if (block->addr_len == SEEP_MAC_BYTES) {
		snprintf(text, SEEP_NETBLOCK_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
			 mac[1], mac[2], mac[3], mac[4], mac[5]);
		return;
	}
	inet_ntop(block->addr_len == 4 ? AF_INET : AF_INET6, block->addr, address, sizeof(address));
	snprintf(text, SEEP_NETBLOCK_TEXT_SIZE, "%.39s/%u", address, block->prefix_bits);
}

bool seep_netblock_is_private(const uint8_t *addr, size_t addr_len)
{
	static const struct seep_netblock private_blocks[] = {
		{ 4, { 10 }, 8 },
		{ 4, { 172, 16 }, 12 },
		{ 4, { 192, 168 }, 16 }, /* RFC 1918 */
		{ 4, { 127 }, 8 },
		{ 4, { 169, 254 }, 16 }, /* loopback, link-local */
		{ 4, { 100, 64 }, 10 },
		{ 4, { 0 }, 32 }, /* RFC 6598 shared, unspecified */
		{ 16, { 0xfc }, 7 },
		{ 16, { 0xfe, 0x80 }, 10 }, /* unique local, link-local */
		{ 16, { [15] = 1 }, 128 },
		{ 16, { 0 }, 128 }, /* loopback, unspecified */
	};
	struct seep_netblock asked;

	if (!seep_netblock_of_address(&asked, addr, addr_len))
		return false;
	for (size_t at = 0; at < sizeof(private_blocks) / sizeof(private_blocks[0]); at++) {
		if (seep_netblock_covers(&private_blocks[at], &asked))
			return true;
	}
	return false;
}

struct seep_netblocks *seep_netblocks_create(void)
{
	return calloc(1, sizeof(struct seep_netblocks));
}

void seep_netblocks_destroy(struct seep_netblocks *list)
{
	if (list)
		free(list->blocks);
	free(list);
}

/* How many blocks of the list sort at or before KEY. */
static size_t rank(const struct seep_netblocks *list, const struct seep_netblock *key)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&list->blocks[middle], key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Blocks are disjoint or nested, so if any block of a disjoint list covers KEY, it is the last one
 * not after it.
 */
static bool list_covers(const struct seep_netblocks *list, const struct seep_netblock *key)
{
	size_t at = rank(list, key);

	return at > 0 && seep_netblock_covers(&list->blocks[at - 1], key);
}

enum seep_netblock_status seep_netblocks_add(struct seep_netblocks *list,
					     const struct seep_netblock *block)
{
	size_t at, inside;

	if (list_covers(list, block))
		return SEEP_NETBLOCK_OK;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 8;
		struct seep_netblock *blocks = realloc(list->blocks, room * sizeof(*blocks));

		if (!blocks)
			return SEEP_NETBLOCK_NO_MEMORY;
		list->blocks = blocks;
		list->room = room;
	}
	/*
	 * Those that the new block covers follow its place without a gap; one may start at the same
	 * address.
	 */
	at = rank(list, block);
	while (at > 0 && seep_netblock_covers(block, &list->blocks[at - 1]))
		at--;
	for (inside = 0;
	     at + inside < list->count && seep_netblock_covers(block, &list->blocks[at + inside]);
	     inside++)
		continue;
	memmove(&list->blocks[at + 1], &list->blocks[at + inside],
		(list->count - at - inside) * sizeof(*list->blocks));
	list->blocks[at] = *block;
	list->count += 1 - inside;
	return SEEP_NETBLOCK_OK;
}

bool seep_netblocks_contain(const struct seep_netblocks *list, const uint8_t *addr, size_t addr_len)
{
	struct seep_netblock asked;

	if (!list || list->count == 0 || !seep_netblock_of_client(&asked, addr, addr_len))
		return false;
	return list_covers(list, &asked);
}

bool seep_netblocks_hold(const struct seep_netblocks *list, const struct seep_netblock *block)
{
	return list && list_covers(list, block);
}

size_t seep_netblocks_count(const struct seep_netblocks *list)
{
	return list ? list->count : 0;
}
