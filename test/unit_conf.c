/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep.conf: what parses to what, and what is said about what does not.
 * SEEP_MAN and SEEP_EXAMPLE are paths of the built seep.conf(5) and of seep.conf.example.
 */
#include "conf/conf.h"
#include "tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
/* A string literal and its bytes, NULs included. */
#define TEXT(literal) literal, sizeof(literal) - 1

#define TEN      "0123456789"
#define HUNDRED  TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define EIGHT    "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED

static char directory[256]; /* for files, removed at the end */

/* Parse a copy of the very size, so that a sanitizer sees a byte read too far. */
static enum seep_conf_status parse(struct seep_conf *conf, const char *text, size_t size,
				   struct seep_conf_error *error)
{
	char *exact = malloc(size ? size : 1);
	enum seep_conf_status status;

	memset(error, 0, sizeof(*error));
	memcpy(exact, text, size);
	status = seep_conf_parse(conf, exact, size, "test.conf", error);
	free(exact);
	return status;
}

static const char *formatted(const struct seep_conf_error *error)
{
	static char text[SEEP_CONF_ERROR_SIZE];

	seep_conf_error_format(error, text);
	return text;
}

/* Whether all of conf is as by default; says which option is not. */
static bool is_default(const struct seep_conf *conf)
{
	struct seep_conf defaults;

	seep_conf_defaults(&defaults);
	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		const struct seep_option *option = &seep_options[at];

		if (memcmp((const char *)conf + option->offset,
			   (const char *)&defaults + option->offset, option->size) != 0) {
			printf("# %s is not its default\n", option->name);
			return false;
		}
	}
	return true;
}

/* What the project promises, typed once more so that a slip in the table shows. */
static void test_defaults(void)
{
	struct seep_conf conf;

	memset(&conf, 0xff, sizeof(conf));
	seep_conf_defaults(&conf);
	is_int(conf.action, SEEP_ACTION_REFUSE, "action");
	is_int(conf.spoofable, SEEP_SPOOFABLE_METER, "spoofable");
	is_int(conf.learning_s, 7 * 86400, "learning");
	ok(conf.user_budget_bytes == SEEP_AUTO, "user-budget");
	ok(conf.user_refill_bytes_per_day == SEEP_AUTO, "user-refill");
	ok(conf.network_budget_bytes == SEEP_AUTO, "network-budget");
	ok(conf.network_refill_bytes_per_day == SEEP_AUTO, "network-refill");
	ok(conf.domain_budget_bytes == SEEP_AUTO, "domain-budget");
	ok(conf.domain_refill_bytes_per_day == SEEP_AUTO, "domain-refill");
	is_int(conf.flag_at_percent, 75, "flag-at");
	is_int(conf.memory_s, 30 * 86400, "memory");
	is_int(conf.memory_size_bytes, 64 << 20, "memory-size");
	is_int(conf.user_prefix_v4_bits, 32, "user-prefix-v4");
	is_int(conf.user_prefix_v6_bits, 128, "user-prefix-v6");
	is_int(conf.network_prefix_v4_bits, 24, "network-prefix-v4");
	is_int(conf.network_prefix_v6_bits, 64, "network-prefix-v6");
	ok(!conf.exempt_user && !conf.allow_domain, "lists are empty");
	ok(conf.allow_lists == NULL, "allow-list");
	is_str(conf.public_suffix_list, "", "public-suffix-list");
	is_str(conf.control_socket, "auto", "control-socket");
	is_str(conf.control_group, "", "control-group");
	is_str(conf.control_interface, "", "control-interface");
	is_str(conf.server_key_file, "unbound_server.key", "server-key-file");
	is_str(conf.server_cert_file, "unbound_server.pem", "server-cert-file");
	is_str(conf.control_key_file, "unbound_control.key", "control-key-file");
	is_str(conf.control_cert_file, "unbound_control.pem", "control-cert-file");
	is_str(conf.event_log, "", "event-log");
	is_int(conf.event_rate, 100, "event-rate");
	is_int(conf.privacy, SEEP_PRIVACY_NAMES, "privacy");
	is_bool(conf.log_events, true, "log-events");
	ok(is_default(&conf), "the comparison of this test agrees");
	conf.log_events = false;
	ok(!is_default(&conf), "the comparison of this test sees a change");
}

/* A network that is not given is as wide as a user at least. */
static void test_networks(void)
{
	static const struct {
		const char *text;
		uint64_t v4, v6;
	} cases[] = {
		{ "user-prefix-v4: 16\n", 16, 64 },
		{ "user-prefix-v4: 28\nuser-prefix-v6: 48\n", 24, 48 },
		{ "user-prefix-v4: 24\nnetwork-prefix-v4: 24\n", 24, 64 },
	};
	struct seep_conf_error error;
	struct seep_conf conf;

	for (size_t i = 0; i < COUNT(cases); i++) {
		is_int(parse(&conf, cases[i].text, strlen(cases[i].text), &error), SEEP_CONF_OK,
		       "%s", "prefixes");
		is_int(conf.network_prefix_v4_bits, cases[i].v4, "case %zu: IPv4", i);
		is_int(conf.network_prefix_v6_bits, cases[i].v6, "case %zu: IPv6", i);
		seep_conf_release(&conf);
	}
}

