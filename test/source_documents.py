#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The documents: prose of at most 100 columns, and links that lead somewhere. TAP."""
import os
import re
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402

COLUMNS = 100
# Not prose: tables, code and pictures.
OTHER = re.compile(r"^(\||    |!\[)")


def documents():
    found = [name for name in os.listdir(SOURCE) if name.endswith(".md")]
    for folder in "doc", "module", "unbound", "test/fuzz", "bench/detect":
        found += [os.path.join(folder, name) for name in os.listdir(os.path.join(SOURCE, folder))
                  if name.endswith(".md")]
    return sorted(found)


def prose(text):
    """The lines of prose, numbered from 1."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not OTHER.match(line):
            yield number, line


def dead_links(name, text):
    for link in re.findall(r"\]\(([^)#]+)", text):
        path = os.path.join(SOURCE, os.path.dirname(name), link)
        if not re.match(r"https?:", link) and not os.path.exists(path):
            yield link


def main():
    with Tap() as tap:
        names = documents()
        tap.ok(len(names) >= 10, "there are documents", names)
        for name in names:
            with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
                text = file.read()
            long = ["%d: %d columns" % (number, len(line)) for number, line in prose(text)
                    if len(line) > COLUMNS]
            tap.ok(not long, "%s: prose of at most %d columns" % (name, COLUMNS), long)
            dead = list(dead_links(name, text))
            tap.ok(not dead, name + ": its links lead somewhere", dead)


if __name__ == "__main__":
    main()
