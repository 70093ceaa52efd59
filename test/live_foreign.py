# SPDX-License-Identifier: BSD-3-Clause
"""Whatever is wrong with module, options or machine: names resolve, and the log says why."""

import os
import re

import pytest

import rig
from rig import need, rcode_of
from rig.faults import NO_RANDOM, RANDOM, Faults

OTHERS = {"1.17.1": "1.22.0", "1.22.0": "1.17.1"}
OTHER_BUILDS = {"other version": need.module_path(OTHERS.get(need.VERSION, "1.22.0")),
                "other flags": need.module_path(need.VERSION + "-otherflags")}
USER = "127.1.0.1"

NO, BUILD, CONF, MEMORY, SYSTEM = range(5)
LEARNING, GUARDING = 1, 3
STRICT = "learning: 0\nuser-budget: 1k\n"	# ten names of spend() exceed it
HARSH = "learning: 0\nuser-budget: 16\n"	# anything metered would be refused
WRONG_CONFS = {		# and the line that the log names
    "bad value": ("learning: 0\nuser-budget: lots\n", 2),
    "unknown option": ("# a comment\n\nno-such-option: 1\n", 3),
    "out of range": (HARSH + "flag-at: 101\n", 3),
    "no value": ("action:\n", 1),
    "open quote": ("action: \"refuse\n", 1),
}


def long_prefix(at):
    """Of labels that no other domain has: those that are shared would be cheap."""
    return ".".join(["%s%d-%d" % ("x" * 57, part, at) for part in range(3)] + ["y%d" % at * 18])


def spend(lab):
    """Ask for more than any budget here; the rcodes."""
    return [rcode_of(lab.ask("%s.d%d.example" % (long_prefix(at), at), source=USER))
            for at in range(10)]


def passing(tap, title, why, log, **lab_options):
    with rig.Lab(**lab_options) as lab:
        tap.equal(spend(lab), ["NOERROR"] * 10, title + ": every name resolves")
        stats = lab.seep()
        tap.equal((stats.get("seep.mode"), stats.get("seep.passthrough")), (0, why),
                  title + ": seep.mode and seep.passthrough")
        lines = [line for line in lab.log().splitlines() if "seep" in line]
        told = [line for line in lines if re.search(log, line)]
        tap.equal(len(told), 1, title + ": one log line says why")
        if len(told) != 1:
            tap.note("\n".join(lines[-5:]) or "no line of seep in the log")
        lab.reload()
        tap.equal(rcode_of(lab.ask("%s.again.example" % long_prefix(0), source=USER)), "NOERROR",
                  title + ": still after a reload")


def guarding(tap, title, mode=GUARDING, **lab_options):
    with rig.Lab(**lab_options) as lab:
        codes = spend(lab)
        stats = lab.seep()
        want = (mode, NO) if stats else (None, None)
        tap.equal((stats.get("seep.mode"), stats.get("seep.passthrough")), want,
                  title + ": seep.mode and seep.passthrough")
        if mode == GUARDING:
            tap.ok("REFUSED" in codes and codes[0] == "NOERROR", title + ": it guards", codes)
        else:
            tap.equal(codes, ["NOERROR"] * 10, title + ": nothing is refused yet")
        return bool(stats)


def test_right_build(tap):
    tap.ok(guarding(tap, "right build", conf=STRICT), "right build: has statistics")


def test_no_conf(tap):
    guarding(tap, "no seep.conf", mode=LEARNING, conf=None)


@pytest.mark.skipif(not os.path.exists(need.unbound_path(plain=True)), reason="not built")
def test_no_patch(tap):
    tap.ok(not guarding(tap, "Unbound without the patch", conf=STRICT, binary="plain"),
           "Unbound without the patch: no statistics")


@pytest.mark.parametrize("title", OTHER_BUILDS)
def test_other_build(tap, title):
    path = OTHER_BUILDS[title]
    if not os.path.exists(path):
        pytest.skip("no " + os.path.relpath(path, need.PROJECT))
    passing(tap, title, BUILD, r"seep: .*built for", module=path, conf=HARSH)


@pytest.mark.parametrize("title", WRONG_CONFS)
def test_wrong_conf(tap, title):
    conf, line = WRONG_CONFS[title]
    passing(tap, title, CONF, r"seep: .*seep\.conf:%d:.*" % line, conf=conf)


def test_no_list(tap):
    guarding(tap, "missing allow-list", conf=STRICT + "allow-list: \"nowhere.txt\"\n")


def test_no_memory(tap):
    passing(tap, "too little memory", MEMORY, r"seep: .*memory",
            conf=HARSH + "memory-size: 8g\n", memory_bytes=2 << 30)


def test_no_randomness(tap, tmp_path):
    faults = Faults(tmp_path, need.unbound_path(), RANDOM)
    faults.set(NO_RANDOM, 1)
    passing(tap, "no randomness", SYSTEM, r"seep: OpenSSL gives no random bytes", conf=HARSH,
            binary=faults.binary)
