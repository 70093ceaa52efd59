/* SPDX-License-Identifier: BSD-3-Clause */
/* seepctl show, of a running Seep. */
#include "show_live.h"

#include "control_text.h"

#include <stdio.h>
#include <string.h>

static void print_estimate(const struct control_answer *answer, const char *word, const char *key,
			   const char *more)
{
	char text[CONTROL_TEXT_SIZE];

	control_text_estimate(answer, 0, key, text);
	printf("%-9s %s%s\n", word, text, more);
}

/* What it is to its network, and where users are counted. */
static void print_standing(const struct control_answer *answer)
{
	const char *network = control_word(answer, 0, "network");
	bool is_established = control_bool(answer, 0, "established");

	printf("standing  %s%s%s%s\n",
	       control_bool(answer, 0, "crowd")      ? "a crowd: no budget fits"
	       : is_established                      ? "established"
	       : control_bool(answer, 0, "newcomer") ? "a newcomer"
						     : "not established yet",
	       *network ? " in " : "", network,
	       control_bool(answer, 0, "counts")
		       ? "; counts among the users of domains"
		       : "; does not count among the users of domains yet");
}

static void print_user(const struct control_answer *answer)
{
	char missing[CONTROL_TEXT_SIZE];

	print_standing(answer);
	print_estimate(answer, "names", "names", "");
	print_estimate(answer, "", "rare_names", " of these to domains that few use");
	print_estimate(answer, "domains", "domains", "");
	control_text_estimate(answer, 0, "missing", missing);
	printf("          %s that it asked for %s not exist%s\n", missing,
	       control_text_plural(answer, "missing", "does", "do"),
	       control_bool(answer, 0, "dga") ? ": it looks for generated domains" : "");
	printf("sent      %s; %s answered from cache\n", control_word(answer, 0, "sent"),
	       control_word(answer, 0, "hits"));
	printf("dga       %.1f bits\n", control_number(answer, 0, "dga_bits"));
}

static void print_network(const struct control_answer *answer)
{
	char today[CONTROL_TEXT_SIZE];

	control_text_estimate(answer, 0, "users_today", today);
	printf("users     about %s on its best day of late; today %s, of whom %s newly "
	       "established\n",
	       control_word(answer, 0, "users"), today,
	       control_word(answer, 0, "established_today"));
}

static void print_domain(const struct control_answer *answer)
{
	bool is_rare = control_bool(answer, 0, "rare");

	print_estimate(answer, "names", "names", "");
	print_estimate(answer, "users", "users",
		       is_rare ? "; few use it: it has a budget, and prices are divided by four "
				 "at most"
			       : "; many use it");
	if (!is_rare)
		printf("habit     three of four users send %.1f bytes a day at most\n",
		       control_number(answer, 0, "habit_bytes_day"));
}

static void print_text(const struct control_answer *answer, const char *kind)
{
	size_t newcomers = control_find(answer, 0, "newcomers");

	printf("%-9s %s\n", kind, control_word(answer, 0, kind));
	control_text_meter(answer, 0, "level");
	if (newcomers)
		control_text_meter(answer, newcomers, "newcomers");
	printf("first     %s\n", control_word(answer, 0, "first_seen"));
	printf("last      %s\n", control_word(answer, 0, "last_seen"));
	if (strcmp(kind, "user") == 0)
		print_user(answer);
	else if (strcmp(kind, "network") == 0)
		print_network(answer);
	else
		print_domain(answer);
}

int show_live(const struct control_options *options, const char *kind, const char *which)
{
	struct control_answer answer;

	if (!control_ask(options, &answer, "show %s %s", kind, which))
		return SEEPCTL_WRONG;
	if (options->json)
		control_print_json(&answer, 1);
	else
		print_text(&answer, kind);
	control_release(&answer);
	return SEEPCTL_OK;
}
