/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The module as Unbound's loader sees it: the exported symbols, start and end.
 *
 * Returning 0 from init would stop the daemon, at start and at a reload. So
 * it always returns 1; what cannot be guarded is passed, and said.
 */
#include "unbound/ub.h"
#include "unbound/timed.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/config_file.h"
#include "util/log.h"

#define CONF_FILE "seep.conf"

#define EXPORT __attribute__((visibility("default")))

EXPORT int init(struct module_env *env, int id);
EXPORT void deinit(struct module_env *env, int id);
EXPORT void operate(struct module_qstate *qstate, enum module_ev event, int id,
		    struct outbound_entry *outbound);
EXPORT void inform_super(struct module_qstate *qstate, int id, struct module_qstate *super);
EXPORT void clear(struct module_qstate *qstate, int id);
EXPORT size_t get_mem(struct module_env *env, int id);
EXPORT void print_stats(struct module_env *env, int id, int reset,
			int (*print)(void *context, const char *key, unsigned long long value),
			void *context);

/* The state file. */

static struct seep_state_tick state_now(void *context)
{
	(void)context;
	return (struct seep_state_tick){ .when_ms = ub_now_ms(),
					 .wall_ms = ub_read_clock_ms(CLOCK_REALTIME) };
}

static void state_say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem) {
		log_warn("seep: state-file: %s", text);
		ub_event_problem(SEEP_NOTE_STATE, text);
	} else {
		log_info("seep: state-file: %s", text);
	}
}

/* Opens the state file in the name of NONCE; FOUND is what an earlier run left. */
static void open_state(uint64_t nonce, struct seep_keeper_found *found)
{
	struct seep_keeper_setup keeping = {
		.path = ub_module.conf.state_file,
		.checkpoint_s = ub_module.conf.checkpoint_s,
		.nonce = nonce,
		.wall_ms = ub_read_clock_ms(CLOCK_REALTIME),
		.now = state_now,
		.say = state_say,
	};

	ub_module.keeper = seep_keeper_open(&keeping, found);
	if (!ub_module.keeper && keeping.path[0])
		log_warn("seep: state-file: %s: no memory to write it; budgets will not outlast "
			 "a restart: free memory, and restart Unbound",
			 keeping.path);
}

/* Lets the engine go on with the key of FOUND, and as long after the first start ever. */
static void take_found(struct seep_engine_setup *setup, struct seep_keeper_found *found)
{
	int64_t shift_ms = seep_clock_shift_ms(found->saved_ms, setup->when_ms);

	setup->key = found->key;
	explicit_bzero(&found->key, sizeof(found->key));
	setup->first_ms = 1000 * seep_clock_moved_s(found->first_ms / 1000, shift_ms / 1000,
						    setup->when_ms / 1000) +
			  found->first_ms % 1000;
}

/* What operators changed. */

static void changes_say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem)
		log_warn("seep: changes: %s", text);
	else
		log_info("seep: changes: %s", text);
}

/* Puts into force what earlier runs were told on the control socket. */
static void open_changes(uint64_t when_ms, const struct seep_keeper_found *found)
{
	const struct seep_changes_setup setup = {
		.engine = ub_module.engine,
		.keeper = ub_module.keeper,
		.beside = ub_module.conf.state_file,
		.learning_s = ub_module.conf.learning_s,
		.when_ms = when_ms,
		.wall_ms = ub_read_clock_ms(CLOCK_REALTIME),
		.shift_s = found->found ? seep_clock_shift_ms(found->saved_ms, when_ms) / 1000 : 0,
		.say = changes_say,
	};

	ub_module.changes = seep_changes_open(&setup);
}

/* The response policy zone. */

static void rpz_say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem)
		log_warn("seep: rpz-file: %s", text);
	else
		log_info("seep: rpz-file: %s", text);
}

static void open_rpz(void)
{
	const struct seep_rpz_setup setup = {
		.path = ub_module.conf.rpz_file,
		.engine = ub_module.engine,
		.now = state_now,
		.say = rpz_say,
	};

	if (!setup.path[0] || !setup.engine)
		return;
	if (strcmp(setup.path, ub_module.conf.state_file) == 0)
		log_warn(
			"seep: rpz-file: %s: is the state-file; it is not written: name another file, and reload Unbound",
			setup.path);
	else
		ub_module.rpz = seep_rpz_start(&setup);
}

/* The control socket. */

static void control_say(void *context, bool problem, const char *text)
{
	(void)context;
	if (problem)
		log_warn("seep: control-socket: %s", text);
	else
		log_info("seep: control-socket: %s", text);
}

