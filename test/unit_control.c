/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: what is answered to what, its file, and clients that are malformed, silent,
 * slow or many. Takes some seconds: its clock is the real one.
 */
#include "control/control.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONF     "learning: 2d\nmemory-size: 1m\n"
#define UNKNOWN  "error unknown command '"
#define PROTOCOL "error not the control protocol, without TLS\n"

static char directory[] = "/tmp/seep-unit-control-XXXXXX";
static char path[64];
static char said[2048]; /* what was said last */

static struct rig rig;

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ .when_ms = rig.now_ms, .wall_ms = rig.now_ms + DAY_MS };
}

static void say(void *context, bool problem, const char *text)
{
	(void)context, (void)problem;
	snprintf(said, sizeof(said), "%s", text);
	printf("# %s\n", text);
}

static struct seep_control_source source(void)
{
	return (struct seep_control_source){ .version = "1.2.3", .engine = rig.engine, .now = now };
}

/* ---- what is answered ---- */

/* The answer as text; NULL if more has to come first. */
static const char *answer_of(const struct seep_control_source *from, struct seep_counters *base,
			     const char *request, size_t size, bool is_end)
{
	static struct seep_control_answer answer;
	static char text[SEEP_CONTROL_ANSWER_MAX + 1];

	const struct seep_control_request asked = {
		.bytes = request, .size = size, .is_end = is_end, .may_change = true, .uid = 0
	};

	if (!seep_control_answer(from, base, &asked, &answer))
		return NULL;
	memcpy(text, answer.bytes, answer.size);
	text[answer.size] = '\0';
	return text;
}

static bool begins(const char *text, const char *with)
{
	return text && strncmp(text, with, strlen(with)) == 0;
}

static void test_requests(void)
{
#define REQUEST(bytes, is_end, with)                   \
	{                                              \
		bytes, sizeof(bytes) - 1, is_end, with \
	}
	static const struct {
		const char *bytes;
		size_t size;
		bool is_end;
		const char *with; /* NULL: more has to come */
	} rows[] = {
		REQUEST("", false, NULL),
		REQUEST("", true, ""),
		REQUEST("U", false, NULL),
		REQUEST("U", true, PROTOCOL),
		REQUEST("UBCT1 ", false, NULL),
		REQUEST("UBCT1 stats", false, NULL),
		REQUEST("UBCT1 stats", true, "num.seep.queries="),
		REQUEST("UBCT1 stats\n", false, "num.seep.queries="),
		REQUEST("UBCT1 stats_noreset\nmore", false, "num.seep.queries="),
		REQUEST("UBCT1  \t stats_noreset \r\n", false, "num.seep.queries="),
		REQUEST("UBCT1 status\n", false, "{\nversion=\"1.2.3\"\nmode=\"learning\"\n"),
		REQUEST("UBCT1 help\n", false, "stats "),
		REQUEST("UBCT1 stat\n", false, UNKNOWN "stat'"),
		REQUEST("UBCT1 statss\n", false, UNKNOWN "statss'"),
		REQUEST("UBCT1 stats now\n", false,
			"error 'stats now' is not how it is used: stats\n"),
		REQUEST("UBCT1 1 2 3 4 5 6 7 8\n", false, UNKNOWN "1 2 3 4 5 6 7 8'"),
		REQUEST("UBCT1 1 2 3 4 5 6 7 8 9\n", false, UNKNOWN "1 2 3 4 5 6 7 8 9'"),
		REQUEST("UBCT1 STATS\n", false, UNKNOWN "STATS'"),
		REQUEST("UBCT1 stats\0\n", false, UNKNOWN "stats?'"),
		REQUEST("UBCT1 \x1b[2J\xff\n", false, UNKNOWN "?[2J?'"),
		REQUEST("UBCT1 \n", false, UNKNOWN "'"),
		REQUEST("UBCT1 reload\n", false, UNKNOWN "reload'"),
		REQUEST("UBCT1\nstats\n", false, "error version mismatch\n"),
		REQUEST("UBCT2 stats\n", false, "error version mismatch\n"),
		REQUEST("UBCT2", false, "error version mismatch\n"),
		REQUEST("GET / HTTP/1.1\r\n", false, PROTOCOL),
		REQUEST("\n", false, PROTOCOL),
		REQUEST("\x16\x03\x01", false, PROTOCOL),
		REQUEST("\0", false, PROTOCOL),
	};
	struct seep_counters base = { .queries = 0 };
	const struct seep_control_source from = source();

	for (size_t at = 0; at < COUNT(rows); at++) {
		const char *text =
			answer_of(&from, &base, rows[at].bytes, rows[at].size, rows[at].is_end);

		ok(rows[at].with ? begins(text, rows[at].with) && (!*text || strchr(text, '\n'))
				 : !text,
		   "request %zu: %.40s", at, text ? text : "(more)");
	}
}

