/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl show: what a state file says of one user or domain. */
#include "seepctl.h"

#include "base/bits.h"
#include "base/address.h"
#include "state_view.h"
#include "trace_text.h"

#include <inttypes.h>
#include <string.h>

/* Relative standard errors of the sketches (sketch.h), for a format. */
#define ERROR_64 "10 %%"
#define ERROR_32 "15 %%"

struct options {
	bool json;
};

static const struct option_row option_rows[] = {
	{ .name = "json", .text = "as one JSON object", .offset = offsetof(struct options, json) },
};
const struct option_set cmd_show_options = {
	.rows = option_rows,
	.count = sizeof(option_rows) / sizeof(option_rows[0]),
};

/* Whom to show. */
struct subject {
	bool is_user;
	struct seep_address address; /* of a user */
	uint8_t name[SEEP_NAME_MAX_BYTES];
	uint8_t name_size;
};

/* Returns NULL, or why TEXT is none. */
static const char *read_subject(struct subject *subject, const char *text)
{
	if (!subject->is_user)
		return trace_text_name(text, strlen(text), subject->name, &subject->name_size);
	return trace_text_address(text, strlen(text), &subject->address)
		       ? NULL
		       : "not an IPv4 or IPv6 address";
}

/* The user that the address belongs to. */
static const struct seep_view_row *find_user(const struct state_view *view,
					     const struct seep_address *address)
{
	const struct seep_hash_key key = seep_state_key(&view->header);
	const struct seep_address_masks masks = seep_address_masks(
		view->header.user_prefix_v4_bits, view->header.user_prefix_v6_bits);
	const struct seep_address user = seep_address_block(&masks, address);

	return state_view_find(&view->users, seep_hash_bytes(&key, &user, sizeof(user)));
}

/* The domain of that name, or one that it is below. */
static const struct seep_view_row *find_domain(const struct state_view *view, const uint8_t *name,
					       size_t size)
{
	const struct seep_hash_key key = seep_state_key(&view->header);
	const struct seep_view_row *row = NULL;

	for (size_t at = 0; !row && at < size; at += 1u + name[at])
		row = state_view_find(&view->domains, seep_hash_bytes(&key, name + at, size - at));
	return row;
}

static void print_text(const struct state_view *view, const struct seep_view_row *row, bool is_user)
{
	char text[STATE_VIEW_TEXT_SIZE];

	(is_user ? state_view_user_text : state_view_domain_text)(view, row, text);
	printf("%-9s %s\n", is_user ? "user" : "domain", text);
	printf("level     %.1f of %.1f bytes, %.1f %%%s\n", seep_bits_to_bytes(row->level_mbit),
	       seep_bits_to_bytes(row->budget_mbit), (double)state_view_share(row) / 100,
	       row->spent     ? "; spent"
	       : row->flagged ? "; flagged"
			      : "");
	state_view_time_text(view, row->first_s, text);
	printf("first     %s\n", text);
	state_view_time_text(view, row->last_s, text);
	printf("last      %s\n", text);
	printf("names     about %" PRIu64 " (+- " ERROR_64 ")\n", row->names);
	if (is_user) {
		printf("domains   about %" PRIu64 " (+- " ERROR_64 "); about %" PRIu64
		       " that it asked for do not exist\n",
		       row->domains, row->missing);
		printf("sent      %" PRIu64 "; %" PRIu64 " answered from cache\n", row->sent,
		       row->hits);
		printf("dga       %.1f bits\n", (double)row->dga_mbit / 1000);
	} else {
		printf(row->users < 8 ? "users     %" PRIu64 "\n"
				      : "users     about %" PRIu64 " (+- " ERROR_32 ")\n",
		       row->users);
	}
}

static int show(const struct state_view *view, const struct subject *subject, const char *text,
		bool json)
{
	const struct seep_view_row *row =
		subject->is_user ? find_user(view, &subject->address)
				 : find_domain(view, subject->name, subject->name_size);
	struct json object = { .file = stdout };

	if (!row) {
		fprintf(stderr, "seepctl: %s: not in the state file\n", text);
		return SEEPCTL_WRONG;
	}
	if (json)
		state_view_write_json(&object, view, row, subject->is_user);
	else
		print_text(view, row, subject->is_user);
	return SEEPCTL_OK;
}

int cmd_show(int argc, char **argv)
{
	struct options options = { .json = false };
	struct subject subject = { .is_user = false };
	struct state_view view;
	const char *problem;
	int first;
	int status = options_parse(&cmd_show_options, argc, argv, &options, &first);

	if (status != SEEPCTL_OK)
		return status;
	argc -= first;
	argv += first;
	if (argc < 2 || argc > 3 ||
	    (strcmp(argv[0], "user") != 0 && strcmp(argv[0], "domain") != 0))
		return SEEPCTL_USAGE;
	subject.is_user = strcmp(argv[0], "user") == 0;
	problem = read_subject(&subject, argv[1]);
	if (problem) {
		fprintf(stderr, "seepctl: %s: %s\n", argv[1], problem);
		return SEEPCTL_WRONG;
	}
	if (!state_view_read(&view, argc == 3 ? argv[2] : state_view_default))
		return SEEPCTL_WRONG;
	status = show(&view, &subject, argv[1], options.json);
	state_view_release(&view);
	return status;
}
