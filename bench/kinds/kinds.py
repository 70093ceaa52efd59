#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Kinds of clients, offices and tunnels that no default was tuned on, by `seepctl replay`."""

import argparse
import concurrent.futures
import json
import os
import sys
import time

sys.dont_write_bytecode = True

import machines  # noqa: E402
import measure  # noqa: E402
import people  # noqa: E402
import scene  # noqa: E402
import tables  # noqa: E402
import tunnels  # noqa: E402

# Title, what measures, kinds, columns.
PARTS = (
    ("Machines", measure.of_kind, machines.MACHINES, tables.KIND),
    ("People and offices", measure.of_kind, people.PEOPLE, tables.KIND),
    ("Tunnels, %d days" % measure.TUNNEL_DAYS, measure.of_tunnel, tunnels.TUNNELS, tables.TUNNEL),
)


def wanted(kinds, only):
    return [kind for kind in kinds if not only or any(text in kind.key for text in only)]


def row_key(measured, kind, way):
    return kind.key if measured is measure.of_tunnel else "%s_%s" % (kind.key, way)


def about(args):
    return {"date": time.strftime("%Y-%m-%d"), "seed": args.seed, "people": scene.OTHERS,
            "days": scene.LAST_DAY, "learning_days": scene.LEARNING_DAYS,
            **measure.budgets(args.seepctl, args.seed)}


def title(found):
    return ("Kinds that nothing was tuned on: %(people)d other people, %(days)d days, "
            "learning %(learning_days)dd, seed %(seed)d, %(date)s\n"
            "In a tunnel's days one machine may send %(user_budget_bytes)d bytes at most, "
            "a network's newcomers %(network_budget_bytes)d" % found)


def measured_part(part, args, pool, say):
    """All rows of a part, as they come: (key, figures)."""
    name, measured, kinds, columns = part
    kinds = wanted(kinds, args.only)
    if not kinds:
        return []
    say("\n%s\n%s" % (name, tables.head(columns)))
    runs = [(kind, way, pool.submit(measure.figures, measured, args.seepctl, kind, way, args.seed))
            for kind in kinds for way in kind.ways]
    rows, last = [], None
    for kind, way, run in runs:
        if kind is not last:
            say("%s: %s" % (kind.key, kind.title))
        last = kind
        rows.append((row_key(measured, kind, way), run.result()))
        say(tables.row(way if measured is measure.of_kind else "", rows[-1][1], columns))
    return rows


def seed_number(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a number from 0 on, not '%s'" % text)
    return int(text)


def check_writable(parser, option, path):
    """Says so before anything is measured."""
    try:
        with open(path, "a", encoding="ascii"):
            pass
    except OSError as problem:
        parser.error("%s: %s: %s" % (option, path, problem.strerror))


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench kinds", description=__doc__)
    parser.add_argument("--seepctl", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", metavar="TEXT", action="append",
                        help="only kinds whose key contains that; may be repeated")
    parser.add_argument("--seed", type=seed_number, metavar="NUMBER", default=1,
                        help="of all chance (default 1)")
    parser.add_argument("--json", metavar="FILE", help="the figures; bench/kinds/README.md")
    parser.add_argument("--text", metavar="FILE", help="the tables, there as well")
    args = parser.parse_args(arguments)
    for text in args.only or ():
        if not any(wanted(kinds, [text]) for _, _, kinds, _ in PARTS):
            parser.error("--only: no kind's key contains '%s'; all keys: %s" % (
                text, " ".join(kind.key for _, _, kinds, _ in PARTS for kind in kinds)))
    for option, path in (("--json", args.json), ("--text", args.text)):
        if path:
            check_writable(parser, option, path)
    return args


def main():
    args = parse(sys.argv[1:])
    lines, rows = [], []

    def say(text):
        lines.append(text)
        print(text, flush=True)

    found = about(args)
    say(title(found))
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for part in PARTS:
            rows += measured_part(part, args, pool, say)
    found.update(tables.flat(rows))
    if args.json:
        with open(args.json, "w", encoding="ascii") as file:
            json.dump(found, file, indent=1)
            file.write("\n")
    if args.text:
        with open(args.text, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    failed = sorted(key for key in found if key.endswith("_error"))
    return "failed: " + " ".join(failed) if failed else 0


if __name__ == "__main__":
    sys.exit(main())