static void test_long(void)
{
	static char request[SEEP_CONTROL_REQUEST_MAX] = "UBCT1 ";
	struct seep_counters base = { .queries = 0 };
	const struct seep_control_source from = source();
	const char *text;

	memset(request + 6, 'x', sizeof(request) - 6);
	ok(!answer_of(&from, &base, request, sizeof(request) - 1, false), "a byte less: more");
	is_str(answer_of(&from, &base, request, sizeof(request), false),
	       "error command line too long\n", "no end of the line in all that may come");
	request[sizeof(request) - 1] = '\n';
	text = answer_of(&from, &base, request, sizeof(request), false);
	ok(begins(text, UNKNOWN "xxx"), "the longest line is read");
	ok(text && strlen(text) < 200, "and not told whole: %zu bytes", text ? strlen(text) : 0);
}

/* Prints as Unbound does with the patch. */
static int print_line(void *context, const char *key, unsigned long long value)
{
	char *text = context;

	sprintf(text + strlen(text), "%s=%llu\n", key, value);
	return 1;
}

static const char *printed(const struct seep_counters *base)
{
	static char text[SEEP_CONTROL_ANSWER_MAX];
	struct seep_statistics statistics;

	text[0] = '\0';
	seep_engine_read(rig.engine, rig.now_ms, &statistics);
	(void)seep_statistics_print(&statistics, base, print_line, text);
	return text;
}

static const char *ask(struct seep_counters *base, const char *request)
{
	const struct seep_control_source from = source();

	return answer_of(&from, base, request, strlen(request), false);
}

static void test_statistics(void)
{
	static const struct seep_counters never;
	struct seep_counters base = { .queries = 0 };
	char *before;

	rig_send(&rig, 1, "www.one.example");
	rig_send(&rig, 2, "www.two.example");
	ok(strstr(printed(&never), "num.seep.sent=2\n"), "two names are sent");
	is_str(ask(&base, "UBCT1 stats_noreset\n"), printed(&never), "stats_noreset prints all");
	is_str(ask(&base, "UBCT1 stats_noreset\n"), printed(&never), "and resets nothing");
	is_str(ask(&base, "UBCT1 stats\n"), printed(&never), "stats prints the same");
	before = strdup(ask(&base, "UBCT1 stats_noreset\n"));
	ok(strstr(before, "num.seep.sent=0\n") && strstr(before, "seep.users=2\n"),
	   "counters begin at 0 again, gauges do not");
	ok(strstr(printed(&never), "num.seep.sent=2\n"), "nobody else's counters do");
	rig_send(&rig, 1, "www.three.example");
	ok(strstr(ask(&base, "UBCT1 stats\n"), "num.seep.sent=1\n"), "and go on from there");
	free(before);
}

