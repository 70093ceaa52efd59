/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What operators changed, in its file: round trips, damage, what cannot be written, wrong
 * clocks.
 */
#include "fixture.h"
#include "state/changes.h"
#include "state/changes_file.h"
#include "state/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF       "learning: 7d\nmemory-size: 1m\n"
#define LEARNING_S (7 * DAY_S)

static char directory[] = "/tmp/seep-unit-changes-XXXXXX";
static char state[128], path[160], old[168], new[168];
static char said[4096]; /* all that was said since it was emptied */
static unsigned problems;

static void say(void *context, bool problem, const char *text)
{
	size_t used = strlen(said);

	(void)context;
	problems += problem;
	snprintf(said + used, sizeof(said) - used, "%s\n", text);
	printf("# %s\n", text);
}

/* An engine, and what a file changed in it. */
struct running {
	struct rig rig;
	struct seep_changes *changes;
};

static void start_shifted(struct running *running, const char *conf, uint64_t when_ms,
			  int64_t shift_s)
{
	struct seep_changes_setup setup = { .beside = state,
					    .when_ms = when_ms,
					    .wall_ms = when_ms,
					    .shift_s = shift_s,
					    .say = say };

	said[0] = '\0';
	problems = 0;
	rig_open(&running->rig, conf);
	running->rig.now_ms = when_ms;
	setup.engine = running->rig.engine;
	setup.learning_s = running->rig.conf.learning_s;
	running->changes = seep_changes_open(&setup);
	ok(running->changes, "it is opened");
}

static void start(struct running *running, uint64_t when_ms)
{
	start_shifted(running, CONF, when_ms, 0);
}

/* Ends without a word, as by kill -9. */
static void stop(struct running *running)
{
	seep_changes_close(running->changes);
	rig_close(&running->rig);
}

static void restart(struct running *running)
{
	uint64_t now_ms = running->rig.now_ms;

	stop(running);
	start(running, now_ms);
}

static struct seep_exception exception_of(const char *name, const char *user, uint64_t until_s)
{
	const struct wire wire = wire_of(name);
	struct seep_exception exception = { .name_size = (uint8_t)wire.size,
					    .made_s = NOW_S,
					    .until_s = until_s,
					    .uid = 33,
					    .maker = "www-data",
					    .reason = "ticket 17: they send \"hashes\" there" };

	memcpy(exception.name, wire.bytes, wire.size);
	if (user)
		(void)seep_netblock_parse_user(&exception.user, user);
	return exception;
}

static enum seep_changes_status allow(struct running *running, const char *name, const char *user,
				      uint64_t until_s)
{
	const struct seep_exception exception = exception_of(name, user, until_s);
	bool replaced;

	return seep_changes_allow(running->changes, &exception, running->rig.now_ms, &replaced);
}

static size_t count_of(const struct running *running)
{
	return seep_exceptions_count(seep_engine_exceptions(running->rig.engine));
}

/* Is it in force, for user 1? */
static bool is_allowed(struct running *running, const char *name)
{
	struct seep_reservation held;

	(void)rig_ask(&running->rig, 1, name, &held);
	seep_engine_release(running->rig.thread, &held);
	return held.class == SEEP_CLASS_ALLOWED;
}

static void remove_files(void)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf %s/*", directory);
	ok(!system(command), "an empty directory");
}

static unsigned count_files(const char *like)
{
	char command[256];
	unsigned count = 0;
	FILE *from;

	snprintf(command, sizeof(command), "ls %s/%s 2>/dev/null | wc -l", directory, like);
	from = popen(command, "r");
	if (!from || fscanf(from, "%u", &count) != 1)
		count = 99;
	if (from)
		pclose(from);
	return count;
}

/* ---- round trips ---- */

