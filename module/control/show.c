/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket's show: what is metered of one user, network or domain. */
#include "control/command.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "names/identity.h"
#include "names/parse.h"

const struct seep_control_kind seep_control_kinds[SEEP_LOOK_KINDS] = {
	[SEEP_LOOK_USERS] = { "user", "users" },
	[SEEP_LOOK_NETWORKS] = { "network", "networks" },
	[SEEP_LOOK_DOMAINS] = { "domain", "domains" },
};

static bool read_address(const char *text, struct seep_address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t bytes[16];

	*address = (struct seep_address){ .size_bytes = 4 };
	if (inet_pton(AF_INET, text, address->bytes) == 1)
		return true;
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		memcpy(address->bytes, bytes + sizeof(mapped), 4);
		return true;
	}
	address->size_bytes = 16;
	memcpy(address->bytes, bytes, sizeof(bytes));
	return true;
}

bool seep_control_mac(const struct seep_control_call *call, const char *text,
		      struct seep_address *address)
{
	const struct seep_engine *engine = call->source->engine;
	const struct seep_address_masks networks =
		seep_address_masks(seep_look_prefix_bits(engine, SEEP_LOOK_NETWORKS, true),
				   seep_look_prefix_bits(engine, SEEP_LOOK_NETWORKS, false));
	uint8_t mac[SEEP_MAC_BYTES];
	const char *behind = seep_identity_read_text(mac, text, strlen(text));
	struct seep_address forwarder;

	if (!behind || !read_address(behind, &forwarder))
		return false;
	*address = seep_address_of_mac(&networks, &forwarder, mac);
	return true;
}

bool seep_control_address(const struct seep_control_call *call, const char *text,
			  struct seep_address *address)
{
	if (seep_control_mac(call, text, address) || read_address(text, address))
		return true;
	seep_control_fail(call, "%s: not an IPv4 or IPv6 address, nor MAC@NETWORK", text);
	return false;
}

bool seep_control_name(const struct seep_control_call *call, const char *text,
		       uint8_t name[SEEP_NAME_MAX_BYTES], size_t *size)
{
	static const char *const problems[] = {
#define X(name, text) [SEEP_PARSE_##name] = text,
		SEEP_PARSE_STATUSES(X)
#undef X
	};
	enum seep_parse_status status =
		seep_parse_name(name, size, text, strlen(text), SEEP_PARSE_PRINTABLE);

	if (status != SEEP_PARSE_OK)
		seep_control_fail(call, "%s: %s", text, problems[status]);
	return status == SEEP_PARSE_OK;
}

void seep_control_address_text(const struct seep_engine *engine, enum seep_look_kind kind,
			       const struct seep_address *address,
			       char text[SEEP_CONTROL_ADDRESS_SIZE])
{
	unsigned bits = seep_look_prefix_bits(engine, kind, address->size_bytes == 4);
	size_t used;

	seep_address_print(text, address);
	used = strlen(text);
	if (!seep_address_is_mac(address) && bits < 8u * address->size_bytes)
		snprintf(text + used, SEEP_CONTROL_ADDRESS_SIZE - used, "/%u", bits);
}

/* Who or what the row is. */
static void write_subject(const struct seep_control_call *call, enum seep_look_kind kind,
			  const struct seep_view_row *row, bool is_cut)
{
	char text[4 * sizeof(row->text) + 4];
	size_t size = 0;

	if (row->key == SEEP_TABLE_SHARED) {
		snprintf(text, sizeof(text), "(others)");
	} else if (kind != SEEP_LOOK_DOMAINS) {
		seep_control_address_text(call->source->engine, kind, &row->address, text);
	} else {
		while (row->text[size])
			size += 1u + row->text[size];
		seep_name_print(text, sizeof(text) - 3, row->text, size + 1);
		strcat(text, is_cut ? "..." : "");
	}
	seep_control_text(call->answer, seep_control_kinds[kind].one, text);
}

