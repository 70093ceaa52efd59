/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The run of a replay: each query through a simulated cache, and what misses it through the engine.
 */
#include "cmd_replay.h"

#include "base/address.h"

#include "cache_sim.h"
#include "engine/engine.h"
#include "engine/watch.h"
#include "seep_rr.h"
#include "trace_order.h"

#include <string.h>

/* What Unbound does by default: cache-max-negative-ttl, and how long a failure stays. */
#define TTL_NEGATIVE_MAX_S 3600u
#define TTL_FAILURE_S      5u

/* All that the run works on. */
struct run {
	struct replay *replay;
	struct replay_totals *totals;
	struct seep_thread *thread;
	struct cache_sim *cache; /* NULL with --no-cache */
	struct seep_hash_key key;
	struct seep_address_masks masks;
	uint64_t verdicts_from_ms; /* what is flagged before is not counted */
};

static uint32_t ttl_of(const struct replay_options *options, const struct trace_event *event)
{
	uint64_t ttl_s = event->ttl_s;
	uint64_t most_s = CACHE_SIM_TTL_MAX_S;

	if (event->rcode == SEEP_RCODE_NXDOMAIN) {
		most_s = TTL_NEGATIVE_MAX_S;
		if (event->ttl_s == TRACE_TTL_NONE)
			ttl_s = options->negative_ttl_s;
	} else if (event->rcode != SEEP_RCODE_NOERROR && event->rcode != TRACE_RCODE_NONE) {
		return TTL_FAILURE_S;
	} else if (event->ttl_s == TRACE_TTL_NONE) {
		ttl_s = options->ttl_s;
	}
	/* What was asked for on the command line holds as it is. */
	return (uint32_t)(event->ttl_s != TRACE_TTL_NONE && ttl_s > most_s ? most_s : ttl_s);
}

/* The user that a client belongs to; TALLY_NONE without memory. */
static uint32_t user_of(struct run *run, const struct seep_address *client)
{
	struct seep_address user = seep_address_user(&run->masks, client);
	uint64_t hash = seep_address_hash(&user);

	return tally_find(run->replay->users, &user, sizeof(user), hash ^ hash >> 32);
}

static uint32_t domain_of(struct run *run, const struct seep_name *name,
			  const struct trace_event *event)
{
	const uint8_t *domain = event->name;
	size_t size = event->name_size;

	if (name->bytes) {
		domain += name->domain_at;
		size -= name->domain_at;
	}
	return tally_find(run->replay->domains, domain, size,
			  seep_hash_bytes(&run->key, domain, size));
}

/* A miss, as the engine judged it. */
struct judged {
	struct seep_reservation reservation;
	bool is_stale;   /* it would be refused, but the cache still has an answer */
	bool would_wait; /* that, if it had not passed for learning or action: flag */
	bool is_counted; /* its verdict is */
};

/* Counts a query that was flagged or refused for one of those that it concerns. */
static void tally_verdict(struct tally_row *row, const struct judged *judged, enum seep_meter own,
			  uint64_t when_ms)
{
	const struct seep_verdict *verdict = &judged->reservation.verdict;

	if (verdict->outcome == SEEP_PASS)
		return;
	if (verdict->outcome == SEEP_REFUSE) {
		row->own_refused += verdict->meter == own;
		if (!row->refused++) {
			row->first_refused_ms = when_ms;
			row->refused_at_mbit = row->metered_mbit;
		}
		return;
	}
	row->own_flagged += verdict->meter == own;
	row->would_stale += judged->would_wait;
	row->would_refuse += verdict->outcome == SEEP_WOULD_REFUSE && !judged->would_wait;
	if (!row->flagged++) {
		row->first_flagged_ms = when_ms;
		row->flagged_at_mbit = row->metered_mbit;
	}
}

static void tally_miss(struct run *run, uint32_t user, uint32_t domain, const struct judged *judged,
		       uint64_t when_ms)
{
	const struct seep_reservation *reservation = &judged->reservation;
	struct tally_row *rows[] = { tally_row(run->replay->users, user),
				     tally_row(run->replay->domains, domain) };
	const uint64_t added_mbit[] = { reservation->user_mbit, reservation->domain_mbit };
	static const enum seep_meter own[] = { SEEP_METER_USER, SEEP_METER_DOMAIN };

	for (int which = 0; which < 2; which++) {
		struct tally_row *row = rows[which];

		row->queries++;
		row->stale += judged->is_stale;
		if (reservation->verdict.outcome != SEEP_REFUSE) {
			row->sent++;
			row->metered_mbit += added_mbit[which];
		}
		if (judged->is_counted && !judged->is_stale)
			tally_verdict(row, judged, own[which], when_ms);
	}
}