static void test_round_trip(void)
{
	const struct seep_exception all[] = {
		exception_of("plain.example", NULL, NOW_S + 100),
		exception_of("for.ever", "10.0.0.0/8", SEEP_EXCEPTION_FOR_EVER),
		exception_of("v6.example", "2001:db8::/32", NOW_S + 100),
		exception_of("odd\\.\\032\\000\\255\\\\~*.example", NULL, NOW_S + 100),
		exception_of("*.example", "10.0.0.1", NOW_S + 100),
		exception_of("10.0.0.1", NULL, NOW_S + 100),
	};
	struct running running;
	bool replaced;

	remove_files();
	start(&running, NOW_MS);
	is_str(said, "", "no file: nothing is said");
	for (size_t at = 0; at < COUNT(all); at++)
		is_int(seep_changes_allow(running.changes, &all[at], NOW_MS, &replaced),
		       SEEP_CHANGES_KEPT, "number %zu is kept", at);
	restart(&running);
	is_int(count_of(&running), COUNT(all), "all are there after a restart");
	for (size_t at = 0; at < COUNT(all) && at < count_of(&running); at++) {
		const struct seep_exception *got =
			seep_exceptions_at(seep_engine_exceptions(running.rig.engine), at);

		ok(seep_exception_is_same(got, &all[at]) && got->until_s == all[at].until_s &&
			   got->made_s == all[at].made_s && got->uid == all[at].uid &&
			   strcmp(got->maker, all[at].maker) == 0 &&
			   strcmp(got->reason, all[at].reason) == 0,
		   "number %zu is the same", at);
	}
	is_int(problems, 0, "nothing was wrong");
	ok(strstr(said, ": 6 exceptions are in force\n"), "that is said");
	ok(is_allowed(&running, "w.plain.example") && !is_allowed(&running, "w.far.example"),
	   "and they are in force");
	stop(&running);
}

/* Does the file begin with TEXT? */
static bool is_begun(const char *text)
{
	char head[32] = "";
	FILE *from = fopen(path, "r");

	if (!from)
		return false;
	(void)!fgets(head, sizeof(head), from);
	fclose(from);
	return strcmp(head, text) == 0;
}

/* Of version 2 it is only as long as something is allowed for a MAC address. */
static void test_version(void)
{
	const struct seep_exception mac =
		exception_of("mac.example", "02:00:5e:00:53:01", NOW_S + 100);
	struct running running;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "a.example", "10.0.0.1", NOW_S + 100);
	ok(is_begun("seep changes 1\n"), "of a netblock it is of version 1");
	is_int(allow(&running, "mac.example", "02:00:5e:00:53:01", NOW_S + 100), SEEP_CHANGES_KEPT,
	       "a MAC address is kept");
	ok(is_begun("seep changes 2\n"), "and it is of version 2");
	restart(&running);
	is_int(count_of(&running), 2, "which is read");
	ok(seep_exception_is_same(seep_exceptions_at(seep_engine_exceptions(running.rig.engine), 1),
				  &mac),
	   "and is the same");
	is_int(problems, 0, "without a word");
	is_int(seep_changes_remove(running.changes, &mac, NOW_MS), SEEP_CHANGES_KEPT, "removed");
	ok(is_begun("seep changes 1\n"), "it is of version 1 again");
	stop(&running);
}

static void test_mode(void)
{
	struct running running;
	struct stat status;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "a.example", NULL, NOW_S + 100);
	ok(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600, "nobody else may read it");
	is_int(count_files("*.new"), 0, "nothing is left over");
	stop(&running);
}

