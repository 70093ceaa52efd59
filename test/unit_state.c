/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine keeps, saved and put back: all of it, also into tables of other sizes; and
 * whatever a file says, nothing breaks.
 */
#include "state/save.h"
#include "engine/internal.h"
#include "fixture.h"
#include "base/lines.h"
#include "base/ring.h"

#define SMALL    "learning: 0\nuser-budget: 1000\nuser-refill: 0\nmemory-size: 1m\n"
#define DOUBLE   "learning: 0\nuser-budget: 1000\nuser-refill: 0\nmemory-size: 2m\n"
#define ODD      "learning: 0\nuser-budget: 1000\nuser-refill: 0\nmemory-size: 3m\n"
#define LEARNING "learning: 7d\ndomain-budget: 1g\nmemory-size: 1m\n"
#define LARGE    "learning: 0\nuser-budget: 1000\nuser-refill: 0\nmemory-size: 8m\n"
#define BUDGET   UINT64_C(8000000)
#define PAYLOAD  sizeof(struct seep_state_frame)

/* A file in memory. */
struct image {
	unsigned char *bytes;
	size_t size;
	size_t room;
	size_t checkpoint;
};

static bool put(void *context, const void *bytes, size_t size)
{
	struct image *image = context;

	if (image->size + size > image->room) {
		image->room = 2 * (image->size + size);
		image->bytes = realloc(image->bytes, image->room);
	}
	memcpy(image->bytes + image->size, bytes, size);
	image->size += size;
	return true;
}

static _Alignas(64) unsigned char buffer[SEEP_STATE_BUFFER_BYTES];

static struct seep_state_out out_to(struct image *image, const struct seep_state_header *header)
{
	return (struct seep_state_out){
		.put = put, .context = image, .key = seep_state_key(header), .buffer = buffer
	};
}

static struct seep_state_header header_of(const struct rig *rig)
{
	struct seep_state_header header = { .began_ms = rig->now_ms, .wall_ms = rig->now_ms };

	seep_engine_describe(rig->engine, &header);
	seep_state_seal_header(&header);
	return header;
}

static struct image save(struct rig *rig)
{
	struct image image = { NULL, 0, 0, 0 };
	struct seep_state_header header = header_of(rig);
	struct seep_state_out out = out_to(&image, &header);

	put(&image, &header, sizeof(header));
	seep_engine_save(rig->engine, &out);
	image.checkpoint = image.size;
	return image;
}

static void save_changes(struct rig *rig, struct image *image)
{
	struct seep_state_header header = header_of(rig);
	struct seep_state_out out = out_to(image, &header);
	const struct seep_state_tick tick = { rig->now_ms, rig->now_ms };

	seep_engine_save_changes(rig->engine, &out, &tick);
}

/* Puts the image into the engine as far as it can be read; what is wrong with it, or NULL. */
static const char *restore_moved(struct rig *rig, const struct image *image, int64_t shift_s,
				 struct seep_engine_restore *restore)
{
	static _Alignas(64) unsigned char frame_bytes[SEEP_STATE_BUFFER_BYTES];
	struct seep_state_frame *frame = (struct seep_state_frame *)(void *)frame_bytes;
	struct seep_state_progress progress;
	static struct seep_state_header header;
	const char *fault = seep_state_header_fault(&header, image->bytes, image->size);

	*restore = (struct seep_engine_restore){ .engine = rig->engine,
						 .header = &header,
						 .now_s = rig->now_ms / 1000,
						 .shift_s = shift_s };
	if (!fault)
		fault = seep_engine_restore_fault(&header);
	if (fault)
		return fault;
	seep_state_begin(&progress, &header);
	seep_engine_restore_begin(restore);
	for (size_t at = sizeof(header); !fault && at < image->size;) {
		if (image->size - at < sizeof(*frame))
			return "cut";
		memcpy(frame, image->bytes + at, sizeof(*frame));
		fault = seep_state_frame_fault(frame);
		if (!fault && image->size - at - sizeof(*frame) < frame->bytes)
			return "cut";
		if (fault)
			break;
		memcpy(frame, image->bytes + at, sizeof(*frame) + frame->bytes);
		fault = seep_state_is_intact(&header, frame)
				? seep_state_step(&progress, &header, frame)
				: "a frame's checksum is wrong";
		if (!fault)
			seep_engine_restore_frame(restore, frame);
		at += sizeof(*frame) + frame->bytes;
	}
	seep_engine_restore_end(restore);
	return fault;
}

