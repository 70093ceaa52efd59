# SPDX-License-Identifier: BSD-3-Clause
"""
The engine alone, without Unbound: nanoseconds of one observation, and its instructions by callgrind,
which do not move with the machine.
"""

import os
import re
import subprocess
import tempfile

from problem import Problem

KINDS = ("novel", "known", "hit", "refused")
# What is counted: nothing that makes names up. A compiler may add to their names.
INSIDE = ("engine_observe*", "engine_hit*")
LENGTH = 32768			# observations of the shorter run: eight times what is known
OBSERVATIONS = 1000000		# of each kind that is timed
TIMEOUT_S = 300


def count_inside(functions, command):
    """Instructions inside of FUNCTIONS while COMMAND runs."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind")
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out] +
            ["--toggle-collect=" + name for name in functions] + command, capture_output=True, text=True,
            cwd=folder, timeout=TIMEOUT_S)
        if done.returncode:
            raise Problem("callgrind, %s: %s" % (" ".join(command[1:]), done.stderr[-300:]))
        with open(out) as text:
            return total(text.read())


def count(engine, kind, observations):
    """Instructions of a run of so many observations."""
    return count_inside(INSIDE, [os.path.abspath(engine), "--only", kind, str(observations)])


def total(text):
    """What a file of callgrind's says at its end."""
    found = re.search(r"^totals: (\d+)", text, re.M)
    if not found or not int(found.group(1)):
        raise Problem("callgrind saw nothing of what is measured")
    return int(found.group(1))


def times(engine, observations=OBSERVATIONS):
    """What bench/engine prints, and {engine_TITLE_p50_ns, engine_TITLE_p99_ns} of it."""
    with tempfile.TemporaryDirectory() as folder:	# it writes a state file
        done = subprocess.run([os.path.abspath(engine), str(observations)], capture_output=True, text=True,
                              cwd=folder, timeout=TIMEOUT_S)
    if done.returncode:
        raise Problem("engine: %s" % done.stderr[-300:])
    return done.stdout, times_of(done.stdout)


def times_of(text):
    flat = {}
    for title, p50, p99 in re.findall(r"^(.*\S) +p50 +(\d+) ns +p99 +(\d+) ns$", text, re.M):
        key = "engine_" + re.sub(r"\W+", "_", title.lower())
        flat.update({key + "_p50_ns": int(p50), key + "_p99_ns": int(p99)})
    return flat


def instructions(engine, length=LENGTH):
    """
    {KIND_instructions: of one observation}. By the difference of a run and one twice as long: what
    only the beginning costs, when tables are empty, is in both.
    """
    return {kind + "_instructions":
            round((count(engine, kind, 2 * length) - count(engine, kind, length)) / length)
            for kind in KINDS}


def lines(flat):
    return "\n".join(["Instructions of one observation, the engine alone"] +
                     ["  %-45s %8d" % (kind, flat[kind + "_instructions"]) for kind in KINDS])