/* Each row of the table: its default parses and is the default; its ends parse, none beyond. */
static void test_table(void)
{
	struct seep_conf_error error;
	struct seep_conf conf;
	char line[256];

	for (size_t at = 0; at < SEEP_OPTION_COUNT; at++) {
		const struct seep_option *option = &seep_options[at];
		char expected[SEEP_CONF_EXPECTED_SIZE];
		const char *sentence = strstr(option->text, ". ");
		int size = snprintf(line, sizeof(line), "%s: \"%s\"\n", option->name,
				    option->default_text);

		is_int(parse(&conf, line, (size_t)size, &error), SEEP_CONF_OK,
		       "%s: the default parses", option->name);
		ok(is_default(&conf), "%s: and is the default", option->name);
		seep_conf_release(&conf);

		seep_option_expected(option, expected);
		ok(strlen(expected) > 5 && strlen(expected) < SEEP_CONF_EXPECTED_SIZE - 1,
		   "%s: expects %s", option->name, expected);
		ok((sentence ? (size_t)(sentence - option->text) : strlen(option->text)) <= 100,
		   "%s: the first sentence fits a line", option->name);
		for (size_t other = 0; other < at; other++) {
			if (strcmp(option->name, seep_options[other].name) == 0)
				ok(false, "%s: stands twice in the table", option->name);
		}

		if (option->max == 0)
			continue;
		for (int beyond = 0; beyond < 2; beyond++) {
			size = snprintf(line, sizeof(line), "%s: %ju", option->name,
					(uintmax_t)option->max + beyond);
			is_int(parse(&conf, line, (size_t)size, &error),
			       beyond ? SEEP_CONF_BAD : SEEP_CONF_OK, "%s", line);
			seep_conf_release(&conf);
			size = snprintf(line, sizeof(line), "%s: %jd", option->name,
					(intmax_t)option->min - beyond);
			is_int(parse(&conf, line, (size_t)size, &error),
			       beyond ? SEEP_CONF_BAD : SEEP_CONF_OK, "%s", line);
			seep_conf_release(&conf);
		}
	}
}

/* Numbers, through options that show them. */
static void test_values(void)
{
	static const struct {
		const char *value;
		bool good;
		uint64_t bytes;
	} sizes[] = {
		{ "16", true, 16 },
		{ "4k", true, 4096 },
		{ "4K", true, 4096 },
		{ "2m", true, 2 << 20 },
		{ "1g", true, 1 << 30 },
		{ "0016", true, 16 },
		{ "\"4k\"", true, 4096 },
		{ "'4k'", true, 4096 },
		{ "1024m", true, 1 << 30 },
		{ "1025m", false, 0 },
		{ "15", false, 0 },
		{ "0", false, 0 },
		{ "4kb", false, 0 },
		{ "4 k", false, 0 },
		{ "4t", false, 0 },
		{ "4d", false, 0 },
		{ "k", false, 0 },
		{ "0x10", false, 0 },
		{ "1.5k", false, 0 },
		{ "1e3", false, 0 },
		{ "+16", false, 0 },
		{ "-16", false, 0 },
		{ "\" 16\"", false, 0 },
		{ "\"\"", false, 0 },
		{ "16\\", false, 0 },
		{ "99999999999999999999g", false, 0 },
		{ "18446744073709551615", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "18446744073709551632", false, 0 },
		/* 2^54 and 2^34: with their unit they come to 0 and 16 modulo 2^64, or close. */
		{ "18014398509481984k", false, 0 },
		{ "17179869184g", false, 0 },
		{ "17179869185g", false, 0 },
	};
	static const struct {
		const char *value;
		bool good;
		uint64_t seconds;
	} durations[] = {
		{ "0", true, 0 },           { "90", true, 90 },     { "30s", true, 30 },
		{ "5m", true, 300 },        { "12h", true, 43200 }, { "7d", true, 604800 },
		{ "365D", true, 31536000 }, { "366d", false, 0 },   { "1w", false, 0 },
		{ "1d12h", false, 0 },      { "7 d", false, 0 },    { "7k", false, 0 },
		{ "never", false, 0 },      { "-1d", false, 0 },
	};
	static const struct {
		const char *value;
		bool good;
		uint64_t percent;
	} percents[] = {
		{ "1", true, 1 },     { "80%", true, 80 }, { "100", true, 100 },
		{ "101%", false, 0 }, { "0", false, 0 },   { "80%%", false, 0 },
		{ "0.8", false, 0 },  { "%", false, 0 },   { "80k", false, 0 },
	};
	struct seep_conf_error error;
	struct seep_conf conf;
	char line[256];
	int size;

	for (size_t at = 0; at < COUNT(sizes); at++) {
		size = snprintf(line, sizeof(line), "user-budget: %s", sizes[at].value);
		is_int(parse(&conf, line, (size_t)size, &error),
		       sizes[at].good ? SEEP_CONF_OK : SEEP_CONF_BAD, "%s", line);
		ok(conf.user_budget_bytes == (sizes[at].good ? sizes[at].bytes : SEEP_AUTO),
		   "%s: bytes", line);
		seep_conf_release(&conf);
	}
	for (size_t at = 0; at < COUNT(durations); at++) {
		size = snprintf(line, sizeof(line), "learning: %s", durations[at].value);
		is_int(parse(&conf, line, (size_t)size, &error),
		       durations[at].good ? SEEP_CONF_OK : SEEP_CONF_BAD, "%s", line);
		is_int(conf.learning_s, durations[at].good ? durations[at].seconds : 604800,
		       "%s: seconds", line);
		seep_conf_release(&conf);
	}
	for (size_t at = 0; at < COUNT(percents); at++) {
		size = snprintf(line, sizeof(line), "flag-at: %s", percents[at].value);
		is_int(parse(&conf, line, (size_t)size, &error),
		       percents[at].good ? SEEP_CONF_OK : SEEP_CONF_BAD, "%s", line);
		is_int(conf.flag_at_percent, percents[at].good ? percents[at].percent : 75,
		       "%s: percent", line);
		seep_conf_release(&conf);
	}
}

