/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine charges nobody for, and never refuses. */
#include "fixture_engine.h"

static void test_never_charged(void)
{
	static const struct {
		const char *text, *stat, *name;
		uint32_t user;
		bool internal;
		enum seep_class class;
	} cases[] = {
		{ "allowed", "allowed", "allowed.com", 1, false, SEEP_CLASS_ALLOWED },
		{ "below allowed", "allowed", "x.y.allowed.com", 1, false, SEEP_CLASS_ALLOWED },
		{ "beside allowed", "charged", "x.notallowed.com", 1, false, SEEP_CLASS_CHARGED },
		{ "above allowed", "charged", "com", 1, false, SEEP_CLASS_CHARGED },
		{ "exempt", "exempt", "x.far.com", 9 << 8 | 5, false, SEEP_CLASS_EXEMPT },
		{ "beside exempt", "charged", "x.far.com", 10 << 8 | 5, false, SEEP_CLASS_CHARGED },
		{ "internal", "internal", "x.corp", 1, true, SEEP_CLASS_INTERNAL },
		{ "internal and allowed", "internal", "x.allowed.com", 1, true,
		  SEEP_CLASS_INTERNAL },
		{ "allowed and exempt", "allowed", "x.allowed.com", 9 << 8, false,
		  SEEP_CLASS_ALLOWED },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		bool metered = cases[i].class == SEEP_CLASS_CHARGED;
		struct wire wire = wire_of(cases[i].name);
		struct seep_reservation reservation;
		struct seep_name name;
		struct rig rig;

		rig_open(&rig, USER_ONLY "allow-domain: allowed.com\nexempt-user: 10.0.9.0/24\n");
		struct seep_observation observation = { .client = address_v4(cases[i].user),
							.name = wire.bytes,
							.name_size = wire.size,
							.qclass = SEEP_QCLASS_IN,
							.internal = cases[i].internal,
							.when_ms = rig.now_ms };
		is_verdict(seep_engine_ask(rig.thread, &observation, &reservation, &name),
			   SEEP_PASS, SEEP_METER_NONE, text);
		is_int(reservation.class, cases[i].class, "%s: the class", text);
		is_int(name.size, wire.size, "%s: the name is split", text);
		is_bool(reservation.user_key && reservation.domain_key, metered,
			"%s: metered or not", text);
		is_bool(reservation.user_key || reservation.domain_key, metered,
			"%s: on both or none", text);
		is_bool(reservation.user_mbit, metered, "%s: charged or not", text);
		is_stat(&rig, "inflight", 1, text);
		seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		is_stat(&rig, "inflight", 0, text);
		is_stat(&rig, cases[i].stat, 1, text);
		is_stat(&rig, "users", metered, text);
		is_stat(&rig, "domains", metered, text);
		is_bool(rig_stat(&rig, "novelty.names"), metered, "%s: remembered or not", text);
		is_bool(rig_stat(&rig, "bits"), metered, "%s: bits", text);
		is_balanced(&rig, 1, text);
		/* and released, the same */
		seep_engine_ask(rig.thread, &observation, &reservation, &name);
		seep_engine_release(rig.thread, &reservation);
		is_stat(&rig, "unsent", 1, text);
		is_balanced(&rig, 2, text);
		rig_close(&rig);
	}
}

/* Who asks over UDP without a cookie is metered, or with `spoofable: no-meter` only counted. */
static void test_spoofable(void)
{
	static const struct {
		const char *text, *conf, *stat, *name;
		uint32_t user;
		bool is_proven;
		enum seep_class class;
	} cases[] = {
		{ "by default, UDP", "", "charged", "x.far.com", 1, false, SEEP_CLASS_CHARGED },
		{ "by default, TCP", "", "charged", "x.far.com", 1, true, SEEP_CLASS_CHARGED },
		{ "meter, UDP", "spoofable: meter\n", "charged", "x.far.com", 1, false,
		  SEEP_CLASS_CHARGED },
		{ "no-meter, UDP", "spoofable: no-meter\n", "unproven", "x.far.com", 1, false,
		  SEEP_CLASS_UNPROVEN },
		{ "no-meter, TCP", "spoofable: no-meter\n", "charged", "x.far.com", 1, true,
		  SEEP_CLASS_CHARGED },
		{ "no-meter, UDP, allowed", "spoofable: no-meter\n", "allowed", "x.allowed.com", 1,
		  false, SEEP_CLASS_ALLOWED },
		{ "no-meter, UDP, exempt", "spoofable: no-meter\n", "exempt", "x.far.com",
		  9 << 8 | 5, false, SEEP_CLASS_EXEMPT },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		bool metered = cases[i].class == SEEP_CLASS_CHARGED;
		struct wire wire = wire_of(cases[i].name);
		struct seep_reservation reservation;
		char conf[512];
		struct seep_name name;
		struct rig rig;

		snprintf(conf, sizeof(conf), "%s%s%s", USER_ONLY,
			 "allow-domain: allowed.com\nexempt-user: 10.0.9.0/24\n", cases[i].conf);
		rig_open(&rig, conf);
		struct seep_observation observation = query_of(cases[i].user, &wire, rig.now_ms);
		observation.is_proven = cases[i].is_proven;
		seep_engine_ask(rig.thread, &observation, &reservation, &name);
		is_int(reservation.class, cases[i].class, "%s: the class", text);
		seep_engine_commit(rig.thread, &reservation, rig.now_ms);
		is_stat(&rig, cases[i].stat, 1, text);
		is_stat(&rig, "users", metered, text);
		is_bool(rig_stat(&rig, "novelty.names"), metered, "%s: remembered or not", text);
		is_balanced(&rig, 1, text);
		rig_close(&rig);
	}
}

