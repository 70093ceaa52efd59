#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an observation does grows in line with the name's length: instructions, counted. TAP."""

import os
import shutil
import subprocess
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
PROGRAM = os.path.abspath(os.path.join(os.environ.get("SEEP_BUILD", "."), "test", "unit_path"))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, folder) for folder in ("test/rig", "bench/speed")]
import engine  # noqa: E402
from tap import Tap  # noqa: E402

# The letters of 60 bytes cost as much wherever they stand in the name.
LENGTHS = (60, 123, 186, 249)
MORE = 1.25
NAMES = 1000
INSIDE = ["seep_engine_judge", "seep_engine_commit"]

tap = Tap()


def reason_to_skip():
    if not shutil.which("valgrind"):
        return "valgrind is not installed"
    with open(PROGRAM, "rb") as file:
        program = file.read()
    if b"__asan_init" in program or b"__tsan_init" in program:
        return "a sanitizer does not run in valgrind"
    done = subprocess.run(["valgrind", "--tool=none", PROGRAM, "--list"], capture_output=True, timeout=60)
    return "valgrind cannot read the program" if done.returncode else None


def main():
    with tap:
        reason = reason_to_skip()
        if reason:
            tap.skip("instructions by length", reason)
            return tap.code()
        counts = [engine.count_inside(INSIDE, [PROGRAM, "--observe", str(length)]) / NAMES
                  for length in LENGTHS]
        steps = [after - before for before, after in zip(counts, counts[1:])]
        tap.ok(all(0 < step <= MORE * steps[0] for step in steps),
               "each 63 bytes more cost as many instructions as the 63 before", counts)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
