/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: the input is a configuration, in a few bytes, and then what users do, one byte for
 * what and a few for whose and to where. See steps for the list.
 *
 * The budget of work for an input is bounded, so that none takes long.
 */
#include "fuzz.h"

#include "engine/internal.h"

const char fuzz_target[] = "engine";

#define SLOTS      16 /* queries under way at most */
#define ASKS_MOST  400
#define PRINT_MOST 4

#define PAIR_MOST_MBIT (UINT64_C(1000) << 20)

/* A query under way, or one that has ended and may still be answered. */
struct slot {
	bool open, committed;
	struct seep_observation observation;
	uint8_t name[SEEP_NAME_MAX_BYTES + 1];
	struct seep_reservation reservation;
};

/* What the statistics have to say; since the last reset. */
struct tally {
	uint64_t sent, unsent, refused;
};

struct play {
	struct rig rig;
	struct fuzz_input input;
	struct slot slots[SLOTS];
	struct tally tally;
	unsigned asks, prints, open;
};

/* ---- what has to hold ---- */

/* What a charge may raise the level to now: known names have more of the budget than novel ones. */
static uint64_t cap_of(const struct play *play, const struct seep_table *table,
		       struct seep_entry *entry)
{
	const struct seep_engine *engine = play->rig.engine;
	const struct domain *domain = domain_of_entry(entry);
	struct seep_limits limits =
		table == engine->users
			? seep_learned_user(&engine->learned, user_of_entry(entry),
					    play->rig.now_ms / 1000)
			: seep_learned_domain(&engine->learned, domain, 0, users_of_domain(domain));
	uint64_t known_mbit = limits.budget_mbit + limits.budget_mbit / SEEP_METER_KNOWN_SHARE;

	return known_mbit > limits.cap_mbit ? known_mbit : limits.cap_mbit;
}

/* The level of an entry as it stands, to which so much has just been added; 0 if there is none. */
static uint64_t level_of(const struct play *play, struct seep_table *table, uint64_t key,
			 uint64_t added_mbit)
{
	struct seep_entry *entry = key ? seep_table_find(table, key) : NULL;
	uint64_t level_mbit;

	if (!entry)
		return 0;
	level_mbit = entry->meter.level_mbit;
	fuzz_check(level_mbit >= added_mbit);
	fuzz_check(!added_mbit || level_mbit <= cap_of(play, table, entry));
	seep_table_unlock(table, key);
	return level_mbit;
}

/* The same of the meter in its network that a reservation is on. */
static uint64_t level_of_network(const struct play *play,
				 const struct seep_reservation *reservation, uint64_t added_mbit)
{
	const struct seep_engine *engine = play->rig.engine;
	struct seep_entry *entry =
		reservation->user_key ? seep_table_find(engine->networks, reservation->network_key)
				      : NULL;
	struct seep_limits limits;
	struct network *network;
	uint64_t level_mbit, known_mbit;

	if (!entry)
		return 0;
	network = network_of_entry(entry);
	limits = seep_learned_network(&engine->learned, network, reservation->is_newcomer,
				      play->rig.now_ms / 1000);
	known_mbit = limits.budget_mbit + limits.budget_mbit / SEEP_METER_KNOWN_SHARE;
	level_mbit =
		(reservation->is_newcomer ? network->newcomers : network->head).meter.level_mbit;
	fuzz_check(level_mbit >= added_mbit);
	fuzz_check(!added_mbit ||
		   level_mbit <= (known_mbit > limits.cap_mbit ? known_mbit : limits.cap_mbit));
	seep_table_unlock(engine->networks, reservation->network_key);
	return level_mbit;
}

/* What is on the pair meter; a level is in whole bits. */
static uint64_t level_of_pair(const struct play *play, const struct seep_reservation *reservation)
{
	if (!reservation->pair_key)
		return 0;
	return seep_pairs_find(play->rig.engine->pairs, reservation->pair_key,
			       play->rig.now_ms / 1000)
		.level_mbit;
}

/* May a query be judged in this MODE, the engine being in ITS? Who learns of its own is judged as
 * while learning, and whom no budget fits is only flagged. */
static bool is_mode(enum seep_mode mode, enum seep_mode its)
{
	return mode == its || mode == SEEP_MODE_FLAG ||
	       (mode == SEEP_MODE_LEARNING && its == SEEP_MODE_GUARD);
}

