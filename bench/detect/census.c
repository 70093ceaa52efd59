/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts the generated traffic's own statistics. */
#include "census.h"

#include <inttypes.h>
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
	census->missing += event->rcode == RCODE_NXDOMAIN;
	count_lengths(census, event);
	if ((*util_map_at(&census->names, event->key))++ || event->rcode == RCODE_NXDOMAIN)
		return;
	names = util_map_at(&census->domains, event->domain);
	census->single += ++*names == 1;
	census->single -= *names == 2;
}

static uint64_t sum_of(const uint64_t *counts, double *mean)
{
	uint64_t sum = 0, weighed = 0;

	for (unsigned i = 0; i < CENSUS_LENGTHS; i++) {
		sum += counts[i];
		weighed += counts[i] * i;
	}
	*mean = sum ? (double)weighed / (double)sum : 0;
	return sum;
}

static unsigned quantile(const uint64_t *counts, uint64_t sum, double share)
{
	uint64_t below = 0;

	for (unsigned i = 0; i < CENSUS_LENGTHS; i++) {
		below += counts[i];
		if ((double)below >= share * (double)sum)
			return i;
	}
	return CENSUS_LENGTHS;
}

void census_print(const struct census *census, FILE *file, uint64_t queries)
{
	double label_mean, prefix_mean;
	uint64_t labels = sum_of(census->labels, &label_mean);
	uint64_t prefixes = sum_of(census->prefixes, &prefix_mean);
	uint64_t short_labels = 0;

	for (unsigned i = 0; i <= 10; i++)
		short_labels += census->labels[i];
	fprintf(file,
		"Traffic of %u people over %u days (servers left out), beside what is published\n",
		census->people, census->days);
	fprintf(file, "  %-44s %12s   %s\n", "", "generated", "published");
	fprintf(file, "  %-44s %12" PRIu64 "   %s\n", "registrable domains (existing)",
		(uint64_t)census->domains.used, "28,098 (a company, 18 days)");
	fprintf(file, "  %-44s %12" PRIu64 "   %s\n", "of them with exactly one name",
		census->single, "25,333 (90.2 %)");
	fprintf(file, "  %-44s %11.1f%%   %s\n", "",
		100.0 * (double)census->single /
			(double)(census->domains.used + !census->domains.used),
		"90.2 %; 88 % (four people, one day, 625 domains)");
	fprintf(file, "  %-44s %12.1f   %s\n", "label length, mean", label_mean, "7.0");
	fprintf(file, "  %-44s %11.1f%%   %s\n", "labels of at most 10 characters",
		100.0 * (double)short_labels / (double)(labels + !labels), "over 90 %");
	fprintf(file, "  %-44s %12u   %s\n", "prefix length, median",
		quantile(census->prefixes, prefixes, 0.5), "6 (an ISP)");
	fprintf(file, "  %-44s %12.1f   %s\n", "prefix length, mean", prefix_mean, "8.08 (an ISP)");
	fprintf(file, "  %-44s %11.1f%%   %s\n", "names sent that begin with www",
		100.0 * (double)census->www / (double)(census->sent + !census->sent), "-");
	fprintf(file, "  %-44s %11.1f%%   %s\n", "sent names that do not exist",
		100.0 * (double)census->missing / (double)(census->sent + !census->sent),
		"9 % of look-ups (a campus)");
	fprintf(file, "  %-44s %12" PRIu64 "   %s\n", "queries, all days and users", queries, "-");
	fprintf(file, "  %-44s %12" PRIu64 "   %s\n", "of these people and days, sent",
		census->sent, "-");
}

void census_release(struct census *census)
{
	util_map_release(&census->names);
	util_map_release(&census->domains);
}
