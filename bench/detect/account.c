/* SPDX-License-Identifier: BSD-3-Clause */
/* Shows every sent name to all methods and keeps the books. */
#include "account.h"

#include <stdlib.h>
#include <string.h>

#define MARK_FLAGGED 1
#define MARK_REFUSED 2
#define MARK_BOT     4
#define MARK_USER    8  /* refused by the user's meter */
#define MARK_DOMAIN  16 /* by a domain's */

#define DOMAIN_FLAGGED 1
#define DOMAIN_REFUSED 2

void account_open(struct account *account, const struct account_plan *plan)
{
	*account = (struct account){
		.cases = plan->cases,
		.leaks = plan->leaks,
		.catches = plan->catches,
		.extras = plan->extras,
		.apart = plan->apart,
		.thresholds = plan->thresholds,
		.people = plan->people,
		.users = plan->users,
		.days = plan->days,
		.warm_days = plan->warm_days,
		.measured_days = plan->measured_days,
		.rate = plan->rate,
		.infected = util_zeroed(plan->users, 1),
		.active = util_zeroed(plan->users, 1),
	};
}

void account_add(struct account *account, struct method *method)
{
	unsigned m = account->method_count++;

	if (m >= ACCOUNT_METHODS)
		util_die("too many methods");
	account->methods[m] = method;
	account->marks[m] = util_zeroed(account->users, 1);
	method->armed = !method->from_day;
	if (!method->tune_share)
		return;
	if (account->thresholds && method->per_user) {
		method->threshold = account->thresholds[m];
		return;
	}
	account->worst[m] = util_zeroed(account->people, sizeof(float));
	account->scores[m] =
		util_zeroed((size_t)account->people * (account->warm_days + 1), sizeof(float));
	account->tuned_at_ms[m] =
		START_MS + (uint64_t)(method->tune_share * account->warm_days * (double)DAY_MS);
}

/* Tuning. */

static int descending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x < y) - (x > y);
}

static void keep_worst(struct account *account, unsigned m)
{
	for (uint32_t user = 0; user < account->people; user++) {
		if (account->active[user])
			account->scores[m][account->score_count[m]++] = account->worst[m][user];
		account->worst[m][user] = 0;
	}
}

/* The lowest threshold that refuses no more than the rate. */
static void tune(struct account *account, unsigned m)
{
	size_t count = account->score_count[m];
	size_t allowed = (size_t)(account->rate * (double)count / 1000);

	qsort(account->scores[m], count, sizeof(float), descending);
	account->methods[m]->threshold = count ? (double)account->scores[m][allowed] : 0;
}

static void tune_when_due(struct account *account, uint64_t when_ms)
{
	for (unsigned m = 0; m < account->method_count; m++) {
		if (!account->scores[m] || when_ms < account->tuned_at_ms[m])
			continue;
		keep_worst(account, m);
		tune(account, m);
		free(account->scores[m]);
		account->scores[m] = NULL;
	}
}

/* Days. */

/* One user's day under one method. */
static void end_user_day(struct account *account, unsigned m, uint32_t user)
{
	struct trouble *trouble = &account->trouble[m];
	uint8_t marks = account->marks[m][user];

	if (account->infected[user])
		return;
	if (user >= account->people) {
		trouble->server_days_refused += (marks & MARK_REFUSED) != 0;
		return;
	}
	trouble->user_days += account->active[user];
	trouble->people_days_flagged += (marks & (MARK_FLAGGED | MARK_REFUSED)) != 0;
	trouble->people_days_refused += (marks & MARK_REFUSED) != 0;
	trouble->people_days_by_user += (marks & MARK_USER) != 0;
	trouble->people_days_by_domain += (marks & MARK_DOMAIN) != 0;
}

static void end_day(struct account *account)
{
	bool week_ends = (account->day + 1) % 7 == 0 || account->day + 1 == account->days;

	for (unsigned m = 0; m < account->method_count; m++) {
		unsigned from = account->methods[m]->from_day;
		bool counts = account->day >= from && account->day < from + account->measured_days;
		uint8_t *marks = account->marks[m];

		if (account->scores[m])
			keep_worst(account, m);
		for (uint32_t user = 0; user < account->users; user++) {
			if (counts)
				end_user_day(account, m, user);
			if (counts && week_ends && user < account->people &&
			    !account->infected[user])
				account->trouble[m].dga_weeks += (marks[user] & MARK_BOT) != 0;
			marks[user] &= week_ends ? 0 : MARK_BOT;
		}
	}
	memset(account->active, 0, account->users);
}

static void turn_days(struct account *account, uint64_t when_ms)
{
	unsigned day = (unsigned)((when_ms - START_MS) / DAY_MS);

	tune_when_due(account, when_ms);
	while (account->day < day) {
		end_day(account);
		account->day++;
		for (unsigned m = 0; m < account->method_count; m++) {
			if (account->day != account->methods[m]->from_day)
				continue;
			/* What was told while learning is not counted. */
			account->methods[m]->armed = true;
			account->methods[m]->alerts = 0;
		}
	}
}

/* Books. */

static void book_benign(struct account *account, unsigned m, const struct event *event,
			enum act act)
{
	struct method *method = account->methods[m];
	struct trouble *trouble = &account->trouble[m];
	uint8_t *mark = &account->marks[m][event->user];
	uint64_t *bits;