static void test_status(void)
{
	struct seep_counters base = { .queries = 0 };
	struct seep_control_source none = source();
	const char *text = ask(&base, "UBCT1 status\n");

	/* NOW_S, the two days of learning, and the day by which the wall clock is ahead. */
	ok(text && strstr(text, "\nlearning_until=\"2023-11-17T22:13:20Z\"\n"),
	   "until when it learns");
	ok(text && strstr(text, "\nusers=") && strstr(text, "\ndomains=") &&
		   strstr(text, "\nmemory_bytes="),
	   "users, domains, memory");
	none.engine = NULL;
	none.why = SEEP_PASSTHROUGH_CONF;
	text = answer_of(&none, &base, "UBCT1 status\n", 13, false);
	ok(text && strstr(text, "\nmode=\"passthrough\"\n") && strstr(text, "\nwhy=\"seep.conf"),
	   "without an engine: why");
	text = answer_of(&none, &base, "UBCT1 stats\n", 12, false);
	ok(text && strstr(text, "num.seep.queries=0\n") && strstr(text, "seep.passthrough=2\n"),
	   "and its statistics");
}

static void test_largest(void)
{
	static struct seep_statistics statistics;
	static const struct seep_counters never;
	static char text[1 << 16];

#define SEEP_COUNTER(field, key, unit, text) statistics.counters.field = UINT64_MAX;
#define SEEP_GAUGE(field, key, text)         statistics.gauges.field = UINT64_MAX;
#include "seep_counters.def"
	(void)seep_statistics_print(&statistics, &never, print_line, text);
	ok(strlen(text) < SEEP_CONTROL_ANSWER_MAX / 8, "the largest statistics: %zu bytes",
	   strlen(text));
}

/* ---- the socket ---- */

static struct seep_control *start_group(const char *at, const char *group)
{
	const struct seep_control_setup setup = {
		.path = at, .group = group, .source = source(), .say = say
	};

	said[0] = '\0';
	return seep_control_start(&setup);
}

static struct seep_control *start(void)
{
	return start_group(path, "");
}