static const char *restore(struct rig *rig, const struct image *image)
{
	struct seep_engine_restore ignored;

	return restore_moved(rig, image, 0, &ignored);
}

/* Asks, and sends if it is let go on. */
static struct seep_reservation send(struct rig *rig, uint32_t user, const char *text)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(user, &wire, rig->now_ms);
	struct seep_reservation reservation;
	struct seep_name name;

	if (seep_engine_ask(rig->thread, &observation, &reservation, &name).outcome != SEEP_REFUSE)
		seep_engine_commit(rig->thread, &reservation, rig->now_ms);
	return reservation;
}

/* Traffic of some users; user 999 spends its budget. */
static void fill(struct rig *rig, unsigned names)
{
	char text[128];

	for (unsigned i = 0; i < names; i++) {
		snprintf(text, sizeof(text), "host%u.d%u.example", i, i % 40);
		send(rig, i % 50, text);
	}
	for (unsigned i = 0; i < 60; i++) {
		snprintf(text, sizeof(text), "a-long-secret-in-a-name-%u.tunnel.example", i * 7919);
		send(rig, 999, text);
	}
}

/* Everything in the tables, as saved, for comparison. */
static bool is_same(struct rig *a, struct rig *b)
{
	struct image one = save(a), two = save(b);
	bool same =
		one.size == two.size && memcmp(one.bytes + sizeof(struct seep_state_header),
					       two.bytes + sizeof(struct seep_state_header),
					       one.size - sizeof(struct seep_state_header)) == 0;

	free(one.bytes);
	free(two.bytes);
	return same;
}

/* How many of the names that fill sent are known. */
static unsigned count_known(struct rig *rig, unsigned names)
{
	unsigned known = 0;
	char text[128];

	for (unsigned i = 0; i < names; i++) {
		snprintf(text, sizeof(text), "host%u.d%u.example", i, i % 40);
		known += send(rig, 60, text).class == SEEP_CLASS_KNOWN;
	}
	return known;
}

