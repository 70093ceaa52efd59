/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ibHH, information-based heavy hitters: Ozery, Nadler, Shabtai, NDSS 2024
 * (arXiv 2307.02614), after the description of its published code.
 *
 * A domain's information is the sum of the lengths of its distinct prefixes,
 * estimated by a HyperLogLog of 4,096 registers into which a prefix of L
 * characters goes as L virtual items: byte I counted up, hashed whole, counted
 * down, for I in 0 to L - 1 (so a name takes L^2 steps). A cache of 1,000
 * domains samples distinct heavy hitters: an unknown domain is let in if the
 * hash of its name is below tau; when the cache is full, the domain with the
 * largest seed goes and tau becomes that seed. Everything begins anew every
 * 120 seconds. A first part of the warm-up tunes the threshold; in the second
 * (peace time), domains above it go to an allow-list. A detected domain is
 * blocked for good.
 * The list of the world's popular domains is part of the method: here it is the
 * generated world's own.
 * Not as there: it sees what leaves the cache, not all queries (distinct names
 * are the same); seeds have 64 bits.
 */
#include "method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define DOMAINS      1000
#define WINDOW_MS    120000u
#define INDEX_BITS   12
#define REGISTERS    (1 << INDEX_BITS)
#define MAX_RANK     (64 - INDEX_BITS)
#define ALPHA        0.721347520444481703680
#define TUNE_SHARE   0.6
#define MURMUR_TIMES UINT64_C(0xc6a4a7935bd1e995)

struct counted {
	uint64_t domain;
	uint64_t seed;
	double estimate;
	bool stale; /* a register changed since */
	uint16_t ranks[MAX_RANK + 2];
	uint8_t registers[REGISTERS];
};

struct ibhh {
	const struct map *popular;
	struct map allowed, blocked;
	struct map slots; /* domain to place in counted, plus one */
	struct counted *counted;
	unsigned count;
	uint64_t tau;
	uint64_t until_ms;
};

/* MurmurHash64A, Appleby. */
static uint64_t murmur(const uint8_t *bytes, size_t size)
{
	uint64_t hash = 314 ^ size * MURMUR_TIMES;
	uint64_t word;

	for (; size >= 8; size -= 8, bytes += 8) {
		memcpy(&word, bytes, 8);
		word *= MURMUR_TIMES;
		word ^= word >> 47;
		hash = (hash ^ word * MURMUR_TIMES) * MURMUR_TIMES;
	}
	if (size) {
		word = 0;
		memcpy(&word, bytes, size);
		hash = (hash ^ word) * MURMUR_TIMES;
	}
	hash ^= hash >> 47;
	hash *= MURMUR_TIMES;
	return hash ^ hash >> 47;
}

static void add_item(struct counted *counted, uint64_t hash)
{
	unsigned index = (unsigned)(hash & (REGISTERS - 1));
	uint64_t rest = hash >> INDEX_BITS | UINT64_C(1) << MAX_RANK;
	unsigned rank = (unsigned)__builtin_ctzll(rest) + 1;

	if (rank <= counted->registers[index])
		return;
	counted->ranks[counted->registers[index]]--;
	counted->ranks[rank]++;
	counted->registers[index] = (uint8_t)rank;
	counted->stale = true;
}

static double sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

