/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of text traces: what each reader takes, and what it does not. */
#include "tap.h"
#include "trace.h"
#include "base/address.h"
#include "trace_text.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* A copy without anything behind it, so that a sanitizer sees a byte too much read. */
static char *exact(const char *text, size_t length)
{
	char *copy = malloc(length ? length : 1);

	memcpy(copy, text, length);
	return copy;
}

static void test_times(void)
{
	static const struct {
		const char *text;
		int64_t when_ms; /* -1: none */
	} cases[] = {
		{ "0", 0 },
		{ "1258569170", INT64_C(1258569170000) },
		{ "1258569170.915850", INT64_C(1258569170915) },
		{ "1258569170.9", INT64_C(1258569170900) },
		{ "1258569170.0009", INT64_C(1258569170000) },
		{ "253402300799", INT64_C(253402300799000) },
		{ "253402300800", -1 },
		{ "1258569170915", -1 }, /* milliseconds */
		{ "1258569170.", -1 },
		{ "1258569170.5x", -1 },
		{ "1258569170 ", -1 },
		{ ".5", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "", -1 },
		{ "nan", -1 },
		{ "99999999999999999999999", -1 },
		{ "2009-11-18T09:00:00", INT64_C(1258534800000) },
		{ "2009-11-18 09:00:00", INT64_C(1258534800000) },
		{ "2009-11-18T09:00:00Z", INT64_C(1258534800000) },
		{ "2009-11-18T09:00:00.25Z", INT64_C(1258534800250) },
		{ "2009-11-18T10:00:00+01:00", INT64_C(1258534800000) },
		{ "2009-11-18T10:00:00+0100", INT64_C(1258534800000) },
		{ "2009-11-18T04:30:00-04:30", INT64_C(1258534800000) },
		{ "2009-11-18T10:00:00.000+01", INT64_C(1258534800000) },
		{ "1970-01-01T00:00:00", 0 },
		{ "1972-02-29T00:00:00", INT64_C(68169600000) },
		{ "2000-02-29T23:59:60Z", INT64_C(951868800000) },
		{ "2000-03-01T00:00:00Z", INT64_C(951868800000) },
		{ "2100-03-01T00:00:00Z", INT64_C(4107542400000) },
		{ "9999-12-31T23:59:59Z", INT64_C(253402300799000) },
		{ "1970-01-01T00:00:00+01:00", -1 },
		{ "1969-12-31T23:59:59", -1 },
		{ "2009-02-29T09:00:00", -1 },
		{ "2100-02-29T09:00:00", -1 },
		{ "2009-13-18T09:00:00", -1 },
		{ "2009-11-31T09:00:00", -1 },
		{ "2009-11-18T24:00:00", -1 },
		{ "2009-11-18T09:60:00", -1 },
		{ "2009-11-18T09:00", -1 },
		{ "2009-11-18", -1 },
		{ "2009-11-18T09:00:00 UTC", -1 },
		{ "2009-11-18T09:00:00+1", -1 },
		{ "2009-11-18T09:00:00.", -1 },
		{ "2009-1a-18T09:00:00", -1 },
	};

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		size_t length = strlen(cases[at].text);
		char *text = exact(cases[at].text, length);
		uint64_t when_ms = 0;
		bool taken = trace_text_time(text, length, &when_ms);

		is_int(taken ? (int64_t)when_ms : -1, cases[at].when_ms, "time \"%s\"",
		       cases[at].text);
		free(text);
	}
}