static int client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static uint64_t clock_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* What comes until the connection ends, in ten seconds at most; "" for nothing. */
static const char *read_all(int fd)
{
	static char text[1 << 16];
	const uint64_t until_ms = clock_ms() + 10000;
	size_t size = 0;

	while (fd >= 0 && clock_ms() < until_ms) {
		struct pollfd polled = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&polled, 1, 1000) <= 0)
			continue;
		got = recv(fd, text + size, sizeof(text) - 1 - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	text[size] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static const char *ask_bytes(const char *bytes, size_t size)
{
	int fd = client();

	if (fd < 0 || send(fd, bytes, size, MSG_NOSIGNAL) < 0)
		printf("# %s\n", strerror(errno));
	return read_all(fd);
}

static bool is_served(void)
{
	return begins(ask_bytes("UBCT1 status\n", 13), "{\nversion=");
}

static void test_malformed(void)
{
	static char zeros[100000];
	struct seep_control *control = start();
	int fd;

	ok(control && is_served(), "it is served");
	is_str(ask_bytes(zeros, sizeof(zeros)), PROTOCOL, "zeros");
	memset(zeros, 'x', sizeof(zeros));
	memcpy(zeros, "UBCT1 ", 6);
	is_str(ask_bytes(zeros, sizeof(zeros)), "error command line too long\n", "too long");
	fd = client();
	(void)send(fd, "UBCT1 he", 8, MSG_NOSIGNAL);
	(void)send(fd, "lp", 2, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	ok(begins(read_all(fd), "stats "), "half-closed without an end of the line");
	fd = client();
	shutdown(fd, SHUT_WR);
	is_str(read_all(fd), "", "half-closed at once");
	for (unsigned turn = 0; turn < 100; turn++) {
		fd = client();
		(void)send(fd, "UBCT1 stats\n", turn % 12, MSG_NOSIGNAL);
		close(fd);
	}
	fd = client();
	(void)send(fd, "UBCT1 stats\n", 12, MSG_NOSIGNAL);
	close(fd);
	ok(is_served(), "after a hundred that went at once, too");
	seep_control_stop(control);
}

/* Says nothing, or begins and stops: gone after five seconds, not before. */
static void test_slow(void)
{
	struct seep_control *control = start();
	const uint64_t from_ms = clock_ms();
	int silent = client(), slow = client();
	uint64_t passed_ms;

	(void)send(slow, "UBCT1 st", 8, MSG_NOSIGNAL);
	ok(is_served(), "others are served meanwhile");
	is_str(read_all(silent), "", "who says nothing gets nothing");
	passed_ms = clock_ms() - from_ms;
	ok(passed_ms >= SEEP_CONTROL_CLIENT_MS - 50 && passed_ms < SEEP_CONTROL_CLIENT_MS + 2000,
	   "and is gone after %" PRIu64 " ms", passed_ms);
	is_str(read_all(slow), "", "so is who stopped in its line");
	seep_control_stop(control);
}

static void test_many(void)
{
	struct seep_control *control = start();
	int fds[100];
	uint64_t from_ms = clock_ms(), passed_ms;
	unsigned gone = 0;

	for (unsigned at = 0; at < COUNT(fds); at++) {
		fds[at] = client();
		/* Most wait to be let in: they connect, but no more than the system lets wait. */
		if (at % 2)
			(void)send(fds[at], "UBCT1 st", 8, MSG_NOSIGNAL);
	}
	ok(is_served(), "after a hundred that say nothing, one is served");
	passed_ms = clock_ms() - from_ms;
	ok(passed_ms < 8000, "in %" PRIu64 " ms", passed_ms);
	for (unsigned at = 0; at < COUNT(fds); at++) {
		struct pollfd polled = { .fd = fds[at], .events = POLLIN };

		gone += poll(&polled, 1, 0) == 1;
	}
	ok(gone >= COUNT(fds) - SEEP_CONTROL_CLIENTS, "no more than eight are left: %u gone", gone);
	from_ms = clock_ms();
	seep_control_stop(control);
	passed_ms = clock_ms() - from_ms;
	ok(passed_ms < 1000, "it ends beside them, in %" PRIu64 " ms", passed_ms);
	for (unsigned at = 0; at < COUNT(fds); at++)
		close(fds[at]);
}

/* ---- its file ---- */

static struct stat file(void)
{
	struct stat status = { .st_mode = 0 };

	(void)lstat(path, &status);
	return status;
}

static void test_modes(void)
{
	char group[24];
	struct seep_control *control = start();

	is_int(file().st_mode, S_IFSOCK | 0600, "the socket's mode");
	seep_control_stop(control);
	is_int(file().st_mode, 0, "the file goes with it");
	snprintf(group, sizeof(group), "%u", (unsigned)getegid());
	control = start_group(path, group);
	is_int(file().st_mode, S_IFSOCK | 0660, "with a group by number");
	is_int(file().st_gid, getegid(), "its group");
	seep_control_stop(control);
	control = start_group(path, "4294967296");
	ok(control && strstr(said, "no group \"4294967296\""), "a number too large is no group");
	is_int(file().st_mode, S_IFSOCK | 0600, "and nobody else may connect");
	seep_control_stop(control);
	control = start_group(path, "no-such-group");
	ok(control && strstr(said, "no group \"no-such-group\""), "no such group is said");
	ok(!strstr(said, "chroot") && strstr(said, "make the group"), "and what to do: %s", said);
	is_int(file().st_mode, S_IFSOCK | 0600, "and nobody else may connect");
	seep_control_stop(control);
}

/* In a child, for there is no way back. */
static void test_chroot(void)
{
	char root[sizeof(path)];
	int status = -1;
	pid_t pid;

	if (geteuid() != 0) {
		ok(true, "a chroot # SKIP not root");
		return;
	}
	snprintf(root, sizeof(root), "%.*s", (int)(strrchr(path, '/') - path), path);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		status = chroot(root) || chdir("/") || !start_group("/jailed", "no-such-group") ||
			 !strstr(said, "no /etc/group") || !strstr(said, "give the group's number");
		fflush(stdout);
		_exit(unlink("/jailed") || status);
	}
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	   "in a chroot without /etc/group a group is a number, which is said");
}

