/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequences: a fixed order costs next to nothing, no order costs what it tells. */
#include "sketch/sequence.h"
#include "fixture.h"

#include <math.h>

#define USER UINT64_C(0x1234567890abcdef)

static _Alignas(64) uint8_t memory[1 << 20];

/* One user's sequence with a table of BYTES. */
struct sent {
	struct seep_sequences *sequences;
	struct seep_sequence sequence;
	uint64_t user;
};

static struct sent start(size_t bytes)
{
	memset(memory, 0, sizeof(memory));
	return (struct sent){ .sequences = seep_sequences_create(memory, bytes), .user = USER };
}

static struct seep_sending sending_of(unsigned name, uint16_t type)
{
	uint64_t seed = name;

	return (struct seep_sending){ .name = random_next(&seed), .type = type, .question = type };
}

/* What a sending costs that would cost OTHERWISE_MBIT without guesses. */
static uint64_t cost(const struct sent *sent, unsigned name, uint16_t type, uint64_t otherwise_mbit)
{
	struct seep_sending sending = sending_of(name, type);
	int32_t loss_mbit;

	return seep_sequence_mbit(sent->sequences, &sent->sequence, sent->user, &sending,
				  otherwise_mbit, &loss_mbit);
}

/* The same, and it is sent. */
static uint64_t send(struct sent *sent, unsigned name, uint16_t type, uint64_t otherwise_mbit)
{
	struct seep_sending sending = sending_of(name, type);
	int32_t loss_mbit;
	uint64_t mbit = seep_sequence_mbit(sent->sequences, &sent->sequence, sent->user, &sending,
					   otherwise_mbit, &loss_mbit);

	seep_sequence_learn(sent->sequences, &sent->sequence, sent->user, name % 7, &sending,
			    loss_mbit);
	return mbit;
}

/* Any cycle of any length, from its third round on. */
static void test_cycles(void)
{
	for (unsigned names = 1; names <= 729; names *= 3) {
		struct sent sent = start(sizeof(memory));
		uint64_t mbit = 0;
		double bits;

		for (unsigned i = 0; i < 100 + 3 * names; i++)
			send(&sent, i % names, 1 + i % 2, 10000);
		for (unsigned i = 0; i < 1000; i++)
			mbit += send(&sent, (i + 100) % names, 1 + i % 2, 10000);
		bits = (double)mbit / 1000 / 1000;
		ok(bits < 0.1, "a cycle of %u costs %.4f bit a sending", names, bits);
		seep_sequences_destroy(sent.sequences);
	}
}

/* A cycle in which names come again before it ends: the last name alone does not tell the next. */
static void test_longer_context(void)
{
	static const unsigned cycle[] = { 1, 2, 1, 3, 1, 4, 1, 5 };
	struct sent sent = start(sizeof(memory));
	uint64_t mbit = 0;

	for (unsigned i = 0; i < 100 * COUNT(cycle); i++)
		send(&sent, cycle[i % COUNT(cycle)], 1, 3000);
	for (unsigned i = 0; i < 100 * COUNT(cycle); i++)
		mbit += send(&sent, cycle[i % COUNT(cycle)], 1, 3000);
	ok(mbit < 100 * COUNT(cycle) * 50, "1 2 1 3 1 4 1 5 costs %.4f bit a sending",
	   (double)mbit / 100 / COUNT(cycle) / 1000);
	seep_sequences_destroy(sent.sequences);
}

/* Names in no order are told otherwise, and cost hardly more; never less than they tell. */
static void test_random(void)
{
	for (unsigned names = 2; names <= 64; names *= 2) {
		struct sent sent = start(sizeof(memory));
		double told = log2(names);
		uint64_t seed = names, mbit = 0;

		for (int i = 0; i < 40000; i++)
			mbit += send(&sent, random_next(&seed) % names, 1,
				     (uint64_t)ceil(1000 * told));
		ok((double)mbit / 40000 >= 1000 * told && (double)mbit / 40000 < 1000 * told + 60,
		   "%u names in no order cost %.4f bits, and tell %.4f", names,
		   (double)mbit / 40000 / 1000, told);
		seep_sequences_destroy(sent.sequences);
	}
}

/*
 * Kraft: after any history, all names that could come next, each with what it costs otherwise as
 * its share, are one code. And a novel name beside them.
 */
