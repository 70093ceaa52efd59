/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of machines, by the shape of their network. */
#include "network.h"

#include <stdbool.h>
#include <string.h>

#include "dice.h"

/* People in one /24 or /64; the first of them has this host number. */
#define NET_PEOPLE 200u
#define FIRST_HOST 20u
#define LAST_HOST  254u

/* Names that go out from one address of a machine that rotates. */
#define ROTATE_NAMES   10u
/* Numbers for such addresses, shared by all that rotate. */
#define ROTATE_CLIENTS 65536u

const char *const network_names[NETWORK_SHAPES] = {
#define NETWORK_NAME(name, text) #name,
	NETWORKS(NETWORK_NAME)
#undef NETWORK_NAME
};

/* Numbers: IPv4 addresses by user, IPv6 addresses by day and user, leases, rotated ones. */
static uint32_t first_v6(const struct network *network)
{
	return network->users;
}

static uint32_t first_lease(const struct network *network)
{
	return first_v6(network) + network->users * (network->days + 1);
}

static uint32_t first_rotated(const struct network *network)
{
	return first_lease(network) + network->users + NET_PEOPLE;
}

uint32_t network_clients(const struct network *network)
{
	return first_rotated(network) + ROTATE_CLIENTS;
}

static void put_v4(struct event *event, uint32_t net, uint32_t host)
{
	event->address = (struct event_address){
		.bytes = { 10, (uint8_t)(net >> 8), (uint8_t)net, (uint8_t)host },
		.size = 4,
	};
}

static void put_v6(struct event *event, uint32_t net, uint64_t interface)
{
	event->address = (struct event_address){
		.bytes = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, (uint8_t)(net >> 8), (uint8_t)net },
		.size = 16,
	};
	for (unsigned i = 0; i < 8; i++)
		event->address.bytes[8 + i] = (uint8_t)(interface >> 8 * (7 - i));
}

static void place_v4(struct event *event)
{
	event->client = event->user;
	put_v4(event, event->user / NET_PEOPLE, FIRST_HOST + event->user % NET_PEOPLE);
}

/* A server has a name that points to it, and so an address that stays. */
static bool is_server(const struct network *network, const struct event *event)
{
	return event->user >= network->people && event->user < network->people + network->servers;
}

/* A new one each day (RFC 8981); what the old one still does is left out. */
static void place_v6(const struct network *network, struct event *event)
{
	unsigned day = is_server(network, event) ? 0 : event_day(event);

	event->client = first_v6(network) + day * network->users + event->user;
	put_v6(event, event->user / NET_PEOPLE, dice_mix(dice_mix(event->user + 1) + day));
}

static void place_dual(const struct network *network, struct event *event, uint64_t turn)
{
	if (turn % 2)
		place_v6(network, event);
	else
		place_v4(event);
}

/* Every other machine; these have the odd host numbers of their network by turns. */
static void place_lease(const struct network *network, struct event *event, uint64_t lasts_ms)
{
	uint64_t turn = (event->when_ms - START_MS) / lasts_ms;
	uint32_t net = event->user / NET_PEOPLE, slot;

	if (event->user % 2 == 0 || is_server(network, event)) {
		place_v4(event);
		return;
	}
	slot = (uint32_t)((event->user % NET_PEOPLE / 2 + turn * 37) % (NET_PEOPLE / 2));
	event->client = first_lease(network) + net * (NET_PEOPLE / 2) + slot;
	put_v4(event, net, FIRST_HOST + 2 * slot + 1);
}

/* The TURNth of the /24's addresses that nobody has. */
static void place_free_v4(const struct network *network, struct event *event, uint64_t turn)
{
	uint32_t net = event->user / NET_PEOPLE;
	uint32_t people = network->users - net * NET_PEOPLE;
	uint32_t host = FIRST_HOST + (people < NET_PEOPLE ? people : NET_PEOPLE);

	host += (uint32_t)(turn % (LAST_HOST + 1 - host));
	event->client = first_rotated(network) + (net * (LAST_HOST + 1) + host) % ROTATE_CLIENTS;
	put_v4(event, net, host);
}

static void place_rotated(const struct network *network, struct event *event)
{
	uint32_t turn = event->turn / ROTATE_NAMES;

	if (network->shape != NETWORK_slaac) {
		place_free_v4(network, event, turn);
		return;
	}
	event->client = first_rotated(network) + (event->user * 40503u + turn) % ROTATE_CLIENTS;
	put_v6(event, event->user / NET_PEOPLE, dice_mix(dice_mix(event->user + 1) - turn));
}

static void place_own(const struct network *network, struct event *event)
{
	switch (network->shape) {
	case NETWORK_slaac:
		place_v6(network, event);
		break;
	case NETWORK_dual:
		place_dual(network, event, dice_mix(event->when_ms ^ event->user) >> 32);
		break;
	case NETWORK_nat:
		event->client = 0;
		put_v4(event, 0, 1);
		break;
	case NETWORK_lease1d:
		place_lease(network, event, DAY_MS);
		break;
	case NETWORK_lease1h:
		place_lease(network, event, HOUR_MS);
		break;
	default:
		place_v4(event);
	}
}

void network_place(const struct network *network, struct event *event)
{
	switch (event->route) {
	case ROUTE_ROTATE:
		place_rotated(network, event);
		break;
	case ROUTE_DUAL:
		place_dual(network, event, event->turn);
		break;
	case ROUTE_LEASE_1D:
		place_free_v4(network, event, (event->when_ms - START_MS) / DAY_MS);
		break;
	case ROUTE_LEASE_1H:
		place_free_v4(network, event, (event->when_ms - START_MS) / HOUR_MS);
		break;
	default:
		place_own(network, event);
	}
}
