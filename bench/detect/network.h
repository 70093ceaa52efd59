/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Under which addresses people ask: shapes of networks, and machines that
 * change theirs on purpose. A client is an address, which is all that methods
 * see of a user; the books are kept by user.
 */
#ifndef DETECT_NETWORK_H
#define DETECT_NETWORK_H

#include "event.h"

/* NETWORK(name, text) */
#define NETWORKS(NETWORK)                                                                         \
	NETWORK(v4, "IPv4, 200 people in a /24")                                                  \
	NETWORK(slaac,                                                                            \
		"IPv6, 200 people in a /64, a new privacy address each day; servers keep theirs") \
	NETWORK(dual, "both, a query by one or the other")                                        \
	NETWORK(nat, "everybody behind one address")                                              \
	NETWORK(lease1d, "IPv4, half of the machines with a new lease each day")                  \
	NETWORK(lease1h, "IPv4, half of the machines with a new lease each hour")

enum network_shape {
#define NETWORK_ENUM(name, text) NETWORK_##name,
	NETWORKS(NETWORK_ENUM)
#undef NETWORK_ENUM
		NETWORK_SHAPES
};

extern const char *const network_names[NETWORK_SHAPES];

/* How a query gets its address: as the network has it, or as an attacker wants it. */
enum network_route {
	ROUTE_OWN,
	ROUTE_ROTATE,   /* another address of its /24 or /64 every ten names */
	ROUTE_DUAL,     /* IPv4 and IPv6 by turns */
	ROUTE_LEASE_1D, /* a free address of its /24, another one each day */
	ROUTE_LEASE_1H, /* each hour */
};

struct network {
	enum network_shape shape;
	uint32_t users;
	uint32_t people, servers; /* of them the first ones, and those after these */
	unsigned days;            /* of the run */
};

/* Clients are numbered from 0 to one below this. */
uint32_t network_clients(const struct network *network);

/* Sets EVENT's client and address by its user, route, turn and time. */
void network_place(const struct network *network, struct event *event);

#endif
