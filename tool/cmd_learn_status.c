/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl learn status: what learning found, and whom no budget fits, by a state file. */
#include "cmd_learn.h"

#include "base/bits.h"
#include "base/plural.h"
#include "sketch/table.h"

#include <inttypes.h>
#include <string.h>

/* What to do about whom no budget fits. */
static const char *const what_to_do[STATE_KINDS] = {
	[STATE_USERS] = "find out who is behind it: many people, or a tunnel; exempt-user ends the "
			"flags, a number in user-budget has it refused",
	[STATE_NETWORKS] = "a number in network-budget has it refused",
};

/* Of users, or of networks. */
struct finding {
	bool is_learned;    /* as seep.conf has it; of users */
	uint64_t seen;      /* so many are in the file */
	uint64_t learned;   /* so many have a budget of their own now... */
	uint64_t most_mbit; /* ...and this is the largest */
	uint64_t unfit;     /* so many need more than any budget */
};

static bool is_unfit(const struct seep_view_row *row)
{
	return row->key != SEEP_TABLE_SHARED && (row->meter.is_crowd || row->newcomers.is_crowd);
}

static struct finding find(const struct state_view *view, enum state_kind kind)
{
	const struct state_rows *rows = &view->rows[kind];
	uint32_t flags = kind == STATE_USERS ? view->header.flags : view->networks.flags;
	struct finding finding = { .is_learned = flags & SEEP_STATE_LEARNED };

	for (size_t i = 0; i < rows->count; i++) {
		const struct seep_view_row *row = &rows->rows[i];

		finding.seen += row->key != SEEP_TABLE_SHARED;
		if (is_unfit(row))
			finding.unfit++;
		else if (row->is_learned && row->key != SEEP_TABLE_SHARED)
			finding.learned++;
		if (row->is_learned && !is_unfit(row) && row->meter.budget_mbit > finding.most_mbit)
			finding.most_mbit = row->meter.budget_mbit;
	}
	return finding;
}

/* How learning stands. */
struct stand {
	uint64_t ends_s; /* 0: there is none */
	bool is_on;
	uint64_t new_mbit; /* 0: not known yet */
	struct finding found[STATE_KINDS];
};

static struct stand stand_of(const struct state_view *view)
{
	uint64_t ends_s = seep_view_learning_ends_s(&view->header);

	return (struct stand){
		.ends_s = ends_s,
		.is_on = view->now_s < ends_s,
		.new_mbit = seep_view_new_budget_mbit(&view->header),
		.found = { [STATE_USERS] = find(view, STATE_USERS),
			   [STATE_NETWORKS] = find(view, STATE_NETWORKS) },
	};
}

/* Text. */

static void print_learning(const struct state_view *view, const struct stand *stand)
{
	char text[STATE_VIEW_TEXT_SIZE];

	if (!stand->ends_s) {
		printf("learning  none\n");
		return;
	}
	state_view_time_text(view, stand->ends_s, text);
	printf(stand->is_on ? "learning  on until %s\n" : "learning  over since %s\n", text);
}

static void print_finding(const struct stand *stand, enum state_kind kind)
{
	const struct finding *finding = &stand->found[kind];
	const struct state_kind_words *words = &state_kind_words[kind];

	printf("%-9s ", words->many);
	if (!finding->is_learned)
		printf("have the budget of seep.conf");
	else if (stand->is_on)
		printf("%" PRIu64 " so far", finding->seen);
	else if (kind == STATE_USERS && !stand->new_mbit)
		printf("not counted yet: Unbound has not run with Seep since");
	else if (!finding->learned)
		printf("none learned a budget");
	else
		printf("%" PRIu64 " learned a budget, %.0f bytes at most", finding->learned,
		       seep_bits_to_bytes(finding->most_mbit));
	if (finding->unfit)
		printf("; no budget fits %" PRIu64 " %s", finding->unfit,
		       seep_plural(finding->unfit, words->one, words->many));
	putchar('\n');
}

static void print_new(const struct stand *stand)
{
	if (stand->found[STATE_USERS].is_learned && stand->new_mbit && !stand->is_on)
		printf("newcomer  gets %.0f bytes\n", seep_bits_to_bytes(stand->new_mbit));
}