/* Files that are good as they stand: each sets action to flag. */
static void test_good(void)
{
	static const struct {
		const char *text;
		size_t size;
		const char *what;
	} cases[] = {
		{ TEXT("action: flag\n"), "one line" },
		{ TEXT("action: flag"), "no newline at the end" },
		{ TEXT("action: flag\r\n"), "CRLF" },
		{ TEXT("action: flag\r"), "CR at the end" },
		{ TEXT("\r\n\r\naction: flag\r\n\r\n"), "empty lines, CRLF" },
		{ TEXT("\n\n  \t \naction: flag\n\n"), "empty lines" },
		{ TEXT("\t action:\tflag \t\n"), "blanks around" },
		{ TEXT("action:flag\n"), "no blank after the colon" },
		{ TEXT("action: \"flag\"\n"), "double quotes" },
		{ TEXT("action: 'flag'\n"), "single quotes" },
		{ TEXT("action: flag # comment\n"), "a comment behind" },
		{ TEXT("action: \"flag\"# comment\n"), "a comment right behind a quote" },
		{ TEXT("# comment\n  # comment: \"\naction: flag\n#"), "comment lines" },
		{ TEXT("# b\xc3\xbc"
		       "cher\naction: flag\n"),
		  "bytes outside ASCII in a comment" },
		{ TEXT("seep:\naction: flag\n"), "the clause" },
		{ TEXT("seep: # comment\n  action: flag\n"), "the clause, with a comment" },
		{ TEXT("seep:\nseep:\naction: flag\n"), "the clause twice" },
		{ TEXT("\xef\xbb\xbf"
		       "action: flag\n"),
		  "a byte order mark" },
	};
	struct seep_conf_error error;
	struct seep_conf conf;

	for (size_t at = 0; at < COUNT(cases); at++) {
		if (!is_int(parse(&conf, cases[at].text, cases[at].size, &error), SEEP_CONF_OK,
			    "%s", cases[at].what))
			printf("#   %s\n", formatted(&error));
		is_int(conf.action, SEEP_ACTION_FLAG, "%s: taken", cases[at].what);
		seep_conf_release(&conf);
	}
	is_int(parse(&conf, "", 0, &error), SEEP_CONF_OK, "an empty file");
	ok(is_default(&conf), "an empty file is all defaults");
	seep_conf_release(&conf);
}

