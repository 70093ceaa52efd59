/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks of IPv4 and IPv6 addresses: parsed from text, and searched for an address.
 *
 * Addresses are bytes in network order, 4 (IPv4) or 16 (IPv6). An IPv4-mapped IPv6 address
 * (::ffff:a.b.c.d) is the IPv4 address in it, in blocks and in questions; so ::/0 holds every IPv6
 * address but no mapped one, and 0.0.0.0/0 those.
 *
 * A MAC address is a block of its own: of who has it behind a trusted forwarder, whichever that is.
 * No other block has such a user.
 *
 * A list keeps its blocks sorted and disjoint: contain takes O(log blocks), add O(blocks).
 * Memory: 18 bytes a block.
 * Threads: any number may ask at once, as long as none adds.
 */
#ifndef SEEP_NETBLOCK_H
#define SEEP_NETBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Holds any block as text, with the NUL: 39 of an address, "/128". */
#define SEEP_NETBLOCK_TEXT_SIZE 48

struct seep_netblock {
	uint8_t addr_len;    /* bytes of addr in use: 4 or 16, or 6 of a MAC address */
	uint8_t addr[16];    /* network order; zero beyond prefix_bits */
	uint8_t prefix_bits; /* 0 to 8 * addr_len */
};

/* X(constant, text): what is wrong, to follow the block's text in a message. */
#define SEEP_NETBLOCK_STATUSES(X)                                                      \
	X(SEEP_NETBLOCK_OK, "is a netblock")                                           \
	X(SEEP_NETBLOCK_BAD_ADDRESS, "is not an IPv4 or IPv6 address")                 \
	X(SEEP_NETBLOCK_MAC_NETWORK, "has more than its MAC address")                  \
	X(SEEP_NETBLOCK_BAD_PREFIX, "does not have a number of bits after its \"/\"")  \
	X(SEEP_NETBLOCK_LONG_PREFIX, "has more bits after its \"/\" than its address") \
	X(SEEP_NETBLOCK_HOST_BITS, "has bits set beyond its prefix")                   \
	X(SEEP_NETBLOCK_NO_MEMORY, "could not be kept: out of memory")

enum seep_netblock_status {
#define X(constant, text) constant,
	SEEP_NETBLOCK_STATUSES(X)
#undef X
};

/* Returns the text of STATUS. */
const char *seep_netblock_status_text(enum seep_netblock_status status);

/*
 * Reads "10.0.0.0/8", "fd00::/8", or an address alone (/32, /128), from TEXT into BLOCK. With
 * SEEP_NETBLOCK_HOST_BITS, BLOCK is the one that was probably meant: "10.1.2.3/8" gives 10.0.0.0/8.
 */
enum seep_netblock_status seep_netblock_parse(struct seep_netblock *block, const char *text);

/* The same, or reads a MAC address, "02:00:5e:00:53:01". */
enum seep_netblock_status seep_netblock_parse_user(struct seep_netblock *block, const char *text);

/* Writes BLOCK to TEXT of SEEP_NETBLOCK_TEXT_SIZE bytes. */
void seep_netblock_format(const struct seep_netblock *block, char *text);

/*
 * Returns whether ADDR is no place on the Internet: RFC 1918, loopback, link-local, shared
 * (100.64.0.0/10), unique local (fc00::/7), unspecified (0.0.0.0, ::). False for any ADDR_LEN but 4
 * and 16.
 */
bool seep_netblock_is_private(const uint8_t *addr, size_t addr_len);

/* Makes BLOCK of an address alone. Returns false for any ADDR_LEN but 4 and 16. */
bool seep_netblock_of_address(struct seep_netblock *block, const uint8_t *addr, size_t addr_len);

/*
 * Makes BLOCK of a client, as in an observation: of an address alone, or of a MAC address behind a
 * forwarder. Returns false for any ADDR_LEN that no client has.
 */
bool seep_netblock_of_client(struct seep_netblock *block, const uint8_t *addr, size_t addr_len);

/* Returns whether INNER lies in OUTER, or is OUTER. */
bool seep_netblock_covers(const struct seep_netblock *outer, const struct seep_netblock *inner);

/*
 * Compares by family, address and prefix, as strcmp: a block stands behind the one that it lies in,
 * and nothing stands between them that lies in neither.
 */
int seep_netblock_compare(const struct seep_netblock *a, const struct seep_netblock *b);

struct seep_netblocks;

/* Returns an empty list, or NULL without memory. */
struct seep_netblocks *seep_netblocks_create(void);

/* Frees LIST. NULL is ignored. */
void seep_netblocks_destroy(struct seep_netblocks *list);

/*
 * Adds BLOCK, which seep_netblock_parse gave. Returns OK or NO_MEMORY. A block inside another costs
 * nothing.
 */
enum seep_netblock_status seep_netblocks_add(struct seep_netblocks *list,
					     const struct seep_netblock *block);

/*
 * Returns whether a client, as in an observation, lies in a block of LIST. False for a LIST that is
 * NULL, and any ADDR_LEN that no client has.
 */
bool seep_netblocks_contain(const struct seep_netblocks *list, const uint8_t *addr,
			    size_t addr_len);

/* Returns whether one block of LIST has every address of BLOCK. False for a LIST that is NULL. */
bool seep_netblocks_hold(const struct seep_netblocks *list, const struct seep_netblock *block);

/* Returns how many disjoint blocks LIST has; 0 for NULL. */
size_t seep_netblocks_count(const struct seep_netblocks *list);

#endif
