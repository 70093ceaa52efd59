# SPDX-License-Identifier: BSD-3-Clause
"""What is run, and what the programs print."""

import os
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "speed"))
import engine  # noqa: E402
from problem import Problem  # noqa: E402

MIB, GIB = 1 << 20, 1 << 30
NO_ROOM = 3			# the program ends so
TIMEOUT_S = 3600
KINDS = ("known", "novel")
CASES = ("own", "cdn", "one")

# What each curve grows, and what stands still meanwhile. The names of a load are no fewer than its
# users and domains, so that each of them is there.
BASE = {"names": 100000, "users": 1000, "domains": 1000, "bytes": 24}
CURVES = {
    "names": (1000, 3000, 10000, 30000, 100000, 300000, 1000000, 3000000, 10000000),
    "users": (100, 300, 1000, 3000, 10000, 30000, 100000),
    "domains": (1000, 3000, 10000, 30000, 100000, 300000, 1000000),
    "bytes": (10, 24, 40, 63, 100, 130, 160, 200, 253),
}
QUICK_CURVES = {
    "names": (1000, 10000, 100000, 1000000),
    "users": (100, 1000, 10000),
    "domains": (1000, 10000, 100000),
    "bytes": (10, 63, 253),
}
# Callgrind makes an engine some fifty times slower, and fills it, too.
COUNTED_NAMES, QUICK_COUNTED_NAMES = 100000, 10000
COUNTED = 2048			# observations of each kind
STATES, QUICK_STATES = (64 * MIB, GIB, 8 * GIB), (64 * MIB,)
TURNS, QUICK_TURNS = STATES, (64 * MIB, GIB)


class Skipped(Exception):
    """There is no room for it."""


def figures_of(text):
    """{KEY: number} of lines KEY VALUE."""
    found = {}
    for line in text.splitlines():
        key, value = line.split()
        number = float(value)
        found[key] = int(number) if number == int(number) else number
    return found


def program(build, name="growth"):
    return os.path.join(os.path.abspath(build), "bench", "growth", name)


def options(values):
    return [word for key, value in values.items() for word in ("--" + key, str(value))]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode == NO_ROOM:
        raise Skipped(done.stderr.strip())
    if done.returncode:
        raise Problem("%s: %s" % (" ".join(command[1:]), done.stderr.strip()[-300:]))
    return figures_of(done.stdout)


def load_of(curve, x, top):
    """The options of a point. All points of a curve have as many names as the last one needs."""
    load = dict(BASE, **{curve: x})
    if curve != "names":
        load["names"] = max(load["names"], top if curve in ("users", "domains") else 0)
    return load


def counts(build, curve, load, most):
    """{KIND_instructions} of one observation, among MOST names; nothing where more are needed."""
    names = load["names"] if curve == "names" else most
    if max(names, load["users"], load["domains"]) > most:
        return {}
    return {kind + "_instructions": round(engine.count_inside(
        ["observe_%s*" % kind],
        [program(build)] + options(dict(load, names=names, observations=COUNTED))) / COUNTED)
        for kind in KINDS}


def point(build, curve, x, quick):
    top = max((QUICK_CURVES if quick else CURVES)[curve])
    load = load_of(curve, x, top)
    found = run([program(build)] +
                options(dict(load, observations=20000 if quick else 200000)))
    if found["refused"]:
        raise Problem("%s %d: %d refused" % (curve, x, found["refused"]))
    row = {"x": x, "unplaced_share": round(found["unplaced"] / found["sent"], 5)}
    row.update({key: found[key] for key in ("known_ns", "novel_ns", "needed_bytes",
                                            "resident_bytes")})
    row.update(counts(build, curve, load, QUICK_COUNTED_NAMES if quick else COUNTED_NAMES))
    return row


def thread_counts(processors):
    """1, 2, 4 and so on, and all of them."""
    found = [1]
    while found[-1] * 2 < processors:
        found.append(found[-1] * 2)
    return found + [processors] * (processors > 1)


def threads(build, case, count, quick):
    """Rates, and of another run how often a lock was found taken: counting takes its time."""
    values = {"mode": "threads", "case": case, "threads": count, "names": 10000,
              "users": BASE["users"], "domains": 10000,
              "observations": 50000 if quick else 200000, "rounds": 3 if quick else 9}
    found = run([program(build)] + options(values))
    counted = run([program(build, "growth_locks")] + options(values))
    row = {"x": count}
    row.update({kind + "_rate": found[kind + "_rate"] for kind in KINDS})
    row.update({key: counted[key] for key in counted if key.endswith(("_locks", "_taken"))})
    return row


def state(build, size, folder):
    found = run([program(build)] + options({"mode": "state", "memory-size": size, "folder": folder}))
    if found.pop("restored_users") != found["users"]:
        raise Problem("state of %d bytes: not all users were restored" % size)
    return dict(found, x=size)


def turn(build, size, quick):
    found = run([program(build)] + options(
        {"mode": "turn", "memory-size": size, "observations": 5000 if quick else 20000,
         "rounds": 3 if quick else 9}))
    return dict(found, x=size)