/* Files with one mistake, and the line that an operator reads about it. */
static void test_bad(void)
{
	static const struct {
		const char *text;
		size_t size;
		const char *message;
	} cases[] = {
		{ TEXT("action: refuze\n"),
		  "1: action: \"refuze\" is no action: expected refuse or flag" },
		{ TEXT("action: Flag\n"),
		  "1: action: \"Flag\" is no action: expected refuse or flag" },
		{ TEXT("log-events: yes\naction: drop\n"),
		  "2: action: \"drop\" is no action: expected refuse or flag" },
		{ TEXT("# a\r\n\r\naction: drop\r\n"),
		  "3: action: \"drop\" is no action: expected refuse or flag" },
		{ TEXT("log-events: true\n"),
		  "1: log-events: \"true\" is neither: expected yes or no" },
		{ TEXT("user-budget: 15\n"),
		  "1: user-budget: \"15\" is out of range: expected a size from 16 to 1g, or auto" },
		{ TEXT("user-budget: 99999999999999999999g\n"),
		  "1: user-budget: \"99999999999999999999g\" is out of range: expected a size from 16 to 1g, or auto" },
		{ TEXT("user-budget: -1\n"),
		  "1: user-budget: \"-1\" is negative: expected a size from 16 to 1g, or auto" },
		{ TEXT("user-budget: lots\n"),
		  "1: user-budget: \"lots\" is not a number: expected a size from 16 to 1g, or auto" },
		{ TEXT("user-budget: \"\"\n"),
		  "1: user-budget: \"\" is not a number: expected a size from 16 to 1g, or auto" },
		{ TEXT("learning: 1w\n"),
		  "1: learning: \"1w\" has no such unit: expected a duration from 0 to 365d" },
		{ TEXT("flag-at: 50.5\n"),
		  "1: flag-at: \"50.5\" is not a whole number: expected a percentage from 1% to 100%" },
		{ TEXT("user-prefix-v4: 24\nnetwork-prefix-v4: 25\naction: flag\n"),
		  "2: network-prefix-v4: 25 bits are a part of a user: expected 24 bits at most, as "
		  "user-prefix-v4 has" },
		{ TEXT("network-prefix-v6: 64\nuser-prefix-v6: 56\n"),
		  "1: network-prefix-v6: 64 bits are a part of a user: expected 56 bits at most, as "
		  "user-prefix-v6 has" },
		{ TEXT("memory: 23h\n"),
		  "1: memory: \"23h\" is out of range: expected a duration from 1d to 365d" },
		{ TEXT("flag-at: 101\n"),
		  "1: flag-at: \"101\" is out of range: expected a percentage from 1% to 100%" },
		{ TEXT("user-prefix-v4: 33\n"),
		  "1: user-prefix-v4: \"33\" is out of range: expected a number from 8 to 32" },
		{ TEXT("user-prefix-v4: 8b\n"),
		  "1: user-prefix-v4: \"8b\" has no such unit: expected a number from 8 to 32" },
		/* lines */
		{ TEXT("action flag\n"),
		  "1: no \":\" right after \"action\": expected \"name: value\"" },
		{ TEXT("action : flag\n"),
		  "1: no \":\" right after \"action\": expected \"name: value\"" },
		{ TEXT("action\n"),
		  "1: no \":\" right after \"action\": expected \"name: value\"" },
		{ TEXT(": flag\n"), "1: no \":\" right after \"\": expected \"name: value\"" },
		{ TEXT("action:\n"), "1: action: no value: expected refuse or flag" },
		{ TEXT("action: # flag\n"), "1: action: no value: expected refuse or flag" },
		{ TEXT("action:\nflag\n"), "1: action: no value: expected refuse or flag" },
		{ TEXT("action: \"flag\n"),
		  "1: action: no closing \" on this line: expected a quote at the end of the value" },
		{ TEXT("action: 'flag\"\n"),
		  "1: action: no closing ' on this line: expected a quote at the end of the value" },
		{ TEXT("action: \"flag\\\"\n"),
		  "1: action: no closing \" on this line: expected a quote at the end of the value" },
		{ TEXT("action: \""),
		  "1: action: no closing \" on this line: expected a quote at the end of the value" },
		{ TEXT("action: flag\"\n"),
		  "1: action: \"\"\" after the value: expected one value, then the end of the line" },
		{ TEXT("action: flag now\n"),
		  "1: action: \"now\" after the value: expected one value, then the end of the line" },
		{ TEXT("action: \"flag\" now\n"),
		  "1: action: \"now\" after the value: expected one value, then the end of the line" },
		{ TEXT("spoofable: refuse\n"),
		  "1: spoofable: \"refuse\" is neither: expected meter or no-meter" },
		{ TEXT("action: no-meter\n"),
		  "1: action: \"no-meter\" is no action: expected refuse or flag" },
		{ TEXT("action: flag#now\n"),
		  "1: action: \"flag#now\" is no action: expected refuse or flag" },
		{ TEXT("action: flag\rx\n"),
		  "1: action: \"flag\\013x\" is no action: expected refuse or flag" },
		{ TEXT("seep: yes\n"),
		  "1: \"yes\" after \"seep:\": expected \"seep:\" alone on its line" },
		{ TEXT("action: flag\n\naction: flag\n"),
		  "3: action: already given on line 1: expected it at most once" },
		{ TEXT("action: fl\0g\n"), "1: a NUL byte: expected text" },
		{ TEXT("\n#\0\n"), "2: a NUL byte: expected text" },
		{ TEXT("\0"), "1: a NUL byte: expected text" },
		{ TEXT("#" THOUSAND THOUSAND THOUSAND THOUSAND HUNDRED "\n"),
		  "1: line of more than 4096 bytes: expected a shorter line" },
		/* names */
		{ TEXT("user_budget: 1k\n"),
		  "1: unknown option \"user_budget\": expected \"user-budget:\"" },
		{ TEXT("Action: flag\n"), "1: unknown option \"Action\": expected \"action:\"" },
		{ TEXT("actoin: flag\n"), "1: unknown option \"actoin\": expected \"action:\"" },
		{ TEXT("user-prefix-v5: 8\n"),
		  "1: unknown option \"user-prefix-v5\": expected \"user-prefix-v4:\"" },
		{ TEXT("allow-domains: a\n"),
		  "1: unknown option \"allow-domains\": expected \"allow-domain:\"" },
		{ TEXT("server:\n"),
		  "1: unknown option \"server\": expected an option of seep.conf(5)" },
		{ TEXT("x: 1\n"), "1: unknown option \"x\": expected an option of seep.conf(5)" },
		{ TEXT(HUNDRED ": 1\n"), "1: unknown option \"01234567890" },
		{ TEXT("\x1b[2J: 1\n"),
		  "1: unknown option \"\\027[2J\": expected an option of seep.conf(5)" },
		{ TEXT("\xff\xfe: 1\n"),
		  "1: unknown option \"\\255\\254\": expected an option of seep.conf(5)" },
		/* lists */
		{ TEXT("exempt-user: 10.0.0.1/8\n"),
		  "1: exempt-user: \"10.0.0.1/8\" has bits set beyond its prefix: "
		  "expected 10.0.0.0/8 or 10.0.0.1" },
		{ TEXT("exempt-user: mail\n"),
		  "1: exempt-user: \"mail\" is not an IPv4 or IPv6 address: expected a "
		  "netblock such as 192.0.2.0/24 or 2001:db8::/32" },
		{ TEXT("exempt-user: 10.0.0.0/8\nexempt-user: 10.0.0.0/33\n"),
		  "2: exempt-user: \"10.0.0.0/33\" has more bits after its \"/\" than its address" },
		{ TEXT("allow-domain: good.example\nallow-domain: a..b\n"),
		  "2: allow-domain: \"a..b\" has an empty label: expected a domain name such as example.com" },
		{ TEXT("allow-domain: .\n"),
		  "1: allow-domain: \".\" is the root: it would cover every name: expected" },
		{ TEXT("allow-list: " THOUSAND HUNDRED "\n"), "1: allow-list: \"01234567890" },
		{ TEXT("public-suffix-list: " THOUSAND HUNDRED "\n"),
		  "1: public-suffix-list: \"01234567890" },
		{ TEXT("control-group: " HUNDRED "\n"), "1: control-group: \"01234567890" },
		{ TEXT("control-interface: 8954\n"),
		  "1: control-interface: \"8954\" has no port: expected an address and a port such "
		  "as 127.0.0.1@8954 or ::1@8954" },
		{ TEXT("control-interface: resolver.example@8954\n"),
		  "1: control-interface: \"resolver.example@8954\" is no address: expected" },
		{ TEXT("control-interface: 127.0.0.1@0" HUNDRED "\n"),
		  "1: control-interface: \"127.0.0.1@0" },
		{ TEXT("server-key-file: " THOUSAND HUNDRED "\n"),
		  "1: server-key-file: \"0123456789" },
		{ TEXT("event-log: unix:\n"),
		  "1: event-log: \"unix:\" has no path: expected a file, syslog, or unix: and a "
		  "socket's path of at most 107 bytes" },
		{ TEXT("event-log: unix:/1234567" HUNDRED "\n"),
		  "1: event-log: \"unix:/12345670123" },
		{ TEXT("event-log: " THOUSAND HUNDRED "\n"), "1: event-log: \"01234567890" },
		{ TEXT("event-rate: 0\n"),
		  "1: event-rate: \"0\" is out of range: expected a number from 1 to 100000" },
		{ TEXT("privacy: hashes\n"),
		  "1: privacy: \"hashes\" is neither: expected names or pseudonyms" },
	};
	struct seep_conf_error error;
	struct seep_conf conf;

	for (size_t at = 0; at < COUNT(cases); at++) {
		char wanted[512], got[512];
		int length = snprintf(wanted, sizeof(wanted), "test.conf:%s", cases[at].message);

		is_int(parse(&conf, cases[at].text, cases[at].size, &error), SEEP_CONF_BAD,
		       "bad: %.60s", cases[at].message);
		snprintf(got, sizeof(got), "%.*s", length, formatted(&error));
		is_str(got, wanted, "says: %.60s", cases[at].message);
		ok(is_default(&conf), "leaves the defaults: %.60s", cases[at].message);
		seep_conf_release(&conf);
	}
}

