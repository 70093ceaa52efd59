/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists that change while queries go on: what is in force then, what is said, and that nobody reads
 * what is gone; to be run under ThreadSanitizer too.
 */
#include "fixture_engine.h"
#include "engine/change.h"
#include "engine/explain.h"
#include "engine/watch.h"
#include "packing.h"
#include "suffix_text.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKERS 3
#define CHANGES 60

static const struct seep_hash_key key = { .bytes = "watch", .rounds = SEEP_HASH_1_3 };
static char directory[200];

static const char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned at;
	char *path = paths[at++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const void *bytes, size_t size)
{
	FILE *file = fopen(path_of(name), "w");

	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
		ok(false, "write %s", path_of(name));
}

/* As an operator's job does it, by a new file that is renamed: the inode is another each time. */
static void put_text(const char *name, const char *text)
{
	char next[256];

	snprintf(next, sizeof(next), "%s", path_of("next"));
	put("next", text, strlen(text));
	if (rename(next, path_of(name)) != 0)
		ok(false, "rename to %s", path_of(name));
}

/* An engine with lists, and what was said of them. */
struct watched {
	struct rig rig;
	struct seep_lists lists;
	struct seep_watch_setup setup;
	unsigned said, noted;
	char problem[SEEP_CONF_ERROR_SIZE];
	char consequence[2048];
	char note[512];
};

static void take_said(void *context, const char *problem, const char *consequence)
{
	struct watched *watched = context;

	watched->said++;
	snprintf(watched->problem, sizeof(watched->problem), "%s", problem);
	snprintf(watched->consequence, sizeof(watched->consequence), "%s", consequence);
}

static void take_note(void *context, const char *text)
{
	struct watched *watched = context;

	watched->noted++;
	snprintf(watched->note, sizeof(watched->note), "%s", text);
}

static void begin(struct watched *watched, const char *beside, unsigned threads)
{
	struct seep_conf_error error;
	struct seep_engine_setup setup = { .key = key, .threads = threads, .when_ms = NOW_MS };
	enum seep_passthrough why;
	char conf[1024];

	memset(watched, 0, sizeof(*watched));
	snprintf(conf, sizeof(conf),
		 "%smemory-size: 1m\nallow-domain: own.com\nallow-list: %s\nallow-list: %s\n"
		 "common-list: %s\n",
		 USER_ONLY, path_of("one"), path_of("two"), path_of("top"));
	if (access(path_of("psl"), F_OK) == 0)
		snprintf(conf + strlen(conf), sizeof(conf) - strlen(conf),
			 "public-suffix-list: %s\n", path_of("psl"));
	if (seep_conf_parse(&watched->rig.conf, conf, strlen(conf), "seep.conf", &error) !=
	    SEEP_CONF_OK)
		ok(false, "seep.conf: %s", error.text);
	watched->setup.lists = &watched->lists;
	watched->setup.source = (struct seep_lists_setup){ .conf = &watched->rig.conf,
							   .conf_name = "seep.conf",
							   .key = &key,
							   .beside = beside,
							   .say = take_said,
							   .note = take_note,
							   .context = watched };
	ok(seep_lists_open(&watched->lists, &watched->setup.source), "lists are opened");
	setup.conf = &watched->rig.conf;
	setup.lists = seep_watch_lists(&watched->lists);
	watched->rig.now_ms = NOW_MS;
	watched->rig.engine = watched->setup.engine = seep_engine_create(&setup, &why);
	watched->rig.thread = seep_engine_thread(watched->rig.engine);
}

static void end(struct watched *watched)
{
	seep_engine_destroy(watched->rig.engine);
	seep_lists_close(&watched->lists);
	seep_conf_release(&watched->rig.conf);
}

/* A change is seen at the second look: at the first it may be being written. */
static bool look_twice(struct watched *watched)
{
	bool first = seep_watch_look(&watched->setup);

	return !first && seep_watch_look(&watched->setup);
}

static bool is_allowed(struct seep_thread *thread, const char *text)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(1, &wire, NOW_MS);
	struct seep_reservation reservation;
	struct seep_name name;
	struct seep_verdict verdict = seep_engine_ask(thread, &observation, &reservation, &name);

	if (verdict.outcome != SEEP_REFUSE)
		seep_engine_release(thread, &reservation);
	return reservation.class == SEEP_CLASS_ALLOWED;
}

/* The same, as it is explained to an operator. */
static bool is_explained_allowed(struct seep_engine *engine, const char *text)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(1, &wire, NOW_MS);
	struct seep_explanation explanation;

	seep_engine_explain(engine, &observation, &explanation);
	return explanation.class == SEEP_CLASS_ALLOWED;
}

