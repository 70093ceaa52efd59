/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bound: whatever a tunnel's coding, over as many domains as it likes, no more of its own bits
 * get out in thirty days than budget and refill. What is measured is printed.
 */
#include "fixture.h"
#include "meter/budget.h"

#include <math.h>

#define DAYS         30
/*
 * The defaults, of one of whom nothing was learned: 1 KiB, and 128 bytes a day; with networks too
 * large to matter, for most machines here are in one.
 */
#define CONF         "learning: 0\nnetwork-budget: 1g\n"
#define BUDGET_BYTES ((double)SEEP_BUDGET_NEW * SEEP_BUDGET_UNIT_BYTES)
#define REFILL_BYTES (BUDGET_BYTES / SEEP_BUDGET_DAYS * DAYS)
#define MACHINE_BITS (8.0 * (BUDGET_BYTES + REFILL_BYTES))

/* Clean machines, so that those of a tunnel are few. */
#define OTHERS 512

/* Names that are taken for known by the novelty memory's false positives. */
#define SLACK 1.01

/* What costs less than a bit has an eighth of the budget more. */
#define SKEWED_SLACK (1.01 * (BUDGET_BYTES * 1.125 + REFILL_BYTES) / (BUDGET_BYTES + REFILL_BYTES))

#define TRIES_AN_HOUR 2000
#define TRIES_SHARED  40

/*
 * A way to write payload into a prefix. How much of it a charged bit tells grows with the budget:
 * the first names of a make, and each word's first use, cost more than those after them.
 */
struct coding {
	const char *text;
	const char *symbols;     /* NULL for all bytes that are no capital letters */
	unsigned labels, length; /* symbols in each label, or one word */
	const char *word;        /* a format for a number, or NULL */
	unsigned words;          /* of so many */
	double least;            /* of its bits that are told, a bit charged */
};

static const char base36[] = "0123456789abcdefghijklmnopqrstuvwxyz";

#define WORDS 1024

static const struct coding codings[] = {
	{ "base32, 50", "abcdefghijklmnopqrstuvwxyz234567", 1, 50, NULL, 0, 0.9 },
	{ "base32, 3 x 60", "abcdefghijklmnopqrstuvwxyz234567", 3, 60, NULL, 0, 0.9 },
	{ "hex, 32", "0123456789abcdef", 1, 32, NULL, 0, 0.95 },
	{ "hex, 3 x 62", "0123456789abcdef", 3, 62, NULL, 0, 0.95 },
	{ "base64url lowered, 40", "0123456789abcdefghijklmnopqrstuvwxyz-", 1, 40, NULL, 0, 0.95 },
	{ "all 38, 60", "0123456789abcdefghijklmnopqrstuvwxyz-_", 1, 60, NULL, 0, 0.95 },
	{ "words, 1", NULL, 1, 0, "word%x", WORDS, 0.35 },
	{ "words, 4 labels", NULL, 4, 0, "word%x", WORDS, 0.4 },
	{ "words, 8 labels", NULL, 8, 0, "word%x", WORDS, 0.4 },
	{ "names of 9 bytes", base36, 1, 9, NULL, 0, 0.85 },
	{ "names of 3 bytes", base36, 1, 3, NULL, 0, 0.7 },
	{ "digits, 20", "0123456789", 1, 20, NULL, 0, 0.9 },
	{ "digits, 8 labels of 1", "0123456789", 8, 1, NULL, 0, 0.3 },
	{ "hex, 20 labels of 1", "0123456789abcdef", 20, 1, NULL, 0, 0.3 },
	{ "bytes, 30", NULL, 1, 30, NULL, 0, 0.95 },
	{ "bytes, 3 x 60", NULL, 3, 60, NULL, 0, 0.95 },
};

static double bits_of(const struct coding *coding)
{
	if (coding->words)
		return coding->labels * log2(coding->words);
	return coding->labels * coding->length *
	       log2(coding->symbols ? (double)strlen(coding->symbols) : 256 - 26);
}

/* Puts a label of SIZE bytes behind the name. */
static void put_label(struct wire *wire, const void *label, size_t size)
{
	wire->bytes[wire->size++] = (uint8_t)size;
	memcpy(wire->bytes + wire->size, label, size);
	wire->size += size;
}

