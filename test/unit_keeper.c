/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keeper at work beside queries: journal and checkpoints, the end and the next start; to be run
 * under ThreadSanitizer too. Takes some seconds: its clock is the real one.
 */
#include "engine/change.h"
#include "state/keeper_own.h"
#include "meter/budget.h"
#include "fixture.h"
#include "state/file.h"
#include "state/view.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CONF \
	"learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\nnetwork-budget: 1g\nmemory-size: 1m\n"

#define OTHER \
	"learning: 0\nuser-budget: 500\nuser-refill: 0\ndomain-budget: 1g\nnetwork-budget: 1g\nmemory-size: 1m\n"

static char directory[] = "/tmp/seep-unit-keeper-XXXXXX";
static char path[SEEP_STATE_NAME_SIZE];
static atomic_uint problems;

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return NOW_MS + (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ clock_ms(), clock_ms() };
}

static void say(void *context, bool problem, const char *text)
{
	(void)context;
	atomic_fetch_add(&problems, problem);
	printf("# %s\n", text);
}

/* What the statistics say of the file. */
static struct seep_gauges shown(const struct seep_keeper *keeper, const struct rig *rig)
{
	struct seep_gauges gauges = { 0 };

	seep_keeper_read(keeper, rig->now_ms, &gauges);
	return gauges;
}

static struct seep_keeper *open_keeper_every(uint64_t checkpoint_s, uint64_t nonce,
					     struct seep_keeper_found *found)
{
	const struct seep_keeper_setup setup = { .path = path,
						 .checkpoint_s = checkpoint_s,
						 .nonce = nonce,
						 .wall_ms = NOW_MS,
						 .now = now,
						 .say = say };

	return seep_keeper_open(&setup, found);
}

static struct seep_keeper *open_keeper(uint64_t nonce, struct seep_keeper_found *found)
{
	return open_keeper_every(1, nonce, found);
}

static ino_t inode_of_file(void)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_ino : 0;
}

static void pause_ms(unsigned ms)
{
	const struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&time, NULL);
}

/* A rig whose time is the keeper's. */
static void open_rig(struct rig *rig, unsigned threads)
{
	rig_open_with(rig, CONF, threads, NULL, NULL);
	rig->now_ms = clock_ms();
}

static void send(struct seep_thread *thread, uint32_t user, uint64_t name)
{
	char text[128];
	struct seep_reservation reservation;
	struct seep_name split;

	snprintf(text, sizeof(text), "a-secret-of-some-length-%" PRIx64 ".d%u.example", name, user);
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(user, &wire, clock_ms());

	if (seep_engine_ask(thread, &observation, &reservation, &split).outcome != SEEP_REFUSE)
		seep_engine_commit(thread, &reservation, observation.when_ms);
}

struct worker {
	pthread_t id;
	struct rig *rig;
	uint32_t user;
	uint64_t until_ms;
};

static void *work(void *context)
{
	struct worker *worker = context;
	struct seep_thread *thread = seep_engine_thread(worker->rig->engine);
	uint64_t seed = worker->user;

	while (clock_ms() < worker->until_ms)
		send(thread, worker->user + (uint32_t)(random_next(&seed) % 20),
		     random_next(&seed));
	return NULL;
}

