# SPDX-License-Identifier: BSD-3-Clause
"""The time inside the module's calls, as the module logs it (module/unbound/timed.c)."""

import collections
import re

import figures

LOADS = ("hit", "miss", "miss_state", "known_miss", "refused_miss")
CALLS = ("operate_new", "operate_moddone", "on_query", "clear", "on_cache_hit", "nothing")
SHARES = (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))
FEW = 2500			# calls: those of the warming, and no part of the load


def histograms(text):
    """{call: {ns: count}}; a call may have several lines."""
    found = collections.defaultdict(collections.Counter)
    for call, columns in re.findall(r" seep: timed: (\w+)((?: [0-9.]+:\d+)+)$", text, re.M):
        for column in columns.split():
            ns, count = column.split(":")
            found[call][float(ns)] += int(count)
    return found


def of_load(name, text):
    """The figures of one load, of the log of its run."""
    flat = {}
    for call, histogram in histograms(text).items():
        if sum(histogram.values()) < FEW:
            continue
        for share_name, share in SHARES:
            flat["inplace_%s_%s_%s_ns" % (name, call, share_name)] = round(
                figures.percentile(histogram, share), 1)
        flat["inplace_%s_%s_calls" % (name, call)] = sum(histogram.values())
    return flat


def lines(flat):
    text = ["%-47s %8s %8s %8s %9s" % ("Time inside the module's calls, ns", "p50", "p99", "p99.9",
                                       "calls")]
    for load in LOADS:
        for call in CALLS:
            key = "inplace_%s_%s_" % (load, call)
            if key + "calls" in flat:
                text.append("  %-45s %8.0f %8.0f %8.0f %9d" % (
                    (load + ", " + call,) + tuple(flat[key + name + "_ns"] for name, _ in SHARES) +
                    (flat[key + "calls"],)))
    return "\n".join(text)
