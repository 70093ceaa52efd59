/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lies between a reader and the engine: DNS messages, pairs of query and answer, order, the
 * simulated cache.
 */
#include "cache_sim.h"
#include "seep_rr.h"
#include "tap.h"
#include "trace_dns.h"
#include "trace_order.h"
#include "trace_pair.h"

#include <stdlib.h>

/* ---- messages ---- */

#define QUESTION                          "\3WWW\7example\3com\0\0\1\0\1"
#define HEAD(flags, answers, authorities) "\x12\x34" flags "\0\1\0" answers "\0" authorities "\0\0"
#define A_RECORD(ttl)                     "\xc0\x0c\0\1\0\1" ttl "\0\4\xc0\0\2\1"
#define SOA_RECORD(ttl, minimum)            \
	"\xc0\x0c\0\6\0\1" ttl "\0\x16\0\0" \
	"1234"                              \
	"1234"                              \
	"1234"                              \
	"1234" minimum
#define BYTES(text) text, sizeof(text) - 1

static void test_messages(void)
{
	static const struct {
		const char *title;
		const char *bytes;
		size_t size;
		enum trace_dns_kind kind;
		int rcode;
		int64_t ttl_s; /* -1: none */
	} cases[] = {
		{ "a query", BYTES(HEAD("\1\0", "\0", "\0") QUESTION), TRACE_DNS_QUERY, -1, -1 },
		{ "an answer", BYTES(HEAD("\x81\x80", "\1", "\0") QUESTION A_RECORD("\0\0\0\x3c")),
		  TRACE_DNS_ANSWER, 0, 60 },
		{ "the least TTL of two",
		  BYTES(HEAD("\x81\x80", "\2", "\0") QUESTION A_RECORD("\0\0\0\x3c")
				A_RECORD("\0\0\0\7")),
		  TRACE_DNS_ANSWER, 0, 7 },
		{ "a TTL with its highest bit set is 0",
		  BYTES(HEAD("\x81\x80", "\1", "\0") QUESTION A_RECORD("\x80\0\0\1")),
		  TRACE_DNS_ANSWER, 0, 0 },
		{ "NXDOMAIN: the SOA's minimum",
		  BYTES(HEAD("\x81\x83", "\0", "\1") QUESTION SOA_RECORD("\0\0\1\0", "\0\0\0\x1e")),
		  TRACE_DNS_ANSWER, 3, 30 },
		{ "NXDOMAIN: the SOA's TTL, if less",
		  BYTES(HEAD("\x81\x83", "\0", "\1") QUESTION SOA_RECORD("\0\0\0\5", "\0\0\0\x1e")),
		  TRACE_DNS_ANSWER, 3, 5 },
		{ "an authority that is no SOA does not tell",
		  BYTES(HEAD("\x81\x80", "\0", "\1") QUESTION A_RECORD("\0\0\0\x3c")),
		  TRACE_DNS_ANSWER, 0, -1 },
		{ "a truncated answer does not tell",
		  BYTES(HEAD("\x83\x80", "\1", "\0") QUESTION A_RECORD("\0\0\0\x3c")),
		  TRACE_DNS_ANSWER, 0, -1 },
		{ "an answer cut short tells what is there",
		  BYTES(HEAD("\x81\x80", "\2", "\0") QUESTION A_RECORD("\0\0\0\x3c") "\xc0"),
		  TRACE_DNS_ANSWER, 0, 60 },
		{ "a record whose data is missing",
		  BYTES(HEAD("\x81\x80", "\1", "\0") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0"),
		  TRACE_DNS_ANSWER, 0, -1 },
		{ "class CH is nothing to meter",
		  BYTES(HEAD("\1\0", "\0", "\0") "\7version\4bind\0\0\x10\0\3"), TRACE_DNS_OTHER,
		  -1, -1 },
		{ "NOTIFY is nothing to meter", BYTES(HEAD("\x20\0", "\0", "\0") QUESTION),
		  TRACE_DNS_OTHER, -1, -1 },
		{ "no question is nothing to meter", BYTES("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"),
		  TRACE_DNS_OTHER, -1, -1 },
		{ "a short header", BYTES("\x12\x34\1\0\0\1\0\0\0\0\0"), TRACE_DNS_MALFORMED, -1,
		  -1 },
		{ "nothing", "", 0, TRACE_DNS_MALFORMED, -1, -1 },
		{ "a question cut short", BYTES(HEAD("\1\0", "\0", "\0") "\3www\7exa"),
		  TRACE_DNS_MALFORMED, -1, -1 },
		{ "a question without its class", BYTES(HEAD("\1\0", "\0", "\0") "\3www\0\0\1\0"),
		  TRACE_DNS_MALFORMED, -1, -1 },
		{ "a compressed question", BYTES(HEAD("\1\0", "\0", "\0") "\xc0\x0c\0\1\0\1"),
		  TRACE_DNS_MALFORMED, -1, -1 },
		{ "two questions", BYTES("\x12\x34\1\0\0\2\0\0\0\0\0\0" QUESTION QUESTION),
		  TRACE_DNS_MALFORMED, -1, -1 },
	};

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		uint8_t *bytes = malloc(cases[at].size + 1);
		struct trace_event event = { 0 };
		struct trace_dns dns = { 0 };
		enum trace_dns_kind kind;

		memcpy(bytes, cases[at].bytes, cases[at].size);
		bytes = realloc(bytes, cases[at].size ? cases[at].size : 1);
		kind = trace_dns_parse(bytes, cases[at].size, &event, &dns);
		is_int(kind, cases[at].kind, "message: %s", cases[at].title);
		is_bool(dns.problem, kind == TRACE_DNS_MALFORMED, "message: %s: its problem",
			cases[at].title);
		if (kind == TRACE_DNS_ANSWER) {
			is_int(event.rcode, cases[at].rcode, "message: %s: code", cases[at].title);
			is_int(event.ttl_s == TRACE_TTL_NONE ? -1 : (int64_t)event.ttl_s,
			       cases[at].ttl_s, "message: %s: TTL", cases[at].title);
			ok(event.name_size == 17 && memcmp(event.name, "\3www", 4) == 0 &&
				   event.type == SEEP_TYPE_A && dns.id == 0x1234,
			   "message: %s: lower-cased name, type, id", cases[at].title);
		}
		free(bytes);
	}
}

