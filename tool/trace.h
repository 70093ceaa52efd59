/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recorded DNS traffic as a stream of client queries, whatever format it was recorded in.
 *
 * One trace is one file (or standard input), read once from front to end by one thread; gzip is
 * unpacked on the way. The events of one trace come in the order of the file; trace_order.h sorts
 * what is slightly out of order, and trace_merge.h joins several traces.
 */
#ifndef SEEP_TRACE_H
#define SEEP_TRACE_H

#include "base/address.h"
#include "names/netblock.h"
#include "seep_observation.h"
#include "trace_input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_RCODE_NONE UINT16_MAX /* no answer was recorded */
#define TRACE_TTL_NONE   UINT32_MAX

/* Times beyond the year 9999 are not believed: they are milliseconds where seconds were meant. */
#define TRACE_TIME_MAX_S UINT64_C(253402300799)

/* One client query, and of its answer what was recorded. */
struct trace_event {
	uint64_t when_ms;           /* since 1970 */
	struct seep_address client; /* or whom a trusted forwarder names in the query */
	uint32_t ttl_s;             /* for how long the answer may be cached, or TRACE_TTL_NONE */
	uint16_t type;
	uint16_t rcode;                    /* or TRACE_RCODE_NONE */
	uint8_t name_size;                 /* bytes of name in use */
	uint8_t name[SEEP_NAME_MAX_BYTES]; /* wire form, lower-cased, with the root label */
};

/* X(constant, word): the word is what --format takes. */
#define TRACE_FORMATS(X)          \
	X(TRACE_AUTO, "auto")     \
	X(TRACE_TSV, "tsv")       \
	X(TRACE_PCAP, "pcap")     \
	X(TRACE_DNSTAP, "dnstap") \
	X(TRACE_UNBOUND, "unbound")

enum trace_format {
#define X(constant, word) constant,
	TRACE_FORMATS(X)
#undef X
};

/* False if there is no format of that name. */
bool trace_format_parse(enum trace_format *format, const char *word);

enum trace_status {
	TRACE_EVENT,
	TRACE_END,
	TRACE_FAILED, /* the rest cannot be read: see error */
};

/* rows = events + answers + malformed + ignored, at the end. */
struct trace_counts {
	uint64_t rows;      /* lines that are neither empty nor comments; packets; frames */
	uint64_t answers;   /* rows that tell the answer to a query that has its own row */
	uint64_t malformed; /* should have been a query or answer, but could not be understood */
	uint64_t ignored;   /* something else: other log lines, other packets */
};

/* Called for each malformed row; RECORD counts lines, packets or frames from 1. */
typedef void trace_complain(void *context, const char *file, uint64_t record, const char *reason);

struct trace_setup {
	enum trace_format format;
	struct seep_address resolver; /* only packets to and from it; size_bytes 0: any */
	uint16_t port;                /* of DNS in captures; 0: 53 */
	const struct seep_netblocks *trusted_forwarder; /* borrowed; NULL: nobody is */
	struct seep_address_masks networks;             /* in which they name users by MAC */
	trace_complain *complain;                       /* may be NULL */
	void *context;
};

struct trace {
	struct trace_input input;
	const struct trace_setup *setup; /* borrowed */
	struct trace_counts counts;
	uint64_t record; /* the line, packet or frame being read, from 1 */
	char error[256]; /* after TRACE_FAILED and a failed open; without the file's name */

	/* The reader's own. */
	const struct trace_reader *reader;
	void *state;
	struct trace_pair *pair; /* NULL: the reader needs none */
	bool ended;              /* no record follows */
};

/*
 * Opens the file at PATH, "-" for standard input, and finds out its format; false with error set.
 */
bool trace_open(struct trace *trace, const char *path, const struct trace_setup *setup);
enum trace_status trace_next(struct trace *trace, struct trace_event *event);
/* Also after a failed open. */
void trace_close(struct trace *trace);

/* For the readers. */

/* Sets error; TRACE_FAILED, so that callers can return it. */
__attribute__((format(printf, 2, 3))) enum trace_status trace_fail(struct trace *trace,
								   const char *format, ...);
/* Counts the row being read as malformed. */
void trace_malformed(struct trace *trace, const char *reason);

/*
 * Reads the next line, without its end, and numbers it; valid until the next. Sets ended after the
 * last. False if there is no line, or none to look at: it is empty, or malformed and counted.
 */
bool trace_read_line(struct trace *trace, const char **line, size_t *length);

/* What reads one format. */
struct trace_reader {
	size_t state_bytes; /* of the state, which starts as zeroes and is freed after close */
	bool has_pair;      /* queries and answers are records of their own, and go to pair */
	/* Returns false with error set. NULL: nothing is to be done. */
	bool (*open)(struct trace *trace);
	/*
	 * Reads one record and counts it. True if it is a whole event. Sets ended where none
	 * follows, and error if one should have.
	 */
	bool (*read)(struct trace *trace, struct trace_event *event);
	/* Also after a failed open. NULL: nothing is to be done. */
	void (*close)(struct trace *trace);
};

extern const struct trace_reader read_tsv, read_pcap, read_dnstap, read_unbound;

/* Whether a line looks like one of the format's. */
bool read_tsv_recognises(const char *line, size_t length);
bool read_unbound_recognises(const char *line, size_t length);

#endif
