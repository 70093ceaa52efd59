/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every statistic of Seep, one row each: the storage, the printed keys and
 * the documentation come from these two tables.
 *
 * COUNTER(field, key, unit, text): counts events, UNIT of them to one printed;
 *   reset by `unbound-control stats`.
 * GAUGE(field, key, text): the state now; never reset.
 */
#ifndef SEEP_COUNTERS_H
#define SEEP_COUNTERS_H

#define SEEP_COUNTERS(COUNTER)                                                                    \
	COUNTER(queries, "num.seep.queries", 1,                                                   \
		"client queries seen: hits, local, misses and joined")                            \
	COUNTER(hits, "num.seep.hits", 1, "answered from the message cache")                      \
	COUNTER(local, "num.seep.local", 1, "answered from local data, RPZ or an auth-zone")      \
	COUNTER(misses, "num.seep.misses", 1, "client queries that needed the resolver to work")  \
	COUNTER(joined, "num.seep.joined", 1, "client queries that joined one already under way") \
	COUNTER(background, "num.seep.background", 1,                                             \
		"the resolver's own queries that come past here: keys, signals")                  \
	COUNTER(refreshes, "num.seep.refreshes", 1,                                               \
		"refreshes of old answers, and error reports; charged to who set them off")       \
	COUNTER(sent, "num.seep.sent", 1,                                                         \
		"misses and refreshes for which a packet left that tells what was asked")         \
	COUNTER(unsent, "num.seep.unsent", 1,                                                     \
		"misses and refreshes that ended without such a packet")                          \
	COUNTER(known, "num.seep.known", 1, "sent: known here already")                           \
	COUNTER(charged, "num.seep.charged", 1, "sent: novel, charged")                           \
	COUNTER(internal, "num.seep.internal", 1,                                                 \
		"sent: to a stub or forward zone on a private address")                           \
	COUNTER(allowed, "num.seep.allowed", 1, "sent: below an allow-domain")                    \
	COUNTER(exempt, "num.seep.exempt", 1, "sent: asked by an exempt-user")                    \
	COUNTER(unproven, "num.seep.unproven", 1,                                                 \
		"sent: asked over UDP without a cookie, and spoofable: no-meter")                 \
	COUNTER(untracked, "num.seep.untracked", 1,                                               \
		"sent: on a meter shared with others who found no place either")                  \
	COUNTER(flagged_user, "num.seep.flagged.user", 1,                                         \
		"passed with the user's meter above flag-at")                                     \
	COUNTER(flagged_domain, "num.seep.flagged.domain", 1,                                     \
		"passed with the domain's meter above flag-at")                                   \
	COUNTER(flagged_dga, "num.seep.flagged.dga", 1,                                           \
		"new domains passed though the user's DGA meter is spent")                        \
	COUNTER(would_refuse_user, "num.seep.would_refuse.user", 1,                               \
		"passed only for learning or action: flag, user's meter")                         \
	COUNTER(would_refuse_domain, "num.seep.would_refuse.domain", 1,                           \
		"passed only for learning or action: flag, domain's meter")                       \
	COUNTER(would_refuse_dga, "num.seep.would_refuse.dga", 1,                                 \
		"passed only for learning or action: flag, DGA meter")                            \
	COUNTER(refused_user, "num.seep.refused.user", 1, "refused: the user's meter is spent")   \
	COUNTER(refused_domain, "num.seep.refused.domain", 1,                                     \
		"refused: the domain's meter is spent")                                           \
	COUNTER(refused_dga, "num.seep.refused.dga", 1, "refused: the user's DGA meter is spent") \
	COUNTER(missing, "num.seep.missing", 1, "domains new to their user that do not exist")    \
	COUNTER(bits, "num.seep.bits", 1000, "bits in charged names, unweighted")                 \
	COUNTER(bits_metered, "num.seep.bits.metered", 1000,                                      \
		"bits put on users' meters, weighted by rarity")                                  \
	COUNTER(evicted_users, "num.seep.evicted.users", 1, "users forgotten to make room")       \
	COUNTER(evicted_domains, "num.seep.evicted.domains", 1, "domains forgotten to make room") \
	COUNTER(state_lost, "num.seep.state.lost", 1,                                             \
		"novel names that came too fast for the state file's journal")

#define SEEP_GAUGES(GAUGE)                                                                       \
	GAUGE(mode, "seep.mode", "0 pass-through, 1 learning, 2 flag only, 3 guarding")          \
	GAUGE(passthrough, "seep.passthrough",                                                   \
	      "0 no, 1 built for another Unbound, 2 seep.conf, 3 memory, "                       \
	      "4 no randomness or suffix list, 5 the order of module-config")                    \
	GAUGE(users, "seep.users", "users tracked")                                              \
	GAUGE(users_spent, "seep.users.spent", "users over their budget")                        \
	GAUGE(users_dga, "seep.users.dga", "users whose DGA meter is spent")                     \
	GAUGE(users_raised, "seep.users.raised", "users whose learned budget is above 1.5 KiB")  \
	GAUGE(domains, "seep.domains", "domains tracked")                                        \
	GAUGE(domains_spent, "seep.domains.spent", "domains over their budget")                  \
	GAUGE(inflight, "seep.inflight", "queries holding a reservation")                        \
	GAUGE(novelty_names, "seep.novelty.names",                                               \
	      "names held in the newest generation of the novelty memory")                       \
	GAUGE(memory_bytes, "seep.memory.bytes", "memory claimed at start")                      \
	GAUGE(lists_kept, "seep.lists.kept",                                                     \
	      "lists whose file is damaged or missing: a copy of earlier contents is in use")    \
	GAUGE(lists_missing, "seep.lists.missing",                                               \
	      "lists that seep.conf names and are not in use")                                   \
	GAUGE(state, "seep.state", "0 none, 1 kept, 2 failing, 3 another process's, 4 unusable") \
	GAUGE(state_age, "seep.state.age", "seconds since metering was last written")            \
	GAUGE(state_checkpoint_age, "seep.state.checkpoint.age",                                 \
	      "seconds since the last checkpoint")                                               \
	GAUGE(state_bytes, "seep.state.bytes", "size of the state file")

#endif
