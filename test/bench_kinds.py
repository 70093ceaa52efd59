#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""bench/kinds: that all kinds make up sound rows, and a run of some: figures, text, errors. TAP."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SEEP_SRC", ".")
SEEPCTL = os.path.join(os.environ.get("SEEP_BUILD", "."), "seepctl")
KINDS = os.path.join(SOURCE, "bench", "kinds")
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, "test", "rig"), KINDS]
import machines  # noqa: E402
import measure  # noqa: E402
import office  # noqa: E402
import people  # noqa: E402
import scene  # noqa: E402
import tables  # noqa: E402
import tunnels  # noqa: E402
from tap import Tap  # noqa: E402

tap = Tap()
ok, equal = tap.ok, tap.equal
CLIENTS = machines.MACHINES + people.PEOPLE
KIND = {kind.key: kind for kind in CLIENTS + tunnels.TUNNELS}
LETTERS_BITS = 200
ADDRESS = re.compile(r"[0-9.]+")
NAME = re.compile(r"[!-~]{1,63}(\.[!-~]{1,63})*")


DAYS = 2


def short(kind, way, seed=1):
    """What a kind makes up in three days."""
    first = scene.WAYS[way]
    it = scene.Scene(kind.key, seed, first, first + DAYS)
    return scene.made(kind, it) if kind in CLIENTS else kind.make(it)


def faults(rows, first, last):
    """Rows that `seepctl replay` could not read, or that are of other days."""
    for when, who, text in rows:
        name = text.split("\t")[1]
        if not (text.count("\t") == 3 and len(name) <= 253 and NAME.fullmatch(name)):
            yield text
        if not isinstance(who, int) and not ADDRESS.fullmatch(who):
            yield who
        # An evening may be long.
        if not office.at(first) <= when < office.at(last, 6):
            yield when


def in_order(rows):
    return all(one[0] <= other[0] for one, other in zip(rows, rows[1:]))


def check_clients():
    """Of each kind that is no tunnel a few days, in the first of its ways."""
    for kind in CLIENTS:
        rows, first = short(kind, kind.ways[0]), scene.WAYS[kind.ways[0]]
        found = list(faults(rows, first, first + DAYS))
        ok(len(rows) >= 20 and not found, kind.key + ": its rows", found[:5])
        ok(in_order(rows), kind.key + ": in order of time")
        ok(short(kind, kind.ways[0]) == rows, kind.key + ": the same by the same seed")


def check_tunnels():
    for kind in tunnels.TUNNELS:
        made = short(kind, "new")
        found = list(faults(made.rows, scene.NEW_DAY, scene.NEW_DAY + DAYS))
        found += list(faults(made.before, 0, scene.NEW_DAY + DAYS))
        ok(len(made.rows) >= 20 and not found, kind.key + ": its rows", found[:5])
        ok(in_order(made.rows), kind.key + ": in order of time")
        ok(0 < made.bits <= LETTERS_BITS, kind.key + ": bits in each", made.bits)
        ok(short(kind, "new") == made, kind.key + ": the same by the same seed")
        ok(short(kind, "new", 2).rows != made.rows, kind.key + ": another by another seed")


def check_titles():
    kinds = CLIENTS + tunnels.TUNNELS
    keys = [kind.key for kind in kinds]
    equal(len(set(keys)), len(keys), "each key is there once")
    equal([kind.key for kind in kinds if not kind.title or "\n" in kind.title], [],
          "each has a title of one line")


def run(*arguments):
    return subprocess.run([sys.executable, os.path.join(KINDS, "kinds.py"), "--seepctl", SEEPCTL,
                           *arguments], capture_output=True, text=True, timeout=120, check=False)


ABOUT = {"date", "seed", "people", "days", "learning_days", "user_budget_bytes",
         "network_budget_bytes"}
OF_CLIENTS = ("users", "queries", "refused", "stale", "users_refused", "user_days_refused",
              "user_days", "flagged", "named", "dga", "others_refused", "others_user_days_refused")
OF_TUNNELS = ("bytes", "bits", "queries", "sent", "refused", "stale", "others_refused")