static void count_miss(struct run *run, const struct judged *judged)
{
	const struct seep_reservation *reservation = &judged->reservation;
	struct replay_totals *totals = run->totals;
	enum seep_outcome outcome = reservation->verdict.outcome;

	if (outcome == SEEP_REFUSE) {
		totals->refused += !judged->is_stale;
		totals->stale += judged->is_stale;
		return;
	}
	totals->sent++;
	totals->class[reservation->class]++;
	totals->flagged += judged->is_counted && outcome != SEEP_PASS;
	totals->would_stale += judged->is_counted && judged->would_wait;
	totals->would_refuse +=
		judged->is_counted && outcome == SEEP_WOULD_REFUSE && !judged->would_wait;
	totals->metered_mbit += reservation->user_mbit;
}

/*
 * Does the domain exist, by the response code alone? A trace does not tell which
 * zone said NXDOMAIN: of a name below its domain, it says nothing of the domain.
 */
static enum seep_existence existence_of(const struct trace_event *event,
					const struct seep_name *name)
{
	if (event->rcode == SEEP_RCODE_NOERROR)
		return SEEP_EXISTENCE_YES;
	if (event->rcode == SEEP_RCODE_NXDOMAIN && !name->prefix_labels)
		return SEEP_EXISTENCE_NO;
	return SEEP_EXISTENCE_UNKNOWN;
}

/* Has the cache an old answer? What fails now is taken to have failed before: that is none. */
static bool is_held(const struct run *run, uint64_t cache_key, const struct trace_event *event,
		    uint64_t when_ms)
{
	uint64_t stale_s = run->replay->options->conf.stale_s;

	if (!run->cache || !stale_s)
		return false;
	return (event->rcode == SEEP_RCODE_NOERROR || event->rcode == SEEP_RCODE_NXDOMAIN ||
		event->rcode == TRACE_RCODE_NONE) &&
	       cache_sim_holds(run->cache, cache_key, when_ms / 1000, stale_s);
}

/* Tells the watcher, if there is one. False without memory. */
static bool tell(const struct run *run, const struct replay_query *query)
{
	const struct replay_options *options = run->replay->options;

	return !options->watch || options->watch(options->watch_context, run->replay, query);
}

/* A query that the cache cannot answer. False without memory. */
static bool miss(struct run *run, uint32_t user, uint64_t cache_key,
		 const struct trace_event *event, uint64_t when_ms)
{
	struct seep_observation observation = {
		.client = event->client,
		.name = event->name,
		.name_size = event->name_size,
		.type = event->type,
		.qclass = SEEP_QCLASS_IN,
		.is_proven = true, /* nobody forges what was recorded */
		.may_wait = run->cache && run->replay->options->conf.stale_s,
		.when_ms = when_ms,
	};
	struct judged judged = { .is_counted = when_ms >= run->verdicts_from_ms };
	struct seep_name name;
	uint32_t domain;
	bool is_refused;

	seep_counters_add(&seep_thread_counters(run->thread)->misses, 1);
	is_refused =
		seep_engine_judge(run->thread, &observation, &judged.reservation, &name).outcome ==
		SEEP_REFUSE;
	judged.is_stale = is_refused && is_held(run, cache_key, event, when_ms);
	if (is_refused && !judged.is_stale)
		is_refused =
			seep_engine_insist(run->thread, &observation, &judged.reservation, &name)
				.outcome == SEEP_REFUSE;
	judged.would_wait = judged.reservation.verdict.outcome == SEEP_WOULD_REFUSE &&
			    is_held(run, cache_key, event, when_ms);
	/* Guarding would not refuse it. */
	if (run->replay->options->learns && judged.reservation.is_relented)
		judged.is_counted = false;
	domain = domain_of(run, &name, event);
	if (domain == TALLY_NONE)
		return false;
	tally_miss(run, user, domain, &judged, when_ms);
	count_miss(run, &judged);
	if (!tell(run, &(struct replay_query){
			       .event = event,
			       .when_ms = when_ms,
			       .user = user,
			       .domain = domain,
			       .reservation = &judged.reservation,
			       .is_stale = judged.is_stale,
			       .is_counted = judged.is_counted,
		       }))
		return false;
	if (is_refused) {
		seep_engine_refuse(run->thread, &observation, &judged.reservation, judged.is_stale);
		return true;
	}
	seep_engine_commit(run->thread, &judged.reservation, when_ms);
	seep_engine_answered(run->thread, &observation, &judged.reservation,
			     existence_of(event, &name));
	if (run->cache)
		cache_sim_put(run->cache, cache_key, when_ms / 1000,
			      ttl_of(run->replay->options, event), domain);
	return true;
}

static void hit(struct run *run, uint32_t user, uint32_t domain, const struct trace_event *event)
{
	struct tally_row *rows[] = { tally_row(run->replay->users, user),
				     tally_row(run->replay->domains, domain) };

	for (int which = 0; which < 2; which++) {
		rows[which]->queries++;
		rows[which]->hits++;
	}
	run->totals->hits++;
	seep_counters_add(&seep_thread_counters(run->thread)->hits, 1);
	seep_engine_hit(run->thread, &event->client);
}

