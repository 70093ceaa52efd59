# SPDX-License-Identifier: BSD-3-Clause
"""The CPU time of resolvers under a load, in paired rounds."""

import itertools
import json
import os
import random
import shutil
import time

from rig import lab

import loads

WINDOW = "100"
PACED_WINDOW = "10000"
CHECKPOINT_S = 10
ARMS = ("plain", "seep", "again")	# Unbound, Unbound with Seep, and the first kind once more
ORDERS = list(itertools.permutations(ARMS))
EXTRA = "incoming-num-tcp: 100\nso-rcvbuf: 4m\n"	# a hiccup of the sender's loses nothing


class Problem(Exception):
    """A load was not what it says, or did not come through."""


def thread_ns(pid, tid):
    with open("/proc/%d/task/%d/schedstat" % (pid, tid)) as text:
        return int(text.read().split()[0])


def process_ns(pid):
    """Of all its threads, also of those that have ended."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def worker_tids(pid, threads):
    """
    The first thread and those that started last: Seep's own thread, which keeps the state file,
    starts before Unbound's second worker.
    """
    tids = sorted(map(int, os.listdir("/proc/%d/task" % pid)))
    return [pid] + [tid for tid in tids if tid != pid][len(tids) - threads:]


class Arm:
    """One resolver in a laboratory of its own."""

    def __init__(self, one, sender):
        self.lab = one
        self.sender = sender
        self.tids = ()

    def send(self, *options):
        """What the sender says became of its questions."""
        done = self.lab.hub.run((self.sender,) + options, timeout_s=120)
        if done.returncode:
            raise Problem("%s: %s" % (" ".join(options), done.stderr.strip()))
        return json.loads(done.stdout)

    def start(self, load):
        """Starts anew, with the load's options and nothing else that was there."""
        self.lab.threads = load.threads
        self.lab.conf = load.conf.format(dir=self.lab.dir)
        self.lab.extra = EXTRA
        self.lab.write_conf()
        self.lab.stop()
        self.restore(load)
        self.lab.start()
        self.tids = worker_tids(self.lab.process.pid, load.threads)
        if len(self.tids) != load.threads:
            raise Problem("Unbound has %d threads" % len(self.tids))
        self.send(*load.warm, "--window", WINDOW)

    def restore(self, load):
        """The state file of a start: none, or what the filling left."""
        for end in ("", ".old", ".new"):
            path = self.lab.dir + "/seep.state" + end
            if os.path.exists(path):
                os.unlink(path)
        if load.fill and os.path.exists(self.filled(load)):
            shutil.copy(self.filled(load), self.lab.dir + "/seep.state")

    def filled(self, load):
        return "%s/filled-%s" % (self.lab.dir, load.name)

    def fill(self, load):
        """Asks what FILL says, and keeps the state file that this leaves."""
        self.start(load)
        self.send(*load.fill, "--window", WINDOW)
        self.lab.stop()
        shutil.copy(self.lab.dir + "/seep.state", self.filled(load))
        self.lab.start()

    def measure(self, *options):
        """One run: the sender's words, and the CPU time a query of workers and of other threads."""
        pid = self.lab.process.pid
        workers, whole = sum(thread_ns(pid, tid) for tid in self.tids), process_ns(pid)
        run = self.send(*options)
        workers = sum(thread_ns(pid, tid) for tid in self.tids) - workers
        whole = process_ns(pid) - whole
        count = run["answered"] + run["refused"]
        if count < 0.99 * run["sent"] or not count:
            raise Problem("of %(sent)d queries %(failed)d failed, %(lost)d had no answer" % run)
        run["cpu"] = workers / count / 1000
        run["other"] = max(whole - workers, 0) / count / 1000
        run["rate"] = count / run["seconds"]
        return run


