/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of options: one row for each line that seep.conf may hold.
 *
 * The struct of options, the parser, defaults, range checks, seep.conf(5) and the example file all come from these
 * rows (module/conf/conf.h, tool/optdoc.c). To add an option, add its row; nothing else lists the options.
 */
#ifndef SEEP_OPTIONS_H
#define SEEP_OPTIONS_H

#define SEEP_KIB   1024ULL
#define SEEP_MIB   (1024ULL * SEEP_KIB)
#define SEEP_GIB   (1024ULL * SEEP_MIB)
#define SEEP_DAY_S 86400ULL

/* The value of an AUTO_SIZE field that stands at `auto`. */
#define SEEP_AUTO UINT64_MAX

/* Size of a PATH field, with the terminating NUL. */
#define SEEP_PATH_SIZE 1024

/* Words of the option `action`: X(constant, word). */
#define SEEP_ACTIONS(X)                 \
	X(SEEP_ACTION_REFUSE, "refuse") \
	X(SEEP_ACTION_FLAG, "flag")

enum seep_action {
#define X(constant, word) constant,
	SEEP_ACTIONS(X)
#undef X
};

/* Words of the option `spoofable`: X(constant, word). */
#define SEEP_SPOOFABLES(X)               \
	X(SEEP_SPOOFABLE_METER, "meter") \
	X(SEEP_SPOOFABLE_NO_METER, "no-meter")

enum seep_spoofable {
#define X(constant, word) constant,
	SEEP_SPOOFABLES(X)
#undef X
};

/*
 * X(field, name, type, default, min, max, unit, text)
 *
 * field    member of struct seep_conf; a number's unit is in its name
 * name     what is written in seep.conf, before the colon
 * type     SIZE          uint64_t, bytes; 4k, 64m, 1g are powers of 1024
 *          AUTO_SIZE     the same, or the word auto: SEEP_AUTO
 *          DURATION      uint64_t, seconds; 30s, 5m, 12h, 7d
 *          NUMBER        uint64_t
 *          PERCENT       uint64_t
 *          YESNO         bool
 *          ACTION        enum seep_action
 *          SPOOFABLE     enum seep_spoofable
 *          PATH          char[SEEP_PATH_SIZE], "" for none
 *          NETBLOCKS     struct seep_netblocks *, NULL for none; the line may be repeated
 *          DOMAINS       struct seep_subtrees *, NULL for none; the line may be repeated
 *          DOMAIN_FILES  struct seep_conf_files *, NULL for none; lists.h reads them; the line may be repeated
 * default  as it would be written in seep.conf; "" for none
 * min, max range that is accepted, both ends included, in the field's unit (PATH, DOMAIN_FILES: bytes); 0, 0 where
 *          there is none
 * unit     of the value, for the manual; "" where the type says it
 * text     plain text for the manual; its first sentence, at most 100 characters, stands in the example file
 */
