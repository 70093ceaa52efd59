# SPDX-License-Identifier: BSD-3-Clause
"""What `detect` has written, and what several reports derive from it."""

import json
import sys


def parse(text, source):
    """The results of one document; SOURCE is named if it is none."""
    try:
        results = json.loads(text)
    except ValueError as error:
        sys.exit("%s: no JSON: %s" % (source, error))
    if not isinstance(results, dict) or not ("sweep" in results or "census" in results):
        sys.exit("%s: not what detect writes, or what an older one wrote" % source)
    return results


def load(path):
    try:
        with open(path, "rb") as file:
            return parse(file.read(), path)
    except OSError as error:
        sys.exit("%s: %s" % (path, error.strerror))


def method_rows(results):
    """Seep and its rivals, in the order of every case's `methods`: the rows that were timed."""
    return [row for row in results["benign"] if "ns_p50" in row]


def budget_rows(results):
    """Seep once more, with each of the budgets."""
    return [row for row in results["benign"] if "ns_p50" not in row]


def per_1000(row, key):
    """A count of a row, for 1,000 user-days."""
    return 1000 * row[key] / max(row["user_days"], 1)


def capped(case, payload_bytes):
    """No more than there was to send: a file, once a machine."""
    most = case["file_bytes"] * case["machines"]
    return min(payload_bytes, most) if most > 0 else payload_bytes


def leaked(case, method):
    """The payload of a case that the METHODth method let out, in bytes."""
    return capped(case, case["methods"][method]["bytes"])


def offered(case):
    """What the senders would have got out with nobody there, in bytes."""
    every = [0.0]
    for leak in case["methods"]:
        passed = leak["names"] - leak["refused"]
        if passed:
            every.append(leak["bytes"] * leak["names"] / passed)
    return capped(case, max(every))


def size_text(size_bytes):
    """Bytes in four digits, with k, M, G, T above 9999."""
    unit = 0
    while size_bytes >= 9999.5 and unit < 4:
        size_bytes /= 1000
        unit += 1
    if not unit:
        return "%.0f" % size_bytes
    return ("%.1f%s" if size_bytes < 100 else "%.0f%s") % (size_bytes, "BkMGT"[unit])
