/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine keeps, saved and put back: all of it, also into tables of other sizes. */
#include "fixture_state.h"

#define DOUBLE   "learning: 0\nuser-budget: 1000\nuser-refill: 0\nmemory-size: 2m\n"
#define ODD      "learning: 0\nuser-budget: 1000\nuser-refill: 0\nmemory-size: 3m\n"
#define LEARNING "learning: 7d\ndomain-budget: 1g\nmemory-size: 1m\n"
#define LARGE    USER_CONF "memory-size: 8m\n"

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
		known += class_of(rig, 60, text) == SEEP_CLASS_KNOWN;
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
	ok(!restore(&b, &image), "what was saved is put back");
	ok(is_same(&a, &b), "and is the same, byte for byte");
	is_int(rig_stat(&b, "users.spent"), 1, "who was spent is");
	is_int(send_secret(&b, 999, 99, "tunnel2.example").outcome, SEEP_REFUSE, "and is refused");
	is_int(count_known(&b, 300), 300, "every name is known");
	ok(class_of(&b, 21, "new-one.d3.example") == SEEP_CLASS_CHARGED, "another is not");
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
	rig_send(&a, 3, "one.d3.example");
	size = image.size;
	save_changes(&a, &image);
	ok(image.size - size <
		   sizeof(struct user) + sizeof(struct network) + sizeof(struct domain) + 250,
	   "one name: a user, its network, a domain, its hashes");
	size = image.size;
	send_secret(&a, 999, 99, "elsewhere.example");
	save_changes(&a, &image);
	ok(image.size - size > sizeof(struct user), "a refusal: the user");
	ok(!restore(&b, &image), "checkpoint and journal are put back");
	is_int(rig_stat(&b, "users.spent"), 1, "who was spent by the journal is");
	is_int(count_known(&b, 100), 100, "names of the journal are known");
	ok(class_of(&b, 4, "one.d3.example") == SEEP_CLASS_KNOWN, "the last too");
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
	while (count < 10000 && rig_send(rig, user, text).outcome != SEEP_REFUSE);
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
		rig_send(&a, i < 200 ? 1 : 2 + i % 20, text);
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
	ok(!restore(&b, &image), "a file of the middle of learning");
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
	image = save(&a);
	seep_engine_destroy(b.engine);
	setup.when_ms = a.now_ms;
	b.engine = seep_engine_create(&setup, &why);
	b.thread = seep_engine_thread(b.engine);
	ok(!restore(&b, &image), "a file of after learning");
	is_int(atomic_load(&b.engine->learned.new_units), atomic_load(&a.engine->learned.new_units),
	       "what it taught is counted before a query comes");
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
		ok(!restore(&b, &image), "%s: put back", cases[i].title);
		is_int(count_known(&b, cases[i].names), cases[i].names, "%s: names are known",
		       cases[i].title);
		is_int(rig_stat(&b, "users.spent"), 1, "%s: the spent user stays", cases[i].title);
		ok(class_of(&b, 21, "none-such.d3.example") == SEEP_CLASS_CHARGED,
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
		rig_send(&a, user, text);
	}
	for (unsigned i = 0; i < 900; i++) {
		snprintf(text, sizeof(text), "tunnel%u.example", i);
		send_secret(&a, 100 + i % 20, i, text);
	}
	is_int(rig_stat(&a, "users.spent"), 20, "twenty are spent");
	image = save(&a);
	ok(!restore(&b, &image), "put back into less memory");
	ok(rig_stat(&b, "users") < rig_stat(&a, "users"), "not all have room");
	is_int(rig_stat(&b, "users.spent"), 20, "the spent ones have");
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
	seep_pairs_raise(a.engine->pairs, 5, 64000, 18000);
	image = save(&a);
	rig_open(&b, "learning: 0\nuser-budget: 1000\nuser-refill: 1g\nmemory-size: 1m\n");
	ok(!restore_moved(&b, &image, (int64_t)NOW_S - 18000, &result), "saved in 1970: put back");
	is_int(rig_stat(&b, "users.spent"), 1, "the spent user has not drained");
	is_int(seep_pairs_find(b.engine->pairs, 5, NOW_S).level_mbit, 64000, "nor has a pair");
	is_int(seep_pairs_find(b.engine->pairs, 5, NOW_S + DAY_S).level_mbit, 16000,
	       "which drains a day later");
	free(image.bytes);
	rig_close(&a);
	rig_close(&b);
}

static struct image read_image(const char *path)
{
	struct image image = { NULL, 0, 0 };
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
	is_int(restore(&rig, image), SEEP_FAULT_NONE, "%s: it is read to its end", text);
	is_int(rig_stat(&rig, "users"), 2, "%s: both users", text);
	is_int(rig_stat(&rig, "domains"), 3, "%s: all domains", text);
	is_int(rig_stat(&rig, "users.spent"), 1, "%s: one is spent", text);
	ok(seep_labels_cost(rig.engine->labels, seep_hash_bytes(&key, "portal", 6)) <
		   seep_labels_cost(rig.engine->labels, seep_hash_bytes(&key, "portam", 6)),
	   "%s: a label is known", text);
	is_int(class_of(&rig, 1, "portal.d0.example"), SEEP_CLASS_KNOWN, "%s: a known name", text);
	is_int(class_of(&rig, 5, "portal.d1.example"), SEEP_CLASS_KNOWN, "%s: for all", text);
	is_int(class_of(&rig, 5, "news.d0.example"), SEEP_CLASS_KNOWN, "%s: of the journal", text);
	is_int(class_of(&rig, 5, "mail.d0.example"), SEEP_CLASS_CHARGED, "%s: a novel one", text);
	is_int(send_secret(&rig, 9, 99, "tunnel.example").outcome, SEEP_REFUSE,
	       "%s: who was spent is refused", text);
	ok(rig.engine->learned.networks_unknown, "%s: nothing was learned of networks", text);
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
	memcpy(&header, image.bytes, sizeof(header));
	ok(header.user_bytes == SEEP_RECORD_USER_FIRST_BYTES &&
		   header.domain_bytes == SEEP_RECORD_DOMAIN_FIRST_BYTES,
	   "its records are shorter: %u and %u bytes", header.user_bytes, header.domain_bytes);
	check_version_1(&image, "a file of before SipHash-1-3");
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
	is_int(restore(&rig, &image), SEEP_FAULT_HEADER_SUM, "its key with other rounds: found");
	rig_close(&rig);
	free(image.bytes);
	free(again.bytes);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_version_1);
	tap_run(test_round_trip);
	tap_run(test_journal);
	tap_run(test_learning);
	tap_run(test_geometry);
	tap_run(test_shrinking);
	tap_run(test_moved);
	return done();
}
