/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of seepctl replay, and of learn as far as it does the same: options in, the run, and
 * what it found out.
 */
#ifndef SEEP_CMD_REPLAY_H
#define SEEP_CMD_REPLAY_H

#include "cmd_replay_tally.h"
#include "conf/conf.h"
#include "conf/lists.h"
#include "engine/engine.h"
#include "options.h"
#include "seep_verdict.h"
#include "trace_merge.h"

#include <stdbool.h>
#include <stdint.h>

struct replay;
struct replay_overrides;

/* A query, as a watcher is told of it. */
struct replay_query {
	const struct trace_event *event;
	uint64_t when_ms;                           /* it counts as of then */
	uint32_t user, domain;                      /* numbers of rows */
	const struct seep_reservation *reservation; /* as the engine judged it; NULL: a hit */
	bool is_stale;                              /* refused, but the cache still has an answer */
	bool is_counted;                            /* its verdict is */
};

/* Called for each query, in order of time. False ends the run: there is no memory. */
typedef bool replay_watch(void *context, const struct replay *replay,
			  const struct replay_query *query);

struct replay_options {
	struct seep_conf conf;
	struct seep_lists lists;
	struct trace_merge_setup traces;
	uint64_t ttl_s;          /* of answers whose TTL is not recorded */
	uint64_t negative_ttl_s; /* of NXDOMAIN without one */
	uint64_t cache_entries;
	uint64_t seed; /* of the key, in replay */
	struct seep_hash_key key;
	uint64_t top;  /* rows of each table, in text; 0: all */
	uint64_t port; /* of captures; 0: the usual one */
	const char *conf_path;
	struct replay_overrides *overrides;
	bool no_cache;
	bool json;
	/* seepctl learn: learning is as seep.conf has it, and what would be refused counts only
	 * after it. */
	bool learns;
	bool may_lack_traces; /* none given is no mistake */
	uint64_t since_ms;    /* queries before are left out... */
	uint64_t until_ms;    /* ...and those from then on; 0: none are */
	replay_watch *watch;  /* or NULL */
	void *watch_context;
	const char *doing;   /* what the bar of progress begins with; NULL: nothing */
	unsigned complaints; /* that were shown */
};

struct replay_totals {
	struct trace_counts traces;
	uint64_t queries; /* = hits + sent + refused + stale */
	uint64_t hits;
	uint64_t sent;
	uint64_t class[SEEP_CLASS_COUNT]; /* of sent, by enum seep_class */
	uint64_t refused;
	uint64_t stale;        /* in place of a refusal, from the cache */
	uint64_t flagged;      /* sent, while a meter was above flag-at */
	uint64_t would_refuse; /* of flagged: only learning or action: flag let them pass */
	uint64_t would_stale;  /* of flagged: guarding would have answered these from the cache */
	uint64_t late; /* came too late to be put in order; taken as of the time that it was */
	uint64_t metered_mbit; /* put on users' meters */
	uint64_t first_ms, last_ms;
};

struct replay {
	const struct replay_options *options;
	struct replay_totals totals;
	struct tally *users;        /* by masked address: struct seep_address */
	struct tally *domains;      /* by wire-form name */
	struct seep_engine *engine; /* NULL if there was no query */
	struct seep_review review;
	bool is_reviewed;    /* the learning ended */
	const char *problem; /* why it could not run, or NULL */
	size_t broken;       /* traces that could not be read to their end */
};

/* cmd_replay_conf.c: options of seep.conf on the command line. */

struct replay_overrides *replay_overrides_create(void);
void replay_overrides_destroy(struct replay_overrides *overrides);
/* Notes `--OPTION VALUE`; false, having said why on standard error, if that cannot be. */
bool replay_overrides_add(struct replay_overrides *overrides, const struct seep_option *option,
			  const char *value);
/*
 * Fills in the conf of OPTIONS: the file of conf_path (NULL: defaults), with the overrides in place
 * of its lines or, if they are lists, added to them. In replay, unless learning is overridden it is
 * 0, and the action refuse. False, having said why.
 */
bool replay_overrides_apply(const struct replay_overrides *overrides,
			    struct replay_options *options);

/* Reads the lists of conf, under the key. False, having said why, if one cannot be used. */
bool replay_lists_open(struct replay_options *options);

/* cmd_replay_options.c: what the commands that read traces share. */

/* All but json, and what one of the commands alone has. */
extern const struct option_set replay_base_options;
/* The take_conf of their sets. */
bool replay_take_override(void *context, const struct seep_option *option, const char *value);

/*
 * Reads the command line of a SET whose struct begins with OPTIONS, and the file of --conf; *FIRST
 * is where the paths begin. Else what to exit with. replay_options_release belongs after either.
 */
int replay_parse(const struct option_set *set, int argc, char **argv,
		 struct replay_options *options, int *first);
void replay_options_release(struct replay_options *options);

/* Runs over the traces of OPTIONS; false, having said why. Else replay_release is called for. */
bool replay_do(struct replay *replay, const struct replay_options *options);

/* Says on standard error what of the traces was not as it should be. */
void replay_say(const struct replay *replay);
/* Why there was no query; NULL: there was one. */
const char *replay_emptiness(const struct replay *replay);

/* cmd_replay_run.c */

/* Replays all traces. Afterwards replay_release is called for. */
void replay_run(struct replay *replay, const struct replay_options *options,
		struct trace_merge *merge);
void replay_release(struct replay *replay);
/* When learning is over, by the traces' time. */
uint64_t replay_learned_ms(const struct replay *replay);

/* cmd_replay_text.c, cmd_replay_json.c: to standard output. */

void replay_print_text(const struct replay *replay);
void replay_print_json(const struct replay *replay);

/* The user or domain of a row, as text. */
#define REPLAY_KEY_TEXT_SIZE 1024
void replay_user_text(const struct replay *replay, const struct tally_row *row, char *text);
void replay_domain_text(const struct replay *replay, const struct tally_row *row, char *text);

/* Whom no budget fits, as text. */
void replay_crowd_text(const struct replay *replay, const struct seep_review_crowd *crowd,
		       char *text);

/* "2009-11-18T09:00:00Z" */
#define REPLAY_TIME_TEXT_SIZE 32
void replay_time_text(uint64_t when_ms, char *text);
/* "2.50 days", "3.5 hours", "2.0 minutes" or "12 seconds", in the same room. */
void replay_span_text(uint64_t span_ms, char *text);

/* cmd_replay_progress.c: a bar on standard error, if that is a terminal. */

struct replay_progress {
	const char *doing;
	bool shown;
	bool drawn;
	unsigned rows; /* since the clock was looked at */
	uint64_t began_ms, last_ms;
};

/* DOING, if not NULL, is what the line begins with. */
void replay_progress_start(struct replay_progress *progress, const char *doing);
/* Called for each row. */
void replay_progress_step(struct replay_progress *progress, struct trace_merge *merge);
void replay_progress_clear(struct replay_progress *progress);

#endif
