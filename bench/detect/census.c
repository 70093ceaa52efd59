/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts the generated traffic's own statistics. */
#include "census.h"

#include <string.h>

static void count_lengths(struct census *census, const struct event *event)
{
	const uint8_t *label = event->name;
	const uint8_t *domain = event->name + event->domain_at;

	/* The registrable label counts, the public suffix does not. */
	while (*label && label <= domain) {
		census->labels[*label]++;
		label += 1 + *label;
	}
	if (event->domain_at)
		census->prefixes[event->domain_at - 1]++;
	if (event->name[0] == 3 && memcmp(event->name + 1, "www", 3) == 0)
		census->www++;
}

void census_count(struct census *census, const struct event *event)
{
	uint64_t *names;

	if (event->user >= census->people || event->sender || event_day(event) >= census->days)
		return;
	census->sent++;
	census->missing += event->rcode == SEEP_RCODE_NXDOMAIN;
	count_lengths(census, event);
	if ((*util_map_at(&census->names, event->key))++ || event->rcode == SEEP_RCODE_NXDOMAIN)
		return;
	names = util_map_at(&census->domains, event->domain);
	census->single += ++*names == 1;
	census->single -= *names == 2;
}

void census_release(struct census *census)
{
	map_release(&census->names);
	map_release(&census->domains);
}
