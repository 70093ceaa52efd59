# SPDX-License-Identifier: BSD-3-Clause
"""The CPU time of resolvers under a load, in paired rounds."""

import itertools
import json
import os
import random
import shutil
import time

from rig import lab

import checkpoint
import loads
from problem import Problem

WINDOW = "100"
PACED_WINDOW = "10000"
ARMS = ("plain", "seep", "again")	# Unbound, Unbound with Seep, and the first kind once more
ORDERS = list(itertools.permutations(ARMS))
EXTRA = "incoming-num-tcp: 100\nso-rcvbuf: 4m\n"	# a hiccup of the sender's loses nothing


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

    def __init__(self, name, one, sender):
        self.name = name
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

    def cpu_ns(self):
        """Of the workers, and of the whole process."""
        pid = self.lab.process.pid
        return sum(thread_ns(pid, tid) for tid in self.tids), process_ns(pid)

    def measure(self, *options):
        """One run: the sender's words, and the CPU time a query of workers and of other threads."""
        workers, whole = self.cpu_ns()
        run = self.send(*options)
        workers, whole = (now - then for now, then in zip(self.cpu_ns(), (workers, whole)))
        count = run["answered"] + run["refused"]
        if count < 0.99 * run["sent"] or not count:
            raise Problem("%s: of %d queries %d failed, %d had no answer" % (
                self.name, run["sent"], run["failed"], run["lost"]))
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
USUAL = Effort(5, 4, 0.4, 0.8)
CHECKPOINTS = Effort(3, 2, 0, 0)	# each round waits for one


def rounds(arms, load, effort, draw):
    """Those of one start: the full ones, and the paced ones."""
    full, paced = [], []
    for turn in range(effort.rounds):
        if load.at_checkpoint:
            full.append(checkpoint.one_round(arms, load, draw.randrange(1 << 30)))
        else:
            full.append(one_round(arms, load, turn, effort.seconds, draw.randrange(1 << 30)))
        if load.rate:
            paced.append(paced_round(arms, load, turn, effort.paced_s, draw.randrange(1 << 30)))
    return [one for one in full if one], paced


def measure(arms, load, effort, seed):
    """{"full": blocks, "paced": blocks, "seen": share}; a block has the rounds of one start."""
    draw = random.Random("%d %s" % (seed, load.name))
    found = {"full": [], "paced": [], "seen": 1.0}
    effort = CHECKPOINTS if load.at_checkpoint else effort
    if load.fill:
        arms["seep"].fill(load)
    for _ in range(effort.starts):
        for arm in arms.values():
            arm.start(load)
        before = arms["seep"].lab.seep()
        full, paced = rounds(arms, load, effort, draw)
        found["seen"] = min(found["seen"], counted(arms["seep"], load, before))
        found["full"] += [full] if full else []
        found["paced"] += [paced] if paced else []
    if not found["full"]:
        raise Problem("no round had a checkpoint")
    if found["seen"] < load.least:
        raise Problem("only %.0f %% of the queries were %s" % (100 * found["seen"], load.seen))
    return found


def open_arms(stack, sender):
    """{name: Arm} for ARMS, which STACK closes."""
    arms = {}
    for name in ARMS:
        arms[name] = Arm(name, stack.enter_context(
            lab.Lab(module=lab.BUILT if name == "seep" else None, conf=loads.PLENTY, threads=1,
                    extra=EXTRA, zones=loads.ZONES)), sender)
    return arms
