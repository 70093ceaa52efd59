# SPDX-License-Identifier: BSD-3-Clause
"""How figures grow: exponents, and all of them under flat keys."""

import math

# What grows is fitted: the endings of its keys.
FITTED = ("_ns", "_instructions", "_bytes", "_ms", "_us")


def exponent(points):
    """
    Of the power of x that comes closest to the (x, y): the slope by least squares, both axes
    logarithmic. 0 is flat, 1 is in proportion. None with fewer than two x.
    """
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    middle_x = sum(x for x, _ in logs) / len(logs)
    middle_y = sum(y for _, y in logs) / len(logs)
    return (sum((x - middle_x) * (y - middle_y) for x, y in logs) /
            sum((x - middle_x) ** 2 for x, _ in logs))


def curve(rows, key):
    """The (x, y) of the ROWS that have KEY."""
    return [(row["x"], row[key]) for row in rows if key in row]


def exponents(rows):
    """{KEY: exponent} of all that grows."""
    found = {}
    for key in sorted({key for row in rows for key in row if key.endswith(FITTED)}):
        slope = exponent(curve(rows, key))
        if slope is not None:
            found[key] = round(slope, 4)
    return found


def size_text(size):
    """100, 3k, 10m: in thousands and millions."""
    for unit, scale in (("m", 10 ** 6), ("k", 10 ** 3)):
        if size >= scale and size % scale == 0:
            return "%d%s" % (size // scale, unit)
    return str(size)


def bytes_text(size):
    """64m, 1g: as in seep.conf."""
    for unit, shift in (("g", 30), ("m", 20), ("k", 10)):
        if size >= 1 << shift and size % (1 << shift) == 0:
            return "%d%s" % (size >> shift, unit)
    return str(size)


def with_ratios(rows):
    """Threads: to the rate of one, the same case."""
    alone = next((row for row in rows if row["x"] == 1), {})
    for row in rows:
        for kind in ("known", "novel"):
            if kind + "_rate" in row and kind + "_rate" in alone:
                row[kind + "_ratio"] = round(row[kind + "_rate"] / alone[kind + "_rate"], 4)
    return rows


def flat(results):
    """
    {CURVE_X_WHAT: figure} and {CURVE_WHAT_exponent: figure} of {CURVE: rows}; README.md says what
    there is. Rows are {"x": ..., WHAT: ...}.
    """
    found = {}
    for name, rows in results.items():
        text = bytes_text if name in ("state", "turn") else size_text
        for row in rows:
            found.update({"%s_%s_%s" % (name, text(row["x"]), key): value
                          for key, value in row.items() if key != "x"})
        if not name.startswith("threads"):
            found.update({"%s_%s_exponent" % (name, key): slope
                          for key, slope in exponents(rows).items()})
    return found
