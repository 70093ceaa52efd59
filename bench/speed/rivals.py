#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What others cost who count names, each beside its own plain resolver, under the same loads."""

import argparse
import contextlib
import json
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "test"))

from rig import lab, need  # noqa: E402

import loads  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
import rivals_conf as conf  # noqa: E402
from problem import Problem  # noqa: E402

LOADS = ("hit", "miss")
# With what is measured, and its plain resolver.
PAIRS = (("seep", "unbound", "Seep"),
         ("python", "debian", "Unbound's python module, a set of names a domain"),
         ("dnsdist", "unbound", "dnsdist in front, dynamic blocks by suffix"),
         ("recursor_nod", "recursor", "PowerDNS Recursor, new domains and responses"))
READY_S = 10


class Contender(measure.Arm):
    """What answers on a port of a laboratory: its Unbound, or programs of START's, or both."""

    def __init__(self, name, one, sender, port=53, argv=(), with_unbound=True):
        super().__init__(name, one, sender)
        self.port, self.argv, self.with_unbound = port, argv, with_unbound
        self.child = None

    def restart(self):
        """Unbound starts anew only where it is measured by itself."""
        if not self.argv:
            self.lab.restart()
        else:
            self.end()
            self.child = self.lab.hub.spawn(self.argv, log="%s/%s.out" % (self.lab.dir, self.name))
        self.wait()

    def end(self):
        if self.child:
            self.child.terminate()
            self.child.wait(READY_S)
            self.lab.hub.children.remove(self.child)
            self.child = None

    def wait(self):
        until_s = time.monotonic() + READY_S
        while self.lab.ask("ready.com", server=("127.0.0.1", self.port), timeout_s=0.3) is None:
            if time.monotonic() > until_s or (self.child and self.child.poll() is not None):
                with open("%s/%s.out" % (self.lab.dir, self.name), errors="replace") as text:
                    raise Problem("%s does not answer: %s" % (self.name, text.read()[-500:]))

    def send(self, *options):
        return super().send(*options, "--port", str(self.port))

    def cpu_ns(self):
        """Of all threads of its programs: who knows which of them are its workers."""
        pids = [self.child.pid] if self.child else []
        pids += [self.lab.process.pid] if self.with_unbound else []
        whole = sum(map(measure.process_ns, pids))
        return whole, whole


def contenders(stack, args):
    """{name: Contender} of PAIRS, with their laboratories."""
    sender = os.path.join(os.path.abspath(args.build), "bench", "speed", "send")
    root = os.path.abspath(args.root)
    debian = conf.wrapper(root, "usr/sbin/unbound")

    def made(**more):
        return stack.enter_context(lab.Lab(threads=1, extra=measure.EXTRA, zones=loads.ZONES, **more))

    plain = made(module=None)
    found = {
        "unbound": Contender("unbound", plain, sender),
        "seep": Contender("seep", made(conf=loads.PLENTY), sender),
        "debian": Contender("debian", made(module=None, binary=debian), sender),
        "python": Contender("python", made(
            module=None, binary=debian, modules="python validator iterator", clauses=conf.PYTHON,
            files={"count.py": conf.COUNT}), sender),
    }
    for port, (name, with_unbound, argv) in enumerate(conf.programs(
            plain.dir, root, args.recursor), 5301):
        found[name] = Contender(name, plain, sender, port, argv(port), with_unbound)
    return found


def one_round(pair, load, turn, seconds, seed):
    options = load.send + ("--seed", str(seed), "--seconds", str(seconds), "--window",
                           measure.WINDOW)
    order = pair if turn % 2 else pair[::-1]
    return {one.name: one.measure(*options) for one in order}


def compared(found, pair, args):
    """{load: blocks} of two contenders."""
    effort = measure.QUICK if args.quick else measure.USUAL
    draw = random.Random("%d %s" % (args.seed, pair[0]))
    blocks = {name: [] for name in LOADS}
    two = [found[name] for name in pair]
    for _ in range(effort.starts):
        for one in reversed(two):		# the plain one first: the other may stand in front of it
            one.restart()
        for name in LOADS:
            load = report.load_of(name)
            for one in two:
                one.send(*load.warm, "--window", measure.WINDOW)
            blocks[name].append([one_round(two, load, turn, effort.seconds, draw.randrange(1 << 30))
                                 for turn in range(effort.rounds)])
    return blocks


def main():
    parser = argparse.ArgumentParser(prog="./dev bench rivals", description=__doc__)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--recursor", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    need.live()
    flat = {"date": time.strftime("%Y-%m-%d"), "processors": os.cpu_count(), "seed": args.seed,
            "quick": args.quick}
    print(report.rival_columns())
    with contextlib.ExitStack() as stack:
        found = contenders(stack, args)
        for one, other, title in PAIRS:
            try:
                blocks = compared(found, (one, other), args)
            except Problem as problem:
                flat["%s_error" % one] = str(problem)
                print("%s: failed: %s" % (title, problem), flush=True)
                continue
            flat.update(report.of_rival(one, other, blocks))
            print(report.rival_lines(one, title, LOADS, flat), flush=True)
    if args.json:
        with open(args.json, "w", encoding="ascii") as file:
            json.dump(flat, file, indent=1)
            file.write("\n")
    return "failed" if any(key.endswith("_error") for key in flat) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except need.Missing as reason:
        sys.exit(str(reason))
