#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The small benchmark, by its seed: what is promised, and who is better. TAP."""

import json
import os
import subprocess
import sys

SOURCE = os.environ.get("SEEP_SRC", os.path.join(os.path.dirname(__file__), ".."))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(SOURCE, folder) for folder in ("test/rig", "bench/detect")]
from aims import all_aims  # noqa: E402
from tap import Tap  # noqa: E402

DETECT = os.environ["SEEP_DETECT"]
SEEP, RIVALS = "seep auto", ("ibHH", "compressed bytes a day", "access-miss count", "miss ratio")
# What is let pass to one of whom nothing is known: 1.5 KiB, and a sixth a day.
PROMISE = 1536 + 256 * 7
# Slow, or over many domains: what the others cannot see.
HARD = ("base32/100s", "base32/10s/100d", "dyndns/10s")

# Here over another machine than one domain's, with another budget: within twice of that, below.
OTHER_MACHINE = "10, 100, 1000 domains"
# A family below a suffix that the list has not: its names look like those of a private zone.
UNLISTED = "bazarbackdoor"
# Aims of which --quick has no case.
NOT_RUN = ("boiling frog, office hours, made popular",)

tap = Tap()
ok = tap.ok


def measured():
    run = subprocess.run((DETECT, "--quick", "--seed", "1"), check=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, timeout=300)
    return json.loads(run.stdout)


def check_aims(result):
    ok(result["promise_bytes"] == PROMISE, "the promise is %d bytes" % PROMISE)
    for aim in all_aims(result):
        if aim.counts and aim.title != OTHER_MACHINE:
            ok(aim.met is None if aim.title in NOT_RUN else aim.met,
               "aim: %s: %s, %s" % (aim.title, aim.values[0], aim.aim))


def check_people(benign):
    seep = benign[SEEP]
    ok(seep["user_days"] > 200, "%d days of people" % seep["user_days"])
    ok(seep["people_days_refused"] == 0, "nobody is refused anything")
    ok(seep["alerts"] <= 1, "%d flags" % seep["alerts"])
    small = benign["seep 512+128"]
    ok(small["people_days_refused"] > 10, "half a kilobyte is too little: the traffic is not empty")
    ok(seep["user_bytes"] <= 1024, "%d bytes a user" % seep["user_bytes"])
    ok(seep["domain_bytes"] <= 256, "%d bytes a domain" % seep["domain_bytes"])


def check_leaks(cases):
    bytes_of = {name: {leak["method"]: leak["bytes"] for leak in case["methods"]}
                for name, case in cases.items()}
    for name, leaks in bytes_of.items():
        each = leaks[SEEP] / cases[name]["machines"]
        ok(0 < each <= PROMISE, "%s: %.0f bytes a machine, of %d" % (name, each, PROMISE))
        for rival in RIVALS if name in HARD else ():
            ok(leaks[SEEP] < leaks[rival] / 4,
               "%s: %s lets %.0f pass" % (name, rival, leaks[rival]))
    one, many = (bytes_of[name][SEEP] for name in ("base32/100s", "base32/10s/100d"))
    # Not the same machines, so not the same budgets.
    ok(many <= 2 * one, "a hundred domains: %.0f bytes, one: %.0f" % (many, one))
    unsent = [1 - bytes_of[name][SEEP] / case["file_bytes"]
              for name, case in cases.items() if case["file_bytes"]]
    ok(unsent and min(unsent) > 0.95, "%.1f %% of a file stay here" % (100 * min(unsent)))


def check_bots(bots, wrong_weeks):
    caught = sorted(bot["seep"]["missing"] for bot in bots if bot["seep"]["caught"])
    missed = [bot["family"] for bot in bots if not bot["seep"]["caught"]]
    ok(caught and missed == 3 * [UNLISTED],
       "%d of %d bots, all but those of %s" % (len(caught), len(bots), UNLISTED), missed)
    ok(caught[len(caught) // 2] <= 6, "half of them after %d names" % caught[len(caught) // 2])
    ok(wrong_weeks == 0, "nobody else")


def check_options():
    for arguments, status in ((("--users", "0"), 2), (("--days", "1w"), 2), (("--bad",), 2),
                              (("more",), 2), (("--refills", "64,,128"), 1),
                              (("--budgets", "8"), 1), (("--rate", "many"), 1)):
        run = subprocess.run((DETECT, *arguments), check=False, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, timeout=10)
        ok(run.returncode == status and (arguments == ("more",) or "detect: " in run.stderr),
           "%s: refused" % " ".join(arguments), run.stderr)


def main():
    with tap:
        check_options()
        result = measured()
        # Seep with its defaults stands twice: beside the rivals, and beside other budgets.
        check_people({row["method"]: row for row in result["benign"]})
        check_leaks({case["case"]: case for case in result["cases"] if case["ran"]})
        check_bots(result["bots"], result["bots_wrongly"]["seep"])
        check_aims(result)
    return tap.code()


if __name__ == "__main__":
    sys.exit(main())