static void check_event(void *context, const struct seep_event *event)
{
	struct play *play = context;
	char text[SEEP_NAME_MAX_BYTES];

	fuzz_check(event->edge > SEEP_EDGE_NONE && event->edge <= SEEP_EDGE_RELEASED);
	fuzz_check(event->meter > SEEP_METER_NONE && event->meter <= SEEP_METER_DGA);
	fuzz_check(is_mode(event->mode, seep_engine_mode(play->rig.engine, play->rig.now_ms)));
	fuzz_check(event->observation);
	fuzz_check(event->name && event->name->domain_at < event->name->size);
	fuzz_check((event->network != NULL) == (event->meter == SEEP_METER_NETWORK));
	fuzz_check(event->budget_mbit > 0 || event->meter == SEEP_METER_DGA);
	seep_name_print(text, sizeof(text), event->name->bytes, event->name->size);
}

static void check_charged(const struct seep_reservation *reservation)
{
	fuzz_check(reservation->user_charge_mbit <= reservation->charge_mbit);
	fuzz_check(reservation->user_mbit <= reservation->user_charge_mbit);
	fuzz_check(reservation->network_mbit <= reservation->user_charge_mbit);
	fuzz_check(reservation->domain_mbit <= reservation->charge_mbit);
	fuzz_check(reservation->pair_mbit <= reservation->charge_mbit);
	if (reservation->verdict.outcome == SEEP_REFUSE)
		fuzz_check(!reservation->user_mbit && !reservation->network_mbit &&
			   !reservation->domain_mbit && !reservation->pair_key);
	/* What costs nothing is never refused. */
	if (!reservation->user_charge_mbit)
		fuzz_check(reservation->verdict.outcome != SEEP_REFUSE);
}

static void check_verdict(const struct play *play, const struct slot *slot, bool splits)
{
	const struct seep_reservation *reservation = &slot->reservation;
	struct seep_verdict verdict = reservation->verdict;

	fuzz_check(verdict.outcome <= SEEP_REFUSE && verdict.meter <= SEEP_METER_DGA);
	fuzz_check((verdict.outcome == SEEP_PASS) == (verdict.meter == SEEP_METER_NONE));
	if (seep_engine_mode(play->rig.engine, play->rig.now_ms) != SEEP_MODE_GUARD)
		fuzz_check(verdict.outcome != SEEP_REFUSE);
	else
		fuzz_check(verdict.outcome != SEEP_WOULD_REFUSE);
	fuzz_check(splits == fuzz_is_name(slot->name, slot->observation.name_size));
	if (!splits || slot->observation.internal || reservation->class == SEEP_CLASS_UNPROVEN) {
		fuzz_check(verdict.outcome == SEEP_PASS);
		fuzz_check(!reservation->user_key && !reservation->domain_key);
	}
	check_charged(reservation);
	level_of(play, play->rig.engine->users, reservation->user_key, reservation->user_mbit);
	level_of_network(play, reservation, reservation->network_mbit);
	level_of(play, play->rig.engine->domains, reservation->domain_key,
		 reservation->domain_mbit);
	fuzz_check(level_of_pair(play, reservation) >=
		   (reservation->pair_key && reservation->pair_mbit < PAIR_MOST_MBIT
			    ? reservation->pair_mbit
			    : 0));
}

static void check_stats(struct play *play, bool reset)
{
	struct stats stats = rig_stats(&play->rig, reset);
	uint64_t refused = stats_get(&stats, "num.seep.refused.user") +
			   stats_get(&stats, "num.seep.refused.network") +
			   stats_get(&stats, "num.seep.refused.domain") +
			   stats_get(&stats, "num.seep.refused.dga");
	uint64_t sent =
		stats_get(&stats, "num.seep.known") + stats_get(&stats, "num.seep.charged") +
		stats_get(&stats, "num.seep.internal") + stats_get(&stats, "num.seep.allowed") +
		stats_get(&stats, "num.seep.exempt") + stats_get(&stats, "num.seep.unproven") +
		stats_get(&stats, "num.seep.untracked");

	fuzz_check(stats_get(&stats, "seep.inflight") == play->open);
	fuzz_check(refused == play->tally.refused);
	fuzz_check(stats_get(&stats, "num.seep.unsent") == play->tally.unsent);
	fuzz_check(stats_get(&stats, "num.seep.sent") == play->tally.sent &&
		   sent == play->tally.sent);
	if (reset)
		play->tally = (struct tally){ 0 };
}

