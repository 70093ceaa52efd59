#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The documents: prose of at most 100 columns, links that lead somewhere, tests that exist. TAP."""
import os
import re
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402

COLUMNS = 100
# What is claimed there, a test shows.
INDEXES = "doc/THREATS.md", "doc/WIRE.md"
# Not prose: tables, code and pictures.
OTHER = re.compile(r"^(\||    |!\[)")


def documents():
    found = [name for name in os.listdir(SOURCE) if name.endswith(".md")]
    for folder in "doc", "module", "unbound", "test/fuzz":
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


def code(text):
    """What stands in `...`, of one row or paragraph after the other."""
    for row in re.split(r"\n(?=\|)|\n\n", text):
        yield [" ".join(words.split()) for words in re.findall(r"`([^`]+)`", row)]


def tests_named(text):
    """FILE and FUNCTION, or None for the whole file: `unit_x: test_a, test_b`, `test_c`."""
    for row in code(text):
        file = None
        for words in row:
            match = re.fullmatch(r"((?:unit|live|tool|source)_\w+)(?:: (.*))?", words)
            if match:
                file = match.group(1)
                for name in (match.group(2) or "").split(", "):
                    yield file, name or None
            elif re.fullmatch(r"test_\w+", words):
                yield file, words


def missing_test(file, function):
    """What is not there, or None. The ways of live_wire are rows of a table, not functions."""
    if file is None:
        return "%s of no file" % function
    for ending, define in (".c", r"(?m)^static void %s\("), (".py", r"(?m)^def %s\("):
        path = os.path.join(SOURCE, "test", file + ending)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as source:
                text = source.read()
            if file == "live_wire":
                define = r'"%s"'
            if function is None or re.search(define % re.escape(function), text):
                return None
            return "%s: %s" % (file, function)
    return file


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
            if name in INDEXES:
                named = list(tests_named(text))
                missing = [test for test in (missing_test(*pair) for pair in named) if test]
                tap.ok(not missing, name + ": the tests that it names exist", missing)
                tap.ok(len(named) > 20, name + ": it names tests", len(named))


if __name__ == "__main__":
    main()