/* A line of exactly the longest length, and values as they arrive in the fields. */
static void test_fields(void)
{
	static const char text[] =
		"action: flag\nlearning: 0\nuser-budget: 2k\nuser-refill: 0\ndomain-budget: 3k\n"
		"domain-refill: 4k\nflag-at: 60%\nmemory: 60d\nmemory-size: 1g\n"
		"user-prefix-v4: 24\nuser-prefix-v6: 56\nlog-events: no\n"
		"control-interface: ::1@8954\nserver-key-file: a.key\nserver-cert-file: a.pem\n"
		"event-log: unix:/123456" HUNDRED "\nevent-rate: 7\nprivacy: pseudonyms\n"
		"public-suffix-list: \"/tmp/a b\\\"c#d\"\n"
		"exempt-user: 192.0.2.0/24\nexempt-user: \"2001:db8::1\"\nexempt-user: \"\"\n"
		"allow-domain: Example.com\nallow-domain: '*.example.net'\nallow-domain: a\\.b.org\n";
	static const uint8_t inside[4] = { 192, 0, 2, 9 }, outside[4] = { 192, 0, 3, 9 };
	struct seep_conf_error error;
	struct seep_conf conf;
	char line[SEEP_CONF_LINE_MAX + 3];

	if (!is_int(parse(&conf, text, sizeof(text) - 1, &error), SEEP_CONF_OK,
		    "every option at once"))
		printf("#   %s\n", formatted(&error));
	is_int(conf.action, SEEP_ACTION_FLAG, "action is set");
	is_int(conf.learning_s, 0, "learning is set");
	is_int(conf.user_budget_bytes, 2048, "user-budget is set");
	is_int(conf.user_refill_bytes_per_day, 0, "user-refill is set");
	is_int(conf.domain_budget_bytes, 3072, "domain-budget is set");
	is_int(conf.domain_refill_bytes_per_day, 4096, "domain-refill is set");
	is_int(conf.flag_at_percent, 60, "flag-at is set");
	is_int(conf.memory_s, 60 * 86400, "memory is set");
	is_int(conf.memory_size_bytes, 1 << 30, "memory-size is set");
	is_int(conf.user_prefix_v4_bits, 24, "user-prefix-v4 is set");
	is_int(conf.user_prefix_v6_bits, 56, "user-prefix-v6 is set");
	is_bool(conf.log_events, false, "log-events is set");
	is_str(conf.control_interface, "::1@8954", "control-interface is set");
	is_str(conf.server_key_file, "a.key", "server-key-file is set");
	is_str(conf.server_cert_file, "a.pem", "server-cert-file is set");
	is_int(strlen(conf.event_log), 5 + 107, "event-log is set, a path of 107 bytes");
	is_int(conf.event_rate, 7, "event-rate is set");
	is_int(conf.privacy, SEEP_PRIVACY_PSEUDONYMS, "privacy is set");
	is_str(conf.public_suffix_list, "/tmp/a b\\\"c#d",
	       "public-suffix-list is set, its backslash kept");
	is_int(seep_netblocks_count(conf.exempt_user), 2, "exempt-user has its blocks");
	ok(seep_netblocks_contain(conf.exempt_user, inside, 4),
	   "exempt-user contains what it should");
	ok(!seep_netblocks_contain(conf.exempt_user, outside, 4),
	   "exempt-user contains nothing else");
	is_int(seep_subtrees_count(conf.allow_domain), 3, "allow-domain has its names");
	ok(seep_subtrees_cover(conf.allow_domain, (const uint8_t *)"\1a\7example\3com", 15),
	   "allow-domain covers");
	ok(seep_subtrees_cover(conf.allow_domain, (const uint8_t *)"\3a.b\3org", 9),
	   "allow-domain knows \\.");
	ok(!seep_subtrees_cover(conf.allow_domain, (const uint8_t *)"\1a\1b\3org", 9),
	   "allow-domain covers no more");
	seep_conf_release(&conf);
	ok(is_default(&conf), "released, it is the defaults");
	seep_conf_release(&conf);

	memset(line, 'x', sizeof(line));
	line[0] = '#';
	memcpy(&line[SEEP_CONF_LINE_MAX], "\r\n", 2);
	is_int(parse(&conf, line, SEEP_CONF_LINE_MAX + 2, &error), SEEP_CONF_OK,
	       "the longest line");
	line[SEEP_CONF_LINE_MAX] = 'x';
	is_int(parse(&conf, line, SEEP_CONF_LINE_MAX + 2, &error), SEEP_CONF_BAD,
	       "one byte longer");
}