#define SEEP_OPTIONS(X)                                                                                                 \
	X(action, "action", ACTION, "refuse", 0, 0, "",                                                                 \
	  "What happens to a query that would exceed a budget. With refuse it is answered REFUSED with Extended "       \
	  "DNS Error 15 (Blocked). With flag it passes, and is only counted and logged.")                               \
	X(learning_s, "learning", DURATION, "7d", 0, 365 * SEEP_DAY_S, "",                                              \
	  "How long after the very first start to only flag what would be refused. "                                    \
	  "Restarts do not start it again. With 0, queries are refused from the start.")                                \
	X(user_budget_bytes, "user-budget", AUTO_SIZE, "auto", 16, SEEP_GIB, "bytes",                                   \
	  "New information that a user may send out through names before queries are refused. "                         \
	  "It counts over all domains; a name's charge is divided by the users of its domain, by at most four while "   \
	  "few use it. With auto, each user gets three times the highest level that its meter reached while learning, " \
	  "from 768 to 16k. New users get the 90th percentile of the learned budgets, at least 1536; with learning: 0 " \
	  "everybody gets 1536.")                                                                                       \
	X(user_refill_bytes_per_day, "user-refill", AUTO_SIZE, "auto", 0, SEEP_GIB, "bytes a day",                      \
	  "How much drains from a user's meter in a day. "                                                              \
	  "With auto, a sixth of the user's budget. With 0, a spent meter stays spent.")                                \
	X(domain_budget_bytes, "domain-budget", AUTO_SIZE, "auto", 16, SEEP_GIB,                                        \
	  "bytes for each user of the domain",                                                                          \
	  "New information that a domain may receive from each of its users before queries are refused. "               \
	  "It catches several machines that share one tunnel. A domain that more than few users use has no such "       \
	  "limit. With auto it is as large as the largest budget of its users, at least 1536.")                         \
	X(domain_refill_bytes_per_day, "domain-refill", AUTO_SIZE, "auto", 0, SEEP_GIB,                                 \
	  "bytes a day for each user of the domain",                                                                    \
	  "How much drains from a domain's meter in a day, per distinct user of it. "                                   \
	  "With auto, a sixth of its budget. With 0, a spent meter stays spent.")                                       \
	X(dga_action, "dga-action", ACTION, "flag", 0, 0, "",                                                           \
	  "What happens to queries for new domains once the user's DGA meter is spent. "                                \
	  "It is spent after about six generated domains that do not exist. With refuse the queries are refused; "      \
	  "with flag they pass, and are counted and logged.")                                                           \
	X(flag_at_percent, "flag-at", PERCENT, "50", 1, 100, "of the budget",                                           \
	  "Share of a budget above which queries are flagged. "                                                         \
	  "A flagged query passes; it is counted, and the crossing is logged.")                                         \
	X(memory_s, "memory", DURATION, "30d", SEEP_DAY_S, 365 * SEEP_DAY_S, "",                                        \
	  "How long a name that was sent stays known. "                                                                 \
	  "A name that somebody here sent within this time is known. In a domain that few users use, a known name "     \
	  "costs the choice among the known names; in all other domains it costs nothing.")                             \
	X(memory_size_bytes, "memory-size", SIZE, "64m", SEEP_MIB, 64 * SEEP_GIB, "bytes",                              \
	  "All the memory that Seep claims, at start. "                                                                 \
	  "It does not grow. A full table evicts domains with the fewest users first, then entries with the lowest "    \
	  "level, then those unseen for longest; it never evicts an entry that is spent. The names of allow-domain "    \
	  "and allow-list take memory on top of it.")                                                                   \
	X(user_prefix_v4_bits, "user-prefix-v4", NUMBER, "32", 8, 32, "bits",                                           \
	  "Leading bits of an IPv4 address that make a user. "                                                          \
	  "With 32 each address is a user.")                                                                            \
	X(user_prefix_v6_bits, "user-prefix-v6", NUMBER, "64", 16, 128, "bits",                                         \
	  "Leading bits of an IPv6 address that make a user. "                                                          \
	  "With 64 each subnet is a user, whatever addresses its machines choose.")                                     \
	X(exempt_user, "exempt-user", NETBLOCKS, "", 0, 0, "",                                                          \
	  "Clients that are never metered: a netblock, or a single address. "                                           \
	  "For machines that look up names on behalf of others, such as a mail filter.")                                \
	X(spoofable, "spoofable", SPOOFABLE, "meter", 0, 0, "",                                                         \
	  "What is done with queries whose source address may be forged. "                                              \
	  "Those are the queries over UDP without a valid DNS cookie (RFC 7873); TCP, TLS and HTTPS prove the "         \
	  "address. With meter they are metered like all others, so whoever can forge a client's address can spend "    \
	  "its budget. With no-meter they pass unmetered, and are counted in num.seep.unproven: choose it only where "  \
	  "clients ask over TCP or TLS, or with cookies. Most ask over plain UDP, and then no-meter meters nobody: a "  \
	  "tunnel need only ask over UDP. Cookies are seen with Unbound 1.18 or later and its answer-cookie: yes. "     \
	  "It is better to keep forged sources off the network.")                                                       \
	X(allow_domain, "allow-domain", DOMAINS, "", 0, 0, "",                                                          \
	  "A domain that is never metered, with all names below it. "                                                   \
	  "A leading \"*.\" or \".\" means the same. Bytes other than letters, digits, \"-\" and \"_\" are "            \
	  "written \\DDD (decimal) or after a backslash; internationalised names in their xn-- form.")                  \
	X(allow_lists, "allow-list", DOMAIN_FILES, "", 0, SEEP_PATH_SIZE - 1, "",                                       \
	  "A file of domains that are never metered, one a line, as in allow-domain. "                                  \
	  "Comments start with \"#\"; a list without names has at least one. A file that cannot be used: see LISTS.")   \
	X(common_list, "common-list", PATH, "", 0, SEEP_PATH_SIZE - 1, "",                                              \
	  "A list of the world's common domains, one rank,name a line, as Tranco and Umbrella publish. "                \
	  "A domain of rank r counts as if a million / r users here used it, a thousand at most. "                      \
	  "It takes away most of the cold start; small networks need it. A file that cannot be used: see LISTS.")       \
	X(public_suffix_list, "public-suffix-list", PATH, "", 0, SEEP_PATH_SIZE - 1, "",                                \
	  "A Public Suffix List, as text or compiled (DAFSA). "                                                         \
	  "Without it, the newer of the system's list and the one inside libpsl is used. It has to be the whole list, " \
	  "with both sections: see LISTS.")                                                                             \
	X(state_file, "state-file", PATH, "/var/lib/unbound/seep.state", 0, SEEP_PATH_SIZE - 1,                         \
	  "",                                                                                                           \
	  "Where meters and known names persist over restarts and crashes; \"\" persists nothing. "                     \
	  "Beside it are the previous generation, with .old at the end of its name, and while it is being written "     \
	  "the next one, with .new. Unbound's user must be able to create files in the directory. "                     \
	  "To start from nothing, stop Unbound and remove the file and the one with .old.")                             \
	X(checkpoint_s, "checkpoint", DURATION, "5m", 10, SEEP_DAY_S, "",                                               \
	  "How often the whole state is written and made safe against loss of power. "                                  \
	  "Between checkpoints, changes are appended every second: these outlast the process, whatever ends it, but "   \
	  "not a loss of power.")                                                                                       \
	X(log_events, "log-events", YESNO, "yes", 0, 0, "",                                                             \
	  "Whether to log when a meter crosses a threshold, and when it is released.")

#endif
