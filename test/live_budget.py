# SPDX-License-Identifier: BSD-3-Clause
"""Names in flight at once stay inside the budget, to within one name."""

import time

import rig
from rig import spelled_bits

COUNT = 200
BUDGET_BITS = 1024 * 8
LABEL = "n%03d" + "q7zx9k2w5vj4g8zhxykrw2vujo"	# 30 letters that no model knows: some 157 bits
NOERROR, REFUSED = 0, 5

AUTH = """\
auth-zone:
	name: "inside.example"
	zonefile: "auth.zone"
	for-downstream: no
	for-upstream: yes
"""
AUTH_ZONE = "@ 3600 SOA ns admin 1 7200 3600 1209600 300\n@ 3600 NS ns\n* 3600 A 192.0.2.8\n"


def names(first, zone="slow.example"):
    return ["%s.%s" % (LABEL % (first + at), zone) for at in range(COUNT)]


def finish(slow, bursts):
    """Let the answers go once the refusals are in; the rcodes of all."""
    for burst in bursts:
        burst.collect(0.3)
    slow.release()
    codes = []
    for burst in bursts:
        codes += burst.collect(5)
        burst.close()
    return codes


def changed(lab, before):
    return {key[len("num.seep."):]: value - before[key] for key, value in lab.seep().items()
            if key.startswith("num.seep.")}


def settle(lab):
    """Until nothing is in flight; the gauge."""
    for _ in range(50):
        if lab.seep().get("seep.inflight") == 0:
            break
        time.sleep(0.05)
    return lab.seep().get("seep.inflight")


def test_one_user(tap):
    with rig.Lab(conf="learning: 0\nuser-budget: 1k\ndomain-budget: 1g\nexempt-user: 127.0.9.1\n") as lab:
        slow = lab.slow_server()
        lab.ask("warm.slow.example", source="127.0.9.1")
        each = spelled_bits(LABEL % 0 + ".slow.example")
        for wave in range(2):
            before = lab.seep()
            seen = len(slow.distinct())
            slow.hold()
            codes = finish(slow, [lab.burst(names(COUNT * wave), source="127.1.0.1").send()])
            left = settle(lab)
            delta = changed(lab, before)
            what = "one user, wave %d: " % wave
            passed = codes.count(NOERROR)
            refused = delta["refused.user"]
            tap.equal(codes.count(NOERROR) + codes.count(REFUSED), COUNT,
                      what + "every query is answered")
            tap.equal((codes.count(REFUSED), delta["refused.domain"]), (refused, 0),
                      what + "the refusals are counted")
            tap.equal(delta["charged"], passed, what + "the rest is charged")
            tap.equal(refused + passed, COUNT, what + "refused are all others")
            tap.equal(len(slow.distinct()) - seen, passed, what + "only those reached the server")
            tap.equal(left, 0, what + "nothing left in flight")
            tap.note("%d passed, %d bits metered, at most %.1f bits each and a little" % (
                passed, lab.seep()["num.seep.bits.metered"], each))
        metered = lab.seep()["num.seep.bits.metered"]
        tap.ok(metered <= BUDGET_BITS + each, "never more than one name over the budget", metered)
        tap.ok(metered >= BUDGET_BITS - each - 16, "the budget can be used up", metered)


def test_many_users(tap):
    """20 users with ten names each in one domain, whose budget grows with its users."""
    with rig.Lab(conf="learning: 0\nuser-budget: 1g\ndomain-budget: 64\n") as lab:
        slow = lab.slow_server()
        each = spelled_bits(LABEL % 0 + ".slow.example")
        slow.hold()
        todo = names(0)
        bursts = [lab.burst(todo[at::20], source="127.1.0.%d" % (at + 1)) for at in range(20)]
        for burst in bursts:
            burst.send()
        codes = finish(slow, bursts)
        stats = lab.seep()
        tap.equal(codes.count(NOERROR) + codes.count(REFUSED), COUNT,
                  "20 users: every query is answered")
        tap.equal(codes.count(REFUSED), stats["num.seep.refused.domain"],
                  "20 users: the refusals are counted")
        tap.equal(stats["num.seep.charged"], codes.count(NOERROR), "20 users: the rest is charged")
        tap.ok(stats["num.seep.bits"] <= 20 * 64 * 8 + each,
               "20 users: never more than one name over the domain's budget",
               stats["num.seep.bits"])
        tap.ok(stats["num.seep.refused.domain"] > 0, "20 users: some are refused")
        tap.equal(settle(lab), 0, "20 users: nothing left in flight")


def test_nothing_left(tap):
    """What did not leave is given back: 200 names of an auth-zone, then one that leaves."""
    with rig.Lab(conf="learning: 0\nuser-budget: 1k\n", clauses=AUTH, files={"auth.zone": AUTH_ZONE}) as lab:
        burst = lab.burst(names(0, "inside.example"), source="127.1.0.1").send()
        codes = burst.collect(5)
        burst.close()
        refused = codes.count(REFUSED)
        tap.equal(codes.count(NOERROR) + refused, COUNT, "unsent names: every query is answered")
        before = lab.seep()
        for name in names(COUNT, "inside.example"):
            codes.append(lab.ask(name, source="127.1.0.1").rcode())
        delta = changed(lab, before)
        tap.equal((delta["unsent"], delta["bits.metered"]), (COUNT, 0),
                  "unsent names, one by one: none is refused or metered")
        tap.equal(rig.rcode_of(lab.ask("www.wild.example", source="127.1.0.1")), "NOERROR",
                  "unsent names leave the budget whole")
