/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events: their lines, the queue, refusals that repeat, the rate, and where they are written, on
 * files that are moved, full disks and sockets. The clock is the test's own but in test_thread.
 */
#include "events/events.h"
#include "events/json.h"
#include "events/line.h"
#include "events/queue.h"
#include "events/repeats.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char directory[] = "/tmp/seep-unit-events-XXXXXX";
static char path[64], moved[80];
static char said[2048]; /* what was said last */
static unsigned said_count;

/* The tests' clock; the wall clock is a day ahead of it. */
static uint64_t now_ms = NOW_MS;

static const struct seep_hash_key installation = { .bytes = { 1, 2, 3 }, .rounds = SEEP_HASH_1_3 };

static uint64_t passed(void *context)
{
	(void)context;
	return now_ms;
}

static uint64_t wall(void *context)
{
	(void)context;
	return now_ms + DAY_MS;
}

static void say(void *context, bool problem, const char *text)
{
	(void)context, (void)problem;
	snprintf(said, sizeof(said), "%s", text);
	said_count++;
	printf("# %s\n", text);
}

static void say_nothing(void *context, bool problem, const char *text)
{
	(void)context, (void)problem, (void)text;
}

static struct seep_conf conf_of(const char *text)
{
	struct seep_conf_error error;
	struct seep_conf conf;

	if (seep_conf_parse(&conf, text, strlen(text), "test", &error) != SEEP_CONF_OK) {
		printf("Bail out! conf line %lu: %s\n", error.line, error.text);
		exit(1);
	}
	return conf;
}

static struct seep_people people_of(const char *text)
{
	struct seep_conf conf = conf_of(text);
	struct seep_people people;

	seep_people_start(&people, &conf, &installation);
	return people;
}

/* ---- lines ---- */

static const char *line_of(const struct seep_note *note, const char *conf)
{
	static char line[SEEP_LINE_MAX + 1];
	const struct seep_people people = people_of(conf);
	size_t size = seep_line_write(line, note, &people, 7);

	line[size] = '\0';
	return line;
}

static bool has(const char *text, const char *part)
{
	if (strstr(text, part))
		return true;
	printf("#   \"%s\" is not in %s\n", part, text);
	return false;
}

static struct seep_note query_note(enum seep_note_kind kind, const char *name, unsigned user)
{
	const struct wire wire = wire_of(name);
	struct seep_note note;
	size_t domain_at = 0;

	/* The last two labels are the domain. */
	for (size_t at = 0; wire.bytes[at]; at += 1u + wire.bytes[at]) {
		size_t next = at + 1u + wire.bytes[at];

		if (wire.bytes[next] && !wire.bytes[next + 1u + wire.bytes[next]])
			domain_at = at;
	}
	seep_note_start(&note, kind, NOW_MS + 42);
	seep_note_set_name(&note, wire.bytes, wire.size, domain_at);
	note.client = address_v4(user);
	note.type = SEEP_TYPE_TXT;
	note.mode = SEEP_MODE_GUARD;
	note.meter = SEEP_METER_USER;
	note.action = SEEP_NOTE_REFUSES;
	note.count = 1;
	return note;
}

static void test_line(void)
{
	struct seep_note note = query_note(SEEP_NOTE_SPENT, "a.secret.evil.example", 1);

	note.level_mbit = 8191999;
	note.budget_mbit = 8192000;
	note.names = (struct seep_note_estimate){ 12, 104, true };
	note.domains = (struct seep_note_estimate){ 3, 0, true };
	note.first_ms = NOW_MS - DAY_MS;
	is_str(line_of(&note, ""),
	       "{\"@timestamp\":\"2023-11-14T22:13:20.042Z\",\"ecs\":{\"version\":\"8.11.0\"},"
	       "\"observer\":{\"product\":\"Seep\",\"version\":\"" SEEP_VERSION "\"},"
	       "\"event\":{\"kind\":\"alert\",\"category\":[\"intrusion_detection\"],"
	       "\"type\":[\"info\"],\"action\":\"meter-spent\",\"sequence\":7,"
	       "\"module\":\"seep\",\"dataset\":\"seep.events\"},"
	       "\"source\":{\"ip\":\"10.0.0.1\"},"
	       "\"dns\":{\"question\":{\"name\":\"a.secret.evil.example\",\"type\":\"TXT\","
	       "\"registered_domain\":\"evil.example\"}},"
	       "\"seep\":{\"schema\":1,\"mode\":\"guard\",\"user\":\"10.0.0.1\","
	       "\"network\":\"10.0.0.0/24\",\"meter\":\"user\",\"level_bits\":8191,"
	       "\"budget_bits\":8192,\"names\":{\"count\":12,\"error_percent\":10.4},"
	       "\"domains\":{\"count\":3,\"error_percent\":0.0},"
	       "\"first_seen\":\"2023-11-13T22:13:20.000Z\","
	       "\"last_seen\":\"2023-11-14T22:13:20.042Z\",\"action\":\"refuse\"}}\n",
	       "the line of a crossing");
	note.type = 65280;
	ok(has(line_of(&note, ""), "\"type\":\"TYPE65280\""), "a type without a name");
	ok(has(line_of(&note, "user-prefix-v4: 28\n"), "\"user\":\"10.0.0.0/28\""),
	   "a user of more than one address");
	ok(has(line_of(&note, "user-prefix-v4: 28\n"), "\"ip\":\"10.0.0.1\""), "and who asked");
}

