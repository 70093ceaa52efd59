/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state file: the input is the file. It is read as at start, once as it is and once with its
 * checksums, sizes and counts made right, as somebody would who can write it.
 */
#include "fuzz.h"

#include <math.h>

#include "base/clock.h"
#include "fixture_state.h"
#include "state/reader.h"
#include "state/view.h"

const char fuzz_target[] = "state";

#define CONF "learning: 0\nuser-budget: 1000\nuser-refill: 100\nmemory-size: 1m\n"

/* ---- a file ---- */

/* A path that is no link, as the reader wants it. */
static char path[] = "/dev/shm/seep-fuzz-XXXXXX";

static void remove_file(void)
{
	unlink(path);
}

static void put_file(const void *bytes, size_t size)
{
	static int descriptor;

	if (!descriptor) {
		descriptor = mkstemp(path);
		fuzz_check(descriptor > 0);
		atexit(remove_file);
	}
	fuzz_check(ftruncate(descriptor, 0) == 0);
	fuzz_check(pwrite(descriptor, bytes, size, 0) == (ssize_t)size);
}

/* ---- an engine that begins with a file ---- */

static void start(struct rig *rig, const struct seep_state_header *header)
{
	struct seep_engine_setup setup = { .conf = &rig->conf, .threads = 1, .when_ms = NOW_MS };
	struct seep_conf_error error;
	enum seep_passthrough why;

	fuzz_check(seep_conf_parse(&rig->conf, CONF, strlen(CONF), "fuzz", &error) == SEEP_CONF_OK);
	setup.lists.suffixes = fuzz_suffix_list();
	setup.key = seep_state_key(header);
	setup.first_ms = header->first_ms;
	rig->engine = seep_engine_create(&setup, &why);
	fuzz_check(rig->engine);
	rig->thread = seep_engine_thread(rig->engine);
	rig->now_ms = NOW_MS;
}

/* The networks of a frame as people see them. */
static void view_networks(const struct seep_state_header *header, const unsigned char *payload,
			  size_t bytes)
{
	struct seep_state_networks head;
	struct seep_view_row saved;

	memcpy(&head, payload, sizeof(head));
	if (!seep_view_has_networks(&head))
		return;
	for (size_t at = sizeof(head); at < bytes; at += head.record_bytes) {
		if (!seep_view_network(&saved, header, &head, payload + at, NOW_S))
			continue;
		fuzz_check(saved.meter.level_mbit <= SEEP_BUCKET_MAX_MBIT);
		fuzz_check(saved.newcomers.level_mbit <= SEEP_BUCKET_MAX_MBIT);
		fuzz_check(saved.meter.budget_mbit <= SEEP_BUCKET_MAX_MBIT);
		fuzz_check(saved.first_s <= NOW_S && saved.last_s <= NOW_S);
	}
}

/* A record as people see it. */
static void view(const struct seep_state_header *header, const struct seep_state_frame *frame)
{
	const unsigned char *payload = (const unsigned char *)(frame + 1);
	bool users = frame->type == SEEP_STATE_USERS;
	struct seep_view_row saved;

	if (frame->type == SEEP_STATE_NETWORKS)
		view_networks(header, payload, frame->bytes);
	if (!users && frame->type != SEEP_STATE_DOMAINS)
		return;
	for (size_t at = 0; at < frame->bytes;
	     at += users ? header->user_bytes : header->domain_bytes) {
		if (users ? !seep_view_user(&saved, header, payload + at, NOW_S)
			  : !seep_view_domain(&saved, header, payload + at, NOW_S))
			continue;
		fuzz_check(saved.meter.level_mbit <= SEEP_BUCKET_MAX_MBIT);
		fuzz_check(saved.first_s <= NOW_S && saved.last_s <= NOW_S);
		fuzz_check(users || fuzz_is_name(saved.text, strlen((char *)saved.text) + 1) ||
			   memchr(saved.text, 0, sizeof(saved.text)));
	}
}

