# SPDX-License-Identifier: BSD-3-Clause
"""The loads: what is asked, by how many, of a resolver in which state."""

import dataclasses

# Nobody is refused anything, and the log is no part of the figures.
PLENTY = "learning: 0\nuser-budget: 1g\nnetwork-budget: 1g\ndomain-budget: 1g\nlog-events: no\n"
SPENT = "learning: 0\nuser-budget: 512\nuser-refill: 0\nlog-events: no\n"
ROOMY = PLENTY + "memory-size: 512m\n"
KEPT = "state-file: \"{dir}/seep.state\"\n"

POPULAR = ("--kind", "popular", "--names", "1000")
NOVEL = ("--kind", "novel")
KNOWN = ("--kind", "known", "--names", "30000", "--domains", "5000")
MIX = ("--kind", "mix", "--names", "1000", "--share", "80")
TUNNEL = ("--kind", "tunnel")
FULL = ("--users", "20000", "--domains", "200000")

WARM = ("--kind", "each", "--names", "1000", "--count", "1000")
SOME = NOVEL + ("--count", "2000")
FILL = ("--kind", "each", "--users", "20000", "--names", "200000", "--count", "200000")


@dataclasses.dataclass(frozen=True)
class Load:
    """
    NAME begins the keys of its figures. SEND and WARM are options of the sender: for each round, and
    once after each start. SEEN is the counter of Seep's that must have counted at least LEAST of the
    queries. FILL: what is asked once, of whose state all starts begin. RATE: also at so many queries
    a second, for the time to an answer. AT_CHECKPOINT: a round is as long as a checkpoint.
    """
    name: str
    title: str
    send: tuple
    seen: str
    warm: tuple = SOME
    conf: str = PLENTY
    threads: int = 1
    fill: tuple = ()
    rate: int = 0
    least: float = 0.95
    at_checkpoint: bool = False


HIT_RATE, MISS_RATE = 20000, 4000

LOADS = (
    Load("hit", "cache hits", POPULAR, "hits", WARM, rate=HIT_RATE),
    Load("miss", "misses, novel names", NOVEL, "charged", rate=MISS_RATE),
    Load("miss_state", "misses, state file kept", NOVEL, "charged", conf=PLENTY + KEPT,
         rate=MISS_RATE),
    Load("known_miss", "misses, known names", KNOWN, "known", KNOWN + ("--count", "30000"),
         least=0.9),
    Load("mix_miss", "mix, 80 % popular names", MIX, "hits", WARM, least=0.7),
    Load("refused_miss", "a tunnel refused", TUNNEL, "refused.user",
         TUNNEL + ("--count", "1000"), SPENT),
    Load("miss_full", "misses, 20,000 users and 200,000 domains known", NOVEL + FULL, "charged",
         conf=ROOMY + KEPT, fill=FILL),
    Load("hit_tcp", "cache hits, TCP", POPULAR + ("--tcp",), "hits", WARM),
    Load("miss_tcp", "misses, TCP", NOVEL + ("--tcp",), "charged"),
    Load("hit_two", "cache hits, two threads", POPULAR, "hits", WARM, threads=2),
    Load("miss_two", "misses, two threads", NOVEL, "charged", threads=2),
    Load("miss_checkpoint", "misses during a checkpoint of those tables", NOVEL + FULL, "charged",
         conf=ROOMY + KEPT + "checkpoint: 10s\n", fill=FILL, at_checkpoint=True),
)

# Zones of the servers outside, by name: TTL and records.
ANY = "* A 192.0.2.1\n* AAAA 2001:db8::1\n"
ZONES = {"com": (3600, ANY), "zero": (0, ANY)}