static bool take_event(struct run *run, const struct trace_event *event)
{
	struct replay_totals *totals = run->totals;
	uint64_t when_ms = event->when_ms;
	uint64_t cache_key = 0;
	uint32_t user, domain;

	/* The engine's time never goes back. */
	if (when_ms < totals->last_ms) {
		totals->late++;
		when_ms = totals->last_ms;
	}
	totals->last_ms = when_ms;
	totals->queries++;
	seep_counters_add(&seep_thread_counters(run->thread)->queries, 1);
	user = user_of(run, &event->client);
	if (user == TALLY_NONE)
		return false;
	if (run->cache) {
		cache_key = seep_hash_bytes(&run->key, event->name, event->name_size) ^
			    event->type * UINT64_C(0x9e3779b97f4a7c15);
		if (cache_key && cache_sim_find(run->cache, cache_key, when_ms / 1000, &domain)) {
			hit(run, user, domain, event);
			return tell(run, &(struct replay_query){ .event = event,
								 .when_ms = when_ms,
								 .user = user,
								 .domain = domain });
		}
	}
	return miss(run, user, cache_key ? cache_key : 1, event, when_ms);
}

static void take_review(void *context, const struct seep_review *review)
{
	struct replay *replay = context;

	replay->review = *review;
	replay->is_reviewed = true;
}

uint64_t replay_learned_ms(const struct replay *replay)
{
	return replay->totals.first_ms + replay->options->conf.learning_s * 1000;
}

/* Starts the engine at the time of the first query. */
static bool start_engine(struct run *run, uint64_t when_ms)
{
	struct seep_engine_setup setup = {
		.conf = &run->replay->options->conf,
		.threads = 1,
		.when_ms = when_ms,
		.lists = seep_watch_lists(&run->replay->options->lists),
		.tell_review = take_review,
		.tell_context = run->replay,
	};
	enum seep_passthrough why;

	setup.key = run->key;
	run->totals->first_ms = when_ms;
	if (run->replay->options->learns)
		run->verdicts_from_ms = replay_learned_ms(run->replay);
	run->replay->engine = seep_engine_create(&setup, &why);
	if (!run->replay->engine) {
		run->replay->problem =
			why == SEEP_PASSTHROUGH_MEMORY
				? "memory-size cannot be allocated: give a smaller one"
				: "the Public Suffix List cannot be read";
		return false;
	}
	run->thread = seep_engine_thread(run->replay->engine);
	return true;
}

/* Is it of the time that was asked for? */
static bool is_wanted(const struct replay_options *options, const struct trace_event *event)
{
	return event->when_ms >= options->since_ms &&
	       (!options->until_ms || event->when_ms < options->until_ms);
}

static void run_all(struct run *run, struct trace_merge *merge, struct trace_order *order)
{
	const struct trace_event *event;
	struct replay_progress progress;
	bool more = true;

	replay_progress_start(&progress, run->replay->options->doing);
	while (more) {
		more = trace_merge_next(merge, trace_order_place(order));
		if (more)
			trace_order_put(order);
		while ((event = trace_order_take(order, !more)) != NULL) {
			if (!is_wanted(run->replay->options, event))
				continue;
			if (!run->thread && !start_engine(run, event->when_ms))
				goto cleanup;
			if (!take_event(run, event)) {
				run->replay->problem = "out of memory";
				goto cleanup;
			}
		}
		replay_progress_step(&progress, merge);
	}
cleanup:
	replay_progress_clear(&progress);
	run->totals->traces = trace_merge_counts(merge);
	run->replay->broken = trace_merge_broken(merge);
}

void replay_run(struct replay *replay, const struct replay_options *options,
		struct trace_merge *merge)
{
	struct trace_order *order = trace_order_create();
	struct run run = { .replay = replay, .totals = &replay->totals };

	*replay = (struct replay){
		.options = options,
		.users = tally_create(),
		.domains = tally_create(),
	};
	if (!options->no_cache)
		run.cache = cache_sim_create(options->cache_entries);
	run.key = options->key;
	run.masks = seep_address_masks(options->conf.user_prefix_v4_bits,
				       options->conf.user_prefix_v6_bits);
	if (!order || !replay->users || !replay->domains || (!options->no_cache && !run.cache))
		replay->problem = "out of memory";
	else
		run_all(&run, merge, order);
	cache_sim_destroy(run.cache);
	trace_order_destroy(order);
}

void replay_release(struct replay *replay)
{
	if (replay->engine)
		seep_engine_destroy(replay->engine);
	tally_destroy(replay->users);
	tally_destroy(replay->domains);
}