static void remote_say(void *context, bool problem, const char *text)
{
	(void)context, (void)problem;
	log_warn("seep: %s", text);
}

/* Says to whom asks on the control socket what is so now; without an engine, too. */
static void open_control(void)
{
	char path[SEEP_PATH_SIZE];
	const struct seep_control_setup setup = {
		.path = path,
		.group = ub_module.conf.control_group,
		.remote = { .conf = ub_module.conf.control_interface[0] ? &ub_module.conf : NULL,
			    .conf_name = CONF_FILE,
			    .say = remote_say },
		.source = { .version = SEEP_VERSION,
			    .engine = ub_module.engine,
			    .why = ub_module.why,
			    .keeper = ub_module.keeper,
			    .changes = ub_module.changes,
			    .changed = ub_event_change,
			    .rpz = ub_module.rpz,
			    .events = ub_module.events,
			    .now = state_now },
		.say = control_say,
	};

	/* What ended while nothing ran is told also where no socket listens. */
	(void)seep_control_tick(&setup.source);
	seep_control_path(&ub_module.conf, path);
	if (path[0] || setup.remote.conf)
		ub_module.control = seep_control_start(&setup);
}

/* Start. */

static enum seep_passthrough read_conf(void)
{
	struct seep_conf_error error;
	char text[SEEP_CONF_ERROR_SIZE];

	switch (seep_conf_load(&ub_module.conf, CONF_FILE, &error)) {
	case SEEP_CONF_OK:
		return SEEP_PASSTHROUGH_NO;
	case SEEP_CONF_MISSING:
		log_info("seep: no " CONF_FILE " in Unbound's directory; using the defaults");
		return SEEP_PASSTHROUGH_NO;
	case SEEP_CONF_BAD:
		break;
	}
	seep_conf_error_format(&error, text);
	log_err("seep: %s; passing everything until this is mended and Unbound reloaded", text);
	return SEEP_PASSTHROUGH_CONF;
}

/* The lists. */

static void say_list(void *context, const char *problem, const char *consequence)
{
	(void)context;
	log_err("seep: %s; %s", problem, consequence);
	ub_event_problem(SEEP_NOTE_LIST, problem);
}

static void warn_of_opening(void *context, const char *place, const char *text)
{
	char problem[SEEP_CONF_ERROR_SIZE];

	(void)context;
	snprintf(problem, sizeof(problem), "%s: %s", place, text);
	log_warn("seep: %s", problem);
	ub_event_problem(SEEP_NOTE_LIST, problem);
}

static void note_list(void *context, const char *text)
{
	(void)context;
	log_info("seep: %s", text);
}

/* What lists are read with; the key is the caller's. */
static struct seep_lists_setup lists_setup(const struct seep_hash_key *key)
{
	return (struct seep_lists_setup){ .conf = &ub_module.conf,
					  .conf_name = CONF_FILE,
					  .key = key,
					  .beside = ub_module.conf.state_file,
					  .say = say_list,
					  .warn = warn_of_opening,
					  .note = note_list };
}

static bool open_lists(struct seep_engine_setup *setup)
{
	const struct seep_lists_setup lists = lists_setup(&setup->key);

	if (!seep_lists_open(&ub_module.lists, &lists))
		return false;
	setup->lists = seep_watch_lists(&ub_module.lists);
	return true;
}

/* From now on changes of the lists are seen. */
static void watch_lists(void)
{
	const struct seep_watch_setup setup = { .engine = ub_module.engine,
						.lists = &ub_module.lists,
						.source = lists_setup(NULL) };

	ub_module.watch = seep_watch_start(&setup);
	if (!ub_module.watch)
		log_warn(
			"seep: no memory or thread to watch the lists: a change of one is in force "
			"when Unbound reloads");
}

/* Is this an Unbound that Seep was built for, and an order of modules in which it guards? */
static enum seep_passthrough check_host(const struct module_env *env, int id)
{
	const struct dynlibmod_env *loader;

	if (!ub_build_matches()) {
		ub_module.foreign = true;
		log_err("seep: seep.so was built for %s, and this Unbound has another version or "
			"other configure flags; passing everything: build Seep for this Unbound",
			ub_build_version());
		return SEEP_PASSTHROUGH_BUILD;
	}
	loader = env->modinfo[id];
	if (loader->func_init != &init) {
		ub_module.foreign = true;
		log_err("seep: seep.so was built for an Unbound with other structures; passing "
			"everything: build Seep for this Unbound");
		return SEEP_PASSTHROUGH_BUILD;
	}
	if (!ub_order_guards(env->cfg->module_conf, id)) {
		log_err("seep: module-config: \"%s\": in this order Seep does not see all that "
			"leaves; passing everything: set it to \"dynlib validator iterator\", with "
			"dns64 before dynlib if it is used",
			env->cfg->module_conf);
		return SEEP_PASSTHROUGH_ORDER;
	}
	return SEEP_PASSTHROUGH_NO;
}

