# SPDX-License-Identifier: BSD-3-Clause
"""What was found, as flat figures and as lines of a table."""

import figures
import loads

TIMES = ("p50", "p99", "p999")


def load_of(name):
    return next(load for load in loads.LOADS if load.name == name)


def put(flat, key, blocks):
    """KEY, KEY_low and KEY_high: the median, and its 95 % interval."""
    for end, value in zip(("", "_low", "_high"), figures.median_interval(blocks)):
        flat[key + end] = round(value, 4)


def put_pair(flat, key, blocks, measured):
    """
    KEY_ratio, with Seep to without; KEY_noise, without to without, so named that nobody takes it
    for one of Seep's ratios.
    """
    put(flat, key + "_ratio", figures.ratios(blocks, "seep", "plain", measured))
    put(flat, key + "_noise", figures.ratios(blocks, "again", "plain", measured))


def put_us(flat, key, blocks, measured):
    """KEY_us and KEY_plain_us: the medians, with Seep and without."""
    for end, one in (("_us", "seep"), ("_plain_us", "plain")):
        flat[key + end] = round(figures.middle(blocks, one, measured), 3)


def of_load(load, found):
    """The figures of one load: bench/speed/README.md says what each is."""
    if "error" in found:
        return {load.name + "_error": found["error"]}
    full, paced = found["full"], found["paced"]
    flat = {load.name + "_starts": len(full), load.name + "_rounds": sum(map(len, full))}
    put_pair(flat, load.name + "_cpu", full, "cpu")
    put_us(flat, load.name + "_cpu", full, "cpu")
    flat[load.name + "_keeper_us"] = round(figures.middle(full, "seep", "other"), 3)
    flat[load.name + "_qps"] = round(figures.middle(full, "seep", "rate"))
    flat[load.name + "_seen"] = round(found["seen"], 4)
    for key, one in (("_lost", "seep"), ("_plain_lost", "plain")):
        flat[load.name + key] = sum(figures.total(blocks, one, "lost") for blocks in (full, paced))
    if paced:
        put_pair(flat, load.name + "_paced_cpu", paced, "cpu")
        flat[load.name + "_paced_qps"] = load.rate
    for time in TIMES if paced else ():
        put_pair(flat, "%s_%s" % (load.name, time), paced, time + "_us")
        put_us(flat, "%s_%s" % (load.name, time), paced, time + "_us")
    return flat


def head(about):
    return "Unbound %(unbound)s, %(processors)d processors, load average %(load_average)s, seed " \
        "%(seed)d, %(date)s" % about


def columns():
    return ("%-47s %8s %8s  %-21s %s"
            % ("CPU time of the worker threads, us a query", "without", "with",
               "ratio (95 % interval)", "without, against itself"))


def spread(flat, key):
    return "%.3f (%.3f-%.3f)" % tuple(flat[key + end] for end in ("", "_low", "_high"))


def row(title, flat, key):
    return "%-47s %8.2f %8.2f  %-21s %s" % (title, flat[key + "_plain_us"], flat[key + "_us"],
                                            spread(flat, key + "_ratio"),
                                            spread(flat, key + "_noise"))


def line(load, flat):
    """Of one load; more than one line if it was paced, too."""
    if load.name + "_error" in flat:
        return "%-47s failed: %s" % (load.title, flat[load.name + "_error"])
    text = row(load.title, flat, load.name + "_cpu")
    if flat[load.name + "_keeper_us"] >= 0.01:
        text += "\n  %-45s %8s %8.2f" % ("and other threads", "", flat[load.name + "_keeper_us"])
    for time in TIMES:
        key = "%s_%s" % (load.name, time)
        if key + "_ratio" in flat:
            text += "\n" + row("  time to an answer at %d/s, %s" % (load.rate, time), flat, key)
    return text


def of_rival(one, other, blocks):
    """ONE beside its plain resolver OTHER: {load: blocks}."""
    flat = {}
    for load, rounds in blocks.items():
        key = "%s_%s_cpu" % (one, load)
        put(flat, key + "_ratio", figures.ratios(rounds, one, other, "cpu"))
        for end, name in (("_us", one), ("_plain_us", other)):
            flat[key + end] = round(figures.middle(rounds, name, "cpu"), 3)
    return flat


def rival_columns():
    return "%-54s %8s %8s  %s" % ("CPU time of all threads, us a query", "without", "with",
                                  "ratio (95 % interval)")


def rival_lines(one, title, names, flat):
    return "\n".join("%-54s %8.2f %8.2f  %s" % (
        "%s: %s" % (title, name), flat["%s_%s_cpu_plain_us" % (one, name)],
        flat["%s_%s_cpu_us" % (one, name)], spread(flat, "%s_%s_cpu_ratio" % (one, name)))
        for name in names)