static void test_beside_queries(void)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper(1, &found);
	struct worker workers[2];
	struct seep_state_reader reader;
	char old[SEEP_STATE_NAME_SIZE];
	struct rig rig, next;
	unsigned long long users, spent;

	ok(keeper && !found.found, "nothing is found at first");
	open_rig(&rig, 4);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_start(keeper, rig.engine);
	is_int(shown(keeper, &rig).state, SEEP_STATE_KEPT, "it is kept");
	for (unsigned i = 0; i < COUNT(workers); i++) {
		workers[i] = (struct worker){ .rig = &rig,
					      .user = 1 + 30 * i,
					      .until_ms = clock_ms() + 3500 };
		pthread_create(&workers[i].id, NULL, work, &workers[i]);
	}
	for (unsigned i = 0; i < COUNT(workers); i++)
		pthread_join(workers[i].id, NULL);
	rig.now_ms = clock_ms();
	is_int(shown(keeper, &rig).state, SEEP_STATE_KEPT, "after three checkpoints it is");
	ok(shown(keeper, &rig).state_age <= 2, "a second ago");
	ok(shown(keeper, &rig).state_bytes > 1000, "in a file of some size");
	users = rig_stat(&rig, "users");
	spent = rig_stat(&rig, "users.spent");
	ok(spent > 10, "users have spent their budgets");
	seep_keeper_stop(keeper);
	rig_close(&rig);
	seep_state_name(old, path, ".old");
	ok(seep_state_verify(&reader, old) == SEEP_STATE_OPENED, "the generation before is whole");
	seep_state_close(&reader);
	ok(seep_state_verify(&reader, path) == SEEP_STATE_OPENED && !reader.fault &&
		   !reader.progress.owner.pid,
	   "the file is, and was ended well");
	seep_state_close(&reader);
	seep_state_name(old, path, ".new");
	ok(access(old, F_OK) != 0, "nothing is left over");

	keeper = open_keeper(2, &found);
	ok(found.found, "the next start finds it");
	open_rig(&next, 1);
	seep_keeper_restore(keeper, next.engine, clock_ms());
	is_int(rig_stat(&next, "users"), users, "with all users");
	is_int(rig_stat(&next, "users.spent"), spent, "those who were spent are");
	seep_keeper_start(keeper, next.engine);
	seep_keeper_stop(keeper);
	rig_close(&next);
	is_int(atomic_load(&problems), 0, "nothing went wrong");
}

/* Another process, alive, adds to the file, or has stopped to: whose is it? */
static void check_owners(bool grows)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper;
	struct seep_state_owner owner = { .nonce = 7 };
	struct {
		struct seep_state_frame frame;
		struct seep_state_owner owner;
	} bytes = { .frame = { .type = SEEP_STATE_OWNER, .bytes = sizeof(owner) } };
	struct seep_state_reader reader;
	struct seep_hash_key key;
	struct rig rig;
	pid_t child = fork();
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (!child)
		for (;;) {
			pause_ms(300);
			if (grows && write(fd, "x", 1) < 0)
				_exit(1);
		}
	seep_state_verify(&reader, path);
	owner.pid = (uint64_t)child;
	bytes.owner = owner;
	key = seep_state_key(&reader.header);
	bytes.frame.checksum = seep_hash_bytes(&key, &bytes, sizeof(bytes));
	ok(write(fd, &bytes, sizeof(bytes)) == sizeof(bytes), "a child has taken the file");
	close(fd);
	seep_state_close(&reader);
	keeper = open_keeper(3, &found);
	is_bool(found.found, !grows, grows ? "it is at work: left to it" : "it sleeps: taken over");
	open_rig(&rig, 1);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_start(keeper, rig.engine);
	is_int(shown(keeper, &rig).state, grows ? SEEP_STATE_OTHER : SEEP_STATE_KEPT, "seep.state");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	seep_keeper_stop(keeper);
	rig_close(&rig);
}

/* A worker that was forked leaves its parent's file alone. */
static void test_forked(void)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper(4, &found);
	struct rig rig;
	int status = -1;
	pid_t child;

	open_rig(&rig, 1);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_start(keeper, rig.engine);
	child = fork();
	if (!child) {
		alarm(5);
		seep_keeper_stop(keeper);
		_exit(0);
	}
	waitpid(child, &status, 0);
	is_int(status, 0, "a forked worker's stop does not wait for a thread that it has not");
	seep_keeper_stop(keeper);
	rig_close(&rig);
}

/* The user's budget that the file tells. */
static uint64_t told_budget(void)
{
	struct seep_state_reader reader;
	uint64_t budget = 0;

	if (seep_state_verify(&reader, path) == SEEP_STATE_OPENED)
		budget = reader.header.user_budget_mbit;
	seep_state_close(&reader);
	return budget;
}

/* Starts on CONF, and ends after MS. */
static void run_on(const char *conf, unsigned ms)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper_every(300, 5, &found);
	struct rig rig;

	rig_open_with(&rig, conf, 1, NULL, NULL);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_start(keeper, rig.engine);
	for (unsigned i = 0; i < ms; i += 10) {
		pause_ms(10);
		if (told_budget() == rig.conf.user_budget_bytes * 8000)
			break;
	}
	seep_keeper_stop(keeper);
	rig_close(&rig);
}