def one_round(arms, load, turn, seconds, seed):
    """{arm: run}: each arm once, one after the other."""
    options = load.send + ("--seed", str(seed), "--seconds", str(seconds), "--start",
                           str(1000 * (seed % 30)))
    runs = {}
    for name in ORDERS[turn % len(ORDERS)]:
        runs[name] = arms[name].measure(*options, "--window", WINDOW)
    return runs


def paced_round(arms, load, turn, seconds, seed):
    options = load.send + ("--seed", str(seed), "--seconds", str(seconds), "--rate",
                           str(load.rate), "--window", PACED_WINDOW)
    return {name: arms[name].measure(*options) for name in ORDERS[turn % len(ORDERS)]}


def checkpoint_round(arms, load, seconds, seed):
    """
    As one_round, but Seep's run begins just before a checkpoint is due, the others' after it. None
    if there was none in that time.
    """
    options = load.send + ("--seed", str(seed), "--seconds", str(seconds), "--window", WINDOW)
    until_s = time.monotonic() + 3 * CHECKPOINT_S
    # The age is in whole seconds.
    while arms["seep"].lab.seep()["seep.state.checkpoint.age"] < CHECKPOINT_S - 1:
        if time.monotonic() > until_s:
            raise Problem("no checkpoint became due")
        time.sleep(0.05)
    time.sleep(max(0, 1 - seconds / 2))
    runs = {"seep": arms["seep"].measure(*options)}
    age_s = arms["seep"].lab.seep()["seep.state.checkpoint.age"]
    runs.update((name, arms[name].measure(*options)) for name in ("plain", "again"))
    return runs if age_s < CHECKPOINT_S - 1 else None


def counted(arm, load, before):
    """The share of queries since BEFORE that Seep took for what they were meant to be."""
    now = arm.lab.seep()
    return ((now["num.seep." + load.seen] - before["num.seep." + load.seen]) /
            max(now["num.seep.queries"] - before["num.seep.queries"], 1))


class Effort:
    """How long and how often."""

    def __init__(self, starts, rounds, seconds, paced_s):
        self.starts, self.rounds, self.seconds, self.paced_s = starts, rounds, seconds, paced_s


QUICK = Effort(2, 2, 0.3, 0.3)
USUAL = Effort(4, 5, 0.5, 1.0)


def measure(arms, load, effort, seed):
    """{"full": blocks, "paced": blocks, "seen": share}; a block has the rounds of one start."""
    draw = random.Random("%d %s" % (seed, load.name))
    found = {"full": [], "paced": [], "seen": 1.0}
    if load.fill:
        arms["seep"].fill(load)
    for _ in range(effort.starts if not load.at_checkpoint else 2):
        for arm in arms.values():
            arm.start(load)
        before = arms["seep"].lab.seep()
        full, paced = [], []
        for turn in range(effort.rounds if not load.at_checkpoint else 2):
            if load.at_checkpoint:
                full.append(checkpoint_round(arms, load, 1.0, draw.randrange(1 << 30)))
                continue
            full.append(one_round(arms, load, turn, effort.seconds, draw.randrange(1 << 30)))
            if load.rate:
                paced.append(paced_round(arms, load, turn, effort.paced_s,
                                         draw.randrange(1 << 30)))
        found["seen"] = min(found["seen"], counted(arms["seep"], load, before))
        found["full"].append([one for one in full if one])
        found["paced"].append(paced)
    found["full"] = [block for block in found["full"] if block]
    if not found["full"]:
        raise Problem("no round had a checkpoint")
    if found["seen"] < load.least:
        raise Problem("only %.0f %% of the queries were %s" % (100 * found["seen"], load.seen))
    return found


def open_arms(stack, sender):
    """{name: Arm} for ARMS, which STACK closes."""
    arms = {}
    for name in ARMS:
        arms[name] = Arm(stack.enter_context(
            lab.Lab(module=lab.BUILT if name == "seep" else None, conf=loads.PLENTY, threads=1,
                    extra=EXTRA, zones=loads.ZONES)), sender)
    return arms