static void is_in_force(struct watched *watched, const char *name, bool wanted, const char *text)
{
	is_bool(is_allowed(watched->rig.thread, name), wanted, "%s: %s", text, name);
	is_bool(is_explained_allowed(watched->rig.engine, name), wanted, "explained so");
}

static void put_all(void)
{
	put_text("one", "first.com\nboth.com\n");
	put_text("two", "# none\n");
	put_text("top", "1,common.com\n");
}

static void remove_all(void)
{
	unlink(path_of("one"));
	unlink(path_of("two"));
	unlink(path_of("top"));
}

static void test_change(void)
{
	struct watched watched;

	put_all();
	begin(&watched, "", 1);
	is_in_force(&watched, "x.first.com", true, "at the start");
	is_in_force(&watched, "later.com", false, "at the start");
	for (unsigned i = 0; i < 3; i++)
		is_bool(seep_watch_look(&watched.setup), false, "nothing has changed");
	put_text("two", "later.com\n");
	is_bool(seep_watch_look(&watched.setup), false, "what may be being written is not read");
	is_in_force(&watched, "later.com", false, "not yet");
	is_bool(seep_watch_look(&watched.setup), true, "what stays the same is");
	is_in_force(&watched, "later.com", true, "changed");
	is_in_force(&watched, "first.com", true, "changed: the other list is as before");
	is_in_force(&watched, "own.com", true, "changed: seep.conf is as before");
	is_int(watched.said, 0, "nothing is said to be wrong");
	is_int(watched.noted, 1, "the change is noted");
	ok(strstr(watched.note, "allow-list: ") &&
		   strstr(watched.note, "two has changed, and is in force now, with 1 domain"),
	   "by its file: %s", watched.note);
	put_text("one", "both.com\n");
	is_bool(look_twice(&watched), true, "a name is taken off");
	is_in_force(&watched, "x.first.com", false, "taken off");
	is_in_force(&watched, "both.com", true, "taken off: the rest stays");
	end(&watched);
	remove_all();
}

/* Size, time and inode: each is seen alone. */
static void test_signs(void)
{
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct watched watched;

	put_all();
	utimensat(AT_FDCWD, path_of("one"), times, 0);
	begin(&watched, "", 1);
	put("one", "fresh.com\nboth.com\n", 19); /* in place, of the same size */
	is_bool(look_twice(&watched), true, "another time is seen");
	is_in_force(&watched, "fresh.com", true, "another time");
	utimensat(AT_FDCWD, path_of("one"), times, 0);
	is_bool(look_twice(&watched), true, "an earlier time is one, too");
	put("one", "fresher.com\n", 12);
	utimensat(AT_FDCWD, path_of("one"), times, 0);
	is_bool(look_twice(&watched), true, "another size is seen");
	is_in_force(&watched, "fresher.com", true, "another size");
	put_text("one", "freshes.com\n");
	utimensat(AT_FDCWD, path_of("one"), times, 0);
	is_bool(look_twice(&watched), true, "another inode is seen");
	is_in_force(&watched, "freshes.com", true, "another inode");
	is_bool(look_twice(&watched), false, "and then nothing more");
	end(&watched);
	remove_all();
}

/* What cannot be used stays as it was, and is said once. */
static void test_bad(void)
{
	char wanted[1024];
	struct watched watched;

	put_all();
	begin(&watched, "", 1);
	put_text("one", "new.com\nfirst.com oops\n");
	is_bool(look_twice(&watched), true, "a bad list is read");
	is_in_force(&watched, "first.com", true, "bad: the last good one");
	is_in_force(&watched, "new.com", false, "bad: nothing of it");
	snprintf(wanted, sizeof(wanted),
		 "%s:2: \"oops\" after the name: expected one domain name a line", path_of("one"));
	is_str(watched.problem, wanted, "bad: said by file and line");
	ok(strncmp(watched.consequence, "its last good contents, of 20", 29) == 0 &&
		   strstr(watched.consequence, "stay in force: mend the file"),
	   "bad: what is in force: %s", watched.consequence);
	is_int(rig_stat(&watched.rig, "lists.kept"), 1, "bad: counted");
	is_int(watched.noted, 0, "bad: nothing is noted as in force");
	for (unsigned i = 0; i < 4; i++)
		seep_watch_look(&watched.setup);
	is_int(watched.said, 1, "bad: said once");
	unlink(path_of("one"));
	is_bool(look_twice(&watched), true, "a list that goes is seen");
	ok(strstr(watched.problem, "seep.conf:") && strstr(watched.problem, "No such file"),
	   "gone: said: %s", watched.problem);
	is_in_force(&watched, "first.com", true, "gone: the last good one");
	put_text("one", "new.com\n");
	look_twice(&watched);
	is_in_force(&watched, "new.com", true, "mended");
	is_in_force(&watched, "first.com", false, "mended: not what was before");
	is_int(rig_stat(&watched.rig, "lists.kept"), 0, "mended: counted");
	is_int(watched.said, 2, "mended: nothing is said to be wrong");
	end(&watched);
	remove_all();
}