	if (account->scores[m] && event->user < account->people &&
	    method->score > (double)account->worst[m][event->user])
		account->worst[m][event->user] = (float)method->score;
	if (method->dga)
		*mark |= MARK_BOT;
	if (act == ACT_PASS || !method->armed)
		return;
	*mark |= act == ACT_REFUSE ? MARK_REFUSED : MARK_FLAGGED;
	if (act == ACT_REFUSE && method->meter)
		*mark |= method->meter == METHOD_METER_USER ? MARK_USER : MARK_DOMAIN;
	if (account->infected[event->user] || event->user >= account->people)
		return;
	trouble->queries_refused += act == ACT_REFUSE;
	bits = util_map_at(&account->domains[m], event->domain);
	trouble->domains_flagged += !(*bits & DOMAIN_FLAGGED);
	*bits |= DOMAIN_FLAGGED;
	if (act == ACT_REFUSE) {
		trouble->domains_refused += !(*bits & DOMAIN_REFUSED);
		*bits |= DOMAIN_REFUSED;
	}
}

/*
 * A symbol that arrived, after another: what a code that learns from what
 * arrived needs to tell it (Krichevsky, Trofimov), all alike at first.
 */
static void book_symbol(struct leak *leak, uint32_t symbol, double bits)
{
	uint64_t *after = util_map_at(&leak->after, leak->last_symbol + 1u);
	double all = (double)(*after)++ + 0.5 * exp2(bits);
	uint64_t *pair = util_map_at(&leak->pairs, (uint64_t)leak->last_symbol << 32 | symbol);

	leak->ordered_bits += log2(all / ((double)(*pair)++ + 0.5));
	leak->last_symbol = symbol;
	++*util_map_at(&leak->symbols, symbol);
}

static void book_tunnel(struct account *account, unsigned m, const struct event *event,
			enum act act)
{
	struct leak *leak = &account->leaks[(event->sender - 1u) * account->method_count + m];
	double bits = (double)(account->methods[m]->folds_case ? event->folded_bits
							       : event->payload_bits);

	leak->names++;
	if (act != ACT_PASS && !leak->flag_ms)
		leak->flag_ms = event->when_ms;
	if (act == ACT_REFUSE) {
		leak->refused++;
		if (!leak->block_ms)
			leak->block_ms = event->when_ms;
		return;
	}
	leak->bits += bits;
	if (event->symbol)
		book_symbol(leak, event->symbol, bits);
	if (!leak->flag_ms)
		leak->before_flag += bits;
	if (!leak->block_ms)
		leak->before_block += bits;
}

void leak_settle(struct leak *leak)
{
	double arrived = (double)(leak->names - leak->refused), bits = 0;

	for (size_t i = 0; i < leak->symbols.room; i++) {
		double count = (double)leak->symbols.slots[i].value;

		if (leak->symbols.slots[i].key && count > 0)
			bits += count * log2(arrived / count);
	}
	if (leak->symbols.used && bits < leak->bits)
		leak->bits = bits;
	if (leak->symbols.used)
		leak->bits = fmin(leak->bits, leak->ordered_bits);
	leak->before_block = fmin(leak->before_block, leak->bits);
	leak->before_flag = fmin(leak->before_flag, leak->bits);
	map_release(&leak->symbols);
	map_release(&leak->after);
	map_release(&leak->pairs);
}

static void book_bot(struct account *account, unsigned m, const struct event *event, enum act act)
{
	struct catch *catch =
		&account->catches[(event->sender & ~DGA_SENDER) * account->method_count + m];

	if (act == ACT_REFUSE && !catch->refused)
		catch->refused = true;
	if (!catch->refused)
		catch->before_refusal++;
	if (catch->caught)
		return;
	catch->missing += event->rcode == SEEP_RCODE_NXDOMAIN;
	if (!account->methods[m]->dga)
		return;
	catch->caught = true;
	catch->in_time = event->rcode == SEEP_RCODE_NXDOMAIN;
}

static void book_extra(struct account *account, unsigned m, const struct event *event, enum act act)
{
	struct extra_book *book = &account->extras[(event->extra - 1u) * account->method_count + m];

	book->names++;
	if (!account->methods[m]->armed)
		return;
	book->flagged += act == ACT_FLAG;
	if (act != ACT_REFUSE)
		return;
	book->refused++;
	if (!book->first_refused_ms)
		book->first_refused_ms = event->when_ms;
	book->days_refused += book->last_day != event_day(event) + 1;
	book->last_day = event_day(event) + 1;
}

void account_sent(void *context, struct event *event)
{
	struct account *account = context;

	turn_days(account, event->when_ms);
	account->active[event->user] = 1;
	if (account->takes_census)
		census_count(&account->census, event);
	if (account->tape)
		cost_record(account->tape, event);
	for (unsigned m = 0; m < account->method_count; m++) {
		struct method *method = account->methods[m];
		enum act act;

		/* Its threshold being known, only the infected matter. */
		if (account->thresholds && account->apart && method->per_user &&
		    !account->infected[event->user])
			continue;
		act = method->observe(method, event);

		if (event->extra)
			book_extra(account, m, event, act);
		else if (!event->sender)
			book_benign(account, m, event, act);
		else if (event->sender & DGA_SENDER)
			book_bot(account, m, event, act);
		else
			book_tunnel(account, m, event, act);
	}
}

void account_finish(struct account *account)
{
	turn_days(account, START_MS + account->days * DAY_MS);
	for (unsigned m = 0; m < account->method_count; m++) {
		account->trouble[m].alerts = account->methods[m]->alerts;
		account->trouble[m].threshold = account->methods[m]->threshold;
	}
}

void account_close(struct account *account)
{
	for (unsigned m = 0; m < account->method_count; m++) {
		method_close(account->methods[m]);
		free(account->marks[m]);
		free(account->worst[m]);
		free(account->scores[m]);
		map_release(&account->domains[m]);
	}
	free(account->infected);
	free(account->active);
	census_release(&account->census);
}
