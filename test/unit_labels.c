/* SPDX-License-Identifier: BSD-3-Clause */
/* Shares of labels: always a code, whatever was learned and whatever made room. */
#include "sketch/labels.h"
#include "fixture.h"

#include <math.h>

static const struct seep_hash_key key = { .bytes = { 9, 8, 7 }, .rounds = SEEP_HASH_1_3 };

static uint64_t hash_of(const char *label)
{
	return seep_hash_bytes(&key, label, strlen(label));
}

static uint64_t hash_of_number(uint64_t n)
{
	return seep_hash_bytes(&key, &n, sizeof(n));
}

/* A table in BYTES of MEMORY, with its prior. */
static struct seep_labels *table_of(void *memory, size_t bytes)
{
	memset(memory, 0, bytes);
	return seep_labels_create(memory, bytes, &key);
}

static const char *const priors[] = {
	"www", "mail", "api",  "cdn",  "static", "m",     "img",  "app",   "images", "assets",
	"ns1", "ns2",  "blog", "shop", "login",  "media", "docs", "smtp",  "dev",    "web",
	"s",   "en",   "news", "ads",  "secure", "auth",  "data", "files", "_dmarc", "support",
};

/* The sum of 2^-cost over the prior's labels and the numbers below MOST. */
static double shares(const struct seep_labels *labels, uint64_t most, unsigned *known)
{
	double sum = 0;

	*known = 0;
	for (uint64_t n = 0; n < most + COUNT(priors); n++) {
		uint64_t cost = seep_labels_cost(labels, n < most ? hash_of_number(n)
								  : hash_of(priors[n - most]));

		if (cost == SEEP_LABELS_UNKNOWN)
			continue;
		sum += exp2(-(double)cost / 1000);
		++*known;
	}
	return sum;
}

static void test_prior(void)
{
	static _Alignas(64) uint8_t memory[1 << 16];
	struct seep_labels *labels = table_of(memory, sizeof(memory));
	unsigned known;
	double sum = shares(labels, 1000, &known);

	is_int(known, COUNT(priors), "the prior's labels are known, others are not");
	ok(sum <= 1 && sum > 0.99, "their shares sum to %.4f", sum);
	ok(seep_labels_cost(labels, hash_of("www")) < 1500, "www costs about a bit");
	is_int(seep_labels_cost(labels, hash_of("never-seen")), SEEP_LABELS_UNKNOWN, "unknown");
	seep_labels_destroy(labels);
	ok(seep_labels_create(memory, 63, &key) == NULL, "no room for a set: no table");
	seep_labels_destroy(NULL);
}

/* The example at the head of labels.c: one set. */
static void test_worked(void)
{
	static const struct {
		const char *label;
		uint64_t www, x, y, support; /* costs, mbit, after the label came; 0: unknown */
	} steps[] = {
		{ NULL, 451, 0, 0, 6358 }, { "x", 451, 6358, 0, 0 }, { "x", 469, 5376, 0, 0 },
		{ "y", 451, 6358, 0, 0 },  { "y", 451, 0, 6358, 0 },
	};
	static _Alignas(64) uint8_t memory[64];
	struct seep_labels *labels = table_of(memory, sizeof(memory));

	for (size_t i = 0; i < COUNT(steps); i++) {
		if (steps[i].label)
			seep_labels_learn(labels, hash_of(steps[i].label));
#define IS_COST(label, mbit)                                                                    \
	is_int(seep_labels_cost(labels, hash_of(label)), (mbit) ? (mbit) : SEEP_LABELS_UNKNOWN, \
	       "worked step %zu: %s", i, label)
		IS_COST("www", steps[i].www);
		IS_COST("x", steps[i].x);
		IS_COST("y", steps[i].y);
		IS_COST("support", steps[i].support);
#undef IS_COST
	}
	seep_labels_destroy(labels);
}

/* What is learned gets cheaper, all else dearer. */
static void test_learn(void)
{
	static _Alignas(64) uint8_t memory[1 << 16];
	struct seep_labels *labels = table_of(memory, sizeof(memory));
	uint64_t www = seep_labels_cost(labels, hash_of("www")), last = UINT64_MAX;
	unsigned wrong = 0;

	for (int use = 0; use < 1000; use++) {
		seep_labels_learn(labels, hash_of("x"));
		wrong += seep_labels_cost(labels, hash_of("x")) >= last + (use > 100);
		last = seep_labels_cost(labels, hash_of("x"));
	}
	is_int(wrong, 0, "each use makes a label cheaper");
	ok(last < 200, "used by most, it is nearly free: %" PRIu64 " mbit", last);
	ok(seep_labels_cost(labels, hash_of("www")) > www + 2000, "and www has become dearer");
	seep_labels_destroy(labels);
}

/* Labels beyond what there is room for: the shares sum to one at most after each thousand. */
static void test_eviction(void)
{
	static _Alignas(64) uint8_t memory[1 << 12];
	struct seep_labels *labels = table_of(memory, sizeof(memory));
	const uint64_t seed = 5;
	uint64_t random = seed;
	unsigned wrong = 0, known = 0, low = 0;

	printf("# eviction: seed %" PRIu64 "\n", seed);
	for (int round = 0; round < 200; round++) {
		for (int use = 0; use < 1000; use++) {
			/* some often, most once */
			uint64_t n = random_next(&random) % (random_next(&random) % 2 ? 50 : 20000);
			seep_labels_learn(labels, hash_of_number(n));
		}
		double sum = shares(labels, 20000, &known);
		wrong += sum > 1;
		low += sum < 0.99;
	}
	is_int(wrong, 0, "the shares never sum to more than one");
	is_int(low, 0, "nor to less than nearly one");
	ok(known <= sizeof(memory) / 8, "%u labels in room for %zu", known, sizeof(memory) / 8);
	ok(known > sizeof(memory) / 8 * 0.9, "which is used");
	known = 0;
	for (uint64_t n = 0; n < 50; n++)
		known += seep_labels_cost(labels, hash_of_number(n)) != SEEP_LABELS_UNKNOWN;
	ok(known >= 48, "%u of the 50 that are used most have kept their place", known);
	seep_labels_destroy(labels);
}

/* One label's count has an end, where its share stays. */
static void test_full_count(void)
{
	static _Alignas(64) uint8_t memory[64];
	struct seep_labels *labels = table_of(memory, sizeof(memory));
	unsigned known;

	for (int use = 0; use < (1 << 24) + 1000; use++)
		seep_labels_learn(labels, hash_of_number(0));
	double sum = shares(labels, 2, &known);
	ok(sum <= 1, "counted to the end: the shares sum to %.6f", sum);
	ok(seep_labels_cost(labels, hash_of_number(0)) <= 1, "and the label is free");
	seep_labels_destroy(labels);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_prior);
	tap_run(test_worked);
	tap_run(test_learn);
	tap_run(test_eviction);
	tap_run(test_full_count);
	return done();
}