/* ---- whom a query names ---- */

#define QUERY(flags, authorities, additionals) \
	"\x12\x34" flags "\0\1\0\0\0" authorities "\0" additionals QUESTION
#define OPT(size) "\0\0\x29\4\xd0\0\0\0\0\0" size
#define MAC       "\xfd\xe9\0\6\2\0\x5e\0\x53\1"
#define SUBNET    "\0\10\0\10\0\1\x20\0\xc0\0\2\x63"

static void test_options(void)
{
	static const struct {
		const char *title;
		const char *bytes;
		size_t size;
		enum seep_identity_kind kind;
	} cases[] = {
		{ "no record", BYTES(QUERY("\1\0", "\0", "\0")), SEEP_IDENTITY_NONE },
		{ "no option", BYTES(QUERY("\1\0", "\0", "\1") OPT("\0")), SEEP_IDENTITY_NONE },
		{ "a MAC", BYTES(QUERY("\1\0", "\0", "\1") OPT("\12") MAC), SEEP_IDENTITY_MAC },
		{ "an address", BYTES(QUERY("\1\0", "\0", "\1") OPT("\14") SUBNET),
		  SEEP_IDENTITY_SUBNET },
		{ "a MAC behind an address", BYTES(QUERY("\1\0", "\0", "\1") OPT("\26") SUBNET MAC),
		  SEEP_IDENTITY_MAC },
		{ "an address twice", BYTES(QUERY("\1\0", "\0", "\1") OPT("\30") SUBNET SUBNET),
		  SEEP_IDENTITY_REFUSED },
		{ "an option beyond the record's end",
		  BYTES(QUERY("\1\0", "\0", "\1") OPT("\20") SUBNET "\xfd\xe9\0\6"),
		  SEEP_IDENTITY_SUBNET },
		{ "three bytes of an option",
		  BYTES(QUERY("\1\0", "\0", "\1") OPT("\17") SUBNET "\xfd\xe9\0"),
		  SEEP_IDENTITY_SUBNET },
		{ "options behind the record",
		  BYTES(QUERY("\1\0", "\0", "\1") OPT("\14") SUBNET MAC), SEEP_IDENTITY_SUBNET },
		{ "a record cut short",
		  BYTES(QUERY("\1\0", "\0", "\1") OPT("\26") SUBNET "\xfd\xe9\0\6\2\0\x5e\0\x53"),
		  SEEP_IDENTITY_NONE },
		{ "a record without its size",
		  BYTES(QUERY("\1\0", "\0", "\1") "\0\0\x29\4\xd0\0\0\0\0\0"), SEEP_IDENTITY_NONE },
		{ "a record that is not the root's",
		  BYTES(QUERY("\1\0", "\0", "\1") "\1a" OPT("\12") MAC), SEEP_IDENTITY_NONE },
		{ "a record of another type",
		  BYTES(QUERY("\1\0", "\0", "\1") "\0\0\x10\4\xd0\0\0\0\0\0\12" MAC),
		  SEEP_IDENTITY_NONE },
		{ "two records", BYTES(QUERY("\1\0", "\0", "\2") OPT("\12") MAC OPT("\0")),
		  SEEP_IDENTITY_NONE },
		{ "an authority before it", BYTES(QUERY("\1\0", "\1", "\1") OPT("\12") MAC),
		  SEEP_IDENTITY_NONE },
		{ "an answer's", BYTES(QUERY("\x81\x80", "\0", "\1") OPT("\12") MAC),
		  SEEP_IDENTITY_NONE },
	};
	const struct trace_setup setup = { .networks = seep_address_masks(24, 64) };
	const struct seep_address from = { { 192, 0, 2, 1 }, 4 };

	for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		uint8_t *bytes = malloc(cases[at].size);
		struct trace_event event = { 0 };
		struct seep_address user;
		struct trace_dns dns;

		memcpy(bytes, cases[at].bytes, cases[at].size);
		trace_dns_parse(bytes, cases[at].size, &event, &dns);
		is_int(seep_identity_of(&dns.identity), cases[at].kind, "options: %s",
		       cases[at].title);
		user = trace_dns_user(&dns, &setup, &from);
		ok(memcmp(&user, &from, sizeof(user)) == 0, "options: %s, of nobody trusted",
		   cases[at].title);
		free(bytes);
	}
}

