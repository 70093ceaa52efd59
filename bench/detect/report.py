#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tables, aims and plots of what `detect` measured: of a file of its, or of a run of it."""

import argparse
import contextlib
import json
import subprocess
import sys

sys.dont_write_bytecode = True
import aims  # noqa: E402
import results as detected  # noqa: E402
import tables  # noqa: E402


def parser_of(runs):
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, add_help=not runs,
        epilog="The tables go to standard output. With --detect, further options are that "
               "program's.")
    if not runs:
        parser.add_argument("results", help="JSON that detect wrote earlier")
    parser.add_argument("--detect", metavar="PROGRAM", help="run it, in place of a file")
    parser.add_argument("--json", metavar="FILE", help="with --detect: keep its results there")
    parser.add_argument("--other", metavar="FILE",
                        help="results by another seed, for a column of Seep's beside")
    parser.add_argument("--other-seed", metavar="S",
                        help="with --detect: run it by this seed, too, and keep both in one file")
    parser.add_argument("--text", metavar="FILE", nargs="?", help="the tables, there as well")
    parser.add_argument("--svg", metavar="FOLDER", help="the plots; needs matplotlib")
    parser.add_argument("--aims", action="store_true",
                        help="exit status 1 if Seep misses an aim other than speed")
    return parser


def measured(program, options):
    """The results of a run; None if it measured nothing."""
    run = subprocess.run((program, *options), check=False, stdout=subprocess.PIPE)
    if run.returncode:
        sys.exit(run.returncode)
    if not run.stdout:
        return None
    return detected.parse(run.stdout, program)


def with_other(options, others, results):
    """The same, with those by the other seed as `other`."""
    if options.other:
        results["other"] = detected.load(options.other)
    elif options.other_seed:
        results["other"] = measured(options.detect, [*without_seed(others), "--seed",
                                                     options.other_seed])
    if results.get("other"):
        results["other"].pop("other", None)
    return results


def without_seed(arguments):
    """The arguments but for `--seed S` or `--seed=S`."""
    kept, skip = [], False
    for argument in arguments:
        if not skip and argument != "--seed" and not argument.startswith("--seed="):
            kept.append(argument)
        skip = argument == "--seed"
    return kept


def main():
    arguments = sys.argv[1:]
    runs = "--detect" in arguments
    parser = parser_of(runs)
    options, others = parser.parse_known_args(arguments)
    if runs and "--help" in others:
        parser.print_help()
        print(flush=True)
        return subprocess.run((options.detect, "--help"), check=False).returncode
    if others and not runs:
        parser.error("unknown: %s" % " ".join(others))
    if options.svg:
        import plots  # before a long run: it may be missing
    with contextlib.ExitStack() as files:
        keep, text = (path and files.enter_context(open(path, mode, **more))
                      for path, mode, more in ((options.json, "wb", {}),
                                               (options.text, "w", {"encoding": "utf-8"})))
        results = (measured(options.detect, others) if runs
                   else detected.load(options.results))
        if results is None:
            return 0
        results = with_other(options, others, results)
        if keep:
            keep.write(json.dumps(results, indent=1).encode())
            keep.flush()
        for file in filter(None, (sys.stdout, text)):
            file.write(tables.text(results))
    if "sweep" in results:
        return 0
    if options.svg:
        plots.write(results, options.svg)
    missed = aims.missed(results) if options.aims else []
    for title in missed:
        print("missed: %s" % title, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
