/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A resolver's start with a state file, for tool_learn.py: the file is found and restored by the
 * keeper, as the module does, and queries are put to the engine.
 *
 *     warm_start FILE CONF
 *
 * CONF is the text of a seep.conf. On standard input there is a query a line: milliseconds after
 * the start, N of the user 10.0.0.N, and the name, with spaces between. Prints how many of each
 * user were known, charged and refused. Nothing is written to the file.
 */
#include "fixture.h"
#include "state/keeper.h"

#include <time.h>

#define USERS 256

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct seep_state_tick now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ wall_ms(), wall_ms() };
}

static void say(void *context, bool problem, const char *text)
{
	(void)context;
	fprintf(stderr, "%s%s\n", problem ? "problem: " : "", text);
}

/* As in module.c: the key and the first start are the file's. */
static struct seep_engine *open_engine(const char *path, const struct seep_conf *conf,
				       uint64_t now_ms)
{
	const struct seep_keeper_setup keeping = {
		.path = path, .checkpoint_s = 300, .wall_ms = now_ms, .now = now, .say = say
	};
	struct seep_engine_setup setup = { .conf = conf, .threads = 1, .when_ms = now_ms };
	struct seep_keeper_found found;
	struct seep_keeper *keeper = seep_keeper_open(&keeping, &found);
	enum seep_passthrough why;
	struct seep_engine *engine;

	if (!keeper || !found.found || found.saved_ms > now_ms) {
		fprintf(stderr, "no file, or one of the future\n");
		return NULL;
	}
	setup.key = found.key;
	setup.first_ms = found.first_ms;
	engine = seep_engine_create(&setup, &why);
	if (engine)
		seep_keeper_restore(keeper, engine, now_ms);
	seep_keeper_stop(keeper);
	return engine;
}

/* What became of each user's queries. */
struct counts {
	unsigned known, charged, refused;
};

static void ask(struct seep_thread *thread, const struct seep_observation *observation,
		struct counts *counts)
{
	struct seep_reservation reservation;
	struct seep_name name;

	if (seep_engine_ask(thread, observation, &reservation, &name).outcome == SEEP_REFUSE) {
		counts->refused++;
		return;
	}
	counts->known += reservation.class == SEEP_CLASS_KNOWN;
	counts->charged += reservation.class == SEEP_CLASS_CHARGED;
	seep_engine_commit(thread, &reservation, observation->when_ms);
}

int main(int argc, char **argv)
{
	static struct counts counts[USERS];
	struct seep_conf_error error;
	struct seep_conf conf;
	struct seep_engine *engine = NULL;
	struct seep_thread *thread;
	uint64_t now_ms = wall_ms(), after_ms;
	char text[512];
	unsigned user;

	if (argc == 3 &&
	    seep_conf_parse(&conf, argv[2], strlen(argv[2]), "test", &error) == SEEP_CONF_OK)
		engine = open_engine(argv[1], &conf, now_ms);
	if (!engine)
		return 1;
	thread = seep_engine_thread(engine);
	while (scanf("%" SCNu64 " %u %500s", &after_ms, &user, text) == 3) {
		struct wire wire = wire_of(text);
		struct seep_observation observation =
			query_of(user % USERS, &wire, now_ms + after_ms);

		ask(thread, &observation, &counts[user % USERS]);
	}
	for (user = 0; user < USERS; user++)
		if (counts[user].known || counts[user].charged || counts[user].refused)
			printf("%u %u %u %u\n", user, counts[user].known, counts[user].charged,
			       counts[user].refused);
	seep_engine_destroy(engine);
	seep_conf_release(&conf);
	return 0;
}
