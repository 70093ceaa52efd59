/* SPDX-License-Identifier: BSD-3-Clause */
/* DNS messages (RFC 1035, 4.1), as far as a replay needs them. */
#include "trace_dns.h"

#include "seep_rr.h"

#include "names/name.h"

#include <string.h>

#define HEADER_BYTES   12
#define RECORD_BYTES   10 /* type, class, TTL, length of the data */
#define SOA_TAIL_BYTES 20 /* five numbers, the minimum last */
#define RECORDS_MAX    512
#define OPTION_BYTES   4 /* code, size of the data */

struct cursor {
	const uint8_t *message;
	size_t size;
	size_t at;
};

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

/* Steps over a name, compressed or not. */
static bool skip_name(struct cursor *cursor)
{
	while (cursor->at < cursor->size) {
		uint8_t length = cursor->message[cursor->at++];

		if (length == 0)
			return true;
		if (length >= 0xc0)
			return cursor->at++ < cursor->size;
		if (length > 63)
			return false;
		cursor->at += length;
	}
	return false;
}

/* The question's name; NULL, or why there is none. A question has nothing before it to point to. */
static const char *take_name(struct cursor *cursor, struct trace_event *event)
{
	const uint8_t *from = cursor->message + cursor->at;
	size_t left = cursor->size - cursor->at;
	size_t used = 0;

	for (;;) {
		if (used >= left)
			return "the message is cut short in its question";
		if (from[used] > 63)
			return "the question's name is compressed";
		if (from[used] == 0)
			break;
		used += 1u + from[used];
		if (used >= SEEP_NAME_MAX_BYTES)
			return "the question's name has more than 255 bytes";
	}
	seep_name_lower(event->name, from, used + 1);
	event->name_size = (uint8_t)(used + 1);
	cursor->at += used + 1;
	return NULL;
}

/*
 * The least TTL of up to COUNT records. In the authority section (AUTHORITY) only a SOA counts,
 * with the lesser of its own TTL and its minimum. False where the message is cut short.
 */
static bool least_ttl(struct cursor *cursor, unsigned count, bool authority, uint32_t *ttl_s)
{
	for (unsigned record = 0; record < count && record < RECORDS_MAX; record++) {
		const uint8_t *fixed;
		uint32_t ttl;
		size_t data;

		if (!skip_name(cursor) || cursor->size - cursor->at < RECORD_BYTES)
			return false;
		fixed = cursor->message + cursor->at;
		ttl = get32(fixed + 4);
		data = get16(fixed + 8);
		cursor->at += RECORD_BYTES;
		if (cursor->size - cursor->at < data)
			return false;
		cursor->at += data;
		if (get16(fixed) == SEEP_TYPE_OPT || (authority && get16(fixed) != SEEP_TYPE_SOA))
			continue;
		if (authority && data >= SOA_TAIL_BYTES) {
			uint32_t minimum = get32(cursor->message + cursor->at - 4);

			ttl = minimum < ttl ? minimum : ttl;
		}
		/* Values with the highest bit set mean zero (RFC 2181, 8). */
		if (ttl > INT32_MAX)
			ttl = 0;
		if (ttl < *ttl_s)
			*ttl_s = ttl;
	}
	return true;
}

/*
 * Reads the options behind a query's question. As in Unbound, there is one record, OPT at the root,
 * and an option that goes beyond the record's end ends them.
 */
static void take_options(struct cursor cursor, struct seep_identity *identity)
{
	const uint8_t *record = cursor.message + cursor.at;
	size_t left = cursor.size - cursor.at;

	if (get16(cursor.message + 6) || get16(cursor.message + 8) ||
	    get16(cursor.message + 10) != 1 || left < 1 + RECORD_BYTES || record[0] != 0 ||
	    get16(record + 1) != SEEP_TYPE_OPT)
		return;
	record += 1 + RECORD_BYTES;
	left -= 1 + RECORD_BYTES;
	/* Cut short by the capture, it might state one thing and go on with another. */
	if (left < get16(record - 2))
		return;
	left = get16(record - 2);
	while (left >= OPTION_BYTES) {
		size_t size = get16(record + 2);

		left -= OPTION_BYTES;
		if (size > left ||
		    !seep_identity_read(identity, get16(record), record + OPTION_BYTES, size))
			return;
		record += OPTION_BYTES + size;
		left -= size;
	}
}

enum trace_dns_kind trace_dns_parse(const uint8_t *message, size_t size, struct trace_event *event,
				    struct trace_dns *dns)
{
	struct cursor cursor = { message, size, HEADER_BYTES };
	unsigned answers, authorities;
	bool truncated;

	dns->problem = NULL;
	dns->identity = (struct seep_identity){ .is_bad = false };
	event->rcode = TRACE_RCODE_NONE;
	event->ttl_s = TRACE_TTL_NONE;
	if (size < HEADER_BYTES) {
		dns->problem = "the message is shorter than a DNS header";
		return TRACE_DNS_MALFORMED;
	}
	dns->id = get16(message);
	/* Another opcode than QUERY: NOTIFY, UPDATE. */
	if ((message[2] & 0x78) != 0)
		return TRACE_DNS_OTHER;
	if (get16(message + 4) != 1) {
		if (get16(message + 4) == 0)
			return TRACE_DNS_OTHER;
		dns->problem = "the message has several questions";
		return TRACE_DNS_MALFORMED;
	}
	dns->problem = take_name(&cursor, event);
	if (!dns->problem && size - cursor.at < 4)
		dns->problem = "the message is cut short in its question";
	if (dns->problem)
		return TRACE_DNS_MALFORMED;
	event->type = get16(message + cursor.at);
	if (get16(message + cursor.at + 2) != SEEP_QCLASS_IN)
		return TRACE_DNS_OTHER;
	cursor.at += 4;
	if (!(message[2] & 0x80)) {
		take_options(cursor, &dns->identity);
		return TRACE_DNS_QUERY;
	}
	event->rcode = message[3] & 0x0f;
	truncated = message[2] & 0x02;
	answers = get16(message + 6);
	authorities = get16(message + 8);
	if (!truncated && least_ttl(&cursor, answers, false, &event->ttl_s) && answers == 0)
		least_ttl(&cursor, authorities, true, &event->ttl_s);
	return TRACE_DNS_ANSWER;
}

struct seep_address trace_dns_user(const struct trace_dns *dns, const struct trace_setup *setup,
				   const struct seep_address *from)
{
	if (!seep_netblocks_contain(setup->trusted_forwarder, from->bytes, from->size_bytes))
		return *from;
	return seep_identity_user(&dns->identity, &setup->networks, from);
}
