/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of numbers: in order, and what did not fit is counted. */
#include "base/ring.h"
#include "fixture.h"

static void test_ring(void)
{
	struct seep_ring *ring = seep_ring_create(8);
	uint64_t numbers[16];

	is_int(seep_ring_take(ring, numbers, 16), 0, "an empty ring");
	for (uint64_t i = 1; i <= 11; i++)
		seep_ring_put(ring, i);
	is_int(seep_ring_lost(ring), 3, "three too many are lost");
	is_int(seep_ring_take(ring, numbers, 5), 5, "five are taken");
	ok(numbers[0] == 1 && numbers[4] == 5, "in order");
	seep_ring_put(ring, 12);
	is_int(seep_ring_take(ring, numbers, 16), 4, "then the rest");
	is_int(numbers[3], 12, "with the one that came since");
	seep_ring_destroy(ring);
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_ring);
	return done();
}
