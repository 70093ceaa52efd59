/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of the engine share: what a name costs, budgets of which one alone matters, and
 * sending until there is no more.
 */
#ifndef SEEP_FIXTURE_ENGINE_H
#define SEEP_FIXTURE_ENGINE_H

#include "fixture.h"
#include "meter/charge.h"
#include "meter/letters.h"

/* What any name of its type costs more, and what comes on top in a domain that nobody used. */
#define TYPE_MBIT        seep_charge_question(1, SEEP_QCLASS_IN, false)
#define NEW_MBIT         SEEP_CHARGE_NEW_DOMAIN_MBIT
/*
 * The first name that a user sends, beside what it spells: that it is novel, one of three kinds
 * (1,585); that it is not guessed, with a lean of 9 bits to that (3; sequence.h); that it is in
 * another domain than the last one, one of two (1,000); that its shape is fresh, one of four
 * (shape.h); and that it comes without the CD flag (6).
 */
#define SHAPE_MBIT       2000
#define FIRST_MBIT       (1585 + 3 + 1000 + SHAPE_MBIT + 6)
/* That no address stands in front. */
#define NO_ADDRESS_MBIT  46
/* One label and no more; a fresh one by the model; and flat, which says its length, too. */
#define LABEL_MBIT       (NO_ADDRESS_MBIT + 2000)
#define MODEL_MBIT       1193
#define FLAT_MBIT        (4416 + 5978)
/* A name with one label of ten letters costs no more; what comes on top is FIRST_MBIT's. */
#define TEN_MBIT         (LABEL_MBIT + FLAT_MBIT + 10 * 5248 + TYPE_MBIT)
/* Of a domain by itself, when new. */
#define BARE_MBIT        (NO_ADDRESS_MBIT + 1000 + TYPE_MBIT + NEW_MBIT)
/* No test's user has so many names that the choice of a domain costs more. */
#define CHOICE_MOST_MBIT 11000

/* The network's meter does not matter. */
#define NETWORK_FREE "network-budget: 1g\n"
/* Only the user's meter matters; it holds 8,000,000 mbit. */
#define USER_ONLY \
	"learning: 0\nuser-budget: 1000\nuser-refill: 0\ndomain-budget: 1g\ndomain-refill: 0\n" NETWORK_FREE
/* Of 23 bytes eight bare new domains take nearly all: BARE_MBIT and FIRST_MBIT each. */
#define EIGHT_DOMAINS \
	"learning: 0\nuser-budget: 23\nuser-refill: 0\ndomain-budget: 1g\ndomain-refill: 0\nflag-at: 100\n" NETWORK_FREE
/* Only the domain's: 800,000 mbit for each user. */
#define DOMAIN_ONLY \
	"learning: 0\nuser-budget: 1g\nuser-refill: 0\ndomain-budget: 100\ndomain-refill: 0\n" NETWORK_FREE

/* Sends fresh names until one is refused, or MOST were sent; how many went. */
static inline unsigned send_all(struct rig *rig, uint32_t user, const char *domain, unsigned most)
{
	rig->all.mbit = rig->all.next_mbit = rig->all.above = 0;
	for (unsigned sent = 0; sent < most; sent++) {
		if (rig_send(rig, user, rig_fresh(rig, domain)).outcome == SEEP_REFUSE) {
			rig->all.next_mbit = rig->last.user_charge_mbit;
			return sent;
		}
		rig->all.mbit += rig->last.user_mbit;
		rig->all.above += rig->all.mbit > rig->all.line_mbit;
	}
	return most;
}

/* Did send_all use ROOM up, to within the name that it was refused, and no more of it? */
static inline void is_filled(const struct rig *rig, uint64_t room_mbit, const char *text)
{
	ok(rig->all.mbit <= room_mbit && rig->all.mbit + rig->all.next_mbit > room_mbit,
	   "%s: %" PRIu64 " mbit went of %" PRIu64 ", and %" PRIu64 " more would not", text,
	   rig->all.mbit, room_mbit, rig->all.next_mbit);
}

/*
 * What the last fresh name costs: its type, and its label by the model or flat, whichever is less.
 * One that is written like another before it tells no more of how that is.
 */