static void test_replace_and_remove(void)
{
	const struct seep_exception like = exception_of("a.example", "10.0.0.1", 0),
				    absent = exception_of("a.example", "10.0.0.2", 0);
	struct running running;
	bool replaced;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "a.example", NULL, NOW_S + 100);
	(void)allow(&running, "a.example", "10.0.0.1", NOW_S + 100);
	struct seep_exception again = exception_of("a.example", "10.0.0.1", NOW_S + 200);
	is_int(seep_changes_allow(running.changes, &again, NOW_MS, &replaced), SEEP_CHANGES_KEPT,
	       "the same again");
	ok(replaced && count_of(&running) == 2, "takes the place of the first");
	is_int(seep_changes_remove(running.changes, &absent, NOW_MS), SEEP_CHANGES_ABSENT,
	       "one that there is not");
	is_int(count_of(&running), 2, "nothing has changed");
	is_int(seep_changes_remove(running.changes, &like, NOW_MS), SEEP_CHANGES_KEPT, "removed");
	restart(&running);
	is_int(count_of(&running), 1, "it is gone");
	ok(is_allowed(&running, "a.example"), "and not the other one");
	const struct seep_exception last = exception_of("a.example", NULL, 0);
	is_int(seep_changes_remove(running.changes, &last, NOW_MS), SEEP_CHANGES_KEPT, "the last");
	ok(!is_allowed(&running, "a.example"), "at once");
	restart(&running);
	is_int(count_of(&running), 0, "none is left");
	stop(&running);
}

static void test_ended(void)
{
	struct running running;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "short.example", NULL, NOW_S + 10);
	(void)allow(&running, "long.example", NULL, NOW_S + 1000);
	running.rig.now_ms += 10000;
	restart(&running);
	is_int(count_of(&running), 1, "what has ended meanwhile is not there");
	ok(is_allowed(&running, "long.example"), "what has not is");
	stop(&running);
}

static void count_ended(void *context, const struct seep_exception *exception)
{
	char name[SEEP_NAME_MAX_BYTES + 1];

	seep_name_print(name, sizeof(name), exception->name, exception->name_size);
	printf("# ended: %s\n", name);
	++*(unsigned *)context;
}

/* Returns how many are told at that second; the meters' time is then. */
static unsigned tell_at(struct running *running, uint64_t when_s, bool is_more)
{
	unsigned told = 0;

	running->rig.now_ms = when_s * 1000;
	is_bool(seep_changes_end(running->changes, running->rig.now_ms, count_ended, &told),
		is_more, "whether more will end");
	return told;
}

/* What ends is told once, whether Seep ran then or not. */
static void test_told(void)
{
	struct running running;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "one.example", NULL, NOW_S + 10);
	(void)allow(&running, "two.example", NULL, NOW_S + 20);
	(void)allow(&running, "ever.example", NULL, SEEP_EXCEPTION_FOR_EVER);
	is_int(tell_at(&running, NOW_S + 9, true), 0, "none has ended");
	is_int(tell_at(&running, NOW_S + 10, true), 1, "one has, and is told");
	is_int(tell_at(&running, NOW_S + 11, true), 0, "and not again");
	restart(&running);
	is_int(tell_at(&running, NOW_S + 11, true), 0, "nor after a restart");
	running.rig.now_ms = NOW_S * 1000 + 20000;
	restart(&running);
	is_int(count_of(&running), 1, "another ended while nothing ran");
	is_int(tell_at(&running, NOW_S + 20, false), 1, "it is told after the restart");
	restart(&running);
	is_int(tell_at(&running, NOW_S + 21, false), 0, "and not after the next");
	ok(is_allowed(&running, "ever.example"), "what has no end stays");
	stop(&running);
}