/* With no-meter, what is sent in a user's name over UDP takes nothing of its budget over TCP. */
static void test_spoofed_takes_nothing(void)
{
	unsigned refused = 0;
	struct rig rig;

	rig_open(&rig, EIGHT_DOMAINS "spoofable: no-meter\n");
	for (unsigned n = 0; n < 1000; n++)
		refused += rig_send(&rig, 1, rig_fresh(&rig, "forged.com")).outcome == SEEP_REFUSE;
	is_int(refused, 0, "a thousand forged names are not refused");
	is_stat(&rig, "unproven", 1000, "a thousand forged names");
	is_stat(&rig, "bits.metered", 0, "a thousand forged names");
	is_stat(&rig, "users", 0, "a thousand forged names");
	rig_close(&rig);
}

/* A spent user still reaches what is never charged. */
static void test_never_refused(void)
{
	struct rig rig;

	rig_open(&rig, USER_ONLY "allow-domain: allowed.com\n");
	send_all(&rig, 1, "far.com", 1000);
	is_int(send_all(&rig, 1, "allowed.com", 500), 500, "spent: what is allowed passes");
	is_int(send_all(&rig, 1, "notallowed.com", 500), 0, "spent: what is not does not");
	is_stat(&rig, "allowed", 500, "spent");
	rig_close(&rig);
}

/* What is no name cannot be metered: it passes, counted as untracked when it leaves. */
static void test_no_name(void)
{
	static const uint8_t pointer[] = { 1, 'a', 0xc0, 12 };
	struct seep_observation observation = { .client = address_v4(1),
						.name = pointer,
						.name_size = sizeof(pointer),
						.when_ms = NOW_MS };
	struct seep_reservation reservation;
	struct seep_name name;
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	is_verdict(seep_engine_ask(rig.thread, &observation, &reservation, &name), SEEP_PASS,
		   SEEP_METER_NONE, "no name");
	is_int(reservation.class, SEEP_CLASS_UNTRACKED, "no name: untracked");
	is_int(name.domain_at + name.prefix_labels, 0, "no name: has no prefix");
	is_bool(seep_name_told(&name, (const uint8_t *)"\1a\3com", 7), true,
		"no name: any packet tells something");
	seep_engine_commit(rig.thread, &reservation, NOW_MS);
	is_stat(&rig, "untracked", 1, "no name");
	is_stat(&rig, "users", 0, "no name");
	is_balanced(&rig, 1, "no name");
	rig_close(&rig);
}

/* Hits are put by: they make no user, cost nothing, and disturb no query. */
static void test_hits(void)
{
	struct seep_address client = address_v4(1);
	struct rig rig;

	rig_open(&rig, USER_ONLY);
	for (uint32_t n = 0; n < 1000; n++) {
		client = address_v4(n);
		seep_engine_hit(rig.thread, &client);
	}
	is_stat(&rig, "users", 0, "hits alone");
	is_stat(&rig, "sent", 0, "hits alone");
	seep_counters_add(&seep_thread_counters(rig.thread)->hits, 1000);
	seep_counters_add(&seep_thread_counters(rig.thread)->queries, 1000);
	is_stat(&rig, "hits", 1000, "what the host counts");
	is_stat(&rig, "queries", 1000, "what the host counts");
	ok(send_all(&rig, 1, "far.com", 1000) < 1000, "spent");
	is_filled(&rig, 8000000, "hits cost nothing");
	for (uint32_t n = 0; n < 1000; n++) {
		client = address_v4(n % 200);
		seep_engine_hit(rig.thread, &client);
	}
	is_stat(&rig, "users", 1, "hits of others");
	is_verdict(rig_send(&rig, 1, rig_fresh(&rig, "far.com")), SEEP_REFUSE, SEEP_METER_USER,
		   "hits give nothing back");
	rig_close(&rig);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_never_charged);
	tap_run(test_spoofable);
	tap_run(test_spoofed_takes_nothing);
	tap_run(test_never_refused);
	tap_run(test_no_name);
	tap_run(test_hits);
	return done();
}
