#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""bench/speed: the statistics of made-up rounds, the keys that they get, and the lines. TAP."""

import os
import random
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, folder) for folder in ("test/rig", "bench/speed")]
import calls  # noqa: E402
import engine  # noqa: E402
import figures  # noqa: E402
import loads  # noqa: E402
import report  # noqa: E402
from problem import Problem  # noqa: E402
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal


def run(cpu, p999=100.0, lost=0, other=0.0):
    return {"cpu": cpu, "other": other, "rate": 1000.0, "lost": lost, "p50_us": 10.0,
            "p99_us": 50.0, "p999_us": p999}


def rounds(plain, seep, again, **more):
    """A block of rounds whose CPU times are these."""
    return [{"plain": run(a), "seep": run(b, **more), "again": run(c)}
            for a, b, c in zip(plain, seep, again)]


FULL = [rounds((10, 20, 40), (11, 21, 44), (10, 19, 40), other=0.5),
        rounds((8, 10), (8.4, 12), (8.8, 10), lost=1)]
PACED = [rounds((10,), (11,), (10,), p999=120.0), rounds((10,), (12,), (9,), p999=80.0)]


def check_medians():
    equal(figures.ratios(FULL, "seep", "plain", "cpu"), [[1.1, 1.05, 1.1], [1.05, 1.2]],
          "with to without, round by round")
    equal(figures.median_interval([[1.1, 1.05, 1.1], [1.05, 1.2]])[0], 1.1, "the median of all")
    equal(figures.median_interval([[1.5]]), (1.5, 1.5, 1.5), "one round has no width")
    equal(figures.median_interval([[3.0, 1.0, 2.0]] * 2)[1:], (1.0, 3.0),
          "a few rounds: from the least to the most")
    equal(figures.middle(FULL, "plain", "cpu"), 10, "the median of one run's figure")
    equal(figures.total(FULL, "seep", "lost"), 2, "a sum")


def check_coverage():
    """An interval of 95 % has the truth in it about so often; starts that differ widen it."""
    draw = random.Random(5)
    inside = wide = narrow = 0
    tries = 30
    for turn in range(tries):
        blocks = []
        for _ in range(8):
            shift = draw.gauss(1.05, 0.01)
            blocks.append([draw.gauss(shift, 0.01) for _ in range(5)])
        _, low, high = figures.median_interval(blocks, turn)
        inside += low <= 1.05 <= high
        wide += high - low
        flat = [[ratio] for block in blocks for ratio in block]
        _, low, high = figures.median_interval(flat, turn)
        narrow += high - low
    ok(inside >= 0.8 * tries, "the truth is in the interval", "%d of %d" % (inside, tries))
    ok(wide > 1.2 * narrow, "as wide as the starts differ", "%f, %f" % (wide, narrow))
    ok(0.006 < wide / tries < 0.03, "and no wider", wide / tries)


def check_percentiles():
    counts = {10: 50, 20: 40, 30: 9, 1000: 1}
    equal([figures.percentile(counts, share) for share in (0.5, 0.51, 0.9, 0.99, 0.999, 1.0)],
          [10, 20, 20, 30, 1000, 1000], "percentiles of a histogram")


def check_keys():
    load = report.load_of("miss_state")
    flat = report.of_load(load, {"full": FULL, "paced": PACED, "seen": 0.98765})
    want = {"miss_state_starts": 2, "miss_state_rounds": 5, "miss_state_cpu_ratio": 1.1,
            "miss_state_cpu_ratio_low": 1.05, "miss_state_cpu_ratio_high": 1.2,
            "miss_state_cpu_noise": 1.0, "miss_state_cpu_us": 12, "miss_state_cpu_plain_us": 10,
            "miss_state_keeper_us": 0.5, "miss_state_qps": 1000, "miss_state_seen": 0.9877,
            "miss_state_lost": 2, "miss_state_plain_lost": 0, "miss_state_paced_qps": 4000,
            "miss_state_paced_cpu_ratio": 1.15, "miss_state_paced_cpu_noise": 0.95,
            "miss_state_p50_ratio": 1.0, "miss_state_p99_ratio": 1.0, "miss_state_p999_ratio": 1.0,
            "miss_state_p999_ratio_low": 0.8, "miss_state_p999_ratio_high": 1.2,
            "miss_state_p999_noise": 1.0, "miss_state_p999_us": 100, "miss_state_p50_us": 10}
    equal({key: flat.get(key) for key in want}, want, "the figures of a load")
    for key in flat:
        if "ratio" in key:
            stem = key.replace("_low", "").replace("_high", "")
            ok(flat[stem + "_low"] <= flat[stem] <= flat[stem + "_high"], "in order: " + key)
            ok("hit" in key or "miss" in key, "says of what: " + key)
    ok(all(isinstance(value, (int, float)) for value in flat.values()), "all are numbers", flat)
    bare = report.of_load(report.load_of("hit_tcp"), {"full": FULL, "paced": [], "seen": 1.0})
    ok(not any("p99" in key or "paced" in key for key in bare), "not paced: no such keys", bare)
    equal(report.of_load(load, {"error": "no"}), {"miss_state_error": "no"}, "a load that failed")


