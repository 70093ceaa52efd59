/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads packet captures (pcap, pcapng): DNS on port 53, or another, over UDP, and over TCP where a
 * message starts a segment.
 *
 * A query's event is the client's query; the answer gives the response code and TTL. A machine that
 * others ask is a resolver, and what it asks itself is no client's query. Packets after an IP
 * fragment's first are ignored.
 */
#include "trace.h"

#include "base/hash.h"
#include "map.h"
#include "trace_dns.h"
#include "trace_pair.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#define DNS_PORT        53
#define RESOLVERS_MAX   2048
#define EXTENSIONS_MAX  8 /* of an IPv6 header */
#define TCP_HEADER_MIN  20
#define UDP_HEADER      8
#define IPV4_HEADER_MIN 20
#define IPV6_HEADER     40

enum {
	PROTO_HOP = 0,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_OPTIONS = 60
};
enum { ETHER_IPV4 = 0x0800, ETHER_IPV6 = 0x86dd, ETHER_VLAN = 0x8100, ETHER_QINQ = 0x88a8 };

struct captured {
	FILE *file; /* our input, as libpcap wants it */
	pcap_t *pcap;
	int link_type;
	uint16_t port;
	struct map resolvers; /* machines that were asked, by key_of */
};

/* The part of a packet that is still to be read. */
struct bytes {
	const uint8_t *at;
	size_t size;
};

struct packet {
	struct seep_address from, to;
	uint16_t from_port, to_port;
	bool tcp;
	struct bytes payload;
};

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool skip(struct bytes *bytes, size_t size)
{
	if (bytes->size < size)
		return false;
	bytes->at += size;
	bytes->size -= size;
	return true;
}

/* ---- from the link to the payload; false: no DNS in it ---- */

static bool skip_ethernet(struct bytes *bytes)
{
	size_t at = 12;
	uint16_t type;

	do {
		if (bytes->size < at + 2)
			return false;
		type = get16(bytes->at + at);
		at += type == ETHER_VLAN || type == ETHER_QINQ ? 4 : 2;
	} while ((type == ETHER_VLAN || type == ETHER_QINQ) && at < 12 + 3 * 4);
	return (type == ETHER_IPV4 || type == ETHER_IPV6) && skip(bytes, at);
}

/* Steps over the link's header. What follows has to be IP, which tells its version itself. */
static bool skip_link(int link_type, struct bytes *bytes)
{
	switch (link_type) {
	case DLT_EN10MB:
		return skip_ethernet(bytes);
	case DLT_LINUX_SLL:
		return skip(bytes, 16);
	case DLT_LINUX_SLL2:
		return skip(bytes, 20);
	case DLT_NULL:
	case DLT_LOOP:
		return skip(bytes, 4);
	default: /* raw: link_known lets no others pass */
		return true;
	}
}

static bool link_known(int link_type)
{
	return link_type == DLT_EN10MB || link_type == DLT_LINUX_SLL ||
	       link_type == DLT_LINUX_SLL2 || link_type == DLT_NULL || link_type == DLT_LOOP ||
	       link_type == DLT_RAW || link_type == DLT_IPV4 || link_type == DLT_IPV6;
}

static struct seep_address address_of(const uint8_t *bytes, uint8_t size)
{
	struct seep_address address = { .size_bytes = size };

	memcpy(address.bytes, bytes, size);
	return address;
}

static bool skip_ipv4(struct packet *packet, struct bytes *bytes, uint8_t *protocol)
{
	const uint8_t *header = bytes->at;
	size_t size, total;

	if (bytes->size < IPV4_HEADER_MIN)
		return false;
	size = 4u * (header[0] & 0x0f);
	total = get16(header + 2);
	/* A later fragment holds no header of what is in it. */
	if (size < IPV4_HEADER_MIN || (get16(header + 6) & 0x1fff) != 0)
		return false;
	/* Ethernet pads short packets; a total of 0 is left to the card to fill in. */
	if (total >= size && total < bytes->size)
		bytes->size = total;
	*protocol = header[9];
	packet->from = address_of(header + 12, 4);
	packet->to = address_of(header + 16, 4);
	return skip(bytes, size);
}