static void test_limits(void)
{
	struct seep_changes_content *content = calloc(1, sizeof(*content));
	struct running running;
	char text[32];

	remove_files();
	for (; content->count < SEEP_EXCEPTIONS_MOST; content->count++) {
		snprintf(text, sizeof(text), "d%zu.example", content->count);
		content->exceptions[content->count] = exception_of(text, NULL, NOW_S + 10);
	}
	ok(seep_changes_file_write(path, content), "a full file");
	free(content);
	start(&running, NOW_MS);
	is_int(count_of(&running), SEEP_EXCEPTIONS_MOST, "as many as may be");
	is_int(allow(&running, "more.example", NULL, NOW_S + 10), SEEP_CHANGES_MANY, "no more");
	is_int(count_of(&running), SEEP_EXCEPTIONS_MOST, "nothing has changed");
	is_int(allow(&running, "d7.example", NULL, NOW_S + 10), SEEP_CHANGES_KEPT,
	       "one that is there may be renewed");
	running.rig.now_ms += 10000;
	is_int(allow(&running, "more.example", NULL, NOW_S + 99), SEEP_CHANGES_KEPT,
	       "once they have ended there is room");
	is_int(count_of(&running), 1, "they are gone");
	for (unsigned at = 0; at < SEEP_EXCEPTIONS_A_DOMAIN; at++) {
		snprintf(text, sizeof(text), "10.0.0.%u", at);
		(void)allow(&running, "one.example", text, NOW_S + 99);
	}
	is_int(allow(&running, "one.example", "10.0.1.1", NOW_S + 99), SEEP_CHANGES_CROWDED,
	       "no more of one domain");
	restart(&running);
	is_int(count_of(&running), 1 + SEEP_EXCEPTIONS_A_DOMAIN, "and that did not come in");
	stop(&running);
}

/* ---- learning ---- */

static void test_learning(void)
{
	struct running running;

	remove_files();
	start(&running, NOW_MS);
	is_int(seep_changes_learn_until(running.changes, NOW_MS + 20 * DAY_MS, NOW_MS),
	       SEEP_CHANGES_KEPT, "learning goes on");
	(void)allow(&running, "a.example", NULL, SEEP_EXCEPTION_FOR_EVER);
	running.rig.now_ms += 10 * DAY_MS;
	restart(&running);
	is_int(seep_engine_mode(running.rig.engine, running.rig.now_ms), SEEP_MODE_LEARNING,
	       "after a restart, too, where it would be over");
	is_int(seep_changes_learn_until(running.changes, running.rig.now_ms, running.rig.now_ms),
	       SEEP_CHANGES_KEPT, "it ends");
	restart(&running);
	is_int(seep_engine_mode(running.rig.engine, running.rig.now_ms), SEEP_MODE_GUARD,
	       "after a restart, too");
	is_int(seep_engine_learning_until_ms(running.rig.engine), NOW_MS + 10 * DAY_MS, "then");
	is_int(seep_changes_learn_until(running.changes, running.rig.now_ms, running.rig.now_ms),
	       SEEP_CHANGES_OVER, "what is over does not end again");
	is_int(count_of(&running), 1, "exceptions are as they were");
	stop(&running);
	start_shifted(&running, "learning: 30d\nmemory-size: 1m\n", NOW_MS + 10 * DAY_MS, 0);
	is_int(seep_engine_mode(running.rig.engine, running.rig.now_ms), SEEP_MODE_LEARNING,
	       "once seep.conf has another learning, that counts");
	ok(strstr(said, "seep.conf's is used"), "and is said");
	stop(&running);
}

/* The file is another learning's: the state file was removed, say. */
static void test_other_learning(void)
{
	struct seep_changes_content *content = calloc(1, sizeof(*content));
	struct running running;

	remove_files();
	content->learning = (struct seep_changes_learning){ .from_ms = NOW_MS - 1,
							    .learning_s = LEARNING_S,
							    .until_ms = NOW_MS - 1,
							    .is_moved = true };
	ok(seep_changes_file_write(path, content), "the file");
	start(&running, NOW_MS);
	is_int(seep_engine_mode(running.rig.engine, NOW_MS), SEEP_MODE_LEARNING, "it learns anew");
	stop(&running);
	/* All saved times are moved by a day, and so is that. */
	content->learning.from_ms = NOW_MS + DAY_MS;
	content->learning.until_ms = NOW_MS + 3 * DAY_MS;
	content->exceptions[content->count++] = exception_of("a.example", NULL, NOW_S + DAY_S + 10);
	content->exceptions[content->count++] =
		exception_of("b.example", NULL, SEEP_EXCEPTION_FOR_EVER);
	ok(seep_changes_file_write(path, content), "one of a clock that was ahead");
	start_shifted(&running, CONF, NOW_MS, -(int64_t)DAY_S);
	is_int(seep_engine_learning_until_ms(running.rig.engine), NOW_MS + 2 * DAY_MS,
	       "its end is moved");
	ok(is_allowed(&running, "a.example") && is_allowed(&running, "b.example"),
	   "exceptions hold");
	running.rig.now_ms += 10000;
	ok(!is_allowed(&running, "a.example") && is_allowed(&running, "b.example"),
	   "as long as they should");
	free(content);
	stop(&running);
}