/* Whoever reads the file sees the budgets that hold, not those of the last checkpoint. */
static void test_other_budgets(void)
{
	ino_t inode;

	run_on(CONF, 0);
	is_int(told_budget(), 8000000, "the file tells the budget");
	run_on(OTHER, 5000);
	is_int(told_budget(), 4000000, "another budget is told soon");
	inode = inode_of_file();
	run_on(OTHER, 0);
	is_int(inode_of_file(), inode, "the same once more: the file is added to");
}

static char last_said[512];

static void say_last(void *context, bool problem, const char *text)
{
	(void)context;
	(void)problem;
	snprintf(last_said, sizeof(last_said), "%s", text);
	printf("# %s\n", text);
}

/* A file of a later version, or of none, is set aside as it is, and the message names both. */
static void check_version(uint32_t version)
{
	const struct seep_keeper_setup setup = { .path = path,
						 .checkpoint_s = 300,
						 .nonce = 9,
						 .wall_ms = NOW_MS,
						 .now = now,
						 .say = say_last };
	struct seep_keeper_found found;
	char name[SEEP_STATE_NAME_SIZE], text[64];
	struct stat before, after;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	seep_state_name(name, path, ".old");
	unlink(name);
	ok(fd >= 0 && fstat(fd, &before) == 0 &&
		   pwrite(fd, &version, sizeof(version),
			  offsetof(struct seep_state_header, version)) == sizeof(version),
	   "a file of version %" PRIu32, version);
	close(fd);
	seep_keeper_stop(seep_keeper_open(&setup, &found));
	ok(!found.found, "is not taken");
	snprintf(text, sizeof(text), "it has format version %" PRIu32 ", this Seep reads 1",
		 version);
	ok(strstr(last_said, text) && strstr(last_said, "set aside as "),
	   "the message names both versions");
	snprintf(name, sizeof(name), "%s", strstr(last_said, "set aside as ") + 13);
	ok(stat(name, &after) == 0 && after.st_ino == before.st_ino &&
		   after.st_size == before.st_size && access(path, F_OK) != 0,
	   "it is set aside whole");
	ok(rename(name, path) == 0, "and can be put back");
}

/* Copies the older file to where one is kept, and takes away what was kept before. */
static bool put_version_1(void)
{
	char name[SEEP_STATE_NAME_SIZE];
	unsigned char bytes[65536];
	FILE *from = fopen(source_path(VERSION_1_FILE), "rb");
	FILE *to = fopen(path, "wb");
	size_t size = from ? fread(bytes, 1, sizeof(bytes), from) : 0;
	bool put = size && to && fwrite(bytes, 1, size, to) == size;

	seep_state_name(name, path, ".old");
	unlink(name);
	if (from)
		fclose(from);
	return to && fclose(to) == 0 && put;
}

/* Starts on the file; how many of the names that it knew are known. */
static unsigned run_version_1(const char *text, uint64_t nonce)
{
	static const char *const names[] = { "portal.d0.example", "portal.d1.example",
					     "news.d0.example" };
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper_every(300, nonce, &found);
	struct rig rig;
	unsigned known = 0;

	ok(found.found && found.key.rounds == SEEP_HASH_2_4, "%s: found, with SipHash-2-4", text);
	rig_open_hashed(&rig, VERSION_1_CONF, &found.key);
	rig.now_ms = clock_ms();
	seep_keeper_restore(keeper, rig.engine, rig.now_ms);
	is_int(rig_stat(&rig, "users.spent"), 1, "%s: who was spent is", text);
	seep_keeper_start(keeper, rig.engine);
	is_int(shown(keeper, &rig).state, SEEP_STATE_KEPT, "%s: it is kept", text);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct wire wire = wire_of(names[i]);
		struct seep_observation observation = query_of(5, &wire, rig.now_ms);
		struct seep_reservation reservation;
		struct seep_name split;

		seep_engine_ask(rig.thread, &observation, &reservation, &split);
		seep_engine_release(rig.thread, &reservation);
		known += reservation.class == SEEP_CLASS_KNOWN;
	}
	send(rig.thread, 700 + (uint32_t)nonce, 1);
	seep_keeper_stop(keeper);
	rig_close(&rig);
	return known;
}