static void test_times(void)
{
	char text[SEEP_LINE_TIME_MAX];

	seep_line_time(text, 0);
	is_str(text, "1970-01-01T00:00:00.000Z", "the first moment");
	seep_line_time(text, UINT64_C(1709210096789));
	is_str(text, "2024-02-29T12:34:56.789Z", "a leap day");
	seep_line_time(text, UINT64_MAX);
	is_str(text, "9999-12-31T23:59:59.999Z", "the last one");
}

/* Names are escaped once as in zone files, and then as JSON has it. */
static void test_escape(void)
{
	static const struct {
		const char *name, *json;
	} rows[] = {
		{ "quote\\\"d.evil.example", "\"name\":\"quote\\\\\\\"d.evil.example\"" },
		{ "back\\\\slash.evil.example", "\"name\":\"back\\\\\\\\slash.evil.example\"" },
		{ "d\\.ot.evil.example", "\"name\":\"d\\\\.ot.evil.example\"" },
		{ "nul\\000.evil.example", "\"name\":\"nul\\\\000.evil.example\"" },
		{ "line\\010feed\\013.evil.example",
		  "\"name\":\"line\\\\010feed\\\\013.evil.example\"" },
		{ "utf\\195\\164\\255.evil.example",
		  "\"name\":\"utf\\\\195\\\\164\\\\255.evil.example\"" },
		{ "}],\\\"x.evil.example", "\"name\":\"}],\\\\\\\"x.evil.example\"" },
		{ ".", "\"name\":\".\"" },
	};
	char bytes[] = "a\"\\\n\t\x1f\x7f\xff/z", text[128];
	struct seep_json json = { .text = text, .room = sizeof(text) };

	for (size_t at = 0; at < COUNT(rows); at++) {
		const struct seep_note note = query_note(SEEP_NOTE_REFUSED, rows[at].name, 1);

		ok(has(line_of(&note, ""), rows[at].json), "%s", rows[at].json);
	}
	seep_json_text(&json, NULL, bytes);
	text[json.size] = '\0';
	is_str(text, "\"a\\\"\\\\\\u000a\\u0009\\u001f\\u007f\\u00ff/z\"", "any other bytes");
}

/* Every byte takes the most that it can, everywhere. */
static void test_longest(void)
{
	struct seep_note note = query_note(SEEP_NOTE_LEARNED, ".", 1);
	uint8_t name[SEEP_NAME_MAX_BYTES];
	const char *line;

	memset(name, 0xff, sizeof(name));
	for (size_t at = 0; at < sizeof(name) - 1; at += 64)
		name[at] = sizeof(name) - 2 - at < 63 ? (uint8_t)(sizeof(name) - 2 - at) : 63;
	name[sizeof(name) - 1] = 0;
	seep_note_set_name(&note, name, sizeof(name), 0);
	memset(note.reason, 0xff, sizeof(note.reason) - 1);
	memset(note.operator_name, 1, sizeof(note.operator_name) - 1);
	memset(&note.review, 0xff, sizeof(note.review));
	note.level_mbit = note.budget_mbit = note.first_ms = UINT64_MAX;
	note.names = note.domains = note.users = note.missing =
		(struct seep_note_estimate){ UINT64_MAX, UINT16_MAX, true };
	memset(note.client.bytes, 0xff, 16);
	note.client.size_bytes = 16;
	for (unsigned kind = 0; kind < SEEP_NOTE_KINDS; kind++) {
		note.kind = kind;
		line = line_of(&note, "");
		ok(strlen(line) < SEEP_LINE_MAX - 1500 &&
			   strcmp(line + strlen(line) - 3, "}}\n") == 0,
		   "%s: %zu bytes", seep_line_action(kind), strlen(line));
	}
	{
		char text[8];
		struct seep_json json = { .text = text, .room = sizeof(text) };

		seep_json_text(&json, "key", "long text");
		ok(json.is_full && json.size <= sizeof(text), "what does not fit is left away");
	}
}