static void print_unfit(const struct state_view *view, const struct stand *stand,
			enum state_kind kind)
{
	const struct state_rows *rows = &view->rows[kind];
	const struct seep_view_row *row;
	char text[STATE_VIEW_TEXT_SIZE];

	for (size_t i = 0; i < rows->count; i++) {
		row = &rows->rows[i];
		if (!is_unfit(row))
			continue;
		state_view_text(view, kind, row, text);
		printf("\nno budget fits %s %s", state_kind_words[kind].one, text);
		if (kind == STATE_USERS)
			printf(", about %" PRIu64 " %s sent to about %" PRIu64 " %s", row->names,
			       seep_plural(row->names, "name", "names"), row->domains,
			       seep_plural(row->domains, "domain", "domains"));
		printf(": it %s flagged and never refused;\n    %s\n",
		       stand->is_on ? "will be" : "is", what_to_do[kind]);
	}
}

void learn_status_print(const struct state_view *view)
{
	const struct stand stand = stand_of(view);

	print_learning(view, &stand);
	print_finding(&stand, STATE_USERS);
	/* A file of before networks has none. */
	if (view->rows[STATE_NETWORKS].count)
		print_finding(&stand, STATE_NETWORKS);
	print_new(&stand);
}

void learn_status_print_unfit(const struct state_view *view)
{
	const struct stand stand = stand_of(view);

	print_unfit(view, &stand, STATE_USERS);
	print_unfit(view, &stand, STATE_NETWORKS);
}

/* JSON. */

static void write_bytes(struct json *json, const char *key, uint64_t mbit)
{
	if (mbit)
		json_decimal(json, key, seep_bits_to_bytes(mbit), 0);
	else
		json_null(json, key);
}

static void write_finding(struct json *json, const struct finding *finding, enum state_kind kind)
{
	json_open(json, state_kind_words[kind].many, '{');
	json_bool(json, "auto", finding->is_learned);
	json_number(json, "seen", finding->seen);
	json_number(json, "learned", finding->learned);
	write_bytes(json, "most_bytes", finding->most_mbit);
	json_number(json, "crowds", finding->unfit);
	json_close(json);
}

static void write_unfit(struct json *json, const struct state_view *view, enum state_kind kind)
{
	const struct state_rows *rows = &view->rows[kind];
	const struct seep_view_row *row;
	char text[STATE_VIEW_TEXT_SIZE];

	for (size_t i = 0; i < rows->count; i++) {
		row = &rows->rows[i];
		if (!is_unfit(row))
			continue;
		state_view_text(view, kind, row, text);
		json_open(json, NULL, '{');
		json_text(json, state_kind_words[kind].one, text);
		if (kind == STATE_USERS) {
			json_number(json, "names", row->names);
			json_number(json, "domains", row->domains);
		}
		json_text(json, "what_to_do", what_to_do[kind]);
		json_close(json);
	}
}

void learn_status_write_json(struct json *json, const struct state_view *view)
{
	const struct stand stand = stand_of(view);
	char text[STATE_VIEW_TEXT_SIZE];

	json_bool(json, "learning", stand.is_on);
	if (stand.ends_s) {
		state_view_time_text(view, stand.ends_s, text);
		json_text(json, "until", text);
	} else {
		json_null(json, "until");
	}
	write_finding(json, &stand.found[STATE_USERS], STATE_USERS);
	write_finding(json, &stand.found[STATE_NETWORKS], STATE_NETWORKS);
	write_bytes(json, "new_bytes",
		    stand.is_on && stand.found[STATE_USERS].is_learned ? 0 : stand.new_mbit);
	json_open(json, "no_budget_fits", '[');
	write_unfit(json, view, STATE_USERS);
	write_unfit(json, view, STATE_NETWORKS);
	json_close(json);
}

static void print_json(const struct state_view *view)
{
	struct json json = { .file = stdout, .lines = 2 };

	json_open(&json, NULL, '{');
	learn_status_write_json(&json, view);
	json_close(&json);
}

int learn_status_file(const char *path, bool is_json)
{
	struct state_view view;

	if (!state_view_read(&view, path))
		return SEEPCTL_WRONG;
	if (is_json) {
		print_json(&view);
	} else {
		learn_status_print(&view);
		learn_status_print_unfit(&view);
	}
	state_view_release(&view);
	return SEEPCTL_OK;
}
