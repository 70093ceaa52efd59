/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every statistic of Seep, one row each: the storage, the printed keys and
 * seep-stats(7) come from these two tables (module/base/counters.h, tool/statdoc.c).
 *
 * COUNTER(field, key, unit, text): counts events, UNIT of them to one printed;
 *   reset by `unbound-control stats`.
 * GAUGE(field, key, text): the state now; never reset.
 *
 * TEXT is for the manual: whole sentences, plain text.  A key never changes: people graph it.
 */
#ifndef SEEP_COUNTERS_H
#define SEEP_COUNTERS_H

#define SEEP_COUNTERS(COUNTER)                                                                    \
	COUNTER(queries, "num.seep.queries", 1, "Client queries that Seep saw.")                  \
	COUNTER(hits, "num.seep.hits", 1, "Client queries answered from the message cache.")      \
	COUNTER(local, "num.seep.local", 1,                                                       \
		"Client queries answered from local data, by RPZ or from an auth-zone.")          \
	COUNTER(misses, "num.seep.misses", 1, "Client queries that Unbound began to resolve.")    \
	COUNTER(joined, "num.seep.joined", 1,                                                     \
		"Client queries that joined a query already being resolved. They cost nothing.")  \
	COUNTER(background, "num.seep.background", 1,                                             \
		"Queries that Unbound made for itself or for a client's query that is counted "   \
		"already. They are no client queries.")                                           \
	COUNTER(refreshes, "num.seep.refreshes", 1,                                               \
		"Refreshes that an old answer from cache set off (prefetch, serve-expired), and " \
		"error reports (RFC 9567). A refresh is charged to the user who got the old "     \
		"answer.")                                                                        \
	COUNTER(sent, "num.seep.sent", 1,                                                         \
		"Misses and refreshes for which a packet left that tells what was asked.")        \
	COUNTER(unsent, "num.seep.unsent", 1,                                                     \
		"Misses and refreshes that ended without such a packet. Their charge was given "  \
		"back.")                                                                          \
	COUNTER(known, "num.seep.known", 1,                                                       \
		"Sent, and somebody here had sent the name within memory.")                       \
	COUNTER(charged, "num.seep.charged", 1,                                                   \
		"Sent, and the name was novel, or was charged as a novel one because its user "   \
		"may be guessing.")                                                               \
	COUNTER(internal, "num.seep.internal", 1,                                                 \
		"Sent to a stub or forward zone on private addresses. Never charged.")            \
	COUNTER(allowed, "num.seep.allowed", 1,                                                   \
		"Sent, and below an allow-domain or a name of an allow-list. Never charged.")     \
	COUNTER(exempt, "num.seep.exempt", 1, "Sent for an exempt-user. Never charged.")          \
	COUNTER(unproven, "num.seep.unproven", 1,                                                 \
		"Sent for a client whose address is not proven, with spoofable: no-meter. Never " \
		"charged.")                                                                       \
	COUNTER(untracked, "num.seep.untracked", 1,                                               \
		"Sent while the user or the domain had no entry of its own: metered on an entry " \
		"that all such users or domains share. Above zero: give Seep more memory-size.")  \
	COUNTER(flagged_user, "num.seep.flagged.user", 1,                                         \
		"Queries that passed while the user's meter was above flag-at.")                  \
	COUNTER(flagged_domain, "num.seep.flagged.domain", 1,                                     \
		"Queries that passed while the domain's meter was above flag-at.")                \
	COUNTER(flagged_dga, "num.seep.flagged.dga", 1,                                           \
		"Queries for a new domain that passed although the user's DGA meter was spent.")  \
	COUNTER(would_refuse_user, "num.seep.would_refuse.user", 1,                               \
		"Queries that the user's meter would have refused, but for learning or "          \
		"action: flag.")                                                                  \
	COUNTER(would_refuse_domain, "num.seep.would_refuse.domain", 1,                           \
		"Queries that the domain's meter would have refused, but for learning or "        \
		"action: flag.")                                                                  \
	COUNTER(would_refuse_dga, "num.seep.would_refuse.dga", 1,                                 \
		"Queries that the user's DGA meter would have refused, but for learning or "      \
		"action: flag.")                                                                  \
	COUNTER(refused_user, "num.seep.refused.user", 1,                                         \
		"Queries refused because the user's meter was spent.")                            \
	COUNTER(refused_domain, "num.seep.refused.domain", 1,                                     \
		"Queries refused because the domain's meter was spent.")                          \
	COUNTER(refused_dga, "num.seep.refused.dga", 1,                                           \
		"Queries for a new domain refused because the user's DGA meter was spent.")       \
	COUNTER(missing, "num.seep.missing", 1,                                                   \
		"Domains that do not exist, each counted once for a user new to it. They raise "  \
		"the user's DGA meter.")                                                          \
	COUNTER(bits, "num.seep.bits", 1000,                                                      \
		"What the names sent cost, in bits, before the "                                  \
		"charge is divided by the domain's users.")                                       \
	COUNTER(bits_metered, "num.seep.bits.metered", 1000,                                      \
		"What was put on users' meters, in bits: the same after the division.")           \
	COUNTER(evicted_users, "num.seep.evicted.users", 1,                                       \
		"Users evicted to make room for others. Above zero: give Seep more memory-size.") \
	COUNTER(evicted_domains, "num.seep.evicted.domains", 1,                                   \
		"Domains evicted to make room for others. Above zero: give Seep more "            \
		"memory-size.")                                                                   \
	COUNTER(state_lost, "num.seep.state.lost", 1,                                             \
		"Novel names that came too fast for the state file's journal. The next "          \
		"checkpoint has them; a crash before it forgets them.")

