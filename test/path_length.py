#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an observation does grows in line with the name's length: instructions, counted. TAP."""

import os
import shutil
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


def main():
    with tap:
        if not shutil.which("valgrind"):
            tap.skip("instructions by length: valgrind is not installed")
            return tap.code()
        counts = [engine.count_inside(INSIDE, [PROGRAM, "--observe", str(length)]) / NAMES
                  for length in LENGTHS]
        steps = [after - before for before, after in zip(counts, counts[1:])]
        tap.ok(all(0 < step <= MORE * steps[0] for step in steps),
               "each 63 bytes more cost as many instructions as the 63 before", counts)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
