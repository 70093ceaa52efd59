/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The format of the state file, drawn in doc/FORMAT.md: a header, and frames, each
 * with a checksum.
 *
 *     header | checkpoint: frames ... END | journal: frames ...
 *
 * The checkpoint is the whole state at the time that it was written. The journal grows
 * every second by the records that changed; a later record replaces an earlier one. The
 * file may end anywhere in the journal, as it does when the process is killed: a frame
 * that is cut short there is no fault.
 *
 * Numbers are in the byte order of the machine that wrote the file, which the
 * header tells. Checksums are hashes under the file's own key: they find
 * damage; whoever can write the file can also make them right, so what is in
 * a frame is never trusted.
 *
 * Knows no file: bytes in, bytes out.
 */
#ifndef SEEP_STATE_H
#define SEEP_STATE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "state/fault.h"

/* A change to any struct that is saved is a new version; format.c has the table. */
#define SEEP_STATE_VERSION 1

#define SEEP_STATE_MAGIC      "Seep\r\n\x1a" /* with its NUL; shows a transfer as text */
#define SEEP_STATE_BYTE_ORDER UINT32_C(0x01020304)

/* The largest payload of a frame. */
#define SEEP_STATE_FRAME_BYTES 262144

/* No time is later: the year 3084. */
#define SEEP_STATE_LATEST_MS (UINT64_C(1) << 45)

/* The process that writes the file; pid 0: none, the last one ended well. */
struct seep_state_owner {
	uint64_t nonce; /* random, another one at each start */
	uint64_t pid;
};

/* Flags: of budgets, as in struct seep_budgets; and of the hash. */
enum {
	SEEP_STATE_LEARNED = 1,
	SEEP_STATE_UNITS = 2,
	SEEP_STATE_USER_REFILL_AUTO = 4,
	SEEP_STATE_DOMAIN_REFILL_AUTO = 8,
	SEEP_STATE_NETWORK_REFILL_AUTO = SEEP_STATE_USER_REFILL_AUTO,
	SEEP_STATE_NETWORKS_UNKNOWN = 32, /* the learning was over before networks were metered */
	SEEP_STATE_HASH_1_3 = 16, /* all hashes are SipHash-1-3's; without it SipHash-2-4's */
};

struct seep_state_header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t byte_order;
	uint32_t header_bytes;
	uint32_t user_bytes; /* of a record, with its key */
	uint32_t domain_bytes;
	uint32_t flag_at_percent;
	uint32_t user_prefix_v4_bits;
	uint32_t user_prefix_v6_bits;
	uint64_t novelty_lines; /* of 64 bytes, all generations */
	uint64_t labels_lines;
	uint8_t key[SEEP_HASH_KEY_BYTES];
	uint64_t first_ms; /* the first start ever */
	uint64_t began_ms; /* when the checkpoint was begun */
	uint64_t wall_ms;  /* by the wall clock; the times of all else are the meters' */
	uint64_t user_budget_mbit;
	uint64_t user_refill_mbit_day;
	uint64_t domain_budget_mbit; /* for each user of a domain */
	uint64_t domain_refill_mbit_day;
	uint64_t learning_ms; /* how long it lasts */
	uint32_t flags;
	uint32_t new_units; /* of a newcomer, once learning is over */
	struct seep_state_owner owner;
	uint64_t checksum; /* of all before it */
};

static_assert(sizeof(struct seep_state_header) == 168, "format");
static_assert(offsetof(struct seep_state_header, key) == 56, "format");
static_assert(offsetof(struct seep_state_header, checksum) == 160, "format");

enum seep_state_type {
	SEEP_STATE_USERS = 1,     /* records */
	SEEP_STATE_DOMAINS,       /* records */
	SEEP_STATE_NOVELTY,       /* the novelty memory beside its bits; checkpoint only */
	SEEP_STATE_NOVELTY_LINES, /* runs of lines (lines.h); checkpoint only */
	SEEP_STATE_LABELS_LINES,  /* runs of lines; checkpoint only */
	SEEP_STATE_END,           /* of the checkpoint */
	SEEP_STATE_NAMES,         /* struct seep_state_tick, hashes learned; journal only */
	SEEP_STATE_OWNER,         /* struct seep_state_owner; journal only */
	SEEP_STATE_TICK,          /* struct seep_state_tick: a second is whole; journal only */
	/* Runs of lines, of as many as labels_lines; checkpoint only. */
	SEEP_STATE_SEQUENCES_LINES,
	SEEP_STATE_PAIRS_LINES,
	SEEP_STATE_NETWORKS, /* struct seep_state_networks, records */
};

