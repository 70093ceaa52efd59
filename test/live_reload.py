# SPDX-License-Identifier: BSD-3-Clause
"""Reloads under load: no crash, no growth, no more queries lost than without the module."""

import math
import os
import re
import signal
import time

import rig
from rig import need

RELOADS = int(os.environ.get("SEEP_RELOADS", "1000"))
COMPARED = min(RELOADS, 60)		# reloads of the run beside plain Unbound
SETTLED = 100				# memory is measured from here on
# Meters outlast a reload: the load must never spend them.
WIDE = "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\n"
RATE_QPS = 400
# Service between two reloads. Unbound drops the queries that it is working on at a reload; those
# that wait in its sockets meanwhile it answers afterwards, and a slow reload leaves many.
PAUSE_S = float(os.environ.get("SEEP_PAUSE_S", "0.03"))
ROUNDS = 3
GROWTH_KB = 2048			# what plain Unbound's own heap moves in such a run
GROWTH_PART = 0.05


def queries(path):
    """Half hits, half names that leave every time."""
    with open(path, "w") as out:
        for at in range(2000):
            out.write("h%d.wild.example A\nm%d.ttl0.example A\n" % (at % 50, at % 500))


def run(reloads, pause_s, tap, title, **lab_options):
    """Reload so often under dnsperf's load; lost and sent queries, memory in the middle and end."""
    with rig.Lab(**lab_options) as lab:
        queries(lab.dir + "/queries")
        pid = lab.process.pid
        load = lab.hub.spawn(("dnsperf", "-s", "127.0.0.1", "-d", lab.dir + "/queries", "-l",
                              "3600", "-Q", str(RATE_QPS), "-c", "4", "-q", "4000", "-t", "2"),
                             log=lab.dir + "/dnsperf")
        middle_kb = 0
        done = 0
        try:
            for done in range(1, reloads + 1):
                lab.reload()
                time.sleep(pause_s)
                if done == min(SETTLED, reloads // 2):
                    middle_kb = lab.memory_kb()
        except (RuntimeError, OSError) as problem:
            tap.note(problem)
            done -= 1
        end_kb = lab.memory_kb() if lab.alive() else 0
        load.send_signal(signal.SIGINT)
        try:
            load.wait(10)
        finally:
            with open(lab.dir + "/dnsperf") as text:
                report = text.read()
        tap.equal(done, reloads, "%s: %d reloads" % (title, reloads))
        tap.ok(lab.alive() and lab.process.pid == pid, title + ": the same process")
        for _ in range(40):
            inflight = lab.seep().get("seep.inflight", 0)
            if not inflight:
                break
            time.sleep(0.1)
        tap.equal(inflight, 0, title + ": nothing left in flight")
        tap.equal(rig.rcode_of(lab.ask("after.wild.example")), "NOERROR", title + ": it serves")
        sent, lost = (int(re.search(r"Queries %s:\s+(\d+)" % what, report).group(1))
                      for what in ("sent", "lost"))
        tap.note("%s: %d queries, %d lost, %d kB then %d kB" % (title, sent, lost, middle_kb,
                                                               end_kb))
        return sent, lost, middle_kb, end_kb


def test_lost(tap):
    need.live(tools=("dnsperf",))
    plain = [0, 0]
    own = [0, 0]
    # A busy machine loses some by chance: up to three rounds, counted together.
    for _ in range(ROUNDS):
        for total, title, options in ((plain, "without the module", {"module": None}),
                                      (own, "with it", {"conf": WIDE, "state": "seep.state"})):
            sent, lost, _, _ = run(COMPARED, PAUSE_S, tap, title, **options)
            total[0] += sent
            total[1] += lost
        expected = plain[1] * own[0] / max(plain[0], 1)
        limit = expected + 3 * math.sqrt(expected + 1) + 3
        if own[1] <= limit:
            break
    tap.ok(own[1] <= limit, "no more queries lost", "%d, plain %d, limit %.0f" % (
        own[1], plain[1], limit))


def test_memory(tap, monkeypatch):
    need.live(tools=("dnsperf",))
    # Threads that come and go leave malloc's arenas in steps of some MB: with one arena, what
    # grows is lost.
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")
    _, _, middle_kb, end_kb = run(RELOADS, PAUSE_S, tap, "memory", conf=WIDE, state="seep.state")
    limit_kb = middle_kb * (1 + GROWTH_PART) + GROWTH_KB
    tap.ok(0 < end_kb <= limit_kb, "memory is flat", "%d kB, then %d kB, limit %d kB" % (
        middle_kb, end_kb, limit_kb))
