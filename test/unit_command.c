/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket's commands that change something: what they do, who may, what is told of it.
 */
#include "control/answer.h"
#include "fixture_engine.h"

#include <unistd.h>

#define CONF "learning: 2d\nmemory-size: 1m\n"

static char directory[] = "/tmp/seep-unit-command-XXXXXX";
static char state[64];

/* A Seep whose socket is asked, and what it was told. */
struct asked {
	struct rig rig;
	struct seep_control_source source;
	struct seep_control_answer answer;
	char text[SEEP_CONTROL_ANSWER_MAX + 1];
	unsigned told;
	struct seep_control_change last;
	char maker[64], from[SEEP_CONTROL_FROM_SIZE], what[512], reason[160]; /* of the last */
};

static struct seep_state_tick now(void *context)
{
	struct asked *asked = context;

	/* The wall clock is a day ahead. */
	return (struct seep_state_tick){ .when_ms = asked->rig.now_ms,
					 .wall_ms = asked->rig.now_ms + DAY_MS };
}

static void changed(void *context, const struct seep_control_change *change)
{
	struct asked *asked = context;

	asked->told++;
	asked->last = *change;
	snprintf(asked->maker, sizeof(asked->maker), "%s", change->maker);
	snprintf(asked->from, sizeof(asked->from), "%s", change->from ? change->from : "");
	snprintf(asked->what, sizeof(asked->what), "%s", change->what);
	snprintf(asked->reason, sizeof(asked->reason), "%s", change->reason);
	printf("# %s: %s\n", change->maker, change->what);
}

static void say(void *context, bool problem, const char *text)
{
	(void)context, (void)problem;
	printf("# %s\n", text);
}

static void open_asked(struct asked *asked, const char *conf)
{
	struct seep_changes_setup setup = {
		.beside = state, .when_ms = NOW_MS, .wall_ms = NOW_MS, .say = say
	};
	char name[80];

	snprintf(name, sizeof(name), "%s.changes", state);
	(void)unlink(name);
	snprintf(name, sizeof(name), "%s.changes.old", state);
	(void)unlink(name);
	memset(asked, 0, sizeof(*asked));
	rig_open(&asked->rig, conf);
	setup.engine = asked->rig.engine;
	setup.learning_s = asked->rig.conf.learning_s;
	asked->source = (struct seep_control_source){ .version = "1",
						      .engine = asked->rig.engine,
						      .changes = seep_changes_open(&setup),
						      .changed = changed,
						      .now = now,
						      .context = asked };
}

static void close_asked(struct asked *asked)
{
	seep_changes_close(asked->source.changes);
	rig_close(&asked->rig);
}

/* REQUEST says who asks. */
static const char *ask_by(struct asked *asked, const char *command,
			  struct seep_control_request request)
{
	char text[SEEP_CONTROL_REQUEST_MAX];
	struct seep_counters base = { .queries = 0 };

	request.bytes = text;
	request.size = (size_t)snprintf(text, sizeof(text), "UBCT1 %s\n", command);
	(void)seep_control_answer(&asked->source, &base, &request, &asked->answer);
	memcpy(asked->text, asked->answer.bytes, asked->answer.size);
	asked->text[asked->answer.size] = '\0';
	return asked->text;
}

static const char *ask_as(struct asked *asked, const char *command, bool may_change)
{
	return ask_by(asked, command, (struct seep_control_request){ .may_change = may_change });
}