struct seep_state_frame {
	uint32_t type;
	uint32_t bytes;    /* of the payload, which follows; a multiple of 8 */
	uint64_t checksum; /* of the frame, with 0 here */
};

struct seep_state_novelty {
	uint64_t began_s; /* the newest generation */
	uint64_t names;   /* in it */
	uint32_t newest;
	uint32_t reserved;
};

/* What the records of networks are, and what networks are held to. */
struct seep_state_networks {
	uint32_t record_bytes; /* with its key */
	uint32_t flags;        /* SEEP_STATE_LEARNED, SEEP_STATE_NETWORK_REFILL_AUTO */
	uint32_t prefix_v4_bits;
	uint32_t prefix_v6_bits;
	uint64_t budget_mbit;
	uint64_t refill_mbit_day;
};

struct seep_state_end {
	uint64_t users; /* how many records there were before */
	uint64_t domains;
	uint64_t frames;
};

struct seep_state_tick {
	uint64_t when_ms;
	uint64_t wall_ms;
};

static_assert(sizeof(struct seep_state_frame) == 16, "format");
static_assert(sizeof(struct seep_state_novelty) == 24, "format");
static_assert(sizeof(struct seep_state_networks) == 32, "format");
static_assert(sizeof(struct seep_state_end) == 24, "format");
static_assert(sizeof(struct seep_state_tick) == 16, "format");

/* The hash key of a header, which goes with its rounds. */
struct seep_hash_key seep_state_key(const struct seep_state_header *header);

/* Writing. */

/* Puts the key into a header whose other flags are there. */
void seep_state_set_key(struct seep_state_header *header, const struct seep_hash_key *key);

/* Fills in what makes a header one: magic, version, sizes, checksum. */
void seep_state_seal_header(struct seep_state_header *header);

/* Where frames go: PUT is false when it cannot take them. */
struct seep_state_out {
	bool (*put)(void *context, const void *bytes, size_t size);
	void *context;
	struct seep_hash_key key;
	unsigned char *buffer; /* SEEP_STATE_BUFFER_BYTES, 8-byte aligned */
};

#define SEEP_STATE_BUFFER_BYTES (sizeof(struct seep_state_frame) + SEEP_STATE_FRAME_BYTES)

/* Where the next frame's payload is to be made. */
void *seep_state_payload(const struct seep_state_out *out);
/* Puts the frame of which BYTES of payload are in the buffer; none if BYTES is 0. */
bool seep_state_put(struct seep_state_out *out, enum seep_state_type type, size_t bytes);

/* Reading. */

/*
 * What is wrong with a header of SIZE bytes at BYTES, which is copied to HEADER as far as it goes.
 */
enum seep_state_fault seep_state_header_fault(struct seep_state_header *header, const void *bytes,
					      size_t size);

/* How far a walk over the frames has come; all zero to begin with. */
struct seep_state_progress {
	struct seep_state_end seen;
	uint64_t networks; /* records before the checkpoint's end, which does not tell them */
	bool has_novelty;
	bool ended; /* the checkpoint is whole */
	struct seep_state_owner owner;
	uint64_t when_ms; /* the last time saved */
	uint64_t wall_ms; /* by the wall clock */
};

void seep_state_begin(struct seep_state_progress *progress, const struct seep_state_header *header);

/* What is wrong with a frame's head, before its payload is read. */
enum seep_state_fault seep_state_frame_fault(const struct seep_state_frame *frame);

/* Is the frame's checksum right? */
bool seep_state_is_intact(const struct seep_state_header *header, struct seep_state_frame *frame);

/*
 * What is wrong with an intact frame, its payload behind it in one piece, in its place;
 * progress is made if nothing is.
 */
enum seep_state_fault seep_state_step(struct seep_state_progress *progress,
				      const struct seep_state_header *header,
				      struct seep_state_frame *frame);

#endif