static void write_meter(const struct seep_control_call *call, const struct seep_view_meter *meter)
{
	struct seep_control_answer *answer = call->answer;
	bool is_held = meter->flagged || meter->spent;

	seep_control_bytes(answer, "level_bytes", meter->level_mbit);
	seep_control_bytes(answer, "budget_bytes", meter->budget_mbit);
	seep_control_bytes(answer, "refill_bytes_day", meter->refill_mbit_day);
	/* A hundredth of a per cent is a thousandth of ten. */
	seep_control_bits(answer, "percent",
			  (int64_t)(meter->budget_mbit ? meter->level_mbit * 100 * SEEP_BIT_MBIT /
								 meter->budget_mbit
						       : 100 * SEEP_BIT_MBIT));
	seep_control_bool(answer, "flagged", meter->flagged);
	seep_control_bool(answer, "spent", meter->spent);
	seep_control_bool(answer, "crowd", meter->is_crowd);
	seep_control_number(answer, "refusals", meter->refusals);
	seep_control_when(call, "crossed", meter->crossed_s);
	seep_control_when(call, "free", is_held && meter->free_s != UINT64_MAX ? meter->free_s : 0);
	seep_control_bool(answer, "never_free", is_held && meter->free_s == UINT64_MAX);
}

/* An estimate with its relative standard error (sketch.h), in per cent. */
static void write_estimate(const struct seep_control_call *call, const char *key, uint64_t value,
			   unsigned error_percent)
{
	char name[32];

	seep_control_number(call->answer, key, value);
	snprintf(name, sizeof(name), "%s_error_percent", key);
	seep_control_number(call->answer, name, error_percent);
}

static void write_user(const struct seep_control_call *call, const struct seep_view_row *row)
{
	struct seep_control_answer *answer = call->answer;

	write_estimate(call, "names", row->names, 10);
	write_estimate(call, "domains", row->domains, 10);
	write_estimate(call, "missing", row->missing, 10);
	seep_control_number(answer, "sent", row->sent);
	seep_control_number(answer, "hits", row->hits);
	seep_control_bits(answer, "dga_bits", (int64_t)row->dga_mbit);
	seep_control_bool(answer, "established", row->is_established);
	seep_control_bool(answer, "budget_is_own", row->is_learned);
}

static void write_network(const struct seep_control_call *call, const struct seep_view_row *row)
{
	struct seep_control_answer *answer = call->answer;

	seep_control_number(answer, "users", row->users);
	write_estimate(call, "users_today", row->users_today, 15);
	seep_control_number(answer, "established_today", row->established_today);
	seep_control_bool(answer, "budget_is_own", row->is_learned);
	seep_control_open(answer, "newcomers", '{');
	write_meter(call, &row->newcomers);
	seep_control_close(answer, '}');
}

static void write_domain(const struct seep_control_call *call, const struct seep_view_row *row)
{
	write_estimate(call, "names", row->names, 10);
	write_estimate(call, "users", row->users, row->users < 8 ? 0 : 15);
}

void seep_control_row(const struct seep_control_call *call, enum seep_look_kind kind,
		      const struct seep_view_row *row, bool is_cut)
{
	write_subject(call, kind, row, is_cut);
	write_meter(call, &row->meter);
	seep_control_when(call, "first_seen", row->first_s);
	seep_control_when(call, "last_seen", row->last_s);
	if (kind == SEEP_LOOK_USERS)
		write_user(call, row);
	else if (kind == SEEP_LOOK_NETWORKS)
		write_network(call, row);
	else
		write_domain(call, row);
}

static void write_user_more(const struct seep_control_call *call,
			    const struct seep_address *address, const struct seep_look_more *more)
{
	struct seep_control_answer *answer = call->answer;
	char text[SEEP_CONTROL_ADDRESS_SIZE];
	struct seep_address block =
		seep_look_block(call->source->engine, SEEP_LOOK_NETWORKS, address);

	if (more->has_network) {
		seep_control_address_text(call->source->engine, SEEP_LOOK_NETWORKS, &block, text);
		seep_control_text(answer, "network", text);
		seep_control_bool(answer, "newcomer", more->is_newcomer);
	}
	seep_control_bool(answer, "counts", more->counts);
	seep_control_bool(answer, "late", more->is_late);
	seep_control_bool(answer, "dga", more->is_dga);
	write_estimate(call, "rare_names", more->rare_names, 10);
}

