# SPDX-License-Identifier: BSD-3-Clause
"""Real tunnels are stopped with the file unsent, while ordinary users notice nothing."""

import collections
import os
import threading
import time

import pytest

import rig
from rig import need, rcode_of
from rig.tunnel import Site, run_dns2tcp, run_iodine

SIZE = 20000
GUARDED_S = 16			# each tool is done in that time where nothing stops it
FLAGGED_S = 40
AT_ONCE = 4
USERS = 60
PACE_S = 0.008
FINISH = 40				# long names that use up any budget's rest
LETTERS = "q7zx9k2w5v"		# 52 bits, for no model knows them
TUNNELS = "iodine", "iodined", "dns2tcpc", "dns2tcpd"
TOOLS = ("NULL", "PRIVATE", "TXT", "SRV", "MX", "CNAME", "A", "dns2tcp")
NAMES = os.path.join(need.PROJECT, "test", "data", "ordinary-names.txt")


class Ordinary(threading.Thread):
    """People at work: every recorded name once, each by one of the users."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.lab = lab
        self.rcodes = collections.Counter()
        self.bad = []
        with open(NAMES) as lines:
            self.names = [line.strip() for line in lines if not line.startswith("#")]

    def run(self):
        for at, name in enumerate(self.names):
            code = rcode_of(self.lab.ask(name, source="127.20.0.%d" % (at % USERS + 1)))
            self.rcodes[code] += 1
            if code != "NOERROR":
                self.bad.append("%s %s" % (code, name))
            time.sleep(PACE_S)


def run_tool(site, tool, bound_s, outcomes):
    if tool == "dns2tcp":
        outcomes[tool] = run_dns2tcp(site, SIZE, bound_s)
    else:
        outcomes[tool] = run_iodine(site, tool, SIZE, bound_s)


def run_tools(lab, bound_s, sites, tools=TOOLS):
    """The tools, a few at a time; {tool: outcome}."""
    outcomes = {}
    for first in range(0, len(tools), AT_ONCE):
        threads = []
        for tool in tools[first:first + AT_ONCE]:
            sites[tool] = Site(lab, TOOLS.index(tool))
            threads.append(threading.Thread(target=run_tool, daemon=True,
                                            args=(sites[tool], tool, bound_s, outcomes)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(bound_s + 30)
    return outcomes


def refusals(stats, kind):
    return sum(value for key, value in stats.items() if key.startswith("num.seep." + kind))


@pytest.mark.parametrize("qmin", (False, True), ids=("whole", "minimised"))
def test_guarded(tap, qmin):
    need.live(tools=TUNNELS, tun=True)
    title = "qmin %s: " % ("on" if qmin else "off")
    with rig.Lab(qmin=qmin) as lab:
        lab.ask("cached.wild.example", source="127.20.0.1")
        ordinary = Ordinary(lab)
        ordinary.start()
        sites = {}
        outcomes = run_tools(lab, GUARDED_S, sites)
        for tool in TOOLS:
            outcome = outcomes[tool]
            tap.ok(outcome.delivered < SIZE * 0.05, "%s%s: over 95 %% unsent" % (title, tool),
                   outcome)
            tap.note(outcome)
        spent = lab.seep().get("seep.users.spent")
        tap.note("%s users spent, %s refusals" % (spent, refusals(lab.seep(), "refused.")))
        tap.ok(refusals(lab.seep(), "refused.") > 0, title + "refusals are counted")
        for tool in TOOLS if not qmin else ():
            site = sites[tool]
            codes = [rcode_of(site.ask("%s%02d.%s%02d.%s.example" % (LETTERS * 5, at, LETTERS * 5,
                                                                  at, tool.lower())))
                     for at in range(FINISH)]
            tap.equal(codes[-1], "REFUSED",
                      "%s%s: the user's next novel names are refused" % (title, tool))
            tap.equal(rcode_of(site.ask("cached.wild.example")), "NOERROR",
                      "%s%s: cached names still answered" % (title, tool))
        ordinary.join(60)
        tap.equal(ordinary.rcodes, collections.Counter(NOERROR=len(ordinary.names)),
                  "%s%d ordinary names, not one refused or lost" % (title, len(ordinary.names)))
        tap.note("\n".join(ordinary.bad[:10]))


def test_flagged(tap):
    need.live(tools=TUNNELS, tun=True)
    with rig.Lab(conf="learning: 0\naction: flag\n") as lab:
        outcomes = run_tools(lab, FLAGGED_S, {})
        for tool in TOOLS:
            tap.ok(outcomes[tool].whole, "action: flag, %s: the file arrives" % tool,
                   outcomes[tool].log[-1500:])
            tap.note(outcomes[tool])
        stats = lab.seep()
        tap.ok(refusals(stats, "would_refuse.") > 0,
               "action: flag: what it would refuse is counted")
        tap.equal(refusals(stats, "refused."), 0, "action: flag: nothing is refused")
        tap.equal(stats.get("seep.mode"), 2, "action: flag: seep.mode")