/* Puts the file into the engine as far as it goes. */
static void restore_file(struct rig *rig, struct seep_state_reader *reader)
{
	uint64_t end = reader->offset, offset = 0;
	struct seep_engine_restore restore = { .engine = rig->engine,
					       .header = &reader->header,
					       .now_s = NOW_S };

	restore.shift_s = seep_clock_shift_ms(reader->progress.when_ms, NOW_MS) / 1000;
	seep_state_rewind(reader);
	seep_engine_restore_begin(&restore);
	while (reader->offset < end && seep_state_next(reader)) {
		fuzz_check(reader->offset > offset);
		offset = reader->offset;
		view(&reader->header, reader->frame);
		seep_engine_restore_frame(&restore, reader->frame);
	}
	fuzz_check(reader->offset == end);
	seep_engine_restore_end(&restore);
	fuzz_check(seep_engine_users(rig->engine) <= restore.users);
	fuzz_check(seep_engine_domains(rig->engine) <= restore.domains);
}

/* ---- what has to hold ---- */

static bool is_sum(const struct seep_sketch_sum *sum)
{
	return isfinite(sum->count) && sum->count >= 0 && isfinite(sum->unlikely) &&
	       sum->unlikely >= 0 && sum->unlikely < 1;
}

static void check_entry(const struct seep_entry *entry)
{
	fuzz_check(entry->meter.level_mbit <= SEEP_BUCKET_MAX_MBIT);
	fuzz_check(entry->meter.drained_s <= NOW_S && entry->meter.carry < DAY_S);
	fuzz_check(entry->first_s <= NOW_S && entry->last_s <= NOW_S && entry->crossed_s <= NOW_S);
	fuzz_check(!entry->inflight && entry->flagged <= 1 && entry->spent <= 1);
	fuzz_check(entry->units <= SEEP_BUDGET_MOST);
}

static void check_user(void *context, uint64_t key, struct seep_entry *entry)
{
	const struct user *user = user_of_entry(entry);
	const struct seep_engine *engine = context;

	check_entry(entry);
	fuzz_check(is_sum(&user->names_sum) && is_sum(&user->domains_sum) &&
		   is_sum(&user->rare_sum) && is_sum(&user->missing_sum));
	fuzz_check(key == SEEP_TABLE_SHARED ||
		   key == seep_hash_bytes(&engine->key, &user->address, sizeof(user->address)));
	fuzz_check(key == SEEP_TABLE_SHARED || seep_address_is_sound(&user->address));
}

static void check_domain(void *context, uint64_t key, struct seep_entry *entry)
{
	const struct domain *domain = domain_of_entry(entry);

	(void)context, (void)key;
	check_entry(entry);
	fuzz_check(is_sum(&domain->users_sum) && is_sum(&domain->names_sum));
	fuzz_check(memchr(domain->text, 0, sizeof(domain->text)));
}

/* The engine works: a few queries, of a user who was there perhaps, and statistics. */
static void use(struct rig *rig)
{
	struct stats stats;

	for (uint32_t n = 0; n < 8; n++) {
		char text[64];
		struct seep_reservation reservation;
		struct seep_name name;

		snprintf(text, sizeof(text), "x%" PRIu32 ".d%" PRIu32 ".com", n, n / 2);
		struct wire wire = wire_of(text);
		struct seep_observation observation = query_of(n % 3, &wire, rig->now_ms);

		if (seep_engine_ask(rig->thread, &observation, &reservation, &name).outcome !=
		    SEEP_REFUSE)
			seep_engine_commit(rig->thread, &reservation, rig->now_ms);
		fuzz_check(reservation.user_charge_mbit <= reservation.charge_mbit);
	}
	stats = rig_stats(rig, false);
	fuzz_check(!stats_get(&stats, "seep.inflight"));
}

/* A state that was accepted is written again, and that is read and written as the same bytes. */
static void check_accepted(struct seep_state_reader *reader)
{
	static struct image first, second;
	struct rig rig, again;

	start(&rig, &reader->header);
	restore_file(&rig, reader);
	seep_table_walk(rig.engine->users, check_user, rig.engine);
	seep_table_walk(rig.engine->domains, check_domain, NULL);
	fuzz_check(save_to(&rig, &first));
	put_file(first.bytes, first.size);
	seep_state_close(reader);
	fuzz_check(seep_state_verify(reader, path) == SEEP_STATE_OPENED && !reader->fault);
	start(&again, &reader->header);
	restore_file(&again, reader);
	fuzz_check(save_to(&again, &second));
	fuzz_check(first.size == second.size && memcmp(first.bytes, second.bytes, first.size) == 0);
	use(&rig);
	rig_close(&rig);
	rig_close(&again);
}