/* ---- pairs ---- */

static struct trace_event event_of(unsigned number, uint64_t when_ms)
{
	struct trace_event event = {
		.when_ms = when_ms,
		.client = { .bytes = { 192, 0, 2, 1 }, .size_bytes = 4 },
		.ttl_s = TRACE_TTL_NONE,
		.rcode = TRACE_RCODE_NONE,
		.type = SEEP_TYPE_A,
		.name_size = 6,
		.name = { 4, (uint8_t)(number >> 24), (uint8_t)(number >> 16),
			  (uint8_t)(number >> 8), (uint8_t)number, 0 },
	};

	return event;
}

static unsigned number_of(const struct trace_event *event)
{
	return (unsigned)event->name[1] << 24 | (unsigned)event->name[2] << 16 |
	       (unsigned)event->name[3] << 8 | event->name[4];
}

static struct trace_event answer_of(unsigned number, uint64_t when_ms, uint16_t rcode)
{
	struct trace_event event = event_of(number, when_ms);

	event.rcode = rcode;
	event.ttl_s = 9;
	return event;
}

static void test_pairs(void)
{
	const struct seep_address user = { { 203, 0, 113, 9 }, 4 };
	struct trace_pair *pair = trace_pair_create();
	struct trace_event event, out;

	event = event_of(1, 1000);
	trace_pair_query(pair, &event, &event.client, 7);
	event = event_of(2, 1001);
	trace_pair_query(pair, &event, &event.client, 8);
	ok(!trace_pair_take(pair, &out, false), "pair: a query waits");
	event = answer_of(2, 1010, 3);
	ok(!trace_pair_answer(pair, &event, 8), "pair: an answer is no query");
	ok(!trace_pair_take(pair, &out, false), "pair: a later one that has its answer, too");
	event = answer_of(1, 1020, 0);
	trace_pair_answer(pair, &event, 6);
	ok(!trace_pair_take(pair, &out, false), "pair: another id's answer does not count");
	trace_pair_answer(pair, &event, 7);
	ok(trace_pair_take(pair, &out, false) && number_of(&out) == 1 && out.rcode == 0 &&
		   out.ttl_s == 9 && out.when_ms == 1000,
	   "pair: with its answer, and its own time");
	ok(trace_pair_take(pair, &out, false) && number_of(&out) == 2 && out.rcode == 3,
	   "pair: then the later one");
	trace_pair_answer(pair, &event, 7);
	ok(!trace_pair_take(pair, &out, true), "pair: an answer that came again tells nothing");

	event = event_of(3, 2000);
	trace_pair_query(pair, &event, &event.client, 0);
	event = event_of(4, 2000 + TRACE_PAIR_WAIT_MS);
	trace_pair_query(pair, &event, &event.client, 0);
	ok(trace_pair_take(pair, &out, false) && number_of(&out) == 3 &&
		   out.rcode == TRACE_RCODE_NONE,
	   "pair: a query waits so long, and no longer");
	ok(!trace_pair_take(pair, &out, false), "pair: the younger one goes on waiting");
	ok(trace_pair_take(pair, &out, true) && number_of(&out) == 4, "pair: until the end");
	trace_pair_destroy(pair);

	pair = trace_pair_create();
	event = event_of(6, 1000);
	trace_pair_query(pair, &event, &user, 7);
	event = answer_of(6, 1001, 3);
	trace_pair_answer(pair, &event, 7);
	ok(trace_pair_take(pair, &out, false) && out.rcode == 3 &&
		   memcmp(&out.client, &user, sizeof(user)) == 0,
	   "pair: a user's query finds the answer to the client that asked for it");
	trace_pair_destroy(pair);

	pair = trace_pair_create();
	event = answer_of(5, 1000, 0);
	ok(trace_pair_answer(pair, &event, 0) && trace_pair_take(pair, &out, false),
	   "pair: answers stand for queries where there are none");
	trace_pair_destroy(pair);
}