/* A list that was missing at the start comes into force when it comes. */
static void test_late(void)
{
	struct watched watched;

	put_all();
	unlink(path_of("one"));
	begin(&watched, path_of("state"), 1);
	is_int(rig_stat(&watched.rig, "lists.missing"), 1, "late: missing at first");
	put_text("one", "late.com\n");
	look_twice(&watched);
	is_in_force(&watched, "late.com", true, "late");
	is_int(rig_stat(&watched.rig, "lists.missing"), 0, "late: not missing any more");
	end(&watched);
	put_text("one", "?\n");
	begin(&watched, path_of("state"), 1);
	is_in_force(&watched, "late.com", true, "its copy was kept, for a start with a bad file");
	end(&watched);
	seep_conf_parse(&watched.rig.conf, "", 0, "seep.conf",
			&(struct seep_conf_error){ .line = 0 });
	seep_lists_open(&watched.lists, &watched.setup.source);
	seep_lists_close(&watched.lists);
	seep_conf_release(&watched.rig.conf);
	remove_all();
}

static uint64_t share_of(struct watched *watched, const char *domain)
{
	struct seep_reservation held;

	rig_ask(&watched->rig, 1, rig_fresh(&watched->rig, domain), &held);
	seep_engine_release(watched->rig.thread, &held);
	return held.charge_mbit / held.user_charge_mbit;
}

static void test_common(void)
{
	static const char top[] = "1,common.com\n2,x.hosted.com\n";
	struct packing packed = { .size = 0 };
	struct watched watched;

	put_all();
	begin(&watched, "", 1);
	is_int(share_of(&watched, "common.com"), 4, "at the start it is common");
	packing_add_gzip(&packed, top, strlen(top));
	put("top", packed.bytes, packed.size);
	look_twice(&watched);
	is_int(share_of(&watched, "hosted.com"), 4, "after a change hosted.com is");
	ok(strstr(watched.note, "with 2 domains"), "noted: %s", watched.note);
	put_text("top", "1,other.com\n");
	look_twice(&watched);
	is_int(share_of(&watched, "common.com"), 1, "it is on the list no more");
	is_int(share_of(&watched, "other.com"), 4, "another one is");
	end(&watched);
	free(packed.bytes);
	remove_all();
}

/* Other public suffixes: names split by them, and the common-list is read again by them. */
static void test_suffixes(void)
{
	struct watched watched;
	size_t size, more_size;
	char *text = suffix_text("some.example\n", &size);
	char *more = suffix_text("hosted.com\n", &more_size);

	put_all();
	put_text("top", "2,a.hosted.com\n");
	put("psl", text, size);
	begin(&watched, "", 1);
	is_int(share_of(&watched, "b.hosted.com"), 4, "hosted.com is one common domain");
	put("psl", more, 3000);
	look_twice(&watched);
	is_int(watched.said, 1, "a damaged list of suffixes is said");
	is_int(share_of(&watched, "b.hosted.com"), 4, "and that changes nothing");
	put("psl", more, more_size);
	look_twice(&watched);
	is_int(share_of(&watched, "b.hosted.com"), 1, "hosted.com has become a suffix: b is rare");
	is_int(share_of(&watched, "a.hosted.com"), 4, "and a is common");
	ok(strstr(watched.note, "psl has changed, and is in force now"), "noted: %s", watched.note);
	end(&watched);
	free(text);
	free(more);
	unlink(path_of("psl"));
	remove_all();
}

/* Queries go on while lists are replaced: each goes by one list or the other, whole. */
struct worker {
	pthread_t id;
	struct seep_thread *thread;
	const atomic_bool *ended;
	unsigned long asked, wrong;
};

static void *work(void *context)
{
	struct worker *worker = context;

	while (!atomic_load(worker->ended) || !worker->asked) {
		worker->wrong += !is_allowed(worker->thread, "x.both.com");
		worker->wrong += !is_allowed(worker->thread, "own.com");
		worker->wrong += is_allowed(worker->thread, "neither.com");
		(void)is_allowed(worker->thread, "first.com");
		worker->asked++;
	}
	return NULL;
}

