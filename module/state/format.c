/* SPDX-License-Identifier: BSD-3-Clause */
/* The state file's format: sealing and checking headers and frames. */
#include "state/format.h"

#include <string.h>

#include "base/bucket.h"
#include "meter/budget.h"
#include "sketch/novelty.h"

struct seep_hash_key seep_state_key(const struct seep_state_header *header)
{
	struct seep_hash_key key = {
		.rounds = header->flags & SEEP_STATE_HASH_1_3 ? SEEP_HASH_1_3 : SEEP_HASH_2_4,
	};

	memcpy(key.bytes, header->key, sizeof(key.bytes));
	return key;
}

/* Writing. */

void seep_state_set_key(struct seep_state_header *header, const struct seep_hash_key *key)
{
	memcpy(header->key, key->bytes, sizeof(header->key));
	header->flags &= ~(uint32_t)SEEP_STATE_HASH_1_3;
	if (key->rounds == SEEP_HASH_1_3)
		header->flags |= SEEP_STATE_HASH_1_3;
}

static uint64_t header_sum(const struct seep_state_header *header)
{
	const struct seep_hash_key key = seep_state_key(header);

	return seep_hash_bytes(&key, header, offsetof(struct seep_state_header, checksum));
}

void seep_state_seal_header(struct seep_state_header *header)
{
	memcpy(header->magic, SEEP_STATE_MAGIC, sizeof(header->magic));
	header->version = SEEP_STATE_VERSION;
	header->byte_order = SEEP_STATE_BYTE_ORDER;
	header->header_bytes = sizeof(*header);
	header->checksum = header_sum(header);
}

static struct seep_state_frame *frame_of(const struct seep_state_out *out)
{
	return (struct seep_state_frame *)(void *)out->buffer;
}

void *seep_state_payload(const struct seep_state_out *out)
{
	return frame_of(out) + 1;
}

bool seep_state_put(struct seep_state_out *out, enum seep_state_type type, size_t bytes)
{
	struct seep_state_frame *frame = frame_of(out);

	if (!bytes)
		return true;
	*frame = (struct seep_state_frame){ .type = type, .bytes = (uint32_t)bytes };
	frame->checksum = seep_hash_bytes(&out->key, frame, sizeof(*frame) + bytes);
	return out->put(out->context, frame, sizeof(*frame) + bytes);
}

/* Reading. */

/* 256 MiB of memory-size have 2^21 lines; 64 GiB, the most there can be, 2^29. */
#define LINES_MOST (UINT64_C(1) << 30)

static enum seep_state_fault geometry_fault(const struct seep_state_header *header)
{
	if (header->novelty_lines > LINES_MOST || header->labels_lines > LINES_MOST ||
	    !header->novelty_lines || header->novelty_lines % SEEP_NOVELTY_GENERATIONS ||
	    !header->labels_lines)
		return SEEP_FAULT_TABLE_SIZES;
	if (header->user_bytes < 64 || header->user_bytes > 4096 || header->user_bytes % 8 ||
	    header->domain_bytes < 64 || header->domain_bytes > 4096 || header->domain_bytes % 8)
		return SEEP_FAULT_RECORD_SIZES;
	if (header->learning_ms > SEEP_STATE_LATEST_MS ||
	    header->user_budget_mbit > SEEP_BUCKET_MAX_MBIT ||
	    header->domain_budget_mbit > SEEP_BUCKET_MAX_MBIT ||
	    header->new_units > SEEP_BUDGET_MOST)
		return SEEP_FAULT_BUDGETS;
	if (header->first_ms > SEEP_STATE_LATEST_MS || header->began_ms > SEEP_STATE_LATEST_MS ||
	    header->wall_ms > SEEP_STATE_LATEST_MS)
		return SEEP_FAULT_TIMES;
	return SEEP_FAULT_NONE;
}

static enum seep_state_fault version_1_fault(const struct seep_state_header *header)
{
	if (header->header_bytes != sizeof(*header))
		return SEEP_FAULT_HEADER_SIZE;
	if (header->checksum != header_sum(header))
		return SEEP_FAULT_HEADER_SUM;
	return geometry_fault(header);
}

/* The versions that can be read, the newest last. */
static const struct version {
	uint32_t number;
	enum seep_state_fault (*fault)(const struct seep_state_header *header);
} versions[] = {
	{ SEEP_STATE_VERSION, version_1_fault },
};

enum seep_state_fault seep_state_header_fault(struct seep_state_header *header, const void *bytes,
					      size_t size)
{
	const size_t least = offsetof(struct seep_state_header, header_bytes);

	memset(header, 0, sizeof(*header));
	memcpy(header, bytes, size < sizeof(*header) ? size : sizeof(*header));
	if (size < least || memcmp(header->magic, SEEP_STATE_MAGIC, sizeof(header->magic)) != 0)
		return size ? SEEP_FAULT_FOREIGN : SEEP_FAULT_EMPTY;
	if (header->byte_order == __builtin_bswap32(SEEP_STATE_BYTE_ORDER))
		return SEEP_FAULT_BYTE_ORDER;
	if (header->byte_order != SEEP_STATE_BYTE_ORDER)
		return SEEP_FAULT_BYTE_ORDER_MARK;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (versions[i].number != header->version)
			continue;
		if (size < sizeof(*header))
			return SEEP_FAULT_HEADER_CUT;
		return versions[i].fault(header);
	}
	return SEEP_FAULT_VERSION;
}

void seep_state_begin(struct seep_state_progress *progress, const struct seep_state_header *header)
{
	*progress = (struct seep_state_progress){
		.owner = header->owner,
		.when_ms = header->began_ms,
		.wall_ms = header->wall_ms,
	};
}