/*
 * More queries than there is room for, all of one bucket and of many, some answered: each comes out
 * once, in order.
 */
static void test_many_pairs(void)
{
	struct trace_pair *pair = trace_pair_create();
	const unsigned many = 5 * TRACE_PAIR_CAPACITY;
	struct trace_event event, out;
	unsigned taken = 0, answered = 0;
	bool ordered = true;

	for (unsigned number = 0; number < many; number++) {
		while (trace_pair_take(pair, &out, false)) {
			ordered = ordered && number_of(&out) == taken++;
			answered += out.rcode != TRACE_RCODE_NONE;
		}
		event = event_of(number, 1000 + number / 100);
		trace_pair_query(pair, &event, &event.client, number % 3);
		if (number >= 100 && number % 2) {
			event = answer_of(number - 100, 1000, 0);
			trace_pair_answer(pair, &event, (number - 100) % 3);
		}
	}
	while (trace_pair_take(pair, &out, true)) {
		ordered = ordered && number_of(&out) == taken++;
		answered += out.rcode != TRACE_RCODE_NONE;
	}
	is_int(taken, many, "pairs: each query comes out");
	ok(ordered, "pairs: in order");
	is_int(answered, (many - 100) / 2, "pairs: with the answers that came");
	trace_pair_destroy(pair);
}

/*
 * As many under way as there is room for, so that they share buckets: each answer finds its own
 * query.
 */
static void test_full_pairs(void)
{
	struct trace_pair *pair = trace_pair_create();
	struct trace_event event, out;
	unsigned taken = 0, right = 0;

	for (unsigned number = 0; number < TRACE_PAIR_CAPACITY; number++) {
		event = event_of(number, 1000);
		trace_pair_query(pair, &event, &event.client, 1);
	}
	for (unsigned at = 0; at < TRACE_PAIR_CAPACITY; at++) {
		unsigned number = at * 4099 % TRACE_PAIR_CAPACITY;

		event = answer_of(number, 1000, (uint16_t)number);
		trace_pair_answer(pair, &event, 2); /* another id */
		trace_pair_answer(pair, &event, 1);
	}
	while (trace_pair_take(pair, &out, false)) {
		taken++;
		right += out.rcode == number_of(&out);
	}
	is_int(taken, TRACE_PAIR_CAPACITY, "full pairs: all are answered");
	is_int(right, TRACE_PAIR_CAPACITY, "full pairs: each with its own answer");
	trace_pair_destroy(pair);
}