static enum seep_passthrough draw_random(struct seep_hash_key *key, uint64_t *nonce)
{
	if (seep_hash_draw_key(key) && seep_hash_draw_nonce(nonce))
		return SEEP_PASSTHROUGH_NO;
	log_err("seep: OpenSSL gives no random bytes for the hash key; passing everything: "
		"restart Unbound once the system has randomness");
	return SEEP_PASSTHROUGH_SYSTEM;
}

static enum seep_passthrough make_engine(struct seep_engine_setup *setup)
{
	enum seep_passthrough why = SEEP_PASSTHROUGH_SYSTEM;

	if (open_lists(setup))
		ub_module.engine = seep_engine_create(setup, &why);
	if (why == SEEP_PASSTHROUGH_MEMORY)
		log_err("seep: memory-size: %llu bytes cannot be allocated; passing everything: "
			"lower memory-size or free memory, and restart Unbound",
			(unsigned long long)ub_module.conf.memory_size_bytes);
	else if (why == SEEP_PASSTHROUGH_SYSTEM)
		log_err("seep: there is no Public Suffix List, not even libpsl's own; passing "
			"everything: set public-suffix-list, or install Debian's publicsuffix");
	return why;
}

static enum seep_passthrough register_hooks(struct module_env *env, int id)
{
	if (ub_hit_register(env, id))
		return SEEP_PASSTHROUGH_NO;
	log_err("seep: no memory to register with Unbound; passing everything: free memory, and restart "
		"Unbound");
	ub_hit_unregister(env, id);
	seep_engine_destroy(ub_module.engine);
	ub_module.engine = NULL;
	return SEEP_PASSTHROUGH_MEMORY;
}

/*
 * The steps of a start, each of which needs those before it:
 *
 *  1. The host: until it is known to be ours, nothing of ENV is touched.
 *  2. seep.conf, in any case: it says where the control socket is.
 *  3. Room for events, which come from all later steps and are written once all are done.
 *     A key and a nonce.
 *  4. The state file is opened, which seep.conf names: an earlier run's key replaces ours.
 *  5. The clock, which goes on from the last time saved.
 *  6. The lists, hashed under the key, and the engine.
 *  7. What operators changed: the end of learning is known before anything is restored.
 *  8. Unbound's hooks, from where queries come to the engine.
 *  9. What was saved goes into the engine, and from now on it is saved.
 * 10. Lists are watched.
 */
static enum seep_passthrough start(struct module_env *env, int id)
{
	struct seep_engine_setup setup = { .conf = &ub_module.conf };
	struct seep_keeper_found found;
	uint64_t nonce;
	enum seep_passthrough why = check_host(env, id), conf_why = read_conf();

	if (why == SEEP_PASSTHROUGH_NO)
		why = conf_why;
	ub_event_open();
	if (why == SEEP_PASSTHROUGH_NO)
		why = draw_random(&setup.key, &nonce);
	if (why != SEEP_PASSTHROUGH_NO)
		return why;
	open_state(nonce, &found);
	ub_module.clock = seep_clock_start(ub_read_clock_ms(CLOCK_REALTIME),
					   ub_read_clock_ms(CLOCK_BOOTTIME), found.saved_ms);
	setup.when_ms = ub_now_ms();
	ub_module.network_masks = seep_address_masks(ub_module.conf.network_prefix_v4_bits,
						     ub_module.conf.network_prefix_v6_bits);
	if (found.found)
		take_found(&setup, &found);
	ub_event_key(&setup.key);
	/* One for each worker, one to spare. */
	setup.threads = (unsigned)env->cfg->num_threads + 1;
	if (ub_module.conf.log_events || ub_module.conf.event_log[0])
		setup.tell = ub_event_tell;
	setup.tell_review = ub_event_review;
	why = make_engine(&setup);
	explicit_bzero(&setup.key, sizeof(setup.key));
	if (why == SEEP_PASSTHROUGH_NO)
		open_changes(setup.when_ms, &found);
	if (why == SEEP_PASSTHROUGH_NO)
		why = register_hooks(env, id);
	if (why == SEEP_PASSTHROUGH_NO && ub_module.keeper) {
		seep_keeper_restore(ub_module.keeper, ub_module.engine, ub_now_ms());
		seep_keeper_start(ub_module.keeper, ub_module.engine);
	}
	if (why == SEEP_PASSTHROUGH_NO)
		watch_lists();
	return why;
}

