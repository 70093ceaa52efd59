/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keeper at work beside queries: journal and checkpoints, the end and the next start; to be run
 * under ThreadSanitizer too.  Takes some seconds: its clock is the real one.
 */
#include "keeper.h"
#include "fixture.h"
#include "state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CONF "learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\nmemory-size: 1m\n"

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

static struct seep_keeper *open_keeper(uint64_t nonce, struct seep_keeper_found *found)
{
	const struct seep_keeper_setup setup = { .path = path,
						 .checkpoint_s = 1,
						 .nonce = nonce,
						 .wall_ms = NOW_MS,
						 .now = now,
						 .say = say };

	return seep_keeper_open(&setup, found);
}

/* A rig whose time is the keeper's. */
static void open_rig(struct rig *rig, unsigned threads)
{
	rig_open_with(rig, CONF, threads, NULL, NULL);
	rig->now_ms = clock_ms();
}

static void send(struct rig *rig, struct seep_thread *thread, uint32_t user, uint64_t name)
{
	char text[128];
	struct wire wire;
	struct seep_observation observation = { .client = address_v4(user),
						.type = 1,
						.when_ms = clock_ms() };
	struct seep_reservation reservation;
	struct seep_name split;

	(void)rig;
	snprintf(text, sizeof(text), "a-secret-of-some-length-%" PRIx64 ".d%u.example", name, user);
	wire = wire_of(text);
	observation.name = wire.bytes;
	observation.name_size = wire.size;
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
		send(worker->rig, thread, worker->user + (uint32_t)(random_next(&seed) % 20),
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
	is_int(rig_stat(&rig, "state"), SEEP_STATE_KEPT, "it is kept");
	for (unsigned i = 0; i < COUNT(workers); i++) {
		workers[i] = (struct worker){ .rig = &rig,
					      .user = 1 + 30 * i,
					      .until_ms = clock_ms() + 3500 };
		pthread_create(&workers[i].id, NULL, work, &workers[i]);
	}
	for (unsigned i = 0; i < COUNT(workers); i++)
		pthread_join(workers[i].id, NULL);
	rig.now_ms = clock_ms();
	is_int(rig_stat(&rig, "state"), SEEP_STATE_KEPT, "after three checkpoints it is");
	ok(rig_stat(&rig, "state.age") <= 2, "a second ago");
	ok(rig_stat(&rig, "state.bytes") > 1000, "in a file of some size");
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
static void test_owners(bool grows)
{
	const struct timespec pause = { 0, 300000000 };
	struct seep_keeper_found found;
	struct seep_keeper *keeper;
	struct seep_state_owner owner = { .nonce = 7 };
	struct {
		struct seep_state_frame frame;
		struct seep_state_owner owner;
	} bytes = { .frame = { .type = SEEP_STATE_OWNER, .bytes = sizeof(owner) } };
	struct seep_state_reader reader;
	struct rig rig;
	pid_t child = fork();
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (!child)
		for (;;) {
			nanosleep(&pause, NULL);
			if (grows && write(fd, "x", 1) < 0)
				_exit(1);
		}
	seep_state_verify(&reader, path);
	owner.pid = (uint64_t)child;
	bytes.owner = owner;
	bytes.frame.checksum = seep_hash_bytes(reader.header.key, &bytes, sizeof(bytes));
	ok(write(fd, &bytes, sizeof(bytes)) == sizeof(bytes), "a child has taken the file");
	close(fd);
	seep_state_close(&reader);
	keeper = open_keeper(3, &found);
	is_bool(found.found, !grows, grows ? "it is at work: left to it" : "it sleeps: taken over");
	open_rig(&rig, 1);
	seep_keeper_restore(keeper, rig.engine, clock_ms());
	seep_keeper_start(keeper, rig.engine);
	is_int(rig_stat(&rig, "state"), grows ? SEEP_STATE_OTHER : SEEP_STATE_KEPT, "seep.state");
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

int main(void)
{
	char command[128];

	if (!mkdtemp(directory)) {
		printf("Bail out! no directory\n");
		return 1;
	}
	snprintf(path, sizeof(path), "%s/state", directory);
	test_beside_queries();
	test_forked();
	test_owners(false);
	test_owners(true);
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	if (system(command))
		printf("# %s stays\n", directory);
	return done();
}