static inline uint64_t fresh_mbit(const struct rig *rig, bool is_fresh)
{
	const struct wire wire = wire_of(rig->fresh_name);
	uint64_t mbit[SEEP_CODES], model_mbit, flat_mbit;

	seep_letters_mbit(wire.bytes, mbit);
	model_mbit = mbit[SEEP_CODE_MODEL] + (is_fresh ? LABEL_MBIT + MODEL_MBIT : 0);
	flat_mbit = mbit[SEEP_CODE_FLAT] + (is_fresh ? LABEL_MBIT + FLAT_MBIT : 0);
	return TYPE_MBIT + (model_mbit < flat_mbit ? model_mbit : flat_mbit);
}

/* Is it that and MORE_MBIT, and not much else? */
static inline void is_fresh_charge(const struct rig *rig, uint64_t mbit, uint64_t more_mbit,
				   const char *text)
{
	ok(mbit >= fresh_mbit(rig, false) + more_mbit &&
		   mbit <= fresh_mbit(rig, true) + more_mbit + FIRST_MBIT + CHOICE_MOST_MBIT,
	   "%s: %" PRIu64 " mbit", text, mbit);
}

/* Sends new domains until one is refused. */
static inline void spend(struct rig *rig, uint32_t user)
{
	char text[32];

	for (unsigned n = 0; n < 1000; n++) {
		snprintf(text, sizeof(text), "s%u-%" PRIu32 ".com", n, user);
		if (rig_send(rig, user, text).outcome == SEEP_REFUSE)
			return;
	}
}

static inline void is_verdict(struct seep_verdict got, enum seep_outcome outcome,
			      enum seep_meter meter, const char *text)
{
	is_int(got.outcome, outcome, "%s: the outcome", text);
	is_int(got.meter, meter, "%s: the meter", text);
}

static inline void is_stat(struct rig *rig, const char *key, unsigned long long want,
			   const char *text)
{
	is_int(rig_stat(rig, key), want, "%s: %s", text, key);
}

/* What holds whatever happened; ASKED is how often the test asked. */
static inline void is_balanced(struct rig *rig, unsigned long long asked, const char *text)
{
	struct stats s = rig_stats(rig, false);
	unsigned long long sent = stats_get(&s, "num.seep.sent");

	is_int(stats_get(&s, "num.seep.known") + stats_get(&s, "num.seep.charged") +
		       stats_get(&s, "num.seep.internal") + stats_get(&s, "num.seep.allowed") +
		       stats_get(&s, "num.seep.exempt") + stats_get(&s, "num.seep.unproven") +
		       stats_get(&s, "num.seep.untracked"),
	       sent, "%s: sent is the sum of its kinds", text);
	is_int(sent + stats_get(&s, "num.seep.unsent") + stats_get(&s, "num.seep.refused.user") +
		       stats_get(&s, "num.seep.refused.network") +
		       stats_get(&s, "num.seep.refused.domain") +
		       stats_get(&s, "num.seep.refused.dga") + stats_get(&s, "num.seep.stale") +
		       stats_get(&s, "seep.inflight"),
	       asked, "%s: asked is sent, unsent, refused, stale or in flight", text);
}

/* What was told, and what of it. */
struct told {
	unsigned count;
	struct {
		enum seep_edge edge;
		enum seep_meter meter;
		enum seep_mode mode;
		uint64_t level_mbit, budget_mbit, users, names, domains, first_s;
		char name[64];
	} events[64];
	unsigned above; /* with a level above the budget */
};

static inline void tell(void *context, const struct seep_event *event)
{
	struct told *told = context;

	told->above += event->level_mbit > event->budget_mbit / 8 * 9;
	if (told->count < COUNT(told->events)) {
		told->events[told->count].edge = event->edge;
		told->events[told->count].meter = event->meter;
		told->events[told->count].mode = event->mode;
		told->events[told->count].level_mbit = event->level_mbit;
		told->events[told->count].budget_mbit = event->budget_mbit;
		told->events[told->count].users = event->users;
		told->events[told->count].names = event->names;
		told->events[told->count].domains = event->domains;
		told->events[told->count].first_s = event->first_s;
		seep_name_print(told->events[told->count].name, sizeof(told->events[0].name),
				event->name->bytes, event->name->size);
	}
	told->count++;
}

#endif
