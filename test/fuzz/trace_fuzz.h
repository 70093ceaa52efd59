/* SPDX-License-Identifier: BSD-3-Clause */
/* What the targets of the trace readers share: a trace of any bytes, read to its end. */
#ifndef SEEP_TRACE_FUZZ_H
#define SEEP_TRACE_FUZZ_H

#include "fuzz.h"

#include "trace.h"

/* An event's time may be a zone and a guessed year beyond what is believed. */
#define FUZZ_TIME_MAX_MS ((TRACE_TIME_MAX_S + 400 * DAY_S) * 1000)

static inline void fuzz_check_trace_event(const struct trace_event *event)
{
	uint8_t lower[SEEP_NAME_MAX_BYTES];

	fuzz_check(event->when_ms <= FUZZ_TIME_MAX_MS);
	fuzz_check(seep_address_is_sound(&event->client));
	fuzz_check(fuzz_is_name(event->name, event->name_size));
	seep_name_lower(lower, event->name, event->name_size);
	fuzz_check(memcmp(lower, event->name, event->name_size) == 0);
	fuzz_check(event->ttl_s <= INT32_MAX || event->ttl_s == TRACE_TTL_NONE);
	fuzz_check(event->rcode <= 4095 || event->rcode == TRACE_RCODE_NONE);
}

static inline void fuzz_complain(void *context, const char *file, uint64_t record,
				 const char *reason)
{
	uint64_t *complaints = context;

	fuzz_check(file && record && reason && reason[0]);
	++*complaints;
}

/* Reads all events; how the trace ended. */
static inline enum trace_status fuzz_read_trace(struct trace *trace)
{
	struct trace_event event;
	enum trace_status status;
	uint64_t events = 0;

	while ((status = trace_next(trace, &event)) == TRACE_EVENT) {
		fuzz_check_trace_event(&event);
		events++;
	}
	if (status == TRACE_FAILED)
		fuzz_check(trace->error[0]);
	fuzz_check(trace->counts.rows == events + trace->counts.answers + trace->counts.malformed +
						 trace->counts.ignored);
	return status;
}

/* All addresses: whoever asks is believed to be a forwarder. */
static inline struct seep_netblocks *fuzz_everybody(void)
{
	static const char *const texts[] = { "0.0.0.0/0", "::/0" };
	struct seep_netblocks *list = seep_netblocks_create();

	for (size_t at = 0; list && at < 2; at++) {
		struct seep_netblock block;

		fuzz_check(seep_netblock_parse(&block, texts[at]) == SEEP_NETBLOCK_OK);
		fuzz_check(seep_netblocks_add(list, &block) == SEEP_NETBLOCK_OK);
	}
	return list;
}

/* A file of these bytes, read as FORMAT. */
static inline void fuzz_trace(enum trace_format format, const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	static struct seep_netblocks *everybody;
	uint64_t complaints = 0;
	struct trace_setup setup = { .format = format,
				     .complain = fuzz_complain,
				     .context = &complaints,
				     .networks = seep_address_masks(24, 64) };
	struct trace trace;

	/* Logs without a year are in local time. */
	if (!file.descriptor)
		setenv("TZ", "UTC", 1);
	if (!everybody)
		everybody = fuzz_everybody();
	setup.trusted_forwarder = everybody;
	fuzz_file_put(&file, data, size);
	if (trace_open(&trace, file.path, &setup))
		fuzz_read_trace(&trace);
	else
		fuzz_check(trace.error[0]);
	fuzz_check(complaints == trace.counts.malformed);
	trace_close(&trace);
}

#endif