/* ---- damage ---- */

static char *read_file(const char *name, size_t *size)
{
	FILE *from = fopen(name, "r");
	char *bytes = malloc(1 << 16);

	*size = from ? fread(bytes, 1, 1 << 16, from) : 0;
	if (from)
		fclose(from);
	return bytes;
}

static void write_file(const char *name, const char *bytes, size_t size)
{
	FILE *to = fopen(name, "w");

	ok(to && fwrite(bytes, 1, size, to) == size, "%zu bytes", size);
	if (to)
		fclose(to);
}

/* Whatever byte is another, and wherever the file is cut: nothing of it is believed. */
static void test_damage(void)
{
	struct seep_changes_content *content = calloc(1, sizeof(*content));
	char problem[SEEP_CHANGES_PROBLEM_SIZE];
	unsigned believed = 0, placed = 0;
	struct running running;
	char *bytes;
	size_t size;

	remove_files();
	start(&running, NOW_MS);
	(void)seep_changes_learn_until(running.changes, NOW_MS + DAY_MS, NOW_MS);
	(void)allow(&running, "a.example", "10.0.0.0/8", NOW_S + 100);
	(void)allow(&running, "b.example", NULL, SEEP_EXCEPTION_FOR_EVER);
	stop(&running);
	bytes = read_file(path, &size);
	is_int(seep_changes_file_read(path, content, problem), SEEP_CHANGES_READ, "it is read");
	for (size_t at = 0; at < size; at++) {
		bytes[at] ^= 1;
		write_file(path, bytes, size);
		believed += seep_changes_file_read(path, content, problem) != SEEP_CHANGES_DAMAGED;
		placed += strncmp(problem, path, strlen(path)) == 0 && problem[strlen(path)] == ':';
		bytes[at] ^= 1;
		write_file(path, bytes, at);
		believed += seep_changes_file_read(path, content, problem) != SEEP_CHANGES_DAMAGED;
	}
	is_int(believed, 0, "no byte can be another, or missing");
	is_int(placed, size, "each time the file and a line are said");
	write_file(path, bytes, size);
	is_int(seep_changes_file_read(path, content, problem), SEEP_CHANGES_READ, "as it was");
	free(bytes);
	free(content);
}

static void test_set_aside(void)
{
	struct running running;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "a.example", NULL, NOW_S + 100);
	(void)allow(&running, "b.example", NULL, NOW_S + 100);
	stop(&running);
	write_file(path, "seep changes 1\nallow x\n", 23);
	start(&running, NOW_MS);
	ok(strstr(said, ".changes:2: ") && strstr(said, "set aside as ") && problems == 2,
	   "it says which line, and what is done");
	is_int(count_files("*.damaged-*"), 1, "nothing is lost");
	ok(is_allowed(&running, "a.example") && !is_allowed(&running, "b.example"),
	   "the generation before is used");
	is_int(allow(&running, "c.example", NULL, NOW_S + 100), SEEP_CHANGES_KEPT, "it goes on");
	restart(&running);
	ok(!problems && is_allowed(&running, "a.example") && is_allowed(&running, "c.example"),
	   "from there");
	stop(&running);
	/* A crash between the two renames. */
	ok(rename(path, old) == 0, "only the generation before is there");
	start(&running, NOW_MS);
	ok(is_allowed(&running, "c.example"), "it is used");
	stop(&running);
	remove_files();
	write_file(path, "seep changes 3\n", 15);
	start(&running, NOW_MS);
	ok(strstr(said, "another kind of file, or version") && !count_of(&running),
	   "another version is set aside, too");
	stop(&running);
}