/* ---- what users do ---- */

/* What ends a slot's query: its name left, or nothing did. */
static void end(struct play *play, struct slot *slot, bool sent)
{
	if (!slot->open)
		return;
	slot->open = false;
	slot->committed = sent;
	play->open--;
	play->tally.sent += sent;
	play->tally.unsent += !sent;
	if (sent)
		seep_engine_commit(play->rig.thread, &slot->reservation, play->rig.now_ms);
	else
		seep_engine_release(play->rig.thread, &slot->reservation);
}

static void ask(struct play *play, struct slot *slot)
{
	struct seep_name name;
	struct seep_verdict verdict;

	end(play, slot, true);
	play->asks++;
	slot->committed = false;
	slot->observation.when_ms = play->rig.now_ms;
	slot->observation.name = slot->name;
	verdict = seep_engine_ask(play->rig.thread, &slot->observation, &slot->reservation, &name);
	fuzz_check(memcmp(&verdict, &slot->reservation.verdict, sizeof(verdict)) == 0);
	check_verdict(play, slot, name.bytes != NULL);
	slot->open = verdict.outcome != SEEP_REFUSE;
	play->open += slot->open;
	play->tally.refused += !slot->open;
}

static struct seep_address take_user(struct play *play)
{
	unsigned user = (unsigned)fuzz_take(&play->input, 1);
	struct seep_address address = { .bytes = { 0x20, 1, 0xd, 0xb8, 0, (uint8_t)user },
					.size_bytes = 16 };

	return user < 192 ? address_v4(user) : address;
}

static void set_name(struct slot *slot, const char *text)
{
	struct wire wire = wire_of(text);

	memcpy(slot->name, wire.bytes, wire.size);
	slot->observation.name_size = wire.size;
}

/* A name that is made up of two numbers, below one of a few kinds of suffix. */
static void make_name(struct slot *slot, unsigned label, unsigned domain)
{
	static const char *const suffixes[] = { "com", "org",  "co.jp", "a.compute.amazonaws.com",
						"lan", "x.cn", "ck",    "2.0.192.in-addr.arpa" };
	char text[128];

	if (label % 8 == 7) /* only the domain */
		snprintf(text, sizeof(text), "d%u.%s", domain, suffixes[domain % COUNT(suffixes)]);
	else if (label % 8 == 6)
		snprintf(text, sizeof(text), "www.d%u.%s", domain,
			 suffixes[domain % COUNT(suffixes)]);
	else
		snprintf(text, sizeof(text), "x%u.l.d%u.%s", label, domain,
			 suffixes[domain % COUNT(suffixes)]);
	set_name(slot, text);
}

static uint16_t take_type(struct play *play)
{
	uint8_t type = fuzz_take8(&play->input);

	return type == 255 ? (uint16_t)fuzz_take(&play->input, 2) : type;
}

static void take_who(struct play *play, struct slot *slot)
{
	slot->observation.client = take_user(play);
	slot->observation.is_proven = slot->observation.client.bytes[3] % 2;
	slot->observation.type = take_type(play);
	slot->observation.qclass = slot->observation.type == 253 ? 3 : SEEP_QCLASS_IN;
	slot->observation.internal = slot->observation.type == 254;
}

/* One query, for a name of numbers. */
static void step_ask(struct play *play, struct slot *slot)
{
	unsigned label, domain;

	end(play, slot, true);
	take_who(play, slot);
	label = fuzz_take8(&play->input);
	domain = fuzz_take8(&play->input);
	make_name(slot, label, domain);
	ask(play, slot);
}

/* One query, for whatever bytes come: a name, or none. */
static void step_ask_bytes(struct play *play, struct slot *slot)
{
	const uint8_t *bytes;
	size_t size;

	end(play, slot, true);
	take_who(play, slot);
	size = fuzz_take_bytes(&play->input, fuzz_take8(&play->input), &bytes);
	memcpy(slot->name, bytes, size);
	slot->name[size] = 0;
	slot->observation.name_size = size < SEEP_NAME_MAX_BYTES ? size + 1 : size;
	ask(play, slot);
}