#define SIZE_TEXT_BYTES 24

/* A budget for the log, in bytes, or auto. */
static const char *size_text(char text[SIZE_TEXT_BYTES], uint64_t bytes)
{
	if (bytes == SEEP_AUTO)
		return "auto";
	snprintf(text, SIZE_TEXT_BYTES, "%llu", (unsigned long long)bytes);
	return text;
}

int init(struct module_env *env, int id)
{
	char budget[SIZE_TEXT_BYTES], refill[SIZE_TEXT_BYTES];
	static const char *const modes[] = {
		[SEEP_MODE_PASSTHROUGH] = "passing everything",
		[SEEP_MODE_LEARNING] = "learning",
		[SEEP_MODE_FLAG] = "flagging",
		[SEEP_MODE_GUARD] = "guarding",
	};

	memset(&ub_module, 0, sizeof(ub_module));
	pthread_mutex_init(&ub_module.base_lock, NULL);
	seep_conf_defaults(&ub_module.conf);
	ub_timed_start();
	ub_module.why = start(env, id);
	if (!ub_module.engine) {
		seep_keeper_stop(ub_module.keeper);
		ub_module.keeper = NULL;
	}
	open_rpz();
	ub_event_start();
	open_control();
	if (ub_module.engine)
		log_info("seep: " SEEP_VERSION " %s, user-budget %s, user-refill %s a day, "
			 "%llu bytes of memory",
			 modes[seep_engine_mode(ub_module.engine, ub_now_ms())],
			 size_text(budget, ub_module.conf.user_budget_bytes),
			 size_text(refill, ub_module.conf.user_refill_bytes_per_day),
			 (unsigned long long)seep_engine_memory_bytes(ub_module.engine));
	return 1;
}

void deinit(struct module_env *env, int id)
{
	seep_control_stop(ub_module.control);
	ub_module.control = NULL;
	seep_watch_stop(ub_module.watch);
	ub_module.watch = NULL;
	if (ub_module.engine)
		ub_hit_unregister(env, id);
	seep_rpz_stop(ub_module.rpz);
	ub_module.rpz = NULL;
	seep_keeper_stop(ub_module.keeper);
	seep_changes_close(ub_module.changes);
	ub_event_stop();
	seep_engine_destroy(ub_module.engine);
	seep_lists_close(&ub_module.lists);
	seep_conf_release(&ub_module.conf);
	ub_module.engine = NULL;
	ub_module.keeper = NULL;
	ub_module.changes = NULL;
	ub_thread_forget();
	ub_timed_log();
}

/* Running. */

void operate(struct module_qstate *qstate, enum module_ev event, int id,
	     struct outbound_entry *outbound)
{
	(void)outbound;
	UB_TIMED(event == module_event_moddone ? UB_TIMED_DONE : UB_TIMED_NEW);
	if (ub_module.foreign)
		ub_build_pass(qstate, event, id);
	else
		ub_query_operate(qstate, event, id);
}

void inform_super(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	(void)qstate, (void)id, (void)super; /* has no queries of its own */
}

void clear(struct module_qstate *qstate, int id)
{
	UB_TIMED(UB_TIMED_CLEAR);
	if (!ub_module.foreign)
		ub_query_clear(qstate, id);
}

size_t get_mem(struct module_env *env, int id)
{
	(void)env, (void)id;
	return ub_module.engine ? seep_engine_memory_bytes(ub_module.engine) : 0;
}

void print_stats(struct module_env *env, int id, int reset,
		 int (*print)(void *context, const char *key, unsigned long long value),
		 void *context)
{
	struct seep_statistics statistics = { .gauges.mode = SEEP_MODE_PASSTHROUGH };
	uint64_t when_ms = ub_now_ms();

	(void)env, (void)id;
	pthread_mutex_lock(&ub_module.base_lock);
	if (ub_module.engine) {
		seep_engine_read(ub_module.engine, when_ms, &statistics);
		seep_keeper_read(ub_module.keeper, when_ms, &statistics.gauges);
		seep_rpz_read(ub_module.rpz, &statistics.gauges);
	}
	seep_events_read(ub_module.events, &statistics.counters);
	statistics.gauges.passthrough = ub_module.why;
	(void)seep_statistics_print(&statistics, &ub_module.base, print, context);
	if (reset)
		seep_statistics_reset(&statistics, &ub_module.base);
	pthread_mutex_unlock(&ub_module.base_lock);
}