static void test_pseudonyms(void)
{
	struct seep_note note = query_note(SEEP_NOTE_REFUSED, "secret.evil.example", 77);
	const char *conf = "privacy: pseudonyms\n";
	char first[SEEP_PEOPLE_TEXT_SIZE], again[SEEP_PEOPLE_TEXT_SIZE];
	struct seep_people people = people_of(conf), other;
	struct seep_hash_key key = installation;
	struct seep_conf other_conf = conf_of(conf);
	const char *line = line_of(&note, conf);

	ok(!strstr(line, "10.0.0"), "no address");
	ok(!strstr(line, "secret"), "no name below the domain");
	ok(has(line, "\"registered_domain\":\"evil.example\""), "but the domain");
	ok(has(line, "\"user\":{\"hash\":\"u-"), "the user's hash");
	ok(has(line, "\"network\":\"n-"), "the network's");
	seep_people_user(&people, &note.client, first);
	is_int(strlen(first), 34, "a pseudonym: %s", first);
	/* By Python's hmac: key = HMAC(01 02 03 00..., "seep pseudonyms 1"), "u" 0a 00 00 4d. */
	is_str(first, "u-30a63cfb7e54a361fd45f98b73db1e3e", "it is HMAC-SHA-256");
	people = people_of(conf);
	seep_people_user(&people, &note.client, again);
	is_str(again, first, "it is the same at the next start");
	key.bytes[15]++;
	seep_people_start(&other, &other_conf, &key);
	seep_people_user(&other, &note.client, again);
	ok(strcmp(again, first) != 0, "and another with another key");
	note.client = address_v4(78);
	seep_people_user(&people, &note.client, again);
	ok(strcmp(again, first) != 0, "another user has another one");
	seep_people_network(&people, &note.client, first);
	note.client = address_v4(77);
	seep_people_network(&people, &note.client, again);
	is_str(again, first, "but the same network");
}

/* ---- notes of what the engine tells ---- */

static void test_notes(void)
{
	const struct wire wire = wire_of("x.evil.example");
	const struct seep_observation observation = query_of(9, &wire, NOW_MS);
	const struct seep_name name = { .bytes = wire.bytes,
					.size = (uint8_t)wire.size,
					.domain_at = 2 };
	struct seep_event event = { .edge = SEEP_EDGE_SPENT,
				    .meter = SEEP_METER_DOMAIN,
				    .mode = SEEP_MODE_GUARD,
				    .observation = &observation,
				    .name = &name,
				    .users = 9,
				    .users_error_permille = 147,
				    .first_s = NOW_S - 60 };
	struct seep_note note;

	seep_note_of_event(&note, &event, false, NOW_MS + DAY_MS);
	is_int(note.kind, SEEP_NOTE_SPENT, "spent");
	is_int(note.action, SEEP_NOTE_REFUSES, "while guarding: refuses");
	is_int(note.first_ms, NOW_MS + DAY_MS - 60000, "first seen, by the wall clock");
	ok(note.users.is_known && note.names.is_known && !note.domains.is_known,
	   "a domain's estimates");
	event.mode = SEEP_MODE_LEARNING;
	seep_note_of_event(&note, &event, false, NOW_MS);
	is_int(note.action, SEEP_NOTE_PASSES, "while learning: passes");
	event.mode = SEEP_MODE_GUARD;
	event.meter = SEEP_METER_DGA;
	seep_note_of_event(&note, &event, false, NOW_MS);
	ok(note.kind == SEEP_NOTE_DGA && note.action == SEEP_NOTE_PASSES, "dga-action: flag");
	seep_note_of_event(&note, &event, true, NOW_MS);
	is_int(note.action, SEEP_NOTE_REFUSES, "dga-action: refuse");
	event.first_s = NOW_S + 5;
	seep_note_of_event(&note, &event, true, NOW_MS);
	is_int(note.first_ms, 0, "first seen later than now is not told");
}

/* ---- the queue ---- */

