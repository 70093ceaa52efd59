#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""bench/growth: the fit of made-up curves, the keys that figures get, and the lines. TAP."""

import math
import os
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, folder) for folder in ("test/rig", "bench/growth")]
import fit  # noqa: E402
import runs  # noqa: E402
import tables  # noqa: E402
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal


def near(got, want, name):
    ok(got is not None and abs(got - want) < 1e-9, name, "got %r, want %r" % (got, want))


def check_fit():
    xs = (1000, 3000, 10000, 1000000)
    for power in (0, 0.5, 1, -0.25, 2):
        near(fit.exponent([(x, 7 * x ** power) for x in xs]), power, "x to the power of %g" % power)
    # By hand: logarithms 0, 1, 2 and 0, 2, 1 have the slope (1 * 0 + 1 * 1) / 2; their ends, too.
    near(fit.exponent([(1, 1), (10, 100), (100, 10)]), 0.5, "between points off the line")
    # 0, 1, 3 and 0, 0, 3: middles 4/3 and 1, (4/3 + 1/3 + 10/3) / (16/9 + 1/9 + 25/9).
    near(fit.exponent([(1, 1), (10, 1), (1000, 1000)]), 5 / (42 / 9), "points at unequal distances")
    equal(fit.exponent([(5, 1)]), None, "one point has no exponent")
    equal(fit.exponent([(5, 1), (5, 2)]), None, "nor have two of the same x")
    near(fit.exponent([(1, 2), (10, 0), (100, 200)]), 1, "what was not measured, 0, is left out")


NAMES = [{"x": 1000, "known_ns": 100, "novel_ns": 200, "needed_bytes": 4 << 20,
          "resident_bytes": 5 << 20, "unplaced_share": 0.0, "known_instructions": 7000},
         {"x": 10000, "known_ns": 100, "novel_ns": 200 * math.sqrt(10), "needed_bytes": 40 << 20,
          "resident_bytes": 50 << 20, "unplaced_share": 0.001}]
THREADS = [{"x": 2, "known_rate": 3e6, "novel_rate": 1e6, "novel_taken": 0.25},
           {"x": 1, "known_rate": 2e6, "novel_rate": 2e6, "novel_taken": 0.0}]
STATE = [{"x": 64 << 20, "synced_ms": 50}, {"x": 1 << 30, "synced_ms": 800}]


def check_keys():
    rows = fit.with_ratios([dict(row) for row in THREADS])
    flat = fit.flat({"names": NAMES, "threads_cdn": rows, "state": STATE, "users": []})
    want = {"names_1k_known_ns": 100, "names_1k_novel_ns": 200, "names_10k_needed_bytes": 40 << 20,
            "names_10k_resident_bytes": 50 << 20, "names_10k_unplaced_share": 0.001,
            "names_1k_known_instructions": 7000, "names_known_ns_exponent": 0.0,
            "names_novel_ns_exponent": 0.5, "names_needed_bytes_exponent": 1.0,
            "names_resident_bytes_exponent": 1.0, "threads_cdn_2_known_ratio": 1.5,
            "threads_cdn_2_novel_ratio": 0.5, "threads_cdn_1_novel_ratio": 1.0,
            "threads_cdn_2_novel_taken": 0.25, "threads_cdn_2_known_rate": 3e6,
            "state_64m_synced_ms": 50, "state_1g_synced_ms": 800, "state_synced_ms_exponent": 1.0}
    equal({key: flat.get(key) for key in want}, want, "the figures")
    equal([key for key in flat if "exponent" in key and
           ("threads" in key or "share" in key or "known_instructions" in key)], [],
          "no exponent where nothing is fitted: ratios, shares, a single point")
    equal([key for key in flat if key.endswith("_x")], [], "x is in the keys")
    ok(all(isinstance(value, (int, float)) for value in flat.values()), "all are numbers", flat)
    equal([fit.size_text(size) for size in (100, 3000, 10000000, 1500)],
          ["100", "3k", "10m", "1500"], "sizes")
    equal([fit.bytes_text(size) for size in (64 << 20, 1 << 30, 8 << 30, 100)],
          ["64m", "1g", "8g", "100"], "bytes")


def check_runs():
    equal(runs.figures_of("known_ns 1.5\nusers 7\n"), {"known_ns": 1.5, "users": 7},
          "what a program prints")
    equal([runs.thread_counts(n) for n in (1, 2, 6, 8)],
          [[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]], "1 to N threads")
    for quick in (False, True):
        for curve, xs in (runs.QUICK_CURVES if quick else runs.CURVES).items():
            loads = [runs.load_of(curve, x, max(xs)) for x in xs]
            ok(all(load["names"] >= max(load["users"], load["domains"]) for load in loads),
               "%s: all users and domains are there" % curve, loads)
            ok(all(len({load[key] for load in loads}) == 1 for key in runs.BASE if key != curve),
               "%s: all else stands still" % curve, loads)
    for status, kind in ((runs.NO_ROOM, runs.Skipped), (1, runs.Problem)):
        try:
            runs.run(["sh", "-c", "echo why >&2; exit %d" % status])
            ok(False, "a program that ends with %d" % status)
        except (runs.Skipped, runs.Problem) as said:
            ok(isinstance(said, kind) and "why" in str(said),
               "a program that ends with %d: %s" % (status, kind.__name__), repr(said))


def words(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def check_lines():
    lines = words(tables.table("names", NAMES))
    equal(lines[3], "1k 100 200 7000 - 4.0 5.0 0.00", "a row")
    equal(lines[4], "10k 100 632 - - 40.0 50.0 0.10", "what was not counted")
    equal(lines[5], "exponent 0.00 0.50 - - 1.00 1.00 -", "the exponents")
    lines = words(tables.table("threads_cdn", fit.with_ratios([dict(row) for row in THREADS])))
    equal(lines[3], "2 3000 1.50 - - 1000 0.50 - 0.2500", "threads")
    equal(len(lines), 5, "and no exponent of theirs")
    with open(os.path.join(SOURCE, "bench", "growth", "README.md"), encoding="utf-8") as file:
        text = file.read()
    equal([name for name in tables.TITLES if "`%s`" % name not in text], [],
          "README.md has all curves")
    keys = {column[0] for name in tables.TITLES for column in tables.columns_of(name)}
    equal([key for key in sorted(keys) if "`%s`" % key not in text], [], "and all figures shown")


def main():
    with tap:
        check_fit()
        check_keys()
        check_runs()
        check_lines()
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