static double tau_of(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

/* Ertl's estimator. */
static double estimate(struct counted *counted)
{
	double z;

	if (!counted->stale)
		return counted->estimate;
	z = REGISTERS * tau_of(1 - counted->ranks[MAX_RANK + 1] / (double)REGISTERS);
	for (int rank = MAX_RANK; rank > 0; rank--)
		z = 0.5 * (z + counted->ranks[rank]);
	z += REGISTERS * sigma(counted->ranks[0] / (double)REGISTERS);
	counted->estimate = ALPHA * REGISTERS * REGISTERS / z;
	counted->stale = false;
	return counted->estimate;
}

static void begin_window(struct ibhh *ibhh, uint64_t when_ms)
{
	ibhh->count = 0;
	ibhh->tau = UINT64_MAX;
	ibhh->until_ms = when_ms + WINDOW_MS;
	map_release(&ibhh->slots);
}

/* The place of the largest seed. */
static unsigned largest(const struct ibhh *ibhh)
{
	unsigned at = 0;

	for (unsigned i = 1; i < ibhh->count; i++) {
		if (ibhh->counted[i].seed > ibhh->counted[at].seed)
			at = i;
	}
	return at;
}

static struct counted *admit(struct ibhh *ibhh, const struct event *event)
{
	unsigned at = ibhh->count;
	struct counted *counted;

	if (event->key >= ibhh->tau)
		return NULL;
	if (ibhh->count < DOMAINS) {
		ibhh->count++;
	} else {
		at = largest(ibhh);
		ibhh->tau = ibhh->counted[at].seed;
		*util_map_at(&ibhh->slots, ibhh->counted[at].domain) = 0;
		if (event->key >= ibhh->tau)
			return NULL;
	}
	counted = &ibhh->counted[at];
	memset(counted, 0, sizeof(*counted));
	counted->domain = event->domain;
	counted->seed = event->key;
	counted->ranks[0] = REGISTERS;
	*util_map_at(&ibhh->slots, event->domain) = at + 1;
	return counted;
}

static struct counted *counted_of(struct ibhh *ibhh, const struct event *event)
{
	const uint64_t *slot = map_find(&ibhh->slots, event->domain);
	struct counted *counted;

	if (!slot || !*slot)
		return admit(ibhh, event);
	counted = &ibhh->counted[*slot - 1];
	if (event->key < counted->seed)
		counted->seed = event->key;
	return counted;
}

static void add_prefix(struct counted *counted, const struct event *event)
{
	uint8_t prefix[256];
	/* Without the first length byte: as many characters as the text has. */
	unsigned size = event->domain_at ? event->domain_at - 1u : 0;

	memcpy(prefix, event->name + 1, size);
	for (unsigned i = 0; i < size; i++) {
		prefix[i]++;
		add_item(counted, murmur(prefix, size));
		prefix[i]--;
	}
}

static enum act observe(struct method *method, const struct event *event)
{
	struct ibhh *ibhh = method->state;
	struct counted *counted;

	method->score = 0;
	if (map_find(&ibhh->blocked, event->domain))
		return ACT_REFUSE;
	if (event->when_ms >= ibhh->until_ms)
		begin_window(ibhh, event->when_ms);
	counted = counted_of(ibhh, event);
	if (!counted)
		return ACT_PASS;
	add_prefix(counted, event);
	if (map_find(ibhh->popular, event->domain))
		return ACT_PASS;
	method->score = estimate(counted);
	if (method->score <= method->threshold || map_find(&ibhh->allowed, event->domain))
		return ACT_PASS;
	util_map_at(method->armed ? &ibhh->blocked : &ibhh->allowed, event->domain);
	return method->armed ? ACT_REFUSE : ACT_PASS;
}

static void close_ibhh(struct method *method)
{
	struct ibhh *ibhh = method->state;

	map_release(&ibhh->allowed);
	map_release(&ibhh->blocked);
	map_release(&ibhh->slots);
	free(ibhh->counted);
	free(ibhh);
}

struct method *rival_ibhh_open(const struct method_plan *plan)
{
	struct method *method = method_new("ibHH");
	struct ibhh *ibhh = util_zeroed(1, sizeof(*ibhh));

	ibhh->counted = util_zeroed(DOMAINS, sizeof(*ibhh->counted));
	ibhh->tau = UINT64_MAX;
	ibhh->popular = plan->popular;
	method->state = ibhh;
	method->observe = observe;
	method->close = close_ibhh;
	method->tune_share = TUNE_SHARE;
	/* Six bits a register, and what goes with it: as published. */
	method->domain_bytes = REGISTERS * 6 / 8 + 520 + 56;
	method->from_day = plan->warm_days;
	return method;
}