static void test_queue(void)
{
	struct seep_note_queue *queue = seep_note_queue_create(8);
	struct seep_note note;
	unsigned put = 0, in_order = 0;

	ok(!seep_note_queue_take(queue, &note), "an empty queue");
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned at = 0; at < 11; at++) {
			seep_note_start(&note, SEEP_NOTE_STARTED, at);
			put += seep_note_queue_put(queue, &note);
		}
		for (unsigned at = 0; seep_note_queue_take(queue, &note); at++)
			in_order += note.wall_ms == at;
	}
	is_int(put, 24, "eight fit, three times");
	is_int(in_order, 24, "they come in order");
	is_int(seep_note_queue_lost(queue), 9, "the others are lost, and counted");
	seep_note_queue_destroy(queue);
}

#define PUTTERS 3
#define PUTS    20000

struct putter {
	struct seep_note_queue *queue;
	unsigned number;
	pthread_t thread;
	_Atomic uint64_t put;
};

static void *put_many(void *context)
{
	struct putter *putter = context;
	struct seep_note note;

	for (uint64_t at = 0; at < PUTS; at++) {
		seep_note_start(&note, SEEP_NOTE_STARTED, at);
		note.place = putter->number;
		note.level_mbit = at;
		memset(note.name, (int)(at & 0xff), sizeof(note.name));
		putter->put += seep_note_queue_put(putter->queue, &note);
	}
	return NULL;
}

/* From several threads: none is torn, each thread's come in order, and none is missed. */
static void test_putters(void)
{
	struct putter putters[PUTTERS];
	uint64_t next[PUTTERS] = { 0 }, taken = 0, put = 0, torn = 0;
	struct seep_note_queue *queue = seep_note_queue_create(64);
	struct seep_note note;

	for (unsigned at = 0; at < PUTTERS; at++) {
		putters[at] = (struct putter){ .queue = queue, .number = at };
		pthread_create(&putters[at].thread, NULL, put_many, &putters[at]);
	}
	while (taken + seep_note_queue_lost(queue) < PUTTERS * PUTS) {
		if (!seep_note_queue_take(queue, &note))
			continue;
		taken++;
		torn += note.level_mbit != note.wall_ms || note.level_mbit < next[note.place] ||
			note.name[0] != (note.wall_ms & 0xff) ||
			note.name[SEEP_NAME_MAX_BYTES - 1] != (note.wall_ms & 0xff);
		next[note.place] = note.level_mbit + 1;
	}
	for (unsigned at = 0; at < PUTTERS; at++) {
		pthread_join(putters[at].thread, NULL);
		put += putters[at].put;
	}
	is_int(torn, 0, "none is torn or out of order");
	is_int(taken, put, "all that was put is taken");
	seep_note_queue_destroy(queue);
}

/* ---- refusals that repeat ---- */

static unsigned told;
static uint64_t told_count;

static void tell(void *context, const struct seep_note *note)
{
	(void)context;
	told++;
	told_count = note->count;
}

static void test_repeats(void)
{
	struct seep_repeats *repeats = seep_repeats_create();
	struct seep_note note;
	uint64_t key = UINT64_C(0x1234567812345678);
	uint32_t place = 0, again = 0;
	unsigned full = 0;

	seep_note_start(&note, SEEP_NOTE_REFUSED, NOW_MS);
	is_int(seep_repeats_count(repeats, key, &place), SEEP_REPEAT_FIRST, "the first");
	note.place = place;
	seep_repeats_keep(repeats, &note, NOW_MS);
	for (unsigned at = 0; at < 5; at++)
		is_int(seep_repeats_count(repeats, key, &again), SEEP_REPEAT_COUNTED, "counted");
	is_int(again, place, "in its place");
	seep_repeats_sweep(repeats, NOW_MS + SEEP_REPEATS_MS - 1, false, tell, NULL);
	is_int(told, 0, "within the hour nothing is told");
	seep_repeats_sweep(repeats, NOW_MS + SEEP_REPEATS_MS, false, tell, NULL);
	ok(told == 1 && told_count == 5, "then once, with its count");
	is_int(seep_repeats_count(repeats, key, &again), SEEP_REPEAT_COUNTED, "the next hour");
	seep_repeats_sweep(repeats, NOW_MS + SEEP_REPEATS_MS + 1, true, tell, NULL);
	ok(told == 2 && told_count == 1, "at the end what was counted is told");
	seep_repeats_sweep(repeats, NOW_MS + 3 * SEEP_REPEATS_MS, false, tell, NULL);
	is_int(told, 2, "an hour without one is not");
	is_int(seep_repeats_count(repeats, key, &place), SEEP_REPEAT_FIRST,
	       "after it, the next is a first one");
	seep_repeats_drop(repeats, place);
	is_int(seep_repeats_count(repeats, key, &place), SEEP_REPEAT_FIRST,
	       "so it is when the first could not be told");
	/* All in one set. */
	for (uint64_t at = 1; at <= 8; at++)
		full += seep_repeats_count(repeats, key + (at << 32), &again) == SEEP_REPEAT_FULL;
	is_int(full, 1, "a set that is full takes no more");
	seep_repeats_destroy(repeats);
}

