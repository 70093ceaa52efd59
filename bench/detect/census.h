/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts the generated traffic's own statistics, to hold them against what is
 * published of real traffic. */
#ifndef DETECT_CENSUS_H
#define DETECT_CENSUS_H

#include "event.h"
#include "util.h"

#define CENSUS_LENGTHS 256

struct census {
	unsigned days;   /* counted from the start */
	uint32_t people; /* users below this are people; others are left out */
	struct map names;
	struct map domains;              /* to the count of distinct names */
	uint64_t single;                 /* domains with one name */
	uint64_t labels[CENSUS_LENGTHS]; /* of sent names, suffix left out */
	uint64_t prefixes[CENSUS_LENGTHS];
	uint64_t www; /* sent names whose first label is www */
	uint64_t missing;
	uint64_t sent;
};

void census_count(struct census *census, const struct event *event);
void census_release(struct census *census);

#endif
