/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's memory: users, networks, domains, threads and the engine itself. For the files of
 * this folder, and those of state/ that have its records; others reach it through engine.h.
 */
#ifndef SEEP_ENGINE_STATE_H
#define SEEP_ENGINE_STATE_H

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/address.h"
#include "base/block.h"
#include "meter/budget.h"
#include "names/common.h"
#include "engine/change.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/look.h"
#include "engine/refused.h"
#include "meter/dga.h"
#include "meter/habit.h"
#include "sketch/flag.h"
#include "sketch/labels.h"
#include "meter/meter.h"
#include "sketch/novelty.h"
#include "sketch/pairs.h"
#include "sketch/repeat.h"
#include "sketch/sequence.h"
#include "sketch/sketch.h"
#include "sketch/table.h"

#define NAMES_BITS             6 /* 64 registers: 10.4 % */
#define DOMAINS_BITS           6 /* 64 registers: 10.4 % */
#define USERS_BITS             5 /* 32 registers: 14.7 % */
/* The same in thousandths. */
#define NAMES_ERROR_PERMILLE   104
#define DOMAINS_ERROR_PERMILLE 104
#define USERS_ERROR_PERMILLE   147

struct user {
	struct seep_entry head;
	struct seep_sketch_sum names_sum;
	struct seep_sketch_sum domains_sum;
	struct seep_sketch_sum rare_sum;
	struct seep_sketch_sum missing_sum;
	struct seep_bucket dga;    /* the score of its test */
	struct seep_repeat repeat; /* of sendings that tell what comes next: is_own (engine.h) */
	uint32_t peak_mbit;        /* the highest level while learning */
	struct seep_flag checking_disabled;
	uint8_t is_established; /* it is no newcomer to its network (network.c) */
	uint64_t hits;
	uint64_t sent;
	struct seep_address address;
	uint8_t names[1 << NAMES_BITS];
	uint8_t domains[1 << DOMAINS_BITS];
	uint8_t rare[1 << NAMES_BITS];             /* names of these sendings */
	uint8_t missing[1 << DOMAINS_BITS];        /* domains that do not exist */
	_Alignas(8) struct seep_sequence sequence; /* of these sendings */
	struct seep_shapes shapes;                 /* of novel prefixes */
};

struct domain {
	struct seep_entry head;
	struct seep_sketch_sum users_sum;
	struct seep_sketch_sum names_sum;
	struct seep_sketch_few first_users;
	uint8_t users[1 << USERS_BITS];
	uint8_t names[1 << NAMES_BITS];
	uint8_t text[SEEP_DOMAIN_TEXT_BYTES]; /* wire form, cut at a label */
	struct seep_habit habit;
};

/*
 * A network has two meters: head's for its users who are established, and one for all others, so
 * that a machine with ever new addresses does not use up what the people there have.
 */
struct network {
	struct seep_entry head;
	struct seep_entry newcomers; /* never alone in a table */
	uint32_t peak_mbit;          /* the highest levels while learning, after the first day */
	uint32_t newcomers_peak_mbit;
	uint32_t day;         /* since 1970: the one that today's users are of */
	uint32_t size;        /* users on a day, as network.c has it */
	uint32_t size_before; /* when the day began */
	uint32_t established; /* users, today, of those that came after learning */
	struct seep_address address;
	struct seep_sketch_sum today_sum;
	uint8_t today[1 << USERS_BITS]; /* users */
};

/* With its key in the table: at most 1 KiB a user and 256 B a domain. */
static_assert(sizeof(struct user) + sizeof(uint64_t) <= 1024, "user size");
static_assert(offsetof(struct user, hits) == offsetof(struct user, checking_disabled) + 8 ||
		      sizeof(void *) < 8,
	      "what is saved of a user has not moved");
static_assert(sizeof(struct domain) + sizeof(uint64_t) <= 256, "domain size");
static_assert(sizeof(struct network) == 192, "a network's record");

/* A user lately seen by a thread: its key, and hits not yet passed on. One cache line. */
struct recent {
	_Alignas(64) struct seep_address address;
	struct seep_address network;
	uint64_t key;
	uint64_t network_key;
	uint64_t hits;
};

static_assert(sizeof(struct recent) == 64, "a note on a user is one cache line");