/* ---- order ---- */

/*
 * Puts events of these times, and gives how many came out behind one that is later; each has to
 * come out.
 */
static unsigned count_late(const uint64_t *times, unsigned count, bool *all)
{
	struct trace_order *order = trace_order_create();
	const struct trace_event *event;
	unsigned late = 0, out = 0;
	uint64_t last = 0;

	for (unsigned at = 0; at <= count; at++) {
		if (at < count) {
			*trace_order_place(order) = event_of(at, times[at]);
			trace_order_put(order);
		}
		while ((event = trace_order_take(order, at == count)) != NULL) {
			late += event->when_ms < last;
			last = event->when_ms > last ? event->when_ms : last;
			out++;
		}
	}
	*all = out == count;
	trace_order_destroy(order);
	return late;
}

static void test_order(void)
{
	enum { MANY = 3 * TRACE_ORDER_CAPACITY };
	static uint64_t times[MANY];
	struct trace_order *order = trace_order_create();
	bool all;

	for (unsigned at = 0; at < MANY; at++)
		times[at] = 100 * at;
	is_int(count_late(times, MANY, &all), 0, "order: sorted stays sorted");
	ok(all, "order: all of it");
	for (unsigned at = 0; at < MANY; at++)
		times[at] = 10 * at + 4000 * (at * 7919 % 2);
	is_int(count_late(times, MANY, &all), 0, "order: seconds out of order are put right");
	ok(all, "order: all of it");
	for (unsigned at = 0; at < MANY; at++)
		times[at] = 1000 * (MANY - at);
	ok(count_late(times, MANY, &all) > MANY / 2, "order: backwards is not");
	ok(all, "order: but all of it comes");
	for (unsigned at = 0; at < MANY; at++)
		times[at] = 5;
	is_int(count_late(times, MANY, &all), 0, "order: all at once");
	ok(all, "order: all of it, beyond the capacity");
	for (unsigned at = 0; at < 3; at++) {
		*trace_order_place(order) = event_of(at, 77);
		trace_order_put(order);
	}
	for (unsigned at = 0; at < 3; at++)
		is_int(number_of(trace_order_take(order, true)), at,
		       "order: of equals, the first first");
	ok(!trace_order_take(order, true), "order: then nothing");
	trace_order_destroy(order);
}

/* ---- cache ---- */

static void test_cache(void)
{
	struct cache_sim *cache = cache_sim_create(1000);
	uint32_t note = 0;
	unsigned found = 0;

	ok(!cache_sim_find(cache, 7, 100, &note), "cache: empty");
	cache_sim_put(cache, 7, 100, 60, 42);
	ok(cache_sim_find(cache, 7, 159, &note) && note == 42, "cache: until its TTL is over");
	ok(!cache_sim_find(cache, 7, 160, &note), "cache: not then");
	ok(!cache_sim_find(cache, 8, 100, &note), "cache: no other key");
	cache_sim_put(cache, 7, 200, 60, 43);
	ok(cache_sim_find(cache, 7, 259, &note) && note == 43, "cache: put again");
	cache_sim_put(cache, 9, 200, 0, 1);
	ok(!cache_sim_find(cache, 9, 200, &note), "cache: a TTL of 0 is not cached");
	cache_sim_put(cache, 10, UINT64_C(253402300799), 86400, 1);
	ok(!cache_sim_find(cache, 10, UINT64_C(253402300799), &note),
	   "cache: beyond 2106 nothing is, and nothing wraps");
	for (uint64_t key = 1; key <= 100000; key++)
		cache_sim_put(cache, key * UINT64_C(0x9e3779b97f4a7c15), 300, 60, 0);
	for (uint64_t key = 1; key <= 100000; key++)
		found += cache_sim_find(cache, key * UINT64_C(0x9e3779b97f4a7c15), 301, &note);
	ok(found > 900 && found <= 1000, "cache: holds what it has room for (%u of 1000)", found);
	cache_sim_destroy(cache);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_messages);
	tap_run(test_options);
	tap_run(test_pairs);
	tap_run(test_many_pairs);
	tap_run(test_full_pairs);
	tap_run(test_order);
	tap_run(test_cache);
	return done();
}
