/* SPDX-License-Identifier: BSD-3-Clause */
/* Organisations of several sizes, in networks of several shapes: who is disturbed. */
#include "pass.h"

#include <stdlib.h>
#include <string.h>

/* From so many people on, Seep alone, for so many days. */
#define SEEP_ALONE      5000
#define SEEP_ALONE_DAYS 7
/* Up to so many are at home. */
#define HOME_MOST       10
/* What is not for every size. */
#define MANY            50
#define FEW             100

static const struct office_shape shapes[] = {
	{ .name = "v4" },
	{ .name = "slaac", .network = NETWORK_slaac },
	{ .name = "dual", .network = NETWORK_dual },
	{ .name = "nat", .network = NETWORK_nat, .people_most = SEEP_ALONE },
	{ .name = "lease1d", .network = NETWORK_lease1d, .people_most = FEW },
	{ .name = "lease1h", .network = NETWORK_lease1h, .people_most = FEW },
	{ .name = "late", .late = true, .people_most = FEW },
	{ .name = "new", .extras = true, .people_least = MANY, .people_most = FEW },
	{ .name = "new-slaac",
	  .extras = true,
	  .network = NETWORK_slaac,
	  .people_least = MANY,
	  .people_most = FEW },
};

static struct lab_office run_office(struct lab *lab, uint32_t people,
				    const struct office_shape *shape)
{
	unsigned days = (unsigned)lab->options->days;
	bool alone = people >= SEEP_ALONE;
	struct lab_office office = { .people = people, .shape = shape };
	struct pass pass;

	office.days = alone && days > SEEP_ALONE_DAYS ? SEEP_ALONE_DAYS : days;
	office.home = lab->options->home || people <= HOME_MOST;
	if (shape->extras)
		office.extras = util_zeroed(extra_count * PASS_METHODS, sizeof(*office.extras));
	pass = pass_of(lab, office.days);
	pass.people = people;
	pass.home = office.home;
	pass.network = shape->network;
	pass.late = shape->late;
	pass.extras = office.extras;
	if (alone)
		pass.methods = pass_add_seep;
	pass_run(&pass);
	office.method_count = pass.account.method_count;
	memcpy(office.trouble, pass.account.trouble, sizeof(office.trouble));
	pass_close(&pass);
	return office;
}

static void tell(const struct lab *lab, const struct lab_office *office)
{
	fprintf(stderr, "%6.0f s  %u people, %s: %llu of %llu user-days refused\n",
		util_clock_s() - lab->seconds, office->people, office->shape->name,
		(unsigned long long)office->trouble[0].people_days_refused,
		(unsigned long long)office->trouble[0].user_days);
}

void office_run_all(struct lab *lab)
{
	static const size_t shape_count = sizeof(shapes) / sizeof(shapes[0]);
	const struct lab_list *sizes = &lab->options->offices;

	lab->offices = util_zeroed(sizes->count * shape_count, sizeof(*lab->offices));
	for (unsigned i = 0; i < sizes->count; i++) {
		uint32_t people = (uint32_t)sizes->numbers[i];

		for (size_t j = 0; j < shape_count; j++) {
			if (people < shapes[j].people_least ||
			    (shapes[j].people_most && people > shapes[j].people_most))
				continue;
			lab->offices[lab->office_count] = run_office(lab, people, &shapes[j]);
			tell(lab, &lab->offices[lab->office_count++]);
		}
	}
}