static void check_file(const void *bytes, size_t size)
{
	struct seep_state_reader reader;
	enum seep_state_opened opened;

	put_file(bytes, size);
	opened = seep_state_verify(&reader, path);
	fuzz_check(opened == SEEP_STATE_OPENED || opened == SEEP_STATE_DAMAGED);
	fuzz_check(opened == SEEP_STATE_OPENED || reader.fault);
	fuzz_check(reader.offset <= size || opened == SEEP_STATE_DAMAGED);
	if (opened == SEEP_STATE_OPENED && !seep_record_fault(&reader.header))
		check_accepted(&reader);
	seep_state_close(&reader);
}

/* ---- a file as somebody would make it who knows how ---- */

/* Each user's key is that of its address, as no other is taken. */
static void mend_keys(const struct seep_state_header *header, uint8_t *payload, size_t size)
{
	const size_t at_address = sizeof(uint64_t) + offsetof(struct user, address);
	const struct seep_hash_key hash_key = seep_state_key(header);
	uint64_t key;

	for (size_t at = 0; at + header->user_bytes <= size; at += header->user_bytes) {
		memcpy(&key, payload + at, sizeof(key));
		if (key == SEEP_TABLE_SHARED)
			continue;
		key = seep_hash_bytes(&hash_key, payload + at + at_address,
				      sizeof(struct seep_address));
		memcpy(payload + at, &key, sizeof(key));
	}
}

/* The frame at AT made right; its size with its head, or 0 if there is none. */
static size_t mend_frame(const struct seep_state_header *header, struct seep_state_end *seen,
			 uint8_t *at, size_t left)
{
	const struct seep_hash_key hash_key = seep_state_key(header);
	struct seep_state_frame frame;
	uint32_t record = 8;

	if (left < sizeof(frame) + 8)
		return 0;
	memcpy(&frame, at, sizeof(frame));
	if (frame.type == SEEP_STATE_USERS)
		record = header->user_bytes;
	if (frame.type == SEEP_STATE_DOMAINS)
		record = header->domain_bytes;
	left -= sizeof(frame);
	if (frame.bytes > left)
		frame.bytes = (uint32_t)left;
	frame.bytes -= frame.bytes % record;
	if (!frame.bytes || frame.bytes > SEEP_STATE_FRAME_BYTES)
		return 0;
	if (frame.type == SEEP_STATE_USERS)
		mend_keys(header, at + sizeof(frame), frame.bytes);
	if (frame.type == SEEP_STATE_END && frame.bytes == sizeof(*seen))
		memcpy(at + sizeof(frame), seen, sizeof(*seen));
	seen->frames++;
	seen->users += frame.type == SEEP_STATE_USERS ? frame.bytes / record : 0;
	seen->domains += frame.type == SEEP_STATE_DOMAINS ? frame.bytes / record : 0;
	frame.checksum = 0;
	memcpy(at, &frame, sizeof(frame));
	frame.checksum = seep_hash_bytes(&hash_key, at, sizeof(frame) + frame.bytes);
	memcpy(at, &frame, sizeof(frame));
	return sizeof(frame) + frame.bytes;
}

static void mend(uint8_t *bytes, size_t size)
{
	struct seep_state_header header;
	struct seep_state_end seen = { 0 };
	size_t at = sizeof(header), step;

	if (size < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	header.user_bytes = sizeof(uint64_t) + sizeof(struct user);
	header.domain_bytes = sizeof(uint64_t) + sizeof(struct domain);
	seep_state_seal_header(&header);
	memcpy(bytes, &header, sizeof(header));
	while ((step = mend_frame(&header, &seen, bytes + at, size - at)))
		at += step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);

	check_file(data, size);
	mend(copy, size);
	check_file(copy, size);
	free(copy);
	return 0;
}
