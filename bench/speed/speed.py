#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What Seep costs Unbound: CPU time a query and the time to an answer, with it and without."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "test"))

from rig import need  # noqa: E402

import loads  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
from problem import Problem  # noqa: E402

PARTS = tuple(load.name for load in loads.LOADS)
SLOW = ("miss_checkpoint",)		# left out of --quick: each round waits for a checkpoint


def wanted(args):
    """The parts to run, in their order."""
    if args.only:
        return [part for part in PARTS if part in args.only]
    return [part for part in PARTS if not (args.quick and part in SLOW)]


def measured(parts, args, say):
    """{load's name: what measure() found}; what failed has an error in its place."""
    found = {}
    chosen = [load for load in loads.LOADS if load.name in parts]
    if not chosen:
        return found
    need.live()
    with contextlib.ExitStack() as stack:
        arms = measure.open_arms(stack, os.path.join(args.build, "bench", "speed", "send"))
        for load in chosen:
            try:
                found[load.name] = measure.measure(
                    arms, load, measure.QUICK if args.quick else measure.USUAL, args.seed)
            except Problem as problem:
                found[load.name] = {"error": str(problem)}
            say(report.line(load, report.of_load(load, found[load.name])))
    return found


def version_of(unbound):
    text = subprocess.run((unbound, "-V"), capture_output=True, text=True, timeout=10).stdout
    return text.split("\n", 1)[0].replace("Version ", "")


def about(args):
    """What the figures are of; no figures."""
    return {"date": time.strftime("%Y-%m-%d"), "unbound": version_of(need.unbound_path()),
            "processors": os.cpu_count(), "load_average": round(os.getloadavg()[0], 2),
            "seed": args.seed, "quick": args.quick}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench speed", description=__doc__,
                                     epilog="NAME: " + " ".join(PARTS))
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="FILE", help="the figures; bench/speed/README.md")
    parser.add_argument("--text", metavar="FILE", help="the tables, there as well")
    parser.add_argument("--quick", action="store_true",
                        help="few short rounds, in a minute or two: to see that all works")
    parser.add_argument("--only", metavar="NAME", action="append", choices=PARTS,
                        help="only that part; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main():
    args = parse(sys.argv[1:])
    lines = []

    def say(text):
        lines.append(text)
        print(text, flush=True)

    say(report.head(about(args)))
    parts = wanted(args)
    figures = about(args)
    say(report.columns())
    for name, found in measured(parts, args, say).items():
        figures.update(report.of_load(report.load_of(name), found))
    if args.json:
        with open(args.json, "w", encoding="ascii") as file:
            json.dump(figures, file, indent=1)
            file.write("\n")
    if args.text:
        with open(args.text, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    failed = sorted(key for key in figures if key.endswith("_error"))
    return "failed: " + " ".join(failed) if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except need.Missing as reason:
        sys.exit(str(reason))
