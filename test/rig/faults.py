# SPDX-License-Identifier: BSD-3-Clause
"""Faults from below the resolver: allocations that fail, a wall clock that is set, no randomness."""

import mmap
import os
import struct
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CLOCK = ("clock.c",)
ALL = CLOCK + ("faults.c",)
RANDOM = CLOCK + ("random.c",)
AHEAD_S, FAIL_AT, FAIL_ALL, COUNTED, NO_RANDOM = WORDS = range(5)
NEVER = 1 << 62				# which allocation fails, if they are only to be counted


class Faults:
    """Sources compiled into a directory, with the file of words that they read."""

    def __init__(self, directory, binary, sources=ALL):
        library = os.path.join(directory, "faults.so")
        subprocess.run(("cc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2",
                        "-shared", "-fPIC", "-o", library) +
                       tuple(os.path.join(HERE, source) for source in sources) +
                       ("-ldl", "-lpthread"), check=True, timeout=60)
        path = os.path.join(directory, "faults")
        with open(path, "w+b") as out:
            out.write(bytes(8 * len(WORDS)))
            out.flush()
            self.words = mmap.mmap(out.fileno(), 8 * len(WORDS))
        self.binary = os.path.join(directory, "unbound")	# runs the real one with them
        with open(self.binary, "w") as out:
            out.write("#!/bin/sh\nSEEP_FAULTS='%s' LD_PRELOAD='%s' exec '%s' \"$@\"\n"
                      % (path, library, binary))
        os.chmod(self.binary, 0o755)

    def get(self, word):
        return struct.unpack_from("=q", self.words, word * 8)[0]

    def set(self, word, value):
        struct.pack_into("=q", self.words, word * 8, value)

    def clock(self, ahead_s):
        self.set(AHEAD_S, ahead_s)

    def fail(self, at, lasting=False):
        """Of the allocations from here on the one with this number, and those after it; 0: none."""
        self.set(COUNTED, 0)
        self.set(FAIL_ALL, int(lasting))
        self.set(FAIL_AT, at)

    def counted(self):
        return self.get(COUNTED)