#define SEEP_GAUGES(GAUGE)                                                                        \
	GAUGE(mode, "seep.mode", "What Seep is doing.")                                           \
	GAUGE(passthrough, "seep.passthrough",                                                    \
	      "Why every query passes unmetered. The log has one line that says more.")           \
	GAUGE(users, "seep.users", "Users with an entry.")                                        \
	GAUGE(users_spent, "seep.users.spent",                                                    \
	      "Users whose meter is spent. The log and seepctl top name them.")                   \
	GAUGE(users_dga, "seep.users.dga", "Users whose DGA meter is spent. The log names them.") \
	GAUGE(users_raised, "seep.users.raised",                                                  \
	      "Users whose learned budget is above 1.5 KiB, what a user has of whom nothing is "  \
	      "known. A tunnel that was there during learning is among them.")                    \
	GAUGE(domains, "seep.domains", "Domains with an entry.")                                  \
	GAUGE(domains_spent, "seep.domains.spent",                                                \
	      "Domains whose meter is spent. The log and seepctl top name them.")                 \
	GAUGE(inflight, "seep.inflight",                                                          \
	      "Misses and refreshes under way, of which no packet left yet that tells what was "  \
	      "asked.")                                                                           \
	GAUGE(novelty_names, "seep.novelty.names",                                                \
	      "Names in the newest of the novelty memory's four generations.")                    \
	GAUGE(memory_bytes, "seep.memory.bytes", "Bytes of memory claimed at start.")             \
	GAUGE(lists_kept, "seep.lists.kept",                                                      \
	      "Lists whose file is damaged or missing: a copy of earlier contents is in use. "    \
	      "The log names them.")                                                              \
	GAUGE(lists_missing, "seep.lists.missing",                                                \
	      "Lists that seep.conf names and that are not in use. The log names them.")          \
	GAUGE(state, "seep.state",                                                                \
	      "How the state file fares. The log has one line at each change that says more.")    \
	GAUGE(state_age, "seep.state.age",                                                        \
	      "Seconds since changes were last written to the state file.")                       \
	GAUGE(state_checkpoint_age, "seep.state.checkpoint.age",                                  \
	      "Seconds since the last checkpoint.")                                               \
	GAUGE(state_bytes, "seep.state.bytes", "Bytes of the state file.")

#endif