static bool skip_ipv6(struct packet *packet, struct bytes *bytes, uint8_t *protocol)
{
	const uint8_t *header = bytes->at;
	size_t total;

	if (bytes->size < IPV6_HEADER)
		return false;
	total = (size_t)IPV6_HEADER + get16(header + 4);
	if (total > IPV6_HEADER && total < bytes->size)
		bytes->size = total;
	*protocol = header[6];
	packet->from = address_of(header + 8, 16);
	packet->to = address_of(header + 24, 16);
	skip(bytes, IPV6_HEADER);
	for (int count = 0; count < EXTENSIONS_MAX; count++) {
		size_t size = 8;

		if (*protocol != PROTO_HOP && *protocol != PROTO_ROUTING &&
		    *protocol != PROTO_OPTIONS && *protocol != PROTO_FRAGMENT)
			return true;
		if (bytes->size < 8)
			return false;
		if (*protocol == PROTO_FRAGMENT && (get16(bytes->at + 2) & 0xfff8) != 0)
			return false;
		if (*protocol != PROTO_FRAGMENT)
			size += 8u * bytes->at[1];
		*protocol = bytes->at[0];
		if (!skip(bytes, size))
			return false;
	}
	return false;
}

/* Finds the payload of a packet from or to the port of DNS. */
static bool dissect(const struct captured *captured, struct packet *packet, struct bytes bytes)
{
	uint8_t protocol = 0;
	size_t header;
	bool found;

	if (!skip_link(captured->link_type, &bytes) || bytes.size == 0)
		return false;
	switch (bytes.at[0] >> 4) {
	case 4:
		found = skip_ipv4(packet, &bytes, &protocol);
		break;
	case 6:
		found = skip_ipv6(packet, &bytes, &protocol);
		break;
	default:
		return false;
	}
	packet->tcp = protocol == PROTO_TCP;
	if (!found || (protocol != PROTO_UDP && protocol != PROTO_TCP) || bytes.size < UDP_HEADER)
		return false;
	packet->from_port = get16(bytes.at);
	packet->to_port = get16(bytes.at + 2);
	if (packet->from_port != captured->port && packet->to_port != captured->port)
		return false;
	header = UDP_HEADER;
	if (packet->tcp) {
		if (bytes.size < TCP_HEADER_MIN)
			return false;
		header = 4u * (bytes.at[12] >> 4);
		if (header < TCP_HEADER_MIN)
			return false;
	}
	packet->payload = bytes;
	return skip(&packet->payload, header);
}

/* ---- who is a resolver ---- */