#define RECENT_BITS 10

/* Where one who goes by the lists says so (listing.c). */
struct place {
	unsigned number;                         /* from 0; that of its reader of suffixes */
	_Atomic(const struct listing *) listing; /* that it goes by now, or NULL */
};

/* Who goes by the lists and is no query's thread; each is one thread at a time. */
enum guest {
	GUEST_CONTROL, /* that explains and changes */
	GUEST_SPENT,   /* that lists what is spent */
	GUESTS,
};

/* On cache lines of its own: its thread alone writes there. */
struct seep_thread {
	_Alignas(64) struct seep_engine *engine;
	struct place place;                          /* of its query */
	_Atomic(struct seep_exceptions *) excepting; /* the set that it is asking; NULL: none */
	struct seep_counters counters;
	_Atomic int64_t inflight; /* queries that it asked for, less those that it saw the end of */
	struct recent recent[1 << RECENT_BITS];
};

/* What the lists say, as queries see it. It is replaced whole (listing.c). */
struct listing {
	struct seep_engine_lists lists;
	struct seep_suffixes *own_suffixes; /* or NULL */
	unsigned reader_count;
	struct seep_suffix_reader *readers[]; /* one for each place */
};

/* What users, networks and domains are held to. */
struct seep_learned {
	struct seep_budgets budgets; /* by seep.conf */
	uint64_t from_ms;            /* learning begins: the first start ever */
	_Atomic uint64_t until_ms;   /* an operator may move it (change.h) */
	atomic_uint new_units;       /* of users that came after learning; 0: not known yet */
	/* The state file is of before networks were metered: nothing was learned of them. */
	bool networks_unknown;
	/* In the last day of the learning: what no budget would have fitted. */
	_Atomic uint64_t misfits;
};

/* So many sets of a table a query may look at, each of eight entries: some 10 us at worst. */
#define SETTLING_SETS 32

/* What users and networks needed, counted once learning is over; how far that has come. */
struct settling {
	pthread_mutex_t lock; /* of all below */
	size_t users_set;     /* the next ones */
	size_t networks_set;
	uint64_t began_s;                     /* 0: it has not */
	uint64_t users[SEEP_BUDGET_MOST + 1]; /* by units */
	struct seep_review review;
};

/* Sets of exceptions: that in force, and those before it that a thread may still be asking. */
struct excepted {
	_Atomic(struct seep_exceptions *) now; /* NULL: none */
	struct seep_exceptions **before; /* as many places as there are threads, and one more */
	unsigned before_count;
};

struct seep_engine {
	struct seep_conf conf; /* lists borrowed */
	bool has_refusals;     /* a policy refuses */
	struct excepted excepted;
	struct seep_learned learned;
	struct settling settling;
	struct seep_hash_key key;
	struct seep_address_masks user_masks, network_masks;
	struct seep_block *memory;
	size_t memory_bytes;
	_Atomic(struct listing *) listing;
	struct place guests[GUESTS];
	pthread_mutex_t
		listing_lock; /* of who has no place: while it reads, or replaces, the listing */
	struct seep_novelty *novelty;
	struct seep_labels *labels;
	struct seep_sequences *sequences;
	struct seep_pairs *pairs;
	struct seep_refused *refused;
	struct seep_table *users;
	struct seep_table *networks;
	struct seep_table *domains;
	_Atomic int64_t people; /* the sizes of all networks */
	seep_tell *tell;
	seep_tell_review *tell_review;
	void *tell_context;
	struct seep_thread *threads;
	unsigned thread_count;
	atomic_uint threads_taken;
};

