/* SPDX-License-Identifier: BSD-3-Clause */
/* Shapes: names of one make cost nothing for their make; all that can be said is one code. */
#include "sketch/shape.h"
#include "fixture.h"

#include <math.h>

static struct seep_shape shape_of(enum seep_code code, unsigned length)
{
	return (struct seep_shape){ .forms = { seep_shape_form(code, length) } };
}

static double sum_of(const struct seep_shapes *shapes)
{
	double sum = 0;

	for (unsigned rank = 0; rank <= SEEP_SHAPE_LAST; rank++)
		sum += exp2(-(double)seep_shape_mbit(shapes, rank) / 1000);
	return sum;
}

/* The example in the header. */
static void test_worked(void)
{
	const struct seep_shape three = shape_of(SEEP_CODE_FLAT, 3);
	struct seep_shapes shapes = { 0 };

	is_int(seep_shape_mbit(&shapes, SEEP_SHAPE_LAST), 2000, "the first is fresh");
	seep_shape_learn(&shapes, &three);
	is_int(seep_shape_mbit(&shapes, 0), 2585, "the second is like the last");
	for (int i = 0; i < 8; i++)
		seep_shape_learn(&shapes, &three);
	is_int(seep_shape_mbit(&shapes, 0), 372, "the tenth like it");
	for (int i = 0; i < 100000; i++)
		seep_shape_learn(&shapes, &three);
	ok(seep_shape_mbit(&shapes, 0) <= 1, "and after many, a thousandth of a bit");
}

static void test_forms(void)
{
	ok(seep_shape_form(SEEP_CODE_FLAT, 3) != seep_shape_form(SEEP_CODE_FLAT, 4) &&
		   seep_shape_form(SEEP_CODE_FLAT, 3) != seep_shape_form(SEEP_CODE_HEX, 3),
	   "code and length make the form");
	ok(seep_shape_form(SEEP_CODE_MODEL, 3) == seep_shape_form(SEEP_CODE_MODEL, 4) &&
		   seep_shape_form(SEEP_CODE_SHARED, 3) == seep_shape_form(SEEP_CODE_SHARED, 63),
	   "where the code does not tell the length, the code alone");
	for (enum seep_code code = SEEP_CODE_NONE; code < SEEP_CODES; code++)
		is_int(seep_shape_code(seep_shape_form(code, 63)), code, "code %d comes back",
		       code);
}

/* The last three, the latest first. */
static void test_last(void)
{
	struct seep_shapes shapes = { 0 };
	struct seep_shape a = shape_of(SEEP_CODE_FLAT, 1), b = shape_of(SEEP_CODE_FLAT, 2),
			  c = shape_of(SEEP_CODE_FLAT, 3), d = shape_of(SEEP_CODE_FLAT, 4);
	const struct seep_shape *sent[] = { &a, &b, &c, &a, &d };
	const struct seep_shape empty = { 0 };

	for (size_t i = 0; i < COUNT(sent); i++)
		seep_shape_learn(&shapes, sent[i]);
	ok(!memcmp(&shapes.last[0], &d, sizeof(d)) && !memcmp(&shapes.last[1], &a, sizeof(a)) &&
		   !memcmp(&shapes.last[2], &c, sizeof(c)),
	   "the latest first, and the oldest is gone");
	is_int(shapes.ranks[2], 1, "one was the third last");
	is_int(shapes.ranks[SEEP_SHAPE_LAST], 4, "four were fresh");
	seep_shape_learn(&shapes, &empty);
	ok(!memcmp(&shapes.last[0], &d, sizeof(d)) && shapes.ranks[SEEP_SHAPE_LAST] == 4,
	   "a name without a prefix teaches nothing");
}

static void test_kraft(void)
{
	struct seep_shapes shapes = { 0 };
	uint64_t seed = 4;
	double most = 0, least = 1;

	for (int i = 0; i < 20000; i++) {
		struct seep_shape shape = shape_of(SEEP_CODE_FLAT, 1 + random_next(&seed) % 5);
		double sum = sum_of(&shapes);

		most = sum > most ? sum : most;
		least = sum < least ? sum : least;
		seep_shape_learn(&shapes, &shape);
	}
	ok(most <= 1 && least > 0.99, "the last three and a fresh one take %.4f to %.4f of a code",
	   least, most);
}

static void test_mend(void)
{
	struct seep_shapes shapes = { .ranks = { 5, 6, 7, 8 } }, before = shapes;

	seep_shape_mend(&shapes);
	ok(!memcmp(&shapes, &before, sizeof(shapes)), "what learning comes to is kept");
	shapes.ranks[1] = UINT16_MAX;
	seep_shape_mend(&shapes);
	ok(seep_shape_mbit(&shapes, 0) == 2000, "what it cannot come to is emptied");
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_worked);
	tap_run(test_forms);
	tap_run(test_last);
	tap_run(test_kraft);
	tap_run(test_mend);
	return done();
}