static bool same(const struct seep_address *a, const struct seep_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The key of an address. No secret: who could choose a capture's addresses made the capture. */
static uint64_t key_of(const struct seep_address *address)
{
	static const struct seep_hash_key key;

	return seep_hash_bytes(&key, address, sizeof(*address));
}

/* Without memory, or when there are too many, a machine stays a client. */
static void note_resolver(struct captured *captured, const struct seep_address *address)
{
	if (captured->resolvers.used < RESOLVERS_MAX)
		(void)map_at(&captured->resolvers, key_of(address));
}

/* Whether the exchange is between a client and its resolver. */
static bool is_clients(struct trace *trace, const struct seep_address *client,
		       const struct seep_address *server)
{
	const struct seep_address *only = &trace->setup->resolver;
	const struct captured *captured = trace->state;

	if (only->size_bytes)
		return same(server, only);
	return same(client, server) || !map_find(&captured->resolvers, key_of(client));
}

/* ---- messages ---- */

/* Takes a message; false if there is nothing for us in it. */
static bool take_message(struct trace *trace, const struct packet *packet, struct bytes message,
			 struct trace_event *event)
{
	struct captured *captured = trace->state;
	struct trace_dns dns;
	enum trace_dns_kind kind = trace_dns_parse(message.at, message.size, event, &dns);
	struct seep_address user;
	uint16_t client_port;

	switch (kind) {
	case TRACE_DNS_QUERY:
		event->client = packet->from;
		client_port = packet->from_port;
		if (packet->to_port != captured->port ||
		    !is_clients(trace, &packet->from, &packet->to))
			return false;
		if (!same(&packet->from, &packet->to))
			note_resolver(captured, &packet->to);
		user = trace_dns_user(&dns, trace->setup, &event->client);
		trace_pair_query(trace->pair, event, &user, (uint32_t)client_port << 16 | dns.id);
		return true;
	case TRACE_DNS_ANSWER:
		event->client = packet->to;
		client_port = packet->to_port;
		if (packet->from_port != captured->port ||
		    !is_clients(trace, &packet->to, &packet->from))
			return false;
		if (!trace_pair_answer(trace->pair, event, (uint32_t)client_port << 16 | dns.id))
			trace->counts.answers++;
		return true;
	case TRACE_DNS_MALFORMED:
		/* Within a TCP stream, most likely the middle of a message. */
		if (packet->tcp)
			return false;
		trace_malformed(trace, dns.problem);
		return true;
	case TRACE_DNS_OTHER:
		break;
	}
	return false;
}

static void take_packet(struct trace *trace, const struct pcap_pkthdr *header, const uint8_t *data)
{
	struct captured *captured = trace->state;
	struct trace_event event;
	struct packet packet;
	struct bytes message;
	uint64_t seconds = (uint64_t)header->ts.tv_sec;

	trace->record++;
	trace->counts.rows++;
	if (seconds > TRACE_TIME_MAX_S) {
		trace_malformed(trace, "the packet's time is out of range");
		return;
	}
	event.when_ms = seconds * 1000 + (uint64_t)header->ts.tv_usec % 1000000 / 1000;
	if (!dissect(captured, &packet, (struct bytes){ data, header->caplen }) ||
	    packet.payload.size == 0) {
		trace->counts.ignored++;
		return;
	}
	message = packet.payload;
	if (packet.tcp) {
		size_t size;

		if (message.size < 2) {
			trace->counts.ignored++;
			return;
		}
		size = get16(message.at);
		skip(&message, 2);
		if (size < message.size)
			message.size = size;
	}
	if (!take_message(trace, &packet, message, &event))
		trace->counts.ignored++;
}

static bool read_packet(struct trace *trace, struct trace_event *event)
{
	struct captured *captured = trace->state;
	struct pcap_pkthdr *header;
	const uint8_t *data;

	(void)event;
	switch (pcap_next_ex(captured->pcap, &header, &data)) {
	case 1:
		take_packet(trace, header, data);
		break;
	case PCAP_ERROR_BREAK: /* the end */
		trace->ended = true;
		break;
	default:
		trace->ended = true;
		trace_fail(trace, "the capture is damaged or cut short: %s",
			   pcap_geterr(captured->pcap));
	}
	return false;
}

static void close_pcap(struct trace *trace)
{
	struct captured *captured = trace->state;

	if (captured->pcap)
		pcap_close(captured->pcap); /* and the file */
	else if (captured->file)
		fclose(captured->file);
	map_release(&captured->resolvers);
}

static ssize_t read_cookie(void *cookie, char *to, size_t size)
{
	return (ssize_t)trace_input_read(cookie, to, size);
}

static bool open_pcap(struct trace *trace)
{
	struct captured *captured = trace->state;
	char why[PCAP_ERRBUF_SIZE];

	captured->port = trace->setup->port ? trace->setup->port : DNS_PORT;
	captured->file =
		fopencookie(&trace->input, "r", (cookie_io_functions_t){ .read = read_cookie });
	if (!captured->file)
		return trace_fail(trace, "out of memory"), false;
	captured->pcap = pcap_fopen_offline(captured->file, why);
	if (!captured->pcap)
		return trace_fail(trace, "cannot be read as a capture: %s", why), false;
	captured->link_type = pcap_datalink(captured->pcap);
	if (!link_known(captured->link_type)) {
		const char *name = pcap_datalink_val_to_name(captured->link_type);

		return trace_fail(trace,
				  "captured on a link of type %s (%d); known are Ethernet, "
				  "Linux cooked, loopback and raw IP",
				  name ? name : "unknown", captured->link_type),
		       false;
	}
	return true;
}

const struct trace_reader read_pcap = {
	.state_bytes = sizeof(struct captured),
	.has_pair = true,
	.open = open_pcap,
	.read = read_packet,
	.close = close_pcap,
};