def check_run():
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("kinds.json", "kinds.txt")]
        done = run("--only", "guessed", "--only", "certificates", "--only", "as_device",
                   "--json", files[0], "--text", files[1])
        equal((done.returncode, done.stderr), (0, ""), "a run of some kinds")
        with open(files[0], encoding="ascii") as file:
            found = json.load(file)
        with open(files[1], encoding="utf-8") as file:
            equal(file.read(), done.stdout, "--text has what is shown")
    rows = ("certificates_learned", "certificates_new", "guessed_names_new")
    want = {"%s_%s" % (row, what) for row in rows for what in OF_CLIENTS}
    want |= {"as_device_" + what for what in OF_TUNNELS}
    equal(set(found), want | ABOUT, "the figures of those kinds, and of no others")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    ok("certificates: " + KIND["certificates"].title in lines, "a title", lines)
    ok("learned 1 720 0 0 0 10 0 0 0" in lines and "new 1 432 0 0 0 9 0 0 0" in lines,
       "certificates by six renewals on ten and nine days: none is refused", lines)
    new = [found["guessed_names_new_" + key] for key, _ in tables.KIND]
    ok("new " + " ".join(map(str, new)) in lines, "the figures are in the lines", lines)
    equal((new[0], new[1], new[4], new[5]), (1, 4000, 1, 1), "guessed names: refused on one day")
    ok(3500 < new[2] < 4000, "and most of them", new)
    ok(found["user_budget_bytes"] / 10 < found["as_device_bytes"] <= found["user_budget_bytes"],
       "a tunnel is within the budget, and sends", found["as_device_bytes"])
    equal(found["as_device_bytes"], found["as_device_sent"] * 2, "its bytes are what was sent")
    # The sender is a person, too, who is refused nothing without it.
    ok(0 < found["as_device_sent"] < found["as_device_queries"] == 1728, "of what it asked",
       done.stdout)


def novel(when, who, count, domain="made-up.com"):
    """So many names that nobody asked for before, within a few minutes."""
    draw = random.Random(when)
    return [office.one(when + number * 0.1, who,
                       "%s.%s" % (office.drawn(draw, office.BASE32, 40), domain), 0)
            for number in range(count)]


def check_counting():
    """Made-up kinds beside one person."""
    def two(it):
        """one that sends on two days, one that polls on three"""
        return [*novel(office.at(it.first, 23.99), "10.0.0.1", 900),
                *novel(office.at(it.first + 3, 12), "10.0.0.1", 900),
                *[office.one(office.at(it.first + day, 9), "10.0.0.2", "www.made-up.org", 60)
                  for day in range(3)]]

    kind = scene.Kind("two", two.__doc__, two, 1, ("new",))
    found = measure.of_kind(SEEPCTL, kind, "new", 1)
    equal({key: found[key] for key in ("users", "queries", "users_refused", "user_days_refused",
                                       "user_days", "others_refused")},
          {"users": 2, "queries": 1803, "users_refused": 1, "user_days_refused": 3, "user_days": 6,
           "others_refused": 0}, "days: one with two bursts, the first of them over midnight")

    def tunnel(it):
        """three names of 200 bits, where another sends two"""
        return tunnels.Tunnel(novel(office.at(it.first, 12), "10.0.0.1", 3), 200, ["made-up.com"],
                              novel(office.at(it.first, 11), "10.0.0.2", 2))

    kind = scene.Kind("tunnel", tunnel.__doc__, tunnel, 1, ("new",))
    found = measure.of_tunnel(SEEPCTL, kind, "new", 1)
    equal((found["sent"], found["bytes"], found["queries"]), (3, 75, 3),
          "what others send there is not the tunnel's")


def check_errors():
    done = run("--only", "nothing-of-that")
    ok(done.returncode == 2 and "'nothing-of-that'; all keys: mail_gateway" in done.stderr,
       "--only that fits no kind", done.stderr)
    done = run("--seed", "x")
    ok(done.returncode == 2 and "a number from 0 on, not 'x'" in done.stderr,
       "--seed that is no number", done.stderr)
    done = run("--only", "hourly", "--json", "/dev/null/kinds.json")
    ok(done.returncode == 2 and "--json: /dev/null/kinds.json: Not a dir" in done.stderr,
       "a file that cannot be written is told before the run", done.stderr)
    broken = measure.figures(measure.of_tunnel, "/bin/false", KIND["as_device"], "new", 1)
    ok("replay exits with 1" in broken.get("error", ""), "a replay that fails", broken)
    row = tables.row("new", broken, tables.KIND)
    ok("failed: " in row, "and its row", row)


def check_readme():
    with open(os.path.join(KINDS, "README.md"), encoding="utf-8") as file:
        text = file.read()
    keys = sorted({*OF_CLIENTS, *OF_TUNNELS, *ABOUT})
    equal([key for key in keys if "`%s`" % key not in text], [], "README.md has all figures")


def main():
    with tap:
        check_clients()
        check_tunnels()
        check_titles()
        check_counting()
        check_run()
        check_errors()
        check_readme()
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
