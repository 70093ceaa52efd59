/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever a state file says, it is found, or the engine works on with what is possible. */
#include "base/lines.h"
#include "fixture_state.h"

/* A novelty memory that knows everything would let everything out. */
static void test_overfull(void)
{
	struct rig a, b;
	struct image image = { NULL, 0, 0 };
	struct seep_state_header header;
	struct seep_state_out out;
	struct seep_state_novelty stand = { .began_s = NOW_S };
	struct seep_engine_restore result;
	uint64_t *words;
	struct seep_lines_run run = { 0, 4000 };
	struct seep_state_end end = { 0, 0, 2 + 4 };

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	header = header_of(&a);
	out = out_to(&image, &header);
	put(&image, &header, sizeof(header));
	memcpy(seep_state_payload(&out), &stand, sizeof(stand));
	seep_state_put(&out, SEEP_STATE_NOVELTY, sizeof(stand));
	words = (uint64_t *)(void *)((unsigned char *)seep_state_payload(&out) + sizeof(run));
	for (uint32_t first = 0; first < header.novelty_lines; first += run.count) {
		run.first = first;
		if (run.count > header.novelty_lines - first)
			run.count = (uint32_t)(header.novelty_lines - first);
		memcpy(seep_state_payload(&out), &run, sizeof(run));
		memset(words, 0xff, run.count * 64);
		seep_state_put(&out, SEEP_STATE_NOVELTY_LINES, sizeof(run) + run.count * 64);
	}
	end.frames = 1 + (header.novelty_lines + 3999) / 4000;
	memcpy(seep_state_payload(&out), &end, sizeof(end));
	seep_state_put(&out, SEEP_STATE_END, sizeof(end));
	ok(!restore_moved(&b, &image, 0, &result), "all bits set: read");
	is_int(result.forgotten, 4, "every generation is forgotten");
	ok(class_of(&b, 1, "novel.d1.example") == SEEP_CLASS_CHARGED, "a novel name is novel");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* Every byte of the file, one after the other, is another: found, whatever it is. */
static void test_flipped(void)
{
	struct rig a, b;
	struct image image;
	size_t missed = 0;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	seep_engine_note_changes(a.engine);
	rig_send(&a, 1, "one.d1.example");
	image = save(&a);
	rig_send(&a, 3, "one.d3.example");
	save_changes(&a, &image);
	for (size_t at = 0; at < image.size; at++) {
		image.bytes[at] ^= 0x55;
		missed += !restore(&b, &image);
		image.bytes[at] ^= 0x55;
	}
	is_int(missed, 0, "each of %zu bytes flipped is found", image.size);
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* The frame at AT is given the checksum that it should have. */
static size_t reseal(struct image *image, size_t at)
{
	static _Alignas(64) unsigned char bytes[SEEP_STATE_BUFFER_BYTES];
	struct seep_state_frame *frame = (struct seep_state_frame *)(void *)bytes;
	struct seep_state_header header;
	struct seep_hash_key key;

	memcpy(&header, image->bytes, sizeof(header));
	key = seep_state_key(&header);
	memcpy(frame, image->bytes + at, sizeof(*frame));
	if (frame->bytes > SEEP_STATE_FRAME_BYTES ||
	    image->size - at - sizeof(*frame) < frame->bytes)
		return image->size;
	memcpy(frame, image->bytes + at, sizeof(*frame) + frame->bytes);
	frame->checksum = 0;
	frame->checksum = seep_hash_bytes(&key, frame, sizeof(*frame) + frame->bytes);
	memcpy(image->bytes + at, frame, sizeof(*frame));
	return at + sizeof(*frame) + frame->bytes;
}

/* The first record of TYPE in an image. */
static unsigned char *record_of(struct image *image, enum seep_state_type type, size_t *frame_at)
{
	struct seep_state_frame frame;

	for (size_t at = sizeof(struct seep_state_header); at < image->size;
	     at += sizeof(frame) + frame.bytes) {
		memcpy(&frame, image->bytes + at, sizeof(frame));
		*frame_at = at;
		if (frame.type == type)
			return image->bytes + at + sizeof(frame);
	}
	printf("Bail out! no frame of type %d\n", (int)type);
	exit(1);
}

/* A checkpoint without one of its frames, each with a right checksum. */
static void test_lacking(void)
{
	struct rig a, b;
	struct image image;
	size_t at, size;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	rig_send(&a, 1, "one.d1.example");
	image = save(&a);
	(void)record_of(&image, SEEP_STATE_DOMAINS, &at);
	size = PAYLOAD + 8 + sizeof(struct domain);
	memmove(image.bytes + at, image.bytes + at + size, image.size - at - size);
	image.size -= size;
	is_int(restore(&b, &image), SEEP_FAULT_CHECKPOINT_LACKS, "a frame is missing: found");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* The same, with right checksums: whatever is in it, the engine works on, and says so. */
static void test_hostile_bytes(void)
{
	static const uint8_t values[] = { 0x7f, 0xff };
	struct rig a, b;
	struct image image;
	uint64_t tried = 0, passed = 0;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	rig_send(&a, 1, "one.d1.example");
	image = save(&a);
	for (size_t frame = sizeof(struct seep_state_header), next; frame < image.size;
	     frame = next) {
		next = reseal(&image, frame);
		struct seep_state_frame head;
		bool lines;

		memcpy(&head, image.bytes + frame, sizeof(head));
		lines = head.type == SEEP_STATE_LABELS_LINES;
		/* Each byte of the records; of the labels, which are one like another, some. */
		for (size_t at = frame + PAYLOAD; at < next; at += lines ? 61 : 1) {
			uint8_t before = image.bytes[at];

			for (size_t i = 0; i < COUNT(values); i++, tried++) {
				image.bytes[at] = values[i];
				reseal(&image, frame);
				(void)restore(&b, &image);
				rig_send(&b, 999, "host.tunnel.example");
				passed += seep_engine_mode(b.engine, b.now_ms) == SEEP_MODE_GUARD;
			}
			image.bytes[at] = before;
			reseal(&image, frame);
		}
	}
	is_int(passed, tried, "bytes made 127 and 255: it works on");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

static void test_hostile_values(void)
{
	struct rig a, b;
	struct image image, again;
	unsigned char *record;
	struct user user;
	struct domain domain;
	size_t at;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	rig_send(&a, 1, "one.d3.example");
	image = save(&a);
	record = record_of(&image, SEEP_STATE_USERS, &at);
	memcpy(&user, record + 8, sizeof(user));
	user.head.meter = (struct seep_bucket){ UINT64_MAX, UINT64_MAX, UINT32_MAX, 1 };
	user.head.first_s = user.head.last_s = user.head.crossed_s = UINT32_MAX;
	user.head.inflight = 7;
	user.head.flagged = user.head.spent = 200;
	user.names_sum.count = user.domains_sum.count = 0.0 / 0.0;
	user.rare_sum.count = 1e300;
	user.missing_sum.unlikely = -5;
	memset(user.names, 255, sizeof(user.names));
	user.dga.level_mbit = UINT64_MAX;
	user.dga.credit = UINT32_MAX;
	memset(&user.repeat, 255, sizeof(user.repeat));
	memcpy(record + 8, &user, sizeof(user));
	reseal(&image, at);
	record = record_of(&image, SEEP_STATE_DOMAINS, &at);
	memcpy(&domain, record + 8, sizeof(domain));
	memset(domain.text, 63, sizeof(domain.text));
	domain.head.standing = UINT32_MAX;
	memcpy(record + 8, &domain, sizeof(domain));
	reseal(&image, at);
	ok(!restore(&b, &image), "impossible values are read");

	again = save(&b);
	memcpy(&user, record_of(&again, SEEP_STATE_USERS, &at) + 8, sizeof(user));
	ok(user.head.meter.level_mbit == SEEP_BUCKET_MAX_MBIT, "a level: the largest");
	is_int(user.head.meter.drained_s, NOW_S, "drained in the future: now");
	ok(user.head.first_s == NOW_S && user.head.last_s == NOW_S && user.head.crossed_s == NOW_S,
	   "times in the future: now");
	is_int(user.head.inflight, 0, "nothing is under way");
	ok(user.head.flagged == 1 && user.head.spent == 1, "flags are flags");
	ok(user.names_sum.count == 0 && user.domains_sum.count == 0, "no number: 0");
	ok(user.rare_sum.count <= 0x1p40 && user.missing_sum.unlikely == 0, "sums are possible");
	ok(user.names[0] == 40 && user.names_sum.unlikely < 1, "registers are possible");
	ok(user.dga.level_mbit < 30000, "the DGA score");
	is_int(user.dga.credit, 12000 * DAY_S, "all of its credit was taken");
	is_int(user.repeat.total, 0, "the repeats are empty");
	memcpy(&domain, record_of(&again, SEEP_STATE_DOMAINS, &at) + 8, sizeof(domain));
	is_int(domain.text[0], 0, "a text without an end: none");
	is_int(domain.head.standing, 1, "as many rely on a domain as use it");
	free(image.bytes);
	free(again.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* A record that says it is somebody else's is dropped. */
static void test_wrong_key(void)
{
	struct rig a, b;
	struct image image;
	unsigned char *record;
	size_t at;
	struct seep_engine_restore result;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	rig_send(&a, 1, "one.d3.example");
	image = save(&a);
	record = record_of(&image, SEEP_STATE_USERS, &at);
	record[0] ^= 1;
	reseal(&image, at);
	ok(!restore_moved(&b, &image, 0, &result), "a user under another's key: read");
	is_int(result.dropped, 1, "and dropped");
	is_int(rig_stat(&b, "users"), 0, "there is none");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_overfull);
	tap_run(test_flipped);
	tap_run(test_lacking);
	tap_run(test_hostile_bytes);
	tap_run(test_hostile_values);
	tap_run(test_wrong_key);
	return done();
}