static const char *ask(struct asked *asked, const char *command)
{
	return ask_as(asked, command, true);
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* Fails with one line that has PART, changes nothing and tells nothing. */
static void fails(struct asked *asked, const char *command, const char *part)
{
	unsigned told = asked->told;
	const char *text = ask(asked, command);

	ok(strncmp(text, "error ", 6) == 0 && has(text, part) &&
		   strchr(text, '\n') == text + strlen(text) - 1,
	   "%s: %s", command, text);
	is_int(asked->told, told, "%s: nothing is told", command);
}

static size_t count_of(const struct asked *asked)
{
	return seep_exceptions_count(seep_engine_exceptions(asked->rig.engine));
}

static void test_allow(void)
{
	static struct asked asked;
	const char *text;

	open_asked(&asked, CONF);
	text = ask(&asked, "allow Ads.Example for 30d user 10.0.0.0/24 reason  ticket 17,  them");
	ok(has(text, "domain=\"ads.example\"\nuser=\"10.0.0.0/24\"\n"), "%s", text);
	/* By the wall clock: NOW_S, a day, and thirty more. */
	ok(has(text, "since=\"2023-11-15T22:13:20Z\"\nuntil=\"2023-12-15T22:13:20Z\"\n"), "times");
	ok(has(text, "operator=\"root\"\noperator_uid=0\nreason=\"ticket 17, them\"\n"),
	   "who, why");
	ok(has(text, "replaced=false\nkept=true\nnote=null\n"), "it is kept");
	rig_send(&asked.rig, 1, rig_fresh(&asked.rig, "ads.example"));
	is_int(asked.rig.last.class, SEEP_CLASS_ALLOWED, "in force");
	is_int(asked.told, 1, "told once");
	is_int(asked.last.kind, SEEP_CONTROL_ALLOWED, "what kind it is");
	ok(asked.last.uid == 0 && strcmp(asked.maker, "root") == 0 && asked.last.is_kept, "who");
	is_str(asked.what, "allowed ads.example for user 10.0.0.0/24, until 2023-12-15T22:13:20Z",
	       "what");
	is_str(asked.reason, "ticket 17, them", "why");
	text = ask(&asked, "allow ads.example user 10.0.0.0/24 for 1h");
	ok(has(text, "replaced=true\n") && has(text, "reason=\"\"\n"), "words in another order");
	text = ask(&asked, "allow all.example");
	ok(has(text, "user=null\n") && has(text, "until=null\n"), "for everybody, for ever");
	is_str(asked.what, "allowed all.example for everybody", "that is told");
	is_int(count_of(&asked), 2, "two are there");
	close_asked(&asked);
}

/* A public suffix takes a word more, and nothing else does. */
static void test_allow_open(void)
{
	static const char *const others[] = { "example.com", "a.co.uk", "lan", "a.b.ck" };
	static const char *const open[] = { "com", "CO.UK.", "ck", "a.ck" };
	static struct asked asked;
	char command[64];

	open_asked(&asked, CONF);
	for (unsigned at = 0; at < COUNT(open); at++) {
		snprintf(command, sizeof(command), "allow %s for 1d reason a slip", open[at]);
		fails(&asked, command, " is a public suffix: everything below it would pass");
	}
	fails(&asked, "allow co.uk", "allow the domain that is meant, such as example.co.uk");
	is_int(count_of(&asked), 0, "none is in force");
	for (unsigned at = 0; at < COUNT(others); at++) {
		snprintf(command, sizeof(command), "allow %s", others[at]);
		ok(has(ask(&asked, command), "kept=true"), "%s", command);
	}
	ok(has(ask(&asked, "allow com for 1d force reason so it is meant"), "kept=true"), "forced");
	is_str(asked.reason, "so it is meant", "with its reason");
	ok(has(ask(&asked, "allow remove com"), "kept=true"), "what is removed opens nothing");
	close_asked(&asked);
}

static void test_allow_bad(void)
{
	static struct asked asked;
	char text[SEEP_CONTROL_REQUEST_MAX];

	open_asked(&asked, CONF);
	(void)ask(&asked, "allow good.example");
	fails(&asked, "allow", "not how it is used: allow DOMAIN");
	fails(&asked, "allow a..example", "\"a..example\" has an empty label: expected a domain");
	fails(&asked, "allow .", "is the root");
	fails(&asked, "allow 192.0.2.1", "ends in a number");
	fails(&asked, "allow a.example for", "nothing stands behind \"for\": expected a duration");
	fails(&asked, "allow a.example for 30", "\"30\" has no unit: expected a duration with");
	fails(&asked, "allow a.example for 30x", "has no such unit");
	fails(&asked, "allow a.example for 0d", "out of range");
	fails(&asked, "allow a.example for 3651d", "out of range");
	fails(&asked, "allow a.example for -1d", "is negative");
	fails(&asked, "allow a.example user", "nothing stands behind \"user\"");
	fails(&asked, "allow a.example user 10.0.0.300", "is not an IPv4 or IPv6 address");
	fails(&asked, "allow a.example user 10.0.0.1/8", "expected 10.0.0.0/8 or 10.0.0.1");
	fails(&asked, "allow a.example user 02:00:5e:00:53:01@192.0.2.0",
	      "has more than its MAC address: expected 02:00:5e:00:53:01, which is that user");
	fails(&asked, "clear user 02:00:5e:00:53:01", "is not an IPv4 or IPv6 address");
	fails(&asked, "allow a.example 30d", "\"30d\" is not expected there");
	fails(&asked, "allow a.example reason", "nothing stands behind \"reason\"");
	fails(&asked, "allow b\xc3\xbc.example", "printable ASCII");
	snprintf(text, sizeof(text), "allow a.example reason %0128d", 0);
	fails(&asked, text, "the reason is too long: expected at most 127 bytes");
	snprintf(text, sizeof(text), "allow a.example reason %0127d", 0);
	ok(has(ask(&asked, text), "kept=true\n"), "the longest reason");
	is_int(count_of(&asked), 2, "what was in force is, and nothing else");
	close_asked(&asked);
}

static void test_remove(void)
{
	static struct asked asked;

	open_asked(&asked, CONF);
	(void)ask(&asked, "allow a.example user 10.0.0.1");
	ok(has(ask(&asked, "allow a.example user 02:00:5E:00:53:01"),
	       "user=\"02:00:5e:00:53:01\"\n"),
	   "for a MAC address");
	is_str(asked.what, "allowed a.example for user 02:00:5e:00:53:01", "told by it");
	fails(&asked, "allow remove a.example user 02:00:5e:00:53:02",
	      "there is no such exception");
	ok(has(ask(&asked, "allow remove a.example user 02:00:5e:00:53:01"), "kept=true\n"),
	   "and removed by it");
	fails(&asked, "allow remove", "nothing stands behind \"remove\"");
	fails(&asked, "allow remove a.example", "there is no such exception");
	fails(&asked, "allow remove a.example user 10.0.0.2", "there is no such exception");
	fails(&asked, "allow remove a.example for 1d", "\"for\" is not expected there");
	ok(has(ask(&asked, "allow remove A.example. user 10.0.0.1 reason done"), "kept=true\n"),
	   "it is removed");
	is_str(asked.what, "no longer allowed a.example for user 10.0.0.1", "and told");
	is_str(asked.reason, "done", "with the reason");
	is_int(count_of(&asked), 0, "none is left");
	(void)ask(&asked, "allow a.example for 10s");
	asked.rig.now_ms += 10000;
	(void)seep_control_tick(&asked.source);
	fails(&asked, "allow remove a.example", "there is no such exception");
	close_asked(&asked);
}

static unsigned count_lines(const char *text, const char *line)
{
	unsigned count = 0;

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		count++;
	return count;
}

/* All of them come, in as many answers as it takes. */
static void test_list(void)
{
	static struct seep_exception all[SEEP_EXCEPTIONS_MOST];
	static struct asked asked;
	struct seep_exceptions *set;
	unsigned count = 0, answers = 0;
	char command[64] = "allow list 0", *next;

	open_asked(&asked, CONF);
	is_str(ask(&asked, "allow list"), "{\nexceptions=[\n]\nnext=null\n}\n", "none");
	for (unsigned at = 0; at < COUNT(all); at++) {
		char text[256];

		snprintf(text, sizeof(text), "d%u.%060d.%060d.%060d.example", at, 0, 0, 0);
		const struct wire wire = wire_of(text);

		memcpy(all[at].name, wire.bytes, wire.size);
		all[at].name_size = (uint8_t)wire.size;
		all[at].until_s = at % 2 ? NOW_S : NOW_S + 1;
		memset(all[at].reason, '"', sizeof(all[at].reason) - 1);
	}
	(void)seep_exceptions_create(&set, all, COUNT(all));
	seep_engine_except(asked.rig.engine, set);
	while (command[0] && answers < 100) {
		ask(&asked, command);
		ok(!asked.answer.is_full, "answer %u is whole", answers++);
		count += count_lines(asked.text, "domain=");
		next = strstr(asked.text, "\nnext=");
		command[0] = '\0';
		if (next && strncmp(next, "\nnext=null", 10) != 0)
			snprintf(command, sizeof(command), "allow list %d", atoi(next + 6));
	}
	is_int(count, COUNT(all) / 2, "all that hold, in %u answers", answers);
	fails(&asked, "allow list all", "\"all\" is not expected behind allow list");
	close_asked(&asked);
}

/* What was allowed ends by itself: told once, with who allowed it, before a command forgets it. */
static void test_ended(void)
{
	static struct asked asked;

	open_asked(&asked, CONF);
	ok(!seep_control_tick(&asked.source), "nothing is going to end");
	ask(&asked, "allow short.example for 10s user 192.0.2.7 reason ticket 17");
	ask(&asked, "allow other.example for 20s");
	ok(seep_control_tick(&asked.source), "something is");
	is_int(asked.told, 2, "two changes are told");
	asked.rig.now_ms += 10000;
	ok(seep_control_tick(&asked.source), "something is, still");
	is_int(asked.told, 3, "an end is told");
	is_int(asked.last.kind, SEEP_CONTROL_ALLOW_ENDED, "as one");
	is_int(asked.last.uid, 0, "with who allowed it");
	ok(has(asked.what, "allowed short.example for user 192.0.2.7 until 20") &&
		   has(asked.what, "Z, which is over"),
	   "with what it was: %s", asked.what);
	is_str(asked.reason, "ticket 17", "and why");
	is_bool(asked.last.names_user, true, "it names a user");
	(void)seep_control_tick(&asked.source);
	is_int(asked.told, 3, "once");
	asked.rig.now_ms += 10000;
	ask(&asked, "allow other.example for 20s");
	is_int(asked.told, 5, "the end, and the change after it");
	is_int(asked.last.kind, SEEP_CONTROL_ALLOWED, "in that order");
	close_asked(&asked);
}

/* Who allowed it over TLS has no uid: the end says so, and has no number in its place. */
static void test_ended_remote(void)
{
	static struct asked asked;

	open_asked(&asked, CONF);
	(void)ask_by(&asked, "allow short.example for 10s",
		     (struct seep_control_request){ .may_change = true,
						    .uid = SEEP_CONTROL_NOBODY,
						    .from = "192.0.2.7, CN=far",
						    .name = "far" });
	is_str(asked.from, "192.0.2.7, CN=far", "the change is told with address and subject");
	asked.rig.now_ms += 10000;
	(void)seep_control_tick(&asked.source);
	is_int(asked.last.kind, SEEP_CONTROL_ALLOW_ENDED, "it ends");
	is_str(asked.maker, "far", "with who allowed it");
	is_str(asked.from, "over TLS, far", "and how that was known");
	close_asked(&asked);
}

static void test_clear(void)
{
	static struct asked asked;
	const char *text;

	open_asked(&asked, "learning: 0\nuser-budget: 100\nuser-refill: 0\ndomain-budget: 1g\n"
			   "memory-size: 1m\n" NETWORK_FREE);
	spend(&asked.rig, 1);
	fails(&asked, "clear user", "not how it is used: clear user ADDRESS");
	fails(&asked, "clear everything now", "expected user, network or domain");
	fails(&asked, "clear users 10.0.0.1", "expected user, network or domain");
	fails(&asked, "clear user somebody", "is not an IPv4 or IPv6 address");
	fails(&asked, "clear user 10.0.0.0/24", "\"10.0.0.0/24\" is no user: expected an address");
	fails(&asked, "clear user 10.0.0.77", "user 10.0.0.77 has no meter");
	fails(&asked, "clear network 10.0.0.0/23", "expected an address, or one with /24");
	fails(&asked, "clear network 10.9.0.0/24", "network 10.9.0.0/24 has no meter");
	fails(&asked, "clear domain nowhere.example", "domain nowhere.example has no meter");
	fails(&asked, "clear domain a..b", "has an empty label");
	fails(&asked, "clear user 10.0.0.1 now", "\"now\" is not expected there");
	is_stat(&asked.rig, "users.spent", 1, "nothing has changed");
	text = ask(&asked, "clear user ::ffff:10.0.0.1 reason a false alarm");
	ok(has(text, "cleared=\"user\"\nuser=\"10.0.0.1\"\nlevel_bytes=") &&
		   has(text, "was_spent=true\nnetwork_spent=false\n"),
	   "%s", text);
	/* There is no keeper here. */
	ok(has(text, "kept=false\nnote=\"it is in force, but in memory alone"), "it says so");
	is_stat(&asked.rig, "users.spent", 0, "cleared");
	ok(asked.told == 1 && asked.last.kind == SEEP_CONTROL_CLEARED && !asked.last.is_kept,
	   "told once");
	ok(strncmp(asked.what, "cleared user 10.0.0.1, at ", 26) == 0 &&
		   has(asked.what, " bytes, spent"),
	   "%s", asked.what);
	is_str(asked.reason, "a false alarm", "why");
	ok(has(ask(&asked, "clear network 10.0.0.1"), "network=\"10.0.0.0/24\"\n"), "a network");
	ok(has(ask(&asked, "clear network 10.0.0.0/24"), "newcomers_bytes=0.000\n"), "by its own");
	ok(has(ask(&asked, "clear domain www.s1-1.com"), "domain=\"s1-1.com\"\n"),
	   "a domain, by a name in it");
	close_asked(&asked);
}

static void test_learn(void)
{
	static struct asked asked;
	const char *text;

	open_asked(&asked, CONF);
	text = ask(&asked, "learn status");
	ok(has(text, "learning=true\nsince=\"2023-11-15T22:13:20Z\"\n"
		     "until=\"2023-11-17T22:13:20Z\"\n"),
	   "%s", text);
	fails(&asked, "learn", "not how it is used: learn status");
	fails(&asked, "learn more", "\"more\": expected status, end or extend");
	fails(&asked, "learn extend", "nothing stands behind \"extend\"");
	fails(&asked, "learn extend 3", "\"3\" has no unit");
	fails(&asked, "learn end now", "\"now\" is not expected there");
	is_int(seep_engine_mode(asked.rig.engine, NOW_MS), SEEP_MODE_LEARNING, "it goes on");
	text = ask(&asked, "learn extend 3d reason few are here");
	ok(has(text, "until=\"2023-11-20T22:13:20Z\"\nkept=true\n"), "%s", text);
	is_str(asked.what, "extended learning, until 2023-11-20T22:13:20Z", "told");
	is_str(asked.reason, "few are here", "why");
	text = ask(&asked, "learn end");
	ok(has(text, "learning=false\n") && has(text, "until=\"2023-11-15T22:13:20Z\"\n"), "%s",
	   text);
	is_int(seep_engine_mode(asked.rig.engine, NOW_MS), SEEP_MODE_GUARD, "it is over");
	is_int(asked.last.kind, SEEP_CONTROL_LEARNING_ENDED, "told");
	fails(&asked, "learn end", "learning is over");
	fails(&asked, "learn extend 3d", "learning is over");
	text = ask(&asked, "learn status");
	ok(has(text, "learning=false\n"), "%s", text);
	close_asked(&asked);
}

/* What learning taught, and whom no budget fits. */
static void test_learned(void)
{
	static struct asked asked;
	const char *text;

	open_asked(&asked, "learning: 7d\nmemory-size: 1m\n");
	for (unsigned n = 0; n < 3000; n++)
		rig_send(&asked.rig, 1, rig_fresh(&asked.rig, "far.com"));
	(void)send_all(&asked.rig, 2, "near.com", 30);
	ok(!has(ask(&asked, "learn status"), "users_learned"), "nothing is known yet");
	asked.rig.now_ms += 7 * DAY_MS;
	text = ask(&asked, "learn status");
	ok(has(text, "users_learned=1\n") && has(text, "users_unfit=1\n") &&
		   has(text, "no_budget_fits=[\n{\nuser=\"10.0.0.1\"\nnames="),
	   "%s", text);
	close_asked(&asked);
}

/* Others may look; and where there is no engine, or no memory was left, nothing is done. */
static void test_who(void)
{
	static const char *const changes[] = { "allow a.example", "allow remove a.example",
					       "clear user 10.0.0.1", "learn end",
					       "learn extend 1d" };
	static struct asked asked;
	struct seep_changes *kept;

	open_asked(&asked, CONF);
	rig_send(&asked.rig, 1, "www.far.com");
	(void)ask(&asked, "allow a.example");
	for (size_t at = 0; at < COUNT(changes); at++)
		ok(has(ask_as(&asked, changes[at], false),
		       "error only root and Unbound's user may change anything"),
		   "others: %s", changes[at]);
	ok(has(ask_as(&asked, "allow list", false), "a.example") &&
		   has(ask_as(&asked, "learn status", false), "learning=true"),
	   "others may look");
	is_int(asked.told, 1, "nothing has changed");
	kept = asked.source.changes;
	asked.source.changes = NULL;
	for (size_t at = 0; at < COUNT(changes); at++)
		fails(&asked, changes[at], "there was no memory at the start");
	asked.source.changes = kept;
	asked.source.engine = NULL;
	asked.source.why = SEEP_PASSTHROUGH_CONF;
	for (size_t at = 0; at < COUNT(changes); at++)
		fails(&asked, changes[at], "Seep passes everything");
	is_int(seep_engine_mode(asked.rig.engine, NOW_MS), SEEP_MODE_LEARNING,
	       "nothing has changed");
	close_asked(&asked);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	directory_make(directory);
	snprintf(state, sizeof(state), "%s/state", directory);
	tap_run(test_allow);
	tap_run(test_allow_open);
	tap_run(test_allow_bad);
	tap_run(test_remove);
	tap_run(test_list);
	tap_run(test_ended);
	tap_run(test_ended_remote);
	tap_run(test_clear);
	tap_run(test_learn);
	tap_run(test_learned);
	tap_run(test_who);
	directory_remove(directory);
	return done();
}