/* Many queries, each for another name, perhaps in another domain or by another user. */
static void step_burst(struct play *play, struct slot *slot)
{
	unsigned count, kinds, first;

	end(play, slot, true);
	take_who(play, slot);
	count = fuzz_take8(&play->input);
	kinds = fuzz_take8(&play->input);
	first = (unsigned)fuzz_take(&play->input, 2);
	for (unsigned i = 0; i < count && play->asks < ASKS_MOST; i++) {
		make_name(slot, kinds & 1 ? i : 0, kinds & 2 ? first + i : first);
		if (kinds & 4)
			slot->observation.client = address_v4(first + i);
		ask(play, slot);
		end(play, slot, !(kinds & 8));
	}
}

/* Asks, and gives back: it is as if nothing had been. */
static void step_probe(struct play *play, struct slot *slot)
{
	const struct seep_engine *engine = play->rig.engine;
	const struct seep_reservation *reservation = &slot->reservation;
	uint64_t user_mbit, network_mbit, domain_mbit, pair_mbit;

	step_ask(play, slot);
	if (!slot->open)
		return;
	user_mbit = level_of(play, engine->users, reservation->user_key, reservation->user_mbit);
	network_mbit = level_of_network(play, reservation, reservation->network_mbit);
	domain_mbit =
		level_of(play, engine->domains, reservation->domain_key, reservation->domain_mbit);
	pair_mbit = level_of_pair(play, reservation);
	end(play, slot, false);
	fuzz_check(level_of(play, engine->users, reservation->user_key, 0) ==
		   user_mbit - reservation->user_mbit);
	fuzz_check(level_of_network(play, reservation, 0) ==
		   network_mbit - reservation->network_mbit);
	if (reservation->pair_key)
		fuzz_check(level_of_pair(play, reservation) ==
			   pair_mbit - (reservation->pair_mbit + 999) / 1000 * 1000);
	fuzz_check(level_of(play, engine->domains, reservation->domain_key, 0) ==
		   domain_mbit - reservation->domain_mbit);
}

/* Once it was sent, a name is known; later on it may be forgotten. */
static void step_again(struct play *play, struct slot *slot)
{
	enum seep_class class = slot->reservation.class;
	bool just_sent = slot->open;

	end(play, slot, true);
	if (!slot->committed)
		return;
	ask(play, slot);
	if (just_sent && (class == SEEP_CLASS_CHARGED || class == SEEP_CLASS_KNOWN))
		fuzz_check(slot->reservation.class == SEEP_CLASS_KNOWN ||
			   slot->reservation.class == SEEP_CLASS_UNTRACKED);
}

static void step_commit(struct play *play, struct slot *slot)
{
	end(play, slot, true);
}

static void step_release(struct play *play, struct slot *slot)
{
	end(play, slot, false);
}

static void step_commit_internal(struct play *play, struct slot *slot)
{
	if (!slot->open)
		return;
	slot->open = false;
	play->open--;
	play->tally.sent++;
	seep_engine_commit_internal(play->rig.thread, &slot->reservation);
}

static void step_answered(struct play *play, struct slot *slot)
{
	enum seep_existence existence = fuzz_take8(&play->input) % 3;

	end(play, slot, true);
	if (!slot->committed)
		return;
	slot->committed = false;
	slot->observation.when_ms = play->rig.now_ms;
	seep_engine_answered(play->rig.thread, &slot->observation, &slot->reservation, existence);
}

static void step_hit(struct play *play, struct slot *slot)
{
	struct seep_address client = take_user(play);

	(void)slot;
	seep_engine_hit(play->rig.thread, &client);
}

/* Time goes on, or the clock is set. */
static void step_clock(struct play *play, struct slot *slot)
{
	static const int64_t steps_s[] = { 1,  60,  3600, 86400, 7 * 86400, 40 * 86400, 400 * 86400,
					   -1, -60, -599, -601,  -86400,    -40 * 86400 };
	uint8_t which = fuzz_take8(&play->input);

	(void)slot;
	if (which < 0xf0)
		play->rig.now_ms += (uint64_t)steps_s[which % COUNT(steps_s)] * 1000;
	else
		play->rig.now_ms = fuzz_take(&play->input, (which & 7) + 1u);
}

static void step_print(struct play *play, struct slot *slot)
{
	(void)slot;
	if (play->prints++ < PRINT_MOST)
		check_stats(play, fuzz_take8(&play->input) & 1);
}

/* What a byte does is its lower half, to the slot of its upper half. */
static void (*const steps[16])(struct play *play, struct slot *slot) = {
	step_ask,    step_ask,   step_ask,    step_ask_bytes,       step_burst,
	step_probe,  step_again, step_commit, step_commit_internal, step_answered,
	step_hit,    step_clock, step_print,  step_release,         step_ask,
	step_commit,
};