enum seep_state_fault seep_state_frame_fault(const struct seep_state_frame *frame)
{
	if (frame->type < SEEP_STATE_USERS || frame->type > SEEP_STATE_NETWORKS)
		return SEEP_FAULT_FRAME_TYPE;
	if (!frame->bytes || frame->bytes % 8 || frame->bytes > SEEP_STATE_FRAME_BYTES)
		return SEEP_FAULT_FRAME_SIZE;
	return SEEP_FAULT_NONE;
}

bool seep_state_is_intact(const struct seep_state_header *header, struct seep_state_frame *frame)
{
	const struct seep_hash_key key = seep_state_key(header);
	uint64_t checksum = frame->checksum;
	uint64_t right;

	frame->checksum = 0;
	right = seep_hash_bytes(&key, frame, sizeof(*frame) + frame->bytes);
	frame->checksum = checksum;
	return checksum == right;
}

static enum seep_state_fault step_end(struct seep_state_progress *progress, const void *payload,
				      size_t bytes)
{
	struct seep_state_end end;

	if (bytes != sizeof(end))
		return SEEP_FAULT_END_SIZE;
	memcpy(&end, payload, sizeof(end));
	if (memcmp(&end, &progress->seen, sizeof(end)) != 0 || !progress->has_novelty)
		return SEEP_FAULT_CHECKPOINT_LACKS;
	progress->ended = true;
	return SEEP_FAULT_NONE;
}

static enum seep_state_fault step_tick(struct seep_state_progress *progress, const void *payload,
				       size_t bytes)
{
	struct seep_state_tick tick;

	if (bytes < sizeof(tick))
		return SEEP_FAULT_TICK_SIZE;
	memcpy(&tick, payload, sizeof(tick));
	if (tick.when_ms > SEEP_STATE_LATEST_MS || tick.wall_ms > SEEP_STATE_LATEST_MS)
		return SEEP_FAULT_TICK_TIMES;
	progress->when_ms = tick.when_ms;
	progress->wall_ms = tick.wall_ms;
	return SEEP_FAULT_NONE;
}

/* Frames with contents; those of the checkpoint are counted, for its end. */
static enum seep_state_fault step_checkpoint(struct seep_state_progress *progress,
					     const struct seep_state_header *header,
					     const struct seep_state_frame *frame)
{
	uint32_t users = frame->type == SEEP_STATE_USERS ? frame->bytes : 0;
	uint32_t domains = frame->type == SEEP_STATE_DOMAINS ? frame->bytes : 0;

	if (users % header->user_bytes || domains % header->domain_bytes)
		return SEEP_FAULT_RECORD_CUT;
	if (progress->ended)
		return SEEP_FAULT_NONE;
	progress->seen.frames++;
	progress->seen.users += users / header->user_bytes;
	progress->seen.domains += domains / header->domain_bytes;
	return SEEP_FAULT_NONE;
}

/* Counts the records behind the head; false if they are not whole. */
static bool step_networks(struct seep_state_progress *progress, const void *payload, size_t bytes)
{
	struct seep_state_networks head;

	if (bytes < sizeof(head))
		return false;
	memcpy(&head, payload, sizeof(head));
	bytes -= sizeof(head);
	if (head.record_bytes < 64 || bytes % head.record_bytes)
		return false;
	if (!progress->ended)
		progress->networks += bytes / head.record_bytes;
	return true;
}

/* Is the frame of a type that stands only before, or only after the checkpoint's end? */
static bool is_misplaced(uint32_t type, bool ended)
{
	switch (type) {
	case SEEP_STATE_NOVELTY:
	case SEEP_STATE_NOVELTY_LINES:
	case SEEP_STATE_LABELS_LINES:
	case SEEP_STATE_SEQUENCES_LINES:
	case SEEP_STATE_PAIRS_LINES:
	case SEEP_STATE_END:
		return ended;
	case SEEP_STATE_NAMES:
	case SEEP_STATE_OWNER:
	case SEEP_STATE_TICK:
		return !ended;
	default:
		return false;
	}
}

enum seep_state_fault seep_state_step(struct seep_state_progress *progress,
				      const struct seep_state_header *header,
				      struct seep_state_frame *frame)
{
	const void *payload = frame + 1;

	if (is_misplaced(frame->type, progress->ended))
		return SEEP_FAULT_FRAME_PLACE;
	switch ((enum seep_state_type)frame->type) {
	case SEEP_STATE_END:
		return step_end(progress, payload, frame->bytes);
	case SEEP_STATE_NAMES:
	case SEEP_STATE_TICK:
		return step_tick(progress, payload, frame->bytes);
	case SEEP_STATE_OWNER:
		if (frame->bytes != sizeof(progress->owner))
			return SEEP_FAULT_OWNER_SIZE;
		memcpy(&progress->owner, payload, sizeof(progress->owner));
		return SEEP_FAULT_NONE;
	case SEEP_STATE_NOVELTY:
		if (frame->bytes != sizeof(struct seep_state_novelty))
			return SEEP_FAULT_NOVELTY_SIZE;
		progress->has_novelty = true;
		break;
	case SEEP_STATE_USERS:
	case SEEP_STATE_DOMAINS:
		break;
	case SEEP_STATE_NOVELTY_LINES:
		if (!progress->has_novelty)
			return SEEP_FAULT_FRAME_PLACE;
		break;
	case SEEP_STATE_NETWORKS:
		if (!step_networks(progress, payload, frame->bytes))
			return SEEP_FAULT_RECORD_CUT;
		break;
	case SEEP_STATE_LABELS_LINES:
	case SEEP_STATE_SEQUENCES_LINES:
	case SEEP_STATE_PAIRS_LINES:
		break;
	}
	return step_checkpoint(progress, header, frame);
}
