#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What people read: documents and comments, of at most 100 columns, in one dialect; links that lead
somewhere, tests that exist. TAP."""
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

# A string stays whole, so that it can be searched for.
STRING = re.compile(r'"(?:\\.|[^"\\])*"')
COMMENT = re.compile(r"\s*/?\*")
# Literals, which may hold what looks like a comment, or a comment.
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|/\*.*?\*/', re.DOTALL)
TWO_SPACES = re.compile(r"[.?!][)\"'`]?  +\S")


def documents():
    found = [name for name in os.listdir(SOURCE) if name.endswith(".md")]
    for folder in ("contrib", "doc", "module", "unbound", "test/fuzz", "bench/detect", "bench/growth",
                   "bench/kinds", "bench/speed"):
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


def sources():
    """The C sources, by folder."""
    found = {}
    for top in "bench", "include", "module", "test", "tool":
        for path, folders, files in os.walk(os.path.join(SOURCE, top)):
            folders.sort()
            names = sorted(name for name in files if name.endswith((".c", ".h", ".def")))
            if names:
                folder = os.path.relpath(path, SOURCE)
                found[folder] = [os.path.join(folder, name) for name in names]
    return found


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


def long_lines(text):
    for number, line in enumerate(text.splitlines(), 1):
        if not COMMENT.match(line):
            line = STRING.sub('""', line)
        if len(line.expandtabs(8)) > COLUMNS:
            yield "%d: %d columns" % (number, len(line.expandtabs(8)))


def two_spaces(text):
    """The lines of comments with two spaces after the end of a sentence."""
    for token in TOKEN.finditer(text):
        if token[0].startswith("/*"):
            for found in TWO_SPACES.finditer(token[0]):
                at = token.start() + found.start()
                yield "%d: %s" % (text.count("\n", 0, at) + 1, found[0])


def check_sources(tap):
    found = sources()
    tap.ok(len(found) >= 14, "there are sources", sorted(found))
    for folder, names in found.items():
        faults = ["%s:%s" % (name, fault) for name in names for fault in long_lines(read(name))]
        tap.ok(not faults, "%s: at most %d columns" % (folder, COLUMNS), faults)
        faults = ["%s:%s" % (name, fault) for name in names for fault in two_spaces(read(name))]
        tap.ok(not faults, folder + ": one space after a sentence", faults)


def check_released(tap):
    """What is here is in a release, too."""
    makefile = read("Makefile.am")
    here = [os.path.relpath(os.path.join(folder, name), SOURCE)
            for part in ("bench", "include", "module", "test", "tool")
            for folder, _, names in os.walk(os.path.join(SOURCE, part))
            for name in names if name.endswith((".c", ".def", ".h", ".py", ".sh"))]
    # A program of one source is named without its .c.
    left = [name for name in here
            if not re.search(r"(?<![\w/.])%s(?![\w.])" % re.escape(re.sub(r"\.c$", "", name))
                             + (r"|(?<![\w/.])%s(?![\w.])" % re.escape(name)), makefile)]
    tap.ok(len(here) > 200, "there are files for a release", len(here))
    tap.ok(not left, "Makefile.am names each of them", sorted(left))


def main():
    with Tap() as tap:
        check_sources(tap)
        check_released(tap)
        names = documents()
        tap.ok(len(names) >= 10, "there are documents", names)
        for name in names:
            text = read(name)
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
