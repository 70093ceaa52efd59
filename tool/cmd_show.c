/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl show: what a running Seep, or a state file, says of one user, network or domain. */
#include "seepctl.h"

#include "base/bits.h"
#include "base/address.h"
#include "base/plural.h"
#include "show_live.h"
#include "state_view.h"
#include "trace_text.h"

#include <inttypes.h>
#include <string.h>

/* Relative standard errors of the sketches (sketch.h), for a format. */
#define ERROR_64 "10 %%"
#define ERROR_32 "15 %%"

const struct option_set cmd_show_options = { .base = &control_base_options };

/* Whom to show. */
struct subject {
	enum state_kind kind;
	struct seep_address address; /* not of a domain */
	bool has_bits;               /* they are written behind a network's address */
	uint64_t bits;
	uint8_t name[SEEP_NAME_MAX_BYTES];
	uint8_t name_size;
};

static bool read_kind(enum state_kind *kind, const char *word)
{
	for (*kind = 0; *kind < STATE_KINDS; ++*kind)
		if (strcmp(word, state_kind_words[*kind].one) == 0)
			return true;
	return false;
}

/* Returns NULL, or why TEXT is none. */
static const char *read_subject(struct subject *subject, const char *text)
{
	const char *slash = subject->kind == STATE_NETWORKS ? strchr(text, '/') : NULL;
	size_t length = slash ? (size_t)(slash - text) : strlen(text);

	if (subject->kind == STATE_DOMAINS)
		return trace_text_name(text, length, subject->name, &subject->name_size);
	subject->has_bits = slash;
	if (slash && !trace_text_number(slash + 1, strlen(slash + 1), 128, &subject->bits))
		return "not a number of bits";
	if (subject->kind == STATE_USERS)
		return trace_text_user(text, length, &subject->address)
			       ? NULL
			       : "not an IPv4 or IPv6 address, nor MAC@NETWORK";
	return trace_text_address(text, length, &subject->address) ? NULL
								   : "not an IPv4 or IPv6 address";
}

/* The domain of that name, or one that it is below. */
static const struct seep_view_row *find_domain(const struct state_view *view, const uint8_t *name,
					       size_t size)
{
	const struct seep_hash_key key = seep_state_key(&view->header);
	const struct seep_view_row *row = NULL;

	for (size_t at = 0; !row && at < size; at += 1u + name[at])
		row = state_view_find(&view->rows[STATE_DOMAINS],
				      seep_hash_bytes(&key, name + at, size - at));
	return row;
}

/* The network of that address, if it has as many bits as are written. */
static const struct seep_view_row *find_network(const struct state_view *view,
						const struct subject *subject)
{
	bool is_v4 = subject->address.size_bytes == 4;

	if (subject->has_bits &&
	    subject->bits != state_view_prefix_bits(view, STATE_NETWORKS, is_v4))
		return NULL;
	return state_view_find_address(view, STATE_NETWORKS, &subject->address);
}

static const struct seep_view_row *find(const struct state_view *view,
					const struct subject *subject)
{
	if (subject->kind == STATE_DOMAINS)
		return find_domain(view, subject->name, subject->name_size);
	if (subject->kind == STATE_NETWORKS)
		return find_network(view, subject);
	return state_view_find_address(view, STATE_USERS, &subject->address);
}

static void print_meter(const char *word, const struct seep_view_meter *meter)
{
	const char *standing = state_view_standing(meter);

	printf("%-9s %.1f of %.1f bytes, %.1f %%%s%s%s\n", word,
	       seep_bits_to_bytes(meter->level_mbit), seep_bits_to_bytes(meter->budget_mbit),
	       (double)state_view_share(meter) / 100, *standing ? "; " : "", standing,
	       meter->is_crowd ? "; no budget fits" : "");
}

static void print_network_of(const struct state_view *view, const struct seep_view_row *user)
{
	const struct seep_view_row *network = state_view_network_of(view, user);
	char text[STATE_VIEW_TEXT_SIZE];

	if (!network)
		return;
	state_view_text(view, STATE_NETWORKS, network, text);
	printf("network   %s; %s\n", text,
	       user->is_established                                ? "established"
	       : seep_view_is_newcomer(network, user, view->now_s) ? "a newcomer"
								   : "not established yet");
}