/* A file of before SipHash-1-3 is gone on with, and its key and hashes stay what they are. */
static void test_version_1(void)
{
	struct seep_state_reader reader;

	if (!HAS_VERSION_1) {
		skip("the file is of the other byte order");
		return;
	}
	ok(put_version_1(), "a file of before SipHash-1-3");
	is_int(run_version_1("a first start", 20), 3, "its names are known");
	is_int(run_version_1("a second", 21), 3, "they are still");
	is_int(seep_state_verify(&reader, path), SEEP_STATE_OPENED, "it is whole");
	is_int(reader.header.flags & SEEP_STATE_HASH_1_3, 0, "with the hash that it had");
	seep_state_close(&reader);
}

static unsigned told_units(void)
{
	struct seep_state_reader reader;
	unsigned units = 0;

	if (seep_state_verify(&reader, path) == SEEP_STATE_OPENED)
		units = reader.header.new_units;
	seep_state_close(&reader);
	return units;
}

/* So do they see what learning found, once it is over. */
static void test_learned_is_told(void)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper_every(300, 8, &found);
	struct rig rig;

	rig_open_with(&rig, "learning: 1s\nmemory-size: 1m\n", 1, NULL, NULL);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_start(keeper, rig.engine);
	for (unsigned i = 0; i < 500 && !told_units(); i++)
		pause_ms(10);
	is_int(told_units(), SEEP_BUDGET_NEW, "learning is over: a newcomer's budget is told soon");
	seep_keeper_stop(keeper);
	rig_close(&rig);
}

/* The level of a user's meter as the file has it, in thousandths of a bit. */
static uint64_t told_level(uint32_t user)
{
	struct seep_state_reader reader;
	struct seep_address address = address_v4(user);
	struct seep_view_row saved;
	uint64_t level = 0;

	if (seep_state_open(&reader, path) != SEEP_STATE_OPENED)
		return 0;
	while (seep_state_next(&reader)) {
		size_t step = reader.header.user_bytes;

		for (size_t at = 0;
		     reader.frame->type == SEEP_STATE_USERS && at < reader.frame->bytes; at += step)
			if (seep_view_user(&saved, &reader.header,
					   (const char *)(reader.frame + 1) + at,
					   clock_ms() / 1000) &&
			    memcmp(&saved.address, &address, sizeof(address)) == 0)
				level = saved.meter.level_mbit;
	}
	seep_state_close(&reader);
	return level;
}

static bool is_written(const char *ending)
{
	struct seep_state_reader reader;
	char name[SEEP_STATE_NAME_SIZE];
	bool written;

	seep_state_name(name, path, ending);
	written = seep_state_verify(&reader, name) == SEEP_STATE_OPENED;
	seep_state_close(&reader);
	return written;
}

/*
 * What the journal gets between a checkpoint's records and its being put in place is in
 * the new file, too: there an entry stands as it was before, and no longer as changed.
 */
static void test_journal_meanwhile(void)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper_every(300, 6, &found);
	const struct seep_state_tick tick = { clock_ms(), clock_ms() };
	uint64_t before, after;
	struct rig rig;

	open_rig(&rig, 1);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_attach(keeper, rig.engine);
	seep_keeper_begin_checkpoint(keeper, clock_ms());
	ok(seep_keeper_end_checkpoint(keeper), "a checkpoint");
	seep_engine_note_changes(rig.engine);
	send(rig.thread, 300, 1);
	ok(seep_engine_save_changes(rig.engine, &keeper->out, &tick), "a journal");
	before = told_level(300);
	ok(before > 0, "with a user's level");

	pthread_mutex_lock(&keeper->file_lock);
	seep_keeper_begin_checkpoint(keeper, clock_ms());
	for (unsigned i = 0; i < 500 && !is_written(".new"); i++)
		pause_ms(10);
	ok(is_written(".new"), "the next checkpoint waits to be put in place");
	send(rig.thread, 300, 2);
	ok(seep_engine_save_changes(rig.engine, &keeper->out, &tick), "the journal goes on");
	after = told_level(300);
	ok(after > before, "with a higher level");
	pthread_mutex_unlock(&keeper->file_lock);
	ok(seep_keeper_end_checkpoint(keeper), "it is put in place");
	is_int(told_level(300), after, "with what the journal got meanwhile");
	seep_keeper_stop(keeper);
	rig_close(&rig);
}

