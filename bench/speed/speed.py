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

import calls  # noqa: E402
import engine  # noqa: E402
import inplace  # noqa: E402
import loads  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
from problem import Problem  # noqa: E402

PARTS = tuple(load.name for load in loads.LOADS) + ("engine", "instructions", "in-place")
FAILURES = (Problem, RuntimeError, OSError, subprocess.SubprocessError)
SLOW = ("miss_checkpoint",)		# left out of --quick: each round waits for a checkpoint


def wanted(args):
    """The parts to run, in their order."""
    if args.only:
        return [part for part in PARTS if part in args.only]
    return [part for part in PARTS if not (args.quick and part in SLOW)]


def sender(args):
    return os.path.join(os.path.abspath(args.build), "bench", "speed", "send")


def tried(arms, load, args):
    """What is found of a load, or an error: a whole run is too long to end for one of them."""
    effort = measure.QUICK if args.quick else measure.USUAL
    for seed in args.seed, args.seed + 1:
        try:
            return measure.measure(arms, load, effort, seed)
        except FAILURES as problem:
            said = str(problem)
    return {"error": said}


def measured(parts, args, say):
    """The figures of the loads; of one that failed an error."""
    flat = {}
    chosen = [load for load in loads.LOADS if load.name in parts]
    if not chosen:
        return flat
    need.live()
    say(report.columns())
    with contextlib.ExitStack() as stack:
        arms = measure.open_arms(stack, sender(args))
        for load in chosen:
            flat.update(report.of_load(load, tried(arms, load, args)))
            say(report.line(load, flat))
    return flat


def engine_times(args, say):
    text, flat = engine.times(os.path.join(args.build, "bench", "engine"),
                              100000 if args.quick else engine.OBSERVATIONS)
    say("\nThe engine alone: " + text.rstrip())
    return flat


def engine_instructions(args, say):
    flat = engine.instructions(os.path.join(args.build, "bench", "engine"),
                               8192 if args.quick else engine.LENGTH)
    say("\n" + engine.lines(flat))
    return flat


def in_place(args, say):
    need.live()
    flat = inplace.measured(os.path.abspath(args.build) + "-timed", sender(args),
                            0.5 if args.quick else inplace.SECONDS)
    say("\n" + calls.lines(flat))
    return flat


# What is not a load.
OTHERS = {"engine": engine_times, "instructions": engine_instructions, "in-place": in_place}


def others(parts, args, say):
    flat = {}
    for name in parts:
        try:
            flat.update(OTHERS[name](args, say) if name in OTHERS else {})
        except FAILURES as problem:
            flat[name + "_error"] = str(problem)
            say("\n%s failed: %s" % (name, problem))
    return flat


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
    parser.add_argument("--in-place", dest="only", action="append_const", const="in-place",
                        help="only the time inside the module's calls: --only in-place")
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
    figures.update(measured(parts, args, say))
    figures.update(others(parts, args, say))
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