static void test_round_trip(void)
{
	struct rig a, b;
	struct image image;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	fill(&a, 300);
	ok(!is_same(&a, &b), "another engine holds something else");
	image = save(&a);
	ok(restore(&b, &image) == NULL, "what was saved is put back");
	ok(is_same(&a, &b), "and is the same, byte for byte");
	is_int(rig_stat(&b, "users.spent"), 1, "who was spent is");
	ok(send(&b, 999, "another-long-secret-in-a-name.tunnel2.example").verdict.outcome ==
		   SEEP_REFUSE,
	   "and is refused");
	is_int(count_known(&b, 300), 300, "every name is known");
	ok(send(&b, 21, "new-one.d3.example").class == SEEP_CLASS_CHARGED, "another is not");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

static void test_journal(void)
{
	struct rig a, b;
	struct image image;
	size_t size;

	rig_open(&a, SMALL);
	rig_open(&b, SMALL);
	seep_engine_note_changes(a.engine);
	image = save(&a);
	fill(&a, 100);
	save_changes(&a, &image);
	size = image.size;
	save_changes(&a, &image);
	is_int(image.size - size, PAYLOAD + sizeof(struct seep_state_tick),
	       "nothing changed: a tick alone");
	send(&a, 3, "one.d3.example");
	size = image.size;
	save_changes(&a, &image);
	ok(image.size - size < sizeof(struct user) + sizeof(struct domain) + 200,
	   "one name: a user, a domain, its hashes");
	size = image.size;
	send(&a, 999, "a-long-secret-in-a-name.elsewhere.example");
	save_changes(&a, &image);
	ok(image.size - size > sizeof(struct user), "a refusal: the user");
	ok(restore(&b, &image) == NULL, "checkpoint and journal are put back");
	is_int(rig_stat(&b, "users.spent"), 1, "who was spent by the journal is");
	is_int(count_known(&b, 100), 100, "names of the journal are known");
	ok(send(&b, 4, "one.d3.example").class == SEEP_CLASS_KNOWN, "the last too");
	is_int(rig_stat(&a, "state.lost"), 0, "nothing was lost");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* How many names in one domain of the user's own go before one is refused. */
static unsigned room_of(struct rig *rig, uint32_t user)
{
	unsigned count = 0;
	char text[128];

	do
		snprintf(text, sizeof(text), "u%03u%06u.of-%u.example", user, ++count, user);
	while (count < 10000 && send(rig, user, text).verdict.outcome != SEEP_REFUSE);
	return count;
}

/* Learning goes on where it was, and what was learned stays. */
static void test_learning(void)
{
	struct seep_engine_setup setup = { .threads = 1 };
	struct seep_state_header header;
	enum seep_passthrough why;
	struct rig a, b;
	struct image image;
	char text[128];
	unsigned raised, fresh;

	rig_open(&a, LEARNING);
	rig_open(&b, LEARNING);
	for (unsigned i = 0; i < 240; i++) {
		snprintf(text, sizeof(text), "needs%09u.of-one.example", i);
		send(&a, i < 200 ? 1 : 2 + i % 20, text);
	}
	a.now_ms += 5 * DAY_MS;
	image = save(&a);
	header = header_of(&a);
	seep_engine_destroy(b.engine);
	setup.conf = &b.conf;
	setup.when_ms = b.now_ms = a.now_ms;
	setup.first_ms = header.first_ms;
	setup.key = seep_state_key(&header);
	b.engine = seep_engine_create(&setup, &why);
	b.thread = seep_engine_thread(b.engine);
	ok(restore(&b, &image) == NULL, "a file of the middle of learning");
	is_int(seep_engine_mode(b.engine, b.now_ms + 2 * DAY_MS - 1000), SEEP_MODE_LEARNING,
	       "it lasts as long as it would have");
	is_int(seep_engine_mode(b.engine, b.now_ms + 2 * DAY_MS), SEEP_MODE_GUARD, "no longer");
	a.now_ms = b.now_ms += 60 * DAY_MS;
	raised = room_of(&b, 1);
	fresh = room_of(&b, 500);
	ok(raised > 2 * fresh, "who needed more has it: %u names, a newcomer %u", raised, fresh);
	is_int(raised, room_of(&a, 1), "as many as without the restart");
	is_int(fresh, room_of(&a, 500), "the newcomer, too");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* Other sizes of memory: names stay known, users stay spent. */
static void test_geometry(void)
{
	static const struct {
		const char *title, *from, *to;
		unsigned names;
	} cases[] = {
		{ "twice the memory", SMALL, DOUBLE, 2000 },
		{ "half the memory", DOUBLE, SMALL, 2000 },
		{ "three times", SMALL, ODD, 2000 },
		{ "two thirds", ODD, DOUBLE, 2000 },
		{ "an eighth", LARGE, SMALL, 2000 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rig a, b;
		struct image image;

		rig_open(&a, cases[i].from);
		rig_open(&b, cases[i].to);
		fill(&a, cases[i].names);
		image = save(&a);
		ok(restore(&b, &image) == NULL, "%s: put back", cases[i].title);
		is_int(count_known(&b, cases[i].names), cases[i].names, "%s: names are known",
		       cases[i].title);
		is_int(rig_stat(&b, "users.spent"), 1, "%s: the spent user stays", cases[i].title);
		ok(send(&b, 21, "none-such.d3.example").class == SEEP_CLASS_CHARGED,
		   "%s: a novel name is novel", cases[i].title);
		free(image.bytes);
		rig_close(&a);
		rig_close(&b);
	}
}

/* More users than there is room for: those whose budget is spent stay. */
static void test_shrinking(void)
{
	struct rig a, b;
	struct image image;
	char text[128];

	rig_open(&a, LARGE);
	rig_open(&b, SMALL);
	for (unsigned user = 0; user < 1200; user++) {
		snprintf(text, sizeof(text), "n%u.d%u.example", user, user);
		send(&a, user, text);
	}
	for (unsigned i = 0; i < 900; i++) {
		snprintf(text, sizeof(text), "a-long-secret-in-a-name-%u.tunnel%u.example",
			 i * 7919, i);
		send(&a, 100 + i % 20, text);
	}
	is_int(rig_stat(&a, "users.spent"), 20, "twenty are spent");
	image = save(&a);
	ok(restore(&b, &image) == NULL, "put back into less memory");
	ok(rig_stat(&b, "users") < rig_stat(&a, "users"), "not all have room");
	is_int(rig_stat(&b, "users.spent"), 20, "the spent ones have");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* A novelty memory that knows everything would let everything out. */
static void test_overfull(void)
{
	struct rig a, b;
	struct image image = { NULL, 0, 0, 0 };
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
	ok(restore_moved(&b, &image, 0, &result) == NULL, "all bits set: read");
	is_int(result.forgotten, 4, "every generation is forgotten");
	ok(send(&b, 1, "novel.d1.example").class == SEEP_CLASS_CHARGED, "a novel name is novel");
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
	send(&a, 1, "one.d1.example");
	image = save(&a);
	send(&a, 3, "one.d3.example");
	save_changes(&a, &image);
	for (size_t at = 0; at < image.size; at++) {
		image.bytes[at] ^= 0x55;
		missed += restore(&b, &image) == NULL;
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
	send(&a, 1, "one.d1.example");
	image = save(&a);
	(void)record_of(&image, SEEP_STATE_DOMAINS, &at);
	size = PAYLOAD + 8 + sizeof(struct domain);
	memmove(image.bytes + at, image.bytes + at + size, image.size - at - size);
	image.size -= size;
	is_str(restore(&b, &image), "the checkpoint lacks records", "a frame is missing: found");
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
	send(&a, 1, "one.d1.example");
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
				(void)send(&b, 999, "host.tunnel.example");
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
	send(&a, 1, "one.d3.example");
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
	ok(restore(&b, &image) == NULL, "impossible values are read");

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
	send(&a, 1, "one.d3.example");
	image = save(&a);
	record = record_of(&image, SEEP_STATE_USERS, &at);
	record[0] ^= 1;
	reseal(&image, at);
	ok(restore_moved(&b, &image, 0, &result) == NULL, "a user under another's key: read");
	is_int(result.dropped, 1, "and dropped");
	is_int(rig_stat(&b, "users"), 0, "there is none");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

/* Saved by a clock that was not set: nothing drains, and the first seconds stay in order. */
static void test_moved(void)
{
	struct rig a, b;
	struct image image;
	struct seep_engine_restore result;

	rig_open(&a, SMALL);
	a.now_ms = 18000000;
	fill(&a, 20);
	image = save(&a);
	rig_open(&b, "learning: 0\nuser-budget: 1000\nuser-refill: 1g\nmemory-size: 1m\n");
	ok(restore_moved(&b, &image, (int64_t)NOW_S - 18000, &result) == NULL,
	   "saved in 1970: put back");
	is_int(rig_stat(&b, "users.spent"), 1, "the spent user has not drained");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

static struct image read_image(const char *path)
{
	struct image image = { NULL, 0, 0, 0 };
	FILE *file = fopen(path, "rb");
	unsigned char bytes[512];
	size_t size;

	while (file && (size = fread(bytes, 1, sizeof(bytes), file)) > 0)
		put(&image, bytes, size);
	if (!file || fclose(file) != 0 || !image.size) {
		printf("Bail out! %s cannot be read\n", path);
		exit(1);
	}
	return image;
}

/* What the older file says holds on, and so it does once it was saved again. */
static void check_version_1(const struct image *image, const char *text)
{
	struct seep_state_header header;
	struct seep_hash_key key;
	struct rig rig;

	memcpy(&header, image->bytes, sizeof(header));
	key = seep_state_key(&header);
	is_int(key.rounds, SEEP_HASH_2_4, "%s: its hashes are SipHash-2-4's", text);
	rig_open_hashed(&rig, VERSION_1_CONF, &key);
	is_str(restore(&rig, image), NULL, "%s: it is read to its end", text);
	is_int(rig_stat(&rig, "users"), 2, "%s: both users", text);
	is_int(rig_stat(&rig, "domains"), 3, "%s: all domains", text);
	is_int(rig_stat(&rig, "users.spent"), 1, "%s: one is spent", text);
	ok(seep_labels_cost(rig.engine->labels, seep_hash_bytes(&key, "portal", 6)) <
		   seep_labels_cost(rig.engine->labels, seep_hash_bytes(&key, "portam", 6)),
	   "%s: a label is known", text);
	is_int(send(&rig, 1, "portal.d0.example").class, SEEP_CLASS_KNOWN, "%s: a known name",
	       text);
	is_int(send(&rig, 5, "portal.d1.example").class, SEEP_CLASS_KNOWN, "%s: for all", text);
	is_int(send(&rig, 5, "news.d0.example").class, SEEP_CLASS_KNOWN, "%s: of the journal",
	       text);
	is_int(send(&rig, 5, "mail.d0.example").class, SEEP_CLASS_CHARGED, "%s: a novel one", text);
	is_int(send(&rig, 9, "a-long-secret-in-a-name-31676.tunnel.example").verdict.outcome,
	       SEEP_REFUSE, "%s: who was spent is refused", text);
	rig_close(&rig);
}

static void test_version_1(void)
{
	struct image image, again;
	struct seep_state_header header;
	struct seep_hash_key key;
	struct rig rig;

	if (!HAS_VERSION_1) {
		skip("the file is of the other byte order");
		return;
	}
	image = read_image(source_path(VERSION_1_FILE));
	check_version_1(&image, "a file of before SipHash-1-3");
	memcpy(&header, image.bytes, sizeof(header));
	key = seep_state_key(&header);
	rig_open_hashed(&rig, VERSION_1_CONF, &key);
	restore(&rig, &image);
	again = save(&rig);
	check_version_1(&again, "the same, saved again");
	rig_close(&rig);
	/* the flag alone: then nothing in the file is right */
	header.flags |= SEEP_STATE_HASH_1_3;
	memcpy(image.bytes, &header, sizeof(header));
	rig_open(&rig, VERSION_1_CONF);
	is_str(restore(&rig, &image), "the header's checksum is wrong",
	       "its key with other rounds: found");
	rig_close(&rig);
	free(image.bytes);
	free(again.bytes);
}

static void test_headers(void)
{
	struct seep_state_header header, got;
	struct seep_hash_key key;
	struct rig rig;
	const struct {
		const char *title;
		size_t at;
		uint32_t value;
		bool sealed;
		const char *fault;
	} cases[] = {
		{ "another magic", 0, 0, false, "not a state file of Seep" },
		{ "another version", 8, 2, false, "it has format version 2, this Seep reads 1" },
		{ "version 0", 8, 0, false, "it has format version 0, this Seep reads 1" },
		{ "the other byte order", 12, UINT32_C(0x04030201), false,
		  "it was written on a machine with the other byte order" },
		{ "no byte order", 12, 5, false, "the byte-order mark is damaged" },
		{ "another size", 16, 8, false, "the header has the wrong size" },
		{ "damage", 60, 1, false, "the header's checksum is wrong" },
		{ "no record", 20, 0, true, "the header has impossible record sizes" },
		{ "large records", 24, 1u << 30, true, "the header has impossible record sizes" },
		{ "no memory", 40, 0, true, "the header has impossible table sizes" },
		{ "huge memory", 44, 1u << 30, true, "the header has impossible table sizes" },
		{ "the year 36,812", 76, 1u << 18, true, "the header has impossible times" },
	};

	rig_open(&rig, SMALL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		header = header_of(&rig);
		memcpy((char *)&header + cases[i].at, &cases[i].value, 4);
		key = seep_state_key(&header);
		if (cases[i].sealed)
			header.checksum = seep_hash_bytes(
				&key, &header, offsetof(struct seep_state_header, checksum));
		is_str(seep_state_header_fault(&got, &header, sizeof(header)), cases[i].fault,
		       "a header with %s", cases[i].title);
	}
	header = header_of(&rig);
	ok(!seep_state_header_fault(&got, &header, sizeof(header)), "a header without");
	for (size_t size = 0; size < sizeof(header); size++)
		if (!seep_state_header_fault(&got, &header, size))
			ok(false, "a header cut at %zu", size);
	header.user_bytes += 8;
	seep_state_seal_header(&header);
	is_str(seep_state_header_fault(&got, &header, sizeof(header)), NULL, "other records");
	ok(seep_engine_restore_fault(&got) != NULL, "are not taken for these");
	rig_close(&rig);
}

/* The drawing shows the records as they are. */
static void test_drawing(void)
{
#define USER(field)                                                                         \
	{                                                                                   \
#field, 8 + offsetof(struct user, field), sizeof(((struct user *)0)->field) \
	}
#define DOMAIN(field)                                                                           \
	{                                                                                       \
#field, 8 + offsetof(struct domain, field), sizeof(((struct domain *)0)->field) \
	}
	static const struct {
		const char *field;
		size_t at, bytes;
	} fields[] = {
		USER(names_sum),     USER(domains_sum), USER(rare_sum),    USER(missing_sum),
		USER(dga),           USER(repeat),      USER(peak_mbit),   USER(hits),
		USER(sent),          USER(address),     USER(names),       USER(domains),
		USER(rare),          USER(missing),     DOMAIN(users_sum), DOMAIN(names_sum),
		DOMAIN(first_users), DOMAIN(users),     DOMAIN(names),     DOMAIN(text),
	};
	static char text[65536];
	const char *path = source_path("doc/FORMAT.md");
	char row[128];
	FILE *file = fopen(path, "r");

	if (!file) {
		skip("no %s", path);
		return;
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = 0;
	fclose(file);
	for (size_t i = 0; i < COUNT(fields); i++) {
		snprintf(row, sizeof(row), "| %zu | %zu | `%s`", fields[i].at, fields[i].bytes,
			 fields[i].field);
		ok(strstr(text, row) != NULL, "doc/FORMAT.md has: %s", row);
	}
}

static unsigned taken;

static void take_line(void *context, uint64_t line, const uint64_t *words)
{
	uint64_t *to = context;

	memcpy(to + line * SEEP_LINE_WORDS, words, 64);
	taken++;
}

static void test_lines(void)
{
	static uint64_t words[64 * SEEP_LINE_WORDS], back[64 * SEEP_LINE_WORDS];
	static uint64_t packed[64 * 9];
	size_t at = 0, used = 0;
	uint64_t last, next = 0;

	words[0] = words[8 * 5 + 7] = words[8 * 6] = words[8 * 63 + 1] = 3;
	for (unsigned i = 0; at < 64 && i < 64; i++) {
		used = seep_lines_pack((const _Atomic uint64_t *)words, 64, &at, packed, 80);
		ok(used <= 80 && seep_lines_unpack(packed, used, 64, &next, take_line, back),
		   "a piece of at most 80 bytes");
	}
	ok(memcmp(words, back, sizeof(words)) == 0, "together they are all");
	is_int(taken, 4, "of the lines that are not zero");
	at = 0;
	used = seep_lines_pack((const _Atomic uint64_t *)words, 64, &at, packed, sizeof(packed));
	is_int(used, 3 * 8 + 4 * 64, "in runs");
	is_int(next, 64, "behind the last");
	ok(!seep_lines_unpack(packed, used, 64, &next, take_line, back), "a second time: refused");
	is_int(taken, 4, "and not taken");
	for (size_t cut = 1; cut < used; cut++) {
		next = 0;
		if (cut != 72 && cut != 72 + 136)
			ok(!seep_lines_unpack(packed, cut, 64, &next, take_line, back),
			   "cut at %zu", cut);
	}
	next = 0;
	ok(!seep_lines_unpack(packed, used, 63, &next, take_line, back),
	   "beyond the memory: refused");
	is_int(seep_lines_place(5, 8, 16, &last), 10, "twice as many: from the double");
	is_int(last, 11, "two places");
	is_int(seep_lines_place(5, 8, 4, &last), 2, "half as many: the half");
	is_int(last, 2, "one place");
	is_int(seep_lines_place(7, 8, 8, &last), 7, "as many: the same");
	is_int(last, 7, "one place");
}

static void test_ring(void)
{
	struct seep_ring *ring = seep_ring_create(8);
	uint64_t numbers[16];

	is_int(seep_ring_take(ring, numbers, 16), 0, "an empty ring");
	for (uint64_t i = 1; i <= 11; i++)
		seep_ring_put(ring, i);
	is_int(seep_ring_lost(ring), 3, "three too many are lost");
	is_int(seep_ring_take(ring, numbers, 5), 5, "five are taken");
	ok(numbers[0] == 1 && numbers[4] == 5, "in order");
	seep_ring_put(ring, 12);
	is_int(seep_ring_take(ring, numbers, 16), 4, "then the rest");
	is_int(numbers[3], 12, "with the one that came since");
	seep_ring_destroy(ring);
}

int main(void)
{
	test_lines();
	test_ring();
	test_version_1();
	test_headers();
	test_drawing();
	test_round_trip();
	test_journal();
	test_geometry();
	test_shrinking();
	test_overfull();
	test_learning();
	test_flipped();
	test_lacking();
	test_hostile_bytes();
	test_hostile_values();
	test_wrong_key();
	test_moved();
	return done();
}