static void test_addresses(void)
{
	static const struct {
		const char *text;
		const char *meant; /* NULL: none */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "010.001.000.009", "10.1.0.9" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "2001:0DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "::", "::" },
		{ "fe80::1%eth0", "fe80::1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::ffff:c000:201", "192.0.2.1" },
		{ "192.0.2", NULL },
		{ "192.0.2.256", NULL },
		{ "192.0.2.1.", NULL },
		{ "192.0.2.1.1", NULL },
		{ "192.0.2.1 ", NULL },
		{ "192.0.2.1#53", NULL },
		{ "192.0.2.1/32", NULL },
		{ "192..2.1", NULL },
		{ "0192.0.2.1", NULL },
		{ "", NULL },
		{ "-", NULL },
		{ "%", NULL },
		{ "localhost", NULL },
		{ "2001:db8::1::", NULL },
		{ "2001:db8:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1", NULL },
	};
	struct seep_address address;

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		size_t length = strlen(cases[at].text);
		char *text = exact(cases[at].text, length);
		char shown[INET6_ADDRSTRLEN];
		bool taken = trace_text_address(text, length, &address);

		if (taken)
			inet_ntop(address.size_bytes == 4 ? AF_INET : AF_INET6, address.bytes,
				  shown, sizeof(shown));
		is_str(taken ? shown : NULL, cases[at].meant, "address \"%s\"", cases[at].text);
		free(text);
	}
	ok(!trace_text_address("::1\0junk", 8, &address), "address with a NUL");
	ok(!trace_text_address("02:00:5e:00:53:01@192.0.2.0", 27, &address), "a MAC is no address");
	trace_text_address("::ffff:192.0.2.1", 16, &address);
	ok(address.size_bytes == 4 && address.bytes[4] == 0 && address.bytes[15] == 0,
	   "a mapped address leaves nothing behind its four bytes");
}

/* Users are also MAC addresses behind a forwarder, as they are printed. */
static void test_users(void)
{
	static const struct {
		const char *text;
		const char *meant; /* NULL: none */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "02:00:5e:00:53:01@192.0.2.0", "02:00:5e:00:53:01@192.0.2.0" },
		{ "02:00:5E:00:53:01@192.0.2.17", "02:00:5e:00:53:01@192.0.2.17" },
		{ "02:00:5e:00:53:01@2001:db8::", "02:00:5e:00:53:01@2001:db8::" },
		{ "02:00:5e:00:53:01", NULL },
		{ "02:00:5e:00:53:01@", NULL },
		{ "02:00:5e:00:53:0@192.0.2.0", NULL },
		{ "00:00:00:00:00:00@192.0.2.0", NULL },
		{ "02:00:5e:00:53:01@192.0.2", NULL },
		{ "02:00:5e:00:53:01@02:00:5e:00:53:01@192.0.2.0", NULL },
		{ "@192.0.2.0", NULL },
		{ "", NULL },
	};
	struct seep_address user;

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		size_t length = strlen(cases[at].text);
		char *text = exact(cases[at].text, length);
		char shown[SEEP_ADDRESS_TEXT_SIZE];
		bool taken = trace_text_user(text, length, &user);

		if (taken)
			seep_address_print(shown, &user);
		is_str(taken ? shown : NULL, cases[at].meant, "user \"%s\"", cases[at].text);
		free(text);
	}
}

static void test_names(void)
{
#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"
	static const struct {
		const char *text;
		const char *wire; /* without the root label; NULL: none */
		const char *problem;
	} cases[] = {
		{ "www.example.com", "\3www\7example\3com", NULL },
		{ "www.example.com.", "\3www\7example\3com", NULL },
		{ "WWW.Example.COM", "\3www\7example\3com", NULL },
		{ ".", "", NULL },
		{ "com", "\3com", NULL },
		{ "a\\.b.c", "\3a.b\1c", NULL },
		{ "a\\b.c", "\2ab\1c", NULL },
		{ "\\065.c", "\1a\1c", NULL }, /* lower-cased, too */
		{ "\\\\.c", "\1\\\1c", NULL },
		{ "\\255.c", "\1\377\1c", NULL },
		{ "\303\244.c", "\2\303\244\1c", NULL },
		{ "a b._http._tcp.c", "\3a b\5_http\4_tcp\1c", NULL },
		{ LABEL_63 ".c", "\77" LABEL_63 "\1c", NULL },
		{ "", NULL, "empty" },
		{ "..", NULL, "empty label" },
		{ ".com", NULL, "empty label" },
		{ "a..com", NULL, "empty label" },
		{ "a.com..", NULL, "empty label" },
		{ LABEL_63 "h.c", NULL, "more than 63 bytes" },
		{ "a\\", NULL, "a \"\\\" without" },
		{ "a\\25", NULL, "a \"\\\" without" },
		{ "a\\2x5", NULL, "a \"\\\" without" },
		{ "a\\256", NULL, "a \"\\\" without" },
		{ "a\001b", NULL, "control character" },
	};

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		size_t length = strlen(cases[at].text);
		char *text = exact(cases[at].text, length);
		uint8_t wire[SEEP_NAME_MAX_BYTES];
		uint8_t size = 0;
		const char *problem = trace_text_name(text, length, wire, &size);

		if (cases[at].wire)
			ok(!problem && size == strlen(cases[at].wire) + 1 &&
				   memcmp(wire, cases[at].wire, size) == 0,
			   "name \"%s\"", cases[at].text);
		else
			ok(problem && strstr(problem, cases[at].problem), "no name \"%s\": %s",
			   cases[at].text, problem ? problem : "(taken)");
		free(text);
	}
}