static void write_domain_more(const struct seep_control_call *call,
			      const struct seep_look_more *more)
{
	seep_control_bool(call->answer, "rare", more->is_rare);
	seep_control_number(call->answer, "few", more->few);
	seep_control_bytes(call->answer, "habit_bytes_day", more->habit_mbit);
}

/* Takes the bits off a network's address; false, having answered, if networks have others. */
static bool take_bits(const struct seep_control_call *call, char text[SEEP_CONTROL_ADDRESS_SIZE])
{
	bool is_v4 = !strchr(call->words[2], ':');
	unsigned bits = seep_look_prefix_bits(call->source->engine, SEEP_LOOK_NETWORKS, is_v4);
	char *slash;

	snprintf(text, SEEP_CONTROL_ADDRESS_SIZE, "%s", call->words[2]);
	slash = strchr(text, '/');
	if (!slash)
		return true;
	*slash = '\0';
	if (strtoul(slash + 1, NULL, 10) == bits)
		return true;
	seep_control_fail(call, "%s: networks have %u bits here: leave the bits out, or see %s",
			  call->words[2], bits, is_v4 ? "network-prefix-v4" : "network-prefix-v6");
	return false;
}

static void show_address(const struct seep_control_call *call, enum seep_look_kind kind)
{
	char text[SEEP_CONTROL_ADDRESS_SIZE];
	struct seep_view_row row;
	struct seep_look_more more;
	struct seep_address address;

	snprintf(text, sizeof(text), "%s", call->words[2]);
	if ((kind == SEEP_LOOK_NETWORKS && !take_bits(call, text)) ||
	    !seep_control_address(call, text, &address))
		return;
	if (!seep_look_address(call->source->engine, kind, &address, call->now.when_ms / 1000, &row,
			       &more)) {
		seep_control_fail(call,
				  "%s: no such %s: it asked for nothing that is metered, or made "
				  "room for others",
				  call->words[2], seep_control_kinds[kind].one);
		return;
	}
	seep_control_open(call->answer, NULL, '{');
	seep_control_row(call, kind, &row, false);
	if (kind == SEEP_LOOK_USERS)
		write_user_more(call, &address, &more);
	seep_control_close(call->answer, '}');
}

static void show_domain(const struct seep_control_call *call)
{
	uint8_t name[SEEP_NAME_MAX_BYTES];
	struct seep_view_row row;
	struct seep_look_more more;
	size_t size;

	if (!seep_control_name(call, call->words[2], name, &size))
		return;
	if (!seep_look_domain(call->source->engine, name, size, call->now.when_ms / 1000, &row,
			      &more)) {
		seep_control_fail(call,
				  "%s: no such domain: nothing that is metered was sent there, or "
				  "it made room for others",
				  call->words[2]);
		return;
	}
	seep_control_open(call->answer, NULL, '{');
	seep_control_row(call, SEEP_LOOK_DOMAINS, &row, more.is_cut);
	write_domain_more(call, &more);
	seep_control_close(call->answer, '}');
}

bool seep_control_find_kind(const char *word, enum seep_look_kind *kind)
{
	for (*kind = 0; *kind < SEEP_LOOK_KINDS; ++*kind)
		if (strcmp(word, seep_control_kinds[*kind].one) == 0 ||
		    strcmp(word, seep_control_kinds[*kind].many) == 0)
			return true;
	return false;
}

void seep_control_show(const struct seep_control_call *call)
{
	enum seep_look_kind kind;

	if (!seep_control_find_kind(call->words[1], &kind))
		seep_control_fail(call, "%s: show a user, a network or a domain", call->words[1]);
	else if (kind == SEEP_LOOK_DOMAINS)
		show_domain(call);
	else
		show_address(call, kind);
}
