/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What several unit tests need: names from text, addresses, random numbers, an engine with its
 * statistics.
 */
#ifndef SEEP_FIXTURE_H
#define SEEP_FIXTURE_H

#include "names/suffix.h"
#include "engine/engine.h"
#include "seep_rr.h"
#include "tap.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2023-11-14 22:13:20 UTC: when every engine of the tests starts. */
#define NOW_S  UINT64_C(1700000000)
#define NOW_MS (NOW_S * 1000)
#define DAY_S  UINT64_C(86400)
#define DAY_MS (DAY_S * 1000)

/* A name in wire form. */
struct wire {
	uint8_t bytes[SEEP_NAME_MAX_BYTES + 64];
	size_t size;
};

/*
 * The name of a text; \DDD is a byte, \. a dot inside a label, "." the root. Neither sizes nor
 * letter case are looked at: tests need names that seep_parse_name does not give.
 */
static inline struct wire wire_of(const char *text)
{
	struct wire wire = { .size = 1 };
	size_t length_at = 0;

	if (strcmp(text, ".") == 0)
		return wire;
	for (; *text; text++) {
		if (*text == '.') {
			length_at = wire.size++;
			continue;
		}
		unsigned byte = (uint8_t)*text;
		if (*text == '\\' && text[1] >= '0' && text[1] <= '9') {
			byte = (unsigned)(text[1] - '0') * 100 + (unsigned)(text[2] - '0') * 10 +
			       (unsigned)(text[3] - '0');
			text += 3;
		} else if (*text == '\\') {
			byte = (uint8_t) * ++text;
		}
		wire.bytes[wire.size++] = (uint8_t)byte;
		wire.bytes[length_at]++;
	}
	wire.bytes[wire.size++] = 0;
	return wire;
}

/* The public suffix of a name in text. */
static inline struct seep_suffix suffix_of(struct seep_suffix_reader *reader, const char *text)
{
	struct wire wire = wire_of(text);
	uint8_t offsets[128];
	unsigned labels = 0;

	for (size_t at = 0; wire.bytes[at]; at += 1u + wire.bytes[at])
		offsets[labels++] = (uint8_t)at;
	return seep_suffix_of(reader, wire.bytes, offsets, labels);
}

/* 10.0.0.0 and N more. */
static inline struct seep_address address_v4(uint32_t n)
{
	n += UINT32_C(10) << 24;
	return (struct seep_address){ .bytes = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
						 (uint8_t)(n >> 8), (uint8_t)n },
				      .size_bytes = 4 };
}

/* User N asks for the A record of NAME, which has to outlive this. */
static inline struct seep_observation query_of(uint32_t n, const struct wire *name,
					       uint64_t when_ms)
{
	return (struct seep_observation){ .client = address_v4(n),
					  .name = name->bytes,
					  .name_size = name->size,
					  .type = SEEP_TYPE_A,
					  .qclass = SEEP_QCLASS_IN,
					  .when_ms = when_ms };
}

/* splitmix64 (Steele, Lea, Flood 2014): every state gives another number. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Makes a directory of TEMPLATE, as mkdtemp takes it; the test ends if there cannot be one. */
static inline void directory_make(char *template)
{
	if (mkdtemp(template))
		return;
	printf("Bail out! no directory\n");
	exit(1);
}

static inline void directory_remove(const char *directory)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	if (system(command))
		printf("# %s stays\n", directory);
}

/* An engine on the configuration TEXT, told of at NOW_MS; the test ends if there is none. */
struct rig {
	struct seep_conf conf;
	struct seep_engine *engine;
	struct seep_thread *thread;   /* its first */
	uint64_t now_ms;              /* the tests' clock */
	struct seep_counters base;    /* the sums at the last reset */
	struct seep_reservation last; /* what rig_send reserved last */
	/*
	 * What send_all of fixture_engine.h did: what the user's meter took, what the next name
	 * would have added to it, and how many names went beyond a line.
	 */
	struct {
		uint64_t mbit, next_mbit, line_mbit;
		unsigned above;
	} all;
	unsigned fresh_count;
	char fresh_name[SEEP_NAME_MAX_BYTES + 64];
};

static inline void rig_open_setup(struct rig *rig, const char *text,
				  struct seep_engine_setup *setup)
{
	struct seep_conf_error error;
	enum seep_passthrough why;

	setup->conf = &rig->conf;
	setup->when_ms = NOW_MS;
	if (seep_conf_parse(&rig->conf, text, strlen(text), "test", &error) != SEEP_CONF_OK) {
		printf("Bail out! conf line %lu: %s\n", error.line, error.text);
		exit(1);
	}
	rig->engine = seep_engine_create(setup, &why);
	if (!rig->engine || !(rig->thread = seep_engine_thread(rig->engine))) {
		printf("Bail out! no engine: reason %d\n", (int)why);
		exit(1);
	}
	rig->now_ms = NOW_MS;
	rig->fresh_count = 0;
	memset(&rig->base, 0, sizeof(rig->base));
	memset(&rig->all, 0, sizeof(rig->all));
}