/* The control socket's thread and that of rpz-file, beside them. */
struct guest_worker {
	pthread_t id;
	struct seep_engine *engine;
	const atomic_bool *ended;
	bool lists_spent; /* else it explains, and clears */
	unsigned long wrong;
};

static void *work_as_guest(void *context)
{
	struct guest_worker *worker = context;
	uint8_t room[1][SEEP_DOMAIN_TEXT_BYTES];
	const struct wire wire = wire_of("x.both.com");
	struct seep_spent spent = { .domains = room, .room = 1 };
	struct seep_cleared cleared;

	while (!atomic_load(worker->ended)) {
		if (worker->lists_spent) {
			seep_engine_list_spent(worker->engine, NOW_MS, &spent);
			worker->wrong += spent.count;
			continue;
		}
		worker->wrong += !is_explained_allowed(worker->engine, "x.both.com");
		worker->wrong += is_explained_allowed(worker->engine, "neither.com");
		worker->wrong += seep_engine_clear_domain(worker->engine, wire.bytes, wire.size,
							  NOW_MS, &cleared);
	}
	return NULL;
}

static void test_threads(void)
{
	struct worker workers[WORKERS];
	struct guest_worker guests[2];
	static atomic_bool ended;
	struct watched watched;
	unsigned changes = 0;

	put_all();
	begin(&watched, "", WORKERS + 1);
	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ .thread = seep_engine_thread(watched.rig.engine),
					      .ended = &ended };
		pthread_create(&workers[i].id, NULL, work, &workers[i]);
	}
	for (unsigned i = 0; i < COUNT(guests); i++) {
		guests[i] = (struct guest_worker){ .engine = watched.rig.engine,
						   .ended = &ended,
						   .lists_spent = i == 0 };
		pthread_create(&guests[i].id, NULL, work_as_guest, &guests[i]);
	}
	for (unsigned i = 0; i < CHANGES; i++) {
		put_text("one", i % 2 ? "first.com\nboth.com\n" : "second.com\nboth.com\n");
		put_text("top", i % 2 ? "1,both.com\n" : "1,first.com\n2,neither.com\n");
		changes += look_twice(&watched);
		rig_stat(&watched.rig, "memory.bytes");
		is_bool(is_allowed(watched.rig.thread, "second.com"), i % 2 == 0, "change %u", i);
	}
	atomic_store(&ended, true);
	for (unsigned i = 0; i < WORKERS; i++) {
		pthread_join(workers[i].id, NULL);
		is_int(workers[i].wrong, 0, "thread %u: %lu rounds of queries, none in between", i,
		       workers[i].asked);
	}
	for (unsigned i = 0; i < COUNT(guests); i++) {
		pthread_join(guests[i].id, NULL);
		is_int(guests[i].wrong, 0, "nor of who is no query: %u", i);
	}
	is_int(changes, CHANGES, "every change was taken");
	end(&watched);
	remove_all();
}

/* The thread itself: a change is in force within seconds, and it ends at once. */
static void test_thread(void)
{
	struct timespec moment = { .tv_nsec = 100000000 };
	struct watched watched;
	struct seep_watch *watch;
	unsigned waited = 0;

	put_all();
	begin(&watched, "", 1);
	watch = seep_watch_start(&watched.setup);
	ok(watch != NULL, "the watch starts");
	put_text("one", "soon.com\n");
	while (!is_allowed(watched.rig.thread, "soon.com") && waited++ < 150)
		nanosleep(&moment, NULL);
	ok(waited > 10 && waited < 100, "a change is in force after %u tenths of a second", waited);
	seep_watch_stop(watch);
	end(&watched);
	seep_watch_stop(NULL);
	remove_all();
}

int main(int argc, char **argv)
{
	const char *temporary = getenv("TMPDIR");

	tap_begin(argc, argv);
	snprintf(directory, sizeof(directory), "%.150s/seep-unit-watch-XXXXXX",
		 temporary ? temporary : "/tmp");
	if (!mkdtemp(directory)) {
		perror(directory);
		return 1;
	}
	tap_run(test_change);
	tap_run(test_signs);
	tap_run(test_bad);
	tap_run(test_late);
	tap_run(test_common);
	tap_run(test_suffixes);
	tap_run(test_threads);
	tap_run(test_thread);
	ok(rmdir(directory) == 0, "nothing is left in %s", directory);
	return done();
}