/* Another process takes the file while a checkpoint is written: it stays the other's. */
static void test_taken_meanwhile(void)
{
	struct seep_keeper_found found;
	struct seep_keeper *keeper = open_keeper_every(300, 7, &found);
	char next[SEEP_STATE_NAME_SIZE];
	struct rig rig;

	open_rig(&rig, 1);
	seep_keeper_attach(keeper, rig.engine);
	seep_keeper_begin_checkpoint(keeper, clock_ms());
	for (unsigned i = 0;
	     i < 500 && atomic_load(&keeper->checkpoint.state) == CHECKPOINT_WRITING; i++)
		pause_ms(10);
	is_int(atomic_load(&keeper->checkpoint.state), CHECKPOINT_MADE, "it is in place");
	seep_state_end(&keeper->file);
	keeper->state = KEEPER_OTHER;
	ok(seep_keeper_end_checkpoint(keeper), "then taken");
	is_int(keeper->state, KEEPER_OTHER, "it is left to the other");

	seep_state_name(next, path, ".new");
	ok(mkdir(next, 0700) == 0, "no checkpoint can be created");
	seep_keeper_begin_checkpoint(keeper, clock_ms());
	ok(!seep_keeper_end_checkpoint(keeper), "none is made");
	is_int(keeper->state, KEEPER_OTHER, "it is left to the other all the same");
	rmdir(next);
	seep_keeper_stop(keeper);
	rig_close(&rig);
}

static void test_owners(void)
{
	check_owners(false);
}

static void test_owners_grow(void)
{
	check_owners(true);
}

static void test_versions(void)
{
	check_version(0);
	check_version(SEEP_STATE_VERSION + 1);
	check_version(UINT32_MAX);
}

/* What was changed is in the file at once, for whoever asks for that; and no second is waited. */
static void test_sync(void)
{
	const struct seep_address user = address_v4(1);
	struct seep_keeper_found found;
	struct seep_keeper *keeper, *reader;
	struct seep_cleared cleared;
	struct rig rig, again;
	uint64_t from_ms;

	(void)unlink(path);
	open_rig(&rig, 1);
	keeper = open_keeper_every(3600, 71, &found);
	ok(!seep_keeper_sync(keeper), "before the start nothing can be safe");
	seep_keeper_start(keeper, rig.engine);
	for (unsigned turn = 0; turn < 5; turn++) {
		for (uint64_t n = 0; n < 200; n++)
			send(rig.thread, 1, turn * 1000 + n);
		ok(seep_keeper_sync(keeper), "turn %u: spent, and safe", turn);
		from_ms = clock_ms();
		ok(seep_engine_clear_user(rig.engine, &user, from_ms, &cleared) &&
			   cleared.was_spent,
		   "cleared");
		ok(seep_keeper_sync(keeper), "and safe");
		/* Whoever starts now, as after a kill -9, finds that. */
		reader = open_keeper_every(3600, 72, &found);
		rig_open_hashed(&again, CONF, &found.key);
		seep_keeper_restore(reader, again.engine, clock_ms());
		ok(clock_ms() - from_ms < 900, "at once");
		ok(seep_engine_clear_user(again.engine, &user, clock_ms(), &cleared) &&
			   !cleared.was_spent && !cleared.level_mbit,
		   "the file has it: %" PRIu64 " mbit", cleared.level_mbit);
		seep_keeper_stop(reader);
		rig_close(&again);
	}
	seep_keeper_stop(keeper);
	rig_close(&rig);
	ok(!seep_keeper_sync(NULL), "no keeper keeps nothing");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	directory_make(directory);
	snprintf(path, sizeof(path), "%s/state", directory);
	tap_run(test_beside_queries);
	tap_run(test_forked);
	tap_run(test_owners);
	tap_run(test_owners_grow);
	tap_run(test_other_budgets);
	tap_run(test_learned_is_told);
	tap_run(test_journal_meanwhile);
	tap_run(test_taken_meanwhile);
	tap_run(test_version_1);
	tap_run(test_versions);
	tap_run(test_sync);
	directory_remove(directory);
	return done();
}