/* By N, by the thread itself. */
static inline void seep_thread_move_inflight(struct seep_thread *thread, int64_t n)
{
	/* One writer: no locked instruction is needed. */
	atomic_store_explicit(&thread->inflight,
			      atomic_load_explicit(&thread->inflight, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

/* An entry of the users', the networks' or the domains' table. */
static inline struct user *user_of_entry(struct seep_entry *entry)
{
	return (struct user *)(void *)entry;
}

static inline struct domain *domain_of_entry(struct seep_entry *entry)
{
	return (struct domain *)(void *)entry;
}

static inline struct network *network_of_entry(struct seep_entry *entry)
{
	return (struct network *)(void *)entry;
}

/* Did anybody send a name there? Users that do not count do, too. */
static inline bool is_used_domain(const struct domain *domain)
{
	return domain->names_sum.count > 0;
}

/* Distinct users of a domain so far, of those that count. */
static inline uint64_t users_of_domain(const struct domain *domain)
{
	return seep_sketch_count_few(&domain->first_users, &domain->users_sum);
}

/* What the novelty memory knows the use of a label in a domain by: the I-th that was priced. */
static inline uint64_t label_use(const struct seep_reservation *reservation, unsigned i)
{
	return (reservation->labels.keys[i] ^ reservation->domain_key) *
	       UINT64_C(0xc4ceb9fe1a85ec53);
}

/* Has nothing come of the entry? Then it is given back when its last reservation is. */
static inline bool is_untouched_entry(const struct seep_entry *entry)
{
	return !entry->inflight && !entry->meter.level_mbit && !entry->flagged;
}

static inline bool is_untouched_user(const struct user *user)
{
	return is_untouched_entry(&user->head) && !user->sent && !user->dga.level_mbit;
}

static inline bool is_untouched_domain(const struct domain *domain)
{
	return is_untouched_entry(&domain->head) && !is_used_domain(domain);
}

/* excepted.c */

/* Memory for the engine's threads, which are there; false without. */
bool seep_excepted_open(struct seep_engine *engine);
/* No thread asks any more. */
void seep_excepted_close(struct seep_engine *engine);
/* Is the query excepted? The second is for the thread that changes exceptions: nobody else does
 * meanwhile. */
bool seep_excepted_covers(struct seep_thread *thread, const struct seep_observation *observation);
bool seep_excepted_would_cover(const struct seep_engine *engine,
			       const struct seep_observation *observation);

/* listing.c */

/* The listing of LISTS, or NULL and WHY. */
struct listing *seep_listing_create(const struct seep_engine *engine,
				    const struct seep_engine_lists *lists,
				    enum seep_passthrough *why);
void seep_listing_destroy(struct listing *listing);
/*
 * What the owner of PLACE goes by, from begin to end. Between them it is not freed. It takes no
 * lock and waits for nobody.
 */
const struct listing *seep_listing_begin(struct seep_engine *engine, struct place *place);
void seep_listing_end(struct place *place);
/* For who has no place: what the lists say, and their memory, readers included. */
struct seep_engine_lists seep_listing_read(struct seep_engine *engine, size_t *memory_bytes);

/* treat.c */

/* What policies say of a query. */
struct treating {
	enum seep_treatment of_domain; /* the most specific domain-policy; NONE: there is none */
	const struct seep_policy *of_user; /* the most specific policy; NULL: there is none */
	bool is_vital;
};

struct treating seep_treat_of(const struct seep_engine *engine,
			      const struct seep_observation *observation);
/* The mode in which a query is judged that is metered. */
enum seep_mode seep_treat_mode(const struct seep_engine *engine, const struct treating *treating,
			       uint64_t when_ms);
/* Is there a policy that refuses? */
bool seep_treat_refuses(const struct seep_conf *conf);
/* Has the user a budget by a policy? */
bool seep_treat_has_budget(const struct treating *treating);
/* The policy for a user, of what is known of it alone; POLICIES may be NULL. */
struct treating seep_treat_of_user(const struct seep_policies *policies, const struct user *user);
/* What is refused at a domain, whoever asks: has its name of SIZE bytes a mode in which that is? */
bool seep_treat_refuses_domain(const struct seep_engine *engine, const uint8_t *name, size_t size,
			       uint64_t when_ms);
/* What decides about a query that is metered. */
enum seep_rule seep_treat_rule(const struct treating *treating);
/* Is that of a netblock which is one user? Then it is no matter of its network's. */
bool seep_treat_is_alone(const struct seep_engine *engine, const struct treating *treating);
/* The policy's limits in place of LIMITS; a domain and a network have no less than its users. */
void seep_treat_user(const struct treating *treating, struct seep_limits *limits);
void seep_treat_domain(const struct treating *treating, struct seep_limits *limits);
void seep_treat_network(const struct treating *treating, struct seep_limits *limits);

/* network.c */

/*
 * How much its place in the table is worth: the more users, the more; and above all while the
 * newcomers' meter is spent, of which the table knows nothing.
 */
uint32_t seep_network_standing(const struct network *network);
/*
 * The network's day: counts a USER that sent, whose entry is locked too, and says whether it is
 * established from now on.
 */
void seep_network_saw(struct seep_engine *engine, struct network *network, struct user *user,
		      uint64_t user_key, uint64_t now_s);
/* Is the user a newcomer to its network? On a network's first day nobody is. */
bool seep_network_is_newcomer(const struct network *network, const struct user *user,
			      uint64_t now_s);
/* Does the user count among those of a domain? */
bool seep_network_counts(const struct seep_engine *engine, const struct user *user, uint64_t now_s);
/* Did it come after learning, and not long ago? Then few of its network count in any domain. */
bool seep_network_is_late(const struct seep_engine *engine, const struct user *user,
			  uint64_t now_s);
/* The people here: the users of a day of all networks. */
uint64_t seep_network_people(const struct seep_engine *engine);
/* Counts them anew, after networks were put back. */
void seep_network_recount(struct seep_engine *engine);

/* learned.c */

/* The limits of a user, as of NOW_S. */
struct seep_limits seep_learned_user(const struct seep_learned *learned, const struct user *user,
				     uint64_t now_s);
/* Does no budget fit the user, by what it needed while learning? */
bool seep_learned_is_crowd(const struct seep_learned *learned, const struct user *user,
			   uint64_t now_s);
/* The same of a network, and of its NEWCOMERS or its other users. */
struct seep_limits seep_learned_network(const struct seep_learned *learned,
					const struct network *network, bool newcomers,
					uint64_t now_s);
bool seep_learned_is_vast(const struct seep_learned *learned, const struct network *network,
			  bool newcomers, uint64_t now_s);
/*
 * How many people the newcomers of a network are, on a day: all that are there, as with addresses
 * that change daily; but two where the established needed more while learning.
 */
uint64_t seep_learned_newcomers(const struct seep_learned *learned, const struct network *network);
/* Is learning over, and was the user or network of ENTRY there for long enough to have taught? */
bool seep_learned_has_own(const struct seep_learned *learned, const struct seep_entry *entry,
			  uint64_t now_s);
/* Is the user's level, after learning it, still noted? Its own first days are its learning. */
bool seep_learned_is_noted(const struct seep_learned *learned, const struct user *user,
			   uint64_t now_s);
/* The limits of a domain of so many USERS, of which one with so many UNITS of budget is asking. */
struct seep_limits seep_learned_domain(const struct seep_learned *learned,
				       const struct domain *domain, unsigned units, uint64_t users);
/* The units of budget that a user has, as of NOW_S. */
unsigned seep_learned_units(const struct seep_learned *learned, const struct user *user,
			    uint64_t now_s);
/*
 * Has the user to learn on, for what newcomers get is still being counted? Then it is judged as
 * while learning. Of those that have a budget of their own none has.
 */
bool seep_learned_is_open(const struct seep_learned *learned, const struct user *user,
			  uint64_t now_s);
/*
 * Once learning is over, concludes from what users and networks needed, and tells the review, once.
 * No lock may be held. The first walks over all of them, and waits for other threads that do; the
 * second, for a query's path, looks at SETTLING_SETS sets, and at none while another thread does.
 */
void seep_learned_settle(struct seep_engine *engine, uint64_t now_s);
void seep_learned_settle_some(struct seep_engine *engine, uint64_t now_s);

/* look.c */

/* Fill in ROW by a copy of the entry of KEY, as of NOW_S. POLICIES may be NULL. */
void seep_look_at_user(struct seep_view_row *row, const struct seep_learned *learned,
		       const struct seep_policies *policies, uint64_t key, const struct user *user,
		       uint64_t now_s);
void seep_look_at_network(struct seep_view_row *row, const struct seep_learned *learned,
			  uint64_t key, const struct network *network, uint64_t now_s);
void seep_look_at_domain(struct seep_view_row *row, const struct seep_learned *learned,
			 uint64_t key, const struct domain *domain, uint64_t now_s);

#endif