/* One option at a time, over what a file said. */
static void test_set(void)
{
	static const char text[] = "learning: 2d\nallow-list: one\nexempt-user: 192.0.2.0/24\n";
	const struct seep_option *learning = &seep_options[SEEP_OPTION_AT_learning_s];
	const struct seep_option *lists = &seep_options[SEEP_OPTION_AT_allow_lists];
	struct seep_conf_error error;
	struct seep_conf conf;

	parse(&conf, text, sizeof(text) - 1, &error);
	is_int(conf.lines[SEEP_OPTION_AT_learning_s], 1, "the file's line");
	is_int(seep_conf_set(&conf, learning, "12h", &error), SEEP_CONF_OK, "set once more");
	is_int(conf.learning_s, 12 * 3600, "it has the new value");
	is_int(conf.lines[SEEP_OPTION_AT_learning_s], 0, "and no line");
	is_int(seep_conf_set(&conf, learning, "2w", &error), SEEP_CONF_BAD, "set to a bad value");
	is_str(formatted(&error),
	       ": learning: \"2w\" has no such unit: expected a duration from 0 to 365d",
	       "it is said why");
	is_int(seep_conf_set(&conf, learning, "366d", &error), SEEP_CONF_BAD, "set out of range");
	is_int(conf.learning_s, 12 * 3600, "it has the old value");
	is_int(seep_conf_set(&conf, lists, "", &error), SEEP_CONF_OK, "nothing for a list");
	is_int(seep_conf_set(&conf, lists, "two \"' #", &error), SEEP_CONF_OK, "more for a list");
	if (ok(conf.allow_lists && conf.allow_lists->count == 2, "the list is longer by one")) {
		is_int(conf.allow_lists->files[0].line, 2, "the file's line");
		is_str(conf.allow_lists->files[1].path, "two \"' #", "its bytes as they are");
		is_int(conf.allow_lists->files[1].line, 0, "no line");
	}
	is_int(seep_netblocks_count(conf.exempt_user), 1, "other options stay");
	seep_conf_release(&conf);
	ok(is_default(&conf), "released, it is the defaults");
}

static const char *path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void write_file(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(path_of(name), "w");

	if (!file || fwrite(text, 1, size, file) != size || fclose(file) != 0)
		ok(false, "write %s", path_of(name));
}

static void test_files(void)
{
	struct seep_conf_error error;
	struct seep_conf conf;
	char wanted[1024];

	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_MISSING,
	       "no seep.conf");
	ok(is_default(&conf), "no seep.conf: defaults");
	snprintf(wanted, sizeof(wanted), "%s: cannot be read: No such file or directory",
		 path_of("seep.conf"));
	is_str(formatted(&error), wanted, "no seep.conf: said so");
	is_int(seep_conf_load(&conf, directory, &error), SEEP_CONF_BAD, "seep.conf is a directory");
	ok(is_default(&conf), "seep.conf is a directory: defaults");
	ok(mkfifo(path_of("fifo"), 0600) == 0, "make a FIFO");
	is_int(seep_conf_load(&conf, path_of("fifo"), &error), SEEP_CONF_BAD,
	       "seep.conf is a FIFO that none writes to");
	unlink(path_of("fifo"));
	write_file("seep.conf", "", 0);
	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_OK,
	       "an empty seep.conf");
	seep_conf_release(&conf);
	write_file("seep.conf", TEXT("\nlog-events: maybe\n"));
	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_BAD,
	       "a bad seep.conf");
	is_str(error.file, path_of("seep.conf"), "a bad seep.conf: its name");
	is_int(error.line, 2, "a bad seep.conf: its line");
	seep_conf_release(&conf);

	write_file("seep.conf", TEXT("allow-domain: example.edu\n\nallow-list: \"/nowhere/a b\"\n"
				     "allow-list: two\ncommon-list: three\n"));
	if (!is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_OK,
		    "lists that are not there: they are left to lists.h"))
		printf("#   %s\n", formatted(&error));
	if (ok(conf.allow_lists && conf.allow_lists->count == 2, "two allow-lists: noted")) {
		is_str(conf.allow_lists->files[0].path, "/nowhere/a b", "the first one's path");
		is_int(conf.allow_lists->files[0].line, 3, "and its line");
		is_str(conf.allow_lists->files[1].path, "two", "the second one's path");
		is_int(conf.allow_lists->files[1].line, 4, "and its line");
	}
	is_int(conf.lines[SEEP_OPTION_AT_common_list], 5, "the line of common-list");
	is_int(conf.lines[SEEP_OPTION_AT_action], 0, "no line of what stands nowhere");
	ok(seep_option_find("common-list") == &seep_options[SEEP_OPTION_AT_common_list],
	   "an option by its name");
	ok(seep_option_find("common-lists") == NULL, "no option of that name");
	seep_conf_release(&conf);
	ok(is_default(&conf) && conf.lines[SEEP_OPTION_AT_common_list] == 0,
	   "released, it is the defaults");
	unlink(path_of("seep.conf"));
}

/* Whether seep.conf is refused, for WANTED in the file NAME on LINE. */
static void refuses(const char *name, unsigned long line, const char *wanted)
{
	struct seep_conf_error error;
	struct seep_conf conf;

	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_BAD, "bad: %s",
	       wanted);
	is_str(error.file, path_of(name), "its file: %s", wanted);
	is_int(error.line, line, "its line: %s", wanted);
	if (!ok(strstr(error.text, wanted) != NULL, "says: %s", wanted))
		printf("#   %s\n", formatted(&error));
	ok(is_default(&conf) && !conf.included, "leaves the defaults: %s", wanted);
	seep_conf_release(&conf);
}

static bool covers(const struct seep_conf *conf, const char *wire)
{
	return seep_subtrees_cover(conf->allow_domain, (const uint8_t *)wire, strlen(wire) + 1);
}