/* ---- all of it ---- */

static struct seep_events *open_events(const char *text)
{
	char whole[256];
	struct seep_conf conf;
	const struct seep_events_setup setup = {
		.conf = &conf, .wall_ms = wall, .passed_ms = passed, .say = say
	};
	struct seep_events *events;

	snprintf(whole, sizeof(whole), "event-log: \"%s\"\n%s", path, text);
	conf = conf_of(whole);
	said[0] = '\0';
	said_count = 0;
	events = seep_events_open(&setup);
	if (events)
		seep_events_prepare(events, &installation);
	return events;
}

static void put_kinds(struct seep_events *events, enum seep_note_kind kind, unsigned count)
{
	struct seep_note note;

	while (count--) {
		seep_note_start(&note, kind, wall(NULL));
		seep_events_put(events, &note);
	}
}

static const char *text_at(const char *at)
{
	static char text[1 << 20];
	int fd = open(at, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

static unsigned count_in(const char *text, const char *part)
{
	unsigned found = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		found++;
	}
	return found;
}

static uint64_t counted(const struct seep_events *events, char which)
{
	struct seep_counters counters = { .queries = 0 };

	seep_events_read(events, &counters);
	return which == 'w'   ? counters.events_written
	       : which == 'l' ? counters.events_left_out
			      : counters.events_failed;
}

static void test_rate(void)
{
	struct seep_events *events = open_events("event-rate: 10\n");

	put_kinds(events, SEEP_NOTE_STATE, 25);
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "state-problem"), 10, "ten are written in a second");
	is_int(counted(events, 'l'), 15, "the others are left out, and counted");
	now_ms += 100;
	seep_events_turn(events, false);
	ok(has(text_at(path), "\"left_out\":15,\"failed\":0"),
	   "as soon as one may be, that is said");
	put_kinds(events, SEEP_NOTE_STATE, 1);
	now_ms += 100;
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "events-left-out"), 1, "once");
	is_int(count_in(text_at(path), "state-problem"), 11, "and the next one is written");
	is_int(counted(events, 'w'), 12, "what was written is counted");
	for (unsigned second = 0; second < 10; second++) {
		now_ms += 1000;
		seep_events_turn(events, false);
	}
	put_kinds(events, SEEP_NOTE_LIST, 15);
	seep_events_turn(events, true);
	is_int(count_in(text_at(path), "list-problem"), 10,
	       "ten quiet seconds are no more than one");
	ok(has(text_at(path), "\"left_out\":5,") && has(text_at(path), "\"stopped\""),
	   "at the end it is said at once");
	seep_events_stop(events);
	unlink(path);
}

static void test_overflow(void)
{
	struct seep_events *events = open_events("event-rate: 100000\n");

	put_kinds(events, SEEP_NOTE_STATE, SEEP_EVENTS_PLACES + 7);
	is_int(counted(events, 'l'), 7, "what the queue does not take is left out");
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "state-problem"), SEEP_EVENTS_PLACES, "the rest is written");
	is_int(count_in(text_at(path), "\"left_out\":7,"), 1, "and how many are missing");
	is_int(count_in(text_at(path), "\n"), SEEP_EVENTS_PLACES + 1, "a line each");
	seep_events_stop(events);
	unlink(path);
}

static mode_t mode_of(const char *at)
{
	struct stat status = { .st_mode = 0 };

	(void)stat(at, &status);
	return status.st_mode & 07777;
}

static void test_rotation(void)
{
	mode_t mask = umask(022);
	struct seep_events *events = open_events("");

	put_kinds(events, SEEP_NOTE_STATE, 1);
	seep_events_turn(events, false);
	is_int(mode_of(path), 0640, "the file's mode");
	rename(path, moved);
	put_kinds(events, SEEP_NOTE_LIST, 1);
	seep_events_turn(events, false);
	is_int(count_in(text_at(moved), "list-problem"), 1, "moved: within the second it goes on");
	now_ms += 1000;
	put_kinds(events, SEEP_NOTE_LEARNED, 1);
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "learning-ended"), 1, "then there is a new one");
	is_int(count_in(text_at(moved), "\n"), 2, "and the other is left as it is");
	unlink(path);
	now_ms += 1000;
	put_kinds(events, SEEP_NOTE_LIST, 1);
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "list-problem"), 1, "removed: there is a new one, too");
	seep_events_stop(events);
	events = open_events("");
	put_kinds(events, SEEP_NOTE_STATE, 1);
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "\n"), 2, "at a start lines are appended");
	is_int(said_count, 0, "nothing of that is a problem");
	seep_events_stop(events);
	unlink(path);
	unlink(moved);
	umask(mask);
}