def check_loads():
    names = [load.name for load in loads.LOADS]
    equal(len(set(names)), len(names), "each load has a name of its own")
    ok({"hit", "miss", "miss_state"} <= set(names), "the names that the aims are of", names)
    for load in loads.LOADS:
        ok("hit" in load.name or "miss" in load.name, load.name + " says hit or miss")
    with open(os.path.join(SOURCE, "bench", "speed", "README.md"), encoding="utf-8") as file:
        text = file.read()
    equal([name for name in names if "`%s`" % name not in text], [], "README.md has all loads")


def check_lines():
    load = report.load_of("miss_state")
    flat = report.of_load(load, {"full": FULL, "paced": PACED, "seen": 1.0})
    lines = [" ".join(line.split()) for line in report.line(load, flat).splitlines()]
    equal(lines[0], "misses, state file kept 10.00 12.00 1.100 (1.050-1.200) 1.000 (0.950-1.100)",
          "a line of CPU time")
    equal(lines[1], "and other threads 0.50", "its other threads")
    equal(lines[-1], "time to an answer at 4000/s, p999 100.00 100.00 1.000 (0.800-1.200) "
          "1.000 (1.000-1.000)", "a line of time")
    ok("failed: it broke" in report.line(load, {"miss_state_error": "it broke"}), "a failure")


def check_rivals():
    flat = report.of_rival("seep", "plain", {"hit": FULL, "miss": FULL[:1]})
    want = {"seep_hit_cpu_ratio": 1.1, "seep_hit_cpu_ratio_low": 1.05,
            "seep_hit_cpu_ratio_high": 1.2, "seep_miss_cpu_ratio": 1.1, "seep_miss_cpu_us": 21,
            "seep_miss_cpu_plain_us": 20}
    equal({key: flat.get(key) for key in want}, want, "a rival beside its plain resolver")
    equal(" ".join(report.rival_lines("seep", "It", ("miss",), flat).split()),
          "It: miss 20.00 21.00 1.100 (1.050-1.100)", "its line")


def check_engine():
    said = "cache hit, 50 users                p50     13 ns  p99     27 ns\n" \
        "sent, novel, prefix of 8 bytes     p50   1995 ns  p99   3443 ns\nrestart: end 0.1 ms\n"
    equal(engine.times_of(said),
          {"engine_cache_hit_50_users_p50_ns": 13, "engine_cache_hit_50_users_p99_ns": 27,
           "engine_sent_novel_prefix_of_8_bytes_p50_ns": 1995,
           "engine_sent_novel_prefix_of_8_bytes_p99_ns": 3443}, "what bench/engine prints")
    equal(engine.total("summary: 9\n\ntotals: 1234\n"), 1234, "what callgrind counted")
    for text in "totals: 0\n", "":
        try:
            engine.total(text)
            ok(False, "callgrind counted nothing: said")
        except Problem:
            ok(True, "callgrind counted nothing: said")


def check_in_place():
    start = "[1795677891] unbound[7:0] info: seep: timed: "
    log = start + "clear 10.0:2999 20.5:1\n" + start + "operate_new 900.0:1500\n" + start + \
        "operate_new 1800.0:1500 4000.0:3\n" + start + "on_query 5.0:7\n[1] unbound: info: end\n"
    equal(calls.histograms(log),
          {"clear": {10.0: 2999, 20.5: 1}, "on_query": {5.0: 7},
           "operate_new": {900.0: 1500, 1800.0: 1500, 4000.0: 3}}, "the histograms of a log")
    flat = calls.of_load("miss", log)
    want = {"inplace_miss_operate_new_p50_ns": 1800.0, "inplace_miss_operate_new_p999_ns": 1800.0,
            "inplace_miss_operate_new_calls": 3003, "inplace_miss_clear_p99_ns": 10.0}
    equal({key: flat.get(key) for key in want}, want, "their figures")
    ok(not any("on_query" in key for key in flat), "what the warming alone called is left out")
    ok(any(" ".join(line.split()) == "miss, operate_new 1800 1800 1800 3003"
           for line in calls.lines(flat).splitlines()), "their lines", calls.lines(flat))


def main():
    with tap:
        check_rivals()
        check_engine()
        check_in_place()
        check_medians()
        check_coverage()
        check_percentiles()
        check_keys()
        check_loads()
        check_lines()
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