/* Included lines are seep.conf's, each known by its own file and line. */
static void test_include(void)
{
	struct seep_conf_error error;
	struct seep_conf conf;

	write_file("seep.conf",
		   TEXT("learning: 2d\ninclude: one.conf # c\ninclude: \"more/*.conf\"\n"
			"include: none*.conf\ninclude: '{two,three}.conf'\n"
			"allow-list: last\n"));
	write_file("one.conf", TEXT("seep:\n\nallow-list: list\naction: flag\n"
				    "policy: 10.0.0.0/8 flag\ndomain-policy: a.example flag"));
	write_file("two.conf", TEXT("allow-domain: two.example\n"));
	ok(mkdir(path_of("more"), 0700) == 0, "make a folder");
	write_file("more/b.conf", TEXT("allow-domain: b.example\n"));
	write_file("more/a.conf", TEXT("allow-domain: a.example\ninclude: two.conf\n"));
	write_file("more/other", TEXT("allow-domain: other.example\n"));
	if (!is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_OK, "includes"))
		printf("#   %s\n", formatted(&error));
	is_int(conf.action, SEEP_ACTION_FLAG, "an included option");
	is_int(conf.lines[SEEP_OPTION_AT_action], 4, "its line");
	is_str(conf.files[SEEP_OPTION_AT_action], path_of("one.conf"), "its file");
	is_int(conf.lines[SEEP_OPTION_AT_learning_s], 1, "seep.conf's own line");
	ok(!conf.files[SEEP_OPTION_AT_learning_s], "in no included file");
	ok(covers(&conf, "\1a\7example") && covers(&conf, "\1b\7example"), "what matches");
	ok(!covers(&conf, "\5other\7example"), "nothing else");
	ok(covers(&conf, "\3two\7example"), "within one another, and braces");
	if (ok(conf.allow_lists && conf.allow_lists->count == 2, "both lists")) {
		is_str(conf.allow_lists->files[0].file, path_of("one.conf"), "a list's file");
		is_int(conf.allow_lists->files[0].line, 3, "and line");
		ok(!conf.allow_lists->files[1].file, "seep.conf's list has none");
		is_int(conf.allow_lists->files[1].line, 6, "and its line, after what is included");
	}
	is_str(conf.policies->each[0].file, path_of("one.conf"), "a policy's file");
	is_str(conf.domain_policies->each[0].file, path_of("one.conf"), "a domain-policy's");
	seep_conf_release(&conf);
	ok(is_default(&conf) && !conf.included && !conf.files[SEEP_OPTION_AT_action],
	   "released, it is the defaults");

	write_file("two.conf", TEXT("\nlog-events: maybe\n"));
	refuses("two.conf", 2, "log-events: \"maybe\" is neither");
	write_file("two.conf", TEXT("network-prefix-v4: 28\n"));
	write_file("seep.conf", TEXT("include: two.conf\nuser-prefix-v4: 24\n"));
	refuses("two.conf", 1, "network-prefix-v4: 28 bits are a part of a user");
	write_file("two.conf", TEXT("action: flag\npolicy: 10.0.0.0/8 flag\n"));
	write_file("seep.conf", TEXT("action: flag\ninclude: two.conf\n"));
	refuses("two.conf", 1, "action: already given on line 1 of seep.conf");
	write_file("seep.conf", TEXT("include: two.conf\n\npolicy: 10.0.0.0/8 flag\n"));
	refuses("seep.conf", 3, "10.0.0.0/8 has a policy on line 2 of /");
	unlink(path_of("more/a.conf"));
	unlink(path_of("more/b.conf"));
	unlink(path_of("more/other"));
	rmdir(path_of("more"));
	unlink(path_of("one.conf"));
	unlink(path_of("two.conf"));
	unlink(path_of("seep.conf"));
}

/* What leads to no file, or back, is an error of the line that says so. */
static void test_include_bad(void)
{
	struct seep_conf_error error;
	struct seep_conf conf;
	char name[16], text[64];
	int size;

	write_file("seep.conf", TEXT("\ninclude: none.conf\n"));
	refuses("seep.conf", 2, "none.conf\" cannot be read: No such file");
	write_file("seep.conf", TEXT("include: none/*.conf\n"));
	refuses("seep.conf", 1, "none/*.conf\" cannot be read: No such file");
	write_file("seep.conf", TEXT("include: .\n"));
	refuses("seep.conf", 1, "cannot be read: Is a directory");
	write_file("seep.conf", TEXT("include: \"\"\n"));
	refuses("seep.conf", 1, "cannot be read: Is a directory");
	write_file("seep.conf", TEXT("include: a b\n"));
	refuses("seep.conf", 1, "include: \"b\" after the value");
	write_file("seep.conf", TEXT("include:\n"));
	refuses("seep.conf", 1, "include: no value");
	write_file("seep.conf", TEXT("include: " THOUSAND HUNDRED "\n"));
	refuses("seep.conf", 1, "is too long");
	/* 2^40 patterns would take days. */
	write_file("seep.conf", TEXT("include: " EIGHT EIGHT EIGHT EIGHT EIGHT "*\n"));
	refuses("seep.conf", 1, "has too many braces");
	write_file("seep.conf", TEXT("include: {a,{" EIGHT EIGHT EIGHT ",c}}\\{,\n"));
	refuses("seep.conf", 1, "has too many braces");
	write_file("seep.conf", TEXT("include: a" EIGHT "}{\\{,},{{\\\n"));
	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_OK,
	       "fewer do, however odd");
	seep_conf_release(&conf);
	write_file("seep.conf", TEXT("include: seep.conf\n"));
	refuses("seep.conf", 1, "the files go in a circle");
	write_file("seep.conf", TEXT("include: a.conf\n"));
	write_file("a.conf", TEXT("include: b.conf\n"));
	write_file("b.conf", TEXT("\n\ninclude: ./a.conf\n"));
	refuses("b.conf", 3, "the files go in a circle");

	/* Eight within one another are read, nine are not. */
	write_file("seep.conf", TEXT("include: 1\n"));
	for (int at = 1; at <= 9; at++) {
		snprintf(name, sizeof(name), "%d", at);
		size = snprintf(text, sizeof(text), "include: %d\n", at + 1);
		write_file(name, text, at < 8 ? (size_t)size : 0);
	}
	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_OK, "eight deep");
	seep_conf_release(&conf);
	write_file("8", TEXT("include: 9\n"));
	refuses("8", 1, "lies too deep");

	/* Nine files that each include 52, which each include two: 1413 in all. */
	write_file("seep.conf", TEXT("include: [1-9]\n"));
	for (int at = 1; at <= 9; at++) {
		snprintf(name, sizeof(name), "%d", at);
		write_file(name, TEXT("include: ./[a-z]\ninclude: ./[a-z]\n"));
	}
	for (char at = 'a'; at <= 'z'; at++) {
		name[0] = at, name[1] = '\0';
		write_file(name, TEXT("include: b.conf\ninclude: b.conf\n"));
	}
	write_file("b.conf", "", 0);
	is_int(seep_conf_load(&conf, path_of("seep.conf"), &error), SEEP_CONF_BAD, "too many");
	ok(strstr(error.text, "is one file too many") != NULL, "and said so: %s", error.text);
	seep_conf_release(&conf);
	for (char at = 'a'; at <= 'z'; at++) {
		name[0] = at, name[1] = '\0';
		unlink(path_of(name));
	}
	for (int at = 1; at <= 9; at++) {
		snprintf(name, sizeof(name), "%d", at);
		unlink(path_of(name));
	}
	unlink(path_of("a.conf"));
	unlink(path_of("b.conf"));
	unlink(path_of("seep.conf"));
}