static void test_full_disk(void)
{
	struct seep_events *events;

	ok(symlink("/dev/full", path) == 0, "a full disk");
	events = open_events("");
	put_kinds(events, SEEP_NOTE_STATE, 3);
	seep_events_turn(events, false);
	is_int(counted(events, 'f'), 3, "what cannot be written is counted");
	is_int(counted(events, 'w'), 0, "and is not written");
	ok(said_count == 1 && has(said, "No space left on device") && has(said, "free space"),
	   "it is said once, with what to do");
	unlink(path);
	now_ms += 1000;
	put_kinds(events, SEEP_NOTE_LIST, 1);
	seep_events_turn(events, false);
	ok(has(text_at(path), "list-problem"), "with room again, it goes on");
	ok(has(text_at(path), "\"left_out\":0,\"failed\":3"), "and says how many are missing");
	ok(said_count == 2 && has(said, "is written again"), "so does the log");
	seep_events_stop(events);
	unlink(path);
}

/* A disk that is full in the middle of a line, as a limit of the file's size makes it. */
static void test_torn(void)
{
	const struct rlimit little = { 10, RLIM_INFINITY };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	const char *line = "{\"whole\":\"0123456789\"}\n";
	struct seep_sink sink;
	char wanted[128];
	bool first, second;

	seep_sink_start(&sink, path, say_nothing, NULL);
	seep_sink_look(&sink, now_ms);
	signal(SIGXFSZ, SIG_IGN);
	/* Within the limit nothing is printed: it holds for a file of that, too. */
	setrlimit(RLIMIT_FSIZE, &little);
	first = seep_sink_write(&sink, line, strlen(line), NOW_MS);
	second = seep_sink_write(&sink, line, strlen(line), NOW_MS);
	setrlimit(RLIMIT_FSIZE, &all);
	signal(SIGXFSZ, SIG_DFL);
	ok(!first, "a part fits");
	ok(!second, "then nothing");
	ok(seep_sink_write(&sink, line, strlen(line), NOW_MS), "then all");
	ok(seep_sink_write(&sink, line, strlen(line), NOW_MS), "and the next");
	snprintf(wanted, sizeof(wanted), "%.10s\n%s%s", line, line, line);
	is_str(text_at(path), wanted, "what was torn is a line of its own");
	seep_sink_stop(&sink);
	unlink(path);
}

static void test_nowhere(void)
{
	char keep[sizeof(path)];
	struct seep_events *events;

	memcpy(keep, path, sizeof(path));
	snprintf(path, sizeof(path), "%s/none/events", directory);
	events = open_events("");
	put_kinds(events, SEEP_NOTE_STATE, 1);
	seep_events_turn(events, false);
	ok(said_count == 1 && has(said, "No such file or directory"), "no directory: that is said");
	is_int(counted(events, 'f'), 1, "and counted");
	seep_events_stop(events);
	memcpy(path, keep, sizeof(path));
	seep_events_stop(NULL);
	seep_events_put(NULL, NULL);
	seep_events_read(NULL, NULL);
}

/* ---- sockets ---- */

static int listen_at(const char *at)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", at);
	ok(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "somebody listens");
	return fd;
}

