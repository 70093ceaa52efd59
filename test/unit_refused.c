/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of refusals: who, what, which meter; the last ones, whole, from any threads. */
#include "fixture_engine.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine/refused.h"
#include "engine/query.h"

static struct rig rig;

/* The row that was put last. */
static struct seep_refused_row last_row(void)
{
	const struct seep_refused *refused = seep_engine_refused(rig.engine);
	struct seep_refused_row row = { .when_ms = 0 };

	if (!seep_refused_count(refused) ||
	    !seep_refused_get(refused, seep_refused_count(refused) - 1, &row))
		printf("# no row\n");
	return row;
}

static void is_last(const char *name, enum seep_meter meter, const char *text)
{
	const struct seep_refused_row row = last_row();
	const struct wire wire = wire_of(name);

	is_int(row.meter, meter, "%s: the meter", text);
	ok(row.name_size == wire.size && memcmp(row.name, wire.bytes, wire.size) == 0,
	   "%s: the name", text);
}

static void test_rows(void)
{
	struct seep_refused_row row;
	const char *name;

	rig_open(&rig, USER_ONLY);
	rig_send(&rig, 1, "www.a.example");
	is_int(seep_refused_count(seep_engine_refused(rig.engine)), 0, "what is sent is not noted");
	rig.now_ms += 7000;
	send_all(&rig, 5, "b.example", 1000);
	is_int(seep_refused_count(seep_engine_refused(rig.engine)), 1, "a refusal is");
	is_last(rig.fresh_name, SEEP_METER_USER, "a user's");
	row = last_row();
	is_int(row.when_ms, NOW_MS + 7000, "when");
	is_int(row.client.bytes[3], 5, "who");
	is_int(row.type, SEEP_TYPE_A, "what");
	is_int(row.budget_mbit, 8000000, "the budget");
	ok(row.level_mbit <= row.budget_mbit &&
		   row.level_mbit + row.charge_mbit > row.budget_mbit && !row.is_stale,
	   "the level, and what would have been too much");
	rig_close(&rig);
	rig_open(&rig, DOMAIN_ONLY);
	name = "b.example";
	send_all(&rig, 1, name, 1000);
	is_last(rig.fresh_name, SEEP_METER_DOMAIN, "a domain's");
	is_int(last_row().budget_mbit, 800000, "its budget");
	rig_close(&rig);
}

/* One that the cache answered, by way of a query. */
static void test_stale(void)
{
	struct wire wire;
	struct seep_query query = { .is_stale = true };

	rig_open(&rig, USER_ONLY);
	send_all(&rig, 1, "b.example", 1000);
	wire = wire_of(rig_fresh(&rig, "c.example"));
	query.observation = query_of(1, &wire, rig.now_ms);
	is_int(seep_query_begin(rig.thread, &query).outcome, SEEP_REFUSE, "one more is refused");
	is_int(seep_refused_count(seep_engine_refused(rig.engine)), 1, "not noted yet");
	seep_query_end(rig.thread, &query, SEEP_EXISTENCE_UNKNOWN);
	is_int(seep_refused_count(seep_engine_refused(rig.engine)), 2, "noted at its end");
	ok(last_row().is_stale, "as answered from the cache");
	rig_close(&rig);
}

/* A row in which all tells its number. */
static struct seep_refused_row made(uint64_t number)
{
	struct seep_refused_row row = { .when_ms = number,
					.level_mbit = number,
					.name_size = SEEP_NAME_MAX_BYTES };

	memset(row.name, (int)(number % 251), sizeof(row.name));
	return row;
}

static bool is_made(const struct seep_refused_row *row)
{
	const struct seep_refused_row want = made(row->when_ms);

	return row->level_mbit == want.level_mbit && row->name_size == want.name_size &&
	       memcmp(row->name, want.name, sizeof(want.name)) == 0;
}

static void test_ring(void)
{
	struct seep_refused *refused = seep_refused_create();
	struct seep_refused_row row;
	unsigned got = 0;

	ok(!seep_refused_get(refused, 0, &row), "nothing was put");
	for (uint64_t at = 0; at < SEEP_REFUSED_PLACES + 10; at++) {
		row = made(at);
		seep_refused_put(refused, &row);
	}
	ok(!seep_refused_get(refused, 9, &row), "the first ones are gone");
	for (uint64_t at = 10; at < SEEP_REFUSED_PLACES + 10; at++)
		got += seep_refused_get(refused, at, &row) && row.when_ms == at && is_made(&row);
	is_int(got, SEEP_REFUSED_PLACES, "all others are there");
	ok(!seep_refused_get(refused, SEEP_REFUSED_PLACES + 10, &row), "the next is not yet");
	seep_refused_destroy(refused);
}

#define WRITERS 3
#define WRITTEN 100000

static atomic_uint writing;

static void *write_rows(void *context)
{
	for (uint64_t at = 0; at < WRITTEN; at++) {
		const struct seep_refused_row row = made(at);

		seep_refused_put(context, &row);
	}
	atomic_fetch_sub(&writing, 1);
	return NULL;
}

static void test_threads(void)
{
	struct seep_refused *refused = seep_refused_create();
	pthread_t threads[WRITERS];
	unsigned read = 0, torn = 0;

	atomic_store(&writing, WRITERS);
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_rows, refused);
	do {
		uint64_t count = seep_refused_count(refused);

		for (uint64_t back = 1; back <= 16 && back <= count; back++) {
			struct seep_refused_row row;

			if (!seep_refused_get(refused, count - back, &row))
				continue;
			read++;
			torn += !is_made(&row);
		}
	} while (atomic_load(&writing));
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	is_int(torn, 0, "of %u rows read while three write, none is of two", read);
	is_int(seep_refused_count(refused), WRITERS * WRITTEN, "all are counted");
	seep_refused_destroy(refused);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_rows);
	tap_run(test_stale);
	tap_run(test_ring);
	tap_run(test_threads);
	return done();
}