static void put_symbols(struct wire *wire, const struct coding *coding, uint64_t *seed)
{
	uint8_t label[64];

	for (unsigned i = 0; i < coding->length; i++) {
		if (coding->symbols) {
			label[i] = (uint8_t)coding
					   ->symbols[random_next(seed) % strlen(coding->symbols)];
			continue;
		}
		label[i] = (uint8_t)(random_next(seed) % (256 - 26));
		label[i] = (uint8_t)(label[i] >= 'A' ? label[i] + 26 : label[i]);
	}
	put_label(wire, label, coding->length);
}

static void put_text(struct wire *wire, const char *format, unsigned n)
{
	char text[32];

	put_label(wire, text, (size_t)snprintf(text, sizeof(text), format, n));
}

/* A tunnel of several machines and domains; what each is told by the next name. */
struct tunnel {
	unsigned machines, domains;
	const struct coding *coding; /* or a codebook... */
	unsigned skew;               /* a codebook's first name is sent so often in a hundred */
	unsigned names;              /* ...of so many known ones, or neither: the query type... */
	bool classes;                /* ...and with it the class */
	unsigned tries;              /* of each machine in an hour */
	const char *zone;            /* names stand right below it, or NULL: below each domain */
};

/* The next name and its type; the bits of payload that it carries. */
static double next_name(const struct tunnel *tunnel, struct wire *wire, uint16_t *type,
			uint16_t *qclass, uint64_t *seed)
{
	unsigned domain = (unsigned)(random_next(seed) % tunnel->domains);
	double bits = log2(tunnel->domains);

	*wire = (struct wire){ .size = 0 };
	*type = SEEP_TYPE_A;
	*qclass = SEEP_QCLASS_IN;
	if (tunnel->coding) {
		for (unsigned i = 0; i < tunnel->coding->labels; i++)
			if (tunnel->coding->words)
				put_text(wire, tunnel->coding->word,
					 (unsigned)(random_next(seed) % tunnel->coding->words));
			else
				put_symbols(wire, tunnel->coding, seed);
		bits += bits_of(tunnel->coding);
	} else if (tunnel->names) {
		double share = tunnel->skew / 100.0;
		unsigned name = (unsigned)(random_next(seed) % tunnel->names);

		bits = log2(tunnel->names);
		if (tunnel->skew) { /* of two names */
			name = random_next(seed) % 100 >= tunnel->skew;
			bits = -log2(name ? 1 - share : share);
		}
		put_text(wire, "c%x", name);
		domain = name % tunnel->domains;
	} else {
		put_text(wire, "q", 0);
		*type = (uint16_t)random_next(seed);
		bits += 16;
		if (tunnel->classes) {
			*qclass = (uint16_t)random_next(seed);
			bits += 16;
		}
	}
	if (tunnel->zone) {
		struct wire zone = wire_of(tunnel->zone);

		memcpy(wire->bytes + wire->size, zone.bytes, zone.size);
		wire->size += zone.size;
		return bits;
	}
	put_text(wire, "tunnel%u", domain);
	put_label(wire, "com", 3);
	wire->bytes[wire->size++] = 0;
	return bits;
}

struct outcome {
	double payload, charged; /* bits */
	unsigned long sent;
};

/* All that others do is to ask for one name. */
static void add_others(struct rig *rig)
{
	struct wire wire = wire_of("www.example.com");

	for (uint32_t i = 0; i < OTHERS; i++) {
		struct seep_observation observation = query_of(1000 + i, &wire, rig->now_ms);
		struct seep_reservation reservation;
		struct seep_name name;

		(void)seep_engine_ask(rig->thread, &observation, &reservation, &name);
		seep_engine_commit(rig->thread, &reservation, rig->now_ms);
	}
}

/* Every hour of thirty days each machine sends what goes. */
static struct outcome run(const struct tunnel *tunnel, uint64_t seed)
{
	struct outcome outcome = { 0 };
	struct rig rig;

