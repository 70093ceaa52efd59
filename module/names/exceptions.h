/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions that operators made while the resolver ran: domains that are not metered for a time,
 * for everybody or for one user or netblock. A user by MAC address is one behind whichever trusted
 * forwarder.
 *
 * A set never changes once it is made. One question hashes the name once, from the root down, with
 * one probe a label on average, and compares the client with at most SEEP_EXCEPTIONS_A_DOMAIN
 * blocks for each exempted domain that the name is in. It allocates nothing and takes no lock. The
 * hash has no key: operators alone supply the contents.
 *
 * Memory: some 560 bytes an exception.
 * Threads: any number may ask at once.
 */
#ifndef SEEP_EXCEPTIONS_H
#define SEEP_EXCEPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names/netblock.h"
#include "seep_observation.h"

/* The most that there can be, and of one domain. */
#define SEEP_EXCEPTIONS_MOST     1024
#define SEEP_EXCEPTIONS_A_DOMAIN 16

/* With the NUL. */
#define SEEP_EXCEPTION_REASON_SIZE 128
#define SEEP_EXCEPTION_MAKER_SIZE  33

/* `until_s` of one that has no end. */
#define SEEP_EXCEPTION_FOR_EVER UINT64_MAX

struct seep_exception {
	uint8_t name[SEEP_NAME_MAX_BYTES]; /* wire form, lower-cased, with the root label */
	uint8_t name_size;
	struct seep_netblock user;               /* whom it is for; addr_len 0: everybody */
	uint32_t uid;                            /* whose command made it */
	uint64_t made_s;                         /* the meters' time (clock.h) */
	uint64_t until_s;                        /* the first second in which it holds no more */
	char maker[SEEP_EXCEPTION_MAKER_SIZE];   /* that uid's user name; "" if it has none */
	char reason[SEEP_EXCEPTION_REASON_SIZE]; /* printable ASCII; "" for none */
};

struct seep_exceptions;

/* What a set could not be made for. */
enum seep_exceptions_status {
	SEEP_EXCEPTIONS_OK,
	SEEP_EXCEPTIONS_MANY,    /* more than SEEP_EXCEPTIONS_MOST */
	SEEP_EXCEPTIONS_CROWDED, /* more of one domain than SEEP_EXCEPTIONS_A_DOMAIN */
	SEEP_EXCEPTIONS_NO_MEMORY,
};

/*
 * Makes a set of COUNT exceptions, which are copied, and keep their order. Of the same domain and
 * user there is at most one. Unless OK is returned, *SET is NULL.
 */
enum seep_exceptions_status seep_exceptions_create(struct seep_exceptions **set,
						   const struct seep_exception *all, size_t count);

/* Frees SET. NULL is ignored. */
void seep_exceptions_destroy(struct seep_exceptions *set);

/*
 * Returns whether a query is excepted at NOW_S: its name equals, or lies below, the domain of an
 * exception that holds, and CLIENT is in its block. WIRE and LENGTH are the whole name,
 * lower-cased, with the root's zero. False for a SET that is NULL and for bytes that are no such
 * name.
 */
bool seep_exceptions_cover(const struct seep_exceptions *set, const uint8_t *wire, size_t length,
			   const struct seep_address *client, uint64_t now_s);

/* Returns how many SET has, those that hold no more included; 0 for NULL. */
size_t seep_exceptions_count(const struct seep_exceptions *set);

/* Returns the one at AT, below the count; it lives as long as SET. */
const struct seep_exception *seep_exceptions_at(const struct seep_exceptions *set, size_t at);

/* Returns whether it still holds at NOW_S. */
static inline bool seep_exception_holds(const struct seep_exception *exception, uint64_t now_s)
{
	return now_s < exception->until_s;
}

/* Returns whether both are of the same domain and for the same user. */
bool seep_exception_is_same(const struct seep_exception *a, const struct seep_exception *b);

#endif
