/* SPDX-License-Identifier: BSD-3-Clause */
/* The response policy zone: which domains are in it, how they are written, and its file. */
#include "fixture_engine.h"
#include "state/rpz.h"
#include "state/rpz_text.h"

#include <sys/stat.h>
#include <unistd.h>

/* Only the domain's meter matters, and it drains in a day. */
#define CONF                                                                     \
	"learning: 0\nuser-budget: 1g\nnetwork-budget: 1g\ndomain-budget: 100\n" \
	"domain-refill: 100\nallow-domain: allowed.com\nmemory-size: 1m\n"
#define MOST 64

static uint8_t room[MOST][SEEP_DOMAIN_TEXT_BYTES];

static struct seep_spent list(struct rig *rig, size_t most)
{
	struct seep_spent spent = { .domains = room, .room = most };

	seep_engine_list_spent(rig->engine, rig->now_ms, &spent);
	return spent;
}

/* The names that are listed, with blanks between. */
static const char *names_of(const struct seep_spent *spent)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < spent->count; i++) {
		size_t size = 1;

		for (size_t at = 0; spent->domains[i][at]; at += 1u + spent->domains[i][at])
			size += 1u + spent->domains[i][at];
		if (used)
			text[used++] = ' ';
		seep_name_print(text + used, sizeof(text) - used, spent->domains[i], size);
		used = strlen(text);
	}
	return text;
}

/* Sends names below DOMAIN until it is spent. */
static void spend_domain(struct rig *rig, const char *domain)
{
	send_all(rig, 1, domain, 1000);
}

static void test_listed(void)
{
	struct seep_spent spent;
	struct rig rig;

	rig_open(&rig, CONF);
	spent = list(&rig, MOST);
	is_int(spent.count, 0, "at first none is spent");
	rig_send(&rig, 1, rig_fresh(&rig, "fine.com"));
	spend_domain(&rig, "tunnel.com");
	spend_domain(&rig, "leak.co.uk");
	spend_domain(&rig, "allowed.com");
	spent = list(&rig, MOST);
	is_str(names_of(&spent), "leak.co.uk tunnel.com",
	       "two are, in order; none that is allowed");
	is_int(spent.left, 0, "none is left out");
	rig.now_ms += 2 * DAY_MS;
	spent = list(&rig, MOST);
	is_int(spent.count, 0, "what has drained is not");
	rig_close(&rig);
}

/* What cannot be named to others, for it is more than one somebody's, or not known whole. */
static void test_left_out(void)
{
	struct seep_spent spent;
	struct rig rig;

	rig_open(&rig, CONF);
	spend_domain(&rig, "somebody.github.io");
	spend_domain(&rig, "nothing.corp");
	/* What the table keeps of it is somebody's domain in .co. */
	spend_domain(&rig, "a-name-of-forty-one-letters-cut-is-anothe.co.uk");
	spent = list(&rig, MOST);
	is_str(names_of(&spent), "somebody.github.io", "one of three is listed");
	is_int(spent.left, 2, "a private name and a long one are left out");
	spend_domain(&rig, "second.com");
	spend_domain(&rig, "third.com");
	spent = list(&rig, 2);
	is_int(spent.count + spent.left, 5, "with room for two the others are counted");
	ok(spent.count <= 2, "and are not there");
	rig_close(&rig);
}

static void test_reverse(void)
{
	struct seep_spent spent;
	char text[64];
	struct rig rig;

	rig_open(&rig, CONF);
	for (unsigned i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "%u.2.0.192.in-addr.arpa", i * 89 % 256);
		rig_send(&rig, 1, text);
	}
	for (unsigned i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "%u.198.in-addr.arpa", i * 89 % 256);
		rig_send(&rig, 1, text);
		snprintf(text, sizeof(text), "%u.in-addr.arpa", i * 89 % 256);
		rig_send(&rig, 1, text);
	}
	spent = list(&rig, MOST);
	is_str(names_of(&spent), "2.0.192.in-addr.arpa", "a whole /24 is listed, no wider zone");
	rig_close(&rig);
}

