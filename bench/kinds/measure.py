# SPDX-License-Identifier: BSD-3-Clause
"""One kind through `seepctl replay`, beside other people, and what came of it."""

import datetime
import functools
import subprocess

import scene
import office
from office import DAY_S, MONDAY_S, at
from replay import NETWORK, replayed

LEARNING = ("--learning", "%dd" % scene.LEARNING_DAYS)
TUNNEL_DAYS = 6
TUNNEL_LAST = scene.NEW_DAY + TUNNEL_DAYS
FAILURES = (AssertionError, OSError, RuntimeError, ValueError, subprocess.SubprocessError)


def address_of(who):
    return who if isinstance(who, str) else office.v4(who)


def day_of(when):
    return int((when - MONDAY_S) // DAY_S)


def replay(seepctl, rows):
    return replayed(seepctl, office.trace(rows), *LEARNING)


def total(result, key, users):
    return sum(result.users[user][key] for user in users if user in result.users)


def first_day(result):
    """The day on which anybody was first refused something."""
    first = min(row["first_refused"] for row in result.users.values() if row["refused"])
    return day_of(datetime.datetime.fromisoformat(first.replace("Z", "+00:00")).timestamp())


def refused_days(seepctl, rows, result):
    """
    {user: days on which it was refused something}, of a trace and what came of it. A replay of
    the trace's first days tells it, one day more each time, until all refusals are there.
    """
    before, days = {}, {}
    if not result.totals["refused"]:
        return days
    for day in range(first_day(result), day_of(rows[-1][0]) + 1):
        found = replay(seepctl, [row for row in rows if row[0] < at(day + 1)])
        for user, row in found.users.items():
            if row["refused"] > before.get(user, 0):
                days[user] = days.get(user, 0) + 1
            before[user] = row["refused"]
        if found.totals["refused"] == result.totals["refused"]:
            break
    return days


def of_kind(seepctl, kind, way, seed):
    """Whom it disturbs, itself and others: {WHAT: figure}, which README.md explains."""
    it = scene.Scene(kind.key, seed, scene.WAYS[way])
    own = scene.made(kind, it)
    rows = scene.by_time(office.people(kind.people, it.last, seed) + own)
    result = replay(seepctl, rows)
    users = {address_of(row[1]) for row in own}
    others = set(result.users) - users
    active = {(address_of(row[1]), day_of(row[0])) for row in own
              if row[0] >= at(scene.LEARNING_DAYS)}
    days = refused_days(seepctl, rows, result)
    return {
        "users": len(users),
        "queries": total(result, "queries", users),
        "refused": total(result, "refused", users),
        "stale": total(result, "stale", users),
        "users_refused": sum(result.users[user]["refused"] > 0 for user in users),
        "user_days_refused": sum(days.get(user, 0) for user in users),
        "user_days": len(active),
        "flagged": sum(result.users[user]["flagged"] > 0 for user in users),
        "named": len(users & set(result.review["named"])),
        "dga": result.engine["seep.users.dga"],
        "others_refused": total(result, "refused", others),
        "others_user_days_refused": sum(days.get(user, 0) for user in others),
    }


@functools.lru_cache(1)
def background(seepctl, seed):
    """What comes of the people alone, for as long as tunnels send."""
    return replay(seepctl, office.people(scene.OTHERS, TUNNEL_LAST, seed))


def budgets(seepctl, seed):
    """What may leave in those days: of whom needs the most, and of a network's newcomers."""
    most_bytes = background(seepctl, seed).review["most_bytes"]
    return {"user_budget_bytes": round(most_bytes * (1 + TUNNEL_DAYS / 8)),
            "network_budget_bytes": NETWORK[0] + NETWORK[1] * TUNNEL_DAYS}


def left(result, domains, senders):
    """The queries that were sent: in DOMAINS, or by the senders."""
    if domains is None:
        return total(result, "sent", senders)
    return sum(result.domains[domain]["sent"] for domain in domains if domain in result.domains)


def of_tunnel(seepctl, kind, _way, seed):
    """What gets out: {WHAT: figure}. What is sent without the tunnel is not counted."""
    it = scene.Scene(kind.key, seed, scene.NEW_DAY, TUNNEL_LAST)
    rows, bits, domains, before = kind.make(it)
    people = office.people(kind.people, TUNNEL_LAST, seed)
    senders = {address_of(row[1]) for row in rows}
    without = (replay(seepctl, scene.by_time(people + before)) if before
               else background(seepctl, seed))
    result = replay(seepctl, scene.by_time(people + before + rows))
    sent = left(result, domains, senders) - left(without, domains, senders)
    return {
        "bytes": round(sent * bits / 8),
        "bits": round(bits, 2),
        "queries": len(rows),
        "sent": sent,
        "refused": total(result, "refused", senders),
        "stale": total(result, "stale", senders),
        "others_refused": total(result, "refused", set(result.users) - senders),
    }


def figures(measure, seepctl, kind, way, seed):
    """What MEASURE says; what goes wrong is an error, and no end of the others."""
    try:
        return measure(seepctl, kind, way, seed)
    except FAILURES as problem:
        return {"error": str(problem)[-300:]}
