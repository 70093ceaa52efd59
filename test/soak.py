# SPDX-License-Identifier: BSD-3-Clause
"""
Faults under load: whatever is done to the resolver, names resolve, who was spent is, the
statistics add up, memory is flat, no meter forgets what was said a moment before, and no more
queries are lost than plain Unbound loses to the same.
"""

import collections
import contextlib
import math
import os
import random
import shutil
import signal
import subprocess
import time

import rig
from live_state import FAILING, KEPT, levels, said, small_disk, until
from rig import SERIAL, meddle, need, rcode_of, secret
from rig.faults import NEVER, Faults
from rig.load import Load, Tally
from rig.world import INNER_ADDRESS

BUDGET_BYTES = 2048
CONF = ("learning: 0\nuser-budget: %d\nuser-refill: 1\ndomain-budget: 1g\ncheckpoint: 10s\n"
        "exempt-user: 127.0.0.1\n" % BUDGET_BYTES)
STUB = "stub-zone:\n\tname: \"corp.example\"\n\tstub-addr: %s\n" % INNER_ADDRESS
SPENT = "127.3.0.1"
RATE_QPS = 250
BURST = 10			# as many a busy machine's load asks at once, and they are lost together
SERVED_S = 0.3			# between two reloads: what waited meanwhile is answered
SILENT_S = 8
# Beyond plain Unbound's: claiming the memory, and checking and putting back what was saved, take
# 0.1 s of a start, and more on a busy machine. Nothing is lost to it, as questions wait in sockets
# that are open already.
START_S = 0.25
RESOLVES_S = 0.5		# whether it resolves again is asked in rounds, and both may be unlucky
# In each step that plain Unbound goes through: how much longer an outage may take.
LONGER_S = {"kills": START_S, "reloads": START_S, "upstream": 2 * RESOLVES_S, "clock": START_S}
SAVED_S = 1.5			# a second between two writes, and what a busy machine adds
NAME_BYTES = 40 * 4 / 8	# the least that secret() is charged: what it tells
DRAINED_BYTES = 8		# by all the days that the clock is moved back and forth here
# Beyond what plain Unbound grows: at a reload it puts to use what it only reserved at its start.
GROWTH_KB = 8192
DAY_S = 86400
CLASSES = ("known", "charged", "internal", "allowed", "exempt", "unproven", "untracked")
REFUSALS = ("refused.user", "refused.network", "refused.domain", "refused.dga", "stale")