static void test_modes(void)
{
	static const struct {
		const char *conf;
		size_t count;
	} cases[] = {
		{ CONF, 1 },
		{ CONF "action: flag\n", 0 },
		{ "learning: 1d\nuser-budget: 1g\nnetwork-budget: 1g\ndomain-budget: 100\n", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rig rig;

		rig_open(&rig, cases[i].conf);
		for (unsigned n = 0; n < 50; n++)
			rig_send(&rig, 1, rig_fresh(&rig, "tunnel.com"));
		is_int(rig_stat(&rig, "domains.spent"), 1, "%zu: one is spent", i);
		is_int(list(&rig, MOST).count, cases[i].count, "%zu: it is listed if refused", i);
		rig_close(&rig);
	}
}

/* What a policy lets pass is not refused elsewhere either; one may refuse under action: flag. */
static void test_policies(void)
{
	static const struct {
		const char *conf, *names;
	} cases[] = {
		{ CONF "domain-policy: tunnel.com flag\n", "leak.com" },
		{ CONF "domain-policy: tunnel.com ignore\n", "leak.com" },
		{ CONF "vital: tunnel.com\n", "leak.com" },
		{ CONF "policy: 10.0.0.0/8 flag\n", "leak.com tunnel.com" },
		{ CONF "action: flag\ndomain-policy: tunnel.com refuse\n", "tunnel.com" },
		{ CONF "action: flag\npolicy: 10.0.0.0/8 refuse\n", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seep_spent spent;
		struct rig rig;

		rig_open(&rig, cases[i].conf);
		spend_domain(&rig, "tunnel.com");
		spend_domain(&rig, "leak.com");
		spent = list(&rig, MOST);
		is_str(names_of(&spent), cases[i].names, "%zu: those that are refused", i);
		is_int(spent.left, 0, "%zu: none is left out", i);
		rig_close(&rig);
	}
}

static struct seep_spent spent_of(const char *const *texts, size_t count)
{
	memset(room, 0, sizeof(room));
	for (size_t i = 0; i < count; i++) {
		struct wire wire = wire_of(texts[i]);

		memcpy(room[i], wire.bytes, wire.size);
	}
	return (struct seep_spent){ .domains = room, .room = MOST, .count = count };
}

static void test_text(void)
{
	static const char *const texts[] = { "tunnel.com", "_a-Z9.x\\.y\\;\\(\\\"\\@\\$\\\\.com",
					     "\\000\\009\\010\\032\\127\\255.com" };
	static const char wanted[] =
		SEEP_RPZ_HEAD "domains whose meter is spent (seep.conf: rpz-file).\n"
			      "; It is written anew at each change.\n"
			      "$TTL 60\n@ SOA localhost. seep.invalid. 4294967295 60 30 604800 60\n"
			      "@ NS localhost.\n"
			      "tunnel.com CNAME .\n*.tunnel.com CNAME .\n"
			      "_a-Z9.x\\046y\\059\\040\\034\\064\\036\\092.com CNAME .\n"
			      "*._a-Z9.x\\046y\\059\\040\\034\\064\\036\\092.com CNAME .\n"
			      "\\000\\009\\010\\032\\127\\255.com CNAME .\n"
			      "*.\\000\\009\\010\\032\\127\\255.com CNAME .\n";
	struct seep_spent spent = spent_of(texts, COUNT(texts));
	char text[SEEP_RPZ_TEXT_BYTES(COUNT(texts)) + 1];
	size_t size = seep_rpz_text(text, &spent, UINT32_MAX);
	uint32_t serial = 0;

	text[size] = '\0';
	is_str(text, wanted, "the zone as text");
	ok(seep_rpz_serial_of(text, &serial) && serial == UINT32_MAX, "its serial is read back");
}

/* However they are spelled, MOST domains fit. */
static void test_bounded(void)
{
	char *text = malloc(SEEP_RPZ_TEXT_BYTES(MOST));
	struct seep_spent spent = { .domains = room, .room = MOST, .count = MOST };
	size_t size;

	memset(room, 0xff, sizeof(room));
	for (unsigned i = 0; i < MOST; i++) {
		room[i][0] = SEEP_DOMAIN_TEXT_BYTES - 2;
		room[i][SEEP_DOMAIN_TEXT_BYTES - 1] = 0;
	}
	size = seep_rpz_text(text, &spent, UINT32_MAX);
	ok(size < SEEP_RPZ_TEXT_BYTES(MOST) && memcmp(text + size - 9, " CNAME .\n", 9) == 0,
	   "the longest names fit, to the last line: %zu bytes", size);
	free(text);
}

static void test_triggers(void)
{
	static const struct {
		const char *name;
		bool can;
	} cases[] = {
		{ "tunnel.com", true },      { "*.com", false },
		{ "a.*.com", false },        { "**.com", true },
		{ "192.rpz-ip", false },     { "x.RPZ-Client-IP", false },
		{ "x.rpz-anything", false }, { "rpz-ip.com", true },
		{ "x.rpz", true },           { ".", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire wire = wire_of(cases[i].name);

		is_bool(seep_rpz_can_name(wire.bytes), cases[i].can, "\"%s\" can%s be a trigger",
			cases[i].name, cases[i].can ? "" : " not");
	}
}

static void test_serials(void)
{
	uint32_t serial;

	is_int(seep_rpz_next_serial(0, NOW_S), NOW_S, "the first is the time");
	is_int(seep_rpz_next_serial(NOW_S, NOW_S), NOW_S + 1, "in the same second one more");
	is_int(seep_rpz_next_serial(NOW_S + 100, NOW_S), NOW_S + 101,
	       "so too when the clock was ahead");
	is_int(seep_rpz_next_serial(UINT32_MAX, UINT32_MAX), 0, "after the last comes 0");
	is_int(seep_rpz_next_serial(UINT32_MAX, UINT64_C(0x100000005)), 5,
	       "the time goes on behind it");
	ok(!seep_rpz_serial_of("", &serial) && !seep_rpz_serial_of("server:\n", &serial) &&
		   !seep_rpz_serial_of(SEEP_RPZ_HEAD "cut", &serial) &&
		   !seep_rpz_serial_of("x\n@ SOA localhost. seep.invalid. 1 60\n", &serial),
	   "what is no zone of Seep's has none");
}

/* The file. */

struct said {
	unsigned problems, others;
	char last[2048];
};

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ NOW_MS, NOW_MS };
}

static void say(void *context, bool problem, const char *text)
{
	struct said *said = context;

	said->problems += problem;
	said->others += !problem;
	snprintf(said->last, sizeof(said->last), "%s", text);
}

/* Starts and stops: the thread looks once at least. */
static void run_once(struct rig *rig, const char *path, struct said *said)
{
	const struct seep_rpz_setup setup = {
		.path = path, .engine = rig->engine, .now = now, .say = say, .context = said
	};

	seep_rpz_stop(seep_rpz_start(&setup));
}

static const char *content(const char *path)
{
	static char text[8192];
	FILE *file = fopen(path, "r");
	size_t size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[size] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void put_content(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file) {
		fputs(text, file);
		fclose(file);
	}
}

static void test_file(void)
{
	char directory[] = "/tmp/seep-rpz-XXXXXX", path[64], next[96];
	struct said said = { 0 };
	struct stat status;
	uint32_t first = 0, second = 0;
	struct rig rig;

	directory_make(directory);
	snprintf(path, sizeof(path), "%s/zone", directory);
	rig_open(&rig, CONF);
	run_once(&rig, path, &said);
	ok(seep_rpz_serial_of(content(path), &first) && !strstr(content(path), "CNAME"),
	   "the file is there at once, and empty");
	spend_domain(&rig, "tunnel.com");
	run_once(&rig, path, &said);
	ok(strstr(content(path), "\ntunnel.com CNAME .\n*.tunnel.com CNAME .\n"),
	   "what is spent is in it");
	ok(seep_rpz_serial_of(content(path), &second) && second == first + 1,
	   "its serial rises, after a restart, too");
	ok(stat(path, &status) == 0 && (status.st_mode & 07777) == 0644, "others may read it");
	snprintf(next, sizeof(next), "%s.new-%ld", path, (long)getpid());
	ok(access(next, F_OK) != 0, "no other file stays");
	is_int(said.problems + said.others, 0, "nothing was said");
	put_content(path, "server:\n\tverbosity: 1\n");
	run_once(&rig, path, &said);
	is_str(content(path), "server:\n\tverbosity: 1\n", "somebody else's file is left as it is");
	ok(said.problems == 1 && strstr(said.last, "is no zone of Seep's"), "and that is said: %s",
	   said.last);
	put_content(path, "");
	run_once(&rig, path, &said);
	ok(strstr(content(path), "tunnel.com CNAME"), "an empty file is taken");
	rig_close(&rig);
	directory_remove(directory);
}

static void test_unwritable(void)
{
	struct said said = { 0 };
	struct rig rig;

	rig_open(&rig, CONF);
	run_once(&rig, "/proc/no-such-directory/zone", &said);
	ok(said.problems == 1 && strstr(said.last, "No such file") &&
		   strstr(said.last, "make its directory"),
	   "a bad path is said once, with what to do: %s", said.last);
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_listed);
	tap_run(test_left_out);
	tap_run(test_reverse);
	tap_run(test_modes);
	tap_run(test_policies);
	tap_run(test_text);
	tap_run(test_bounded);
	tap_run(test_triggers);
	tap_run(test_serials);
	tap_run(test_file);
	tap_run(test_unwritable);
	return done();
}