/* No cut of a file, and no byte of it changed, does more than give an error. */
static void test_damage(void)
{
	static const char text[] =
		"seep:\nuser-budget: \"2k\" # c\nexempt-user: 10.0.0.0/8\nallow-domain: a\\.\\098.org\n";
	struct seep_conf_error error;
	struct seep_conf conf;
	unsigned good = 0, bad = 0;

	for (size_t size = 0; size < sizeof(text); size++) {
		char damaged[sizeof(text)];

		for (unsigned byte = 0; byte < 256; byte++) {
			memcpy(damaged, text, sizeof(text));
			if (size > 0)
				damaged[size - 1] = (char)byte;
			for (int cut = 0; cut < 2; cut++) {
				if (parse(&conf, damaged, cut ? size : sizeof(text) - 1, &error) ==
				    SEEP_CONF_OK) {
					good++;
				} else {
					bad++;
					if (error.line == 0 || !error.text[0] || !error.expected[0])
						ok(false,
						   "an error without its line or text, at byte %zu",
						   size);
				}
				seep_conf_release(&conf);
			}
		}
	}
	ok(good > 0 && bad > good, "damaged files: %u still good, %u not", good, bad);
}

/* Read a file of the project whole, as a string that the caller frees. */
static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!ok(file != NULL, "open %s", path))
		return text;
	if (fread(text, 1, (1 << 20) - 1, file) == 0)
		ok(false, "%s is not empty", path);
	fclose(file);
	return text;
}

/* The manual's OPTIONS are those of the table, in its order. */
static void test_manual(void)
{
	const char *path = getenv("SEEP_MAN");
	size_t found = 0;
	bool in_options = false;
	char *text, *line, *rest;

	if (!path) {
		skip("SEEP_MAN is not set");
		return;
	}
	text = slurp(path);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char name[128];
		size_t used = 0;

		if (strncmp(line, ".SH ", 4) == 0)
			in_options = strcmp(line, ".SH OPTIONS") == 0;
		if (!in_options || strncmp(line, ".BI ", 4) != 0)
			continue;
		for (const char *at = line + 4; *at && *at != ':' && used < sizeof(name) - 1;
		     at++) {
			if (*at != '\\')
				name[used++] = *at;
		}
		name[used] = '\0';
		is_str(name, found < SEEP_OPTION_COUNT ? seep_options[found].name : "(no more)",
		       "option %zu of the manual", found + 1);
		found++;
	}
	is_int(found, SEEP_OPTION_COUNT, "options in the manual");
	free(text);
}

/* The example file as it stands, and with every option uncommented, is the defaults. */
static void test_example(void)
{
	const char *path = getenv("SEEP_EXAMPLE");
	struct seep_conf_error error;
	struct seep_conf conf;
	size_t options = 0;
	char *text;

	if (!path) {
		skip("SEEP_EXAMPLE is not set");
		return;
	}
	is_int(seep_conf_load(&conf, path, &error), SEEP_CONF_OK, "the example parses");
	ok(is_default(&conf), "the example is the defaults");
	seep_conf_release(&conf);

	text = slurp(path);
	for (char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (at[0] == '#' && at[1] >= 'a' && at[1] <= 'z') {
			size_t length = options < SEEP_OPTION_COUNT
						? strlen(seep_options[options].name)
						: 0;

			at[0] = ' ';
			ok(length && strncmp(at + 1, seep_options[options].name, length) == 0 &&
				   at[1 + length] == ':',
			   "option %zu of the example is the table's", options + 1);
			options++;
		}
	}
	is_int(options, SEEP_OPTION_COUNT, "options in the example");
	if (!is_int(parse(&conf, text, strlen(text), &error), SEEP_CONF_OK,
		    "the example parses, uncommented"))
		printf("#   %s\n", formatted(&error));
	ok(is_default(&conf), "the example is the defaults, uncommented");
	seep_conf_release(&conf);
	free(text);
}

int main(int argc, char **argv)
{
	const char *temporary = getenv("TMPDIR");

	tap_begin(argc, argv);
	snprintf(directory, sizeof(directory), "%.200s/seep-unit-conf-XXXXXX",
		 temporary ? temporary : "/tmp");
	if (!mkdtemp(directory)) {
		perror(directory);
		return 1;
	}
	tap_run(test_defaults);
	tap_run(test_networks);
	tap_run(test_table);
	tap_run(test_values);
	tap_run(test_good);
	tap_run(test_bad);
	tap_run(test_fields);
	tap_run(test_set);
	tap_run(test_files);
	tap_run(test_include);
	tap_run(test_include_bad);
	tap_run(test_damage);
	tap_run(test_manual);
	tap_run(test_example);
	ok(rmdir(directory) == 0, "nothing is left in %s", directory);
	return done();
}