/* What cannot be written is not in force; what is in force stays. */
static void test_unwritten(void)
{
	const struct seep_exception like = exception_of("a.example", NULL, 0);
	struct running running;

	remove_files();
	start(&running, NOW_MS);
	(void)allow(&running, "a.example", NULL, NOW_S + 100);
	ok(mkdir(new, 0700) == 0, "something is in the way");
	is_int(allow(&running, "b.example", NULL, NOW_S + 100), SEEP_CHANGES_UNWRITTEN,
	       "nothing can be written");
	ok(strstr(seep_changes_problem(running.changes), path), "%s",
	   seep_changes_problem(running.changes));
	is_int(seep_changes_remove(running.changes, &like, NOW_MS), SEEP_CHANGES_UNWRITTEN,
	       "nothing removed");
	is_int(seep_changes_learn_until(running.changes, NOW_MS, NOW_MS), SEEP_CHANGES_UNWRITTEN,
	       "learning not ended");
	ok(is_allowed(&running, "a.example") && !is_allowed(&running, "b.example") &&
		   seep_engine_mode(running.rig.engine, NOW_MS) == SEEP_MODE_LEARNING,
	   "all is as it was");
	ok(rmdir(new) == 0, "out of the way");
	is_int(allow(&running, "b.example", NULL, NOW_S + 100), SEEP_CHANGES_KEPT, "written");
	restart(&running);
	is_int(count_of(&running), 2, "both are there");
	stop(&running);
}

/* A file that cannot be read is left alone. */
static void test_unreadable(void)
{
	struct running running;

	remove_files();
	ok(mkdir(path, 0700) == 0, "a directory in its place");
	start(&running, NOW_MS);
	ok(problems == 1 && strstr(said, "Is a directory"), "it is said");
	is_int(allow(&running, "b.example", NULL, NOW_S + 100), SEEP_CHANGES_UNWRITTEN,
	       "nothing is written in its place");
	is_int(count_of(&running), 0, "nor in force");
	stop(&running);
	is_int(count_files("*.damaged*"), 0, "it is where it was");
}

/* Without a state file nothing is kept, and that is said of each change. */
static void test_unkept(void)
{
	char saved = state[0];
	struct running running;

	remove_files();
	state[0] = '\0';
	start(&running, NOW_MS);
	is_int(allow(&running, "a.example", NULL, NOW_S + 100), SEEP_CHANGES_UNKEPT, "allowed");
	ok(is_allowed(&running, "a.example"), "in force");
	is_int(seep_changes_learn_until(running.changes, NOW_MS, NOW_MS), SEEP_CHANGES_UNKEPT,
	       "learning ends");
	is_int(seep_engine_mode(running.rig.engine, NOW_MS), SEEP_MODE_GUARD, "now");
	stop(&running);
	state[0] = saved;
	is_int(count_files("*"), 0, "there is no file");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	directory_make(directory);
	snprintf(state, sizeof(state), "%s/seep.state", directory);
	snprintf(path, sizeof(path), "%s.changes", state);
	snprintf(old, sizeof(old), "%s.old", path);
	snprintf(new, sizeof(new), "%s.new", path);
	tap_run(test_round_trip);
	tap_run(test_version);
	tap_run(test_mode);
	tap_run(test_replace_and_remove);
	tap_run(test_ended);
	tap_run(test_told);
	tap_run(test_limits);
	tap_run(test_learning);
	tap_run(test_other_learning);
	tap_run(test_damage);
	tap_run(test_set_aside);
	tap_run(test_unwritten);
	tap_run(test_unreadable);
	tap_run(test_unkept);
	directory_remove(directory);
	return done();
}