static void test_stale(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct seep_control *control, *other;
	ino_t inode;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ok(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "somebody listens");
	(void)listen(fd, 1);
	inode = file().st_ino;
	ok(!start() && strstr(said, "another process listens there"), "that is said");
	is_int(file().st_ino, inode, "and the file left");
	close(fd);
	control = start();
	ok(control && !said[0] && is_served(), "once nobody does, it is replaced");
	other = start();
	ok(!other && strstr(said, "another process listens there"), "a second gets none");
	ok(is_served(), "the first goes on");
	unlink(path);
	other = start();
	seep_control_stop(control);
	ok(other && is_served(), "a file that is another's by now is left at the end");
	seep_control_stop(other);
}

static void test_nowhere(void)
{
	char longest[200], beside[128];
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	close(fd);
	ok(!start() && strstr(said, "no socket"), "a file is no socket");
	ok(S_ISREG(file().st_mode), "and stays");
	unlink(path);
	ok(symlink("/dev/null", path) == 0 && !start() && S_ISLNK(file().st_mode),
	   "nor is a symbolic link");
	unlink(path);
	snprintf(longest, sizeof(longest), "%s/%0100d", directory, 0);
	ok(!start_group(longest, "") && strstr(said, "longer than 107 bytes"), "a path too long");
	snprintf(beside, sizeof(beside), "%s/none/control", directory);
	ok(!start_group(beside, "") && strstr(said, "No such file") &&
		   strstr(said, "nothing listens there: make its directory"),
	   "no directory: what is so, and what to do: %s", said);
	seep_control_stop(NULL);
}

static void test_path(void)
{
	static const struct {
		const char *conf, *want;
	} rows[] = {
		{ "", "/var/lib/unbound/seep.control" },
		{ "state-file: \"\"\n", "seep.control" },
		{ "state-file: a/b.state\n", "a/b.control" },
		{ "state-file: a/b\n", "a/b.control" },
		{ "state-file: .state\n", ".state.control" },
		{ "control-socket: /run/x\n", "/run/x" },
		{ "control-socket: \"\"\n", "" },
	};
	char got[SEEP_PATH_SIZE], text[2 * SEEP_PATH_SIZE];
	struct seep_conf_error error;
	struct seep_conf conf;

	for (size_t at = 0; at < COUNT(rows); at++) {
		(void)seep_conf_parse(&conf, rows[at].conf, strlen(rows[at].conf), "test", &error);
		seep_control_path(&conf, got);
		is_str(got, rows[at].want, "the path of: %s", rows[at].conf);
		seep_conf_release(&conf);
	}
	snprintf(text, sizeof(text), "state-file: /%01022d\n", 0);
	is_int(seep_conf_parse(&conf, text, strlen(text), "test", &error), SEEP_CONF_OK,
	       "the longest state-file");
	seep_control_path(&conf, got);
	ok(strlen(got) >= SEEP_CONTROL_PATH_SIZE && strstr(got, ".control"), "its path fits");
	seep_conf_release(&conf);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	directory_make(directory);
	snprintf(path, sizeof(path), "%s/control", directory);
	rig_open(&rig, CONF);
	tap_run(test_requests);
	tap_run(test_long);
	tap_run(test_statistics);
	tap_run(test_status);
	tap_run(test_largest);
	tap_run(test_path);
	tap_run(test_modes);
	tap_run(test_chroot);
	tap_run(test_stale);
	tap_run(test_nowhere);
	tap_run(test_malformed);
	tap_run(test_slow);
	tap_run(test_many);
	rig_close(&rig);
	directory_remove(directory);
	return done();
}
