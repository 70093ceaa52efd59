#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Unbound's throughput and latency with Seep against without, in alternating runs of dnsperf."""

import argparse
import os
import random
import re
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test"))

from rig import lab, need  # noqa: E402

CONF = "learning: 0\nuser-budget: 1g\ndomain-budget: 1g\nlog-events: no\n"
POPULAR = 1000
CLIENTS = 20


class Queries:
    """Files of queries for dnsperf, in a lab's directory."""

    def __init__(self, directory, seed):
        self.directory, self.random = directory, random.Random(seed)
        self.serial = 0

    def write(self, names):
        self.serial += 1
        path = os.path.join(self.directory, "queries%d" % self.serial)
        with open(path, "w") as out:
            out.write("".join(name + " A\n" for name in names))
        return path

    def popular(self):
        return self.write("www.site%d.com" % n for n in range(POPULAR))

    def unique(self, count):
        """Names never asked before: eight characters below one of 5,000 domains."""
        return self.write("%s.site%d.com" % ("".join(self.random.choices("abcdefghijklmnop", k=8)),
                                             int(5000 * self.random.random() ** 3))
                          for _ in range(count))


def dnsperf(one, path, seconds, rate=None):
    """Queries answered a second, and the latencies in seconds if a rate is set."""
    argv = ["dnsperf", "-s", "127.0.0.1", "-p", "53", "-d", path, "-l", str(seconds), "-c",
            str(CLIENTS), "-T", "1", "-q", "200"]
    if rate:
        argv += ["-Q", str(rate), "-v"]
    text = one.hub.run(argv, timeout_s=seconds + 30).stdout
    text = text.decode() if isinstance(text, bytes) else text
    found = re.search(r"Queries per second:\s+([0-9.]+)", text)
    if not found:
        raise RuntimeError("dnsperf said nothing\n" + text[-500:])
    latencies = [float(s) for s in re.findall(r"^> \S+ \S+ \S+ ([0-9.]+)$", text, re.M)]
    return float(found.group(1)), latencies


def percentile(values, share):
    values = sorted(values)
    return values[min(int(len(values) * share), len(values) - 1)] if values else float("nan")


def compare(title, pair, paths, args, rate):
    """Paired rounds, the order turned each time; medians of the rounds' ratios."""
    rates, tails = [], []
    for turn in range(args.rounds):
        order = (0, 1) if turn % 2 else (1, 0)
        qps, p99 = [0, 0], [0, 0]
        for i in order:
            qps[i] = dnsperf(pair[i], paths[i](), args.seconds)[0]
        for i in order:
            p99[i] = percentile(dnsperf(pair[i], paths[i](), args.seconds, rate)[1], 0.99)
        rates.append((qps[1] / qps[0], qps))
        tails.append((p99[1] / p99[0], p99))
    ratio, tail = (statistics.median(r for r, _ in rows) for rows in (rates, tails))
    print("%-8s throughput ratio %.3f (%.3f to %.3f), median %.0f/s without, %.0f/s with"
          % (title, ratio, min(r for r, _ in rates), max(r for r, _ in rates),
             statistics.median(q[0] for _, q in rates), statistics.median(q[1] for _, q in rates)))
    print("%-8s p99 ratio at %d/s %.3f (%.3f to %.3f), median %.0f us without, %.0f us with"
          % (title, rate, tail, min(r for r, _ in tails), max(r for r, _ in tails),
             1e6 * statistics.median(t[0] for _, t in tails),
             1e6 * statistics.median(t[1] for _, t in tails)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of one run of dnsperf")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    need.live(tools=("dnsperf",))
    print("1 thread, %d rounds of %d s, seed %d" % (args.rounds, args.seconds, args.seed))
    with lab.Lab(module=None, threads=1) as without, \
            lab.Lab(conf=CONF, threads=1) as guarded:
        pair = (without, guarded)
        makers = [Queries(one.dir, args.seed) for one in pair]
        hot = [maker.popular() for maker in makers]
        for i in (0, 1):
            dnsperf(pair[i], hot[i], 2)
        compare("hits", pair, [lambda i=i: hot[i] for i in (0, 1)], args, 20000)
        compare("misses", pair,
                [lambda i=i: makers[i].unique(40000 * args.seconds) for i in (0, 1)], args, 4000)
        stats = guarded.seep()
        print("with Seep: %s" % ", ".join("%s %d" % (key, stats[key]) for key in (
            "num.seep.hits", "num.seep.sent", "num.seep.charged", "num.seep.untracked",
            "seep.users", "seep.domains", "seep.memory.bytes")))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except need.Missing as reason:
        sys.exit(str(reason))