static inline void rig_open_with(struct rig *rig, const char *text, unsigned threads,
				 seep_tell *tell, void *context)
{
	struct seep_engine_setup setup = { .key.rounds = SEEP_HASH_1_3,
					   .threads = threads,
					   .tell = tell,
					   .tell_context = context };

	for (unsigned i = 0; i < SEEP_HASH_KEY_BYTES; i++)
		setup.key.bytes[i] = (uint8_t)(i * 7 + 1);
	rig_open_setup(rig, text, &setup);
}

/* One with the key of a state file. */
static inline void rig_open_hashed(struct rig *rig, const char *text,
				   const struct seep_hash_key *key)
{
	struct seep_engine_setup setup = { .key = *key, .threads = 1 };

	rig_open_setup(rig, text, &setup);
}

/* The path of a file of the source tree. */
static inline const char *source_path(const char *name)
{
	static char path[1024];
	const char *root = getenv("SEEP_SRC");

	snprintf(path, sizeof(path), "%s/%s", root ? root : ".", name);
	return path;
}

/*
 * A file of before SipHash-1-3, as written on a machine of little-endian numbers on VERSION_1_CONF:
 * user 1 sent portal.d0.example and portal.d1.example, and user 9 names in tunnel.example until it
 * was refused; behind that checkpoint, user 1 sent news.d0.example.
 */
#define VERSION_1_FILE "test/data/state-version-1"
#define VERSION_1_CONF "learning: 0\nuser-budget: 100\nuser-refill: 0\nmemory-size: 1m\n"
#define HAS_VERSION_1  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline void rig_open(struct rig *rig, const char *text)
{
	rig_open_with(rig, text, 1, NULL, NULL);
}

static inline void rig_close(struct rig *rig)
{
	seep_engine_destroy(rig->engine);
	seep_conf_release(&rig->conf);
}

/* User N asks for the A record of TEXT, at the rig's time. */
static inline struct seep_verdict rig_ask(struct rig *rig, uint32_t n, const char *text,
					  struct seep_reservation *reservation)
{
	struct wire wire = wire_of(text);
	struct seep_observation observation = query_of(n, &wire, rig->now_ms);
	struct seep_name name;

	return seep_engine_ask(rig->thread, &observation, reservation, &name);
}

/* Asks, and sends if that is not refused. What was reserved is in LAST. */
static inline struct seep_verdict rig_send(struct rig *rig, uint32_t n, const char *text)
{
	struct seep_verdict verdict = rig_ask(rig, n, text, &rig->last);

	if (verdict.outcome != SEEP_REFUSE)
		seep_engine_commit(rig->thread, &rig->last, rig->now_ms);
	return verdict;
}

/* Another name of so many LETTERS below DOMAIN at every call; it stands until the next. */
static inline const char *rig_novel(struct rig *rig, int letters, const char *domain)
{
	snprintf(rig->fresh_name, sizeof(rig->fresh_name), "n%0*u.%s", letters - 1,
		 ++rig->fresh_count, domain);
	return rig->fresh_name;
}

static inline const char *rig_fresh(struct rig *rig, const char *domain)
{
	return rig_novel(rig, 10, domain);
}

/* All statistics as printed once. */
struct stats {
	const char *keys[128];
	unsigned long long values[128];
	unsigned count;
};

static inline int stats_take(void *context, const char *key, unsigned long long value)
{
	struct stats *stats = context;

	if (stats->count == COUNT(stats->keys))
		return 0;
	stats->keys[stats->count] = key;
	stats->values[stats->count++] = value;
	return 1;
}

static inline unsigned long long stats_get(const struct stats *stats, const char *key)
{
	for (unsigned i = 0; i < stats->count; i++)
		if (strcmp(stats->keys[i], key) == 0)
			return stats->values[i];
	printf("# no statistic %s\n", key);
	return ~0ULL;
}

static inline struct stats rig_stats(struct rig *rig, bool reset)
{
	struct stats stats = { .count = 0 };
	struct seep_statistics now;

	seep_engine_read(rig->engine, rig->now_ms, &now);
	(void)seep_statistics_print(&now, &rig->base, stats_take, &stats);
	if (reset)
		seep_statistics_reset(&now, &rig->base);
	return stats;
}

/* One statistic now, without "num.seep." or "seep.": both are tried. */
static inline unsigned long long rig_stat(struct rig *rig, const char *key)
{
	struct stats stats = rig_stats(rig, false);

	for (unsigned i = 0; i < stats.count; i++) {
		const char *found = stats.keys[i];

		found += strncmp(found, "num.", 4) == 0 ? 9 : 5;
		if (strcmp(found, key) == 0)
			return stats.values[i];
	}
	printf("# no statistic %s\n", key);
	return ~0ULL;
}

#endif