static const char *received(int fd)
{
	static char text[SEEP_LINE_MAX];
	ssize_t got = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

static void test_socket(void)
{
	char target[80];
	struct seep_sink sink;
	unsigned taken = 0;
	int fd;

	snprintf(target, sizeof(target), "unix:%s", path);
	said_count = 0;
	seep_sink_start(&sink, target, say, NULL);
	ok(!seep_sink_write(&sink, "{}\n", 3, NOW_MS) && said_count == 1, "nobody listens: said");
	fd = listen_at(path);
	ok(seep_sink_write(&sink, "{}\n", 3, NOW_MS), "somebody does");
	is_str(received(fd), "{}\n", "and gets the line");
	while (taken < 100000 && seep_sink_write(&sink, "{}\n", 3, NOW_MS))
		taken++;
	ok(taken < 100000, "who does not read is not waited for: %u taken", taken);
	close(fd);
	unlink(path);
	ok(!seep_sink_write(&sink, "{}\n", 3, NOW_MS), "gone");
	fd = listen_at(path);
	ok(seep_sink_write(&sink, "{}\n", 3, NOW_MS), "and back again");
	close(fd);
	unlink(path);
	seep_sink_stop(&sink);
}

#define BURST 100

/* Takes a burst, a datagram each millisecond, until nothing has come for long. */
static void *read_slowly(void *context)
{
	const int *fd = context;
	struct pollfd polled = { .fd = *fd, .events = POLLIN };
	uintptr_t taken = 0;

	while (taken < BURST && poll(&polled, 1, 2000) == 1) {
		taken += received(*fd)[0] == '{';
		(void)poll(NULL, 0, 1);
	}
	return (void *)taken;
}

static void test_burst(void)
{
	unsigned taken = 0, more = 0;
	pthread_t reader;
	struct seep_sink sink;
	char target[80];
	void *read_of;
	int fd;

	snprintf(target, sizeof(target), "unix:%s", path);
	seep_sink_start(&sink, target, say, NULL);
	fd = listen_at(path);
	pthread_create(&reader, NULL, read_slowly, &fd);
	for (unsigned at = 0; at < BURST; at++) {
		/* Ten events a turn: one socket's worth at least, and what the reader takes. */
		if (at % 10 == 0)
			seep_sink_look(&sink, NOW_MS);
		taken += seep_sink_write(&sink, "{}\n", 3, NOW_MS);
	}
	pthread_join(reader, &read_of);
	is_int(taken, BURST, "a burst, faster than it is read: all is taken");
	is_int((uintptr_t)read_of, BURST, "and read");

	seep_sink_look(&sink, NOW_MS);
	while (more < 100000 && seep_sink_write(&sink, "{}\n", 3, NOW_MS))
		more++;
	ok(more < 100000 && sink.waits == 0,
	   "who reads no more is waited for until the look's end");
	seep_sink_look(&sink, NOW_MS);
	ok(!seep_sink_write(&sink, "{}\n", 3, NOW_MS) && sink.waits > 0,
	   "and then no more, until something is taken");
	ok(received(fd)[0] == '{' && seep_sink_write(&sink, "{}\n", 3, NOW_MS), "as now");
	ok(!seep_sink_write(&sink, "{}\n", 3, NOW_MS) && sink.waits == 0,
	   "so there is patience again");
	seep_sink_stop(&sink);
	close(fd);
	unlink(path);
}

static void test_syslog(void)
{
	struct seep_sink sink;
	char wanted[64];
	const char *text;
	int fd;

	seep_sink_start(&sink, "syslog", say, NULL);
	is_str(sink.path, "/dev/log", "syslog is /dev/log");
	snprintf(sink.path, sizeof(sink.path), "%s", path);
	fd = listen_at(path);
	setenv("TZ", "UTC", 1);
	tzset();
	ok(seep_sink_write(&sink, "{}\n", 3, NOW_MS), "a message");
	text = received(fd);
	snprintf(wanted, sizeof(wanted), "<29>Nov 14 22:13:20 seep[%ld]: {}", (long)getpid());
	is_str(text, wanted, "as RFC 3164 has it");
	seep_sink_stop(&sink);
	close(fd);
	unlink(path);
}

/* ---- refusals, audit, the thread ---- */

static void test_refused(void)
{
	struct seep_events *events = open_events("");
	const struct wire wire = wire_of("x.evil.example");
	struct seep_observation observation = query_of(9, &wire, NOW_MS);
	const struct seep_name name = { .bytes = wire.bytes,
					.size = (uint8_t)wire.size,
					.domain_at = 2 };
	struct seep_reservation reservation = { .user_key = 5,
						.domain_key = 6,
						.verdict = { SEEP_REFUSE, SEEP_METER_USER } };
	struct seep_refusal refusal = { .observation = &observation,
					.name = &name,
					.reservation = &reservation };

	for (unsigned at = 0; at < 100; at++)
		seep_events_refused(events, &refusal);
	refusal.is_stale = true;
	seep_events_refused(events, &refusal);
	refusal.is_stale = false;
	reservation.user_key++;
	seep_events_refused(events, &refusal);
	reservation.domain_key++;
	seep_events_refused(events, &refusal);
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "query-refused"), 3, "one of each user and domain");
	is_int(count_in(text_at(path), "query-stale"), 1, "and of old answers");
	now_ms += SEEP_REPEATS_MS + 1000;
	seep_events_turn(events, false);
	is_int(count_in(text_at(path), "query-refused"), 4,
	       "an hour later one of those that went on");
	is_int(count_in(text_at(path), "\"count\":99,\"since\":"), 1, "with their number");
	seep_events_stop(events);
	unlink(path);
}