static void test_kraft(void)
{
	enum { NAMES = 12 };
	struct sent sent = start(4096);
	uint64_t seed = 3;
	double most = 0;

	for (int i = 0; i < 4000; i++) {
		const struct seep_sending novel = { .name = 77, .type = 1, .is_novel = true };
		int32_t loss_mbit;
		double sum = exp2(-(double)seep_sequence_mbit(sent.sequences, &sent.sequence,
							      sent.user, &novel, 3701, &loss_mbit) /
				  1000);

		for (unsigned name = 0; name < NAMES; name++)
			sum += exp2(-(double)cost(&sent, name, 1, 3701) / 1000);
		most = sum > most ? sum : most;
		/* Now in order, now in none. */
		send(&sent, i / 200 % 2 ? random_next(&seed) % NAMES : (unsigned)i % NAMES, 1,
		     3701);
	}
	ok(most <= 1, "twelve names and a novel one take at most %.4f of a code", most);
	seep_sequences_destroy(sent.sequences);
}

/* A name that was never sent here is told otherwise, whatever its hash. */
static void test_novel(void)
{
	struct sent sent = start(sizeof(memory));
	struct seep_sending sending = sending_of(1, 1);
	int32_t loss_mbit;

	for (int i = 0; i < 100; i++)
		send(&sent, (unsigned)i % 2, 1, 10000);
	ok(cost(&sent, 0, 1, 10000) < 100, "the next one is guessed");
	sending = sending_of(0, 1);
	sending.is_novel = true;
	ok(seep_sequence_mbit(sent.sequences, &sent.sequence, sent.user, &sending, 10000,
			      &loss_mbit) > 10000,
	   "but not if it is novel");
	seep_sequences_destroy(sent.sequences);
}

/* What one user does says nothing of another one. */
static void test_users(void)
{
	struct sent sent = start(sizeof(memory));

	for (unsigned i = 0; i < 1000; i++)
		send(&sent, i % 2, 1, 10000);
	ok(cost(&sent, 0, 1, 10000) < 100, "one user's own order is known");
	sent.user = USER + 1;
	ok(cost(&sent, 0, 1, 10000) >= 10000, "another user with the same past has none");
	seep_sequences_destroy(sent.sequences);
}

/* In a table that is far too small guesses are lost, and nothing else. */
static void test_small_table(void)
{
	struct sent sent = start(64);
	uint64_t most = 0;

	for (unsigned i = 0; i < 20000; i++) {
		uint64_t mbit = send(&sent, i % 1000, 1, 10000);

		most = mbit > most ? mbit : most;
	}
	ok(most < 10000 + 2000, "a thousand names in eight places cost %.3f bits at most",
	   (double)most / 1000);
	ok(seep_sequences_create(memory, 63) == NULL, "no line, no table");
	seep_sequences_destroy(sent.sequences);
}

/* Which domain: the last one again, or not; the two are one code. */
static void test_domain(void)
{
	struct sent sent = start(4096);
	uint64_t same_mbit, other_mbit;

	for (unsigned i = 0; i < 1000; i++)
		send(&sent, 3, 1, 10000);
	same_mbit = seep_sequence_domain_mbit(&sent.sequence, 3);
	other_mbit = seep_sequence_domain_mbit(&sent.sequence, 4);
	ok(seep_sequence_is_in_domain(&sent.sequence, 3) &&
		   !seep_sequence_is_in_domain(&sent.sequence, 4),
	   "the last domain is known");
	ok(same_mbit < 20 && other_mbit > 6000, "to stay costs %" PRIu64 " mbit, to leave %" PRIu64,
	   same_mbit, other_mbit);
	ok(exp2(-(double)same_mbit / 1000) + exp2(-(double)other_mbit / 1000) <= 1, "one code");
	seep_sequences_destroy(sent.sequences);
}

static void test_mend(void)
{
	struct sent sent = start(4096);
	struct seep_sequence sequence, empty = { 0 };

	for (unsigned i = 0; i < 5000; i++)
		send(&sent, i % 3, 1, 10000);
	sequence = sent.sequence;
	seep_sequence_mend(&sequence);
	ok(!memcmp(&sequence, &sent.sequence, sizeof(sequence)), "what learning came to is kept");
	sequence.outcomes[1][2][0] = UINT8_MAX;
	seep_sequence_mend(&sequence);
	ok(!memcmp(&sequence, &empty, sizeof(sequence)), "counts too large are emptied");
	sequence.loss_mbit[3] = INT16_MIN;
	seep_sequence_mend(&sequence);
	ok(!memcmp(&sequence, &empty, sizeof(sequence)), "and a loss too large");
	sequence.in_domain[1] = UINT8_MAX;
	seep_sequence_mend(&sequence);
	ok(!memcmp(&sequence, &empty, sizeof(sequence)), "and counts of domains");
	seep_sequences_destroy(sent.sequences);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_cycles);
	tap_run(test_longer_context);
	tap_run(test_random);
	tap_run(test_kraft);
	tap_run(test_novel);
	tap_run(test_users);
	tap_run(test_small_table);
	tap_run(test_domain);
	tap_run(test_mend);
	return done();
}