	rig_open(&rig, CONF);
	add_others(&rig);
	for (unsigned hour = 0; hour < DAYS * 24; hour++) {
		rig.now_ms = NOW_MS + hour * UINT64_C(3600000);
		for (unsigned machine = 0; machine < tunnel->machines; machine++) {
			for (unsigned try = 0, refused = 0; try < tunnel->tries && refused < 2;
			     try++) {
				struct seep_reservation reservation;
				struct seep_observation observation;
				struct seep_name name;
				struct wire wire;
				uint16_t type, qclass;
				uint64_t before = seed;
				double bits = next_name(tunnel, &wire, &type, &qclass, &seed);

				observation = query_of(machine, &wire, rig.now_ms);
				observation.type = type;
				observation.qclass = qclass;
				if (seep_engine_ask(rig.thread, &observation, &reservation, &name)
					    .outcome == SEEP_REFUSE) {
					/* the message waits until it goes */
					seed = before;
					refused++;
					continue;
				}
				seep_engine_commit(rig.thread, &reservation, rig.now_ms);
				outcome.payload += bits;
				outcome.charged += (double)reservation.charge_mbit / 1000;
				outcome.sent++;
			}
		}
	}
	rig_close(&rig);
	return outcome;
}

static void note(const char *text, const struct tunnel *tunnel, const struct outcome *outcome)
{
	printf("# %-24s %2u machines %4u domains: %7lu names, %9.0f bytes, %.3f of its bits a bit "
	       "charged, %.2f of the budgets\n",
	       text, tunnel->machines, tunnel->domains, outcome->sent, outcome->payload / 8,
	       outcome->payload / outcome->charged,
	       outcome->payload / (MACHINE_BITS * tunnel->machines));
}

/* Is little more charged than what is told? */
static void is_worth(const struct coding *coding, const struct outcome *outcome)
{
	ok(outcome->payload >= coding->least * outcome->charged,
	   "for each bit charged %.3f are told, at least %g", outcome->payload / outcome->charged,
	   coding->least);
}

static void test_codings(void)
{
	static const unsigned domains[] = { 1, 10, 100, 1000 };

	for (size_t i = 0; i < COUNT(codings); i++)
		for (size_t d = 0; d < COUNT(domains); d++) {
			struct tunnel tunnel = { .machines = 1,
						 .domains = domains[d],
						 .coding = &codings[i],
						 .tries = TRIES_AN_HOUR };
			struct outcome outcome = run(&tunnel, i * 100 + d);

			note(codings[i].text, &tunnel, &outcome);
			ok(outcome.payload <= MACHINE_BITS * SLACK,
			   "%s over %u domains: %.0f bits of %.0f", codings[i].text, domains[d],
			   outcome.payload, MACHINE_BITS);
			ok(outcome.sent > 10, "and some get out");
			is_worth(&codings[i], &outcome);
		}
}

/*
 * Names of which each is a domain of its own that costs nothing to make: below private suffixes,
 * and in a reverse zone that somebody has.
 */