static void print_user(const struct state_view *view, const struct seep_view_row *row)
{
	printf("names     about %" PRIu64 " (+- " ERROR_64 ")\n", row->names);
	printf("domains   about %" PRIu64 " (+- " ERROR_64 "); about %" PRIu64
	       " that it asked for %s not exist\n",
	       row->domains, row->missing, seep_plural(row->missing, "does", "do"));
	printf("sent      %" PRIu64 "; %" PRIu64 " answered from cache\n", row->sent, row->hits);
	printf("dga       %.1f bits\n", (double)row->dga_mbit / 1000);
	print_network_of(view, row);
}

static void print_network(const struct seep_view_row *row)
{
	printf("users     about %" PRIu64 " on its best day of late; today about %" PRIu64
	       " (+- " ERROR_32 "), of whom %" PRIu64 " newly established\n",
	       row->users, row->users_today, row->established_today);
}

static void print_domain(const struct seep_view_row *row)
{
	printf("names     about %" PRIu64 " (+- " ERROR_64 ")\n", row->names);
	printf(row->users < 8 ? "users     %" PRIu64 "\n"
			      : "users     about %" PRIu64 " (+- " ERROR_32 ")\n",
	       row->users);
}

static void print_text(const struct state_view *view, enum state_kind kind,
		       const struct seep_view_row *row)
{
	char text[STATE_VIEW_TEXT_SIZE];

	state_view_text(view, kind, row, text);
	printf("%-9s %s\n", state_kind_words[kind].one, text);
	print_meter("level", &row->meter);
	if (kind == STATE_NETWORKS)
		print_meter("newcomers", &row->newcomers);
	state_view_time_text(view, row->first_s, text);
	printf("first     %s\n", text);
	state_view_time_text(view, row->last_s, text);
	printf("last      %s\n", text);
	if (kind == STATE_USERS)
		print_user(view, row);
	else if (kind == STATE_NETWORKS)
		print_network(row);
	else
		print_domain(row);
}

static int show(const struct state_view *view, const struct subject *subject, const char *text,
		bool json)
{
	const struct seep_view_row *row = find(view, subject);
	struct json object = { .file = stdout };

	if (!row) {
		fprintf(stderr,
			"seepctl: %s: not in the state file: nothing of it was metered, or "
			"not before FILE was written\n",
			text);
		return SEEPCTL_WRONG;
	}
	if (json)
		state_view_write_json(&object, view, subject->kind, row);
	else
		print_text(view, subject->kind, row);
	return SEEPCTL_OK;
}

/* Says which kind was meant by WORD, which is none. */
static int fail_kind(const char *word)
{
	enum state_kind kind = state_view_slip(word);

	if (kind < STATE_KINDS)
		fprintf(stderr,
			"seepctl: show: \"%s\" is no kind: did you mean \"seepctl show %s\"? "
			"All of them are shown by \"seepctl top %s\"\n",
			word, state_kind_words[kind].one, state_kind_words[kind].many);
	return SEEPCTL_USAGE;
}

int cmd_show(int argc, char **argv)
{
	struct control_options options = { .json = false };
	struct subject subject;
	struct state_view view;
	const char *problem;
	int first;
	int status = options_parse(&cmd_show_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	argc -= first;
	argv += first;
	if (argc > 0 && !read_kind(&subject.kind, argv[0]))
		return fail_kind(argv[0]);
	if (argc < 2 || argc > 3)
		return SEEPCTL_USAGE;
	if (!control_may_send(argv[1]))
		return SEEPCTL_WRONG;
	problem = read_subject(&subject, argv[1]);
	if (problem) {
		fprintf(stderr, "seepctl: %s: %s\n", argv[1], problem);
		return SEEPCTL_WRONG;
	}
	if (argc == 2)
		return show_live(&options, argv[0], argv[1]);
	if (!state_view_read(&view, argc == 3 ? argv[2] : state_view_default))
		return SEEPCTL_WRONG;
	status = show(&view, &subject, argv[1], options.json);
	state_view_release(&view);
	return status;
}
