/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads dnstap files: Frame Streams (libfstrm) of protocol buffers, whose client queries and
 * responses are taken.
 *
 * Of dnstap.proto (https://dnstap.info) nine fields of two messages are needed, all numbers or
 * bytes, so they are picked out where they stand: what protobuf-c generates would copy each frame.
 */
#include "trace.h"

#include "trace_dns.h"
#include "trace_pair.h"

#include <fstrm.h>
#include <string.h>

#define CONTENT_TYPE "protobuf:dnstap.Dnstap"

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* Field numbers of dnstap.Dnstap and dnstap.Message, and the values that matter. */
enum { DNSTAP_MESSAGE = 14 };
enum { TYPE_CLIENT_QUERY = 5, TYPE_CLIENT_RESPONSE = 6 };
enum {
	MESSAGE_TYPE = 1,
	MESSAGE_QUERY_ADDRESS = 4,
	MESSAGE_QUERY_PORT = 6,
	MESSAGE_QUERY_SEC = 8,
	MESSAGE_QUERY_NSEC = 9,
	MESSAGE_QUERY_MESSAGE = 10,
	MESSAGE_RESPONSE_SEC = 12,
	MESSAGE_RESPONSE_NSEC = 13,
	MESSAGE_RESPONSE_MESSAGE = 14,
	MESSAGE_FIELDS = 15,
};

struct tapped {
	struct fstrm_reader *reader;
	bool at_frame; /* the next bytes wanted start a frame */
	bool clean;    /* the file ended where a frame would have started */
};

struct bytes {
	const uint8_t *at;
	size_t size;
};

/* One field of a protocol buffer. */
struct field {
	uint64_t number;
	uint64_t value;     /* of the numeric kinds */
	struct bytes bytes; /* of WIRE_BYTES; at is NULL for the others */
};

/* ---- protocol buffers ---- */

static bool take_varint(struct bytes *from, uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 64 && from->size > 0; shift += 7) {
		uint8_t byte = *from->at++;

		from->size--;
		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* SIZE bytes, the lowest first. */
static bool take_fixed(struct bytes *from, size_t size, uint64_t *value)
{
	if (from->size < size)
		return false;
	*value = 0;
	for (size_t at = 0; at < size; at++)
		*value |= (uint64_t)from->at[at] << (8 * at);
	from->at += size;
	from->size -= size;
	return true;
}

static bool take_field(struct bytes *from, struct field *field)
{
	uint64_t key;

	*field = (struct field){ 0 };
	if (!take_varint(from, &key))
		return false;
	field->number = key >> 3;
	switch (key & 7) {
	case WIRE_VARINT:
		return take_varint(from, &field->value);
	case WIRE_64:
		return take_fixed(from, 8, &field->value);
	case WIRE_32:
		return take_fixed(from, 4, &field->value);
	case WIRE_BYTES:
		if (!take_varint(from, &field->value) || field->value > from->size)
			return false;
		field->bytes = (struct bytes){ from->at, (size_t)field->value };
		from->at += field->value;
		from->size -= (size_t)field->value;
		return true;
	default:
		return false;
	}
}

/* ---- frames ---- */

/* Milliseconds since 1970; 0 for a time out of range. */
static uint64_t time_of(const struct field *seconds, const struct field *nanoseconds)
{
	if (seconds->value > TRACE_TIME_MAX_S)
		return 0;
	return seconds->value * 1000 + nanoseconds->value % 1000000000 / 1000000;
}

/* Takes the message of a frame; NULL, or what is wrong with it. */
static const char *take_message(struct trace *trace, struct bytes from)
{
	struct field fields[MESSAGE_FIELDS] = { 0 };
	struct trace_event event = { 0 };
	struct field field;
	struct trace_dns dns;
	enum trace_dns_kind kind;
	struct seep_address user;
	uint64_t type;
	uint32_t tag;

	while (from.size > 0) {
		if (!take_field(&from, &field))
			return "the dnstap message is damaged";
		if (field.number < MESSAGE_FIELDS)
			fields[field.number] = field;
	}
	type = fields[MESSAGE_TYPE].value;
	if (type != TYPE_CLIENT_QUERY && type != TYPE_CLIENT_RESPONSE) {
		trace->counts.ignored++;
		return NULL;
	}
	field = fields[MESSAGE_QUERY_ADDRESS];
	if (!field.bytes.at || (field.value != 4 && field.value != 16))
		return "the dnstap message has no client address";
	event.client.size_bytes = (uint8_t)field.value;
	memcpy(event.client.bytes, field.bytes.at, field.value);
	event.when_ms = time_of(&fields[MESSAGE_QUERY_SEC], &fields[MESSAGE_QUERY_NSEC]);
	if (!event.when_ms && type == TYPE_CLIENT_RESPONSE)
		event.when_ms =
			time_of(&fields[MESSAGE_RESPONSE_SEC], &fields[MESSAGE_RESPONSE_NSEC]);
	if (!event.when_ms)
		return "the dnstap message has no time";
	field = fields[type == TYPE_CLIENT_QUERY ? MESSAGE_QUERY_MESSAGE
						 : MESSAGE_RESPONSE_MESSAGE];
	if (!field.bytes.at)
		return "the dnstap message holds no DNS message";
	kind = trace_dns_parse(field.bytes.at, field.bytes.size, &event, &dns);
	if (kind == TRACE_DNS_MALFORMED)
		return dns.problem;
	tag = (uint32_t)(fields[MESSAGE_QUERY_PORT].value & 0xffff) << 16 | dns.id;
	user = trace_dns_user(&dns, trace->setup, &event.client);
	if (type == TYPE_CLIENT_QUERY && kind == TRACE_DNS_QUERY)
		trace_pair_query(trace->pair, &event, &user, tag);
	else if (type == TYPE_CLIENT_RESPONSE && kind == TRACE_DNS_ANSWER)
		trace->counts.answers += !trace_pair_answer(trace->pair, &event, tag);
	else
		trace->counts.ignored++;
	return NULL;
}

static void take_frame(struct trace *trace, struct bytes from)
{
	struct bytes message = { NULL, 0 };
	const char *problem = NULL;
	struct field field;

	trace->record++;
	trace->counts.rows++;
	while (from.size > 0 && !problem) {
		if (!take_field(&from, &field))
			problem = "the dnstap frame is damaged";
		else if (field.number == DNSTAP_MESSAGE && field.bytes.at)
			message = field.bytes;
	}
	if (!problem && message.at)
		problem = take_message(trace, message);
	else if (!problem)
		trace->counts.ignored++;
	if (problem)
		trace_malformed(trace, problem);
}

static bool read_frame(struct trace *trace, struct trace_event *event)
{
	struct tapped *tapped = trace->state;
	const uint8_t *frame = NULL;
	size_t size;

	(void)event;
	tapped->at_frame = true;
	switch (fstrm_reader_read(tapped->reader, &frame, &size)) {
	case fstrm_res_stop:
		trace->ended = true;
		break;
	case fstrm_res_success:
		/* libfstrm 0.6.1 says success, without a frame, when one is too large. */
		if (frame) {
			take_frame(trace, (struct bytes){ frame, size });
			break;
		}
		/* fall through */
	default:
		trace->ended = true;
		/* A file that is still written to has no stop frame yet. */
		if (!tapped->clean)
			trace_fail(trace, "the dnstap file is damaged or cut short");
	}
	return false;
}

/* ---- the file ---- */

static fstrm_res read_bytes(void *context, void *to, size_t size)
{
	struct trace *trace = context;
	struct tapped *tapped = trace->state;
	size_t got = trace_input_read(&trace->input, to, size);

	tapped->clean = tapped->at_frame && got == 0;
	tapped->at_frame = false;
	return got == size ? fstrm_res_success : fstrm_res_failure;
}

static fstrm_res open_nothing(void *context)
{
	(void)context;
	return fstrm_res_success;
}

static void close_dnstap(struct trace *trace)
{
	struct tapped *tapped = trace->state;

	fstrm_reader_destroy(&tapped->reader);
}

/* A reader on our input, or NULL. */
static struct fstrm_reader *make_reader(struct trace *trace)
{
	struct fstrm_reader_options *options = fstrm_reader_options_init();
	struct fstrm_rdwr *bytes = fstrm_rdwr_init(trace);
	struct fstrm_reader *reader;

	fstrm_rdwr_set_open(bytes, open_nothing);
	fstrm_rdwr_set_close(bytes, open_nothing);
	fstrm_rdwr_set_read(bytes, read_bytes);
	fstrm_reader_options_add_content_type(options, CONTENT_TYPE, sizeof(CONTENT_TYPE) - 1);
	reader = fstrm_reader_init(options, &bytes);
	fstrm_rdwr_destroy(&bytes);
	fstrm_reader_options_destroy(&options);
	return reader;
}

static bool open_dnstap(struct trace *trace)
{
	struct tapped *tapped = trace->state;

	tapped->reader = make_reader(trace);
	if (!tapped->reader)
		return trace_fail(trace, "out of memory"), false;
	if (fstrm_reader_open(tapped->reader) != fstrm_res_success)
		return trace_fail(trace, "not Frame Streams of content type %s", CONTENT_TYPE),
		       false;
	return true;
}

const struct trace_reader read_dnstap = {
	.state_bytes = sizeof(struct tapped),
	.has_pair = true,
	.open = open_dnstap,
	.read = read_frame,
	.close = close_dnstap,
};