static void test_given(void)
{
	static const char all38[] = "0123456789abcdefghijklmnopqrstuvwxyz-_";
	static const char hex[] = "0123456789abcdef";
	static const char v6_32[] = "8.b.d.0.1.0.0.2.ip6.arpa";
	static const struct {
		const char *zone;
		struct coding coding;
	} cases[] = {
		{ "github.io", { "one label of 63", all38, 1, 63, NULL, 0, 0.9 } },
		{ "github.io", { "one label of 2", all38, 1, 2, NULL, 0, 0.35 } },
		{ "github.io", { "bytes, 63", NULL, 1, 63, NULL, 0, 0.9 } },
		{ "github.io", { "words, 1", NULL, 1, 0, "word%x", WORDS, 0.25 } },
		{ "github.io", { "3 x 60", all38, 3, 60, NULL, 0, 0.95 } },
		{ "compute.amazonaws.com", { "one label of 63", all38, 1, 63, NULL, 0, 0.9 } },
		{ "compute.amazonaws.com", { "2 x 63", all38, 2, 63, NULL, 0, 0.9 } },
		{ "compute.amazonaws.com", { "3 x 60", all38, 3, 60, NULL, 0, 0.95 } },
		{ v6_32, { "nibbles, the /48", hex, 4, 1, NULL, 0, 0.35 } },
		{ v6_32, { "nibbles, all", hex, 24, 1, NULL, 0, 0.8 } },
		{ v6_32, { "4 x 40", all38, 4, 40, NULL, 0, 0.9 } },
		{ v6_32, { "bytes, 4 x 40", NULL, 4, 40, NULL, 0, 0.9 } },
		{ v6_32, { "one label of 63", all38, 1, 63, NULL, 0, 0.85 } },
		{ "2.ip6.arpa", { "one label of 63", all38, 1, 63, NULL, 0, 0.85 } },
		{ "0.192.in-addr.arpa", { "numbers, the /24", NULL, 1, 0, "%u", 256, 0.75 } },
		{ "0.192.in-addr.arpa", { "numbers, all", NULL, 2, 0, "%u", 256, 0.6 } },
		{ "0.192.in-addr.arpa", { "one label of 63", all38, 1, 63, NULL, 0, 0.85 } },
		{ "192.in-addr.arpa", { "2 x 63", all38, 2, 63, NULL, 0, 0.9 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tunnel tunnel = { .machines = 1,
					 .domains = 1,
					 .coding = &cases[i].coding,
					 .tries = TRIES_AN_HOUR,
					 .zone = cases[i].zone };
		struct outcome outcome = run(&tunnel, i);

		note(cases[i].coding.text, &tunnel, &outcome);
		ok(outcome.payload <= outcome.charged,
		   "%s below %s: %.0f bits, and no more than were charged", cases[i].coding.text,
		   cases[i].zone, outcome.payload);
		ok(outcome.payload <= MACHINE_BITS * SLACK, "and no more than %.0f", MACHINE_BITS);
		ok(outcome.sent > 10, "and some get out");
		is_worth(&cases[i].coding, &outcome);
	}
}

/* Names that are known already, their order being the message. */
static void test_codebook(void)
{
	for (unsigned names = 2; names <= 512; names *= 4)
		for (unsigned domains = 1; domains <= 100; domains *= 100) {
			struct tunnel tunnel = { .machines = 1,
						 .domains = domains < names ? domains : names,
						 .names = names,
						 .tries = TRIES_AN_HOUR };
			struct outcome outcome = run(&tunnel, names + domains);
			char text[32];

			snprintf(text, sizeof(text), "codebook of %u", names);
			note(text, &tunnel, &outcome);
			ok(outcome.payload <= MACHINE_BITS * SKEWED_SLACK,
			   "%s over %u domains: %.0f bits of %.0f", text, tunnel.domains,
			   outcome.payload, MACHINE_BITS);
		}
}

/* Two names of which one is sent mostly: what passes for costing less than a bit. */
static void test_skewed(void)
{
	for (unsigned skew = 55; skew < 100; skew += 10) {
		struct tunnel tunnel = { .machines = 1,
					 .domains = 1,
					 .skew = skew,
					 .names = 2,
					 .tries = TRIES_AN_HOUR };
		struct outcome outcome = run(&tunnel, skew);
		char text[32];

		snprintf(text, sizeof(text), "codebook of 2, %u : %u", skew, 100 - skew);
		note(text, &tunnel, &outcome);
		ok(outcome.payload <= MACHINE_BITS * SKEWED_SLACK, "%s: %.0f bits of %.0f", text,
		   outcome.payload, MACHINE_BITS);
	}
}

/* What the names of a book, and a novel one, take together of a code if each could come next. */
static double book_share(struct rig *rig, const char *const *names, size_t count)
{
	double share = 0;

	for (size_t i = 0; i < count; i++) {
		struct seep_reservation held;

		rig_ask(rig, 1, names[i], &held);
		share += exp2(-(double)held.charge_mbit / 1000);
		seep_engine_release(rig->thread, &held);
	}
	return share;
}

/*
 * Four names in no order, once a second, long after the budget is spent: what passes for costing
 * less than a bit is what is guessed, and the names come in a cycle. At no step is that cheaper
 * than a code has room for.
 */
static void test_spent_codebook(void)
{
	static const char *const names[] = { "c0.book.example", "c1.book.example",
					     "c2.book.example", "c3.book.example",
					     "novel.book.example" };
	const unsigned seconds = 100000;
	const double most_bits = 8 * (768 * 1.125 + 128.0 * seconds / 86400);
	double charged = 0, most = 0;
	unsigned sent = 0;
	uint64_t seed = 4;
	struct rig rig;

	rig_open(&rig, "learning: 0\nuser-budget: 768\nuser-refill: 128\n");
	for (unsigned i = 0; i < 4; i++) {
		rig_send(&rig, 1, names[i]);
		charged += (double)rig.last.charge_mbit / 1000;
	}
	for (unsigned s = 0; s < seconds; s++) {
		most = fmax(most, book_share(&rig, names, COUNT(names)));
		rig.now_ms += 1000;
		if (rig_send(&rig, 1, names[random_next(&seed) % 4]).outcome == SEEP_REFUSE)
			continue;
		charged += (double)rig.last.charge_mbit / 1000;
		sent++;
	}
	ok(most <= 1, "four names and a novel one never take more than %.4f of a code", most);
	ok(charged <= most_bits, "%u of %u pass, for %.0f bits of %.0f", sent, seconds, charged,
	   most_bits);
	ok(sent > most_bits / log2(4), "more than if each told which of four: %u", sent);
	rig_close(&rig);
}

static void test_type(void)
{
	for (unsigned i = 0; i < 4; i++) {
		struct tunnel tunnel = { .machines = 1,
					 .domains = i % 2 ? 100 : 1,
					 .classes = i / 2,
					 .tries = TRIES_AN_HOUR };
		struct outcome outcome = run(&tunnel, tunnel.domains);
		const char *text = tunnel.classes ? "query type and class" : "query type";

		note(text, &tunnel, &outcome);
		ok(outcome.payload <= MACHINE_BITS * SLACK,
		   "the %s over %u domains: %.0f bits of %.0f", text, tunnel.domains,
		   outcome.payload, MACHINE_BITS);
	}
}

static void check_shared(const char *text, const struct tunnel *tunnel,
			 const struct outcome *outcome)
{
	/* more than eight users of a domain are estimated */
	double counted = tunnel->machines > 8 ? 1.15 : 1;
	double most =
		MACHINE_BITS * SKEWED_SLACK * counted * tunnel->machines * SEEP_CHARGE_FEW_SHARE;

	ok(outcome->payload <= most, "%s, %u machines, %u domains: %.2f budgets each", text,
	   tunnel->machines, tunnel->domains, outcome->payload / MACHINE_BITS / tunnel->machines);
}

/*
 * Machines that share domains get up to four budgets each, for each pays a quarter at least of what
 * goes to each domain; from the second day on from one domain, too, if what they send there is
 * alike.
 */
static void test_machines(void)
{
	static const unsigned machines[] = { 2, 10, 50 };
	static const unsigned domains[] = { 1, 10 };
	static const size_t which[] = { 0, 9, 10 };

	for (size_t m = 0; m < COUNT(machines); m++)
		for (size_t d = 0; d < COUNT(domains); d++) {
			for (size_t i = 0; i < COUNT(which); i++) {
				struct tunnel tunnel = { .machines = machines[m],
							 .domains = domains[d],
							 .coding = &codings[which[i]],
							 .tries = TRIES_SHARED };
				struct outcome outcome = run(&tunnel, m * 10 + d);

				note(codings[which[i]].text, &tunnel, &outcome);
				check_shared(codings[which[i]].text, &tunnel, &outcome);
			}
			struct tunnel tunnel = { .machines = machines[m],
						 .domains = domains[d],
						 .names = 512,
						 .tries = TRIES_SHARED };
			struct outcome outcome = run(&tunnel, m * 10 + d);

			note("codebook of 512", &tunnel, &outcome);
			check_shared("codebook of 512", &tunnel, &outcome);
		}
}

int main(int argc, char **argv)
{
	tap_begin(argc, argv);
	tap_run(test_codings);
	tap_run(test_given);
	tap_run(test_codebook);
	tap_run(test_skewed);
	tap_run(test_spent_codebook);
	tap_run(test_type);
	tap_run(test_machines);
	return done();
}
