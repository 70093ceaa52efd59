/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests and the fuzz target of the state file share: a file in memory, an engine saved to
 * it and put back from it.
 */
#ifndef SEEP_FIXTURE_STATE_H
#define SEEP_FIXTURE_STATE_H

#include "engine/internal.h"
#include "fixture.h"
#include "state/record.h"
#include "state/save.h"

/* What users send matters, and not what their networks do. */
#define USER_CONF "learning: 0\nuser-budget: 1000\nuser-refill: 0\nnetwork-budget: 1g\n"
#define SMALL     USER_CONF "memory-size: 1m\n"

/* What is before a frame's records. */
#define PAYLOAD sizeof(struct seep_state_frame)

/* A file in memory; its owner frees BYTES. */
struct image {
	unsigned char *bytes;
	size_t size;
	size_t room;
};

static inline bool put(void *context, const void *bytes, size_t size)
{
	struct image *image = context;

	if (image->size + size > image->room) {
		image->room = 2 * (image->size + size);
		image->bytes = realloc(image->bytes, image->room);
		if (!image->bytes)
			abort();
	}
	memcpy(image->bytes + image->size, bytes, size);
	image->size += size;
	return true;
}

/* What writes to IMAGE. All share one buffer, so one is used at a time. */
static inline struct seep_state_out out_to(struct image *image,
					   const struct seep_state_header *header)
{
	static _Alignas(64) unsigned char buffer[SEEP_STATE_BUFFER_BYTES];
	return (struct seep_state_out){
		.put = put, .context = image, .key = seep_state_key(header), .buffer = buffer
	};
}

static inline struct seep_state_header header_of(const struct rig *rig)
{
	struct seep_state_header header = { .began_ms = rig->now_ms, .wall_ms = rig->now_ms };

	seep_engine_describe(rig->engine, &header);
	seep_state_seal_header(&header);
	return header;
}

/* A checkpoint in place of what IMAGE holds; whether the engine could be saved. */
static inline bool save_to(struct rig *rig, struct image *image)
{
	struct seep_state_header header = header_of(rig);
	struct seep_state_out out = out_to(image, &header);

	image->size = 0;
	put(image, &header, sizeof(header));
	return seep_engine_save(rig->engine, &out);
}

static inline struct image save(struct rig *rig)
{
	struct image image = { NULL, 0, 0 };

	if (!save_to(rig, &image))
		abort();
	return image;
}

static inline void save_changes(struct rig *rig, struct image *image)
{
	struct seep_state_header header = header_of(rig);
	struct seep_state_out out = out_to(image, &header);
	const struct seep_state_tick tick = { rig->now_ms, rig->now_ms };

	seep_engine_save_changes(rig->engine, &out, &tick);
}

/* Puts the image into the engine as far as it can be read; what is wrong with it. */
static inline enum seep_state_fault restore_moved(struct rig *rig, const struct image *image,
						  int64_t shift_s,
						  struct seep_engine_restore *restore)
{
	static _Alignas(64) unsigned char frame_bytes[SEEP_STATE_BUFFER_BYTES];
	struct seep_state_frame *frame = (struct seep_state_frame *)(void *)frame_bytes;
	struct seep_state_progress progress;
	static struct seep_state_header header;
	enum seep_state_fault fault = seep_state_header_fault(&header, image->bytes, image->size);

	*restore = (struct seep_engine_restore){ .engine = rig->engine,
						 .header = &header,
						 .now_s = rig->now_ms / 1000,
						 .shift_s = shift_s };
	if (!fault)
		fault = seep_record_fault(&header);
	if (fault)
		return fault;
	seep_state_begin(&progress, &header);
	seep_engine_restore_begin(restore);
	for (size_t at = sizeof(header); !fault && at < image->size;) {
		if (image->size - at < sizeof(*frame))
			return SEEP_FAULT_FRAME_CUT;
		memcpy(frame, image->bytes + at, sizeof(*frame));
		fault = seep_state_frame_fault(frame);
		if (!fault && image->size - at - sizeof(*frame) < frame->bytes)
			return SEEP_FAULT_FRAME_CUT;
		if (fault)
			break;
		memcpy(frame, image->bytes + at, sizeof(*frame) + frame->bytes);
		fault = seep_state_is_intact(&header, frame)
				? seep_state_step(&progress, &header, frame)
				: SEEP_FAULT_FRAME_SUM;
		if (!fault)
			seep_engine_restore_frame(restore, frame);
		at += sizeof(*frame) + frame->bytes;
	}
	seep_engine_restore_end(restore);
	return fault;
}

static inline enum seep_state_fault restore(struct rig *rig, const struct image *image)
{
	struct seep_engine_restore ignored;

	return restore_moved(rig, image, 0, &ignored);
}

/* Sends; what kind of name it was to the engine. */
static inline enum seep_class class_of(struct rig *rig, uint32_t user, const char *text)
{
	rig_send(rig, user, text);
	return rig->last.class;
}

/* Sends 60 digits of 4 bits each: fewer such names than 60 spend a budget of 1,000 bytes. */
static inline struct seep_verdict send_secret(struct rig *rig, uint32_t user, uint64_t n,
					      const char *domain)
{
	char text[256];
	uint64_t words[4];

	for (size_t i = 0; i < COUNT(words); i++)
		words[i] = random_next(&n) >> 4;
	snprintf(text, sizeof(text), "%015" PRIx64 "%015" PRIx64 "%015" PRIx64 "%015" PRIx64 ".%s",
		 words[0], words[1], words[2], words[3], domain);
	return rig_send(rig, user, text);
}

/* Traffic of some users; user 999 spends its budget. */
static inline void fill(struct rig *rig, unsigned names)
{
	char text[128];

	for (unsigned i = 0; i < names; i++) {
		snprintf(text, sizeof(text), "host%u.d%u.example", i, i % 40);
		rig_send(rig, i % 50, text);
	}
	for (unsigned i = 0; i < 60; i++)
		send_secret(rig, 999, i, "tunnel.example");
}

#endif
