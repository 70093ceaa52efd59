#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The engine alone as it grows: time, memory, threads, its state file."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import fit  # noqa: E402
import runs  # noqa: E402
import tables  # noqa: E402

CURVES = tuple(tables.TITLES)
FAILURES = (runs.Problem, OSError, subprocess.SubprocessError)


def points(curve, args, folder):
    """(x, a function that measures there) of a curve."""
    quick = args.quick
    if curve.startswith("threads_"):
        case = curve.split("_")[1]
        return [(count, lambda count=count: runs.threads(args.build, case, count, quick))
                for count in runs.thread_counts(len(os.sched_getaffinity(0)))]
    if curve == "state":
        return [(size, lambda size=size: runs.state(args.build, size, folder))
                for size in (runs.QUICK_STATES if quick else runs.STATES)]
    if curve == "turn":
        return [(size, lambda size=size: runs.turn(args.build, size, quick))
                for size in (runs.QUICK_TURNS if quick else runs.TURNS)]
    return [(x, lambda x=x: runs.point(args.build, curve, x, quick))
            for x in (runs.QUICK_CURVES if quick else runs.CURVES)[curve]]


def measured(curve, args, folder, notes):
    """The rows of a curve. A point that failed, or for which there is no room, gets a note."""
    rows = []
    text = fit.bytes_text if curve in ("state", "turn") else fit.size_text
    for x, measure in points(curve, args, folder):
        key = "%s_%s" % (curve, text(x))
        try:
            rows.append(measure())
        except runs.Skipped as reason:
            notes[key + "_skipped"] = str(reason)
        except FAILURES as problem:
            notes[key + "_error"] = str(problem)
    return fit.with_ratios(rows) if curve.startswith("threads") else rows


def about(args):
    return {"date": time.strftime("%Y-%m-%d"), "processors": len(os.sched_getaffinity(0)),
            "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            "load_average": round(os.getloadavg()[0], 2), "quick": args.quick}


def head(found):
    return "%d processors, %.0f GiB, load average %s, %s%s" % (
        found["processors"], found["memory_bytes"] / runs.GIB, found["load_average"], found["date"],
        ", quick" if found["quick"] else "")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench growth", description=__doc__,
                                     epilog="CURVE: " + " ".join(CURVES))
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="FILE", help="the figures; bench/growth/README.md")
    parser.add_argument("--text", metavar="FILE", help="the tables, there as well")
    parser.add_argument("--svg", metavar="DIR", help="the plots: growth.svg")
    parser.add_argument("--quick", action="store_true",
                        help="few small points, in a minute: to see that all works")
    parser.add_argument("--only", metavar="CURVE", action="append", choices=CURVES,
                        help="only that curve; may be repeated")
    return parser.parse_args(arguments)


def main():
    args = parse(sys.argv[1:])
    found, results, notes, lines = about(args), {}, {}, []

    def say(text):
        lines.append(text)
        print(text, flush=True)

    say("The engine alone: " + head(found))
    with tempfile.TemporaryDirectory(dir=args.build) as folder:	# on a disk, not in memory
        for curve in args.only or CURVES:
            before = set(notes)
            results[curve] = measured(curve, args, folder, notes)
            say(tables.table(curve, results[curve]))
            for key in sorted(set(notes) - before):
                say("  %s: %s" % (key.replace("_", " "), notes[key]))
    found.update(fit.flat(results), **notes)
    if args.json:
        with open(args.json, "w", encoding="ascii") as file:
            json.dump(found, file, indent=1)
            file.write("\n")
    if args.text:
        with open(args.text, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    if args.svg:
        import plots		# matplotlib, which only these need
        plots.write(results, args.svg)
    failed = sorted(key for key in found if key.endswith("_error"))
    return "failed: " + " ".join(failed) if failed else 0


if __name__ == "__main__":
    sys.exit(main())