/* Names around the limit of 255 bytes: three labels of 63 and a last one of COUNT. */
static void test_long_names(void)
{
	for (size_t count = 59; count <= 64; count++) {
		for (int dot = 0; dot < 2; dot++) {
			char text[300];
			uint8_t wire[SEEP_NAME_MAX_BYTES];
			uint8_t size = 0;
			int length =
				snprintf(text, sizeof(text), "%s.%s.%s.%.*s%s", LABEL_63, LABEL_63,
					 LABEL_63, (int)count, LABEL_63 "h", dot ? "." : "");
			const char *problem = trace_text_name(text, (size_t)length, wire, &size);

			/* Four labels and the root: 3 * 64 + 1 + count + 1. */
			is_int(problem ? 0 : size, count <= 61 ? 194 + count : 0,
			       "a name of %zu bytes%s", 194 + count, dot ? " and a final dot" : "");
		}
	}
}

static void test_types(void)
{
	static const struct {
		const char *text;
		int type; /* -1: none */
	} cases[] = {
		{ "A", 1 },
		{ "a", 1 },
		{ "AAAA", 28 },
		{ "aaaa", 28 },
		{ "HTTPS", 65 },
		{ "TXT", 16 },
		{ "NULL", 10 },
		{ "NSEC3PARAM", 51 },
		{ "TYPE65", 65 },
		{ "type65535", 65535 },
		{ "65", 65 },
		{ "0", 0 },
		{ "TYPE65536", -1 },
		{ "TYPE", -1 },
		{ "TYPE-1", -1 },
		{ "", -1 },
		{ "AAA", -1 },
		{ "-", -1 },
		{ "NOSUCH", -1 },
		{ "A ", -1 },
		{ "99999999999999999999", -1 },
	};
	uint16_t type;

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		size_t length = strlen(cases[at].text);
		char *text = exact(cases[at].text, length);

		type = 0;
		is_int(trace_text_type(text, length, &type) ? type : -1, cases[at].type,
		       "type \"%s\"", cases[at].text);
		free(text);
	}
	ok(!trace_text_type("A\0", 2, &type), "type with a NUL");
}

static void test_rcodes(void)
{
	static const struct {
		const char *text;
		int rcode; /* -1: none */
	} cases[] = {
		{ "NOERROR", 0 },
		{ "NXDOMAIN", 3 },
		{ "nxdomain", 3 },
		{ "SERVFAIL", 2 },
		{ "3", 3 },
		{ "RCODE23", 23 },
		{ "4095", 4095 },
		{ "-", TRACE_RCODE_NONE },
		{ "", TRACE_RCODE_NONE },
		{ "4096", -1 },
		{ "WHAT", -1 },
		{ "--", -1 },
	};

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		uint16_t rcode = 0;

		is_int(trace_text_rcode(cases[at].text, strlen(cases[at].text), &rcode) ? rcode
											: -1,
		       cases[at].rcode, "response code \"%s\"", cases[at].text);
	}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_times);
	tap_run(test_addresses);
	tap_run(test_users);
	tap_run(test_names);
	tap_run(test_long_names);
	tap_run(test_types);
	tap_run(test_rcodes);
	return done();
}