/* ---- from beginning to end ---- */

static uint64_t take_of(struct play *play, const uint64_t *from, size_t count)
{
	return from[fuzz_take8(&play->input) % count];
}

#define TAKE_OF(play, ...)                                 \
	take_of((play), (const uint64_t[]){ __VA_ARGS__ }, \
		sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

/* The largest that is allowed is among the values, and so is the least. */
static void begin(struct play *play)
{
	struct rig *rig = &play->rig;
	struct seep_conf *conf = &rig->conf;
	struct seep_engine_setup setup = { .conf = conf,
					   .threads = 1,
					   .when_ms = NOW_MS,
					   .tell = check_event,
					   .tell_context = play };
	static const char lists[] = "allow-domain: d8.com\nexempt-user: 10.0.0.5\n"
				    "exempt-user: 10.0.1.0/28\n";
	struct seep_conf_error error;
	enum seep_passthrough why;
	unsigned words;

	fuzz_check(seep_conf_parse(conf, lists, sizeof(lists) - 1, "lists", &error) ==
		   SEEP_CONF_OK);
	words = fuzz_take8(&play->input);
	conf->action = words % 2;
	conf->spoofable = words / 2 % 2;
	conf->network_budget_bytes =
		(const uint64_t[]){ SEEP_AUTO, 1024, 16, SEEP_GIB }[words / 4 % 4];
	conf->network_refill_bytes_per_day =
		(const uint64_t[]){ SEEP_AUTO, 128, 0, SEEP_GIB }[words / 16 % 4];
	conf->network_prefix_v4_bits = (const uint64_t[]){ 24, 32, 8, 28 }[words / 64];
	conf->dga_action = fuzz_take8(&play->input) % 2;
	conf->learning_s = TAKE_OF(play, 0, 86400, 365 * SEEP_DAY_S);
	conf->user_budget_bytes = TAKE_OF(play, 1024, 16, 64, SEEP_GIB, SEEP_AUTO);
	conf->user_refill_bytes_per_day = TAKE_OF(play, 128, 0, SEEP_GIB, SEEP_AUTO);
	conf->domain_budget_bytes = TAKE_OF(play, 1024, 16, 64, SEEP_GIB, SEEP_AUTO);
	conf->domain_refill_bytes_per_day = TAKE_OF(play, 128, 0, SEEP_GIB, SEEP_AUTO);
	conf->flag_at_percent = fuzz_take8(&play->input) % 100 + 1u;
	conf->memory_s = TAKE_OF(play, 30 * SEEP_DAY_S, SEEP_DAY_S, 365 * SEEP_DAY_S);
	conf->user_prefix_v4_bits = TAKE_OF(play, 32, 24, 8);
	/* Less than seep.conf allows: room for eight users, so that the ninth finds none. */
	conf->memory_size_bytes = TAKE_OF(play, 96 * SEEP_KIB, SEEP_MIB);
	setup.lists.suffixes = fuzz_suffix_list();
	rig->engine = seep_engine_create(&setup, &why);
	fuzz_check(rig->engine);
	rig->thread = seep_engine_thread(rig->engine);
	rig->now_ms = NOW_MS;
}

/* Nothing is held any more. */
static void check_entry(void *context, uint64_t key, struct seep_entry *entry)
{
	(void)context;
	fuzz_check(key && entry->inflight == 0);
}

static void check_network(void *context, uint64_t key, struct seep_entry *entry)
{
	check_entry(context, key, entry);
	fuzz_check(network_of_entry(entry)->newcomers.inflight == 0);
}

static void finish(struct play *play)
{
	struct seep_engine *engine = play->rig.engine;

	for (unsigned i = 0; i < SLOTS; i++)
		end(play, &play->slots[i], i % 2);
	fuzz_check(play->open == 0);
	check_stats(play, false);
	seep_table_walk(engine->users, check_entry, NULL);
	seep_table_walk(engine->networks, check_network, NULL);
	seep_table_walk(engine->domains, check_entry, NULL);
	rig_close(&play->rig);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;

	memset(&play, 0, sizeof(play));
	play.input = (struct fuzz_input){ data, size };
	begin(&play);
	while (play.input.left && play.asks < ASKS_MOST) {
		uint8_t what = fuzz_take8(&play.input);

		steps[what % 16](&play, &play.slots[what / 16]);
	}
	finish(&play);
	return 0;
}
