/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tunnels: senders on infected machines, whose owners work on as ever.
 *
 * A case is one tunnel: an encoding, a pace, its domains and its machines.
 * Senders do not react to refusals, so that all methods see the same queries;
 * what a method lets pass is what has leaked. Each name knows how many bits
 * of the sender's own payload it carries.
 */
#ifndef DETECT_ATTACK_H
#define DETECT_ATTACK_H

#include "org.h"
#include "wire.h"

#define ATTACK_FILE_BYTES 20000 /* what a tool's default run sends */
#define ATTACK_ZONE_BYTES 48
#define ATTACK_RANK       10000
#define ATTACK_ANYBODY    "sslip.io"

struct attack_sender;

/* One name that a sender asks, and what it carries. */
struct letter {
	struct wire wire;
	uint32_t ttl_s;
	uint16_t type;
	uint8_t rcode;
	uint8_t domain_at; /* 0: to be found out */
	uint32_t symbol;   /* as in struct event */
	float bits;        /* if letter case gets through */
	float folded_bits; /* if not */
};

enum attack_schedule {
	ATTACK_STEADY, /* one name each interval, to the end */
	ATTACK_FILE,   /* a file at the tool's pace, then polls; again every day */
	ATTACK_FROG,   /* five percent more a day */
	ATTACK_OFFICE, /* only while others are at work */
};

/* An encoding: writes the next name. ARGUMENT is the row's own. */
typedef void attack_encode(struct attack_sender *sender, struct letter *letter);

struct attack_code {
	const char *name;
	attack_encode *encode;
	const struct attack_tool *tool; /* for encode == attack_tool_encode */
};

/* A tool's names, by template: attack_tool.c. */
struct attack_tool {
	const char *alphabet; /* of the payload, as it looks lower-cased */
	float bits;           /* of one such character, as sent */
	float folded_bits;    /* lower-cased */
	const char *data;     /* template of a name with payload */
	const char *poll;     /* template of one without, or NULL */
	uint8_t label_max;
	uint8_t rcode;
	uint16_t types[3]; /* one is drawn; 0 ends them */
	uint32_t ttl_s;
	uint32_t pace_ms; /* at default settings */
	uint32_t poll_ms;
};

struct attack_case {
	char name[48];
	const struct attack_code *code;
	double interval_s;
	unsigned domains;
	unsigned machines;
	enum attack_schedule schedule;
	unsigned insiders;          /* ask first, to make the domain look common */
	enum network_shape network; /* that it needs */
	enum network_route route;   /* whence its machines send */
	unsigned readers; /* percent of the people: each loads a picture, the day before */
	bool listed;      /* its domain is on the common-list, at ATTACK_RANK */
	bool anybody;     /* it is one where anybody gets names, and on the list */
	bool joins;       /* its machines come half-way */
	bool behaves;     /* for a while, before they send */
	bool standard;    /* part of the default set, not only of `all` */
	uint16_t index;
	uint8_t (*zones)[ATTACK_ZONE_BYTES]; /* wire form, without root */
	double file_bits;                    /* ATTACK_FILE: no more than this is there to send */
	uint64_t start_ms;
	uint64_t joins_ms; /* when its machines come; 0: they were always there */
};

struct attack_sender {
	struct actor actor;
	struct attack_case *from;
	const struct stage *stage;
	uint32_t user;
	unsigned machine;
	bool insider;
	uint32_t sequence;
	uint32_t left; /* ATTACK_FILE: names of this run still to go */
	uint32_t polls;
	struct dice session; /* what stays the same all along */
};

/* The cases that PATTERNS names: comma-separated beginnings of names, `all`,
 * `quick` or `standard`. The caller frees the cases and attack_case_release's
 * the zones. */
size_t attack_case_list(struct attack_case **cases, const char *patterns);
/* Domains and times, of a case that may run from START_MS on for so many days. */
void attack_case_prepare(struct attack_case *attack, uint64_t seed, uint64_t start_ms,
			 unsigned days);
/* Is a domain of its on the common-list? */
bool attack_is_listed(const struct attack_case *attack);
void attack_case_release(struct attack_case *attack);

/* Puts a sender on a machine. The case is on stage from its START_MS. */
void attack_sender_start(struct attack_sender *sender, struct stage *stage);

/* Those who load a picture each, one after the other. */
struct attack_readers {
	struct actor actor;
	const struct attack_case *from;
	uint32_t people;
	uint32_t count;
	uint32_t done;
};

void attack_readers_start(struct attack_readers *readers, struct stage *stage);

/* Encodings of the generic sender, and the tools. */
const struct attack_code *attack_code_find(const char *name);
extern const struct attack_code attack_tools[];
extern const size_t attack_tool_count;
attack_encode attack_tool_encode;
/* A name of the tool without payload; false if it never polls. */
bool attack_tool_poll(struct attack_sender *sender, struct letter *letter);

/* Appends the zone of one of the case's domains, and the root. */
void attack_put_zone(struct attack_sender *sender, struct letter *letter, uint32_t domain);
/* One of its domains, in turn; costs and carries nothing. */
uint32_t attack_next_domain(struct attack_sender *sender);

#endif