static void test_audit(void)
{
	struct seep_events *events = open_events("privacy: pseudonyms\n");
	const struct seep_address client = address_v4(5);
	const struct wire wire = wire_of("reputation.example");
	struct seep_audit audit = { .kind = SEEP_NOTE_ALLOW,
				    .operator_name = "uid 1000",
				    .name = wire.bytes,
				    .name_size = wire.size,
				    .reason = "until 2024-01-01" };

	seep_events_audit(events, &audit);
	audit = (struct seep_audit){
		.kind = SEEP_NOTE_CLEAR, .operator_name = "", .client = &client, .reason = ""
	};
	seep_events_audit(events, &audit);
	audit = (struct seep_audit){ .kind = SEEP_NOTE_LEARN_END,
				     .operator_name = "root",
				     .reason = "" };
	seep_events_audit(events, &audit);
	seep_events_audit(NULL, &audit);
	seep_events_turn(events, false);
	ok(has(text_at(path), "\"action\":\"operator-allow\"") &&
		   has(text_at(path), "\"reason\":\"until 2024-01-01\"") &&
		   has(text_at(path), "\"user\":{\"name\":\"uid 1000\"}") &&
		   has(text_at(path), "\"registered_domain\":\"reputation.example\""),
	   "allow: who, what and why");
	ok(has(text_at(path), "\"action\":\"operator-clear\"") &&
		   has(text_at(path), "\"user\":{\"hash\":\"u-") &&
		   !strstr(text_at(path), "10.0.0"),
	   "clear: whom, by pseudonym");
	ok(has(text_at(path), "\"action\":\"operator-learn-end\""), "learn end");
	seep_events_stop(events);
	unlink(path);
}

static unsigned logged;

static void log_note(void *context, const struct seep_note *note, const struct seep_people *people)
{
	(void)context, (void)people;
	logged += note->kind == SEEP_NOTE_FLAGGED;
}

static uint64_t real_ms(void *context)
{
	struct timespec time;

	(void)context;
	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void test_thread(void)
{
	char whole[128];
	struct seep_conf conf;
	const struct seep_events_setup setup = {
		.conf = &conf, .wall_ms = real_ms, .passed_ms = real_ms, .say = say, .log = log_note
	};
	struct seep_events *events;
	struct seep_note note;

	snprintf(whole, sizeof(whole), "event-log: \"%s\"\n", path);
	conf = conf_of(whole);
	events = seep_events_open(&setup);
	put_kinds(events, SEEP_NOTE_STARTED, 1);
	ok(seep_events_start(events, &installation), "the thread starts");
	for (unsigned turn = 0; turn < 100 && !counted(events, 'w'); turn++)
		usleep(50000);
	is_int(count_in(text_at(path), "\"started\""), 1, "what was put before is written");
	seep_note_start(&note, SEEP_NOTE_FLAGGED, NOW_MS);
	note.is_for_log = true;
	note.meter = SEEP_METER_USER;
	note.client = address_v4(1);
	seep_events_put(events, &note);
	seep_events_stop(events);
	is_int(count_in(text_at(path), "meter-flagged"), 1, "what is left is written at the stop");
	is_int(count_in(text_at(path), "\"stopped\""), 1, "and an end");
	is_int(logged, 1, "what is for the log comes there, too");
	unlink(path);
	conf.event_log[0] = '\0';
	events = seep_events_open(&setup);
	ok(seep_events_start(events, &installation), "without a target there is the log alone");
	seep_events_put(events, &note);
	seep_events_stop(events);
	is_int(logged, 2, "the log gets it");
	ok(access(path, F_OK) != 0, "and nothing is written");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	directory_make(directory);
	snprintf(path, sizeof(path), "%s/events", directory);
	snprintf(moved, sizeof(moved), "%s.1", path);
	tap_run(test_line);
	tap_run(test_times);
	tap_run(test_escape);
	tap_run(test_longest);
	tap_run(test_pseudonyms);
	tap_run(test_notes);
	tap_run(test_queue);
	tap_run(test_putters);
	tap_run(test_repeats);
	tap_run(test_rate);
	tap_run(test_overflow);
	tap_run(test_rotation);
	tap_run(test_full_disk);
	tap_run(test_torn);
	tap_run(test_nowhere);
	tap_run(test_socket);
	tap_run(test_burst);
	tap_run(test_syslog);
	tap_run(test_refused);
	tap_run(test_audit);
	tap_run(test_thread);
	directory_remove(directory);
	return done();
}