class Soak:
    """A resolver under load, what its users were told, and the faults that it went through."""

    title = ""

    def __init__(self, lab, faults, tap):
        self.lab = lab
        self.faults = faults
        self.tap = tap
        self.path = lab.dir + "/disk/seep.state"
        self.injected = self.survived = self.entries_lost = 0
        self.heard = collections.defaultdict(list)	# user: when each name was let out
        self.writing = 0
        self.first_kb = self.most_kb = 0
        self.may_grow_kb = GROWTH_KB
        self.tallies = {}			# by step
        self.load = Load(lab.hub, RATE_QPS, self.choose, self.hear)

    def close(self):
        self.load.close()

    def run(self, step, count):
        self.load.tally = tally = self.tallies[step.__name__] = Tally()
        started_s = time.monotonic()
        step(self, count)
        self.load.pause(1)
        self.load.go_on()
        self.tap.note("%s%s: %.0f s, %d kB; %d asked, %d lost in %d outages of %.0f ms" % (
            self.title, step.__name__, time.monotonic() - started_s, self.lab.memory_kb(),
            tally.asked, tally.cut, tally.outages, 1e3 * tally.down_s / max(tally.outages, 1)))
        self.tap.equal(tally.lost, 0, "%s%s: none lost in service" % (self.title, step.__name__))

    # -- the load

    def choose(self):
        """Mostly ordinary names; some leave for good, by one user after the other."""
        kind = random.random()
        if kind < 0.30:
            return "127.0.0.1", "h%d.wild.example" % random.randrange(50)
        if kind < 0.60:
            return "127.0.0.1", "m%d.ttl0.example" % random.randrange(500)
        if kind < 0.70:
            return "127.0.0.2", "i%d.corp.example" % random.randrange(50)
        if kind < 0.80:
            return SPENT, secret()
        self.writing += 1
        at = self.writing // 200 * 2 + self.writing % 2
        return "127.3.%d.%d" % (at // 250 % 250 + 1, at % 250 + 1), secret()

    def hear(self, source, name, rcode):
        if rcode == 0 and source.startswith("127.3."):
            self.heard[source].append(time.monotonic())

    def spend(self):
        for _ in range(200):
            if rcode_of(self.lab.ask(secret(), source=SPENT)) == "REFUSED":
                return
        raise RuntimeError("a user cannot be spent")

    def kill(self):
        """What was said in the last second need not outlast it."""
        with self.load.outage():
            self.lab.stop(kill=True)
            time.sleep(0.1)		# the last answers are heard
            self.unsaved()
            self.lab.start()

    def reload(self):
        with self.load.outage():
            self.lab.reload()

    def unsaved(self):
        before_s = time.monotonic() - SAVED_S
        for times in list(self.heard.values()):
            times[:] = [when_s for when_s in times if when_s < before_s]

    # -- what must hold

    def told_bytes(self, before_s):
        """The least that each user's meter must show for what it was answered until then."""
        return {user: NAME_BYTES * sum(when_s < before_s for when_s in times) - DRAINED_BYTES
                for user, times in list(self.heard.items())}

    def note(self):
        """Before a fault: what must not be less after it."""
        least = {}
        with contextlib.suppress(RuntimeError):
            least = levels(self.path)
        for user, told in self.told_bytes(time.monotonic() - SAVED_S).items():
            least[user] = max(least.get(user, 0), told)
        return {user: level for user, level in least.items() if level > 0}

    def compare(self, before):
        """Problems with the levels that the state file shows now."""
        now = levels(self.path)
        lost = [user for user in before if user not in now]
        self.entries_lost += len(lost)
        return ["entry of %s lost" % user for user in lost[:5]] + \
            ["%s: level %s, was %s" % (user, now[user], level) for user, level in before.items()
             if user in now and now[user] < level - DRAINED_BYTES][:5]

    def rest(self):
        """The statistics with nothing under way."""
        last = self.lab.seep()
        for _ in range(100):
            time.sleep(0.05)
            now = self.lab.seep()
            counts = {key: value for key, value in now.items() if key.startswith("num.")}
            if all(last.get(key) == value for key, value in counts.items()) and \
                    not now.get("seep.inflight"):
                return now
            last = now
        return last

    def sums(self, statistics):
        count = {key[len("num.seep."):]: value for key, value in statistics.items()
                 if key.startswith("num.seep.")}
        if not count:
            return ["no statistics"]
        inflight = statistics["seep.inflight"]
        sides = (
            ("queries", sum(count[key] for key in ("hits", "local", "misses", "joined"))),
            ("misses", inflight - count["refreshes"] +
             sum(count[key] for key in ("sent", "unsent") + REFUSALS)),
            ("sent", sum(count[key] for key in CLASSES)),
        )
        wrong = ["%s is %d, its parts are %d" % (key, count[key], parts)
                 for key, parts in sides if count[key] != parts]
        return wrong + (["%d in flight" % inflight] if inflight else [])

    def memory(self):
        now_kb = self.lab.memory_kb()
        self.first_kb = self.first_kb or now_kb
        self.most_kb = max(self.most_kb, now_kb)
        limit_kb = self.first_kb + self.may_grow_kb
        return [] if now_kb <= limit_kb else ["%d kB, first %d kB" % (now_kb, self.first_kb)]

    def resolves(self, timeout_s=5):
        got = [rcode_of(self.lab.ask(name, source="127.0.0.1", timeout_s=timeout_s)) for name in
               ("www.wild.example", "n%d.ttl0.example" % next(SERIAL))]
        return [] if got == ["NOERROR"] * 2 else ["names: %s" % got]

    def is_spent(self):
        # a longer one than was refused, so that days of refill do not matter
        got = rcode_of(self.lab.ask(secret(digits=60), source=SPENT))
        return [] if got == "REFUSED" else ["who was spent gets %s" % got]

    def invariants(self, before):
        if not self.lab.alive():
            return ["it is dead"]
        wrong = self.resolves() + self.is_spent()
        self.load.pause(1)
        wrong += self.sums(self.rest()) + self.memory() + self.compare(before)
        self.load.go_on()
        return wrong

    @contextlib.contextmanager
    def fault(self, title, before=None):
        """Around one fault: yields a list for problems, and checks what must hold after it."""
        self.injected += 1
        before = self.note() if before is None else before
        wrong = []
        try:
            yield wrong
            wrong += self.invariants(before)
        except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
            wrong.append(repr(problem))
            if not self.lab.alive():
                self.lab.restart()
        self.load.go_on()
        self.survived += not wrong
        self.tap.ok(not wrong, self.title + title, "\n".join(wrong))


class Plain(Soak):
    """The same without the module, to see what is lost then."""

    title = "plain Unbound: "

    def choose(self):
        """What Seep refuses is answered at once."""
        source, name = super().choose()
        return source, "h0.wild.example" if source == SPENT else name

    def note(self):
        return {}

    def is_spent(self):
        return []

    def invariants(self, before):
        wrong = self.resolves() if self.lab.alive() else ["it is dead"]
        self.load.pause(1)
        self.memory()
        return wrong


def compare(own, plain, tap):
    """What is lost to an outage, and how long it takes."""
    for step, other in plain.tallies.items():
        if step not in own.tallies:
            continue
        mine = own.tallies[step]
        expected = other.each() * mine.outages
        limit = BURST + expected + 3 * math.sqrt(
            (expected + 1) * (1 + mine.outages / other.outages))
        if step == "upstream":
            limit += LONGER_S[step] * RATE_QPS * mine.outages
        tap.ok(mine.cut <= limit, step + ": no more lost than plain Unbound loses",
               "%d, expected %.0f, limit %.0f" % (mine.cut, expected, limit))
        limit_s = other.down_s / other.outages + LONGER_S[step]
        took_s = mine.down_s / mine.outages
        tap.ok(took_s <= limit_s, "%s: no more than %.0f ms longer an outage" % (
            step, 1e3 * LONGER_S[step]), "%.3f s, limit %.3f s" % (took_s, limit_s))


def summary(own, plain):
    tallies = own.tallies.values()
    lost = sum(tally.lost for tally in tallies)
    each = [", ".join("%s %.1f" % (step, run.tallies[step].each()) for step in plain.tallies
                      if step in own.tallies) for run in (own, plain)]
    return ("soak: %d faults injected, %d survived, %d entries lost, %d queries asked, %d lost, "
            "%d of them in service; to each of %s (plain Unbound: %s)" % (
                own.injected, own.survived, own.entries_lost, sum(t.asked for t in tallies),
                lost + sum(tally.cut for tally in tallies), lost, *each))


# -- the faults

def kills(soak, count):
    for turn in range(count):
        time.sleep(random.uniform(0.3, 2.0))
        with soak.fault("kill -9, %d" % (turn + 1)):
            soak.kill()


def reloads(soak, count):
    """Looked at closely every tenth time."""
    before = soak.note()
    for turn in range(count):
        close = turn % 10 == 9 or turn == count - 1
        if close:
            with soak.fault("reload, %d" % (turn + 1), before):
                soak.reload()
            before = soak.note()
            continue
        soak.injected += 1
        try:
            soak.reload()
            soak.survived += 1
        except (RuntimeError, OSError) as problem:
            soak.tap.ok(False, soak.title + "reload, %d" % (turn + 1), repr(problem))
            if not soak.lab.alive():
                soak.lab.restart()
        time.sleep(SERVED_S)


def files(soak, count):
    for act, _ in meddle.ACTS * count:
        with soak.fault("state file: " + act.__name__ + ", then kill -9") as wrong:
            again = len(said(soak.lab, "written again"))
            act(soak.path)
            if not until(lambda: len(said(soak.lab, "written again")) > again, 15):
                wrong.append("it is not kept again")
            time.sleep(SAVED_S)
            soak.kill()


def disk(soak, count):
    for turn in range(count):
        filler = os.path.dirname(soak.path) + "/filler"
        with soak.fault("disk full, %d, then kill -9" % (turn + 1)) as wrong:
            with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as out:
                for size in (1 << 16, 512):
                    with contextlib.suppress(OSError):
                        while True:
                            out.write(b"x" * size)
            if not until(lambda: soak.lab.seep()["seep.state"] == FAILING, 20):
                wrong.append("seep.state does not say so")
            wrong += soak.resolves() + soak.is_spent()
            os.unlink(filler)
            if not until(lambda: soak.lab.seep()["seep.state"] == KEPT, 40):
                wrong.append("it is not kept again")
            time.sleep(SAVED_S)
            soak.kill()


def conf(soak, count):
    for turn in range(count):
        with soak.fault("seep.conf broken and mended, %d" % (turn + 1)) as wrong:
            soak.load.pause(1)			# what passes now is metered by nobody
            soak.lab.conf = CONF + "user-budget: nonsense\n"
            soak.lab.write_conf()
            soak.reload()
            wrong += soak.resolves()
            if soak.lab.seep()["seep.passthrough"] != 2:
                wrong.append("seep.passthrough is not 2")
            soak.lab.conf = CONF + "state-file: \"%s\"\n" % soak.path
            soak.lab.write_conf()
            soak.reload()
        time.sleep(random.uniform(0.3, 2.0))
        with soak.fault("unbound.conf broken and mended, %d" % (turn + 1)) as wrong:
            with open(soak.lab.dir + "/unbound.conf", "a") as out:
                out.write("nonsense:\n")
            with soak.load.outage():
                with contextlib.suppress(OSError):
                    soak.lab.control("reload")
                if not until(lambda: not soak.lab.alive(), 10):
                    wrong.append("Unbound did not end")
                soak.unsaved()		# it ended without a word to its modules
                soak.lab.write_conf()
                soak.lab.stop()
                soak.lab.start()


def upstream(soak, count):
    """The outside world falls silent; each of its servers leads a process group of its own."""
    servers = [child for child in soak.lab.hub.children if child is not soak.lab.process]
    for turn in range(count):
        with soak.fault("upstream silent, %d" % (turn + 1)) as wrong:
            soak.lab.ask("cached.wild.example", source="127.0.0.1")
            with soak.load.outage():
                for server in servers:
                    os.killpg(server.pid, signal.SIGSTOP)
                try:
                    asked = soak.lab.send("n%d.ttl0.example" % next(SERIAL), source="127.0.0.1",
                                          timeout_s=SILENT_S)
                    time.sleep(SILENT_S)
                    got = rcode_of(soak.lab.ask("cached.wild.example", source="127.0.0.1"))
                    if got != "NOERROR":
                        wrong.append("a cached name gets " + got)
                    wrong += soak.is_spent()
                    got = rcode_of(asked.wait())
                    if got not in ("SERVFAIL", "none"):
                        wrong.append("a name that is not cached gets " + got)
                finally:
                    for server in servers:
                        os.killpg(server.pid, signal.SIGCONT)
                # Unbound avoids for minutes who did not answer.
                if not until(lambda: soak.lab.control("flush_infra all") and
                             not soak.resolves(RESOLVES_S), 20):
                    wrong.append("it does not resolve again")
            soak.load.pause(1)
            if not until(lambda: not soak.lab.seep().get("seep.inflight"), 60):
                wrong.append("queries remain in flight")


def leap(soak, ahead_s):
    """What is under way then has taken years, and Unbound drops it (discard-timeout)."""
    with soak.load.outage():
        soak.faults.clock(ahead_s)


def clock(soak, count):
    for _ in range(count):
        for title, ahead_s in (("ten years ahead", 3650 * DAY_S), ("back again", 0),
                               ("a day behind", -DAY_S), ("back again", 0)):
            with soak.fault("clock " + title):
                leap(soak, ahead_s)
                time.sleep(SAVED_S)
        with soak.fault("clock a day behind, then kill -9"):
            leap(soak, -DAY_S)
            time.sleep(SAVED_S)
            soak.kill()
        with soak.fault("clock back again, then kill -9"):
            leap(soak, 0)
            time.sleep(SAVED_S)
            soak.kill()


def problems_told(lab):
    return [line for line in lab.log().splitlines()
            if "seep: " in line and ("error:" in line or "warning:" in line)]


def memory(soak, _):
    """Every allocation of a start fails once alone, and once with all that follow it."""
    lab, faults = soak.lab, soak.faults
    soak.load.pause(1)
    time.sleep(SAVED_S)
    before = soak.note()
    lab.stop()
    kept = soak.path + ".kept"
    shutil.copy(soak.path, kept)
    faults.fail(NEVER)
    lab.start()
    points = faults.counted()
    soak.tap.ok(points > 10, "a start allocates", "%d times" % points)
    for lasting in (False, True):
        for at in range(1, points + 1):
            lab.stop(kill=True)
            shutil.copy(kept, soak.path)
            told_before = len(problems_told(lab))
            faults.fail(at, lasting)
            soak.injected += 1
            wrong = []
            try:
                lab.start()
                wrong += soak.resolves()
                statistics = lab.seep()
                spent = not soak.is_spent()
                told = problems_told(lab)[told_before:]
                if not told and (statistics.get("seep.passthrough") or not spent):
                    wrong.append("it guards less, and no line says so")
                if not levels(soak.path).get(SPENT, 0) >= before[SPENT] - DRAINED_BYTES:
                    wrong.append("the state file has lost who was spent")
            except (RuntimeError, OSError) as problem:
                wrong.append(repr(problem))
            if lab.alive():
                faults.fail(0)
            else:
                wrong.append("it is dead")
            soak.survived += not wrong
            if wrong:
                soak.tap.ok(False, "allocation %d of a start fails%s" % (
                    at, ", and all that follow" if lasting else ""), "\n".join(wrong))
    faults.fail(0)
    lab.stop(kill=True)
    with soak.fault("allocations of a start failed, %d" % (2 * points), before):
        lab.start()


# How often: short and in full; and with plain Unbound.
STEPS = ((kills, 10, 100, 8, 20), (reloads, 50, 1000, 30, 200), (files, 1, 4, 0, 0),
         (disk, 1, 5, 0, 0), (conf, 1, 10, 0, 0), (upstream, 1, 5, 1, 2), (clock, 1, 5, 1, 2),
         (memory, 1, 1, 0, 0))


def test_soak(tap, request, tmp_path, monkeypatch):
    chosen = request.config.getoption("step") or [row[0].__name__ for row in STEPS]
    short = request.config.getoption("short")
    steps = [row[:1] + (row[1::2] if short else row[2::2]) for row in STEPS]
    need.live(tools=("cc",))
    # Threads that come and go leave malloc's arenas in steps of some MB: with one arena, what
    # grows is lost.
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")
    faults = Faults(tmp_path, need.unbound_path())
    with rig.Lab(binary=faults.binary, module=None, clauses=STUB) as lab, \
            contextlib.closing(Plain(lab, faults, tap)) as plain:
        time.sleep(1)
        plain.memory()
        for step, _, count in steps:
            # Its reloads always, for what they make it grow.
            if count and (step is reloads or step.__name__ in chosen):
                plain.run(step, count)
        grew_kb = plain.most_kb - plain.first_kb
        tap.note("plain Unbound: %d kB at first, %d kB more later" % (plain.first_kb, grew_kb))
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(rig.Lab(binary=faults.binary, conf=CONF, clauses=STUB))
        stack.enter_context(small_disk(lab.dir + "/disk", "64m"))
        soak = stack.enter_context(contextlib.closing(Soak(lab, faults, tap)))
        lab.conf = CONF + "state-file: \"%s\"\n" % soak.path
        lab.write_conf()
        with soak.load.outage():
            lab.restart()
        soak.heard.clear()		# until now nothing was kept
        soak.may_grow_kb += grew_kb
        soak.spend()
        time.sleep(2 * SAVED_S)
        for step, count, _ in steps:
            if step.__name__ in chosen:
                soak.run(step, count)
        soak.load.pause(1)
        time.sleep(SAVED_S)
        wrong = soak.compare(soak.note())
        tap.ok(not wrong, "at the end every meter shows what its user was told",
               "\n".join(wrong))
    compare(soak, plain, tap)
    print(summary(soak, plain))
