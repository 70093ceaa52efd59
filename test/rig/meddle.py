# SPDX-License-Identifier: BSD-3-Clause
"""What somebody may do to a file that another process has in use."""

import os


def remove(path):
    os.unlink(path)


def cut(path):
    os.truncate(path, os.path.getsize(path) // 2)


def empty(path):
    os.truncate(path, 0)


def lengthen(path):
    with open(path, "ab") as out:
        out.write(b"something else")


def replace(path):
    with open(path + ".mine", "wb") as out:
        out.write(b"something else")
    os.rename(path + ".mine", path)


# Each, and the word by which the log tells it.
ACTS = ((remove, "removed"), (cut, "cut"), (empty, "cut"), (lengthen, "written to"),
        (replace, "replaced"))
