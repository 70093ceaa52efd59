/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Measures the engine alone as it grows, for growth.py: one point of a curve each time.
 * Prints figures and judges nothing. usage: growth [--mode point|threads|state|turn] and options.
 */
#include "growth.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPARE_BYTES (256 * SEEP_MIB) /* for others, so that nothing is swapped or killed */

static struct seep_conf conf;
static struct seep_engine_setup setup = {
	.conf = &conf,
	.key = { .bytes = "bench", .rounds = SEEP_HASH_1_3 },
	.when_ms = GROWTH_BEGAN_MS,
};

void growth_say(const char *key, double value)
{
	printf("%s %.6g\n", key, value);
}

const struct seep_engine_setup *growth_setup(void)
{
	return &setup;
}

uint64_t growth_proc(const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	char line[128];
	uint64_t kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
			kib = strtoull(line + strlen(key) + 1, NULL, 10);
	if (file)
		fclose(file);
	return kib * 1024;
}

void growth_need(const char *what, uint64_t bytes, uint64_t free_bytes)
{
	if (bytes <= free_bytes)
		return;
	fprintf(stderr, "it takes %.1f GiB of %s, %.1f are free\n", (double)bytes / SEEP_GIB, what,
		(double)free_bytes / SEEP_GIB);
	exit(GROWTH_NO_ROOM);
}

struct seep_engine *growth_engine(uint64_t memory_bytes, unsigned threads)
{
	struct seep_engine *engine;
	enum seep_passthrough why;

	growth_need("memory", memory_bytes + memory_bytes / 16 + SPARE_BYTES,
		    growth_proc("/proc/meminfo", "MemAvailable"));
	seep_conf_defaults(&conf);
	conf.learning_s = 0;
	conf.user_budget_bytes = conf.network_budget_bytes = conf.domain_budget_bytes = SEEP_GIB;
	conf.memory_size_bytes = memory_bytes;
	setup.threads = threads;
	engine = seep_engine_create(&setup, &why);
	if (!engine || !seep_engine_note_changes(engine)) {
		fprintf(stderr, "no engine of %" PRIu64 " bytes: reason %d\n", memory_bytes, why);
		exit(1);
	}
	return engine;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double growth_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

enum {
	MODE = 'm',
	NAMES = 'n',
	USERS = 'u',
	DOMAINS = 'd',
	BYTES = 'b',
	OBSERVATIONS = 'o',
	ROUNDS = 'r',
	THREADS = 't',
	CASE = 'c',
	MEMORY = 's',
	FOLDER = 'f'
};

static const struct option options[] = {
	{ "mode", required_argument, NULL, MODE },
	{ "names", required_argument, NULL, NAMES },
	{ "users", required_argument, NULL, USERS },
	{ "domains", required_argument, NULL, DOMAINS },
	{ "bytes", required_argument, NULL, BYTES },
	{ "observations", required_argument, NULL, OBSERVATIONS },
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "threads", required_argument, NULL, THREADS },
	{ "case", required_argument, NULL, CASE },
	{ "memory-size", required_argument, NULL, MEMORY }, /* bytes */
	{ "folder", required_argument, NULL, FOLDER },
	{ NULL, 0, NULL, 0 },
};

/* Sets what OPTION says; false if there is no such option. */
static bool set(struct growth *growth, int option, const char *text)
{
	uint64_t number = strtoull(text ? text : "", NULL, 10);

	switch (option) {
	case NAMES:
		growth->load.names = number;
		return true;
	case USERS:
		growth->load.users = number;
		return true;
	case DOMAINS:
		growth->load.domains = number;
		return true;
	case BYTES:
		growth->load.bytes = (unsigned)number;
		return true;
	case OBSERVATIONS:
		growth->observations = number;
		return true;
	case ROUNDS:
		growth->rounds = (unsigned)number;
		return true;
	case THREADS:
		growth->threads = (unsigned)number;
		return true;
	case CASE:
		growth->case_name = text;
		return true;
	case MEMORY:
		growth->memory_bytes = number;
		return true;
	case FOLDER:
		growth->folder = text;
		return true;
	default:
		return false;
	}
}

static bool is_sound(const struct growth *growth)
{
	return growth->load.names && growth->load.users && growth->load.domains &&
	       growth->load.bytes <= SEEP_NAME_MAX_BYTES - 2 &&
	       growth->observations >= LOAD_BATCH && growth->rounds && growth->threads;
}

int main(int argc, char **argv)
{
	struct growth growth = {
		.load = { .names = 100000, .users = 1000, .domains = 10000, .bytes = 24 },
		.observations = 100000,
		.rounds = 5,
		.threads = 1,
		.case_name = "own",
		.folder = ".",
	};
	const char *mode = "point";
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == MODE)
			mode = optarg;
		else if (!set(&growth, option, optarg))
			return 2;
	}
	if (optind != argc || !is_sound(&growth))
		return 2;
	if (strcmp(mode, "point") == 0)
		growth_point(&growth);
	else if (strcmp(mode, "state") == 0)
		growth_state(&growth);
	else if (strcmp(mode, "turn") == 0)
		growth_turn(&growth);
	else if (strcmp(mode, "threads") != 0 || !growth_threads(&growth))
		return 2;
	return 0;
}
